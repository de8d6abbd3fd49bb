"""Sharing keys in Python: names, refusals, and the cost of a task with each member's own effect."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest

from verband.analysis.cost_function import cost_function
from verband.analysis.sharing import KEYS, array_game, coalition_game, formula_game, share
from verband.analysis.task_game import own_effects, task_game
from verband.analysis.task_sharing import task_sharing
from verband.errors import BadInputError, MissingDataError, UnknownNameError

COST = {"A": 10.0, "B": 12.0, "C": 9.0, "A+B": 15.0, "A+C": 16.0, ("B", "C"): 17.0, "C+A+B": 20.0}


def test_coalitions_may_be_text_or_names_and_stand_in_any_order():
    one = share(coalition_game(COST))
    other = share(coalition_game(dict(reversed(COST.items())), members=["A", "B", "C"]))
    assert one == other
    assert list(one.methods) == list(KEYS)
    values = np.array([0.0, 10, 12, 15, 9, 16, 17, 20])
    assert share(array_game(["A", "B", "C"], values)) == one


def test_a_formula_and_its_table_are_one_game():
    members = {"A": 3.0, "B": 4.5, "C": 8.0}
    formula = share(formula_game(members, "f + weight ** 0.5 * members", {"f": 4}), "shapley")
    table = {
        "+".join(names): 4 + sum(members[name] for name in names) ** 0.5 * len(names)
        for size in (1, 2, 3)
        for names in itertools.combinations(members, size)
    }
    known = share(coalition_game(table), "shapley")
    assert formula.methods["shapley"].shares == pytest.approx(known.methods["shapley"].shares)


@pytest.mark.parametrize("n", [18, pytest.param(25, marks=pytest.mark.slow)])
def test_many_players_are_shared_from_an_array(n):
    # A sum of amounts and a discount for three of them: the Shapley value is known.
    values = np.zeros(1 << n)
    for player in range(n):
        half = 1 << player
        values[half : 2 * half] = values[:half] + player + 1
    values[(np.arange(1 << n) & 7) == 7] -= 3
    found = share(array_game([f"M{player}" for player in range(n)], values), ["shapley", "scrb"])
    known = np.arange(1.0, n + 1)
    known[:3] -= 1
    assert list(found.methods["shapley"].shares.values()) == pytest.approx(known, abs=1e-8)
    assert found.methods["shapley"].in_core
    assert found.subadditive
    assert not found.core_empty


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: coalition_game({"A": 1, "B": 2}), r"A\+B has no number"),
        (lambda: coalition_game({"A": 1, "B": 2, "A+C": 3}), "C is no known member"),
        (lambda: coalition_game({"A": 1, "B": 2, "A+B": 3, "B+A": 3}), "given twice"),
        (lambda: coalition_game({f"M{number}": 1 for number in range(26)}), "26 members are too many for a table"),
        (lambda: array_game(["A", "A"], [0, 1, 2, 3]), "two members are named A"),
        (lambda: array_game(["A", "B"], [0, 1, 2]), "not those of all coalitions"),
        (lambda: array_game(["A", "B", "C"], [0, 1, 2, 3]), "3 names for a game of 2"),
        (lambda: array_game(["A", "B"], [0, 1, 2, 3], weights={"A": 1}), "B has no weight"),
        (lambda: array_game(["A", "B"], [0, 1, 2, 3], weights={"A": 1, "B": -1}), "weight of B is below 0"),
        (lambda: formula_game({"A": 1, "B": 2}, "weight.real"), "refused at character 1"),
        (lambda: formula_game(["A", "B"], "weight"), "not every member has one"),
        (lambda: formula_game({"A": 1, "B": 2}, "1 / (weight - 3)"), r"no number for A\+B"),
        (lambda: formula_game({"A": 1}, "weight"), "two players or more"),
        (lambda: share(coalition_game(COST), []), "no key is asked"),
        (lambda: share(coalition_game(COST), round_to=-1), "rounded to -1"),
        (lambda: share(coalition_game(COST), orders=50), "is for a formula"),
    ],
)
def test_what_makes_no_game_is_refused(make, said):
    with pytest.raises(BadInputError, match=said):
        make()


@pytest.mark.parametrize("benefit", [False, True])
def test_whether_anybody_is_worse_off_is_told_where_the_interval_leaves_no_doubt(benefit):
    weights = {f"M{number}": 100.3 + 7.7 * number for number in range(30)}

    def told(formula):
        found = share(formula_game(weights, formula, benefit=benefit), "shapley", unit=10).methods["shapley"]
        assert found.how["computed"] == "rounded"
        return found.individually_rational

    # Together costs more (earns more) than apart, or less.
    assert told("weight ** 2") is benefit
    assert told("weight ** 0.5") is not benefit
    # Of the square of weight each pays its weight times that of all; with so much fixed cost one pays as much as alone,
    # and nobody pays more (gets less): rounding leaves open on which side of that it is.
    own, every = (min if benefit else max)(weights.values()), sum(weights.values())
    assert told(f"weight ** 2 + {own * (every - own) * 30 / 29}") is None


def test_what_rounding_lacks_makes_no_core_empty():
    # 0.1 and 0.2 together cost 0.3, which is less than their sum in doubles; all together cost that and 5.
    found = share(array_game("ABC", [0, 0.1, 0.2, 0.3, 5, 6, 6, 5.300000000000002]), "prenucleolus")
    assert 0 < found.least_core_epsilon < found.tolerance
    assert found.core_empty is False
    assert found.minimum_subsidy == 0


def test_an_unknown_key_is_refused_with_those_there_are():
    with pytest.raises(UnknownNameError, match="per-capita-nucleolus"):
        share(coalition_game(COST), "fair")


def accounts(seed, *, slope=0.9, spread=0.2, noise=0.05, count=150):
    """Cost of a task that goes with size, a driver and an effect of each municipality; the truth beside it."""
    rng = np.random.default_rng(seed)
    people = np.exp(rng.normal(10.3, 0.8, count)).round()
    driver, effect = rng.normal(0, 0.3, count), rng.normal(0, spread, count)
    rows = [
        {
            "code": f"GM{number:04}",
            "year": year,
            "inhabitants": people[number],
            "driver": driver[number],
            "cost_keur": np.exp(
                -1.5 + slope * np.log(people[number]) + 0.5 * driver[number] + effect[number] + noise * rng.normal()
            ),
        }
        for number in range(count)
        for year in range(2018, 2025)
    ]
    return pl.DataFrame(rows), people, 0.5 * driver + effect


def game_of(rows, places, year=2024):
    model = cost_function(rows, ["driver"])
    codes = [f"GM{place:04}" for place in places]
    chosen = pl.DataFrame({"code": codes}).join(rows.filter(pl.col("year") == year), on="code", maintain_order="left")
    return task_game(model, chosen, codes, year)


def truth(people, level, places, slope, noise=0.05):
    """The cost of every coalition by the process itself, in euro."""
    found = np.zeros(1 << len(places))
    for mask in range(1, len(found)):
        inside = [place for number, place in enumerate(places) if mask >> number & 1]
        joint = people[inside].sum()
        own = (people[inside] * np.exp(level[inside])).sum() / joint
        found[mask] = 1000 * np.exp(-1.5 + slope * np.log(joint) + noise**2 / 2) * own
    return found


def test_the_cost_of_every_coalition_is_that_of_the_process():
    rows, people, level = accounts(1)
    middle = np.argsort(people)[60:64]
    found = game_of(rows, middle)
    known = truth(people, level, middle, 0.9)
    assert found.own.game.values[1:] == pytest.approx(known[1:], rel=0.05)
    for member, place in zip(found.members, middle, strict=True):
        assert member.level == pytest.approx(np.exp(level[place]), rel=0.1)
        assert 0.9 < member.reliability <= 1


def test_with_elasticity_one_and_equal_effects_nobody_saves_and_nobody_pays_for_another():
    rows, people, _ = accounts(2, slope=1.0, spread=0.0, noise=0.0)
    flat = rows.with_columns(pl.lit(0.0).alias("driver"), cost_keur=pl.col("inhabitants") * 0.2)
    model = cost_function(flat)
    codes = [f"GM{place:04}" for place in np.argsort(people)[50:54]]
    chosen = pl.DataFrame({"code": codes}).join(flat.filter(pl.col("year") == 2024), on="code", maintain_order="left")
    found = task_game(model, chosen, codes, 2024)
    answer = share(found.own)
    known = 200 * chosen["inhabitants"].to_numpy()
    for key in set(KEYS) - {"equal"}:
        assert list(answer.methods[key].shares.values()) == pytest.approx(known, rel=1e-6), key
    assert list(share(found.size_only).methods["shapley"].shares.values()) == pytest.approx(known, rel=1e-6)


def test_own_effects_shrink_to_nothing_where_there_are_none():
    rows, _, _ = accounts(3, spread=0.0, noise=0.3)
    found = own_effects(cost_function(rows, ["driver"]))
    assert found.reliability.max() < 0.35
    assert np.abs(found.effect).max() < 0.1
    strong, _, _ = accounts(3, spread=0.3, noise=0.1)
    found = own_effects(cost_function(strong, ["driver"]))
    assert found.reliability.min() > 0.95


def test_dear_members_pay_more_than_by_size_alone():
    rows, people, level = accounts(4, spread=0.4)
    middle = np.argsort(people)[60:80]
    pair = [middle[np.argmax(level[middle])], middle[np.argmin(level[middle])]]
    found = task_sharing(game_of(rows, pair), "shapley", draws=50)
    own, alone = (list(item.methods["shapley"].shares.values()) for item in (found.own, found.size_only))
    assert own[0] / sum(own) > 0.6
    assert alone[0] / sum(alone) == pytest.approx(0.5, abs=0.05)
    answer = found.own.methods["shapley"]
    for name, (low, high) in answer.interval.items():
        assert low < answer.shares[name] < high
    assert answer.how["draws"] == 50
    assert 0 <= answer.how["chance_in_core"] <= 1
    assert found.own.kind == "estimated"
    again = task_sharing(game_of(rows, pair), "shapley", draws=50)
    assert again.as_record() == found.as_record()


def test_intervals_hold_the_true_share_about_as_often_as_they_say():
    held = asked = 0
    for seed in range(25):
        rows, people, level = accounts(100 + seed, count=100)
        middle = np.argsort(people)[30:34]
        found = task_sharing(game_of(rows, middle), "shapley", draws=100, seed=seed)
        names = list(found.own.members)
        known = share(array_game(names, truth(people, level, middle, 0.9)), "shapley").methods["shapley"].shares
        for name, (low, high) in found.own.methods["shapley"].interval.items():
            held += low <= known[name] <= high
            asked += 1
    # Members of one partnership share their errors, so that the 100 are worth fewer: 80 is beyond chance all the same.
    assert asked == 100
    assert held >= 85


def test_members_that_the_model_does_not_know_are_refused():
    rows, people, _ = accounts(5)
    order = np.argsort(people)
    model = cost_function(rows.filter(pl.col("code") != "GM0001"), ["driver"])
    pair = rows.filter((pl.col("year") == 2024) & pl.col("code").is_in(["GM0001", "GM0002"]))
    with pytest.raises(MissingDataError, match=r"Een .GM0001. has no figures"):
        task_game(model, pair, ["Een", "Twee"], 2024)
    with pytest.raises(MissingDataError, match="more than the data support"):
        game_of(rows, order[-15:])
    with pytest.raises(BadInputError, match="1 member cannot"):
        game_of(rows, order[:1])


def test_a_pool_is_not_cheaper_by_size_for_being_large_among_municipalities_that_differ_less():
    """Where small municipalities differ more, their mean lies further above what is typical; joining does not end that.

    Both games have the scale of typical cost, the curve without its factor that goes with size.
    """
    rng = np.random.default_rng(6)
    size = np.sort(np.exp(rng.uniform(8.5, 12.2, 200)))
    level = rng.normal(size=200) * np.linspace(0.8, 0.1, 200)
    rows = pl.DataFrame(
        [
            {
                "code": f"GM{place:04}",
                "year": year,
                "inhabitants": size[place],
                "cost_keur": float(np.exp(0.95 * np.log(size[place]) + level[place] + rng.normal(0, 0.02))),
            }
            for place in range(200)
            for year in (2022, 2023, 2024)
        ]
    )
    model = cost_function(rows)
    assert model.smearing.coefficients[1] < -0.05
    codes = [f"GM{place:04}" for place in (60, 70, 80, 90)]
    chosen = pl.DataFrame({"code": codes}).join(rows.filter(pl.col("year") == 2024), on="code", maintain_order="left")
    found = task_game(model, chosen, codes, 2024)
    people = chosen["inhabitants"].to_numpy()
    levels = np.array([item.level for item in found.members])
    b1, b2 = model.fit.coefficients[:2]
    apart = np.array([1 << place for place in range(4)])
    for mask in range(1, 16):
        inside = np.array([mask >> place & 1 for place in range(4)], dtype=bool)
        joint, one = np.log([people[inside].sum(), people[0]]) - model.centre
        typical = np.exp(b1 * (joint - one) + b2 * (joint**2 - one**2))
        by_size, own = (game.game.values for game in (found.size_only, found.own))
        assert by_size[mask] / by_size[1] == pytest.approx(typical)
        mean = (people * levels)[inside].sum() / people[inside].sum()
        assert own[mask] / own[apart[0]] == pytest.approx(typical * mean / levels[0])
    # The size-only game is in euro of the mean municipality, like the accounts.
    expected = np.exp(model.residuals()).mean()
    assert found.size_only.game.values[1] == pytest.approx(
        1000 * expected * np.exp(b1 * one + b2 * one**2 + model.fit.coefficients[4])
    )
