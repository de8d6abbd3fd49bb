"""Near ties, numbers far apart and outputs that nobody makes: where double precision alone would mislead."""

from __future__ import annotations

import numpy as np
import pytest
from unit_data import KINDS, by_linprog, random_units

from verband.numerics.envelopment.efficiency import efficiencies
from verband.numerics.envelopment.measured import Peers
from verband.numerics.envelopment.rational import solve
from verband.numerics.envelopment.super_efficiency import NOTHING_IN_COMMON, super_efficiencies
from verband.numerics.envelopment.technology import Units

RETURNS = ("crs", "vrs", "nirs", "ndrs")
ORIENTATIONS = ("input", "output")


@pytest.mark.parametrize("returns", ["vrs", "ndrs"])
def test_what_the_others_within_reach_do_not_make_gives_no_super_efficiency(returns):
    """Only B uses as little as C, and it makes none of the second output: a measure of 1e-16 is nothing."""
    x, y = np.array([7.0, 2, 2]), np.array([[2.0, 1], [1, 0], [2, 1]])
    found = super_efficiencies(x, y, orientation="output", returns=returns)
    assert (found.efficiency[2], found.reason[2]) == (None, NOTHING_IN_COMMON)
    # A against C on its scale of 7 where size does not count against it: 7 of what A makes 2 of.
    assert found.efficiency[:2] == pytest.approx((1 if returns == "vrs" else 2 / 7, 0.5))


def test_a_column_stands_in_a_basis_once():
    """Sizes over eight orders of magnitude: D is its own and only peer, with weight 1."""
    x = np.array([1390, 0.845, 0.0088, 1.83e-05, 0.0444, 0.113])
    y = np.array([4790, 2.72, 0.00778, 1.35e-05, 0.0646, 0.149])
    for returns in ("vrs", "ndrs"):
        found = efficiencies(x, y, orientation="output", returns=returns)
        assert found.peers.of(3) == pytest.approx({3: 1})
        for row in range(6):
            peers = found.peers.of(row)
            assert sum(peers.values()) >= 1 - 1e-9
            assert sum(weight * x[peer] for peer, weight in peers.items()) == pytest.approx(x[row], rel=1e-9)


def test_a_peer_that_is_listed_twice_counts_with_both_weights():
    peers = Peers(np.array([0, 1, 1, 1]), np.array([4, 2, 2, 5]), np.array([1.0, 0.25, 0.5, 0.25]))
    assert peers.of(1) == {2: 0.75, 5: 0.25}


@pytest.mark.parametrize("less", [1e-9, 1e-10, 1e-11])
def test_who_uses_a_little_less_than_all_others_is_beyond_comparison(less):
    """No mixture uses as little as C, by however little: under output orientation it is efficient."""
    for scale in (1.0, 1e9):
        found = efficiencies(np.array([1, 2, 1 - less]) * scale, [1.0, 2, 0.5], orientation="output")
        assert found.farrell.tolist() == [1, 1, 1]
        assert found.peers.of(2) == {2: 1}
        # And who makes a little more than all others, under input orientation.
        found = efficiencies([1.0, 2, 3], np.array([1, 2, 2 * (1 + less)]) * scale)
        assert found.farrell.tolist() == [1, 1, 1]


def test_a_score_that_is_very_low_is_exact():
    """The last unit makes 1e-9 of what the first makes with as much."""
    found = efficiencies([1.0, 2, 2], [1.0, 3, 3e-9], returns="crs")
    assert found.efficiency[2] == pytest.approx(1e-9, rel=1e-12)
    found = efficiencies([[1.0, 3], [2, 2], [4e8, 3e9]], [1.0, 1, 1])
    assert found.efficiency[2] == pytest.approx(1 / 4e8, rel=1e-12)


@pytest.mark.parametrize("returns", RETURNS)
@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("together", [True, False])
def test_numbers_twelve_orders_of_magnitude_apart_give_what_whole_fractions_give(orientation, returns, together):
    rng = np.random.default_rng(3)
    for _ in range(12):
        n, p, q = (int(rng.integers(*ends)) for ends in ((3, 9), (1, 4), (1, 4)))
        size = 10 ** rng.uniform(-6, 6, (n, 1))
        x, y = (size * rng.uniform(0.5, 2, (n, many)) for many in (p, q))
        if not together:
            x, y = (10 ** rng.uniform(-6, 6, (n, many)) for many in (p, q))
        units = Units.checked(x, y)
        found = efficiencies(x, y, orientation=orientation, returns=returns)
        for row in range(n):
            exact = solve(units, (x[row], y[row]), orientation, returns)
            assert found.farrell[row] == pytest.approx(exact.radial, rel=1e-9)
            peers = found.peers.of(row)
            weights, numbers = np.array(list(peers.values())), list(peers)
            target = x[row] * (found.farrell[row] if orientation == "input" else 1)
            assert weights @ x[numbers] + found.input_slacks[row] == pytest.approx(target, rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_whole_fractions_give_what_a_general_solver_gives(kind):
    rng = np.random.default_rng(50 + KINDS.index(kind))
    x, y = random_units(rng, kind)
    for orientation in ORIENTATIONS:
        for returns in RETURNS:
            for row in range(min(3, len(x))):
                own = solve(Units.checked(x, y), (x[row], y[row]), orientation, returns, slacks=True)
                true = by_linprog(x, y, x[row], y[row], orientation, returns)
                assert own.radial == pytest.approx(true, rel=1e-8)
                best = efficiencies(x, y, orientation=orientation, returns=returns)
                total = best.input_slacks[row].sum() + best.output_slacks[row].sum()
                assert own.slacks.sum() == pytest.approx(total, rel=1e-7, abs=1e-7 * y.max())


def test_whole_fractions_take_a_decimal_as_it_is_written():
    """0.3 is halfway 0.1 and 0.5 in decimals, and a little less in binary."""
    units = Units.checked([[0.1, 0.5], [0.5, 0.1], [0.3, 0.3]], [1.0, 1, 1])
    assert solve(units, (units.inputs[2], units.outputs[2]), "input", "vrs").radial == 1
    assert solve(units, (units.inputs[2], units.outputs[2]), "input", "vrs", excluded=2).radial == 1
