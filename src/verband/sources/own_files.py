"""The user's own files: arrangements, staff, indicators of arrangements, merger procedures, prices, quality.

A file is recognised by its header, in Dutch or English (the ``published`` and ``name`` of the schema), in any
order, behind comment lines that begin with ``#``. Values go before public data, so a value that can mean two
things is refused with a question. The scope is the name of the file: reading it again replaces it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import islice
from pathlib import PurePosixPath

import polars as pl

from verband.domain.reference import reference
from verband.domain.schema import Schema, schema
from verband.errors import BadInputError
from verband.sources.files import HEAD_BYTES, Head, SourceFile
from verband.sources.formats import Format
from verband.sources.own_sheets import (
    Cell,
    Row,
    comment,
    open_workbook,
    rows_of_text,
    rows_of_workbook,
    show,
)
from verband.sources.own_values import Converted, Problem, Value, convert, marks_in
from verband.sources.reading import Reading, ReadingReport, SetAside
from verband.sources.tabular import DELIMITERS, LINE, apply_schema, polars_schema

__all__ = ["FORMATS", "KINDS", "words_of"]

SOURCE = "own_files"
KINDS = {
    "arrangements": "own_arrangements",
    "staff": "own_staff",
    "indicators": "own_indicators",
    "procedures": "own_procedures",
    "prices": "own_prices",
    "quality": "own_quality",
}
"""Table by the word for it on the command line."""
_TODO = "Mend the file and load it again, or use --keep-going to set such rows aside"
_NEAR_MISS_COLUMNS = 4
_NEAR_MISS_SHARE = 2 / 3
"""A header with this many columns and this share of them known is meant as a template, whatever it lacks."""
_ABOVE_ZERO = {"own_prices": ("volume", "price_eur_per_unit")}
"""Figures without a logarithm at 0: nothing was bought, or it was no purchase."""
_WORKBOOK_PART = b"xl/"
"""Where a workbook keeps its sheets, by which it is told from other packed files."""
_UNTOLD = "workbook"
_HEADER_WITHIN = 200
"""The header stands within so many filled rows."""


@dataclass(frozen=True, slots=True)
class _Match:
    """A header row held against one table: the position of every known column."""

    contract: Schema
    header: tuple[str, ...]
    positions: Mapping[str, int]

    @property
    def meant(self) -> bool:
        """Whether the file is meant as this table."""
        naming = {column.name for column in self.contract.columns if column.required and column.type == "text"}
        known = len(self.positions)
        named = naming <= set(self.positions) and known > len(naming)
        filled = sum(1 for name in self.header if name)
        return named or (known >= _NEAR_MISS_COLUMNS and known >= _NEAR_MISS_SHARE * filled)


def _plain(name: str) -> str:
    return "_".join(name.strip().strip("*:").lower().replace("-", " ").replace("_", " ").split())


@cache
def _header_names(table: str) -> dict[str, str]:
    """Header as it may be written, in both languages, to the column of the schema."""
    columns = schema(table).columns
    return {_plain(name): column.name for column in columns for name in (column.name, column.published)}


def _matches(cells: Sequence[Cell]) -> list[_Match]:
    header = tuple(cell if isinstance(cell, str) else "" for cell in cells)
    found = []
    for table in KINDS.values():
        names = _header_names(table)
        positions: dict[str, int] = {}
        for index, name in enumerate(header):
            if (column := names.get(_plain(name))) is not None:
                positions.setdefault(column, index)
        found.append(_Match(schema(table), header, positions))
    return [match for match in found if match.meant]


def _best(rows: Iterable[Row]) -> tuple[_Match, Row] | None:
    """The table that the first row after the comments is the header of."""
    first = next((row for row in islice(rows, _HEADER_WITHIN) if not comment(row)), None)
    if first is None:
        return None
    match = max(_matches(first.cells), key=lambda item: len(item.positions), default=None)
    return (match, first) if match else None


def _delimiter(text: str) -> str | None:
    """The mark between cells with which the header is one of ours, the most columns first."""
    best: tuple[int, str] | None = None
    for mark in DELIMITERS:
        try:
            found = _best(rows_of_text(text, mark, where=""))
        except BadInputError:
            continue
        if found and (best is None or len(found[0].positions) > best[0]):
            best = (len(found[0].positions), mark)
    return best[1] if best else None


@lru_cache(maxsize=8)
def _table_of(head: Head) -> str | None:
    """Which own table the head of a file is of; ``None`` for other files.

    A workbook tells only when the head holds all of it and it can be opened: any other is taken for an own file, and
    reading says what is wrong with it.
    """
    if head.kind == "table":
        mark = _delimiter(head.text)
        found = _best(rows_of_text(head.text, mark, where="")) if mark else None
        return found[0].contract.name if found else None
    if head.kind != "xlsx" or _WORKBOOK_PART not in head.content:
        return None
    if len(head.content) >= HEAD_BYTES:
        return _UNTOLD
    try:
        found = _best(open_workbook(head.content, where=""))
    except BadInputError:
        return _UNTOLD
    return found[0].contract.name if found else None


def words_of(table: str, column: str) -> dict[str, str]:
    """What may be written in an enumeration, in lower case, and the value each word stands for; else empty."""
    rows = [row for row in reference("own_file_words") if (row["table"], row["column"]) == (table, column)]
    words = {row["word_nl"].lower(): row["value"] for row in rows}
    words |= {row["word_en"].lower(): row["value"] for row in rows}
    return words | {row["value"].lower(): row["value"] for row in rows}


def _rows(file: SourceFile) -> tuple[list[Row], str, list[str]]:
    """The rows of a file, what stands between its cells (empty in a workbook) and remarks."""
    if file.head.kind == "xlsx":
        return rows_of_workbook(file), "", []
    text, western = file.text(western_allowed=True)
    if "\0" in text:
        raise BadInputError("the file holds NUL bytes, so it is no text table", where=file.name, todo="Save it as CSV")
    mark = _delimiter(text) or ";"
    remarks = ["the text was read as Windows-1252"] if western else []
    if "\ufffd" in text:
        remarks.append("the text holds characters that could not be read; they show as \ufffd")
    return list(rows_of_text(text, mark, where=file.name)), mark, remarks


def _read(file: SourceFile, strict: bool) -> Reading:
    rows, mark, remarks = _rows(file)
    found = _best(rows)
    if found is None:
        headers = "; ".join(", ".join(c.published for c in schema(t).columns if c.required) for t in KINDS.values())
        raise BadInputError(
            "the first row is not the header of one of your own files",
            where=file.name,
            todo=f"Write a template with Verband and fill it in; the required columns are: {headers}",
        )
    match, header = found
    _check_header(match, f"{file.name}, row {header.number}")
    records = rows[rows.index(header) + 1 :]
    kept, aside = _records(match, records, where=file.name, strict=strict)
    frame, more, words = _typed(match, kept, where=file.name, strict=strict, mark=mark)
    remarks += [*_unused(match), *words]
    if not records:
        remarks.append("the file holds no rows below its header")
    report = ReadingReport(len(records), frame.height, (*aside, *more), tuple(remarks))
    return Reading({match.contract.name: frame}, report, PurePosixPath(file.name).name)


def _check_header(match: _Match, where: str) -> None:
    names = _header_names(match.contract.name)
    seen: dict[str, str] = {}
    for name in match.header:
        column = names.get(_plain(name))
        if column in seen:
            raise BadInputError(
                f"columns {seen[column]!r} and {name!r} are the same column", where=where, todo="Keep one of them"
            )
        if column:
            seen[column] = name
    for wanted in match.contract.columns:
        if wanted.required and wanted.name not in match.positions:
            raise BadInputError(
                f"column {wanted.published!r} (or {wanted.name!r} in English) is not there",
                where=where,
                todo="Add it and fill it in for every row",
            )


def _unused(match: _Match) -> list[str]:
    names = _header_names(match.contract.name)
    remarks = []
    for name in match.header:
        if name and _plain(name) not in names:
            near = difflib.get_close_matches(_plain(name), names, n=1, cutoff=0.8)
            remarks.append(f"column {name!r} is not used" + (f"; did you mean {near[0]!r}?" if near else ""))
    return remarks


def _refuse(file: str, row: Row, message: str, others: int) -> BadInputError:
    more = f" ({others} more rows have a fault)" if others else ""
    return BadInputError(message + more, where=f"{file}, row {row.number}", todo=_TODO)


def _records(match: _Match, rows: Sequence[Row], *, where: str, strict: bool) -> tuple[list[Row], list[SetAside]]:
    """Rows as long as the header; comments below it and rows of another length are set aside."""
    width = max(index for index, name in enumerate(match.header) if name) + 1
    kept, aside = [], []
    for row in rows:
        spare = any(cell is not None for cell in row.cells[width:])
        if comment(row):
            aside.append(SetAside(row.number, "begins with #, so it was taken as a comment", row.text))
        elif len(row.cells) < width or spare:
            if strict:
                message = f"the row has {len(row.cells)} cells where the header has {width}: {row.text[:80]!r}"
                raise _refuse(where, row, message, 0)
            aside.append(SetAside(row.number, "row with another number of cells than the header", row.text))
        else:
            kept.append(row)
    return kept, aside


def _typed(
    match: _Match, rows: Sequence[Row], *, where: str, strict: bool, mark: str
) -> tuple[pl.DataFrame, list[SetAside], list[str]]:
    """Convert the rows, set those with a fault aside (or stop), and hold the rest against the contract."""
    table = match.contract.name
    labels = {name: match.header[index] for name, index in match.positions.items()}
    columns = [column for column in match.contract.columns if column.name in match.positions]
    cells = {column.name: [row.cells[match.positions[column.name]] for row in rows] for column in columns}
    figures = [(column, cells[column.name]) for column in columns if column.type in {"number", "integer"}]
    marks = marks_in(figures)
    made = {
        column.name: convert(
            column,
            cells[column.name],
            label=labels[column.name],
            words=words_of(table, column.name),
            dutch_file=marks == {","},
            dutch_separator=mark == ";" and "." not in marks,
        )
        for column in columns
    }
    problems = _problems(table, made, labels, len(rows))
    if problems and strict:
        index, problem = min(problems.items())
        raise _refuse(where, rows[index], problem.message, len(problems) - 1)
    aside = [SetAside(rows[i].number, item.reason, rows[i].text) for i, item in sorted(problems.items())]
    good = [index for index in range(len(rows)) if index not in problems]
    frame, more = _fulfil(match, [rows[i] for i in good], made, good, where=where, strict=strict)
    return frame, [*aside, *more], [remark for column in made.values() for remark in column.remarks]


def _fulfil(
    match: _Match,
    rows: Sequence[Row],
    made: Mapping[str, Converted],
    good: Sequence[int],
    *,
    where: str,
    strict: bool,
) -> tuple[pl.DataFrame, list[SetAside]]:
    """Required values, ranges and keys, with the user's own headers in the messages."""
    labels = {name: match.header[index] for name, index in match.positions.items()}
    contract = replace(
        match.contract,
        columns=tuple(replace(c, published=labels.get(c.name, c.published)) for c in match.contract.columns),
    )
    types = polars_schema(match.contract)
    texts: dict[str, pl.Series] = {}
    converters: dict[str, pl.Expr] = {}
    for name, index in match.positions.items():
        column = made[name]
        shown = [None if i in column.blanked else row.cells[index] for i, row in zip(good, rows, strict=True)]
        texts[labels[name]] = pl.Series(labels[name], [None if c is None else show(c) for c in shown], dtype=pl.String)
        values: list[Value] = [column.values[i] for i in good]
        converters[name] = pl.lit(pl.Series(name, values, dtype=types[name]))
    raw = pl.DataFrame([*texts.values(), pl.Series(LINE, [row.number for row in rows], dtype=pl.Int64)])
    try:
        typed = apply_schema(raw, contract, where=where, strict=strict, converters=converters)
    except BadInputError as error:
        raise BadInputError(error.what, where=error.where.replace(", line ", ", row "), todo=_TODO) from error
    return typed.frame.drop(LINE), list(typed.set_aside)


Check = Callable[[Mapping[str, Sequence[Value]], int], Problem | None]


def _problems(table: str, made: Mapping[str, Converted], labels: Mapping[str, str], count: int) -> dict[int, Problem]:
    """The first problem of every row that has one: cells that cannot be read, then cells that contradict."""
    found: dict[int, Problem] = {}
    for column in made.values():
        for index, problem in column.problems.items():
            found.setdefault(index, problem)
    values = {name: column.values for name, column in made.items()}
    for index in range(count):
        if index not in found and (said := _contradiction(table, values, labels, index)):
            found[index] = said
    if table == "own_arrangements":
        _find_double_contributions(values, labels, found, count)
    return found


def _contradiction(
    table: str, values: Mapping[str, Sequence[Value]], labels: Mapping[str, str], index: int
) -> Problem | None:
    def at(name: str) -> Value:
        return values[name][index] if name in values else None

    def label(name: str) -> str:
        return labels.get(name, name)

    entry, left, votes, total = at("entry"), at("exit"), at("votes"), at("total_votes")
    if entry is not None and left is not None and str(left) < str(entry):
        return Problem("leaving before joining", f"column {label('exit')!r} ({left}) is before the entry on {entry}")
    if isinstance(votes, float) and isinstance(total, float) and votes > total:
        return Problem(
            "more votes than there are", f"column {label('votes')!r} ({votes:g}) is more than all votes ({total:g})"
        )
    if at("contribution_eur_per_year") is not None and at("contribution_year") is None:
        return Problem(
            "contribution without a year",
            f"column {label('contribution_eur_per_year')!r} is filled in, but no year of the contribution is",
        )
    for name in _ABOVE_ZERO.get(table, ()):
        value = at(name)
        if isinstance(value, int | float) and value <= 0:
            return Problem("not more than 0", f"column {label(name)!r} holds {value:g}, expected more than 0")
    if table == "own_procedures" and at("municipalities") is not None:
        names = [part.strip() for part in str(at("municipalities")).split("+")]
        if len(set(names)) < 2 or "" in names or len(set(names)) != len(names):
            return Problem(
                "no two municipalities joined by +",
                f"column {label('municipalities')!r} holds {str(at('municipalities'))[:60]!r}, "
                "expected two or more municipalities joined by +",
            )
    return None


def _find_double_contributions(
    values: Mapping[str, Sequence[Value]], labels: Mapping[str, str], found: dict[int, Problem], count: int
) -> None:
    """Two rows for two documents must not count one contribution twice."""
    names = ("arrangement", "participant", "contribution_year", "as_of")
    documents = values.get("document")
    seen: dict[tuple[Value, ...], int] = {}
    if "contribution_eur_per_year" not in values or documents is None:
        return
    for index in range(count):
        if index in found or values["contribution_eur_per_year"][index] is None:
            continue
        key = tuple(values[name][index] for name in names if name in values)
        first = seen.setdefault(key, index)
        if documents[first] != documents[index]:
            column = labels["contribution_eur_per_year"]
            found[index] = Problem(
                "contribution given twice",
                f"column {column!r} is filled in twice for the same arrangement, participant, year and date; "
                "leave it empty in the row of the second document",
            )


def _format(kind: str, table: str) -> Format:
    def recognised(head: Head) -> bool:
        return _table_of(head) == table

    return Format(f"own file: {kind}", SOURCE, (table,), recognised, _read)


FORMATS: tuple[Format, ...] = (
    *(_format(kind, table) for kind, table in KINDS.items()),
    Format(
        "own file: workbook",
        SOURCE,
        tuple(KINDS.values()),
        lambda head: _table_of(head) == _UNTOLD,
        _read,
    ),
)
