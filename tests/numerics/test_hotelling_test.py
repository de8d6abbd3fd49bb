"""The joint test against its definition written out, its special case, and its size with unequal groups."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import fdtrc

from verband.numerics.hotelling_test import hotelling_test
from verband.numerics.least_squares import least_squares

GROUPS, EACH = 25, 4
GROUP = np.repeat(np.arange(GROUPS), EACH)


def design(seed=0):
    size = np.random.default_rng(seed).lognormal(size=GROUPS)[GROUP]
    return np.column_stack([size, size**2, np.ones(len(GROUP))])


def written_out(columns, weights):
    """Degrees of freedom by Pustejovsky and Tipton (2018), with every matrix formed."""
    inverse = np.linalg.inv(columns.T @ columns)
    hat = columns @ inverse @ columns.T
    left = np.eye(len(columns)) - hat
    standard = np.linalg.inv(np.linalg.cholesky(weights @ inverse @ weights.T)) @ weights

    def added(combination):
        found = []
        for one in range(GROUPS):
            rows = one == GROUP
            values, vectors = np.linalg.eigh(left[np.ix_(rows, rows)])
            adjustment = vectors @ np.diag(values**-0.5) @ vectors.T
            found.append(left[rows].T @ (adjustment @ columns[rows] @ inverse @ combination))
        return np.array(found)

    parts = [added(combination) for combination in standard]
    total = sum(
        (s @ s.T * (t @ t.T)).sum() + (s @ t.T * (t @ s.T)).sum() for s in parts for t in parts
    )  # fmt: skip
    number = len(weights)
    return number * (number + 1) / total - number + 1


def test_degrees_of_freedom_are_those_of_the_definition():
    columns, weights = design(), np.array([[1.0, 0.0, 0.0], [0.3, 2.0, 0.0]])
    fit = least_squares(np.random.default_rng(1).normal(size=len(GROUP)), columns, GROUP)
    found = hotelling_test(fit, weights)
    assert found.denominator_freedom == pytest.approx(written_out(columns, weights), rel=1e-9)
    # The same question in other words has the same answer.
    turned = hotelling_test(fit, np.array([[1.0, 1.0], [0.0, -3.0]]) @ weights)
    assert turned.p_value == pytest.approx(found.p_value, rel=1e-8)


def test_one_combination_is_the_test_of_satterthwaite():
    fit = least_squares(np.random.default_rng(1).normal(size=len(GROUP)), design(), GROUP)
    one = np.array([1.0, 0.0, 0.0])
    found, contrast = hotelling_test(fit, one[None, :]), fit.contrast(one)
    assert found.denominator_freedom == pytest.approx(contrast.degrees_of_freedom)
    assert found.statistic == pytest.approx((contrast.estimate / contrast.standard_error) ** 2)


def test_it_does_not_refuse_too_often_where_few_groups_carry_the_slope():
    """The plain Wald test with the number of groups less one refuses far more often than it says."""
    rng, weights, columns = np.random.default_rng(2), np.eye(2, 3), design()
    fits = [
        least_squares(rng.normal(size=len(GROUP)) + rng.normal(size=GROUPS)[GROUP], columns, GROUP) for _ in range(500)
    ]
    refused = sum(hotelling_test(fit, weights).p_value < 0.05 for fit in fits)
    assert refused <= 36  # the 99th percentile of a binomial of 500 at 5%
    plain = 0
    for fit in fits:
        extra = fit.coefficients[:2]
        statistic = extra @ np.linalg.solve(fit.covariance[:2, :2], extra) / 2
        plain += fdtrc(2, GROUPS - 1, statistic) < 0.05
    assert plain > 36


def test_nothing_is_tested_where_the_groups_tell_too_little():
    columns = np.zeros((len(GROUP), 3))
    columns[:, 2] = 1.0
    columns[GROUP == 0, 0] = [1.0, 2.0, 3.0, 4.0]
    columns[GROUP == 1, 1] = [1.0, 2.0, 3.0, 4.0]
    fit = least_squares(np.random.default_rng(3).normal(size=len(GROUP)), columns, GROUP)
    assert hotelling_test(fit, np.eye(2, 3)) is None
