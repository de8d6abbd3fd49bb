"""Spells of participants: from joining to leaving, and which ends are no leaving."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import numpy as np
import pytest

from verband.analysis.participation_spells import Dated, one_clock, spells

NOW = date(2025, 12, 31)


def row(participant, entry=None, left=None, as_of=NOW, arrangement="a", **more):
    return Dated(arrangement, participant, participant, entry, left, as_of, **more)


def ends(rows, dissolved=None):
    return {item.participant: item.end for item in spells(rows, dissolved or {})}


STAYING = [row(name, date(2010, 1, 1)) for name in ("B", "C", "D")]
FIRST = [row(name, date(2010, 1, 1), as_of=date(2010, 1, 1)) for name in ("B", "C", "D")]
"""A list of the first day, so that all years since count."""


def test_a_leaving_ends_its_spell_and_the_others_go_on():
    found = {
        item.participant: item for item in spells([row("A", date(2010, 1, 1), date(2015, 1, 1)), *FIRST, *STAYING], {})
    }
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
    found = [item for item in spells([*again, *FIRST, *STAYING], {}) if item.participant == "A"]
    assert [item.end for item in found] == ["left", "none"]
    assert sum(item.years for item in found) == pytest.approx(12, abs=0.02)
    same = [row("A", date(2010, 1, 1), as_of=date(year, 12, 31)) for year in range(2017, 2026)]
    assert len([item for item in spells([*same, *STAYING], {}) if item.participant == "A"]) == 1


def test_of_a_file_that_names_one_participant_it_is_not_said_that_the_arrangement_ended():
    assert ends([row("A", date(2010, 1, 1), date(2015, 1, 1))]) == {"A": "left"}


@pytest.mark.parametrize("older", [date(2018, 12, 31), date(2020, 6, 30), date(2021, 12, 31)])
def test_an_older_list_withdraws_no_leaving(older):
    """An older list can be later than the day of leaving, when nobody had updated it."""
    day = date(2020, 6, 30)
    rows = [*STAYING, row("A", date(2010, 1, 1), as_of=older), row("A", date(2010, 1, 1), day)]
    found = next(item for item in spells(rows, {}) if item.participant == "A")
    assert (found.end, found.stop) == ("left", day)
    # The break: the same list, newer than the one that states it, has it stay.
    newer = [*STAYING, row("A", date(2010, 1, 1), day, as_of=older), row("A", date(2010, 1, 1))]
    assert ends(newer)["A"] == "none"


def test_the_order_of_rows_decides_nothing_and_of_one_day_a_stated_leaving_wins():
    rows = [row("A", date(2010, 1, 1), date(2020, 1, 1)), row("A", date(2010, 1, 1)), row("A", None, date(2019, 1, 1))]
    rows.append(row("A", NOW))
    made = {spells([*order, *STAYING], {}) for order in itertools.permutations(rows)}
    assert len(made) == 1
    first = next(iter(made))[0]
    assert (first.end, first.stop) == ("left", date(2020, 1, 1))


def test_the_newest_that_states_a_leaving_says_when_and_a_silent_one_before_that_day_withdraws_nothing():
    first = row("A", date(2010, 1, 1), date(2024, 6, 1), as_of=date(2023, 12, 31))
    later = row("A", date(2010, 1, 1), date(2025, 6, 1), as_of=date(2024, 5, 31))
    found = next(item for item in spells([later, first, *STAYING], {}) if item.participant == "A")
    assert (found.end, found.stop) == ("left", date(2025, 6, 1))
    # It was still there before the day it had announced, and is on no list after it.
    assert ends([first, row("A", date(2010, 1, 1), as_of=date(2024, 3, 31)), *STAYING])["A"] == "left"


def test_who_joins_again_on_the_day_of_the_list_that_states_its_leaving_has_two_spells():
    day = date(2014, 1, 1)
    rows = [row("A", None, date(2012, 1, 1), as_of=day), row("A", day, as_of=day), row("A", day)]
    for order in itertools.permutations(rows):
        found = [item for item in spells([*order, *STAYING], {}) if item.participant == "A"]
        assert [item.end for item in found] == ["left", "none"]


def test_years_before_a_file_could_show_a_leaving_do_not_count():
    """One list of who stayed and the last that left: the oldest leaving starts the clock, and is no leaving."""
    since = date(1995, 1, 1)
    rows = [row(name, since) for name in "BCD"]
    assert sum(item.years for item in spells(rows, {})) == 0
    rows += [row("A", since, date(2023, 1, 1)), row("E", since, date(2023, 1, 20)), row("F", since, date(2024, 6, 30))]
    found = {item.participant: item for item in spells(rows, {})}
    # A month later: who goes with the oldest is part of the same event.
    assert {item.clock for item in found.values()} == {date(2023, 2, 1)}
    assert [found[name].only_starts for name in "AEF"] == [True, True, False]
    assert [found[name].years for name in "AE"] == [0, 0]
    assert found["B"].years == pytest.approx(2.91, abs=0.01)
    # An older list shows all that left since, and the oldest leaving counts.
    listed = {item.participant: item for item in spells([*rows, row("B", since, as_of=date(2020, 1, 1))], {})}
    assert listed["A"].clock == date(2020, 1, 1)
    assert listed["A"].years == pytest.approx(3, abs=0.01)
    assert not listed["A"].only_starts


def test_own_files_have_a_clock_per_arrangement_and_the_register_has_one():
    since = date(1995, 1, 1)
    for registered, clocks in (
        (False, {"a": date(2015, 2, 1), "b": NOW}),
        (True, dict.fromkeys("ab", date(2015, 2, 1))),
    ):
        rows = [row("A", since, date(2015, 1, 1), registered=registered), row("B", since, registered=registered)]
        rows.append(row("C", since, arrangement="b", registered=registered))
        found = spells(rows, {})
        assert {item.arrangement: item.clock for item in found} == clocks
        assert {item.clock for item in one_clock(found)} == {date(2015, 2, 1)}
    # A register without a leaving has a history from the first version on that was followed by another.
    ended = date(2018, 6, 30)
    versions = [row("A", since, as_of=ended, ended=ended, registered=True), row("A", since, registered=True)]
    assert spells(versions, {})[0].clock == ended
    assert spells(versions[1:], {})[0].years == 0


def test_who_is_gone_from_a_newer_list_without_a_day_is_told_apart():
    old = row("A", date(2010, 1, 1), as_of=date(2018, 12, 31))
    assert ends([old, *STAYING])["A"] == "gone"
    # Unless its municipality ceased to exist in between, or it was only announced.
    assert ends([old, *STAYING], {"A": date(2020, 1, 1)})["A"] == "dissolved"
    assert ends([row("A", left=date(2027, 1, 1), as_of=date(2018, 12, 31)), *STAYING])["A"] == "announced"


def files_of(rng, arrangements, rate, since, until):
    """Lists of one day: participants of 1995, replaced when they leave; who left before ``since`` is not on them."""
    for number in range(arrangements):
        for place in range(9):
            gone = date(1995, 1, 1) + timedelta(days=int(365.25 * rng.exponential(1 / rate)))
            while gone < since:
                gone += timedelta(days=1 + int(365.25 * rng.exponential(1 / rate)))
            left = gone if gone <= until else None
            yield row(f"P{place}", date(1995, 1, 1), left, until, arrangement=f"a{number}")


def test_the_true_rate_is_found_in_files_that_name_only_the_last_leavings():
    """3% a year; counted from the day of joining it would be a fifth of that."""
    until = date(2024, 12, 31)
    found = spells(files_of(np.random.default_rng(4), 4_000, 0.03, date(2023, 1, 1), until), {})
    left = sum(item.end == "left" and item.years > 0 for item in found)
    years = sum(item.years for item in found)
    # About 400 leavings: two standard errors are a tenth.
    assert left > 300
    assert left / years == pytest.approx(0.03, rel=0.1)
    # The breaks: the oldest leaving counted, and years from the day of joining.
    assert sum(item.end == "left" for item in found) / years > 0.05
    assert sum(item.end == "left" for item in found) / sum((i.stop - i.start).days / 365.25 for i in found) < 0.005
