"""Opening the warehouse, asking it questions by name, and saying plainly what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import duckdb
import polars as pl

from verband.domain.municipality import FIRST_FICTIONAL_CODE
from verband.domain.reference import reference
from verband.domain.schema import schema, table_names
from verband.errors import MissingDataError, WorkspaceError

FORMAT_VERSION = 1
"""Version of the layout of the warehouse file; a higher one was written by a newer Verband."""
FILE_NAME = "verband.duckdb"
_AMOUNT_OF_UNFILED = {
    "cost_per_category": "cost_keur",
    "reserve_additions_per_category": "cost_keur",
    "specific_grants_per_main_task": "income_keur",
    "levies_per_category": "income_keur",
    "other_income_per_category": "income_keur",
    "reserve_withdrawals_per_category": "income_keur",
}
"""Tables whose own zeros do not show that a report was not filed; the key totals do."""
_MEMORY_LIMIT = "64MB"
_FULL = ("no space left", "could not write", "failed to write", "file too large", "disk quota")
_HELD = ("Could not set lock", "Conflicting lock", "being used by another process")
"""Words of the database by which its faults are told; its paths may hold any word."""


@cache
def sql(name: str) -> str:
    """Return the text of the query called ``name`` (``queries/<name>.sql``)."""
    return files("verband.warehouse").joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


@cache
def _macros() -> str:
    """What several queries share; the order of the circulars of a year is data (``reference/grant_circulars.csv``)."""
    letters = [row["letter"] for row in sorted(reference("grant_circulars"), key=lambda row: int(row["month"]))]
    return sql("macros").format(letters=letters)


def plain_duckdb(error: duckdb.Error, path: Path) -> WorkspaceError:
    """Turn a fault of the database into one plain message."""
    text = str(error).split("\n", maxsplit=1)[0]
    if any(sign in text.lower() for sign in _FULL):
        return WorkspaceError(
            "the disk is full", where=str(path.parent), todo="Free some space and run the command again"
        )
    if any(sign in text for sign in _HELD):
        return WorkspaceError("another program has the workspace open", where=str(path), todo="Close it and try again")
    if isinstance(error, duckdb.OutOfMemoryException):
        return WorkspaceError("there is not enough memory", where=str(path), todo="Close other programs and try again")
    return WorkspaceError(
        f"the workspace cannot be read ({text[:160]})",
        where=str(path),
        todo="Put back a copy, or name another folder with --workspace and load the data again",
    )


def demand_folder(workspace: Path) -> None:
    """Refuse a workspace that is a file, or whose name the database cannot take.

    Raises
    ------
    WorkspaceError
        If it exists and is not a folder, or its name is not text.
    """
    if any("\ud800" <= mark <= "\udfff" for mark in str(workspace)):
        raise WorkspaceError(
            "the name of the folder is not valid UTF-8",
            where=repr(str(workspace)),
            todo="Name another folder with --workspace",
        )
    if workspace.exists() and not workspace.is_dir():
        raise WorkspaceError(
            "this is a file, and a workspace is a folder",
            where=str(workspace),
            todo="Name a folder with --workspace or VERBAND_WORKSPACE",
        )


def connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file with bounded memory.

    For reading it is attached to a database of its own: DuckDB would else hand out the instance that another reader of
    this process has open, and with it the file as it was before a load replaced it.

    Raises
    ------
    WorkspaceError
        If the file is damaged, locked or may not be read.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": _MEMORY_LIMIT,
        "preserve_insertion_order": True,
    }
    try:
        if not read_only:
            return duckdb.connect(str(path), config=settings)
        connection = duckdb.connect(":memory:", config=settings)
        try:
            run(connection, f"ATTACH {quoted(path)} AS warehouse (READ_ONLY)")
            run(connection, "USE warehouse")
            run(connection, _macros())
        except duckdb.Error:
            connection.close()
            raise
    except duckdb.Error as error:
        raise plain_duckdb(error, path) from error
    return connection


def quoted(path: Path) -> str:
    """Write a path as a text in SQL."""
    text = str(path).replace("'", "''")
    return f"'{text}'"


def run(
    connection: duckdb.DuckDBPyConnection, text: str, parameters: Sequence[object] | Mapping[str, object] | None = None
) -> list[tuple[Any, ...]]:
    """Run a statement to its end and return its rows: a result left open would block the connection."""
    return connection.execute(text, parameters).fetchall()


def to_frame(connection: duckdb.DuckDBPyConnection, text: str, parameters: Mapping[str, object]) -> pl.DataFrame:
    """Run a query and return its rows as a polars frame."""
    table = connection.sql(text, params=dict(parameters) or None).to_arrow_table()
    return cast("pl.DataFrame", pl.from_arrow(table))


@cache
def contracts() -> str:
    """Hash of all contracts: tables written under others cannot be read under these."""
    names = [f"{name}:{column.name}:{column.type}" for name in table_names() for column in schema(name).columns]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


class Warehouse:
    """The facts of one workspace, opened for reading.

    Parameters
    ----------
    path
        The DuckDB file.

    Raises
    ------
    MissingDataError
        If nothing has been loaded yet.
    WorkspaceError
        If the file is damaged, or was written by a newer version.
    """

    def __init__(self, path: Path) -> None:
        demand_folder(path.parent)
        if not path.exists():
            raise MissingDataError(
                "nothing has been loaded into this workspace yet",
                where=str(path.parent),
                todo="Run `verband load FOLDER` with the published files first",
            )
        self.path = path
        self._connection = connect(path, read_only=True)
        try:
            self._check_version()
        except WorkspaceError:
            self.close()
            raise

    def _check_version(self) -> None:
        try:
            rows = run(self._connection, sql("format_version"))
        except duckdb.Error as error:
            raise WorkspaceError(
                "this file is not a Verband workspace",
                where=str(self.path),
                todo="Name another folder with --workspace",
            ) from error
        found = int(rows[0][0]) if rows else 0
        layouts = f"(layout {found}, this one reads {FORMAT_VERSION})"
        if found > FORMAT_VERSION:
            raise WorkspaceError(
                f"the workspace was written by a newer version of Verband {layouts}",
                where=str(self.path),
                todo="Update Verband, or name another folder with --workspace",
            )
        if found == FORMAT_VERSION and self._contracts() != contracts():
            found = FORMAT_VERSION - 1  # the same layout with other columns is as unreadable as an older one
        if found < FORMAT_VERSION:
            raise WorkspaceError(
                f"the workspace was written by an older version of Verband {layouts}",
                where=str(self.path),
                todo="Move the file away and run `verband load FOLDER` again",
            )

    def _contracts(self) -> str:
        rows = run(self._connection, sql("contracts"))
        return str(rows[0][0]) if rows else ""

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def query(self, name: str, **parameters: object) -> pl.DataFrame:
        """Run the query called ``name`` with its parameters.

        Raises
        ------
        WorkspaceError
            If the database cannot answer.
        """
        return self._frame(sql(name), parameters)

    def _frame(self, text: str, parameters: dict[str, object]) -> pl.DataFrame:
        try:
            return to_frame(self._connection, text, parameters)
        except duckdb.Error as error:
            raise plain_duckdb(error, self.path) from error

    def tables(self) -> tuple[str, ...]:
        """Names of the tables that hold rows, in the order of the contracts."""
        return self._present

    @cached_property
    def _present(self) -> tuple[str, ...]:
        """Asked once: what was opened for reading stays as it is, whatever a load puts in its place."""
        present = set(self.query("tables_present")["table_name"].to_list())
        return tuple(name for name in table_names() if name in present)

    def has(self, *names: str) -> bool:
        """Whether all of these tables hold rows."""
        return set(names) <= set(self._present)

    @cached_property
    def fictional(self) -> bool:
        """Whether it holds invented municipalities: those of the sample province."""
        if not self.has("municipality_list"):
            return False
        return bool(self.query("fictional", first_fictional_code=FIRST_FICTIONAL_CODE)["fictional"].item(0))

    def require(self, *names: str) -> None:
        """Refuse a question whose tables have not been loaded.

        Raises
        ------
        MissingDataError
            Which tables are missing, and which file brings each.
        """
        present = set(self.tables())
        missing = [name for name in names if name not in present]
        if missing:
            words = "; ".join(f"{schema(name).title} (table {name}, source {schema(name).source})" for name in missing)
            raise MissingDataError(
                f"the workspace does not hold what this question needs: {words}",
                where=str(self.path.parent),
                todo="Load a folder that has these files with `verband load FOLDER`",
            )

    def table(self, name: str) -> pl.DataFrame:
        """Return a whole table with its columns as the contract says, or no rows where nothing was loaded.

        The order of the rows follows from the content of the files, not from when they were loaded.
        """
        if name not in self.tables():
            from verband.sources.tabular import empty  # noqa: PLC0415  only for absent tables

            return empty(schema(name))
        if name in _AMOUNT_OF_UNFILED and self.has("report_status"):
            text = sql("table_without_unfiled").format(table=name, amount=_AMOUNT_OF_UNFILED[name])
        else:
            text = f'SELECT * FROM "{name}"'  # noqa: S608  the name is one of ours
        frame = self._frame(text, {})
        numbers = self.query("files_in_order", table=name)["file_id"].to_list()
        if len(numbers) > 1:
            frame = pl.concat([frame.filter(pl.col("_file") == number) for number in numbers])
        return frame.drop("_file")

    def count(self, name: str) -> int:
        """Number of rows of a table."""
        return int(self._frame(f'SELECT count(*) AS rows FROM "{name}"', {})["rows"].item())  # noqa: S608

    def source_of(self, name: str, *, scope: str | None = None) -> str:
        """Name the files that a table (or one scope of it) came from, for the line under a figure."""
        return ", ".join(self.query("files_of_table", table=name, scope=scope)["name"].to_list())


@contextmanager
def opened(path: Path) -> Iterator[Warehouse]:
    """Open the warehouse for the length of a ``with`` block."""
    warehouse = Warehouse(path)
    try:
        yield warehouse
    finally:
        warehouse.close()
