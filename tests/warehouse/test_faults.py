"""Faulty input and faulty workspaces: one plain message, and the workspace as it was."""

import gzip
import multiprocessing
import os
import shutil

import duckdb
import pytest
from states import edit, state

from verband.errors import BadInputError, MissingDataError, VerbandError, WorkspaceError
from verband.warehouse.store import plain_duckdb
from verband.workspace import Workspace


@pytest.fixture
def folder(few_folder, tmp_path):
    shutil.copytree(few_folder, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def workspace(few_folder, tmp_path):
    """Holds prices only, so that every other load would change it."""
    workspace = Workspace(tmp_path / "workspace")
    workspace.load(few_folder / "prijzen")
    return workspace


def plain(error):
    """One message that says where and what to do, without the words of a traceback."""
    text = str(error)
    assert isinstance(error, VerbandError)
    assert "\n" not in text
    assert "Traceback" not in text
    assert error.todo, text
    return text


def changed(path, **values):
    edit(path, lambda row: row | values)


def cut(path, count):
    path.write_bytes(path.read_bytes()[:count])


def drop_column(path, name):
    edit(path, lambda row: row)
    header, *lines = path.read_text().splitlines()
    number = header.split(",").index(name)
    path.write_text(
        "\n".join(",".join(cell for i, cell in enumerate(line.split(",")) if i != number) for line in [header, *lines])
    )


FAULTS = {
    "truncated gzip": lambda f: cut(f / "iv3" / "lasten_per_taakveld.csv.gz", 900),
    "gzip with one byte changed": lambda f: (f / "iv3" / "lasten_per_taakveld.csv.gz").write_bytes(
        (content := (f / "iv3" / "lasten_per_taakveld.csv.gz").read_bytes())[:500] + b"\0\1\2" + content[503:]
    ),
    "not UTF-8": lambda f: (f / "iv3" / "gemeenten.csv").write_bytes(
        (f / "iv3" / "gemeenten.csv").read_bytes().replace(b"Kwartelmonde", b"Kwart\xeblmonde")
    ),
    "a column missing": lambda f: drop_column(f / "iv3" / "kerncijfers.csv", "lasten_keur"),
    "unknown code": lambda f: changed(f / "iv3" / "kerncijfers.csv", gm_code="XX12"),
    "unknown report": lambda f: changed(f / "iv3" / "kerncijfers.csv", verslagsoort="prognose"),
    "negative population": lambda f: changed(f / "iv3" / "inwoners.csv", aantal_inwoners="-1"),
    "year outside the data": lambda f: changed(f / "iv3" / "inwoners.csv", jaar="1066"),
    "no number": lambda f: changed(f / "iv3" / "kerncijfers.csv", lasten_keur="veel"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_file_stops_the_load_and_names_the_file(workspace, folder, fault):
    FAULTS[fault](folder)
    before = state(workspace)
    with pytest.raises(BadInputError) as caught:
        workspace.load(folder)
    assert "iv3/" in plain(caught.value)
    assert state(workspace) == before


def test_the_row_of_a_wrong_date_in_an_own_file_is_named(workspace, folder):
    path = folder / "own" / "eigen_functies.csv"
    lines = path.read_text().splitlines()
    lines[16] = lines[16].replace("31-12-2025", "31-02-2025")
    path.write_text("\n".join(lines) + "\n")
    before = state(workspace)
    with pytest.raises(BadInputError) as caught:
        workspace.load(folder)
    assert "own/eigen_functies.csv" in plain(caught.value)
    assert "17" in caught.value.where
    assert "31-02-2025" in str(caught.value)
    assert state(workspace) == before


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE o [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><overheidsorganisaties>&b;</overheidsorganisaties>',
        '<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><overheidsorganisaties>&a;</overheidsorganisaties>',
        "<a>" * 100_000,
        "[" * 200_000,
        '{"a":' * 100_000,
    ],
)
def test_hostile_documents_are_refused_or_passed_by(workspace, folder, content):
    (folder / "hostile").write_text(content)
    before = state(workspace)
    try:
        workspace.load(folder)
    except BadInputError as error:
        assert "hostile" in plain(error)  # noqa: PT017  either outcome is sound
        assert state(workspace) == before
    else:
        assert "hostile" in workspace.status().unrecognised


def test_folders_without_anything_to_read(workspace, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (tmp_path / "other" / "y.csv").write_text("a,b\n1,2\n")
    os.mkfifo(tmp_path / "pipe")
    before = state(workspace)
    for name in ("empty", "missing", "loop", "other", "pipe", "other/x.xlsx", "other/y.csv/below", "n" * 300):
        with pytest.raises(BadInputError) as caught:
            workspace.load(tmp_path / name)
        assert name[:20] in plain(caught.value)
    assert state(workspace) == before


def test_folders_full_of_other_things(workspace, folder, tmp_path):
    (folder / "up").symlink_to(folder)
    (folder / "self").symlink_to(folder / "self")
    (folder / os.fsdecode(b"na\xffam.csv")).write_text("a,b\n1,2\n")
    shutil.copy2(folder / "own" / "eigen_functies.csv", folder / os.fsdecode(b"own\xff.csv"))
    (folder / "own" / "eigen_functies.csv").unlink()
    for number in range(500):
        (folder / f"{number}.txt").write_text(str(number))
    result = workspace.load(folder)
    assert len(result.unrecognised) == 501
    names = [file.name for source in workspace.status().sources for file in source.files]
    assert "own\ufffd.csv" in names
    assert all(name.encode() for name in (*names, *workspace.status().unrecognised))


@pytest.mark.slow
def test_ten_thousand_other_files(workspace, folder):
    for number in range(10_000):
        (folder / f"{number}.txt").write_text("x" * 2000)
    assert len(workspace.load(folder).unrecognised) == 10_000


def damaged_workspaces():
    def write(content):
        return lambda path: path.write_bytes(content)

    def other_database(path):
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE TABLE t (a INTEGER)")

    def layout(version):
        def change(path):
            shutil.copy2(path.with_name("good"), path)
            with duckdb.connect(str(path)) as connection:
                connection.execute(f"UPDATE _meta SET value = '{version}' WHERE key = 'format_version'")

        return change

    return {
        "empty": write(b""),
        "text": write(b"no database at all"),
        "zeros": write(bytes(20_000)),
        "cut": lambda path: path.write_bytes(path.with_name("good").read_bytes()[:30_000]),
        "overwritten": lambda path: path.write_bytes(
            (good := path.with_name("good").read_bytes())[:12_288] + b"\xff" * 8192 + good[20_480:]
        ),
        "folder": lambda path: path.mkdir(),
        "another database": other_database,
        "newer": layout(99),
        "older": layout(0),
    }


@pytest.mark.parametrize("kind", damaged_workspaces())
def test_a_damaged_workspace_is_one_plain_message_and_left_alone(workspace, folder, kind):
    path = workspace.folder / "verband.duckdb"
    path.rename(path.with_name("good"))
    damaged_workspaces()[kind](path)
    before = state(workspace)
    for ask in (
        workspace.status,
        workspace.tables,
        lambda: workspace.table("consumer_prices"),
        lambda: workspace.load(folder),
        lambda: workspace.forget("cpi_jaarmutatie.csv"),
    ):
        with pytest.raises(WorkspaceError) as caught:
            ask()
        text = plain(caught.value)
        if kind in ("newer", "older"):
            assert f"{kind} version" in text
        assert "another program" not in text
    assert {name: value for name, value in state(workspace).items() if not name.endswith(".wal")} == before


def test_a_workspace_that_is_a_file(folder, tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    for workspace in (Workspace(tmp_path / "file"), Workspace(tmp_path / "file" / "below")):
        for ask in (workspace.undo, lambda place=workspace: place.load(folder)):
            with pytest.raises(WorkspaceError) as caught:
                ask()
            plain(caught.value)
    with pytest.raises(WorkspaceError, match="this is a file"):
        Workspace(tmp_path / "file").status()
    assert (tmp_path / "file").read_bytes() == b"x"


def test_an_empty_workspace_says_what_to_do(tmp_path):
    with pytest.raises(MissingDataError, match="verband load"):
        Workspace(tmp_path / "nothing").status()
    assert not (tmp_path / "nothing").exists()


def hold(path, ready, done):
    with duckdb.connect(path):
        ready.set()
        done.wait(30)


def test_a_workspace_that_another_process_holds(workspace, folder):
    processes = multiprocessing.get_context("spawn")
    ready, done = processes.Event(), processes.Event()
    holder = processes.Process(target=hold, args=(str(workspace.folder / "verband.duckdb"), ready, done))
    holder.start()
    try:
        assert ready.wait(30)
        for ask in (workspace.status, lambda: workspace.load(folder)):
            with pytest.raises(WorkspaceError, match="another program has the workspace open"):
                ask()
    finally:
        done.set()
        holder.join(30)
    assert workspace.load(folder).changed


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("IO Error: Could not set lock on file", "another program"),
        ("IO Error: Corrupt database file: computed checksum in block 7", "cannot be read"),
        ('IO Error: Cannot open file "/blocked/verband.duckdb"', "cannot be read"),
        ("IO Error: Could not write file: No space left on device", "disk is full"),
    ],
)
def test_faults_of_the_database_are_told_apart(tmp_path, words, expected):
    assert expected in str(plain_duckdb(duckdb.IOException(words), tmp_path / "verband.duckdb"))


def test_a_small_file_that_unpacks_to_many_repeats_is_refused(workspace, folder):
    content = (folder / "prijzen" / "cpi_jaarmutatie.csv").read_bytes()
    bomb = gzip.compress(content + b"2020,1,x,x\n" * 500_000)
    (folder / "prijzen" / "bomb.csv").write_bytes(bomb)
    (folder / "prijzen" / "cpi_jaarmutatie.csv").unlink()
    before = state(workspace)
    with pytest.raises(BadInputError) as caught:
        workspace.load(folder / "prijzen")
    assert "bomb.csv" in plain(caught.value)
    assert state(workspace) == before
