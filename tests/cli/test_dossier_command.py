"""``verband dossier --all``: a row for each municipality, goes on where it was stopped, one message for every fault."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date

import pytest

from verband.cli.entry import main
from verband.cli.place import FICTIONAL
from verband.errors import UnknownNameError
from verband.report import collection
from verband.report.dossier import file_name
from verband.report.mark import mark
from verband.workspace.portrait import Portraits

START = [sys.executable, "-c", "from verband.cli.entry import run; run()"]
COUNT = 24


@pytest.fixture
def quick(monkeypatch):
    """Pages that hold nothing but their mark, as drawing takes long."""

    def write(portrait, folder, *, language):
        told = mark(portrait.identity.code, snapshot=portrait.snapshot, on=portrait.on, language=language)
        (folder / file_name(portrait, language)).write_text(f'<meta name="verband-made-from" content="{told}"></html>')

    monkeypatch.setattr(collection, "write_dossier", write)


@pytest.fixture
def ask(sample_workspace, tmp_path, capsys, quick):
    def ask(*words, status=0, output="json"):
        place = ["--workspace", str(sample_workspace.folder), "--out", str(tmp_path / "out"), "--format", output]
        assert main(["dossier", *words, *place]) == status
        found = capsys.readouterr()
        return (json.loads(found.out) if output == "json" else found.out), found.err

    return ask


def test_json_and_csv_hold_a_row_for_each_municipality(ask, tmp_path):
    rows, _ = ask("--all")
    assert len(rows) == COUNT
    assert [list(row) for row in rows] == [["code", "name", "file", "state", "why"]] * COUNT
    assert [row["code"] for row in rows] == sorted(row["code"] for row in rows)
    assert {(row["state"], row["why"]) for row in rows} == {("written", None)}
    assert {row["file"] for row in rows} | {str(tmp_path / "out" / "index.html")} == {
        str(path) for path in (tmp_path / "out").iterdir()
    }
    text, _ = ask("--all", output="csv")
    again = list(csv.DictReader(io.StringIO(text)))
    assert [row["code"] for row in again] == [row["code"] for row in rows]
    assert {row["state"] for row in again} == {"up to date"}


def test_the_summary_counts_what_was_written_and_what_was_up_to_date(ask, tmp_path):
    rows, _ = ask("--all")
    os.unlink(rows[3]["file"])  # noqa: PTH108
    text, _ = ask("--all", output="table")
    folder = tmp_path / "out"
    assert text == (
        f"1 written, {COUNT - 1} were up to date, 0 failed.\nFolder: {folder}\nList of all: {folder / 'index.html'}\n"
    )
    assert "0 were up to date" in ask("--all", "--again", output="table")[0]
    assert (tmp_path / "out" / "index.html").is_file()


def test_each_language_has_its_own_pages_and_list(ask, tmp_path):
    ask("--all")
    rows, _ = ask("--all", "--lang", "en")
    assert {row["state"] for row in rows} == {"written"}
    assert all(row["file"].endswith("-en.html") for row in rows)
    assert {"index.html", "index-en.html"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_one_that_fails_is_told_at_the_end_with_status_2(ask, monkeypatch, tmp_path):
    kept = Portraits.of

    def of(self, code):
        if code == "GM9005":
            raise UnknownNameError("something is wrong with this one", todo="Mend it")
        return kept(self, code)

    monkeypatch.setattr(Portraits, "of", of)
    rows, err = ask("--all", status=2)
    failed = [row for row in rows if row["state"] == "failed"]
    assert [(row["code"], row["file"], row["why"]) for row in failed] == [
        ("GM9005", None, "something is wrong with this one. Mend it.")
    ]
    assert err == f"{FICTIONAL}\n" + "verband: Oudervaart (GM9005) failed: something is wrong with this one. Mend it.\n"
    assert len(rows) == COUNT
    assert "Van Oudervaart kon de pagina niet worden gemaakt." in (tmp_path / "out" / "index.html").read_text()


@pytest.mark.parametrize(
    ("words", "told"), [([], "no municipality is named"), (["Wouderstad", "--all"], "exclude each other")]
)
def test_a_municipality_or_all_and_not_both(words, told, sample_workspace, tmp_path, capsys):
    place = ["--workspace", str(sample_workspace.folder), "--out", str(tmp_path / "out")]
    assert main(["dossier", *words, *place]) == 2
    found = capsys.readouterr()
    assert (found.out, found.err.count("\n")) == ("", 1)
    assert told in found.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["Wouderstad", "Oudervaart"], "Wouderstad, Oudervaart are 2 municipalities. Write one at a time"),
        (["Wouderstad,", "GM9005"], "are 2 municipalities"),
        (["Wouderstad", "Nergens"], "there is no municipality 'Wouderstad Nergens'"),
        (["Wouderstad", "--again"], "--again goes with --all"),
        (["Wouderstad", "--out", ""], "--out names no folder"),
        (["--all", "--out", " "], "--out names no folder"),
    ],
)
def test_words_that_do_not_go_together_are_one_message(words, told, sample_workspace, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["dossier", *words, "--workspace", str(sample_workspace.folder)]) == 2
    found = capsys.readouterr()
    assert (found.out, found.err.count("\n")) == ("", 1)
    assert told in found.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["--all"], ["Wouderstad"]])
@pytest.mark.parametrize("place", ["file", "file/below", "/proc/nothing"])
def test_a_folder_that_cannot_be_written_is_one_message(words, place, sample_workspace, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    words = [*words, "--workspace", str(sample_workspace.folder), "--out", str(tmp_path / place)]
    assert main(["dossier", *words]) == 2
    err = capsys.readouterr().err
    assert err.startswith("verband: ")
    assert err.count("\n") == 1
    assert "--out" in err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("words", [["--all"], ["Wouderstad"], ["--all", "--lang", "fr"]])
def test_without_tables_or_in_an_unknown_language_nothing_is_made(words, tmp_path, capsys, sample_folder):
    place = ["--workspace", str(tmp_path / "w"), "--out", str(tmp_path / "out")]
    assert main(["dossier", *words, *place]) == 2
    assert main(["load", str(sample_folder / "prijzen"), "--workspace", str(tmp_path / "w")]) == 0
    capsys.readouterr()
    assert main(["dossier", *words, *place]) == 2
    err = capsys.readouterr().err
    assert "'fr'" in err if "fr" in words else "verband load" in err
    assert not (tmp_path / "out").exists()


def test_an_unknown_municipality_makes_no_folder(sample_workspace, tmp_path, capsys):
    words = ["--workspace", str(sample_workspace.folder), "--out", str(tmp_path / "out")]
    assert main(["dossier", "Nergenshuizen", *words]) == 2
    assert "Nergenshuizen" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_one_dossier_by_itself_is_taken_over_by_all(sample_workspace, tmp_path, capsys):
    place = ["--workspace", str(sample_workspace.folder), "--out", str(tmp_path)]
    assert main(["dossier", "Wouderstad", *place, "--format", "json"]) == 0
    page = json.loads(capsys.readouterr().out)["page"]
    with sample_workspace.open_portraits(on=date.today()) as portraits:  # noqa: DTZ011
        entry = next(collection.write_dossiers(portraits, tmp_path))
    assert (str(tmp_path / entry.file), entry.state) == (page, "up to date")


def test_stopped_halfway_it_says_how_many_are_done_and_goes_on(sample_workspace, tmp_path):
    words = [*START, "dossier", "--all", "--workspace", str(sample_workspace.folder), "--out", str(tmp_path / "out")]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    ends = time.monotonic() + 300
    while len(list(tmp_path.glob("out/*.html"))) < 3:
        assert process.poll() is None
        assert time.monotonic() < ends
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, out) == (130, "")
    pages = sorted((tmp_path / "out").iterdir())
    assert 3 <= len(pages) < COUNT
    assert all(page.read_text(encoding="utf-8").endswith("</html>") for page in pages)
    told = f"{len(pages)} of {COUNT} dossiers are in {tmp_path / 'out'}; the same command goes on with the others."
    assert err == f"{told}\nverband: stopped; the workspace is as it was.\n"
    before = {page: page.stat().st_mtime_ns for page in pages}
    found = subprocess.run([*words, "--format", "json"], capture_output=True, text=True, check=True, timeout=300)
    states = [row["state"] for row in json.loads(found.stdout)]
    assert states == ["up to date"] * len(pages) + ["written"] * (COUNT - len(pages))
    assert {page: page.stat().st_mtime_ns for page in pages} == before
