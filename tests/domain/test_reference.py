"""Reference tables: every fact has a source, every pattern compiles, every period is one."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pytest

from verband.domain.reference import in_force, reference, reference_names
from verband.domain.size_class import size_class, size_classes
from verband.domain.task import series_plan
from verband.domain.task_codes import rows_of
from verband.errors import BadInputError, UnknownNameError


@pytest.mark.parametrize("name", reference_names())
def test_every_row_has_a_source_and_a_sound_period(name):
    rows = reference(name)
    assert rows
    for line, row in enumerate(rows, start=2):
        where = f"{name}.csv line {line}"
        assert row["source"].strip(), where
        assert row.get("certainty", "V").strip(), where
        for end in ("valid_from", "valid_to"):
            assert re.fullmatch(r"|\d{4}|\d{4}-\d{2}-\d{2}", row.get(end, "")), where
        if row.get("valid_from") and row.get("valid_to"):
            assert row["valid_from"] <= row["valid_to"], where
        if "pattern" in row:
            re.compile(row["pattern"])


def test_tables_that_do_not_exist_are_refused():
    for name in ("nothing", "../schemas/_tables", "Tasks"):
        with pytest.raises(UnknownNameError, match="size_classes"):
            reference(name)


def test_in_force_by_day_and_by_year():
    row = {"valid_from": "2016-04-14", "valid_to": "2023"}
    assert in_force(row, date(2023, 12, 31))
    assert not in_force(row, date(2024, 1, 1))
    assert not in_force(row, date(2016, 4, 13))
    assert not in_force(row)
    assert in_force({"valid_from": "2024", "valid_to": ""})
    assert in_force({}, date(1900, 1, 1))


def test_tasks_named_in_other_tables_exist():
    for table in (
        "arrangement_tasks",
        "compulsory_arrangements",
        "scale_cautions",
        "scale_sums",
        "shock_years",
        "task_links",
    ):
        for row in reference(table):
            for code in (row.get("tasks") or row.get("codes") or row.get("task") or "").split("+"):
                assert rows_of(code), f"{table}: {code}"


@pytest.mark.parametrize("name", reference_names())
def test_what_goes_on_has_no_end(name):
    """A year far away is no way to say that something has not ended."""
    for line, row in enumerate(reference(name), start=2):
        for column in ("valid_to", "last_year", "last_list"):
            assert not row.get(column) or int(row[column][:4]) < 2050, f"{name}.csv line {line}"


def test_shock_years_are_the_years_in_which_the_row_holds():
    for row in reference("shock_years"):
        assert (row["first_year"], row["last_year"]) == (row["valid_from"], row["valid_to"])


RULES = (
    "boundary_rules",
    "comparison_rules",
    "evidence_rules",
    "function_rules",
    "name_rules",
    "scale_rules",
    "vintage_rules",
)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_one_value_in_force_with_its_reason(name):
    rules = [row["rule"] for row in reference(name) if in_force(row)]
    assert len(rules) == len(set(rules))
    for row in reference(name):
        assert row["reason"].strip()
        assert row["unit"].strip()
        assert float(row["value"]) > 0


def test_bodies_of_regions_are_known_regions_that_the_law_compels():
    kinds = {row["region_type"] for row in reference("region_types")}
    laws = {row["basis"] for row in reference("compulsory_arrangements") if row["status"] == "compulsory"}
    for row in reference("region_bodies"):
        assert row["region_type"] in kinds
        assert row["source"] in laws


def test_what_is_not_in_total_cost_is_reserves_and_the_result():
    assert {row["code"] for row in reference("tasks") if row["in_total"] != "yes"} == {"0.10", "0.11"}


def test_links_cover_each_year_once_and_without_overlap():
    groups = {}
    for row in reference("task_links"):
        groups.setdefault(row["group"], []).append(row)
    for group, steps in groups.items():
        for before, after in pairwise(steps):
            assert int(after["valid_from"]) == int(before["valid_to"]) + 1, group
        for step in steps:
            year = int(step["valid_from"])
            assert all(any(row.covers(year) for row in rows_of(code)) for code in step["codes"].split("+")), group


def test_size_classes_follow_each_other():
    classes = size_classes()
    assert classes[0].low == 0
    assert classes[-1].below is None
    for before, after in pairwise(classes):
        assert before.below == after.low


@pytest.mark.parametrize(
    ("inhabitants", "code"),
    [
        (0, "<10000"),
        (9_999, "<10000"),
        (10_000, "10000-20000"),
        (19_999, "10000-20000"),
        (49_999, "20000-50000"),
        (99_999, "50000-100000"),
        (100_000, "100000-250000"),
        (250_000, ">=250000"),
        (950_000, ">=250000"),
    ],
)
def test_size_class(inhabitants, code):
    assert str(size_class(inhabitants)) == code


@pytest.mark.parametrize("inhabitants", [-1, float("nan")])
def test_no_size_class_for_no_number(inhabitants):
    with pytest.raises(BadInputError):
        size_class(inhabitants)


def test_plan_of_every_task_is_complete():
    for row in reference("tasks"):
        for plan in series_plan(row["code"], range(2016, 2028)):
            assert (plan.codes is None) == bool(plan.reason)
