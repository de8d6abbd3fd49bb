"""Spells of participants: from joining to leaving, and which ends are no leaving."""

from __future__ import annotations

from datetime import date

import pytest

from verband.analysis.participation_spells import Dated, spells

NOW = date(2025, 12, 31)


def row(participant, entry=None, left=None, as_of=NOW, arrangement="a", **more):
    return Dated(arrangement, participant, participant, entry, left, as_of, **more)


def ends(rows, dissolved=None):
    return {item.participant: item.end for item in spells(rows, dissolved or {})}


STAYING = [row(name, date(2010, 1, 1)) for name in ("B", "C", "D")]


def test_a_leaving_ends_its_spell_and_the_others_go_on():
    found = {item.participant: item for item in spells([row("A", date(2010, 1, 1), date(2015, 1, 1)), *STAYING], {})}
    assert found["A"].end == "left"
    assert found["A"].years == pytest.approx(5, abs=0.01)
    assert found["B"].end == "none"
    assert found["B"].years == pytest.approx(16, abs=0.01)


@pytest.mark.parametrize("day", [date(2018, 12, 31), date(2019, 1, 1), date(2020, 5, 1)])
def test_a_municipality_that_ceased_to_exist_did_not_leave(day):
    rows = [row("A", date(2010, 1, 1), day), *STAYING]
    merged = {"A": date(2019, 1, 1)}
    assert ends(rows, merged)["A"] == "dissolved"
    found = next(item for item in spells(rows, merged) if item.participant == "A")
    assert found.stop <= date(2019, 1, 1)
    # A year before it, it left itself.
    assert ends([row("A", date(2010, 1, 1), date(2018, 1, 1)), *STAYING], merged)["A"] == "left"


def test_an_arrangement_that_ends_whole_was_not_left():
    rows = [row("A", date(2010, 1, 1), date(2019, 12, 31)), row("B", date(2010, 1, 1), date(2020, 1, 1))]
    assert ends(rows) == {"A": "ended", "B": "ended"}
    # One that goes first did leave: the end came later.
    rows.append(row("C", date(2010, 1, 1), date(2016, 1, 1)))
    assert ends(rows)["C"] == "left"
    # Where somebody stays, all others left.
    assert set(ends([*rows, row("D", date(2010, 1, 1))]).values()) == {"left", "none"}


def test_a_version_out_of_force_without_another_ends_the_arrangement():
    day = date(2020, 12, 31)
    rows = [row("A", date(2010, 1, 1), as_of=day, ended=day), row("B", date(2010, 1, 1), day, as_of=day, ended=day)]
    assert ends(rows) == {"A": "ended", "B": "ended"}
    # With a version in force it was only succeeded.
    later = [*rows, row("A", date(2010, 1, 1))]
    assert ends(later) == {"A": "none", "B": "left"}


def test_what_is_announced_has_not_happened():
    found = {item.participant: item for item in spells([row("A", date(2010, 1, 1), date(2027, 1, 1)), *STAYING], {})}
    assert found["A"].end == "announced"
    assert found["A"].stop == NOW
    # An older row that announced it is confirmed where the others are known later.
    old = row("A", date(2010, 1, 1), date(2020, 1, 1), as_of=date(2018, 12, 31))
    assert ends([old, *STAYING])["A"] == "left"
    # And withdrawn where a later row has it stay.
    assert ends([old, row("A", date(2010, 1, 1)), *STAYING])["A"] == "none"


def test_without_a_day_of_joining_it_is_seen_from_the_first_row_on():
    first, last = row("A", as_of=date(2019, 12, 31)), row("A", left=date(2022, 6, 30))
    found = spells([first, last, *STAYING], {})[0]
    assert (found.start, found.stop, found.end) == (date(2019, 12, 31), date(2022, 6, 30), "left")
    assert not found.entry_known
    lone = spells([row("A"), *STAYING], {})[0]
    assert lone.years == 0
    # Gone before it was seen: nothing is known of how long it could have left.
    assert spells([row("A", left=date(2015, 1, 1)), *STAYING], {})[0].years == 0


def test_who_joins_again_has_two_spells_and_rows_of_one_stay_are_one():
    again = [row("A", date(2010, 1, 1), date(2014, 1, 1)), row("A", date(2018, 1, 1))]
    found = [item for item in spells([*again, *STAYING], {}) if item.participant == "A"]
    assert [item.end for item in found] == ["left", "none"]
    assert sum(item.years for item in found) == pytest.approx(12, abs=0.02)
    same = [row("A", date(2010, 1, 1), as_of=date(year, 12, 31)) for year in range(2017, 2026)]
    assert len([item for item in spells([*same, *STAYING], {}) if item.participant == "A"]) == 1


def test_of_a_file_that_names_one_participant_it_is_not_said_that_the_arrangement_ended():
    assert ends([row("A", date(2010, 1, 1), date(2015, 1, 1))]) == {"A": "left"}
