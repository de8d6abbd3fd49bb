"""From the scaled parameters of the maximisation to those that are reported, with their covariance.

Observed information and the delta method. Where the information is singular, the parameters that depend on what cannot
be told get no standard error; the others keep theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.stochastic_frontier.maximisation import Maximum
from verband.numerics.stochastic_frontier.model import Model
from verband.numerics.stochastic_frontier.normal_tail import Array

_SINGULAR = 1e-9
_TOUCHED = 1e-6


@dataclass(frozen=True, slots=True)
class Reported:
    """Parameters as reported: coefficients, determinants, ``sigma_sq``, ``gamma``, then ``mu`` and ``eta`` if any.

    Attributes
    ----------
    values
        Shape (q,).
    covariance
        Shape (q, q); nan where not defined.
    singular
        Whether the information is singular.
    is_maximum
        Whether the likelihood falls in every direction in which it is not flat.
    """

    values: Array
    covariance: Array
    singular: bool
    is_maximum: bool


def report(model: Model, found: Maximum) -> Reported:
    """Carry a maximum to the parameters as reported."""
    values, jacobian = _values(model, found.parameters)
    free = ~found.held
    information = -found.evaluation.hessian[np.ix_(free, free)] * len(model.data.y)
    strength, vectors = np.linalg.eigh(information)
    limit = _SINGULAR * float(np.abs(strength).max())
    good = strength > limit
    moved = jacobian[:, free] @ vectors
    covariance = (moved[:, good] / strength[good]) @ moved[:, good].T
    size = np.linalg.norm(jacobian, axis=1)
    unknown = np.linalg.norm(moved[:, ~good], axis=1) > _TOUCHED * size
    unknown |= np.linalg.norm(jacobian[:, found.held], axis=1) > _TOUCHED * size
    return Reported(
        values, without(covariance, unknown), singular=bool((~good).any()), is_maximum=bool(strength.min() > -limit)
    )


def without(covariance: Array, unknown: npt.NDArray[np.bool_]) -> Array:
    """The same with nan in rows and columns of what is not known."""
    return np.where(unknown[:, None] | unknown[None, :], np.nan, covariance)


def _values(model: Model, parameters: Array) -> tuple[Array, Array]:
    """Values as reported, shape (q,), and their derivatives with respect to the scaled parameters, shape (q, q)."""
    data, q = model.data, len(parameters)
    k, j = len(data.least_squares), model.determinant_count
    p, g = float(parameters[-2]), float(parameters[-1])
    gamma, rest = 1 / (1 + np.exp(-g)), 1 / (1 + np.exp(g))
    sigma_sq = data.scale**2 * np.exp(p)
    sigma_u = np.sqrt(gamma * sigma_sq)
    values, jacobian = np.zeros(q), np.zeros((q, q))

    back = data.scale * data.columns.back
    values[:k] = back @ parameters[:k]
    values[0] += data.centre
    jacobian[:k, :k] = back
    if j:
        at = slice(q - 1 - model.decay, q - model.decay) if model.has_mean else slice(k, k + j)
        turn = np.eye(1) if model.determinants is None else model.determinants.back
        values[at] = sigma_u * (turn @ parameters[k : k + j])
        jacobian[at, k : k + j] = sigma_u * turn
        jacobian[at, -2], jacobian[at, -1] = 0.5 * values[at], 0.5 * rest * values[at]
    if model.decay and model.groups is not None:
        values[-1] = parameters[-3] / model.groups.span
        jacobian[-1, -3] = 1 / model.groups.span
    at_sigma = k + (0 if model.has_mean else j)
    values[at_sigma], values[at_sigma + 1] = sigma_sq, gamma
    jacobian[at_sigma, -2] = sigma_sq
    jacobian[at_sigma + 1, -1] = gamma * rest
    return values, jacobian


def least_squares_values(model: Model) -> Reported:
    """What is reported where there is no inefficiency: only the slopes have a standard error (Waldman, 1982)."""
    data, q = model.data, model.likelihood_size
    k, n = len(data.least_squares), len(data.y)
    back = data.scale * data.columns.back
    values, covariance = np.full(q, np.nan), np.full((q, q), np.nan)
    values[:k] = back @ data.least_squares
    values[0] += data.centre
    at = k + (0 if model.has_mean else model.determinant_count)
    values[at], values[at + 1] = data.scale**2, 0.0
    covariance[1:k, 1:k] = (back @ back.T / n)[1:, 1:]
    return Reported(values, covariance, singular=False, is_maximum=True)
