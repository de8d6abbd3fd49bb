"""What influence in a vote comes to, in the reader's own names: power of every member, beside what it pays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Interval = tuple[float, float]
ASSUMPTION = (
    "Each member casts all its votes as one bloc, and its representatives vote without instruction: any order in which "
    "members join a proposal (Shapley-Shubik), and any coalition (Banzhaf), is as likely as any other."
)


@dataclass(frozen=True, slots=True)
class MemberPower:
    """A member and its power.

    Attributes
    ----------
    name, votes, second_votes
        As given; the last is ``None`` with one majority.
    votes_share
        Share of all votes; ``None`` where there are none.
    shapley_shubik
        Chance to be the member with which a proposal passes, when members join it in random order.
    banzhaf_absolute
        Chance to turn a random coalition of the others from losing to winning.
    banzhaf
        The same as a share of the sum of all members; ``None`` where nobody ever does.
    pivotal
        Number of coalitions of others that it turns; ``None`` where they were not counted.
    veto
        Whether no proposal passes without it.
    stake, stake_share
        What it pays, and its share of the sum; ``None`` where not asked, or where nobody pays.
    interval
        Per index between what the value lies; ``None`` where exact.
    """

    name: str
    votes: float
    second_votes: float | None
    votes_share: float | None
    shapley_shubik: float
    banzhaf_absolute: float
    banzhaf: float | None
    pivotal: int | None
    veto: bool
    stake: float | None
    stake_share: float | None
    interval: Mapping[str, Interval] | None

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {
            "name": self.name,
            "votes": self.votes,
            "second_votes": self.second_votes,
            "shapley_shubik": self.shapley_shubik,
            "banzhaf_absolute": self.banzhaf_absolute,
            "banzhaf": self.banzhaf,
            "pivotal": self.pivotal,
            "stake_share": self.stake_share,
            "votes_share": self.votes_share,
            "veto": self.veto,
            "interval": None if self.interval is None else {key: list(ends) for key, ends in self.interval.items()},
        }


@dataclass(frozen=True, slots=True)
class SmallestChange:
    """The smallest change in the votes of one member that changes somebody's power.

    Attributes
    ----------
    member
        Whose votes.
    votes
        How many more, or fewer (negative).
    now, then
        Its votes before and after.
    effect
        What that does, in words.
    """

    member: str
    votes: float
    now: float
    then: float
    effect: str

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {"member": self.member, "votes": self.votes, "from": self.now, "to": self.then, "effect": self.effect}


@dataclass(frozen=True, slots=True)
class Precision:
    """How an index was found.

    Attributes
    ----------
    method
        ``exact``, ``rounded`` or ``sampled``.
    unit
        That the votes were rounded to; ``None`` where they were not.
    bound
        The largest difference from the exact value that is possible for any member: of arithmetic (below a billionth of
        the value) where exact, of rounding where rounded; ``None`` where sampled.
    draws, level
        Number of draws, and level of the intervals; ``None`` where nothing was drawn.
    """

    method: str
    unit: float | None
    bound: float | None
    draws: int | None
    level: float | None

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {
            "method": self.method,
            "unit": self.unit,
            "bound": self.bound,
            "draws": self.draws,
            "level": self.level,
        }


@dataclass(frozen=True, slots=True)
class InfluenceAnswer:
    """Power of all members.

    Attributes
    ----------
    quota, second_quota
        As asked.
    total_votes, total_second_votes
        Of all members.
    method
        The least exact way by which an index was found.
    precision
        Per index.
    members
        In the order given.
    without_power
        Names of the members that surely decide nothing.
    smallest_change
        ``None`` where none was found; the remarks say why.
    seed
        Of the draws; ``None`` where nothing was drawn.
    warnings
        What is unusual about the vote, in plain sentences.
    remarks
        What a reader should know besides.
    assumption
        On how members vote.
    kinds
        Kind of every figure.
    """

    quota: float
    second_quota: float | None
    total_votes: float
    total_second_votes: float | None
    method: str
    precision: Mapping[str, Precision]
    members: tuple[MemberPower, ...]
    without_power: tuple[str, ...]
    smallest_change: SmallestChange | None
    seed: int | None
    warnings: tuple[str, ...]
    remarks: tuple[str, ...]
    kinds: Mapping[str, str]
    assumption: str = ASSUMPTION

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {
            "quota": self.quota,
            "second_quota": self.second_quota,
            "method": self.method,
            "members": [member.as_record() for member in self.members],
            "without_power": list(self.without_power),
            "smallest_change": None if self.smallest_change is None else self.smallest_change.as_record(),
            "total_votes": self.total_votes,
            "total_second_votes": self.total_second_votes,
            "precision": {key: item.as_record() for key, item in self.precision.items()},
            "seed": self.seed,
            "kinds": dict(self.kinds),
            "assumption": self.assumption,
            "warnings": list(self.warnings),
            "remarks": list(self.remarks),
        }
