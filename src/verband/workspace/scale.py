"""Gathering what the scale models need, and asking them.

Accounts of all years in the boundaries of the latest list; of a municipality that merged, the years since, for before
that its parts had the cost of several small municipalities and not of one large.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from verband.analysis.scale import MAINLY_ARRANGEMENTS, NET, Caution, LeftOut, Scale, TaskModel, task_model
from verband.analysis.scale_models import ScaleModels
from verband.analysis.scale_rules import rule
from verband.domain.reference import in_force, reference
from verband.domain.task import series_plan
from verband.domain.task_codes import find_task, task_at, tasks
from verband.errors import BadInputError, UnknownNameError
from verband.numerics.threads import one_thread
from verband.warehouse.boundaries import harmonise
from verband.warehouse.building import Progress, silent
from verband.warehouse.store import Warehouse
from verband.workspace.facts import SAFETY_REGION, Facts
from verband.workspace.kept import keep_models, read_models

SEED = 1
"""Seed of the models that are kept."""
_LARGEST_LEFT_OUT = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A task, or a sum of tasks of one main task.

    Attributes
    ----------
    code
        As in the latest accounts, such as ``7.3`` or ``0.61+0.62``.
    text
        How a series of it is asked (:func:`verband.domain.task.series_plan`).
    """

    code: str
    text: str

    @property
    def codes(self) -> tuple[str, ...]:
        """The tasks in it."""
        return tuple(self.code.split("+"))


@dataclass(frozen=True, slots=True)
class ScaleAnswer:
    """Scale per task, and the tasks that were left out with the reason."""

    tasks: tuple[Scale, ...]
    left_out: tuple[LeftOut, ...]


def demand_size(inhabitants: float | None) -> None:
    """Refuse a number of inhabitants that no municipality has; ``None`` is the default and is kept.

    Raises
    ------
    BadInputError
        If it is below or beyond what ``scale_rules.csv`` states.
    """
    least, most = rule("smallest_size"), rule("largest_size")
    if inhabitants is not None and not least <= inhabitants <= most:
        written = [f"{number:,.0f}".replace(",", ".") for number in (inhabitants, least, most)]
        raise BadInputError(
            f"{written[0]} inhabitants is no size of a municipality", todo=f"Give {written[1]} to {written[2]}"
        )


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
    wanted = [rows.asked(task)] if task else rows.all_asked
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
    fitted, left_out = _fit(rows, rows.all_asked, None, SEED, progress)
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
    rows: ScaleRows, wanted: Sequence[Asked], at_inhabitants: float | None, seed: int, progress: Progress
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


@dataclass(frozen=True, slots=True)
class TaskRows:
    """Cost of a task per municipality and year, in the latest boundaries.

    Attributes
    ----------
    rows
        ``code, year, inhabitants, cost_keur`` and the drivers; null where missing; without years before a merger.
    everything
        With these years.
    drivers, names
        Drivers by code, and their names.
    """

    rows: pl.DataFrame
    everything: pl.DataFrame
    drivers: pl.DataFrame
    names: tuple[str, ...]

    def complete(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows with the drivers beside them."""
        return rows.join(self.drivers, on="code", how="left") if self.names else rows


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

    @cached_property
    def at_inhabitants(self) -> float:
        """Geometric mean of inhabitants of all municipalities: where elasticities are taken, the same for all tasks."""
        people = self.facts.people.filter((pl.col("year") == self.facts.year) & (pl.col("inhabitants") > 0))
        return float(np.exp(np.log(people["inhabitants"].to_numpy().astype(np.float64)).mean()))

    @cached_property
    def _regions(self) -> dict[str, str]:
        """Safety region by code, as far as a list tells."""
        known = self.facts.safety_regions.drop_nulls(SAFETY_REGION)
        return dict(known.select("code", SAFETY_REGION).iter_rows())

    @cached_property
    def all_asked(self) -> list[Asked]:
        """The tasks of the latest accounts, financial ones among them, and after its last part each stated sum."""
        year = self.facts.year
        present = set(self.facts.tasks.filter(pl.col("year") == year)["task"].unique())
        found = []
        for item in tasks(year):
            if item.code in present or item.nature == "financial":
                # As the code is now: some had another content before.
                found.append(Asked(item.code, f"{item.code}@{year}"))
            found += [
                Asked(row["codes"], row["codes"])
                for row in self._sums
                if row["codes"].split("+")[-1] == item.code and present.issuperset(row["codes"].split("+"))
            ]
        return found

    @cached_property
    def _sums(self) -> list[dict[str, str]]:
        day = date(self.facts.year, 1, 1)
        return [row for row in reference("scale_sums") if in_force(row, day)]

    def asked(self, text: str) -> Asked:
        """Read a code, a title or a sum of codes.

        Raises
        ------
        UnknownNameError
            If there is no such task, or a sum cannot be followed into the latest accounts.
        BadInputError
            If a sum takes tasks of several main tasks together, whose drivers differ.
        """
        year = self.facts.year
        try:
            code = find_task(text)
        except UnknownNameError:
            if "+" not in text.strip().rstrip("+"):
                raise
        else:
            if task_at(code, year) is None:
                series_plan(f"{code}@{year}", [year])  # says in which years it exists
            return Asked(code, f"{code}@{year}")
        plan = series_plan(text, self.facts.years)[-1]
        if plan.codes is None:
            raise UnknownNameError(f"{text} has no counterpart in {year}: {plan.reason}")
        if len({code[0] for code in plan.codes}) > 1:
            raise BadInputError(
                f"{text} takes several main tasks together, whose drivers differ",
                where="task",
                todo="Name tasks of one main task",
            )
        return Asked("+".join(plan.codes), text)

    def rows(self, asked: Asked) -> TaskRows | LeftOut:
        """Cost of one task or sum with its drivers, or why there is none."""
        for code in asked.codes:
            item = task_at(code, self.facts.year)
            if item is not None and item.nature == "financial":
                return LeftOut(asked.code, f"mainly financial or negative amounts: {item.nature_reason}")
        try:
            plan = {item.year: item.codes for item in series_plan(asked.text, self.facts.years) if item.codes}
        except UnknownNameError as error:
            return LeftOut(asked.code, error.what)
        drivers, names = self.facts.drivers(asked.code[0])
        summed = self._summed(plan)
        everything = summed.join(drivers, on="code", how="left") if names else summed
        # Several municipalities together cost what several cost, not what one of their joint size does.
        rows = everything.join(self.facts.before_mergers, on=["code", "year"], how="anti")
        return TaskRows(rows, everything, drivers, names)

    def model(self, asked: Asked, *, at_inhabitants: float | None, seed: int) -> TaskModel | LeftOut:
        """Fit one task or sum, or say why it is left out."""
        found = self.rows(asked)
        if isinstance(found, LeftOut):
            return found
        rows, names = found.rows, found.names
        return task_model(
            asked.code,
            rows,
            names,
            at_inhabitants=self.at_inhabitants if at_inhabitants is None else at_inhabitants,
            cautions=self._cautions(asked, names),
            variants=[
                *self._other_samples(asked, rows),
                ("years before a merger included", found.everything),
                *((name, found.complete(net)) for name, net in self._net(asked)),
            ],
            regions=self._regions,
            rng=np.random.default_rng([seed, *asked.code.encode()]),
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
        """Share of the cost of each main task that is transfers (category 4), where these are no social benefits."""
        found = {}
        day = date(self.facts.year, 1, 1)
        social = {row["main_task"] for row in reference("social_transfers") if in_force(row, day)}
        for main_task in sorted({item.code[0] for item in self.all_asked} - social):
            shares = self.facts.warehouse.query("transfers_of_main_task", main_task=main_task, report=self.facts.report)
            if shares.height and shares["share"].item(0) is not None:
                found[main_task] = float(shares["share"].item(0))
        return found

    def _cautions(self, asked: Asked, drivers: tuple[str, ...]) -> list[Caution]:
        found = [] if drivers else [Caution("no drivers loaded: size also stands for what goes with it")]
        day = date(self.facts.year, 1, 1)
        found += [
            Caution(row["text"], "hosted" if row["caution"] == "hosted" else None)
            for row in reference("scale_cautions")
            if row["task"] in asked.codes and in_force(row, day)
        ]
        found += [
            Caution(f"a part of {row['codes']}, which is estimated as one: {row['reason']}", "bookkeeping")
            for row in self._sums
            if asked.code in row["codes"].split("+")
        ]
        return [*found, *self._through_arrangements(asked, day)]

    def _through_arrangements(self, asked: Asked, day: date) -> list[Caution]:
        limit = rule("arrangement_share")
        share = self._transfers.get(asked.code[0])
        # What goes to own staff cannot be a transfer.
        if share is not None and share > limit and self._wages_share(asked) < 1 - limit:
            told = f"{share:.0%} of the cost of main task {asked.code[0]} is transfers"
            text = f"{MAINLY_ARRANGEMENTS}: {told}, so this is the scale of the cost key, not of the work"
            return [Caution(text, "arrangements")]
        laws = [
            row["basis"]
            for row in reference("compulsory_arrangements")
            if row["status"] == "compulsory" and in_force(row, day) and set(row["tasks"].split("+")) & set(asked.codes)
        ]
        if not laws:
            return []
        return [Caution(f"in part the scale of a cost key: the law places work in an arrangement ({laws[0]})")]

    def _wages_share(self, asked: Asked) -> float:
        """Share of own pay in the cost of all municipalities together, in the one year that has both; else 0."""
        if self._both.is_empty():
            return 0.0
        rows = self._both.filter(pl.col("task").is_in(list(asked.codes)))
        cost = float(rows["cost_keur"].sum())
        return float(rows["wages_keur"].sum()) / cost if cost > 0 else 0.0

    def _other_samples(self, asked: Asked, rows: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
        found = [("without the four largest", rows.filter(~pl.col("code").is_in(self._largest)))]
        found += [
            ("without shock years", rows.filter(~_within(row["first_year"], row["last_year"])))
            for row in reference("shock_years")
            if row["task"] in asked.codes
        ]
        return found

    @cached_property
    def _both(self) -> pl.DataFrame:
        """Cost, own pay and income per task in the one year that has all, in the latest boundaries; parts rolled up."""
        facts = self.facts
        if not facts.warehouse.has("task_accounts"):
            return pl.DataFrame()
        found = facts.warehouse.query("cost_and_income_per_task", report=facts.report)
        if found.is_empty():
            return found
        year = int(found["year"].item(0))
        parents = {item.code: item.rolled_up for item in tasks(year, level="part")}
        amounts = ("cost_keur", "income_keur", "wages_keur")
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

    def _net(self, asked: Asked) -> list[tuple[str, pl.DataFrame]]:
        """Gross and net of income in the one year that has both, so that only the income differs."""
        if self._both.is_empty():
            return []
        year = int(self._both["year"].item(0))
        codes = next((item.codes for item in series_plan(asked.text, [year]) if item.codes), ())
        rows = (
            self._both.filter(pl.col("task").is_in(list(codes)))
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
