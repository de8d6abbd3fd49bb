"""Where maximisations begin: least squares, corrected for an inefficiency of given share and shape.

FRONTIER 4.1's grid over gamma (Coelli, 1996, section 3), for half-normal inefficiency: ``sigma_sq`` such that the
variance of the error is that of the residuals, and the intercept moved by the mean of the inefficiency (corrected
ordinary least squares; Olson, Schmidt and Waldman, 1980). The same for other shapes, over a grid of ``mu / sigma_u``.
"""

from __future__ import annotations

import numpy as np

from verband.numerics.stochastic_frontier.envelope import MEANS
from verband.numerics.stochastic_frontier.likelihood import Likelihood
from verband.numerics.stochastic_frontier.model import Model
from verband.numerics.stochastic_frontier.normal_tail import Array, scaled_log_cdf

_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
_DECAYS = (-1.0, 0.0, 1.0)
_TRIED = 3
HIGHEST_START = float(np.log(_SHARES[-1] / (1 - _SHARES[-1])))
"""Logit of the largest gamma of the grid."""


def starting_values(model: Model, likelihood: Likelihood) -> tuple[Array, ...]:
    """The best points of the grid, one for each mean before truncation, at most three."""
    best: list[tuple[float, Array]] = []
    means = MEANS if model.determinant_count else (0.0,)
    for mean in means:
        candidates = [
            point
            for share in _SHARES
            for decay in (_DECAYS if model.decay else (0.0,))
            for point in _points(model, mean, share, decay)
        ]
        values = [likelihood.value(point) for point in candidates]
        at = int(np.argmax(values))
        best.append((values[at], candidates[at]))
    best.sort(key=lambda item: -item[0])
    return tuple(point for _, point in best[:_TRIED])


def _points(model: Model, mean: float, share: float, decay: float) -> list[Array]:
    """Parameters with this mean over ``sigma_u``, gamma and decay: one point, or two where determinants may matter."""
    tail = scaled_log_cdf(np.array([mean]))
    average, variance = (
        (1.0, 1.0) if model.distribution == "exponential" else (float(tail.slope[0]), float(tail.curvature[0]))
    )
    sigma_sq = 1 / (1 - share + share * variance)
    spread = float(np.sqrt(share * sigma_sq))
    point = np.zeros(model.likelihood_size)
    k = len(model.data.least_squares)
    point[:k] = model.data.least_squares
    point[0] += model.sign * average * spread
    point[-2:] = np.log(sigma_sq), np.log(share / (1 - share))
    if model.decay:
        point[-3] = decay
    if model.determinant_count == 0:
        return [point]
    if model.has_mean or model.determinants_intercept:
        point[k] = mean
    if model.determinants is None:
        return [point]
    follows = point.copy()
    columns = model.determinants.orthogonal
    effects = -model.sign * columns.T @ model.data.residuals / len(columns) / (spread * max(variance, 0.05))
    if model.determinants_intercept:
        effects[0] = mean
    follows[k : k + model.determinant_count] = effects
    return [point, follows]
