"""The free disposal hull and order m, against plain loops."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from unit_data import KINDS, large_units, random_units

from verband.numerics.envelopment import free_disposal
from verband.numerics.envelopment.efficiency import efficiencies
from verband.numerics.envelopment.order_m import DrawsError, order_m, simulated_order_m
from verband.numerics.envelopment.super_efficiency import super_efficiencies


def by_loop(x, y, orientation):
    """Measures of the hull, what each comparable unit makes of them, by definition."""
    found, all_ratios = [], []
    for own_x, own_y in zip(x, y, strict=True):
        ratios = []
        for other_x, other_y in zip(x, y, strict=True):
            if orientation == "input" and (other_y >= own_y).all():
                ratios.append(max(other_x / own_x))
            if orientation == "output" and (other_x <= own_x).all():
                ratios.append(min(b / a for a, b in zip(own_y, other_y, strict=True) if a > 0))
        found.append(min(ratios) if orientation == "input" else max(ratios))
        all_ratios.append(ratios)
    return np.array(found), all_ratios


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", ["input", "output"])
def test_the_hull_is_what_a_loop_finds(monkeypatch, orientation, kind):
    # A few points at a time, so that the blocks are seen to fit together.
    monkeypatch.setattr(free_disposal, "_PAIRS_AT_ONCE", 40)
    rng = np.random.default_rng(KINDS.index(kind))
    for _ in range(5):
        x, y = random_units(rng, kind)
        found = efficiencies(x, y, orientation=orientation, returns="fdh")
        assert found.farrell == pytest.approx(by_loop(x, y, orientation)[0], rel=1e-12)


def test_of_equal_peers_the_one_with_the_largest_slacks_counts():
    x, y = np.array([[2.0, 4], [1, 2], [1, 1], [1, 2]]), np.array([[1.0], [1], [1], [3]])
    found = efficiencies(x, y, returns="fdh")
    # Half of the inputs, seen from unit 0, by three units; unit 3 produces two more, unit 2 uses one less.
    assert found.farrell[0] == 0.5
    assert found.peers.of(0) == {3: 1.0}
    assert found.output_slacks[0].tolist() == [2.0]


def test_without_itself_a_unit_of_the_hull_may_have_nobody():
    x, y = np.array([1.0, 2, 2]), np.array([1.0, 3, 1])
    assert super_efficiencies(x, y, returns="fdh").efficiency == (2.0, None, 0.5)


@pytest.mark.parametrize("orientation", ["input", "output"])
def test_order_m_is_the_expectation_over_all_draws(orientation):
    """All ``N^2`` draws of two units, written out."""
    x, y = random_units(np.random.default_rng(3), "smooth")
    choose = min if orientation == "input" else max
    expected = [
        np.mean([choose(first, second) for first in ratios for second in ratios])
        for ratios in by_loop(x, y, orientation)[1]
    ]
    assert order_m(x, y, 2, orientation=orientation).farrell == pytest.approx(expected)


@pytest.mark.parametrize("orientation", ["input", "output"])
def test_order_m_agrees_with_its_simulation(orientation):
    x, y = large_units(80, 2, 2)
    exact = order_m(x, y, 10, orientation=orientation)
    drawn = simulated_order_m(x, y, 10, draws=4000, seed=1, orientation=orientation)
    off = np.abs(exact.efficiency - drawn.efficiency)
    # Eighty comparisons: the largest of that many standard normals exceeds 4.5 about once in two thousand.
    assert (off <= 4.5 * drawn.standard_error + 1e-9).all()
    assert (exact.comparable == drawn.comparable).all()


@pytest.mark.parametrize("orientation", ["input", "output"])
def test_order_m_falls_to_the_hull_as_m_grows(orientation):
    x, y = large_units(60, 2, 2)
    hull = efficiencies(x, y, orientation=orientation, returns="fdh").efficiency
    found = [order_m(x, y, m, orientation=orientation).efficiency for m in (1, 10, 100, 10**6)]
    for larger, smaller in pairwise(found):
        assert (larger >= smaller - 1e-12).all()
    assert found[-1] == pytest.approx(hull, rel=1e-9)


@pytest.mark.parametrize("orientation", ["input", "output"])
def test_the_standard_error_of_order_m_is_the_spread_over_samples(orientation):
    """One point in many samples; within a fifth, as the spread of 300 samples is known to four in a hundred."""
    point = (np.array([[1.5]]), np.array([[0.8]]))
    values, errors = [], []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        y = rng.uniform(0.2, 1.2, 150)
        x = y * np.exp(np.abs(rng.normal(0, 0.5, 150)))
        found = order_m(np.vstack([point[0], x[:, None]]), np.vstack([point[1], y[:, None]]), 15,
                        orientation=orientation)  # fmt: skip
        values.append(found.efficiency[0])
        errors.append(found.standard_error[0])
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.2)


def test_the_simulation_depends_on_the_seed_alone():
    x, y = large_units(20, 1, 2)
    one, two = (simulated_order_m(x, y, 5, seed=7).farrell.tobytes() for _ in range(2))
    assert one == two
    assert simulated_order_m(x, y, 5, seed=8).farrell.tobytes() != one


def test_orders_and_draws_that_do_not_exist_are_refused():
    x, y = large_units(5, 1, 1)
    with pytest.raises(DrawsError):
        order_m(x, y, 0)
    with pytest.raises(DrawsError):
        simulated_order_m(x, y, 3, draws=1, seed=1)
