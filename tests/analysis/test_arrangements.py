"""Arrangements on a day: who takes the seat after a merger, what lapses, what is counted once."""

from __future__ import annotations

from datetime import date

import pytest

from verband.analysis.arrangements import arrangements_of, carry
from verband.domain.arrangement import ArrangementList, Membership

ON = date(2026, 7, 1)
LIST_DAY = date(2016, 1, 1)
SAFETY = "Wet veiligheidsregio's art. 8-10"
HEALTH = "Wet publieke gezondheid art. 14"


def member(code, *, arrangement="Afvalschap", origin="list", **extra):
    extra.setdefault("name", f"name of {code}")
    extra.setdefault("as_of", LIST_DAY)
    return Membership(arrangement.lower(), arrangement, code, code, origin=origin, source="list", **extra)


def part(code, share=1.0, *, main=True):
    return {"code": code, "name": f"name of {code}", "share": share, "main": main}


def moved(old, new, **extra):
    (found,) = carry(member(old, **extra), [part(new)])
    return found


def in_force(code, *rows, on=ON):
    current, _ = arrangements_of(code, rows, on=on)
    return {item.name: item for item in current}


def ended(code, *rows, on=ON):
    _, over = arrangements_of(code, rows, on=on)
    return {item.name: reason for item, reason in over}


def test_a_successor_takes_the_seat_under_its_own_name():
    found = in_force("N", moved("A", "N"), moved("B", "N"), member("C"))["Afvalschap"]
    assert [(item.code, item.name) for item in found.participants] == [("C", "name of C"), ("N", "name of N")]
    assert found.kind == "derived"
    assert found.note == "name of A is now name of N; name of B is now name of N"


def test_its_own_seat_makes_the_membership_measured_whatever_the_order():
    rows = [moved("A", "N"), member("N"), member("C")]
    for order in (rows, rows[::-1]):
        found = in_force("N", *order)["Afvalschap"]
        assert (found.kind, found.note) == ("measured", None)


def test_it_lapses_only_when_every_member_has_become_the_municipality():
    whole = [moved("A", "N"), moved("B", "N")]
    assert "art. 41 lid 1" in ended("N", *whole)["Afvalschap"]
    for other in (member("C"), member(None, name="Waterschap"), moved("D", "M")):
        assert in_force("N", *whole, other)
    # One listed member only was never a partnership that a merger can end.
    assert in_force("N", moved("A", "N"))


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.9873, "but for 1.3% that went elsewhere"), (0.883, "which is a guess"), (None, "which is a guess")],
)
def test_less_than_a_tenth_is_a_border_correction_and_no_division(share, words):
    rest = None if share is None else 1 - share
    (found,) = carry(member("A"), [part("N", share), part("M", rest, main=False)])
    assert (found.code, found.name, found.carried) == ("N", "name of N", True)
    assert words in found.note


def test_divided_without_a_main_part_leaves_the_seat_open():
    (found,) = carry(member("A"), [part("N", None, main=False), part("M", None, main=False)])
    assert found.code is None
    assert "not known" in found.note


def test_the_one_that_goes_on_keeps_its_seat():
    (found,) = carry(member("A"), [part("A", 0.99), part("M", 0.01, main=False)])
    assert (found.code, found.carried, found.note) == ("A", False, None)


def region(code, arrangement, basis=SAFETY, **extra):
    return member(code, arrangement=arrangement, status="compulsory", basis=basis, **extra)


def test_a_seat_in_another_area_fixed_by_law_does_not_pass():
    other = moved("A", "N", arrangement="Veiligheidsregio Oost", status="compulsory", basis=SAFETY)
    rows = [region("N", "Veiligheidsregio West"), other, region("C", "Veiligheidsregio Oost")]
    assert list(in_force("N", *rows)) == ["Veiligheidsregio West"]
    assert "art. 41 lid 7" in ended("N", *rows)["Veiligheidsregio Oost"]


def test_of_two_areas_by_different_predecessors_none_is_chosen():
    rows = [
        moved(old, "N", arrangement=name, status="compulsory", basis=SAFETY)
        for old, name in (("A", "Veiligheidsregio Oost"), ("B", "Veiligheidsregio West"))
    ]
    found = in_force("N", *rows)
    assert len(found) == 2
    assert all("which holds is unknown" in item.note for item in found.values())


def test_voluntary_seats_pass_although_the_municipality_has_one_like_it():
    rows = [member("N", arrangement="Recreatieschap West"), moved("A", "N", arrangement="Recreatieschap Oost")]
    assert len(in_force("N", *rows)) == 2


@pytest.mark.parametrize("name", ["WEZO (in 2016 opgeheven)", "RSD (in 2016 opgegaan in WIHW)"])
def test_an_end_within_the_name_counts_in_a_list_only(name):
    assert ended("A", member("A", arrangement=name), member("B", arrangement=name))
    assert in_force("A", member("A", arrangement=name, origin="own"))


@pytest.mark.parametrize(
    ("day", "there"),
    [(date(2019, 12, 31), False), (date(2020, 1, 1), True), (date(2024, 12, 31), True), (date(2025, 1, 1), False)],
)
def test_first_day_counts_and_day_of_leaving_does_not(day, there):
    row = member("A", origin="own", entry=date(2020, 1, 1), exit=date(2025, 1, 1))
    assert bool(in_force("A", row, on=day)) is there


def test_the_own_file_decides_over_an_older_list():
    left = member("A", origin="own", exit=date(2020, 1, 1), as_of=date(2026, 1, 1))
    assert "left on 2020-01-01" in ended("A", left, member("A"))["Afvalschap"]


def own(old, new, **extra):
    return moved(old, new, origin="own", **extra) if old != new else member(new, origin="own", **extra)


def test_shares_of_merged_members_add_up_and_a_missing_one_is_not_zero():
    both = in_force("N", own("A", "N", share=0.2), own("B", "N", share=0.3), own("C", "C", share=0.5))["Afvalschap"]
    assert both.share == pytest.approx(0.5)
    assert {item.code: item.share for item in both.participants} == {"C": 0.5, "N": pytest.approx(0.5)}
    one = in_force("N", own("A", "N", share=0.2), own("B", "N"), own("C", "C", share=0.5))["Afvalschap"]
    assert one.share is None


def test_a_share_on_two_lines_counts_once():
    rows = [own("A", "A", share=0.4, document="begroting"), own("A", "A", share=0.4, document="rekening")]
    assert in_force("A", *rows)["Afvalschap"].share == pytest.approx(0.4)


def paid(old, new, eur, year):
    return own(old, new, contribution_eur=eur, contribution_year=year)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([paid("A", "N", 10.0, 2021), paid("B", "N", 5.0, 2021)], (15.0, 2021)),
        ([paid("A", "N", 10.0, 2021), own("B", "N")], (None, None)),
        ([paid("A", "N", 10.0, 2021), paid("B", "N", 5.0, 2020)], (None, None)),
        ([paid("N", "N", 17.0, 2024), paid("A", "N", 10.0, 2021)], (17.0, 2024)),
        ([paid("N", "N", 17.0, 2021), paid("A", "N", 10.0, 2021)], (27.0, 2021)),
        ([paid("N", "N", 17.0, 2023), paid("N", "N", 18.0, 2024)], (18.0, 2024)),
        ([own("N", "N")], (None, None)),
        ([paid("N", "N", 0.0, 2024)], (0.0, 2024)),
    ],
)
def test_contributions_of_predecessors(rows, expected):
    found = in_force("N", *rows, own("C", "C"))["Afvalschap"]
    assert (found.contribution_eur, found.contribution_year) == expected


def test_of_two_seats_of_its_own_for_one_duty_neither_is_believed_and_the_duty_counts_once():
    rows = [
        region("N", "Veiligheidsregio West"),
        region("N", "Geneeskundige hulpverlening West"),
        region("N", "GGD West", basis=HEALTH),
    ]
    found = in_force("N", *rows)
    assert {name for name, item in found.items() if item.doubtful} == {
        "Veiligheidsregio West",
        "Geneeskundige hulpverlening West",
    }
    assert "the law asks one body" in found["Veiligheidsregio West"].note
    listed = ArrangementList("N", "Nieuwstad", ON, tuple(found.values()), ())
    assert (listed.compulsory, listed.duties) == (3, 2)


def test_a_body_for_two_duties_is_in_doubt_where_the_list_names_another_for_one_of_them():
    both = region("N", "Veiligheids- en gezondheidsregio West", basis=f"{SAFETY}; {HEALTH}")
    found = in_force("N", both, region("N", "GGD West", basis=HEALTH))
    assert all(item.doubtful for item in found.values())
    assert ArrangementList("N", "Nieuwstad", ON, tuple(found.values()), ()).duties == 2


def test_the_own_file_is_believed_where_it_names_two_for_one_duty():
    found = in_force("N", region("N", "Veiligheidsregio", origin="own"), region("N", "GHOR", origin="own"))
    listed = ArrangementList("N", "Nieuwstad", ON, tuple(found.values()), ())
    assert (listed.compulsory, listed.duties) == (2, 2)
    assert not any(item.doubtful for item in listed.items)
