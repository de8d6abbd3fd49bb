"""A game in a CSV or XLSX file: a row per coalition.

Columns ``coalition`` (names joined by ``+``) and ``cost`` (or ``worth``, a benefit game); ``weight`` and ``today``,
what is paid today, on the rows of single members where there are any.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from verband.errors import BadInputError
from verband.numerics.cooperative_games.coalitions import Array
from verband.sources.command_columns import place_of, taken_as
from verband.sources.game_rules import GameFile, demand_number, lacking, unknown
from verband.sources.number_cells import Written, numbers_in
from verband.sources.own_numbers import OpenTable, open_table
from verband.sources.own_sheets import show

_JOINED = re.compile(r"\s*[&,;/]\s*|\s+(?:en|and|met|with)\s+", re.IGNORECASE)
_COLUMNS = ("coalition", "cost", "worth", "weight", "today")


def _column(names: Sequence[str], given: Sequence[str], where: str, *, benefit: bool) -> str:
    """The column with the values."""
    if "coalition" not in names:
        close = difflib.get_close_matches("coalition", given, n=1)
        meant = f" Did you mean {close[0]}?" if close else ""
        listed = ", ".join(item for item in given if item)
        raise BadInputError(
            "there is no column 'coalition'",
            where=where,
            todo=f"The columns are {listed}.{meant} `verband template share` writes a file to start from",
        )
    if benefit:
        if "worth" in names:
            return "worth"
        has = "The column is cost: leave --benefit out, or name it worth" if "cost" in names else "Add a column worth"
        raise BadInputError("a benefit game needs a column 'worth'", where=where, todo=has)
    if "cost" in names:
        return "cost"
    if "worth" in names:
        raise BadInputError(
            "there is no column 'cost', and the column 'worth' makes a benefit game", where=where, todo="Add --benefit"
        )
    raise BadInputError(
        "there is no column 'cost'", where=where, todo="Name the column with the cost of each coalition cost"
    )


def read_game_table(path: Path, *, benefit: bool) -> GameFile:
    """Read a game from a CSV file.

    Raises
    ------
    BadInputError
        If it is none, with line and column.
    """
    table, where = open_table(path), path.name
    header = f"{where}, line {table.header.number}"
    every = {name: place_of(name, table.names, "share", header) for name in _COLUMNS}
    known = {name: place for name, place in every.items() if place is not None}
    column = _column(tuple(known), table.names, header, benefit=benefit)
    places = {name: known[name] for name in ("coalition", column, "weight", "today") if name in known}
    table.remarks.extend(taken_as([(table.names[place], name) for name, place in places.items()]))

    def cells(name: str) -> list[Written]:
        at = places[name]
        given = [row.cells[at] if at < len(row.cells) else None for row in table.rows]
        return [cell if isinstance(cell, float) else (cell or "").strip() for cell in given]

    lines = [row.number for row in table.rows]
    written = [show(cell) for cell in cells("coalition")]
    members, masks = _coalitions(written, lines, where)
    given = cells(column)
    for cell, line, coalition in zip(given, lines, written, strict=True):
        if cell == "":
            raise BadInputError(
                f"the {column} of {coalition or 'the empty coalition'} is missing",
                where=f"{where}, line {line}, column {table.names[places[column]]}",
                todo="Fill it in: every coalition needs one",
            )
    shown = table.names[places[column]]
    numbers = numbers_in(given, lines, shown, where, table.remarks, table.notation)
    values = _complete(members, masks, numbers, lines, shown, where)

    def per_member(name: str) -> Array | None:
        return _of_members(name, cells(name), masks, lines, members, table) if name in places else None

    return GameFile(
        file=where,
        members=members,
        benefit=column == "worth",
        values=values,
        formula=None,
        parameters={},
        weights=per_member("weight"),
        today=per_member("today"),
        where=where,
        remarks=tuple(table.remarks),
    )


def _coalitions(written: Sequence[str], lines: Sequence[int], where: str) -> tuple[tuple[str, ...], list[int]]:
    """The members, which are the rows without a plus sign, and the mask of every row."""

    def place(row: int) -> str:
        return f"{where}, line {lines[row]}, column coalition"

    first: dict[str, int] = {}
    for row, text in enumerate(written):
        if text and "+" not in text:
            if text in first:
                raise BadInputError(
                    f"{text} stands in line {lines[first[text]]} too",
                    where=place(row),
                    todo="Give every coalition once, and every member a name of its own",
                )
            first[text] = row
    members = tuple(first)
    _demand_single(members, first, place)
    demand_number(members, f"{where}, lines {lines[0]} to {lines[-1]}, column coalition")
    bit = {name: 1 << number for number, name in enumerate(members)}
    masks, seen = [], {0: -1}
    for row, text in enumerate(written):
        mask = 0
        for part in text.split("+") if text else ():
            name = part.strip()
            if name not in bit:
                raise unknown(name, text, members, place(row))
            if mask & bit[name]:
                raise BadInputError(f"{name} stands twice in {text}", where=place(row), todo="Name each member once")
            mask |= bit[name]
        if mask and mask in seen:
            raise BadInputError(
                f"{text} stands in line {lines[seen[mask]]} too", where=place(row), todo="Give every coalition once"
            )
        seen[mask] = row
        masks.append(mask)
    return members, masks


def _demand_single(members: Sequence[str], rows: Mapping[str, int], place: Callable[[int], str]) -> None:
    """Refuse ``A and B`` beside A and B: a member of that name would need coalitions of its own."""
    for name in members:
        parts = [part.strip() for part in _JOINED.split(name)]
        if len(parts) > 1 and all(part in rows for part in parts):
            raise BadInputError(
                f"{name!r} stands there as one member, and {' and '.join(parts)} are members too",
                where=place(rows[name]),
                todo=f"Write {'+'.join(parts)} if the coalition is meant",
            )


def _complete(
    members: Sequence[str],
    masks: Sequence[int],
    numbers: Sequence[float],
    lines: Sequence[int],
    column: str,
    where: str,
) -> Array:
    values = np.full(1 << len(members), np.nan)
    values[0] = 0.0
    values[masks] = numbers
    if values[0] != 0:
        raise BadInputError(
            f"nobody at all has a {column} of {values[0]:g}",
            where=f"{where}, line {lines[masks.index(0)]}, column {column}",
            todo="Leave the row without a coalition out",
        )
    missing = np.flatnonzero(np.isnan(values))
    if len(missing):
        raise BadInputError(
            lacking(members, missing, column), where=f"{where}, lines {lines[0]} to {lines[-1]}, column coalition",
            todo="Give every coalition a row",
        )  # fmt: skip
    return values


def _of_members(
    name: str,
    cells: Sequence[Written],
    masks: Sequence[int],
    lines: Sequence[int],
    members: Sequence[str],
    table: OpenTable,
) -> Array | None:
    """A number per member, from the rows of single members."""
    where = table.where
    row_of = {mask: row for row, mask in enumerate(masks)}
    rows = [row_of[1 << number] for number in range(len(members))]
    for row, (cell, mask) in enumerate(zip(cells, masks, strict=True)):
        if cell != "" and (mask == 0 or mask & (mask - 1)):
            raise BadInputError(
                f"a {name} stands at a coalition of more members" if mask else f"a {name} stands at nobody",
                where=f"{where}, line {lines[row]}, column {name}",
                todo="Give it in the rows of single members; sums are made of them",
            )
    if all(cells[row] == "" for row in rows):
        return None
    for row, member in zip(rows, members, strict=True):
        if cells[row] == "":
            raise BadInputError(
                f"the {name} of {member} is missing",
                where=f"{where}, line {lines[row]}, column {name}",
                todo=f"Give every member a {name}, or none",
            )
    given, at = [cells[row] for row in rows], [lines[row] for row in rows]
    numbers = numbers_in(given, at, name, where, table.remarks, table.notation)
    if name == "weight":
        for row, number in zip(rows, numbers, strict=True):
            if number < 0:
                raise BadInputError(
                    f"the weight {number:g} is below 0",
                    where=f"{where}, line {lines[row]}, column weight",
                    todo="Mend it",
                )
    return np.array(numbers)
