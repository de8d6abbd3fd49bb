"""``verband steering-loss``: ten designs in every form, and what they say together."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from verband.cli.entry import main
from verband.workspace.steering_loss import SteeringVariant


@pytest.fixture
def ask(sample_workspace, capsys):
    def ask(*words, folder=sample_workspace.folder):
        status = main(["steering-loss", *words, "--workspace", str(folder)])
        found = capsys.readouterr()
        return status, found.out, found.err

    return ask


def test_json_is_what_the_workspace_says(ask, sample_workspace):
    status, out, _ = ask("--format", "json")
    found, own = json.loads(out), sample_workspace.steering_loss()
    assert status == 0
    assert len(found["variants"]) + 2 == len(own.every) == 10
    for row, item in zip([found["level"], found["growth"], *found["variants"]], own.every, strict=True):
        assert (row["name"], row["kind"], row["missing"]) == (item.name, "estimated", None)
        assert row["estimate"] == item.result.estimate
        assert row["se"] == item.result.standard_error > 0
        assert row["low"] < row["estimate"] < row["high"]
        assert (row["level"], row["step"]) == (0.95, 0.1)
        assert (row["n"], row["municipalities"]) == (item.result.n, item.result.municipalities)
        assert row["years"] == list(item.result.years)
    assert found["reading"] == own.reading
    assert found["source"]


def test_csv_has_a_row_per_design(ask):
    rows = list(csv.DictReader(io.StringIO(ask("--format", "csv")[1])))
    assert len(rows) == 10
    assert {"name", "estimate", "se", "low", "high", "n", "municipalities", "years", "kind", "missing"} <= set(rows[0])


def test_the_table_says_what_it_means(ask):
    status, out, _ = ask()
    text = " ".join(out.split())
    assert status == 0
    assert "per 10 percentage points more" in text
    assert "-0,0%" not in text
    assert "growth" in text


def test_the_sentence_follows_the_main_estimates(sample_workspace):
    found = sample_workspace.steering_loss()

    def moved(item, low, high):
        return SteeringVariant(item.name, replace(item.result, estimate=(low + high) / 2, low=low, high=high))

    none = replace(found, level=moved(found.level, -0.1, 0.1), growth=moved(found.growth, -0.1, 0.1))
    assert none.reading.startswith("No sign that cost")
    up = replace(none, level=moved(found.level, 0.01, 0.1))
    assert "cost is higher than before" in up.reading
    assert "growth" not in up.reading
    both = replace(up, growth=moved(found.growth, -0.1, -0.01))
    assert "cost grows more slowly" in both.reading
    assert "no proof" in both.reading
    nothing = SteeringVariant(found.level.name, None, "too few municipalities")
    assert "cannot be told: too few municipalities" in replace(found, level=nothing, growth=nothing).reading


def test_an_empty_workspace_is_one_message(ask, tmp_path):
    status, out, err = ask(folder=tmp_path / "none")
    assert (status, out) == (2, "")
    assert "Traceback" not in err
