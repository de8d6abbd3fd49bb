"""M5: expected number of functions that rest on one, and on two, people, by size.

A model result: own pay per task bought so many people, spread over the functions of a municipality
(:mod:`verband.analysis.function_holders`). It falls with size by construction, so no verdict can come from it; that
comes from staff lists, where these are loaded (:mod:`verband.analysis.evidence.staff_lists`). What is
assumed for the whole country is drawn once per draw and is the same for all municipalities; the interval is where the
mean over the municipalities of a class lies in 95% of the draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.result import Drawing, Finding, Findings, Point, Series, SetAside
from verband.analysis.evidence.staff_lists import StaffLists, add_staff_lists
from verband.analysis.evidence.statements import Text
from verband.analysis.evidence.verdict import LEVEL
from verband.analysis.function_booking import booking, lent_shares
from verband.analysis.function_draws import common_draws, local_draws
from verband.analysis.function_holders import Catalogue, holding
from verband.analysis.function_staffing import MODEL_RESULT, why_apart
from verband.analysis.own_pay import OwnPay, pay_by_field
from verband.domain.function import functions, policy_fields
from verband.domain.size_class import size_class, size_classes

Array = npt.NDArray[np.float64]
DRAWS = 400
MODEL = (
    "staffing model: own pay per task over assumed pay per full-time equivalent, spread over the catalogue of "
    "functions; mean over municipalities, 95% of the draws"
)


@dataclass(frozen=True, slots=True)
class FunctionCounts:
    """Number of core functions; all of shape (municipalities, draws).

    Attributes
    ----------
    one, two
        That rest on one and on two people.
    own
        That are done by own staff at all: what the others are a part of.
    """

    one: Array
    two: Array
    own: Array


def function_counts(members: Sequence[OwnPay], *, year: int, seed: int, draws: int, pay: float = 1.0) -> FunctionCounts:
    """Count in every draw.

    Parameters
    ----------
    members
        Municipalities with an organisation of their own.
    year
        Of the pay.
    seed, draws
        The same call gives the same counts; those of a municipality do not depend on who else is asked.
    pay
        Factor on own pay in every field; what is run elsewhere stays so.

    Raises
    ------
    MissingDataError
        If no pay per full-time equivalent is stated for the year.
    """
    catalogue = Catalogue.of(functions(year), policy_fields())
    common = common_draws(catalogue.functions, catalogue.fields, year=year, draws=draws, seed=seed)
    one, two, own = (np.empty((len(members), draws)) for _ in range(3))
    for place, item in enumerate(members):
        paid = pay_by_field(item, year=year)
        local = local_draws(item.code, draws=draws, functions=len(catalogue.functions), seed=seed)
        lent = lent_shares(item, members, year=year) if paid.spread else None
        booked = booking(paid, lent, local.lender)
        # What is run elsewhere stays so: only the amount changes.
        held = holding(replace(booked, keur=booked.keur * pay), common, local, catalogue)
        one[place], two[place] = (
            (held.own & (held.people == number))[:, catalogue.core].sum(axis=1) for number in (1, 2)
        )
        own[place] = held.own[:, catalogue.core].sum(axis=1)
    return FunctionCounts(one, two, own)


def interval_of(
    component: str, counts: Array, *, year: int, by: dict[str, str] | None = None, note: str = MODEL_RESULT
) -> Finding:
    """Mean over municipalities in every draw, and where it lies in 95% of them.

    Parameters
    ----------
    component
        Of the finding.
    counts
        Shape (municipalities, draws).
    year
        Of the pay.
    by
        What it is of.
    note
        What a reader must know.
    """
    mean = counts.mean(axis=0)
    low, high = np.quantile(mean, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    number = len(counts)
    return Finding(
        component,
        float(mean.mean()),
        float(low),
        float(high),
        None,
        number,
        number,
        number,
        (year,),
        MODEL,
        by=by or {},
        note=note,
        kind="assumed",
    )


def one_person_functions(
    members: Sequence[OwnPay],
    *,
    year: int,
    sources: tuple[str, ...],
    without_pay: Sequence[str] = (),
    seed: int = 1,
    draws: int = DRAWS,
    lists: StaffLists | None = None,
    no_pay: str = "no municipality has own pay per task",
) -> Findings:
    """Estimate M5 from staff lists, and show its model result.

    Parameters
    ----------
    members
        Own pay per task of all municipalities in one year; none where it is not loaded.
    year
        Of the pay.
    sources
        Tables.
    without_pay
        Codes of municipalities of that year that filed none.
    seed, draws
        Of the staffing model.
    lists
        Own staff lists; ``None`` for none.
    no_pay
        Why there is no own pay, where there is none.
    """
    found = Collection()
    vacant = add_staff_lists(found, lists)
    apart = {item.code: reason for item in members if (reason := why_apart(item, pay_by_field(item, year=year)))}
    own = [item for item in members if item.code not in apart]
    shown: list[Finding] = []
    code_of = np.array([size_class(item.inhabitants).code for item in own])
    if own:
        counts = function_counts(own, year=year, seed=seed, draws=draws)
        for component, values in (("one_person_functions", counts.one), ("two_person_functions", counts.two)):
            for item in size_classes():
                chosen = code_of == item.code
                if chosen.any():
                    done = f"of {counts.own[chosen].mean():.0f} functions done by own staff on average"
                    note = f"{done}; {MODEL_RESULT}"
                    by = {"size": item.code}
                    shown.append(interval_of(component, values[chosen], year=year, by=by, note=note))
    else:
        found.not_found |= dict.fromkeys(("one_person_functions", "two_person_functions"), no_pay)
    aside = [*((code, f"no own pay per task of {year}") for code in without_pay), *apart.items()]
    return Findings(
        (*found.findings, *shown),
        tuple(found.variants),
        (*vacant, *(SetAside(code, reason) for code, reason in sorted(aside))),
        sources,
        found.not_found,
        _drawing(own, code_of, shown, year) if shown else None,
    )


def _drawing(own: Sequence[OwnPay], code_of: npt.NDArray[np.str_], findings: Sequence[Finding], year: int) -> Drawing:
    people = np.array([item.inhabitants for item in own], dtype=np.float64)
    # Classes are drawn where their municipalities are: at the geometric mean of inhabitants.
    place = {code: float(np.exp(np.log(people[code_of == code]).mean())) for code in np.unique(code_of)}
    named = {"one_person_functions": Text("op één mens", "on one person")}
    named["two_person_functions"] = Text("op twee mensen", "on two people")
    return Drawing(
        title=Text(
            f"Functies die op een of twee mensen rusten, model, {year}", f"Functions on one or two people, {year}"
        ),
        x_title=Text("Inwoners (meetkundig gemiddelde van de klasse)", "Inhabitants (geometric mean of the class)"),
        y_title=Text("Verwacht aantal kernfuncties", "Expected number of core functions"),
        series=tuple(
            Series(
                name,
                tuple(
                    Point(place[item.by["size"]], item.estimate, item.low, item.high, item.by["size"])
                    for item in findings
                    if item.component == component
                ),
            )
            for component, name in named.items()
        ),
    )
