"""The cells of the user's own files as values: numbers in Dutch or English notation, dates, words, shares.

Notation is decided per column. ``1.234,56`` and ``12,5`` can only be Dutch, ``1,234.56`` and ``12.5`` only English.
``1.234`` can be both: the rest of its column decides, then the rest of the file, and for amounts of money the
semicolon between cells (which Dutch spreadsheets write). What stays open is refused with a question: a thousand
times too much or too little is worse than a row that is not read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from verband.domain.schema import Column
from verband.sources.own_sheets import Cell, show

__all__ = ["Converted", "Problem", "Value", "convert", "marks_in"]

Value = str | int | float | date | None
Mark = Literal[",", "."]

_NUMBER = {
    ".": re.compile(r"[+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"),
    ",": re.compile(r"[+-]?(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?"),
}
"""How a number is written with this decimal mark, the other mark for thousands."""
_SPACED = re.compile(r"(?<=[0-9]) (?=[0-9]{3}(?:[^0-9]|$))")
_DATES = (
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?:[T ][0-9:.]+)?"),
    re.compile(r"(?P<day>[0-9]{1,2})-(?P<month>[0-9]{1,2})-(?P<year>[0-9]{4})"),
)
_YEARS = (1800, 2200)
"""A date outside is a slip of the keyboard."""
UNKNOWN = frozenset({"-", "?", "onbekend", "niet bekend", "unknown", "n.v.t.", "nvt", "n.b.", "nb", "n/a"})
"""What people write where there is no figure; read as missing, never as zero."""
_WHOLE_LIMIT = 1e15
"""Beyond this a floating-point number no longer holds every whole number."""
_MONEY_UNITS = frozenset({"eur", "keur"})


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a cell cannot be read.

    Attributes
    ----------
    reason
        The general reason, the same for all cells with the same defect.
    message
        The sentence for the user, with column and content.
    """

    reason: str
    message: str


@dataclass(slots=True)
class Converted:
    """A column as values.

    Attributes
    ----------
    values
        One per row; ``None`` where the cell is empty or cannot be read.
    problems
        By index of the row.
    remarks
        What was accepted or decided.
    blanked
        Rows in which a word for "not known" was read as missing.
    """

    values: list[Value]
    problems: dict[int, Problem] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    blanked: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Readings:
    """What a text is as a number with either decimal mark; ``None`` where it cannot be one."""

    point: float | None
    comma: float | None

    @property
    def open(self) -> bool:
        """Whether both readings hold and differ."""
        return self.point is not None and self.comma is not None and self.point != self.comma

    @property
    def thousands(self) -> float:
        """The reading with the mark as thousands, of a number that can be read in two ways."""
        return max(self.point or 0.0, self.comma or 0.0, key=abs)

    @property
    def decimals(self) -> float:
        """The reading with the mark as decimals, of a number that can be read in two ways."""
        return min(self.point or 0.0, self.comma or 0.0, key=abs)

    def of(self, mark: Mark) -> float | None:
        return self.point if mark == "." else self.comma


def _with_mark(text: str, mark: Mark) -> float | None:
    if len(text) > 40 or not _NUMBER[mark].fullmatch(text):
        return None
    thousands = "," if mark == "." else "."
    value = float(text.replace(thousands, "").replace(mark, "."))
    return value if math.isfinite(value) else None


def _readings(text: str) -> _Readings:
    bare = re.sub(r"^(?:€|eur|euro)\s*|\s*(?:€|eur|euro)$", "", text.strip(), flags=re.IGNORECASE)
    bare = bare.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-")
    bare = re.sub(r"^([+-]) +", r"\1", _SPACED.sub("", bare))
    if whole := re.fullmatch(r"(.*),-{1,2}", bare):
        return _Readings(None, _with_mark(whole[1], ","))
    return _Readings(_with_mark(bare, "."), _with_mark(bare, ","))


def _split_percent(text: str) -> tuple[str, float]:
    return (text[:-1].rstrip(), 100.0) if text.endswith("%") else (text, 1.0)


def _within(value: float | None, column: Column, scale: float) -> float | None:
    """The value, unless the contract rules it out."""
    if value is None:
        return None
    low, high = column.allowed.low, column.allowed.high
    inside = (low is None or value / scale >= low) and (high is None or value / scale <= high)
    return value if inside else None


def _bounded(text: str, column: Column) -> _Readings:
    """The readings of a text; where both are possible, the one that the contract allows."""
    bare, scale = _split_percent(text) if column.unit == "fraction" else (text, 1.0)
    found = _readings(bare)
    if not found.open:
        return found
    allowed = _Readings(_within(found.point, column, scale), _within(found.comma, column, scale))
    return found if allowed == _Readings(None, None) else allowed


def marks_in(columns: Sequence[tuple[Column, Sequence[Cell]]]) -> frozenset[Mark]:
    """Which decimal marks the number cells of a file show, by the cells that can only be read with that mark."""
    marks: set[Mark] = set()
    for column, cells in columns:
        for cell in cells:
            if isinstance(cell, str):
                found = _bounded(cell, column)
                if found.point is None and found.comma is not None:
                    marks.add(",")
                elif found.comma is None and found.point is not None:
                    marks.add(".")
    return frozenset(marks)


def convert(
    column: Column,
    cells: Sequence[Cell],
    *,
    label: str,
    words: Mapping[str, str],
    dutch_file: bool,
    dutch_separator: bool,
) -> Converted:
    """Turn the cells of one column into values.

    Parameters
    ----------
    column
        The contract.
    cells
        One per row.
    label
        The header in the user's file, for messages.
    words
        For an enumeration: what may be written, in lower case, to the value it stands for.
    dutch_file
        Whether other cells of the file have a decimal comma, and none a decimal point.
    dutch_separator
        Whether a semicolon stands between cells, and no cell of the file has a decimal point.
    """
    known = [None if _unknown(column, cell, words) else cell for cell in cells]
    made = Converted([None] * len(known))
    made.blanked = {index for index, (old, new) in enumerate(zip(cells, known, strict=True)) if old != new}
    if made.blanked:
        made.remarks.append(f"column {label!r}: {len(made.blanked)} cells say that it is not known; read as missing")
    if column.type in {"number", "integer"}:
        _convert_numbers(column, known, made, label, dutch_file=dutch_file, dutch_separator=dutch_separator)
        return made
    for index, cell in enumerate(known):
        if cell is None:
            continue
        value: Value
        if column.type == "date":
            value = _date(cell)
            expected = "a date like 2024-12-31"
        elif words:
            value = words.get(" ".join(show(cell).lower().split()))
            expected = "one of " + ", ".join(dict.fromkeys(words))
        elif column.allowed.pattern and isinstance(cell, float) and not cell.is_integer():
            value, expected = None, "text: as a number 6.60 and 6.6 look the same, so give the cell the format text"
        else:
            value, expected = show(cell), ""
            if column.allowed.pattern:
                value = re.sub(r"\s*\+\s*", "+", value)
        made.values[index] = value
        if value is None:
            made.problems[index] = _unexpected(label, cell, expected)
    return made


def _unknown(column: Column, cell: Cell, words: Mapping[str, str]) -> bool:
    figure = column.type != "text" or bool(words)
    return figure and not column.required and isinstance(cell, str) and cell.lower() in UNKNOWN


def _unexpected(label: str, cell: Cell, expected: str) -> Problem:
    return Problem(
        f"column {label}: not {expected}", f"column {label!r} holds {show(cell)[:60]!r}, expected {expected}"
    )


def _date(cell: Cell) -> date | None:
    if not isinstance(cell, str):
        return None
    for pattern in _DATES:
        if found := pattern.fullmatch(cell):
            try:
                day = date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                return None
            return day if _YEARS[0] <= day.year <= _YEARS[1] else None
    return None


def _convert_numbers(
    column: Column,
    cells: Sequence[Cell],
    made: Converted,
    label: str,
    *,
    dutch_file: bool,
    dutch_separator: bool,
) -> None:
    found = {index: _bounded(cell, column) for index, cell in enumerate(cells) if isinstance(cell, str)}
    points = [i for i, item in found.items() if item.comma is None and item.point is not None]
    commas = [i for i, item in found.items() if item.point is None and item.comma is not None]
    money = column.unit in _MONEY_UNITS
    mark: Mark | None = None
    if points and commas:
        _refuse_mixture(made, cells, label, points, commas)
    elif points or commas:
        mark = "," if commas else "."
    elif dutch_file or (dutch_separator and money):
        mark = ","
    thousands: list[str] = []
    for index, cell in enumerate(cells):
        if cell is None or index in made.problems:
            continue
        value: float | None
        if isinstance(cell, float):
            value = cell
        else:
            item = found[index]
            value = item.of(mark) if item.open and mark else _first(item.point, item.comma)
            if item.open and (mark is None or (money and value == item.decimals)):
                made.problems[index] = _ask(label, cell, item)
                continue
            if item.open and value == item.thousands:
                thousands.append(cell)
        _store(column, made, index, value, cell=cell, label=label)
    _describe(made, cells, label, commas=commas, points=points, thousands=thousands)


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _refuse_mixture(
    made: Converted, cells: Sequence[Cell], label: str, points: Sequence[int], commas: Sequence[int]
) -> None:
    point, comma = show(cells[points[0]]), show(cells[commas[0]])
    for index in (*points, *commas):
        made.problems[index] = Problem(
            f"column {label}: decimal point and decimal comma in one column",
            f"column {label!r} holds {point[:40]!r} and {comma[:40]!r}: a decimal point and a decimal comma in one "
            "column; write all its numbers the same way",
        )


def _ask(label: str, cell: str, item: _Readings) -> Problem:
    large = f"{item.thousands:.0f}"
    return Problem(
        f"column {label}: a number that can be read in two ways",
        f"column {label!r} holds {cell[:40]!r}, which can be {large} or {item.decimals:g}; which one do you mean? "
        f"Write {large} without a sign for thousands, or write the decimals with another number of digits",
    )


def _store(column: Column, made: Converted, index: int, value: float | None, *, cell: Cell, label: str) -> None:
    if value is None:
        expected = "a whole number" if column.type == "integer" else "a number"
        made.problems[index] = _unexpected(label, cell, expected)
        return
    if column.unit == "fraction":
        scale = _split_percent(cell)[1] if isinstance(cell, str) else 1.0
        value /= scale
        if value > 1 and scale == 1.0:
            made.problems[index] = _unexpected(
                label, cell, f"a share: write {show(cell)}% or, for a fraction, a number from 0 to 1"
            )
            return
    if column.type == "integer":
        if not value.is_integer() or abs(value) >= _WHOLE_LIMIT:
            made.problems[index] = _unexpected(label, cell, "a whole number")
            return
        made.values[index] = int(value)
        return
    made.values[index] = value


def _describe(
    made: Converted,
    cells: Sequence[Cell],
    label: str,
    *,
    commas: Sequence[int],
    points: Sequence[int],
    thousands: Sequence[str],
) -> None:
    if commas and not points:
        made.remarks.append(f"column {label!r} was read in Dutch notation, such as {show(cells[commas[0]])[:40]!r}")
    if points and not commas:
        made.remarks.append(f"column {label!r} was read in English notation, such as {show(cells[points[0]])[:40]!r}")
    if thousands:
        made.remarks.append(
            f"column {label!r}: {len(thousands)} cells such as {thousands[0][:40]!r} were read as thousands"
        )
