"""``verband frontier``: printed cases through the command, the contract of its JSON, and what bad input gets."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from verband.cli.entry import main

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "methods" / "data-envelopment.md"
NATURE = {"IRS": "increasing", "CRS": "constant", "DRS": "decreasing"}
OFFICES = """office,staff,cost,permits,notices
Aa,4,410,900,300
Beek,7,560,1500,420
Cleve,9,980,2100,900
Duin,12,1240,2300,700
Elst,3,350,500,260
Fort,15,1380,3500,900
Goor,6,700,1100,500
Haag,10,870,2500,500
"""
COLUMNS = ("--inputs", "staff,cost", "--outputs", "permits,notices")
UNIT = ["name", "efficiency", "farrell", "scale_efficiency", "returns_to_scale", "peers", "slacks", "super_efficiency"]


@pytest.fixture
def ask(tmp_path, capsys):
    """Ask the command about a text; give status, standard output and standard error."""

    def ask(text, *words):
        file = tmp_path / "units.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        status = main(["frontier", str(file), *words])
        found = capsys.readouterr()
        return status, found.out, found.err

    return ask


@pytest.fixture
def answer(ask):
    """The JSON about the offices."""

    def answer(*words, text=OFFICES):
        status, out, err = ask(text, "--id", "office", *COLUMNS, *words, "--format", "json")
        assert status == 0, err
        return json.loads(out)

    return answer


def cases(folder):
    return json.loads((folder / "published" / "dea.json").read_text(encoding="utf-8"))["cases"]


@pytest.fixture
def published(ask, published_folder):
    """The JSON about a published case."""

    def published(case, *words):
        given = next(item for item in cases(published_folder) if item["id"] == case)["input"]
        x, y = given["inputs"], given["outputs"]
        names = [f"x{at}" for at in range(len(x[0]))], [f"y{at}" for at in range(len(y[0]))]
        rows = [["unit", *names[0], *names[1]]]
        rows += [[unit, *a, *b] for unit, a, b in zip(given["dmu"], x, y, strict=True)]
        text = "\n".join(",".join(map(str, row)) for row in rows)
        words = ("--id", "unit", "--inputs", ",".join(names[0]), "--outputs", ",".join(names[1]), *words)
        status, out, err = ask(text, *words, "--format", "json")
        assert status == 0, err
        return json.loads(out)

    return published


@pytest.mark.published
@pytest.mark.parametrize("case", ["deap_eg1", "bogetoft_otto_7", "cst_hospitals"])
def test_published_cases_come_out_of_the_command(published, published_folder, case):
    told = next(item for item in cases(published_folder) if item["id"] == case)
    known = told["recomputed"]
    for returns in ("crs", "vrs", "nirs", "ndrs", "fdh"):
        units = published(case, "--returns", returns)["units"]
        assert [unit["efficiency"] for unit in units] == pytest.approx(known[f"in_{returns}"], abs=1e-9)
        assert [unit["name"] for unit in units] == [str(name) for name in told["input"]["dmu"]]
        if returns == "fdh":
            assert {(unit["scale_efficiency"], unit["returns_to_scale"]) for unit in units} == {(None, None)}
            continue
        assert [unit["scale_efficiency"] for unit in units] == pytest.approx(known["scale_eff"], abs=1e-9)
        assert [unit["returns_to_scale"] for unit in units] == [NATURE[item] for item in known["returns_to_scale"]]
    for returns in ("crs", "vrs"):
        out = published(case, "--returns", returns, "--orientation", "output")["units"]
        assert [unit["farrell"] for unit in out] == pytest.approx(known[f"out_{returns}_farrell"], abs=1e-9)
        inward = published(case, "--returns", returns)["units"]
        slacks = np.hstack([known[f"slack_x_{returns}"], known[f"slack_y_{returns}"]])
        assert np.array([list(unit["slacks"].values()) for unit in inward]) == pytest.approx(slacks, abs=1e-7)


@pytest.mark.published
@pytest.mark.parametrize(("key", "orientation"), [("super_in_vrs", "input"), ("super_out_vrs", "output")])
def test_super_efficiency_is_1_or_more_for_efficient_units_or_null_with_its_reason(
    published, published_folder, key, orientation
):
    for case in cases(published_folder):
        units = published(case["id"], "--orientation", orientation)["units"]
        for unit, known in zip(units, case["recomputed"][key], strict=True):
            if known is None:
                assert unit["super_efficiency"] is None
                assert unit["super_efficiency_reason"]
                continue
            value = known if orientation == "input" else 1 / known
            assert unit["super_efficiency"] == pytest.approx(value, abs=1e-9)
            assert "super_efficiency_reason" not in unit
            assert (unit["super_efficiency"] >= 1) == (unit["efficiency"] == 1)


@pytest.mark.published
def test_the_printed_peers_of_deap_come_out_by_name(published, published_folder):
    printed = next(item for item in cases(published_folder) if item["id"] == "deap_eg1")["published"]
    units = published("deap_eg1", "--returns", "crs")["units"]
    assert [round(unit["efficiency"], 3) for unit in units] == printed["te_crs"]
    for unit, peers, weights in zip(units, printed["peers"], printed["peer_weights"], strict=True):
        shown = {name: round(weight, 3) for name, weight in unit["peers"].items()}
        assert shown == dict(zip(map(str, peers), weights, strict=True))


def test_the_json_holds_what_was_asked_and_nothing_else(answer):
    found = answer()
    assert (found["orientation"], found["returns"]) == ("input", "vrs")
    assert not {"merged", "bootstrap", "m"} & set(found)
    for unit in found["units"]:
        more = ["super_efficiency_reason"] if unit["super_efficiency"] is None else []
        assert list(unit) == UNIT + more
        assert list(unit["slacks"]) == ["staff", "cost", "permits", "notices"]
    found = answer("--merge", "Goor+Elst", "--merge", "Fort+Haag", "--order-m", "3", "--bootstrap", "200")
    for unit in found["units"]:
        assert {"order_m", "bias", "bias_corrected", "low", "high"} < set(unit)
        assert unit["efficiency"] - unit["bias"] == pytest.approx(unit["bias_corrected"], abs=1e-12)
        assert 0 < unit["low"] < unit["bias_corrected"] < unit["efficiency"]
        assert unit["low"] < unit["high"] <= unit["efficiency"] <= 1
    first, second = found["merged"]
    assert list(first) == ["units", "potential", "pure", "learning", "harmony", "size", "reason"]
    assert first["units"] == ["Goor", "Elst"]
    assert first["reason"] is None
    assert first["potential"] == pytest.approx(first["learning"] * first["harmony"] * first["size"], rel=1e-12)
    # Nobody makes as much as Fort and Haag together, and with variable returns no mixture does.
    assert (second["potential"], second["reason"]) == (None, "outside the technology")


def test_output_efficiency_is_the_reciprocal_of_farrells_measure(answer):
    for unit in answer("--orientation", "output")["units"]:
        assert unit["farrell"] >= 1
        assert unit["efficiency"] == 1 / unit["farrell"]


def test_a_unit_of_constant_returns_has_peers_that_make_up_its_target(answer):
    rows = {row["office"]: row for row in csv.DictReader(io.StringIO(OFFICES))}
    for unit in answer("--returns", "crs")["units"]:
        own = rows[unit["name"]]
        for column, slack in unit["slacks"].items():
            mixture = sum(weight * float(rows[name][column]) for name, weight in unit["peers"].items())
            target = (unit["farrell"] if column in {"staff", "cost"} else 1) * float(own[column])
            assert mixture == pytest.approx(target + (-slack if column in {"staff", "cost"} else slack), rel=1e-9)


def test_the_number_of_workers_and_a_second_run_change_no_byte(ask):
    words = ("--id", "office", *COLUMNS, "--bootstrap", "1500", "--seed", "7", "--format", "json")
    one = ask(OFFICES, *words, "--workers", "1")
    assert one == ask(OFFICES, *words, "--workers", "2") == ask(OFFICES, *words, "--workers", "2")
    other = ask(OFFICES, *words[:-3], "8", *words[-2:])
    assert other[0] == 0
    assert other[1] != one[1]


def test_without_names_units_are_rows_of_the_file(ask):
    text = OFFICES.replace("Beek,7", "Beek,0")
    status, out, _ = ask(text, *COLUMNS, "--set-aside", "--merge", "1+3", "--format", "json")
    assert status == 0
    found = json.loads(out)
    assert [unit["name"] for unit in found["units"]] == ["1", "3", "4", "5", "6", "7", "8"]
    assert found["merged"][0]["units"] == ["1", "3"]
    assert found["set_aside"] == [{"line": 3, "name": "2", "reason": "staff: 0 is not above 0"}]


def test_rows_that_cannot_be_compared_are_set_aside_by_name(ask):
    text = OFFICES.replace("Aa,4", "Aa,").replace("Cleve,9", "Cleve,-9").replace("Elst,3,350,500,260", "Elst,3,350,0,0")
    text = text.replace("Haag,10,870,2500", "Haag,10,870,-2500")
    status, out, err = ask(text, "--id", "office", *COLUMNS, "--set-aside", "--format", "json")
    assert status == 0
    found = json.loads(out)
    assert [unit["name"] for unit in found["units"]] == ["Beek", "Duin", "Fort", "Goor"]
    assert [(row["line"], row["name"]) for row in found["set_aside"]] == [
        (2, "Aa"),
        (4, "Cleve"),
        (6, "Elst"),
        (9, "Haag"),
    ]
    for name in ("Aa", "Cleve", "Elst", "Haag"):
        assert f"{name} was set aside" in err


def test_decimal_commas_and_a_byte_order_mark_are_read_and_said(ask, answer):
    plain = answer(text=OFFICES.replace("Aa,4,", "Aa,4.5,"))
    text = "\ufeff" + OFFICES.replace(",", ";").replace("Aa;4;", "Aa;4,5;")
    status, out, err = ask(text, "--id", "office", *COLUMNS, "--format", "json")
    assert status == 0
    assert json.loads(out)["units"] == plain["units"]
    for said in ("byte order mark", "semicolons", "decimal commas"):
        assert said in err
        assert any(said in remark for remark in json.loads(out)["remarks"])


@pytest.mark.parametrize("words", [(), ("--orientation", "output"), ("--returns", "crs"), ("--returns", "fdh")])
@pytest.mark.parametrize("number", [1, 4])
def test_a_constant_column_beside_others_is_refused_in_every_question(ask, words, number):
    rows = [line.split(",") for line in OFFICES.split()]
    for row in rows[1:]:
        row[number] = "9"
    status, out, err = ask("\n".join(map(",".join, rows)), *GOOD, *words, "--format", "json")
    assert (status, out) == (2, "")
    assert f"line 2 to 9, column {rows[0][number]}" in err
    assert "is 9 in every row" in err
    assert "Leave it out" in err


def test_a_merger_that_loses_is_said_in_either_orientation(ask):
    """Under variable returns, C as large as A and B together makes less, or needs more, than they do."""
    text = "\n".join(["unit,x,y", "A,2,4", "B,2,4", "C,4,5", "D,7,9"])
    words = ("--id", "unit", "--inputs", "x", "--outputs", "y", "--merge", "A+B", "--format", "json")
    for more, potential, said in (
        ((), (2 + 4) / 4, "need more"),
        (("--orientation", "output"), (4 + 2) / 8, "make less"),
    ):
        status, out, _ = ask(text, *words, *more)
        assert status == 0
        found = json.loads(out)
        assert found["merged"][0]["potential"] == pytest.approx(potential)
        assert found["merged"][0]["reason"] is None
        assert any("1 merger loses" in remark and said in remark for remark in found["remarks"])
        assert not any(
            "loses" in remark for remark in json.loads(ask(text, *words[:-4], *more, *words[-2:])[1])["remarks"]
        )


def test_intervals_say_how_often_they_hold_the_truth_with_more_columns_too(answer):
    remarks = " ".join(answer("--bootstrap", "200")["remarks"])
    assert "two inputs and one output in 80% (constant returns) and 71% (variable returns)" in remarks


def test_a_constant_column_that_tells_no_units_apart_is_said(ask):
    text = "\n".join(["office,staff,cost,permits", "Aa,4,410,9", "Beek,7,560,9", "Cleve,9,980,9"])
    status, out, _ = ask(text, "--inputs", "staff,cost", "--outputs", "permits", "--format", "json")
    assert status == 0
    assert any("permits is 9 in every row" in remark for remark in json.loads(out)["remarks"])


GOOD = ("--id", "office", *COLUMNS)


@pytest.mark.parametrize(
    ("change", "words", "said"),
    [
        (("Beek,7,560", "Beek,7,0"), GOOD, ["line 3", "column cost", "0 is not above 0", "Beek", "--set-aside"]),
        (("Beek,7,560", "Beek,-7,560"), GOOD, ["line 3", "column staff", "-7 is not above 0"]),
        (("Beek,7,560", "Beek,,560"), GOOD, ["line 3", "column staff", "missing", "--set-aside"]),
        (("Beek,7,560", "Beek,many,560"), GOOD, ["line 3", "column staff", "'many' is not a number"]),
        (("1500,420", "-1,420"), GOOD, ["line 3", "column permits", "-1 is below 0"]),
        (("1500,420", "0,0"), GOOD, ["line 3", "permits, notices", "all outputs are 0"]),
        (("Beek", "Aa"), GOOD, ["line 3", "column office", "Aa stands in line 2 too"]),
        (("Beek", ""), GOOD, ["line 3", "column office", "name is missing"]),
        (("", ""), (*GOOD[:2], "--inputs", "staf", *GOOD[4:]), ["no column 'staf'", "Did you mean staff?"]),
        (("", ""), (*GOOD[:2], "--inputs", "staff,", *GOOD[4:]), ["a column without a name"]),
        (("", ""), (*GOOD[:2], "--inputs", "staff,staff", *GOOD[4:]), ["column staff is named twice"]),
        (("", ""), (*GOOD[:2], "--inputs", "staff,permits", *GOOD[4:]), ["column permits is input and output"]),
        (("", ""), ("--id", "staff", *COLUMNS), ["column staff is the name of the unit"]),
        (("", ""), (*GOOD, "--merge", "Aa+Bek"), ["no unit 'Bek'", "Did you mean Beek?"]),
        (("", ""), (*GOOD, "--merge", "Aa"), ["has one unit"]),
        (("", ""), (*GOOD, "--merge", "Aa+Beek+Aa"), ["Aa stands twice"]),
        (("", ""), (*GOOD, "--merge", ""), ["a merger names no unit", "A+B"]),
        (("", ""), (*GOOD, "--merge", "Aa+Beek+"), ["'Aa+Beek+' has a plus sign without a unit beside it"]),
        (("Cleve", "Aa+Beek"), (*GOOD, "--merge", "Aa+Beek+Duin"), ["as Aa, Beek, Duin and as Aa+Beek, Duin"]),
        (("Beek,7", "Beek,1e30"), GOOD, ["line 3", "column staff", "1e+30 cannot be worked with beside 3"]),
        (("Beek,7", "Beek,1e-11"), GOOD, ["line 3", "column staff", "1e-11 cannot be worked with beside 15"]),
        (("", ""), (*GOOD, "--bootstrap", "100000000000000000000"), ["more than can be of use", "1000000 or fewer"]),
        (("Beek,7", "Beek,0"), (*GOOD, "--set-aside", "--merge", "Aa+Beek"), ["line 3", "Beek", "was set aside"]),
        (("", ""), (*GOOD, "--order-m", "0"), ["order m is 0"]),
        (("", ""), (*GOOD, "--bootstrap", "50"), ["50 replications are too few"]),
        (("", ""), (*GOOD, "--bootstrap", "200", "--seed", "-1"), ["seed is -1"]),
        (("", ""), (*GOOD, "--bootstrap", "200", "--workers", "0"), ["0 workers"]),
        (("", ""), (*GOOD, "--bootstrap", "200", "--returns", "fdh"), ["free disposal hull"]),
        (("", ""), (*GOOD, "--returns", "drs"), ["drs"]),
    ],
)
def test_bad_input_gets_one_message_with_its_place_and_nothing_else(ask, change, words, said):
    text = OFFICES.replace(*change, 1) if change[0] else OFFICES
    assert (text != OFFICES) == bool(change[0])
    status, out, err = ask(text, *words, "--format", "json")
    assert (status, out) == (2, "")
    assert "Traceback" not in err
    for part in said:
        assert part in err


@pytest.mark.parametrize(
    ("rows", "words", "said"),
    [
        (["Aa,4,9"], (), ["line 2", "1 is alone"]),
        (["Aa,4,9", "Beek,0,8"], ("--set-aside",), ["1 is alone", "1 of 2 rows were set aside"]),
        (["Aa,0,9", "Beek,0,8"], ("--set-aside",), ["no unit is left"]),
        (["Aa,4,0", "Beek,5,0"], ("--set-aside",), ["no unit is left"]),
        ([], (), ["no rows"]),
        (["Aa,4,9", "Beek,4,8"], (), ["line 2 to 3", "column x", "the input is 4 in every row"]),
        (["Aa,4,9", "Beek,4,8"], ("--returns", "fdh"), ["the input is 4 in every row"]),
        (["Aa,4,9", "Beek,5,9"], ("--orientation", "output"), ["column y", "the output is 9 in every row"]),
        (["Aa,4,9", "Beek,4,9"], ("--returns", "crs"), ["line 2 to 3, column x, y: every column is the same"]),
        (["Aa,4,9", "Beek,5,10"], ("--bootstrap", "200"), ["every unit is efficient"]),
    ],
)
def test_units_that_leave_nothing_to_compare_are_refused(ask, rows, words, said):
    text = "\n".join(["unit,x,y", *rows])
    status, out, err = ask(text, "--inputs", "x", "--outputs", "y", *words, "--format", "json")
    assert (status, out) == (2, "")
    for part in said:
        assert part in err


def test_a_constant_input_is_fine_where_units_can_still_differ(ask):
    text = "\n".join(["unit,x,y", "Aa,4,9", "Beek,4,8"])
    for words in (("--returns", "crs"), ("--orientation", "output")):
        status, out, _ = ask(text, "--inputs", "x", "--outputs", "y", *words, "--format", "json")
        assert status == 0
        assert [unit["efficiency"] for unit in json.loads(out)["units"]] == pytest.approx([1, 8 / 9])


def test_an_output_that_is_0_for_all_is_refused_with_its_column(ask):
    text = "\n".join(["unit,x,y,z", "Aa,4,9,0", "Beek,5,8,0"])
    status, out, err = ask(text, "--inputs", "x", "--outputs", "y,z")
    assert (status, out) == (2, "")
    assert "line 2 to 3, column z" in err


def test_names_with_plus_signs_can_be_merged(ask):
    text = OFFICES.replace("Aa,", "Aa+Oost,").replace("Goor", "Goor + West")
    words = ("--id", "office", *COLUMNS, "--merge", "Goor + West+Aa+Oost", "--format", "json")
    status, out, err = ask(text, *words)
    assert status == 0, err
    assert json.loads(out)["merged"][0]["units"] == ["Goor + West", "Aa+Oost"]


def test_the_csv_has_a_row_per_unit_with_its_slacks(ask, answer):
    status, out, _ = ask(OFFICES, "--id", "office", *COLUMNS, "--bootstrap", "200", "--format", "csv")
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    units = answer("--bootstrap", "200")["units"]
    for row, unit in zip(rows, units, strict=True):
        assert row["name"] == unit["name"]
        for name in ("efficiency", "low", "high"):
            assert float(row[name]) == unit[name]
        assert json.loads(row["peers"]) == pytest.approx(unit["peers"])
        assert float(row["slack cost"]) == unit["slacks"]["cost"]


def test_the_table_fits_a_narrow_screen_and_says_what_it_is_worth(ask, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    words = ("--merge", "Fort+Haag", "--order-m", "3", "--bootstrap", "200")
    status, out, err = ask(OFFICES, "--id", "office", *COLUMNS, *words)
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    for part in ("outside the technology", "95% interval", "few for 4 columns", "increasing", "s.e."):
        assert part in " ".join(out.split())
    without = ask(OFFICES, "--id", "office", *COLUMNS)[1]
    assert "No interval was asked" in without


def test_help_explains_itself_with_an_example(capsys):
    assert main(["frontier", "--help"]) == 0
    assert "verband frontier offices.csv --id office" in " ".join(capsys.readouterr().out.split())


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def test_the_example_of_the_page_comes_out_as_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "offices.csv").write_text(blocks("csv")[0], encoding="utf-8")
    shown = blocks("console")
    assert shown
    for block in shown:
        command, printed = block.split("\n", maxsplit=1)
        words = shlex.split(command.removeprefix("$ verband "))
        assert main(words) == 0
        out = capsys.readouterr().out
        assert [line.rstrip() for line in out.rstrip().splitlines()] == printed.rstrip().splitlines()


def test_the_python_of_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "offices.csv").write_text(blocks("csv")[0], encoding="utf-8")
    for block in blocks("python"):
        exec(compile(block, str(PAGE), "exec"), {})
