"""What the tests of the planted truth share: which elasticities can come back, and rows without writing files.

A coverage study needs hundreds of provinces. Their rows are made here straight from the generated accounts, by rules of
their own; ``test_planted_truth`` holds them against the rows that a workspace makes of the written files.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from unittest.mock import patch

import numpy as np
import polars as pl
from scipy import stats

from verband.analysis import scale as scale_module
from verband.analysis.cost_drivers import cost_drivers
from verband.analysis.scale import Scale, scale
from verband.domain.task import series_plan
from verband.domain.task_codes import tasks
from verband.sources.sample import Parameters, Province, province
from verband.sources.sample.data_files import table
from verband.sources.sample.model import ACCOUNT_YEARS
from verband.sources.sample.tasks import rolled_up
from verband.sources.sample.write_grants import CIRCULARS, _volumes

LEFT_OUT = ("5.5", "6.4")
"""Tasks of the unfair and the drifting arrangement: by design off the cost function for their members."""

Rows = tuple[pl.DataFrame, tuple[str, ...]]


@cache
def plans() -> Mapping[str, Mapping[int, tuple[str, ...]]]:
    """Tasks with one planted elasticity, and the codes that make up each in every year of the accounts."""
    planted = Parameters().elasticity
    found = {}
    for item in tasks(ACCOUNT_YEARS[-1]):
        plan = {part.year: part.codes for part in series_plan(f"{item.code}@{ACCOUNT_YEARS[-1]}", ACCOUNT_YEARS)}
        # Youth care was cut anew in 2023, from tasks with elasticities of their own: no single one was planted.
        whole = all(plan.values())
        if item.nature != "financial" and item.code in planted and item.code not in LEFT_OUT and whole:
            found[item.code] = plan
    return found


def shares_of_today(land: Province, code: str, year: int) -> dict[str, float]:
    """Which share of a municipality of a year belongs to which of today."""
    found = {code: 1.0}
    for day in sorted({change.day for change in land.changes if change.day.year > year}):
        moved: dict[str, float] = defaultdict(float)
        for old, weight in found.items():
            steps = [change for change in land.changes if change.day == day and change.old_code == old]
            for change in steps:
                moved[change.new_code] += weight * change.share
            if not steps:
                moved[old] += weight
        found = dict(moved)
    return found


def cost_rows(land: Province, *, years_before_mergers: bool = False) -> dict[str, Rows]:
    """Rows for the cost function of every recoverable task, in the boundaries of today, and its drivers.

    Parameters
    ----------
    land
        A province.
    years_before_mergers
        Whether to keep the years in which a municipality of today was still several.
    """
    cost: dict[str, dict[tuple[str, int], float]] = defaultdict(lambda: defaultdict(float))
    people: dict[tuple[str, int], float] = defaultdict(float)
    brought: dict[tuple[str, int], list[float]] = defaultdict(list)
    missing: set[tuple[str, int]] = set()
    for report in land.reports:
        if report.kind != "accounts":
            continue
        amounts: dict[str, int] = defaultdict(int)
        for (task, _), amount in report.cost.items():
            amounts[rolled_up(task)] += amount
        for code, share in shares_of_today(land, report.code, report.year).items():
            key = code, report.year
            people[key] += share * report.inhabitants
            brought[key].append(share * report.inhabitants)
            if not report.filed:
                missing.add(key)
            for task, amount in amounts.items():
                cost[task][key] += share * amount
    measures = _measures(land)
    several = {key for key, parts in brought.items() if sum(part >= 0.1 * people[key] for part in parts) > 1}
    keys = [key for key in sorted(people) if years_before_mergers or key not in several]
    result = {}
    for task, plan in plans().items():
        drivers, names = cost_drivers(measures, task[0])
        records = [
            (*key, people[key], None if key in missing else sum(cost[part][key] for part in plan[key[1]]))
            for key in keys
            if key[1] in plan
        ]
        schema = {"code": pl.String, "year": pl.Int64, "inhabitants": pl.Float64, "cost_keur": pl.Float64}
        rows = pl.DataFrame(records, schema=schema, orient="row").join(drivers, on="code", how="left")
        result[task] = rows, names
    return result


def _measures(land: Province) -> pl.DataFrame:
    """Volumes of the newest circular, one column per measure."""
    newest = CIRCULARS[-1]
    year = int(newest.name[1:])
    return pl.DataFrame([{"code": item.code, **_volumes(land, item, newest)} for item in land.existing(year)])


def estimates(
    land: Province,
    *,
    years_before_mergers: bool = False,
    with_drivers: bool = True,
    at_inhabitants: float | None = None,
) -> dict[str, Scale]:
    """Scale of every recoverable task."""
    found = {}
    for task, (rows, drivers) in cost_rows(land, years_before_mergers=years_before_mergers).items():
        answer = scale(
            task, rows, drivers if with_drivers else (), at_inhabitants=at_inhabitants, rng=np.random.default_rng(1)
        )
        assert isinstance(answer, Scale), answer
        found[task] = answer
    return found


def driven_tasks() -> tuple[str, ...]:
    """Recoverable tasks whose cost was made to depend on a driver that goes with size, wholly.

    Contributions by inhabitants leave the driver of each member out, so it does not fully reach tasks with that key.
    """
    by_inhabitants = {row["task"] for row in table("arrangements") if row["key"] == "inhabitants"}
    main_tasks = {effect.main_task for effect in Parameters().driver_effects}
    return tuple(task for task in plans() if task[0] in main_tasks and task not in by_inhabitants)


def tasks_alone() -> tuple[str, ...]:
    """Recoverable tasks of which nothing that matters runs through an arrangement."""
    joint = {row["task"] for row in table("arrangements") if float(row["through"]) >= 0.03}
    return tuple(task for task in plans() if task not in joint)


CHOICES: Mapping[str, Mapping[str, bool]] = {
    "headline": {},
    "without drivers": {"with_drivers": False},
    "years before mergers": {"years_before_mergers": True},
}
COLUMNS = ("seed", "choice", "task", "planted", "estimate", "low", "high")


def estimates_of_seed(seed: int) -> list[tuple[int, str, str, float, float, float, float]]:
    """Elasticities of one province, columns of ``COLUMNS``: what was planted where the estimate is taken, and found."""
    land = province(seed)
    # The cheapest scale is not asked here, and its bootstrap is most of the time.
    with patch.object(scale_module, "DRAWS", 1):
        return [
            (
                seed,
                choice,
                task,
                land.parameters.elasticity_at(task, found.at_inhabitants),
                found.elasticity,
                found.low,
                found.high,
            )
            for choice, kept in CHOICES.items()
            for task, found in estimates(land, **kept).items()
        ]


def frame_of(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    """Table of rows of :func:`estimates_of_seed`, with whether the interval holds what was planted."""
    inside = pl.col("planted").is_between(pl.col("low"), pl.col("high")).alias("covered")
    return pl.DataFrame(rows, schema=COLUMNS, orient="row").with_columns(inside)


def cheapest_of_seed(seed: int) -> list[tuple[int, str, float, bool, float | None, float | None]]:
    """Seed, task, planted cheapest scale, whether one is told, and the interval, of the tasks that have one.

    An interval that reaches the edge of the observed sizes is not told; it is given here all the same, for coverage is
    a property of intervals before some of them are kept silent.
    """
    land = province(seed)
    rows = cost_rows(land)
    result = []
    for task in land.parameters.curvature:
        found = scale(task, *rows[task], rng=np.random.default_rng(1))
        assert isinstance(found, Scale), found
        told = found.cheapest_scale is not None
        if not told:
            with patch.object(scale_module, "_EDGE", -np.inf):
                found = scale(task, *rows[task], rng=np.random.default_rng(1))
            assert isinstance(found, Scale), found
        planted = land.parameters.cheapest_scale(task)
        assert planted is not None
        result.append((seed, task, planted, told, found.cheapest_low, found.cheapest_high))
    return result


def on_all_cores(work: Callable[[int], list[tuple[object, ...]]], numbers: Iterable[int]) -> list[tuple[object, ...]]:
    """Rows of ``work`` over numbers, in their order, whatever the number of cores."""
    alone = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    # Every process keeps to a core of its own; it reads this when it starts.
    with patch.dict(os.environ, alone), ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return [row for rows in pool.map(work, numbers) for row in rows]


def holm(chances: Mapping[str, float]) -> dict[str, float]:
    """Adjust p-values for their number (Holm, 1979, "A simple sequentially rejective multiple test procedure")."""
    ordered = sorted(chances.items(), key=lambda item: item[1])
    adjusted, worst = {}, 0.0
    for place, (name, chance) in enumerate(ordered):
        worst = max(worst, min(1.0, chance * (len(ordered) - place)))
        adjusted[name] = worst
    return adjusted


def coverage_chance(covered: int, draws: int, level: float = 0.95) -> float:
    """Chance of a coverage at least as far off when the interval is right: exact, two-sided."""
    return float(stats.binomtest(covered, draws, level).pvalue)


def pooled_chance(frame: pl.DataFrame, level: float = 0.95) -> tuple[float, float, float]:
    """Coverage over all tasks and provinces, its Monte Carlo error, and its chance when the intervals are right.

    Tasks of one province share effects, so what is tested is the share covered per province: provinces are independent.
    """
    shares = frame.group_by("seed").agg(pl.col("covered").mean())["covered"].to_numpy()
    error = float(shares.std(ddof=1) / len(shares) ** 0.5)
    return float(shares.mean()), error, float(stats.ttest_1samp(shares, level).pvalue)


def mean_shift(frame: pl.DataFrame) -> tuple[float, float, float]:
    """Mean of estimate less planted over tasks and provinces, its Monte Carlo error, and its chance when there is none.

    By province, as :func:`pooled_chance`.
    """
    shifts = frame.group_by("seed").agg((pl.col("estimate") - pl.col("planted")).mean().alias("shift"))["shift"]
    found = shifts.to_numpy()
    error = float(found.std(ddof=1) / len(found) ** 0.5)
    return float(found.mean()), error, float(stats.ttest_1samp(found, 0.0).pvalue)


def straight_line(
    y: Sequence[float], columns: Sequence[Sequence[float]], level: float = 0.95
) -> list[tuple[float, float, float]]:
    """Coefficients with their intervals by plain least squares, independent of the package: (estimate, low, high)."""
    target, design = (
        np.asarray(y, dtype=float),
        np.column_stack([np.asarray(column, dtype=float) for column in columns]),
    )
    inverse = np.linalg.inv(design.T @ design)
    found = inverse @ design.T @ target
    freedom = len(target) - design.shape[1]
    variance = float(((target - design @ found) ** 2).sum()) / freedom
    reach = stats.t.ppf(0.5 + level / 2, freedom) * np.sqrt(variance * np.diag(inverse))
    return [(float(at), float(at - off), float(at + off)) for at, off in zip(found, reach, strict=True)]


def prediction(y: Sequence[float], x: Sequence[float], at: float, level: float = 0.95) -> tuple[float, float, float]:
    """Value of a straight line at a point with the interval for one more observation: (expected, low, high)."""
    line = stats.linregress(x, y)
    off = np.asarray(x) - np.mean(x)
    left = np.asarray(y) - line.intercept - line.slope * np.asarray(x)
    spread = np.sqrt((left**2).sum() / (len(off) - 2) * (1 + 1 / len(off) + (at - np.mean(x)) ** 2 / (off**2).sum()))
    expected, reach = line.intercept + line.slope * at, stats.t.ppf(0.5 + level / 2, len(off) - 2) * spread
    return float(expected), float(expected - reach), float(expected + reach)
