"""Quartiles and cost per task beside a group: type 7 by hand, missing members named, own row outside its group."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verband.analysis.spread import spread, too_few
from verband.analysis.task_costs import largest, task_costs
from verband.domain.reference import reference

LEAST = int(next(row["value"] for row in reference("comparison_rules") if row["rule"] == "least_members"))
TEN = {"A": 10, "B": 20, "C": 30, "D": 40, "E": 50, "F": 60, "G": 70, "H": 80, "I": 90, "J": 190}


def test_quartiles_by_hand():
    found = spread(25, TEN)
    # Type 7: position (n - 1) q = 2.25, 4.5, 6.75 gives 30 + 0.25 x 10, halfway 50 and 60, 70 + 0.75 x 10.
    assert (found.low, found.median, found.high) == (32.5, 55, 77.5)
    assert (found.n, found.rank, found.position) == (10, 2, "below")


def test_missing_members_are_named_and_not_zero():
    found = spread(55, TEN | {"K": None})
    assert (found.low, found.median, found.high, found.n) == (32.5, 55, 77.5, 10)
    assert found.missing == ("K",)
    assert found.position == "within"


def test_a_zero_of_a_member_counts():
    assert spread(5, TEN | {"K": 0}).median == 50


@pytest.mark.parametrize(("value", "group"), [(None, TEN), (1.0, {}), (1.0, dict.fromkeys(TEN))])
def test_nothing_is_said_without_a_figure(value, group):
    assert spread(value, group).position == "unknown"


@pytest.mark.parametrize("missing", [0, 5])
@pytest.mark.parametrize("known", [0, 3, LEAST - 1, LEAST])
def test_a_group_of_few_known_figures_has_no_middle(known, missing):
    figures = {f"K{i}": float(i) for i in range(known)} | {f"M{i}": None for i in range(missing)}
    found = spread(1.5, figures)
    assert found.few is too_few(known) is (known < LEAST)
    assert (found.n, len(found.missing)) == (known, missing)
    for part in (found.low, found.median, found.high, found.rank):
        assert (part is None) is found.few
    assert (found.position == "unknown") is found.few


figures = st.dictionaries(st.text("ABCDEF", min_size=1), st.none() | st.floats(-1e6, 1e6), max_size=20)


@given(st.floats(-1e6, 1e6), figures, st.randoms(use_true_random=False))
def test_order_of_quartiles_and_of_members(value, group, chance):
    found = spread(value, group)
    if not found.few:
        assert found.low <= found.median <= found.high
        assert 0 <= found.rank <= found.n
    assert found.n + len(found.missing) == len(group)
    items = list(group.items())
    chance.shuffle(items)
    assert spread(value, dict(items)) == found


PEERS = [f"B{number}" for number in range(1, 10)]


def costs(**changes):
    """A of 1,000 inhabitants beside nine peers of 2,000, the k-th with k x 100 thousand euro, and C without figures."""
    rows = [("A", "7.3", 100.0), ("C", "7.3", None), ("A", "1.1", 900.0)]
    rows += [(code, "7.3", 100.0 * number) for number, code in enumerate(PEERS, start=1)]
    rows += [(code, "1.1", 0.0) for code in PEERS]
    given_frames = {
        "cost_per_task": pl.DataFrame(rows, schema=["code", "task", "cost_keur"], orient="row"),
        "inhabitants": pl.DataFrame(
            {"code": ["A", "C", *PEERS], "inhabitants": [1000, 3000, *([2000] * len(PEERS))]},
        ),
        "titles": pl.DataFrame({"task": ["1.1", "7.3", "8.3"], "title": ["Crisis", "Afval", "Wonen"]}),
    }
    return task_costs(**{**given_frames, **changes}, code="A", alike=PEERS, in_class=["B1", "C"])


def test_cost_per_inhabitant_beside_both_groups():
    crisis, waste = costs()
    assert (waste.task, waste.title, waste.cost_eur) == ("7.3", "Afval", 100_000)
    # 100,000 / 1,000 beside 500,000 / 2,000; only the peer with 50 per inhabitant spends less.
    assert (waste.alike.value, waste.alike.median, waste.alike.rank) == (100, 250, 1)
    assert (waste.in_class.n, waste.in_class.missing, waste.in_class.median) == (1, ("C",), None)
    assert crisis.alike.median == 0
    assert crisis.in_class.missing == ("C",)


def test_without_inhabitants_a_member_is_missing():
    waste = costs(inhabitants=pl.DataFrame({"code": ["A"], "inhabitants": [1000]}))[1]
    assert (waste.alike.n, waste.alike.missing) == (0, tuple(PEERS))


def test_largest_leaves_out_what_is_missing():
    found = costs()
    assert [item.task for item in largest(found, 1)] == ["1.1"]
    rows = pl.DataFrame([("A", "7.3", None), ("B", "7.3", 1.0)], schema=["code", "task", "cost_keur"], orient="row")
    assert largest(costs(cost_per_task=rows), 5) == ()
