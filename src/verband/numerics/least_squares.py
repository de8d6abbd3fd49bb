"""Ordinary least squares with errors clustered by group, honest with few groups, and a bootstrap of whole groups.

Covariance: the bias-reduced estimator CR2 of Bell and McCaffrey (2002), intervals with Student's t on Satterthwaite
degrees of freedom per contrast (Imbens and Kolesar, 2016, section 4; Pustejovsky and Tipton, 2018), both under the
working model of independent errors; with few groups of unequal weight the intervals are rather too wide than too
narrow. Bootstrap: pairs cluster bootstrap (Cameron, Gelbach and Miller, 2008); every draw is one solve on sums that
are prepared per group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Array = npt.NDArray[np.float64]
_RANK_TOLERANCE = 1e-10
_EIGENVALUE_TOLERANCE = 1e-8


class CollinearError(ValueError):
    """The columns of the design are linearly dependent; ``column`` is the first that adds nothing."""

    def __init__(self, column: int) -> None:
        self.column = column
        super().__init__(f"column {column} is a combination of the others")


@dataclass(frozen=True, slots=True)
class Contrast:
    """A linear combination of coefficients with its interval.

    Attributes
    ----------
    estimate, standard_error
        In the unit of the outcome per unit of the combination.
    low, high, level
        Interval and its level.
    degrees_of_freedom
        Satterthwaite; at most the number of groups.
    """

    estimate: float
    standard_error: float
    low: float
    high: float
    level: float
    degrees_of_freedom: float


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """A fit of ``y = X b + e``.

    Attributes
    ----------
    coefficients
        Shape (k,).
    covariance
        Shape (k, k), CR2.
    residuals
        Shape (n,).
    n, k, groups
        Rows, columns, and number of groups.
    """

    coefficients: Array
    covariance: Array
    residuals: Array
    n: int
    k: int
    groups: int
    _inverse: Array
    _design: Array
    _adjusted: Array
    _index: npt.NDArray[np.int64]

    def contrast(self, weights: Array, *, level: float = 0.95) -> Contrast:
        """Estimate ``weights @ coefficients`` with its interval.

        Parameters
        ----------
        weights
            Shape (k,).
        level
            Level of the interval.
        """
        estimate = float(weights @ self.coefficients)
        error = float(np.sqrt(weights @ self.covariance @ weights))
        freedom = self._degrees_of_freedom(weights)
        reach = float(stdtrit(freedom, 0.5 + level / 2)) * error
        return Contrast(estimate, error, estimate - reach, estimate + reach, level, freedom)

    def _degrees_of_freedom(self, weights: Array) -> float:
        """Satterthwaite's, from the eigenvalues of the variance estimator under independent errors."""
        pieces = self._adjusted @ weights
        squares = np.bincount(self._index, weights=pieces**2, minlength=self.groups)
        sums = np.zeros((self.groups, self.k))
        np.add.at(sums, self._index, self._design * pieces[:, None])
        matrix = np.diag(squares) - sums @ self._inverse @ sums.T
        return float(np.trace(matrix) ** 2 / np.sum(matrix**2))


def least_squares(y: Array, design: Array, group: npt.NDArray[np.int64]) -> LeastSquares:
    """Fit by least squares with errors clustered by group.

    Parameters
    ----------
    y
        Shape (n,).
    design
        Shape (n, k), with a column of ones if an intercept is wanted.
    group
        Shape (n,), a number per row: rows with the same number are in one group.

    Raises
    ------
    CollinearError
        If the columns are linearly dependent.
    ValueError
        If there are not more groups than columns, or shapes disagree.
    """
    n, k = design.shape
    labels, index = np.unique(group, return_inverse=True)
    groups = len(labels)
    if y.shape != (n,) or group.shape != (n,):
        raise ValueError("y, design and group need the same number of rows")
    if groups <= k:
        raise ValueError(f"{groups} groups are too few for {k} columns")
    _refuse_collinear(design)
    inverse: Array = np.asarray(np.linalg.inv(design.T @ design), dtype=np.float64)
    coefficients = inverse @ (design.T @ y)
    residuals = y - design @ coefficients
    adjusted = np.empty((n, k))
    for number in range(groups):
        rows = np.flatnonzero(index == number)
        own = design[rows]
        values, vectors = np.linalg.eigh(np.eye(len(rows)) - own @ inverse @ own.T)
        usable = values > _EIGENVALUE_TOLERANCE
        roots = np.where(usable, 1 / np.sqrt(np.where(usable, values, 1.0)), 0.0)
        adjusted[rows] = (vectors * roots) @ vectors.T @ own @ inverse
    scores = np.zeros((groups, k))
    np.add.at(scores, index, adjusted * residuals[:, None])
    return LeastSquares(
        coefficients,
        np.asarray(scores.T @ scores, dtype=np.float64),
        residuals,
        n,
        k,
        groups,
        inverse,
        design,
        adjusted,
        index.astype(np.int64),
    )


def _refuse_collinear(design: Array) -> None:
    scale = np.linalg.norm(design, axis=0)
    if np.any(scale == 0):
        raise CollinearError(int(np.argmin(scale)))
    _, triangular = np.linalg.qr(design / scale)
    small = np.abs(np.diag(triangular)) < _RANK_TOLERANCE
    if small.any():
        raise CollinearError(int(np.argmax(small)))


def cluster_bootstrap(
    y: Array, design: Array, group: npt.NDArray[np.int64], *, draws: int, rng: np.random.Generator
) -> Array:
    """Draw whole groups with replacement and fit again.

    Parameters
    ----------
    y, design, group
        As in :func:`least_squares`.
    draws
        Number of replications.
    rng
        Source of randomness; the same state gives the same draws.

    Returns
    -------
    Array
        Coefficients, shape (draws, k); rows of nan where a draw cannot be solved.
    """
    labels, index = np.unique(group, return_inverse=True)
    groups, k = len(labels), design.shape[1]
    products = np.zeros((groups, k, k))
    targets = np.zeros((groups, k))
    np.add.at(products, index, design[:, :, None] * design[:, None, :])
    np.add.at(targets, index, design * y[:, None])
    found = np.full((draws, k), np.nan)
    for draw in range(draws):
        weights = np.bincount(rng.integers(groups, size=groups), minlength=groups).astype(np.float64)
        left = np.tensordot(weights, products, axes=1)
        try:
            found[draw] = np.linalg.solve(left, weights @ targets)
        except np.linalg.LinAlgError:
            continue
    return found
