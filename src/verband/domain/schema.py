"""Data contracts: one table per schema, which drives reading, validation, documentation and exports.

A schema is the CSV file ``schemas/<table>.csv`` with a row per column; ``schemas/_tables.csv`` says what
each table is, who publishes it and how its kind is to be read. Code never repeats what stands there.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from verband.errors import UnknownNameError

ColumnType = Literal["text", "integer", "number", "date", "boolean"]
COLUMN_TYPES: tuple[ColumnType, ...] = ("text", "integer", "number", "date", "boolean")


_IN_WORDS = {
    r"GM\d{4}": "a code like GM0197",
    r"\d\.\d{1,3}": "a task code like 7.3",
    r"\d\.\d{1,3}[a-d]?(\+\d\.\d{1,3}[a-d]?)*": "a task code like 7.3, or several as 7.3+2.1",
}
"""Patterns that users meet in their own files, in words."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which values a column may hold: an enumeration, a range or a pattern (empty: any).

    Attributes
    ----------
    values
        The only values, if not empty.
    low, high
        Bounds, both included; ``None`` is no bound.
    pattern
        A regular expression that the whole value matches; empty for none.
    until_today
        Whether a day in the future is ruled out.
    """

    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    pattern: str = ""
    until_today: bool = False

    def describe(self) -> str:
        """Say the rule in words, for messages and the documentation page."""
        if self.values:
            return "one of " + ", ".join(self.values)
        if self.pattern:
            return _IN_WORDS.get(self.pattern, f"text like {self.pattern}")
        if self.until_today:
            return "today or earlier"
        if self.low is not None and self.high is not None:
            return f"from {self.low:g} to {self.high:g}"
        if self.low is not None:
            return f"{self.low:g} or more"
        return "" if self.high is None else f"{self.high:g} or less"


def parse_allowed(text: str) -> Allowed:
    """Read the column ``allowed``: ``a|b``, ``0..``, ``..5``, ``2000..2100``, ``..today`` or ``/pattern/``.

    Raises
    ------
    ValueError
        If the text is a range without numbers.
    """
    text = text.strip()
    if not text:
        return Allowed()
    if text.startswith("/") and text.endswith("/"):
        return Allowed(pattern=text[1:-1])
    if text == "..today":
        return Allowed(until_today=True)
    if ".." in text:
        low, high = text.split("..")
        return Allowed(low=float(low) if low else None, high=float(high) if high else None)
    return Allowed(values=tuple(text.split("|")))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name
        The name in Verband's tables; amounts end in ``_keur`` (thousand euro as published) or ``_eur``.
    published
        The name in the published file; empty where the reader derives the column.
    type, unit, meaning, allowed, kind
        The contract; ``kind`` is measured, derived, estimated or assumed.
    required
        Whether a row without this value is a fault.
    key
        Whether the column is part of the key of the table.
    """

    name: str
    published: str
    type: ColumnType
    unit: str
    meaning: str
    allowed: Allowed
    kind: str
    required: bool
    key: bool


@dataclass(frozen=True, slots=True)
class Schema:
    """A table: its columns, what it is and where it comes from."""

    name: str
    title: str
    description: str
    source: str
    publisher: str
    licence: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that together identify a row."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def published(self) -> tuple[str, ...]:
        """Column names of the published file, in its order as far as we read them."""
        return tuple(column.published for column in self.columns if column.published)

    def column(self, name: str) -> Column:
        """Return the column called ``name``.

        Raises
        ------
        UnknownNameError
            If the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownNameError(f"table {self.name} has no column {name!r}", todo=f"It has: {', '.join(self.names)}")


def _rows(name: str) -> list[dict[str, str]]:
    text = files("verband.domain").joinpath("schemas", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def table_names() -> tuple[str, ...]:
    """All tables that Verband knows, in the order of ``schemas/_tables.csv``."""
    return tuple(row["table"] for row in _rows("_tables.csv"))


@cache
def schema(name: str) -> Schema:
    """Return the contract of table ``name``.

    Raises
    ------
    UnknownNameError
        If there is no such table.
    """
    about = {row["table"]: row for row in _rows("_tables.csv")}
    if name not in about or not re.fullmatch(r"[a-z0-9_]+", name):
        raise UnknownNameError(f"there is no table {name!r}", todo="`verband tables` lists them")
    columns = tuple(
        Column(
            name=row["name"],
            published=row["published"],
            type=cast("ColumnType", row["type"]),
            unit=row["unit"],
            meaning=row["meaning"],
            allowed=parse_allowed(row["allowed"]),
            kind=row["kind"],
            required=row["required"] == "yes",
            key=row["key"] == "yes",
        )
        for row in _rows(f"{name}.csv")
    )
    row = about[name]
    return Schema(
        name=name,
        title=row["title"],
        description=row["description"],
        source=row["source"],
        publisher=row["publisher"],
        licence=row["licence"],
        columns=columns,
    )
