"""Games in whole numbers, and the smallest change that changes who wins."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import voting_by_hand as by_hand

from verband.numerics.voting_power import nearest
from verband.numerics.voting_power.game import VotingPowerError, exact_game
from verband.numerics.voting_power.nearest import nearest_change, powerless_players
from verband.numerics.voting_power.power import power_indices


def test_decimals_count_as_they_are_written():
    game = exact_game([(0.1,), (0.2,), (0.3,)], [0.3])
    assert (game.weights, game.quotas, game.steps) == (((1,), (2,), (3,)), (3,), (Fraction(1, 10),))
    # In binary 0.1 + 0.2 exceeds 0.3, and 1.1 + 2.2 exceeds 3.3: no such coalition is taken for another.
    assert power_indices([(1.1,), (2.2,), (3.3,)], [3.3]).swings == (1, 1, 3)
    game = exact_game([("1000",), ("2500",)], ["3001"])
    assert (game.weights, game.quotas) == (((2,), (5,)), (7,))
    assert game.given_quotas == (3001,)


@pytest.mark.parametrize(
    ("weights", "quotas", "player", "majority"),
    [
        ([], [1], None, None),
        ([(1,)], [], None, None),
        ([(1,), (-1,)], [1], 1, 0),
        ([(1, 2), (1, -0.5)], [1, 1], 1, 1),
        ([(1,), (float("nan"),)], [1], 1, 0),
        ([(1,), (2,)], [float("inf")], None, 0),
        ([(1,), (2, 3)], [1], 1, None),
    ],
)
def test_what_is_no_game_is_refused_with_its_place(weights, quotas, player, majority):
    with pytest.raises(VotingPowerError) as found:
        power_indices(weights, quotas)
    assert (found.value.player, found.value.majority) == (player, majority)


def test_nobody_has_power_where_nobody_can_win_or_lose():
    for quota in (7, 0, -3):
        found = power_indices([(1,), (2,), (3,)], [quota])
        assert found.powerless == (0, 1, 2)
        assert not found.shapley_shubik.value.any()
        assert found.swings == (0, 0, 0)


def search(weights, quotas, sign, most=150):
    """Smallest change by trying: its size and for whom it does something."""
    before = by_hand.winning(weights, quotas)
    for size in range(1, most):
        who = []
        for player, row in enumerate(weights):
            if row[0] + sign * size < 0:
                continue
            changed = [*weights]
            changed[player] = (row[0] + sign * size, *row[1:])
            if by_hand.winning(changed, quotas) != before:
                who.append(player)
        if who:
            return size, tuple(who)
    return None, ()


@pytest.mark.parametrize("sums", [nearest.MOST_SUMS, 0])
def test_the_smallest_change_is_that_of_trying_all(monkeypatch, sums):
    monkeypatch.setattr(nearest, "MOST_SUMS", sums)
    rng = random.Random(1)
    for _ in range(150):
        n, majorities = rng.randint(1, 5), rng.choice([1, 2])
        scale = rng.choice([1, 1, 3])
        weights = [tuple(scale * rng.randint(0, 12) for _ in range(majorities)) for _ in range(n)]
        quotas = [rng.randint(1, sum(row[axis] for row in weights) + 2) for axis in range(majorities)]
        found = nearest_change(exact_game(weights, quotas))
        assert (found.more, found.by_more) == search(weights, quotas, 1)
        assert (found.fewer, found.by_fewer) == search(weights, quotas, -1)


@pytest.mark.parametrize("members", [22, pytest.param(30, marks=pytest.mark.slow)])
def test_many_members_with_votes_beyond_sixty_four_bits(members):
    rng = random.Random(4)
    weights = [(rng.randint(10**20, 10**21),) for _ in range(members - 1)] + [(1,)]
    half = members // 2
    # The quota is one above a sum that some coalition has, so that one vote more makes it win.
    quota = sum(row[0] for row in weights[:half]) + 1
    found = nearest_change(exact_game(weights, [quota]))
    assert found.more == 1
    assert found.by_more == tuple(range(half))
    # With the last member in it the same coalition has just enough.
    assert found.fewer == 1
    assert found.by_fewer == (*range(half), members - 1)


def test_the_smallest_change_counts_in_the_last_decimal():
    def changes(weights, quota):
        found = nearest_change(exact_game([(weight,) for weight in weights], [quota]))
        return found.more, found.fewer

    assert changes([0.5, 1.5], 2) == (Fraction(1, 2), Fraction(1, 10))
    assert changes([0.25, 1.75], 1) == (Fraction(3, 4), Fraction("0.76"))
    assert changes([4, 4, 1], 4.5) == (Fraction(1, 2), Fraction(6, 10))
    assert changes([3, 1], 4) == (1, 1)
    assert changes([Fraction(1, 3), Fraction(2, 3)], 1) == (Fraction(1, 3), Fraction(1, 3))


def test_players_without_power_are_told_from_the_sums():
    rng = random.Random(2)
    for _ in range(200):
        weights = [(rng.randint(0, 9),) for _ in range(rng.randint(1, 9))]
        quota = [rng.randint(1, sum(row[0] for row in weights) + 2)]
        game = exact_game(weights, quota)
        assert powerless_players(game) == power_indices(weights, quota).powerless


def test_games_too_large_to_look_at_are_said(monkeypatch):
    monkeypatch.setattr(nearest, "MOST_SUMS", 10)
    assert nearest_change(exact_game([(6,), *[(7,)] * 30], [8])) is None
    assert powerless_players(exact_game([(6,), (7,)], [8])) is None
    assert nearest_change(exact_game([(1, 1)] * 31, [20, 20])) is None
