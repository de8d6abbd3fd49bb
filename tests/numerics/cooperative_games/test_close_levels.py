"""Games in which a few euros decide beside thousands of millions: every euro counts, as in arithmetic without rounding.

Levels, and the core itself, here lie closer together than the tolerance of a solver of linear programs.
"""

from __future__ import annotations

import exact_programs
import numpy as np
import pytest

from verband.numerics.cooperative_games import nucleolus as engine
from verband.numerics.cooperative_games.core import minimum_subsidy
from verband.numerics.cooperative_games.games import TableGame
from verband.numerics.cooperative_games.nucleolus import nucleolus, prenucleolus
from verband.numerics.cooperative_games.proportional import NoSharesError


def games(count, seed):
    """Whole euros: up to three large amounts of one size, and up to three euros more; and a size without large ones."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        n = int(rng.integers(2, 6))
        values = rng.integers(0, 4, 2**n) * float(10 ** int(rng.integers(3, 10))) + rng.integers(0, 4, 2**n)
        values[0] = 0.0
        yield values, n


def same(found, exact, values):
    return found == pytest.approx([float(share) for share in exact], rel=0, abs=1e-13 * max(1.0, np.abs(values).max()))


def test_shares_are_those_of_arithmetic_without_rounding():
    for values, n in games(60, seed=1):
        game = TableGame(values)
        for per_capita in (False, True):
            found = prenucleolus(game, per_capita=per_capita)
            shares, largest, unique = exact_programs.prenucleolus(values, n, per_capita=per_capita)
            assert found.verified
            assert same(found.shares, shares, values)
            assert found.largest_excess == pytest.approx(float(largest), rel=0, abs=1e-13 * max(1.0, values.max()))
            assert found.least_core_unique == unique
        if sum(values[1 << player] for player in range(n)) >= values[-1]:
            assert same(nucleolus(game).shares, exact_programs.prenucleolus(values, n, limited=True)[0], values)
        else:
            with pytest.raises(NoSharesError):
                nucleolus(game)


def test_a_benefit_game_is_the_mirror_of_a_cost_game():
    for values, n in games(20, seed=2):
        shares, largest, _ = exact_programs.prenucleolus(-values, n)
        found = prenucleolus(TableGame(values, benefit=True))
        assert same(found.shares, [-share for share in shares], values)
        assert found.largest_excess == pytest.approx(float(largest), rel=0, abs=1e-13 * max(1.0, values.max()))


def test_a_subsidy_of_one_euro_is_not_lost_beside_thousands_of_millions():
    few = 0
    for values, n in games(100, seed=3):
        exact = exact_programs.subsidy(values, n)
        assert minimum_subsidy(TableGame(values)) == pytest.approx(float(exact), rel=0, abs=1e-13 * values.max())
        if exact > 1 and exact.denominator == 1:
            values[-1] -= float(exact) - 1
            assert exact_programs.subsidy(values, n) == 1
            game = TableGame(values)
            assert minimum_subsidy(game) == pytest.approx(1, rel=0, abs=1e-13 * values.max())
            assert prenucleolus(game).largest_excess > game.tolerance
            few += 1
    assert few > 20


def test_programs_are_refined_only_where_that_is_needed(monkeypatch):
    refined = []
    settled = engine._settled

    def spy(excesses, limit, **how):
        refined.append(how["refined"])
        return settled(excesses, limit, **how)

    monkeypatch.setattr(engine, "_settled", spy)
    plain = np.random.default_rng(4).uniform(1, 2, 2**8)
    plain[0] = 0.0
    prenucleolus(TableGame(plain))
    assert refined == [False]
    rng = np.random.default_rng(5)
    for _ in range(20):
        values = rng.integers(0, 4, 2**7) * 1e9 + rng.integers(0, 4, 2**7)
        values[0] = 0.0
        assert prenucleolus(TableGame(values)).verified
    assert any(refined)
