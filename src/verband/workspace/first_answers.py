"""Gathering the first answers: dependence, hired staff and scale, by size class, municipality or task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import polars as pl

from verband.analysis.dependence import Dependence, dependence, dependence_by_size
from verband.analysis.scale import LeftOut, Scale, rule, scale
from verband.analysis.staffing import Staffing, StaffingOfClass, staffing, staffing_by_size
from verband.domain.reference import reference
from verband.domain.task import series_plan
from verband.domain.task_codes import Task, find_task, tasks
from verband.domain.task_codes import task as task_of_year
from verband.errors import UnknownNameError
from verband.warehouse.building import Progress, silent
from verband.warehouse.store import Warehouse
from verband.workspace.facts import Facts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Named(Generic[T]):
    """An answer about one municipality, with its name and inhabitants on 1 January."""

    code: str
    name: str
    inhabitants: int | None
    answer: T


@dataclass(frozen=True, slots=True)
class DependenceAnswer:
    """Dependence in one year: per size class, and per municipality."""

    year: int
    classes: tuple[Dependence, ...]
    municipalities: tuple[Named[Dependence], ...]
    source: str


@dataclass(frozen=True, slots=True)
class StaffingAnswer:
    """Own and hired pay in one year: per size class, and per municipality."""

    year: int
    classes: tuple[StaffingOfClass, ...]
    municipalities: tuple[Named[Staffing], ...]
    source: str


@dataclass(frozen=True, slots=True)
class ScaleAnswer:
    """Scale per task, and the tasks that were left out with the reason."""

    tasks: tuple[Scale, ...]
    left_out: tuple[LeftOut, ...]


def gather_dependence(warehouse: Warehouse, *, year: int | None) -> DependenceAnswer:
    """Answer ``verband dependence``, in the boundaries of the year."""
    facts = Facts(warehouse)
    rows = facts.as_published(year)
    year = facts.year if year is None else year
    return DependenceAnswer(
        year=year,
        classes=dependence_by_size(rows.filter(pl.col("inhabitants").is_not_null()), year=year, report=facts.report),
        municipalities=tuple(
            Named(
                str(code),
                facts.names.name(str(code)),
                part["inhabitants"].item(0),
                dependence(part, name=str(code), year=year, report=facts.report),
            )
            for (code,), part in rows.group_by("code", maintain_order=True)
        ),
        source=warehouse.source_of("key_totals"),
    )


def gather_staffing(warehouse: Warehouse, *, year: int | None) -> StaffingAnswer:
    """Answer ``verband staffing``, in the boundaries of the year."""
    facts = Facts(warehouse)
    rows = facts.as_published(year).filter(pl.col("inhabitants") > 0)
    each = staffing(rows)
    people = dict(rows.select("code", "inhabitants").iter_rows())
    return StaffingAnswer(
        year=facts.year if year is None else year,
        classes=staffing_by_size(rows, each),
        municipalities=tuple(Named(item.code, facts.names.name(item.code), people[item.code], item) for item in each),
        source=warehouse.source_of("key_totals"),
    )


def gather_scale(
    warehouse: Warehouse,
    task: str | None,
    *,
    at_inhabitants: float | None,
    seed: int,
    progress: Progress = silent,
) -> ScaleAnswer:
    """Answer ``verband scale``: accounts of all years in the boundaries of the latest list."""
    warehouse.require("cost_per_task", "grant_volumes")
    facts = Facts(warehouse)
    wanted = [task_of_year(find_task(task), facts.year)] if task else _tasks_of(facts)
    found: list[Scale] = []
    left_out: list[LeftOut] = []
    for number, item in enumerate(wanted):
        progress(number, len(wanted), f"task {item.code}")
        answer = _scale(facts, item, at_inhabitants, seed)
        if isinstance(answer, Scale):
            found.append(answer)
        else:
            left_out.append(answer)
    return ScaleAnswer(tuple(found), tuple(left_out))


def _tasks_of(facts: Facts) -> list[Task]:
    present = set(facts.tasks.filter(pl.col("year") == facts.year)["task"].unique())
    return [item for item in tasks(facts.year) if item.code in present]


def _scale(facts: Facts, task: Task, at_inhabitants: float | None, seed: int) -> Scale | LeftOut:
    if task.nature == "financial":
        return LeftOut(task.code, f"mainly financial or negative amounts: {task.nature_reason}")
    try:
        plan = {item.year: item.codes for item in series_plan(task.code, facts.years) if item.codes}
    except UnknownNameError as error:
        return LeftOut(task.code, error.what)
    rows = facts.tasks.filter(
        pl.any_horizontal(
            [(pl.col("year") == year) & pl.col("task").is_in(list(codes)) for year, codes in plan.items()]
        )
    )
    summed = rows.group_by("code", "year", maintain_order=True).agg(
        pl.col("inhabitants").first(),
        pl.when(pl.col("cost_keur").is_null().any()).then(None).otherwise(pl.col("cost_keur").sum()).alias("cost_keur"),
    )
    drivers, names = facts.drivers(task.code[0])
    complete = summed.join(drivers, on="code", how="left") if names else summed
    return scale(
        task.code,
        complete,
        names,
        at_inhabitants=at_inhabitants,
        flags=_flags(facts, task, names),
        variants=_variants(facts, task),
        rng=np.random.default_rng([seed, *task.code.encode()]),
    )


def _flags(facts: Facts, task: Task, drivers: tuple[str, ...]) -> tuple[str, ...]:
    flags = [] if drivers else ["no drivers loaded: size also stands for what goes with it"]
    shares = facts.warehouse.query("transfers_of_main_task", main_task=task.code[0], report=facts.report)
    share = shares["share"].item(0) if shares.height else None
    if share is not None and share > rule("arrangement_share"):
        flags.append(
            f"mainly through arrangements: {share:.0%} of the cost of main task {task.code[0]} is transfers, so this "
            "is the scale of the cost key, not of the work"
        )
    return tuple(flags)


def _variants(facts: Facts, task: Task) -> tuple[tuple[str, pl.Expr], ...]:
    largest = facts.of_year(facts.year).sort("inhabitants", descending=True, nulls_last=True)["code"].head(4).to_list()
    found = [("without the four largest", ~pl.col("code").is_in(largest))]
    found += [
        ("without shock years", ~pl.col("year").is_between(int(row["first_year"]), int(row["last_year"])))
        for row in reference("shock_years")
        if row["task"] == task.code
    ]
    return tuple(found)
