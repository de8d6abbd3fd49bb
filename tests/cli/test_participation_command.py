"""``verband participation``: the counts are those of ``verband arrangements``, and each form of the answer."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import date
from statistics import fmean

import pytest

from verband.cli.entry import main
from verband.cli.place import FICTIONAL
from verband.sources.sample import province, write_province
from verband.workspace import Workspace

ON = date(2026, 7, 1)
STATUSES = ("compulsory", "cooperate", "voluntary", "unknown")


@pytest.fixture
def ask(sample_workspace, capsys):
    def ask(*words, output="json", folder=sample_workspace.folder, day=ON):
        words = ["participation", *words, "--date", str(day), "--format", output, "--workspace", str(folder)]
        status = main(words)
        found = capsys.readouterr()
        assert (status, found.err) == (0, f"{FICTIONAL}\n")
        if output == "json":
            return json.loads(found.out)
        return list(csv.DictReader(io.StringIO(found.out))) if output == "csv" else " ".join(found.out.split())

    return ask


@pytest.fixture(scope="module")
def listed_workspace(tmp_path_factory):
    """The fictional province without the own files and the register: lists and regions alone."""
    folder = tmp_path_factory.mktemp("listed")
    write_province(province(1), folder / "files")
    (folder / "files" / "gr_register" / "exportOO_fictief.xml").unlink()
    for file in (folder / "files" / "own").iterdir():
        file.unlink()
    workspace = Workspace(folder / "workspace")
    workspace.load(folder / "files")
    return workspace


@pytest.mark.parametrize("day", [ON, date(2018, 6, 1)])
def test_every_municipality_has_the_counts_of_its_arrangements(ask, sample_workspace, day):
    rows = ask("--by", "municipality", day=day)
    listed = sample_workspace.municipalities(day.year)
    assert [(row["code"], row["name"], row["inhabitants"], row["size_class"]) for row in rows] == [
        (item.code, item.name, item.inhabitants, item.size_class) for item in listed
    ]
    for row in rows:
        found = sample_workspace.arrangements(row["code"], on=day)
        status = Counter(item.status for item in found.items)
        assert {name: row[name] for name in STATUSES} == {name: status[name] for name in STATUSES}
        origin = Counter(item.origin for item in found.items)
        keys = {"own": "from_own_file", "register": "from_register", "list": "from_list", "region": "from_region"}
        assert {name: row[key] for name, key in keys.items()} == {name: origin[name] for name in keys}
        assert row["total"] == len(found.items)
        assert row["carried"] <= sum(item.kind == "derived" for item in found.items)
        assert row["kind"] == "derived"


def test_without_own_files_the_counts_are_those_of_the_lists(ask, listed_workspace):
    rows = {row["code"]: row for row in ask("--by", "municipality", folder=listed_workspace.folder)}
    for code, row in rows.items():
        found = listed_workspace.arrangements(code, on=ON)
        assert {name: row[name] for name in STATUSES} == {
            name: sum(item.status == name for item in found.items) for name in STATUSES
        }
    # The lists name GM9024 to GM9026, which are GM9040 now.
    assert rows["GM9040"]["carried"] > 0
    # No list says that anything is voluntary: none is known, and none is denied.
    assert {row["voluntary"] for row in rows.values()} == {0}
    assert all(row["voluntary_at_most"] == row["unknown"] > 0 for row in rows.values())
    table = ask("--by", "size", output="table", folder=listed_workspace.folder)
    assert "Between 0% and 100% of the listed municipalities" in table
    assert "hold seats of merged predecessors" in table
    detail = ask("Hazelwoude", folder=listed_workspace.folder)
    assert detail["contributions"] is None


def test_size_classes_are_those_of_their_municipalities(ask, sample_workspace):
    ones = ask("--by", "municipality")
    rows = {row["size_class"]: row for row in ask()}
    assert list(rows) == ["<10000", "10000-20000", "20000-50000", "50000-100000", "100000-250000"]
    for name, row in rows.items():
        members = [item for item in ones if item["size_class"] == name]
        assert (row["municipalities"], row["listed"], row["missing"]) == (len(members), len(members), [])
        for what in ("total", *STATUSES, "voluntary_at_most"):
            assert row[f"{what}_mean"] == pytest.approx(fmean(item[what] for item in members))
            assert row[f"{what}_least"] == min(item[what] for item in members)
            assert row[f"{what}_most"] == max(item[what] for item in members)
            assert (row[f"{what}_median"] is None) == (len(members) < 8)
        assert row["any_voluntary_share"] == 1
    assert {row["listed"] >= 8 for row in rows.values()} == {True, False}
    assert len(ask(output="csv")) == len(rows)
    assert [row["province"] for row in ask("--by", "province")] == ["Limburg"]
    table = ask(output="table")
    assert "No middle half where too few are listed to tell one: <10000, 10000-20000, 50000-100000" in table
    assert "which are not complete" in table


def test_one_municipality_in_detail_with_the_money_of_its_own_file(ask, sample_workspace):
    found = ask("Hazelwoude")
    items = sample_workspace.arrangements("Hazelwoude", on=ON).items
    assert (found["code"], found["total"]) == ("GM9040", len(items))
    (year,) = found["contributions"]["years"]
    amounts = [item.contribution_eur for item in items]
    assert (year["year"], year["known"], year["complete"]) == (2026, len(items), True)
    assert year["eur"] == sum(amounts)
    assert year["concentration"] == pytest.approx(sum((amount / sum(amounts)) ** 2 for amount in amounts))
    money = {item["status"]: item for item in year["by_status"]}
    for status in STATUSES:
        expected = sum(item.contribution_eur for item in items if item.status == status)
        assert money[status]["eur"] == expected
        assert money[status]["share"] == pytest.approx(expected / sum(amounts))
    ones = ask("--by", "municipality")
    assert found["size_class_figures"]["listed"] == sum(one["size_class"] == found["size_class"] for one in ones)
    assert found["province_figures"]["listed"] == len(ones)
    rows = ask("Hazelwoude", output="csv")
    assert [row["status"] for row in rows] == list(STATUSES)
    table = ask("Hazelwoude", output="table")
    assert f"known for all {len(items)} arrangements" in table
    index = f"{year['concentration']:.2f}".replace(".", ",")
    assert f"Concentration (Herfindahl-Hirschman): {index}, as if" in table


def test_an_unknown_contribution_is_said_beside_the_index(ask, sample_workspace):
    items = sample_workspace.arrangements("Berkenstrook", on=ON).items
    without = [item.name for item in items if item.contribution_eur is None]
    found = ask("Berkenstrook")["contributions"]
    assert without
    assert found["without_contribution"] == without
    assert not found["years"][0]["complete"]
    table = ask("Berkenstrook", output="table")
    assert f"known for {len(items) - len(without)} of {len(items)} arrangements" in table
    assert "over the known ones only" in table


def test_a_dissolved_municipality_leads_on_and_an_unknown_one_is_a_plain_fault(sample_workspace, capsys):
    words = ["participation", "GM9024", "--date", str(ON), "--format", "json", "--workspace"]
    assert main([*words, str(sample_workspace.folder)]) == 0
    found = capsys.readouterr()
    assert json.loads(found.out)["code"] == "GM9040"
    assert "was dissolved" in found.err
    assert main(["participation", "Nergenshuizen", "--workspace", str(sample_workspace.folder)]) == 2
    assert main(["participation", "--date", "1999-01-01", "--workspace", str(sample_workspace.folder)]) == 2
    assert "municipality list of 1999" in capsys.readouterr().err


def test_without_any_list_the_answer_is_a_plain_fault(sample_folder, tmp_path, capsys):
    assert main(["load", str(sample_folder / "prijzen"), "--workspace", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["participation", "--workspace", str(tmp_path)]) == 2
    assert "municipality_list" in capsys.readouterr().err
