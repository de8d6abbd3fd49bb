"""Dependence of every municipality at once: the same as one by one, and beside others without what is in doubt."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verband.analysis.dependence import (
    dependence_of,
    dependence_of_each,
    eur_per_inhabitant_beside,
    share_beside,
)

TYPES = {
    "code": pl.String,
    "year": pl.Int64,
    "inhabitants": pl.Float64,
    "cost_keur": pl.Float64,
    "paid_to_arrangements_keur": pl.Float64,
    "doubtful": pl.Boolean,
}
PEERS = [f"P{number:02}" for number in range(20)]


def frame(rows):
    return pl.DataFrame(rows, schema=TYPES, orient="row")


amounts = st.none() | st.sampled_from([0.0, -11.0, 1.0]) | st.floats(0, 1e6)
rows = st.lists(
    st.tuples(
        st.sampled_from("ABCD"),
        st.integers(2009, 2024),
        st.none() | st.floats(0, 1e6),
        amounts,
        amounts,
        st.booleans(),
    ),
    unique_by=lambda row: row[:2],
    max_size=30,
)


@given(rows)
def test_all_at_once_is_the_same_as_one_by_one(given_rows):
    table = frame(given_rows)
    found = dependence_of_each(table, report="accounts")
    assert set(found) == {row[0] for row in given_rows}
    for code, years in found.items():
        assert [item.year for item in years] == sorted(row[1] for row in given_rows if row[0] == code)
        for item in years:
            of_year = table.filter(pl.col("year") == item.year)
            assert item == dependence_of(of_year, code=code, year=item.year, report="accounts")


def each(own, peers, year=2024):
    """Share and money per inhabitant of A and its peers: cost 100, 10 inhabitants."""
    table = [("A", year, 10.0, 100.0, own, False)]
    table += [(code, year, 10.0, 100.0, paid, False) for code, paid in zip(PEERS, peers, strict=False)]
    return {code: years[0] for code, years in dependence_of_each(frame(table), report="accounts").items()}


def test_share_and_money_beside_the_others():
    found = each(25.0, [float(number) for number in range(1, 21)])
    share = share_beside("A", PEERS, found)
    # Twenty peers with 1 to 20 of 100: the median lies halfway 10 and 11.
    assert (share.value, share.n, share.rank) == (0.25, 20, 20)
    assert share.median == pytest.approx(0.105)
    money = eur_per_inhabitant_beside("A", PEERS, found)
    # 25 thousand euro over 10 inhabitants.
    assert (money.value, money.n) == (2500.0, 20)
    assert money.median == pytest.approx(1050)


@pytest.mark.parametrize("beside", [share_beside, eur_per_inhabitant_beside])
def test_a_member_without_a_report_or_in_doubt_does_not_count_and_is_named(beside):
    # 0.2 thousand euro over 10 inhabitants is 20 euro each.
    found = each(25.0, [None, 0.0, 0.2, *(float(number) for number in range(1, 18))])
    spread = beside("A", [*PEERS, "Q"], found)
    assert spread.n == 17
    assert spread.missing == ("P00", "P01", "P02", "Q")


@pytest.mark.parametrize("beside", [share_beside, eur_per_inhabitant_beside])
@pytest.mark.parametrize("own", [None, 0.0])
def test_its_own_figure_in_doubt_is_compared_with_nobody(beside, own):
    spread = beside("A", PEERS, each(own, [float(number) for number in range(1, 21)]))
    assert spread.value is None
    assert spread.position == "unknown"
