"""Counted swings: against looking at every coalition, and what must hold for any game."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import voting_by_hand as by_hand
from hypothesis import given, settings
from hypothesis import strategies as st

from verband.numerics.voting_power import counting, halves
from verband.numerics.voting_power.game import exact_game
from verband.numerics.voting_power.indices import from_swings
from verband.numerics.voting_power.power import Limits, power_indices

NO_COUNTING = Limits(cells=1)


@pytest.mark.parametrize("way", [counting, halves])
def test_swings_are_those_of_looking_at_every_coalition(way):
    seen = 0
    for weights, quotas in by_hand.games(400, seed=1):
        game = exact_game(weights, quotas)
        if game.decided or any(not any(row) for row in game.weights):
            continue
        outside = [total - quota for total, quota in zip(game.totals, game.quotas, strict=True)]
        told = by_hand.swings_by_size(weights, quotas)
        assert way.swings_by_size(game.weights, outside) == [row[::-1] for row in told]
        if len(quotas) == 1:
            assert way.swings_by_size(game.weights, [game.quotas[0] - 1]) == told
        seen += 1
    assert seen > 200


@pytest.mark.parametrize("limits", [Limits(), NO_COUNTING])
def test_indices_are_those_of_looking_at_every_coalition(limits):
    for weights, quotas in by_hand.games(200, seed=2):
        shapley, banzhaf, swings = from_swings(by_hand.swings_by_size(weights, quotas))
        found = power_indices(weights, quotas, limits=limits)
        assert found.method == "exact"
        assert found.shapley_shubik.value.tolist() == shapley.tolist()
        assert found.banzhaf_absolute.value.tolist() == banzhaf.tolist()
        assert found.swings == swings
        assert found.powerless == tuple(player for player, count in enumerate(swings) if count == 0)
        if sum(swings):
            assert found.banzhaf.value == pytest.approx(np.array(swings) / sum(swings), rel=1e-15)
        else:
            assert np.isnan(found.banzhaf.value).all()


decimals = st.decimals(min_value=0, max_value=100, places=2)


@given(st.lists(decimals, min_size=1, max_size=9), st.fractions(min_value=0, max_value=1), st.data())
@settings(max_examples=200, deadline=None)
def test_what_holds_for_any_game(weights, part, data):
    total = sum(weights)
    quota = max(Fraction(total) * part, Fraction(1, 100))
    found = power_indices([(weight,) for weight in weights], [quota])
    shapley, banzhaf = found.shapley_shubik.value, found.banzhaf_absolute.value
    if quota > total:
        assert not shapley.any()
        return
    assert shapley.sum() == pytest.approx(1, abs=1e-12)
    assert found.banzhaf.value.sum() == pytest.approx(1, abs=1e-12)
    # Equal votes have equal power, and more votes never less.
    order = sorted(range(len(weights)), key=lambda at: weights[at])
    for index in (shapley, banzhaf):
        assert (np.diff(index[order]) >= 0).all()
        for one, two in pairwise(order):
            assert weights[one] != weights[two] or index[one] == index[two]
    # A member without weight has no power, and changes nothing for the others.
    more = power_indices([*((weight,) for weight in weights), (0,)], [quota])
    assert more.shapley_shubik.value.tolist() == [*shapley.tolist(), 0]
    assert more.banzhaf_absolute.value.tolist() == [*banzhaf.tolist(), 0]
    assert more.swings == tuple(2 * count for count in [*found.swings, 0])
    # Names and scale do not matter.
    turned = data.draw(st.permutations(range(len(weights))))
    other = power_indices([(1000 * weights[at],) for at in turned], [1000 * quota])
    assert other.shapley_shubik.value.tolist() == shapley[turned].tolist()
    # The mirrored quota gives the same power (Felsenthal and Machover, 1998, chapter 2).
    scale = 100 * Fraction(total)
    if quota.denominator in (1, 2, 4, 5, 10, 20, 25, 50, 100):
        mirror = power_indices([(100 * weight,) for weight in weights], [scale - 100 * quota + 1])
        assert mirror.shapley_shubik.value == pytest.approx(shapley, abs=1e-15)


def test_thirty_players_with_any_weights_are_counted_exactly():
    rng = random.Random(3)
    small = [rng.randint(1, 60) for _ in range(30)]
    quota = sum(small) * 2 // 3
    told_shapley, told_banzhaf = by_hand.by_generating_function(small, quota)
    # Weights of 30 digits: the same game, far beyond 64 bits.
    huge = [weight * 10**30 for weight in small]
    for weights, limit in ((small, quota), ([*huge[:-1], huge[-1] + 1], quota * 10**30)):
        found = power_indices([(weight,) for weight in weights], [limit], limits=NO_COUNTING)
        assert found.shapley_shubik.value.tolist() == [float(value) for value in told_shapley]
        assert found.banzhaf_absolute.value.tolist() == [float(value) for value in told_banzhaf]
    # A second majority that is always reached with the first changes nothing.
    twice = power_indices([(weight, weight) for weight in small], [quota, 1], limits=NO_COUNTING)
    assert twice.swings == found.swings


def test_sixty_two_players_are_counted_in_64_bits():
    # The largest number of swings that there is: all alike, and one more than half must agree.
    found = power_indices([(1,)] * 62, [32])
    assert found.shapley_shubik.value.tolist() == [1 / 62] * 62
    told_shapley, told_banzhaf = by_hand.by_generating_function([1] * 61 + [3], 32)
    found = power_indices([(1,)] * 61 + [(3,)], [32])
    assert found.swings is not None
    assert found.shapley_shubik.value.tolist() == [float(value) for value in told_shapley]
    assert [Fraction(count, 2**61) for count in found.swings] == told_banzhaf
    with pytest.raises(ValueError, match="too many to count"):
        counting.swings_by_size([(1,)] * 63, [31])
    with pytest.raises(ValueError, match="too many to meet"):
        halves.swings_by_size([(1,)] * 31, [15])


def test_a_well_known_package_agrees():
    powerindex = pytest.importorskip("powerindex")
    rng = random.Random(4)
    for _ in range(30):
        weights = [rng.randint(1, 40) for _ in range(rng.randint(3, 14))]
        quota = sum(weights) * rng.randint(50, 90) // 100 + 1
        if max(weights) >= quota or quota > sum(weights):
            continue
        peer = powerindex.Game(quota, list(weights))
        peer.calc()
        found = power_indices([(weight,) for weight in weights], [quota])
        assert found.shapley_shubik.value == pytest.approx(peer.shapley_shubik, abs=1e-12)
        assert found.banzhaf.value == pytest.approx(peer.banzhaf, abs=1e-12)
