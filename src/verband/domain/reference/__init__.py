"""Facts that are data: code lists, law, patterns and links, each row with its source.

A table is the CSV file ``<name>.csv`` beside this module. Every table has a column ``source`` (where the row comes
from); most have ``certainty`` (``V`` seen in a primary source, ``S`` secondary source, ``M`` from memory and to be
checked, ``A`` a choice of this project) and, where the fact can change, ``valid_from`` and ``valid_to``: a year or
a day, both included, empty for no bound.
"""

from __future__ import annotations

import csv
import re
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from verband.errors import BadInputError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["in_force", "reference", "reference_names"]


@cache
def reference_names() -> tuple[str, ...]:
    """Names of all reference tables, in alphabetical order."""
    here = files("verband.domain.reference")
    return tuple(sorted(entry.name[:-4] for entry in here.iterdir() if entry.name.endswith(".csv")))


@cache
def reference(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of reference table ``name``; every value is text, as written.

    The result is shared between callers: read it, do not change it.

    Raises
    ------
    UnknownNameError
        If there is no such table.
    BadInputError
        If a row has more or fewer cells than the header.
    """
    if not re.fullmatch(r"[a-z0-9_]+", name) or name not in reference_names():
        raise UnknownNameError(
            f"there is no reference table {name!r}", todo=f"There are: {', '.join(reference_names())}"
        )
    text = files("verband.domain.reference").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    reader = csv.reader(text.splitlines())
    header = next(reader)
    rows = []
    for cells in reader:
        if len(cells) != len(header):
            raise BadInputError(
                f"this row has {len(cells)} cells where {len(header)} belong",
                where=f"reference table {name}, line {reader.line_num}",
                todo="Quote cells that hold a comma",
            )
        rows.append(dict(zip(header, cells, strict=True)))
    return tuple(rows)


def in_force(row: Mapping[str, str], on: date | None = None) -> bool:
    """Whether a reference row holds on a day, by its columns ``valid_from`` and ``valid_to``.

    Parameters
    ----------
    row
        A row of a reference table.
    on
        The day; ``None`` asks for the rows without an end.
    """
    start, end = row.get("valid_from", ""), row.get("valid_to", "")
    if on is None:
        return not end
    return (not start or _bound(start, first=True) <= on) and (not end or on <= _bound(end, first=False))


def _bound(text: str, *, first: bool) -> date:
    if len(text) == 4:
        return date(int(text), 1, 1) if first else date(int(text), 12, 31)
    return date.fromisoformat(text)
