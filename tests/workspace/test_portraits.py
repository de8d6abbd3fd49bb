"""Portraits of all municipalities: the same as one by one, every table read once, one at a time."""

import shutil
from collections import Counter
from datetime import date, timedelta

import duckdb
import pytest

from verband.errors import MissingDataError, UnknownNameError
from verband.warehouse.store import Warehouse
from verband.workspace import Workspace

ON = date(2026, 7, 1)


@pytest.fixture(scope="module")
def everyone(sample_workspace):
    return {item.identity.code: item for item in sample_workspace.portraits(on=ON)}


def test_all_municipalities_of_the_latest_list_by_code(everyone, sample_workspace):
    assert list(everyone) == [item.code for item in sample_workspace.municipalities()]


def test_each_is_the_same_as_by_itself(everyone, sample_workspace):
    for code in list(everyone)[::5]:
        assert sample_workspace.portrait(code, on=ON) == everyone[code]


def test_those_that_are_named_in_the_order_asked(everyone, sample_workspace):
    found = list(sample_workspace.portraits(["GM9002", "Wouderstad", "Dotterdam"], on=ON))
    assert [item.identity.code for item in found] == ["GM9002", "GM9001", "GM9002"]
    assert found[0] == everyone["GM9002"]
    assert found[1] == everyone["GM9001"]
    assert found[2].lead.name == "Dotterdam"
    assert found[2].dependence == everyone["GM9002"].dependence


def test_a_run_over_all_reads_every_table_and_asks_every_question_once(sample_workspace, monkeypatch):
    asked = Counter()

    def counting(name, kept):
        def counted(self, what, **parameters):
            asked[name, what, str(sorted(parameters.items()))] += 1
            return kept(self, what, **parameters)

        return counted

    for name in ("table", "query"):
        monkeypatch.setattr(Warehouse, name, counting(name, getattr(Warehouse, name)))
    assert len(list(sample_workspace.portraits(on=ON))) > 20
    assert {what for name, what, _ in asked if name == "table"} >= {"key_totals", "inhabitants", "municipality_list"}
    assert [item for item, times in asked.items() if times > 1] == []


def test_portraits_are_gathered_one_at_a_time_and_the_file_is_released(sample_workspace, monkeypatch):
    closed = []
    kept = Warehouse.close
    monkeypatch.setattr(Warehouse, "close", lambda self: (closed.append(self), kept(self)))
    found = sample_workspace.portraits(["GM9001", "Nergenshuizen"], on=ON)
    assert next(found).identity.name == "Wouderstad"
    assert not closed
    with pytest.raises(UnknownNameError, match="Nergenshuizen"):
        next(found)
    assert len(closed) == 1
    broken_off = sample_workspace.portraits(on=ON)
    next(broken_off)
    broken_off.close()
    assert len(closed) == 2


def test_an_outline_says_what_the_portrait_says(everyone, sample_workspace):
    with sample_workspace.open_portraits(on=ON) as portraits:
        for code, portrait in everyone.items():
            found, facts = portraits.outline(code), portrait.dependence
            assert (found.code, found.name, found.province) == (code, portrait.identity.name, "")
            assert (found.year, found.inhabitants) == (portrait.identity.year, portrait.identity.inhabitants)
            assert found.fictional
            assert found.dependence == facts.latest
            assert found.doubts == dict(facts.doubts).get(found.dependence.year, ())


def test_without_the_tables_it_is_said_which_file_to_load(sample_folder, tmp_path):
    workspace = Workspace(tmp_path)
    workspace.load(sample_folder / "prijzen")
    with pytest.raises(MissingDataError, match="verband load"):
        next(workspace.portraits(on=ON))


def test_key_totals_without_any_accounts_are_told(sample_folder, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("gemeenten.csv", "inwoners.csv"):
        shutil.copy2(sample_folder / "iv3" / name, folder / name)
    header, *lines = (sample_folder / "iv3" / "kerncijfers.csv").read_text().splitlines()
    budgets = [line for line in lines if ",begroting," in line]
    (folder / "kerncijfers.csv").write_text("\n".join([header, *budgets]) + "\n")
    workspace = Workspace(tmp_path / "w")
    workspace.load(folder)
    with pytest.raises(MissingDataError, match="no accounts"):
        workspace.portrait("GM9001", on=ON)


def test_bare_lists_inhabitants_and_totals_give_a_portrait_that_says_what_it_lacks(sample_folder, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("gemeenten.csv", "inwoners.csv", "kerncijfers.csv"):
        shutil.copy2(sample_folder / "iv3" / name, folder / name)
    shutil.copytree(sample_folder / "herindelingen", folder / "herindelingen")
    workspace = Workspace(tmp_path / "w")
    workspace.load(folder)
    found = list(workspace.portraits(on=ON))
    assert len(found) > 20
    assert all(item.arrangements is None and item.costs is None for item in found)
    assert all("cost_per_task" in item.lacking for item in found)
    assert all(item.dependence is not None and item.group.left_out for item in found)


def test_the_books_of_an_open_warehouse_are_asked_once(sample_workspace, monkeypatch):
    asked = Counter()
    kept = Warehouse.query
    monkeypatch.setattr(Warehouse, "query", lambda self, name, **p: (asked.update([name]), kept(self, name, **p))[1])
    warehouse = Warehouse(sample_workspace.folder / "verband.duckdb")
    try:
        assert warehouse.has("key_totals", "inhabitants")
        assert not warehouse.has("key_totals", "nothing")
        warehouse.require("key_totals")
        assert "key_totals" in warehouse.tables()
        assert asked == {"tables_present": 1}
    finally:
        warehouse.close()


def test_no_portrait_writes_to_the_workspace(sample_workspace):
    path = sample_workspace.folder / "verband.duckdb"
    before = path.stat().st_mtime_ns
    next(sample_workspace.portraits(on=ON))
    assert path.stat().st_mtime_ns == before
    duckdb.connect(str(path), read_only=True).close()


@pytest.mark.parametrize("day", [date(2026, 7, 1), date(2027, 1, 1), date(2029, 7, 4), date(2030, 12, 31)])
def test_the_municipality_of_the_first_command_has_dates_ahead_and_staff(sample_workspace, day):
    found = sample_workspace.portrait("Hazelwoude", on=day)
    ahead = [step for item in found.arrangements.items for step in item.deadlines if step.deadline >= day]
    assert ahead
    assert {step.deadline - step.received for step in ahead} == {timedelta(weeks=12)}
    assert len(found.functions) == 8
