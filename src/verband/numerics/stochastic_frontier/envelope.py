"""The edge without noise (gamma 1): a frontier that envelops all rows.

Where rows are few the likelihood often has a second, higher maximum on that edge, which no search from within finds. So
one start more is least squares moved to the outermost row (Greene, 1980, "Maximum likelihood estimation of econometric
frontier functions", *Journal of Econometrics* 13, 27-56). In a panel several rows share an inefficiency, and without
noise they would have to lie on parallel frontiers: there is no such maximum.
"""

from __future__ import annotations

import numpy as np

from verband.numerics.stochastic_frontier.likelihood import Likelihood
from verband.numerics.stochastic_frontier.model import Model
from verband.numerics.stochastic_frontier.normal_tail import Array, scaled_log_cdf

MEANS = (-6.0, -2.0, 0.0, 1.5, 4.0)
"""Of ``mu / sigma_u``."""
_HARDLY_NOISE = 9.0
"""Logit of gamma at the start: noise of a hundredth of ``sigma_u``."""
_OUTERMOST = 400


def envelope_starts(model: Model, likelihood: Likelihood) -> tuple[Array, ...]:
    """Least squares moved to the outermost row with hardly any noise; none for a panel.

    Where the mean before truncation is free: half-normal inefficiency and the best of some other means.
    """
    if model.groups is not None:
        return ()
    outward = model.sign * model.data.residuals
    inward = outward.max() - outward
    k = len(model.data.least_squares)
    start = np.zeros(model.likelihood_size)
    start[:k] = model.data.least_squares
    start[0] += model.sign * float(outward.max())
    with_mean = model.has_mean or model.determinants_intercept
    candidates = []
    for mean in MEANS if with_mean else (0.0,):
        point = start.copy()
        spread = float(np.sqrt(np.mean(np.square(inward))))
        if model.distribution == "exponential":
            spread = float(inward.mean())
        elif with_mean:
            spread = float(inward.mean() / scaled_log_cdf(np.array([mean])).slope[0])
            point[k] = mean
        point[-2:] = 2 * np.log(spread), _HARDLY_NOISE
        candidates.append(point)
    if not with_mean:
        return tuple(candidates)
    others = [point for point in candidates if point[k] != 0]
    values = [likelihood.value(point) for point in others]
    return candidates[MEANS.index(0.0)], others[int(np.argmax(values))]


def most_without_noise(model: Model) -> float:
    """No half-normal likelihood without noise is higher, per row of the scaled data; infinite where that is not known.

    Without noise the likelihood is ``ln 2 - ln(2 pi m) / 2 - 1 / 2`` with ``m`` the least mean square of deviations
    from a frontier that envelops all rows. Moving least squares by ``d`` (on orthogonal columns) makes that
    ``1 + d'd``, and ``(sum of residuals)^2 / |sum of rows|^2`` over any rows is a bound below ``d'd`` (Lagrange); the
    outermost are tried.
    """
    if model.distribution != "half-normal":
        return np.inf
    outward = model.sign * model.data.residuals
    outermost = np.argsort(-outward)[:_OUTERMOST]
    sums, rows = np.cumsum(outward[outermost]), np.cumsum(model.data.columns.orthogonal[outermost], axis=0)
    bounds = np.square(sums) / np.square(rows).sum(axis=1)
    least = 1 + float(bounds[sums > 0].max(initial=0.0))
    return float(np.log(2) - 0.5 * np.log(2 * np.pi * least) - 0.5)
