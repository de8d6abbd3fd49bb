"""Iv3 tasks and what is comparable over the years."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verband.domain.task import find_task, series_plan, task, tasks
from verband.domain.task_codes import code_order, task_rows
from verband.errors import BadInputError, UnknownNameError

ALL = range(2017, 2027)


def plan(request, years=ALL):
    return {one.year: "+".join(one.codes) if one.codes else None for one in series_plan(request, years)}


def test_code_list_by_year():
    assert len(tasks(2017)) == 53  # 51 with cost rows, and 0.10 and 0.11
    assert len(tasks(2017)) + 2 == len(tasks(2023))
    assert {"6.73", "6.74"} == {one.code for one in tasks(2024)} - {one.code for one in tasks(2022)}
    gone = {one.code for one in tasks(2024)} - {one.code for one in tasks(2025)}
    new = {one.code for one in tasks(2025)} - {one.code for one in tasks(2024)}
    assert gone == {"6.2", "6.6", "6.72", "6.73", "6.74"}
    assert new == {"6.21", "6.22", "6.23", "6.60", "6.75", "6.76", "6.79", "6.91", "6.92"}
    assert len(tasks(2023, level="part")) == 18
    assert len(tasks(2025, level="part")) == 16


def test_task_by_year():
    assert task("0.10", 2020).title_nl == "Mutaties reserves"
    assert task("0.1", 2020).title_nl == "Bestuur"
    assert task("8.1", 2022).title_nl != task("8.1", 2023).title_nl
    assert task("6.711", 2025).rolled_up == "6.71"
    with pytest.raises(UnknownNameError, match="exists 2023-2024"):
        task("6.73", 2020)
    with pytest.raises(UnknownNameError, match="there is no task"):
        task("7.33", 2020)


def test_rows_of_a_code_do_not_overlap():
    for year in range(2017, 2028):
        codes = [row.code for row in task_rows() if row.covers(year)]
        assert len(codes) == len(set(codes))
    assert {row.nature for row in task_rows()} == {"executive", "policy", "financial"}
    financial = {row.code for row in task_rows() if row.nature == "financial"}
    assert {"0.5", "0.64", "0.7", "0.8", "0.9", "0.10", "0.11", "3.2", "8.2"} == financial


def test_order_of_codes():
    assert sorted(["6.711", "0.10", "0.9", "6.71", "0.2", "1.1"], key=code_order) == [
        "0.2",
        "0.9",
        "0.10",
        "1.1",
        "6.71",
        "6.711",
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [("7.3", "7.3"), (" 7,3 ", "7.3"), ("afval", "7.3"), ("Waste", "7.3"), ("6.71A", "6.71a"), ("sportacco", "5.2")],
)
def test_find_task(text, code):
    assert find_task(text) == code


@pytest.mark.parametrize(
    ("text", "match"),
    [("jeugd", "more than one task"), ("7.9", "7.3 Afval|7.1"), ("afvall", "7.3 Afval"), ("", "there is no task")],
)
def test_unknown_tasks_are_explained(text, match):
    with pytest.raises(UnknownNameError, match=match):
        find_task(text)


def test_unbroken_series():
    assert plan("7.3") == dict.fromkeys(ALL, "7.3")
    assert plan("afval", [2020]) == {2020: "7.3"}
    assert plan("8.1") == dict.fromkeys(ALL, "8.1")


def test_renamed_and_divided_codes_are_linked_both_ways():
    assert plan("6.6")[2024] == "6.6"
    assert plan("6.6")[2025] == "6.60"
    assert plan("6.60")[2017] == "6.6"
    assert plan("6.2")[2025] == "6.21+6.22+6.23"
    assert plan("6.21+6.22+6.23")[2024] == "6.2"
    assert plan("6.21")[2024] is None


def test_code_that_changed_meaning_stops():
    series = plan("6.4")
    assert [year for year, codes in series.items() if codes] == list(range(2017, 2025))
    stopped = series_plan("6.4", [*ALL])[-1]
    assert "changed meaning" in stopped.reason
    assert "main task 6" in stopped.reason
    assert plan("6.4", [2025, 2026]) == {2025: "6.4", 2026: "6.4"}


def test_redistributed_code_stops_and_says_what_to_ask():
    series = series_plan("6.72", ALL)
    assert [one.year for one in series if one.codes] == list(range(2017, 2023))
    assert all("6.72+6.82" in one.reason for one in series if one.codes is None)
    assert plan("6.72", range(2022, 2027)) == {2022: None, 2023: "6.72", 2024: "6.72", 2025: None, 2026: None}
    assert plan("6.72@2023")[2023] == "6.72"
    assert plan("6.72@2023")[2022] is None
    with pytest.raises(UnknownNameError, match="2025"):
        series_plan("6.72@2025", ALL)


@pytest.mark.parametrize("years", [ALL, range(2023, 2026), [2024], range(2025, 2027)])
def test_sum_is_linked_over_both_breaks_whatever_years_are_asked(years):
    expected = (
        dict.fromkeys(range(2017, 2023), "6.72+6.82")
        | dict.fromkeys((2023, 2024), "6.72+6.73+6.74+6.82")
        | dict.fromkeys((2025, 2026), "6.75+6.76+6.79+6.82")
    )
    assert plan("6.72+6.82", years) == {year: expected[year] for year in years}
    assert plan("6.75+6.76+6.79+6.82", ALL) == expected
    assert plan("6.72+6.73+6.74+6.82", ALL) == expected


def test_doubts_of_2025_are_said_or_not_linked():
    by_year = {one.year: one for one in series_plan("6.72+6.82", ALL)}
    assert "6.791" in by_year[2025].note
    assert "6.791" not in (by_year[2024].note or "")
    assert plan("6.71")[2025] is None
    assert "6.6+6.71+6.72+6.81+6.82" in series_plan("6.71", ALL)[-1].reason
    assert plan("6.6+6.71+6.72+6.81+6.82")[2025] == "6.60+6.71+6.75+6.76+6.79+6.81+6.82"
    assert plan("6.91")[2024] is None
    assert plan("6.81") == dict.fromkeys(ALL, "6.81")
    assert series_plan("6.81", [2025])[0].note
    assert plan("6.71a")[2025] is None
    assert plan("6.82a")[2025] == "6.821"


def test_main_task_as_a_whole():
    assert plan("7", [2020]) == {2020: "7.1+7.2+7.3+7.4+7.5"}
    assert "0.10" not in plan("0", [2020])[2020].split("+")
    assert "6.91" in plan("6", [2025])[2025].split("+")


def test_years_before_tasks_have_a_reason():
    (one,) = series_plan("7.3", [2016])
    assert one.codes is None
    assert "2017" in one.reason


@pytest.mark.parametrize("text", ["6.2+6.2", "6.71+6.71a"])
def test_counting_twice_is_refused(text):
    with pytest.raises(BadInputError, match="twice"):
        series_plan(text, ALL)


@pytest.mark.parametrize("text", ["6.72+6.75", "9.9", "6.72@abc", "7.3+nonsense", "+", "@2023"])
def test_impossible_requests_are_refused(text):
    with pytest.raises(UnknownNameError):
        series_plan(text, ALL)


CODES = sorted({row.code for row in task_rows()}, key=code_order)


@given(st.lists(st.sampled_from(CODES), min_size=1, max_size=5, unique=True), st.lists(st.integers(2015, 2028)))
def test_no_plan_counts_a_code_twice_or_one_that_is_not_in_the_list(codes, years):
    try:
        series = series_plan("+".join(codes), years)
    except (UnknownNameError, BadInputError):
        return
    assert [one.year for one in series] == sorted(set(years))
    for one in series:
        assert (one.codes is None) == bool(one.reason)
        if one.codes:
            rows = [task(code, one.year) for code in one.codes]
            assert len(set(one.codes)) == len(one.codes)
            assert not {row.rolled_up for row in rows if row.level == "part"} & set(one.codes)


@given(st.text(max_size=12))
def test_any_text_is_answered_or_explained(text):
    with suppress(UnknownNameError, BadInputError):
        assert [one.year for one in series_plan(text, [2020])] == [2020]
