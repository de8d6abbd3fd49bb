"""What is answered about the continuity of functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verband.analysis.continuity_question import DAYS_PER_YEAR, Default


@dataclass(frozen=True, slots=True)
class Within:
    """A figure that is known between bounds, or with a stated error.

    Attributes
    ----------
    value
        The figure; ``None`` where it does not exist.
    low, high
        Bounds that follow from the method; equal to the value where it is exact.
    method
        How it was found.
    """

    value: float | None
    low: float | None
    high: float | None
    method: str

    @property
    def exact(self) -> bool:
        """Whether it is exact, but for rounding and the error of numerical inversion."""
        return self.method.startswith("exact")


@dataclass(frozen=True, slots=True)
class FunctionContinuity:
    """How often a function is below what it needs.

    Attributes
    ----------
    function, holders, required, deputies
        As given.
    holder_unavailable_share
        Share of time that one holder is away while no shared shock runs; the mean over holders where they differ.
    gap_share, gap_share_low, gap_share_high
        Share of time below what is required; the range if all defaults stand at the favourable or the unfavourable end
        of theirs, ``None`` where no default has a range.
    chance_nobody
        Share of time that nobody is there.
    gaps_per_year, mean_gap_days
        Gaps that begin in a year and their mean length; no length where there are no gaps.
    p90_gap_days
        Length that one gap in ten exceeds.
    chance_gap_over_days
        By number of days: chance that at least one longer gap begins within a year.
    one_person, two_person
        Whether one, or two, persons hold it.
    kind
        ``assumed`` where it rests on an assumed default, else ``estimated``.
    """

    function: str
    holders: int
    required: int
    deputies: int
    holder_unavailable_share: float
    gap_share: float
    gap_share_low: float | None
    gap_share_high: float | None
    chance_nobody: float
    gaps_per_year: float
    mean_gap_days: float | None
    p90_gap_days: Within
    chance_gap_over_days: Mapping[str, Within]
    one_person: bool
    two_person: bool
    kind: str

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        chances = self.chance_gap_over_days
        return {
            "function": self.function,
            "holders": self.holders,
            "required": self.required,
            "deputies": self.deputies,
            "holder_unavailable_share": self.holder_unavailable_share,
            "gap_share": self.gap_share,
            "gap_share_low": self.gap_share_low,
            "gap_share_high": self.gap_share_high,
            "chance_nobody": self.chance_nobody,
            "gaps_per_year": self.gaps_per_year,
            "mean_gap_days": self.mean_gap_days,
            "p90_gap_days": self.p90_gap_days.value,
            "chance_gap_over_days": {days: chance.value for days, chance in chances.items()},
            "one_person": self.one_person,
            "two_person": self.two_person,
            "expected_gap_days_per_year": self.gap_share * DAYS_PER_YEAR,
            "kind": self.kind,
            "p90_gap_days_method": _method(self.p90_gap_days),
            "chance_gap_over_days_method": {days: _method(chance) for days, chance in chances.items()},
        }


def _method(found: Within) -> dict[str, Any]:
    return {"method": found.method, "low": found.low, "high": found.high}


@dataclass(frozen=True, slots=True)
class UsedDefault:
    """A default and the functions that took it.

    Attributes
    ----------
    default
        The value with its source.
    functions
        Names of the functions, or ``None`` for all.
    """

    default: Default
    functions: tuple[str, ...] | None

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {**self.default.as_record(), "functions": "all" if self.functions is None else list(self.functions)}


@dataclass(frozen=True, slots=True)
class Continuity:
    """The functions of one municipality, or of several together.

    Attributes
    ----------
    functions
        In the order given.
    """

    functions: tuple[FunctionContinuity, ...]

    @property
    def expected_gap_days_per_year(self) -> float:
        """Days below what is required, added up over the functions."""
        return sum(item.gap_share for item in self.functions) * DAYS_PER_YEAR

    @property
    def expected_gap_days_range(self) -> tuple[float, float] | None:
        """The same with all defaults at the favourable and the unfavourable end; ``None`` if none has a range."""
        if all(item.gap_share_low is None and item.gap_share_high is None for item in self.functions):
            return None
        lows = (item.gap_share if item.gap_share_low is None else item.gap_share_low for item in self.functions)
        highs = (item.gap_share if item.gap_share_high is None else item.gap_share_high for item in self.functions)
        return sum(lows) * DAYS_PER_YEAR, sum(highs) * DAYS_PER_YEAR

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        ends = self.expected_gap_days_range
        return {
            "functions": [item.as_record() for item in self.functions],
            "expected_gap_days_per_year": self.expected_gap_days_per_year,
            "expected_gap_days_per_year_range": None if ends is None else list(ends),
            "one_person_functions": sum(item.one_person for item in self.functions),
            "two_person_functions": sum(item.two_person for item in self.functions),
        }
