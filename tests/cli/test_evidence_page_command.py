"""``verband evidence --out``: the page with its data, in the language asked, and one message for every fault."""

import json

import pytest

from verband.cli.entry import main


@pytest.fixture
def ask(sample_workspace, capsys):
    def ask(*words, status=0):
        assert main(["evidence", "M4", *words, "--workspace", str(sample_workspace.folder)]) == status
        return capsys.readouterr()

    return ask


def test_page_and_data_are_in_the_folder(ask, tmp_path):
    told = ask("--out", str(tmp_path / "new"))
    assert str(tmp_path / "new" / "evidence-nl.html") in told.out
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"evidence-nl.html", "evidence.json", "evidence.csv"}
    page = (tmp_path / "new" / "evidence-nl.html").read_text(encoding="utf-8")
    assert "M4 Knowhow" in page
    assert "Één van de 16 beweringen" in page
    assert "deze gemeenten bestaan niet" in page


@pytest.mark.parametrize("option", ["--language", "--lang"])
def test_json_on_the_terminal_is_that_of_the_file_and_the_path_goes_beside_it(ask, tmp_path, option):
    told = ask("--out", str(tmp_path), option, "en", "--format", "json")
    assert json.loads(told.out) == json.loads((tmp_path / "evidence.json").read_text(encoding="utf-8"))
    assert "evidence-en.html" in told.err
    assert "M4 Know-how" in (tmp_path / "evidence-en.html").read_text(encoding="utf-8")


def test_a_language_without_a_page_is_refused(ask):
    assert "Add --out FOLDER" in ask("--language", "en", status=2).err


@pytest.mark.parametrize("place", ["", " "])
def test_an_empty_folder_name_is_refused(ask, place):
    assert "--out names no folder" in ask("--out", place, status=2).err


def test_a_file_in_the_place_of_the_folder_is_refused_before_anything_is_computed(ask, tmp_path, monkeypatch):
    (tmp_path / "taken").write_text("mine")
    monkeypatch.setattr("verband.workspace.Workspace.evidence", lambda *_, **__: pytest.fail("computed"))
    told = ask("--out", str(tmp_path / "taken"), status=2)
    assert "this is a file" in told.err
    assert (tmp_path / "taken").read_text() == "mine"
