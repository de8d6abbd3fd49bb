"""Logistic regression by maximum likelihood, with scores per group for errors clustered by group.

Newton's method on the log-likelihood (McCullagh and Nelder, 1989, section 4.4); sandwich covariance of Liang and Zeger
(1986) with the factor ``G / (G - 1)``. Where the columns separate the outcomes no maximum exists (Albert and Anderson,
1984): that is refused, not hidden behind large numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_STEPS = 50
_TOLERANCE = 1e-10
_LARGEST_INDEX = 30.0


class SeparationError(ValueError):
    """The columns tell the outcomes apart completely, or almost: the likelihood has no maximum."""


@dataclass(frozen=True, slots=True)
class Logit:
    """A fit of ``P(y = 1) = 1 / (1 + exp(-X b))``.

    Attributes
    ----------
    coefficients
        Shape (k,).
    covariance
        Shape (k, k), clustered.
    probabilities
        Fitted, shape (n,).
    scores
        Shape (groups, k): what each group adds to the error of the coefficients; the covariance is the sum of their
        outer products.
    labels
        The groups, shape (groups,).
    """

    coefficients: Array
    covariance: Array
    probabilities: Array
    scores: Array
    labels: npt.NDArray[np.int64]


def logit(y: npt.NDArray[np.bool_], design: Array, group: npt.NDArray[np.int64]) -> Logit:
    """Fit a logistic regression.

    Parameters
    ----------
    y
        Outcomes, shape (n,).
    design
        Shape (n, k), with a column of ones if an intercept is wanted.
    group
        Shape (n,), a number per row.

    Raises
    ------
    SeparationError
        If the likelihood has no maximum, or all outcomes are equal.
    """
    outcome = y.astype(np.float64)
    if y.all() or not y.any():
        raise SeparationError("all outcomes are equal")
    coefficients = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        index = design @ coefficients
        if np.abs(index).max() > _LARGEST_INDEX:
            raise SeparationError("the columns separate the outcomes")
        chance = 1 / (1 + np.exp(-index))
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        try:
            step = np.linalg.solve(information, design.T @ (outcome - chance))
        except np.linalg.LinAlgError as error:
            raise SeparationError("the columns cannot be told apart") from error
        coefficients += step
        if np.abs(step).max() < _TOLERANCE:
            break
    else:
        raise SeparationError("the likelihood has no maximum within reach")
    chance = 1 / (1 + np.exp(-design @ coefficients))
    inverse = np.linalg.inv(design.T @ (design * (chance * (1 - chance))[:, None]))
    labels, number = np.unique(group, return_inverse=True)
    sums = np.zeros((len(labels), design.shape[1]))
    np.add.at(sums, number, design * (outcome - chance)[:, None])
    scores = sums @ inverse * np.sqrt(len(labels) / (len(labels) - 1))
    return Logit(coefficients, np.asarray(scores.T @ scores, dtype=np.float64), chance, scores, labels)
