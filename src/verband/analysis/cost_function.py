"""The cost function of one task (M1): cost against inhabitants and drivers, between municipalities.

``ln c_it = a_t + b1 m_it + b2 m_it^2 + g' x_i + u_i + e_it`` with ``m = ln N - ln N0``, N0 the geometric mean of
inhabitants, year effects ``a_t`` and drivers ``x`` that are constant in time (they exist as a recent cross-section).
Least squares on all years, errors clustered by municipality (numerics.least_squares). Elasticity ``eps(N) = b1 + 2 b2
m``. Back to euros by smearing (Duan, 1983): modelled cost is ``exp(X b)`` times the mean of ``exp(e)``, never ``exp``
of the logarithm alone; its interval takes the error of that mean along (delta method, per municipality).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.analysis.scale_rules import rule
from verband.numerics.least_squares import Contrast, LeastSquares, cluster_bootstrap, least_squares

Array = npt.NDArray[np.float64]
LEVEL = 0.95
POINTS = 60
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

    @property
    def at_mean(self) -> float:
        """Geometric mean of inhabitants."""
        return float(np.exp(self.centre))

    def elasticity(self, at_inhabitants: float) -> Contrast:
        """Elasticity of cost to inhabitants at a size."""
        weights = np.zeros(self.fit.k)
        weights[0], weights[1] = 1.0, 2 * (np.log(at_inhabitants) - self.centre)
        return self.fit.contrast(weights, level=LEVEL)

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
        size = np.linspace(self.smallest, self.largest, POINTS)
        supported = self._supported(self._rows(size, np.zeros((POINTS, len(self.drivers))), year))
        size = np.linspace(size[supported].min(), size[supported].max(), POINTS)
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
            Columns of ``EXPECTED``, by code: euro per inhabitant, and ``change``: the fraction by which cost per
            inhabitant differs for a municipality ``factor`` (2, else 0.5) times as large, all else equal; 95%. Null
            where too few municipalities are alike (rule ``leverage_limit``).
        """
        rows = rows.sort("code")
        people = rows["inhabitants"].to_numpy().astype(np.float64)
        size = np.log(people) - self.centre
        drivers = _columns(rows, self.drivers) - np.array(self.driver_means)
        own = self._rows(size, drivers, year)
        known = self._supported(own)
        twice, half = (known & self._supported(self._rows(size + step, drivers, year)) for step in (_TWICE, -_TWICE))
        step = np.where(twice, _TWICE, np.where(half, -_TWICE, np.nan))
        modelled = self._per_inhabitant(size, own)
        return pl.DataFrame(
            {
                "code": rows["code"],
                "inhabitants": people,
                "cost_eur": rows["cost_keur"].cast(pl.Float64) * 1000 / pl.Series(people),
                **{name: np.where(known, values, np.nan) for name, values in modelled.items()},
                "factor": np.exp(step),
                **self._change(size, step),
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
        """Whether rows lie among those that the function was fitted to, by their leverage."""
        return self.fit.leverage(design) * self.fit.n / self.fit.k <= rule("leverage_limit")

    def _rows(self, size: Array, drivers: Array, year: int) -> Array:
        """Rows of the design for sizes as ``m`` and drivers from their means."""
        years = np.zeros((len(size), len(self.years)))
        years[:, self.years.index(year)] = 1.0
        return np.hstack([size[:, None], size[:, None] ** 2, years, drivers])

    def _change(self, size: Array, step: Array) -> dict[str, Array]:
        """Relative difference of cost per inhabitant at ``size + step`` and at ``size``."""
        move = np.nan_to_num(step)
        weights = np.zeros((len(size), self.fit.k))
        weights[:, 0], weights[:, 1] = move, 2 * size * move + move**2
        found = {"change": np.full(len(size), np.nan)}
        found |= {"change_low": found["change"].copy(), "change_high": found["change"].copy()}
        if (known := move != 0).any():
            contrasts = self.fit.contrasts(weights[known], level=LEVEL)
            for name, values in zip(found, (contrasts.estimate, contrasts.low, contrasts.high), strict=True):
                found[name][known] = np.expm1(values - move[known])
        return found

    def _per_inhabitant(self, size: Array, design: Array) -> dict[str, Array]:
        factors = np.exp(self.fit.residuals)
        weights = factors / factors.sum()
        # The mean of exp(e) moves with the coefficients too; per municipality both errors are taken together.
        gradient = design - weights @ self._design
        own = np.bincount(self.fit.index, weights - 1 / self.fit.n, minlength=self.fit.groups)
        error = np.sqrt(((gradient @ self.fit.scores.T + own) ** 2).sum(axis=1))
        logarithm = design @ self.fit.coefficients + np.log(factors.mean()) - (size + self.centre) + np.log(1000)
        reach = _student(self.fit.groups - 1) * error
        return {
            "expected_eur": np.exp(logarithm),
            "low_eur": np.exp(logarithm - reach),
            "high_eur": np.exp(logarithm + reach),
        }

    def cheapest(self) -> float | None:
        """Size as ``m`` at which modelled cost per inhabitant is lowest: ``(1 - b1) / (2 b2)`` where ``b2 > 0``."""
        b1, b2 = float(self.fit.coefficients[0]), float(self.fit.coefficients[1])
        if b2 <= 0:
            return None
        best = (1 - b1) / (2 * b2)
        return best if self.smallest < best < self.largest else None

    def bootstrap(self, *, draws: int, rng: np.random.Generator) -> Array:
        """Coefficients over draws of whole municipalities, shape (draws, k)."""
        return cluster_bootstrap(self._cost, self._design, self._group, draws=draws, rng=rng)


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
    return CostFunction(
        fit=least_squares(cost, design, group),
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
    )


def coefficients(rows: pl.DataFrame, drivers: Sequence[str]) -> int:
    """How many coefficients a cost function on these rows has."""
    return 2 + int(rows["year"].n_unique()) + len(drivers)


def _columns(rows: pl.DataFrame, names: Sequence[str]) -> Array:
    found = [rows[name].to_numpy().astype(np.float64) for name in names]
    return np.column_stack(found) if found else np.empty((rows.height, 0))


def _student(freedom: int) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415  slow to start

    return float(stdtrit(freedom, 0.5 + LEVEL / 2))
