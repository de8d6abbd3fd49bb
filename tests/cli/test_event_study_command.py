"""``verband event-study``: the contract of its JSON and CSV, what the page shows, and what bad input gets."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
import xlsxwriter

from verband.analysis.event_study import event_study
from verband.cli.entry import main

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "methods" / "event-study.md"
KEYS = [
    "group_time", "dynamic", "simple", "group", "pre_trend", "few_clusters", "leave_one_out", "inference",
    "n_observations", "n_units", "n_treated_units", "n_clusters", "n_treated_clusters", "periods", "control",
    "anticipation", "effects_from", "base", "method", "cluster", "covariates", "level", "draws", "seed",
    "not_estimated", "set_aside", "warnings", "kind", "sources", "file", "remarks",
]  # fmt: skip
EFFECT = [
    "estimate", "se", "low", "high", "p_value", "band_low", "band_high", "degrees_of_freedom", "n_treated",
    "n_treated_clusters", "n_controls",
]  # fmt: skip
ROLES = ("--unit", "municipality", "--time", "year", "--start", "merged", "--outcome", "spending")
AHEAD = ("--cluster", "process", "--anticipation", "1", "--effects-from", "anticipation", "--draws", "99")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)\n```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "merging.csv"
    path.write_text(blocks("csv")[0] + "\n", encoding="utf-8")
    return path


@pytest.fixture
def ask(capsys):
    def ask(path, *words, form="json"):
        status = main(["event-study", str(path), *ROLES, *words, "--format", form])
        found = capsys.readouterr()
        assert status == 0, found.err
        return json.loads(found.out) if form == "json" else found.out

    return ask


def changed(file, old, new, name="changed.csv"):
    path = file.parent / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


# The answer


def test_the_json_holds_its_contract(ask, file):
    found = ask(file, *AHEAD)
    assert list(found) == KEYS
    assert list(found["simple"]) == EFFECT
    assert list(found["dynamic"]["overall"]) == EFFECT
    assert [item["group"] for item in found["group"]["effects"]] == [2020, 2021]
    assert {item["phase"] for item in found["group_time"]} == {"before", "anticipated"}
    assert found["few_clusters"]["draws"] == 99
    assert found["kind"] == "estimated"


def test_the_csv_holds_a_row_per_effect(ask, file):
    rows = list(csv.DictReader(io.StringIO(ask(file, *AHEAD, form="csv"))))
    found = ask(file, *AHEAD)
    assert [row["table"] for row in rows].count("group_time") == len(found["group_time"])
    assert [row["table"] for row in rows][-3:] == ["dynamic_overall", "group_overall", "simple"]
    assert float(rows[-1]["estimate"]) == pytest.approx(found["simple"]["estimate"])
    assert list(rows[0])[5:] == EFFECT


def test_the_same_call_gives_the_same_bytes(ask, file):
    assert ask(file, *AHEAD, "--seed", "3", form="csv") == ask(file, *AHEAD, "--seed", "3", form="csv")


def test_a_workbook_and_decimal_commas_give_the_same_as_plain_csv(ask, file):
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
    with xlsxwriter.Workbook(file.parent / "merging.xlsx") as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                number = row and cell and column in (1, 2, 4)
                sheet.write(row, column, float(cell) if number else cell)
    dutch = file.parent / "dutch.csv"
    text = "\n".join(";".join([*row[:4], row[4] if not number else f"{row[4]},50"]) for number, row in enumerate(rows))
    dutch.write_text(text + "\n", encoding="utf-8")
    plain, sheet, commas = ask(file, *AHEAD), ask(file.parent / "merging.xlsx", *AHEAD), ask(dutch, *AHEAD)
    assert sheet["simple"] == plain["simple"]
    assert "the first sheet of the workbook was read" in sheet["remarks"]
    assert commas["simple"]["estimate"] == pytest.approx(plain["simple"]["estimate"], abs=1e-9)
    assert any("decimal commas" in remark for remark in commas["remarks"])


def test_the_command_gives_what_the_function_gives(ask, file):
    with file.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    own = event_study(
        columns, unit="municipality", time="year", start="merged", outcome="spending", cluster="process", draws=99,
        anticipation=1, effects_from="anticipation",
    )  # fmt: skip
    found, record = ask(file, *AHEAD), json.loads(json.dumps(own.as_record()))
    assert {name: found[name] for name in record} == record


def test_units_treated_from_the_first_year_on_are_set_aside_and_said(file, capsys):
    path = changed(file, "Hooge,2017,2021", "Hooge,2017,2017")
    path.write_text(re.sub(r"^(Hooge,\d+),2021", r"\1,2017", path.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert main(["event-study", str(path), *ROLES, *AHEAD, "--format", "json"]) == 0
    found = capsys.readouterr()
    assert [item["unit"] for item in json.loads(found.out)["set_aside"]] == ["Hooge"]
    assert "Hooge was set aside: treated from 2017 on" in found.err


def test_rows_without_a_number_are_set_aside_when_asked(ask, file, capsys):
    path = changed(file, "Ilp,2017,,Ilp,", "Ilp,2017,,Ilp,-\nIlp,2016,,Ilp,")
    found = ask(path, *AHEAD, "--set-aside")
    assert [(item["unit"], item["reason"]) for item in found["set_aside"]] == [("Ilp", "spending is missing")]


# Bad input

BAD = {
    "a column that is not there": ((), ("--start", "merger"), ("no column 'merger'", "Did you mean merged")),
    "text where a number should be": (
        ("Coorn,2018,2020,B,", "Coorn,2018,2020,B,x"), (), ("line 9, column spending", "is not a number")),
    "a number that lacks": (
        ("Ilp,2017,,Ilp,", "Ilp,2017,,Ilp,\nIlp,2016,,Ilp,"), (),
        ("column spending", "the number is missing", "--set-aside")),
    "a row twice": (("Ilp,2018,", "Ilp,2017,"), (), ("column municipality", "Ilp in 2017 stands in line")),
    "a start that changes": (("Aarden,2017,2020", "Aarden,2017,2019"), (), ("line 3, column merged", "in line 2")),
    "a start in words": (
        ("Aarden,2017,2020", "Aarden,2017,later"), (), ("line 2, column merged", "'later' is no period")),
    "half a year": (("Aarden,2017,", "Aarden,2017.5,"), (), ("line 2, column year", "no whole number of a period")),
    "a name that lacks": (("Aarden,2017,", ",2017,"), (), ("line 2, column municipality", "the name is missing")),
    "units that vanish": ((), ("--anticipation", "1"), ("no effect can be estimated", "--effects-from anticipation")),
    "more anticipation than there are years": (
        (), ("--anticipation", "50"), ("an anticipation of 50", "at most")),
    "the outcome as covariate": ((), ("--covariates", "spending"), ("named as outcome and as covariate",)),
    "too few draws": ((), ("--draws", "7"), ("7 draws", "99")),
    "an unknown control": ((), ("--control", "all"), ("--control",)),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_message_with_its_place_and_nothing_on_standard_output(file, capsys, case):
    change, words, said = BAD[case]
    path = changed(file, *change) if change else file
    roles = list(ROLES)
    for option, value in zip(words[::2], words[1::2], strict=True):
        if option in roles:
            roles[roles.index(option) + 1] = value
    more = [item for pair in zip(words[::2], words[1::2], strict=True) if pair[0] not in ROLES for item in pair]
    status = main(["event-study", str(path), *roles, *more])
    found = capsys.readouterr()
    assert (status, found.out) == (2, "")
    assert "Traceback" not in found.err
    for part in said:
        assert part in found.err


def test_the_same_everywhere_one_cluster_and_nobody_untreated_are_refused(file, capsys):
    rows = file.read_text(encoding="utf-8").splitlines()
    header, *rest = [row.split(",") for row in rows]
    cases = {
        "the outcome is 5 in every row": [[*row[:4], "5"] for row in rest],
        "every unit is in cluster one": [[*row[:3], "one", row[4]] for row in rest],
        "no unit is never treated": [row for row in rest if row[2]],
    }
    for said, table in cases.items():
        path = file.parent / "other.csv"
        path.write_text("\n".join(",".join(row) for row in [header, *table]) + "\n", encoding="utf-8")
        assert main(["event-study", str(path), *ROLES, *AHEAD]) == 2
        found = capsys.readouterr()
        assert said in found.err
        assert "other.csv, line 2 to" in found.err
        assert found.out == ""


def test_a_file_that_is_not_there_is_a_plain_fault(tmp_path, capsys):
    assert main(["event-study", str(tmp_path / "nothing.csv"), *ROLES]) == 2
    assert "nothing.csv" in capsys.readouterr().err


# Documentation


def test_the_example_of_the_page_gives_what_the_page_shows(file, monkeypatch, capsys):
    (command,), (table, _) = blocks("sh"), blocks("text")
    monkeypatch.chdir(file.parent)
    monkeypatch.setenv("COLUMNS", "100")
    assert command.startswith("verband ")
    assert main(command.split()[1:]) == 0
    shown = capsys.readouterr()
    assert [line.rstrip() for line in shown.out.rstrip().splitlines()] == table.splitlines()
    assert shown.err.strip().removeprefix("Warning: ") in PAGE.read_text(encoding="utf-8")


def test_the_python_of_the_page_gives_what_the_page_shows(file, monkeypatch, capsys):
    (program,), (_, printed) = blocks("python"), blocks("text")
    monkeypatch.chdir(file.parent)
    exec(compile(program, "page", "exec"), {})
    assert capsys.readouterr().out.rstrip() == printed


def test_the_page_names_every_key_of_the_json():
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in (*KEYS, *EFFECT) if f"`{name}`" not in text] == []
