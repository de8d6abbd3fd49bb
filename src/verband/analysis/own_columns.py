"""Columns of a reader's own table: where rows stand, and names and numbers by the name of their column."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from verband.errors import BadInputError, UnknownNameError


@dataclass(frozen=True, slots=True)
class Places:
    """Where rows stand, for messages.

    Attributes
    ----------
    file
        Name of the file; empty where the numbers come from no file.
    lines
        Line in the file per row; ``None`` for rows counted from 1.
    numbers
        Number of each row in the file, where some were set aside; ``None`` for rows counted from 1.
    """

    file: str = ""
    lines: Sequence[int] | None = None
    numbers: Sequence[int] | None = None

    def number(self, row: int) -> int:
        """Return the number of a row, from 1."""
        return row + 1 if self.numbers is None else self.numbers[row]

    def of(self, row: int, column: str | None = None) -> str:
        """Say where a row (and column) stands: ``units.csv, line 7, column staff``."""
        return self._joined(self.row(row), column)

    def row(self, row: int) -> str:
        """Only the row: ``line 7``, or ``row 6`` where there is no file."""
        return f"row {self.number(row)}" if self.lines is None else f"line {self.lines[row]}"

    def all(self, rows: int, column: str | None = None) -> str:
        """Say where a whole column stands: ``units.csv, line 2 to 61, column staff``."""
        if not rows:
            return self._joined("", column)
        last = self.number(rows - 1) if self.lines is None else self.lines[rows - 1]
        return self._joined(self.row(0) if rows == 1 else f"{self.row(0)} to {last}", column)

    def _joined(self, rows: str, column: str | None) -> str:
        return ", ".join(part for part in (self.file, rows, f"column {column}" if column else "") if part)


def column_names(columns: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the columns of a mapping or a frame."""
    return tuple(str(item) for item in getattr(columns, "columns", columns))


def column_of(columns: Mapping[str, Any], name: str, places: Places) -> npt.NDArray[Any]:
    """Return a column as it is given.

    Raises
    ------
    UnknownNameError
        If there is no such column; says which there are and which one may be meant.
    """
    names = column_names(columns)
    if name not in names:
        close = difflib.get_close_matches(name, names, n=1)
        meant = f" Did you mean {close[0]}?" if close else ""
        raise UnknownNameError(
            f"there is no column {name!r}", where=places.file, todo=f"The columns are {', '.join(names)}.{meant}"
        )
    return np.asarray(columns[name])


def numbers_of(columns: Mapping[str, Any], name: str, places: Places) -> npt.NDArray[np.float64]:
    """Return a column as numbers.

    Raises
    ------
    UnknownNameError, BadInputError
        If there is no such column, or it holds something that is no number.
    """
    column = column_of(columns, name, places)
    try:
        return np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInputError(
            "the column holds something that is no number",
            where=places.all(len(column), name),
            todo="Give numbers, or name another column",
        ) from error


def names_of(columns: Mapping[str, Any], name: str | None, rows: int, places: Places) -> tuple[str, ...]:
    """Return the names of the rows; their numbers where no column is named.

    Raises
    ------
    UnknownNameError, BadInputError
        If there is no such column, or a name is missing.
    """
    if name is None:
        return tuple(str(places.number(row)) for row in range(rows))
    names = tuple(written_name(item) for item in column_of(columns, name, places).tolist())
    if (nameless := next((row for row, found in enumerate(names) if not found), None)) is not None:
        raise BadInputError(
            "the name is missing", where=places.of(nameless, name), todo="Fill it in, or leave the row out"
        )
    return names


def written_name(item: object) -> str:
    """Write the name of a unit: a whole number without decimals, nothing where it is missing."""
    if item is None or item != item:  # noqa: PLR0124  only what is not a number differs from itself
        return ""
    return str(int(item)) if isinstance(item, float) and item.is_integer() else str(item).strip()
