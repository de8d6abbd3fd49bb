"""Edges of the likelihood are said plainly and raise nothing; bad input is refused with its position."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_frontiers import cross_section, effects, inefficiencies, panel

from verband.numerics.least_squares import CollinearError
from verband.numerics.stochastic_frontier import (
    CollinearColumnsError,
    ConstantColumnError,
    DuplicateObservationError,
    NotFiniteError,
    OneFirmError,
    OnePeriodError,
    PerfectFitError,
    TooFewRowsError,
    cross_section_frontier,
    inefficiency_effects_frontier,
    panel_frontier,
)


def said(fit, words):
    return any(words in warning for warning in fit.warnings)


def skewed(seed, n=200, *, to_the_right):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    tail = rng.exponential(size=n)
    return x @ [0.5, 0.3] + (tail if to_the_right else -tail) + 0.2 * rng.normal(size=n), x


@pytest.mark.parametrize("distribution", ["half-normal", "exponential"])
@pytest.mark.parametrize("cost", [False, True])
def test_wrong_skewness_gives_least_squares_and_says_so(distribution, cost):
    """Waldman (1982): with residuals skewed the wrong way least squares is a maximum of the likelihood."""
    y, x = skewed(1, to_the_right=not cost)
    fit = cross_section_frontier(y, x, distribution=distribution, cost=cost)
    design = np.column_stack([np.ones(len(y)), x])
    least_squares = np.linalg.lstsq(design, y, rcond=None)[0]
    residuals = y - design @ least_squares
    assert (fit.ols_skewness > 0) is not cost
    assert fit.boundary == "no inefficiency"
    assert fit.converged
    assert said(fit, "the wrong way")
    assert said(fit, "without inefficiency")
    found = [fit.intercept.value, *(item.value for item in fit.coefficients)]
    np.testing.assert_allclose(found, least_squares, rtol=1e-10)
    assert fit.sigma_sq.value == pytest.approx(np.mean(residuals**2), rel=1e-10)
    assert fit.gamma.value == 0
    assert [item.standard_error for item in (fit.intercept, fit.sigma_sq, fit.gamma)] == [None, None, None]
    covariance = np.mean(residuals**2) * np.linalg.inv(design.T @ design)
    errors = [item.standard_error for item in fit.coefficients]
    np.testing.assert_allclose(errors, np.sqrt(np.diag(covariance))[1:], rtol=1e-9)
    assert (fit.test.statistic, fit.test.p_value) == (0.0, 1.0)
    assert fit.log_likelihood == fit.log_likelihood_ols
    assert np.all(fit.efficiencies.efficiency == 1)
    assert np.all(fit.efficiencies.inefficiency == 0)
    assert fit.mean_efficiency == 1


def test_the_sign_of_the_skewness_decides_where_the_maximum_of_a_half_normal_frontier_lies():
    """Waldman (1982), on 60 samples without any inefficiency.

    Skewed the right way, least squares is no maximum. Skewed the wrong way it is one, and the highest unless the
    skewness is almost nothing: then there may be a higher one inside.
    """
    rng = np.random.default_rng(4)
    seen = set()
    for _ in range(60):
        x = rng.normal(size=(80, 1))
        fit = cross_section_frontier(x[:, 0] + rng.normal(size=80), x)
        if fit.ols_skewness < 0 or fit.boundary is None:
            assert fit.boundary is None
            assert fit.log_likelihood > fit.log_likelihood_ols
            assert fit.ols_skewness < 0.05
        else:
            assert fit.boundary == "no inefficiency"
        assert said(fit, "the wrong way") is (fit.ols_skewness >= 0)
        seen.add(fit.boundary)
    assert seen == {None, "no inefficiency"}


def test_skewness_of_single_rows_says_nothing_of_a_panel():
    """Twenty firms, ten years: inefficiency is seen from rows that belong together, whatever their skewness."""
    seen = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        firm, time = np.repeat(np.arange(20), 10), np.tile(np.arange(10.0), 20)
        x = rng.normal(2, 0.7, (200, 1))
        y = 1 + 0.6 * x[:, 0] + 0.2 * rng.normal(size=200) - np.abs(rng.normal(0, 0.4, 20))[firm]
        fit = panel_frontier(y, x, firm, time)
        assert not said(fit, "the wrong way")
        seen += fit.ols_skewness > 0 and fit.test.p_value < 0.001
    assert seen > 0


def test_skewness_of_the_whole_says_nothing_where_determinants_explain_it():
    seen = 0
    for seed in range(12):
        data = effects(seed, 150, delta=(1.5, 0.8), sigma_u=0.3)
        fit = inefficiency_effects_frontier(data.y, data.x, data.z)
        assert not said(fit, "the wrong way")
        seen += fit.ols_skewness > 0
    assert seen > 0


@pytest.mark.parametrize("distribution", ["half-normal", "exponential", "truncated-normal"])
def test_wrong_skewness_is_not_said_beside_inefficiency_that_was_found(distribution):
    for seed in range(40):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(25, 1))
        fit = cross_section_frontier(x[:, 0] + rng.normal(size=25), x, distribution=distribution)
        assert not (said(fit, "no sign of inefficiency") and fit.test.p_value < 0.05)


def test_a_mean_that_is_hardly_known_is_said():
    told = cross_section(1, 4000, distribution="truncated-normal", mean=0.3)
    fit = cross_section_frontier(told.y, told.x, distribution="truncated-normal")
    assert not said(fit, "hardly known")
    seen = 0
    for seed in range(10):
        flat = cross_section(seed, 60, sigma_u=0.3)
        fit = cross_section_frontier(flat.y, flat.x, distribution="truncated-normal")
        if fit.boundary is None and fit.converged and fit.mu.standard_error is not None:
            spread = np.sqrt(fit.gamma.value * fit.sigma_sq.value)
            assert said(fit, "mu is hardly known") is bool(fit.mu.standard_error > 2 * spread)
            seen += said(fit, "mu is hardly known")
    assert seen > 0


def test_noise_only_data_in_a_truncated_normal_model_raise_nothing_and_say_what_is_unknown():
    y, x = skewed(2, to_the_right=True)
    fit = cross_section_frontier(y, x, distribution="truncated-normal")
    assert said(fit, "the wrong way")
    assert fit.mu.standard_error is None
    assert fit.test.p_value > 0.05


@pytest.mark.parametrize("distribution", ["half-normal", "exponential", "truncated-normal"])
def test_deviations_without_noise_are_on_the_other_edge(distribution):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(50, 2))
    own = "exponential" if distribution == "exponential" else "half-normal"
    y = 1 + x @ [1.0, 2.0] - inefficiencies(rng, 50, own)
    fit = cross_section_frontier(y, x, distribution=distribution)
    assert fit.boundary == "no noise"
    assert fit.converged
    assert said(fit, "without noise")
    assert fit.gamma.value == pytest.approx(1, abs=1e-6)
    assert fit.intercept.standard_error is fit.coefficients[0].standard_error is None
    above = y - fit.intercept.value - x @ [item.value for item in fit.coefficients]
    assert above.max() < 0.01


def test_a_truncated_normal_distribution_that_turns_exponential_is_not_called_converged():
    data = cross_section(5, 400, distribution="exponential", sigma_u=1.0)
    fit = cross_section_frontier(data.y, data.x, distribution="truncated-normal")
    limit = cross_section_frontier(data.y, data.x, distribution="exponential")
    assert fit.boundary == "exponential"
    assert not fit.converged
    assert said(fit, "turns into the exponential")
    assert fit.mu.standard_error is fit.sigma_sq.standard_error is fit.gamma.standard_error is None
    half = cross_section_frontier(data.y, data.x)
    assert half.log_likelihood < fit.log_likelihood < limit.log_likelihood
    assert fit.mu.value == pytest.approx(-2 * np.sqrt(fit.gamma.value * fit.sigma_sq.value), rel=1e-12)
    for one, other in zip(fit.coefficients, limit.coefficients, strict=True):
        assert one.value == pytest.approx(other.value, abs=0.5 * other.standard_error)
        assert one.standard_error == pytest.approx(other.standard_error, rel=0.1)
    np.testing.assert_allclose(fit.efficiencies.efficiency, limit.efficiencies.efficiency, atol=0.05)


def test_a_common_trend_is_not_sold_as_inefficiency():
    """Mean and decay together can stand for a trend that all firms share; then nothing is left of the level."""
    data = panel(3, 40, 6, sigma_u=0.3)
    fit = panel_frontier(
        data.y - 0.2 * (data.time - 2001), data.x, data.firm, data.time, decay=True, distribution="truncated-normal"
    )
    assert fit.boundary == "shift"
    assert not fit.converged
    assert said(fit, "a shift that all have in common")
    assert fit.mu.value == pytest.approx(2 * np.sqrt(fit.gamma.value * fit.sigma_sq.value), rel=1e-12)
    assert fit.intercept.standard_error is None
    assert fit.coefficients[0].standard_error is not None


def test_decay_that_runs_away_is_said():
    """Inefficiency that differs between firms in one period only."""
    rng = np.random.default_rng(2)
    firm, time = np.repeat(np.arange(40), 4), np.tile(np.arange(4.0), 40)
    x = rng.normal(size=(160, 1))
    last = np.where(time == 3, 3 * np.abs(rng.normal(size=40))[firm], 0.0)
    fit = panel_frontier(x[:, 0] + 0.1 * rng.normal(size=160) - last, x, firm, time, decay=True)
    assert fit.boundary == "decay"
    assert not fit.converged
    assert said(fit, "changes faster with time")
    assert fit.coefficients[0].value == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("seed", range(4))
def test_inefficiency_that_the_determinants_explain_wholly_leaves_their_coefficients(seed):
    """Nothing random is left of inefficiency: gamma goes to zero, and what the determinants do is still there."""
    data = effects(seed, 300, delta=(0.0, 1.0), sigma_u=1e-4)
    fit = inefficiency_effects_frontier(data.y, data.x, data.z)
    assert fit.determinants[0].value == pytest.approx(1.0, abs=0.15)
    assert fit.gamma.value < 0.2
    assert fit.converged or said(fit, "run to its edge")


def test_pure_noise_is_not_all_called_inefficiency():
    """A truncated normal distribution cut off at the largest residual always fits better than noise (by a little)."""
    for seed in range(10):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(200, 1))
        fit = cross_section_frontier(x[:, 0] + rng.normal(size=200), x, distribution="truncated-normal")
        assert fit.boundary != "no noise"
        if fit.boundary is None and fit.converged:
            assert fit.gamma.standard_error is not None


@pytest.mark.parametrize("n", [6, 7, 9])
def test_a_handful_of_rows_raises_nothing(n):
    for seed in range(10):
        rng = np.random.default_rng(seed)
        x, z, y = rng.normal(size=(n, 1)), rng.normal(size=(n, 1)), rng.normal(size=n)
        firm, time = np.arange(n) % 3, np.arange(n, dtype=float)
        fits = [cross_section_frontier(y, x, distribution=name) for name in ("half-normal", "exponential")]
        fits += [cross_section_frontier(y, x, distribution="truncated-normal"), panel_frontier(y, x, firm, time)]
        fits += [panel_frontier(y, x, firm, time, decay=True, cost=True), inefficiency_effects_frontier(y, x, z)]
        for fit in fits:
            assert fit.converged or fit.warnings
            assert np.all((fit.efficiencies.efficiency > 0) & (fit.efficiencies.efficiency <= 1))
            assert fit.test.statistic >= 0


def test_residuals_far_in_the_tails_keep_their_efficiencies_between_zero_and_one():
    data = cross_section(2, 100, sigma_u=0.3)
    y = data.y.copy()
    y[0], y[1] = y[0] - 60, y[1] + 3
    for distribution in ("half-normal", "exponential", "truncated-normal"):
        found = cross_section_frontier(y, data.x, distribution=distribution).efficiencies
        assert np.all((found.efficiency > 0) & (found.efficiency <= 1))
        assert np.all((found.low > 0) & (found.high <= 1))
        assert np.all(np.isfinite(found.inefficiency))


def test_an_outcome_whose_logarithm_was_not_taken_is_noticed():
    data = cross_section(2)
    fit = cross_section_frontier(1e4 * data.y, data.x, cost=False)
    assert said(fit, "only if y is a logarithm")
    mirrored = cross_section_frontier(-1e4 * data.y, -data.x, cost=True)
    assert np.all(np.isfinite(mirrored.efficiencies.cost_ratio))


def test_intercept_alone_is_enough():
    data = cross_section(3)
    fit = cross_section_frontier(data.y, np.empty((len(data.y), 0)))
    assert fit.coefficients == ()
    assert fit.converged


def test_no_number_is_refused_with_its_place():
    data = panel(1)
    for array, place in (("y", (7, None)), ("x", (4, 1)), ("time", (3, None))):
        arrays = {"y": data.y.copy(), "x": data.x.copy(), "time": data.time.copy()}
        arrays[array][place if place[1] is not None else place[0]] = np.nan
        with pytest.raises(NotFiniteError) as caught:
            panel_frontier(arrays["y"], arrays["x"], data.firm, arrays["time"])
        assert (caught.value.array, caught.value.row, caught.value.column) == (array, *place)
    with pytest.raises(NotFiniteError, match="firm"):
        panel_frontier(data.y, data.x, np.where(data.firm == 3, np.nan, data.firm), data.time)
    other = effects(1)
    z = other.z.copy()
    z[9, 0] = -np.inf
    with pytest.raises(NotFiniteError, match=r"z holds .* row 9, column 0"):
        inefficiency_effects_frontier(other.y, other.x, z)


def test_collinear_and_constant_columns_are_named():
    data, other = cross_section(1), effects(1)
    with pytest.raises(CollinearError) as caught:
        cross_section_frontier(data.y, np.column_stack([data.x, data.x @ [1.0, -2.0] + 7]))
    assert isinstance(caught.value, CollinearColumnsError)
    assert (caught.value.array, caught.value.column) == ("x", 2)
    with pytest.raises(CollinearColumnsError, match="column 1 of z"):
        inefficiency_effects_frontier(other.y, other.x, np.column_stack([other.z, 2 * other.z]))
    for value in (0.0, 1.0, 1e9):
        with pytest.raises(ConstantColumnError, match="column 1 of x is constant") as constant:
            cross_section_frontier(data.y, np.column_stack([data.x[:, 0], np.full(len(data.y), value)]))
        assert (constant.value.array, constant.value.column) == ("x", 1)
    with pytest.raises(ConstantColumnError, match="of z"):
        inefficiency_effects_frontier(other.y, other.x, np.ones((len(other.y), 1)))


def test_a_constant_determinant_without_an_intercept_is_the_intercept():
    data = effects(6)
    one = inefficiency_effects_frontier(data.y, data.x, data.z)
    other = inefficiency_effects_frontier(
        data.y, data.x, np.column_stack([np.ones(len(data.y)), data.z]), intercept=False
    )
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-10)
    assert other.determinants[0].value == pytest.approx(one.determinants_intercept.value, rel=1e-5)


def test_fewer_rows_than_parameters_are_refused():
    rng = np.random.default_rng(1)
    with pytest.raises(TooFewRowsError) as caught:
        cross_section_frontier(rng.normal(size=4), rng.normal(size=(4, 2)))
    assert (caught.value.rows, caught.value.parameters) == (4, 5)
    with pytest.raises(TooFewRowsError):
        inefficiency_effects_frontier(rng.normal(size=6), rng.normal(size=(6, 2)), rng.normal(size=(6, 1)))


def test_what_is_no_panel_is_refused():
    data = panel(1)
    with pytest.raises(OneFirmError):
        panel_frontier(data.y, data.x, np.zeros(len(data.y)), np.arange(len(data.y), dtype=float))
    with pytest.raises(OnePeriodError):
        panel_frontier(data.y, data.x, np.arange(len(data.y)), np.zeros(len(data.y)), decay=True)
    firm, time = data.firm.copy(), data.time.copy()
    firm[11], time[11] = firm[5], time[5]
    with pytest.raises(DuplicateObservationError) as caught:
        panel_frontier(data.y, data.x, firm, time)
    assert (caught.value.first, caught.value.second) == (5, 11)
    with pytest.raises(DuplicateObservationError):
        inefficiency_effects_frontier(data.y, data.x, data.x[:, :1] ** 2, firm=firm, time=time)


def test_an_outcome_that_the_columns_give_exactly_is_refused():
    data = cross_section(1)
    for y in (data.x @ [2.0, 3.0] + 1, np.full(len(data.y), 4.0), np.zeros(len(data.y))):
        with pytest.raises(PerfectFitError):
            cross_section_frontier(y, data.x)


def test_shapes_and_names_are_checked():
    data = panel(1)
    with pytest.raises(ValueError, match="the same number of rows"):
        cross_section_frontier(data.y[1:], data.x)
    with pytest.raises(ValueError, match="dimensions"):
        cross_section_frontier(data.y, data.x[:, 0])
    with pytest.raises(ValueError, match="no distribution is called"):
        cross_section_frontier(data.y, data.x, distribution="gamma")
    with pytest.raises(ValueError, match="knows no exponential"):
        panel_frontier(data.y, data.x, data.firm, data.time, distribution="exponential")
    with pytest.raises(ValueError, match="a determinant or an intercept"):
        inefficiency_effects_frontier(data.y, data.x, np.empty((len(data.y), 0)), intercept=False)
