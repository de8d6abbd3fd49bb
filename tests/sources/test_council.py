"""Councils: seats by inhabitants without gap or overlap, members in the country."""

import pytest
from reading_checks import check_any_bytes, published, read, store

from verband.errors import BadInputError

RULE = "inwoners_van,inwoners_tot_en_met,raadszetels\n"
MEMBERS = "jaar,maximaal_aantal,feitelijk_aantal,bron_url\n"


def test_rule_is_read_and_open_above(tmp_path):
    frame = read(store(tmp_path, RULE + "0,100,3\n101,,5\n")).tables["council_seat_rule"]
    assert frame.rows() == [(0, 100, 3), (101, None, 5)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("0,100,3\n102,,5\n", "do not join at 102"),
        ("0,100,3\n100,,5\n", "do not join at 100"),
        ("5,100,3\n101,,5\n", "do not join at 5"),
        ("0,,3\n101,,5\n", "do not join at 101"),
        ("0,100,3\n101,200,5\n", "more than 200"),
    ],
)
def test_classes_that_do_not_join_are_refused(tmp_path, rows, message):
    with pytest.raises(BadInputError, match=message):
        read(store(tmp_path, RULE + rows))


def test_members_may_be_missing(tmp_path):
    frame = read(store(tmp_path, MEMBERS + "2030,90,,u\n2031,90,80,u\n")).tables["council_members_national"]
    assert frame["actual"].to_list() == [None, 80]


def test_any_bytes(tmp_path):
    check_any_bytes(tmp_path, [RULE + "0,100,3\n101,,5\n", MEMBERS + "2030,90,,u\n2031,90,80,u\n"])


@pytest.mark.published
def test_published():
    rule = published("bestuur/raadszetels_gemeentewet_art8.csv").tables["council_seat_rule"]
    assert rule.height == 17
    assert rule["seats"].is_sorted()
    assert published("bestuur/aantal_raadsleden_nederland.csv").tables["council_members_national"].height == 11
