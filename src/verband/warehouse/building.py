"""Building a warehouse file: write the readings of this load, keep what an earlier one brought, assemble.

The file that is built is of no use to anyone before it is complete; :mod:`verband.warehouse.loading` swaps it in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import duckdb
import polars as pl

from verband.domain.municipality import FIRST_FICTIONAL_CODE
from verband.errors import BadInputError
from verband.sources.files import SourceFile
from verband.sources.formats import Format
from verband.sources.reading import Reading
from verband.version import __version__
from verband.warehouse import assembly
from verband.warehouse.checking import REASONS, check_names
from verband.warehouse.name_hints import hint_names
from verband.warehouse.store import FORMAT_VERSION, connect, contracts, quoted, run, sql, to_frame
from verband.warehouse.vintages import TASK_ACCOUNTS, Vintages

_AHEAD_BYTES = 600_000
"""Files up to this size are read ahead; two large ones in memory at once would be too much."""
_ROWS_PER_COMMIT = 100_000
"""Many small files share a commit; a large one is not kept waiting in memory."""
_OWN = "own_"
"""How the tables of the user's own files begin."""


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
    replaced
        Files of an earlier load whose place was taken: (old name, new name).
    hints
        Names in own files that nearly are those of a listed arrangement.
    """

    snapshot: str
    changed: bool
    files: tuple[str, ...]
    unrecognised: tuple[str, ...]
    rows_read: int
    rows_kept: int
    rows_set_aside: int
    replaced: tuple[tuple[str, str], ...] = ()
    hints: tuple[str, ...] = ()


def mode_of(kind: Format, *, strict: bool) -> str:
    """Say how a file was read: another version, format or strictness may read it otherwise."""
    return f"{__version__}|{kind.name}|{'strict' if strict else 'keep going'}"


def build(
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
    """Write a new warehouse file.

    Parameters
    ----------
    building
        The file to write; it must not exist.
    old
        The present warehouse, whose content is kept where this load brings nothing newer.
    recognised, unrecognised
        Files to read, with their formats, and names of those that no reader knows.
    strict, fresh, progress
        As in :func:`verband.warehouse.loading.load`.
    without
        Name of an earlier file to leave behind.

    Raises
    ------
    BadInputError
        For a fault in a file, or two files that hold the same part of a table and differ.
    """
    connection = connect(building, read_only=False)
    try:
        run(connection, "BEGIN")
        run(connection, sql("layout"))
        run(connection, "INSERT INTO _meta VALUES ('format_version', ?)", [str(FORMAT_VERSION)])
        run(connection, "INSERT INTO _meta VALUES ('contracts', ?)", [contracts()])
        writer = _Writer(connection)
        total = sum(file.path.stat().st_size for file, _ in recognised)
        done = 0
        vintages = Vintages(connection, old)
        for file, kind, reading in _readings(sorted(recognised, key=_reading_order), strict=strict):
            progress(done, total, file.name)
            writer.add(file, kind, vintages.checked(file.name, reading), strict=strict)
            writer.commit(at_least=_ROWS_PER_COMMIT)
            done += file.path.stat().st_size
        for name in unrecognised:
            run(connection, "INSERT INTO _unrecognised VALUES (?)", [name])
        if old is not None:
            progress(done, total, "keeping what was loaded before")
            writer.keep(old, fresh=fresh, without=without)
        progress(total, total, "putting the sources together")
        assembly.prepare(connection)
        aside = check_names(connection, strict=strict, files=len(recognised))
        assembly.assemble(connection)
        hints = hint_names(connection)
        snapshot = _snapshot(connection)
        run(connection, "INSERT INTO _snapshots VALUES (?, ?, ?)", [snapshot, _now(), __version__])
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
        rows_kept=writer.rows_kept - aside,
        rows_set_aside=writer.rows_read - writer.rows_kept + aside,
        replaced=tuple(sorted(writer.replaced.items())),
        hints=hints,
    )


def _reading_order(item: tuple[SourceFile, Format]) -> tuple[bool, int, str, str]:
    """Order of reading, the same whatever the folder.

    What is held against other tables comes after them; large files come first, while little memory is in use.
    """
    file, kind = item
    return (TASK_ACCOUNTS in kind.tables, -file.path.stat().st_size, file.path.name, file.sha256)


def _readings(
    files: Sequence[tuple[SourceFile, Format]], *, strict: bool
) -> Iterator[tuple[SourceFile, Format, Reading]]:
    """Read files in order, a small one already while the one before it is being written."""

    def read(item: tuple[SourceFile, Format]) -> Reading:
        file, kind = item
        reading = kind.read(file, strict)
        file.demand_unchanged()
        return reading

    with ThreadPoolExecutor(max_workers=1) as pool:
        ahead: Future[Reading] | None = None
        for number, item in enumerate(files):
            reading = ahead.result() if ahead is not None else read(item)
            following = files[number + 1] if number + 1 < len(files) else None
            small = following is not None and following[0].path.stat().st_size <= _AHEAD_BYTES
            ahead = pool.submit(read, following) if following is not None and small else None
            yield *item, reading


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
        self._own: dict[str, tuple[int, str]] = {}
        self._made: set[str] = set()
        self.replaced: dict[str, str] = {}
        self.rows_read = self.rows_kept = self._uncommitted = 0

    def add(self, file: SourceFile, kind: Format, reading: Reading, *, strict: bool) -> None:
        """Write the tables of one file, unless another file of this load brought the same content."""
        report, number = reading.report, self._next
        self._next += 1
        claims = {(table, reading.scope) for table in reading.tables}
        taken = next((self._claimed[claim] for claim in sorted(claims) if claim in self._claimed), None)
        if all(table.startswith(_OWN) for table in reading.tables):
            taken = taken or self._own.get(file.sha256)
            self._own.setdefault(file.sha256, (number, file.name))
        kept, remarks = report.rows_kept, list(report.remarks)
        aside: list[tuple[int, int | None, str, str | None]]
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
            "INSERT INTO _files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                number,
                file.name,
                kind.name,
                kind.source,
                file.sha256,
                mode_of(kind, strict=strict),
                _now(),
                report.rows_read,
                kept,
                remarks,
                None if taken is None else taken[0],
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
            text = f'INSERT INTO "{table}" BY NAME SELECT *, {number}::INTEGER AS _file FROM incoming'  # noqa: S608
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

    def _refuse_mixture(self, *, fresh: bool) -> None:
        """Fictional and real data in one workspace would make figures of nowhere."""
        if fresh or "municipality_list" not in self._made:
            return
        if not run(self._connection, sql("old_lists_present")):
            return
        new, old = (run(self._connection, sql(name))[0][0] for name in ("highest_code", "highest_old_code"))
        if new is not None and old is not None and _is_fictional(new) != _is_fictional(old):
            raise BadInputError(
                "this would mix fictional and real municipalities in one workspace",
                where="municipality lists",
                todo="Name another folder with --workspace, or use --fresh to forget what was loaded before",
            )

    def keep(self, old: Path, *, fresh: bool, without: str) -> None:
        """Copy what an earlier load brought and this one did not replace.

        The earlier file stays attached until the connection closes: it cannot be let go within the transaction.
        """
        run(self._connection, f"ATTACH {quoted(old)} AS old (READ_ONLY)")
        self._refuse_mixture(fresh=fresh)
        contents = run(self._connection, sql("old_contents"))
        apart = self._unplaced({content[1] for content in contents})
        kept: dict[int, int] = {}
        for number, table, scope, rows, years, name, sha256 in contents:
            own = table.startswith(_OWN)
            if (table, scope) in self._claimed:
                self.replaced[name] = self._claimed[table, scope][1]
                continue
            if name == without or (fresh and not own):
                continue
            if own and sha256 in self._own:  # an own file goes by its name: this one was given another
                continue
            new = kept.setdefault(number, self._next + len(kept))
            columns = f'SELECT * EXCLUDE (_file), {new}::INTEGER AS _file FROM old."{table}" WHERE _file = {number}'  # noqa: S608
            verb = f'INSERT INTO "{table}" BY NAME' if table in self._made else f'CREATE TABLE "{table}" AS'
            run(self._connection, f"{verb} {columns}")
            self._made.add(table)
            again = apart.get((number, table), 0)
            if again:
                columns = columns.replace("EXCLUDE (_file)", "EXCLUDE (_file, _reason)")
                columns = columns.replace(f'old."{table}"', f'old."_unplaced_{table}"')
                run(self._connection, f'INSERT INTO "{table}" BY NAME {columns}')
            run(
                self._connection,
                "INSERT INTO _contents VALUES (?, ?, ?, ?, ?)",
                [new, table, scope, rows + again, years],
            )
        books: dict[int, tuple[int, int | None]] = {number: (new, None) for number, new in kept.items()}
        for number, twin, name in run(self._connection, sql("old_twins")):
            if twin in kept and name != without:
                books[number] = (self._next + len(books), kept[twin])
        for number, (new, twin) in books.items():
            again = sum(rows for (file, _), rows in apart.items() if file == number)
            run(self._connection, sql("keep_file"), {"new": new, "old": number, "same_as": twin, "again": again})
            run(self._connection, sql("keep_set_aside"), {"new": new, "old": number, "anew": list(REASONS)})

    def _unplaced(self, names: set[str]) -> dict[tuple[int, str], int]:
        """Number of rows by old file and table that led nowhere when an earlier load judged them."""
        old = {row[0] for row in run(self._connection, sql("old_tables"))}
        return {
            (number, table): rows
            for table in names
            if f"_unplaced_{table}" in old
            for number, rows in run(self._connection, sql("old_unplaced").format(table=table))
        }


def _is_fictional(code: str | None) -> bool:
    return code is not None and code >= FIRST_FICTIONAL_CODE


def _years(frame: pl.DataFrame) -> list[int]:
    name = next((item for item in ("year", "budget_year", "list_year") if item in frame.columns), None)
    return sorted(frame[name].drop_nulls().unique().to_list()) if name else []
