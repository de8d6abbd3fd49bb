"""Dependence: a ratio of sums over those that count; missing and doubtful are named and never counted as zero."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from verband.analysis.dependence import (
    dependence,
    dependence_by_size,
    dependence_of,
    dependence_over_years,
    in_doubt,
    least_eur_per_inhabitant,
    why_doubtful,
)

TYPES = {
    "code": pl.String,
    "year": pl.Int64,
    "inhabitants": pl.Float64,
    "cost_keur": pl.Float64,
    "paid_to_arrangements_keur": pl.Float64,
}


def table(*rows):
    """Rows of code, inhabitants, cost and paid in 2024; a fifth cell is another year."""
    full = [(code, *(rest[3:] or (2024,)), *rest[:3]) for code, *rest in rows]
    return pl.DataFrame(full, schema=TYPES, orient="row")


def ask(rows):
    return dependence(rows, name="group", year=2024, report="accounts")


def test_ratio_of_sums_and_not_the_mean_of_ratios():
    found = ask(table(("A", 1000, 1000, 500), ("B", 9000, 9000, 900)))
    # 1,400 of 10,000 thousand euro is 14%; the mean of 50% and 10% would be 30%.
    assert found.share_of_cost == pytest.approx(0.14)
    # 1,400,000 euro over 10,000 inhabitants.
    assert found.eur_per_inhabitant == pytest.approx(140)
    assert found.lower_bound
    assert found.kind == "derived"


@pytest.mark.parametrize("gap", [("C", 90_000, None, None), ("C", 90_000, 5000, None), ("C", 90_000, None, 5)])
def test_a_missing_report_is_in_no_sum_and_is_named(gap):
    found = ask(table(("A", 1000, 100, 50), gap))
    assert (found.municipalities, found.reporting, found.missing) == (2, 1, ("C",))
    assert found.share_of_cost == pytest.approx(0.5)
    # 50,000 euro over the 1,000 inhabitants of A alone.
    assert found.eur_per_inhabitant == pytest.approx(50)


@pytest.mark.parametrize("paid", [0, -11, 9, 269.9])
def test_a_published_amount_that_cannot_be_all_does_not_count_and_is_named(paid):
    """9,000 inhabitants at 30 euro are 270 thousand euro."""
    found = ask(table(("A", 1000, 100, 50), ("B", 9000, 900, paid)))
    assert (found.municipalities, found.reporting, found.participating) == (2, 1, 1)
    assert (found.missing, found.doubtful) == ((), ("B",))
    # A alone: neither the cost nor the inhabitants of B are in the ratios.
    assert found.share_of_cost == pytest.approx(0.5)
    assert found.eur_per_inhabitant == pytest.approx(50)


@pytest.mark.parametrize("paid", [0.0, -11.0, 7.0, 29.9, 30.0, 45.0])
def test_its_own_figure_is_as_published_and_marked(paid):
    rows = table(("A", 1000, 100, 50), ("B", 1000, 100, paid))
    for found in (
        dependence_of(rows, code="B", year=2024, report="accounts"),
        *dependence_over_years(rows, code="B", report="accounts"),
    ):
        assert (found.name, found.municipalities, found.reporting) == ("B", 1, 1)
        assert found.participating == (paid > 0)
        assert found.share_of_cost == pytest.approx(paid / 100)
        assert found.eur_per_inhabitant == pytest.approx(paid)
        assert found.doubtful == (() if paid >= 30 else ("B",))


def test_a_sum_with_a_part_in_doubt_does_not_count():
    rows = table(("A", 1000, 100, 50), ("B", 1000, 100, 40), ("C", 1000, 100, 30))
    found = ask(rows.with_columns(pl.Series("doubtful", [False, True, False])))
    assert (found.reporting, found.doubtful) == (2, ("B",))
    assert found.share_of_cost == pytest.approx(0.4)


def test_where_no_rule_of_doubt_holds_a_nought_is_a_nought():
    rows = table(("A", 1000, 100, 50), ("B", 1000, 100, 0))
    found = dependence(rows, name="group", year=2009, report="accounts")
    assert (found.reporting, found.participating, found.doubtful) == (2, 1, ())
    assert found.share_of_cost == pytest.approx(0.25)
    assert not why_doubtful(2009)
    assert least_eur_per_inhabitant(2009) is None
    assert least_eur_per_inhabitant(2024) == 30
    assert why_doubtful(2024).startswith("less than EUR 30 per inhabitant: every municipality is in a safety region")


def test_without_inhabitants_only_nothing_is_in_doubt():
    rows = table(("A", None, 100, 0), ("B", None, 100, 1), ("C", None, 100, -1))
    assert rows.filter(in_doubt(2024))["code"].to_list() == ["A", "C"]


def test_doubt_needs_a_report_with_cost():
    rows = table(("A", 1, 100, 0), ("B", 1, 0, 0), ("C", 1, None, 0), ("D", 1, 100, None), ("E", 1, 100, 1))
    assert rows.filter(in_doubt(2024))["code"].to_list() == ["A"]


def test_nobody_reported():
    found = ask(table(("A", 1000, None, None)))
    assert (found.share_of_cost, found.eur_per_inhabitant, found.reporting) == (None, None, 0)


def test_size_classes_by_inhabitants_with_the_bound_in_the_upper_class():
    rows = table(
        ("A", 9_999, 1e4, 1_000), ("B", 10_000, 1e4, 2_000), ("C", 19_999.5, 1e4, 4_000), ("D", 300_000, 1e6, 20_000)
    )
    found = {item.name: item for item in dependence_by_size(rows, year=2024, report="accounts")}
    assert list(found) == ["<10000", "10000-20000", ">=250000"]
    assert found["<10000"].share_of_cost == pytest.approx(0.1)
    assert found["10000-20000"].share_of_cost == pytest.approx(0.3)
    assert found["10000-20000"].municipalities == 2


def test_years_of_one_municipality_with_its_gap():
    rows = table(("A", 10, 100, 1, 2023), ("A", 10, None, None, 2022), ("B", 10, 100, 99, 2023))
    found = dependence_over_years(rows, code="A", report="accounts")
    assert [(item.year, item.share_of_cost) for item in found] == [(2022, None), (2023, 0.01)]


money = st.lists(
    st.tuples(st.integers(1, 500_000), st.none() | st.integers(1, 10**6), st.floats(0, 1)), min_size=1, max_size=12
)


def built(rows):
    return table(
        *((f"{i:03}", n, cost, None if cost is None else cost * share) for i, (n, cost, share) in enumerate(rows))
    )


@given(money)
def test_sizes_add_up_to_the_whole_and_the_share_is_a_share(rows):
    frame = built(rows)
    whole, classes = ask(frame), dependence_by_size(frame, year=2024, report="accounts")
    assert sum(item.municipalities for item in classes) == whole.municipalities == len(rows)
    assert sum(item.reporting for item in classes) == whole.reporting
    assert sorted(code for item in classes for code in item.missing) == list(whole.missing)
    assert sorted(code for item in classes for code in item.doubtful) == list(whole.doubtful)
    assert whole.reporting + len(whole.missing) + len(whole.doubtful) == whole.municipalities
    known = [item.share_of_cost for item in classes if item.share_of_cost is not None]
    if known:
        assert min(known) - 1e-9 <= whole.share_of_cost <= max(known) + 1e-9
        assert 0 <= whole.share_of_cost <= 1 + 1e-9


@given(money, st.integers(1, 10), st.randoms(use_true_random=False))
def test_size_and_order_do_not_change_the_share(rows, power, chance):
    """Twice the people with twice the money, and so on: powers of two, so that rounding moves no figure into doubt."""
    frame = built(rows)
    assume(ask(frame).share_of_cost is not None)
    scaled = frame.with_columns(pl.col("inhabitants", "cost_keur", "paid_to_arrangements_keur") * 2**power)
    order = list(range(frame.height))
    chance.shuffle(order)
    assert ask(scaled).share_of_cost == pytest.approx(ask(frame).share_of_cost)
    assert ask(scaled).eur_per_inhabitant == pytest.approx(ask(frame).eur_per_inhabitant)
    assert ask(scaled).doubtful == ask(frame).doubtful
    assert ask(frame[order]).share_of_cost == pytest.approx(ask(frame).share_of_cost)
