"""``verband network``: positions as the lists give them, beside the others, in each form."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from verband.cli.entry import main
from verband.cli.place import FICTIONAL
from verband.workspace import Workspace

ON = date(2026, 7, 1)
PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "methods" / "network.md"


@pytest.fixture
def ask(sample_workspace, capsys):
    def ask(*words, output="json", day=ON):
        words = ["network", *words, "--date", str(day), "--format", output, "--workspace"]
        status = main([*words, str(sample_workspace.folder)])
        found = capsys.readouterr()
        assert (status, found.err) == (0, f"{FICTIONAL}\n")
        if output == "json":
            return json.loads(found.out)
        return list(csv.DictReader(io.StringIO(found.out))) if output == "csv" else " ".join(found.out.split())

    return ask


def test_every_municipality_has_the_boards_and_partners_of_its_arrangements(ask, sample_workspace):
    rows = ask()
    assert [row["code"] for row in rows] == [item.code for item in sample_workspace.municipalities()]
    lists = {row["code"]: sample_workspace.arrangements(row["code"], on=ON) for row in rows}
    members = {}
    for code, found in lists.items():
        for item in found.items:
            members.setdefault(item.arrangement_id, set()).add(code)
    for row in rows:
        items = lists[row["code"]].items
        assert row["boards"] == len(items)
        assert row["boards"] == sum(row[name] for name in ("compulsory", "cooperate", "voluntary", "unknown"))
        others = [members[item.arrangement_id] - {row["code"]} for item in items]
        assert row["partners"] == len(set().union(*others))
        assert row["partner_sets"] == len({frozenset(item) for item in others if item})
        assert (row["kind"], row["date"], row["lists_as_of"]) == ("derived", "2026-07-01", "2016-01-01")
    assert any(row["betweenness"] > 0 for row in rows)


def test_regions_are_those_of_the_lists_carried_to_today(ask, sample_workspace):
    rows = {row["code"]: row for row in ask()}
    with sample_workspace._open() as warehouse:
        regions = warehouse.table("region_membership").filter(pl.col("region_type") == "youth_care_region")
    of_list = dict(regions.select("code", "region").iter_rows())
    for code, row in rows.items():
        told = {part["region_type"]: part["region"] for part in row["congruence_by_region"]}
        assert set(told) == {"safety_region", "public_health_service", "environment_service", "youth_care_region"}
        if code in of_list:
            assert told["youth_care_region"] == of_list[code]
        for part in row["congruence_by_region"]:
            assert part["share"] == pytest.approx(part["inside"] / part["partners"])
    # GM9040 is a merger since the list: it lies where its predecessors did.
    assert {part["region"] for part in rows["GM9040"]["congruence_by_region"]} <= set(
        sample_workspace.table("region_membership")["region"]
    )


def test_one_municipality_beside_all_its_class_and_its_province(ask):
    found = ask("Otterwoude")
    rows = {row["code"]: row for row in ask()}
    assert {key: found[key] for key in rows["GM9017"]} == rows["GM9017"]
    assert set(found["beside"]) == {"all", "size_class", "province"}
    others = sorted(row["boards"] for code, row in rows.items() if code != "GM9017" and row["listed"])
    assert found["beside"]["all"]["boards"]["n"] == len(others)
    assert found["beside"]["all"]["boards"]["median"] == pl.Series(others).median()
    assert any("Compare within the province" in note for note in found["notes"])
    assert any("Not loaded, so without congruence: Labour market regions" in note for note in found["notes"])
    table = ask("Otterwoude", output="table")
    assert "Position of Otterwoude (GM9017) on 2026-07-01, derived" in table
    measures = {row["measure"]: row for row in ask("Otterwoude", output="csv")}
    assert float(measures["boards"]["value"]) == found["boards"]
    assert float(measures["boards"]["all_median"]) == found["beside"]["all"]["boards"]["median"]
    assert measures["boards"]["kind"] == "derived"


def test_all_as_csv_and_table(ask):
    rows = ask()
    assert [row["code"] for row in ask(output="csv")] == [row["code"] for row in rows]
    table = ask(output="table")
    assert f"{len(rows)} municipalities on 2026-07-01" in table
    assert all(row["name"].split()[0] in table for row in rows)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["Nergenshuizen"], "Nergenshuizen"),
        (["Otterwoude", "--date", "1999-01-01"], "1999"),
        (["Otterwoude", "--date", "yesterday"], "yesterday"),
        (["Otterwoude", "--format", "xml"], "xml"),
    ],
)
def test_bad_input_is_one_plain_message(sample_workspace, capsys, words, told):
    status = main(["network", *words, "--workspace", str(sample_workspace.folder)])
    found = capsys.readouterr()
    assert (status, found.out) == (2, "")
    assert told in found.err
    assert len(found.err.strip().splitlines()) == 1
    assert "Traceback" not in found.err


def test_a_workspace_without_lists_says_what_to_load(tmp_path, sample_folder, capsys):
    workspace = Workspace(tmp_path / "workspace")
    workspace.load(sample_folder / "iv3")
    assert main(["network", "--workspace", str(workspace.folder)]) == 2
    assert "no list of arrangements" in capsys.readouterr().err


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
        out = capsys.readouterr().out
        assert [line.rstrip() for line in out.rstrip().splitlines()] == printed.rstrip().splitlines()


def test_the_python_of_the_page_runs(sample_workspace, monkeypatch):
    monkeypatch.setenv("VERBAND_WORKSPACE", str(sample_workspace.folder))
    for block in blocks("python"):
        exec(compile(block, str(PAGE), "exec"), {})
