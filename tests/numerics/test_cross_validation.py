"""Gain out of sample: by hand, against scikit-learn, and by simulation at the number of municipalities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from verband.numerics.cross_validation import cross_validated_gain
from verband.numerics.least_squares import CollinearError

MUNICIPALITIES, BASE, POSITION = 342, 12, 4


def drawn(rng, *, effect, n=MUNICIPALITIES, base=BASE, added=POSITION):
    without = np.column_stack([np.ones(n), rng.normal(size=(n, base))])
    more = rng.normal(size=(n, added))
    y = 0.5 * without[:, 1] + more @ np.full(added, effect / np.sqrt(added)) + rng.normal(size=n)
    return y, without, more


def test_errors_are_those_of_fits_on_the_other_folds():
    rng = np.random.default_rng(1)
    y, without, added = drawn(rng, effect=0.5, n=23, base=2, added=1)
    found = cross_validated_gain(y, without, added, rng=np.random.default_rng(9), folds=5, repeats=2)
    again, squares = np.random.default_rng(9), {"without": [], "with": []}
    folds = []
    for _ in range(2):
        division = again.permutation(np.arange(23) % 5)
        for fold in range(5):
            test = division == fold
            part = {}
            for name, design in (("without", without), ("with", np.column_stack([without, added]))):
                b = np.linalg.inv(design[~test].T @ design[~test]) @ design[~test].T @ y[~test]
                own = (y[test] - design[test] @ b) ** 2
                squares[name] += list(own)
                part[name] = own.mean()
            folds.append(1 - np.sqrt(part["with"] / part["without"]))
    assert found.error_without == pytest.approx(np.sqrt(np.mean(squares["without"])))
    assert found.error_with == pytest.approx(np.sqrt(np.mean(squares["with"])))
    assert found.estimate == pytest.approx(1 - found.error_with / found.error_without)
    # Nadeau and Bengio (2003): 1/J + n_test/n_train.
    assert found.standard_error == pytest.approx(np.sqrt((1 / 10 + 1 / 4) * np.var(folds, ddof=1)))
    assert found.high - found.estimate == pytest.approx(stats.t.ppf(0.975, 4) * found.standard_error)


def test_the_same_seed_gives_the_same_and_units_do_not_matter():
    y, without, added = drawn(np.random.default_rng(2), effect=0.3)
    one = cross_validated_gain(y, without, added, rng=np.random.default_rng(3))
    assert one == cross_validated_gain(y, without, added, rng=np.random.default_rng(3))
    other = cross_validated_gain(1000 * y, without, 1e6 * added, rng=np.random.default_rng(3))
    assert (other.estimate, other.standard_error) == pytest.approx((one.estimate, one.standard_error))


def test_what_cannot_be_told_is_refused():
    y, without, added = drawn(np.random.default_rng(4), effect=0.3, n=20, base=2, added=1)
    rng = np.random.default_rng(1)
    with pytest.raises(CollinearError):
        cross_validated_gain(y, without, without[:, :1] * 2, rng=rng)
    with pytest.raises(ValueError, match="too few"):
        cross_validated_gain(y[:5], without[:5], added[:5], rng=rng, folds=5)
    with pytest.raises(ValueError, match="same number"):
        cross_validated_gain(y, without[1:], added, rng=rng)


def expected_gain(effect, n):
    """Of least squares on n rows, for rows drawn anew: an error of 1 + k / (n - k - 1) per unit of what is left."""
    small, large = BASE + 1, BASE + POSITION + 1
    without = (1 + effect**2) * (1 + small / (n - small - 1))
    with_added = 1 + large / (n - large - 1)
    return 1 - np.sqrt(with_added / without)


@pytest.mark.slow
@pytest.mark.parametrize("effect", [0.0, 0.1, 0.2, 0.4])
def test_interval_holds_the_expected_gain_and_a_useless_position_is_not_above_zero(effect):
    """2,000 draws at the number of municipalities, each end by an exact one-sided binomial test at 1%.

    Effects of 0.2 and 0.4 of the noise give gains of about 1% and 6%.
    """
    draws, above, beyond, short = 2_000, 0, 0, 0
    true = expected_gain(effect, MUNICIPALITIES * 9 / 10)
    for seed in range(draws):
        rng = np.random.default_rng([int(effect * 10), seed])
        found = cross_validated_gain(*drawn(rng, effect=effect), rng=rng)
        above += found.low > 0
        beyond += found.low > true
        short += found.high < true
    assert stats.binomtest(beyond, draws, 0.025, alternative="greater").pvalue > 0.01, beyond / draws
    assert stats.binomtest(short, draws, 0.025, alternative="greater").pvalue > 0.01, short / draws
    if effect == 0:
        assert stats.binomtest(above, draws, 0.025, alternative="greater").pvalue > 0.01, above / draws
