"""Shapley value of games of total weight and number of players: exact, rounded within its bound, sampled within it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from verband.numerics.cooperative_games.arithmetic import FormulaError, arithmetic
from verband.numerics.cooperative_games.games import GameError, WeightGame
from verband.numerics.cooperative_games.shapley import shapley
from verband.numerics.cooperative_games.shapley_sampling import sampled_shapley
from verband.numerics.cooperative_games.shapley_weights import (
    BUDGET,
    fitting_unit,
    rounded_to,
    shapley_of_weights,
    whole_units,
)

FORMULAS = (
    "250 + 9.5 * weight ** 0.9 + 50 * members",
    "3 * weight",
    "100 / members + weight ** 2 / 50",
    "(100 + weight) ** 0.5 * members",
    "weight ** (1 - 0.01 * members)",
    "1000 * weight / (weight + 40) - members ** 2",
    "-weight ** 1.5 + 2 ** members",
)


def game(weights, formula=FORMULAS[0], *, bounded=True):
    found = arithmetic(formula, {"weight", "members"})

    def function(weight, count):
        return np.broadcast_to(found.values({"weight": weight, "members": count}), weight.shape)

    def slopes(low, high, count):
        return found.slopes({"members": count}, "weight", low, high)

    return WeightGame(np.array(weights, dtype=float), function, slopes=slopes if bounded else None)


@pytest.mark.parametrize("formula", FORMULAS)
def test_whole_weights_are_exact(formula):
    rng = np.random.default_rng(1)
    for n in (2, 3, 4, 7, 10, 13):
        item = game(rng.integers(0, 30, n), formula) if "**" not in formula else game(rng.integers(1, 30, n), formula)
        found = shapley_of_weights(item)
        assert not found.rounded
        assert found.shares == pytest.approx(shapley(item.table()), rel=1e-11, abs=1e-9)


def test_weights_with_decimals_are_whole_in_a_smaller_unit():
    item = game([1.25, 2.5, 0.75, 3.0])
    found = shapley_of_weights(item)
    assert (found.unit, found.rounded) == (0.25, False)
    assert found.shares == pytest.approx(shapley(item.table()), rel=1e-12)
    assert whole_units(np.array([0.1, 0.2, 0.3]))[0].tolist() == [1, 2, 3]
    assert whole_units(np.array([np.pi, 1e-300])) is None


def test_many_players_with_one_weight_share_equally():
    found = shapley_of_weights(game(np.full(300, 7.0)))
    assert np.ptp(found.shares) < 1e-9
    assert found.shares.sum() == pytest.approx(250 + 9.5 * 2100**0.9 + 15000, rel=1e-14)


def test_three_hundred_players_of_which_two_kinds_are_known_in_closed_form():
    # v = (number of players of weight 2) x (number of those of weight 1): weight - members times 2 members - weight.
    # Each pair of unlike players adds 1, which the two share.
    item = game([2.0] * 120 + [1.0] * 180, "(weight - members) * (2 * members - weight)")
    found = shapley_of_weights(item).shares
    assert found[:120] == pytest.approx(np.full(120, 90.0), rel=1e-10)
    assert found[120:] == pytest.approx(np.full(180, 60.0), rel=1e-10)


@pytest.mark.parametrize("formula", FORMULAS)
def test_rounded_weights_stay_within_the_proven_bound(formula):
    rng = np.random.default_rng(2)
    tried = 0
    for n in (2, 3, 6, 10):
        for unit in (1.0, 3.0, 10.0):
            item = game(rng.uniform(5, 60, n), formula)
            found = shapley_of_weights(item, unit=unit)
            known = shapley(item.table())
            assert found.rounded
            assert found.shares.sum() == pytest.approx(item.total, rel=1e-12)
            assert np.isfinite(found.bound).all()
            assert (np.abs(found.shares - known) <= found.bound + 1e-9 * np.abs(known).max()).all()
            tried += 1
    assert tried == 12


def test_the_bound_shrinks_with_the_unit():
    item = game(np.random.default_rng(3).uniform(1000, 90000, 40))
    coarse, fine = (shapley_of_weights(item, unit=unit).bound.max() for unit in (2000.0, 100.0))
    assert fine < coarse / 10


def test_without_slopes_nothing_is_proven():
    found = shapley_of_weights(game([10.3, 20.1, 7.9], bounded=False), unit=1.0)
    assert found.rounded
    assert np.isinf(found.bound).all()


def test_rounding_keeps_the_total_and_every_player():
    weights = np.array([0.2, 0.3, 17.9, 44.4, 0.0])
    units, size = rounded_to(weights, 5.0)
    assert units.sum() * size == pytest.approx(weights.sum())
    assert (units[weights > 0] > 0).all()
    assert units[4] == 0
    with pytest.raises(GameError, match="fewer units"):
        rounded_to(weights, 100.0)
    with pytest.raises(GameError, match="cannot be"):
        rounded_to(weights, 0.0)


def test_what_does_not_fit_the_budget_is_rounded_to_a_unit_that_fits():
    weights = np.exp(np.random.default_rng(4).normal(10.4, 0.8, 60)).round() + 0.123
    unit = fitting_unit(weights)
    assert weights.sum() / unit * 60 <= BUDGET
    found = shapley_of_weights(game(weights))
    assert found.rounded
    assert found.unit == pytest.approx(unit, rel=0.01)
    with pytest.raises(GameError, match="more than the"):
        shapley_of_weights(game(weights), unit=unit / 10)


def test_sampling_adds_up_and_is_the_same_for_the_same_seed():
    item = game(np.random.default_rng(5).integers(1, 500, 40))
    one, two, other = (sampled_shapley(item, seed=seed, squares=50) for seed in (1, 1, 2))
    assert one.shares.tobytes() == two.shares.tobytes()
    assert one.low.tobytes() == two.low.tobytes()
    assert one.shares.tobytes() != other.shares.tobytes()
    assert one.shares.sum() == pytest.approx(item.total, rel=1e-13)
    with pytest.raises(GameError, match="too few"):
        sampled_shapley(item, seed=1, squares=5)


def test_sampling_holds_the_value_as_often_as_it_says():
    # A member of its own in each of 300 samples, so that the draws are independent.
    item = game(np.random.default_rng(6).integers(1, 400, 12), "weight ** 1.3 + 40 / members")
    known = shapley(item.table())
    held = 0
    for seed in range(300):
        found = sampled_shapley(item, seed=seed, squares=40)
        member = seed % 12
        held += found.low[member] <= known[member] <= found.high[member]
    assert binomtest(held, 300, 0.95).pvalue > 0.01


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("__import__('os')", 1, "not arithmetic"),
        ("weight + members.real", 10, "not arithmetic"),
        ("weight + price", 10, "'price' has no value"),
        ("abs(weight)", 1, "not arithmetic"),
        ("weight // 2", 1, "not arithmetic"),
        ("weight if members else 1", 1, "not arithmetic"),
        ("[weight]", 1, "not arithmetic"),
        ("weight +", 9, "cannot be read"),
        ("'a' * 3", 1, "not arithmetic"),
        ("True", 1, "not arithmetic"),
        ("1j", 1, "not arithmetic"),
        ("weight; members", 7, "cannot be read"),
        ("lambda: 1", 1, "not arithmetic"),
        ("(weight := 3)", 2, "not arithmetic"),
        ("weight < 3", 1, "not arithmetic"),
        ("", 1, "empty"),
        ("1" * 1001, 1001, "1001 characters"),
        ("1e999", 1, "too large"),
        ("(" * 400 + "1" + ")" * 400, None, "cannot be read"),
        ("-" * 300 + "1", 101, "nested"),
    ],
)
def test_a_formula_of_anything_else_is_refused_with_its_place(text, column, said):
    with pytest.raises(FormulaError, match=said) as caught:
        arithmetic(text, {"weight", "members"})
    assert caught.value.column == column or column is None  # which bracket is one too many is Python's own choice


def test_a_formula_is_what_python_makes_of_it():
    text = "-fixed + slope * (weight - 3) ** 2 / members + 2 ** -members"
    found = arithmetic(text, {"weight", "members", "fixed", "slope"})
    named = {"fixed": 4.0, "slope": 0.5, "weight": np.array([5.0, 8.0]), "members": np.array([1.0, 2.0])}
    assert found.values(named) == pytest.approx(eval(text, {}, named))
    assert found.names == ("fixed", "members", "slope", "weight")
    assert not np.isfinite(arithmetic("1 / weight", {"weight"}).values({"weight": 0.0}))
    assert not np.isfinite(arithmetic("9 ** 9 ** 9", set()).values({}))


@pytest.mark.parametrize(
    "formula", [*FORMULAS, "weight ** members", "1 / (weight - 20)", "(weight - 30) ** 0.5", "(weight - 30) ** 3"]
)
def test_slopes_between_two_ends_hold_every_slope_there(formula):
    rng = np.random.default_rng(7)
    found = arithmetic(formula, {"weight", "members"})
    low = rng.uniform(1, 50, 200)
    high, count = low + rng.uniform(0, 30, 200), rng.integers(1, 9, 200).astype(float)
    down, up = found.slopes({"members": count}, "weight", low, high)
    for part in np.linspace(0, 1, 11):
        at = low + part * (high - low)
        step = 1e-6 * at
        ends = [found.values({"weight": at + sign * step, "members": count}) for sign in (1, -1)]
        slope = (ends[0] - ends[1]) / (2 * step)
        known = np.isfinite(slope)
        off = 1e-4 * (1 + np.abs(slope[known]))
        assert (down[known] - off <= slope[known]).all()
        assert (slope[known] <= up[known] + off).all()
    if "- 20" not in formula and "- 30" not in formula:
        assert np.isfinite(down).all()
