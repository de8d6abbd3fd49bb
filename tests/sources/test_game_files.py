"""Games in files: what a reader gets, and places in JSON. What is refused is tested through the command."""

from __future__ import annotations

import json

import pytest

from verband.errors import BadInputError
from verband.sources.game_files import read_game
from verband.sources.json_places import place_of, place_of_no_number, repeated_key


def test_a_table_is_read_in_the_order_of_its_single_members(tmp_path):
    file = tmp_path / "game.csv"
    file.write_text("coalition,cost,weight\nB,2,5\nB + A,3,\nA,1,7\n", encoding="utf-8")
    found = read_game(file)
    assert found.members == ("B", "A")
    assert found.values.tolist() == [0, 2, 1, 3]
    assert found.weights.tolist() == [5, 7]
    assert (found.today, found.formula, found.benefit) == (None, None, False)


def test_a_row_without_members_may_cost_nothing(tmp_path):
    file = tmp_path / "game.csv"
    file.write_text("coalition,cost\n,0\nA,1\nB,2\nA+B,3\n", encoding="utf-8")
    assert read_game(file).values.tolist() == [0, 1, 2, 3]


def test_worth_is_taken_where_a_file_has_both(tmp_path):
    file = tmp_path / "game.csv"
    file.write_text("coalition,cost,worth\nA,1,4\nB,2,5\nA+B,3,20\n", encoding="utf-8")
    assert read_game(file, benefit=True).values.tolist() == [0, 4, 5, 20]
    assert read_game(file).values.tolist() == [0, 1, 2, 3]


def test_json_holds_a_formula_or_a_table(tmp_path):
    file = tmp_path / "game.json"
    file.write_text(
        '{"members": {"A": {"weight": 3}, "B": {"weight": 4}}, "cost": {"formula": "p * weight", "p": 2, "q": 1}}'
    )
    found = read_game(file)
    assert (found.members, found.formula, found.parameters) == (("A", "B"), "p * weight", {"p": 2, "q": 1})
    assert found.weights.tolist() == [3, 4]
    assert found.remarks == ("q is given and stands not in the formula",)
    column = file.read_text().index('"p * weight"') + 1
    assert found.where == f"game.json, line 1, column {column}"
    file.write_text('{"members": ["B", "A"], "worth": {"A": 1, "B": 2, "A+B": 5}}')
    found = read_game(file, benefit=True)
    assert (found.members, found.benefit) == (("B", "A"), True)
    assert found.values.tolist() == [0, 2, 1, 5]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("game.json", '{"cost": {"A": 1, "B": 2, "A+B": 3, "A+A": 4}}', "column 37: A stands twice in A[+]A"),
        ("game.json", '{"cost": {"A": 1, "B": 2, "A+B": 3, "B+A": 4}}', "column 37: B[+]A stands there more than once"),
        ("game.json", '{"members": ["A", "B+C"], "cost": {"A": 1}}', "column 13: the name 'B[+]C' holds a plus sign"),
        ("game.csv", "coalition,cost\n,3\nA,1\nB,2\nA+B,3\n", "line 2, column cost: nobody at all has a cost of 3"),
    ],
)
def test_coalitions_that_mean_two_things_or_nothing_are_refused(tmp_path, name, text, said):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError, match=said):
        read_game(file)


TEXT = """{
 "a": [1, {"b\\"c": "x,]}"}, [],
       true],
 "d": {"e": {}, "f": null},
 "a b": -2.5e3
}"""


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        ((), False, (1, 1)),
        (("a",), True, (2, 2)),
        (("a",), False, (2, 7)),
        (("a", 0), False, (2, 8)),
        (("a", 1, 'b"c'), True, (2, 12)),
        (("a", 1, 'b"c'), False, (2, 20)),
        (("a", 2), False, (2, 29)),
        (("a", 3), False, (3, 8)),
        (("d", "f"), False, (4, 22)),
        (("a b",), False, (5, 9)),
        (("d", "unknown"), False, (4, 7)),
    ],
)
def test_every_value_of_a_json_text_has_its_place(path, key, place):
    json.loads(TEXT)
    assert place_of(TEXT, path, key=key) == place


def test_repeated_keys_and_what_is_no_number_are_found():
    assert repeated_key(TEXT) is None
    assert repeated_key('{"a": {"b": 1, "c": {"b": 2},\n "b": 3}}') == ("b", 2, 2)
    assert place_of_no_number(TEXT) is None
    assert place_of_no_number('{"NaN": [1,\n 1e999]}') == (2, 2)
    assert place_of_no_number('{"a": -Infinity}') == (1, 7)
