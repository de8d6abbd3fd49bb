"""Codes and names that exist nowhere: told once all tables of a load are there, not dropped when a question is asked.

A municipality code has to be in a municipality list or in the boundary changes; a municipality in an own file has to be
one that the lists name; a task code has to be one of Iv3. A participant of an arrangement may be another body (a water
board, a province): only a code, or a name that is nearly that of a municipality, is taken for a slip.
"""

from __future__ import annotations

import difflib

import duckdb

from verband.domain.municipality import MunicipalityIndex, municipality_code, normalise_name
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


def check_names(connection: duckdb.DuckDBPyConnection, *, strict: bool, files: int) -> None:
    """Hold codes and names of all tables against what exists.

    Parameters
    ----------
    connection
        The warehouse that is being built.
    strict
        Stop at the first unknown code or name; else leave them in place: the reading report of a later question says
        that they lead nowhere.
    files
        Number of files of this load, which have the lowest numbers; what an earlier load brought was checked then.

    Raises
    ------
    BadInputError
        With file, row or code, and suggestions.
    """
    present = {row[0] for row in run(connection, sql("tables_made"))}
    if not strict or "municipality_list" not in present or not _count(connection, "municipality_list"):
        return
    for table in CODED:
        if table in present:
            _check_codes(connection, table, files)
    index = index_of(to_frame(connection, "SELECT code, name, year FROM municipality_list", {}))
    if "own_staff" in present:
        _check_own(connection, index, ("own_staff", "municipality"), files)
    if "own_procedures" in present:
        _check_own(connection, index, ("own_procedures", "municipalities"), files)
    if "own_arrangements" in present:
        _check_participants(connection, index, files)
        _check_tasks(connection, files)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(run(connection, f'SELECT count(*) FROM "{table}"')[0][0])  # noqa: S608  the name is one of ours


def _check_codes(connection: duckdb.DuckDBPyConnection, table: str, files: int) -> None:
    found = run(connection, sql("unknown_codes").format(table=table, files=files))
    if found:
        code, name, rows = found[0]
        more = f" (and {len(found) - 1} more codes)" if len(found) > 1 else ""
        raise BadInputError(
            f"municipality code {code} is in no municipality list and in no boundary change, in {rows} rows{more}",
            where=name,
            todo="Correct the code, load a newer municipality list with it, or use --keep-going",
        )


def _own_rows(connection: duckdb.DuckDBPyConnection, table: str, column: str, files: int) -> list[tuple[str, str]]:
    text = sql("own_values").format(table=table, column=column, files=files)
    return [(str(value), str(name)) for value, name in run(connection, text)]


def _check_own(
    connection: duckdb.DuckDBPyConnection, index: MunicipalityIndex, column: tuple[str, str], files: int
) -> None:
    for value, name in _own_rows(connection, *column, files):
        for text in value.split("+"):
            try:
                index.find(text)
            except UnknownNameError as error:
                raise BadInputError(error.what, where=name, todo=error.todo) from error


def _check_participants(connection: duckdb.DuckDBPyConnection, index: MunicipalityIndex, files: int) -> None:
    known = sorted({normalise_name(index.name(code)) for code in index.codes()})
    for value, name in _own_rows(connection, "own_arrangements", "participant", files):
        try:
            index.find(value)
        except UnknownNameError as error:
            close = difflib.get_close_matches(normalise_name(value), known, n=1, cutoff=_NEARLY)
            if municipality_code(value) or close or "more than one" in error.what:
                raise BadInputError(
                    error.what,
                    where=f"{name}, column deelnemer",
                    todo=error.todo or "Correct the name, or use --keep-going if it is another body",
                ) from error


def _check_tasks(connection: duckdb.DuckDBPyConnection, files: int) -> None:
    for value, name in _own_rows(connection, "own_arrangements", "tasks", files):
        for code in value.split("+"):
            if not rows_of(code):
                raise BadInputError(
                    f"there is no Iv3 task {code!r}",
                    where=f"{name}, column taken",
                    todo="`verband series --task` with a word of the title suggests codes",
                )
