"""Simulated data with known truth: intervals of the slopes cover as often as they say, estimates lie round the truth.

A quick version runs always; 500 draws per model are marked slow. Each fails only when an exact binomial test at 1%
rejects 95%; the Monte Carlo error of the coverage is in the message.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from simulated_frontiers import cross_section, effects, panel

from verband.numerics.stochastic_frontier import (
    cross_section_frontier,
    inefficiency_effects_frontier,
    panel_frontier,
)


def half_normal(seed):
    data = cross_section(seed, 300)
    return data, cross_section_frontier(data.y, data.x)


def exponential(seed):
    data = cross_section(seed, 300, distribution="exponential")
    return data, cross_section_frontier(data.y, data.x, distribution="exponential")


def truncated(seed):
    data = cross_section(seed, 300, distribution="truncated-normal", mean=0.3)
    return data, cross_section_frontier(data.y, data.x, distribution="truncated-normal")


def cost(seed):
    data = cross_section(seed, 300, cost=True)
    return data, cross_section_frontier(data.y, data.x, cost=True)


def still_panel(seed):
    data = panel(seed, 60, 5)
    return data, panel_frontier(data.y, data.x, data.firm, data.time)


def moving_panel(seed):
    data = panel(seed, 60, 5, eta=0.15)
    return data, panel_frontier(data.y, data.x, data.firm, data.time, decay=True)


def determinants(seed):
    data = effects(seed, 400, delta=(0.2, 0.5))
    return data, inefficiency_effects_frontier(data.y, data.x, data.z)


MODELS = (half_normal, exponential, truncated, cost, still_panel, moving_panel, determinants)


def check_coverage(model, seeds):
    """The first slope, so that the draws are independent."""
    covered, known = 0, 0
    for seed in seeds:
        data, fit = model(seed)
        slope = fit.coefficients[0]
        if slope.standard_error is None:  # without noise no error is defined, and none is claimed
            continue
        known += 1
        covered += abs(slope.value - data.slopes[0]) < stats.norm.ppf(0.975) * slope.standard_error
    share = covered / known
    error = np.sqrt(0.95 * 0.05 / known)
    assert known > 0.9 * len(seeds)
    assert stats.binomtest(covered, known, 0.95).pvalue > 0.01, f"{share:.3f} covered, Monte Carlo error {error:.3f}"


@pytest.mark.parametrize("model", MODELS)
def test_intervals_of_slopes_cover_the_truth_in_a_few_draws(model):
    check_coverage(model, range(60))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_intervals_of_slopes_cover_the_truth_in_500_draws(model):
    check_coverage(model, range(1000, 1500))


def test_large_samples_give_every_parameter_back():
    """Within four standard errors of the truth, and these are small."""
    data = cross_section(1, 40_000, sigma_u=0.6, sigma_v=0.3)
    fit = cross_section_frontier(data.y, data.x)
    check_near(fit, intercept=1.0, sigma_sq=0.45, gamma=0.8)
    data = cross_section(2, 40_000, distribution="exponential", sigma_u=0.4, sigma_v=0.3, cost=True)
    check_near(
        cross_section_frontier(data.y, data.x, distribution="exponential", cost=True),
        intercept=1.0, sigma_sq=0.25, gamma=0.64,
    )  # fmt: skip
    data = panel(3, 4_000, 6, eta=0.1, mean=0.4)
    fit = panel_frontier(data.y, data.x, data.firm, data.time, decay=True, distribution="truncated-normal")
    check_near(fit, intercept=1.0, sigma_sq=0.29, gamma=0.25 / 0.29, mu=0.4, eta=0.1)
    data = effects(4, 20_000, delta=(0.2, 0.5, -0.3))
    fit = inefficiency_effects_frontier(data.y, data.x, data.z)
    check_near(fit, intercept=1.0, sigma_sq=0.29, gamma=0.25 / 0.29, determinants_intercept=0.2)
    for found, truth in zip(fit.determinants, (0.5, -0.3), strict=True):
        assert abs(found.value - truth) < 4 * found.standard_error < 0.1
    assert fit.test.p_value < 1e-10


def check_near(fit, **truth):
    assert fit.converged
    assert fit.warnings == ()
    for name, value in truth.items():
        found = getattr(fit, name)
        assert abs(found.value - value) < 4 * found.standard_error, name
        assert found.standard_error < 0.1, name
