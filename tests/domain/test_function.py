"""The catalogue of functions: its rows agree with each other, with the task list and with the law they name."""

from __future__ import annotations

from itertools import pairwise

import pytest

from verband.domain.function import NO_FUNCTIONS, Range, functions, policy_fields
from verband.domain.reference import reference
from verband.domain.staff_pay import PRACTICES, function_rule, own_chance, pay_per_fte
from verband.domain.task_codes import task_rows, tasks
from verband.errors import MissingDataError

YEAR = 2025


def by_code(year=YEAR):
    return {item.code: item for item in functions(year)}


def test_every_task_of_every_year_is_in_one_field():
    listed = [code for row in reference("function_fields") for code in row["tasks"].split("+")]
    assert len(listed) == len(set(listed))
    assert set(listed) == {row.code for row in task_rows()}


def test_functions_are_on_a_field_that_holds_their_task():
    fields = {item.code: item for item in policy_fields()}
    assert NO_FUNCTIONS not in fields
    for item in functions(YEAR):
        tasks_of = fields[item.field].tasks
        assert item.task in tasks_of, item.code
    assert {item.field for item in functions(YEAR) if item.core} == set(fields) - {"economy"}


def test_codes_are_unique_and_those_excluded_exist_and_exclude_back():
    rows = reference("functions")
    assert len({row["function"] for row in rows}) == len(rows)
    found = by_code()
    for item in found.values():
        assert item.code not in item.not_with
        for other in item.not_with:
            assert item.code in found[other].not_with, (item.code, other)


def test_every_row_says_what_it_rests_on():
    for row in reference("functions"):
        assert row["certainty"] in set("VSMA"), row["function"]
        assert row["fte_certainty"] in set("VSMA"), row["function"]
        assert {row["core"], row["shareable"]} <= {"yes", "no"}, row["function"]
        assert row["deputy_by_law"] in {"", "yes"}, row["function"]
        assert row["practice"] in PRACTICES
        # A core function is demanded by law or is said to be practice.
        assert row["core"] == "no" or row["legal_basis"] or "no law" in row["source"], row["function"]
    for item in functions(YEAR):
        assert 0 <= item.growth <= 1
        assert item.least_holders >= 1
        assert item.fte.low >= 0


@pytest.mark.parametrize(
    ("code", "article", "least", "most", "shareable", "deputy"),
    [
        ("council_clerk", "107d", 1, None, False, True),
        ("municipal_secretary", "Gemeentewet art. 100", 1, 1, False, True),
        ("civil_registrar", "BW boek 1 art. 16", 2, None, True, False),
        ("tax_assessment_officer", "231 lid 2 onder b", 1, None, True, False),
        ("tax_collection_officer", "231 lid 2 onder c", 1, None, True, False),
        ("school_attendance_officer", "Leerplichtwet 1969 art. 16", 1, None, True, False),
        ("data_protection_officer", "art. 37", 1, None, True, False),
        ("municipal_archivist", "Archiefwet 1995 art. 31", 1, None, True, False),
        ("property_valuer", "Wet WOZ", 1, None, True, False),
        ("local_audit_secretary", "81a", 1, None, True, False),
    ],
)
def test_what_the_law_demands_is_in_the_row(code, article, least, most, shareable, deputy):
    item = by_code()[code]
    assert article in item.legal_basis
    assert (item.least_holders, item.most_holders) == (least, most)
    assert (item.shareable, item.deputy_by_law) == (shareable, deputy)


def test_who_may_not_be_one_person():
    found = by_code()
    assert "municipal_secretary" in found["council_clerk"].not_with
    assert "security_officer" in found["data_protection_officer"].not_with


def test_functions_begin_with_their_law():
    assert "data_protection_officer" not in by_code(2017)
    assert "data_protection_officer" in by_code(2018)
    assert "open_government_officer" not in by_code(2021)


def test_the_fields_add_up_to_a_usual_town_hall():
    """A municipality of 20,000 inhabitants has some 7 FTE of staff per 1,000: BBV indicators run from 6 to 10."""
    staff = sum(item.fte.mid for item in functions(YEAR) if item.independence != "elected")
    assert 6 <= staff / 20 <= 8


def test_pay_per_fte_follows_its_index_and_has_a_range():
    base = pay_per_fte(2023)
    for year in (2024, 2025):
        found = pay_per_fte(year)
        assert found.eur.mid == pytest.approx(base.eur.mid * found.index, rel=0.001)
        assert found.eur.low < found.eur.mid < found.eur.high
        # Never surer than the year it was indexed from.
        assert found.eur.high / found.eur.low > base.eur.high / base.eur.low
    with pytest.raises(MissingDataError, match="2019"):
        pay_per_fte(2019)


def test_rules_have_a_range_and_practices_an_order():
    chances = [own_chance(name).value for name in PRACTICES]
    assert chances[0] == Range(1, 1, 1)
    for more, less in pairwise(chances):
        assert more.mid > less.mid
    with pytest.raises(KeyError):
        function_rule("nothing")
    with pytest.raises(ValueError, match="ascend"):
        Range(2, 1, 3)


def test_all_tasks_of_the_years_with_pay_have_a_field():
    fields = {code for row in reference("function_fields") for code in row["tasks"].split("+")}
    for year in (2023, 2024, 2025):
        assert {row.code for level in ("task", "part") for row in tasks(year, level=level)} <= fields
