"""Participation: seats counted by status and source, groups described without those that no list names."""

from __future__ import annotations

from datetime import date
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verband.analysis.arrangements import arrangements_of
from verband.analysis.participation import (
    COUNTED,
    Participation,
    participation,
    participation_by,
    participation_of_group,
    share_between,
)
from verband.domain.arrangement import ArrangementList, Membership

ON = date(2026, 7, 1)


def seats(code, voluntary=0, unknown=0, **extra):
    """A municipality with three compulsory seats in the lists, and these."""
    given = {
        "compulsory": 3,
        "cooperate": 0,
        "own": 0,
        "register": 0,
        "list": 3 + voluntary + unknown,
        "region": 0,
        "carried": 0,
        "oldest": None,
        "duties": 3,
        **extra,
    }
    return Participation(code=code, on=ON, voluntary=voluntary, unknown=unknown, **given)


def unlisted(code):
    return seats(code, list=0, region=3)


def membership(name, status=None, origin="list", **extra):
    return Membership(
        name.lower(), name, "N", "N", "Nieuwstad", origin, "source", date(2016, 1, 1), status=status, **extra
    )


def test_seats_by_status_and_by_source():
    rows = [
        membership("Veiligheidsregio", "compulsory"),
        membership("Jeugdhulp", "cooperate", "own", carried=True),
        membership("Muziekschool", "voluntary", "register"),
        membership("Regio"),
        membership("Recreatieschap", carried=True),
        membership("Omgevingsdienst", "compulsory", "region", carried=True),
        membership("Afvalschap", exit=date(2020, 1, 1)),
    ]
    items, ended = arrangements_of("N", rows, on=ON)
    found = participation(ArrangementList("N", "Nieuwstad", ON, items, ended))
    assert (found.compulsory, found.cooperate, found.voluntary, found.unknown) == (2, 1, 1, 2)
    assert (found.total, found.voluntary_at_most) == (6, 3)
    assert (found.own, found.register, found.list, found.region) == (1, 1, 3, 1)
    # What the law adds from a region list is nobody's old seat; what ended is in no count.
    assert found.carried == 2
    assert (found.oldest, found.kind) == (date(2016, 1, 1), "derived")


def test_a_municipality_that_only_the_law_names_is_not_listed():
    items, _ = arrangements_of("N", [membership("Veiligheidsregio", "compulsory", "region")], on=ON)
    assert not participation(ArrangementList("N", "Nieuwstad", ON, items, ())).listed
    assert not participation(ArrangementList("N", "Nieuwstad", ON, (), ())).listed


def test_mean_and_middle_half_by_hand():
    group = [seats(f"{number}", unknown=number) for number in range(9)]
    found = participation_of_group("g", group)
    total = found.counts["total"]
    # 3, 4, ... 11: quartiles of nine values in a row are the third, fifth and seventh.
    assert (total.mean, total.low, total.median, total.high) == (7, 5, 7, 9)
    assert (total.least, total.most) == (3, 11)
    assert found.counts["compulsory"].mean == 3
    assert not found.few


def test_a_municipality_without_a_list_is_named_and_in_no_figure():
    found = participation_of_group("g", [seats("A", voluntary=2), unlisted("B"), seats("C", voluntary=4)])
    assert (found.municipalities, found.listed, found.missing) == (3, 2, ("B",))
    assert found.counts["total"].mean == 6
    assert found.counts["voluntary"].mean == 3
    assert found.share_any_voluntary == 1


def test_nobody_listed_gives_no_figure_and_no_zero():
    found = participation_of_group("g", [unlisted("A")])
    assert (found.listed, found.missing) == (0, ("A",))
    assert found.share_any_voluntary is None
    assert found.carried_mean is None
    for spread in found.counts.values():
        assert (spread.mean, spread.least, spread.median, spread.most) == (None, None, None, None)


@pytest.mark.parametrize(("listed", "few"), [(7, True), (8, False)])
def test_fewer_than_eight_listed_have_no_quartiles(listed, few):
    group = [seats(f"{number}", unknown=number) for number in range(listed)] + [unlisted("Z")]
    found = participation_of_group("g", group)
    total = found.counts["total"]
    assert found.few is few
    assert [value is None for value in (total.low, total.median, total.high)] == [few] * 3
    assert total.mean == pytest.approx(3 + (listed - 1) / 2)


def test_any_voluntary_lies_between_what_is_known_and_what_may_be():
    group = [seats("A", voluntary=1), seats("B", unknown=5), seats("C"), seats("D", voluntary=2, unknown=1)]
    found = participation_of_group("g", group)
    assert (found.share_any_voluntary, found.share_any_voluntary_at_most) == (0.5, 0.75)
    assert found.counts["voluntary"].mean == 0.75
    assert found.counts["voluntary_at_most"].mean == 2.25


def test_groups_in_the_given_order_without_empty_ones_and_without_the_unknown():
    group_of = {"A": "large", "B": "small", "C": None}.get
    found = participation_by([seats("A"), seats("B"), seats("C")], group_of, ["small", "middle", "large"])
    assert [(item.name, item.municipalities) for item in found] == [("small", 1), ("large", 1)]


def between(groups):
    members = {f"{name}{number}": (name, count) for name, part in groups.items() for number, count in enumerate(part)}
    return share_between([seats(code, unknown=count) for code, (_, count) in members.items()], lambda c: members[c][0])


def test_share_between_groups_by_hand():
    # Means 2 and 6; within 2 + 2 = 4 on 4 degrees of freedom; total 4 + 6 x 4 = 28; (24 - 1) / 28.
    assert between({"A": [1, 2, 3], "B": [5, 6, 7]}) == pytest.approx(23 / 28)
    assert between({"A": [1, 1], "B": [4, 4]}) == pytest.approx(1)
    # Equal means: less than nothing by the formula, shown as nothing.
    assert between({"A": [1, 3], "B": [1, 3]}) == 0
    assert between({"A": [1, 3]}) == 0


def test_share_between_groups_cannot_always_be_told():
    assert between({}) is None
    assert between({"A": [2, 2], "B": [2]}) is None
    assert between({"A": [1], "B": [4]}) is None


def test_share_between_leaves_out_the_unlisted_and_the_groupless():
    groups = {"A1": "A", "A2": "A", "A3": "A", "B1": "B", "B2": "B", "B3": "B", "B4": "B", "X": None}
    counts = {"A1": 1, "A2": 2, "A3": 3, "B1": 5, "B2": 6, "B3": 7, "X": 99}
    members = [seats(code, unknown=count) for code, count in counts.items()] + [unlisted("B4")]
    assert share_between(members, groups.get) == pytest.approx(23 / 28)


numbers = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.integers(0, 9), st.booleans()), max_size=30)


@given(numbers)
def test_groups_add_up_to_the_whole_and_statuses_to_the_total(rows):
    members = [
        seats(f"{place}", voluntary, unknown) if listed else unlisted(f"{place}")
        for place, (_, voluntary, unknown, listed) in enumerate(rows)
    ]
    groups = participation_by(members, lambda code: rows[int(code)][0], "abc")
    whole = participation_of_group("all", members)
    assert sum(item.municipalities for item in groups) == whole.municipalities
    assert sum(item.listed for item in groups) == whole.listed == whole.municipalities - len(whole.missing)
    for item in (*groups, whole):
        assert tuple(item.counts) == COUNTED
        if item.listed:
            parts = [item.counts[status].mean for status in ("compulsory", "cooperate", "voluntary", "unknown")]
            assert sum(parts) == pytest.approx(item.counts["total"].mean)
            assert 0 <= item.share_any_voluntary <= item.share_any_voluntary_at_most <= 1
    if whole.listed:
        weighted = fmean(
            [item.counts["total"].mean for item in groups if item.listed],
            weights=[item.listed for item in groups if item.listed],
        )
        assert weighted == pytest.approx(whole.counts["total"].mean)
    share = share_between(members, lambda code: rows[int(code)][0])
    assert share is None or 0 <= share <= 1
