"""Continuity of functions: how often, how long and how surely too few of those who can do the work are there.

The model is that of docs/methods/continuity.md. Shares, frequencies and mean lengths hold for durations of any shape;
the distribution of the length of gaps is of phase type (:mod:`verband.numerics.markov_chains`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from verband.analysis.continuity_answer import Continuity, FunctionContinuity, UsedDefault, Within
from verband.analysis.continuity_periods import HIRE_DELAYS, Bridging, Gaps, HireDelay, day_keys
from verband.analysis.continuity_pooling import Pool, alone, pooled
from verband.analysis.continuity_question import StaffedFunction, defaults, functions_from
from verband.analysis.continuity_target import LeastCost, Prices, least_cost
from verband.errors import BadInputError
from verband.numerics.markov_chains.shares import Redundant
from verband.numerics.threads import one_thread

__all__ = [
    "Continuity",
    "ContinuityAnswer",
    "ContinuityQuestion",
    "FunctionContinuity",
    "StaffedFunction",
    "Within",
    "answer_continuity",
    "answer_pools",
    "continuity",
    "functions_from",
]

_LONGEST = 3650.0
_DECIDING = frozenset({"required", "hire_effectiveness", "shared_shock_days"})
_FIGURES = ("gap_share", "chance_nobody", "gaps_per_year")


@dataclass(frozen=True, slots=True)
class ContinuityQuestion:
    """A question that does not contradict itself.

    Attributes
    ----------
    days
        Lengths of gaps that are asked about.
    target
        Share of time below what is required that is to be reached; ``None`` for no target.
    travel_share, coordination_share
        Parts of the time present that pooled holders lose.
    hire_delay
        Whether the delay of hired staff is fixed, or exponential with that mean.
    prices
        What the ways to a target cost.

    Raises
    ------
    BadInputError
        If it does contradict itself.
    """

    days: tuple[float, ...] = (10.0, 30.0)
    target: float | None = None
    travel_share: float = 0.0
    coordination_share: float = 0.0
    hire_delay: HireDelay = "fixed"
    prices: Prices = field(default_factory=Prices)

    def __post_init__(self) -> None:
        """Refuse contradictions before any number is read."""
        if not self.days:
            raise BadInputError("no number of days is given", todo="Give some, as in 10,30")
        for number in self.days:
            if not 0 < number <= _LONGEST:
                raise BadInputError(f"{number:g} days can not be", todo=f"Give numbers above 0 up to {_LONGEST:g}")
        if len(set(self.days)) < len(self.days):
            raise BadInputError("a number of days is given twice", todo="Give each once")
        if self.target is not None and not 0 < self.target < 1:
            raise BadInputError(
                f"a target of {self.target:g} is no share of time", todo="Give a number between 0 and 1, as in 0.01"
            )
        for name, share in (("travel", self.travel_share), ("coordination", self.coordination_share)):
            if not 0 <= share < 1:
                raise BadInputError(f"{share:g} is no share of time ({name})", todo="Give 0 up to 1, as in 0.05")
        if self.lost_share >= 1:
            raise BadInputError("travel and coordination take all time", todo="Give shares that leave some")
        if self.hire_delay not in HIRE_DELAYS:
            raise BadInputError(f"no delay {self.hire_delay!r} exists", todo=f"Choose from {', '.join(HIRE_DELAYS)}")

    @property
    def lost_share(self) -> float:
        """Part of the time present that pooled holders lose."""
        return self.travel_share + self.coordination_share


@dataclass(frozen=True, slots=True)
class ContinuityAnswer:
    """Continuity alone and, where partners are given, together.

    Attributes
    ----------
    own
        The functions of the first table.
    other, together
        Those of the partners, one result per partner, and of all together; empty and ``None`` without partners.
    difference
        Per function of the pool: together less alone, for the first table and for the partners.
    defaults
        What was filled in.
    target
        The least-cost way there; ``None`` where none was asked.
    remarks
        What a reader should know, in plain sentences.
    """

    own: Continuity
    other: tuple[Continuity, ...]
    together: Continuity | None
    difference: tuple[Mapping[str, Any], ...]
    defaults: tuple[UsedDefault, ...]
    target: LeastCost | None
    remarks: tuple[str, ...]

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        record: dict[str, Any]
        if self.together is None:
            record = self.own.as_record()
        else:
            partners = Continuity(tuple(item for partner in self.other for item in partner.functions))
            own = {item.function.casefold() for item in self.own.functions}
            shared = [item for item in self.together.functions if item.function.casefold() in own]
            together = Continuity(tuple(shared)).expected_gap_days_per_year
            record = {
                "own": self.own.as_record(),
                "other": {
                    **partners.as_record(),
                    "expected_gap_days_per_year_each": [item.expected_gap_days_per_year for item in self.other],
                },
                "pooled": self.together.as_record(),
                "difference": {
                    "functions": [dict(item) for item in self.difference],
                    "expected_gap_days_per_year": together - self.own.expected_gap_days_per_year,
                },
            }
        record["defaults"] = [item.as_record() for item in self.defaults]
        if self.target is not None:
            record["target"] = self.target.as_record()
        return {**record, "remarks": list(self.remarks)}


def continuity(
    columns: Mapping[str, npt.ArrayLike],
    *,
    pool: Sequence[Mapping[str, npt.ArrayLike]] = (),
    days: Sequence[float] = (10, 30),
    target: float | None = None,
    travel_share: float = 0.0,
    coordination_share: float = 0.0,
    hire_delay: HireDelay = "fixed",
    prices: Prices | None = None,
) -> ContinuityAnswer:
    """Say how often each function is below what it needs, alone and pooled with partners.

    Parameters
    ----------
    columns
        ``function`` and ``holders``, each of shape (n,), and any further column of the method, such as a data frame.
    pool
        The same of partners; functions of the same name are pooled.
    days, target, travel_share, coordination_share, hire_delay, prices
        As in :class:`ContinuityQuestion`.

    Raises
    ------
    BadInputError
        If the question contradicts itself or a function cannot be: with row (counted from 1) and column.
    """
    question = ContinuityQuestion(
        days=tuple(map(float, days)),
        target=target,
        travel_share=travel_share,
        coordination_share=coordination_share,
        hire_delay=hire_delay,
        prices=prices or Prices(),
    )
    return answer_continuity(question, functions_from(columns), [functions_from(partner) for partner in pool])


def answer_continuity(
    question: ContinuityQuestion,
    own: Sequence[StaffedFunction],
    partners: Sequence[Sequence[StaffedFunction]] = (),
) -> ContinuityAnswer:
    """Answer a question as :func:`continuity` does.

    Parameters
    ----------
    question
        What is asked.
    own, partners
        Functions of one municipality, and of each partner.
    """
    known = _Known(question)
    tables = [own, *partners]
    with one_thread():
        ours = known.all(alone(own))
        theirs = tuple(known.all(alone(table)) for table in partners)
        pools = pooled(tables, question.lost_share) if partners else ()
        together = known.all(pools) if partners else None
        target = None
        if question.target is not None:
            target = least_cost(own, pools, len(partners), question.target, question.prices, question.hire_delay)
    return ContinuityAnswer(
        own=ours,
        other=theirs,
        together=together,
        difference=() if together is None else tuple(_differences(ours, theirs, together)),
        defaults=tuple(_defaults_of(tables)),
        target=target,
        remarks=tuple(_remarks(question, tables, pools, known)),
    )


def answer_pools(question: ContinuityQuestion, pools: Sequence[Pool]) -> Continuity:
    """Answer for functions that are pooled already.

    Parameters
    ----------
    question
        What is asked; the target is left aside.
    pools
        Functions, each of one partner or of several.
    """
    with one_thread():
        return _Known(question).all(pools)


class _Known:
    """Answers by what was asked: the same staff in another function is computed once."""

    def __init__(self, question: ContinuityQuestion) -> None:
        self._question = question
        self._gaps: dict[tuple[Redundant, Bridging], Gaps] = {}
        self._lengths: dict[tuple[Redundant, Bridging], tuple[Within, dict[str, Within]]] = {}
        self.bounded: list[str] = []

    def all(self, pools: Sequence[Pool]) -> Continuity:
        """Answer for every function."""
        return Continuity(tuple(map(self._one, pools)))

    def gaps(self, pool: Pool) -> Gaps:
        """Gaps of a function."""
        key = (pool.system(), pool.bridging(self._question.hire_delay))
        if key not in self._gaps:
            self._gaps[key] = Gaps(*key)
        return self._gaps[key]

    def _one(self, pool: Pool) -> FunctionContinuity:
        gaps = self.gaps(pool)
        key = (gaps.system, gaps.bridging)
        if key not in self._lengths:
            chances = {name: gaps.chance_over(days) for name, days in day_keys(self._question.days)}
            self._lengths[key] = (gaps.ninetieth(), chances)
        ninetieth, chances = self._lengths[key]
        best, worst = pool.at_end(favourable=True), pool.at_end(favourable=False)
        if gaps.share_is_bound:
            self.bounded.append(pool.function)
        begins = gaps.begins
        return FunctionContinuity(
            function=pool.function,
            holders=pool.holders,
            required=pool.required,
            deputies=pool.deputies,
            holder_unavailable_share=pool.unavailable,
            gap_share=gaps.share,
            gap_share_low=None if best is None else self.gaps(best).share,
            gap_share_high=None if worst is None else self.gaps(worst).share,
            chance_nobody=gaps.nobody,
            gaps_per_year=begins * 365,
            mean_gap_days=gaps.share / begins if begins > 0 else None,
            p90_gap_days=ninetieth,
            chance_gap_over_days=chances,
            one_person=pool.holders == 1,
            two_person=pool.holders == 2,
            kind=_kind(pool),
        )


def _kind(pool: Pool) -> str:
    known = defaults()
    used = {column for column in pool.defaulted if known[column].low is not None or column in _DECIDING}
    if not all(part.hired for part in pool.parts):
        used.discard("hire_effectiveness")
    if not any(part.shared_shocks_per_year for part in pool.parts):
        used.discard("shared_shock_days")
    return "assumed" if any(known[column].kind == "assumed" for column in used) else "estimated"


def _differences(own: Continuity, other: Sequence[Continuity], together: Continuity) -> list[dict[str, Any]]:
    """Pooled less alone, per function: for the first table, and for each partner that has it."""
    ours = {item.function.casefold(): item for item in own.functions}
    theirs = [{item.function.casefold(): item for item in partner.functions} for partner in other]
    found = []
    for item in together.functions:
        name = item.function.casefold()
        mine, others = ours.get(name), [partner.get(name) for partner in theirs]
        sharing = (mine is not None) + sum(partner is not None for partner in others)
        record: dict[str, Any] = {"function": item.function, "partners": sharing}
        for figure in _FIGURES:
            value = getattr(item, figure)
            record[figure] = None if mine is None else value - getattr(mine, figure)
            record[f"other_{figure}"] = [None if one is None else value - getattr(one, figure) for one in others]
        found.append(record)
    return found


def _defaults_of(tables: Sequence[Sequence[StaffedFunction]]) -> list[UsedDefault]:
    every = [function for table in tables for function in table]
    found = []
    for column, default in defaults().items():
        names = tuple(dict.fromkeys(item.function for item in every if column in item.defaulted))
        if names:
            whole = all(column in item.defaulted for item in every)
            found.append(UsedDefault(default, None if whole else names))
    return found


def _remarks(
    question: ContinuityQuestion,
    tables: Sequence[Sequence[StaffedFunction]],
    pools: Sequence[Pool],
    known: _Known,
) -> list[str]:
    every = [function for table in tables for function in table]
    remarks = []
    if not any(item.shared_shocks_per_year for item in every):
        remarks.append(
            "No shared shocks are counted: holders fall out independently, which flatters functions with several "
            "holders."
        )
    if any(item.hire_after_days is None and "hire_effectiveness" not in item.defaulted for item in every):
        remarks.append("hire_effectiveness without hire_after_days does nothing: hired staff never come.")
    if any(item.hired for item in every):
        form = "fixed" if question.hire_delay == "fixed" else "exponential with that mean"
        remarks.append(f"The delay of hired staff is {form}; they close a share hire_effectiveness of the gaps.")
    if pools:
        remarks.append(
            "Pooled: holders and deputies add up, required is the largest of the partners', the worst of their shared "
            "shocks hits all, and hired staff are as late and as little effective as with any of them."
        )
        remarks.append(
            f"Travel and coordination take {question.lost_share:.0%} of the time of pooled holders"
            + ("." if question.lost_share else ": an assumption (travel share, coordination share).")
        )
        if all(len(pool.parts) == 1 for pool in pools):
            remarks.append("No function has the same name with two partners, so nothing is pooled.")
    elif question.lost_share:
        remarks.append("Nothing is pooled, so the travel share and the coordination share change nothing.")
    if question.target is None and question.prices != Prices():
        remarks.append("No target is asked, so the costs change nothing.")
    if known.bounded:
        remarks.append(f"With hired staff, gap_share is an upper bound for: {', '.join(dict.fromkeys(known.bounded))}.")
    return remarks
