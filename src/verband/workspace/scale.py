"""Gathering what the scale models need, and asking them.

Accounts of all years in the boundaries of the latest list; of a municipality that merged, the years since, for before
that its parts had the cost of several small municipalities and not of one large.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from verband.analysis.scale import MAINLY_ARRANGEMENTS, NET, LeftOut, Scale, TaskModel, task_model
from verband.analysis.scale_models import ScaleModels
from verband.analysis.scale_rules import rule
from verband.domain.reference import reference
from verband.domain.task import series_plan
from verband.domain.task_codes import Task, find_task, tasks
from verband.domain.task_codes import task as task_of_year
from verband.errors import UnknownNameError
from verband.numerics.threads import one_thread
from verband.warehouse.boundaries import harmonise
from verband.warehouse.building import Progress, silent
from verband.warehouse.store import Warehouse
from verband.workspace.facts import Facts
from verband.workspace.kept import keep_models, read_models

SEED = 1
"""Seed of the models that are kept."""
_LARGEST_LEFT_OUT = 4


@dataclass(frozen=True, slots=True)
class ScaleAnswer:
    """Scale per task, and the tasks that were left out with the reason."""

    tasks: tuple[Scale, ...]
    left_out: tuple[LeftOut, ...]


def gather_scale(
    warehouse: Warehouse,
    workspace: Path,
    task: str | None,
    *,
    at_inhabitants: float | None,
    seed: int,
    progress: Progress = silent,
) -> ScaleAnswer:
    """Answer ``verband scale``."""
    if task is None and at_inhabitants is None and seed == SEED:
        models = gather_models(warehouse, workspace, progress=progress)
        return ScaleAnswer(models.tasks, models.left_out)
    rows = ScaleRows(warehouse)
    wanted = [task_of_year(find_task(task), rows.facts.year)] if task else rows.tasks
    fitted, left_out = _fit(rows, wanted, at_inhabitants, seed, progress)
    return ScaleAnswer(tuple(item.scale for item in fitted), tuple(left_out))


def gather_models(
    warehouse: Warehouse,
    workspace: Path,
    *,
    snapshot: str | None = None,
    facts: Facts | None = None,
    progress: Progress = silent,
) -> ScaleModels:
    """Return the models of all tasks, fitted once per snapshot.

    Parameters
    ----------
    warehouse
        The facts.
    workspace
        Folder in which models are kept.
    snapshot, facts
        Of the warehouse and of its accounts, where they are at hand.
    progress
        Called before each task.

    Raises
    ------
    MissingDataError
        If ``cost_per_task`` or ``grant_volumes`` is not loaded.
    """
    if snapshot is None:
        snapshot = str(warehouse.query("current_snapshot")["snapshot"].item(0))
    kept = read_models(workspace, snapshot)
    if kept is not None:
        return kept
    rows = ScaleRows(warehouse, facts)
    fitted, left_out = _fit(rows, rows.tasks, None, SEED, progress)
    models = ScaleModels(
        year=rows.facts.year,
        tasks=tuple(item.scale for item in fitted),
        left_out=tuple(left_out),
        curves=_by_task([(item.scale.task, item.curve) for item in fitted]),
        expected=_by_task([(item.scale.task, item.expected) for item in fitted]),
    )
    keep_models(workspace, snapshot, models)
    return models


def _by_task(frames: Sequence[tuple[str, pl.DataFrame]]) -> pl.DataFrame:
    named = [frame.select(pl.lit(task).alias("task"), pl.all()) for task, frame in frames]
    return pl.concat(named) if named else pl.DataFrame({"task": []}, schema={"task": pl.String})


def _fit(
    rows: ScaleRows, wanted: Sequence[Task], at_inhabitants: float | None, seed: int, progress: Progress
) -> tuple[list[TaskModel], list[LeftOut]]:
    fitted: list[TaskModel] = []
    left_out: list[LeftOut] = []
    with one_thread():
        for number, item in enumerate(wanted):
            progress(number, len(wanted), f"task {item.code}")
            found = rows.model(item, at_inhabitants=at_inhabitants, seed=seed)
            if isinstance(found, TaskModel):
                fitted.append(found)
            else:
                left_out.append(found)
    return fitted, left_out


class ScaleRows:
    """The rows of every task with their drivers, read once.

    Parameters
    ----------
    warehouse
        With ``cost_per_task`` and ``grant_volumes``.
    facts
        Of accounts, where they are at hand.

    Raises
    ------
    MissingDataError
        If one of these is not loaded.
    """

    def __init__(self, warehouse: Warehouse, facts: Facts | None = None) -> None:
        warehouse.require("cost_per_task", "grant_volumes")
        self.facts = facts or Facts(warehouse)
        largest = self.facts.of_year(self.facts.year).sort("inhabitants", descending=True, nulls_last=True)
        self._largest = largest["code"].head(_LARGEST_LEFT_OUT).to_list()

    @property
    def tasks(self) -> list[Task]:
        """Tasks that occur in the latest accounts."""
        year = self.facts.year
        present = set(self.facts.tasks.filter(pl.col("year") == year)["task"].unique())
        return [item for item in tasks(year) if item.code in present]

    def model(self, task: Task, *, at_inhabitants: float | None, seed: int) -> TaskModel | LeftOut:
        """Fit one task, or say why it is left out."""
        if task.nature == "financial":
            return LeftOut(task.code, f"mainly financial or negative amounts: {task.nature_reason}")
        try:
            asked = f"{task.code}@{self.facts.year}"  # as the code is now: some had another content before
            plan = {item.year: item.codes for item in series_plan(asked, self.facts.years) if item.codes}
        except UnknownNameError as error:
            return LeftOut(task.code, error.what)
        drivers, names = self.facts.drivers(task.code[0])

        def complete(rows: pl.DataFrame) -> pl.DataFrame:
            return rows.join(drivers, on="code", how="left") if names else rows

        everything = complete(self._summed(plan))
        # Several municipalities together cost what several cost, not what one of their joint size does.
        rows = everything.join(self.facts.before_mergers, on=["code", "year"], how="anti")
        return task_model(
            task.code,
            rows,
            names,
            at_inhabitants=at_inhabitants,
            flags=self._flags(task, names),
            variants=[
                *self._other_samples(task, rows),
                ("years before a merger included", everything),
                *((name, complete(net)) for name, net in self._net(task)),
            ],
            rng=np.random.default_rng([seed, *task.code.encode()]),
        )

    def _summed(self, plan: Mapping[int, Sequence[str]]) -> pl.DataFrame:
        """One row per municipality and year: the codes that make up the task in that year, added up."""
        chosen = [(pl.col("year") == year) & pl.col("task").is_in(list(codes)) for year, codes in plan.items()]
        amount = pl.when(pl.col("cost_keur").is_null().any()).then(None).otherwise(pl.col("cost_keur").sum())
        return (
            self.facts.tasks.filter(pl.any_horizontal(chosen))
            .group_by("code", "year", maintain_order=True)
            .agg(pl.col("inhabitants").first(), amount.alias("cost_keur"))
        )

    @cached_property
    def _transfers(self) -> dict[str, float]:
        """Share of the cost of each main task that is transfers (category 4)."""
        found = {}
        for main_task in {item.main_task for item in self.tasks}:
            shares = self.facts.warehouse.query("transfers_of_main_task", main_task=main_task, report=self.facts.report)
            if shares.height and shares["share"].item(0) is not None:
                found[main_task] = float(shares["share"].item(0))
        return found

    def _flags(self, task: Task, drivers: tuple[str, ...]) -> tuple[str, ...]:
        flags = [] if drivers else ["no drivers loaded: size also stands for what goes with it"]
        share = self._transfers.get(task.main_task)
        if share is not None and share > rule("arrangement_share"):
            flags.append(
                f"{MAINLY_ARRANGEMENTS}: {share:.0%} of the cost of main task {task.main_task} is transfers, so "
                "this is the scale of the cost key, not of the work"
            )
        return tuple(flags)

    def _other_samples(self, task: Task, rows: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
        found = [("without the four largest", rows.filter(~pl.col("code").is_in(self._largest)))]
        found += [
            ("without shock years", rows.filter(~_within(row["first_year"], row["last_year"])))
            for row in reference("shock_years")
            if row["task"] == task.code
        ]
        return found

    @cached_property
    def _income(self) -> pl.DataFrame:
        """Cost and income per task in the one year that has both, in the latest boundaries; parts rolled up."""
        facts = self.facts
        if not facts.warehouse.has("task_accounts"):
            return pl.DataFrame()
        found = facts.warehouse.query("cost_and_income_per_task", report=facts.report)
        if found.is_empty():
            return found
        year = int(found["year"].item(0))
        parents = {item.code: item.rolled_up for item in tasks(year, level="part")}
        amounts = ("cost_keur", "income_keur")
        rolled = (
            found.with_columns(pl.col("task").replace(parents))
            .group_by("code", "year", "task")
            .agg(pl.col(amounts).sum())
        )
        carried = harmonise(
            rolled,
            facts.weights,
            year=facts.boundaries,
            columns=amounts,
            by=("task",),
            in_successor=facts.in_successor,
        ).frame
        return carried.join(facts.people.select("code", "year", "inhabitants"), on=["code", "year"], how="left")

    def _net(self, task: Task) -> list[tuple[str, pl.DataFrame]]:
        """Gross and net of income in the one year that has both, so that only the income differs."""
        if self._income.is_empty():
            return []
        year = int(self._income["year"].item(0))
        asked = f"{task.code}@{self.facts.year}"
        codes = next((item.codes for item in series_plan(asked, [year]) if item.codes), ())
        rows = (
            self._income.filter(pl.col("task").is_in(list(codes)))
            .group_by("code", "year", maintain_order=True)
            .agg(pl.col("inhabitants").first(), pl.col("cost_keur").sum(), pl.col("income_keur").sum())
        )
        rows = rows.join(self.facts.before_mergers, on=["code", "year"], how="anti")
        if rows.is_empty():
            return []
        net = rows.with_columns(pl.col("cost_keur") - pl.col("income_keur"))
        return [(f"gross cost, accounts {year}", rows), (f"{NET}, accounts {year}", net)]


def _within(first: str, last: str) -> pl.Expr:
    """Whether the year is in a span; no last year means until further notice."""
    after = pl.col("year") >= int(first)
    return after & (pl.col("year") <= int(last)) if last else after
