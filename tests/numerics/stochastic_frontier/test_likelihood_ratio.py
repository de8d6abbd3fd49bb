"""The mixed chi-square test: the table of Kodde and Palm, and how often it errs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from verband.numerics.stochastic_frontier import (
    cross_section_frontier,
    kodde_palm_critical_value,
    mixed_chi_square_p_value,
)

# Kodde and Palm (1986), table 1: number of restrictions, critical values at 10%, 5% and 1%.
TABLE = {
    1: (1.642, 2.706, 5.412),
    2: (3.808, 5.138, 8.273),
    3: (5.528, 7.045, 10.501),
    4: (7.094, 8.761, 12.483),
    5: (8.574, 10.371, 14.325),
    6: (9.998, 11.911, 16.074),
    8: (12.737, 14.853, 19.384),
    10: (15.377, 17.670, 22.525),
}


@pytest.mark.parametrize("df", TABLE)
def test_critical_values_are_those_of_the_table(df):
    for level, printed in zip((0.10, 0.05, 0.01), TABLE[df], strict=True):
        assert kodde_palm_critical_value(df, level) == pytest.approx(printed, abs=5.1e-4)
        assert mixed_chi_square_p_value(kodde_palm_critical_value(df, level), df) == pytest.approx(level, rel=1e-9)


def test_with_one_restriction_the_p_value_is_half_that_of_a_chi_square():
    assert mixed_chi_square_p_value(2.84, 1) == pytest.approx(0.5 * stats.chi2.sf(2.84, 1), rel=1e-12)


def test_no_gain_in_likelihood_gives_a_p_value_of_one():
    assert [mixed_chi_square_p_value(0.0, df) for df in (1, 2, 3)] == [1.0, 1.0, 1.0]


def test_what_is_no_test_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        mixed_chi_square_p_value(1.0, 0)
    with pytest.raises(ValueError, match="between"):
        kodde_palm_critical_value(1, 0.7)


def null_draws(draws, n):
    rng = np.random.default_rng(5)
    for _ in range(draws):
        x = rng.normal(size=(n, 1))
        yield cross_section_frontier(1 + x[:, 0] + rng.normal(size=n), x).test


def test_without_inefficiency_half_of_the_statistics_are_zero():
    zero = sum(test.statistic == 0 for test in null_draws(100, 120))
    assert stats.binomtest(zero, 100, 0.5).pvalue > 0.01


@pytest.mark.slow
def test_without_inefficiency_the_test_rejects_as_often_as_it_says():
    """500 draws of 500 rows: an exact binomial test at 1% for levels of 5% and 10%."""
    found = [test.p_value for test in null_draws(500, 500)]
    for level in (0.05, 0.10):
        rejected = sum(p < level for p in found)
        assert stats.binomtest(rejected, 500, level).pvalue > 0.01, rejected / 500
