"""What a second look at loading found: books, readers, names, undo, mixtures."""

from __future__ import annotations

import os
import shutil
from datetime import date

import duckdb
import pytest
from states import differing

from verband.errors import BadInputError, WorkspaceError
from verband.sources.files import SourceFile
from verband.warehouse.discovery import find_files
from verband.warehouse.store import FILE_NAME, Warehouse
from verband.workspace import Workspace

STAFF = "gemeente;functie;medewerkers;minimaal_nodig;fte;plaatsvervangers;peildatum\n"
ARRANGEMENTS = "regeling;deelnemer;taken;peildatum\n"


@pytest.fixture
def loaded(sample_workspace, tmp_path):
    """A copy of the loaded sample that a test may change."""
    return Workspace(shutil.copytree(sample_workspace.folder, tmp_path / "workspace"))


def own(tmp_path, text, name="eigen.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def books(workspace):
    return {
        source.name: (len(source.files), source.rows_read, source.rows_set_aside, source.reasons)
        for source in workspace.status().sources
        if source.name != "own_files"
    }


def test_a_later_load_keeps_the_books_of_every_source_it_did_not_touch(loaded, tmp_path):
    before = books(loaded)
    assert before["arrangement_lists"][2] > 300  # the list came twice: as a table and as JSON
    loaded.load(own(tmp_path, STAFF + "Otterwoude;griffier;1;1;1,0;0;31-12-2025\n"))
    assert books(loaded) == before


def test_a_reader_that_stays_open_does_not_hide_a_new_load(loaded, tmp_path):
    reader = Warehouse(loaded.folder / FILE_NAME)
    try:
        rows = loaded.table("own_staff").height
        loaded.load(own(tmp_path, STAFF + "Otterwoude;duinwachter;1;1;1,0;0;31-12-2025\n"))
        assert loaded.table("own_staff").height == rows + 1
        assert reader.table("own_staff").height == rows
    finally:
        reader.close()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (STAFF + "Nergenshuizen;griffier;1;1;1,0;0;31-12-2025\n", "no municipality 'Nergenshuizen'"),
        (STAFF + "GM9777;griffier;1;1;1,0;0;31-12-2025\n", "no municipality GM9777"),
        (ARRANGEMENTS + "Duinwacht;Otterwoud;7.3;31-12-2025\n", "no municipality 'Otterwoud'"),
        (ARRANGEMENTS + "Duinwacht;GM9777;7.3;31-12-2025\n", "no municipality GM9777"),
        (ARRANGEMENTS + "Duinwacht;Otterwoude;9.99;31-12-2025\n", "no Iv3 task '9.99'"),
    ],
)
def test_a_name_that_exists_nowhere_is_refused_and_nothing_changes(loaded, tmp_path, text, message):
    before = (loaded.folder / FILE_NAME).read_bytes()
    with pytest.raises(BadInputError, match=message):
        loaded.load(own(tmp_path, text))
    assert (loaded.folder / FILE_NAME).read_bytes() == before


def test_a_participant_that_is_another_body_is_welcome(loaded, tmp_path):
    loaded.load(own(tmp_path, ARRANGEMENTS + "Duinwacht;Waterschap Wouderzee;7.3;31-12-2025\n"))
    assert "Duinwacht" in loaded.table("own_arrangements")["arrangement"].to_list()


def test_a_code_in_a_published_file_that_no_list_knows_is_refused(sample_folder, tmp_path):
    folder = shutil.copytree(sample_folder, tmp_path / "data")
    with (folder / "iv3" / "inwoners.csv").open("a", encoding="utf-8") as stream:
        stream.write("GM9777,2020,12345\n")
    with pytest.raises(BadInputError, match="GM9777 is in no municipality list"):
        Workspace(tmp_path / "w").load(folder)


def aside(workspace):
    rows = workspace.set_aside().drop_nulls("text").iter_rows(named=True)
    return {row["text"]: (row["file"], row["reason"]) for row in rows}


NOT_MUNICIPAL = [
    (STAFF, "Nergenshuizen;griffier;1;1;1,0;0;31-12-2025", "own_staff", "no municipality list holds"),
    (STAFF, "GM9777;griffier;1;1;1,0;0;31-12-2025", "own_staff", "no municipality list holds"),
    (ARRANGEMENTS, "Duinwacht;GM9777;7.3;31-12-2025", "own_arrangements", "no municipality list holds"),
    (ARRANGEMENTS, "Duinwacht;Otterwoude;9.99;31-12-2025", "own_arrangements", "a task that is not in Iv3"),
    (ARRANGEMENTS, "Duinwacht;GM9777;9.99;31-12-2025", "own_arrangements", "no municipality list holds"),
]


@pytest.mark.parametrize(("header", "row", "table", "reason"), NOT_MUNICIPAL)
def test_who_keeps_going_has_such_rows_set_aside_with_the_reason(loaded, tmp_path, header, row, table, reason):
    sound = row.replace("9.99", "7.3")
    for name in ("Nergenshuizen", "GM9777", "Otterwoude"):
        sound = sound.replace(name, "GM9001")
    before = loaded.table(table).height
    result = loaded.load(own(tmp_path, f"{header}{row}\n{sound}\n"), strict=False)
    assert (result.rows_read, result.rows_kept, result.rows_set_aside) == (2, 1, 1)
    assert loaded.table(table).height == before + 1
    shown = next(text for text in aside(loaded) if row.split(";")[0] in text and "2025-12-31" in text)
    assert aside(loaded)[shown][0] == "eigen.csv"
    assert reason in aside(loaded)[shown][1]
    file = next(item for source in loaded.status().sources for item in source.files if item.name == "eigen.csv")
    assert (file.rows_read, file.rows_kept, sum(file.reasons.values())) == (2, 1, 1)


def test_a_name_that_may_be_another_body_stays_for_who_keeps_going(loaded, tmp_path):
    result = loaded.load(own(tmp_path, ARRANGEMENTS + "Duinwacht;Otterwoud;7.3;31-12-2025\n"), strict=False)
    assert result.rows_set_aside == 0
    assert "Otterwoud" in loaded.table("own_arrangements")["participant"].to_list()


def with_strangers(folder):
    """Published files with a municipality that no list knows."""
    with (folder / "iv3" / "inwoners.csv").open("a", encoding="utf-8") as stream:
        stream.write("GM9777,2020,12345\n")
    key_totals = folder / "iv3" / "kerncijfers.csv"
    lines = key_totals.read_text(encoding="utf-8").splitlines()
    stranger = next(line for line in lines if ",2020," in line and line.startswith("GM9001"))
    key_totals.write_text("\n".join([*lines, stranger.replace("GM9001", "GM9777")]) + "\n", encoding="utf-8")
    return folder


def test_codes_in_published_files_that_no_list_knows_are_set_aside(few_folder, tmp_path):
    folder = with_strangers(shutil.copytree(few_folder, tmp_path / "data"))
    workspace, clean = Workspace(tmp_path / "w"), Workspace(tmp_path / "clean")
    clean.load(few_folder, strict=False)
    workspace.load(folder, strict=False)
    assert not differing(workspace, clean)
    found = {text: told for text, told in aside(workspace).items() if "GM9777" in text}
    assert sorted(file for file, _ in found.values()) == ["iv3/inwoners.csv", "iv3/kerncijfers.csv"]
    assert {reason for _, reason in found.values()} == {
        "its municipality code is in no municipality list and in no boundary change"
    }
    assert "GM9777 | 2020 | 12345" in found


def test_a_newer_list_brings_back_what_was_set_aside_and_forgetting_it_takes_it_away(few_folder, tmp_path):
    folder = with_strangers(shutil.copytree(few_folder, tmp_path / "data"))
    workspace = Workspace(tmp_path / "w")
    workspace.load(folder, strict=False)
    before = aside(workspace)
    with (folder / "iv3" / "gemeenten.csv").open("a", encoding="utf-8") as stream:
        stream.write("GM9777,Nieuwland,20,2020\n")
    workspace.load(folder / "iv3" / "gemeenten.csv", strict=False)
    whole = Workspace(tmp_path / "whole")
    whole.load(folder, strict=False)
    assert not differing(workspace, whole)
    assert workspace.table("inhabitants").filter(code="GM9777")["inhabitants"].to_list() == [12345]
    assert not any("GM9777" in text for text in aside(workspace))
    assert books(workspace) == books(whole)
    workspace.load(few_folder / "iv3" / "gemeenten.csv", strict=False)
    assert aside(workspace) == before
    assert workspace.table("inhabitants").filter(code="GM9777").is_empty()


def test_lists_without_their_links_are_read_by_name(sample_folder, sample_workspace, tmp_path):
    folder = shutil.copytree(sample_folder, tmp_path / "data")
    shutil.rmtree(folder / "own")
    shutil.rmtree(folder / "gr_register" / "afgeleid")
    for path in (folder / "gr_register").glob("*.xml"):
        path.unlink()
    workspace = Workspace(tmp_path / "w")
    workspace.load(folder)
    found = workspace.arrangements("Kwartelmonde", on=date(2024, 1, 1))
    assert any(item.origin == "list" for item in found.items)


def test_an_undo_that_was_killed_between_its_moves_loses_no_state(loaded, tmp_path):
    loaded.load(own(tmp_path, STAFF + "Otterwoude;duinwachter;1;1;1,0;0;31-12-2025\n"))
    newer = loaded.status().snapshot
    folder = loaded.folder
    os.link(folder / FILE_NAME, folder / "verband.undoing.duckdb")
    (folder / "verband.previous.duckdb").replace(folder / FILE_NAME)  # killed here
    assert loaded.status().snapshot != newer
    assert loaded.undo() == newer


def test_fictional_and_real_municipalities_do_not_mix(loaded, tmp_path):
    real = tmp_path / "real"
    real.mkdir()
    (real / "gemeenten.csv").write_text("gm_code,naam,provincie_code,jaar\nGM0003,Echtdorp,20,2024\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="mix fictional and real"):
        loaded.load(real)
    assert loaded.load(real, fresh=True).changed


def test_a_warehouse_written_under_other_contracts_is_refused_plainly(loaded):
    connection = duckdb.connect(str(loaded.folder / FILE_NAME))
    connection.execute("UPDATE _meta SET value = 'other' WHERE key = 'contracts'").fetchall()
    connection.close()
    with pytest.raises(WorkspaceError, match="older version"):
        loaded.status()


def test_hidden_folders_are_not_searched(tmp_path):
    for name in ("a.csv", ".venv/b.csv", "sub/.git/c.csv", "sub/d.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    assert [file.name for file in find_files([tmp_path])] == ["a.csv", "sub/d.csv"]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path):
    path = own(tmp_path, "een")
    file = SourceFile(path, "een.csv")
    assert file.sha256
    file.demand_unchanged()
    path.write_text("twee", encoding="utf-8")
    with pytest.raises(BadInputError, match="changed while"):
        file.demand_unchanged()


def test_each_own_row_names_its_own_file(loaded, tmp_path):
    loaded.load(own(tmp_path, ARRANGEMENTS + "Duinwacht;Otterwoude;7.3;31-12-2025\n", "duin.csv"))
    found = loaded.arrangements("Otterwoude", on=date(2026, 1, 1))
    assert next(item.source for item in found.items if item.name == "Duinwacht") == "duin.csv"
