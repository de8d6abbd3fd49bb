"""The user's own files as rows of cells: delimited text or the first sheet of a workbook.

Text may be UTF-8 (with or without byte order mark) or Windows-1252, with a comma, semicolon or tab between cells.
In a workbook a number cell stays a number, so that 1.234 typed as a number is never taken for thousands. Rows
carry the number under which the user sees them.
"""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import fastexcel
import polars as pl

from verband.errors import BadInputError, VerbandError
from verband.sources.files import SourceFile

__all__ = ["Cell", "Row", "comment", "open_workbook", "rows_of_text", "rows_of_workbook", "show"]

Cell = str | float | None
"""What a cell holds: text, a number (workbooks only) or nothing; a date in a workbook comes as ISO text."""
COMMENT = "#"
_WORKBOOK_LIMIT_BYTES = 256 * 1024 * 1024
"""Most that the parts of a workbook may hold unpacked."""
_CELLS_LIMIT = 5_000_000
"""Most cells of the rectangle around everything in a sheet; a stray cell far away would fill the memory."""
_REFERENCE = re.compile(rb'<(?:[A-Za-z0-9_]+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
_BLOCK = 1 << 20
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the user's file.

    Attributes
    ----------
    number
        Line in a text file (the first, if a cell runs over lines), row in a workbook; counted from 1.
    cells
        The cells; text without spaces around it, empty cells ``None``.
    """

    number: int
    cells: tuple[Cell, ...]

    @property
    def blank(self) -> bool:
        """Whether no cell holds anything."""
        return all(cell is None for cell in self.cells)

    @property
    def text(self) -> str:
        """The row as text for the report, cut at 200 characters."""
        return " | ".join(show(cell) for cell in self.cells if cell is not None)[:200]


def show(cell: Cell) -> str:
    """Write a cell as the user typed it: a whole number without decimals."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return cell or ""


def comment(row: Row) -> bool:
    """Whether the row is a comment of the template: its first cell begins with ``#``."""
    first = row.cells[0] if row.cells else None
    return isinstance(first, str) and first.startswith(COMMENT)


def rows_of_text(text: str, delimiter: str, *, where: str) -> Iterator[Row]:
    """Split delimited text into rows; blank rows and the comment lines at the top are left out.

    Raises
    ------
    BadInputError
        If a quote never closes or a cell is too long to be one.
    """
    start, skipped = _after_comments(text)
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=delimiter, strict=True)
    first = 1 + skipped
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BadInputError(
                f"the cells cannot be told apart ({str(error)[:100]})",
                where=f"{where}, line {first}",
                todo="Check that every quote is closed",
            ) from error
        if cells is None:
            return
        row = Row(first, tuple(cell.strip() or None for cell in cells))
        first = skipped + reader.line_num + 1
        if not row.blank:
            yield row


def _after_comments(text: str) -> tuple[int, int]:
    """Where the first line that is no comment begins, and how many lines stand before it: quotes mean nothing there."""
    start = skipped = 0
    for line in _LINE.finditer(text):
        if not line[0].startswith(COMMENT):
            break
        start, skipped = line.end(), skipped + 1
    return start, skipped


def _panicked(error: BaseException) -> bool:
    """Whether the workbook library itself gave up; its fault is no ordinary exception."""
    return type(error).__name__ == "PanicException"


def _brief(error: BaseException) -> str:
    """The first line of a library's message, without the bytes of the file that some put in it."""
    lines = str(error).splitlines()
    return lines[0][:100] if lines else type(error).__name__


def _refused(where: str, detail: str) -> BadInputError:
    return BadInputError(
        f"the workbook cannot be read ({detail})",
        where=where,
        todo="Open it in your spreadsheet program and save it again as .xlsx, or save the sheet as CSV",
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_size(content: bytes, where: str) -> None:
    """Refuse a workbook that would fill the memory before a single cell is seen.

    Raises
    ------
    BadInputError
        If it is no sound archive, its parts are too large unpacked, or a sheet has a cell very far away.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > _WORKBOOK_LIMIT_BYTES:
            raise _refused(where, f"it holds more than {_WORKBOOK_LIMIT_BYTES // 2**20} MB unpacked")
        for part in parts:
            with archive.open(part) as stream:
                row = column = 1
                rest = b""
                while block := stream.read(_BLOCK):
                    if not part.filename.startswith("xl/worksheets/"):
                        continue
                    for found in _REFERENCE.finditer(rest + block):
                        column = max(column, _column_number(found[1]))
                        row = max(row, int(found[2]))
                    rest = block[-64:]
                if row * column > _CELLS_LIMIT:
                    raise _refused(where, f"a cell stands as far away as row {row} or column {column}")


def open_workbook(content: bytes, *, where: str) -> list[Row]:
    """Return the rows of the first sheet of a workbook, blank rows left out.

    Raises
    ------
    BadInputError
        For everything that keeps the workbook from being read.
    """
    try:
        _check_size(content, where)
        sheet = fastexcel.read_excel(content)
        shown = sheet.load_sheet(0, header_row=None, skip_rows=0, dtypes="string").to_polars()
        numeric = sheet.load_sheet(0, header_row=None, skip_rows=0, dtypes="datetime").to_polars()
    except VerbandError:
        raise
    except Exception as error:
        raise _refused(where, _brief(error)) from error
    except BaseException as error:
        if _panicked(error):
            raise _refused(where, "its parts contradict each other") from error
        raise
    return list(_typed_rows(shown, numeric))


def _typed_rows(shown: pl.DataFrame, numeric: pl.DataFrame) -> Iterator[Row]:
    """Cells that can be read as a moment are numbers or dates in the workbook; text never can."""
    if shown.shape != numeric.shape or not shown.width:
        return
    numbers = numeric.select(pl.all().is_not_null())
    for index, (texts, flags) in enumerate(zip(shown.iter_rows(), numbers.iter_rows(), strict=True), start=1):
        row = Row(index, tuple(_cell(text, number) for text, number in zip(texts, flags, strict=True)))
        if not row.blank:
            yield row


def _cell(text: object, number: bool) -> Cell:
    stripped = text.strip() if isinstance(text, str) else ""
    if not stripped:
        return None
    if number:
        try:
            value = float(stripped)
        except ValueError:
            return stripped
        return value if math.isfinite(value) else stripped
    return stripped


def rows_of_workbook(file: SourceFile) -> list[Row]:
    """Return the rows of the first sheet of a workbook file; see :func:`open_workbook`."""
    return open_workbook(file.read(_WORKBOOK_LIMIT_BYTES), where=file.name)
