"""What a name tells about an arrangement, and what it does not."""

from __future__ import annotations

from datetime import date

import pytest

from verband.domain.classification import Status, classify, has_board, legal_forms
from verband.domain.figure import Kind

SAFETY, HEALTH = "Wet veiligheidsregio's art. 8-10", "Wet publieke gezondheid art. 14"


@pytest.mark.parametrize(
    ("name", "basis", "tasks"),
    [
        ("Veiligheidsregio Voorbeeldland", (SAFETY,), ("1.1",)),
        ("Veiligheids- en Gezondheidsregio Elders", (SAFETY, HEALTH), ("1.1", "7.1")),
        ("GGD Voorbeeld-Noord", (HEALTH,), ("7.1",)),
        ("Dienst Gezondheid & Jeugd Elders", (HEALTH,), ("7.1",)),
        ("RDOG Elders", (HEALTH,), ("7.1",)),
        ("Hulpverlening Voorbeeld Midden", (SAFETY,), ("1.1",)),
        ("Omgevingsdienst Elders", ("Omgevingswet art. 18.21",), ("7.4",)),
        ("RUD Voorbeeld", ("Omgevingswet art. 18.21",), ("7.4",)),
        ("DCMR Milieudienst Rijnmond", ("Omgevingswet art. 18.21",), ("7.4",)),
    ],
)
def test_compulsory_by_law(name, basis, tasks):
    found = classify(name)
    assert (found.status, found.status_kind) == (Status.COMPULSORY, Kind.DERIVED)
    assert (found.basis, found.tasks, found.tasks_kind) == (basis, tasks, Kind.DERIVED)
    assert found.reasons


def test_duty_to_cooperate_is_not_a_compelled_form():
    found = classify("Jeugdhulp Voorbeeldregio")
    assert (found.status, found.tasks, found.form) == (Status.COOPERATE, ("6.72+6.82",), None)


@pytest.mark.parametrize(
    "name", ["Regio Voorbeeld", "ABC-gemeenten", "", "Schadeschap", "Veiligheid en zo", "Werkorganisatie X"]
)
def test_silent_names_are_unknown_never_voluntary(name):
    found = classify(name)
    assert (found.status, found.status_kind, found.basis) == (Status.UNKNOWN, None, ())
    assert (found.tasks, found.tasks_kind, found.form, found.form_kind) == ((), None, None, None)


def test_task_without_status():
    found = classify("Afvalschap Voorbeeld")
    assert (found.status, found.tasks) == (Status.UNKNOWN, ("7.3",))
    assert classify("Landelijk Meldpunt Afvalstoffen").tasks == ()
    assert classify("Afvalwater Voorbeeld").tasks == ("7.2",)
    assert classify("Sociale werkvoorziening FryslÃ¢n").tasks == ("6.4",)


@pytest.mark.parametrize(
    ("form", "votes"),
    [
        ("arrangement_only", False),
        ("regeling zonder meer", False),
        ("Centrumregeling", False),
        ("openbaar lichaam", True),
        ("public_body", True),
        ("anders", True),
        (None, True),
    ],
)
def test_only_a_form_that_is_known_to_have_no_board_has_no_votes(form, votes):
    assert has_board(form) is votes


def test_law_of_the_day_counts():
    name = "Omgevingsdienst Elders"
    assert classify(name, date(2016, 1, 1)).status is Status.UNKNOWN
    assert "algemene bepalingen" in classify(name, date(2020, 1, 1)).basis[0]
    assert classify(name, date(2024, 1, 1)).basis == ("Omgevingswet art. 18.21",)


def test_forms():
    forms = legal_forms()
    assert {code for code, form in forms.items() if form.legal_personality} == {"public_body", "operating_organisation"}
    assert len(forms) == 4
    assert classify("Bedrijfsvoeringsorganisatie Elders").form == "operating_organisation"
    assert classify("Centrumregeling A en B").form == "arrangement_only"
    assert classify("Openbaar lichaam Iets").form == "public_body"
    assert classify("Gemeenschappelijk orgaan Iets").form_kind is Kind.DERIVED
