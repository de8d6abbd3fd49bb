"""Where one figure stands in a group: median and middle half, never a bare average.

Quantiles by linear interpolation (Hyndman and Fan, 1996, type 7). A group with few known figures has none: the least
number of members is dated data (``domain/reference/comparison_rules.csv``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from verband.analysis.comparison_rules import rule


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure beside a group of figures in the same unit.

    Attributes
    ----------
    value
        The figure of the municipality; ``None`` where it is missing.
    low, median, high
        Quartiles of the group; ``None`` where it has too few figures (see ``few``).
    n
        Members of the group with a figure.
    missing
        Codes of the members without one.
    rank
        How many members lie below the value; ``None`` where the value is missing or the group has too few figures.
    """

    value: float | None
    low: float | None
    median: float | None
    high: float | None
    n: int
    missing: tuple[str, ...]
    rank: int | None

    @property
    def few(self) -> bool:
        """Whether too few members have a figure to compare with: why there are no quartiles."""
        return too_few(self.n)

    @property
    def position(self) -> str:
        """``below``, ``within`` or ``above`` the middle half; ``unknown`` where either is missing."""
        if self.value is None or self.low is None or self.high is None:
            return "unknown"
        if self.value < self.low:
            return "below"
        return "above" if self.value > self.high else "within"


def too_few(members: int) -> bool:
    """Whether a group with so many known figures is too small for a median and a middle half."""
    return members < rule("least_members")


def spread(value: float | None, group: Mapping[str, float | None]) -> Spread:
    """Hold a figure against a group.

    Parameters
    ----------
    value
        The figure of the municipality.
    group
        Figures of the members by code, the municipality itself not among them.
    """
    known = {code: number for code, number in group.items() if number is not None}
    missing = tuple(sorted(set(group) - set(known)))
    if too_few(len(known)):
        return Spread(value, None, None, None, len(known), missing, None)
    numbers = pl.Series(list(known.values()), dtype=pl.Float64)
    quartiles: Sequence[float | None] = [numbers.quantile(share, "linear") for share in (0.25, 0.5, 0.75)]
    rank = None if value is None else sum(number < value for number in known.values())
    return Spread(value, quartiles[0], quartiles[1], quartiles[2], len(known), missing, rank)
