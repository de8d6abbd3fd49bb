"""Shares of games by table: brute force, three other packages, and what each key must fulfil on any game."""

from __future__ import annotations

import contextlib
import warnings

import brute_force
import coopgame
import numpy as np
import pytest
from coopgt.shapley_value import calculate
from hypothesis import given, settings
from hypothesis import strategies as st

from verband.numerics.cooperative_games.coalitions import sums
from verband.numerics.cooperative_games.core import minimum_subsidy, stability
from verband.numerics.cooperative_games.excesses import Excesses
from verband.numerics.cooperative_games.games import GameError, TableGame
from verband.numerics.cooperative_games.kohlberg import is_nucleolus
from verband.numerics.cooperative_games.nucleolus import nucleolus, prenucleolus
from verband.numerics.cooperative_games.proportional import (
    NoSharesError,
    by_stand_alone,
    by_weight,
    equal,
    separable_costs_remaining_benefits,
)
from verband.numerics.cooperative_games.rounding import largest_remainder
from verband.numerics.cooperative_games.shapley import shapley
from verband.numerics.cooperative_games.subadditivity import subadditivity
from verband.numerics.cooperative_games.tau import tau

CLOSE = 1e-9
"""Relative to the largest value; programs are solved to 1e-10 and polished."""


def close(found, known, values):
    return np.abs(np.asarray(found) - known).max() <= CLOSE * max(1.0, np.abs(values).max())


@pytest.mark.parametrize("benefit", [False, True])
def test_shapley_is_the_mean_over_all_orders(benefit):
    for values, n in brute_force.random_games(36, 1):
        assert close(shapley(TableGame(values, benefit)), brute_force.shapley(values, n), values)


def test_shapley_of_eight_players_agrees_with_three_packages():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # their own business
        import shapiq  # noqa: PLC0415  takes seconds

        values = np.random.default_rng(3).normal(size=2**8)
        values[0] = 0.0
        found = shapley(TableGame(values))
        bits = 1 << np.arange(8)
        peer = shapiq.ExactComputer(lambda rows: values[np.asarray(rows, dtype=np.int64) @ bits], 8)
        assert found == pytest.approx(peer(index="SV", order=1).get_n_order_values(1), abs=1e-12)
        assert found == pytest.approx(coopgame.shapley(coopgame.Game(values[1:].tolist())), abs=1e-12)
        small = values[: 2**6].copy()
        table = {
            tuple(player + 1 for player in range(6) if mask >> player & 1): float(small[mask]) for mask in range(2**6)
        }
        assert shapley(TableGame(small)) == pytest.approx(calculate(table, 6), abs=1e-12)


def test_shapley_in_blocks_is_that_of_additive_and_symmetric_parts():
    # 18 players take four blocks; by additivity the value of this sum is known.
    n = 18
    weight, size = np.arange(1.0, n + 1), np.bitwise_count(np.arange(2**n)).astype(float)
    game = sums(weight) + np.where(np.arange(2**n) & 7 == 7, 30.0, 0.0) + size**2
    known = weight + np.where(np.arange(n) < 3, 10.0, 0.0) + n
    assert shapley(TableGame(game)) == pytest.approx(known, abs=1e-9)


@pytest.mark.parametrize("per_capita", [False, True])
def test_prenucleolus_is_that_of_the_definition(per_capita):
    for values, n in brute_force.random_games(18, 5, most=5):
        found = prenucleolus(TableGame(values), per_capita=per_capita)
        assert found.verified
        known = brute_force.prenucleolus(values / max(1.0, np.abs(values).max()), n, per_capita=per_capita)
        assert np.abs(found.shares / max(1.0, np.abs(values).max()) - known).max() < 1e-6


def test_nucleolus_is_that_of_the_definition():
    looked_at = restricted = 0
    for values, n in brute_force.random_games(48, 6, most=4):
        game = TableGame(values)
        try:
            found = nucleolus(game)
        except NoSharesError:
            assert game.alone.sum() < game.total
            continue
        assert found.verified
        scale = max(1.0, np.abs(values).max())
        known = brute_force.prenucleolus(values / scale, n, limited=True)
        assert np.abs(found.shares / scale - known).max() < 1e-6
        looked_at += 1
        restricted += not close(found.shares, prenucleolus(game).shares, values)
    assert looked_at >= 15
    assert restricted >= 2  # else the limit was not tried at all


@pytest.mark.parametrize("benefit", [False, True])
def test_nucleolus_prenucleolus_least_core_and_tau_agree_with_another_package(benefit):
    for values, _ in brute_force.random_games(90, 7, most=8):
        game = TableGame(values, benefit)
        sign = -game.sign
        peer = coopgame.Game((sign * values[1:]).tolist())
        found = prenucleolus(game)
        assert close(sign * found.shares, coopgame.prenucleolus(peer)["allocation"], values)
        assert close(found.largest_excess, coopgame.least_core(peer, "preimputation")["epsilon"], values)
        weak = coopgame.per_capita_nucleolus(peer, "preimputation")["allocation"]
        assert close(sign * prenucleolus(game, per_capita=True).shares, weak, values)
        try:
            limited = nucleolus(game).shares
        except NoSharesError:
            with pytest.raises(ValueError):  # noqa: PT011  it too has no imputation
                coopgame.nucleolus(peer)
        else:
            assert close(sign * limited, coopgame.nucleolus(peer)["allocation"], values)
        try:
            between = tau(game)
        except NoSharesError:
            with pytest.raises(ValueError):  # noqa: PT011  it too finds no balance
                coopgame.tau_value(peer)
        else:
            assert close(sign * between, coopgame.tau_value(peer), values)


def test_kohlberg_rejects_what_is_no_nucleolus():
    rng = np.random.default_rng(8)
    for values, n in brute_force.random_games(30, 8, most=7):
        scale = max(1.0, np.abs(values).max())
        excesses = Excesses(values / scale, n)
        x = prenucleolus(TableGame(values)).shares / scale
        assert is_nucleolus(excesses, x)
        push = rng.normal(size=n)
        assert not is_nucleolus(excesses, x + 1e-4 * (push - push.mean()))
        assert not is_nucleolus(excesses, x + 1e-4)


def test_kohlberg_with_a_limit_tells_nucleolus_from_prenucleolus():
    found = 0
    for values, n in brute_force.random_games(60, 6, most=4):
        game, scale = TableGame(values), max(1.0, np.abs(values).max())
        room = (game.alone.sum() - game.total) / n
        if room < 1e-6:
            continue
        start = game.alone + (game.total - game.alone.sum()) / n
        cost = (values - sums(start)) / scale
        limited, free = ((item.shares - start) / scale for item in (nucleolus(game), prenucleolus(game)))
        assert is_nucleolus(Excesses(cost, n), limited, room / scale)
        if np.abs(limited - free).max() > 1e-6:
            assert not is_nucleolus(Excesses(cost, n), limited)
            assert not is_nucleolus(Excesses(cost, n), free, room / scale)
            found += 1
    assert found


def test_stability_subsidy_and_subadditivity_are_those_of_all_coalitions():
    for values, n in brute_force.random_games(60, 9, most=7):
        game = TableGame(values)
        shares = shapley(game)
        known = brute_force.excesses(values, shares, n)
        found = stability(game, shares)
        assert close(found.worst_excess, max(known.values()), values)
        assert close(known[found.worst_coalition], max(known.values()), values)
        assert found.in_core == (max(known.values()) <= game.tolerance)
        alone = all(shares[player] <= values[1 << player] + game.tolerance for player in range(n))
        assert found.individually_rational == alone
        subsidy = values[-1] - brute_force.largest_payment(values, n)
        assert abs(minimum_subsidy(game) - subsidy) < 1e-6 * max(1.0, np.abs(values).max())
        assert (minimum_subsidy(game) > 0) == (prenucleolus(game).largest_excess > game.tolerance)
        assert subadditivity(game).holds == brute_force.subadditive(values, n)
        if (apart := subadditivity(game)).violation is not None:
            one, two = apart.violation
            assert not one & two
            assert apart.by == pytest.approx(values[one | two] - values[one] - values[two])


def test_of_several_worst_coalitions_the_one_with_the_fewest_players_is_told():
    # The pair of the first two and the third alone both gain a half by leaving.
    found = stability(TableGame(np.array([0.0, 3, 3, 1.5, 0.5, 3, 3, 3])), np.ones(3))
    assert found.worst_excess == pytest.approx(0.5)
    assert found.worst_coalition == 4


@pytest.mark.parametrize("unit", [1.0, 1e-3, 1e6])
def test_a_violation_between_two_large_groups_is_found(unit):
    # Two halves of six cost 45 each and both together 100; pairs with a single player never show it.
    n, halves = 12, (63, 63 << 6)
    cost = 10.0 * np.bitwise_count(np.arange(2**n))
    for half in halves:
        cost[(np.arange(2**n) & half) == half] -= 15
    cost[-1] = 100
    found = subadditivity(TableGame(unit * cost))
    assert not found.holds
    assert set(found.violation) == set(halves)
    assert found.by == pytest.approx(10 * unit)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 5).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(st.integers(-50, 50), min_size=2**n - 1, max_size=2**n - 1),
            st.lists(st.integers(-50, 50), min_size=2**n - 1, max_size=2**n - 1),
            st.lists(st.integers(-30, 30), min_size=n, max_size=n),
            st.sampled_from([0.5, 1.0, 3.0]),
            st.booleans(),
        )
    )
)
def test_shares_keep_the_axioms(case):
    n, first, second, moved, factor, benefit = case
    values, other = (np.array([0.0, *part], dtype=float) for part in (first, second))
    game, largest = TableGame(values, benefit), max(1.0, np.abs(values).max())
    keys = {
        "shapley": shapley,
        "prenucleolus": lambda item: prenucleolus(item).shares,
        "per capita": lambda item: prenucleolus(item, per_capita=True).shares,
        "nucleolus": lambda item: nucleolus(item).shares,
        "tau": tau,
        "scrb": separable_costs_remaining_benefits,
    }
    again = TableGame(factor * values + sums(np.array(moved, dtype=float)), benefit)
    swapped = values[[(mask & ~3) | (mask & 1) << 1 | (mask & 2) >> 1 for mask in range(2**n)]]
    for name, key in keys.items():
        try:
            shares = key(game)
        except NoSharesError:
            continue
        # Efficiency: the shares add up to the total.
        assert abs(shares.sum() - values[-1]) < 1e-9 * largest
        # Covariance: another unit, and fixed amounts per member, change shares by as much.
        try:
            assert np.abs(key(again) - (factor * shares + moved)).max() < 1e-6 * (largest + 30), name
        except NoSharesError:
            # On the edge of existence a rounded number may fall on the other side.
            assert name != "shapley"
        # Symmetry: who swaps places swaps shares.
        turned = key(TableGame(swapped, benefit))
        assert np.abs(turned[[1, 0, *range(2, n)]] - shares).max() < 1e-6 * largest, name
    # Additivity, of the Shapley value alone.
    total = shapley(TableGame(values + other, benefit))
    assert np.abs(total - shapley(game) - shapley(TableGame(other, benefit))).max() < 1e-9 * 100


def test_who_adds_the_same_to_all_pays_that():
    # The last player is a dummy: it adds 7 to whatever it joins.
    for values, n in brute_force.random_games(24, 10, most=5):
        joined = np.concatenate([values, values + 7.0])
        game = TableGame(joined)
        found = [shapley(game), prenucleolus(game).shares, separable_or_none(game)]
        with contextlib.suppress(NoSharesError):
            found += [nucleolus(game).shares, tau(game)]
        for shares in found:
            if shares is not None:
                assert abs(shares[n] - 7.0) < 1e-7 * max(1.0, np.abs(joined).max())


def separable_or_none(game):
    try:
        return separable_costs_remaining_benefits(game)
    except NoSharesError:
        return None


def test_simple_keys():
    game = TableGame(np.array([0.0, 10, 20, 24]))
    assert equal(game).tolist() == [12, 12]
    assert by_weight(game, np.array([1.0, 3.0])).tolist() == [6, 18]
    assert by_stand_alone(game).tolist() == [8, 16]
    # Separable 4 and 14, remaining benefits 6 and 6 share what is left, 6.
    assert separable_costs_remaining_benefits(game).tolist() == [7, 17]
    with pytest.raises(NoSharesError, match="weights are 0"):
        by_weight(game, np.zeros(2))
    with pytest.raises(NoSharesError, match="add up to 0"):
        by_stand_alone(TableGame(np.array([0.0, 0, 0, 5])))
    with pytest.raises(NoSharesError, match="some stand-alone values are above 0"):
        by_stand_alone(TableGame(np.array([0.0, 5, -1, 5])))


def test_no_imputation_no_nucleolus_but_a_prenucleolus():
    game = TableGame(np.array([0.0, 1, 1, 5]))
    with pytest.raises(NoSharesError, match="together costs more than all apart"):
        nucleolus(game)
    assert prenucleolus(game).shares == pytest.approx([2.5, 2.5])
    with pytest.raises(NoSharesError, match="together earns less"):
        nucleolus(TableGame(np.array([0.0, 5, 5, 1]), benefit=True))


def test_a_single_imputation_is_the_nucleolus():
    found = nucleolus(TableGame(np.array([0.0, 3, 4, 2, 5, 6, 7, 12])))
    assert found.shares == pytest.approx([3, 4, 5])
    assert found.verified
    assert found.largest_excess == pytest.approx(5)


def test_a_least_core_of_one_point_is_told_from_a_larger_one():
    one = prenucleolus(TableGame(np.array([0.0, 100, 100, 140, 100, 140, 140, 240])))
    assert one.least_core_unique
    assert one.largest_excess == pytest.approx(20)
    # Two players settle the level between them; how the others share is free.
    size = np.bitwise_count(np.arange(16)).astype(float)
    cost = 100 * size
    cost[1], cost[14] = 50.0, 240.0
    cost[15] = 300.0
    more = prenucleolus(TableGame(cost))
    assert more.largest_excess == pytest.approx(5)
    assert not more.least_core_unique


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.zeros(3), "not those of all coalitions"),
        (np.zeros(2), "2 to 25"),
        (np.array([1.0, 2, 3, 4]), "empty coalition"),
        (np.array([0.0, 2, np.nan, 4]), "finite"),
        (np.zeros((2, 2)), "not those of all coalitions"),
    ],
)
def test_numbers_that_make_no_game_are_refused(values, said):
    with pytest.raises(GameError, match=said):
        TableGame(values)


def test_twenty_six_players_are_too_many_for_a_table():
    with pytest.raises(GameError, match="2 to 25 players, not 26"):
        TableGame(np.broadcast_to(0.0, 2**26))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20),
    st.sampled_from([0.01, 0.05, 0.3, 1.0, 25.0, 1000.0]),
)
def test_rounded_shares_add_up_and_move_less_than_a_unit(shares, unit):
    total = float(np.sum(shares))
    found = largest_remainder(shares, total, unit)
    assert sum(round(value / unit) for value in found) == round(total / unit) or abs(total / unit % 1 - 0.5) < 1e-6
    for value, exact in zip(found, shares, strict=True):
        assert abs(value - exact) <= unit * (1 + 1e-6) + 1e-9
        assert abs(value / unit - round(value / unit)) < 1e-6


def test_rounding_gives_equal_remainders_to_the_first():
    assert largest_remainder([117829.00000000001, 100756.50000000001, 193998.5], 412584.0, 1.0) == (
        117829.0,
        100757.0,
        193998.0,
    )
    assert sum(largest_remainder([10 / 3] * 3, 10.0, 0.01)) == pytest.approx(10.0, abs=1e-12)
