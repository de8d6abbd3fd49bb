"""Quartiles and cost per task beside a group: type 7 by hand, missing members named, own row outside its group."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verband.analysis.spread import spread
from verband.analysis.task_costs import largest, task_costs


def test_quartiles_by_hand():
    found = spread(25, {"A": 10, "B": 20, "C": 30, "D": 60})
    # Type 7: position (n - 1) q = 0.75, 1.5, 2.25 gives 10 + 0.75 x 10, halfway 20 and 30, 30 + 0.25 x 30.
    assert (found.low, found.median, found.high) == (17.5, 25, 37.5)
    assert (found.n, found.rank, found.position) == (4, 2, "within")


def test_missing_members_are_named_and_not_zero():
    found = spread(5, {"A": 10, "B": None})
    assert (found.low, found.median, found.high, found.n) == (10, 10, 10, 1)
    assert found.missing == ("B",)
    assert found.position == "below"


def test_a_zero_of_a_member_counts():
    assert spread(5, {"A": 10, "B": 0}).median == 5


@pytest.mark.parametrize(("value", "group"), [(None, {"A": 1.0}), (1.0, {}), (1.0, {"A": None})])
def test_nothing_is_said_without_a_figure(value, group):
    assert spread(value, group).position == "unknown"


figures = st.dictionaries(st.text("ABCDEF", min_size=1), st.none() | st.floats(-1e6, 1e6), max_size=20)


@given(st.floats(-1e6, 1e6), figures, st.randoms(use_true_random=False))
def test_order_of_quartiles_and_of_members(value, group, chance):
    found = spread(value, group)
    if found.n:
        assert found.low <= found.median <= found.high
        assert 0 <= found.rank <= found.n
    assert found.n + len(found.missing) == len(group)
    items = list(group.items())
    chance.shuffle(items)
    assert spread(value, dict(items)) == found


def costs(**changes):
    rows = [("A", "7.3", 100.0), ("B", "7.3", 300.0), ("C", "7.3", None), ("A", "1.1", 900.0), ("B", "1.1", 0.0)]
    given_frames = {
        "cost_per_task": pl.DataFrame(rows, schema=["code", "task", "cost_keur"], orient="row"),
        "inhabitants": pl.DataFrame({"code": ["A", "B", "C"], "inhabitants": [1000, 2000, 3000]}),
        "titles": pl.DataFrame({"task": ["1.1", "7.3", "8.3"], "title": ["Crisis", "Afval", "Wonen"]}),
    }
    return task_costs(**{**given_frames, **changes}, code="A", alike=["B"], in_class=["B", "C"])


def test_cost_per_inhabitant_beside_both_groups():
    crisis, waste = costs()
    assert (waste.task, waste.title, waste.cost_eur) == ("7.3", "Afval", 100_000)
    # 100,000 / 1,000 beside 300,000 / 2,000.
    assert (waste.alike.value, waste.alike.median, waste.alike.rank) == (100, 150, 0)
    assert (waste.in_class.n, waste.in_class.missing) == (1, ("C",))
    assert crisis.alike.median == 0
    assert crisis.in_class.missing == ("C",)


def test_without_inhabitants_a_member_is_missing():
    waste = costs(inhabitants=pl.DataFrame({"code": ["A"], "inhabitants": [1000]}))[1]
    assert (waste.alike.n, waste.alike.missing) == (0, ("B",))


def test_largest_leaves_out_what_is_missing():
    found = costs()
    assert [item.task for item in largest(found, 1)] == ["1.1"]
    rows = pl.DataFrame([("A", "7.3", None), ("B", "7.3", 1.0)], schema=["code", "task", "cost_keur"], orient="row")
    assert largest(costs(cost_per_task=rows), 5) == ()
