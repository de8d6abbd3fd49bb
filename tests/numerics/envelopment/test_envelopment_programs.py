"""The batch method against a general solver on random programs, against itself, and against whole fractions."""

from __future__ import annotations

import numpy as np
import pytest
from unit_data import KINDS, by_linprog, large_units, random_units, slack_sum

from verband.numerics.envelopment import radial, simplex
from verband.numerics.envelopment.efficiency import efficiencies
from verband.numerics.envelopment.frame import Frame
from verband.numerics.envelopment.radial import measure, measured
from verband.numerics.envelopment.rational import solve
from verband.numerics.envelopment.technology import Units

ORIENTATIONS = ("input", "output")
RETURNS = ("crs", "vrs", "nirs", "ndrs")


def close(found, true):
    if found is None or true is None:
        return found is true
    return found == pytest.approx(true, rel=1e-8, abs=1e-9)


def none_if_outside(found, row):
    return None if found.status[row] == "infeasible" else found.farrell[row]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("returns", RETURNS)
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_scores_and_slacks_are_those_of_a_general_solver(orientation, returns, kind):
    rng = np.random.default_rng(KINDS.index(kind))
    for _ in range(4):
        x, y = random_units(rng, kind)
        found = efficiencies(x, y, orientation=orientation, returns=returns)
        for row in range(len(x)):
            true = by_linprog(x, y, x[row], y[row], orientation, returns)
            assert close(found.farrell[row], true)
            most = slack_sum(x, y, x[row], y[row], found.farrell[row], orientation, returns)
            total = found.input_slacks[row].sum() + found.output_slacks[row].sum()
            assert total == pytest.approx(most, rel=1e-6, abs=1e-6 * max(x[row].max(), y[row].max()))


@pytest.mark.parametrize("kind", KINDS[:-1])
@pytest.mark.parametrize("returns", RETURNS)
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_without_the_unit_itself_and_from_anywhere_as_well(orientation, returns, kind):
    """Programs without a solution among them: these come out as such on both sides."""
    rng = np.random.default_rng(100 + KINDS.index(kind))
    for _ in range(3):
        x, y = random_units(rng, kind)
        units, rows = Units.checked(x, y), np.arange(len(x))
        found = measure(units, units, orientation, returns, excluded=rows)
        for row in rows:
            others = rows != row
            true = by_linprog(x[others], y[others], x[row], y[row], orientation, returns)
            assert close(none_if_outside(found, row), true)
        points = Units(x[:6] * np.exp(rng.normal(0, 1, x[:6].shape)), y[:6] * np.exp(rng.normal(0, 1, y[:6].shape)))
        found = measure(units, points, orientation, returns)
        for row in range(len(points)):
            true = by_linprog(x, y, points.inputs[row], points.outputs[row], orientation, returns)
            assert close(none_if_outside(found, row), true)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_thousands_of_random_programs(seed):
    rng = np.random.default_rng(1000 + seed)
    for turn in range(40):
        x, y = random_units(rng, KINDS[turn % len(KINDS)])
        orientation, returns = ORIENTATIONS[turn % 2], RETURNS[turn // 2 % 4]
        found = efficiencies(x, y, orientation=orientation, returns=returns)
        for row in range(len(x)):
            assert close(found.farrell[row], by_linprog(x, y, x[row], y[row], orientation, returns))


@pytest.mark.parametrize("returns", RETURNS)
def test_many_units_are_measured_as_one_by_one(returns):
    x, y = large_units(400, 2, 4)
    found = efficiencies(x, y, returns=returns)
    for row in range(0, 400, 40):
        assert close(found.farrell[row], by_linprog(x, y, x[row], y[row], "input", returns))
    # None of these needed the last resort: they are ordinary data.
    assert found.by_reference == 0


def test_many_frontiers_at_once_give_what_each_gives_alone():
    x, y = large_units(60, 2, 3)
    rng = np.random.default_rng(5)
    units = Units.checked(x, y)
    frontiers = [Units(x * np.exp(np.abs(rng.normal(0, 0.2, 60)))[:, None], y) for _ in range(7)]
    together = measured(Frame.of(frontiers, units, "input", "vrs"), slacks=False).farrell.reshape(7, 60)
    for found, frontier in zip(together, frontiers, strict=True):
        assert found == pytest.approx(measure(frontier, units, "input", "vrs").farrell, abs=1e-10)


@pytest.mark.parametrize("returns", RETURNS)
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_last_resort_gives_the_same(monkeypatch, orientation, returns):
    x, y = large_units(40, 2, 3)
    x[7], y[7] = x[3] * 1.5, y[3]
    usual = efficiencies(x, y, orientation=orientation, returns=returns)
    monkeypatch.setattr(radial, "_doubtful", lambda bases, _: np.ones(len(bases), dtype=bool))
    last = efficiencies(x, y, orientation=orientation, returns=returns)
    assert last.by_reference == 40
    assert last.farrell == pytest.approx(usual.farrell, abs=1e-8)
    assert last.input_slacks == pytest.approx(usual.input_slacks, abs=1e-7 * x.max())
    assert last.output_slacks == pytest.approx(usual.output_slacks, abs=1e-7 * y.max())
    assert [set(last.peers.of(row)) for row in range(40)] == [set(usual.peers.of(row)) for row in range(40)]


def test_the_rule_against_circles_leads_to_the_same_end(monkeypatch):
    rng = np.random.default_rng(8)
    for kind in KINDS:
        x, y = random_units(rng, kind)
        usual = efficiencies(x, y).farrell
        with monkeypatch.context() as patched:
            patched.setattr(simplex, "_PATIENCE", -1)
            assert efficiencies(x, y).farrell == pytest.approx(usual, abs=1e-9)


def test_a_basis_that_lost_precision_is_mended(monkeypatch):
    x, y = large_units(50, 2, 3)
    usual = efficiencies(x, y).farrell
    started = simplex.started

    def spoiled(*arguments):
        bases = started(*arguments)
        bases.inverse[::3] *= 1 + 1e-6
        bases.inverse[::5] *= 3
        return bases

    monkeypatch.setattr(simplex, "started", spoiled)
    found = efficiencies(x, y)
    assert found.farrell == pytest.approx(usual, abs=1e-10)
    assert found.by_reference < 10


def test_a_program_without_a_solution_is_named_by_the_last_resort_too():
    x, y = large_units(10, 1, 2)
    units = Units.checked(x, y)
    point = Units(x[:1], y.max(axis=0)[None, :] * 2)
    assert solve(units, (point.inputs[0], point.outputs[0]), "input", "vrs").status == "infeasible"
    assert measure(units, point, "input", "vrs", slacks=True).status == ("infeasible",)
    assert np.isnan(measure(units, point, "input", "vrs", slacks=True).slacks).all()
