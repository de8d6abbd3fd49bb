"""Showing rows on the terminal: a table to read, JSON or CSV to go on with."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from verband.cli.place import say_fictional


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


def plain(value: object) -> object:
    """Make a value fit for JSON: dates as text, not-a-number as null, whole floats as whole numbers."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


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
    return [[*names], *([_cell(row.get(name)) for name in names] for row in rows)]


def _csv(rows: Sequence[Row]) -> None:
    csv.writer(sys.stdout, lineterminator="\n").writerows(csv_text(rows))


def _cell(value: object) -> object:
    value = plain(value)
    if isinstance(value, list):
        return "; ".join(str(_cell(item)) for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value


def _table(rows: Sequence[Row], columns: Mapping[str, str], notes: Sequence[str]) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415  heavy, and only for tables
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    # Names and file names are shown as they are: "[oud]" is no markup and ":sos:" no picture.
    console = Console(highlight=False, markup=False, emoji=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, (key, heading) in enumerate(columns.items()):
        numeric = any(_is_number(key, row.get(key)) for row in rows)
        cells = _cells(key, rows)
        words = heading.split() + (cells if numeric else " ".join(cells).split())
        longest = max((len(word) for word in words), default=0)
        table.add_column(
            heading,
            justify="right" if numeric else "left",
            overflow="fold",
            min_width=min(longest, _WIDEST_WORD if number == 0 else _WIDEST_OTHER),
        )
    for line in zip(*(_cells(key, rows) for key in columns), strict=True):
        table.add_row(*line)
    console.print(table)
    for note in notes:
        console.print(note, style="dim", soft_wrap=False)


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
