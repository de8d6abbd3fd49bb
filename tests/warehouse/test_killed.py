"""Killed at any moment, a workspace holds the old state or the new one, and the next load clears what was left."""

import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
from states import edit, state

from verband.workspace import Workspace

CHILD = """
import os, signal, sys
from pathlib import Path
from verband.workspace import Workspace
workspace, folder, moment = sys.argv[1], sys.argv[2], int(sys.argv[3])
place, seen = Workspace(workspace), 0
written = []
def step(*_):
    global seen
    seen += 1
    if seen == moment:
        os.kill(os.getpid(), signal.SIGKILL)
def hook(event, arguments):
    if event == "open" and str(arguments[0]).endswith("/verband.duckdb") and arguments[1] not in (None, "r", "rb"):
        written.append(arguments[1])
    if event in ("os.rename", "os.remove", "os.link", "open") and workspace in str(arguments[0]):
        step()
sys.addaudithook(hook)
print("ready", flush=True)
place.undo() if folder == "undo" else place.load(folder, progress=step)
print(*written, seen, flush=True)
"""
"""Kills itself at a moment: each report of progress and each touch of a file of the workspace counts as one."""


def child(workspace, what, moment):
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(workspace.folder), str(what), str(moment)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def two_states(few_folder, tmp_path):
    """A workspace with an old state, and a folder that brings a new one."""
    folder = tmp_path / "data"
    shutil.copytree(few_folder, folder)
    workspace = Workspace(tmp_path / "old")
    workspace.load(folder)
    edit(folder / "prijzen" / "cpi_jaarmutatie.csv", lambda row: row | {"bron": "x"})
    edit(folder / "iv3" / "kerncijfers.csv", lambda row: row | {"lasten_keur": row["lasten_keur"] + "1"})
    return workspace, folder


def copy(workspace, folder):
    if workspace is None:
        return Workspace(folder)
    shutil.copytree(workspace.folder, folder)
    return Workspace(folder)


def snapshot(workspace):
    return workspace.status().snapshot if (workspace.folder / "verband.duckdb").exists() else None


def check(workspace, folder, before, after):
    """One of the two states, readable; and the next load makes the new one and leaves nothing beside it."""
    found = snapshot(workspace)
    assert found in (before, after)
    assert workspace.load(folder).snapshot == after
    assert set(state(workspace)) <= {"verband.duckdb", "verband.previous.duckdb"}
    return found


def test_killed_at_every_turning_point_of_a_load(two_states, tmp_path):
    workspace, folder = two_states
    before = snapshot(workspace)
    trial = copy(workspace, tmp_path / "trial")
    finished = child(trial, folder, 0)
    after = snapshot(trial)
    assert after != before
    assert len(finished.stdout.split()) == 2, "the database was opened for writing: it must be replaced in one step"
    total = int(finished.stdout.split()[-1])
    # The last steps are those in which the files change places.
    moments = {total // 3, *range(total - 4, total + 1)}
    outcomes = set()
    for moment in sorted(moments):
        trial = copy(workspace, tmp_path / f"trial {moment}")
        assert child(trial, folder, moment).returncode == -signal.SIGKILL
        outcomes.add(check(trial, folder, before, after))
    assert before in outcomes


def test_killed_while_undoing(two_states, tmp_path):
    workspace, folder = two_states
    before = snapshot(workspace)
    workspace.load(folder)
    after = snapshot(workspace)
    total = int(child(copy(workspace, tmp_path / "trial"), "undo", 0).stdout.split()[-1])
    for moment in range(2, total + 1, 2):
        trial = copy(workspace, tmp_path / f"trial {moment}")
        assert child(trial, "undo", moment).returncode == -signal.SIGKILL
        check(trial, folder, before, after)


def storm(workspace, folder, tmp_path, rounds, seed):
    before = snapshot(workspace) if workspace else None
    whole = copy(workspace, tmp_path / "whole")
    began = time.monotonic()
    child(whole, folder, 0)
    length = time.monotonic() - began
    after = snapshot(whole)
    chance = random.Random(seed)
    for number in range(rounds):
        trial = copy(workspace, tmp_path / f"round {number}")
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(trial.folder), str(folder), "0"], stdout=subprocess.PIPE, text=True
        )
        process.stdout.readline()
        time.sleep(chance.uniform(0, length))
        process.kill()
        process.communicate()
        check(trial, folder, before, after)
        shutil.rmtree(trial.folder)


def test_killed_at_random_moments_of_a_first_load(two_states, tmp_path):
    storm(None, two_states[1], tmp_path, rounds=3, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_killed_at_many_random_moments_of_a_second_load(two_states, tmp_path, seed):
    storm(*two_states, tmp_path, rounds=30, seed=seed)


@pytest.mark.slow
def test_killed_at_many_random_moments_of_a_first_load(two_states, tmp_path):
    storm(None, two_states[1], tmp_path, rounds=30, seed=4)
