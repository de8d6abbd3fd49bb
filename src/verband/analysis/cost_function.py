"""The cost function of one task (M1): cost against inhabitants and drivers, between municipalities.

``ln c_it = a_t + b1 m_it + b2 m_it^2 + g' x_i + u_i + e_it`` with ``m = ln N - ln N0``, N0 the geometric mean of
inhabitants, year effects ``a_t`` and drivers ``x`` that are constant in time (they exist as a recent cross-section).
Least squares on all years, errors clustered by municipality (numerics.least_squares). Elasticity ``eps(N) = b1 + 2 b2
m`` of typical cost (the geometric mean). Back to euros by a smearing factor that may go with size (analysis.smearing),
never ``exp`` of the logarithm alone; intervals take its error along (delta method, per municipality).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.analysis.curve_form import form_p_value
from verband.analysis.scale_rules import rule
from verband.analysis.smearing import Smearing, smearing
from verband.numerics.least_squares import Contrast, LeastSquares, cluster_bootstrap, least_squares, refits

Array = npt.NDArray[np.float64]
LEVEL = 0.95
POINTS = 60
_FEW_REGIONS = 3
_TWICE = np.log(2.0)
CURVE = {
    "inhabitants": pl.Float64,
    "expected_eur": pl.Float64,
    "low_eur": pl.Float64,
    "high_eur": pl.Float64,
}
EXPECTED = {
    "code": pl.String,
    "inhabitants": pl.Float64,
    "cost_eur": pl.Float64,
    "expected_eur": pl.Float64,
    "low_eur": pl.Float64,
    "high_eur": pl.Float64,
    "usual_low_eur": pl.Float64,
    "usual_high_eur": pl.Float64,
    "factor": pl.Float64,
    "change": pl.Float64,
    "change_low": pl.Float64,
    "change_high": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class CostFunction:
    """A fitted cost function.

    Attributes
    ----------
    fit
        Coefficients in the order size, size squared, years, drivers.
    centre
        ``ln N0``.
    years
        Years used, in the order of their effects.
    drivers, driver_means
        Names of the drivers and their means, from which they are taken.
    smallest, largest
        Observed sizes as ``m``.
    codes
        The municipalities, in the order of the groups of ``fit``.
    smearing
        From the mean logarithm to the mean.
    """

    fit: LeastSquares
    centre: float
    years: tuple[int, ...]
    drivers: tuple[str, ...]
    driver_means: tuple[float, ...]
    smallest: float
    largest: float
    _cost: Array
    _design: Array
    _group: npt.NDArray[np.int64]
    codes: tuple[str, ...]
    smearing: Smearing

    @property
    def at_mean(self) -> float:
        """Geometric mean of inhabitants."""
        return float(np.exp(self.centre))

    def elasticity(self, at_inhabitants: float) -> Contrast:
        """Elasticity of cost to inhabitants at a size."""
        weights = np.zeros(self.fit.k)
        weights[0], weights[1] = 1.0, 2 * (np.log(at_inhabitants) - self.centre)
        return self.fit.contrast(weights, level=LEVEL)

    def elasticity_by_region(
        self, at_inhabitants: float, regions: Mapping[str, str]
    ) -> tuple[float, float, float] | None:
        """Elasticity with errors that municipalities of one region may share: estimate, and 95% interval.

        What each municipality adds to the error is summed by region first; Student's t on regions less one.

        Parameters
        ----------
        at_inhabitants
            Size.
        regions
            Region by code; a municipality without one is a region of its own.

        Returns
        -------
        tuple or None
            ``None`` where there are fewer than three regions with two members.
        """
        weights = np.zeros(self.fit.k)
        weights[0], weights[1] = 1.0, 2 * (np.log(at_inhabitants) - self.centre)
        sums: dict[str, float] = {}
        members: dict[str, int] = {}
        for code, score in zip(self.codes, self.fit.scores @ weights, strict=True):
            region = regions.get(code, code)
            sums[region] = sums.get(region, 0.0) + float(score)
            members[region] = members.get(region, 0) + 1
        if sum(number > 1 for number in members.values()) < _FEW_REGIONS:
            return None
        number = len(sums)
        error = float(np.sqrt(number / (number - 1) * sum(value**2 for value in sums.values())))
        estimate, reach = float(weights @ self.fit.coefficients), _student(number - 1) * error
        return estimate, estimate - reach, estimate + reach

    def mean_elasticity(self, at_inhabitants: float) -> tuple[float, float, float]:
        """Elasticity of mean cost in euros at a size, smearing factor included: estimate, and 95% interval."""
        weights = np.zeros((1, self.fit.k))
        weights[0, :2] = 1.0, 2 * (np.log(at_inhabitants) - self.centre)
        estimate = float(weights[0] @ self.fit.coefficients + self.smearing.coefficients[1])
        reach = float(self._reach(weights, np.array([[0.0, 1.0]]))[0])
        return estimate, estimate - reach, estimate + reach

    def curve(self, year: int) -> pl.DataFrame:
        """Modelled cost per inhabitant over the sizes that the data support, drivers at their means.

        Parameters
        ----------
        year
            One of ``years``.

        Returns
        -------
        polars.DataFrame
            Columns of ``CURVE``: euro per inhabitant with the 95% interval of the mean; ``POINTS`` rows, evenly spread
            over the logarithm of inhabitants.
        """
        size = np.linspace(*self.supported_sizes(), POINTS)
        inhabitants = np.exp(size + self.centre)
        modelled = self._per_inhabitant(size, self._rows(size, np.zeros((POINTS, len(self.drivers))), year))
        return pl.DataFrame({"inhabitants": inhabitants, **modelled}, schema=CURVE)

    def expected(self, rows: pl.DataFrame, year: int) -> pl.DataFrame:
        """Modelled cost per inhabitant of municipalities at their own size and drivers, beside what they published.

        Parameters
        ----------
        rows
            One year: ``code, inhabitants, cost_keur`` and the drivers; only the cost may be null.
        year
            One of ``years``.

        Returns
        -------
        polars.DataFrame
            Columns of ``EXPECTED``, by code: euro per inhabitant; ``usual``: where the middle half of municipalities
            of this size and drivers lie; ``change``: the fraction by which cost per inhabitant differs for a
            municipality ``factor`` (2, else 0.5) times as large, all else equal; 95%. Null outside the sizes of the
            curve, where too few municipalities are alike (rule ``leverage_limit``), or where the interval is too
            wide to tell anything (``widest_interval``).
        """
        rows = rows.sort("code")
        people = rows["inhabitants"].to_numpy().astype(np.float64)
        size = np.log(people) - self.centre
        drivers = _columns(rows, self.drivers) - np.array(self.driver_means)
        own = self._rows(size, drivers, year)
        smallest, largest = self.supported_sizes()
        known = self._supported(own) & (smallest <= size) & (size <= largest)
        twice, half = (known & self._supported(self._rows(size + step, drivers, year)) for step in (_TWICE, -_TWICE))
        step = np.where(twice, _TWICE, np.where(half, -_TWICE, np.nan))
        modelled = self._per_inhabitant(size, own)
        widest = rule("widest_interval")
        known &= modelled["high_eur"] <= widest * modelled["low_eur"]
        known &= self.residual_sd <= rule("largest_residual")
        change = self._change(size, step)
        told = (1 + change["change_high"]) <= widest * (1 + change["change_low"])
        told &= self.residual_sd <= rule("largest_residual")
        cost = rows["cost_keur"].cast(pl.Float64).fill_null(np.nan).to_numpy() * 1000 / people
        return pl.DataFrame(
            {
                "code": rows["code"],
                "inhabitants": people,
                "cost_eur": cost,
                **{name: np.where(known, values, np.nan) for name, values in modelled.items()},
                **_usual(size, cost, np.where(known, modelled["expected_eur"], np.nan)),
                "factor": np.where(told, np.exp(step), np.nan),
                **{name: np.where(told, values, np.nan) for name, values in change.items()},
            },
            schema=EXPECTED,
        ).with_columns(pl.col(pl.Float64).fill_nan(None))

    def supports(self, inhabitants: float) -> bool:
        """Whether enough municipalities are of about this size, drivers at their means."""
        row = self._rows(
            np.array([np.log(inhabitants) - self.centre]), np.zeros((1, len(self.drivers))), self.years[-1]
        )
        return bool(self._supported(row)[0])

    def _supported(self, design: Array) -> npt.NDArray[np.bool_]:
        """Whether rows lie among those that were fitted: leverage of size and drivers within the year."""
        slopes = np.r_[0:2, 2 + len(self.years) : self.fit.k]
        years = self._design[:, 2 : 2 + len(self.years)]
        means = (years.T @ self._design[:, slopes]) / years.sum(axis=0)[:, None]
        own = self._design[:, slopes] - years @ means
        away = design[:, slopes] - design[:, 2 : 2 + len(self.years)] @ means
        leverage = np.einsum("mi,ij,mj->m", away, np.linalg.inv(own.T @ own), away)
        return np.asarray(leverage * self.fit.n / len(slopes) <= rule("leverage_limit"))

    def _rows(self, size: Array, drivers: Array, year: int) -> Array:
        """Rows of the design for sizes as ``m`` and drivers from their means."""
        years = np.zeros((len(size), len(self.years)))
        years[:, self.years.index(year)] = 1.0
        return np.hstack([size[:, None], size[:, None] ** 2, years, drivers])

    def _change(self, size: Array, step: Array) -> dict[str, Array]:
        """Relative difference of modelled cost per inhabitant at ``size + step`` and at ``size``."""
        weights = np.zeros((len(size), self.fit.k))
        weights[:, 0], weights[:, 1] = step, 2 * size * step + step**2
        estimate = weights @ self.fit.coefficients + step * self.smearing.coefficients[1] - step
        reach = self._reach(weights, np.column_stack([np.zeros(len(size)), step]))
        return {
            "change": np.expm1(estimate),
            "change_low": np.expm1(estimate - reach),
            "change_high": np.expm1(estimate + reach),
        }

    def _per_inhabitant(self, size: Array, design: Array) -> dict[str, Array]:
        columns = np.column_stack([np.ones(len(size)), size])
        logarithm = design @ self.fit.coefficients + columns @ self.smearing.coefficients
        logarithm += np.log(1000) - (size + self.centre)
        reach = self._reach(design, columns)
        return {
            "expected_eur": np.exp(logarithm),
            "low_eur": np.exp(logarithm - reach),
            "high_eur": np.exp(logarithm + reach),
        }

    def _reach(self, weights: Array, smearing_weights: Array) -> Array:
        """Half the interval of combinations of coefficients and smearing factor, errors added per municipality."""
        both = weights @ self.fit.scores.T + smearing_weights @ self.smearing.scores.T
        return np.asarray(_student(self.fit.groups - 1) * np.sqrt((both**2).sum(axis=1)), dtype=np.float64)

    @property
    def residual_sd(self) -> float:
        """Standard deviation of the residuals, in logarithms."""
        return float(self.fit.residuals.std())

    def residuals(self, coefficients: Array | None = None) -> Array:
        """Logarithm of cost less what coefficients (those of the fit by default) make of it, in the rows of the fit."""
        return self.fit.residuals if coefficients is None else np.asarray(self._cost - self._design @ coefficients)

    def form_p_value(self) -> float | None:
        """P-value of the test that a curve with one bend is enough; see :mod:`verband.analysis.curve_form`."""
        return form_p_value(self._cost, self._design, self._group)

    def supported_sizes(self) -> tuple[float, float]:
        """Smallest and largest size as ``m`` that enough municipalities are like, drivers at their means."""
        size = np.linspace(self.smallest, self.largest, POINTS)
        among = size[self._supported(self._rows(size, np.zeros((POINTS, len(self.drivers))), self.years[-1]))]
        return float(among.min()), float(among.max())

    def cheapest(self, *, of_mean: bool = False) -> float | None:
        """Size as ``m`` at which cost per inhabitant is lowest: ``(1 - b1) / (2 b2)`` where ``b2 > 0``.

        Parameters
        ----------
        of_mean
            Of mean cost in euros, smearing factor included, instead of typical cost.

        Returns
        -------
        float or None
            ``None`` where the curve has no minimum inside the sizes that the data support.
        """
        b1, b2 = float(self.fit.coefficients[0]), float(self.fit.coefficients[1])
        b1 += float(self.smearing.coefficients[1]) if of_mean else 0.0
        if b2 <= 0:
            return None
        best, (smallest, largest) = (1 - b1) / (2 * b2), self.supported_sizes()
        return best if smallest < best < largest else None

    def bootstrap(self, *, draws: int, rng: np.random.Generator) -> Array:
        """Coefficients over draws of whole municipalities, shape (draws, k)."""
        return cluster_bootstrap(self._cost, self._design, self._group, draws=draws, rng=rng)

    def refits(self, counts: Array) -> Array:
        """Coefficients, shape (draws, k), with each of ``codes`` counted a number of times, shape (draws, groups)."""
        return refits(self._cost, self._design, self._group, counts)


def cost_function(rows: pl.DataFrame, drivers: Sequence[str] = ()) -> CostFunction:
    """Fit the cost function of a task.

    Parameters
    ----------
    rows
        One row per municipality and year: ``code, year, inhabitants, cost_keur`` (above 0) and one column per driver,
        all in the same boundaries, nothing null.
    drivers
        Names of the driver columns, already in logarithms where the rule says so.

    Raises
    ------
    CollinearError
        If size, years and drivers cannot be told apart.
    ValueError
        If there are not more municipalities than coefficients.
    """
    rows = rows.sort("code", "year")
    log_size = np.log(rows["inhabitants"].to_numpy().astype(np.float64))
    per_municipality = rows.group_by("code").agg(pl.col("inhabitants").cast(pl.Float64).log().mean()).sort("code")
    centre = float(cast("float", per_municipality["inhabitants"].mean()))
    size = log_size - centre
    years = tuple(sorted(rows["year"].unique().to_list()))
    effects = np.column_stack([(rows["year"].to_numpy() == year).astype(np.float64) for year in years])
    columns = _columns(rows, drivers)
    means = columns.mean(axis=0)
    design = np.hstack([size[:, None], size[:, None] ** 2, effects, columns - means])
    cost = np.log(rows["cost_keur"].to_numpy().astype(np.float64))
    group = rows["code"].rank("dense").cast(pl.Int64).to_numpy()
    fit = least_squares(cost, design, group)
    return CostFunction(
        fit=fit,
        centre=centre,
        years=years,
        drivers=tuple(drivers),
        driver_means=tuple(float(mean) for mean in means),
        smallest=float(size.min()),
        largest=float(size.max()),
        _cost=cost,
        _design=design,
        _group=group,
        codes=tuple(per_municipality["code"].to_list()),
        smearing=smearing(fit, design, size),
    )


def coefficients(rows: pl.DataFrame, drivers: Sequence[str]) -> int:
    """How many coefficients a cost function on these rows has."""
    return 2 + int(rows["year"].n_unique()) + len(drivers)


def _usual(size: Array, cost: Array, expected: Array) -> dict[str, Array]:
    """Modelled cost times the quartiles of published over modelled cost among those nearest in size."""
    ratio = cost / expected
    usable = np.isfinite(ratio) & (ratio > 0)
    quartiles = np.full((2, len(size)), np.nan)
    if usable.any():
        order = np.argsort(size[usable], kind="stable")
        sizes, ratios = size[usable][order], ratio[usable][order]
        nearest = min(int(rule("usual_nearest")), len(ratios))
        windows = np.quantile(np.lib.stride_tricks.sliding_window_view(ratios, nearest), [0.25, 0.75], axis=1)
        first = np.clip(np.searchsorted(sizes, size) - nearest // 2, 0, len(ratios) - nearest)
        quartiles = windows[:, first]
    return {"usual_low_eur": expected * quartiles[0], "usual_high_eur": expected * quartiles[1]}


def _columns(rows: pl.DataFrame, names: Sequence[str]) -> Array:
    found = [rows[name].to_numpy().astype(np.float64) for name in names]
    return np.column_stack(found) if found else np.empty((rows.height, 0))


def _student(freedom: int) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415  slow to start

    return float(stdtrit(freedom, 0.5 + LEVEL / 2))
