"""Each unit against the frontier of the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit_data import KINDS, large_units, random_units

from verband.numerics.envelopment.efficiency import efficiencies
from verband.numerics.envelopment.radial import measure
from verband.numerics.envelopment.super_efficiency import (
    ALONE,
    NOTHING_IN_COMMON,
    OUT_OF_REACH,
    super_efficiencies,
)
from verband.numerics.envelopment.technology import Units

choices = st.tuples(
    st.integers(0, 10**6),
    st.sampled_from(KINDS),
    st.sampled_from(("input", "output")),
    st.sampled_from(("crs", "vrs", "nirs", "ndrs", "fdh")),
)


@given(choices)
@settings(max_examples=60, deadline=None)
def test_efficient_units_have_at_least_one_and_the_others_what_they_had(choice):
    seed, kind, orientation, returns = choice
    x, y = random_units(np.random.default_rng(seed), kind)
    usual = efficiencies(x, y, orientation=orientation, returns=returns)
    found = super_efficiencies(x, y, orientation=orientation, returns=returns)
    units = Units.checked(x, y)
    again = measure(units, units, orientation, returns, excluded=np.arange(len(x)))
    for row, (value, farrell, reason) in enumerate(zip(found.efficiency, found.farrell, found.reason, strict=True)):
        assert (value is None) == (farrell is None) == (reason is not None)
        if value is None:
            assert usual.farrell[row] == 1
            continue
        assert farrell == pytest.approx(value if orientation == "input" else 1 / value)
        # Also those that were not measured again, as they are no part of their own frontier.
        assert farrell == pytest.approx(again.farrell[row], rel=1e-8)
        if usual.farrell[row] == 1:
            assert value >= 1
        else:
            assert value == usual.efficiency[row]


def test_a_unit_that_is_there_twice_is_not_better_than_itself():
    x, y = large_units(30, 2, 2)
    found = super_efficiencies(np.vstack([x, x]), np.vstack([y, y]))
    assert max(found.efficiency) == 1
    assert found.reason == (None,) * 60


def test_constant_returns_always_reach():
    x, y = large_units(80, 1, 3)
    assert None not in super_efficiencies(x, y, returns="crs").efficiency


def test_what_the_others_cannot_reach_has_none_and_says_why():
    x, y = np.array([1.0, 2, 3]), np.array([1.0, 3, 2])
    most = super_efficiencies(x, y)
    assert most.efficiency[1] is None
    assert most.reason[1] == OUT_OF_REACH
    least = super_efficiencies(x, y, orientation="output")
    assert least.efficiency[0] is None
    assert least.reason[0] == OUT_OF_REACH


def test_a_unit_alone_has_none():
    for returns in ("crs", "vrs", "fdh"):
        found = super_efficiencies([[1.0]], [[1.0]], returns=returns)
        assert found.efficiency == (None,)
        assert found.reason == (ALONE,)


@pytest.mark.parametrize("returns", ["crs", "vrs", "fdh"])
def test_the_only_producer_of_an_output_has_none_in_either_orientation(returns):
    x, y = np.ones((3, 1)), np.array([[1.0, 0], [2, 0], [0, 1]])
    assert super_efficiencies(x, y, returns=returns).reason[2] == OUT_OF_REACH
    assert super_efficiencies(x, y, returns=returns, orientation="output").reason[2] == NOTHING_IN_COMMON
