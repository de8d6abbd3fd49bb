"""``verband influence``: printed cases through the command, the contract of its JSON, and what bad input gets."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from fractions import Fraction
from pathlib import Path

import pytest

from verband.cli.entry import main

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "methods" / "voting-power.md"
BOARD = """municipality,votes,inhabitants,contribution
Aa,4,38000,1150000
Beek,4,36500,1100000
Cleve,4,35000,1075000
Duin,2,17500,540000
Elst,2,16000,510000
Fort,1,8000,240000
"""
MEMBER = ["name", "votes", "second_votes", "shapley_shubik", "banzhaf_absolute", "banzhaf", "pivotal", "stake_share"]
TWO = ("--second-votes", "inhabitants", "--second-quota", "100667")


@pytest.fixture
def ask(tmp_path, capsys):
    """Ask the command about a text; give status, standard output and standard error."""

    def ask(text, *words):
        file = tmp_path / "board.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        status = main(["influence", str(file), *words])
        found = capsys.readouterr()
        return status, found.out, found.err

    return ask


@pytest.fixture
def answer(ask):
    """The JSON about the board."""

    def answer(*words, text=BOARD):
        status, out, err = ask(text, *words, "--format", "json")
        assert status == 0, err
        return json.loads(out)

    return answer


@pytest.mark.published
@pytest.mark.parametrize("case", ["unsc", "eec_1958", "eec_1973"])
def test_published_cases_come_out_of_the_command(answer, published_folder, case):
    told = json.loads((published_folder / "published" / "voting_power.json").read_text(encoding="utf-8"))["cases"]
    told = next(item for item in told if item["id"] == case)
    given, known = told["input"], told["recomputed"]
    rows = [f"{player},{weight}" for player, weight in zip(given["players"], given["weights"], strict=True)]
    found = answer("--quota", str(given["quota"]), text="\n".join(["member,votes", *rows]))
    assert (found["method"], found["quota"], found["second_quota"]) == ("exact", given["quota"], None)
    for key, values in (
        ("name", given["players"]),
        ("votes", given["weights"]),
        ("shapley_shubik", [float(Fraction(value)) for value in known["shapley_shubik_fraction"]]),
        ("banzhaf_absolute", known["banzhaf_absolute_penrose"]),
        ("banzhaf", known["banzhaf_normalised"]),
        ("pivotal", known["banzhaf_swings"]),
        ("veto", [player in known["vetoers"] for player in given["players"]]),
    ):
        assert [member[key] for member in found["members"]] == values
    assert found["without_power"] == known["dummies"]


def test_the_json_holds_the_contract(answer):
    found = answer("--quota", "12", "--stake", "contribution")
    assert list(found)[:6] == ["quota", "second_quota", "method", "members", "without_power", "smallest_change"]
    for member in found["members"]:
        assert list(member)[: len(MEMBER)] == MEMBER
        assert member["second_votes"] is None
        assert member["interval"] is None
    assert sum(member["stake_share"] for member in found["members"]) == pytest.approx(1)
    assert [member["shapley_shubik"] for member in found["members"]] == pytest.approx([7 / 30] * 3 + [3 / 20] * 2 + [0])
    assert found["without_power"] == ["Fort"]
    assert found["smallest_change"] == {
        "member": "Fort",
        "votes": 1,
        "from": 1,
        "to": 2,
        "effect": "With 2 instead of 1 votes Fort gets power, from 0% to 10.0% (Shapley-Shubik).",
    }
    assert found["warnings"] == found["remarks"] == []
    assert "as one bloc" in found["assumption"]
    assert "without instruction" in found["assumption"]
    assert found["kinds"]["votes"] == "measured"
    without = answer("--quota", "12")
    assert {member["stake_share"] for member in without["members"]} == {None}


def test_two_majorities(answer):
    found = answer("--quota", "9", *TWO)
    assert (found["second_quota"], found["total_second_votes"]) == (100667, 151000)
    assert [member["second_votes"] for member in found["members"]] == [38000, 36500, 35000, 17500, 16000, 8000]
    assert found["without_power"] == ["Fort"]
    # A change in votes alone: Aa could leave its votes to nobody, and then others need Fort.
    change = found["smallest_change"]
    assert abs(change["votes"]) == 4
    # A second majority that adds nothing changes nothing.
    one = answer("--quota", "9")["members"]
    two = answer("--quota", "9", "--second-votes", "inhabitants", "--second-quota", "1")["members"]
    for key in ("shapley_shubik", "banzhaf_absolute", "banzhaf", "pivotal"):
        assert [member[key] for member in one] == [member[key] for member in two]


def test_the_smallest_change_does_what_it_says(answer):
    for quota in ("10", "12", "13", "15"):
        found = answer("--quota", quota)
        change = found["smallest_change"]
        row = next(line for line in BOARD.splitlines() if line.startswith(f"{change['member']},"))
        cells = row.split(",")
        cells[1] = str(change["to"])
        after = answer("--quota", quota, text=BOARD.replace(row, ",".join(cells)))
        power = [[member["shapley_shubik"] for member in item["members"]] for item in (found, after)]
        assert power[0] != power[1]
        assert change["to"] - change["from"] == change["votes"]


def test_votes_with_decimals_are_exact_and_decimal_commas_are_read_and_said(ask, answer):
    text = "lid;votes\nA;1,1\nB;2,2\nC;3,3\n"
    status, out, err = ask(text, "--quota", "3,3", "--format", "json")
    assert status == 0
    # In binary 1.1 + 2.2 is more than 3.3; as written it is not.
    assert [member["pivotal"] for member in json.loads(out)["members"]] == [1, 1, 3]
    for said in ("semicolons", "decimal commas"):
        assert said in err
        assert any(said in remark for remark in json.loads(out)["remarks"])
    # Short by 0.1.
    found = answer("--quota", "3.4", text="lid,votes\nA,1.1\nB,2.2\nC,3.3\n")
    assert found["smallest_change"]["votes"] == pytest.approx(0.1)


def test_names_come_from_the_column_that_holds_them(answer):
    rows = "code,name,votes\n7,Aa,3\n8,Beek,2\n"
    assert [member["name"] for member in answer("--quota", "3", text=rows)["members"]] == ["Aa", "Beek"]
    assert [member["name"] for member in answer("--quota", "3", "--id", "code", text=rows)["members"]] == ["7", "8"]
    rows = "votes,town\n3,Aa\n2,Beek\n"
    assert [member["name"] for member in answer("--quota", "3", text=rows)["members"]] == ["Aa", "Beek"]
    assert [member["name"] for member in answer("--quota", "3", text="votes\n3\n2\n")["members"]] == ["1", "2"]


def test_a_member_alone_decides_alone(answer):
    found = answer("--quota", "3", text="name,votes\nAa,3\n")
    assert found["members"][0]["shapley_shubik"] == found["members"][0]["banzhaf"] == 1
    assert "Aa decides alone." in found["remarks"]


@pytest.mark.parametrize("quota", ["9", "8.5"])
def test_a_quota_just_above_or_at_half(ask, quota):
    status, _, err = ask(BOARD, "--quota", quota)
    assert status == 0
    assert ("not above half" in err) == (quota == "8.5")


def test_a_quota_above_the_sum_is_allowed_and_warned(ask):
    status, out, err = ask(BOARD, "--quota", "18", "--format", "json")
    assert status == 0
    assert "above the sum of votes, 17" in err
    found = json.loads(out)
    assert found["warnings"]
    for member in found["members"]:
        assert (member["shapley_shubik"], member["banzhaf_absolute"], member["banzhaf"], member["pivotal"]) == (
            0,
            0,
            None,
            0,
        )
        assert not member["veto"]
    assert len(found["without_power"]) == 6
    assert found["smallest_change"]["votes"] == 1


def test_rounded_and_drawn_figures_say_so(answer):
    exact = answer("--quota", "100000", "--votes", "inhabitants")
    rounded = answer("--quota", "100000", "--votes", "inhabitants", "--unit", "1000")
    assert rounded["method"] == "rounded"
    assert rounded["precision"]["shapley_shubik"]["unit"] == 1000
    drawn = answer("--quota", "100000", "--votes", "inhabitants", "--samples", "2000", "--seed", "5")
    assert (drawn["method"], drawn["seed"]) == ("sampled", 5)
    assert drawn["precision"]["banzhaf"] == {
        "method": "sampled",
        "unit": None,
        "bound": None,
        "draws": 2000,
        "level": 0.95,
    }
    for found in (rounded, drawn):
        assert found["kinds"]["shapley_shubik"] == "estimated"
        assert found["remarks"]
        for member in found["members"]:
            assert member["pivotal"] is None
            for key, ends in member["interval"].items():
                assert ends[0] <= member[key] <= ends[1]
    for member, told in zip(rounded["members"], exact["members"], strict=True):
        for key, ends in member["interval"].items():
            assert ends[0] <= told[key] + 1e-12
            assert told[key] - 1e-12 <= ends[1]


def test_a_second_run_changes_no_byte_and_another_seed_does(ask):
    words = ("--quota", "9", "--samples", "500", "--format", "json", "--seed")
    assert ask(BOARD, *words, "3") == ask(BOARD, *words, "3")
    assert ask(BOARD, *words, "3")[1] != ask(BOARD, *words, "4")[1]


GOOD = ("--quota", "12")


@pytest.mark.parametrize(
    ("change", "words", "said"),
    [
        (("Beek,4", "Beek,-4"), GOOD, ["line 3", "column votes", "Beek is -4"]),
        (("Beek,4", "Beek,"), GOOD, ["line 3", "column votes", "missing"]),
        (("Beek,4", "Beek,four"), GOOD, ["line 3", "column votes", "'four' is not a number"]),
        (("Beek,4", "Beek,9999999999999999"), GOOD, ["line 3", "column votes", "too large"]),
        (("Beek", "Aa"), GOOD, ["line 3", "column municipality", "Aa stands in line 2 too"]),
        (("Beek", ""), GOOD, ["line 3", "column municipality", "name is missing"]),
        (("1100000", "-1"), (*GOOD, "--stake", "contribution"), ["line 3", "column contribution", "Beek is -1"]),
        (("36500", "-1"), (*GOOD, *TWO), ["line 3", "column inhabitants", "Beek is -1"]),
        (("", ""), (*GOOD, "--votes", "vots"), ["no column 'vots'", "Did you mean votes?"]),
        (("", ""), (*GOOD, "--stake", "cost"), ["no column 'cost'"]),
        (("", ""), (*GOOD, "--id", "name"), ["no column 'name'"]),
        (("", ""), (*GOOD, "--id", "votes"), ["column votes is asked for as votes and as name"]),
        (("", ""), (*GOOD, "--second-votes", "votes", "--second-quota", "9"), ["column votes is asked for as"]),
        (("", ""), (*GOOD, "--second-votes", "inhabitants"), ["--second-quota"]),
        (("", ""), (*GOOD, "--second-quota", "9"), ["--second-votes"]),
        (("", ""), (*GOOD, "--second-votes", "inhabitants", "--second-quota", "0"), ["second quota is 0"]),
        (("", ""), ("--quota", "0"), ["quota is 0"]),
        (("", ""), ("--quota", "-5"), ["quota is -5"]),
        (("", ""), ("--quota", "half"), ["'half' is no number"]),
        (("", ""), ("--quota", "1.000"), ["thousands or decimals"]),
        (("", ""), ("--quota", "inf"), ["'inf' is no number"]),
        (("", ""), (*GOOD, "--unit", "0"), ["unit"]),
        (("", ""), (*GOOD, "--unit", "400"), ["unit"]),
        (("", ""), (*GOOD, *TWO, "--unit", "2"), ["one majority only"]),
        (("", ""), (*GOOD, "--unit", "2", "--samples", "500"), ["at once"]),
        (("", ""), (*GOOD, "--samples", "5"), ["5 draws"]),
        (("", ""), (*GOOD, "--samples", "500", "--seed", "-1"), ["seed is -1"]),
        (("", ""), (), ["--quota"]),
    ],
)
def test_bad_input_gets_one_message_with_its_place_and_nothing_else(ask, change, words, said):
    text = BOARD.replace(*change, 1) if change[0] else BOARD
    assert (text != BOARD) == bool(change[0])
    status, out, err = ask(text, *words, "--format", "json")
    assert (status, out) == (2, "")
    assert "Traceback" not in err
    assert "--set-aside" not in err
    for part in said:
        assert part in err


@pytest.mark.parametrize("text", ["", "name,votes\n", b"\x00\x01\x02\x03"])
def test_a_file_without_members_is_refused(ask, text):
    status, out, err = ask(text, "--quota", "3")
    assert (status, out) == (2, "")
    assert "board.csv" in err


def test_the_csv_has_a_row_per_member(ask, answer):
    status, out, err = ask(BOARD, "--quota", "12", "--samples", "500", "--format", "csv")
    assert status == 0
    assert "as one bloc" in err
    members = answer("--quota", "12", "--samples", "500")["members"]
    for row, member in zip(csv.DictReader(io.StringIO(out)), members, strict=True):
        assert row["name"] == member["name"]
        for key in ("shapley_shubik", "banzhaf"):
            assert float(row[key]) == pytest.approx(member[key])
            assert float(row[f"{key}_low"]) == pytest.approx(member["interval"][key][0])


def test_the_table_fits_a_narrow_screen_and_says_what_it_is_worth(ask, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    status, out, err = ask(BOARD, "--quota", "12", "--stake", "contribution", *TWO)
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    said = " ".join(out.split())
    for part in ("Without power: Fort", "Least power for its money", "votes without instruction", "derived, exact"):
        assert part in said.replace("vote without", "votes without")
    assert "Smallest change that matters" in said
    veto = ask(BOARD.replace("Aa,4", "Aa,9"), "--quota", "15")[1]
    assert "No proposal passes without Aa." in " ".join(veto.split())


def test_help_explains_itself_with_an_example(capsys):
    assert main(["influence", "--help"]) == 0
    assert "verband influence votes.csv --quota 41" in " ".join(capsys.readouterr().out.split())


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def test_the_example_of_the_page_comes_out_as_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "board.csv").write_text(blocks("csv")[0], encoding="utf-8")
    shown = blocks("console")
    assert shown
    for block in shown:
        command, printed = block.split("\n", maxsplit=1)
        assert main(shlex.split(command.removeprefix("$ verband "))) == 0
        out = capsys.readouterr().out
        assert [line.rstrip() for line in out.rstrip().splitlines()] == printed.rstrip().splitlines()


def test_the_python_of_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "board.csv").write_text(blocks("csv")[0], encoding="utf-8")
    for block in blocks("python"):
        exec(compile(block, str(PAGE), "exec"), {})
