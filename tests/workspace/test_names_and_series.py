"""Which municipality is meant, and what a series says where something is missing."""

import shutil
from gzip import compress, decompress
from types import SimpleNamespace

import pytest

from verband.domain.genealogy import Genealogy
from verband.errors import BadInputError, MissingDataError, UnknownNameError
from verband.warehouse.store import opened
from verband.workspace import Workspace
from verband.workspace.data_folder import default_folder
from verband.workspace.naming import Names
from verband.workspace.portrait import predecessors


@pytest.fixture(scope="module")
def names(sample_workspace):
    with opened(sample_workspace.folder / "verband.duckdb") as warehouse:
        yield Names(warehouse)


@pytest.mark.parametrize("text", ["GM9001", "gm9001", "9001", "Wouderstad", "  wouderstad ", "WOUDERSTAD"])
def test_a_municipality_is_found_by_code_or_name(names, text):
    found = names.resolve(text)
    assert (found.code, found.name, found.led_from) == ("GM9001", "Wouderstad", None)


def test_a_dissolved_one_leads_to_its_successor_and_says_so(names):
    found = names.resolve("Dotterdam")
    assert found.code == "GM9002"
    assert "dissolved on 2021-01-01" in found.led_from
    assert names.resolve("Dotterdam", year=2020).code == "GM9027"


def test_a_divided_one_names_all_parts(names):
    try:
        found = names.resolve("Steenuilen")
    except UnknownNameError as error:
        text = str(error)
    else:
        text = f"{found.name} {found.led_from}"
    assert "Oudervaart" in text
    assert "Ruigenberg" in text


def test_one_that_did_not_exist_yet_is_refused_with_its_day(names):
    with pytest.raises(UnknownNameError, match="created on 2019-01-01"):
        names.resolve("Hazelwoude", year=2018)
    with pytest.raises(UnknownNameError):
        names.resolve("GM9001", year=1900)


@pytest.mark.parametrize("text", ["", " ", "x" * 10_000, "GM", "GM99999", "'; DROP TABLE key_totals", "%", "Nergens\0"])
def test_any_other_text_is_one_message(names, text):
    with pytest.raises(UnknownNameError):
        names.resolve(text)


def test_every_listed_municipality_of_every_year_is_found_by_name_or_told_ambiguous(names):
    for code, name, year in names.lists.select("code", "name", "year").iter_rows():
        try:
            assert names.resolve(name, year=year).code == code
        except UnknownNameError as error:
            assert code in str(error)  # noqa: PT017  a name may be ambiguous


@pytest.mark.parametrize("task", ["", "7.3+", "+", "7.3@1900", "x" * 1000, "7.3+7.3", "7.3+nothing"])
def test_unknown_tasks_are_refused(sample_workspace, task):
    with pytest.raises((UnknownNameError, BadInputError)):
        sample_workspace.series("GM9001", task)


def test_a_missing_part_makes_the_whole_missing_and_is_named(sample_folder, tmp_path):
    folder = shutil.copytree(sample_folder / "iv3", tmp_path / "iv3")
    shutil.copytree(sample_folder / "herindelingen", tmp_path / "iv3" / "h")
    totals = folder / "kerncijfers.csv"
    totals.write_text(
        "\n".join(line for line in totals.read_text().splitlines() if not line.startswith("GM9025,2018,jaarrekening"))
        + "\n"
    )
    packed = folder / "lasten_per_taakveld.csv.gz"
    lines = decompress(packed.read_bytes()).decode().splitlines()
    kept = [line for line in lines if not line.startswith("GM9025,2018,jaarrekening")]
    assert len(kept) < len(lines)
    packed.write_bytes(compress(("\n".join(kept) + "\n").encode()))
    workspace = Workspace(tmp_path / "w")
    workspace.load(folder)
    rows = {row.year: row for row in workspace.series("GM9040", "7.3", boundaries=2024).rows}
    assert rows[2018].cost_eur is None
    assert "Elzenmark" in rows[2018].missing
    assert rows[2017].cost_eur is not None
    assert "GM9025" in workspace.national(2018).missing


def test_boundaries_before_the_figures_stop_the_series(sample_workspace):
    rows = {row.year: row for row in sample_workspace.series("GM9001", "7.3", boundaries=2020).rows}
    assert rows[2020].cost_eur is not None
    assert rows[2021].cost_eur is None
    assert "later" in rows[2021].missing


def test_questions_without_their_tables_say_which_file_to_load(sample_folder, tmp_path):
    workspace = Workspace(tmp_path)
    workspace.load(sample_folder / "prijzen")
    for ask in (
        workspace.municipalities,
        lambda: workspace.national(2023),
        lambda: workspace.series("GM9001", "7.3"),
    ):
        with pytest.raises(MissingDataError, match="verband load"):
            ask()


def test_the_default_folder_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("VERBAND_WORKSPACE", str(tmp_path / "x"))
    assert default_folder() == tmp_path / "x"
    assert Workspace().folder == tmp_path / "x"
    monkeypatch.setenv("VERBAND_WORKSPACE", "")
    assert default_folder().name == "verband"


def test_who_merged_under_an_older_name_is_a_predecessor_too():
    common = {"new_name": "", "share": 1.0, "inhabitants_moved": None}
    events = [
        {"effective_date": "2016-01-01", "old_code": "B", "old_name": "Bee", "new_code": "C", "type": "renaming"},
        {"effective_date": "2015-01-01", "old_code": "A", "old_name": "Aa", "new_code": "B", "type": "merger"},
        {"effective_date": "2015-01-01", "old_code": "B", "old_name": "Bee", "new_code": "B", "type": "continuation"},
    ]
    names = SimpleNamespace(changes=Genealogy.from_records({**common, **event} for event in events))
    found = predecessors(names, "C")
    assert [(item.name, item.renamed) for item in found] == [("Bee", True), ("Aa", False)]
