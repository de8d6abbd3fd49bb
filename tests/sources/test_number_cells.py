"""Numbers as people write them: what settles a notation, what is asked, and what is said."""

from __future__ import annotations

import pytest

from verband.errors import BadInputError
from verband.sources.own_numbers import read_numbers


def read(tmp_path, content, columns=("a", "b")):
    path = tmp_path / "units.csv"
    path.write_text(content, encoding="utf-8")
    return read_numbers(path, columns)


def refused(tmp_path, content):
    with pytest.raises(BadInputError) as caught:
        read(tmp_path, content)
    return str(caught.value)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_thousands_with_a_point_are_asked_and_never_read_as_decimals(tmp_path, mark):
    told = refused(tmp_path, f"a{mark}b\n310.000{mark}1\n420.000{mark}2\n")
    assert "units.csv, line 2, column a: '310.000' can be 310000 or 310" in told


def test_thousands_with_a_point_are_asked_between_commas_too(tmp_path):
    assert "can be 310000 or 310" in refused(tmp_path, "a,b\n310.000,1\n420.000,2\n")


def test_a_group_twice_settles_its_column(tmp_path):
    found = read(tmp_path, "a;b\n1.150.000;1\n540.000;2\n")
    assert found.values[:, 0].tolist() == [1150000.0, 540000.0]
    assert any("column a: the point was read as a sign for thousands" in remark for remark in found.remarks)


@pytest.mark.parametrize("proof", ["0,5", "310.000,50", "1.150.000"])
def test_another_column_settles_it_in_a_file_that_is_dutch_throughout(tmp_path, proof):
    found = read(tmp_path, f"a;b\n310.000;{proof}\n9.500;{proof}\n")
    assert found.values[:, 0].tolist() == [310000.0, 9500.0]


def test_a_file_that_shows_both_notations_settles_nothing(tmp_path):
    assert "can be 310000 or 310" in refused(tmp_path, "a;b;task\n310.000;0,5;7.3\n9.500;0,6;7.4\n")


@pytest.mark.parametrize("proof", ["0.543", "12.25", "1234.500", "1.2345"])
def test_a_decimal_point_settles_its_column(tmp_path, proof):
    assert read(tmp_path, f"a;b\n1.234;1\n{proof};2\n").values[0, 0] == 1.234


def test_three_decimals_between_commas_are_decimals_and_said(tmp_path):
    found = read(tmp_path, "a,b\n1.234,1\n5.678,2\n")
    assert found.values[:, 0].tolist() == [1.234, 5.678]
    assert any("column a: the point was read as a decimal sign, as in 1.234" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("€ 310.000", 310000.0),
        ("310.000 euro", None),
        ("EUR 310.000", 310000.0),
        ("310.000,-", 310000.0),
        ("€ 1.234,56", 1234.56),
        ("-€ 5,50", -5.5),
        ("310 000", 310000.0),
        ("1\u00a0234\u202f567,5", 1234567.5),
        ("€ -", None),
        ("31 000 0", None),
    ],
)
def test_signs_for_money_and_spaces_between_thousands_are_left_out(tmp_path, cell, value):
    content = f"a;b\n{cell};1\n"
    if value is None:
        assert "is not a number" in refused(tmp_path, content)
    else:
        found = read(tmp_path, content)
        assert found.values[0, 0] == value
        assert any("spaces and signs for money were left out" in remark for remark in found.remarks)


def test_points_for_thousands_beside_decimal_points_are_refused(tmp_path):
    assert "points for thousands (1.150.000) and decimal points (2.5)" in refused(tmp_path, "a;b\n1.150.000;1\n2.5;2\n")
