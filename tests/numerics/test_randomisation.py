"""Randomisation inference: exactness, and an interval that goes with the outcome."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from verband.numerics.multiplier_bootstrap import simultaneous_critical_value
from verband.numerics.randomisation import (
    LinearStatistic,
    randomisation_inference,
    randomisation_p_value,
    shuffled,
)


def difference(y, observed, *, studentised=True):
    """Difference of means with Welch's error, of the outcome less an effect on those observed as treated."""

    def statistic(labels):
        treated = labels == 1
        parts = []
        for values in (y, observed.astype(float)):
            gap = values[treated].mean() - values[~treated].mean()
            n, m = treated.sum(), (~treated).sum()
            scores = np.where(
                treated,
                (values - values[treated].mean()) / np.sqrt(n * (n - 1)),
                -(values - values[~treated].mean()) / np.sqrt(m * (m - 1)),
            )
            parts.append((gap, scores))
        (effect, own), (slope, other) = parts
        spread = (own @ own, own @ other, other @ other) if studentised else (0.0, 0.0, 0.0)
        return LinearStatistic(effect, slope, spread)

    return statistic


def sample(seed, *, treated=6, others=14, effect=0.0):
    rng = np.random.default_rng(seed)
    labels = np.repeat([1, 0], [treated, others])
    return rng.normal(size=treated + others) + effect * labels, labels


def test_draws_come_near_all_ways_to_deal_the_labels_out():
    y, labels = sample(3, treated=4, others=6, effect=1.0)
    statistic = difference(y, labels)
    own = statistic(labels)
    ts = []
    for chosen in itertools.combinations(range(10), 4):
        dealt = np.zeros(10, dtype=int)
        dealt[list(chosen)] = 1
        item = statistic(dealt)
        ts.append(item.effect / np.sqrt(item.variance[0]))
    exact = np.mean(np.abs(ts) >= abs(own.effect / np.sqrt(own.variance[0])) * (1 - 1e-9))
    found = randomisation_inference(statistic, labels, draws=4999, seed=2)
    assert found.p_value == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 4999) + 1 / 5000)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(-20, 20), st.floats(0.01, 50))
def test_the_interval_goes_with_shift_and_scale_and_holds_the_estimate(seed, shift, scale):
    y, labels = sample(seed)
    before = randomisation_inference(difference(y, labels), labels, draws=199, seed=1)
    after = randomisation_inference(difference(y * scale + shift * labels, labels), labels, draws=199, seed=1)
    assert before.low < y[labels == 1].mean() - y[labels == 0].mean() < before.high
    room = 1e-5 * max(1, scale, abs(shift))
    assert (after.low, after.high) == pytest.approx((before.low * scale + shift, before.high * scale + shift), abs=room)


def test_the_interval_is_where_the_test_stops_rejecting():
    y, labels = sample(5, effect=2.0)
    found = randomisation_inference(difference(y, labels), labels, draws=499, seed=1)
    for value, outside in ((found.low - 1e-6, True), (found.low + 1e-6, False), (found.high + 1e-6, True)):
        shifted = randomisation_inference(difference(y - value * labels, labels), labels, draws=499, seed=1)
        assert (shifted.p_value <= 0.05) is outside


def test_labels_are_dealt_out_and_none_is_lost():
    labels = np.array([0, 0, 0, 2021, 2021, 2022])
    dealt = shuffled(labels, 50, 3)
    assert (np.sort(dealt, axis=1) == np.sort(labels)).all()
    assert len({tuple(row) for row in dealt}) > 20
    assert (shuffled(labels, 50, 3) == dealt).all()


def test_the_smallest_p_value_counts_the_sample_itself():
    assert randomisation_p_value(10.0, np.zeros(99)) == pytest.approx(0.01)
    assert randomisation_p_value(1.0, np.array([1.0, np.nan, 0.5])) == pytest.approx(2 / 3)


def test_without_errors_estimates_themselves_are_compared():
    y, labels = sample(7, treated=1, others=19, effect=9.0)
    found = randomisation_inference(difference_of_one(y, labels), labels, draws=399, seed=1)
    assert not found.studentised
    assert found.p_value == pytest.approx(1 / 20, abs=0.03)


def difference_of_one(y, observed):
    def statistic(labels):
        gaps = [v[labels == 1].mean() - v[labels == 0].mean() for v in (y, observed.astype(float))]
        return LinearStatistic(*gaps)

    return statistic


@pytest.mark.slow
@pytest.mark.parametrize("effect", [0.0, 1.5])
def test_size_and_coverage_are_exact_where_clusters_are_exchangeable(effect):
    """2,000 draws: exact binomial tests at 1%."""
    rejected = covered = 0
    for seed in range(2000):
        y, labels = sample(seed, effect=effect)
        found = randomisation_inference(difference(y, labels), labels, draws=199, seed=seed)
        rejected += found.p_value <= 0.05
        covered += found.low <= effect <= found.high
    assert stats.binomtest(covered, 2000, 0.95).pvalue > 0.01, covered / 2000
    if effect == 0:
        assert stats.binomtest(rejected, 2000, 0.05).pvalue > 0.01, rejected / 2000


# The band of many estimates at once


def test_the_band_of_one_estimate_is_its_interval_and_that_of_independent_ones_is_sidaks():
    rng = np.random.default_rng(4)
    scores = rng.normal(size=(2000, 5))
    one = simultaneous_critical_value(scores[:, :1], draws=20_000)
    assert one == pytest.approx(stats.norm.ppf(0.975), abs=0.05)
    five = simultaneous_critical_value(scores, draws=20_000)
    assert five == pytest.approx(stats.norm.ppf(0.5 + 0.95**0.2 / 2), abs=0.06)


def test_equal_estimates_need_no_wider_band():
    scores = np.random.default_rng(4).normal(size=(200, 1))
    four, one = simultaneous_critical_value(np.tile(scores, 4)), simultaneous_critical_value(scores)
    assert four == pytest.approx(one, rel=1e-12)
