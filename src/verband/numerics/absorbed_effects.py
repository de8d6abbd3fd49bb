"""Least squares with one set of effects taken out, and errors of clusters that cross these effects.

Taking the mean of every effect out gives the coefficients of a column per effect (Frisch and Waugh, 1933; Lovell,
1963), without a matrix that has all these columns. The bias-reduced covariance CR2 and Satterthwaite's degrees of
freedom (Bell and McCaffrey, 2002; Pustejovsky and Tipton, 2018) need the leverage of the effects too where a cluster
has rows of several effects and an effect rows of several clusters: without it the errors are too small. Same figures
as :func:`~verband.numerics.least_squares.least_squares` with a column per effect, and it needs more clusters than
coefficients, not than effects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.least_squares import Contrast, from_group_mean, refuse_collinear

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
_EIGENVALUE_TOLERANCE = 1e-8
_ROUNDING = 1e-9
"""What is left of a column that is a sum of effects, against its own length."""


@dataclass(frozen=True, slots=True)
class AbsorbedFit:
    """A fit of ``y = X b + effects + e``.

    Attributes
    ----------
    coefficients
        Shape (k,), without the effects.
    covariance
        Shape (k, k), CR2.
    residuals
        Shape (n,).
    n, groups
        Rows and clusters.
    """

    coefficients: Array
    covariance: Array
    residuals: Array
    n: int
    groups: int
    _inverse: Array
    _adjusted: Array
    _design: Array
    _effect: Labels
    _group: Labels

    def contrast(self, weights: Array, *, level: float = 0.95) -> Contrast:
        """Estimate ``weights @ coefficients`` with its interval; weights of shape (k,)."""
        from scipy.special import stdtrit  # noqa: PLC0415  slow to start, and most commands estimate nothing

        estimate = float(weights @ self.coefficients)
        error = float(np.sqrt(weights @ self.covariance @ weights))
        freedom = self._degrees_of_freedom(weights)
        reach = float(stdtrit(freedom, 0.5 + level / 2)) * error
        return Contrast(estimate, error, estimate - reach, estimate + reach, level, freedom)

    def _degrees_of_freedom(self, weights: Array) -> float:
        """Satterthwaite's under independent errors, from the products of what two clusters add to the contrast."""
        own = self._adjusted @ weights
        sizes = np.bincount(self._effect)
        by_effect = np.zeros((len(sizes), self.groups))
        np.add.at(by_effect, (self._effect, self._group), own)
        by_column = np.zeros((self._design.shape[1], self.groups))
        np.add.at(by_column.T, self._group, self._design * own[:, None])
        squares = np.bincount(self._group, own**2, minlength=self.groups).astype(np.float64)
        crossed = by_effect.T @ (by_effect / sizes[:, None]) + by_column.T @ self._inverse @ by_column
        products: Array = np.diag(squares) - crossed
        return float(np.trace(products) ** 2 / (products**2).sum())


def absorbed_least_squares(y: Array, design: Array, effect: Labels, group: Labels) -> AbsorbedFit:
    """Fit by least squares with an effect per label, errors clustered by group.

    Parameters
    ----------
    y
        Shape (n,).
    design
        Shape (n, k), without a column of ones: the effects hold it.
    effect, group
        Shape (n,), a number per row: rows with the same number share an effect, or are in one cluster.

    Raises
    ------
    CollinearError
        If the columns are linearly dependent once the effects are out.
    ValueError
        If a column does not vary within the effects, there are not more clusters than columns, or shapes disagree.
    """
    n, k = design.shape
    if y.shape != (n,) or effect.shape != (n,) or group.shape != (n,):
        raise ValueError("y, design, effect and group need the same number of rows")
    _, effect = np.unique(effect, return_inverse=True)
    labels, group = np.unique(group, return_inverse=True)
    if len(labels) <= k:
        raise ValueError(f"{len(labels)} groups are too few for {k} columns")
    left, own = from_group_mean(y[:, None], effect)[:, 0], from_group_mean(design, effect)
    if np.any(np.linalg.norm(own, axis=0) <= _ROUNDING * np.linalg.norm(design, axis=0)):
        raise ValueError("a column does not vary beside the effects")
    refuse_collinear(own)
    inverse: Array = np.asarray(np.linalg.inv(own.T @ own), dtype=np.float64)
    coefficients = inverse @ (own.T @ left)
    residuals = left - own @ coefficients
    sizes = np.bincount(effect)
    adjusted, scores = np.empty((n, k)), np.empty((len(labels), k))
    for number in range(len(labels)):
        rows = np.flatnonzero(group == number)
        same = effect[rows][:, None] == effect[rows]
        leverage = same / sizes[effect[rows]] + own[rows] @ inverse @ own[rows].T
        adjusted[rows] = _inverse_root(np.eye(len(rows)) - leverage) @ own[rows] @ inverse
        scores[number] = residuals[rows] @ adjusted[rows]
    return AbsorbedFit(
        coefficients=coefficients,
        covariance=np.asarray(scores.T @ scores, dtype=np.float64),
        residuals=residuals,
        n=n,
        groups=len(labels),
        _inverse=inverse,
        _adjusted=adjusted,
        _design=own,
        _effect=effect.astype(np.int64),
        _group=group.astype(np.int64),
    )


def _inverse_root(matrix: Array) -> Array:
    """``matrix^(-1/2)`` on the part where it is not singular: a cluster can decide an effect by itself."""
    values, vectors = np.linalg.eigh(matrix)
    usable = values > _EIGENVALUE_TOLERANCE
    roots = np.where(usable, 1 / np.sqrt(np.where(usable, values, 1.0)), 0.0)
    return np.asarray((vectors * roots) @ vectors.T, dtype=np.float64)
