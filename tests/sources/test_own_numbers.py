"""A user's own table of numbers: what is accepted and said, and what is refused with line and column."""

from __future__ import annotations

import pytest

from verband.errors import BadInputError
from verband.sources.own_numbers import read_numbers


def read(tmp_path, content, columns=("a", "b"), **options):
    path = tmp_path / "units.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_numbers(path, columns, **options)


def refused(tmp_path, content, columns=("a", "b"), **options):
    with pytest.raises(BadInputError) as caught:
        read(tmp_path, content, columns, **options)
    return str(caught.value)


def test_plain_numbers_with_names_in_the_order_asked(tmp_path):
    found = read(tmp_path, "unit,b,a\nx,1,2.5\ny,-3e-2,4\n", name="unit")
    assert found.names == ("x", "y")
    assert found.values.tolist() == [[2.5, 1.0], [4.0, -0.03]]
    assert found.lines == (2, 3)
    assert found.remarks == ()


def test_rows_are_numbered_where_no_name_is_asked(tmp_path):
    assert read(tmp_path, "a,b\n1,2\n3,4\n").names == ("1", "2")


def test_decimal_commas_semicolons_and_a_byte_order_mark_are_accepted_and_said(tmp_path):
    found = read(tmp_path, b"\xef\xbb\xbfa;b\n1,5;2\n1.234,25;3\n")
    assert found.values.tolist() == [[1.5, 2.0], [1234.25, 3.0]]
    told = " ".join(found.remarks)
    assert "byte order mark" in told
    assert "semicolons" in told
    assert "column a: decimal commas were read, such as 1,5" in told


def test_quoted_decimal_commas_between_commas(tmp_path):
    assert read(tmp_path, 'a,b\n"1,5",2\n"0,25",3\n').values[:, 0].tolist() == [1.5, 0.25]


def test_a_number_that_can_be_read_in_two_ways_is_asked(tmp_path):
    told = refused(tmp_path, "a;b\n1,234;2\n2,500;3\n")
    assert "units.csv, line 2, column a" in told
    assert "can be a decimal comma or a sign for thousands" in told


@pytest.mark.parametrize("proof", ["0,543", "-0,543", "\u22120,543", "1234,500", "1,5", "1.234,500"])
def test_one_cell_that_can_be_read_in_one_way_settles_its_column(tmp_path, proof):
    """A group of thousands never begins with 0 and never has more than three digits."""
    found = read(tmp_path, f"a;b\n1,234;2\n{proof};3\n")
    assert found.values[0, 0] == 1.234
    assert any("decimal commas were read" in remark for remark in found.remarks)


def test_a_minus_sign_does_not_settle_a_column(tmp_path):
    assert "can be a decimal comma" in refused(tmp_path, "a;b\n1,234;2\n\u22122,500;3\n")


@pytest.mark.parametrize("cell", ["1e400", "-1E+999", "1,5e400", "1" + "0" * 400])
def test_a_number_beyond_what_a_computer_holds_is_called_too_large(tmp_path, cell):
    told = refused(tmp_path, f"a;b\n1;2\n3;{cell}\n")
    assert "units.csv, line 3, column b" in told
    assert "too large" in told


def test_commas_and_points_in_one_column_are_refused(tmp_path):
    told = refused(tmp_path, "a;b\n1,5;2\n2.75;3\n")
    assert "decimal commas (1,5) and decimal points (2.75)" in told


@pytest.mark.parametrize(
    ("content", "place", "what"),
    [
        ("a,b\n1,2\n3,veel\n", "line 3, column b", "'veel' is not a number"),
        ("a,b\n1,2\n3,1_000\n", "line 3, column b", "not a number"),
        ("a,b\n1,2\n3,inf\n", "line 3, column b", "'inf' is not a number"),
        ("a,b\n1,2\n,3\n", "line 3, column a", "the number is missing"),
        ("a,b\n1,2\n3,NA\n", "line 3, column b", "the number is missing"),
        ("a,b\n1,2\n3,4,5\n", "line 3", "3 cells and the header 2"),
        ("", "units.csv", "empty"),
        ("a,b\n", "units.csv", "no rows"),
        ("a,b,a\n1,2,3\n", "units.csv", "names column a twice"),
        (b"a,b\n1,\x002\n", "units.csv", "binary"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused_with_its_place(tmp_path, content, place, what):
    told = refused(tmp_path, content)
    assert place in told
    assert what in told


def test_a_column_that_is_not_there_gets_a_suggestion(tmp_path):
    told = refused(tmp_path, "staf,cost\n1,2\n", ("staff", "cost"))
    assert "there is no column 'staff'" in told
    assert "Did you mean staf?" in told


def test_rows_without_a_number_are_set_aside_by_name_when_asked(tmp_path):
    found = read(tmp_path, "unit,a,b\nx,1,2\ny,,3\nz,0,4\n", name="unit", above_zero=("a",), set_aside=True)
    assert found.names == ("x",)
    assert found.set_aside == ((3, "y", "a is missing"), (4, "z", "a is 0, not above 0"))


def test_zero_is_refused_where_it_cannot_be(tmp_path):
    assert "line 3, column a: 0 is not above 0" in refused(tmp_path, "a,b\n1,2\n0,3\n", above_zero=("a",))


def test_nothing_left_is_refused(tmp_path):
    told = refused(tmp_path, "a,b\n,2\n,3\n", set_aside=True)
    assert "no row is left to work with; 2 were set aside" in told


def test_texts_come_along(tmp_path):
    found = read(tmp_path, "a,b,firm\n1,2,x\n3,4,\n", texts=("firm",))
    assert found.texts == {"firm": ("x", "")}


def test_a_missing_file_is_one_plain_message(tmp_path):
    with pytest.raises(BadInputError, match="cannot be opened"):
        read_numbers(tmp_path / "none.csv", ("a",))


def test_a_place_can_be_named(tmp_path):
    found = read(tmp_path, "a,b\n1,2\n3,4\n")
    assert found.at(1, 0) == "units.csv, line 3, column a"
    assert found.at(0) == "units.csv, line 2"


def test_optional_columns_may_lack_as_a_whole_or_in_some_cells(tmp_path):
    found = read(tmp_path, "a;b;c\n1;2;0,5\n3;4;\n", optional=("c", "d"))
    assert found.columns == ("a", "b", "c", "d")
    assert found.header == ("a", "b", "c")
    assert found.values[:, 2].tolist() == [0.5, pytest.approx(float("nan"), nan_ok=True)]
    assert found.values[:, 3].tolist() == [pytest.approx(float("nan"), nan_ok=True)] * 2
    assert any("column c: decimal commas" in remark for remark in found.remarks)


def test_text_in_an_optional_column_is_refused_with_its_line(tmp_path):
    assert "line 4, column c: 'some' is not a number" in refused(
        tmp_path, "a,b,c\n1,2,1\n3,4,\n5,6,some\n", optional=("c",)
    )
