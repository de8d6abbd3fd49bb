"""Stochastic frontiers in print: FRONTIER 4.1's first example and the rice farms, to the digits that print can give.

Data and printed results are read from the published folder. The programs behind them stop when nothing changes by more
than a relative 1e-5, so their last digits are not those of the maximum; the tests show that the maximum found here is
at least as high as the likelihood at every printed point. Their standard errors come from an approximation to the
Hessian that their search builds up (Davidon-Fletcher-Powell); those here are from the Hessian itself, and how far the
two lie apart is written down below.
"""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from scipy import special

from verband.numerics.stochastic_frontier import (
    cross_section_frontier,
    inefficiency_effects_frontier,
    panel_frontier,
)

pytestmark = pytest.mark.published
# The compiled programs hold pi in single precision: their log-likelihood is too high by this much per row.
PI_PER_ROW = 0.5 * (np.log(np.pi) - np.log(float(np.float32(3.1415926))))


@pytest.fixture(scope="module")
def folder(published_folder):
    found = published_folder / "published"
    if not (found / "sfa.json").is_file():
        pytest.skip(f"PUBLISHED RESULTS MISSING: no sfa.json in {found}")
    return found


@pytest.fixture(scope="module")
def cases(folder):
    with (folder / "sfa.json").open(encoding="utf-8") as stream:
        return {case["id"]: case for case in json.load(stream)["cases"]}


def columns(folder, name):
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


@pytest.fixture(scope="module")
def example(folder):
    data = columns(folder, "front41Data.csv")
    return np.log(data["output"]), np.log(np.column_stack([data["capital"], data["labour"]]))


@pytest.fixture(scope="module")
def rice(folder):
    return columns(folder, "riceProdPhil.csv")


def farms(rice):
    y, x = np.log(rice["PROD"]), np.log(np.column_stack([rice["AREA"], rice["LABOR"], rice["NPK"]]))
    return y, x, rice["FMERCODE"], rice["YEARDUM"]


def numbers(fit, attribute="value"):
    every = [fit.intercept, *fit.coefficients, fit.sigma_sq, fit.gamma, fit.mu, fit.eta]
    return np.array([getattr(item, attribute) for item in every if item is not None])


def half_normal_log_likelihood(y, x, point):
    """Aigner, Lovell and Schmidt (1977), written out a second time."""
    residuals, sigma = y - point[0] - x @ point[1:-2], np.sqrt(point[-2])
    ratio = np.sqrt(point[-1] / (1 - point[-1]))
    terms = np.log(2 / sigma) - 0.5 * np.log(2 * np.pi) - 0.5 * (residuals / sigma) ** 2
    return float(np.sum(terms + special.log_ndtr(-residuals * ratio / sigma)))


def test_the_first_example_of_frontier(cases, example):
    printed = cases["front41_eg1"]["published"]
    fit = cross_section_frontier(*example)
    assert fit.converged
    assert fit.warnings == ()
    point = np.array([*printed["ml"]["beta"], printed["ml"]["sigmaSq"], printed["ml"]["gamma"]])
    np.testing.assert_allclose(numbers(fit), point, rtol=1e-5, atol=5e-7)
    assert fit.log_likelihood == pytest.approx(printed["ml"]["logLik"], abs=5e-6)
    assert fit.log_likelihood_ols == pytest.approx(printed["ols"]["logLik"], abs=1e-5)
    assert fit.test.statistic == pytest.approx(printed["lr_one_sided"], abs=1e-5)
    assert fit.test.df == printed["lr_df"]
    assert fit.test.p_value == pytest.approx(0.046, abs=5e-4)
    np.testing.assert_allclose(fit.efficiencies.efficiency, printed["efficiencies"], atol=2e-6)
    assert fit.mean_efficiency == pytest.approx(printed["mean_efficiency"], abs=1e-6)
    assert fit.log_likelihood >= half_normal_log_likelihood(*example, point)
    assert fit.log_likelihood == pytest.approx(half_normal_log_likelihood(*example, numbers(fit)), abs=1e-12)


def test_the_first_example_by_other_programs(cases, example):
    recomputed = cases["front41_eg1"]["recomputed"]
    fit = cross_section_frontier(*example)
    same = recomputed["R_frontier"]
    np.testing.assert_allclose(numbers(fit), list(same["coef"].values()), rtol=1e-5, atol=5e-7)
    assert fit.log_likelihood == pytest.approx(same["logLik"] - 60 * PI_PER_ROW, abs=1e-9)
    assert fit.log_likelihood_ols == pytest.approx(same["logLikOLS"], abs=1e-9)
    np.testing.assert_allclose(fit.efficiencies.efficiency, same["efficiencies"], atol=2e-6)
    other = recomputed["python_ml"]
    np.testing.assert_allclose(numbers(fit), [*other["coef"], other["sigmaSq"], other["gamma"]], rtol=1e-7, atol=1e-8)
    assert fit.log_likelihood == pytest.approx(other["logLik"], abs=1e-10)
    np.testing.assert_allclose(fit.efficiencies.efficiency, other["eff"], atol=2e-7)
    assert fit.ols_skewness == pytest.approx(other["ols_resid_skew"], rel=1e-9)


def test_standard_errors_of_the_first_example_are_those_of_the_hessian(cases, example):
    """Print: 0.2026, 0.04764, 0.04525, 0.06391, 0.1364. Hessian: 0.2026, 0.04750, 0.04517, 0.06440, 0.1385."""
    y, x = example
    fit = cross_section_frontier(y, x)
    at, h = numbers(fit), 1e-4
    steps = h * np.eye(5)
    hessian = np.array(
        [
            [
                sum(a * b * half_normal_log_likelihood(y, x, at + a * one + b * two) for a in (1, -1) for b in (1, -1))
                for one in steps
            ]
            for two in steps
        ]
    ) / (4 * h * h)
    found = numbers(fit, "standard_error")
    np.testing.assert_allclose(found, np.sqrt(np.diag(np.linalg.inv(-hessian))), rtol=1e-4)
    printed = cases["front41_eg1"]["published"]["ml"]
    apart = found / [*printed["se"], printed["sigmaSq_se"], printed["gamma_se"]] - 1
    # In percent, as the page on stochastic frontiers says it.
    assert (100 * apart).round(1).tolist() == [-0.0, -0.3, -0.2, 0.8, 1.5]


def test_the_page_says_how_far_standard_errors_lie_from_print(request):
    page = (request.config.rootpath / "docs" / "methods" / "stochastic-frontier.md").read_text(encoding="utf-8")
    assert "0.0 to 0.3% below print for the coefficients, 0.8% above for `sigma_sq` and 1.5% above for `gamma`" in page


def test_rice_farms_with_decay(cases, rice):
    same = cases["rice_panel_timevar"]["recomputed"]["R_frontier"]
    fit = panel_frontier(*farms(rice), decay=True)
    assert fit.converged
    assert fit.n == same["nobs"]
    assert fit.firms == 43
    np.testing.assert_allclose(numbers(fit), list(same["coef"].values()), rtol=1e-5, atol=2e-6)
    assert fit.log_likelihood == pytest.approx(same["logLik"] - 344 * PI_PER_ROW, abs=1e-8)
    assert fit.log_likelihood_ols == pytest.approx(same["logLikOLS"], abs=1e-9)
    assert fit.mean_efficiency == pytest.approx(same["meanEff"], abs=1e-6)
    np.testing.assert_allclose(fit.efficiencies.efficiency, same["efficiencies"], atol=2e-6)
    apart = np.abs(numbers(fit, "standard_error") / list(same["se"].values()) - 1)
    assert np.all(apart < [0.0166, 0.0002, 0.0006, 0.0023, 0.0054, 0.0024, 0.0044])


def test_rice_farms_without_decay_are_inside_those_with_it(rice):
    still, moving = panel_frontier(*farms(rice)), panel_frontier(*farms(rice), decay=True)
    assert still.converged
    assert still.log_likelihood_ols < still.log_likelihood < moving.log_likelihood
    assert len(set(zip(rice["FMERCODE"], still.efficiencies.efficiency.round(12), strict=True))) == 43
    assert (still.test.df, moving.test.df) == (1, 2)


def test_rice_farms_as_a_cross_section_with_and_without_determinants(rice):
    """The test output that ships with the compiled program; rows are taken as independent."""
    y, x, _, _ = farms(rice)
    fit = cross_section_frontier(y, x)
    np.testing.assert_allclose(
        numbers(fit), [-1.043244, 0.3555118, 0.3332984, 0.2712777, 0.2386278, 0.8853821], rtol=1e-5
    )
    z = np.column_stack([rice["EDYRS"], rice["BANRAT"]])
    fit = inefficiency_effects_frontier(y, x, z, intercept=False)
    np.testing.assert_allclose(numbers(fit), [-1.008580, 0.384099, 0.318983, 0.260355, 0.597476, 0.944931], atol=6e-7)
    np.testing.assert_allclose([item.value for item in fit.determinants], [-0.058069, -1.405673], atol=6e-7)
    assert fit.log_likelihood == pytest.approx(-77.850, abs=6e-4)
    assert fit.test.df == 3
    fit = inefficiency_effects_frontier(y, x, z)
    residuals = y - fit.intercept.value - x @ [item.value for item in fit.coefficients]
    np.testing.assert_allclose(residuals[:4], [-0.27182492, -0.30008496, -0.21978957, -0.03686380], atol=2e-7)
    chosen = fit.efficiencies.efficiency[[270, 271, 272, 330, 343]]
    np.testing.assert_allclose(chosen, [0.80489, 0.90097, 0.36591, 0.13991, 0.92253], atol=6e-6)
    assert fit.test.df == 4


def test_a_cost_frontier_on_production_data_has_no_inefficiency(rice, example):
    """Printed with a warning on the skewness: gamma 1e-5, the likelihood of least squares, mean cost ratio 1.001."""
    for y, x in (example, farms(rice)[:2]):
        fit = cross_section_frontier(y, x, cost=True)
        assert fit.boundary == "no inefficiency"
        assert fit.ols_skewness < 0
        assert any("wrong way" in warning for warning in fit.warnings)
        assert np.all(fit.efficiencies.cost_ratio == 1)
