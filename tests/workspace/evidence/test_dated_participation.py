"""Which source tells of an arrangement, rows without days, and municipalities that only changed their code."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from verband.warehouse.store import opened
from verband.workspace.evidence.dated_participation import participation
from verband.workspace.naming import Names

OLD, NEW, JOINED = date(2018, 12, 31), date(2025, 12, 31), date(2010, 1, 1)
OWN = {"arrangement": pl.String, "participant": pl.String, "status": pl.String}
OWN |= {"entry": pl.Date, "exit": pl.Date, "as_of": pl.Date}
REGISTER = {"arrangement_id": pl.String, "title": pl.String, "citation_title": pl.String, "participant_id": pl.String}
REGISTER |= {"code": pl.String, "out_of_force": pl.Date, "modified": pl.Date, "entry": pl.Date, "exit": pl.Date}
REGISTER |= {"loaded": pl.Date}


@pytest.fixture(scope="module")
def names(sample_workspace):
    with opened(sample_workspace.folder / "verband.duckdb") as warehouse:
        yield Names(warehouse)


class Held:
    """A warehouse with rows of own files and of the register."""

    def __init__(self, own, register):
        self._rows = {"own_participants": own, "register_spells": register}

    def has(self, *_):
        return True

    def query(self, name):
        return self._rows[name]


def told(names, own, register=()):
    mine = [(name, who, "voluntary", entry, left, as_of) for name, who, entry, left, as_of in own]
    listed = [("1", name, None, who, who, None, NEW, entry, left, NEW) for name, who, entry, left in register]
    frames = (
        pl.DataFrame(list(rows), schema=schema, orient="row") for rows, schema in ((mine, OWN), (listed, REGISTER))
    )
    return participation(Held(*frames), names)


def test_rows_without_days_keep_their_years_and_the_register_tells_where_it_can(names):
    left = [("Afval", "GM9001", JOINED, OLD, NEW), ("Afval", "GM9002", JOINED, None, NEW)]
    undated = [("Inkoop", who, None, None, as_of) for who in ("GM9001", "GM9002") for as_of in (OLD, NEW)]
    found, dated = told(names, [*left, *undated])
    years = {name: sum(item.years for item in found if item.arrangement == name) for name in ("afval", "inkoop")}
    # The break: without them only the arrangement that was left would count.
    assert dated
    assert years["inkoop"] == pytest.approx(2 * 7, abs=0.01)
    assert not any(item.registered for item in found)
    registered = [("Inkoop", "GM9001", JOINED, date(2020, 1, 1)), ("Inkoop", "GM9003", JOINED, None)]
    found, _ = told(names, [*left, *undated], registered)
    assert {(item.arrangement, item.registered) for item in found} == {("afval", False), ("inkoop", True)}
    assert {item.code for item in found if item.registered} == {"GM9001", "GM9003"}
    # A register without days says no more than the lists.
    found, _ = told(names, [*left, *undated], [("Inkoop", "GM9003", None, None)])
    assert not any(item.registered for item in found)
    # And where the own file holds a day it decides.
    found, _ = told(names, left, [("Afval", "GM9003", JOINED, None)])
    assert not any(item.registered for item in found)
    assert not told(names, undated)[1]


def test_a_change_of_name_and_code_ends_nothing(names):
    """GM9029 became GM9023 in 2015 and is the same municipality; GM9024 was merged in 2019."""
    assert names.changes.dissolved_on("GM9029") == date(2015, 1, 1)
    assert (names.changes.renamed_to("GM9029"), names.changes.renamed_to("GM9024")) == ("GM9023", "GM9024")
    listed = [("GM9029", date(2013, 12, 31)), ("GM9023", NEW), ("GM9024", date(2013, 12, 31)), ("GM9001", NEW)]
    found, _ = told(names, [("Afval", who, JOINED, None, as_of) for who, as_of in listed])
    assert {item.code: item.end for item in found} == {"GM9023": "none", "GM9024": "dissolved", "GM9001": "none"}
    same = next(item for item in found if item.code == "GM9023")
    assert (same.start, same.stop) == (JOINED, NEW)
    # It left later, under its old name: a leaving, not the end of a municipality.
    left = ("Afval", "Reigersoord en Schor", JOINED, date(2014, 12, 31), NEW)
    found, _ = told(names, [left, *(("Afval", who, JOINED, None, date(2012, 1, 1)) for who in ("GM9001", "GM9002"))])
    assert next(item for item in found if item.code == "GM9023").end == "left"
