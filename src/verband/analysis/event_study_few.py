"""Tests of an event study that do not count on many clusters: starts dealt out anew, and the wild cluster bootstrap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from verband.analysis.event_study_answer import FewClusters
from verband.analysis.event_study_errors import Clustering
from verband.numerics.group_time import Cells, Panel, average, estimate_cells, group_weights, pooled_scores
from verband.numerics.group_time.cells import NEVER, Control, Planned
from verband.numerics.randomisation import (
    LinearStatistic,
    Randomisation,
    randomisation_inference,
    randomisation_p_value,
    shuffled,
)
from verband.numerics.wild_bootstrap import PerfectFitError, SingularDesignError, wild_cluster_bootstrap

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
HANDFUL = 6
"""With fewer treated clusters the wild bootstrap hardly ever rejects (MacKinnon and Webb, 2017, section 5)."""
_WILD_LIMIT = 4_000_000
"""Most cells of the design of the wild bootstrap."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, whoever is treated.

    Attributes
    ----------
    panel
        Units over periods.
    counted, before
        Cells from the start on, and before it.
    control, anticipation
        As in :func:`~verband.numerics.group_time.estimate_cells`.
    """

    panel: Panel
    counted: tuple[Planned, ...]
    before: tuple[Planned, ...]
    control: Control
    anticipation: int

    def cells(self, cohort: Whole, outcome: Array | None = None, *, early: bool = False) -> Cells:
        """Estimate the cells as if these units had been treated."""
        panel = replace(self.panel, cohort=cohort, outcome=self.panel.outcome if outcome is None else outcome)
        plan = self.before if early else self.counted
        return estimate_cells(panel, plan, control=self.control, anticipation=self.anticipation, method="regression")


def starts_of_clusters(panel: Panel, clustering: Clustering) -> Whole | None:
    """First treated period of each cluster, shape (clusters,); ``None`` where one has units that differ."""
    low = np.full(clustering.clusters, np.iinfo(np.int64).max)
    high = np.full(clustering.clusters, -1)
    np.minimum.at(low, clustering.cluster, panel.cohort)
    np.maximum.at(high, clustering.cluster, panel.cohort)
    return None if (low != high).any() else low


def few_clusters(
    comparison: Comparison, clustering: Clustering, *, level: float, draws: int, seed: int, notes: Sequence[str] = ()
) -> FewClusters:
    """Test the simple average in two ways.

    Parameters
    ----------
    comparison
        What is compared.
    clustering
        How units hang together.
    level
        Of the interval.
    draws, seed
        Of both tests.
    notes
        To begin with.
    """
    said = list(notes)
    starts = starts_of_clusters(comparison.panel, clustering)
    dealt: Randomisation | None = None
    if starts is None:
        said.append("Starts cannot be dealt out anew: a cluster holds units with different starts.")
    else:
        dealt = randomisation_inference(
            lambda labels: _statistic(comparison, clustering, labels), starts, level=level, draws=draws, seed=seed
        )
        if not dealt.studentised:
            said.append("One cluster is treated: estimates are compared as they are, not divided by their errors.")
        sizes = np.bincount(clustering.cluster)
        if starts.any() and not starts.all() and sizes[starts > 0].mean() != sizes[starts == 0].mean():
            said.append(
                "Treated clusters and others differ in size, so they are not quite exchangeable; the t statistic makes "
                "up for most of that."
            )
    p_value, weights, why = _wild(comparison, clustering, draws=draws, seed=seed)
    said += why
    return FewClusters(
        None if dealt is None else dealt.p_value,
        None if dealt is None else dealt.low,
        None if dealt is None else dealt.high,
        p_value,
        weights,
        draws,
        tuple(said),
    )


def early_differences(comparison: Comparison, clustering: Clustering, *, draws: int, seed: int) -> float | None:
    """P-value of the largest t among distances before the start; ``None`` where starts cannot be dealt out."""
    starts = starts_of_clusters(comparison.panel, clustering)
    if starts is None:
        return None
    own = _largest(comparison, clustering, starts)
    if not np.isfinite(own):
        return None
    drawn = [_largest(comparison, clustering, labels) for labels in shuffled(starts, draws, seed + 1)]
    return randomisation_p_value(own, np.array(drawn))


def _statistic(comparison: Comparison, clustering: Clustering, labels: Whole) -> LinearStatistic | None:
    cohort = labels[clustering.cluster]
    cells = comparison.cells(cohort)
    if not len(cells.effect):
        return None
    weights = group_weights(cells, np.ones(len(cells.effect), dtype=np.bool_), cohort)
    found = pooled_scores(cells, weights, clustering.cluster, clustering.clusters)
    panel = comparison.panel
    own = (panel.cohort[:, None] != NEVER) & (panel.periods[None, :] >= panel.cohort[:, None])
    treated = comparison.cells(cohort, np.where(np.isfinite(panel.outcome), own, np.nan))
    shift = pooled_scores(treated, weights, clustering.cluster, clustering.clusters)
    if not np.isfinite(found.scores).all():
        return LinearStatistic(found.estimate, shift.estimate)
    return LinearStatistic(
        found.estimate,
        shift.estimate,
        (
            float(found.scores @ found.scores),
            float(found.scores @ shift.scores),
            float(shift.scores @ shift.scores),
        ),
    )


def _largest(comparison: Comparison, clustering: Clustering, labels: Whole) -> float:
    cohort = labels[clustering.cluster]
    cells = comparison.cells(cohort, early=True)
    sizes = []
    for distance in np.unique(cells.time - cells.group):
        item = average(cells, cells.time - cells.group == distance, cohort)
        pooled = pooled_scores(cells, item.weights, clustering.cluster, clustering.clusters)
        if pooled.standard_error > 0:
            sizes.append(abs(item.estimate) / pooled.standard_error)
    return max(sizes, default=float("nan"))


def _wild(
    comparison: Comparison, clustering: Clustering, *, draws: int, seed: int
) -> tuple[float | None, str | None, list[str]]:
    """Wild bootstrap of the simple average, as a contrast of the two mean changes of every cell."""
    if comparison.panel.covariates.shape[2]:
        return None, None, ["No wild bootstrap: with covariates the average is no plain contrast of coefficients."]
    cells = comparison.cells(comparison.panel.cohort)
    members = cells.treated | cells.controls
    rows, columns = int(members.sum()), 2 * len(cells.effect)
    if rows * columns > _WILD_LIMIT:
        return None, None, ["No wild bootstrap: there are too many units and cells."]
    cell, unit = np.nonzero(members)
    base = {(item.group, int(comparison.panel.periods[item.time])): item for item in comparison.counted}
    plan = [base[int(group), int(time)] for group, time in zip(cells.group, cells.time, strict=True)]
    change = np.column_stack(
        [comparison.panel.outcome[:, item.time] - comparison.panel.outcome[:, item.base] for item in plan]
    )
    x = np.zeros((rows, columns))
    x[np.arange(rows), cell] = 1.0
    x[np.arange(rows), len(plan) + cell] = cells.treated[cell, unit]
    weights = group_weights(cells, np.ones(len(plan), dtype=np.bool_), comparison.panel.cohort)
    contrast = np.concatenate([np.zeros(len(plan)), weights])
    try:
        found = wild_cluster_bootstrap(
            change[unit, cell], x, clustering.cluster[unit], contrast, draws=draws, seed=seed
        )
    except SingularDesignError:  # pragma: no cover  every cell has treated units and controls
        return None, None, ["No wild bootstrap: its design is singular."]
    except PerfectFitError:
        return None, None, ["No wild bootstrap: with these few units nothing is left to tell how sure an effect is."]
    treated = len(np.unique(clustering.cluster[cells.treated.any(axis=0)]))
    said = []
    if treated < HANDFUL:
        said.append(
            f"With {treated} treated {'cluster' if treated == 1 else 'clusters'} the wild bootstrap hardly ever "
            "rejects: go by the randomisation."
        )
    return found.p_value, found.weights, said
