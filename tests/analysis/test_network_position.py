"""Positions in the network of arrangements: boards, partners, congruence, and the groups they are held against."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from verband.analysis.arrangements import arrangements_of
from verband.analysis.network import MEASURES, beside, network_positions
from verband.domain.arrangement import ArrangementList, Membership

ON = date(2026, 7, 1)
BOARDS = {
    "safety": ("compulsory", "abcd"),
    "waste": (None, "ab"),
    "tax": (None, "abc"),
    "music": ("voluntary", "ab"),
    "alone": (None, "d"),
    "water": (None, "de"),
}
REGIONS = {"labour": {"a": "North", "b": "North", "c": "South", "d": "South"}, "care": {"a": "X", "b": "Y", "c": "X"}}


def lists(boards=None, carried=""):
    made = []
    for code in "abcdef":
        rows = [
            Membership(name, name, member, member, member.upper(), "list", "source", ON, status=status,
                       carried=member in carried)
            for name, (status, members) in (BOARDS if boards is None else boards).items()
            if code in members
            for member in members
        ]  # fmt: skip
        items, ended = arrangements_of(code, rows, on=ON)
        made.append(ArrangementList(code=code, name=code.upper(), on=ON, items=items, ended=ended))
    return made


@pytest.fixture(scope="module")
def found():
    return {item.code: item for item in network_positions(lists(), REGIONS)}


def test_boards_by_status_and_partners(found):
    a = found["a"]
    assert (a.boards, a.compulsory, a.cooperate, a.voluntary, a.unknown) == (4, 1, 0, 1, 2)
    assert a.partners == 3
    # bcd, b and bc: waste and music are with the same partner.
    assert a.partner_sets == 3
    # alone has no partners and makes no set.
    assert (found["d"].boards, found["d"].partners, found["d"].partner_sets) == (3, 4, 2)
    assert a.listed
    assert a.kind == "derived"


def test_congruence_leaves_out_what_the_law_compels(found):
    """d is a partner of a by the safety region alone, so of b and c only: b lies in North, c in X."""
    labour, care = found["a"].regions
    assert (labour.region, labour.partners, labour.inside, labour.share) == ("North", 2, 1, 0.5)
    assert (care.region, care.partners, care.inside) == ("X", 2, 1)
    assert found["a"].congruence == 0.5
    # d lies in no care region, and its one partner in none at all.
    (only,) = found["d"].regions
    assert (only.partners, only.share) == (0, None)
    assert found["d"].congruence is None


def test_without_arrangements_or_regions_nothing_is_claimed(found):
    f = found["f"]
    assert (f.boards, f.partners, f.partner_sets, f.betweenness) == (0, 0, 0, 0)
    assert (f.listed, f.constraint, f.effective_size, f.congruence) == (False, None, None, None)
    bare = network_positions(lists(), {})
    assert all(item.regions == () and item.congruence is None for item in bare)


def test_who_alone_connects_others_is_between_them(found):
    """e reaches the rest through d only."""
    assert found["d"].betweenness == max(item.betweenness for item in found.values())
    assert found["e"].betweenness == 0
    assert found["d"].constraint < found["e"].constraint


def test_seats_of_predecessors_are_counted():
    found = {item.code: item for item in network_positions(lists(carried="b"), {})}
    assert found["b"].carried == 4
    assert found["a"].carried == 0


def test_a_municipality_is_held_against_the_others_that_are_listed(found):
    place = found["a"]
    group = [replace(place, code=f"x{number}", boards=number) for number in range(9)]
    group.append(replace(place, code="y", boards=100, listed=False))
    held = beside(place, [place, *group])
    assert set(held) == set(MEASURES)
    assert (held["boards"].value, held["boards"].median, held["boards"].n) == (4, 4, 9)
    assert held["boards"].high == 6, "one that no list names is left out"
    assert beside(place, [place])["boards"].few
