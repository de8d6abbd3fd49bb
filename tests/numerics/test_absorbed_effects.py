"""Effects taken out: the same figures as with a column per effect, and errors that know of the effects."""

import numpy as np
import pytest

from verband.numerics.absorbed_effects import absorbed_least_squares
from verband.numerics.least_squares import CollinearError, from_group_mean, least_squares


def crossed(seed, *, effects=5, clusters=14, k=2, kept=0.8):
    """Rows of clusters in effects, some combinations missing."""
    rng = np.random.default_rng(seed)
    both = [(e, g) for e in range(effects) for g in range(clusters) if rng.random() < kept]
    effect, group = np.array(both).T
    design = rng.normal(size=(len(both), k)) + effect[:, None]
    y = design @ np.arange(1, k + 1) + 3 * effect + rng.normal(size=clusters)[group] + rng.normal(size=len(both))
    return y, design, effect, group


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("k", [1, 2])
def test_the_same_as_a_column_per_effect(seed, k):
    y, design, effect, group = crossed(seed, k=k)
    found = absorbed_least_squares(y, design, effect, group)
    dummies = (effect[:, None] == np.unique(effect)).astype(float)
    whole = least_squares(y, np.column_stack([design, dummies]), group)
    assert found.coefficients == pytest.approx(whole.coefficients[:k])
    assert found.covariance == pytest.approx(whole.covariance[:k, :k])
    assert found.residuals == pytest.approx(whole.residuals)
    for weights in np.vstack([np.eye(k), np.linspace(1, -1, k)]):
        one = found.contrast(weights)
        other = whole.contrast(np.concatenate([weights, np.zeros(dummies.shape[1])]))
        assert (one.estimate, one.standard_error, one.low, one.high, one.degrees_of_freedom) == pytest.approx(
            (other.estimate, other.standard_error, other.low, other.high, other.degrees_of_freedom)
        )


def test_without_the_leverage_of_the_effects_the_errors_are_too_small():
    """With three rows per effect a third of the variance is in the effects: means taken out by hand forget that."""
    y, design, effect, group = crossed(3, effects=40, clusters=12, k=1, kept=0.25)
    honest = absorbed_least_squares(y, design, effect, group).covariance[0, 0]
    naive = least_squares(from_group_mean(y[:, None], effect)[:, 0], from_group_mean(design, effect), group)
    assert naive.covariance[0, 0] < 0.85 * honest


def test_more_effects_than_clusters_and_effects_of_one_row():
    y, design, effect, group = crossed(4, effects=60, clusters=9, k=1, kept=0.5)
    found = absorbed_least_squares(y, design, effect, group)
    alone = np.append(effect, 99)
    more = absorbed_least_squares(np.append(y, 7.0), np.vstack([design, [5.0]]), alone, np.append(group, 0))
    assert more.coefficients == pytest.approx(found.coefficients)
    assert more.covariance == pytest.approx(found.covariance)
    assert 1 < found.contrast(np.ones(1)).degrees_of_freedom <= 8


def test_what_cannot_be_fitted_is_refused():
    y, design, effect, group = crossed(5)
    with pytest.raises(ValueError, match="does not vary"):
        absorbed_least_squares(y, effect[:, None] / 3, effect, group)
    with pytest.raises(CollinearError):
        absorbed_least_squares(y, np.column_stack([design[:, 0], 2 * design[:, 0] + effect]), effect, group)
    with pytest.raises(ValueError, match="too few"):
        absorbed_least_squares(y, design, effect, np.minimum(group, 1))
    with pytest.raises(ValueError, match="same number"):
        absorbed_least_squares(y[1:], design, effect, group)
