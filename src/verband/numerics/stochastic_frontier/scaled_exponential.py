"""Stochastic frontier whose inefficiency is exponential with a scale that goes with determinants.

``y = x'b + v + u`` (cost) or ``y = x'b + v - u`` (production), v normal with standard deviation ``a``, u exponential
with mean ``exp(z'd)``: the scaling property of Wang and Schmidt (2002, "One-step and two-step estimation of the effects
of exogenous variables on technical efficiency levels", Journal of Productivity Analysis 18), estimated in one step.
It has a maximum where the truncated normal of Battese and Coelli (1995) runs away to its exponential limit. Rows of one
group may depend on each other: the covariance is the sandwich of scores summed per group, times G / (G - 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.stochastic_frontier.normal_tail import Array

_STEPS = 500
_DIFFERENCE = 1e-5
_TOLERANCE = 1e-5


class NoMaximumError(ValueError):
    """The likelihood has no maximum that can be found: no inefficiency, or no noise."""


@dataclass(frozen=True, slots=True)
class ScaledExponential:
    """A fit.

    Attributes
    ----------
    coefficients
        Of the frontier, intercept first, shape (1 + k,).
    determinants
        Of the logarithm of mean inefficiency, intercept first, shape (1 + j,).
    noise
        Standard deviation of v.
    covariance
        Of coefficients, determinants and the logarithm of the noise, shape (q, q); clustered by group.
    log_likelihood
        At the maximum.
    mean_inefficiency
        Mean of ``exp(z'd)`` over rows.
    groups
        Number of groups.
    """

    coefficients: Array
    determinants: Array
    noise: float
    covariance: Array
    log_likelihood: float
    mean_inefficiency: float
    groups: int
    _z: Array

    def effect(self, column: int, step: float) -> tuple[float, float]:
        """Change of mean inefficiency when a determinant is ``step`` higher for all, and its standard error.

        Parameters
        ----------
        column
            Of the determinants, from 0.
        step
            In the unit of the determinant.

        Returns
        -------
        tuple
            Mean over rows of ``exp(z'd) (exp(step d) - 1)``, and the delta method.
        """
        mean = np.exp(self._z @ self.determinants)
        own = self.determinants[1 + column]
        factor = np.expm1(step * own)
        gradient = np.zeros(len(self.covariance))
        first = len(self.coefficients)
        gradient[first : first + len(self.determinants)] = (mean[:, None] * self._z).mean(axis=0) * factor
        gradient[first + 1 + column] += mean.mean() * step * np.exp(step * own)
        error = float(np.sqrt(gradient @ self.covariance @ gradient))
        return float(mean.mean() * factor), error


def scaled_exponential_frontier(
    y: Array, x: Array, z: Array, group: npt.NDArray[np.int64], *, cost: bool = False
) -> ScaledExponential:
    """Fit a frontier with exponential inefficiency whose scale goes with determinants.

    Parameters
    ----------
    y
        Logarithm of output, or of cost, shape (n,).
    x, z
        Regressors of the frontier, shape (n, k), and of the logarithm of mean inefficiency, shape (n, j), both without
        a column of ones.
    group
        Rows with the same number may depend on each other, shape (n,).
    cost
        Whether inefficiency raises ``y``.

    Raises
    ------
    NoMaximumError
        If no maximum inside is found.
    ValueError
        If there are fewer than two groups.
    """
    from scipy.optimize import minimize  # noqa: PLC0415  slow to start

    labels, index = np.unique(group, return_inverse=True)
    if len(labels) < 2:
        raise ValueError("at least two groups are needed")
    ones = np.ones((len(y), 1))
    x_scale, z_scale = x.std(axis=0), z.std(axis=0)
    design = np.hstack([ones, (x - x.mean(axis=0)) / x_scale])
    scale = np.hstack([ones, (z - z.mean(axis=0)) / z_scale])
    sign = 1.0 if cost else -1.0
    start = _start(y, design, scale.shape[1], sign)

    def negative(values: Array) -> tuple[float, Array]:
        level, scores = _rows(values, y, design, scale, sign)
        return -float(level.mean()), -scores.mean(axis=0)

    found = minimize(negative, start, jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": _STEPS})
    values = np.asarray(found.x, dtype=np.float64)
    level, scores = _rows(values, y, design, scale, sign)
    information = _information(values, y, design, scale, sign)
    if not np.isfinite(information).all() or np.linalg.eigvalsh(information)[0] <= 0:
        raise NoMaximumError("the likelihood has no maximum inside: no inefficiency, or no noise, can be told")
    if np.abs(scores.mean(axis=0)).max() > _TOLERANCE:
        raise NoMaximumError("the search for the highest likelihood did not end")
    sums = np.zeros((len(labels), len(values)))
    np.add.at(sums, index, scores)
    inverse = np.linalg.inv(information)
    covariance = inverse @ (sums.T @ sums) @ inverse * len(labels) / (len(labels) - 1)
    back = _back(x.mean(axis=0), x_scale, z.mean(axis=0), z_scale)
    values, covariance = back @ values, back @ covariance @ back.T
    k, j = design.shape[1], scale.shape[1]
    own_z = np.hstack([ones, z])
    return ScaledExponential(
        coefficients=values[:k],
        determinants=values[k : k + j],
        noise=float(np.exp(values[-1])),
        covariance=covariance,
        log_likelihood=float(level.sum()),
        mean_inefficiency=float(np.exp(own_z @ values[k : k + j]).mean()),
        groups=len(labels),
        _z=own_z,
    )


def _start(y: Array, design: Array, determinants: int, sign: float) -> Array:
    """Least squares, and the split of its residuals by their third moment (Greene, 1993, for the exponential)."""
    coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
    residuals = sign * (y - design @ coefficients)
    spread = float(residuals.std())
    mean = max(float((residuals**3).mean()) / 2, (0.2 * spread) ** 3) ** (1 / 3)
    mean = min(mean, 0.9 * spread)
    coefficients[0] -= sign * mean
    scale = np.zeros(determinants)
    scale[0] = np.log(mean)
    return np.concatenate([coefficients, scale, [0.5 * np.log(spread**2 - mean**2)]])


def _rows(values: Array, y: Array, design: Array, scale: Array, sign: float) -> tuple[Array, Array]:
    """Log-likelihood, shape (n,), and its derivatives, shape (n, q), per row."""
    from scipy.special import log_ndtr  # noqa: PLC0415  slow to start

    k, j = design.shape[1], scale.shape[1]
    noise = np.exp(values[-1])
    logarithm = scale @ values[k : k + j]
    rate = np.exp(-logarithm)
    residual = sign * (y - design @ values[:k])
    reach = residual / noise - noise * rate
    tail = log_ndtr(reach)
    hazard = np.exp(-0.5 * reach**2 - 0.5 * np.log(2 * np.pi) - tail)
    level = -logarithm + 0.5 * (noise * rate) ** 2 - residual * rate + tail
    by_residual = -rate + hazard / noise
    by_scale = -1 - (noise * rate) ** 2 + residual * rate + hazard * noise * rate
    by_noise = (noise * rate) ** 2 - hazard * (residual / noise + noise * rate)
    scores = np.hstack([-sign * by_residual[:, None] * design, by_scale[:, None] * scale, by_noise[:, None]])
    return level, scores


def _information(values: Array, y: Array, design: Array, scale: Array, sign: float) -> Array:
    """Minus the second derivatives of the log-likelihood, by central differences of the first."""
    size = len(values)
    found = np.empty((size, size))
    for place in range(size):
        step = np.zeros(size)
        step[place] = _DIFFERENCE * max(1.0, abs(values[place]))
        above, below = (_rows(values + one, y, design, scale, sign)[1].sum(axis=0) for one in (step, -step))
        found[place] = -(above - below) / (2 * step[place])
    return np.asarray((found + found.T) / 2, dtype=np.float64)


def _back(x_mean: Array, x_scale: Array, z_mean: Array, z_scale: Array) -> Array:
    """From parameters of standardised columns to those of the columns as given."""
    k, j = 1 + len(x_mean), 1 + len(z_mean)
    whole = np.eye(k + j + 1)
    whole[0, 1:k] = -x_mean / x_scale
    whole[1:k, 1:k] = np.diag(1 / x_scale)
    whole[k, k + 1 : k + j] = -z_mean / z_scale
    whole[k + 1 : k + j, k + 1 : k + j] = np.diag(1 / z_scale)
    return whole
