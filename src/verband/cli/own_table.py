"""What commands on a user's own table of numbers share."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verband.sources.own_numbers import NumberTable


def column_names(text: str) -> tuple[str, ...]:
    """Names with commas between them; one that holds a comma stands between quotes.

    Raises
    ------
    BadInputError
        If a name is empty.
    """
    from verband.errors import BadInputError  # noqa: PLC0415

    names = tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True), []))
    if not all(names) or not names:
        raise BadInputError(f"{text!r} names a column without a name", todo="Write names with commas, as in a,b")
    return names


def row_numbers(table: NumberTable) -> list[int]:
    """Numbers of the rows in the file, those that were set aside counted too."""
    every = sorted({*table.lines, *(line for line, _, _ in table.set_aside)})
    number = {line: at for at, line in enumerate(every, start=1)}
    return [number[line] for line in table.lines]
