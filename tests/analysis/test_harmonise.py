"""Carrying amounts over a change of boundaries: totals are kept, gaps are kept, a mid-year end is not a gap."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verband.domain.genealogy import Genealogy
from verband.errors import UnknownNameError
from verband.warehouse.boundaries import harmonise, weights_to


def event(day, old, new, kind, share=None):
    return {"effective_date": date.fromisoformat(day), "old_code": old, "old_name": old, "new_code": new,
            "new_name": new, "type": kind, "share": share, "inhabitants_moved": None}  # fmt: skip


# P and Q merge into R in 2019; S is divided over R (30%) and T (70%) in 2021; W joins T in March 2022.
EVENTS = (
    event("2019-01-01", "P", "R", "merger", 1),
    event("2019-01-01", "Q", "R", "merger", 1),
    event("2021-01-01", "S", "R", "split", 0.3),
    event("2021-01-01", "S", "T", "split", 0.7),
    event("2021-01-01", "R", "R", "continuation", 1),
    event("2021-01-01", "T", "T", "continuation", 1),
    event("2022-03-24", "W", "T", "merger", 1),
    event("2022-03-24", "T", "T", "continuation", 1),
)
LISTS = {2018: "PQSTW", 2020: "RSTW", 2021: "RTW", 2022: "RTW", 2023: "RT"}
CHANGES = Genealogy.from_records(EVENTS)
IN_SUCCESSOR = pl.DataFrame({"code": ["W"], "year": [2022], "report": ["accounts"]})


def lists():
    rows = [(code, year) for year, codes in LISTS.items() for code in codes]
    return pl.DataFrame(rows, schema={"code": pl.String, "year": pl.Int64}, orient="row")


def carried(amounts, to, **extra):
    rows = [(code, year, "accounts", amount) for (code, year), amount in amounts.items()]
    types = {"code": pl.String, "year": pl.Int64, "report": pl.String, "keur": pl.Float64}
    found = harmonise(
        pl.DataFrame(rows, schema=types, orient="row"),
        weights_to(lists(), CHANGES, to),
        year=to,
        columns=["keur"],
        by=["report"],
        **extra,
    ).frame
    return {(row["code"], row["year"]): (row["keur"], row["missing_parts"]) for row in found.iter_rows(named=True)}


def test_predecessors_are_summed_and_a_split_goes_by_its_share():
    found = carried({("P", 2018): 10, ("Q", 2018): 20, ("S", 2018): 100, ("T", 2018): 5, ("W", 2018): 1}, 2023)
    # R = 10 + 20 + 30% of 100; T = 5 + 70% of 100 + 1.
    assert found == {("R", 2018): (pytest.approx(60), []), ("T", 2018): (pytest.approx(76), [])}


def test_one_missing_part_makes_its_successors_missing_and_is_named():
    found = carried({("P", 2018): 10, ("Q", 2018): None, ("S", 2018): 100, ("T", 2018): 5}, 2023)
    # Q has no figure and W no row at all: neither is a zero.
    assert found == {("R", 2018): (None, ["Q"]), ("T", 2018): (None, ["W"])}


def test_a_split_part_that_is_missing_is_missing_in_both():
    found = carried({("R", 2020): 10, ("S", 2020): None, ("T", 2020): 5, ("W", 2020): 5}, 2021)
    assert found[("R", 2020)] == (None, ["S"])
    assert found[("T", 2020)] == (None, ["S"])
    assert found[("W", 2020)] == (5, [])


def test_dissolved_in_the_year_is_in_its_successor_and_missing_by_itself():
    amounts = {("R", 2022): 10, ("T", 2022): 50, ("W", 2022): None}
    assert carried(amounts, 2023, in_successor=IN_SUCCESSOR)[("T", 2022)] == (50, [])
    assert carried(amounts, 2022, in_successor=IN_SUCCESSOR)[("W", 2022)] == (None, ["W"])
    assert carried(amounts, 2023)[("T", 2022)] == (None, ["W"])


def test_accounts_of_its_own_count_even_if_dissolved_in_the_year():
    amounts = {("R", 2022): 10, ("T", 2022): 50, ("W", 2022): 7}
    assert carried(amounts, 2023, in_successor=IN_SUCCESSOR)[("T", 2022)] == (57, [])


def test_later_figures_than_the_boundaries_are_refused():
    with pytest.raises(UnknownNameError, match="2022"):
        carried({("T", 2023): 1}, 2022)


@settings(deadline=None)
@given(st.sampled_from([2021, 2022, 2023]), st.lists(st.floats(0, 1e6), min_size=5, max_size=5))
def test_totals_are_kept(to, money):
    amounts = dict(zip([(code, 2018) for code in LISTS[2018]], money, strict=True))
    found = carried(amounts, to)
    assert sum(amount for amount, _ in found.values()) == pytest.approx(sum(money))


@pytest.mark.parametrize("to", [2020, 2021, 2022, 2023])
def test_weights_of_each_municipality_sum_to_one(to):
    sums = weights_to(lists(), CHANGES, to).group_by("year", "code").agg(pl.col("weight").sum())
    assert sums["weight"].to_list() == pytest.approx([1.0] * sums.height)
