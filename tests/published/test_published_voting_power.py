"""Power in bodies that is in print: UN Security Council, EEC Council 1958 and 1973; and exact recomputed fractions."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from verband.numerics.voting_power.power import Limits, power_indices

pytestmark = pytest.mark.published
CASES = ("unsc", "eec_1958", "eec_1973")


@pytest.fixture(scope="module")
def cases(published_folder):
    told = json.loads((published_folder / "published" / "voting_power.json").read_text(encoding="utf-8"))
    return {case["id"]: case for case in told["cases"]}


def test_no_case_is_left_out(cases):
    assert tuple(cases) == CASES


@pytest.mark.parametrize("limits", [Limits(), Limits(cells=1)], ids=["table", "halves"])
@pytest.mark.parametrize("name", CASES)
def test_every_figure_comes_out(cases, name, limits):
    given, known = cases[name]["input"], cases[name]["recomputed"]
    found = power_indices([(weight,) for weight in given["weights"]], [given["quota"]], limits=limits)
    exact = [float(Fraction(value)) for value in known["shapley_shubik_fraction"]]
    assert found.shapley_shubik.value.tolist() == exact
    assert found.swings == tuple(known["banzhaf_swings"])
    assert found.banzhaf_absolute.value.tolist() == known["banzhaf_absolute_penrose"]
    assert found.banzhaf.value.tolist() == known["banzhaf_normalised"]
    assert [given["players"][player] for player in found.powerless] == known["dummies"]


def test_printed_decimals(cases):
    for name in ("eec_1958", "eec_1973"):
        given, printed = cases[name]["input"], cases[name]["published"]
        found = power_indices([(weight,) for weight in given["weights"]], [given["quota"]])
        assert [round(value, 3) for value in found.shapley_shubik.value.tolist()] == printed["shapley_shubik_decimal"]
        assert [round(value, 3) for value in found.banzhaf.value.tolist()] == printed["banzhaf_normalised"]
    given, printed = cases["unsc"]["input"], cases["unsc"]["published"]
    found = power_indices([(weight,) for weight in given["weights"]], [given["quota"]])
    permanent, elected = found.shapley_shubik.value[0], found.shapley_shubik.value[-1]
    assert (round(permanent, 4), round(elected, 5)) == (
        printed["shapley_shubik_decimal"]["permanent"],
        printed["shapley_shubik_decimal"]["elected"],
    )
    assert (found.swings[0], found.swings[-1]) == (
        printed["banzhaf_swings"]["permanent"],
        printed["banzhaf_swings"]["elected"],
    )


def test_the_security_council_as_two_majorities_is_the_same_game(cases):
    # All five permanent members, and nine of fifteen: no single weight needed.
    council = [(1, 1)] * 5 + [(0, 1)] * 10
    given = cases["unsc"]["input"]
    one = power_indices([(weight,) for weight in given["weights"]], [given["quota"]])
    for limits in (Limits(), Limits(cells=1)):
        two = power_indices(council, [5, 9], limits=limits)
        assert two.swings == one.swings
        assert two.shapley_shubik.value.tolist() == one.shapley_shubik.value.tolist()
