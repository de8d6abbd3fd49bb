"""Loading: all or nothing, each load a snapshot, the same files the same state whatever their order or history."""

import hashlib
import shutil

import pytest
from states import database, differing, edit, part, state, tables

from verband.errors import BadInputError, MissingDataError, WorkspaceError
from verband.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def folder(few_folder, tmp_path):
    """A copy of the accounts and own files of the fictional province, to change."""
    return part(few_folder, tmp_path / "data", "iv3", "herindelingen", "own", "prijzen")


def other_workspace(tmp_path, *folders, **options):
    found = Workspace(tmp_path / "other")
    found.load(*folders, **options)
    return found


def test_loading_twice_changes_no_byte(workspace, folder):
    first = workspace.load(folder)
    before = state(workspace)
    second = workspace.load(folder)
    assert first.changed
    assert not second.changed
    assert second.snapshot == first.snapshot
    assert state(workspace) == before


@pytest.mark.parametrize("options", [{"fresh": True}, {"strict": True}])
def test_loading_anew_changes_no_byte_where_the_content_is_the_same(workspace, folder, options):
    first = workspace.load(folder)
    before = database(workspace)
    second = workspace.load(folder, **options)
    assert (second.changed, second.snapshot) == (False, first.snapshot)
    assert database(workspace) == before


def test_a_part_of_what_is_loaded_changes_nothing(workspace, folder):
    first = workspace.load(folder)
    assert workspace.load(folder / "prijzen") == workspace.load(folder / "prijzen" / "cpi_jaarmutatie.csv").__class__(
        first.snapshot, False, ("cpi_jaarmutatie.csv",), (), 0, 0, 0
    )


def test_every_load_says_what_it_took_from_where(workspace, folder):
    result = workspace.load(folder)
    status = workspace.status()
    files = {file.name: file for source in status.sources for file in source.files}
    on_disk = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert status.snapshot == result.snapshot
    assert len(status.snapshot) == 16
    assert files.keys() == on_disk.keys()
    for name, file in files.items():
        assert file.sha256 == hashlib.sha256(on_disk[name].read_bytes()).hexdigest()
        assert file.rows_read == file.rows_kept + file.rows_set_aside
        assert sum(file.reasons.values()) == file.rows_set_aside
        assert file.loaded <= status.loaded
    assert result.rows_read == sum(file.rows_read for file in files.values())
    assert result.rows_kept == sum(file.rows_kept for file in files.values())


def test_kept_rows_are_the_rows_of_the_tables(workspace, folder):
    workspace.load(folder)
    for source in workspace.status().sources:
        for file in source.files:
            if len(file.tables) == 1 and file.tables[0] not in ("task_accounts", "own_arrangements"):
                assert workspace.table(file.tables[0]).height == file.rows_kept, file.name


def test_a_changed_file_replaces_only_its_own_table(workspace, folder, tmp_path):
    first = workspace.load(folder)
    before = tables(workspace)
    edit(folder / "iv3" / "lasten_per_taakveld.csv.gz", lambda row: row | {"lasten_keur": row["lasten_keur"] + "7"})
    second = workspace.load(folder)
    after = tables(workspace)
    assert second.snapshot != first.snapshot
    assert {name for name in before if not before[name].equals(after[name])} == {"cost_per_task"}
    assert before.keys() == after.keys()
    assert not differing(workspace, other_workspace(tmp_path, folder))


def test_a_changed_vintage_replaces_only_its_own_scope(workspace, folder, tmp_path):
    workspace.load(folder)
    before = workspace.table("task_accounts")
    edit(
        folder / "iv3" / "begrotingsanalysetool" / "2024_begroting.csv",
        lambda row: row | {"Baten": "5.0"} if row["Gemeenten"] == "'s-Eiberdam" else row,
        delimiter=";",
    )
    workspace.load(folder / "iv3" / "begrotingsanalysetool" / "2024_begroting.csv")
    after = workspace.table("task_accounts")
    changed = before.select("year", "report").with_columns(
        different=before["income_keur"].ne_missing(after["income_keur"])
    )
    assert changed.filter("different").unique(["year", "report"]).select("year", "report").rows() == [(2024, "budget")]
    assert not differing(workspace, other_workspace(tmp_path, folder))


def test_a_report_filed_at_last_shows_in_every_table(workspace, folder, tmp_path):
    """What one file concludes about another is concluded anew when the first is replaced."""
    key_totals = folder / "iv3" / "kerncijfers.csv"
    published = key_totals.read_bytes()

    def unfiled(row):
        amounts = {name: "0" for name in row if name.endswith("_keur")}
        return row | amounts if (row["gm_code"], row["jaar"]) == ("GM9001", "2019") else row

    edit(key_totals, unfiled)
    workspace.load(folder)
    costs = workspace.table("cost_per_category")
    gap = costs.filter((costs["code"] == "GM9001") & (costs["year"] == 2019))
    assert gap.height
    assert gap["cost_keur"].null_count() == gap.height
    key_totals.write_bytes(published)
    workspace.load(key_totals)
    costs = workspace.table("cost_per_category")
    assert costs.filter((costs["code"] == "GM9001") & (costs["year"] == 2019))["cost_keur"].null_count() == 0
    assert not differing(workspace, other_workspace(tmp_path, folder))


def test_codes_for_names_follow_the_list_that_is_loaded(workspace, folder, tmp_path):
    lists = folder / "iv3" / "gemeenten.csv"
    published = lists.read_bytes()
    edit(lists, lambda row: row | {"naam": "Elders"} if row["gm_code"] == "GM9001" else row)
    workspace.load(folder)
    assert "GM9001" not in workspace.table("task_accounts")["code"]
    lists.write_bytes(published)
    workspace.load(lists)
    assert "GM9001" in workspace.table("task_accounts")["code"]
    edit(lists, lambda row: row | {"naam": "Elders"} if row["gm_code"] == "GM9001" else row)
    workspace.load(lists)
    assert "GM9001" not in workspace.table("task_accounts")["code"]
    assert not differing(workspace, other_workspace(tmp_path, folder))


def test_the_order_of_folders_and_of_loads_does_not_matter(workspace, folder, tmp_path):
    together = workspace.load(folder / "iv3", folder / "own", folder / "herindelingen", folder / "prijzen")
    turned = Workspace(tmp_path / "turned")
    assert (
        turned.load(folder / "prijzen", folder / "herindelingen", folder / "own", folder / "iv3").snapshot
        == together.snapshot
    )
    one_by_one = Workspace(tmp_path / "one by one")
    for name in ("own", "prijzen", "iv3", "herindelingen"):
        last = one_by_one.load(folder / name)
    assert last.snapshot == together.snapshot
    assert not differing(workspace, turned)
    assert not differing(workspace, one_by_one)


def test_names_of_public_files_do_not_matter(workspace, sample_folder, tmp_path):
    public = part(sample_folder, tmp_path / "public", "prijzen", "herindelingen", "bestuur", "geo")
    renamed = tmp_path / "renamed"
    renamed.mkdir()
    for number, path in enumerate(sorted((p for p in public.rglob("*") if p.is_file()), reverse=True)):
        shutil.copy2(path, renamed / f"{number}.bin")
    first = workspace.load(public)
    other = Workspace(tmp_path / "other")
    assert other.load(renamed).snapshot == first.snapshot
    assert not differing(workspace, other)


def test_the_same_file_twice_is_noted_once_counted(workspace, sample_folder, few_folder, tmp_path):
    data, twice = tmp_path / "data", tmp_path / "twice"
    shutil.copytree(sample_folder, data, ignore=shutil.ignore_patterns("iv3"))
    shutil.copytree(few_folder / "iv3", data / "iv3")
    shutil.copytree(data, twice / "a")
    shutil.copytree(data, twice / "b")
    single = Workspace(tmp_path / "single")
    once = single.load(data)
    doubled = workspace.load(twice)
    assert doubled.snapshot == once.snapshot
    assert doubled.rows_read == 2 * once.rows_read
    assert doubled.rows_kept == once.rows_kept
    assert not differing(workspace, single)
    reasons = {reason for source in workspace.status().sources for reason in source.reasons}
    assert any(reason.startswith("same content as ") for reason in reasons)


@pytest.mark.parametrize("name", ["iv3/kerncijfers.csv", "iv3/lasten_per_taakveld.csv.gz"])
def test_two_files_of_one_table_that_differ_are_refused(workspace, folder, name):
    copy = folder / f"copy of {name.rsplit('/', 1)[1]}"
    shutil.copy2(folder / name, copy)
    edit(copy, lambda row: row | {"lasten_keur": "1"} if row["gm_code"] == "GM9001" else row)
    with pytest.raises(BadInputError, match=r"both hold the table .* and they differ") as caught:
        workspace.load(folder)
    assert name.rsplit("/", 1)[1] in str(caught.value)
    assert state(workspace) == {}


def test_own_files_survive_reloads_and_fresh_loads(workspace, folder, sample_folder):
    own = {"own_arrangements", "own_staff", "own_indicators", "own_procedures", "own_prices", "own_quality"}
    workspace.load(folder)
    before = {name: workspace.table(name) for name in own}
    workspace.load(sample_folder / "geo", fresh=True)
    after = tables(workspace)
    assert own | {"centroids"} <= after.keys()
    assert "key_totals" not in after
    assert all(before[name].equals(after[name]) for name in own)


def test_an_own_file_under_another_name_counts_once(workspace, sample_folder, tmp_path):
    own = part(sample_folder, tmp_path / "data", "own") / "own"
    workspace.load(own)
    rows = workspace.table("own_staff")
    (own / "eigen_functies.csv").rename(own / "functies 2026.csv")
    edit(own / "eigen_indicatoren.csv", lambda row: row | {"streefwaarde": ""}, delimiter=";")
    assert workspace.load(own).changed
    assert workspace.table("own_staff").equals(rows)
    shutil.copy2(own / "functies 2026.csv", own / "functies kopie.csv")
    other = Workspace(tmp_path / "other")
    other.load(own)
    assert other.table("own_staff").equals(rows)


def test_undo_goes_back_and_forth(workspace, folder):
    workspace.load(folder / "iv3")
    first = state(workspace)["verband.duckdb"]
    one = workspace.status().snapshot
    workspace.load(folder / "prijzen")
    two = workspace.status().snapshot
    second = state(workspace)["verband.duckdb"]
    for expected, digest in ((one, first), (two, second), (one, first)):
        assert workspace.undo() == expected
        assert workspace.status().snapshot == expected
        assert state(workspace)["verband.duckdb"] == digest
    assert set(state(workspace)) == {"verband.duckdb", "verband.previous.duckdb"}


def test_there_is_nothing_to_undo_after_the_first_load(workspace, folder):
    with pytest.raises(WorkspaceError, match="no earlier state"):
        workspace.undo()
    workspace.load(folder / "prijzen")
    before = state(workspace)
    with pytest.raises(WorkspaceError, match="no earlier state"):
        workspace.undo()
    assert state(workspace) == before


def test_forget_takes_out_one_file_and_load_brings_it_back(workspace, folder):
    loaded = workspace.load(folder)
    all_tables = tables(workspace)
    forgotten = workspace.forget("cpi_jaarmutatie.csv")
    assert forgotten.snapshot != loaded.snapshot
    assert all_tables.keys() - tables(workspace).keys() == {"consumer_prices"}
    assert workspace.undo() == loaded.snapshot
    workspace.undo()
    assert workspace.load(folder).snapshot == loaded.snapshot
    assert workspace.table("consumer_prices").equals(all_tables["consumer_prices"])


def test_forget_refuses_a_name_that_is_not_loaded_or_not_unique(workspace, folder):
    with pytest.raises(MissingDataError, match="nothing has been loaded"):
        workspace.forget("kerncijfers.csv")
    shutil.copy2(folder / "prijzen" / "cpi_jaarmutatie.csv", folder / "own" / "cpi_jaarmutatie.csv")
    workspace.load(folder)
    before = state(workspace)
    for name, words in (("nothing.csv", "no loaded file"), ("cpi_jaarmutatie.csv", "2 loaded files")):
        with pytest.raises(BadInputError, match=words):
            workspace.forget(name)
    assert state(workspace) == before
    workspace.forget("prijzen/cpi_jaarmutatie.csv")


def test_forgetting_everything_leaves_a_workspace_that_can_be_loaded(workspace, folder):
    workspace.load(folder / "prijzen")
    workspace.forget("cpi_jaarmutatie.csv")
    assert workspace.tables() == []
    assert workspace.status().sources == ()
    assert workspace.load(folder / "prijzen").changed


def test_what_an_unfinished_load_left_is_cleared(workspace, folder):
    workspace.folder.mkdir()
    (workspace.folder / "123.loading.duckdb").write_bytes(b"half")
    (workspace.folder / "123.loading.duckdb.wal").write_bytes(b"half")
    (workspace.folder / "123.loading.duckdb.tmp").mkdir()
    (workspace.folder / "123.loading.duckdb.tmp" / "duckdb_temp_storage-0.tmp").write_bytes(b"half")
    workspace.load(folder / "prijzen")
    assert set(state(workspace)) == {"verband.duckdb"}


def task_accounts(folder):
    return folder / "iv3" / "begrotingsanalysetool"


def test_a_silent_name_is_told_by_the_totals(workspace, folder, tmp_path):
    expected = other_workspace(tmp_path, folder).table("task_accounts")
    path = task_accounts(folder) / "2024_begroting.csv"
    path.rename(path.with_name("download (3).csv"))
    workspace.load(folder)
    assert workspace.table("task_accounts").equals(expected)
    remarks = [
        remark
        for source in workspace.status().sources
        for file in source.files
        if file.name.endswith("(3).csv")
        for remark in file.remarks
    ]
    assert any("2024 budget" in remark and "derived" in remark for remark in remarks)


def test_a_silent_name_is_told_by_totals_loaded_before(workspace, folder):
    files = task_accounts(folder)
    lone = folder / "lone.csv"
    (files / "2024_begroting.csv").rename(lone)
    workspace.load(folder / "iv3")
    workspace.load(lone)
    found = workspace.table("task_accounts").select("year", "report").unique().rows()
    assert sorted(found) == [(2023, "accounts"), (2023, "budget"), (2024, "budget"), (2025, "budget")]


@pytest.mark.parametrize("lie", ["2023_begroting.csv", "2024_jaarrekening.csv", "2021_begroting.csv"])
def test_a_name_that_lies_is_refused(workspace, folder, lie):
    files = task_accounts(folder)
    content = (files / "2024_begroting.csv").read_bytes()
    for path in files.iterdir():
        path.unlink()
    (files / lie).write_bytes(content)
    with pytest.raises(BadInputError, match="but its totals are those of 2024 budget"):
        workspace.load(folder)
    assert state(workspace) == {}


def test_a_silent_name_without_totals_is_refused(workspace, folder, tmp_path):
    lone = tmp_path / "lone.csv"
    shutil.copy2(task_accounts(folder) / "2024_begroting.csv", lone)
    with pytest.raises(BadInputError, match="agree with none"):
        workspace.load(lone)


def test_keep_going_sets_the_faulty_row_aside_with_its_line(workspace, folder):
    edit(
        folder / "iv3" / "inwoners.csv",
        lambda row: row | {"aantal_inwoners": "-5"} if row["gm_code"] == "GM9003" else row,
    )
    with pytest.raises(BadInputError):
        workspace.load(folder)
    assert state(workspace) == {}
    result = workspace.load(folder, strict=False)
    aside = workspace.set_aside().filter(workspace.set_aside()["file"] == "iv3/inwoners.csv")
    assert aside.height
    assert result.rows_read == result.rows_kept + result.rows_set_aside
    lines = (folder / "iv3" / "inwoners.csv").read_text().splitlines()
    assert all("GM9003" in lines[line - 1] for line in aside["line"])
    assert "GM9003" not in workspace.table("inhabitants")["code"]
