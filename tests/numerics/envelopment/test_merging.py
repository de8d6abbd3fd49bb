"""Potential gains of merging units."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit_data import large_units, random_units

from verband.numerics.envelopment.efficiency import efficiencies
from verband.numerics.envelopment.merging import OUTSIDE, GroupError, merging_gains
from verband.numerics.envelopment.radial import measure
from verband.numerics.envelopment.technology import Units

X, Y = np.array([100.0, 200, 300, 500]), np.array([75.0, 100, 300, 400])


@given(
    st.integers(0, 10**6),
    st.sampled_from(("smooth", "heavy tails", "zero outputs", "duplicates")),
    st.sampled_from(("input", "output")),
    st.sampled_from(("crs", "vrs", "nirs", "ndrs", "fdh")),
)
@settings(max_examples=60, deadline=None)
def test_the_potential_is_the_product_of_its_parts(seed, kind, orientation, returns):
    rng = np.random.default_rng(seed)
    x, y = random_units(rng, kind)
    groups = [tuple(rng.permutation(len(x))[:size].tolist()) for size in (2, min(3, len(x)), len(x)) if size > 1]
    units = Units.checked(x, y)
    for gain, group in zip(merging_gains(x, y, groups, orientation=orientation, returns=returns), groups, strict=True):
        assert gain.units == group
        parts = (gain.learning, gain.harmony, gain.size)
        if gain.potential is None:
            assert gain.reason == OUTSIDE
            together = Units(x[list(group)].sum(axis=0)[None, :], y[list(group)].sum(axis=0)[None, :])
            assert not measure(units, together, orientation, returns).farrell[0] > 0
        elif None not in parts:
            assert gain.potential == pytest.approx(np.prod(parts), rel=1e-12)
            assert gain.potential == pytest.approx(gain.learning * gain.pure, rel=1e-12)
            assert gain.reason is None
            # Working better by itself saves or adds nothing that is negative, and a mean lies inside a convex set.
            sign = 1 if orientation == "input" else -1
            assert sign * gain.learning <= sign + 1e-8
            assert returns == "fdh" or sign * gain.harmony <= sign + 1e-8


@pytest.mark.parametrize("orientation", ["input", "output"])
def test_under_constant_returns_size_gains_nothing(orientation):
    x, y = large_units(40, 2, 3)
    for gain in merging_gains(x, y, [(0, 1), (3, 9, 20), tuple(range(40))], orientation=orientation, returns="crs"):
        assert gain.size == pytest.approx(1)


def test_merging_a_unit_with_its_twin_under_constant_returns_is_nothing_but_learning():
    x, y = large_units(20, 2, 3)
    gain = merging_gains(np.vstack([x, x[4]]), np.vstack([y, y[4]]), [(4, 20)], returns="crs")[0]
    assert gain.potential == pytest.approx(efficiencies(x, y, returns="crs").farrell[4])
    assert (gain.harmony, gain.size) == pytest.approx((1, 1))


def test_four_units_by_hand():
    """The frontier runs through (100, 75), (300, 300) and (500, 400); 175 is produced with 1700/9 on it."""
    first, second = merging_gains(X, Y, [(0, 1), (2, 3)])
    need = 100 + (175 - 75) * 200 / 225
    alone = 100 + (100 - 75) * 200 / 225
    assert first.potential == pytest.approx(need / 300)
    assert first.pure == pytest.approx(need / (100 + alone))
    assert first.learning == pytest.approx((100 + alone) / 300)
    assert first.harmony == pytest.approx(1)
    assert first.size == pytest.approx(need / (100 + alone))
    assert (second.potential, second.pure, second.learning, second.size) == (None, None, None, None)
    assert second.reason == OUTSIDE


def test_no_groups_no_answer():
    assert merging_gains(X, Y, []) == ()


@pytest.mark.parametrize("group", [(1,), (), (1, 1), (0, 4), (-1, 2)])
def test_groups_that_make_no_merger_are_refused(group):
    with pytest.raises(GroupError):
        merging_gains(X, Y, [(0, 1), group])
