"""Scale (M1): the elasticity of the cost of a task to the number of inhabitants.

``ln c_it = a_t + b1 m_it + b2 m_it^2 + g' x_i + u_i + e_it`` with ``m = ln N - ln N0``, N0 the geometric mean of
inhabitants, year effects ``a_t`` and drivers ``x`` that are constant in time (they exist as a recent cross-section).
Size hardly varies within a municipality, so this is a comparison *between* municipalities. Least squares on all years,
errors clustered by municipality (numerics.least_squares). Elasticity ``eps(N) = b1 + 2 b2 (ln N - ln N0)``: below 1
there are economies of scale. Cost is gross and in current prices; the year effects take up price changes that all
share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.domain.reference import reference
from verband.numerics.least_squares import CollinearError, Contrast, LeastSquares, cluster_bootstrap, least_squares

Array = npt.NDArray[np.float64]
LEVEL = 0.95
DRAWS = 1_000


def rule(name: str) -> float:
    """Return a stated rule of this module (``domain/reference/scale_rules.csv``).

    Raises
    ------
    KeyError
        If there is no such rule.
    """
    return next(float(row["value"]) for row in reference("scale_rules") if row["rule"] == name)


@dataclass(frozen=True, slots=True)
class Variant:
    """The elasticity under another choice; ``None`` where it cannot be estimated."""

    name: str
    elasticity: float | None
    low: float | None
    high: float | None
    n_observations: int


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
        With drivers; 95% interval.
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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A task without an estimate, and why."""

    task: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Sample:
    """Rows ready to fit: logarithms, design without drivers, drivers, and groups."""

    cost: Array
    size: Array
    years: Array
    drivers: Array
    group: npt.NDArray[np.int64]
    centre: float


def verdict(low: float, high: float) -> str:
    """Read an interval of the elasticity against the stated margin around 1."""
    margin = rule("constant_margin")
    if high < 1 - margin:
        return "economies"
    if low > 1 + margin:
        return "diseconomies"
    return "constant" if low >= 1 - margin and high <= 1 + margin else "inconclusive"


def scale(
    task: str,
    rows: pl.DataFrame,
    drivers: Sequence[str],
    *,
    at_inhabitants: float | None = None,
    flags: Sequence[str] = (),
    variants: Sequence[tuple[str, pl.Expr]] = (),
    rng: np.random.Generator,
) -> Scale | LeftOut:
    """Estimate the elasticity of one task.

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
        Names and filters of samples to estimate beside the headline.
    rng
        For the bootstrap.
    """
    known = rows.filter(pl.col("inhabitants") > 0, pl.col("cost_keur").is_not_null())
    positive = known.filter(pl.col("cost_keur") > 0)
    complete = positive.drop_nulls(list(drivers))
    if complete["code"].n_unique() <= _columns(complete, drivers):
        return LeftOut(task, f"only {complete['code'].n_unique()} municipalities have a figure: too few to estimate")
    try:
        sample = _sample(complete, drivers)
        fit = _fit(sample, with_drivers=True)
    except CollinearError as error:
        return LeftOut(task, f"the drivers cannot be told apart here ({error})")
    at = float(np.exp(sample.centre)) if at_inhabitants is None else at_inhabitants
    found = _elasticity(fit, sample, at)
    plain = _elasticity(_fit(sample, with_drivers=False), sample, at)
    cheapest = _cheapest(sample, fit, rng)
    return Scale(
        task=task,
        at_inhabitants=at,
        elasticity=found.estimate,
        standard_error=found.standard_error,
        low=found.low,
        high=found.high,
        level=LEVEL,
        without_drivers=plain.estimate,
        cheapest_scale=cheapest[0],
        cheapest_low=cheapest[1],
        cheapest_high=cheapest[2],
        n_observations=fit.n,
        n_municipalities=fit.groups,
        years=tuple(sorted(complete["year"].unique().to_list())),
        verdict=verdict(found.low, found.high),
        drivers=tuple(drivers),
        flags=(*flags, *_flags(known, positive, complete)),
        variants=tuple(_variant(name, complete.filter(chosen), drivers, at) for name, chosen in variants),
    )


def _columns(rows: pl.DataFrame, drivers: Sequence[str]) -> int:
    return rows["year"].n_unique() + 2 + len(drivers)


def _flags(known: pl.DataFrame, positive: pl.DataFrame, complete: pl.DataFrame) -> tuple[str, ...]:
    flags = []
    none = 1 - positive.height / known.height
    if none > rule("zero_share"):
        flags.append(f"{none:.0%} of the reports show no cost: the estimate is about those that spend")
    if left := positive["code"].n_unique() - complete["code"].n_unique():
        flags.append(f"{left} municipalities lack a driver and are left out")
    return tuple(flags)


def _sample(rows: pl.DataFrame, drivers: Sequence[str]) -> _Sample:
    log_size = np.log(rows["inhabitants"].to_numpy().astype(np.float64))
    per_municipality = rows.group_by("code").agg(pl.col("inhabitants").cast(pl.Float64).log().mean())["inhabitants"]
    centre = float(cast("float", per_municipality.mean()))
    years = sorted(rows["year"].unique().to_list())
    columns = [rows[name].to_numpy().astype(np.float64) for name in drivers]
    centred = [column - column.mean() for column in columns]
    return _Sample(
        cost=np.log(rows["cost_keur"].to_numpy().astype(np.float64)),
        size=log_size - centre,
        years=np.column_stack([(rows["year"].to_numpy() == year).astype(np.float64) for year in years]),
        drivers=np.column_stack(centred) if centred else np.empty((rows.height, 0)),
        group=rows["code"].rank("dense").cast(pl.Int64).to_numpy(),
        centre=centre,
    )


def _design(sample: _Sample, *, with_drivers: bool) -> Array:
    parts = [sample.size[:, None], sample.size[:, None] ** 2, sample.years]
    return np.hstack([*parts, sample.drivers] if with_drivers else parts)


def _fit(sample: _Sample, *, with_drivers: bool) -> LeastSquares:
    return least_squares(sample.cost, _design(sample, with_drivers=with_drivers), sample.group)


def _elasticity(fit: LeastSquares, sample: _Sample, at: float) -> Contrast:
    weights = np.zeros(fit.k)
    weights[0], weights[1] = 1.0, 2 * (np.log(at) - sample.centre)
    return fit.contrast(weights, level=LEVEL)


def _variant(name: str, rows: pl.DataFrame, drivers: Sequence[str], at: float) -> Variant:
    if rows["code"].n_unique() <= _columns(rows, drivers):
        return Variant(name, None, None, None, rows.height)
    try:
        sample = _sample(rows, drivers)
        found = _elasticity(_fit(sample, with_drivers=True), sample, at)
    except CollinearError:
        return Variant(name, None, None, None, rows.height)
    return Variant(name, found.estimate, found.low, found.high, rows.height)


def _cheapest(
    sample: _Sample, fit: LeastSquares, rng: np.random.Generator
) -> tuple[float | None, float | None, float | None]:
    """Size at which modelled cost per inhabitant is lowest: ``ln N* = ln N0 + (1 - b1) / (2 b2)`` for ``b2 > 0``."""
    smallest, largest = float(sample.size.min()), float(sample.size.max())
    b1, b2 = float(fit.coefficients[0]), float(fit.coefficients[1])
    if b2 <= 0 or not smallest < (1 - b1) / (2 * b2) < largest:
        return None, None, None
    draws = cluster_bootstrap(sample.cost, _design(sample, with_drivers=True), sample.group, draws=DRAWS, rng=rng)
    sizes = [_lowest(draw[0], draw[1], smallest, largest) for draw in draws if np.isfinite(draw).all()]
    low, high = np.quantile(sizes, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    best, lower, upper = np.exp(sample.centre + np.array([(1 - b1) / (2 * b2), low, high]))
    return float(best), float(lower), float(upper)


def _lowest(b1: float, b2: float, smallest: float, largest: float) -> float:
    """Where ``(b1 - 1) m + b2 m^2`` is lowest between two sizes."""
    if b2 > 0:
        return min(max((1 - b1) / (2 * b2), smallest), largest)
    ends = {smallest: (b1 - 1) * smallest + b2 * smallest**2, largest: (b1 - 1) * largest + b2 * largest**2}
    return min(ends, key=lambda end: ends[end])
