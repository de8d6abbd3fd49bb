"""Scale (M1): what size does to the cost of a task, and how far that can be told.

The headline is the elasticity of the cost function (analysis.cost_function) with drivers held constant; beside it stand
other choices: without drivers, without the four largest, without shock years, net of income, mean instead of typical
cost, zero spending included (analysis.spending_decision). What the codes cannot tell (a task that some do for others, a
code that is a matter of bookkeeping) gets no verdict. Size hardly varies within a municipality, so all of it is a
comparison *between* municipalities: no saving by cooperating follows from it. Cost is in current prices; year effects
take up price changes that all share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

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
MEAN = "mean cost in euros"
BY_REGION = "errors shared within safety regions"
WITH_ZEROS = "mean cost in euros, zero spending included"
Apart = Literal["arrangements", "hosted", "bookkeeping"]
_WITHOUT_VERDICT = ("hosted", "bookkeeping")
_EDGE = 1e-9


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
class Caution:
    """What a reader must know about a task beforehand.

    Attributes
    ----------
    text
        Becomes a flag.
    apart
        Why size does not show the scale of the work: it runs mainly through arrangements, some municipalities do it for
        others, or its code is a matter of bookkeeping; the last two leave no verdict. ``None`` for a mere note.
    """

    text: str
    apart: Apart | None = None


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
        Inhabitants at which typical cost per inhabitant is lowest, so that the elasticity is 1. Interval: 95% of the
        bootstrap, draws without a minimum inside the observed sizes counted at the edge; ``None`` where there is no
        minimum inside, or the interval reaches an edge, for then the data do not tell a minimum from none.
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
    apart
        As of :class:`Caution`.
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
    apart: Apart | None = None
    kind: str = "estimated"

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
    cautions: Sequence[Caution] = (),
    variants: Sequence[tuple[str, pl.DataFrame]] = (),
    regions: Mapping[str, str] | None = None,
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
    cautions
        What follows from other tables.
    variants
        Names and rows of other choices to estimate beside the headline, with the same columns.
    regions
        Safety region by code, for errors that neighbours share.
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
    zeros = _with_zeros(known.drop_nulls(list(drivers)), model, at)
    judged, doubts = _judged(model, at, verdict(found.low, found.high), zeros)
    apart = next((item.apart for item in cautions if item.apart is not None), None)
    cheapest, undetermined = _cheapest(model, rng, misfit=bool(rejected))
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
        verdict="inconclusive" if apart in _WITHOUT_VERDICT else judged,
        drivers=tuple(drivers),
        flags=(
            *(item.text for item in cautions),
            *_flags(known, positive, complete),
            *doubts,
            *rejected,
            *undetermined,
        ),
        variants=(
            *(_variant(name, other, drivers, at) for name, other in variants),
            Variant(MEAN, *model.mean_elasticity(at), model.fit.n),
            *_by_region(model, at, regions or {}),
            *zeros,
        ),
        apart=apart,
    )
    listed = rows.filter((pl.col("year") == year) & (pl.col("inhabitants") > 0)).drop_nulls(list(drivers))
    return TaskModel(answer, year, model.curve(year), model.expected(listed, year))


def scale(
    task: str,
    rows: pl.DataFrame,
    drivers: Sequence[str],
    *,
    at_inhabitants: float | None = None,
    cautions: Sequence[Caution] = (),
    variants: Sequence[tuple[str, pl.DataFrame]] = (),
    rng: np.random.Generator,
) -> Scale | LeftOut:
    """Estimate the elasticity of one task; parameters as of :func:`task_model`."""
    found = task_model(
        task, rows, drivers, at_inhabitants=at_inhabitants, cautions=cautions, variants=variants, rng=rng
    )
    return found if isinstance(found, LeftOut) else found.scale


def _flags(known: pl.DataFrame, positive: pl.DataFrame, complete: pl.DataFrame) -> tuple[str, ...]:
    flags = []
    none = _zero_share(known)
    if none > rule("zero_share"):
        flags.append(
            f"{none:.0%} of the reports show no cost or a negative one: the estimate is about those that spend"
        )
    if left := positive["code"].n_unique() - complete["code"].n_unique():
        flags.append(f"{left} municipalities lack a driver and are left out")
    years = complete["year"].unique().sort().to_list()
    if len(years) < rule("few_years"):
        flags.append(f"accounts of {' and '.join(map(str, years))} only")
    return tuple(flags)


def _inhabitants(number: float) -> str:
    """A number of inhabitants in a remark, written the Dutch way as all that a reader meets."""
    return f"{number:,.0f}".replace(",", ".")


def _decimals(number: float) -> str:
    """A small figure in a remark, with a decimal comma."""
    return f"{number:.1g}".replace(".", ",")


def _misfit(model: CostFunction) -> tuple[str, ...]:
    p_value = model.form_p_value()
    if p_value is None or p_value >= rule("form_level"):
        return ()
    return (f"{MISFIT} (p = {_decimals(p_value)}): no cheapest scale, and no difference between two sizes",)


def _judged(model: CostFunction, at: float, headline: str, zeros: tuple[Variant, ...]) -> tuple[str, tuple[str, ...]]:
    """The verdict, and why it is none where the size is too rare or zero spending changes the answer."""
    if not model.supports(at):
        beyond = f"{_inhabitants(at)} inhabitants is beyond what nearly all municipalities are"
        beyond += ": extrapolated, so without a verdict"
        return "inconclusive", (beyond,)
    for item in zeros:
        other = None if item.low is None or item.high is None else verdict(item.low, item.high)
        if headline not in ("inconclusive", other):
            return "inconclusive", (f"{headline} among those that spend, but not with zero spending included",)
    return headline, ()


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


def _by_region(model: CostFunction, at: float, regions: Mapping[str, str]) -> tuple[Variant, ...]:
    found = model.elasticity_by_region(at, regions)
    return () if found is None else (Variant(BY_REGION, *found, model.fit.n),)


def width_by_region(tasks: Sequence[Scale]) -> tuple[float, int] | None:
    """How much wider intervals are when neighbours share errors: median ratio over tasks, and their number."""
    ratios = [
        (item.high - item.low) / (task.high - task.low)
        for task in tasks
        for item in task.variants
        if item.name == BY_REGION and item.low is not None and item.high is not None and task.high > task.low
    ]
    return (float(np.median(ratios)), len(ratios)) if ratios else None


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
) -> tuple[tuple[float | None, float | None, float | None], tuple[str, ...]]:
    """Size at which typical cost per inhabitant is lowest with its bootstrap interval, and what to know about it."""
    best = None if misfit else model.cheapest()
    if best is None:
        return (None, None, None), ()
    draws = model.bootstrap(draws=DRAWS, rng=rng)
    smallest, largest = model.supported_sizes()
    sizes = [_lowest(draw[0], draw[1], smallest, largest) for draw in draws if np.isfinite(draw).all()]
    low, high = np.quantile(sizes, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if low <= smallest + _EDGE or high >= largest - _EDGE:
        return (None, None, None), ("no cheapest scale: its interval reaches the edge of the observed sizes",)
    found = [float(np.exp(model.centre + size)) for size in (best, low, high)]
    of_mean = model.cheapest(of_mean=True)
    if of_mean is not None and low <= of_mean <= high:
        return (found[0], found[1], found[2]), ()
    where = (
        "nowhere inside the observed sizes" if of_mean is None else f"at {_inhabitants(np.exp(model.centre + of_mean))}"
    )
    return (found[0], found[1], found[2]), (f"mean cost in euros is lowest {where}, outside the interval",)


def _lowest(b1: float, b2: float, smallest: float, largest: float) -> float:
    """Where ``(b1 - 1) m + b2 m^2`` is lowest between two sizes."""
    if b2 > 0:
        return min(max((1 - b1) / (2 * b2), smallest), largest)
    ends = {smallest: (b1 - 1) * smallest + b2 * smallest**2, largest: (b1 - 1) * largest + b2 * largest**2}
    return min(ends, key=lambda end: ends[end])
