"""Logistic regression: against a general optimiser, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import binomtest

from verband.numerics.logit import SeparationError, logit


def data(seed=1, groups=80, size=6):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    x = rng.normal(size=groups)[group]
    design = np.column_stack([np.ones(len(group)), x, x**2])
    chance = 1 / (1 + np.exp(-(0.5 + 1.2 * x - 0.3 * x**2 + rng.normal(scale=0.5, size=groups)[group])))
    return rng.uniform(size=len(group)) < chance, design, group


def test_the_coefficients_maximise_the_likelihood():
    y, design, group = data()
    found = logit(y, design, group)

    def loss(b):
        index = design @ b
        return np.logaddexp(0, index).sum() - index[y].sum()

    other = minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-8})
    assert found.coefficients == pytest.approx(other.x, abs=1e-5)


def test_groups_of_one_give_the_robust_covariance_and_duplicated_rows_in_one_group_change_no_error():
    y, design, group = data()
    one = logit(y, design, group)
    twice = logit(np.tile(y, 2), np.tile(design, (2, 1)), np.tile(group, 2))
    assert twice.coefficients == pytest.approx(one.coefficients, abs=1e-9)
    assert twice.covariance == pytest.approx(one.covariance, rel=1e-8)


def test_probabilities_add_up_to_the_outcomes():
    y, design, group = data()
    assert logit(y, design, group).probabilities.sum() == pytest.approx(y.sum())


def test_intervals_cover_the_truth_as_often_as_they_say():
    """Exact binomial test at 1% on 400 draws with errors shared within groups (no curvature, so that b is known)."""
    covered = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        group = np.repeat(np.arange(150), 4)
        x = rng.normal(size=150)[group]
        design = np.column_stack([np.ones(600), x])
        same = rng.uniform(size=150)[group]
        y = same < 1 / (1 + np.exp(-(0.3 + 0.8 * x)))
        found = logit(y, design, group)
        covered += abs(found.coefficients[1] - 0.8) < 1.96 * np.sqrt(found.covariance[1, 1])
    assert binomtest(covered, 400, 0.95).pvalue > 0.01


@pytest.mark.parametrize("outcome", ["all", "none", "separated"])
def test_what_has_no_maximum_is_refused(outcome):
    x = np.linspace(-1, 1, 40)
    y = {"all": x > -9, "none": x > 9, "separated": x > 0}[outcome]
    with pytest.raises(SeparationError):
        logit(y, np.column_stack([np.ones(40), x]), np.arange(40))


def test_columns_that_cannot_be_told_apart_are_refused():
    y, design, group = data()
    with pytest.raises(SeparationError):
        logit(y, np.column_stack([design, design[:, 1]]), group)
