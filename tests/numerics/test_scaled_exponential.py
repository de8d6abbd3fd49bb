"""Exponential inefficiency with determinants: derivatives, known truth, the cross-section engine, clustered errors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from verband.numerics.stochastic_frontier import cross_section_frontier
from verband.numerics.stochastic_frontier.scaled_exponential import (
    NoMaximumError,
    _rows,
    scaled_exponential_frontier,
)


def drawn(n, rng, *, effect=0.8, noise=0.1, mean=0.2, sign=1.0):
    x, z = rng.normal(size=(n, 2)), rng.uniform(0, 1, size=(n, 1))
    u = rng.exponential(mean * np.exp(effect * (z[:, 0] - 0.5)))
    return 1 + x @ [0.9, -0.2] + rng.normal(0, noise, n) + sign * u, x, z


def test_the_likelihood_is_the_convolution_of_its_two_parts():
    rng = np.random.default_rng(1)
    y, x, z = drawn(5, rng)
    ones = np.ones((5, 1))
    design, scale = np.hstack([ones, x]), np.hstack([ones, z])
    values = np.array([1.0, 0.8, -0.1, -1.5, 0.7, np.log(0.15)])
    level, scores = _rows(values, y, design, scale, 1.0)
    for row in range(5):
        residual, mean = y[row] - design[row] @ values[:3], np.exp(scale[row] @ values[3:5])
        u = np.linspace(0, 40 * mean, 400_001)
        density = stats.expon.pdf(u, scale=mean) * stats.norm.pdf(residual - u, scale=0.15)
        assert level[row] == pytest.approx(np.log(np.trapezoid(density, u)), abs=1e-6)
    for place in range(len(values)):
        step = np.zeros(len(values))
        step[place] = 1e-6
        above, below = (_rows(values + one, y, design, scale, 1.0)[0] for one in (step, -step))
        assert scores[:, place] == pytest.approx((above - below) / 2e-6, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("cost", [True, False])
def test_without_effect_of_the_determinant_it_is_the_exponential_cross_section(cost):
    rng = np.random.default_rng(2)
    y, x, _ = drawn(600, rng, effect=0.0, sign=1.0 if cost else -1.0)
    z = rng.normal(size=(600, 1))
    with_z = scaled_exponential_frontier(y, x, z, np.arange(600), cost=cost)
    without = cross_section_frontier(y, x, cost=cost, distribution="exponential")
    assert 0 <= 2 * (with_z.log_likelihood - without.log_likelihood) < stats.chi2.ppf(0.999, 1)
    assert with_z.coefficients[1:] == pytest.approx([item.value for item in without.coefficients], abs=0.02)


def test_effect_of_a_determinant_in_the_units_given():
    rng = np.random.default_rng(3)
    y, x, z = drawn(4_000, rng)
    fit = scaled_exponential_frontier(y, x, 100 * z, np.arange(4_000), cost=True)
    estimate, error = fit.effect(0, 10.0)
    truth = np.mean(0.2 * np.exp(0.8 * (z - 0.5)) * np.expm1(0.08))
    assert abs(estimate - truth) < 3 * error
    same, same_error = scaled_exponential_frontier(y, x, z, np.arange(4_000), cost=True).effect(0, 0.1)
    assert (same, same_error) == pytest.approx((estimate, error), rel=1e-4)


def test_rows_that_are_one_row_repeated_say_no_more_than_it_does():
    rng = np.random.default_rng(4)
    y, x, z = drawn(400, rng)
    once = scaled_exponential_frontier(y, x, z, np.arange(400), cost=True)
    five = scaled_exponential_frontier(
        np.tile(y, 5), np.tile(x, (5, 1)), np.tile(z, (5, 1)), np.tile(np.arange(400), 5), cost=True
    )
    assert five.determinants == pytest.approx(once.determinants, abs=1e-4)
    assert five.effect(0, 0.1)[1] == pytest.approx(once.effect(0, 0.1)[1], rel=1e-3)


def test_no_inefficiency_is_said_and_not_estimated():
    rng = np.random.default_rng(5)
    x, z = rng.normal(size=(300, 1)), rng.normal(size=(300, 1))
    skewed_the_other_way = x[:, 0] - rng.exponential(0.3, 300) + rng.normal(0, 0.02, 300)
    with pytest.raises(NoMaximumError):
        scaled_exponential_frontier(skewed_the_other_way, x, z, np.arange(300), cost=True)
    with pytest.raises(ValueError, match="two groups"):
        scaled_exponential_frontier(x[:, 0], x, z, np.zeros(300, dtype=int), cost=True)


@pytest.mark.slow
def test_intervals_of_the_effect_hold_the_truth_with_clustered_rows():
    held, draws = 0, 500
    for seed in range(draws):
        rng = np.random.default_rng([6, seed])
        firms = np.repeat(np.arange(200), 6)
        x, z = rng.normal(size=(1200, 2)), np.repeat(rng.uniform(0, 1, 200), 6)[:, None]
        u = np.repeat(rng.exponential(0.2 * np.exp(0.8 * (z[::6, 0] - 0.5))), 6)
        y = 1 + x @ [0.9, -0.2] + rng.normal(0, 0.1, 1200) + u
        estimate, error = scaled_exponential_frontier(y, x, z, firms, cost=True).effect(0, 0.1)
        truth = np.mean(0.2 * np.exp(0.8 * (z - 0.5)) * np.expm1(0.08))
        held += abs(estimate - truth) < 1.96 * error
    assert stats.binomtest(held, draws, 0.95).pvalue > 0.01, held / draws
