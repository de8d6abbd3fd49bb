"""Showing rows on the terminal: a table to read, JSON or CSV to go on with."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from verband.cli.place import say_fictional
from verband.report.records import cell, plain


class OutputFormat(StrEnum):
    """How an answer is written."""

    table = "table"
    json = "json"
    csv = "csv"


Row = Mapping[str, Any]
_LARGE = 1000
"""From this size on decimals only distract."""
_WIDEST_WORD = 24
"""Words up to this length are not broken in the first column."""
_WIDEST_OTHER = 14
"""The same for the other columns."""
_BETWEEN = 3
"""Blanks between two columns."""


def show(
    answer: Sequence[Row] | Row, output: OutputFormat, *, columns: Mapping[str, str], notes: Sequence[str] = ()
) -> None:
    """Print an answer.

    Parameters
    ----------
    answer
        Rows, or one record; the keys are the documented contract of the JSON.
    output
        Table, JSON or CSV.
    columns
        For the table: key to heading, in order.
    notes
        Sentences under the table; JSON and CSV go without.
    """
    rows = [answer] if isinstance(answer, Mapping) else list(answer)
    if output is OutputFormat.json:
        print(json.dumps(plain(answer), ensure_ascii=False, indent=2))  # noqa: T201
    elif output is OutputFormat.csv:
        _csv(rows)
    else:
        _table(rows, columns, notes)
    say_fictional()


def csv_text(rows: Sequence[Row]) -> list[list[object]]:
    """Rows with their header as cells of a CSV or a sheet: numbers as they are, lists with semicolons."""
    names = list(dict.fromkeys(key for row in rows for key in row))
    return [[*names], *([cell(row.get(name)) for name in names] for row in rows)]


def _csv(rows: Sequence[Row]) -> None:
    csv.writer(sys.stdout, lineterminator="\n").writerows(csv_text(rows))


def _table(rows: Sequence[Row], columns: Mapping[str, str], notes: Sequence[str]) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415  heavy, and only for tables
    from rich.cells import cell_len  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    # Names and file names are shown as they are: "[oud]" is no markup and ":sos:" no picture.
    console = Console(highlight=False, markup=False, emoji=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    least, most = [], []
    for number, (key, heading) in enumerate(columns.items()):
        numeric = any(_is_number(key, row.get(key)) for row in rows)
        cells = _cells(key, rows)
        words = heading.split() + (cells if numeric else " ".join(cells).split())
        longest = max((len(word) for word in words), default=0)
        least.append(min(longest, _WIDEST_WORD if number == 0 else _WIDEST_OTHER))
        most.append(max(map(cell_len, [heading, *cells])))
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold", min_width=least[-1])
    for line in zip(*(_cells(key, rows) for key in columns), strict=True):
        table.add_row(*line)
    paper = io.StringIO()
    drawn = Console(file=paper, width=console.width, highlight=False, markup=False, emoji=False)
    drawn.print(table, crop=False)
    # Least widths can add up to more than the terminal, and rich then cuts the last column off without a sign.
    if max(map(cell_len, paper.getvalue().splitlines()), default=0) > console.width:
        for column, width in zip(table.columns, _fitted(least, most, console.width), strict=True):
            column.width = column.min_width = width
    console.print(table)
    for note in notes:
        console.print(note, style="dim", soft_wrap=False)


def _room(columns: int, width: int) -> int:
    return width - _BETWEEN * (columns - 1)


def _fitted(least: Sequence[int], most: Sequence[int], width: int) -> list[int]:
    """Widths that fit beside each other, since what goes beyond the edge of the terminal would be cut off.

    The widest columns are made narrower, first down to their longest word, then all of them.
    """
    room = _room(len(least), width)
    for floor in (least, [1] * len(least)):
        for level in range(max(most), 0, -1):
            fitted = [min(wish, max(need, level)) for need, wish in zip(floor, most, strict=True)]
            if sum(fitted) <= room:
                return _topped_up(fitted, most, room)
    return [1] * len(least)


def _topped_up(fitted: list[int], most: Sequence[int], room: int) -> list[int]:
    """Give what is left of the room to the first columns that can use it."""
    for place, wish in enumerate(most):
        if sum(fitted) < room and fitted[place] < wish and fitted[place] == max(fitted):
            fitted[place] += 1
    return fitted


def _is_number(key: str, value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not _is_year(key)


def _cells(key: str, rows: Sequence[Row]) -> list[str]:
    """A column as text: its numbers with the same number of decimals."""
    values = [row.get(key) for row in rows]
    numbers = [float(value) for value in values if isinstance(value, int | float) and _is_number(key, value)]
    large = any(abs(value) >= _LARGE for value in numbers)
    digits = 0 if large or all(value.is_integer() for value in numbers if math.isfinite(value)) else 2
    return [text(key, value, digits) for value in values]


def _is_year(key: str) -> bool:
    return key == "year" or key.endswith("_year")


def text(key: str, value: object, digits: int | None = None) -> str:
    """A cell of a table: Dutch number format, shares as percentages, a dash where nothing is known."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(text("", item) for item in value)
    if isinstance(value, int | float) and not _is_year(key):
        return dutch_number(value, key, digits)
    return str(value)


def dutch_number(value: float, key: str = "", digits: int | None = None) -> str:
    """Write a number the Dutch way: 12.345 and 6,5; a key that begins or ends with ``share`` gives a percentage."""
    if not math.isfinite(value):
        return "-"
    if key.startswith("share") or key.endswith("share"):
        return f"{value * 100:.1f}%".replace(".", ",")
    if digits is None:
        digits = 0 if abs(value) >= _LARGE or float(value).is_integer() else 2
    return f"{value:,.{digits}f}".replace(",", " ").replace(".", ",").replace(" ", ".")
