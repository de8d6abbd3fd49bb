"""Errors, intervals and bands of averages of group-time effects, with many clusters and with few.

Many: the influence functions of Callaway and Sant'Anna (2021), summed by cluster; normal, or Student's t with a cluster
column; bands by the multiplier bootstrap. Few (fewer than :data:`FEW` clusters, or treated clusters): bias-reduced
errors with Satterthwaite's degrees of freedom (:mod:`verband.numerics.group_time.few_treated`); bands by Bonferroni.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from verband.analysis.event_study_answer import Effect
from verband.numerics.group_time import Average, Cells, pooled_scores
from verband.numerics.multiplier_bootstrap import simultaneous_critical_value

Array = npt.NDArray[np.float64]
FEW = 40
"""Below this number of clusters asymptotic errors are not trusted (Cameron and Miller, 2015, section VI: 20 to 50)."""
_BAND_DRAWS = 1999


@dataclass(frozen=True, slots=True)
class Clustering:
    """How units hang together.

    Attributes
    ----------
    cluster
        Number per unit, from 0.
    clusters
        How many there are.
    named
        Whether a cluster column was named; else every unit is its own.
    few
        Whether there are few, or few treated.
    """

    cluster: npt.NDArray[np.int64]
    clusters: int
    named: bool
    few: bool


@dataclass(frozen=True, slots=True)
class _Error:
    scores: Array
    se: float
    freedom: float | None


def effects_of(
    averages: Sequence[Average], cells: Cells, clustering: Clustering, *, level: float, seed: int
) -> tuple[Effect, ...]:
    """Give averages that are shown together their errors, intervals and a band over all of them.

    Parameters
    ----------
    averages
        Each with its weights over the cells.
    cells
        Of which they are averages.
    clustering
        How units hang together.
    level
        Of intervals and band.
    seed
        Of the band.
    """
    errors = [_error(item, cells, clustering) for item in averages]
    alone = [_effect(item, error, cells, clustering, level) for item, error in zip(averages, errors, strict=True)]
    known = [place for place, error in enumerate(errors) if np.isfinite(error.se) and error.se > 0]
    if not known:
        return tuple(alone)
    if clustering.few:
        size = (1 - level) / len(known)
        widths = {place: _quantile(1 - size / 2, errors[place].freedom) for place in known}
    else:
        scores = np.column_stack([errors[place].scores for place in known])
        widest = simultaneous_critical_value(scores, level=level, draws=_BAND_DRAWS, seed=seed)
        widths = {place: max(widest, _quantile((1 + level) / 2, errors[place].freedom)) for place in known}
    for place, width in widths.items():
        half = width * errors[place].se
        estimate = averages[place].estimate
        alone[place] = replace(alone[place], band_low=estimate - half, band_high=estimate + half)
    return tuple(alone)


def cluster_scores(average: Average, clustering: Clustering) -> Array:
    """What clusters add to the error by the usual formula, shape (clusters,); its variance is the sum of squares."""
    scores = np.bincount(clustering.cluster, average.influence, clustering.clusters)
    if not clustering.named:
        return np.asarray(scores, dtype=np.float64)
    factor = clustering.clusters / (clustering.clusters - 1)
    return np.asarray((scores - scores.mean()) * np.sqrt(factor), dtype=np.float64)


def _error(average: Average, cells: Cells, clustering: Clustering) -> _Error:
    if clustering.few:
        pooled = pooled_scores(cells, average.weights, clustering.cluster, clustering.clusters)
        return _Error(pooled.scores, pooled.standard_error, pooled.degrees_of_freedom)
    scores = cluster_scores(average, clustering)
    freedom = float(clustering.clusters - 1) if clustering.named else None
    return _Error(scores, float(np.sqrt(scores @ scores)), freedom)


def _effect(average: Average, error: _Error, cells: Cells, clustering: Clustering, level: float) -> Effect:
    used = average.weights != 0
    treated = cells.treated[used].any(axis=0)
    known = np.isfinite(error.se)
    half = _quantile((1 + level) / 2, error.freedom) * error.se if known and error.se else 0.0
    p_value = None
    if known and error.se > 0:
        t = abs(average.estimate) / error.se
        p_value = float(2 * (stats.norm.sf(t) if error.freedom is None else stats.t.sf(t, error.freedom)))
    return Effect(
        estimate=average.estimate,
        se=error.se if known else None,
        low=average.estimate - half if known else None,
        high=average.estimate + half if known else None,
        p_value=p_value,
        band_low=None,
        band_high=None,
        degrees_of_freedom=error.freedom if known and error.se else None,
        n_treated=int(treated.sum()),
        n_treated_clusters=len(np.unique(clustering.cluster[treated])),
        n_controls=int(cells.controls[used].any(axis=0).sum()),
    )


def _quantile(share: float, freedom: float | None) -> float:
    return float(stats.norm.ppf(share) if freedom is None else stats.t.ppf(share, freedom))
