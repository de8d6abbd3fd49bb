"""Cost games that are in print: water supply of Skane, Tennessee Valley, airport of Birmingham, an empty core.

Young, Okada and Hashimoto (1982, tables 7 and 8 of WP-79-77); Straffin and Heaney (1981); Littlechild and Owen
(1973); Littlechild (1974). Where print and game differ the case says so: the printed nucleolus of Skane is not
lexicographic for two members, so that the recalled table and the recomputed one are held against.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from verband.analysis.sharing import coalition_game, share
from verband.numerics.cooperative_games.coalitions import members
from verband.numerics.cooperative_games.games import TableGame
from verband.numerics.cooperative_games.nucleolus import nucleolus
from verband.numerics.cooperative_games.shapley import shapley

pytestmark = pytest.mark.published
CASES = ("skane_water_1982", "tva_1935", "constructed_empty_core", "airport_birmingham_1968_69")
KEYS = {
    "shapley": "shapley",
    "nucleolus": "nucleolus",
    "prenucleolus": "prenucleolus",
    "per-capita-nucleolus": "per_capita_prenucleolus_weak_nucleolus",
    "least-core": "prenucleolus",
    "scrb": "scrb",
    "equal": "equal_split",
    "stand-alone": "proportional_to_standalone",
}


def case(folder, name):
    told = json.loads((folder / "published" / "games.json").read_text(encoding="utf-8"))
    return next(item for item in told["cases"] if item["id"] == name)


def answered(folder, name):
    given = case(folder, name)
    return given, share(coalition_game(given["input"]["cost"], members=given["input"]["players"]))


def test_no_case_is_left_out(published_folder):
    told = json.loads((published_folder / "published" / "games.json").read_text(encoding="utf-8"))
    assert tuple(item["id"] for item in told["cases"]) == CASES


@pytest.mark.parametrize("name", CASES[:3])
def test_what_independent_implementations_compute(published_folder, name):
    given, found = answered(published_folder, name)
    known = given["recomputed"]
    for key, printed in KEYS.items():
        answer = found.methods[key]
        if printed not in known:
            assert (answer.shares, answer.reason is None) == (None, False)
            continue
        assert list(answer.shares.values()) == pytest.approx(known[printed], abs=1e-9 * found.total)
        listed = known["core_violations"][printed]
        assert answer.in_core == (not listed)
        if listed:
            most = max(item["overcharge"] for item in listed)
            assert answer.worst_excess == pytest.approx(most, abs=1e-9 * found.total)
            worst = {item["coalition"] for item in listed if item["overcharge"] > most - 1e-9}
            assert "+".join(answer.worst_coalition) in worst
    assert found.core_empty == (not known["core_nonempty"])
    assert found.least_core_epsilon == pytest.approx(-known["least_core_min_saving"], abs=1e-9 * found.total)
    assert found.subadditive == known["subadditive"]


def test_skane_in_print(published_folder):
    given, found = answered(published_folder, "skane_water_1982")
    seen = given["published"]["seen_in_WP_79_77"]
    recalled = given["published"]["recalled_from_WRR_1982_and_Young_1994"]

    def shares(key):
        return np.array(list(found.methods[key].shares.values()))

    # The printed digits carry the rounding of the printed costs, 0.01 in one coalition.
    assert shares("shapley") == pytest.approx(seen["shapley"], abs=0.006)
    assert shares("scrb") == pytest.approx(seen["scrb"], abs=0.0101)
    assert np.round(shares("nucleolus"), 2) == pytest.approx(recalled["nucleolus"], abs=0.0101)
    assert np.round(shares("per-capita-nucleolus"), 2).tolist() == recalled["per_capita_weak_nucleolus"]
    # A, H, K and L of the printed nucleolus are its only point; how it shares between M and T is not lexicographic.
    assert shares("nucleolus")[:4] == pytest.approx(seen["nucleolus"][:4], abs=0.0101)
    assert shares("nucleolus")[4:].sum() == pytest.approx(sum(seen["nucleolus"][4:]), abs=0.0101)
    # Traps: the Shapley value is outside the core, and the game is not subadditive.
    assert found.methods["shapley"].worst_coalition == ("H", "K", "L")
    assert found.methods["shapley"].worst_excess == pytest.approx(0.4275)
    one, two, by = found.better_apart
    assert {one, two} == {("A", "H", "L"), ("M", "T")}
    assert by == pytest.approx(0.37)


def test_skane_by_weight_is_the_printed_share_by_population(published_folder):
    given = case(published_folder, "skane_water_1982")
    printed = given["published"]["seen_in_WP_79_77"]["proportional_to_population"]
    names = given["input"]["players"]
    weights = dict(zip(names, printed, strict=True))
    found = share(coalition_game(given["input"]["cost"], members=names, weights=weights), "weight").methods["weight"]
    assert list(found.shares.values()) == pytest.approx(printed, abs=0.01)
    assert not found.individually_rational
    alone = given["input"]["cost"]
    assert {name for name in names if found.individual_gain[name] < 0} == {
        name for name in names if found.shares[name] > alone[name]
    }


def test_tennessee_valley_in_print(published_folder):
    given, found = answered(published_folder, "tva_1935")
    for key in ("shapley", "nucleolus"):
        assert np.round(list(found.methods[key].shares.values()), 1).tolist() == given["published"][key]


def test_an_empty_core_by_hand(published_folder):
    _, found = answered(published_folder, "constructed_empty_core")
    assert found.core_empty
    assert found.least_core_epsilon == pytest.approx(20)
    # Every pair can have its 140, so that 210 can be charged of 240.
    assert found.minimum_subsidy == pytest.approx(30)
    assert found.subadditive
    assert found.methods["scrb"].shares is None
    assert found.methods["tau"].shares is None


def test_the_airport_by_type_of_aircraft(published_folder):
    """Each movement is a player; those of a type pay alike, so a game of types tells the charge of one movement."""
    given = case(published_folder, "airport_birmingham_1968_69")
    cost = np.array(given["input"]["capital_cost"], dtype=float)
    movements = np.array(given["input"]["movements"], dtype=float)
    # One movement of each type at first: the charge of the closed form for one each, Littlechild and Owen (1973).
    inside = members(np.arange(2 ** len(cost)), len(cost))
    game = TableGame((inside * cost).max(axis=1))
    steps = np.diff(np.concatenate([[0.0], cost]))
    assert shapley(game) == pytest.approx(np.cumsum(steps / np.arange(len(cost), 0, -1)), rel=1e-12)
    # With all movements: those at least as demanding share each step.
    using = np.cumsum(movements[::-1])[::-1]
    charge = np.cumsum(steps / using)
    assert charge == pytest.approx(given["recomputed"]["shapley_per_movement"], rel=1e-12)
    assert np.round(charge, 2) == pytest.approx(given["published"]["shapley_per_movement"], abs=0.0101)
    # Nucleolus of one each by the rule of Littlechild (1974), which knows no program.
    assert nucleolus(game).shares == pytest.approx(littlechild(cost, np.ones(len(cost))), rel=1e-9)
    known = given["recomputed"]["nucleolus_per_movement"]
    assert littlechild(cost, movements) == pytest.approx(known, rel=1e-9)


def littlechild(cost, movements):
    """Charge per movement: again and again the least charge that some group of types can be held to."""
    count, total, done, paid = len(cost), np.cumsum(movements), 0, 0.0
    found = np.empty(count)
    while done < count:
        before = total[done - 1] if done else 0.0
        rates = [
            (cost[last] - paid) / (total[last] - before + (1 if last < count - 1 else 0)) for last in range(done, count)
        ]
        least = min(rates)
        last = done + max(place for place, rate in enumerate(rates) if rate <= least * (1 + 1e-12))
        found[done : last + 1] = least
        paid += least * (total[last] - before)
        done = last + 1
    return found
