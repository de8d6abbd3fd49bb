"""``verband continuity``: printed cases through the command, the contract of its JSON, and what bad input gets."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest

from verband.cli.entry import main

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "methods" / "continuity.md"
ALL = (
    "function,holders,required,short_absences_per_year,short_absence_days,long_absences_per_year,long_absence_weeks,"
    "leaving_per_year,vacancy_days,training_days,deputies,hire_after_days,hire_effectiveness,shared_shocks_per_year,"
    "shared_shock_days"
)
FULL = f"{ALL}\nA,2,1,1.5,5,0.1,20,0.1,90,45,0,21,0.7,0.2,14\nB,1,1,1.5,5,0.1,20,0.1,90,45,1,21,0.7,0.2,14\n"
FUNCTION = [
    "function", "holders", "required", "holder_unavailable_share", "gap_share", "chance_nobody", "gaps_per_year",
    "mean_gap_days", "p90_gap_days", "chance_gap_over_days", "one_person", "two_person",
]  # fmt: skip


@pytest.fixture
def ask(tmp_path, capsys):
    """Ask the command about texts, the first the own file and the others partners; give status, output and errors."""

    def ask(texts, *words):
        texts = [texts] if isinstance(texts, str | bytes) else texts
        files = []
        for number, text in enumerate(texts):
            file = tmp_path / ("functions.csv" if not number else f"partner{number}.csv")
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
            files += ["--pool", str(file)] if number else [str(file)]
        status = main(["continuity", *files, *words])
        found = capsys.readouterr()
        return status, found.out, found.err

    return ask


@pytest.fixture
def answer(ask):
    def answer(texts, *words):
        status, out, err = ask(texts, *words, "--format", "json")
        assert status == 0, err
        return json.loads(out)

    return answer


@pytest.fixture
def model(capsys):
    """The JSON about a special case."""

    def model(name, **numbers):
        words = [word for key, value in numbers.items() for word in (f"--{key.replace('_', '-')}", str(value))]
        assert main(["continuity", "--model", name, *words, "--format", "json"]) == 0
        return json.loads(capsys.readouterr().out)

    return model


def published_case(folder, name):
    cases = json.loads((folder / "published" / "reliability.json").read_text(encoding="utf-8"))["cases"]
    return next(case for case in cases if case["id"] == name)


@pytest.mark.published
def test_the_published_loss_table_comes_out(model, published_folder):
    case = published_case(published_folder, "erlang_b")
    for row in case["recomputed"]:
        found = model("erlang-b", load=row["a"], servers=row["c"])
        assert found["blocking"] == pytest.approx(row["blocking"], abs=1e-9)
    for row in case["published"]:
        digits = 2 if row.get("rounding") else 4
        assert round(model("erlang-b", load=row["a"], servers=row["c"])["blocking"], digits) == row["value"]


@pytest.mark.published
def test_the_published_machine_repair_comes_out(model, published_folder):
    for case in published_case(published_folder, "machine_repair_finite_source")["recomputed"]:
        given = case["input"]
        found = model(
            "machine-repair", machines=given["N"], failure_rate=given["failure_rate"],
            repair_rate=given["repair_rate"], repairers=given["repairers"],
        )  # fmt: skip
        assert found["p"] == pytest.approx(case["result"].pop("p"), abs=1e-9)
        assert {name: found[name] for name in case["result"]} == pytest.approx(case["result"], rel=1e-7)


def test_erlang_c_and_k_out_of_n_give_textbook_values(model):
    assert model("erlang-c", load=1, servers=2)["waiting"] == pytest.approx(1 / 3)
    queue = model("erlang-c", load=0.8, servers=1, service_rate=5)  # M/M/1: L = rho / (1 - rho), W = 1 / (mu - lambda)
    assert (queue["L"], queue["W"]) == pytest.approx((4, 1 / (5 - 4)))
    pair = model("k-out-of-n", machines=2, required=1, failure_rate=0.1, repair_rate=2)
    assert pair["mean_time_to_first_failure"] == pytest.approx((3 * 0.1 + 2) / (2 * 0.01))
    assert pair["unavailability"] == pytest.approx((0.1 / 2.1) ** 2)


def test_a_function_with_one_way_of_being_away_is_k_out_of_n(answer, model):
    """Three of five, each away 2 times a year for 10 days: the same as components with repair."""
    text = (
        "function,holders,required,short_absences_per_year,short_absence_days,long_absences_per_year,leaving_per_year\n"
        "A,5,3,2,10,0,0\n"
    )
    found = answer(text)["functions"][0]
    known = model("k-out-of-n", machines=5, required=3, failure_rate=2, repair_rate=36.5)
    assert found["gap_share"] == pytest.approx(known["unavailability"], rel=1e-9)
    assert found["gaps_per_year"] == pytest.approx(known["failures_per_time"], rel=1e-9)
    assert found["mean_gap_days"] == pytest.approx(known["mean_down_time"] * 365, rel=1e-9)
    assert found["chance_nobody"] == pytest.approx(known["prob_none_up"], rel=1e-9)


def test_the_json_is_as_promised(answer):
    found = answer(FULL, "--days", "10,30,7.5")
    assert list(found)[:2] == ["functions", "expected_gap_days_per_year"]
    for item in found["functions"]:
        assert set(FUNCTION) <= set(item)
        assert list(item["chance_gap_over_days"]) == ["10", "30", "7.5"]
        assert item["kind"] == "estimated"
    assert found["defaults"] == []
    total = sum(item["gap_share"] for item in found["functions"]) * 365
    assert found["expected_gap_days_per_year"] == pytest.approx(total)
    assert [item["one_person"] for item in found["functions"]] == [False, True]
    assert [item["two_person"] for item in found["functions"]] == [True, False]


def test_the_json_of_a_pool_is_as_promised(answer):
    other = FULL.replace("B,", "C,")
    found = answer([FULL, other])
    assert list(found)[:4] == ["own", "other", "pooled", "difference"]
    names = {side: [item["function"] for item in found[side]["functions"]] for side in ("own", "other", "pooled")}
    assert names == {"own": ["A", "B"], "other": ["A", "C"], "pooled": ["A", "B", "C"]}
    assert found["own"] == {key: value for key, value in answer(FULL).items() if key in found["own"]}
    before, after = found["own"]["functions"][0], found["pooled"]["functions"][0]
    change = found["difference"]["functions"][0]
    assert change["gap_share"] == pytest.approx(after["gap_share"] - before["gap_share"])
    assert change["partners"] == 2
    assert found["difference"]["expected_gap_days_per_year"] == pytest.approx(365 * change["gap_share"])
    assert found["files"] == ["functions.csv", "partner1.csv"]


def test_three_files_pool_too(answer):
    found = answer([FULL, FULL, FULL])
    assert found["pooled"]["functions"][0]["holders"] == 6
    assert len(found["other"]["expected_gap_days_per_year_each"]) == 2


def test_defaults_are_named(answer):
    found = answer("function,holders\nA,1\n")
    named = {item["column"]: item for item in found["defaults"]}
    assert set(named) == set(ALL.split(",")) - {"function", "holders"}
    for item in named.values():
        assert {"value", "unit", "kind", "source", "certainty", "low", "high", "functions"} <= set(item)
        assert item["functions"] == "all"
    assert found["functions"][0]["kind"] == "assumed"


def test_the_way_to_a_target_is_in_the_answer(answer):
    found = answer("function,holders\nA,1\nB,5\n", "--target", "0.02", "--deputy-cost", "1000")["target"]
    first, second = found["functions"]
    assert (first["way"]["deputies"], first["way"]["cost_eur_per_year"]) == (1, 1000)
    assert set(first["by_lever"]) == {"holder", "deputy", "hire", "pool"}
    assert second["way"]["cost_eur_per_year"] == 0
    assert found["cost_eur_per_year"] == 1000
    prices = {item["lever"]: item for item in found["costs"]}
    assert (prices["deputy"]["value"], prices["deputy"]["source"]) == (1000, "given by the user")
    assert all(item["source"] for item in found["costs"])


def test_the_same_call_gives_the_same_bytes(ask):
    once, again = (ask([FULL, FULL], "--target", "0.01", "--format", "json")[1] for _ in range(2))
    assert once == again


def test_csv_has_a_row_per_function(ask):
    status, out, err = ask("function,holders\nA,1\nB,2\n", "--format", "csv")
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["function"] for row in rows] == ["A", "B"]
    assert float(rows[0]["chance_gap_over_10_days"]) > 0
    assert "Default: vacancy_days" in err


def test_decimal_commas_are_read_and_said(answer, ask):
    plain = answer("function,holders,short_absences_per_year\nA,2,1.5\n")
    status, out, err = ask("function;holders;short_absences_per_year\nA;2;1,5\n", "--format", "json")
    assert status == 0
    assert json.loads(out)["functions"] == plain["functions"]
    assert "decimal commas were read" in err
    assert any("decimal commas" in remark for remark in json.loads(out)["remarks"])


def test_columns_that_are_not_used_are_said(ask):
    status, _, err = ask("function,holders,colour\nA,2,blue\n")
    assert status == 0
    assert "not used: colour" in err


HEAD = "function,holders,required,deputies,short_absences_per_year,hire_after_days,hire_effectiveness\n"


@pytest.mark.parametrize(
    ("text", "words", "told"),
    [
        (HEAD + "A,2,1,0,1,,\nB,1,2,0,1,,\n", (), ("line 3, column holders", "fewer than the 2")),
        (HEAD + "A,0,1,0,1,,\n", (), ("line 2, column holders", "nobody holds")),
        (HEAD + "A,1,0,0,1,,\n", (), ("line 2, column required",)),
        (HEAD + "A,1.5,1,0,1,,\n", (), ("line 2, column holders", "whole number")),
        (HEAD + "A,-1,1,0,1,,\n", (), ("line 2, column holders",)),
        (HEAD + "A,1,1,-1,1,,\n", (), ("line 2, column deputies",)),
        (HEAD + "A,1,1,0,-0.5,,\n", (), ("line 2, column short_absences_per_year", "negative")),
        (HEAD + "A,1,1,0,900,,\n", (), ("line 2, column short_absences_per_year", "too often")),
        (HEAD + "A,1,1,0,often,,\n", (), ("line 2, column short_absences_per_year", "'often' is not a number")),
        (HEAD + "A,1,1,0,1,-3,\n", (), ("line 2, column hire_after_days", "negative")),
        (HEAD + "A,1,1,0,1,9999,\n", (), ("line 2, column hire_after_days", "twenty years")),
        (HEAD + "A,1,1,0,1,3,1.2\n", (), ("line 2, column hire_effectiveness", "between 0 and 1")),
        (HEAD + "A,1,1,0,inf,,\n", (), ("line 2, column short_absences_per_year",)),
        (HEAD + "A,1,1,0,1,,\na ,2,1,0,1,,\n", (), ("line 3, column function", "twice", "line 2")),
        (HEAD + ",1,1,0,1,,\n", (), ("line 2, column function", "no name")),
        (HEAD + "A,,1,0,1,,\n", (), ("line 2, column holders", "missing")),
        ("function,required\nA,1\n", (), ("functions.csv", "holders")),
        ("name,holders\nA,1\n", (), ("functions.csv", "function")),
        ("function,holders,deputys\nA,1,1\n", (), ("line 1", "deputies")),
        ("function,holders,holders\nA,1,1\n", (), ("twice",)),
        ("function,holders\n", (), ("no rows",)),
        ("", (), ("empty",)),
        (b"PK\x03\x04" + bytes(100), (), ("functions.csv",)),
        ("function,holders\nA,1\n", ("--days", "10,x"), ("'x' in --days",)),
        ("function,holders\nA,1\n", ("--days", ""), ("--days",)),
        ("function,holders\nA,1\n", ("--days", "-3"), ("-3 days",)),
        ("function,holders\nA,1\n", ("--days", "1e9"), ("days",)),
        ("function,holders\nA,1\n", ("--target", "0"), ("no share",)),
        ("function,holders\nA,1\n", ("--travel-share", "1"), ("no share",)),
        ("function,holders\nA,1\n", ("--holder-cost", "-1"), ("price",)),
        ("function,holders\nA,1\n", ("--load", "2"), ("--model",)),
        ("function,holders\nA,1\n", ("--model", "erlang-b", "--load", "2", "--servers", "2"), ("no file",)),
    ],
)
def test_bad_input_gets_one_message_and_no_output(ask, text, words, told):
    status, out, err = ask(text, *words)
    assert (status, out) == (2, "")
    assert "Traceback" not in err
    for part in told:
        assert part in err


def test_a_fault_in_a_partner_names_its_file(ask):
    status, out, err = ask([FULL, "function,holders\nA,x\n"])
    assert (status, out) == (2, "")
    assert "partner1.csv, line 2, column holders" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "no file"),
        (("missing.csv",), "missing.csv"),
        (("--model", "erlang-b", "--load", "3"), "--servers"),
        (("--model", "erlang-b", "--load", "-3", "--servers", "2"), "load"),
        (("--model", "erlang-c", "--load", "3", "--servers", "3"), "without end"),
        (("--model", "erlang-c", "--load", "1", "--servers", "3", "--service-rate", "0"), "service rate"),
        (("--model", "machine-repair", "--machines", "0", "--failure-rate", "1", "--repair-rate", "1"), "--machines"),
        (("--model", "machine-repair", "--machines", "2", "--failure-rate", "0", "--repair-rate", "1"), "above 0"),
        (("--model", "erlang-b", "--load", "3", "--servers", "2", "--machines", "2"), "no use for --machines"),
        (("--model", "erlang-b", "--load", "nan", "--servers", "2"), "load"),
        (
            (
                "--model",
                "k-out-of-n",
                "--machines",
                "2",
                "--required",
                "3",
                "--failure-rate",
                "1",
                "--repair-rate",
                "1",
            ),
            "between 1 and",
        ),
    ],
)
def test_a_special_case_that_cannot_be_is_refused(capsys, words, told):
    assert main(["continuity", *words]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert told in found.err


@pytest.mark.parametrize("row", ["A,,1,0,1,,\n", "A,x,1,0,1,,\n", "A,1,1,0,x,,\n", ""])
def test_advice_names_only_what_this_command_can_do(ask, row):
    status, out, err = ask(HEAD + row)
    assert (status, out) == (2, "")
    for strange in ("--set-aside", "another column", "per unit"):
        assert strange not in err


@pytest.mark.parametrize("name", ["erlang-b", "erlang-c", "machine-repair", "k-out-of-n"])
def test_a_special_case_as_a_table(capsys, name):
    words = {
        "erlang-b": "--load 2 --servers 3",
        "erlang-c": "--load 2 --servers 3",
        "machine-repair": "--machines 3 --failure-rate 1 --repair-rate 4",
        "k-out-of-n": "--components 3 --required 2 --failure-rate 1 --repair-rate 4",
    }[name]
    assert main(["continuity", "--model", name, *words.split()]) == 0
    assert "Value" in capsys.readouterr().out


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def page_files(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    for name, text in zip(("functions.csv", "neighbour.csv"), blocks("csv"), strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("number", range(3))
def test_the_page_shows_what_the_command_prints(page_files, capsys, number):
    shown = blocks("console")
    assert len(shown) == 3
    command, printed = shown[number].split("\n", maxsplit=1)
    assert main(shlex.split(command.removeprefix("$ verband "))) == 0
    out = capsys.readouterr().out
    assert [line.rstrip() for line in out.rstrip().splitlines()] == printed.rstrip().splitlines()


def test_the_python_of_the_page_runs(page_files):
    for block in blocks("python"):
        exec(compile(block, str(PAGE), "exec"), {})
