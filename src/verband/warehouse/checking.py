"""Codes and names that exist nowhere: told once all tables of a load are there, not dropped when a question is asked.

A municipality code has to be in a municipality list or in the boundary changes; a municipality in an own file has to be
one that the lists name; a task code has to be one of Iv3. A participant of an arrangement may be another body (a water
board, a province): only a code, or a name that is nearly that of a municipality, is taken for a slip.

A load that keeps going sets such rows aside, with the reason. They are kept apart and judged anew by every later load,
so that a newer municipality list brings them back and the same files give the same tables in any order.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import polars as pl

from verband.domain.municipality import MunicipalityIndex, municipality_code, normalise_name
from verband.domain.schema import schema
from verband.domain.task_codes import rows_of
from verband.errors import BadInputError, UnknownNameError
from verband.warehouse.store import run, sql, to_frame
from verband.warehouse.vintages import index_of

CODED = (
    "inhabitants",
    "key_totals",
    "cost_per_task",
    "cost_per_main_task_category",
    "balance_items",
    "financial_ratios",
    "region_membership",
)
"""Tables whose codes have to exist in a list; the lists themselves say what exists."""
_NEARLY = 0.84
"""From this likeness on (difflib) a name is taken for a slip of the pen in a municipality's name."""
_NO_CODE = "its municipality code is in no municipality list and in no boundary change"
_NO_NAME = "no municipality list holds the municipality that it names"
_NO_TASK = "it names a task that is not in Iv3"
REASONS = (_NO_CODE, _NO_NAME, _NO_TASK)
"""Why a row is set aside here."""
PLACES = (
    *((table, "code") for table in CODED),
    ("own_staff", "municipality"),
    ("own_procedures", "municipalities"),
    ("own_prices", "municipality"),
    ("own_quality", "municipality"),
    ("own_arrangements", "participant"),
    ("own_arrangements", "tasks"),
    ("own_quality", "task"),
)
"""What has to exist: columns by table."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """A value that leads nowhere; without a ``reason`` it may be right, and only stops a strict load."""

    value: str
    error: BadInputError
    reason: str | None


def check_names(connection: duckdb.DuckDBPyConnection, *, strict: bool, files: int) -> int:
    """Hold codes and names of all tables against what exists.

    Parameters
    ----------
    connection
        The warehouse that is being built.
    strict
        Stop at the first unknown code or name of this load. Rows of files that were read to keep going, now or
        earlier, are set aside.
    files
        Number of files of this load, which have the lowest numbers; what an earlier load brought was checked then.

    Returns
    -------
    int
        How many rows of this load were set aside.

    Raises
    ------
    BadInputError
        With file, row or code, and suggestions.
    """
    present = {row[0] for row in run(connection, sql("tables_made"))}
    if "municipality_list" not in present or not _count(connection, "municipality_list"):
        return 0
    index = index_of(to_frame(connection, "SELECT code, name, year FROM municipality_list", {}))
    places = [(table, column) for table, column in PLACES if table in present]
    if strict:
        for place in places:
            for fault in _faults(connection, index, *place, which=f"t._file <= {int(files)}"):
                raise fault.error
    for place in places:
        _set_aside(connection, index, *place)
    moved = [table for table in dict(places) if f"_unplaced_{table}" in _tables(connection)]
    for table in moved:
        run(connection, sql("count_unplaced").format(table=table))
    return sum(
        int(run(connection, sql("unplaced_of_load").format(table=table, files=int(files)))[0][0]) for table in moved
    )


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {row[0] for row in run(connection, sql("tables_made"))}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(run(connection, f'SELECT count(*) FROM "{table}"')[0][0])  # noqa: S608  the name is one of ours


def _set_aside(connection: duckdb.DuckDBPyConnection, index: MunicipalityIndex, table: str, column: str) -> None:
    """Move rows that lead nowhere out of their table, of every file that was read to keep going."""
    which = "ends_with(f.mode, '|keep going')"
    found = {
        fault.value: fault.reason for fault in _faults(connection, index, table, column, which=which) if fault.reason
    }
    if not found:
        return
    run(connection, sql("unplaced_table").format(table=table))
    connection.register("incoming", pl.DataFrame({"value": list(found), "reason": list(found.values())}))
    shown = ", ".join(f't."{name}"::VARCHAR' for name in schema(table).names)
    run(connection, sql("unplace_rows").format(table=table, column=column, columns=shown, which=which))
    connection.unregister("incoming")


def _faults(
    connection: duckdb.DuckDBPyConnection, index: MunicipalityIndex, table: str, column: str, *, which: str
) -> Iterator[_Fault]:
    """Values of a column that lead nowhere, among some rows."""
    if table in CODED:
        yield from _unknown_codes(connection, table, which)
        return
    text = sql("own_values").format(table=table, column=column, which=which)
    known = sorted({normalise_name(index.name(code)) for code in index.codes()})
    for value, name in run(connection, text):
        label = schema(table).column(column).published
        if column in ("task", "tasks"):
            fault = _task_fault(str(value), str(name), label)
        elif column == "participant":
            fault = _participant_fault(index, known, str(value), str(name))
        else:
            fault = _municipality_fault(index, str(value), f"{name}, column {label}")
        if fault is not None:
            yield fault


def _unknown_codes(connection: duckdb.DuckDBPyConnection, table: str, which: str) -> Iterator[_Fault]:
    found = run(connection, sql("unknown_codes").format(table=table, which=which))
    for code, name, rows in found:
        more = f" (and {len(found) - 1} more codes)" if len(found) > 1 else ""
        error = BadInputError(
            f"municipality code {code} is in no municipality list and in no boundary change, in {rows} rows{more}",
            where=name,
            todo="Correct the code, load a newer municipality list with it, or use --keep-going",
        )
        yield _Fault(code, error, _NO_CODE)


def _municipality_fault(index: MunicipalityIndex, value: str, where: str) -> _Fault | None:
    for text in value.split("+"):
        try:
            index.find(text)
        except UnknownNameError as error:
            todo = (error.todo or "Correct the name").rstrip(".")
            fault = BadInputError(error.what, where=where, todo=f"{todo}; or use --keep-going to set such rows aside")
            return _Fault(value, fault, _NO_NAME)
    return None


def _participant_fault(index: MunicipalityIndex, known: list[str], value: str, name: str) -> _Fault | None:
    """A code, a name of several municipalities, or nearly the name of one; another body is welcome."""
    try:
        index.find(value)
    except UnknownNameError as error:
        sure = municipality_code(value) is not None or "more than one" in error.what
        if sure or difflib.get_close_matches(normalise_name(value), known, n=1, cutoff=_NEARLY):
            fault = BadInputError(
                error.what,
                where=f"{name}, column deelnemer",
                todo=error.todo or "Correct the name, or use --keep-going if it is another body",
            )
            return _Fault(value, fault, _NO_NAME if sure else None)
    return None


def _task_fault(value: str, name: str, column: str) -> _Fault | None:
    for code in value.split("+"):
        if not rows_of(code):
            error = BadInputError(
                f"there is no Iv3 task {code!r}",
                where=f"{name}, column {column}",
                todo="Correct the code, or use --keep-going to set such rows aside; `verband export task_titles` "
                "lists all codes with their titles",
            )
            return _Fault(value, error, _NO_TASK)
    return None
