"""Exact intervals at the effective number: against formulas by hand, at the edges, and in repetition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from verband.numerics.grouped_counts import (
    chance_below,
    chance_below_over_draws,
    clustered_proportion,
    clustered_rate,
    exact_proportion,
    exact_rate,
    interval_of_difference,
    proportion_over_draws,
)


@pytest.mark.parametrize(("hits", "number"), [(0, 7), (1, 7), (5, 12), (12, 12)])
def test_the_exact_proportion_is_that_of_another_program(hits, number):
    other = stats.binomtest(hits, number).proportion_ci(0.95, method="exact")
    assert exact_proportion(hits, number) == pytest.approx((other.low, other.high))
    assert chance_below(hits, number, 0.5) == pytest.approx(stats.binomtest(hits, number, 0.5, "greater").pvalue)


@pytest.mark.parametrize("events", [0, 1, 9])
def test_the_exact_rate_holds_what_a_poisson_distribution_says(events):
    low, high = exact_rate(events, 100.0)
    assert stats.poisson.cdf(events, 100 * high) == pytest.approx(0.025)
    if events:
        assert stats.poisson.sf(events - 1, 100 * low) == pytest.approx(0.025)
    else:
        assert low == 0


def by_hand(hits, group, weight):
    """Effective number from sums per group, written out: CR2 of a weighted mean and its degrees of freedom."""
    whole = weight.sum()
    mean = (weight * hits).sum() / whole
    parts = [np.flatnonzero(group == label) for label in np.unique(group)]
    # Of a mean the hat matrix of a group has one eigenvalue that is not 0: its part of the weight.
    factors = [1 / math.sqrt(1 - weight[rows].sum() / whole) for rows in parts]
    variance = sum(
        (factor * (weight[rows] * (hits[rows] - mean)).sum() / whole) ** 2
        for factor, rows in zip(factors, parts, strict=True)
    )
    shares = np.array([weight[rows].sum() / whole for rows in parts])
    adjusted = np.array(factors) * shares
    matrix = np.diag(adjusted**2 / shares) - np.outer(adjusted, adjusted)
    freedom = np.trace(matrix) ** 2 / (matrix**2).sum()
    number = whole**2 / (weight**2).sum()
    effective = min(number, mean * (1 - mean) / variance)
    return mean, min(number, effective * (stats.t.ppf(0.975, number - 1) / stats.t.ppf(0.975, freedom)) ** 2)


@pytest.mark.parametrize("weighted", [False, True])
def test_the_effective_number_is_that_by_hand(weighted):
    rng = np.random.default_rng(3)
    group = np.repeat([0, 1, 2, 3, 4], [4, 9, 7, 12, 5])
    hits = (rng.random(len(group)) < rng.uniform(0.1, 0.9, 5)[group]).astype(float)
    weight = 1 / np.bincount(group)[group] if weighted else np.ones(len(group))
    found = clustered_proportion(hits, group, weight if weighted else None, least_likeness=0.0)
    mean, effective = by_hand(hits, group, weight)
    assert found.estimate == pytest.approx(mean)
    assert found.effective == pytest.approx(effective)
    assert (found.low, found.high) == pytest.approx(exact_proportion(mean * effective, effective))
    assert effective < len(group)


def test_rows_that_are_all_the_same_count_by_the_least_likeness():
    group = np.repeat([0, 1, 2, 3], 8)
    few = (stats.t.ppf(0.975, 31) / stats.t.ppf(0.975, 3)) ** 2
    # Design effect of Kish: 1 + 7 x 0.2.
    for likeness, number in ((0.2, 32 / 2.4), (1.0, 4.0), (0.0, 32.0)):
        ones = clustered_proportion(np.ones(32), group, least_likeness=likeness)
        assert (ones.low, ones.high) == pytest.approx(exact_proportion(number * few, number * few))
        none = clustered_proportion(np.zeros(32), group, least_likeness=likeness)
        assert (none.low, none.high) == pytest.approx((1 - ones.high, 1 - ones.low))


def by_groups(hits_per_group, size, likeness):
    hits = np.concatenate([np.arange(size) < number for number in hits_per_group]).astype(float)
    group = np.repeat(np.arange(len(hits_per_group)), size)
    return clustered_proportion(hits, group, least_likeness=likeness)


@pytest.mark.parametrize(("groups", "size"), [(3, 10), (5, 30), (10, 12)])
def test_more_support_never_lowers_the_interval_near_the_edge(groups, size):
    """One miss less, wherever it was, and also from the last miss to none."""
    for first in range(3):
        for second in range(3):
            lows = [by_groups([size - first, size - second, *[size] * (groups - 2)], size, 0.2).low]
            for more in ([first - 1, second], [first, second - 1]):
                if min(more) >= 0:
                    fewer = by_groups([*(size - miss for miss in more), *[size] * (groups - 2)], size, 0.2).low
                    assert fewer > lows[0]
    # The break: counted as one per group where all are the same, the last miss decided.
    assert by_groups([size] * groups, size, 1.0).low < by_groups([size - 1, *[size] * (groups - 1)], size, 0.2).low


def test_the_floor_holds_with_weights_and_only_widens():
    rng = np.random.default_rng(9)
    for _ in range(100):
        group = np.repeat(np.arange(4), rng.integers(2, 30, 4))
        hits = (rng.random(len(group)) < 0.7).astype(float)
        weight = 1 / np.bincount(group)[group]
        free = clustered_proportion(hits, group, weight, least_likeness=0.0)
        held = clustered_proportion(hits, group, weight, least_likeness=0.2)
        assert held.effective <= free.effective
        # Groups that count the same: the variance is at least 0.2 of that of four rows.
        assert held.effective < 4 / 0.2
        # By hand where the floor is all there is: 4 groups of the same weight, and degrees of freedom of 3.
        number = 16 / (weight**2).sum()
        same = clustered_proportion(np.ones(len(hits)), group, weight, least_likeness=0.2)
        few = (stats.t.ppf(0.975, number - 1) / stats.t.ppf(0.975, 3)) ** 2
        assert same.effective == pytest.approx(few / (0.2 / 4 + 0.8 / number))


def test_groups_that_do_not_differ_leave_a_width():
    """Without spread between groups the plain clustered interval has no width."""
    hits = np.tile([1.0, 0.0], 12)
    found = clustered_proportion(hits, np.repeat([0, 1, 2], 8), least_likeness=0.0)
    assert found.high - found.low > exact_proportion(12, 24)[1] - exact_proportion(12, 24)[0]


def test_the_interval_stays_within_its_bounds_and_its_test_agrees_with_it():
    rng = np.random.default_rng(5)
    for _ in range(300):
        group = np.repeat(np.arange(3), rng.integers(1, 9, 3))
        hits = (rng.random(len(group)) < rng.choice([0.05, 0.5, 0.95])).astype(float)
        found = clustered_proportion(hits, group, least_likeness=0.2)
        assert 0 <= found.low <= found.estimate <= found.high <= 1
        assert found.low < found.high
        assert (found.chance_below(0.5) < 0.025) == (found.low > 0.5)


def test_events_that_come_together_widen_the_interval_and_never_narrow_it():
    years, members = np.full(20, 50.0), np.full(20, 10.0)
    spread = clustered_rate(np.ones(20), years, members)
    together = clustered_rate(np.repeat([10.0, 0.0], [2, 18]), years, members)
    assert spread.estimate == together.estimate == 0.02
    low, high = exact_rate(20, 1000.0)
    for found in (spread, together):
        assert found.low <= low
        assert found.high >= high
    assert together.high - together.low > 2 * (spread.high - spread.low)


def test_without_events_in_two_groups_all_members_may_have_gone_at_once():
    years, members = np.tile([60.0, 90.0, 30.0], 4), np.tile([6.0, 9.0, 3.0], 4)
    nothing = clustered_rate(np.zeros(12), years, members)
    assert nothing.low == nothing.estimate == 0
    # Twelve arrangements of ten years each, of which none was left.
    assert nothing.high == pytest.approx(exact_rate(0, 120.0)[1])
    one = clustered_rate(np.eye(12)[0], years, members)
    assert one.high > nothing.high
    assert one.high == pytest.approx(exact_rate(1 / 6, 120.0)[1])
    # The break: counted as independent the upper end is far lower.
    assert clustered_rate(np.zeros(12), years, np.ones(12)).high < nothing.high / 2
    # Of few groups the degrees of freedom count as well.
    assert clustered_rate(np.zeros(3), years[:3], members[:3]).high > exact_rate(0, 30.0)[1]


def test_the_interval_of_a_difference():
    assert interval_of_difference((5.0, 4.0, 6.0), (3.0, 2.0, 4.0)) == pytest.approx(
        (2.0, 2 - math.sqrt(2), 2 + math.sqrt(2))
    )
    # Against something known for sure it is the interval of the first, moved.
    assert interval_of_difference((5.0, 4.5, 7.0), (3.0, 3.0, 3.0)) == pytest.approx((2.0, 1.5, 4.0))
    # Each low end uses the high end of what is taken away.
    assert interval_of_difference((0.0, 0.0, 2.0), (0.0, 0.0, 9.0)) == pytest.approx((0.0, -9.0, 2.0))


@pytest.mark.slow
@pytest.mark.parametrize("groups", [3, 5, 10])
@pytest.mark.parametrize("size", [(30, 31), (5, 15)])
@pytest.mark.parametrize("alike", [0.0, 0.3])
@pytest.mark.parametrize("truth", [0.5, 0.8, 0.95])
def test_proportions_of_few_groups_are_held(groups, size, alike, truth):
    """Exact intervals hold the truth at least as often as they say, so the rule is one-sided."""
    draws, held = 1_500, 0
    for seed in range(draws):
        rng = np.random.default_rng([groups, int(100 * alike), int(100 * truth), seed])
        own = rng.beta(truth * (1 / alike - 1), (1 - truth) * (1 / alike - 1), groups) if alike else truth
        group = np.repeat(np.arange(groups), rng.integers(*size, groups))
        hits = (rng.random(len(group)) < np.broadcast_to(own, groups)[group]).astype(float)
        found = clustered_proportion(hits, group, least_likeness=0.2)
        held += found.low <= truth <= found.high
    assert stats.binomtest(held, draws, 0.95, "less").pvalue > 0.01, held / draws


@pytest.mark.slow
@pytest.mark.parametrize(("arrangements", "rate"), [(3, 0.01), (10, 0.005), (30, 0.005), (40, 0.03)])
@pytest.mark.parametrize("together", [1, 3, 6])
def test_rates_of_leaving_are_held(arrangements, rate, together):
    draws, held = 2_000, 0
    for seed in range(draws):
        rng = np.random.default_rng([arrangements, together, seed])
        members = rng.integers(6, 15, arrangements).astype(float)
        years = members * rng.uniform(2, 10, arrangements)
        found = clustered_rate(together * rng.poisson(rate * years / together).astype(float), years, members)
        held += found.low <= rate <= found.high
    assert stats.binomtest(held, draws, 0.95, "less").pvalue > 0.01, held / draws


@pytest.mark.parametrize(("hits", "number"), [(0, 7), (1, 7), (5, 12), (12, 12)])
def test_hits_that_are_sure_give_the_exact_proportion(hits, number):
    found = proportion_over_draws(np.full(20, float(hits)), np.full(20, float(number)))
    assert found == pytest.approx(exact_proportion(hits, number), abs=1e-9)


def test_very_many_observations_leave_the_uncertainty_of_the_draws():
    shares = np.random.default_rng(1).beta(6, 4, 400)
    low, high = proportion_over_draws(np.round(shares * 1e7), np.full(400, 1e7))
    assert (low, high) == pytest.approx(tuple(np.quantile(shares, [0.025, 0.975])), abs=0.02)


def test_both_kinds_of_uncertainty_add_up_as_independent_errors_do():
    number, spread = 4000.0, 0.008
    shares = np.random.default_rng(2).normal(0.5, spread, 4000)
    low, high = proportion_over_draws(np.round(shares * number), np.full(4000, number))
    assert (high - low) / 2 == pytest.approx(1.96 * math.hypot(spread, math.sqrt(0.25 / number)), rel=0.03)


@pytest.mark.parametrize("limit", [0.2, 0.5, 0.8])
def test_the_chance_over_draws_goes_with_the_low_end(limit):
    rng = np.random.default_rng(3)
    for _ in range(50):
        number = np.full(30, float(rng.integers(3, 15)))
        hits = np.minimum(number, rng.binomial(number.astype(int), rng.uniform(0.3, 1.0), 30)).astype(float)
        low, high = proportion_over_draws(hits, number)
        assert 0 <= low <= high <= 1
        assert (chance_below_over_draws(hits, number, limit) < 0.025) == (low > limit)
        other = proportion_over_draws(number - hits, number)
        assert (1 - other[1], 1 - other[0]) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize("units", [5, 12, 40])
@pytest.mark.parametrize("error", [0.3, 1.0])
def test_it_holds_a_proportion_beyond_a_bound_that_is_uncertain_itself(units, error):
    """Units are a sample, and all are held against one bound, known with an error. Each kind alone is not enough."""
    rng = np.random.default_rng(4)
    held = {"both": 0, "units": 0, "draws": 0}
    for _trial in range(300):
        bound = rng.uniform(-1, 1)
        truth = float(stats.norm.sf(bound))
        values = rng.normal(size=units)
        drawn = bound + error * (rng.normal() + rng.normal(size=120))
        hits = (values[None, :] > drawn[:, None]).sum(axis=1).astype(float)
        intervals = {
            "both": proportion_over_draws(hits, np.full(120, float(units))),
            "units": exact_proportion(float(np.round(hits.mean())), units),
            "draws": tuple(np.quantile(hits / units, [0.025, 0.975])),
        }
        for name, (low, high) in intervals.items():
            held[name] += low - 1e-9 <= truth <= high + 1e-9
    assert held["both"] >= 0.93 * 300
    if units == 40:
        assert min(held["units"], held["draws"]) < held["both"]
