"""Gathering a series: which municipalities and task codes make up each year, in the boundaries asked for."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from verband.analysis.series import Part, SeriesRow, YearQuestion, allocation_share, task_series
from verband.domain.task import YearPlan, series_plan
from verband.errors import UnknownNameError
from verband.warehouse.store import Warehouse
from verband.workspace.naming import Names


@dataclass(frozen=True, slots=True)
class Series:
    """A series with its municipality and source.

    Attributes
    ----------
    rows
        One per year of the report in the data, missing years included.
    led_from
        A sentence where a dissolved municipality led to this one.
    """

    code: str
    name: str
    rows: tuple[SeriesRow, ...]
    source: str
    led_from: str | None


def gather_series(
    warehouse: Warehouse, text: str, task: str, *, report: str, boundaries: int | None, allocate: bool = False
) -> Series:
    """Answer ``verband series``: see :meth:`verband.workspace.Workspace.series`."""
    warehouse.require("cost_per_task", "key_totals", "municipality_list", "inhabitants")
    names = Names(warehouse)
    if boundaries is not None:
        names.demand_year(boundaries)
    found = names.resolve(text, year=boundaries)
    status = warehouse.table("report_status").filter(pl.col("report") == report)
    years = sorted(status["year"].unique().to_list())
    plans = series_plan(task, years)
    later = [year for year in years if boundaries is not None and year > boundaries]
    reasons = {
        (code, year): (reason, in_year)
        for code, year, reason, in_year in status.filter(~pl.col("filed"))
        .select("code", "year", "reason", "dissolved_in_year")
        .iter_rows()
    }
    people = warehouse.table("inhabitants")
    questions = []
    for plan in plans:
        if plan.year not in later:
            questions.append(_question(names, found.code, plan, boundaries, reasons))
        elif allocate and boundaries is not None:
            questions.append(_allocated(names, found.code, plan, boundaries, reasons, people))
        else:
            questions.append(_stopped(plan.year, _EARLIER.format(boundaries=boundaries)))
    codes = {part.code for question in questions for part in question.parts}
    cost = warehouse.query("cost_of_municipalities", codes=sorted(codes), report=report)
    rows = task_series(
        questions,
        {(code, year, item): amount for code, year, item, amount in cost.iter_rows()},
        {(code, year): number for code, year, number in people.select("code", "year", "inhabitants").iter_rows()},
        report=report,
        complete=set(warehouse.query("complete_reports", codes=sorted(codes), report=report).iter_rows()),
    )
    return Series(found.code, found.name, rows, warehouse.source_of("cost_per_task"), found.led_from)


_EARLIER = (
    "boundaries of {boundaries} cannot hold figures of a later year: ask later boundaries, "
    "or --allocate for an assumed division by inhabitants"
)


def _taken_in(names: Names, code: str, year: int, boundaries: int | None) -> list[str]:
    """Municipalities that came in during the year: their cost is in the accounts, their inhabitants are not."""
    if boundaries is not None and boundaries > year:
        return []
    return [
        f"holds the cost of {event.old_name} ({event.old_code}) since {event.effective_date}, but not its inhabitants "
        "on 1 January: the cost per inhabitant is too high"
        for event in names.changes.events(code)
        if event.new_code == code
        and event.old_code != code
        and event.effective_date.year == year
        and (event.effective_date.month, event.effective_date.day) != (1, 1)
    ]


def _stopped(year: int, reason: str) -> YearQuestion:
    return YearQuestion(year, (), None, stopped=reason)


def _question(
    names: Names,
    code: str,
    plan: YearPlan,
    boundaries: int | None,
    reasons: dict[tuple[str, int], tuple[str, bool]],
) -> YearQuestion:
    year = plan.year
    notes = [plan.note] if plan.note else []
    notes += _taken_in(names, code, year, boundaries)
    if boundaries is None:
        if not names.exists(code, year):
            return _stopped(year, _absent(names, code, year))
        parts: tuple[Part, ...] = (_part(names, code, 1.0, year, reasons),)
    else:
        try:
            carried = names.changes.predecessors(code, boundaries, year)
        except UnknownNameError as error:
            return _stopped(year, error.what)
        parts = tuple(_part(names, item.code, item.weight, year, reasons) for item in carried)
        notes += [f"{names.name(item.code)}: {item.note}" for item in carried if item.note]
        notes += [
            f"the accounts of {part.name} ({part.code}) are in those of its successor"
            for part in parts
            if part.in_successor
        ]
    return YearQuestion(year, parts, plan.codes, stopped=plan.reason, note="; ".join(notes) or None)


def _allocated(
    names: Names,
    code: str,
    plan: YearPlan,
    boundaries: int,
    reasons: dict[tuple[str, int], tuple[str, bool]],
    people: pl.DataFrame,
) -> YearQuestion:
    """A year after the boundaries: what became of the municipality, divided by the inhabitants it brought in."""
    inhabitants = dict(people.filter(pl.col("year") == boundaries).select("code", "inhabitants").iter_rows())
    parts, notes, assumed = [], [plan.note] if plan.note else [], False
    for successor in names.changes.carry(code, boundaries, plan.year):
        brought = {
            item.code: inhabitants[item.code] * item.weight
            for item in names.changes.predecessors(successor.code, plan.year, boundaries)
            if item.weight is not None and item.code in inhabitants
        }
        if code not in brought:
            return _stopped(plan.year, f"inhabitants of {names.name(code)} on 1 January {boundaries} are not known")
        share = allocation_share(brought[code], list(brought.values()))
        parts.append(_part(names, successor.code, share, plan.year, reasons))
        if share < 1:
            assumed = True
            notes.append(
                f"{share:.1%} of {names.name(successor.code)}, by inhabitants on 1 January {boundaries}: assumed"
            )
    return YearQuestion(
        plan.year, tuple(parts), plan.codes, stopped=plan.reason, note="; ".join(notes) or None, assumed=assumed
    )


def _part(
    names: Names, code: str, weight: float | None, year: int, reasons: dict[tuple[str, int], tuple[str, bool]]
) -> Part:
    reason, in_year = reasons.get((code, year), (None, False))
    return Part(code, names.name(code), weight, reason, in_successor=in_year)


def _absent(names: Names, code: str, year: int) -> str:
    created, dissolved = names.changes.created_on(code), names.changes.dissolved_on(code)
    if created and created.year >= year:
        return f"did not exist yet (created on {created.isoformat()}): ask --boundaries for the sum of its predecessors"
    return f"no longer existed (dissolved on {dissolved.isoformat()})" if dissolved else "not on the list of this year"
