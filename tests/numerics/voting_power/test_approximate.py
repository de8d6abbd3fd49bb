"""Rounded weights stay within their bounds, and drawn indices within their intervals as often as these say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from verband.numerics.voting_power.game import UnitError, VotingPowerError
from verband.numerics.voting_power.power import Limits, power_indices

KEYS = ("shapley_shubik", "banzhaf_absolute", "banzhaf")


def random_games(number, seed, players):
    rng = np.random.default_rng(seed)
    for _ in range(number):
        weights = rng.integers(1, 3000, int(rng.integers(2, players)))
        quota = int(rng.integers(1, weights.sum() + 1))
        yield [(int(weight),) for weight in weights], [quota]


def test_exact_values_lie_within_the_bounds_of_rounding():
    rounded, narrow = 0, 0
    for weights, quota in random_games(40, seed=1, players=16):
        exact = power_indices(weights, quota)
        for unit in (2, 10, 50, 200):
            if unit > max(weights)[0]:
                continue
            try:
                found = power_indices(weights, quota, unit=unit)
            except UnitError:
                continue  # no multiple of the common divisor of this game
            assert found.shapley_shubik.value.sum() == pytest.approx(1, abs=1e-9)
            for key in KEYS:
                index, told = getattr(found, key), getattr(exact, key).value
                if index.method == "exact":
                    assert index.value == pytest.approx(told, rel=1e-9)
                    continue
                assert (index.low <= told * (1 + 1e-12)).all()
                assert (told <= index.high * (1 + 1e-12)).all()
                rounded += 1
                narrow += float((index.high - index.low).max()) < 0.2
    assert rounded > 100
    assert narrow > 50


def test_errors_of_rounding_in_one_direction_move_the_room_along():
    # All 200 are rounded down to a unit, by 3 or 4 in 10: the middle of 2,700 is still the middle of 200.
    weights, quota = [(14,)] * 100 + [(13,)] * 100, [1351]
    exact = power_indices(weights, quota)
    found = power_indices(weights, quota, unit=10)
    for key in KEYS:
        index, told = getattr(found, key), getattr(exact, key).value
        assert index.method == "rounded"
        assert (index.low <= told).all()
        assert (told <= index.high).all()
        assert index.value == pytest.approx(told, rel=0.1)


def test_who_surely_has_no_power_is_told_of_draws_too():
    one = power_indices([(4,), (4,), (4,), (1,)], [8], draws=100)
    assert (one.powerless, one.powerless_known) == ((3,), True)
    # With two majorities it cannot be told from draws; only who has no weight at all surely has none.
    two = power_indices([(4, 4), (4, 4), (4, 4), (1, 1), (0, 0)], [8, 8], draws=100)
    assert (two.powerless, two.powerless_known) == ((4,), False)


def test_many_players_get_the_smallest_unit_that_fits_and_finer_units_narrower_bounds():
    rng = np.random.default_rng(2)
    weights = [(int(weight),) for weight in np.exp(rng.normal(8, 0.8, 90))]
    quota = [sum(row[0] for row in weights) // 2 + 1]
    widths = []
    for work in (2 * 10**7, 2 * 10**8):
        found = power_indices(weights, quota, limits=Limits(cells=2**15, work=work))
        assert found.method == "rounded"
        widths.append(float((found.shapley_shubik.high - found.shapley_shubik.low).max()))
        exact = power_indices(weights, quota, limits=Limits(cells=2**23)) if work == 2 * 10**8 else None
    assert widths[1] < widths[0]
    assert exact is not None
    assert exact.method == "exact"
    for key in KEYS:
        index, told = getattr(found, key), getattr(exact, key).value
        assert (index.low <= told).all()
        assert (told <= index.high).all()
    # Whether a player has power at all is still told from the exact sums.
    assert found.powerless_known
    assert found.powerless == exact.powerless


@pytest.mark.parametrize(
    ("weights", "quotas", "draws"),
    [
        ([(10, 3), (9, 1), (6, 6), (5, 2), (2, 2), (1, 9), (0, 4)], [17, 13], 1000),
        # Few draws decide anything: three a member or so.
        ([(64,), (32,), (16,), (8,), (4,), (2,), (1,)], [127], 200),
        ([(64,), (32,), (16,), (8,), (4,), (2,), (1,)], [100], 100),
    ],
)
def test_intervals_of_draws_hold_the_truth_as_often_as_they_say(weights, quotas, draws):
    exact = power_indices(weights, quotas)
    held = {key: np.zeros(len(weights), dtype=int) for key in KEYS}
    rounds = 2000
    for seed in range(rounds):
        found = power_indices(weights, quotas, draws=draws, seed=seed)
        assert found.shapley_shubik.value.sum() == pytest.approx(1, abs=1e-12)
        for key in KEYS:
            index, told = getattr(found, key), getattr(exact, key).value
            held[key] += (index.low <= told) & (told <= index.high)
    # At 1% over all players of an index together.
    for key, counts in held.items():
        for player, count in enumerate(counts.tolist()):
            assert binomtest(count, rounds, 0.95, alternative="less").pvalue > 0.01 / len(weights), (key, player, count)


def test_the_same_seed_gives_the_same_draws():
    weights, quotas = [(5, 1)] * 40 + [(9, 2)], [110, 25]
    one, two, other = (power_indices(weights, quotas, draws=500, seed=seed) for seed in (3, 3, 4))
    for key in KEYS:
        assert getattr(one, key).value.tobytes() == getattr(two, key).value.tobytes()
    assert one.shapley_shubik.value.tobytes() != other.shapley_shubik.value.tobytes()


@pytest.mark.parametrize("unit", [0, -1, 1000, 3])
def test_units_that_cannot_be_are_refused(unit):
    with pytest.raises(UnitError):
        power_indices([(4,), (6,), (10,)], [11], unit=unit)


def test_draws_and_rounding_that_cannot_be_are_refused():
    with pytest.raises(VotingPowerError):
        power_indices([(1,), (2,)], [2], draws=0)
    with pytest.raises(UnitError):
        power_indices([(1, 1), (2, 1)], [2, 1], unit=2)
    with pytest.raises(VotingPowerError):
        power_indices([(10**18,)] * 40 + [(1,)], [30 * 10**18], draws=100)
