"""Loading: read every recognised file, write a new warehouse beside the old one, and swap them in one step.

Killed at any moment, the workspace holds either the old state or the new one. A load replaces, per table and
scope (a year, a circular, an own file), what an earlier load brought; everything else stays. Loading the same
files again changes nothing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from verband.errors import BadInputError, WorkspaceError
from verband.warehouse.building import LoadResult, Progress, build, mode_of, silent
from verband.warehouse.discovery import discover
from verband.warehouse.store import FILE_NAME, Warehouse, demand_folder, plain_duckdb

PREVIOUS_NAME = "verband.previous.duckdb"
_LOADING_SUFFIX = ".loading.duckdb"
_UNDOING_NAME = "verband.undoing.duckdb"
"""The newer state for as long as an undo takes; kept under this name so that a kill in between loses nothing."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the present warehouse holds: one entry per file, by (sha256, format, reading mode)."""

    snapshot: str
    files: frozenset[tuple[str, str]]


def load(
    workspace: Path,
    folders: Sequence[Path],
    *,
    strict: bool = True,
    fresh: bool = False,
    progress: Progress = silent,
) -> LoadResult:
    """Load published and own files into the workspace, all or nothing.

    Parameters
    ----------
    workspace
        Folder of the workspace; made if it does not exist.
    folders
        Folders (or files) to read.
    strict
        Stop at the first fault in a file; otherwise faulty rows and unknown headers are set aside.
    fresh
        Forget earlier public data; the user's own files stay.
    progress
        Called after each file.

    Raises
    ------
    BadInputError
        For a fault in a file; the workspace stays as it was.
    WorkspaceError
        If the workspace cannot be written (full disk, read-only folder, another load going on).
    """
    if not folders:
        raise BadInputError("no folder was named", todo="Name a folder or a file to load")
    found = discover(folders, strict=strict)
    with _locked(workspace):
        current = workspace / FILE_NAME
        known = _known(current)
        fingerprints = {(file.sha256, mode_of(kind, strict=strict)) for file, kind in found.recognised}
        if known and not fresh and fingerprints <= known.files:
            names = tuple(file.name for file, _ in found.recognised)
            return LoadResult(known.snapshot, False, names, found.unrecognised, 0, 0, 0)
        with _builds(workspace) as building:
            result = build(
                building,
                current if known else None,
                found.recognised,
                found.unrecognised,
                strict=strict,
                fresh=fresh,
                progress=progress,
            )
            if known and known.snapshot == result.snapshot:
                return LoadResult(known.snapshot, False, result.files, result.unrecognised, 0, 0, 0)
            _swap(building, current)
    return result


def undo(workspace: Path) -> str:
    """Put back the state before the last load; a second call brings the newer state back.

    Returns
    -------
    str
        The snapshot that is now current.

    Raises
    ------
    WorkspaceError
        If there is no earlier state.
    """
    with _locked(workspace):
        current, previous = workspace / FILE_NAME, workspace / PREVIOUS_NAME
        if not previous.exists():
            raise WorkspaceError(
                "there is no earlier state to go back to", where=str(workspace), todo="Only the last load can be undone"
            )
        newer = workspace / _UNDOING_NAME
        try:
            if current.exists():
                _link(current, newer)
            previous.replace(current)
            if newer.exists():
                newer.replace(previous)
        except OSError as error:
            raise _plain_os(error, workspace) from error
    state = _known(current)
    return state.snapshot if state else ""


def forget(workspace: Path, name: str) -> LoadResult:
    """Take one loaded file out of the workspace again.

    Parameters
    ----------
    workspace
        Folder of the workspace.
    name
        Name of the file as ``verband status`` shows it, or the last part of it.

    Raises
    ------
    BadInputError
        If no loaded file, or more than one, is called so.
    """
    with _locked(workspace):
        current = workspace / FILE_NAME
        warehouse = Warehouse(current)
        try:
            names = warehouse.query("status_files")["name"].to_list()
        finally:
            warehouse.close()
        matches = [item for item in names if item == name] or [item for item in names if Path(item).name == name]
        if len(matches) != 1:
            what = "no loaded file is called so" if not matches else f"{len(matches)} loaded files are called so"
            raise BadInputError(what, where=name, todo="`verband status` shows the names in full")
        with _builds(workspace) as building:
            result = build(building, current, (), (), strict=True, fresh=False, progress=silent, without=matches[0])
            _swap(building, current)
    return result


@contextmanager
def _builds(workspace: Path) -> Iterator[Path]:
    """Give the path of a warehouse to build; faults are told plainly, and nothing unfinished is left behind."""
    try:
        yield workspace / f"{os.getpid()}{_LOADING_SUFFIX}"
    except duckdb.Error as error:
        raise plain_duckdb(error, workspace / FILE_NAME) from error
    except OSError as error:
        raise _plain_os(error, workspace) from error
    finally:
        _clear(workspace)


def _clear(workspace: Path) -> None:
    """Take away what an unfinished load left: its file, its log and its folder of temporary files."""
    for leftover in workspace.glob(f"*{_LOADING_SUFFIX}*"):
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            with suppress(OSError):
                leftover.unlink(missing_ok=True)


def _finish_undo(workspace: Path) -> None:
    """After an undo that was killed: the newer state becomes the previous one, unless nothing had moved yet."""
    newer, previous = workspace / _UNDOING_NAME, workspace / PREVIOUS_NAME
    if newer.exists():
        if previous.exists():
            newer.unlink()
        else:
            newer.replace(previous)


@contextmanager
def _locked(workspace: Path) -> Iterator[None]:
    """Hold the workspace for one writer; the lock goes with the process, however it ends."""
    demand_folder(workspace)
    try:
        workspace.mkdir(parents=True, exist_ok=True)
        with FileLock(workspace / "verband.lock", timeout=10):
            _clear(workspace)
            _finish_undo(workspace)
            yield
    except Timeout as error:
        raise WorkspaceError(
            "another load is going on in this workspace", where=str(workspace), todo="Wait for it, then try again"
        ) from error
    except OSError as error:
        raise _plain_os(error, workspace) from error


def _plain_os(error: OSError, workspace: Path) -> WorkspaceError:
    return WorkspaceError(
        f"the workspace cannot be written ({error.strerror or error})",
        where=str(workspace),
        todo="Free some space, check that you may write there, or name another folder with --workspace",
    )


def _known(path: Path) -> _Known | None:
    if not path.exists():
        return None
    warehouse = Warehouse(path)
    try:
        snapshot = warehouse.query("current_snapshot")["snapshot"].item(0)
        files = warehouse.query("fingerprints")
        return _Known(snapshot, frozenset(files.select("sha256", "mode").iter_rows()))
    finally:
        warehouse.close()


def _keep(source: Path, target: Path) -> None:
    """Keep a file under a second name; at any moment that name holds its old file or the new one, whole."""
    aside = target.with_name(f"{os.getpid()}.previous{_LOADING_SUFFIX}")
    _link(source, aside)
    aside.replace(target)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _swap(building: Path, current: Path) -> None:
    with building.open("rb+") as stream:
        os.fsync(stream.fileno())
    if current.exists():
        _keep(current, current.with_name(PREVIOUS_NAME))
    building.replace(current)
