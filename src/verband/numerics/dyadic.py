"""Regressions on pairs of units, with errors that allow any dependence between pairs with a unit in common.

Two pairs may be dependent where they share a unit, and else not (Fafchamps and Gubert, 2007; Cameron and Miller, 2014,
"Robust inference for dyadic data"; Aronow, Samii and Assenova, 2015, "Cluster-robust variance estimation for dyadic
data", Political Analysis 23, eq. 5): the sum over units of what all their pairs add, squared, minus what each pair adds
by itself, which that sum has twice. The plain estimator is too small with some hundred units of unequal weight, so each
term is a jackknife: what the coefficients change by when a unit, or a pair, is left out (MacKinnon, Nielsen and Webb,
2023, "Fast and reliable jackknife and bootstrap methods for cluster-robust inference", Journal of Applied Econometrics
38, CV3). Student's t has the effective number of units minus 1 degrees of freedom: that number is the inverse
Herfindahl index of the units' weights in the contrast (Carter, Schnepel and Steigerwald, 2017, Review of Economics and
Statistics 99, for equal errors within units). With few units of unequal weight intervals are rather too wide than too
narrow.

The difference need not be positive definite. A contrast whose variance comes out at or below zero gets the sum over
units alone, which is positive and too large rather than too small; ``adjusted`` says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.least_squares import Contrast, refuse_collinear

Array = npt.NDArray[np.float64]
_RANK_TOLERANCE = 1e-10
_LARGEST_LEVERAGE = 1 - 1e-8
_MOST_STEPS = 100
_CONVERGED = 1e-10


@dataclass(frozen=True, slots=True)
class DyadicContrast(Contrast):
    """A linear combination of coefficients with its interval.

    Attributes
    ----------
    adjusted
        Whether the variance was not positive, so that it is that of units alone.
    """

    adjusted: bool = False


@dataclass(frozen=True, slots=True)
class DyadicFit:
    """A regression on pairs.

    Attributes
    ----------
    coefficients
        Shape (k,).
    by_unit
        Shape (units, k): by how much the coefficients exceed those without the unit.
    by_pair
        Shape (n, k): the same without one pair.
    sandwich
        Shape (k, k): the plain estimator of Aronow, Samii and Assenova, eq. 5, without the jackknife; to compare with.
    n, k, units
        Pairs, columns and units.
    """

    coefficients: Array
    by_unit: Array
    by_pair: Array
    sandwich: Array
    n: int
    k: int
    units: int
    _influence: Array

    @property
    def covariance(self) -> Array:
        """Covariance of the coefficients, shape (k, k); symmetric, not always positive definite."""
        return np.asarray(self._of_units - self.by_pair.T @ self.by_pair, dtype=np.float64)

    @property
    def _of_units(self) -> Array:
        return np.asarray((self.units - 1) / self.units * (self.by_unit.T @ self.by_unit), dtype=np.float64)

    def effective_units(self, weights: Array) -> float:
        """How many units of equal weight would tell as much about a combination of coefficients.

        Parameters
        ----------
        weights
            Shape (k,).
        """
        own = (self._influence @ weights) ** 2
        return float(own.sum() ** 2 / (own**2).sum()) if own.any() else float(self.units)

    def contrast(self, weights: Array, *, level: float = 0.95) -> DyadicContrast:
        """Estimate ``weights @ coefficients`` with its interval.

        Parameters
        ----------
        weights
            Shape (k,).
        level
            Level of the interval.
        """
        from scipy.special import stdtrit  # noqa: PLC0415  slow to start, and most commands estimate nothing

        estimate = float(weights @ self.coefficients)
        variance = float(weights @ self.covariance @ weights)
        adjusted = variance <= 0
        if adjusted:
            variance = float(weights @ self._of_units @ weights)
        error = float(np.sqrt(variance))
        freedom = max(self.effective_units(weights) - 1, 1.0)
        reach = float(stdtrit(freedom, 0.5 + level / 2)) * error
        return DyadicContrast(estimate, error, estimate - reach, estimate + reach, level, freedom, adjusted)


def dyadic_least_squares(
    y: Array, design: Array, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]
) -> DyadicFit:
    """Fit ``y = X b + e`` on pairs.

    Parameters
    ----------
    y
        Shape (n,).
    design
        Shape (n, k), with a column of ones if an intercept is wanted.
    first, second
        Shape (n,): numbers of the two units of each pair, in any order; a pair occurs once.

    Raises
    ------
    CollinearError
        If the columns are linearly dependent.
    ValueError
        If shapes disagree, a unit is paired with itself, a pair occurs twice, or there are not more units than columns.
    """
    number = _pairs(y, design, first, second)
    refuse_collinear(design)
    coefficients = np.asarray(np.linalg.solve(design.T @ design, design.T @ y), dtype=np.float64)
    return _fit(coefficients, design, y - design @ coefficients, np.ones(len(y)), number)


def dyadic_poisson(y: Array, design: Array, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]) -> DyadicFit:
    """Fit ``E[y] = exp(X b)`` on pairs by Poisson pseudo maximum likelihood (Gourieroux, Monfort and Trognon, 1984).

    Only the mean has to be right. The jackknife is that of one Newton step.

    Parameters
    ----------
    y
        Shape (n,), not negative.
    design, first, second
        As of :func:`dyadic_least_squares`.

    Raises
    ------
    CollinearError, ValueError
        As :func:`dyadic_least_squares`; ``ValueError`` also where an outcome is negative, all are 0, or the likelihood
        has no maximum (a column tells zeros apart without error).
    """
    number = _pairs(y, design, first, second)
    if (y < 0).any() or not y.any():
        raise ValueError("a Poisson regression needs outcomes of 0 and more, not all 0")
    refuse_collinear(design)
    coefficients = np.asarray(np.linalg.lstsq(design, np.log(y + y.mean()), rcond=None)[0], dtype=np.float64)
    deviance = np.inf
    for _ in range(_MOST_STEPS):
        mean = np.exp(np.clip(design @ coefficients, -50, 50))
        step = np.linalg.solve(design.T @ (design * mean[:, None]), design.T @ (y - mean))
        coefficients = coefficients + step
        before, deviance = deviance, float((mean - y * (design @ coefficients)).sum())
        if np.abs(step).max() < _CONVERGED * max(1.0, np.abs(coefficients).max()):
            return _fit(coefficients, design, y - mean, mean, number)
        if not np.isfinite(deviance) or (abs(before) < np.inf and np.abs(coefficients).max() > 1e3):
            break
    raise ValueError("the likelihood has no maximum: a column tells pairs without anything apart from the others")


def _fit(coefficients: Array, design: Array, residuals: Array, weights: Array, number: _Pairs) -> DyadicFit:
    """Put together what units and pairs change; ``weights`` are those of the Hessian ``X' W X``."""
    n, k = design.shape
    weighted = design * weights[:, None]
    hessian = design.T @ weighted
    inverse = np.linalg.inv(hessian)
    scores = design * residuals[:, None]
    leverage = np.minimum(np.einsum("ni,ij,nj->n", weighted, inverse, design), _LARGEST_LEVERAGE)
    products = (weighted[:, :, None] * design[:, None, :]).reshape(n, k * k)
    without = hessian - number.sums(products).reshape(number.units, k, k)
    # What only one unit's pairs tell, such as the effect of its group, is left where it is when that unit goes.
    inverses = np.linalg.pinv(without, rcond=_RANK_TOLERANCE, hermitian=True)
    by_unit = np.einsum("uij,uj->ui", inverses, number.sums(scores))
    pairs = scores @ inverse
    units = number.sums(pairs)
    return DyadicFit(
        coefficients=coefficients,
        by_unit=by_unit,
        by_pair=pairs / (1 - leverage)[:, None],
        sandwich=np.asarray(units.T @ units - pairs.T @ pairs, dtype=np.float64),
        n=n,
        k=k,
        units=number.units,
        _influence=number.sums(weighted @ inverse),
    )


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The units of pairs, numbered from 0."""

    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    units: int

    def sums(self, rows: Array) -> Array:
        """Sum of the rows of all pairs of each unit: shape (n, m) to (units, m)."""
        from scipy.sparse import csr_array  # noqa: PLC0415  slow to start

        n = len(self.first)
        units = np.concatenate([self.first, self.second])
        both = csr_array((np.ones(2 * n), (units, np.tile(np.arange(n), 2))), shape=(self.units, n))
        return np.asarray(both @ rows, dtype=np.float64)


def _pairs(y: Array, design: Array, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]) -> _Pairs:
    n, k = design.shape
    if y.shape != (n,) or first.shape != (n,) or second.shape != (n,):
        raise ValueError("y, design and the two units need the same number of rows")
    if (first == second).any():
        raise ValueError("a unit is paired with itself")
    labels, index = np.unique(np.concatenate([first, second]), return_inverse=True)
    one, other = index[:n].astype(np.int64), index[n:].astype(np.int64)
    units = len(labels)
    if len(np.unique(np.minimum(one, other) * units + np.maximum(one, other))) < n:
        raise ValueError("a pair occurs twice")
    if units <= k:
        raise ValueError(f"{units} units are too few for {k} columns")
    return _Pairs(one, other, units)
