"""Workbooks and Dutch headers for methods on a user's own table: the same numbers as the same table in a CSV."""

from __future__ import annotations

import pytest
import xlsxwriter

from verband.errors import BadInputError
from verband.sources.command_columns import COMMANDS, dutch_names
from verband.sources.game_files import read_game
from verband.sources.own_numbers import header_of, read_numbers
from verband.sources.own_templates import MOST_MEMBERS, write_template


def workbook(path, rows):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Blad1")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write(number, column, cell)
    return path


def test_typed_numbers_are_never_doubtful(tmp_path):
    rows = [["name", "a", "b"], ["x", 1.234, 310000], [], ["y", 0, "1.150.000"], ["z", 2, "€ 540.000"]]
    found = read_numbers(workbook(tmp_path / "t.xlsx", rows), ("a", "b"), name="name")
    assert found.values.tolist() == [[1.234, 310000.0], [0.0, 1150000.0], [2.0, 540000.0]]
    assert found.lines == (2, 4, 5)
    assert found.remarks[0] == "the first sheet of the workbook was read"


def test_a_workbook_without_rows_is_refused(tmp_path):
    with pytest.raises(BadInputError, match="header and no rows"):
        read_numbers(workbook(tmp_path / "t.xlsx", [["a"]]), ("a",))


def test_a_game_in_a_workbook_is_that_of_the_csv(tmp_path):
    rows = [["combinatie", "kosten", "gewicht", "nu"], ["A", 10, 0, 4.5], ["B", 12, 3, 5], ["A+B", 15, None, None]]
    book = read_game(workbook(tmp_path / "g.xlsx", rows))
    text = tmp_path / "g.csv"
    text.write_text("coalition,cost,weight,today\nA,10,0,4.5\nB,12,3,5\nA+B,15,,\n", encoding="utf-8")
    plain = read_game(text)
    assert book.members == plain.members
    assert book.values.tolist() == plain.values.tolist()
    assert book.weights.tolist() == plain.weights.tolist() == [0, 3]
    assert book.today.tolist() == plain.today.tolist()
    assert "columns were read under another name: combinatie as coalition, kosten as cost" in " ".join(book.remarks)


def test_capitals_and_spaces_in_a_header_make_no_difference(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("Name;Second Votes \nx;1\n", encoding="utf-8")
    assert read_numbers(path, ("second_votes",)).values.tolist() == [[1.0]]


def test_the_very_name_goes_before_a_dutch_one(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("naam;stemmen;votes\nx;1;2\n", encoding="utf-8")
    assert read_numbers(path, ("votes",), command="influence").values.tolist() == [[2.0]]


def test_two_columns_that_can_be_meant_are_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("naam;stemmen;aantal stemmen\nx;1;2\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="stemmen and aantal stemmen, and each can be column votes"):
        read_numbers(path, ("votes",), command="influence")


def test_dutch_names_are_those_of_one_command_only(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("naam;kosten\nx;1\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="no column 'cost'"):
        read_numbers(path, ("cost",))


@pytest.mark.parametrize("command", COMMANDS)
def test_no_dutch_name_means_two_columns(command):
    columns = set(dutch_names(command).values())
    assert not columns & (set(dutch_names(command)) - columns)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_the_same_call_gives_the_same_template(tmp_path, command, ending):
    first = write_template(command, tmp_path / f"a{ending}")
    assert first.read_bytes() == write_template(command, tmp_path / f"b{ending}").read_bytes()


def test_a_template_of_sharing_lists_every_combination(tmp_path):
    path = write_template("share", tmp_path / "s.csv", members=("A", "B", "C"))
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    filled = [f"{line.split(';')[0]};{10 * number};;" for number, line in enumerate(lines[-7:], start=1)]
    path.write_text("\n".join([*lines[:-7], *filled]), encoding="utf-8")
    game = read_game(path)
    assert game.members == ("A", "B", "C")
    assert game.values.tolist() == [0, 10, 20, 40, 30, 50, 60, 70]


def test_a_workbook_of_sharing_lists_them_too(tmp_path):
    path = write_template("share", tmp_path / "s.xlsx", members=("A", "B"))
    assert header_of(path) == ("combinatie", "kosten", "gewicht", "nu")
    with pytest.raises(BadInputError, match="line 2, column kosten: the cost of A is missing"):
        read_game(path)


@pytest.mark.parametrize(
    ("kind", "members", "what"),
    [
        ("continuity", ("A", "B"), "only the template share"),
        ("share", ("A",), "1 member cannot be listed"),
        ("share", tuple(f"M{number}" for number in range(MOST_MEMBERS + 1)), "cannot be listed"),
        ("share", ("A", "B+C"), "cannot be the name of a member"),
        ("share", ("A", "A"), "named twice"),
    ],
)
def test_members_that_cannot_be_combined_are_refused(tmp_path, kind, members, what):
    with pytest.raises(BadInputError, match=what):
        write_template(kind, tmp_path / "t.csv", members=members)
    assert not (tmp_path / "t.csv").exists()
