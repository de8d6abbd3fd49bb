"""The scaled logarithm of the normal distribution function, far beyond where the plain one is zero."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, special, stats

from verband.numerics.stochastic_frontier.normal_tail import (
    log_mean_exponential,
    scaled_log_cdf,
    truncated_normal_quantile,
)


def test_it_is_the_logarithm_of_the_distribution_function():
    x = np.linspace(-37, 30, 4001)
    found = scaled_log_cdf(x)
    np.testing.assert_allclose(found.log_cdf, special.log_ndtr(x), rtol=1e-12, atol=0)
    np.testing.assert_allclose(found.value, special.log_ndtr(x) + x**2 / 2, rtol=1e-12, atol=1e-11)


def test_the_slope_is_the_mean_of_a_truncated_normal_variable_and_the_curvature_its_variance():
    for x in (-30.0, -8.0, -1.0, 0.0, 0.7, 5.0):
        variable = stats.truncnorm(-x, np.inf, loc=x)
        found = scaled_log_cdf(np.array([x]))
        if x > -10:
            assert found.slope[0] == pytest.approx(variable.mean(), rel=1e-9)
            assert found.curvature[0] == pytest.approx(variable.var(), rel=1e-7)
        whole = [
            integrate.quad(lambda u, q=power, at=x: u**q * np.exp(-u * u / 2 + u * at), 0, np.inf, epsrel=1e-12)[0]
            for power in range(3)
        ]
        assert found.slope[0] == pytest.approx(whole[1] / whole[0], rel=1e-9)
        assert found.curvature[0] == pytest.approx(whole[2] / whole[0] - (whole[1] / whole[0]) ** 2, rel=1e-6)


def test_far_to_the_left_slope_and_curvature_follow_mills_ratio_without_a_jump():
    x = np.array([-49.99, -50.01, -1e3, -1e6])
    found = scaled_log_cdf(x)
    np.testing.assert_allclose(found.slope * -x, 1, atol=1e-3)
    np.testing.assert_allclose(found.curvature * x**2, 1, atol=3e-3)
    scale = x[0] / x[1]
    assert found.slope[1] == pytest.approx(found.slope[0] * scale, rel=1e-6)
    assert found.curvature[1] == pytest.approx(found.curvature[0] * scale**2, rel=1e-5)


@pytest.mark.parametrize("shift", [-3.0, -0.2, 0.4])
def test_the_mean_of_an_exponential_agrees_with_integration_in_both_tails(shift):
    for x in (-200.0, -20.0, -1.0, 0.5, 3.0, 25.0):

        def weight(u, at=x):
            return np.exp(-0.5 * (u - max(at, 0)) ** 2 + min(at, 0) * u)

        edges = [0.0, max(x, 0.0) + 1e-9, max(x, 0.0) + 10, max(x, 0.0) + 60]

        def area(of, edges=edges):
            return sum(integrate.quad(of, a, b, epsrel=1e-12, limit=200)[0] for a, b in pairwise(edges))

        top, bottom = area(lambda u, weight=weight: np.exp(shift * u) * weight(u)), area(weight)
        index = np.array([x])
        found = log_mean_exponential(index, np.array([shift]), scaled_log_cdf(index))[0]
        assert found == pytest.approx(np.log(top / bottom), rel=1e-7)


def test_quantiles_of_a_truncated_normal_variable():
    x = np.array([-15.0, -2.0, 0.0, 1.0, 9.0])
    for level in (0.025, 0.5, 0.975):
        found = truncated_normal_quantile(x, level, scaled_log_cdf(x))
        np.testing.assert_allclose(found, [stats.truncnorm.ppf(level, -at, np.inf, loc=at) for at in x], rtol=1e-7)
