"""M13 on invented accounts: who gains by leaving follows from scale and own levels, and the key."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.own_interests import KEYS, Partnership, TaskTable, _empty_core, own_interests
from verband.analysis.evidence.statements import statement
from verband.numerics.cooperative_games.core import minimum_subsidy
from verband.numerics.cooperative_games.games import TableGame

SEASONS = (2021, 2022, 2023, 2024)


def _table(*, elasticity, spread, seed=1, number=160):
    """Accounts of municipalities of 5,000 to 200,000 inhabitants; ``spread`` is that of the log of the own level."""
    rng = np.random.default_rng(seed)
    size, level = np.exp(rng.uniform(8.5, 12.2, number)), rng.normal(0, spread, number)
    rows = [
        {
            "code": f"GM{place:04}",
            "year": year,
            "inhabitants": size[place],
            "cost_keur": float(np.exp(elasticity * np.log(size[place]) + level[place] + rng.normal(0, 0.02))),
        }
        for place in range(number)
        for year in SEASONS
    ]
    frame = pl.DataFrame(rows)
    return TaskTable(frame, frame.filter(pl.col("year") == SEASONS[-1]), ())


def _partnerships(table, count=12, tasks=("7.3",)):
    """Of three to five municipalities of middle size."""
    middle = table.latest.filter(pl.col("inhabitants").is_between(8_000, 40_000))["code"].to_list()
    found = []
    for number in range(count):
        members = tuple(sorted(middle[number : number + 3 + number % 3]))
        found.append(Partnership(f"p{number:02}", f"Partnership {number}", members, members, tasks))
    return tuple(found)


def _chance(findings, key, game="own levels"):
    return next(item for item in findings.findings if dict(item.by) == {"key": key, "game": game})


def _found(table, **options):
    return own_interests({"7.3": table}, _partnerships(table), sources=("invented",), draws=30, **options)


def test_with_scale_and_no_own_levels_nobody_gains_by_leaving():
    """Cost per inhabitant falls with size, so shares by inhabitants are in the core, and Shapley's too."""
    found = _found(_table(elasticity=0.6, spread=0.0))
    for game in ("own levels", "size only"):
        for key in ("weight", "shapley", "any"):
            assert _chance(found, key, game).estimate == 0.0


def test_without_scale_but_with_own_levels_a_key_by_inhabitants_drives_the_cheap_ones_out():
    found = _found(_table(elasticity=0.97, spread=0.3))
    assert _chance(found, "weight").estimate > 90
    assert _chance(found, "stand-alone").estimate < _chance(found, "weight").estimate


def test_where_size_makes_dearer_no_key_can_help():
    found = _found(_table(elasticity=1.3, spread=0.1))
    for key in (*KEYS, "any"):
        assert _chance(found, key).estimate == 100.0


def test_no_key_does_better_than_what_any_key_could():
    found = _found(_table(elasticity=0.97, spread=0.05))
    for game in ("own levels", "size only"):
        least = _chance(found, "any", game).estimate
        assert all(_chance(found, key, game).estimate >= least for key in KEYS)
    for item in found.findings:
        assert 0 <= item.low <= item.estimate <= item.high <= 100
        assert item.kind == "assumed"


def test_it_decides_nothing():
    evidence = judge(statement("M13"), _found(_table(elasticity=0.9, spread=0.1)))
    assert evidence.verdict == "not_testable"
    assert evidence.primary is None
    assert evidence.missing
    assert "keys" in evidence.statement.data_needed.en


def test_tasks_of_one_arrangement_add_up():
    """Where one task is a million times as dear, what it does decides for both games."""
    cheap, dear = _table(elasticity=1.3, spread=0.0), _table(elasticity=0.6, spread=0.0)
    times = pl.col("cost_keur") * 1e6
    dear = TaskTable(dear.rows.with_columns(times), dear.latest.with_columns(times), ())
    tables = {"7.3": cheap, "7.4": dear}
    for tasks, chance in ((("7.3",), 100.0), (("7.4",), 0.0), (("7.3", "7.4"), 0.0), (("7.4", "7.3"), 0.0)):
        found = own_interests(tables, _partnerships(cheap, tasks=tasks), sources=(), draws=10)
        for game in ("own levels", "size only"):
            assert _chance(found, "weight", game).estimate == chance
            assert _chance(found, "any", game).estimate == chance


def test_an_empty_core_is_told_as_by_its_program():
    rng = np.random.default_rng(4)
    told = []
    for _ in range(200):
        values = np.append(0.0, rng.uniform(0.9, 1.1, 15) * np.array([bin(mask).count("1") for mask in range(1, 16)]))
        game = TableGame(values)
        told.append(_empty_core(game))
        assert told[-1] == (minimum_subsidy(game) > 0)
    assert 20 < sum(told) < 180


def test_the_same_call_gives_the_same_and_a_sample_says_so():
    table = _table(elasticity=0.95, spread=0.1)
    assert _found(table) == _found(table)
    assert _found(table, seed=2).findings != _found(table).findings
    few = _found(table, most=5)
    assert _chance(few, "equal").n_clusters == 5
    assert "a sample of 5 of 12" in _chance(few, "equal").method
    assert few == _found(table, most=5)


def test_partnerships_beyond_the_data_are_left_out_by_name():
    table = _table(elasticity=0.9, spread=0.1)
    largest = table.latest.sort("inhabitants", descending=True)["code"].head(8).to_list()
    stranger = Partnership("q", "Strangers", ("GM9999", *largest[:2]), ("Nowhere", *largest[:2]), ("7.3",))
    too_large = Partnership("r", "Giants", tuple(largest), tuple(largest), ("7.3",))
    found = own_interests({"7.3": table}, (stranger, too_large), sources=(), draws=10)
    reasons = {item.code: item.reason for item in found.set_aside}
    assert "Nowhere (GM9999)" in reasons["q"]
    assert "more than the data support" in reasons["r"]
    assert found.findings == ()
    assert set(found.not_found) == {"chance_that_some_leave", "conflict_under_own_key"}


@pytest.mark.parametrize("game", ["own levels", "size only"])
def test_every_key_is_told(game):
    found = _found(_table(elasticity=0.9, spread=0.1))
    assert {item.by["key"] for item in found.findings if item.by["game"] == game} == {*KEYS, "any"}
