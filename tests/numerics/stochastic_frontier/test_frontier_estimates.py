"""Estimates against a second implementation, against each other where models coincide, and under changes of unit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize
from simulated_frontiers import cross_section, effects, integrated_log_likelihood, panel

from verband.numerics.stochastic_frontier import (
    cross_section_frontier,
    inefficiency_effects_frontier,
    panel_frontier,
)


def values(fit):
    every = [fit.intercept, *fit.coefficients, *fit.determinants, fit.sigma_sq, fit.gamma, fit.mu, fit.eta]
    return np.array([item.value for item in every if item is not None])


def errors(fit):
    every = [fit.intercept, *fit.coefficients, *fit.determinants, fit.sigma_sq, fit.gamma, fit.mu, fit.eta]
    return np.array([item.standard_error for item in every if item is not None])


def slopes(fit):
    return np.array([item.value for item in fit.coefficients])


class SecondOpinion:
    """The likelihood by numerical integration over ``u``, maximised without gradients; parameters as reported."""

    def __init__(self, y, x, owner, age, *, distribution, cost, has_mean, has_decay):
        self.y, self.x, self.owner, self.age = y, x, owner, age
        self.distribution, self.sign = distribution, -1.0 if cost else 1.0
        self.has_mean, self.has_decay = has_mean, has_decay

    def parts(self, point):
        k = self.x.shape[1] + 1
        rest = list(point[k + 2 :])
        sigma_u, sigma_v = np.sqrt(point[k] * point[k + 1]), np.sqrt(point[k] * (1 - point[k + 1]))
        mean = rest.pop(0) if self.has_mean else 0.0
        eta = rest.pop(0) if self.has_decay else 0.0
        residuals = self.sign * (self.y - point[0] - self.x @ point[1:k])
        return residuals, np.exp(-eta * self.age), sigma_u, sigma_v, mean

    def log_likelihood(self, point):
        k = self.x.shape[1] + 1
        if point[k] <= 0 or not 0 < point[k + 1] < 1:
            return -np.inf
        residuals, weights, sigma_u, sigma_v, mean = self.parts(point)
        return integrated_log_likelihood(
            residuals,
            weights,
            self.owner,
            distribution=self.distribution,
            sigma_u=sigma_u,
            sigma_v=sigma_v,
            mean=mean,
        )

    def maximum(self, start):
        simplex = start + np.vstack([np.zeros(len(start)), 0.05 * np.eye(len(start))])
        found = minimize(
            lambda point: -self.log_likelihood(point),
            start,
            method="Nelder-Mead",
            options={"initial_simplex": simplex, "xatol": 1e-7, "fatol": 1e-10, "maxfev": 4000, "adaptive": True},
        )
        return found.x, -found.fun

    def information(self, point):
        """Second differences of the log-likelihood."""
        q, h = len(point), 2e-4
        steps = h * np.eye(q)
        found = np.empty((q, q))
        for i in range(q):
            for j in range(i + 1):
                corners = [self.log_likelihood(point + a * steps[i] + b * steps[j]) for a in (1, -1) for b in (1, -1)]
                found[i, j] = found[j, i] = -(corners[0] - corners[1] - corners[2] + corners[3]) / (4 * h * h)
        return found


@pytest.mark.parametrize("cost", [False, True])
@pytest.mark.parametrize("distribution", ["half-normal", "exponential"])
def test_a_second_implementation_finds_the_same_maximum_and_the_same_errors(distribution, cost):
    data = cross_section(3, 60, distribution=distribution, cost=cost, k=1)
    fit = cross_section_frontier(data.y, data.x, distribution=distribution, cost=cost)
    assert fit.boundary is None
    other = SecondOpinion(
        data.y, data.x, np.arange(60), np.zeros(60),
        distribution=distribution, cost=cost, has_mean=False, has_decay=False,
    )  # fmt: skip
    point, value = other.maximum(np.array([*np.polyfit(data.x[:, 0], data.y, 1)[::-1], 0.2, 0.5]))
    assert fit.log_likelihood == pytest.approx(value, abs=1e-8)
    np.testing.assert_allclose(values(fit), point, atol=2e-5)
    np.testing.assert_allclose(errors(fit), np.sqrt(np.diag(np.linalg.inv(other.information(values(fit))))), rtol=1e-3)


def test_a_second_implementation_agrees_on_a_panel_with_decay_and_a_mean():
    data = panel(2, 40, 4, eta=0.15, mean=0.6)
    fit = panel_frontier(data.y, data.x, data.firm, data.time, decay=True, distribution="truncated-normal")
    assert fit.boundary is None
    other = SecondOpinion(
        data.y, data.x, data.firm, data.time - data.time.max(),
        distribution="truncated-normal", cost=False, has_mean=True, has_decay=True,
    )  # fmt: skip
    at = values(fit)
    assert fit.log_likelihood == pytest.approx(other.log_likelihood(at), abs=1e-8)
    np.testing.assert_allclose(errors(fit), np.sqrt(np.diag(np.linalg.inv(other.information(at)))), rtol=2e-3)
    rng = np.random.default_rng(1)
    for _ in range(60):
        assert other.log_likelihood(at + rng.normal(size=len(at)) * errors(fit) * rng.choice([0.02, 0.3])) < (
            fit.log_likelihood
        )


def test_efficiencies_are_means_given_the_residuals():
    """By integration over the inefficiency, for each row of a panel with decay, production and cost."""
    for cost in (False, True):
        data = panel(4, 12, 3, eta=-0.1, cost=cost)
        fit = panel_frontier(data.y, data.x, data.firm, data.time, decay=True, cost=cost)
        sign = -1 if cost else 1
        residuals = sign * (data.y - fit.intercept.value - data.x @ slopes(fit))
        weights = np.exp(-fit.eta.value * (data.time - data.time.max()))
        sigma_u = np.sqrt(fit.gamma.value * fit.sigma_sq.value)
        sigma_v = np.sqrt((1 - fit.gamma.value) * fit.sigma_sq.value)
        for row in range(0, len(data.y), 5):
            own = data.firm == data.firm[row]

            def joint(u, own=own, r=residuals, w=weights, scale=sigma_v, spread=sigma_u):
                return np.exp(-0.5 * np.sum((r[own] + w[own] * u) ** 2) / scale**2 - 0.5 * (u / spread) ** 2)

            def mean(of, joint=joint):
                top, bottom = (quad(f, 0, 6, epsrel=1e-11, limit=400)[0] for f in (lambda u: of(u) * joint(u), joint))
                return top / bottom

            weight = weights[row]
            found = fit.efficiencies
            assert found.efficiency[row] == pytest.approx(mean(lambda u, w=weight: np.exp(-w * u)), rel=1e-7)
            assert found.inefficiency[row] == pytest.approx(mean(lambda u, w=weight: w * u), rel=1e-7)
            if cost:
                assert found.cost_ratio[row] == pytest.approx(mean(lambda u, w=weight: np.exp(w * u)), rel=1e-7)
            chance = mean(lambda u, w=weight, f=found, i=row: float(f.low[i] < np.exp(-w * u) < f.high[i]))
            assert chance == pytest.approx(0.95, abs=2e-3)


@pytest.mark.parametrize("distribution", ["half-normal", "exponential", "truncated-normal"])
def test_efficiency_lies_in_its_interval_and_follows_the_truth(distribution):
    data = cross_section(1, 800, distribution=distribution, mean=0.3, cost=True)
    fit = cross_section_frontier(data.y, data.x, distribution=distribution, cost=True)
    found = fit.efficiencies
    assert np.all((found.efficiency > 0) & (found.efficiency <= 1))
    assert np.all((found.low <= found.efficiency) & (found.efficiency <= found.high))
    assert np.all(found.cost_ratio >= 1 / found.efficiency)
    if distribution != "truncated-normal":  # where its mean lies, and so the level, is hardly known from data
        assert fit.mean_efficiency == pytest.approx(np.exp(-data.inefficiency).mean(), abs=0.05)
    assert np.corrcoef(found.inefficiency, data.inefficiency)[0, 1] > 0.8


def test_production_has_no_cost_ratio():
    data = cross_section(1)
    assert cross_section_frontier(data.y, data.x).efficiencies.cost_ratio is None


@pytest.mark.parametrize("distribution", ["half-normal", "exponential", "truncated-normal"])
def test_cost_is_the_mirror_of_production(distribution):
    data = cross_section(6, distribution=distribution, mean=0.5)
    one = cross_section_frontier(data.y, data.x, distribution=distribution)
    other = cross_section_frontier(-data.y, -data.x, distribution=distribution, cost=True)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-12)
    assert other.intercept.value == pytest.approx(-one.intercept.value, rel=1e-7)
    np.testing.assert_allclose(slopes(other), slopes(one), rtol=1e-7)
    np.testing.assert_allclose(other.efficiencies.efficiency, one.efficiencies.efficiency, rtol=1e-7)


def test_cost_is_the_mirror_of_production_in_panels_and_with_determinants():
    data, other = panel(3, eta=0.1), effects(3)
    one = panel_frontier(data.y, data.x, data.firm, data.time, decay=True)
    two = panel_frontier(-data.y, -data.x, data.firm, data.time, decay=True, cost=True)
    assert two.eta.value == pytest.approx(one.eta.value, rel=1e-6)
    np.testing.assert_allclose(two.efficiencies.efficiency, one.efficiencies.efficiency, rtol=1e-7)
    one = inefficiency_effects_frontier(other.y, other.x, other.z)
    two = inefficiency_effects_frontier(-other.y, -other.x, other.z, cost=True)
    np.testing.assert_allclose([d.value for d in two.determinants], [d.value for d in one.determinants], rtol=1e-6)


def test_a_panel_in_which_every_firm_is_seen_once_is_a_cross_section():
    data = cross_section(4, mean=0.5, distribution="truncated-normal")
    for distribution in ("half-normal", "truncated-normal"):
        one = cross_section_frontier(data.y, data.x, distribution=distribution)
        firm = np.array([f"firm {number}" for number in range(len(data.y))])
        other = panel_frontier(data.y, data.x, firm, np.zeros(len(data.y)), distribution=distribution)
        np.testing.assert_allclose(values(other), values(one), rtol=1e-6)
        np.testing.assert_allclose(other.efficiencies.efficiency, one.efficiencies.efficiency, rtol=1e-6)
        assert other.mean_efficiency == pytest.approx(one.mean_efficiency, rel=1e-6)


def test_determinants_with_nothing_but_an_intercept_are_the_truncated_normal_distribution():
    data = cross_section(8, 500, distribution="truncated-normal", mean=0.3)
    one = cross_section_frontier(data.y, data.x, distribution="truncated-normal")
    other = inefficiency_effects_frontier(data.y, data.x, np.empty((500, 0)))
    assert one.boundary is None
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-12)
    assert other.determinants_intercept.value == pytest.approx(one.mu.value, rel=1e-6)
    assert other.determinants_intercept.standard_error == pytest.approx(one.mu.standard_error, rel=1e-5)
    np.testing.assert_allclose(other.efficiencies.efficiency, one.efficiencies.efficiency, rtol=1e-7)


def test_larger_models_never_fit_worse_than_those_inside_them():
    for seed in range(6):
        data = panel(seed, 30, 4, eta=0.1 * (seed - 3))
        arguments = (data.y, data.x, data.firm, data.time)
        half, moving = panel_frontier(*arguments), panel_frontier(*arguments, decay=True)
        mean = panel_frontier(*arguments, distribution="truncated-normal")
        both = panel_frontier(*arguments, distribution="truncated-normal", decay=True)
        assert half.log_likelihood_ols <= half.log_likelihood <= moving.log_likelihood + 1e-9
        assert half.log_likelihood <= mean.log_likelihood + 1e-9
        assert max(moving.log_likelihood, mean.log_likelihood) <= both.log_likelihood + 1e-9


def test_decay_counts_time_as_measured():
    """In other units of time the decay follows; a gap of two years between rows is a gap of two years."""
    data = panel(5, eta=0.2)
    by_year = panel_frontier(data.y, data.x, data.firm, data.time, decay=True)
    by_month = panel_frontier(data.y, data.x, data.firm, 12 * data.time, decay=True)
    assert by_month.eta.value == pytest.approx(by_year.eta.value / 12, rel=1e-7)
    assert by_month.eta.standard_error == pytest.approx(by_year.eta.standard_error / 12, rel=1e-7)
    np.testing.assert_allclose(by_month.efficiencies.efficiency, by_year.efficiencies.efficiency, rtol=1e-8)


MODELS = ("half-normal", "exponential", "truncated-normal", "panel", "decay", "determinants", "no intercept")


def fitted(model, data, *, y=None, x=None, z=None, firm=None, rows=slice(None), cost=False):
    y, x = (data.y if y is None else y)[rows], (data.x if x is None else x)[rows]
    if model in ("panel", "decay"):
        firm = data.firm if firm is None else firm
        return panel_frontier(y, x, firm[rows], data.time[rows], decay=model == "decay", cost=cost)
    if model in ("determinants", "no intercept"):
        z = (data.z if z is None else z)[rows]
        return inefficiency_effects_frontier(y, x, z, intercept=model == "determinants", cost=cost)
    return cross_section_frontier(y, x, distribution=model, cost=cost)


def drawn(model, seed=9):
    if model in ("panel", "decay"):
        return panel(seed, 30, 4, eta=0.1)
    if model in ("determinants", "no intercept"):
        return effects(seed, 250, delta=(0.5, 0.4) if model == "determinants" else (0.0, 0.8))
    return cross_section(seed, 250, distribution=model, mean=0.6)


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=8, deadline=None)
@given(
    unit=st.floats(-6, 6), scale=st.floats(0.01, 100), first=st.floats(-4, 4), shift=st.floats(-1e3, 1e3),
)  # fmt: skip
def test_units_do_not_matter(model, unit, scale, first, shift):
    """Other units of y and x add to their logarithms, or stretch them: coefficients follow, efficiency stays."""
    data = drawn(model)
    one = fitted(model, data)
    stretch = np.array([10.0**first, 1.0])
    other = fitted(model, data, y=data.y + unit, x=data.x * stretch + shift)
    np.testing.assert_allclose(slopes(other) * stretch, slopes(one), rtol=1e-5)
    np.testing.assert_allclose(other.efficiencies.efficiency, one.efficiencies.efficiency, rtol=1e-5)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-6)
    wide = fitted(model, data, y=data.y * scale)
    np.testing.assert_allclose(slopes(wide), slopes(one) * scale, rtol=1e-5)
    assert wide.sigma_sq.value == pytest.approx(one.sigma_sq.value * scale**2, rel=1e-4)
    assert wide.gamma.value == pytest.approx(one.gamma.value, rel=1e-4)
    np.testing.assert_allclose(wide.efficiencies.inefficiency, one.efficiencies.inefficiency * scale, rtol=1e-4)


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_order_of_rows_and_names_of_firms_do_not_matter(model, seed):
    data = drawn(model)
    rows = np.random.default_rng(seed).permutation(len(data.y))
    firm = None if data.firm is None else np.array([f"{(7 * number) % 31:02d}" for number in data.firm])
    one, other = fitted(model, data), fitted(model, data, rows=rows, firm=firm)
    np.testing.assert_allclose(values(other), values(one), rtol=1e-5)
    np.testing.assert_allclose(other.efficiencies.efficiency, one.efficiencies.efficiency[rows], rtol=1e-6)
    np.testing.assert_allclose(other.efficiencies.low, one.efficiencies.low[rows], rtol=1e-6)
    assert other.mean_efficiency == pytest.approx(one.mean_efficiency, rel=1e-7)


def test_units_of_determinants_do_not_matter():
    data = effects(2, 300, delta=(0.3, 0.4, -0.2))
    one = inefficiency_effects_frontier(data.y, data.x, data.z)
    shift = np.array([3.0, -700.0])
    other = inefficiency_effects_frontier(data.y, data.x, 100 * data.z + shift)
    effect = np.array([item.value for item in one.determinants])
    np.testing.assert_allclose([item.value for item in other.determinants], effect / 100, rtol=1e-5)
    moved = one.determinants_intercept.value - shift @ effect / 100
    assert other.determinants_intercept.value == pytest.approx(moved, rel=1e-5)
    np.testing.assert_allclose(other.efficiencies.efficiency, one.efficiencies.efficiency, rtol=1e-6)


def test_badly_conditioned_columns_lose_no_digits():
    """Powers of a year: nearly collinear, and far from zero."""
    rng = np.random.default_rng(3)
    year = rng.integers(2017, 2025, 400).astype(float)
    plain = np.column_stack([year - 2020, (year - 2020) ** 2, (year - 2020) ** 3])
    y = plain @ [0.1, 0.02, -0.005] + 0.2 * rng.normal(size=400) - 0.5 * np.abs(rng.normal(size=400))
    one = cross_section_frontier(y, plain)
    other = cross_section_frontier(y, np.column_stack([year, year**2]) @ np.eye(2))
    assert other.converged
    cubic = cross_section_frontier(y, np.column_stack([year - 2020, (year - 2019) ** 2, (year - 2021) ** 3]))
    np.testing.assert_allclose(cubic.efficiencies.efficiency, one.efficiencies.efficiency, rtol=1e-8)
    assert cubic.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-10)


def test_covariance_has_the_standard_errors_on_its_diagonal_in_the_order_of_the_names():
    data = effects(2)
    fit = inefficiency_effects_frontier(data.y, data.x, data.z)
    assert fit.parameters == ("intercept", "x0", "x1", "z_intercept", "z0", "sigma_sq", "gamma")
    expected = [fit.intercept, *fit.coefficients, fit.determinants_intercept, *fit.determinants]
    expected += [fit.sigma_sq, fit.gamma]
    found = np.sqrt(np.diag(fit.covariance))
    np.testing.assert_allclose(found, [item.standard_error for item in expected], rtol=1e-12)
    data = panel(3, eta=0.1, mean=0.5)
    fit = panel_frontier(data.y, data.x, data.firm, data.time, decay=True, distribution="truncated-normal")
    assert fit.parameters[3:] == ("sigma_sq", "gamma", "mu", "eta")
    assert fit.test.df == 3


def test_the_same_call_gives_the_same_numbers_to_the_last_bit():
    data = panel(7, eta=0.1)
    one, other = (panel_frontier(data.y, data.x, data.firm, data.time, decay=True) for _ in range(2))
    assert one.log_likelihood == other.log_likelihood
    assert np.array_equal(one.efficiencies.efficiency, other.efficiencies.efficiency)
    assert np.array_equal(one.covariance, other.covariance)
