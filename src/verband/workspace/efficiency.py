"""Gathering what the comparison of efficiency needs: cost and volumes in the boundaries of the latest list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import polars as pl

from verband.analysis.efficiency import (
    REPLICATIONS,
    MunicipalEfficiency,
    TaskEfficiency,
    cost_frontier,
    envelopment,
)
from verband.analysis.scale import MAINLY_ARRANGEMENTS
from verband.analysis.scale_rules import rule
from verband.analysis.staffing import Staffing, staffing
from verband.analysis.task_outputs import Output, task_outputs
from verband.domain.task import series_plan
from verband.domain.task_codes import Task, find_task
from verband.domain.task_codes import task as task_of_year
from verband.errors import BadInputError, MissingDataError, UnknownNameError
from verband.numerics.least_squares import CollinearError
from verband.numerics.threads import one_thread
from verband.warehouse.building import Progress, silent
from verband.warehouse.store import Warehouse
from verband.workspace.facts import Facts

METHODS = ("dea", "sfa")
SEED = 1
NO_SAVING = (
    "An efficiency of 0.80 says that by this frontier the same volumes would cost 20% less. That is not a saving that "
    "can be had: the volumes are needs, not what was delivered or how well, and the distance also holds need that they "
    "do not tell, cost that others book elsewhere, prices and chance."
)
_ELSEWHERE = "organisation elsewhere: own pay is almost nil, its cost is booked as contributions"
_SEVERAL = "merged since: in this year it still was several municipalities"


@dataclass(frozen=True, slots=True)
class EfficiencyOfOne:
    """Efficiency of one municipality with its name, size and the names of its peers."""

    code: str
    name: str
    inhabitants: float | None
    cost_eur_per_inhabitant: float | None
    peers: tuple[tuple[str, float], ...]
    answer: MunicipalEfficiency


class LeftOut(NamedTuple):
    """A municipality that is not compared, why, and what that rests on."""

    code: str
    name: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class EfficiencyAnswer:
    """Efficiency of all municipalities at one task.

    Attributes
    ----------
    method
        ``dea`` or ``sfa``.
    year
        Of the cost.
    outputs
        Volumes that were used.
    municipalities
        By code.
    left_out
        Those that are not compared.
    not_ranked
        Why no efficiency is given to anyone; ``None`` where it is.
    flags, notes
        On the task; on the whole.
    result
        As the analysis gave it.
    """

    task: Task
    method: str
    year: int
    outputs: tuple[Output, ...]
    municipalities: tuple[EfficiencyOfOne, ...]
    left_out: tuple[LeftOut, ...]
    not_ranked: str | None
    flags: tuple[str, ...]
    notes: tuple[str, ...]
    result: TaskEfficiency


def gather_efficiency(
    warehouse: Warehouse,
    text: str,
    *,
    year: int | None,
    method: str,
    seed: int = SEED,
    replications: int = REPLICATIONS,
    progress: Progress = silent,
) -> EfficiencyAnswer:
    """Answer ``verband efficiency``: see :meth:`verband.workspace.Workspace.efficiency`."""
    if method not in METHODS:
        raise BadInputError(f"there is no method {method!r}", todo=f"Ask {' or '.join(METHODS)}")
    code = find_task(text)
    warehouse.require("cost_per_task", "grant_volumes")
    facts = Facts(warehouse)
    year = facts.year if year is None else year
    if year not in facts.years:
        raise UnknownNameError(
            f"the workspace holds no accounts of {year}",
            todo=f"It holds accounts from {facts.years[0]} to {facts.years[-1]}",
        )
    task = task_of_year(code, year)
    if task.nature == "financial":
        raise BadInputError(
            f"task {task.code} ({task.title_nl}) has no efficiency: mainly financial or negative amounts",
            where=task.nature_reason,
            todo="Ask another task",
        )
    outputs, left = _outputs(facts, task, method)
    rows = _rows(facts, task, year, method, outputs)
    names = [item.measure for item in outputs]
    with one_thread():
        if method == "dea":
            found = envelopment(
                rows,
                names,
                year=year,
                seed=seed,
                replications=replications,
                progress=lambda done, total: progress(done, total, "bootstrap"),
            )
        else:
            try:
                found = cost_frontier(rows, names, year=year)
            except CollinearError as error:
                raise MissingDataError(
                    f"the outputs of task {task.code} cannot be told apart: {error}", where="grant volumes"
                ) from None
    return _answer(facts, task, method, year, [item for item in outputs if item.measure in found.outputs], left, found)


def _outputs(facts: Facts, task: Task, method: str) -> tuple[tuple[Output, ...], tuple[Output, ...]]:
    """Outputs that the method can use, and those that it cannot."""
    every = task_outputs(task.code, task.main_task, facts.measures.columns)
    usable = tuple(item for item in every if method == "dea" or item.positive)
    if not usable:
        raise MissingDataError(
            f"the workspace holds no volumes that count as output of task {task.code} ({task.title_nl})",
            where="grant_volumes",
            todo="Load the volumes of the municipal fund, or ask another task",
        )
    return usable, tuple(item for item in every if item not in usable)


def _rows(facts: Facts, task: Task, year: int, method: str, outputs: tuple[Output, ...]) -> pl.DataFrame:
    """One row per municipality of the latest list and year: cost of the task, volumes, and why it stands apart."""
    if method == "dea":
        plan: dict[int, Sequence[str]] = {year: (task.code,)}
    else:
        # The content that the code has in the year asked.
        plan = {item.year: item.codes for item in series_plan(f"{task.code}@{year}", facts.years) if item.codes}
    chosen = [(pl.col("year") == at) & pl.col("task").is_in(list(codes)) for at, codes in plan.items()]
    amount = pl.when(pl.col("cost_keur").is_null().any()).then(None).otherwise(pl.col("cost_keur").sum())
    cost = (
        facts.tasks.filter(pl.any_horizontal(chosen))
        .group_by("code", "year")
        .agg(amount.alias("cost_keur"))
        .with_columns(pl.col("year").cast(pl.Int64))
    )
    # What books its organisation elsewhere would span a frontier that nobody else can reach.
    apart = pl.concat(
        [
            facts.before_mergers.select("code", pl.col("year").cast(pl.Int64), pl.lit(_SEVERAL).alias("apart")),
            facts.outsourced.filter(pl.col("year").is_in(sorted(plan))).with_columns(pl.lit(_ELSEWHERE).alias("apart")),
        ]
    ).unique(["code", "year"], keep="first", maintain_order=True)
    listed = facts.people.filter(pl.col("year") == facts.boundaries).select("code").unique()
    every = listed.join(pl.DataFrame({"year": sorted(plan)}, schema={"year": pl.Int64}), how="cross")
    volumes = facts.measures.select("code", *(item.measure for item in outputs))
    for table in (cost, apart):
        every = every.join(table, on=["code", "year"], how="left")
    return every.join(volumes, on="code", how="left").sort("code", "year")


def _answer(
    facts: Facts,
    task: Task,
    method: str,
    year: int,
    outputs: list[Output],
    unusable: tuple[Output, ...],
    found: TaskEfficiency,
) -> EfficiencyAnswer:
    of_year = facts.of_year(year).filter(pl.col("inhabitants") > 0)
    people = dict(of_year.select("code", "inhabitants").iter_rows())
    partly = {item.code for item in _staffing(facts, year) if item.partly_joint}
    share = _transfers(facts, task)
    flags = []
    if share is not None and share > rule("arrangement_share"):
        flags.append(
            f"{MAINLY_ARRANGEMENTS}: {share:.0%} of the cost of main task {task.main_task} is transfers, so this "
            "compares cost keys, not the work"
        )
    if (low := found.low_frontier) is not None:
        names = ", ".join(facts.names.name(code) for code in low.codes)
        flags.append(
            f"the frontier rests on a few very low accounts (most of all {names}): by it {low.far_above} of {low.of} "
            f"municipalities cost over {low.times:g} times the least, which is more likely a difference in booking or "
            "in the task than in efficiency, so look first at those accounts"
        )
    return EfficiencyAnswer(
        task=task,
        method=method,
        year=year,
        outputs=tuple(outputs),
        municipalities=tuple(_one(facts, item, people, partly) for item in found.municipalities),
        left_out=tuple(
            LeftOut(item.code, facts.names.name(item.code), item.reason, item.detail) for item in found.left_out
        ),
        not_ranked=_not_ranked(outputs, found),
        flags=tuple(flags),
        notes=_notes(facts, method, year, unusable, found),
        result=found,
    )


def _one(facts: Facts, item: MunicipalEfficiency, people: Mapping[str, float], partly: set[str]) -> EfficiencyOfOne:
    number = people.get(item.code)
    known = item.cost_keur is not None and number is not None
    flags = (*item.flags, "part of the organisation elsewhere") if item.code in partly else item.flags
    return EfficiencyOfOne(
        code=item.code,
        name=facts.names.name(item.code),
        inhabitants=number,
        cost_eur_per_inhabitant=(item.cost_keur or 0.0) * 1000 / (number or 1.0) if known else None,
        peers=tuple((facts.names.name(code), weight) for code, weight in item.peers),
        answer=replace(item, flags=flags),
    )


def _not_ranked(outputs: Sequence[Output], found: TaskEfficiency) -> str | None:
    if not found.falling:
        return None
    meaning = {item.measure: item.meaning for item in outputs}
    falls = "; ".join(
        f"{meaning[item.measure]}: elasticity {item.elasticity:.2f}, 95% interval {item.low:.2f} to {item.high:.2f}"
        for item in found.falling
    )
    return (
        f"nobody is ranked: at this frontier cost falls as a volume rises ({falls}), so these volumes do not tell what "
        "the task costs"
    )


def _staffing(facts: Facts, year: int) -> tuple[Staffing, ...]:
    of_year = facts.of_year(year).filter(pl.col("inhabitants") > 0)
    return staffing(of_year.select("code", "inhabitants", "wages_keur", "hired_staff_keur"))


def _transfers(facts: Facts, task: Task) -> float | None:
    if not facts.warehouse.has("cost_per_main_task_category"):
        return None
    shares = facts.warehouse.query("transfers_of_main_task", main_task=task.main_task, report=facts.report)
    return float(shares["share"].item(0)) if shares.height and shares["share"].item(0) is not None else None


def _notes(
    facts: Facts, method: str, year: int, unusable: tuple[Output, ...], found: TaskEfficiency
) -> tuple[str, ...]:
    volumes = max(facts.warehouse.table("grant_volumes")["year"].to_list())
    notes = [f"Volumes are one cross-section, those of the newest circular ({volumes}), in all years the same."]
    if method == "dea":
        notes.append(
            f"Data envelopment analysis, accounts {year} in the boundaries of the latest list: input is the cost of "
            "the task; variable returns to scale; 95% intervals by bootstrap."
        )
    else:
        notes.append(
            f"Stochastic cost frontier, accounts {found.years[0]}-{found.years[-1]}, year effects, inefficiency half-"
            "normal and the same in all years: whatever sets a municipality apart for good counts as inefficiency. The "
            "interval leaves out that the frontier is estimated."
        )
    if unusable:
        left = ", ".join(item.meaning for item in unusable)
        notes.append(f"Not used, for many municipalities have none and zero has no logarithm: {left}.")
    return (*notes, *(f"{note[0].upper()}{note[1:].rstrip('.')}." for note in found.notes), NO_SAVING)
