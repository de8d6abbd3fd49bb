"""Errors of an average effect that are honest when few clusters are treated.

The usual cluster-robust variance takes the residuals of treated units around the mean of their own cohort; with few
treated clusters these are far too small (MacKinnon and Webb, 2017, Journal of Applied Econometrics 32(2)). Here the
residuals of all treated clusters are taken around the average itself, so that differences between cohorts count as
noise, and every cluster is scaled by ``(1 - share)^(-1/2)``, its share being that of its side of the comparison: for a
difference of means this is the bias-reduced estimator CR2 of Bell and McCaffrey (2002). Degrees of freedom are
Satterthwaite's under independent errors of equal variance (their section 3; Imbens and Kolesar, 2016), per side, put
together as Welch (1947) does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verband.numerics.group_time.cells import Cells, Whole
from verband.numerics.group_time.two_periods import Array


@dataclass(frozen=True, slots=True)
class PooledScores:
    """What clusters add to the error of an average.

    Attributes
    ----------
    estimate
        The average.
    scores
        Shape (clusters,); the variance is the sum of their squares. Not-a-number with one treated cluster.
    degrees_of_freedom
        Satterthwaite.
    treated_clusters
        Clusters with a treated unit that has weight.
    """

    estimate: float
    scores: Array
    degrees_of_freedom: float
    treated_clusters: int

    @property
    def standard_error(self) -> float:
        """In the unit of the outcome; not-a-number with one treated cluster."""
        return float(np.sqrt(self.scores @ self.scores))


def pooled_scores(cells: Cells, weights: Array, cluster: Whole, clusters: int) -> PooledScores:
    """Sum what units add to the error of ``weights @ cells.effect`` by cluster.

    Parameters
    ----------
    cells
        Effects.
    weights
        Shape (m,), adding up to one.
    cluster
        Number of its cluster per unit, shape (units,), from 0.
    clusters
        How many there are.
    """
    estimate = float(weights @ cells.effect)
    used = np.flatnonzero(weights)
    influence, treated, controls = cells.influence[used], cells.treated[used], cells.controls[used]
    size = treated.sum(axis=1)
    # Around the average instead of around the effect of the own cell.
    shift = (weights[used] * (cells.effect[used] - estimate) / size) @ treated
    own = weights[used] @ (influence * treated) + shift
    other = weights[used] @ (influence * ~treated)
    treated_share = _summed((weights[used] / size) @ treated, cluster, clusters)
    control_share = _summed((weights[used] / controls.sum(axis=1)) @ controls, cluster, clusters)
    own_scores = _adjusted(_summed(own, cluster, clusters), treated_share)
    other_scores = _adjusted(_summed(other, cluster, clusters), control_share)
    first, second = own_scores @ own_scores, other_scores @ other_scores
    freedom = np.nan
    if np.isfinite(first) and first + second > 0:
        parts = first**2 / _freedom(treated_share) + (second**2 / _freedom(control_share) if second else 0.0)
        freedom = float((first + second) ** 2 / parts)
    return PooledScores(estimate, own_scores + other_scores, freedom, int((treated_share > 0).sum()))


def _summed(values: Array, cluster: Whole, clusters: int) -> Array:
    return np.asarray(np.bincount(cluster, values, clusters), dtype=np.float64)


def _adjusted(scores: Array, share: Array) -> Array:
    """Scale the clusters of one side; a side of one cluster has no variation to learn from."""
    left = 1 - share
    if (left < 1e-12).any():
        return np.full(len(scores), np.nan)
    return np.asarray(scores / np.sqrt(left), dtype=np.float64)


def _freedom(share: Array) -> float:
    """Degrees of freedom of the CR2 variance of a weighted mean, from the shares of its clusters."""
    part = share[share > 0]
    square = part**2 / (1 - part)
    together = float((part**2).sum() + square.sum() ** 2 - (square**2).sum())
    return 1 / together
