"""Expected number of functions that rest on one, and on two, people, from own pay; alone and pooled (M4, M5).

Without a staff list the only public trace of who does the work is own pay per task. This model turns it into people
(:mod:`verband.analysis.function_holders`) with the catalogue of functions, and counts. All sizes and rules are assumed
with a range; the answer is the mean over draws from these ranges with the 80% interval. The number falls with size by
construction, because pay buys people: it is a model result, never a finding about small municipalities.

Pooling adds up the own staff of the partners on the functions that may be shared; the others stay as they are. In the
count of a member, a function done together counts when the pool of it rests on one (or two); in the count of all
together it counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from verband.analysis.function_booking import booking, lent_shares
from verband.analysis.function_draws import Array, common_draws, local_draws
from verband.analysis.function_holders import Catalogue, Flags, Holding, all_stay, holding, own_fte, pooled
from verband.analysis.own_pay import OwnPay, PayByField, pay_by_field
from verband.domain.function import Function, functions, policy_fields
from verband.domain.staff_pay import PRACTICES, FunctionRule, function_rule, own_chance, pay_per_fte
from verband.errors import BadInputError

DRAWS = 5000
SEED = 1
LEVEL = 0.8
MODEL_RESULT = (
    "The number of functions that rest on one person falls with size by construction: less pay buys fewer people. "
    "It is a model result on assumed sizes, not a finding; a staff list of your own says more."
)
OUTSOURCED = "organisation elsewhere: own pay is almost nil, so pay does not show who does the work"

HARDLY_ANY = "own pay is below a third of the usual on every field, so pay does not show who does the work"


@dataclass(frozen=True, slots=True)
class Expected:
    """Mean over the draws, and the bounds of the 80% interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Resting:
    """Number of core functions that rest on one person, and on two people."""

    one: Expected
    two: Expected


@dataclass(frozen=True, slots=True)
class FunctionResult:
    """One core function of one municipality: estimated.

    Attributes
    ----------
    function
        From the catalogue.
    chance_own
        That it is done with own staff; the other chances are at most this.
    fte, holders
        Where it is done with own staff; ``None`` where it never is.
    chance_one, chance_two
        That it rests on one person, or on two people.
    chance_joint
        That it is done together with a partner, after pooling.
    pooled_chance_one, pooled_chance_two
        The same after pooling; ``None`` where there is nobody to pool with.
    """

    function: Function
    chance_own: float
    fte: Expected | None
    holders: Expected | None
    chance_one: float
    chance_two: float
    chance_joint: float | None = None
    pooled_chance_one: float | None = None
    pooled_chance_two: float | None = None


@dataclass(frozen=True, slots=True)
class MunicipalFunctions:
    """Functions of one municipality: estimated.

    Attributes
    ----------
    own
        Its own pay, as given.
    pay
        The same by policy field, with what is run elsewhere.
    set_apart
        Why there is no answer; ``None`` where there is one. Without an answer all that follows is empty.
    lenders
        Where pay is not booked on tasks: how many municipalities lend their division over the fields, one per draw.
    chance_elsewhere
        Per field, in the order of ``pay.fields``: chance that it is done elsewhere.
    fte
        Own full-time equivalents of staff on all fields; the board is not in it.
    functions
        Core functions, most likely to rest on one person first.
    alone, pooled, change
        Numbers by itself, with the partners, and the difference in each draw.
    """

    own: OwnPay
    pay: PayByField
    set_apart: str | None
    lenders: int = 0
    chance_elsewhere: tuple[float, ...] = ()
    fte: Expected | None = None
    functions: tuple[FunctionResult, ...] = ()
    alone: Resting | None = None
    pooled: Resting | None = None
    change: Resting | None = None


@dataclass(frozen=True, slots=True)
class TogetherFunctions:
    """All members that have an answer, taken together: estimated.

    Attributes
    ----------
    members
        Their codes.
    alone, pooled, change
        Sum over the members by themselves; with each shared function counted once; the difference in each draw.
    if_all_stay
        As ``pooled``, when every holder keeps the work and they become each other's deputies: the least that is left.
    """

    members: tuple[str, ...]
    alone: Resting
    pooled: Resting
    change: Resting
    if_all_stay: Resting


@dataclass(frozen=True, slots=True)
class FunctionStaffing:
    """The answer for a municipality and its partners, in the order asked.

    Attributes
    ----------
    year, seed, draws
        What was asked.
    municipalities
        The one asked first, then its partners.
    together
        ``None`` with fewer than two members that have an answer.
    assumptions
        What was assumed for all functions; sizes per function are in the catalogue.
    level
        Of the intervals.
    """

    year: int
    seed: int
    draws: int
    municipalities: tuple[MunicipalFunctions, ...]
    together: TogetherFunctions | None
    assumptions: tuple[FunctionRule, ...]
    level: float = LEVEL
    kind: str = "estimated"


def function_staffing(
    members: Sequence[OwnPay],
    *,
    year: int,
    seed: int = SEED,
    draws: int = DRAWS,
    others: Sequence[OwnPay] = (),
) -> FunctionStaffing:
    """Estimate how many functions rest on one, and on two, people.

    Parameters
    ----------
    members
        The municipality asked, then the partners to pool with, if any.
    year
        Of the accounts or budget that the pay is from.
    seed, draws
        The same call gives the same answer; more draws make the mean more exact, not the intervals narrower.
    others
        Municipalities of the same year: those like in size lend their division over the fields to a member that books
        its pay on overhead (:mod:`verband.analysis.function_booking`).

    Raises
    ------
    BadInputError
        If a municipality is named twice, there is none, or ``draws`` is below 100.
    MissingDataError
        If no pay per full-time equivalent is stated for the year.
    """
    codes = [item.code for item in members]
    if not codes or len(set(codes)) < len(codes):
        raise BadInputError("a municipality cannot be its own partner, nor be named twice", todo="Name each once")
    if draws < 100:
        raise BadInputError(f"{draws} draws are too few for an interval", todo="Ask 100 or more")
    catalogue = Catalogue.of(functions(year), policy_fields())
    common = common_draws(catalogue.functions, catalogue.fields, year=year, draws=draws, seed=seed)
    pay = {item.code: pay_by_field(item, year=year) for item in members}
    apart = {item.code: reason for item in members if (reason := why_apart(item, pay[item.code]))}
    local = {
        item.code: local_draws(item.code, draws=draws, functions=len(catalogue.functions), seed=seed)
        for item in members
        if item.code not in apart
    }
    lent = {
        item.code: lent_shares(item, others, year=year)
        for item in members
        if item.code in local and pay[item.code].spread
    }
    booked = {code: booking(pay[code], lent.get(code), draw.lender) for code, draw in local.items()}
    alone = {code: holding(booked[code], common, draw, catalogue) for code, draw in local.items()}
    order = sorted(alone)
    shared = (
        pooled([alone[code] for code in order], [local[code] for code in order], common, catalogue) if order else None
    )
    answers = []
    for item in members:
        if item.code in apart or shared is None:
            answers.append(MunicipalFunctions(item, pay[item.code], apart[item.code]))
            continue
        partners = [alone[code] for code in order if code != item.code]
        elected = alone[item.code].fte[:, catalogue.elected].sum(axis=1)
        fte = own_fte(booked[item.code], common).sum(axis=1) - elected
        answer = _answer(item, pay[item.code], fte, alone[item.code], partners, shared, catalogue)
        lenders = len(lent.get(item.code, ()))
        answers.append(replace(answer, lenders=lenders, chance_elsewhere=booked[item.code].chance_elsewhere))
    parts = [alone[code] for code in order]
    together = _together(order, parts, shared, catalogue) if shared is not None and len(order) > 1 else None
    return FunctionStaffing(year, seed, draws, tuple(answers), together, _assumptions(year))


def why_apart(item: OwnPay, pay: PayByField) -> str | None:
    """Why pay says nothing: a count of none would read as if nothing rested on anybody; ``None`` where it tells.

    Parameters
    ----------
    item
        Own pay per task.
    pay
        The same by policy field.
    """
    if item.outsourced:
        return OUTSOURCED
    return HARDLY_ANY if all(one.elsewhere for one in pay.fields) else None


def _assumptions(year: int) -> tuple[FunctionRule, ...]:
    price = pay_per_fte(year)
    pay = FunctionRule("pay_per_fte", price.eur, "EUR per FTE per year", price.meaning, price.source, price.certainty)
    rules = ("fte_per_holder", "deputy_chance", "field_elsewhere", "booking_lenders", "reference_inhabitants")
    return (pay, *(function_rule(name) for name in rules), *(own_chance(name) for name in PRACTICES))


def _answer(
    item: OwnPay,
    pay: PayByField,
    fte: Array,
    alone: Holding,
    partners: Sequence[Holding],
    shared: Holding,
    catalogue: Catalogue,
) -> MunicipalFunctions:
    others = np.any([part.own for part in partners], axis=0) if partners else np.zeros_like(alone.own)
    joint = alone.own & others & catalogue.shareable
    people = np.where(joint, shared.people, alone.people)
    before = {number: alone.own & (alone.people == number) for number in (1, 2)}
    after = {number: alone.own & (people == number) for number in (1, 2)}
    found = []
    for place, function in enumerate(catalogue.functions):
        if not function.core:
            continue
        done = alone.own[:, place]
        result = FunctionResult(
            function=function,
            chance_own=float(done.mean()),
            fte=_expected(alone.fte[done, place]) if done.any() else None,
            holders=_expected(alone.holders[done, place].astype(float)) if done.any() else None,
            chance_one=float(before[1][:, place].mean()),
            chance_two=float(before[2][:, place].mean()),
            chance_joint=float(joint[:, place].mean()) if partners else None,
            pooled_chance_one=float(after[1][:, place].mean()) if partners else None,
            pooled_chance_two=float(after[2][:, place].mean()) if partners else None,
        )
        found.append(result)
    found.sort(key=lambda one: (-one.chance_one, -one.chance_two, one.function.code))
    counts = _counts(before, catalogue.core)
    with_partners = _counts(after, catalogue.core)
    return MunicipalFunctions(
        own=item,
        pay=pay,
        set_apart=None,
        fte=_expected(fte),
        functions=tuple(found),
        alone=_resting(counts),
        pooled=_resting(with_partners) if partners else None,
        change=_resting(_less(with_partners, counts)) if partners else None,
    )


def _together(
    codes: Sequence[str], parts: Sequence[Holding], shared: Holding, catalogue: Catalogue
) -> TogetherFunctions:
    kept = catalogue.core & ~catalogue.shareable
    pool = catalogue.core & catalogue.shareable
    each = [{number: part.own & (part.people == number) for number in (1, 2)} for part in parts]
    alone = _sum([_counts(item, catalogue.core) for item in each])
    own_work = _sum([_counts(item, kept) for item in each])
    stay = all_stay(parts, shared)
    together = _sum([own_work, _counts({n: shared.own & (shared.people == n) for n in (1, 2)}, pool)])
    left = _sum([own_work, _counts({n: shared.own & (stay == n) for n in (1, 2)}, pool)])
    return TogetherFunctions(
        tuple(codes), _resting(alone), _resting(together), _resting(_less(together, alone)), _resting(left)
    )


def _counts(resting: dict[int, Flags], counted: Flags) -> dict[int, Array]:
    return {number: flags[:, counted].sum(axis=1).astype(float) for number, flags in resting.items()}


def _sum(parts: Sequence[dict[int, Array]]) -> dict[int, Array]:
    return {number: np.sum([part[number] for part in parts], axis=0) for number in (1, 2)}


def _less(one: dict[int, Array], other: dict[int, Array]) -> dict[int, Array]:
    return {number: one[number] - other[number] for number in (1, 2)}


def _resting(counts: dict[int, Array]) -> Resting:
    return Resting(_expected(counts[1]), _expected(counts[2]))


def _expected(values: Array) -> Expected:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Expected(float(values.mean()), float(low), float(high))
