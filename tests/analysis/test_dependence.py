"""Dependence: a ratio of sums over those that reported; missing is named and never counted as zero."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from verband.analysis.dependence import dependence, dependence_by_size, dependence_over_years

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
    found = ask(table(("A", 1000, 100, 50), ("B", 9000, 900, 90)))
    # 140 of 1,000 thousand euro is 14%; the mean of 50% and 10% would be 30%.
    assert found.share_of_cost == pytest.approx(0.14)
    # 140,000 euro over 10,000 inhabitants.
    assert found.eur_per_inhabitant == pytest.approx(14)
    assert found.lower_bound
    assert found.kind == "derived"


@pytest.mark.parametrize("gap", [("C", 90_000, None, None), ("C", 90_000, 5000, None), ("C", 90_000, None, 5)])
def test_a_missing_report_is_in_no_sum_and_is_named(gap):
    found = ask(table(("A", 1000, 100, 50), gap))
    assert (found.municipalities, found.reporting, found.missing) == (2, 1, ("C",))
    assert found.share_of_cost == pytest.approx(0.5)
    # 50,000 euro over the 1,000 inhabitants of A alone.
    assert found.eur_per_inhabitant == pytest.approx(50)


def test_a_published_zero_reports_but_does_not_take_part():
    found = ask(table(("A", 1000, 100, 50), ("B", 1000, 100, 0)))
    assert (found.reporting, found.participating, found.missing) == (2, 1, ())
    assert found.share_of_cost == pytest.approx(0.25)


def test_nobody_reported():
    found = ask(table(("A", 1000, None, None)))
    assert (found.share_of_cost, found.eur_per_inhabitant, found.reporting) == (None, None, 0)


def test_size_classes_by_inhabitants_with_the_bound_in_the_upper_class():
    rows = table(("A", 9_999, 100, 10), ("B", 10_000, 100, 20), ("C", 19_999.5, 100, 40), ("D", 300_000, 100, 5))
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
    known = [item.share_of_cost for item in classes if item.share_of_cost is not None]
    if known:
        assert min(known) - 1e-9 <= whole.share_of_cost <= max(known) + 1e-9
        assert 0 <= whole.share_of_cost <= 1 + 1e-9


@given(money, st.integers(2, 1000), st.randoms(use_true_random=False))
def test_units_and_order_do_not_change_the_share(rows, factor, chance):
    frame = built(rows)
    assume(ask(frame).share_of_cost is not None)
    scaled = frame.with_columns(pl.col("cost_keur", "paid_to_arrangements_keur") * factor)
    order = list(range(frame.height))
    chance.shuffle(order)
    assert ask(scaled).share_of_cost == pytest.approx(ask(frame).share_of_cost)
    assert ask(scaled).eur_per_inhabitant == pytest.approx(factor * ask(frame).eur_per_inhabitant)
    assert ask(frame[order]).share_of_cost == pytest.approx(ask(frame).share_of_cost)
