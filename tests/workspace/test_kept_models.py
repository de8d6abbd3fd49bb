"""Scale models are fitted once per snapshot: kept, read back the same, and never in the way."""

from __future__ import annotations

import shutil

import pytest
from polars.testing import assert_frame_equal

from verband.warehouse.store import FILE_NAME, opened
from verband.workspace import Workspace
from verband.workspace import scale as gathering
from verband.workspace.kept import FOLDER
from verband.workspace.scale import gather_models


@pytest.fixture
def workspace(sample_workspace, tmp_path):
    """The warehouse of the sample in a folder of its own, without kept models."""
    shutil.copy(sample_workspace.folder / FILE_NAME, tmp_path / FILE_NAME)
    return Workspace(tmp_path)


def models(workspace):
    with opened(workspace.folder / FILE_NAME) as warehouse:
        return gather_models(warehouse, workspace.folder)


def forbid_fitting(monkeypatch):
    def refuse(*_):
        raise AssertionError("fitted again")

    monkeypatch.setattr(gathering, "_fit", refuse)


def test_the_second_time_nothing_is_fitted_and_the_answer_is_the_same(workspace, monkeypatch):
    first = models(workspace)
    forbid_fitting(monkeypatch)
    second = models(workspace)
    assert second == first
    assert_frame_equal(second.curves, first.curves)
    assert_frame_equal(second.expected, first.expected)
    assert workspace.scale().tasks == first.tasks


def test_one_task_asked_alone_has_the_same_figures_as_among_all(workspace):
    among_all = {item.task: item for item in workspace.scale().tasks}
    assert workspace.scale("0.1").tasks == (among_all["0.1"],)


def test_another_seed_or_size_is_not_answered_from_what_is_kept(workspace):
    kept = workspace.scale().tasks[0]
    assert workspace.scale(at_inhabitants=8_000).tasks[0].at_inhabitants == 8_000
    assert workspace.scale().tasks[0] == kept


@pytest.mark.parametrize("damage", ["emptied", "cut", "other fields"])
def test_damaged_models_are_fitted_again(workspace, damage):
    first = models(workspace)
    place = next((workspace.folder / FOLDER).glob("scale-*"))
    text = (place / "scale.json").read_text(encoding="utf-8")
    if damage == "emptied":
        (place / "curves.parquet").write_bytes(b"")
    elif damage == "cut":
        (place / "scale.json").write_text(text[:100], encoding="utf-8")
    else:
        (place / "scale.json").write_text(text.replace('"elasticity"', '"slope"'), encoding="utf-8")
    assert models(workspace) == first
    assert next((workspace.folder / FOLDER).glob("scale-*/scale.json")).read_text(encoding="utf-8") == text


def test_another_load_drops_the_models_of_the_old_snapshot(workspace, sample_folder, tmp_path_factory):
    models(workspace)
    kept = {item.name for item in (workspace.folder / FOLDER).iterdir()}
    more = tmp_path_factory.mktemp("more")
    text = (sample_folder / "own" / "eigen_functies.csv").read_text(encoding="utf-8")
    (more / "functies.csv").write_text(text[: text.rstrip().rindex("\n") + 1], encoding="utf-8")
    workspace.load(more)
    models(workspace)
    now = {item.name for item in (workspace.folder / FOLDER).iterdir()}
    assert len(now) == 1
    assert now != kept


def test_a_folder_that_cannot_take_models_still_answers(workspace):
    (workspace.folder / FOLDER).write_text("in the way", encoding="utf-8")
    assert workspace.scale().tasks
    assert {item.name for item in workspace.folder.iterdir()} == {FILE_NAME, FOLDER}
