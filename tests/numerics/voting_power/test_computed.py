"""Chances instead of counts: nine digits against exact whole numbers, however small the power."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
import voting_by_hand as by_hand

from verband.numerics.voting_power import quadrature
from verband.numerics.voting_power.distribution import chances, edge, without_each
from verband.numerics.voting_power.game import exact_game, weighty
from verband.numerics.voting_power.indices import from_swings
from verband.numerics.voting_power.power import Limits, power_indices

EXACT = 1e-9
"""What the method promises as a share of every value."""


def both(weights, room):
    return quadrature.shapley_shubik(weights, room), quadrature.banzhaf(weights, room)


def test_small_games_of_one_majority_and_two():
    seen = 0
    for weights, quotas in by_hand.games(300, seed=5):
        game = exact_game(weights, quotas)
        if game.decided or len(weighty(game)) < len(weights):
            continue
        told = from_swings(by_hand.swings_by_size(weights, quotas))
        for found, exact in zip(both(game.weights, game.room()), told[:2], strict=True):
            assert (np.abs(found.value - exact) <= found.error + 1e-15 * exact).all()
            assert (found.error <= EXACT * exact).all()
            assert ((found.value == 0) == (exact == 0)).all()
        seen += 1
    assert seen > 150


@pytest.mark.parametrize("part", [0.5, 0.67, 0.9])
@pytest.mark.parametrize("shape", ["even", "one large", "skewed"])
def test_eighty_players_come_out_as_in_whole_numbers(shape, part):
    rng = random.Random(6)
    weights = {
        "even": [rng.randint(3, 30) for _ in range(80)],
        "one large": [rng.randint(1, 9) for _ in range(79)] + [300],
        "skewed": [1 + int(300 * rng.random() ** 8) for _ in range(80)],
    }[shape]
    quota = int(sum(weights) * part) + 1
    game = exact_game([(weight,) for weight in weights], [quota])
    told = by_hand.by_generating_function(weights, quota)
    for found, exact in zip(both(game.weights, game.room()), told, strict=True):
        for value, bound, known in zip(found.value.tolist(), found.error.tolist(), exact, strict=True):
            away = abs(Fraction(value) - known)
            assert away <= Fraction(bound)
            assert bound <= EXACT * value


def test_tiny_power_keeps_its_digits_and_none_is_exactly_none():
    # Unanimity: Banzhaf of 2^-99.
    found = power_indices([(3,)] * 100, [300])
    assert found.banzhaf_absolute.value == pytest.approx(np.full(100, 2.0**-99), rel=1e-12)
    assert found.shapley_shubik.value == pytest.approx(np.full(100, 0.01), rel=1e-12)
    # 70 with 2 votes each, and one with 1 that no coalition needs.
    found = power_indices([(2,)] * 70 + [(1,)], [72])
    assert found.powerless == (70,)
    assert found.powerless_known
    assert found.shapley_shubik.value[70] == found.banzhaf_absolute.value[70] == 0
    # All but the 80 large ones nearly never matter.
    weights = [100] * 80 + [1]
    shapley, banzhaf = by_hand.by_generating_function(weights, 7900 + 1)
    found = power_indices([(weight,) for weight in weights], [7901])
    for index, told in ((found.shapley_shubik, shapley), (found.banzhaf_absolute, banzhaf)):
        assert index.value == pytest.approx([float(value) for value in told], rel=1e-12)
    assert 0 < found.banzhaf_absolute.value[80] < 1e-20


def test_two_majorities_of_seventy_players():
    rng = random.Random(7)
    weights = [(rng.randint(1, 3), rng.randint(1, 5)) for _ in range(70)]
    # Second quota of 1: always reached with the first, so the table of one majority must come out.
    quota = sum(row[0] for row in weights) * 2 // 3
    one = by_hand.by_generating_function([row[0] for row in weights], quota)[0]
    found = power_indices(weights, [quota, 1])
    assert found.method == "exact"
    assert found.shapley_shubik.value == pytest.approx([float(value) for value in one], rel=1e-9)
    both_quotas = power_indices(weights, [quota, sum(row[1] for row in weights) * 3 // 4])
    assert both_quotas.method == "exact"
    assert both_quotas.shapley_shubik.value.sum() == pytest.approx(1, abs=1e-9)
    drawn = power_indices(weights, [quota, sum(row[1] for row in weights) * 3 // 4], draws=20000, seed=1)
    outside = (both_quotas.shapley_shubik.value < drawn.shapley_shubik.low) | (
        both_quotas.shapley_shubik.value > drawn.shapley_shubik.high
    )
    assert outside.sum() <= 10  # 70 intervals of 95%: 3.5 expected, more than 10 in a thousandth of cases


def test_leaving_a_player_out_is_the_same_as_never_adding_it():
    kinds = [((2,), 3), ((5,), 1), ((7,), 2)]
    for joining in (0.01, 0.5, 0.93):
        for kind, mass in without_each(kinds, [0, 1, 2], (20,), joining):
            rest = [(weight, count - (number == kind)) for number, (weight, count) in enumerate(kinds)]
            alone = chances([item for item in rest if item[1]], (20,), joining)
            assert mass == pytest.approx(alone.mass, rel=1e-13)
            assert edge(mass, kinds[kind][0], (20,)) == pytest.approx(mass[21 - kinds[kind][0][0] :].sum(), rel=1e-13)


def test_power_of_many_players_adds_up_and_nothing_is_lost():
    rng = np.random.default_rng(8)
    weights = np.maximum(1, np.round(np.exp(rng.normal(4, 1, 150)))).astype(int).tolist()
    for part in (0.5, 0.75, 0.95):
        game = exact_game([(weight,) for weight in weights], [int(sum(weights) * part) + 1])
        found = quadrature.shapley_shubik(game.weights, game.room())
        assert found.value.sum() == pytest.approx(1, abs=1e-12)
        assert (found.error <= EXACT * found.value).all()
        assert (np.diff(found.value[np.argsort(weights)]) >= -1e-15).all()


def test_the_choice_of_the_way_changes_no_digit_that_is_promised():
    rng = random.Random(9)
    weights = [(rng.randint(1, 100),) for _ in range(40)]
    quota = [sum(row[0] for row in weights) * 3 // 5]
    counted = power_indices(weights, quota)
    computed = power_indices(weights, quota, limits=Limits(cells=5000))
    assert counted.swings is not None
    assert computed.swings is None
    for key in ("shapley_shubik", "banzhaf_absolute", "banzhaf"):
        assert getattr(computed, key).value == pytest.approx(getattr(counted, key).value, rel=1e-9)
