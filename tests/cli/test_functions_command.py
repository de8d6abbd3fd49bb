"""``verband functions``: every form of the answer, its page, and what cannot be asked."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from verband.analysis import function_draws
from verband.cli.entry import main
from verband.domain.function import Range
from verband.domain.staff_pay import function_rule, own_chance, pay_per_fte
from verband.sources.sample import province, write_province
from verband.workspace import Workspace

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "methods" / "one-person-functions.md"


@pytest.fixture
def ask(sample_workspace, capsys):
    def ask(*words, folder=sample_workspace.folder):
        status = main(["functions", *words, "--workspace", str(folder)])
        found = capsys.readouterr()
        return status, found.out, found.err

    return ask


def test_json_has_all_that_was_used(ask):
    status, out, _ = ask("Otterwoude", "--with", "Distelzijl,GM9022", "--format", "json")
    found = json.loads(out)
    assert status == 0
    assert (found["code"], found["year"], found["report"], found["kind"]) == ("GM9017", 2023, "accounts", "estimated")
    assert [item["code"] for item in found["municipalities"]] == ["GM9017", "GM9016", "GM9022"]
    first = found["municipalities"][0]
    for situation in ("alone", "pooled"):
        for number in ("one", "two"):
            value = first[situation][number]
            assert value["low"] <= value["mean"] <= value["high"]
    assert first["change"]["one"]["mean"] == pytest.approx(
        first["pooled"]["one"]["mean"] - first["alone"]["one"]["mean"]
    )
    assert len(first["functions"]) > 50
    for item in first["functions"]:
        assert item["kind"] == "estimated"
        assert item["certainty"] in "VSMA"
        assert item["usual_fte_20000"]["low"] <= item["usual_fte_20000"]["high"]
    assert {item["kind"] for item in found["assumptions"]} == {"assumed"}
    assert all(item["source"] and item["low"] <= item["mid"] <= item["high"] for item in found["assumptions"])
    assert set(found["together"]["members"]) == {"GM9017", "GM9016", "GM9022"}
    assert any("by construction" in note and "not a finding" in note for note in found["notes"])


def test_csv_has_a_row_per_member_and_function(ask):
    rows = list(csv.DictReader(io.StringIO(ask("Otterwoude", "--with", "Distelzijl", "--format", "csv")[1])))
    assert len({(row["code"], row["function"]) for row in rows}) == len(rows)
    assert {row["code"] for row in rows} == {"GM9017", "GM9016"}
    assert {"chance_one", "pooled_chance_one", "fte_mean", "holders_low", "legal_basis", "kind"} <= set(rows[0])


def test_the_table_fits_a_narrow_screen_and_says_what_it_is_worth(ask, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    status, out, err = ask("Otterwoude", "--with", "Distelzijl")
    assert status == 0
    assert "fictional" in err
    assert max(map(len, out.splitlines())) <= 80
    text = " ".join(out.split())
    for part in ("Together", "not a finding", "Never shared: ", "Assumed: ", "80% intervals", "Griffier"):
        assert part in text


def test_a_budget_says_that_vacancies_are_in_it(ask):
    status, out, _ = ask("Otterwoude", "--year", "2025", "--report", "budget")
    assert status == 0
    assert "Budget (vacancies included) 2025" in out


def test_a_dissolved_one_leads_on_and_words_need_no_quotes(ask):
    status, out, err = ask("Kraaienburg", "(F.)", "--format", "json")
    assert status == 0
    assert json.loads(out)["code"] == "GM9004"
    for dissolved, successor in (("GM9029", "GM9023"), ("GM9025", "GM9040")):
        status, out, err = ask(dissolved, "--format", "json")
        assert status == 0
        assert json.loads(out)["code"] == successor
        assert "was dissolved" in err


def test_organisations_elsewhere_are_set_apart_and_said(ask):
    status, out, _ = ask("Bovenlinge")
    assert status == 0
    assert "Bovenlinge: organisation elsewhere" in out
    assert "Griffier" not in out
    (row,) = csv.DictReader(io.StringIO(ask("Bovenlinge", "--format", "csv")[1]))
    assert row["set_apart"].startswith("organisation elsewhere")
    alone = json.loads(ask("Otterwoude", "--format", "json")[1])
    found = json.loads(ask("Otterwoude", "--with", "Bovenlinge", "--format", "json")[1])
    assert found["municipalities"][0] == alone["municipalities"][0]
    assert found["municipalities"][1]["functions"] == []
    assert found["municipalities"][1]["alone"] is None
    assert found["together"] is None


def test_the_same_question_has_the_same_answer(ask):
    words = ("Otterwoude", "--with", "Distelzijl", "--format", "json")
    assert ask(*words) == ask(*words)
    assert ask(*words)[1] != ask(*words, "--seed", "2")[1]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("Nergenshuizen",), "no municipality 'Nergenshuizen'"),
        (("Otterwoude", "--with", "Nergenshuizen"), "no municipality 'Nergenshuizen'"),
        (("Otterwoude", "Mond", "--with", "Distelzijl,Kwartel"), "need quotes"),
        (("Otterwoude", "--with", "Otterwoude"), "named twice"),
        (("Otterwoude", "--with", "Distelzijl,Distelzijl"), "named twice"),
        (("Hazelwoude", "--with", "GM9025"), "was dissolved"),
        (("Otterwoude", "--with", " , "), "no partner is named"),
        (("Otterwoude", "--year", "2019"), "no own pay per task of 2019 accounts"),
        (("Otterwoude", "--year", "2024"), "2024 budget"),
        (("Snoekersluis",), "filed no accounts of 2023"),
        (("Otterwoude", "--with", "Snoekersluis"), "filed no accounts of 2023"),
        (("Otterwoude", "--seed", "-1"), "seed"),
    ],
)
def test_what_cannot_be_asked_is_said(ask, words, part):
    status, out, err = ask(*words)
    assert status == 2
    assert part in " ".join(err.split())
    assert out == ""
    assert "Traceback" not in err


def test_a_workspace_without_own_pay_per_task_is_said(ask, tmp_path):
    write_province(province(1), tmp_path / "files")
    for file in sorted((tmp_path / "files" / "iv3" / "begrotingsanalysetool").glob("*")):
        file.unlink()
    workspace = Workspace(tmp_path / "workspace")
    workspace.load(tmp_path / "files")
    status, out, err = ask("Otterwoude", folder=workspace.folder)
    assert (status, out) == (2, "")
    assert "task_accounts" in err


def test_the_number_falls_with_size_over_the_province(sample_workspace):
    """By construction: the rank correlation of own pay and functions on one person is nearly -1."""
    found = []
    for item in sample_workspace.municipalities(2023):
        if item.code == "GM9013":  # filed no accounts
            continue
        answer = sample_workspace.functions(item.code, draws=1000).result.municipalities[0]
        if answer.alone is not None:
            found.append((answer.fte.mean, answer.alone.one.mean))
    order = [one for _, one in sorted(found)]
    falls = sum(first > later for at, first in enumerate(order) for later in order[at + 1 :])
    assert falls / (len(order) * (len(order) - 1) / 2) > 0.9


def test_the_staff_lists_of_the_province_are_within_the_model(sample_workspace):
    """Its lists are invented apart from its pay: three functions of two municipalities, against the 80% interval."""
    same = {
        "toezichthouder bouwen": "building_inspector",
        "adviseur informatiebeveiliging": "security_officer",
        "leerplichtambtenaar": "school_attendance_officer",
    }
    listed = sample_workspace.table("own_staff")
    compared = 0
    for name in ("Otterwoude", "Lisdoddekerk"):
        answer = sample_workspace.functions(name).result.municipalities[0]
        holders = {item.function.code: item.holders for item in answer.functions}
        for row in listed.iter_rows(named=True):
            if row["municipality"] == name and row["function"] in same:
                expected = holders[same[row["function"]]]
                assert expected.low <= row["holders"] <= expected.high, (name, row["function"])
                compared += 1
    assert compared == 6


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def test_the_example_of_the_page_comes_out_as_printed(sample_workspace, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("VERBAND_WORKSPACE", str(sample_workspace.folder))
    shown = blocks("console")
    assert shown
    for block in shown:
        command, printed = block.split("\n", maxsplit=1)
        assert main(shlex.split(command.removeprefix("$ verband "))) == 0
        out = "\n".join(line.rstrip() for line in capsys.readouterr().out.rstrip().splitlines())
        # A line of three dots stands for lines left out.
        parts = [re.escape(part) for part in re.split(r"^\.\.\.$\n?", printed.rstrip() + "\n", flags=re.MULTILINE)]
        assert re.fullmatch(r"(?:.*\n)*?".join(parts), out + "\n"), out


def test_the_python_of_the_page_runs(sample_workspace, monkeypatch):
    monkeypatch.setenv("VERBAND_WORKSPACE", str(sample_workspace.folder))
    for block in blocks("python"):
        exec(compile(block, str(PAGE), "exec"), {})


def held(value, end):
    """A range at one of its ends."""
    return Range(*[getattr(value, end)] * 3)


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize(
    "assumption", ["FTE per holder", "chance of a deputy", "pay per FTE", "how usual own staff is"]
)
def test_the_page_says_which_assumption_decides(sample_workspace, monkeypatch, assumption, end):
    def rule(name):
        found = function_rule(name)
        fixed = {"FTE per holder": "fte_per_holder", "chance of a deputy": "deputy_chance"}.get(assumption)
        return replace(found, value=held(found.value, end)) if name == fixed else found

    monkeypatch.setattr(function_draws, "function_rule", rule)
    if assumption == "pay per FTE":
        found = pay_per_fte(2023)
        monkeypatch.setattr(function_draws, "pay_per_fte", lambda year: replace(found, eur=held(found.eur, end)))
    if assumption == "how usual own staff is":
        monkeypatch.setattr(
            function_draws,
            "own_chance",
            lambda name: replace(own_chance(name), value=held(own_chance(name).value, end)),
        )
    answer = sample_workspace.functions("Otterwoude").result.municipalities[0].alone.one.mean
    row = re.search(rf"^ *\| {assumption}[^|]*\| ([\d.]+) \| ([\d.]+) \|$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    assert f"{answer:.1f}" == row.group(1 if end == "low" else 2)
