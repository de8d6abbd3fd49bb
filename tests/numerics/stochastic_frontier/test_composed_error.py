"""The densities against numerical integration of the convolution, and their derivatives against differences."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_frontiers import integrated_density

from verband.numerics.stochastic_frontier.likelihood import Likelihood
from verband.numerics.stochastic_frontier.panel import groups

CASES = ("half-normal", "exponential", "truncated-normal", "determinants", "panel", "panel truncated", "decay",
         "decay truncated")  # fmt: skip


def likelihood(case, seed=0, n=40):
    """A likelihood on random data, with parameters at which nothing is special."""
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    y = design @ [1.0, 2.0, 3.0] + rng.normal(size=n) - np.abs(rng.normal(size=n))
    columns = {"truncated-normal": np.ones((1, 1)), "determinants": np.column_stack([np.ones(n), rng.normal(size=n)])}
    together = None
    if "panel" in case or "decay" in case:
        together = groups(rng.integers(0, 9, n), rng.integers(0, 7, n).astype(float))
        y, design = y[together.order], design[together.order]
        columns[case] = np.ones((1, 1)) if "truncated" in case else None
    z = columns.get(case)
    found = Likelihood(y, design, design.T @ design, z, together, "decay" in case, case == "exponential")
    d = [] if z is None else list(rng.normal(size=z.shape[1]))
    eta = [0.4] if "decay" in case else []
    return found, np.array([1.2, 2.1, 2.9, *d, *eta, 0.3 + rng.normal() / 4, rng.normal()])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", range(3))
def test_the_density_is_the_convolution_of_noise_and_inefficiency(case, seed):
    found, parameters = likelihood(case, seed, n=16)
    gamma, sigma = 1 / (1 + np.exp(-parameters[-1])), np.exp(0.5 * parameters[-2])
    sigma_u, sigma_v = sigma * np.sqrt(gamma), sigma * np.sqrt(1 - gamma)
    residuals = found.y - found.design @ parameters[:3]
    ones = np.ones(len(residuals))
    means = np.zeros(len(residuals))
    if found.determinants is not None:
        means = sigma_u * np.broadcast_to(found.determinants @ parameters[3 : 3 + found.j], len(residuals))
    owner, weights = np.arange(len(residuals)), ones
    if found.groups is not None:
        owner = np.repeat(np.arange(found.count), np.diff([*found.groups.starts, len(residuals)]))
        weights = found.groups.weights(0.4 if found.decay else 0.0)
    total = sum(
        np.log(
            integrated_density(
                residuals[owner == number],
                weights[owner == number],
                distribution="exponential" if case == "exponential" else "truncated-normal",
                sigma_u=sigma_u,
                sigma_v=sigma_v,
                mean=means[owner == number][0],
            )
        )
        for number in range(found.count)
    )
    assert found.value(parameters) * len(residuals) == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", range(4))
def test_gradient_and_hessian_are_the_derivatives_of_the_value(case, seed):
    found, parameters = likelihood(case, seed)
    at = found.evaluate(parameters)
    assert at.value == pytest.approx(found.value(parameters), rel=1e-14)
    step = 1e-5
    for number, direction in enumerate(step * np.eye(len(parameters))):
        up, down = found.evaluate(parameters + direction), found.evaluate(parameters - direction)
        assert at.gradient[number] == pytest.approx((up.value - down.value) / (2 * step), abs=1e-9)
        np.testing.assert_allclose(at.hessian[number], (up.gradient - down.gradient) / (2 * step), atol=2e-9)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("g", [-14.0, 14.0])
def test_derivatives_hold_next_to_no_inefficiency_and_no_noise(case, g):
    """Relative to what the likelihood itself does there: without noise it bends a million times as sharply."""
    found, parameters = likelihood(case, seed=1)
    parameters[-1] = g
    at = found.evaluate(parameters)
    assert np.isfinite(at.value)
    step = 1e-6
    for number, direction in enumerate(step * np.eye(len(parameters))):
        up, down = found.evaluate(parameters + direction), found.evaluate(parameters - direction)
        size = np.abs(at.hessian).max()
        np.testing.assert_allclose(at.hessian[number], (up.gradient - down.gradient) / (2 * step), atol=1e-5 * size)


def test_without_decay_the_weights_are_one():
    still, parameters = likelihood("panel")
    moving = Likelihood(still.y, still.design, still.gram, None, still.groups, decay=True, is_exponential=False)
    assert moving.value(np.insert(parameters, 3, 0.0)) == still.value(parameters)


def test_groups_of_one_row_are_a_cross_section():
    alone, parameters = likelihood("truncated-normal")
    number = np.arange(len(alone.y))
    grouped = Likelihood(
        alone.y, alone.design, alone.gram, alone.determinants, groups(number, np.zeros(len(number))), False, False
    )
    one, other = alone.evaluate(parameters), grouped.evaluate(parameters)
    assert other.value == pytest.approx(one.value, rel=1e-14)
    np.testing.assert_allclose(other.gradient, one.gradient, atol=1e-14)
    np.testing.assert_allclose(other.hessian, one.hessian, atol=1e-14)
