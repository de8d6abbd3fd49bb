"""Whatever comes out of the sample province is called fictional; what comes from elsewhere is not."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from verband.cli.app import application
from verband.cli.place import FICTIONAL
from verband.workspace import Workspace

COMMANDS = (
    ("status",),
    ("status", "--set-aside"),
    ("tables",),
    ("municipalities",),
    ("arrangements", "Hazelwoude"),
    ("participation",),
    ("series", "Hazelwoude", "--task", "7.3"),
    ("national", "--year", "2023"),
    ("dependence",),
    ("staffing",),
    ("scale", "0.1"),
)


def call(*words):
    return CliRunner().invoke(application(), [str(word) for word in words])


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_every_answer_says_beside_it_that_the_sample_is_fictional(words, output, sample_workspace):
    found = call(*words, "--format", output, "--workspace", sample_workspace.folder)
    assert found.exit_code == 0, found.output
    assert FICTIONAL in found.stderr
    assert FICTIONAL not in found.stdout


def test_the_load_itself_says_so(sample_folder, tmp_path):
    found = call("load", sample_folder, "--workspace", tmp_path / "workspace")
    assert found.exit_code == 0
    assert FICTIONAL in found.stderr


def test_an_export_says_so_in_its_description(sample_workspace, tmp_path):
    found = call("export", "key_totals", "--to", "csv", "--out", tmp_path, "--workspace", sample_workspace.folder)
    assert FICTIONAL in found.stderr
    resource = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))["resources"][0]
    assert resource["title"].endswith("(fictional)")
    assert "fictional" in resource["description"]


def test_nothing_is_fictional_where_nothing_is_loaded(tmp_path):
    assert not Workspace(tmp_path).fictional
    assert FICTIONAL not in call("status", "--workspace", tmp_path).stderr


@pytest.mark.published
def test_the_published_data_are_not_called_fictional(published_workspace):
    assert not published_workspace.fictional
    assert FICTIONAL not in call("tables", "--workspace", published_workspace.folder).stderr
