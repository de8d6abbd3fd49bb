"""The smoothed bootstrap of efficiencies."""

from __future__ import annotations

import numpy as np
import pytest
from unit_data import large_units

from verband.numerics.envelopment.bootstrap import BootstrapError, _Sums, _Tails, bootstrap, silverman_bandwidth
from verband.numerics.envelopment.efficiency import efficiencies

NAMES = ("efficiency", "bias", "bias_corrected", "low", "high", "distance_bias", "distance_deviation")


@pytest.mark.parametrize("returns", ["crs", "vrs", "nirs", "ndrs"])
@pytest.mark.parametrize("orientation", ["input", "output"])
def test_corrected_efficiencies_and_intervals_lie_below_the_measured_and_above_zero(orientation, returns):
    x, y = large_units(30, 1, 2)
    found = bootstrap(x, y, seed=1, orientation=orientation, returns=returns, replications=80)
    measured = efficiencies(x, y, orientation=orientation, returns=returns).efficiency
    assert found.efficiency == pytest.approx(measured)
    assert (found.bias > 0).all()
    assert found.bias_corrected == pytest.approx(found.efficiency - found.bias)
    assert (found.low > 0).all()
    assert (found.low < found.bias_corrected).all()
    assert (found.bias_corrected < found.high).all()
    assert (found.high <= found.efficiency + 1e-9).all()


def test_the_same_bytes_for_any_number_of_workers():
    x, y = large_units(150, 1, 3)
    one, two, three = (bootstrap(x, y, seed=3, replications=100, workers=workers) for workers in (1, 2, 3))
    for name in NAMES:
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes() == getattr(three, name).tobytes()
    assert bootstrap(x, y, seed=4, replications=100).low.tobytes() != one.low.tobytes()


def test_the_first_replications_are_the_same_however_many_follow():
    """Each replication has a stream of its own: running means over more of them stay close, and nothing jumps."""
    x, y = large_units(25, 1, 1)
    few, many = (bootstrap(x, y, seed=3, replications=replications) for replications in (100, 400))
    assert many.distance_bias == pytest.approx(few.distance_bias, abs=4 * few.distance_deviation.max() / 10)


def test_progress_is_told_to_the_end():
    x, y = large_units(150, 1, 2)
    told = []
    bootstrap(x, y, seed=1, replications=60, workers=2, progress=lambda done, total: told.append((done, total)))
    assert len(told) > 1
    assert told == sorted(told)
    assert told[-1] == (60, 60)


def test_units_of_measurement_do_not_matter():
    x, y = large_units(20, 2, 2)
    one = bootstrap(x, y, seed=2, replications=60)
    two = bootstrap(x * [1000, 0.1], y * [7, 0.01], seed=2, replications=60)
    for name in NAMES:
        assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-7)


def test_sums_and_tails_are_those_of_all_values_at_once():
    values = np.random.default_rng(1).normal(size=(237, 5))
    sums, tails = _Sums(5), _Tails(5, 237, 0.9)
    for piece in np.array_split(values, 9):
        sums.add(piece)
        tails.add(piece)
    assert sums.result()[0] == pytest.approx(values.mean(axis=0))
    assert sums.result()[1] == pytest.approx(values.std(axis=0, ddof=1))
    low, high = tails.result()
    assert low == pytest.approx(np.quantile(values, 0.05, axis=0), rel=1e-12)
    assert high == pytest.approx(np.quantile(values, 0.95, axis=0), rel=1e-12)


def test_the_bandwidth_by_hand():
    """Distances 1, 1, 1.5 and 2: reflected those above 1 are 1.5, 2, 0.5 and 0."""
    reflected = np.array([1.5, 2, 0.5, 0])
    spread = min(reflected.std(ddof=1), (1.625 - 0.375) / 1.349)
    ratio = np.std([1, 1, 1.5, 2], ddof=1) / reflected.std(ddof=1)
    assert silverman_bandwidth(np.array([1, 1, 1.5, 2.0])) == pytest.approx(
        0.9 * spread * 4**-0.2 * (4 / 4) ** 0.2 * ratio
    )


def test_what_cannot_be_bootstrapped_is_refused():
    x, y = large_units(20, 1, 2)
    with pytest.raises(BootstrapError, match="hull"):
        bootstrap(x, y, seed=1, returns="fdh")
    with pytest.raises(BootstrapError, match="too few"):
        bootstrap(x, y, seed=1, replications=30)
    with pytest.raises(BootstrapError, match="no unit lies inside"):
        bootstrap([1.0, 2, 3], [1.0, 2, 3], seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("orientation", ["input", "output"])
def test_on_a_frontier_that_is_known_most_of_the_bias_goes_and_most_intervals_cover(orientation):
    """``y = x^0.6`` with half-normal inefficiency, 50 units, 150 samples.

    Intervals of 95% cover less often than they say in samples of this size, about 85%: a trait of the method. The
    bounds are those between which the method does what it is for.
    """
    measured, corrected, covered = [], [], []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        inefficiency = np.abs(rng.normal(0, 0.4, 50))
        if orientation == "input":
            y = rng.uniform(0.3, 1, 50)
            x = y ** (1 / 0.6) * np.exp(inefficiency)
        else:
            x = rng.uniform(0.3, 1, 50)
            y = x**0.6 * np.exp(-inefficiency)
        true = np.exp(-inefficiency)
        found = bootstrap(x, y, seed=seed, replications=400, orientation=orientation)
        measured.append((found.efficiency - true).mean())
        corrected.append((found.bias_corrected - true).mean())
        covered.append(((found.low <= true) & (true <= found.high)).mean())
    assert np.mean(measured) > 0.02
    assert abs(np.mean(corrected)) < 0.35 * np.mean(measured)
    assert 0.78 < np.mean(covered) < 0.97


@pytest.mark.slow
@pytest.mark.parametrize(("returns", "power", "about"), [("crs", 1.0, 0.80), ("vrs", 0.7, 0.71)])
def test_with_two_inputs_intervals_cover_less_as_the_remark_says(returns, power, about):
    """Geometric mean of two inputs to a power, 100 units, 60 samples; four standard errors around what is said."""
    covered = []
    for seed in range(60):
        rng = np.random.default_rng(1000 + seed)
        x, inefficiency = np.exp(rng.uniform(0, 2, (100, 2))), np.abs(rng.normal(0, 0.3, 100))
        y, true = np.sqrt(x[:, 0] * x[:, 1]) ** power, np.exp(-inefficiency)
        found = bootstrap(x / true[:, None], y, seed=seed, replications=200, returns=returns)
        covered.append(((found.low <= true) & (true <= found.high)).mean())
    assert np.mean(covered) == pytest.approx(about, abs=4 * np.std(covered) / np.sqrt(60))
