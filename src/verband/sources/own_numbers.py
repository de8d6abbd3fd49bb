"""A table of numbers of the user's own, for methods that work on any data: CSV or XLSX with the columns that are asked.

Accepted, and said in the remarks: a byte order mark, Windows-1252, semicolons or tabs between cells, decimal commas,
points for thousands where they can be nothing else, the first sheet of a workbook, Dutch names of known columns.
Everything else that is no number is refused with line and column, or set aside by name when the user asks that.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from verband.errors import BadInputError
from verband.sources.command_columns import place_of, taken_as
from verband.sources.files import SourceFile
from verband.sources.number_cells import Notation, Written, notation_of, numbers_in
from verband.sources.own_sheets import Row, comment, rows_of_text, rows_of_workbook, show

DELIMITERS = (";", "\t", ",")
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", ".", "-"})


@dataclass(frozen=True, slots=True)
class NumberTable:
    """Numbers with their names.

    Attributes
    ----------
    file
        Name of the file, for messages.
    names
        Column ``name`` of each row, as text; row numbers from 1 where no such column was asked.
    values
        Shape (rows, columns), in the order of the columns asked; finite.
    columns
        Names of the columns.
    texts
        Columns that were asked as text, by name.
    lines
        Line in the file of each row.
    remarks
        What was read in another way than plain, for the reader.
    set_aside
        Rows that were left out, with line, name and reason.
    header
        Every column of the file.
    """

    file: str
    names: tuple[str, ...]
    values: npt.NDArray[np.float64]
    columns: tuple[str, ...]
    texts: dict[str, tuple[str, ...]]
    lines: tuple[int, ...]
    remarks: tuple[str, ...]
    set_aside: tuple[tuple[int, str, str], ...]
    header: tuple[str, ...] = ()

    def at(self, row: int, column: int | None = None) -> str:
        """Say where a row (and column) stands: ``units.csv, line 7, column staff``."""
        where = f"{self.file}, line {self.lines[row]}"
        return where if column is None else f"{where}, column {self.columns[column]}"


def read_numbers(
    path: Path,
    columns: Sequence[str],
    *,
    name: str | None = None,
    texts: Sequence[str] = (),
    above_zero: Sequence[str] = (),
    optional: Sequence[str] = (),
    set_aside: bool = False,
    command: str = "",
) -> NumberTable:
    """Read the columns of a CSV or XLSX file that the user names.

    Parameters
    ----------
    path
        The file; plain or gzip.
    columns
        Columns with numbers.
    name
        Column with a name per row.
    texts
        Further columns to read as text.
    above_zero
        Columns in which a number must be above 0.
    optional
        Columns with numbers that the file may do without, as a whole or in some cells: not-a-number stands there.
    set_aside
        Leave rows out that lack a number, instead of refusing the file.
    command
        Whose file it is, where its columns have Dutch names too.

    Raises
    ------
    BadInputError
        If the file cannot be read, a column is not there or named twice, or a cell is no usable number; with line and
        column.
    """
    table = open_table(path)
    rows, remarks = table.rows, table.remarks
    wanted = [*columns, *texts, *([name] if name else [])]
    places = table.places(wanted, command)
    kept, left = _kept(rows, table.names, places, columns, name=name, where=path.name, set_aside=set_aside)
    every = (*columns, *optional)
    found = places | {column: place for column in optional if (place := table.place(column, command)) is not None}
    values = np.full((len(kept), len(every)), np.nan)
    for number, column in enumerate(every):
        if column not in found:
            continue
        cells = [_written(row, found[column]) for row in kept]
        filled = [index for index, cell in enumerate(cells) if column in columns or show(cell).lower() not in MISSING]
        if filled:
            lines = [kept[index].number for index in filled]
            given = [cells[index] for index in filled]
            values[filled, number] = numbers_in(
                given, lines, table.names[found[column]], path.name, remarks, table.notation
            )
    header = list(table.names)
    remarks += taken_as([(header[place], column) for column, place in found.items()])
    for column, place in found.items():
        header[place] = column
    kept, values, more = _positive(kept, values, columns, above_zero, places, name, path.name, set_aside=set_aside)
    if not kept:
        reason = f"; {len(left) + len(more)} were set aside" if left or more else ""
        raise BadInputError(f"no row is left to work with{reason}", where=path.name, todo="Check the file")
    return NumberTable(
        file=path.name,
        names=tuple(_name(row, places, name, index) for index, row in enumerate(kept)),
        values=values,
        columns=every,
        texts={column: tuple(_cell(row, places[column]) for row in kept) for column in texts},
        lines=tuple(row.number for row in kept),
        remarks=tuple(remarks),
        set_aside=(*left, *more),
        header=tuple(name for name in header if name),
    )


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A table as it stands in a file, before any cell is read.

    Attributes
    ----------
    header, rows
        With the lines they stand on.
    remarks
        What was read in another way than plain; readers of cells add to it.
    where
        Name of the file, for messages.
    notation
        What all cells together tell about the way numbers are written.
    """

    header: Row
    rows: list[Row]
    remarks: list[str]
    where: str
    notation: Notation

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(show(cell).strip() for cell in self.header.cells)

    def place(self, column: str, command: str = "") -> int | None:
        """Return where a column stands, or ``None``; see :func:`~verband.sources.command_columns.place_of`."""
        return place_of(column, self.names, command, self.where)

    def places(self, wanted: Sequence[str], command: str = "") -> dict[str, int]:
        """Return where columns stand that must be there.

        Raises
        ------
        BadInputError
            If one is not there, or more than one can be meant.
        """
        found = {}
        for name in wanted:
            place = self.place(name, command)
            if place is None:
                names = [item for item in self.names if item]
                close = difflib.get_close_matches(name, names, n=1)
                meant = f" Did you mean {close[0]}?" if close else ""
                raise BadInputError(
                    f"there is no column {name!r}",
                    where=self.where,
                    todo=f"The columns are {', '.join(names)}.{meant}",
                )
            found[name] = place
        return found


def open_table(path: Path) -> OpenTable:
    """Split a CSV file, plain or gzip, or the first sheet of an XLSX file into rows.

    Raises
    ------
    BadInputError
        If the file cannot be read, holds no table, or a row has more cells than the header.
    """
    file = SourceFile(path, path.name)
    remarks: list[str] = []
    if file.head.kind == "xlsx":
        rows = _from_header(rows_of_workbook(file), path.name)
        remarks.append("the first sheet of the workbook was read")
        return OpenTable(rows[0], rows[1:], remarks, path.name, _notation(rows[1:], between_commas=False))
    if file.head.kind in ("binary", "json", "xml"):
        raise BadInputError(
            f"the file is {file.head.kind}, not a text table",
            where=path.name,
            todo="Save the sheet as XLSX, or as CSV (UTF-8)",
        )
    if file.head.content.startswith(codecs.BOM_UTF8):
        remarks.append("the byte order mark at its beginning was skipped")
    text, western = file.text(western_allowed=True)
    if western:
        remarks.append("the text was read as Windows-1252")
    rows, delimiter = _rows(text, path.name)
    if delimiter != ",":
        remarks.append(f"cells are separated by {'tabs' if delimiter == chr(9) else 'semicolons'}")
    return OpenTable(rows[0], rows[1:], remarks, path.name, _notation(rows[1:], between_commas=delimiter == ","))


def header_of(path: Path, wanted: Sequence[str] = (), command: str = "") -> tuple[str, ...]:
    """Names of the columns of a table, as they stand, but those asked under the name asked; empty where it is none.

    Raises
    ------
    BadInputError
        If the file cannot be read.
    """
    if SourceFile(path, path.name).head.kind in ("binary", "json", "xml"):
        return ()
    table = open_table(path)
    names = list(table.names)
    for column in wanted:
        place = table.place(column, command)
        if place is not None:
            names[place] = column
    return tuple(names)


def _notation(rows: Sequence[Row], *, between_commas: bool) -> Notation:
    return notation_of((cell for row in rows for cell in row.cells), between_commas=between_commas)


def _from_header(rows: Sequence[Row], where: str) -> list[Row]:
    """Rows from the header on: comments above it are left out."""
    first = next((index for index, row in enumerate(rows) if not comment(row)), len(rows))
    found = list(rows[first:])
    if not found:
        raise BadInputError("the file is empty", where=where, todo="Give a table with a header")
    if len(found) == 1:
        raise BadInputError("the table has a header and no rows", where=where, todo="Fill in a row below it")
    return found


def _rows(text: str, where: str) -> tuple[list[Row], str]:
    if "\0" in text:
        raise BadInputError("the file holds NUL bytes, so it is no text table", where=where, todo="Save it as CSV")
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    counts = {mark: len(next(csv.reader(io.StringIO(first), delimiter=mark), [])) for mark in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: counts[mark])
    delimiter = "," if counts[delimiter] == 1 else delimiter
    rows = _from_header(list(rows_of_text(text, delimiter, where=where)), where)
    width = len(rows[0].cells)
    for row in rows[1:]:
        if len(row.cells) != width and any(cell is not None for cell in row.cells[width:]):
            raise BadInputError(
                f"the row has {len(row.cells)} cells and the header {width}",
                where=f"{where}, line {row.number}",
                todo="Put numbers with a comma between quotes, or separate the cells by semicolons",
            )
    return rows, delimiter


def _written(row: Row, place: int) -> Written:
    """A cell as text, or as the number that a workbook holds."""
    cell = row.cells[place] if place < len(row.cells) else None
    return cell if isinstance(cell, float) else (cell or "").strip()


def _cell(row: Row, place: int) -> str:
    return show(_written(row, place))


def _name(row: Row, places: dict[str, int], name: str | None, index: int) -> str:
    return (_cell(row, places[name]) or f"row {index + 1}") if name else str(index + 1)


def _kept(
    rows: Sequence[Row],
    shown: Sequence[str],
    places: dict[str, int],
    columns: Sequence[str],
    *,
    name: str | None,
    where: str,
    set_aside: bool,
) -> tuple[list[Row], list[tuple[int, str, str]]]:
    """Rows with something in every column of numbers; the others are refused or set aside."""
    kept, left = [], []
    for index, row in enumerate(rows):
        empty = next((column for column in columns if _cell(row, places[column]).lower() in MISSING), None)
        if empty is None:
            kept.append(row)
        elif set_aside:
            left.append((row.number, _name(row, places, name, index), f"{empty} is missing"))
        else:
            raise BadInputError(
                "the number is missing",
                where=f"{where}, line {row.number}, column {shown[places[empty]]}",
                todo="Fill it in, or leave such rows out with --set-aside",
            )
    return kept, left


def _positive(
    rows: list[Row],
    values: npt.NDArray[np.float64],
    columns: Sequence[str],
    above_zero: Sequence[str],
    places: dict[str, int],
    name: str | None,
    where: str,
    *,
    set_aside: bool,
) -> tuple[list[Row], npt.NDArray[np.float64], list[tuple[int, str, str]]]:
    """Rows whose numbers are above 0 where they must be."""
    left = []
    good = np.ones(len(rows), dtype=bool)
    for column in above_zero:
        for index in np.flatnonzero(good & (values[:, list(columns).index(column)] <= 0)):
            row, value = rows[index], values[index, list(columns).index(column)]
            if not set_aside:
                raise BadInputError(
                    f"{value:g} is not above 0",
                    where=f"{where}, line {row.number}, column {column}",
                    todo="Mend it, or leave such rows out with --set-aside",
                )
            good[index] = False
            left.append((row.number, _name(row, places, name, int(index)), f"{column} is {value:g}, not above 0"))
    return [row for row, stays in zip(rows, good, strict=True) if stays], values[good], left
