"""Stochastic frontiers in the reader's own names: the engine's numbers, and its refusals with their place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from verband.analysis.stochastic_frontier import Places, SfaQuestion, answer_sfa, sfa
from verband.errors import BadInputError, UnknownNameError
from verband.numerics.stochastic_frontier import (
    cross_section_frontier,
    inefficiency_effects_frontier,
    panel_frontier,
)

FIRMS, YEARS = 30, 4


@pytest.fixture(scope="module")
def table():
    """A panel of firms with a little inefficiency, in levels."""
    rng = np.random.default_rng(4)
    firm, year = np.repeat(np.arange(FIRMS), YEARS), np.tile(np.arange(2001.0, 2001 + YEARS), FIRMS)
    k, m = np.exp(rng.normal(2, 0.5, len(firm))), np.exp(rng.normal(1, 0.4, len(firm)))
    z = rng.normal(size=len(firm))
    u = np.abs(rng.normal(0, 0.5, FIRMS))[firm] + 0.1 * np.abs(rng.normal(size=len(firm)) + z)
    q = np.exp(0.5 + 0.4 * np.log(k) + 0.5 * np.log(m) + 0.1 * rng.normal(size=len(firm)) - u)
    return {"q": q, "k": k, "m": m, "z": z, "firm": [f"F{number}" for number in firm], "year": year}


def inputs(table):
    return np.log(table["q"]), np.log(np.column_stack([table["k"], table["m"]]))


def same(answer, fit):
    assert [item.value for item in answer.coefficients.values()] == [
        fit.intercept.value,
        *(item.value for item in fit.coefficients),
    ]
    assert [item.standard_error for item in answer.coefficients.values()] == [
        fit.intercept.standard_error,
        *(item.standard_error for item in fit.coefficients),
    ]
    assert (answer.sigma_sq, answer.gamma, answer.mu, answer.eta) == (fit.sigma_sq, fit.gamma, fit.mu, fit.eta)
    assert (answer.lr_statistic, answer.lr_df, answer.lr_p_value) == (
        fit.test.statistic,
        fit.test.df,
        fit.test.p_value,
    )
    assert [row.efficiency for row in answer.efficiencies] == list(fit.efficiencies.efficiency)
    assert (answer.mean_efficiency, answer.converged, answer.warnings) == (
        fit.mean_efficiency,
        fit.converged,
        fit.warnings,
    )


@pytest.mark.parametrize("distribution", ["half-normal", "truncated-normal", "exponential"])
@pytest.mark.parametrize("cost", [False, True])
def test_a_cross_section_is_the_fit_of_the_logarithms_under_the_names_of_the_columns(table, distribution, cost):
    answer = sfa(table, y="q", x=["k", "m"], log=True, cost=cost, distribution=distribution)
    same(answer, cross_section_frontier(*inputs(table), distribution=distribution, cost=cost))
    assert list(answer.coefficients) == ["intercept", "k", "m"]
    assert (answer.model, answer.distribution, answer.kind) == ("cross-section", distribution, "estimated")
    assert [row.id for row in answer.efficiencies[:3]] == ["1", "2", "3"]
    assert {row.time for row in answer.efficiencies} == {None}
    assert all((row.cost_ratio is None) is not cost for row in answer.efficiencies)


@pytest.mark.parametrize("decay", [False, True])
def test_firm_and_period_make_a_panel(table, decay):
    answer = sfa(table, y="q", x=["k", "m"], log=True, id="firm", time="year", decay=decay)
    same(answer, panel_frontier(*inputs(table), np.array(table["firm"]), table["year"], decay=decay))
    assert (answer.model, answer.firms) == ("time-varying" if decay else "time-invariant", FIRMS)
    assert [(row.id, row.time) for row in answer.efficiencies] == list(zip(table["firm"], table["year"], strict=True))
    # Where a firm keeps its inefficiency it counts once, as in the mean.
    assert answer.spread.n == (FIRMS * YEARS if decay else FIRMS)


def test_determinants_are_never_logarithms_and_need_no_panel(table):
    answer = sfa(table, y="q", x=["k", "m"], log=True, determinants=["z"])
    fit = inefficiency_effects_frontier(*inputs(table), table["z"][:, None])
    same(answer, fit)
    assert answer.determinants == {"intercept": fit.determinants_intercept, "z": fit.determinants[0]}
    assert answer.mu is None
    panel = sfa(table, y="q", x=["k", "m"], log=True, id="firm", time="year", determinants=["z"])
    same(panel, fit)
    assert panel.efficiencies[0].id == "F0"


def test_determinants_may_go_without_an_intercept(table):
    answer = sfa(table, y="q", x=["k", "m"], log=True, determinants=["z"], determinants_intercept=False)
    logs = np.log(np.column_stack([table["k"], table["m"]]))
    z = np.asarray(table["z"], dtype=float)[:, None]
    fit = inefficiency_effects_frontier(np.log(table["q"]), logs, z, intercept=False)
    assert answer.determinants == {"z": fit.determinants[0]}
    assert (answer.lr_df, answer.log_likelihood) == (2, fit.log_likelihood)
    assert list(answer.as_record()["determinants"]) == ["z"]


def test_a_column_may_be_in_the_frontier_and_among_the_determinants(table):
    answer = sfa(table, y="q", x=["k", "m"], log=True, determinants=["k"])
    same(answer, inefficiency_effects_frontier(*inputs(table), table["k"][:, None]))


def test_without_logarithms_asked_numbers_are_taken_as_they_are(table):
    y, x = inputs(table)
    answer = sfa({"q": y, "k": x[:, 0], "m": x[:, 1]}, y="q", x=["k", "m"])
    logs = sfa(table, y="q", x=["k", "m"], log=True)
    assert (answer.log, logs.log) == (False, True)
    assert {**answer.as_record(), "log": True} == logs.as_record()


def test_a_data_frame_will_do_and_a_number_names_a_firm(table):
    frame = pl.DataFrame(table)
    first = sfa(frame, y="q", x=["k", "m"], log=True, id="firm", time="year")
    assert first == sfa(table, y="q", x=["k", "m"], log=True, id="firm", time="year")
    numbered = {**table, "firm": [float(name[1:]) for name in table["firm"]]}
    again = sfa(numbered, y="q", x=["k", "m"], log=True, id="firm", time="year")
    assert [f"F{row.id}" for row in again.efficiencies] == table["firm"]


def test_the_spread_is_that_of_the_efficiencies_and_few_have_no_quartiles(table):
    answer = sfa(table, y="q", x=["k", "m"], log=True)
    values = [row.efficiency for row in answer.efficiencies]
    assert (answer.spread.least, answer.spread.most) == (min(values), max(values))
    assert (answer.spread.low, answer.spread.median, answer.spread.high) == tuple(
        np.quantile(values, [0.25, 0.5, 0.75])
    )
    few = sfa({name: table[name][:7] for name in ("q", "k")}, y="q", x=["k"], log=True)
    assert (few.spread.n, few.spread.low, few.spread.median, few.spread.high) == (7, None, None, None)


def test_what_was_found_is_said_only_where_the_fit_can_tell(table):
    # A panel in which firms keep what they lack, against one in which nobody lacks anything.
    assert sfa(table, y="q", x=["k", "m"], log=True, id="firm", time="year").found is True
    assert replace(sfa(table, y="q", x=["k", "m"], log=True), converged=False).found is None
    rng = np.random.default_rng(7)
    y, x = np.abs(rng.normal(size=100)), rng.normal(size=100)
    none = sfa({"y": y, "x": x}, y="y", x=["x"])
    assert none.boundary == "no inefficiency"
    assert none.found is False
    assert {row.efficiency for row in none.efficiencies} == {1.0}
    assert any("skewed to the right" in warning for warning in none.warnings)
    assert none.coefficients["intercept"].standard_error is None


def plain(n=12):
    rng = np.random.default_rng(1)
    return {
        "y": rng.normal(size=n),
        "a": rng.normal(size=n),
        "b": rng.normal(size=n),
        "z": rng.normal(size=n),
        "firm": [f"F{row // 2}" for row in range(n)],
        "year": np.tile([2001.0, 2002.0], n // 2),
    }


def without(name, row, value):
    table = plain()
    values = np.array(table[name])
    values[row] = value
    return {**table, name: values}


QUESTIONS = {
    "no x": ({"x": []}, "no column x"),
    "x twice": ({"x": ["a", "a"]}, "column a is named twice in x"),
    "y among x": ({"x": ["a", "y"]}, "column y is y and stands in x too"),
    "y among determinants": ({"determinants": ["y"]}, "stands in determinants too"),
    "y is the time": ({"id": "firm", "time": "y"}, "stands in time too"),
    "id among x": ({"x": ["a", "firm"], "id": "firm"}, "column firm is id and stands in x too"),
    "a column called intercept": ({"x": ["intercept"]}, "has the name of the intercept"),
    "time without id": ({"time": "year"}, "without an id"),
    "decay without time": ({"decay": True}, "decay needs a panel"),
    "decay with id only": ({"decay": True, "id": "firm"}, "decay needs a panel"),
    "decay with determinants": (
        {"decay": True, "id": "firm", "time": "year", "determinants": ["z"]},
        "decay and determinants are two different models",
    ),
    "an unknown distribution": ({"distribution": "gamma"}, "no distribution is called gamma"),
    "no intercept of no determinants": ({"determinants_intercept": False}, "no determinants are named"),
    "determinants that are half-normal": (
        {"determinants": ["z"], "distribution": "half-normal"},
        "truncated normal, not half-normal",
    ),
    "an exponential panel": (
        {"id": "firm", "time": "year", "distribution": "exponential"},
        "half-normal or truncated normal, not exponential",
    ),
}


@pytest.mark.parametrize("case", QUESTIONS)
def test_a_question_that_contradicts_itself_is_refused(case):
    asked, said = QUESTIONS[case]
    with pytest.raises(BadInputError, match=said):
        sfa(plain(), **{"y": "y", "x": ["a", "b"], **asked})


NUMBERS = {
    "a missing number": (without("a", 3, np.nan), {}, "line 14, column a: the number is missing"),
    "a missing determinant": (
        without("z", 2, np.inf),
        {"determinants": ["z"]},
        "line 13, column z: the number is missing",
    ),
    "a missing period": (
        without("year", 2, np.nan),
        {"id": "firm", "time": "year"},
        "line 13, column year: the number is missing",
    ),
    "no logarithm": ({**plain(), "y": np.arange(12.0)}, {"log": True}, "line 11, column y: 0 is not above 0"),
    "a constant column": (
        {**plain(), "b": np.full(12, 0.1)},
        {},
        r"line 11 to 22, column b: the column is 0\.1 in every row",
    ),
    "a constant y": ({**plain(), "y": np.full(12, 5.0)}, {}, "line 11 to 22, column y: the column is 5 in every row"),
    "a column that is all but constant": (
        {**plain(), "b": 1e12 + np.arange(12.0) * 1e-4},
        {},
        "column b: the column is 1000000000000 in every row, but for differences too small",
    ),
    "a number too large": (without("a", 3, -1e60), {}, r"line 14, column a: -1e\+60 is too large"),
    "a determinant too large": (
        without("z", 3, 1e60),
        {"determinants": ["z"]},
        r"line 14, column z: 1e\+60 is too large",
    ),
    "numbers too small": ({**plain(), "a": 1e-90 * plain()["a"]}, {}, "column a: all numbers are too small"),
    "a perfect fit": (
        {**plain(), "y": plain()["a"] + plain()["b"]},
        {},
        "column y: y follows from a and b without any error",
    ),
    "too few rows": (
        {name: values[:4] for name, values in plain().items()},
        {},
        "line 11 to 14: 4 rows are too few for 5 parameters",
    ),
    "one row": (
        {name: values[:1] for name, values in plain().items()},
        {},
        "line 11: 1 row is too few for 5 parameters",
    ),
    "one firm": (
        {**plain(), "firm": ["F"] * 12, "year": np.arange(12.0)},
        {"id": "firm", "time": "year"},
        "column firm: all rows are of F",
    ),
    "one period": (
        {**plain(), "firm": [f"F{row}" for row in range(12)], "year": np.full(12, 2001.0)},
        {"id": "firm", "time": "year", "decay": True},
        "column year: all rows are of 2001",
    ),
    "a pair twice": (
        {**plain(), "year": np.array([2001.0, 2002] * 3 + [2001, 2001] + [2001, 2002] * 2)},
        {"id": "firm", "time": "year"},
        "line 18, column firm: F3 in 2001 stands in line 17 too",
    ),
    "a name twice": (plain(), {"id": "firm"}, "line 12, column firm: F0 stands in line 11 too"),
    "a firm without a name": (
        {**plain(), "firm": [None, *plain()["firm"][1:]]},
        {"id": "firm", "time": "year"},
        "line 11, column firm: the name is missing",
    ),
    "text": ({**plain(), "a": ["many"] * 12}, {}, "column a: the column holds something that is no number"),
    "columns of two lengths": ({**plain(), "a": np.arange(11.0)}, {}, "column a has another number of rows than y"),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_numbers_that_allow_no_estimate_are_refused_with_their_place(case):
    table, asked, said = NUMBERS[case]
    options = {name: asked[name] for name in asked if name != "determinants"}
    question = SfaQuestion(y="y", x=("a", "b"), determinants=tuple(asked.get("determinants", ())), **options)
    with pytest.raises(BadInputError, match=said) as caught:
        answer_sfa(question, table, Places("units.csv", range(11, 23)))
    assert caught.value.where.startswith("units.csv")


def test_columns_that_follow_from_others_are_named_with_those_others():
    table = plain()
    table |= {"c": 2 * table["a"] - 3 * table["b"] + 7, "d": table["z"]}
    with pytest.raises(BadInputError, match="row 1 to 12, column c: the column follows exactly from a and b,"):
        sfa(table, y="y", x=["a", "d", "b", "c"])
    with pytest.raises(BadInputError, match="column d: the column follows exactly from z,"):
        sfa(table, y="y", x=["a"], determinants=["z", "d"])
    levels = {name: np.exp(table[name]) for name in ("y", "a", "b")}
    levels["product"] = levels["a"] * levels["b"]
    with pytest.raises(BadInputError, match=r"from a and b \(in logarithms\)"):
        sfa(levels, y="y", x=["a", "b", "product"], log=True)


def test_an_unknown_column_is_met_with_the_nearest_name():
    with pytest.raises(UnknownNameError, match=r"no column 'yeer'.*Did you mean year"):
        sfa(plain(), y="y", x=["a"], id="firm", time="yeer")


def test_rows_are_counted_from_one_where_no_file_is():
    with pytest.raises(BadInputError, match=r"^row 4, column a: the number is missing"):
        sfa(without("a", 3, np.nan), y="y", x=["a"])
