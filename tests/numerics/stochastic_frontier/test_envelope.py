"""The edge without noise: found where it is higher, said, and not reported where there is a maximum with noise."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy import optimize
from simulated_frontiers import effects

from verband.numerics.stochastic_frontier import cross_section_frontier, inefficiency_effects_frontier
from verband.numerics.stochastic_frontier.design import orthogonal_columns, scaled
from verband.numerics.stochastic_frontier.envelope import most_without_noise
from verband.numerics.stochastic_frontier.model import Model


def few_rows(seed, distribution, n=25):
    rng = np.random.default_rng(seed)
    x = rng.normal(2, 0.7, (n, 1))
    size = rng.exponential(size=n) if distribution == "exponential" else np.abs(rng.normal(size=n))
    return 1 + 0.6 * x[:, 0] + 0.3 * rng.normal(size=n) - 0.45 * size, x


def half_normal_without_noise(y, x):
    """Log-likelihood of the closest frontier over all rows, a quadratic program by its dual."""
    design = np.column_stack([np.ones(len(y)), x])
    q, _ = np.linalg.qr(design)
    residuals = y - q @ (q.T @ y)
    # Least distance programming (Lawson and Hanson, 1974, chapter 23): least |d| with q d >= residuals.
    rows = np.vstack([q.T, residuals])
    dual, _ = optimize.nnls(rows, np.eye(len(rows))[-1])
    gap = rows @ dual - np.eye(len(rows))[-1]
    moved = -gap[:-1] / gap[-1]
    assert np.min(q @ moved - residuals) > -1e-9
    mean_square = (residuals @ residuals + moved @ moved) / len(y)
    return len(y) * (np.log(2) - 0.5 * np.log(2 * np.pi * mean_square) - 0.5)


def exponential_without_noise(y, x):
    """Log-likelihood of the frontier over all rows with the least mean deviation, a linear program."""
    design = np.column_stack([np.ones(len(y)), x])
    found = optimize.linprog(design.sum(axis=0), A_ub=-design, b_ub=-y, bounds=(None, None))
    return -len(y) * (np.log((found.fun - y.sum()) / len(y)) + 1)


def higher(fit):
    """By how much the fit says that the edge without noise is higher; 0 if it does not."""
    found = [re.search(r"is ([\d.]+) higher where there is no noise", warning) for warning in fit.warnings]
    return next((float(match[1]) for match in found if match), 0.0)


@pytest.mark.parametrize(
    ("distribution", "without_noise"),
    [("half-normal", half_normal_without_noise), ("exponential", exponential_without_noise)],
)
def test_where_the_edge_without_noise_is_higher_it_is_said_by_how_much(distribution, without_noise):
    """Against programs that solve the edge itself; gamma ends at 1 - 1e-7, which costs some hundredths."""
    seen = 0
    for seed in range(40):
        y, x = few_rows(seed, distribution)
        fit = cross_section_frontier(y, x, distribution=distribution)
        edge = without_noise(y, x)
        if fit.boundary == "no noise":
            assert fit.log_likelihood == pytest.approx(edge, abs=0.07)
        elif edge - fit.log_likelihood > 0.1:
            assert higher(fit) == pytest.approx(edge - fit.log_likelihood, abs=0.07), seed
            assert fit.log_likelihood >= fit.log_likelihood_ols
            seen += 1
        elif edge < fit.log_likelihood:
            assert higher(fit) == 0, seed
    assert seen >= 4


def test_a_maximum_with_noise_is_reported_with_its_standard_errors():
    fits = [cross_section_frontier(*few_rows(seed, "half-normal")) for seed in range(40)]
    inside = [fit for fit in fits if higher(fit) > 0.1 and fit.boundary is None]
    assert len(inside) >= 3
    for fit in inside:
        assert fit.converged
        assert fit.gamma.value < 0.9999
        assert fit.coefficients[0].standard_error is not None


def test_nothing_without_noise_is_higher_than_the_bound():
    for seed in range(20):
        for n in (25, 200):
            y, x = few_rows(seed, "half-normal", n)
            model = Model(scaled(y, orthogonal_columns("x", x, intercept=True)), "half-normal", cost=False)
            bound = n * (most_without_noise(model) - np.log(model.data.scale))
            # With one row on the frontier the bound is reached.
            assert bound > half_normal_without_noise(y, x) - 1e-9


def test_the_bound_spares_a_large_sample_the_search():
    y, x = few_rows(1, "half-normal", 5000)
    model = Model(scaled(y, orthogonal_columns("x", x, intercept=True)), "half-normal", cost=False)
    fit = cross_section_frontier(y, x)
    assert 5000 * (most_without_noise(model) - np.log(model.data.scale)) < fit.log_likelihood


def test_the_mirror_image_says_the_same():
    for seed in range(15):
        y, x = few_rows(seed, "half-normal")
        production, cost = cross_section_frontier(y, x), cross_section_frontier(-y, -x, cost=True)
        assert higher(production) == higher(cost)
        assert production.boundary == cost.boundary


def test_determinants_and_a_mean_are_searched_on_that_edge_too():
    """The frontier without noise of the half-normal model is one of theirs, so they may not miss it."""
    seen = 0
    for seed in range(12):
        data = effects(seed, 40, delta=(0.3, 0.3))
        edge = half_normal_without_noise(data.y, data.x)
        for fit in (
            inefficiency_effects_frontier(data.y, data.x, data.z),
            cross_section_frontier(data.y, data.x, distribution="truncated-normal"),
        ):
            reached = fit.log_likelihood + higher(fit)
            assert reached > edge - 0.1 or not fit.converged, seed
            seen += reached > fit.log_likelihood
    assert seen >= 3
