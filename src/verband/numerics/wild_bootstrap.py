"""Wild cluster bootstrap of a linear contrast, with the null hypothesis imposed.

Cameron, Gelbach and Miller (2008, Review of Economics and Statistics 90(3), "WCR"): residuals of the fit under the null
are multiplied by one random weight per cluster, and the t statistic with the usual cluster-robust variance is computed
on every draw. Weights: Rademacher (+1 or -1), or the six points of Webb (2023, Canadian Journal of Economics 56(3)),
which are meant for some twelve clusters or fewer. With few Rademacher patterns all of them are gone through, and the
p-value is exact given the residuals. No draw fits anything anew: sums per cluster are enough (Roodman, Nielsen,
MacKinnon and Webb, 2019, Stata Journal 19(1), section 5).

Known limit: with only a handful of *treated* clusters among many the test hardly ever rejects (MacKinnon and Webb,
2017); randomisation inference is then the better choice.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Weights = Literal["rademacher", "webb"]
FEW_FOR_WEBB = 12
"""Up to this many clusters Webb's weights are the default."""
_WEBB = np.sqrt(np.array([1.5, 1.0, 0.5]))
_AT_ONCE = 512
_SAME = 1e-9
"""Statistics within this relative distance are ties."""
_NOUGHT = 1e-12
"""An error that is smaller than this part of what it is made of is rounding."""


class TooFewClustersError(ValueError):
    """One cluster: there is no variation between clusters to learn from."""


class SingularDesignError(ValueError):
    """The columns of the design are linearly dependent."""


class PerfectFitError(ValueError):
    """Nothing is left of any cluster: no error, and nothing for a draw to multiply."""


@dataclass(frozen=True, slots=True)
class WildBootstrap:
    """Test of one contrast.

    Attributes
    ----------
    estimate, standard_error, t
        Of the contrast less its value under the null; CR1 with the factor ``G / (G - 1)``.
    p_value
        Two-sided, symmetric: the share of draws with a t at least as large in size, the sample itself counted as one
        draw unless all patterns were gone through.
    draws
        How many were made, or patterns gone through.
    enumerated
        Whether all patterns were gone through.
    weights
        Which were used.
    clusters
        How many there are.
    """

    estimate: float
    standard_error: float
    t: float
    p_value: float
    draws: int
    enumerated: bool
    weights: Weights
    clusters: int


def wild_cluster_bootstrap(
    y: Array,
    x: Array,
    cluster: Whole,
    contrast: Array,
    *,
    null: float = 0.0,
    weights: Weights | None = None,
    draws: int = 999,
    seed: int = 0,
) -> WildBootstrap:
    """Test ``contrast @ b = null`` in ``y = X b + e``.

    Parameters
    ----------
    y, x
        Shapes (n,) and (n, k).
    cluster
        Shape (n,), any whole numbers.
    contrast
        Shape (k,).
    null
        Value of the contrast under the null.
    weights
        ``None`` for Webb's with :data:`FEW_FOR_WEBB` clusters or fewer, else Rademacher.
    draws
        How many; all Rademacher patterns where these are no more than ``draws``.
    seed
        The same seed gives the same answer.

    Raises
    ------
    TooFewClustersError, SingularDesignError, PerfectFitError
        If nothing can be estimated, or nothing tells how sure it is.
    """
    labels, index = np.unique(cluster, return_inverse=True)
    groups = len(labels)
    if groups < 2:
        raise TooFewClustersError("one cluster")
    products = x.T @ x
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise SingularDesignError("the columns are linearly dependent")
    inverse = np.linalg.inv(products)
    direction = inverse @ contrast
    coefficients = inverse @ (x.T @ y)
    gap = float(contrast @ coefficients - null)
    restricted = coefficients - direction * gap / float(contrast @ direction)
    factor = groups / (groups - 1)
    along = x @ direction
    own = np.bincount(index, along * (y - x @ coefficients), groups)
    error = float(np.sqrt(factor * own @ own))
    if error <= _NOUGHT * float(np.abs(direction) @ (np.abs(x).T @ np.abs(y))):
        raise PerfectFitError("the fit leaves nothing")
    t = gap / error
    residual = y - x @ restricted
    sums = np.zeros((groups, x.shape[1]))
    np.add.at(sums, index, x * residual[:, None])
    leverage = np.zeros((groups, x.shape[1]))
    np.add.at(leverage, index, x * along[:, None])
    moves, pushes = sums @ inverse, sums @ direction
    chosen = weights or ("webb" if groups <= FEW_FOR_WEBB else "rademacher")
    enumerated = chosen == "rademacher" and groups < 32 and 2**groups <= draws
    patterns = _patterns(groups) if enumerated else _drawn(groups, chosen, draws, seed)
    limit = abs(t) * (1 - _SAME)
    count = larger = 0
    for start in range(0, len(patterns), _AT_ONCE):
        block = patterns[start : start + _AT_ONCE]
        scores = block * pushes - (block @ moves) @ leverage.T
        spread = np.sqrt(factor * np.square(scores).sum(axis=1))
        gaps = np.abs(block @ pushes)
        larger += int((gaps >= limit * spread).sum())
        count += len(block)
    p_value = larger / count if enumerated else (1 + larger) / (1 + count)
    return WildBootstrap(gap, error, t, p_value, count, enumerated, chosen, groups)


def _patterns(groups: int) -> Array:
    return np.array(list(itertools.product((1.0, -1.0), repeat=groups)), dtype=np.float64)


def _drawn(groups: int, weights: Weights, draws: int, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    sign = rng.integers(0, 2, (draws, groups)) * 2.0 - 1.0
    if weights == "rademacher":
        return np.asarray(sign, dtype=np.float64)
    return np.asarray(sign * _WEBB[rng.integers(0, len(_WEBB), (draws, groups))], dtype=np.float64)
