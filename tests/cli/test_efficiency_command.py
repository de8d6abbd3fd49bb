"""``verband efficiency``: every form of the answer, and what cannot be asked."""

from __future__ import annotations

import csv
import io
import json

import pytest

from verband.analysis import efficiency as analysis
from verband.cli.entry import main
from verband.sources.sample import province, write_province
from verband.workspace import Workspace


@pytest.fixture
def ask(sample_workspace, capsys):
    def ask(*words, folder=sample_workspace.folder):
        status = main(["efficiency", *words, "--workspace", str(folder)])
        found = capsys.readouterr()
        return status, found.out, found.err

    return ask


def test_json_has_all_that_was_used(ask):
    status, out, _ = ask("0.2", "--year", "2023", "--format", "json")
    found = json.loads(out)
    assert status == 0
    assert (found["method"], found["year"], found["task"], found["kind"]) == ("dea", 2023, "0.2", "estimated")
    assert found["n"] == len(found["municipalities"]) > 15
    assert [item["measure"] for item in found["outputs"]] == ["inwo"]
    assert {item["reason"] for item in found["left_out"]}
    assert any("not a saving" in note for note in found["notes"])
    names = {row["name"] for row in found["municipalities"]}
    for row in found["municipalities"]:
        assert row["kind"] == "estimated"
        assert 0 < row["low"] <= row["high"] <= row["efficiency"] <= 1
        assert {peer["name"] for peer in row["peers"]} <= names
        assert sum(peer["weight"] for peer in row["peers"]) == pytest.approx(1)


def test_the_stochastic_frontier_tells_its_coefficients_and_warnings(ask):
    found = json.loads(ask("7.3", "--method", "sfa", "--format", "json")[1])
    assert list(found["frontier"]["coefficients"]) == ["inwo", "woonr"]
    assert found["frontier"]["converged"]
    for warning in found["frontier"]["warnings"]:
        assert any(warning.rstrip(".") in note for note in found["notes"])
    assert all(row["cost_ratio"] >= 1 for row in found["municipalities"])
    assert len(found["years"]) == 8


def test_where_nobody_is_ranked_the_json_says_why_and_the_table_shows_no_efficiency(ask, monkeypatch):
    """A frontier of whose outputs one falls, as it comes from the analysis."""

    def falling(fit, outputs):
        return (analysis.FallingOutput(outputs[0], -0.5, -0.6, -0.4),)

    monkeypatch.setattr(analysis, "_falling", falling)
    found = json.loads(ask("7.3", "--method", "sfa", "--format", "json")[1])
    assert found["frontier"]["mean_efficiency"] is None
    assert "elasticity -0.50, 95% interval -0.60 to -0.40" in found["not_ranked"]
    for row in found["municipalities"]:
        assert (row["efficiency"], row["low"], row["high"], row["cost_ratio"]) == (None, None, None, None)
    out = " ".join(ask("7.3", "--method", "sfa")[1].split())
    assert "Nobody is ranked: at this frontier cost falls" in out
    assert "Efficiency" not in out.split("7.3 Afval")[0]


def test_who_is_left_out_has_its_reason_by_year_and_no_sentence_ends_twice(ask):
    found = json.loads(ask("7.3", "--method", "sfa", "--format", "json")[1])
    assert found["not_ranked"] is None
    assert all(set(item) == {"code", "name", "reason", "detail"} for item in found["left_out"])
    assert all(row["years"] for row in found["municipalities"])
    for task in ("7.3", "0.2", "0.4", "1.1"):
        out = ask(task, "--method", "sfa")[1]
        assert ".." not in out.replace("...", "")


def test_csv_has_a_row_per_municipality(ask):
    rows = list(csv.DictReader(io.StringIO(ask("0.2", "--format", "csv")[1])))
    assert len(rows) == len({row["code"] for row in rows}) > 15
    assert {"efficiency", "low", "high", "scale_efficiency", "returns_to_scale", "peers", "flags", "kind"} <= set(
        rows[0]
    )


def test_the_table_says_that_it_is_no_saving(ask):
    status, out, _ = ask("Burgerzaken")
    text = " ".join(out.split())
    assert status == 0
    assert "not a saving that can be had" in text
    assert "Left out (2), organisation elsewhere" in text


def test_the_same_question_has_the_same_answer(ask):
    assert ask("0.2", "--format", "json") == ask("0.2", "--format", "json")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("9.9",), "no task '9.9'"),
        (("8.2",), "has no efficiency: mainly financial"),
        (("7.3", "--year", "2031"), "no accounts of 2031"),
        (("7.3", "--method", "ols"), "ols"),
    ],
)
def test_what_cannot_be_asked_is_said(ask, words, part):
    status, out, err = ask(*words)
    assert status == 2
    assert part in " ".join(err.split())
    assert out == ""
    assert "Traceback" not in err


def test_a_workspace_without_volumes_is_said(ask, tmp_path):
    write_province(province(1), tmp_path / "files")
    for file in sorted((tmp_path / "files" / "gemeentefonds" / "clusterdata").glob("*")):
        file.unlink()
    workspace = Workspace(tmp_path / "workspace")
    workspace.load(tmp_path / "files")
    status, out, err = ask("7.3", folder=workspace.folder)
    assert (status, out) == (2, "")
    assert "grant" in err
