"""Wild cluster bootstrap: against fitting every draw anew, and what leaves it as it is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from verband.numerics.wild_bootstrap import (
    FEW_FOR_WEBB,
    PerfectFitError,
    SingularDesignError,
    TooFewClustersError,
    wild_cluster_bootstrap,
)

SLOPE = np.array([0.0, 1.0, 0.0])


def data(seed=1, groups=8, effect=0.0):
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(groups), rng.integers(3, 9, groups))
    x = np.column_stack([np.ones(len(cluster)), rng.normal(size=groups)[cluster], rng.normal(size=len(cluster))])
    y = 1 + effect * x[:, 1] + x[:, 2] + rng.normal(size=groups)[cluster] + rng.normal(size=len(cluster))
    return y, x, cluster


def t_by_hand(y, x, cluster, contrast, null):
    """A fit with the cluster-robust variance, written out."""
    b, *_ = np.linalg.lstsq(x, y, rcond=None)
    inverse = np.linalg.inv(x.T @ x)
    meat = np.zeros((x.shape[1], x.shape[1]))
    groups = np.unique(cluster)
    for group in groups:
        score = x[cluster == group].T @ (y - x @ b)[cluster == group]
        meat += np.outer(score, score)
    variance = contrast @ inverse @ meat @ inverse @ contrast * len(groups) / (len(groups) - 1)
    return (contrast @ b - null) / np.sqrt(variance)


@pytest.mark.parametrize("null", [0.0, 0.4])
def test_all_patterns_give_the_p_value_of_fitting_each_of_them_anew(null):
    y, x, cluster = data(groups=6)
    found = wild_cluster_bootstrap(y, x, cluster, SLOPE, null=null, weights="rademacher", draws=64)
    assert (found.enumerated, found.draws) == (True, 64)
    own = t_by_hand(y, x, cluster, SLOPE, null)
    assert found.t == pytest.approx(own, rel=1e-10)
    # The restricted fit: the slope held at its null, the others by least squares.
    others = x[:, [0, 2]]
    b, *_ = np.linalg.lstsq(others, y - null * x[:, 1], rcond=None)
    fitted = others @ b + null * x[:, 1]
    ts = [
        t_by_hand(fitted + np.array(signs)[cluster] * (y - fitted), x, cluster, SLOPE, null)
        for signs in itertools.product((1, -1), repeat=6)
    ]
    by_hand = np.mean(np.abs(ts) >= abs(own) * (1 - 1e-9))
    assert found.p_value == pytest.approx(by_hand, abs=1e-12)


def test_drawn_weights_come_near_all_patterns():
    y, x, cluster = data(seed=4, groups=10, effect=0.8)
    every = wild_cluster_bootstrap(y, x, cluster, SLOPE, weights="rademacher", draws=1024)
    drawn = wild_cluster_bootstrap(y, x, cluster, SLOPE, weights="rademacher", draws=1023, seed=3)
    assert (every.enumerated, drawn.enumerated) == (True, False)
    error = np.sqrt(every.p_value * (1 - every.p_value) / 1023)
    assert abs(drawn.p_value - every.p_value) < 4 * error + 2 / 1024


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-10, 10), st.sampled_from(["webb", "rademacher"]))
def test_scale_columns_and_names_of_clusters_change_nothing(seed, scale, shift, weights):
    y, x, cluster = data(seed=seed, groups=9)
    before = wild_cluster_bootstrap(y, x, cluster, SLOPE, weights=weights, draws=199, seed=seed)
    mixed = x @ np.array([[1.0, shift, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
    after = wild_cluster_bootstrap(y * scale, mixed, cluster * 7 - 3, SLOPE, weights=weights, draws=199, seed=seed)
    assert after.t == pytest.approx(before.t, rel=1e-6)
    assert abs(after.p_value - before.p_value) <= 1 / 200 + 1e-12


def test_the_same_seed_gives_the_same_and_few_clusters_get_the_six_points():
    y, x, cluster = data(groups=FEW_FOR_WEBB)
    one, two = (wild_cluster_bootstrap(y, x, cluster, SLOPE, seed=5) for _ in range(2))
    assert one == two
    assert one.weights == "webb"
    assert wild_cluster_bootstrap(*data(groups=FEW_FOR_WEBB + 1), SLOPE).weights == "rademacher"


def test_what_cannot_be_estimated_is_refused():
    y, x, cluster = data()
    with pytest.raises(TooFewClustersError):
        wild_cluster_bootstrap(y, x, np.zeros_like(cluster), SLOPE)
    with pytest.raises(SingularDesignError):
        wild_cluster_bootstrap(y, x[:, [0, 1, 1]], cluster, SLOPE)


def refusals(draws, *, seed):
    rng = np.random.default_rng(seed)
    rejected = 0
    for _ in range(draws):
        y, x, cluster = data(seed=int(rng.integers(2**31)), groups=20)
        rejected += wild_cluster_bootstrap(y, x, cluster, SLOPE, draws=199, seed=1).p_value <= 0.05
    return rejected


def test_no_effect_is_rejected_about_as_often_as_said():
    assert refusals(200, seed=8) <= stats.binom.ppf(0.995, 200, 0.05)


@pytest.mark.slow
def test_no_effect_is_rejected_at_the_size_of_the_test():
    """2,000 draws: an exact binomial test at 1%, with the 20 clusters that the literature asks for."""
    rejected = refusals(2000, seed=9)
    assert stats.binomtest(rejected, 2000, 0.05).pvalue > 0.01, rejected / 2000


def test_a_fit_that_leaves_nothing_gives_no_p_value():
    """One treated and one other: with no error, each draw is as large as any, and none may be told as a rejection."""
    x = np.column_stack([np.ones(4), [1.0, 1.0, 0.0, 0.0]])
    for y in (np.array([3.1, 3.1, 0.3, 0.3]), np.array([2.0, 2.0, 0.0, 0.0])):
        with pytest.raises(PerfectFitError):
            wild_cluster_bootstrap(y, x, np.array([0, 0, 1, 1]), np.array([0.0, 1.0]))
