"""Ordinary least squares with errors clustered by group, honest with few groups, and a bootstrap of whole groups.

Covariance: the bias-reduced estimator CR2 of Bell and McCaffrey (2002), intervals with Student's t on Satterthwaite
degrees of freedom per contrast (Imbens and Kolesar, 2016, section 4; Pustejovsky and Tipton, 2018), both under the
working model of independent errors; with few groups of unequal weight the intervals are rather too wide than too
narrow. Bootstrap: pairs cluster bootstrap (Cameron, Gelbach and Miller, 2008); every draw is one solve on sums that
are prepared per group.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_RANK_TOLERANCE = 1e-10
_EIGENVALUE_TOLERANCE = 1e-8
_DRAWS_AT_ONCE = 250


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
class Contrasts:
    """Many linear combinations of coefficients at once; every array has shape (m,), as in :class:`Contrast`."""

    estimate: Array
    standard_error: Array
    low: Array
    high: Array
    level: float
    degrees_of_freedom: Array


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
    scores
        Shape (groups, k): what each group adds to the error of the coefficients, adjusted as in CR2; the covariance is
        the sum of their outer products.
    labels, index
        The groups, shape (groups,), and the number of its group per row, shape (n,).
    n, k, groups
        Rows, columns, and number of groups.
    """

    coefficients: Array
    covariance: Array
    residuals: Array
    scores: Array
    labels: npt.NDArray[np.int64]
    index: npt.NDArray[np.int64]
    n: int
    k: int
    groups: int
    _inverse: Array
    _squares: Array
    _products: Array

    def contrast(self, weights: Array, *, level: float = 0.95) -> Contrast:
        """Estimate ``weights @ coefficients`` with its interval.

        Parameters
        ----------
        weights
            Shape (k,).
        level
            Level of the interval.
        """
        many = self.contrasts(weights[None, :], level=level)
        return Contrast(
            float(many.estimate[0]),
            float(many.standard_error[0]),
            float(many.low[0]),
            float(many.high[0]),
            level,
            float(many.degrees_of_freedom[0]),
        )

    def contrasts(self, weights: Array, *, level: float = 0.95) -> Contrasts:
        """Estimate ``weights @ coefficients`` with intervals, row by row.

        Parameters
        ----------
        weights
            Shape (m, k).
        level
            Level of the intervals.
        """
        from scipy.special import stdtrit  # noqa: PLC0415  slow to start, and most commands estimate nothing

        estimate = weights @ self.coefficients
        error = np.sqrt(np.einsum("mi,ij,mj->m", weights, self.covariance, weights))
        freedom = self._degrees_of_freedom(weights)
        reach = np.asarray(stdtrit(freedom, 0.5 + level / 2), dtype=np.float64) * error
        return Contrasts(estimate, error, estimate - reach, estimate + reach, level, freedom)

    def leverage(self, rows: Array) -> Array:
        """How far rows, shape (m, k), lie from those fitted: ``x (X'X)^-1 x'``, shape (m,); ``k / n`` on average."""
        return np.asarray(np.einsum("mi,ij,mj->m", rows, self._inverse, rows), dtype=np.float64)

    @property
    def working_covariance(self) -> Array:
        """Covariance of the coefficients under independent errors of variance 1, shape (k, k)."""
        return self._inverse

    def group_products(self, one: Array, other: Array) -> Array:
        """Products of what two groups add to two combinations, per unit of variance of independent errors.

        Parameters
        ----------
        one, other
            Weights of the combinations, shape (k,).

        Returns
        -------
        Array
            Shape (groups, groups): row for a group in ``one``, column for a group in ``other``.
        """
        first, second = self._products @ one, self._products @ other
        return np.asarray(np.diag(self._squares @ other @ one) - first @ self._inverse @ second.T, dtype=np.float64)

    def _degrees_of_freedom(self, weights: Array) -> Array:
        """Satterthwaite's, under independent errors: ``trace(M)^2 / sum(M^2)`` with ``M = diag(d) - S A S'``.

        ``M`` has a row per group; both sums are taken without forming it.
        """
        squares = np.einsum("gij,mi,mj->mg", self._squares, weights, weights, optimize=True)
        sums = np.tensordot(weights, self._products, axes=(1, 2))
        own = np.einsum("mgi,ij,mgj->mg", sums, self._inverse, sums, optimize=True)
        inner = np.einsum("mgi,mgj->mij", sums, sums, optimize=True) @ self._inverse
        trace = squares.sum(axis=1) - own.sum(axis=1)
        whole = (squares**2 - 2 * squares * own).sum(axis=1) + np.einsum("mij,mji->m", inner, inner)
        return np.asarray(trace**2 / whole, dtype=np.float64)


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
    refuse_collinear(design)
    inverse: Array = np.asarray(np.linalg.inv(design.T @ design), dtype=np.float64)
    coefficients = inverse @ (design.T @ y)
    residuals = y - design @ coefficients
    scores, squares, products = np.empty((groups, k)), np.empty((groups, k, k)), np.empty((groups, k, k))
    for members, rows in _by_size(index):
        own = design[rows]
        adjusted = _adjusted(own, inverse)
        scores[members] = np.einsum("gtk,gt->gk", adjusted, residuals[rows])
        squares[members] = adjusted.transpose(0, 2, 1) @ adjusted
        products[members] = own.transpose(0, 2, 1) @ adjusted
    return LeastSquares(
        coefficients=coefficients,
        covariance=np.asarray(scores.T @ scores, dtype=np.float64),
        residuals=residuals,
        scores=scores,
        labels=labels,
        index=index.astype(np.int64),
        n=n,
        k=k,
        groups=groups,
        _inverse=inverse,
        _squares=squares,
        _products=products,
    )


def from_group_mean(values: Array, group: npt.NDArray[np.int64]) -> Array:
    """Values, shape (n, k), from the mean of their group, shape (n,): the within transformation of a panel."""
    _, index, counts = np.unique(group, return_inverse=True, return_counts=True)
    sums = np.zeros((len(counts), values.shape[1]))
    np.add.at(sums, index, values)
    return np.asarray(values - (sums / counts[:, None])[index])


def _by_size(index: npt.NDArray[np.int64]) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Groups of equal size together: their numbers, shape (g,), and their rows, shape (g, size)."""
    order = np.argsort(index, kind="stable")
    counts = np.bincount(index)
    starts = np.cumsum(counts) - counts
    for size in np.unique(counts):
        members = np.flatnonzero(counts == size)
        yield members, order[starts[members][:, None] + np.arange(size)]


def _adjusted(own: Array, inverse: Array) -> Array:
    """``(I - H_g)^(-1/2) X_g (X'X)^-1`` for groups of equal size, shape (g, size, k): the adjustment of CR2."""
    leverage = own @ inverse @ own.transpose(0, 2, 1)
    values, vectors = np.linalg.eigh(np.eye(own.shape[1]) - leverage)
    usable = values > _EIGENVALUE_TOLERANCE
    roots = np.where(usable, 1 / np.sqrt(np.where(usable, values, 1.0)), 0.0)
    return np.asarray((vectors * roots[:, None, :]) @ vectors.transpose(0, 2, 1) @ own @ inverse, dtype=np.float64)


def refuse_collinear(design: Array) -> None:
    """Raise :class:`CollinearError` if the columns of a design, shape (n, k), are linearly dependent."""
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
    groups = len(np.unique(group))
    counts = np.empty((draws, groups))
    for start in range(0, draws, _DRAWS_AT_ONCE):
        number = min(_DRAWS_AT_ONCE, draws - start)
        drawn = rng.integers(groups, size=(number, groups)) + groups * np.arange(number)[:, None]
        counts[start : start + number] = np.bincount(drawn.ravel(), minlength=number * groups).reshape(number, groups)
    return refits(y, design, group, counts)


def refits(y: Array, design: Array, group: npt.NDArray[np.int64], counts: Array) -> Array:
    """Fit again with every group counted a number of times, such as of a bootstrap that several fits share.

    Parameters
    ----------
    y, design, group
        As in :func:`least_squares`.
    counts
        How often each group counts, in the order of their numbers, shape (draws, groups).

    Returns
    -------
    Array
        Coefficients, shape (draws, k); rows of nan where a draw cannot be solved.
    """
    labels, index = np.unique(group, return_inverse=True)
    groups, k = len(labels), design.shape[1]
    products, targets = np.zeros((groups, k, k)), np.zeros((groups, k))
    for members, rows in _by_size(index):
        own = design[rows]
        products[members] = own.transpose(0, 2, 1) @ own
        targets[members] = np.einsum("gtk,gt->gk", own, y[rows])
    found = np.full((len(counts), k), np.nan)
    for start in range(0, len(counts), _DRAWS_AT_ONCE):
        weights = counts[start : start + _DRAWS_AT_ONCE]
        left = (weights @ products.reshape(groups, k * k)).reshape(len(weights), k, k)
        found[start : start + len(weights)] = _solved(left, weights @ targets)
    return found


def _solved(left: Array, right: Array) -> Array:
    """Solve a stack of systems; rows of nan where one is singular."""
    try:
        return np.asarray(np.linalg.solve(left, right[:, :, None])[:, :, 0], dtype=np.float64)
    except np.linalg.LinAlgError:
        if len(left) == 1:
            return np.full(right.shape, np.nan)
        half = len(left) // 2
        return np.concatenate([_solved(left[:half], right[:half]), _solved(left[half:], right[half:])])
