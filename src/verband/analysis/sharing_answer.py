"""What sharing keys say: shares with what they are worth, and what the game allows at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class KeyAnswer:
    """One key.

    Attributes
    ----------
    key
        Its name.
    shares
        Per member, unrounded; ``None`` where the key does not exist, with the reason.
    shares_rounded
        The same in whole units, adding up to the total; ``None`` where not asked.
    exact
        Whether shares are exact, but for the rounding of numbers; ``None`` where there are none.
    unique
        Whether the rule leaves one set of shares; of the least core the prenucleolus stands for all.
    in_core
        Whether no coalition gains by leaving, judged on unrounded shares; ``None`` where that cannot be told.
    individually_rational
        Whether nobody is worse off than alone.
    individual_gain
        What each gains over standing alone.
    change_from_today
        What each pays (or gets) more than today; ``None`` where today is not given.
    worst_coalition, worst_excess
        The coalition that gains most by leaving, and how much; below 0 where it loses.
    interval
        Where each share lies; ``None`` where shares are exact.
    how
        How it was computed: ``exact``, ``rounded`` (weights, to ``unit``; the interval is proven) or ``sampled``
        (``orders`` random orders, ``seed``; the interval holds each share with 95%).
    reason
        Why something is ``None``.
    """

    key: str
    shares: Mapping[str, float] | None
    shares_rounded: Mapping[str, float] | None
    exact: bool | None
    unique: bool | None
    in_core: bool | None
    individually_rational: bool | None
    individual_gain: Mapping[str, float] | None
    change_from_today: Mapping[str, float] | None
    worst_coalition: tuple[str, ...] | None
    worst_excess: float | None
    interval: Mapping[str, tuple[float, float]] | None
    how: Mapping[str, Any]
    reason: str | None

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        record = {
            "shares": _plain(self.shares),
            "shares_rounded": _plain(self.shares_rounded),
            "exact": self.exact,
            "unique": self.unique,
            "in_core": self.in_core,
            "individually_rational": self.individually_rational,
            "individual_gain": _plain(self.individual_gain),
            "worst_coalition": None if self.worst_coalition is None else list(self.worst_coalition),
            "worst_excess": self.worst_excess,
            "interval": None if self.interval is None else {name: list(ends) for name, ends in self.interval.items()},
            "how": dict(self.how),
            "reason": self.reason,
        }
        if self.change_from_today is not None:
            record["change_from_today"] = dict(self.change_from_today)
        return record


@dataclass(frozen=True, slots=True)
class SharingAnswer:
    """Keys for one game.

    Attributes
    ----------
    members
        Names.
    benefit
        Whether worth is shared, not cost.
    total
        What is shared.
    alone
        What each would have alone.
    subadditive
        Cost games: whether two groups together never cost more; ``None`` where not known.
    superadditive
        Benefit games: whether two groups together never earn less.
    better_apart
        Two groups that do better apart, if any is known, and by how much.
    core_empty
        Whether no shares exist from which no coalition gains by leaving.
    minimum_subsidy
        Least amount from outside with which such shares exist; 0 where the core is not empty.
    least_core_epsilon
        The smallest that the largest excess of a coalition can be; below 0 all coalitions can gain by staying.
    tolerance
        Differences up to this count as none.
    methods
        By key.
    remarks
        What the reader must know.
    reason
        Why any of the above is ``None``.
    kind
        Kind of the shares.
    today
        What each pays (or gets) today; ``None`` where not given.
    """

    members: tuple[str, ...]
    benefit: bool
    total: float
    alone: Mapping[str, float]
    subadditive: bool | None
    superadditive: bool | None
    better_apart: tuple[tuple[str, ...], tuple[str, ...], float] | None
    core_empty: bool | None
    minimum_subsidy: float | None
    least_core_epsilon: float | None
    tolerance: float
    methods: Mapping[str, KeyAnswer]
    remarks: tuple[str, ...]
    reason: str | None
    kind: str = "derived"
    today: Mapping[str, float] | None = None

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        record: dict[str, Any] = {
            "members": list(self.members),
            "game": "benefit" if self.benefit else "cost",
            "total": self.total,
            "alone": dict(self.alone),
            "subadditive": self.subadditive,
        }
        if self.benefit:
            record["superadditive"] = self.superadditive
        if self.better_apart is not None:
            one, two, amount = self.better_apart
            record["better_apart"] = {"coalitions": [list(one), list(two)], "by": amount}
        if self.today is not None:
            record["today"] = dict(self.today)
        return record | {
            "core_empty": self.core_empty,
            "minimum_subsidy": self.minimum_subsidy,
            "least_core_epsilon": self.least_core_epsilon,
            "tolerance": self.tolerance,
            "methods": {key: found.as_record() for key, found in self.methods.items()},
            "reason": self.reason,
            "remarks": list(self.remarks),
            "kind": self.kind,
        }


def _plain(given: Mapping[str, float] | None) -> dict[str, float] | None:
    return None if given is None else dict(given)
