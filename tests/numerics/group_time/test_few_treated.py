"""Errors with few treated clusters: against least squares with CR2, and coverage at eight treated clusters."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from tests.numerics.group_time.invented_panels import panel

from verband.numerics.group_time import Panel, average, cell_plan, estimate_cells, group_weights, pooled_scores
from verband.numerics.least_squares import least_squares


def one_cell(seed=1):
    """Two periods, 7 treated clusters and 23 others, of unequal size."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, 30)
    cluster = np.repeat(np.arange(30), sizes)
    cohort = np.where(cluster < 7, 2, 0)
    outcome = rng.normal(size=(len(cluster), 2)) + rng.normal(size=(30, 2))[cluster]
    own = Panel(outcome, np.array([1, 2]), cohort, np.zeros((len(cluster), 2, 0)))
    plan = cell_plan(own.periods, [2], anticipation=0, base="varying")
    return own, cluster, estimate_cells(own, plan, control="never", anticipation=0, method="regression")


@pytest.mark.parametrize("seed", range(5))
def test_one_comparison_gives_the_error_of_least_squares_with_cr2(seed):
    own, cluster, cells = one_cell(seed)
    found = pooled_scores(cells, np.ones(1), cluster, 30)
    x = np.column_stack([np.ones(len(cluster)), own.cohort == 2]).astype(float)
    fit = least_squares(own.outcome[:, 1] - own.outcome[:, 0], x, cluster)
    other = fit.contrast(np.array([0.0, 1.0]))
    assert found.estimate == pytest.approx(other.estimate, abs=1e-12)
    assert found.standard_error == pytest.approx(other.standard_error, rel=1e-10)
    assert found.treated_clusters == 7


def test_equal_clusters_have_one_degree_of_freedom_less_than_clusters_on_the_side_that_counts():
    """Eight equal treated clusters against very many: nearly 7."""
    rng = np.random.default_rng(2)
    cluster = np.concatenate([np.repeat(np.arange(8), 3), 8 + np.arange(5000)])
    cohort = np.where(cluster < 8, 2, 0)
    own = Panel(rng.normal(size=(len(cluster), 2)), np.array([1, 2]), cohort, np.zeros((len(cluster), 2, 0)))
    plan = cell_plan(own.periods, [2], anticipation=0, base="varying")
    cells = estimate_cells(own, plan, control="never", anticipation=0, method="regression")
    found = pooled_scores(cells, np.ones(1), cluster, 5008)
    assert 7.0 <= found.degrees_of_freedom < 7.5


def test_one_treated_cluster_has_no_error():
    own = panel(seed=2)
    plan = cell_plan(own.periods, [4], anticipation=0, base="varying")
    cells = estimate_cells(own, plan, control="never", anticipation=0, method="regression")
    cluster = np.where(own.cohort == 4, 0, 1 + np.arange(len(own.cohort)))
    found = pooled_scores(cells, np.eye(len(cells.effect))[0], cluster, 1 + len(own.cohort))
    assert np.isnan(found.standard_error)
    assert found.treated_clusters == 1


def eight_clusters(rng, *, effect=0.0, shared=0.5):
    """24 units in 8 clusters that vanish after their first treated period, among 330 controls; autocorrelated."""
    sizes, starts = (2, 2, 3, 5, 4, 3, 3, 2), (2021, 2021, 2021, 2022, 2022, 2022, 2023, 2023)
    cluster = np.concatenate([np.repeat(np.arange(8), sizes), 8 + np.arange(330)])
    cohort = np.concatenate([np.repeat(starts, sizes), np.zeros(330, dtype=int)])
    periods = np.arange(2017, 2024)
    shape = (len(cohort), len(periods))
    noise = np.sqrt(1 - shared) * rng.normal(size=shape)
    noise += np.sqrt(shared) * rng.normal(size=(338, len(periods)))[cluster]
    outcome = rng.normal(size=(len(cohort), 1)) + noise + 0.5 * np.cumsum(noise, axis=1)
    treated = (cohort[:, None] > 0) & (periods >= cohort[:, None])
    outcome += effect * treated
    outcome[(cohort[:, None] > 0) & (periods > cohort[:, None])] = np.nan
    return Panel(outcome, periods, cohort, np.zeros((*shape, 0))), cluster


def simple(own, cluster):
    plan = [
        item
        for item in cell_plan(own.periods, (2021, 2022, 2023), anticipation=0, base="varying")
        if own.periods[item.time] >= item.group
    ]
    cells = estimate_cells(own, plan, control="never", anticipation=0, method="regression")
    every = np.ones(len(cells.effect), dtype=bool)
    pooled = pooled_scores(cells, group_weights(cells, every, own.cohort), cluster, 338)
    return average(cells, every, own.cohort), pooled


@pytest.mark.slow
@pytest.mark.parametrize("shared", [0.0, 0.5])
def test_a_planted_effect_is_covered_at_eight_treated_clusters(shared):
    """2,000 draws: fails only when an exact binomial test at 1% says that fewer than 95% are covered."""
    rng = np.random.default_rng(31)
    hits = usual = 0
    for _ in range(2000):
        plain, found = simple(*eight_clusters(rng, effect=1.0, shared=shared))
        wide = stats.t.ppf(0.975, found.degrees_of_freedom) * found.standard_error
        hits += abs(found.estimate - 1.0) <= wide
        # The size of a cohort as an estimate adds a little; the same clusters as in the data.
        scores = np.bincount(np.concatenate([np.repeat(np.arange(8), (2, 2, 3, 5, 4, 3, 3, 2)), 8 + np.arange(330)]),
                             plain.influence)  # fmt: skip
        usual += abs(plain.estimate - 1.0) <= stats.norm.ppf(0.975) * np.linalg.norm(scores)
    assert stats.binomtest(hits, 2000, 0.95, alternative="less").pvalue > 0.01, hits / 2000
    # What it is for: the usual error covers too little, far beyond Monte Carlo error.
    assert stats.binomtest(usual, 2000, 0.95, alternative="less").pvalue < 1e-6, usual / 2000
