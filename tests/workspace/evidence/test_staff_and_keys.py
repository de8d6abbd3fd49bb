"""Own files as the ledger takes them: newest rows, all members, one year, and nothing filled in that is not there."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest

from verband.analysis.evidence.partnership_games import Partnership
from verband.errors import UnknownNameError
from verband.workspace.evidence.staff_and_keys import keys_in_use, staff_lists

NAMES = {"Elzen": "GM1", "Wilgen": "GM2", "Beuken": "GM3"}
GONE = {"Oud-Elzen": "GM8", "Elzenberg": "GM9"}
"""Both went into GM1."""
OLD, NEW = date(2023, 12, 31), date(2025, 12, 31)


class Index:
    def find(self, text):
        known = NAMES | GONE | {"Verdeeld": "GM7"}
        if text not in known and text not in known.values():
            raise UnknownNameError(f"no {text}")
        return SimpleNamespace(code=known.get(text, text))


def resolve(text):
    code = Index().find(text).code
    if code == "GM7":
        raise UnknownNameError("Verdeeld (GM7) was divided")
    return SimpleNamespace(code="GM1" if code in GONE.values() else code)


class Held:
    """A warehouse with the rows of one own file."""

    def __init__(self, table, rows):
        self._table, self._rows = table, rows

    def has(self, table):
        return table == self._table and self._rows.height > 0

    def table(self, _):
        return self._rows

    def query(self, _):
        return self._rows.sort("as_of", descending=True)

    def source_of(self, _):
        return "own.csv"


def tables(table, rows):
    people = pl.DataFrame({"code": ["GM1", "GM1", "GM2"], "year": [2024, 2025, 2025], "inhabitants": [1, 9, 7]})
    names = SimpleNamespace(index=Index(), resolve=resolve)
    return SimpleNamespace(
        warehouse=Held(table, rows), names=names, facts=SimpleNamespace(inhabitants=people, names=names)
    )


STAFF = {"municipality": pl.String, "function": pl.String, "holders": pl.Int64, "required": pl.Int64}
STAFF |= {"fte": pl.Float64, "deputies": pl.Int64, "as_of": pl.Date, "file": pl.String}


def staff(*rows, file="a.csv"):
    made = [row if len(row) == len(STAFF) else (*row, file) for row in rows]
    return tables("own_staff", pl.DataFrame(made, schema=STAFF, orient="row"))


def held(*rows):
    """Functions that count, of (municipality, function, holders, day, file), whatever the order of the rows."""
    made = [(place, function, number, 1, 1.0, 0, day, file) for place, function, number, day, file in rows]
    found = staff_lists(staff(*made))
    for order in (made[::-1], sorted(made, key=str)):
        assert staff_lists(staff(*order)).rows.equals(found.rows)
    return set(found.rows.select("code", "function", "holders").iter_rows()), found


def test_the_newest_row_counts_whether_by_name_or_code_and_what_is_empty_stays_so():
    found = staff_lists(
        staff(
            ("Elzen", "jurist", 1, 1, 0.9, 0, OLD),
            ("GM1", "jurist ", 3, None, None, None, NEW),
            ("Wilgen", "jurist", 2, 1, 1.5, 1, OLD),
            ("Nergens", "jurist", 1, 1, 1.0, 0, NEW),
        )
    ).rows
    assert found["code"].to_list() == ["GM1", "GM2"]
    assert found.row(0, named=True) == {
        "code": "GM1",
        "function": "jurist",
        "holders": 3,
        "required": None,
        "deputies": None,
        "as_of": NEW,
        "inhabitants": 9,
    }
    assert staff_lists(tables("own_staff", pl.DataFrame(schema=STAFF))) is None


def test_only_the_newest_list_of_a_municipality_counts():
    rows = [("Elzen", "jurist", 1, OLD, "a"), ("Elzen", "archivaris", 1, OLD, "a"), ("GM1", "jurist", 3, NEW, "b")]
    counted, found = held(*rows, ("Wilgen", "jurist", 2, OLD, "a"))
    # The archivist is on the older list only; Wilgen has no newer list.
    assert counted == {("GM1", "jurist", 3), ("GM2", "jurist", 2)}
    assert found.left_out == 1
    # Two files of one day are one list in parts, and within a file the newest row of a function counts.
    parts = [("Elzen", "jurist", 1, NEW, "a"), ("Elzen", "griffier", 2, NEW, "b"), ("Elzen", "jurist", 5, OLD, "a")]
    counted, found = held(*parts)
    assert counted == {("GM1", "jurist", 1), ("GM1", "griffier", 2)}
    assert found.left_out == 0


def test_lists_of_municipalities_that_merged_are_one_and_the_newest_counts():
    rows = [("Oud-Elzen", "jurist", 1, OLD, "a"), ("Elzenberg", "jurist", 2, NEW, "a")]
    counted, found = held(*rows)
    assert counted == {("GM1", "jurist", 2)}
    assert found.left_out == 1
    # Of one day the longest.
    same = [("Oud-Elzen", "jurist", 1, NEW, "a"), ("Oud-Elzen", "griffier", 1, NEW, "a"), rows[1]]
    assert held(*same)[0] == {("GM1", "jurist", 1), ("GM1", "griffier", 1)}
    divided = staff_lists(staff(("Verdeeld", "jurist", 1, 1, 1.0, 0, NEW), ("Elzen", "jurist", 1, 1, 1.0, 0, NEW)))
    assert [(item.code, item.reason) for item in divided.set_aside] == [
        ("Verdeeld", "no municipality of the latest list: Verdeeld (GM7) was divided")
    ]


def test_capitals_and_blanks_make_no_other_function():
    rows = [("Elzen", "Jurist  handhaving", 1, OLD, "a"), ("Elzen", " jurist Handhaving ", 2, NEW, "a")]
    assert held(*rows)[0] == {("GM1", "jurist Handhaving", 2)}


OWN = ("arrangement", "participant", "share", "contribution_eur_per_year", "contribution_year", "as_of")
ITEM = Partnership("reiniging", "Reiniging", ("GM1", "GM2", "GM3"), ("Elzen", "Wilgen", "Beuken"), ("7.3",))


def own(*rows):
    made = [("Reiniging", *row) for row in rows]
    types = (pl.String, pl.String, pl.Float64, pl.Float64, pl.Int64, pl.Date)
    return tables("own_arrangements", pl.DataFrame(made, schema=dict(zip(OWN, types, strict=True)), orient="row"))


def test_stated_shares_of_all_members_newest_first():
    found = keys_in_use(
        own(
            ("Elzen", 0.9, None, None, OLD),
            ("Elzen", 0.2, None, None, NEW),
            ("Wilgen", 0.3, None, None, NEW),
            ("GM3", 0.5, None, None, NEW),
        ),
        [ITEM],
    )
    assert found.keys[0].stated == pytest.approx((0.2, 0.3, 0.5))
    assert found.keys[0].contributed is None
    assert found.loaded == 1


@pytest.mark.parametrize("shares", [(0.2, 0.3, None), (0.2, 0.3, 0.2)])
def test_shares_that_are_not_whole_are_set_aside_with_the_reason(shares):
    rows = [(name, share, None, None, NEW) for name, share in zip(NAMES, shares, strict=True)]
    found = keys_in_use(own(*rows), [ITEM])
    assert not found.keys
    assert found.loaded == 1
    reason = "neither shares of all members" if None in shares else "add up to 70.0%, not to 100%"
    assert reason in found.set_aside[0].reason


def test_contributions_are_those_of_one_year():
    """The newest year lacks a member; to take that one from another year would mix two years."""
    found = keys_in_use(
        own(
            ("Elzen", None, 100.0, 2023, OLD),
            ("Wilgen", None, 100.0, 2023, OLD),
            ("Beuken", None, 200.0, 2023, OLD),
            ("Elzen", None, 900.0, 2024, NEW),
            ("Wilgen", None, 100.0, 2024, NEW),
        ),
        [ITEM],
    )
    assert found.keys[0].stated is None
    assert found.keys[0].contributed == pytest.approx((0.25, 0.25, 0.5))
    apart = own(("Elzen", None, 100.0, 2023, OLD), ("Wilgen", None, 1.0, 2024, NEW), ("Beuken", None, 1.0, 2024, NEW))
    assert not keys_in_use(apart, [ITEM]).keys


def test_arrangements_that_are_not_asked_are_only_counted():
    """Compulsory ones, and those whose cost cannot be told, are not among the partnerships."""
    rows = [(name, 1 / 3, None, None, NEW) for name in NAMES]
    assert keys_in_use(own(*rows), []).keys == ()
    assert keys_in_use(own(*rows), []).loaded == 1
    assert keys_in_use(tables("own_staff", pl.DataFrame(schema=STAFF)), [ITEM]).loaded == 0
