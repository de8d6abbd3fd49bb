"""The dossiers of all municipalities: whole pages, left alone while up to date, and no fault stops the others."""

import errno
from datetime import date

import html5lib
import pytest

from verband.errors import UnknownNameError, WorkspaceError
from verband.report import collection
from verband.report.collection import write_dossiers
from verband.report.dossier import dossier, file_name, write_dossier
from verband.report.mark import mark
from verband.workspace.portrait import Portraits

ON = date(2026, 7, 1)


@pytest.fixture(scope="module")
def portraits(sample_workspace):
    with sample_workspace.open_portraits(on=ON) as found:
        yield found


@pytest.fixture
def quick(monkeypatch):
    """Pages that hold nothing but their mark, as drawing takes long; which were written, by code."""
    written = []

    def write(portrait, folder, *, language):
        told = mark(portrait.identity.code, snapshot=portrait.snapshot, on=portrait.on, language=language)
        (folder / file_name(portrait, language)).write_text(f'<meta name="verband-made-from" content="{told}"></html>')
        written.append(portrait.identity.code)

    monkeypatch.setattr(collection, "write_dossier", write)
    return written


def states(entries):
    return [entry.state for entry in entries]


def test_every_page_is_the_one_that_is_written_by_itself(portraits, tmp_path):
    entries = []
    for entry in write_dossiers(portraits, tmp_path / "a" / "b", language="en"):
        entries.append(entry)
        if len(entries) == 4:
            break
    assert states(entries) == ["written"] * 4
    assert [entry.outline.code for entry in entries] == list(portraits.codes[:4])
    for entry in entries:
        text = (tmp_path / "a" / "b" / entry.file).read_text(encoding="utf-8")
        html5lib.HTMLParser(strict=True).parse(text)
        assert text == dossier(portraits.of(entry.outline.code), language="en")
    again = write_dossiers(portraits, tmp_path / "a" / "b", language="en")
    assert [next(again).state for _ in range(5)] == ["up to date"] * 4 + ["written"]


def test_a_second_run_writes_nothing_and_looks_up_no_portrait(portraits, tmp_path, quick, monkeypatch):
    assert states(write_dossiers(portraits, tmp_path)) == ["written"] * len(portraits.codes)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    monkeypatch.setattr(Portraits, "of", None)
    assert states(write_dossiers(portraits, tmp_path)) == ["up to date"] * len(portraits.codes)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()} == before


def test_what_is_missing_damaged_or_of_another_making_is_written_anew(portraits, tmp_path, quick):
    pages = [tmp_path / entry.file for entry in write_dossiers(portraits, tmp_path)]
    pages[2].unlink()
    pages[5].write_text("damaged")
    pages[7].write_text(pages[8].read_text())
    pages[9].write_text(pages[9].read_text().removesuffix("</html>"))
    quick.clear()
    found = states(write_dossiers(portraits, tmp_path))
    assert [number for number, state in enumerate(found) if state == "written"] == [2, 5, 7, 9]
    assert quick == [portraits.codes[number] for number in (2, 5, 7, 9)]


def test_another_day_language_or_program_and_the_wish_itself_write_all_anew(
    portraits, sample_workspace, tmp_path, quick, monkeypatch
):
    every = ["written"] * len(portraits.codes)
    assert states(write_dossiers(portraits, tmp_path)) == every
    assert states(write_dossiers(portraits, tmp_path, again=True)) == every
    assert states(write_dossiers(portraits, tmp_path, language="en")) == every
    with sample_workspace.open_portraits(on=date(2026, 7, 2)) as tomorrow:
        assert states(write_dossiers(tomorrow, tmp_path)) == every
    monkeypatch.setattr("verband.report.mark.program_hash", lambda: "another")
    assert states(write_dossiers(portraits, tmp_path)) == every


def test_the_page_of_a_dissolved_municipality_is_not_taken_for_that_of_its_successor(portraits, tmp_path):
    page = write_dossier(portraits.of("Dotterdam"), tmp_path)
    assert "is op 1 januari 2021 opgeheven" in page.read_text(encoding="utf-8").replace("\xa0", " ")
    found = {entry.outline.code: entry for entry, _ in zip(write_dossiers(portraits, tmp_path), range(2), strict=False)}
    assert found["GM9002"].file == page.name
    assert found["GM9002"].state == "written"


def test_a_municipality_that_fails_does_not_stop_the_others(portraits, tmp_path, quick, monkeypatch):
    kept = Portraits.of

    def of(self, code):
        if code == "GM9005":
            raise UnknownNameError("something is wrong with this one", todo="Mend it")
        return kept(self, code)

    monkeypatch.setattr(Portraits, "of", of)
    found = {entry.outline.code: entry for entry in write_dossiers(portraits, tmp_path)}
    assert (found["GM9005"].state, found["GM9005"].why) == ("failed", "something is wrong with this one. Mend it.")
    assert set(quick) == set(portraits.codes) - {"GM9005"}
    assert all(entry.why is None for code, entry in found.items() if code != "GM9005")
    assert not (tmp_path / found["GM9005"].file).exists()


@pytest.mark.parametrize(
    ("number", "stops"), [(errno.ENOSPC, True), (errno.EROFS, True), (errno.EACCES, False), (errno.EISDIR, False)]
)
def test_a_full_disk_stops_and_a_page_that_is_held_does_not(portraits, tmp_path, monkeypatch, number, stops):
    def write(portrait, folder, **_):
        raise WorkspaceError("cannot be written") from OSError(number, "no luck")

    monkeypatch.setattr(collection, "write_dossier", write)
    if stops:
        with pytest.raises(WorkspaceError, match="cannot be written"):
            list(write_dossiers(portraits, tmp_path))
    else:
        assert states(write_dossiers(portraits, tmp_path)) == ["failed"] * len(portraits.codes)


def test_a_folder_where_a_page_should_be_fails_that_page_only(portraits, tmp_path):
    first = portraits.codes[0]
    (tmp_path / file_name(portraits.of(first), "nl")).mkdir()
    entry = next(write_dossiers(portraits, tmp_path))
    assert (entry.outline.code, entry.state) == (first, "failed")
    assert [path.name for path in tmp_path.iterdir()] == [entry.file]


@pytest.mark.parametrize("name", ["file", "file/below", "/proc/nothing"])
def test_a_folder_that_cannot_be_is_refused_before_any_work(portraits, tmp_path, name, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.setattr(Portraits, "of", None)
    with pytest.raises(WorkspaceError, match="--out"):
        next(write_dossiers(portraits, tmp_path / name))
    assert (tmp_path / "file").read_text() == "x"


def test_the_file_is_named_after_name_and_code(portraits):
    outline = portraits.outline("GM9019")
    assert outline.name == "'s-Eiberdam"
    assert collection.file_name_of(outline.code, outline.name, "nl") == "dossier-s-eiberdam-gm9019-nl.html"
