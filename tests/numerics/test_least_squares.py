"""Clustered least squares against a second implementation, known special cases and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from verband.numerics.least_squares import CollinearError, cluster_bootstrap, least_squares


def data(seed, groups=30, per_group=5, k=3):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), per_group)
    design = np.column_stack([np.ones(len(group)), rng.normal(size=(groups, k - 1))[group]])
    y = design @ np.arange(1.0, k + 1) + rng.normal(size=groups)[group] + rng.normal(size=len(group))
    return y, design, group


def test_coefficients_solve_the_normal_equations():
    y, design, group = data(1)
    fit = least_squares(y, design, group)
    np.testing.assert_allclose(fit.coefficients, np.linalg.lstsq(design, y, rcond=None)[0], rtol=1e-10)
    np.testing.assert_allclose(design.T @ fit.residuals, 0, atol=1e-9)


def test_every_row_its_own_group_gives_hc2_and_the_welch_degrees_of_freedom():
    """With one row per group CR2 is HC2, and a difference of two means is Welch's test (Imbens and Kolesar, 2016)."""
    rng = np.random.default_rng(2)
    few, many = rng.normal(size=6), rng.normal(size=25) * 3
    y = np.concatenate([few, many])
    treated = np.concatenate([np.ones(6), np.zeros(25)])
    design = np.column_stack([np.ones(31), treated])
    found = least_squares(y, design, np.arange(31)).contrast(np.array([0.0, 1.0]))
    welch = np.sqrt(few.var(ddof=1) / 6 + many.var(ddof=1) / 25)
    assert found.standard_error == pytest.approx(welch, rel=1e-10)
    # Bell-McCaffrey under equal variances: (1/6 + 1/25)^2 / (1/(36*5) + 1/(625*24)).
    expected = (1 / 6 + 1 / 25) ** 2 / (1 / (36 * 5) + 1 / (625 * 24))
    assert found.degrees_of_freedom == pytest.approx(expected, rel=1e-8)
    reach = stats.t.ppf(0.975, expected) * welch
    assert found.high - found.estimate == pytest.approx(reach, rel=1e-8)


def test_cr2_by_the_definition():
    y, design, group = data(3, groups=12, per_group=4)
    fit = least_squares(y, design, group)
    inverse = np.linalg.inv(design.T @ design)
    meat = np.zeros((3, 3))
    for number in range(12):
        rows = group == number
        own = design[rows]
        values, vectors = np.linalg.eigh(np.eye(4) - own @ inverse @ own.T)
        root = vectors @ np.diag(values**-0.5) @ vectors.T
        score = own.T @ root @ fit.residuals[rows]
        meat += np.outer(score, score)
    np.testing.assert_allclose(fit.covariance, inverse @ meat @ inverse, rtol=1e-8)


def test_order_of_rows_and_names_of_groups_do_not_matter():
    y, design, group = data(4)
    shuffled = np.random.default_rng(0).permutation(len(y))
    one = least_squares(y, design, group)
    other = least_squares(y[shuffled], design[shuffled], 1000 - group[shuffled])
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-8)


def test_bootstrap_centres_on_the_fit_and_repeats_itself():
    y, design, group = data(5)
    fit = least_squares(y, design, group)
    draws = cluster_bootstrap(y, design, group, draws=500, rng=np.random.default_rng(1))
    again = cluster_bootstrap(y, design, group, draws=500, rng=np.random.default_rng(1))
    assert np.array_equal(draws, again)
    error = np.sqrt(np.diag(fit.covariance))
    assert np.all(np.abs(draws.mean(axis=0) - fit.coefficients) < 0.3 * error)
    assert np.all(draws.std(axis=0) < 1.6 * error)
    assert np.all(draws.std(axis=0) > 0.6 * error)


def test_collinear_columns_are_named():
    y, design, group = data(6)
    with pytest.raises(CollinearError) as caught:
        least_squares(y, np.column_stack([design, design[:, 1] * 2]), group)
    assert caught.value.column == 3


def test_too_few_groups_are_refused():
    y, design, group = data(7)
    with pytest.raises(ValueError, match="too few"):
        least_squares(y, design, group % 3)


@pytest.mark.slow
def test_the_interval_covers_with_twenty_groups():
    """2,000 draws at 20 groups of unequal weight: fails only when an exact binomial test at 1% says "below 95%".

    One-sided: with unequal weights these intervals are on the wide side (Imbens and Kolesar, 2016, table 2).
    """
    rng = np.random.default_rng(11)
    groups, hits, draws = 20, 0, 2_000
    size = rng.lognormal(sigma=1.0, size=groups)
    group = np.repeat(np.arange(groups), 6)
    design = np.column_stack([np.ones(len(group)), size[group], size[group] ** 2])
    weights = np.array([0.0, 1.0, 0.0])
    for _ in range(draws):
        y = design @ np.array([1.0, 0.5, 0.0]) + rng.normal(size=groups)[group] + rng.normal(size=len(group))
        found = least_squares(y, design, group).contrast(weights)
        hits += found.low <= 0.5 <= found.high
    assert stats.binomtest(hits, draws, 0.95, alternative="less").pvalue > 0.01, hits / draws
