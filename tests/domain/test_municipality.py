"""Finding a municipality by what people type; the municipalities are invented where they need not be real."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verband.domain.municipality import (
    MunicipalityIndex,
    code_from_tooi,
    is_damaged,
    municipality_code,
    normalise_name,
    tooi,
)
from verband.errors import BadInputError, UnknownNameError

NAMES = [
    ("GM0373", "Bergen (NH.)", 2015),
    ("GM0893", "Bergen (L.)", 2015),
    ("GM0197", "Aalten", 2010),
    ("GM0518", "'s-Gravenhage", 2010),
    ("GM0164", "Hengelo", 2010),
    ("GM0164", "Hengelo (O.)", 2024),
    ("GM9001", "Oud-Fryslân", 2010),
    ("GM9001", "Oud-Frysl‚n", 2013),
    ("GM9002", "Noord-Oud", 2014),
    ("GM9002", "Nieuw Noord", 2018),
    ("GM0344", "Utrecht", 2010),
]


@pytest.fixture(scope="module")
def index():
    return MunicipalityIndex.from_records({"code": code, "name": name, "year": year} for code, name, year in NAMES)


@pytest.mark.parametrize(
    ("text", "code", "exact"),
    [
        ("GM0197", "GM0197", True),
        ("gm197", "GM0197", True),
        ("197", "GM0197", True),
        (" 0197 ", "GM0197", True),
        ("https://identifier.overheid.nl/tooi/id/gemeente/gm0197", "GM0197", True),
        ("Aalten", "GM0197", True),
        ("aalten", "GM0197", False),
        ("Gemeente Aalten", "GM0197", False),
        ("Bergen (L.)", "GM0893", True),
        ("bergen nh", "GM0373", False),
        ("Hengelo", "GM0164", True),
        ("hengelo (o)", "GM0164", False),
        ("s gravenhage", "GM0518", False),
        ("’s-Gravenhage (gemeente)", "GM0518", False),
        ("Den Haag", "GM0518", False),
        ("Utrecht (gemeente)", "GM0344", True),
        ("oud fryslan", "GM9001", False),
        ("Noord-Oud", "GM9002", True),
        ("Nieuw Noord", "GM9002", True),
    ],
)
def test_find(index, text, code, exact):
    match = index.find(text)
    assert (match.code, match.exact) == (code, exact)


def test_latest_undamaged_name_is_shown(index):
    assert index.name("GM9001") == "Oud-Fryslân"
    assert index.name("GM9002") == "Nieuw Noord"
    assert "GM9002" in index
    assert "GM9003" not in index
    assert index.codes()[0] == "GM0164"


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("Bergen", r"Bergen \(NH\.\) GM0373, Bergen \(L\.\) GM0893"),
        ("Alten", "Aalten GM0197"),
        ("Hengelo (Gld.)", "there is no municipality"),
        ("gm9999", "there is no municipality GM9999"),
        ("", "there is no municipality"),
        ("Oud-Frysl‚n", "Oud-Fryslân GM9001"),
        ("???", "there is no municipality"),
    ],
)
def test_unknown_and_ambiguous_names_are_explained(index, text, match):
    with pytest.raises(UnknownNameError, match=match):
        index.find(text)


def test_records_without_code_or_year_are_refused():
    for record in ({"code": "X1", "name": "A", "year": 2020}, {"code": "GM0001", "name": "A", "year": ""}):
        with pytest.raises(BadInputError):
            MunicipalityIndex.from_records([record])


@given(st.integers(0, 9999))
def test_tooi_there_and_back(number):
    code = f"GM{number:04d}"
    assert code_from_tooi(tooi(code)) == code
    assert municipality_code(str(number)) == code


def test_tooi():
    assert tooi("GM0363") == "https://identifier.overheid.nl/tooi/id/gemeente/gm0363"
    assert code_from_tooi("https://example.org/gm0363") is None
    with pytest.raises(BadInputError):
        tooi("Amsterdam")


@given(st.text())
def test_normalising_twice_changes_nothing_and_find_never_crashes(text):
    once = normalise_name(text)
    assert once == once.casefold()
    index = MunicipalityIndex.from_records([{"code": "GM0001", "name": "Voorbeeld", "year": 2020}])
    with suppress(UnknownNameError):
        assert index.find(text).code == "GM0001"


def test_damaged_names():
    assert is_damaged("S˙dwest-Frysl‚n")
    assert is_damaged("FryslÃ¢n")
    assert is_damaged("")
    for name in ("Súdwest-Fryslân", "'s-Hertogenbosch", "Nuenen, Gerwen en Nederwetten", "Bergen (NH.)"):
        assert not is_damaged(name)
