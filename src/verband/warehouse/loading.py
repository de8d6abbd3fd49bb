"""Loading: read every recognised file, write a new warehouse beside the old one, and swap them in one step.

Killed at any moment, the workspace holds either the old state or the new one. A load replaces, per table and
scope (a year, a circular, an own file), what an earlier load brought; everything else stays. Loading the same
files again changes nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import duckdb
import polars as pl
from filelock import FileLock, Timeout

import verband
from verband.errors import BadInputError, WorkspaceError
from verband.sources.files import SourceFile
from verband.sources.formats import Format
from verband.sources.reading import Reading
from verband.warehouse import assembly
from verband.warehouse.discovery import discover
from verband.warehouse.store import FILE_NAME, FORMAT_VERSION, Warehouse, connect, plain_duckdb, run, sql, to_frame

PREVIOUS_NAME = "verband.previous.duckdb"
_ROWS_PER_COMMIT = 100_000
"""Many small files share a commit; a large one is not kept waiting in memory."""
_LOADING_SUFFIX = ".loading.duckdb"


class Progress(Protocol):
    """Told what is going on: bytes done, bytes in all, and the file at hand."""

    def __call__(self, done: int, total: int, what: str, /) -> None:
        """Report one step."""


def silent(_done: int, _total: int, _what: str, /) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load did.

    Attributes
    ----------
    snapshot
        Hash of all content that the workspace now holds (16 hexadecimal digits).
    changed
        Whether anything differs from before.
    files
        Names of the files read.
    unrecognised
        Names of the files that no reader knows.
    rows_read, rows_kept, rows_set_aside
        Sums over the files read in this load.
    """

    snapshot: str
    changed: bool
    files: tuple[str, ...]
    unrecognised: tuple[str, ...]
    rows_read: int
    rows_kept: int
    rows_set_aside: int


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
    found = discover(folders, strict=strict)
    with _locked(workspace):
        current = workspace / FILE_NAME
        known = _known(current)
        fingerprints = {(file.sha256, _mode(kind, strict=strict)) for file, kind in found.recognised}
        if known and not fresh and fingerprints <= known.files:
            names = tuple(file.name for file, _ in found.recognised)
            return LoadResult(known.snapshot, False, names, found.unrecognised, 0, 0, 0)
        building = workspace / f"{os.getpid()}{_LOADING_SUFFIX}"
        try:
            result = _build(
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
        except duckdb.Error as error:
            raise plain_duckdb(error, workspace) from error
        except OSError as error:
            raise _plain_os(error, workspace) from error
        finally:
            for leftover in (building, building.with_name(building.name + ".wal")):
                with suppress(OSError):
                    leftover.unlink(missing_ok=True)
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
        aside = workspace / f"{os.getpid()}{_LOADING_SUFFIX}"
        try:
            previous.replace(aside)
            if current.exists():
                _keep(current, previous)
            aside.replace(current)
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
        building = workspace / f"{os.getpid()}{_LOADING_SUFFIX}"
        try:
            result = _build(building, current, (), (), strict=True, fresh=False, progress=silent, without=matches[0])
            _swap(building, current)
        except duckdb.Error as error:
            raise plain_duckdb(error, workspace) from error
        except OSError as error:
            raise _plain_os(error, workspace) from error
        finally:
            building.unlink(missing_ok=True)
    return result


def _mode(kind: Format, *, strict: bool) -> str:
    return f"{verband.__version__}|{kind.name}|{'strict' if strict else 'keep going'}"


@contextmanager
def _locked(workspace: Path) -> Iterator[None]:
    """Hold the workspace for one writer; the lock goes with the process, however it ends."""
    try:
        workspace.mkdir(parents=True, exist_ok=True)
        with FileLock(workspace / "verband.lock", timeout=10):
            for leftover in workspace.glob(f"*{_LOADING_SUFFIX}*"):
                leftover.unlink(missing_ok=True)
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


def _build(  # noqa: PLR0913  one build, described by what it starts from and what it adds
    building: Path,
    old: Path | None,
    recognised: Sequence[tuple[SourceFile, Format]],
    unrecognised: Sequence[str],
    *,
    strict: bool,
    fresh: bool,
    progress: Progress,
    without: str = "",
) -> LoadResult:
    connection = connect(building, read_only=False)
    try:
        run(connection, "BEGIN")
        run(connection, sql("layout"))
        run(connection, "INSERT INTO _meta VALUES ('format_version', ?)", [str(FORMAT_VERSION)])
        writer = _Writer(connection)
        total = sum(file.path.stat().st_size for file, _ in recognised)
        done = 0
        for file, kind in recognised:
            progress(done, total, file.name)
            writer.add(file, kind, kind.read(file, strict), strict=strict)
            writer.commit(at_least=_ROWS_PER_COMMIT)
            done += file.path.stat().st_size
        for name in unrecognised:
            run(connection, "INSERT INTO _unrecognised VALUES (?, NULL)", [name])
        if old is not None:
            progress(done, total, "keeping what was loaded before")
            writer.keep(old, fresh=fresh, without=without)
        progress(total, total, "putting the sources together")
        assembly.assemble(connection)
        snapshot = _snapshot(connection)
        run(connection, "INSERT INTO _snapshots VALUES (?, ?, ?)", [snapshot, _now(), verband.__version__])
        run(connection, "COMMIT")
        run(connection, "CHECKPOINT")
    finally:
        connection.close()
    return LoadResult(
        snapshot=snapshot,
        changed=True,
        files=tuple(file.name for file, _ in recognised),
        unrecognised=tuple(unrecognised),
        rows_read=writer.rows_read,
        rows_kept=writer.rows_kept,
        rows_set_aside=writer.rows_read - writer.rows_kept,
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _snapshot(connection: duckdb.DuckDBPyConnection) -> str:
    """Hash of what the warehouse holds: every (file content, format, scope), whatever its name or date."""
    rows = run(connection, sql("snapshot_contents"))
    return hashlib.sha256("\n".join("|".join(map(str, row)) for row in rows).encode()).hexdigest()[:16]


class _Writer:
    """Adds readings to a new warehouse and keeps its books."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._next = 1
        self._claimed: dict[tuple[str, str], tuple[int, str]] = {}
        self._made: set[str] = set()
        self.rows_read = self.rows_kept = self._uncommitted = 0

    def add(self, file: SourceFile, kind: Format, reading: Reading, *, strict: bool) -> None:
        """Write the tables of one file, unless another file of this load brought the same content."""
        report, number = reading.report, self._next
        self._next += 1
        claims = {(table, reading.scope) for table in reading.tables}
        taken = next((self._claimed[claim] for claim in sorted(claims) if claim in self._claimed), None)
        kept, remarks = report.rows_kept, list(report.remarks)
        if taken is not None:
            self._refuse_unless_same(file, reading, taken)
            remarks = [f"same content as {taken[1]}"]
            aside = [(number, None, f"same content as {taken[1]}", None)] * report.rows_read
            kept = 0
        else:
            for table, frame in reading.tables.items():
                self._insert(table, frame, number)
                self._claimed[(table, reading.scope)] = (number, file.name)
                run(
                    self._connection,
                    "INSERT INTO _contents VALUES (?, ?, ?, ?, ?)",
                    [number, table, reading.scope, frame.height, _years(frame)],
                )
            aside = [(number, item.line, item.reason, item.text) for item in report.set_aside]
        run(
            self._connection,
            "INSERT INTO _files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                number,
                file.name,
                kind.name,
                kind.source,
                file.sha256,
                _mode(kind, strict=strict),
                _now(),
                report.rows_read,
                kept,
                remarks,
            ],
        )
        if aside:
            self._append_set_aside(aside)
        self._uncommitted += sum(frame.height for frame in reading.tables.values())
        self.rows_read += report.rows_read
        self.rows_kept += kept

    def commit(self, *, at_least: int) -> None:
        """Commit when this many rows wait: every commit costs a write to disk."""
        if self._uncommitted >= at_least:
            run(self._connection, "COMMIT")
            run(self._connection, "BEGIN")
            self._uncommitted = 0

    def _append_set_aside(self, rows: Sequence[tuple[int, int | None, str, str | None]]) -> None:
        frame = pl.DataFrame(
            rows,
            schema={"file_id": pl.Int32, "line": pl.Int64, "reason": pl.String, "text": pl.String},
            orient="row",
        )
        self._connection.register("incoming", frame)
        run(self._connection, "INSERT INTO _set_aside SELECT * FROM incoming")
        self._connection.unregister("incoming")

    def _insert(self, table: str, frame: pl.DataFrame, number: int) -> None:
        self._connection.register("incoming", frame)
        if table in self._made:
            text = f'INSERT INTO "{table}" SELECT *, {number}::INTEGER AS _file FROM incoming'  # noqa: S608
        else:
            text = f'CREATE TABLE "{table}" AS SELECT *, {number}::INTEGER AS _file FROM incoming'  # noqa: S608
        run(self._connection, text)
        self._connection.unregister("incoming")
        self._made.add(table)

    def _refuse_unless_same(self, file: SourceFile, reading: Reading, taken: tuple[int, str]) -> None:
        for table, frame in reading.tables.items():
            earlier = to_frame(
                self._connection,
                f'SELECT * EXCLUDE (_file) FROM "{table}" WHERE _file = {taken[0]}',  # noqa: S608
                {},
            )
            if not earlier.equals(frame):
                scope = f" ({reading.scope})" if reading.scope else ""
                raise BadInputError(
                    f"this file and {taken[1]} both hold the table {table}{scope}, and they differ",
                    where=file.name,
                    todo="Take one of the two out of the folder",
                )

    def keep(self, old: Path, *, fresh: bool, without: str) -> None:
        """Copy what an earlier load brought and this one did not replace."""
        run(self._connection, f"ATTACH '{str(old).replace(chr(39), chr(39) * 2)}' AS old (READ_ONLY)")
        contents = run(self._connection, sql("old_contents"))
        kept: dict[int, int] = {}
        for number, table, scope, rows, years, name in contents:
            own = table.startswith("own_")
            if (table, scope) in self._claimed or name == without or (fresh and not own):
                continue
            new = kept.setdefault(number, self._next + len(kept))
            columns = f'SELECT * EXCLUDE (_file), {new}::INTEGER AS _file FROM old."{table}" WHERE _file = {number}'  # noqa: S608
            verb = f'INSERT INTO "{table}"' if table in self._made else f'CREATE TABLE "{table}" AS'
            run(self._connection, f"{verb} {columns}")
            self._made.add(table)
            run(self._connection, "INSERT INTO _contents VALUES (?, ?, ?, ?, ?)", [new, table, scope, rows, years])
        for number, new in kept.items():
            run(self._connection, sql("keep_file"), {"new": new, "old": number})
            run(self._connection, sql("keep_set_aside"), {"new": new, "old": number})
        run(self._connection, "DETACH old")


def _years(frame: pl.DataFrame) -> list[int]:
    name = next((item for item in ("year", "budget_year", "list_year") if item in frame.columns), None)
    return sorted(frame[name].drop_nulls().unique().to_list()) if name else []


def _keep(source: Path, target: Path) -> None:
    """Keep a file under a second name without ever being without the first."""
    target.unlink(missing_ok=True)
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
