"""Regressions on pairs: by brute force, by leaving units out one by one, and by simulation at the real size."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from verband.numerics.dyadic import dyadic_least_squares, dyadic_poisson
from verband.numerics.least_squares import CollinearError

# Municipalities per province on 1 January 2024, in the order of the province codes: how large the groups are in truth.
PROVINCES = (10, 18, 12, 25, 51, 26, 44, 50, 13, 56, 31, 6)


def dyads(sizes):
    """Units of all pairs within groups, and the group of each pair."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    first, second = np.triu_indices(len(group), 1)
    within = group[first] == group[second]
    return first[within], second[within], group[first[within]]


def planted(seed, sizes=(7, 9, 5), *, effect=0.5, common=1.0, tails=None):
    """Pairs with an effect of a distance, and errors that units have in common."""
    rng = np.random.default_rng(seed)
    first, second, group = dyads(sizes)
    units = sum(sizes)
    place = rng.normal(size=units) if tails is None else rng.standard_t(tails, size=units)
    size, own = rng.normal(size=units), rng.normal(size=units)
    distance = np.abs(place[first] - place[second])
    distance = distance / distance.std()
    effects = (group[:, None] == np.arange(len(sizes))).astype(float)
    design = np.column_stack([distance, size[first] + size[second], np.abs(size[first] - size[second]), effects])
    y = effect * distance + common * (own[first] + own[second]) + rng.normal(size=len(first))
    return y, design, first, second


def double_sum(scores, first, second):
    """Sum of products over all pairs of pairs with a unit in common (Aronow, Samii and Assenova, 2015, eq. 5)."""
    pairs = [{a, b} for a, b in zip(first, second, strict=True)]
    total = np.zeros((scores.shape[1],) * 2)
    for one, of_one in zip(pairs, scores, strict=True):
        for other, of_other in zip(pairs, scores, strict=True):
            if one & other:
                total += np.outer(of_one, of_other)
    return total


def test_plain_variance_is_the_double_sum_over_pairs_with_a_unit_in_common():
    y, design, first, second = planted(1, (12, 14))
    fit = dyadic_least_squares(y, design, first, second)
    scores = (design * (y - design @ fit.coefficients)[:, None]) @ np.linalg.inv(design.T @ design)
    np.testing.assert_allclose(fit.sandwich, double_sum(scores, first, second), atol=1e-12)
    assert (np.diag(fit.covariance) > np.diag(fit.sandwich)).all(), "the jackknife is never the smaller one here"


def test_by_unit_and_by_pair_are_those_of_fits_without_them():
    y, design, first, second = planted(2)
    fit = dyadic_least_squares(y, design, first, second)
    for unit in range(21):
        rest = (first != unit) & (second != unit)
        without = np.linalg.lstsq(design[rest], y[rest], rcond=None)[0]
        np.testing.assert_allclose(fit.coefficients - without, fit.by_unit[unit], atol=1e-9)
    for pair in (0, 11, len(y) - 1):
        rest = np.arange(len(y)) != pair
        without = np.linalg.lstsq(design[rest], y[rest], rcond=None)[0]
        np.testing.assert_allclose(fit.coefficients - without, fit.by_pair[pair], atol=1e-9)
    by_hand = 20 / 21 * sum(np.outer(row, row) for row in fit.by_unit) - sum(np.outer(r, r) for r in fit.by_pair)
    np.testing.assert_allclose(fit.covariance, by_hand, atol=1e-12)


def test_order_of_units_and_pairs_does_not_matter():
    y, design, first, second = planted(3)
    weights = np.eye(design.shape[1])[0]
    one = dyadic_least_squares(y, design, first, second).contrast(weights)
    shuffled = np.random.default_rng(1).permutation(len(y))
    renamed = np.random.default_rng(2).permutation(100)
    other = dyadic_least_squares(
        y[shuffled], design[shuffled], renamed[second[shuffled]], renamed[first[shuffled]]
    ).contrast(weights)
    assert other.estimate == pytest.approx(one.estimate)
    assert other.standard_error == pytest.approx(one.standard_error)
    assert other.degrees_of_freedom == pytest.approx(one.degrees_of_freedom)


def test_effective_units_are_all_where_each_weighs_the_same_and_few_where_one_stands_out():
    first, second = np.triu_indices(12, 1)
    y = np.random.default_rng(4).normal(size=len(first))
    ones = np.ones((len(first), 1))
    assert dyadic_least_squares(y, ones, first, second).effective_units(np.ones(1)) == pytest.approx(12)
    of_one = np.column_stack([ones, ((first == 3) | (second == 3)).astype(float)])
    assert dyadic_least_squares(y, of_one, first, second).effective_units(np.array([0.0, 1.0])) < 3


def test_a_variance_that_is_not_positive_becomes_that_of_units_alone():
    """On a square whose neighbours differ in sign what units add cancels, and the difference is negative."""
    units = 8
    pairs = np.array(list(combinations(range(units), 2)))
    ring = (np.diff(pairs, axis=1)[:, 0] == 1) | (np.diff(pairs, axis=1)[:, 0] == units - 1)
    first, second = pairs[ring].T
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    sign = np.where((first % 2 == 0) & (second == first + 1), 1.0, -1.0)
    fit = dyadic_least_squares(sign, np.ones((units, 1)), first, second)
    assert fit.covariance[0, 0] < 0
    found = fit.contrast(np.ones(1))
    assert found.adjusted
    assert found.standard_error >= 0
    assert found.low <= found.estimate <= found.high
    y, design, first, second = planted(5)
    assert not dyadic_least_squares(y, design, first, second).contrast(np.eye(design.shape[1])[0]).adjusted


def test_poisson_solves_its_score_and_agrees_with_the_plain_sandwich():
    rng = np.random.default_rng(6)
    _, design, first, second = planted(6, (14, 15))
    design = design[:, [0, 3, 4]]
    y = rng.poisson(np.exp(-0.3 * design[:, 0] + 0.4)).astype(float)
    fit = dyadic_poisson(y, design, first, second)
    mean = np.exp(design @ fit.coefficients)
    np.testing.assert_allclose(design.T @ (y - mean), 0, atol=1e-7)
    scores = (design * (y - mean)[:, None]) @ np.linalg.inv(design.T @ (design * mean[:, None]))
    np.testing.assert_allclose(fit.sandwich, double_sum(scores, first, second), atol=1e-12)


def test_what_cannot_be_fitted_is_refused():
    y, design, first, second = planted(7)
    with pytest.raises(CollinearError):
        dyadic_least_squares(y, np.column_stack([design, design[:, 0] * 2]), first, second)
    with pytest.raises(ValueError, match="itself"):
        dyadic_least_squares(y, design, first, np.where(np.arange(len(y)) == 4, first, second))
    with pytest.raises(ValueError, match="twice"):
        dyadic_least_squares(
            np.r_[y, y[:1]], np.r_[design, design[:1]], np.r_[first, second[:1]], np.r_[second, first[:1]]
        )
    with pytest.raises(ValueError, match="same number"):
        dyadic_least_squares(y[1:], design, first, second)
    with pytest.raises(ValueError, match="too few"):
        dyadic_least_squares(y[:3], design[:3], first[:3], second[:3])
    with pytest.raises(ValueError, match="not all 0"):
        dyadic_poisson(-np.abs(y), design, first, second)
    told = np.column_stack([design, (design[:, 0] > np.median(design[:, 0])).astype(float)])
    with pytest.raises(ValueError, match="no maximum"):
        dyadic_poisson(np.where(told[:, -1] > 0, 0.0, 1.0), told, first, second)


@pytest.mark.slow
@pytest.mark.parametrize(("tails", "common"), [(None, 0.0), (None, 0.3), (None, 1.0), (4, 0.3), (4, 1.0)])
def test_interval_holds_the_planted_effect_at_the_real_number_of_municipalities(tails, common):
    """2,000 draws: fails when an exact binomial test at 1% says that fewer than 95% hold it, or more than 98%.

    Not two-sided at 95%: with few units of great weight the degrees of freedom are meant to be on the safe side.
    """
    draws, weights = 2_000, np.eye(15)[0]
    held = 0
    for seed in range(draws):
        y, design, first, second = planted(1000 + seed, PROVINCES, common=common, tails=tails)
        found = dyadic_least_squares(y, design, first, second).contrast(weights)
        held += found.low <= 0.5 <= found.high
    assert stats.binomtest(held, draws, 0.95, alternative="less").pvalue > 0.01, held / draws
    assert stats.binomtest(held, draws, 0.98, alternative="greater").pvalue > 0.01, held / draws
