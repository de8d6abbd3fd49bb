"""A table of numbers of the user's own, for methods that work on any data, with the columns that the user names.

A CSV file or, where the method takes one, the first sheet of a workbook.

Accepted, and said in the remarks: a byte order mark, Windows-1252, semicolons or tabs between cells, decimal commas.
Everything else that is no number is refused with line and column, or set aside by name when the user asks that.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from verband.errors import BadInputError
from verband.sources.files import SourceFile
from verband.sources.own_sheets import Row, rows_of_text, rows_of_workbook, show

DELIMITERS = (";", "\t", ",")
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", ".", "-"})
_DUTCH = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?(?:[eE][+-]?\d+)?")
# A group of thousands never begins with 0, so 0,543 is decimal, and with it its whole column.
_TWO_WAYS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+")
_SHOWN = 40


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
    workbooks: bool = False,
) -> NumberTable:
    """Read the columns of a CSV file that the user names.

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
    workbooks
        Read the first sheet of an XLSX workbook too.

    Raises
    ------
    BadInputError
        If the file cannot be read, a column is not there or named twice, or a cell is no usable number; with line and
        column.
    """
    table = open_table(path, workbooks=workbooks)
    header, rows, remarks = table.header, table.rows, table.remarks
    wanted = [*columns, *texts, *([name] if name else [])]
    places = _places(header, wanted, path.name)
    kept, left = _kept(rows, places, columns, name=name, where=path.name, set_aside=set_aside)
    more_places = _places(header, [column for column in optional if column in _names(header)], path.name)
    every = (*columns, *optional)
    values = np.full((len(kept), len(every)), np.nan)
    for number, column in enumerate(every):
        place = (places | more_places).get(column)
        cells = {index: _cell(row, place) for index, row in enumerate(kept) if place is not None}
        filled = [index for index, cell in cells.items() if column in columns or cell.lower() not in MISSING]
        if filled:
            lines = [kept[index].number for index in filled]
            values[filled, number] = _numbers([cells[index] for index in filled], lines, column, path.name, remarks)
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
        header=tuple(name for name in _names(header) if name),
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
    """

    header: Row
    rows: list[Row]
    remarks: list[str]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(str(cell or "").strip() for cell in self.header.cells)


def open_table(path: Path, *, workbooks: bool = False) -> OpenTable:
    """Split a CSV file, plain or gzip, into rows; with ``workbooks`` the first sheet of an XLSX workbook too.

    Raises
    ------
    BadInputError
        If the file cannot be read, holds no table, or a row has more cells than the header.
    """
    file = SourceFile(path, path.name)
    remarks: list[str] = []
    if workbooks and file.head.kind == "xlsx":
        header, rows = _checked(rows_of_workbook(file), path.name)
        return OpenTable(header, rows, ["the first sheet of the workbook was read"])
    if file.head.kind in ("xlsx", "binary", "json", "xml"):
        raise BadInputError(
            f"the file is {file.head.kind}, not a text table", where=path.name, todo="Save the sheet as CSV"
        )
    if file.head.content.startswith(codecs.BOM_UTF8):
        remarks.append("the byte order mark at its beginning was skipped")
    text, western = file.text(western_allowed=True)
    if western:
        remarks.append("the text was read as Windows-1252")
    header, rows, delimiter = _rows(text, path.name)
    if delimiter != ",":
        remarks.append(f"cells are separated by {'tabs' if delimiter == chr(9) else 'semicolons'}")
    return OpenTable(header, rows, remarks)


def header_of(path: Path) -> tuple[str, ...]:
    """Names of the columns of a CSV file, as they stand; empty where the file is no text table.

    Raises
    ------
    BadInputError
        If the file cannot be read.
    """
    if SourceFile(path, path.name).head.kind in ("xlsx", "binary", "json", "xml"):
        return ()
    return open_table(path).names


def numbers_in(cells: Sequence[str], lines: Sequence[int], column: str, where: str, remarks: list[str]) -> list[float]:
    """Read the cells of one column as numbers, with decimal points or, said in the remarks, decimal commas.

    Raises
    ------
    BadInputError
        If a cell is no number, with line and column.
    """
    return _numbers(cells, lines, column, where, remarks)


def _rows(text: str, where: str) -> tuple[Row, list[Row], str]:
    if "\0" in text:
        raise BadInputError("the file holds NUL bytes, so it is no text table", where=where, todo="Save it as CSV")
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    counts = {mark: len(next(csv.reader(io.StringIO(first), delimiter=mark), [])) for mark in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: counts[mark])
    delimiter = "," if counts[delimiter] == 1 else delimiter
    header, rest = _checked(list(rows_of_text(text, delimiter, where=where)), where)
    return header, rest, delimiter


def _checked(rows: Sequence[Row], where: str) -> tuple[Row, list[Row]]:
    """The header and the rows under it, none of them wider."""
    if not rows:
        raise BadInputError("the file is empty", where=where, todo="Give a table with a header")
    header, *rest = rows
    if not rest:
        raise BadInputError("the table has a header and no rows", where=where, todo="Add a row per unit")
    for row in rest:
        if len(row.cells) != len(header.cells) and any(cell is not None for cell in row.cells[len(header.cells) :]):
            raise BadInputError(
                f"the row has {len(row.cells)} cells and the header {len(header.cells)}",
                where=f"{where}, line {row.number}",
                todo="Put numbers with a comma between quotes, or separate the cells by semicolons",
            )
    return header, rest


def _places(header: Row, wanted: Sequence[str], where: str) -> dict[str, int]:
    names = _names(header)
    twice = {name for name in wanted if names.count(name) > 1}
    if twice:
        raise BadInputError(f"the header names column {min(twice)} twice", where=where, todo="Rename one of them")
    found = {}
    for name in wanted:
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            meant = f" Did you mean {close[0]}?" if close else ""
            listed = ", ".join(item for item in names if item)
            raise BadInputError(f"there is no column {name!r}", where=where, todo=f"The columns are {listed}.{meant}")
        found[name] = names.index(name)
    return found


def _names(header: Row) -> list[str]:
    return [str(cell or "").strip() for cell in header.cells]


def _cell(row: Row, place: int) -> str:
    return show(row.cells[place] if place < len(row.cells) else None).strip()


def _name(row: Row, places: dict[str, int], name: str | None, index: int) -> str:
    return (_cell(row, places[name]) or f"row {index + 1}") if name else str(index + 1)


def _kept(
    rows: Sequence[Row],
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
                where=f"{where}, line {row.number}, column {empty}",
                todo="Fill it in, or leave such rows out with --set-aside",
            )
    return kept, left


def _numbers(cells: Sequence[str], lines: Sequence[int], column: str, where: str, remarks: list[str]) -> list[float]:
    for cell, line in zip(cells, lines, strict=True):
        if _overflows(cell):
            raise BadInputError(
                f"{cell[:_SHOWN]} is too large to compute with",
                where=f"{where}, line {line}, column {column}",
                todo="Choose a larger unit",
            )
    plain = [_plain(cell) for cell in cells]
    if all(value is not None for value in plain):
        return [value for value in plain if value is not None]
    wrong = next(index for index, value in enumerate(plain) if value is None)
    dutch = [_dutch(cell) for cell in cells]
    place = f"{where}, line {lines[wrong]}, column {column}"
    if any(value is None for value in dutch):
        fault = next(index for index, value in enumerate(dutch) if value is None)
        mixed = _dutch(cells[wrong]) is not None and plain[fault] is not None
        if mixed:
            raise BadInputError(
                f"the column has decimal commas ({cells[wrong][:_SHOWN]}) and decimal points ({cells[fault][:_SHOWN]})",
                where=place,
                todo="Write all its numbers the same way",
            )
        place = f"{where}, line {lines[fault if plain[fault] is None else wrong]}, column {column}"
        shown = cells[fault if plain[fault] is None else wrong][:_SHOWN]
        raise BadInputError(f"{shown!r} is not a number", where=place, todo="Give a number, or name another column")
    told = [cell for cell in cells if "," in cell]
    if all(_TWO_WAYS.fullmatch(cell.replace("\u2212", "-")) for cell in told):
        raise BadInputError(
            f"{told[0][:_SHOWN]!r} can be a decimal comma or a sign for thousands",
            where=place,
            todo="Write thousands without a sign, or decimals with a point",
        )
    grouped = sum(_GROUPED.fullmatch(cell) is not None for cell in cells)
    more = f"; in {grouped} cells the point was read as a sign for thousands" if grouped else ""
    remarks.append(f"column {column}: decimal commas were read, such as {told[0][:_SHOWN]}{more}")
    return [value for value in dutch if value is not None]


def _overflows(cell: str) -> bool:
    """Whether it is written as a number that no computer can hold, such as 1e400."""
    text = cell.replace("\u2212", "-")
    if _DUTCH.fullmatch(text):
        text = text.replace(".", "").replace(",", ".") if "," in text else text
    try:
        return math.isinf(float(text)) and any(character.isdigit() for character in text)
    except ValueError:
        return False


def _plain(cell: str) -> float | None:
    try:
        value = float(cell.replace("\u2212", "-"))
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in cell else None


def _dutch(cell: str) -> float | None:
    text = cell.replace("\u2212", "-")
    return float(text.replace(".", "").replace(",", ".")) if _DUTCH.fullmatch(text) else None


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
