"""Gains as a part of what a group pays: against all coalitions by hand, and against the program over all shares."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from brute_force import inside
from scipy.optimize import linprog

from verband.numerics.cooperative_games.core import stability
from verband.numerics.cooperative_games.games import TableGame
from verband.numerics.cooperative_games.proportional import equal
from verband.numerics.cooperative_games.relative_gain import (
    ROUNDING,
    largest_gain,
    unavoidable_gain,
    unavoidable_gain_between,
)
from verband.numerics.cooperative_games.shapley import shapley

LIMITS = (0.05, ROUNDING)


def games(seed, count, players=(2, 3, 4, 5)):
    """Costs around their number of players, so that cores are empty about as often as not."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        n = players[number % len(players)]
        size = np.array([mask.bit_count() for mask in range(2**n)])
        yield TableGame(size ** rng.uniform(0.8, 1.1) * np.append(0.0, rng.uniform(0.9, 1.1, 2**n - 1)))


def shares_exist(game, gain):
    """Whether shares exist that leave every group a gain below a part of what it pays, written out as a program."""
    n = game.players
    masks = range(1, 2**n - 1)
    rows = np.array([(1 - gain) * inside(mask, n) for mask in masks])
    found = linprog(
        np.zeros(n), rows, game.values[1:-1], np.ones((1, n)), [game.total], bounds=[(None, None)] * n, method="highs"
    )
    return found.status == 0


def test_the_largest_gain_is_that_of_every_group_by_hand():
    for game in games(1, 40):
        for shares in (equal(game), shapley(game)):
            n = game.players
            gains = [
                1 - game.values[sum(1 << i for i in group)] / sum(shares[i] for i in group)
                for size in range(1, n)
                for group in combinations(range(n), size)
            ]
            assert largest_gain(game, shares) == pytest.approx(max(gains))
            assert (largest_gain(game, shares) < ROUNDING) == stability(game, shares).in_core


def test_who_is_paid_gains_nothing_by_leaving():
    game = TableGame(np.array([0.0, 1.0, 10.0, 9.0]))
    assert largest_gain(game, np.array([-2.0, 11.0])) == pytest.approx(1 / 11)
    assert largest_gain(game, np.array([0.0, 9.0])) == pytest.approx(-1 / 9)


def test_what_no_shares_can_keep_below_is_that_of_the_program_over_all_shares():
    told = []
    for game in games(2, 120):
        found = unavoidable_gain(game)
        told.append(found > 0)
        for gain in (0.0, 0.05, 0.1):
            if abs(found - gain) > 1e-6:
                assert shares_exist(game, gain) == (found <= gain)
        assert shares_exist(game, found + 1e-6)
        assert found < 1e-6 or not shares_exist(game, found - 1e-6)
    assert 30 < sum(told) < 110


def test_it_is_a_core_that_is_empty_after_dividing_by_what_is_left():
    """The core of the game in which leaving costs each group that much more."""
    for game in games(3, 60):
        found = unavoidable_gain(game)
        raised = game.values / 0.95
        raised[-1] = game.total
        assert (unavoidable_gain(TableGame(raised)) > 0) == (found > 0.05)


def test_nobody_s_key_does_better():
    for game in games(4, 60):
        assert (
            unavoidable_gain(game) <= max(0.0, min(largest_gain(game, rule(game)) for rule in (equal, shapley))) + 1e-9
        )


def test_sparing_the_program_does_not_change_the_side_of_a_limit():
    sides = set()
    for game in games(5, 200):
        exact = unavoidable_gain(game)
        quick = unavoidable_gain_between(game, largest_gain(game, shapley(game)), LIMITS)
        side = tuple(exact >= limit for limit in LIMITS)
        assert tuple(quick >= limit for limit in LIMITS) == side
        sides.add(side)
    assert len(sides) == 3
