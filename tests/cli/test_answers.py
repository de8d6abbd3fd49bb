"""What the commands answer: the keys of the JSON, money in euro and unrounded, the same in CSV."""

import csv
import io
import json
import shutil
from datetime import date

import pytest

from verband.cli.entry import main
from verband.cli.place import FICTIONAL
from verband.cli.show import OutputFormat, show


@pytest.fixture
def ask(sample_workspace, capsys):
    def ask(*words, output="json"):
        status = main([*words, "--format", output, "--workspace", str(sample_workspace.folder)])
        found = capsys.readouterr()
        assert (status, found.err) == (0, f"{FICTIONAL}\n")
        if output == "json":
            return json.loads(found.out)
        return list(csv.DictReader(io.StringIO(found.out))) if output == "csv" else found.out

    return ask


def test_status(ask):
    answer = ask("status")
    assert {"snapshot", "loaded", "sources", "missing_reports"} <= answer.keys()
    assert {
        "name", "files", "years", "rows_read", "rows_kept", "rows_set_aside", "reasons",
    } <= answer["sources"][0].keys()  # fmt: skip
    for source in answer["sources"]:
        assert source["rows_read"] == source["rows_kept"] + source["rows_set_aside"]
        assert sum(source["reasons"].values()) == source["rows_set_aside"]
    assert [(item["year"], item["report"], item["municipality"]) for item in answer["missing_reports"]] == [
        (2023, "accounts", "GM9013"),
        (2025, "budget", "GM9019"),
    ]
    assert len(ask("status", output="csv")) == len(answer["sources"])
    assert "Reports not filed: 2" in ask("status", output="table")


def test_set_aside_records_are_as_many_as_the_books_say(ask):
    total = sum(source["rows_set_aside"] for source in ask("status")["sources"])
    records = ask("status", "--set-aside")
    assert len(records) == total
    assert all(record["reason"] and record["file"] for record in records)


def test_municipalities(ask, sample_workspace):
    rows = ask("municipalities", "--year", "2024")
    keys = ["code", "name", "province", "inhabitants", "size_class", "predecessors", "successor"]
    assert all(list(row) == keys for row in rows)
    by_code = {row["code"]: row for row in rows}
    assert by_code["GM9040"]["predecessors"] == ["GM9024", "GM9025", "GM9026"]
    assert by_code["GM9005"]["predecessors"] == ["GM9028"]
    assert all(row["successor"] is None for row in rows)
    people = sample_workspace.table("inhabitants")
    assert sum(row["inhabitants"] for row in rows) == people.filter(people["year"] == 2024)["inhabitants"].sum()
    earlier = {row["code"]: row for row in ask("municipalities", "--year", "2018")}
    assert earlier["GM9024"]["successor"] == "GM9040"
    assert earlier["GM9027"]["successor"] == "GM9002"
    assert earlier["GM9002"]["predecessors"] == []
    assert len(ask("municipalities", "--year", "2018", output="csv")) == len(earlier)


def test_series_has_a_row_for_every_year_missing_ones_too(ask, sample_workspace):
    rows = ask("series", "GM9013", "--task", "7.3")
    assert [row["year"] for row in rows] == list(range(2017, 2025))
    assert {"year", "report", "cost_eur", "cost_eur_per_inhabitant", "kind", "missing"} <= rows[0].keys()
    gap = next(row for row in rows if row["year"] == 2023)
    assert gap["cost_eur"] is None
    assert gap["cost_eur_per_inhabitant"] is None
    assert "not filed" in gap["missing"]
    costs = sample_workspace.table("cost_per_task").filter(code="GM9013", task="7.3", report="accounts")
    published = dict(costs.select("year", "cost_keur").iter_rows())
    people = dict(sample_workspace.table("inhabitants").filter(code="GM9013").select("year", "inhabitants").iter_rows())
    for row in rows:
        if row["year"] != 2023:
            assert row["cost_eur"] == published[row["year"]] * 1000
            assert row["cost_eur_per_inhabitant"] == pytest.approx(row["cost_eur"] / people[row["year"]], rel=1e-15)
            assert (row["kind"], row["missing"]) == ("measured", None)
    assert len(ask("series", "GM9013", "--task", "7.3", output="csv")) == 8


def test_series_in_later_boundaries_is_the_sum_of_the_parts(ask, sample_workspace):
    costs = sample_workspace.table("cost_per_task").filter(task="7.3", report="accounts", year=2018)
    amount = dict(costs.select("code", "cost_keur").iter_rows())
    rows = {row["year"]: row for row in ask("series", "GM9040", "--task", "7.3", "--boundaries", "2024")}
    assert rows[2018]["cost_eur"] == (amount["GM9024"] + amount["GM9025"] + amount["GM9026"]) * 1000
    assert rows[2018]["kind"] == "derived"
    rows = {row["year"]: row for row in ask("series", "GM9005", "--task", "7.3", "--boundaries", "2024")}
    assert rows[2018]["cost_eur"] == pytest.approx((amount["GM9005"] + 0.55 * amount["GM9028"]) * 1000, rel=1e-12)
    own = {row["year"]: row for row in ask("series", "GM9040", "--task", "7.3")}
    assert own[2018]["cost_eur"] is None
    assert "did not exist yet" in own[2018]["missing"]


def test_national_totals_name_who_is_missing(ask, sample_workspace):
    answer = ask("national", "--year", "2023")
    assert {
        "year", "report", "municipalities", "reporting", "missing", "inhabitants", "inhabitants_reporting", "cost_eur",
        "income_eur", "paid_to_arrangements_eur", "wages_eur", "hired_staff_eur", "equity_eur", "balance_total_eur",
    } <= answer.keys()  # fmt: skip
    rows = sample_workspace.table("key_totals").filter(year=2023, report="accounts")
    assert answer["missing"] == ["GM9013"]
    assert answer["municipalities"] == answer["reporting"] + 1
    people = sample_workspace.table("inhabitants").filter(year=2023)
    assert answer["inhabitants"] == people["inhabitants"].sum()
    assert answer["inhabitants"] - answer["inhabitants_reporting"] == people.filter(code="GM9013")["inhabitants"][0]
    for key in ("cost", "income", "paid_to_arrangements", "wages", "hired_staff", "equity", "balance_total"):
        assert answer[f"{key}_eur"] == rows[f"{key}_keur"].sum() * 1000
    assert "GM9013" in ask("national", "--year", "2023", output="table")


def test_arrangements(ask):
    rows = ask("arrangements", "GM9001", "--date", "2026-01-01")
    keys = {
        "id", "name", "form", "status", "status_kind", "tasks", "participants", "share", "votes", "contribution_eur",
        "source", "as_of", "kind",
    }  # fmt: skip
    assert rows
    for row in rows:
        assert keys <= row.keys()
        assert row["kind"] in ("measured", "derived", "estimated", "assumed")
        assert row["as_of"] is None or date.fromisoformat(row["as_of"])
        assert row["share"] is None or 0 <= row["share"] <= 1
    region = next(row for row in rows if row["name"] == "Veiligheidsregio Wouderland")
    assert region["contribution_eur"] == 22_194_000
    assert region["share"] == pytest.approx(0.227155)
    for day in ("0001-01-01", "9999-12-31"):
        status = main(["arrangements", "GM9001", "--date", day, "--workspace", "/nonexistent"])
        assert status == 2


def test_load_answers_what_it_did(sample_folder, tmp_path, capsys):
    words = ["load", str(sample_folder / "prijzen"), "--workspace", str(tmp_path / "w"), "--format", "json"]
    answers = []
    for _ in range(2):
        assert main(words) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert [answer["changed"] for answer in answers] == [True, False]
    assert answers[0]["snapshot"] == answers[1]["snapshot"]
    assert answers[0]["rows_read"] == answers[0]["rows_kept"] + answers[0]["rows_set_aside"] == 9


def test_tables_and_forget(sample_folder, tmp_path, capsys):
    folder = shutil.copytree(sample_folder / "prijzen", tmp_path / "prices")
    place = ["--workspace", str(tmp_path / "w")]
    assert main(["load", str(folder), *place]) == 0
    capsys.readouterr()
    assert main(["tables", "--format", "json", *place]) == 0
    assert [(row["table"], row["rows"]) for row in json.loads(capsys.readouterr().out)] == [("consumer_prices", 9)]
    assert main(["forget", "cpi_jaarmutatie.csv", *place]) == 0
    assert main(["undo", *place]) == 0
    capsys.readouterr()
    assert main(["tables", "--format", "csv", *place]) == 0
    assert "consumer_prices" in capsys.readouterr().out


def test_names_with_brackets_and_colons_are_shown_as_they_are(capsys):
    name = "Regio [oud] [/b] :sos: [red]Noord"
    show([{"name": name}], OutputFormat.table, columns={"name": "Name"}, notes=[f"Source: {name}."])
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.count(name) == 2


@pytest.mark.parametrize(
    ("value", "shown"),
    [(float("nan"), "null"), (1e15 + 0.5, "1000000000000000.5"), (2.0, "2"), (0.1 + 0.2, "0.30000000000000004")],
)
def test_numbers_in_json_are_whole_and_unrounded(capsys, value, shown):
    show({"value": value}, OutputFormat.json, columns={})
    assert shown in capsys.readouterr().out


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_wide_table_is_folded_and_nothing_is_cut_off(capsys, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    # As `verband evidence M14`: long names, of which one without a blank, and long units beside short columns.
    rows = [
        {
            "component": name,
            "estimate": "-114 [-212; -16]",
            "unit": "EUR per inhabitant from a share of one to a share of nil",
            "n": 1294,
            "verdict": verdict,
        }
        for name, verdict in (
            ("spending_earlier_reference", "inconclusive"),
            ("  equity: municipalities that take others in included", "not supported"),
        )
    ]
    columns = {key: key.capitalize() for key in rows[0]}
    show(rows, OutputFormat.table, columns=columns)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    shown = sorted(
        "".join("".join(line for line in lines if not line.startswith("\N{BOX DRAWINGS LIGHT HORIZONTAL}")).split())
    )
    told = [*columns.values(), *(str(value) for row in rows for value in {**row, "n": "1.294"}.values())]
    assert shown == sorted("".join("".join(told).split()))
