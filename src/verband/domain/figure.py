"""A number that carries what it is: unit, kind, source, date and definition, and its interval or why it is missing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isnan


class Kind(StrEnum):
    """How a figure came about, from the strongest to the weakest."""

    MEASURED = "measured"
    """As published."""
    DERIVED = "derived"
    """Arithmetic on measured figures."""
    ESTIMATED = "estimated"
    """The outcome of a model, with an interval."""
    ASSUMED = "assumed"
    """A parameter with its source, range and certainty."""

    @property
    def strength(self) -> int:
        """0 for measured up to 3 for assumed: the higher, the weaker."""
        return tuple(Kind).index(self)


def combine(*kinds: Kind | str) -> Kind:
    """Return the weakest of the kinds: no result is surer than what it rests on.

    Arithmetic on measured figures is derived: name ``Kind.DERIVED`` among the kinds for a computed figure.

    Raises
    ------
    ValueError
        If no kind is given or a kind does not exist.
    """
    if not kinds:
        raise ValueError("combine needs at least one kind")
    return max((Kind(kind) for kind in kinds), key=lambda kind: kind.strength)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its provenance.

    Attributes
    ----------
    name
        What is counted, e.g. ``cost per inhabitant``.
    value
        The number in ``unit``; ``None`` where it is missing, never 0 instead.
    unit
        E.g. ``EUR per inhabitant``, ``thousand EUR``, ``fraction``.
    kind
        How it came about.
    source, as_of, definition
        Where it comes from, of which year or day it is, and what it counts exactly.
    missing
        Why there is no value; ``None`` if and only if there is one.
    low, high, level
        Bounds of the interval in ``unit`` and its level (0.8 for 80%); all three or none.

    Raises
    ------
    ValueError
        If value and ``missing`` contradict each other, or the interval is not one.
    """

    name: str
    value: float | int | None
    unit: str
    kind: Kind
    source: str
    as_of: str
    definition: str
    missing: str | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (not self.missing):
            raise ValueError(f"{self.name}: a figure has either a value or a reason why it is missing")
        if self.value is not None and isnan(self.value):
            raise ValueError(f"{self.name}: not-a-number is no value; give the reason why it is missing")
        given = [bound is not None for bound in (self.low, self.high, self.level)]
        if any(given) and not all(given):
            raise ValueError(f"{self.name}: an interval needs low, high and level")
        if self.low is None or self.high is None or self.level is None:
            return
        if not self.low <= self.high or not 0 < self.level < 1:
            raise ValueError(f"{self.name}: the interval {self.low} to {self.high} at level {self.level} is not one")
