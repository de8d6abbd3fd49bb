"""What must hold for efficiencies of any units: identities and invariances, weights that add up, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit_data import KINDS, large_units, random_units

from verband.numerics.envelopment.efficiency import as_efficiency, efficiencies, farrell_measures, own_frontier
from verband.numerics.envelopment.measured import UnsolvedError
from verband.numerics.envelopment.scale import scale_efficiencies
from verband.numerics.envelopment.technology import (
    NegativeOutputError,
    NobodyProducesError,
    NotFiniteError,
    NothingProducedError,
    NotPositiveInputError,
    ShapeError,
    Units,
    UnknownChoiceError,
)

ORIENTATIONS = ("input", "output")
MIXED = ("crs", "vrs", "nirs", "ndrs")
cases = st.tuples(st.integers(0, 10**6), st.sampled_from(KINDS), st.sampled_from(ORIENTATIONS))
some = settings(max_examples=40, deadline=None)


def drawn(seed, kind):
    return random_units(np.random.default_rng(seed), kind)


def scores(x, y, orientation, returns):
    return as_efficiency(farrell_measures(Units.checked(x, y), orientation, returns), orientation)


@given(cases, st.sampled_from((*MIXED, "fdh")))
@some
def test_weights_and_slacks_as_shown_make_up_the_target(case, returns):
    seed, kind, orientation = case
    x, y = drawn(seed, kind)
    found = efficiencies(x, y, orientation=orientation, returns=returns)
    for row in range(len(x)):
        peers = found.peers.of(row)
        weights, numbers = np.array(list(peers.values())), list(peers)
        assert (weights > 0).all()
        target_x = x[row] * (found.farrell[row] if orientation == "input" else 1) - found.input_slacks[row]
        target_y = y[row] * (found.farrell[row] if orientation == "output" else 1) + found.output_slacks[row]
        assert weights @ x[numbers] == pytest.approx(target_x, rel=1e-9)
        assert weights @ y[numbers] == pytest.approx(target_y, rel=1e-9, abs=1e-9 * y[row].max())
        total = weights.sum()
        if returns in {"vrs", "fdh"}:
            assert total == pytest.approx(1, abs=1e-9)
        assert returns != "nirs" or total <= 1 + 1e-9
        assert returns != "ndrs" or total >= 1 - 1e-9
        assert (found.input_slacks[row] >= 0).all()
        assert (found.output_slacks[row] >= 0).all()


@given(cases)
@some
def test_the_larger_the_technology_the_lower_the_efficiency(case):
    seed, kind, orientation = case
    x, y = drawn(seed, kind)
    found = {returns: scores(x, y, orientation, returns) for returns in (*MIXED, "fdh")}
    for values in found.values():
        assert (values > 0).all()
        assert (values <= 1).all()
        assert values.max() == 1
    for small, large in (("fdh", "vrs"), ("vrs", "nirs"), ("vrs", "ndrs"), ("nirs", "crs"), ("ndrs", "crs")):
        assert (found[small] >= found[large] - 1e-8).all()
    # Non-increasing and non-decreasing returns are each one of the two, and constant returns the lower of them.
    assert np.minimum(found["nirs"], found["ndrs"]) == pytest.approx(found["crs"], rel=1e-8)
    assert np.maximum(found["nirs"], found["ndrs"]) == pytest.approx(found["vrs"], rel=1e-8)


@given(cases, st.sampled_from((*MIXED, "fdh")))
@some
def test_units_of_measurement_and_the_order_of_rows_and_columns_do_not_matter(case, returns):
    seed, kind, orientation = case
    x, y = drawn(seed, kind)
    rng = np.random.default_rng(seed)
    usual = scores(x, y, orientation, returns)
    measured = x * 10 ** rng.uniform(-6, 6, x.shape[1]), y * 10 ** rng.uniform(-6, 6, y.shape[1])
    assert scores(*measured, orientation, returns) == pytest.approx(usual, rel=1e-8)
    order = rng.permutation(len(x))
    assert scores(x[order], y[order], orientation, returns) == pytest.approx(usual[order], rel=1e-8)
    assert scores(x[:, ::-1], y[:, ::-1], orientation, returns) == pytest.approx(usual, rel=1e-8)


@given(cases, st.sampled_from((*MIXED, "fdh")))
@some
def test_a_unit_that_is_there_twice_changes_nothing(case, returns):
    seed, kind, orientation = case
    x, y = drawn(seed, kind)
    row = seed % len(x)
    usual = scores(x, y, orientation, returns)
    again = scores(np.vstack([x, x[row]]), np.vstack([y, y[row]]), orientation, returns)
    assert again == pytest.approx(np.append(usual, usual[row]), rel=1e-8)


@given(cases)
@some
def test_under_constant_returns_both_orientations_are_reciprocal(case):
    seed, kind, _ = case
    units = Units.checked(*drawn(seed, kind))
    by_input, by_output = (farrell_measures(units, orientation, "crs") for orientation in ORIENTATIONS)
    assert by_output == pytest.approx(1 / by_input, rel=1e-8)


@given(cases, st.sampled_from((*MIXED, "fdh")))
@some
def test_efficient_in_one_orientation_without_slack_is_efficient_in_the_other(case, returns):
    seed, kind, _ = case
    x, y = drawn(seed, kind)
    strong = []
    for orientation in ORIENTATIONS:
        found = efficiencies(x, y, orientation=orientation, returns=returns)
        left = found.input_slacks.sum(axis=1) / x.sum(axis=1) + found.output_slacks.sum(axis=1) / y.sum(axis=1)
        strong.append((found.farrell == 1) & (left < 1e-7))
    assert (strong[0] == strong[1]).all()


@given(cases)
@some
def test_scale_efficiency_and_nature_follow_from_the_three_scores(case):
    seed, kind, orientation = case
    x, y = drawn(seed, kind)
    found = scale_efficiencies(x, y, orientation=orientation)
    assert found.constant == pytest.approx(scores(x, y, orientation, "crs"))
    assert found.variable == pytest.approx(scores(x, y, orientation, "vrs"))
    assert (found.scale_efficiency <= 1).all()
    assert found.scale_efficiency == pytest.approx(found.constant / found.variable, abs=1e-6)
    falling = scores(x, y, orientation, "nirs")
    rising = scores(x, y, orientation, "ndrs")
    for row, nature in enumerate(found.returns_to_scale):
        if nature == "constant":
            assert found.constant[row] == pytest.approx(found.variable[row], rel=1e-6)
        else:
            equal = falling if nature == "decreasing" else rising
            assert equal[row] == pytest.approx(found.variable[row], rel=1e-6)
            assert found.constant[row] < found.variable[row]


def test_returns_are_read_off_a_frontier_that_is_known():
    """One input, one output, ``y = x^2`` up to 2 and ``y = 4 sqrt(x/2)`` beyond: the best ratio is at 2."""
    x = np.array([0.5, 1, 2, 4, 8])
    y = np.where(x <= 2, x**2, 4 * np.sqrt(x / 2))
    found = scale_efficiencies(x, y)
    assert found.returns_to_scale == ("increasing", "increasing", "constant", "decreasing", "decreasing")


def test_slacks_are_found_however_unlike_the_units_of_measurement_are():
    """A slack of a unit worth next to nothing beside the other columns is still a slack."""
    x = np.array([[1e9, 0.5], [1e9, 0.7], [2e9, 0.5]])
    y = np.ones((3, 1))
    found = efficiencies(x, y, returns="crs")
    assert found.farrell == pytest.approx([1, 1, 1])
    assert found.input_slacks == pytest.approx(np.array([[0, 0], [0, 0.2], [1e9, 0]]), rel=1e-12, abs=1e-9)
    assert found.peers.of(1) == pytest.approx({0: 1})
    assert found.peers.of(2) == pytest.approx({0: 1})


def test_a_unit_alone_is_its_own_frontier():
    found = efficiencies([[3.0]], [[2.0]])
    assert found.efficiency.tolist() == [1.0]
    assert found.peers.of(0) == {0: 1.0}
    assert scale_efficiencies([[3.0]], [[2.0]]).returns_to_scale == ("constant",)


def test_more_columns_than_units_leave_all_efficient():
    x, y = large_units(3, 6, 6)
    assert efficiencies(x, y).efficiency.tolist() == [1, 1, 1]


def test_the_same_call_gives_the_same_bytes():
    x, y = large_units(200, 2, 3)
    one, two = efficiencies(x, y), efficiencies(x, y)
    assert one.farrell.tobytes() == two.farrell.tobytes()
    assert one.peers.weight.tobytes() == two.peers.weight.tobytes()


@pytest.mark.parametrize(
    ("inputs", "outputs", "error", "side", "row", "column"),
    [
        ([[1, 2], [0, 1]], [[1], [1]], NotPositiveInputError, "inputs", 1, 0),
        ([[1, 2], [3, -1]], [[1], [1]], NotPositiveInputError, "inputs", 1, 1),
        ([[1], [np.nan]], [[1], [1]], NotFiniteError, "inputs", 1, 0),
        ([[1], [1]], [[1], [np.inf]], NotFiniteError, "outputs", 1, 0),
        ([[1], [1]], [[1, 0], [1, -2]], NegativeOutputError, "outputs", 1, 1),
        ([[1], [1]], [[1, 2], [0, 0]], NothingProducedError, "outputs", 1, None),
        ([[1], [1]], [[1, 0], [1, 0]], NobodyProducesError, "outputs", None, 1),
        (np.zeros((0, 1)), np.zeros((0, 1)), ShapeError, "inputs", None, None),
        (np.ones((2, 0)), np.ones((2, 1)), ShapeError, "inputs", None, None),
        (np.ones((2, 1)), np.ones((3, 1)), ShapeError, None, None, None),
    ],
)
def test_data_that_cannot_be_used_are_refused_with_their_place(inputs, outputs, error, side, row, column):
    with pytest.raises(error) as caught:
        efficiencies(inputs, outputs)
    assert (caught.value.side, caught.value.row, caught.value.column) == (side, row, column)
    assert isinstance(caught.value, ValueError)


def test_unknown_choices_are_refused_with_those_that_exist():
    with pytest.raises(UnknownChoiceError, match="input, output"):
        efficiencies([1, 2], [1, 2], orientation="both")
    with pytest.raises(UnknownChoiceError, match="crs, vrs, nirs, ndrs, fdh"):
        efficiencies([1, 2], [1, 2], returns="irs")


def test_a_program_that_was_not_solved_is_named():
    with pytest.raises(UnsolvedError, match="row 1") as caught:
        own_frontier(np.array([1.0, np.nan]), ("solved", "failed"), "input")
    assert caught.value.row == 1
