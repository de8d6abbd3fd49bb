"""Envelopment by names: a case by hand, the same answer in any order and unit of measure, refusals with their row."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import polars as pl
import pytest

from verband.analysis import frontier as module
from verband.analysis.frontier import FrontierQuestion, answer_frontier, frontier
from verband.analysis.stochastic_frontier import Places
from verband.errors import BadInputError, UnknownNameError
from verband.numerics.envelopment.measured import UnsolvedError
from verband.numerics.envelopment.technology import NotFiniteError

# By hand: under variable returns the frontier runs from A over B to C, under constant returns through B.
FOUR = {"unit": ["A", "B", "C", "D"], "x": [2, 4, 8, 6], "y": [1, 4, 5, 3]}


def four(**asked):
    return frontier(FOUR, inputs=["x"], outputs=["y"], id="unit", **asked)


def by_name(found):
    return {unit.name: unit for unit in found.units}


def random_table(seed, n=15):
    rng = np.random.default_rng(seed)
    y = rng.uniform(1, 9, (n, 2))
    x = y @ rng.uniform(0.5, 2, (2, 2)) * rng.uniform(1, 2, (n, 1))
    return {"unit": [f"u{row}" for row in range(n)], "a": x[:, 0], "b": x[:, 1], "c": y[:, 0], "d": y[:, 1]}


def ask_random(table, **asked):
    return frontier(table, inputs=["a", "b"], outputs=["c", "d"], id="unit", **asked)


def close(one, other):
    """Alike to nine digits, or both unknown."""
    return one is other is None or (one is not None and one == pytest.approx(other, rel=1e-9))


def test_four_units_by_hand():
    units = by_name(four())
    assert [units[name].efficiency for name in "ABCD"] == pytest.approx([1, 1, 1, 5 / 9])
    assert units["D"].peers == pytest.approx({"A": 1 / 3, "B": 2 / 3})
    assert [units[name].scale_efficiency for name in "ABCD"] == pytest.approx([1 / 2, 1, 5 / 8, 9 / 10])
    assert [units[name].returns_to_scale for name in "ABCD"] == ["increasing", "constant", "decreasing", "increasing"]
    assert [units[name].super_efficiency for name in "ABD"] == pytest.approx([2, 6.5 / 4, 5 / 9])
    assert units["C"].super_efficiency is None
    assert units["C"].super_efficiency_reason == "the other units cannot reach it in this orientation"
    assert units["D"].super_efficiency_reason is None
    assert {unit.order_m for unit in units.values()} == {unit.bootstrap for unit in units.values()} == {None}


def test_a_merger_of_two_by_hand():
    found = four(merge=["A+D", ("C", "B")])
    first, second = found.merged
    assert first.units == ("A", "D")
    # 8 in, 4 out, which B makes with 4; each efficient by itself they take 5 1/3.
    assert (first.potential, first.pure, first.learning) == pytest.approx((1 / 2, 3 / 4, 2 / 3))
    assert (first.harmony, first.size, first.reason) == (pytest.approx(1), pytest.approx(3 / 4), None)
    assert (second.units, second.potential, second.reason) == (("C", "B"), None, "outside the technology")


def test_order_1_is_the_mean_over_the_units_that_can_be_compared():
    units = by_name(four(order_m=1))
    # B: itself with 4 and C with 8; C: itself alone, which says nothing about chance.
    assert (units["B"].order_m.efficiency, units["B"].order_m.comparable) == (pytest.approx(3 / 2), 2)
    assert units["B"].order_m.standard_error > 0
    assert (units["C"].order_m.efficiency, units["C"].order_m.standard_error) == (1, None)


def test_without_names_units_are_numbered_from_1():
    found = frontier({"x": FOUR["x"], "y": FOUR["y"]}, inputs=["x"], outputs=["y"], merge=["1+4"])
    assert [unit.name for unit in found.units] == ["1", "2", "3", "4"]
    assert found.merged[0].units == ("1", "4")


@pytest.mark.parametrize("frame", [pl.DataFrame, pd.DataFrame])
def test_a_data_frame_gives_what_a_dictionary_gives(frame):
    assert frontier(frame(FOUR), inputs=["x"], outputs=["y"], id="unit") == four()


@pytest.mark.parametrize("returns", ["crs", "vrs", "nirs", "ndrs", "fdh"])
@pytest.mark.parametrize("orientation", ["input", "output"])
def test_neither_the_order_of_units_nor_their_measure_changes_the_answer(orientation, returns):
    table = random_table(3)
    asked = {"orientation": orientation, "returns": returns, "merge": ["u1+u2"], "order_m": 4}
    before = ask_random(table, **asked)
    order = np.random.default_rng(1).permutation(15)
    other = {name: np.asarray(values)[order] for name, values in table.items()}
    other["a"], other["d"] = other["a"] * 1000, other["d"] / 64
    after = ask_random(other, **asked)
    assert [unit.name for unit in after.units] == [f"u{row}" for row in order]
    for name, unit in by_name(before).items():
        twin = by_name(after)[name]
        for figure in ("efficiency", "scale_efficiency", "super_efficiency"):
            assert close(getattr(twin, figure), getattr(unit, figure))
        assert twin.returns_to_scale == unit.returns_to_scale
        assert twin.order_m.efficiency == pytest.approx(unit.order_m.efficiency, rel=1e-12)
    assert close(after.merged[0].potential, before.merged[0].potential)


def test_the_bootstrap_tells_its_progress_and_depends_on_the_seed_alone():
    told = []
    table = random_table(5)
    one = ask_random(table, bootstrap=400, seed=3, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (400, 400)
    assert told == sorted(told)
    assert one == ask_random(table, bootstrap=400, seed=3, workers=2)
    assert one.units != ask_random(table, bootstrap=400, seed=4).units
    assert (one.bootstrap.replications, one.bootstrap.seed, one.bootstrap.level) == (400, 3, 0.95)
    for unit in one.units:
        assert unit.bootstrap.low < unit.bootstrap.corrected < unit.efficiency


def test_figures_without_interval_say_so():
    assert any("No interval" in remark for remark in four().remarks)
    assert not any("No interval" in remark for remark in four(bootstrap=100).remarks)
    assert four().kind == "estimated"


def test_rows_that_cannot_be_compared_are_set_aside_with_their_reason():
    table = {
        "unit": ["A", "B", "C", "D", "E", "F"],
        "x": [2, 4, math.nan, 6, 0, 5],
        "y": [1, 4, 5, -3, 2, 0],
    }
    found = frontier(table, inputs=["x"], outputs=["y"], id="unit", set_aside=True)
    assert [unit.name for unit in found.units] == ["A", "B"]
    assert [(item.row, item.name, item.reason) for item in found.set_aside] == [
        (2, "C", "x: the number is missing or infinite"),
        (3, "D", "y: -3 is below 0"),
        (4, "E", "x: 0 is not above 0"),
        (5, "F", "all outputs are 0"),
    ]
    with pytest.raises(BadInputError, match=r"row 3, column x: the number is missing or infinite \(C\)"):
        frontier(table, inputs=["x"], outputs=["y"], id="unit")


def test_who_was_set_aside_is_no_peer_and_changes_nobody():
    with_zero = {name: [*values, more] for (name, values), more in zip(FOUR.items(), ("Z", 0, 9), strict=True)}
    found = frontier(with_zero, inputs=["x"], outputs=["y"], id="unit", set_aside=True)
    assert found.units == four().units


@pytest.mark.parametrize(
    ("columns", "asked", "said"),
    [
        (FOUR, {"inputs": ["z"]}, "no column 'z'"),
        (FOUR, {"inputs": []}, "no input is named"),
        (FOUR, {"outputs": []}, "no output is named"),
        (FOUR, {"inputs": ["unit"], "id": None}, "row 1 to 4, column unit: the column holds something that is no num"),
        ({**FOUR, "x": [1, 2]}, {}, "another number of rows"),
        ({**FOUR, "unit": ["A", "B", "C"]}, {}, "column unit has another number of rows"),
        ({**FOUR, "unit": ["A", "B", None, "D"]}, {}, "row 3, column unit: the name is missing"),
        ({**FOUR, "unit": ["A", "B", "C", "B"]}, {}, "row 4, column unit: B stands in row 2 too"),
        ({**FOUR, "x": [2, 4, 8e17, 6]}, {}, "row 3, column x: 8e.17 cannot be worked with beside 2"),
        ({**FOUR, "x": [2, 4, 8, 6e-12]}, {}, "row 4, column x: 6e-12 cannot be worked with beside 8"),
        ({**FOUR, "y": [1, 4e300, 5, 3]}, {}, "row 2, column y: 4e.300 cannot be worked with"),
        ({**FOUR, "y": [1, 4, 5, 3e-320]}, {}, "row 4, column y: .* cannot be worked with"),
        (FOUR, {"orientation": "sideways"}, "no orientation 'sideways'"),
        (FOUR, {"returns": "irs"}, "no returns to scale 'irs'"),
        (FOUR, {"workers": 0}, "0 workers"),
        (FOUR, {"merge": [("A",)]}, "has one unit"),
        (FOUR, {"merge": ["A+Q"]}, "no unit 'Q'"),
    ],
)
def test_a_refusal_names_row_and_column(columns, asked, said):
    with pytest.raises((BadInputError, UnknownNameError), match=said):
        frontier(columns, **{"inputs": ["x"], "outputs": ["y"], "id": "unit", **asked})


def test_a_refusal_names_the_line_of_a_file():
    question = FrontierQuestion(inputs=("x",), outputs=("y",), id="unit")
    with pytest.raises(BadInputError, match=r"units.csv, line 9, column x: 0 is not above 0 \(D\)"):
        answer_frontier(question, {**FOUR, "x": [2, 4, 8, 0]}, Places("units.csv", [2, 4, 5, 9]))


def failing(error):
    def fail(*_, **__):
        raise error

    return fail


def test_a_program_without_solution_is_named_by_its_unit(monkeypatch):
    monkeypatch.setattr(module, "efficiencies", failing(UnsolvedError(2, "unbounded")))
    with pytest.raises(BadInputError, match=r"row 3: the linear program of C was not solved \(unbounded\)"):
        four()


def test_a_program_of_a_merger_without_solution_is_named_by_its_units(monkeypatch):
    monkeypatch.setattr(module, "merging_gains", failing(UnsolvedError(1, "failed")))
    with pytest.raises(BadInputError, match=r"the linear program of B\+D was not solved"):
        four(merge=["A+B", "B+D"])


def test_what_the_engine_refuses_is_named_by_unit_and_column(monkeypatch):
    error = NotFiniteError("outputs row 1, column 0 is not a number", side="outputs", row=1, column=0)
    monkeypatch.setattr(module, "scale_efficiencies", failing(error))
    with pytest.raises(BadInputError, match="row 2, column y: no frontier can be computed from B"):
        four()
