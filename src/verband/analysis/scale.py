"""Scale (M1): what size does to the cost of a task, and how far that can be told.

The headline is the elasticity of the cost function (analysis.cost_function) with drivers held constant; beside it stand
other choices: without drivers, without the four largest, without shock years, net of income, zero spending included
(analysis.spending_decision). Size hardly varies within a municipality, so all of it is a comparison *between*
municipalities: no saving by cooperating follows from it. Cost is in current prices; year effects take up price changes
that all share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from verband.analysis.cost_function import LEVEL, CostFunction, coefficients, cost_function
from verband.analysis.scale_rules import rule
from verband.analysis.spending_decision import spending_decision
from verband.numerics.least_squares import CollinearError

DRAWS = 1_000
NET = "net cost"
MISFIT = "a curve with one bend does not fit"
MAINLY_ARRANGEMENTS = "mainly through arrangements"
WITH_ZEROS = "zero spending included"


@dataclass(frozen=True, slots=True)
class Variant:
    """The elasticity under another choice; ``None`` where it cannot be estimated, with the reason in ``missing``."""

    name: str
    elasticity: float | None
    low: float | None
    high: float | None
    n_observations: int
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """Scale of one task.

    Attributes
    ----------
    task
        Iv3 code.
    at_inhabitants
        Where the elasticity is taken; the geometric mean unless asked otherwise.
    elasticity, standard_error, low, high, level
        Of typical cost (the geometric mean), with drivers; 95% interval.
    without_drivers
        The elasticity when size also stands for what goes with it.
    cheapest_scale, cheapest_low, cheapest_high
        Inhabitants at which modelled cost per inhabitant is lowest; ``None`` where it has no minimum inside the
        observed sizes. Interval: 95% of the bootstrap, draws without a minimum inside counted at the edge.
    n_observations, n_municipalities
        Rows and clusters.
    years
        Years used.
    verdict
        ``economies``, ``diseconomies``, ``constant`` (inside the stated margin) or ``inconclusive``.
    drivers
        Names of the drivers held constant.
    flags
        What the reader must know before using the figure.
    variants
        Other choices, side by side.
    kind
        ``estimated``.
    """

    task: str
    at_inhabitants: float
    elasticity: float
    standard_error: float
    low: float
    high: float
    level: float
    without_drivers: float | None
    cheapest_scale: float | None
    cheapest_low: float | None
    cheapest_high: float | None
    n_observations: int
    n_municipalities: int
    years: tuple[int, ...]
    verdict: str
    drivers: tuple[str, ...]
    flags: tuple[str, ...]
    variants: tuple[Variant, ...]
    kind: str = "estimated"

    @property
    def cost_key(self) -> bool:
        """Whether the cost runs mainly through arrangements, so that size shows the cost key and not the work."""
        return any(flag.startswith(MAINLY_ARRANGEMENTS) for flag in self.flags)

    @property
    def misfit(self) -> bool:
        """Whether a curve with one bend is rejected, so that differences between sizes rest on its form."""
        return any(flag.startswith(MISFIT) for flag in self.flags)

    @property
    def often_zero(self) -> bool:
        """Whether zero spending is no rarity, so that the estimate is about those that spend."""
        return any(item.name == WITH_ZEROS for item in self.variants)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A task without an estimate, and why."""

    task: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskModel:
    """Scale of one task with the modelled cost behind it.

    Attributes
    ----------
    scale
        The elasticity and what belongs to it.
    year
        Year of the modelled cost: the latest.
    curve
        Columns of ``cost_function.CURVE``.
    expected
        Columns of ``cost_function.EXPECTED``, for all municipalities whose size and drivers are known.
    """

    scale: Scale
    year: int
    curve: pl.DataFrame
    expected: pl.DataFrame


def verdict(low: float, high: float) -> str:
    """Read an interval of the elasticity against the stated margin around 1."""
    margin = rule("constant_margin")
    if high < 1 - margin:
        return "economies"
    if low > 1 + margin:
        return "diseconomies"
    return "constant" if low >= 1 - margin and high <= 1 + margin else "inconclusive"


def task_model(
    task: str,
    rows: pl.DataFrame,
    drivers: Sequence[str],
    *,
    at_inhabitants: float | None = None,
    flags: Sequence[str] = (),
    variants: Sequence[tuple[str, pl.DataFrame]] = (),
    rng: np.random.Generator,
) -> TaskModel | LeftOut:
    """Estimate scale and modelled cost of one task.

    Parameters
    ----------
    task
        Iv3 code, for the answer.
    rows
        One row per municipality and year: ``code, year, inhabitants, cost_keur`` and one column per driver, all in the
        same boundaries; null where missing.
    drivers
        Names of the driver columns, already in logarithms where the rule says so.
    at_inhabitants
        Where to take the elasticity.
    flags
        Flags that follow from other tables.
    variants
        Names and rows of other choices to estimate beside the headline, with the same columns.
    rng
        For the bootstrap.
    """
    known = rows.filter(pl.col("inhabitants") > 0, pl.col("cost_keur").is_not_null())
    positive = known.filter(pl.col("cost_keur") > 0)
    complete = positive.drop_nulls(list(drivers))
    if complete["code"].n_unique() <= coefficients(complete, drivers):
        return LeftOut(task, f"only {complete['code'].n_unique()} municipalities have a figure: too few to estimate")
    try:
        model = cost_function(complete, drivers)
    except CollinearError as error:
        return LeftOut(task, f"the drivers cannot be told apart here ({error})")
    at = model.at_mean if at_inhabitants is None else at_inhabitants
    found, rejected = model.elasticity(at), _misfit(model)
    cheapest = _cheapest(model, rng, misfit=bool(rejected))
    year = model.years[-1]
    answer = Scale(
        task=task,
        at_inhabitants=at,
        elasticity=found.estimate,
        standard_error=found.standard_error,
        low=found.low,
        high=found.high,
        level=LEVEL,
        without_drivers=cost_function(complete).elasticity(at).estimate,
        cheapest_scale=cheapest[0],
        cheapest_low=cheapest[1],
        cheapest_high=cheapest[2],
        n_observations=model.fit.n,
        n_municipalities=model.fit.groups,
        years=model.years,
        verdict=verdict(found.low, found.high) if model.supports(at) else "inconclusive",
        drivers=tuple(drivers),
        flags=(*flags, *_flags(known, positive, complete), *_extrapolated(model, at), *rejected),
        variants=(
            *(_variant(name, other, drivers, at) for name, other in variants),
            *_with_zeros(known.drop_nulls(list(drivers)), model, at),
        ),
    )
    listed = rows.filter((pl.col("year") == year) & (pl.col("inhabitants") > 0)).drop_nulls(list(drivers))
    return TaskModel(answer, year, model.curve(year), model.expected(listed, year))


def scale(
    task: str,
    rows: pl.DataFrame,
    drivers: Sequence[str],
    *,
    at_inhabitants: float | None = None,
    flags: Sequence[str] = (),
    variants: Sequence[tuple[str, pl.DataFrame]] = (),
    rng: np.random.Generator,
) -> Scale | LeftOut:
    """Estimate the elasticity of one task; parameters as of :func:`task_model`."""
    found = task_model(task, rows, drivers, at_inhabitants=at_inhabitants, flags=flags, variants=variants, rng=rng)
    return found if isinstance(found, LeftOut) else found.scale


def _flags(known: pl.DataFrame, positive: pl.DataFrame, complete: pl.DataFrame) -> tuple[str, ...]:
    flags = []
    none = _zero_share(known)
    if none > rule("zero_share"):
        flags.append(f"{none:.0%} of the reports show no cost: the estimate is about those that spend")
    if left := positive["code"].n_unique() - complete["code"].n_unique():
        flags.append(f"{left} municipalities lack a driver and are left out")
    return tuple(flags)


def _misfit(model: CostFunction) -> tuple[str, ...]:
    p_value = model.form_p_value()
    if p_value is None or p_value >= rule("form_level"):
        return ()
    return (f"{MISFIT} (p = {p_value:.1g}): no cheapest scale, and no difference between two sizes",)


def _extrapolated(model: CostFunction, at: float) -> tuple[str, ...]:
    if model.supports(at):
        return ()
    return (f"{at:,.0f} inhabitants is beyond what nearly all municipalities are: extrapolated, so without a verdict",)


def _zero_share(known: pl.DataFrame) -> float:
    return float((known["cost_keur"] <= 0).sum()) / known.height


def _variant(name: str, rows: pl.DataFrame, drivers: Sequence[str], at: float) -> Variant:
    known = rows.filter(pl.col("inhabitants") > 0).drop_nulls(["cost_keur", *drivers])
    positive = known.filter(pl.col("cost_keur") > 0)

    def left_out(reason: str) -> Variant:
        return Variant(name, None, None, None, positive.height, reason)

    if name.startswith(NET) and _zero_share(known) > rule("zero_share"):
        return left_out(
            f"in {_zero_share(known):.0%} of the reports income covers the cost: net cost has no logarithm there"
        )
    if positive["code"].n_unique() <= coefficients(positive, drivers):
        return left_out(f"only {positive['code'].n_unique()} municipalities have a figure")
    try:
        found = cost_function(positive, drivers).elasticity(at)
    except CollinearError as error:
        return left_out(f"the drivers cannot be told apart here ({error})")
    return Variant(name, found.estimate, found.low, found.high, positive.height)


def _with_zeros(known: pl.DataFrame, model: CostFunction, at: float) -> tuple[Variant, ...]:
    """The two-part model, only where zero spending is no rarity."""
    if _zero_share(known) <= rule("zero_share"):
        return ()
    found = spending_decision(known, model, at_inhabitants=at)
    if found is None:
        return (Variant(WITH_ZEROS, None, None, None, known.height, "size alone tells who spends"),)
    return (Variant(WITH_ZEROS, found.elasticity, found.low, found.high, found.n_observations),)


def _cheapest(
    model: CostFunction, rng: np.random.Generator, *, misfit: bool
) -> tuple[float | None, float | None, float | None]:
    """Size at which modelled cost per inhabitant is lowest, with its bootstrap interval."""
    best = None if misfit else model.cheapest()
    if best is None:
        return None, None, None
    draws = model.bootstrap(draws=DRAWS, rng=rng)
    smallest, largest = model.supported_sizes()
    sizes = [_lowest(draw[0], draw[1], smallest, largest) for draw in draws if np.isfinite(draw).all()]
    low, high = np.quantile(sizes, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    found = np.exp(model.centre + np.array([best, low, high]))
    return float(found[0]), float(found[1]), float(found[2])


def _lowest(b1: float, b2: float, smallest: float, largest: float) -> float:
    """Where ``(b1 - 1) m + b2 m^2`` is lowest between two sizes."""
    if b2 > 0:
        return min(max((1 - b1) / (2 * b2), smallest), largest)
    ends = {smallest: (b1 - 1) * smallest + b2 * smallest**2, largest: (b1 - 1) * largest + b2 * largest**2}
    return min(ends, key=lambda end: ends[end])
