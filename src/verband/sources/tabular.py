"""Reading a published table strictly: every row is accounted for, every value is held against the contract.

The text is split by Arrow's CSV reader, which reports rows of the wrong length; values are converted and
checked column by column in polars. A fault stops the load with one message, or sets the row aside when the
caller asked to keep going.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import cast

import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from verband.domain.schema import Allowed, Column, Schema
from verband.errors import BadInputError
from verband.sources.files import SourceFile
from verband.sources.reading import SetAside

DELIMITERS = (",", ";", "\t")
MISSING_AMOUNT = -99998
"""Published by one database on the Iv3 tables for "no figure"; compared by equality, as real amounts can be lower."""
LINE = "_line"
_BLOCK_BYTES = 4 * 1024 * 1024
"""Rows longer than this are read in one piece."""
_POLARS_TYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "date": pl.Date(),
    "boolean": pl.Boolean(),
}
_TYPE_WORDS = {
    "integer": "a whole number",
    "number": "a number",
    "date": "a date like 2024-12-31",
    "boolean": "yes or no",
}


def split_header(line: str, delimiter: str) -> tuple[str, ...]:
    """Split a header line, quotes allowed; an unreadable line has no columns."""
    try:
        return tuple(cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return ()


def polars_schema(schema: Schema) -> dict[str, pl.DataType]:
    """Column types of the tidy frame of a schema."""
    return {column.name: _POLARS_TYPES[column.type] for column in schema.columns}


def empty(schema: Schema) -> pl.DataFrame:
    """Return a frame without rows that fulfils the contract."""
    return pl.DataFrame(schema=polars_schema(schema))


@dataclass(frozen=True, slots=True)
class Raw:
    """A table as text.

    Attributes
    ----------
    frame
        All columns as text with empty cells null, plus the integer column ``_line``.
    rows_read
        Records in the file, header and blank lines not counted.
    set_aside
        Records of the wrong length (only when the caller keeps going).
    """

    frame: pl.DataFrame
    rows_read: int
    set_aside: tuple[SetAside, ...]


def read_raw(
    file: SourceFile,
    *,
    delimiter: str,
    strict: bool,
    header: Sequence[str] | None = None,
    skip_lines: int = 0,
    text: str | None = None,
    numbers: Sequence[str] = (),
) -> Raw:
    """Split a delimited file into text columns.

    Parameters
    ----------
    file
        The file; its content is read whole.
    delimiter
        The character between cells.
    strict
        Stop at the first row of the wrong length, or set such rows aside.
    header
        Column names for a file without a header row.
    skip_lines
        Lines before the header (comments of a template).
    text
        The content where the caller has decoded it already.
    numbers
        Columns to read as numbers at once, which is faster; when any cell of theirs is none, all columns are text.

    Raises
    ------
    BadInputError
        For a file without rows or columns, a repeated column name, text that is not UTF-8, quotes that never
        close, or (strict) a row of the wrong length.
    """
    content = file.utf8() if text is None else text.encode()
    if b"\0" in content:
        raise BadInputError("the file holds NUL bytes, so it is no text table", where=file.name, todo="Fetch it again")
    if not content.strip():
        raise BadInputError("the file is empty", where=file.name, todo="Fetch it again, or leave it out")
    wrong: list[tuple[int, int, str]] = []
    try:
        table = _split(content, delimiter=delimiter, header=header, skip_lines=skip_lines, wrong=wrong, numbers=numbers)
    except pa.ArrowInvalid as error:
        raise BadInputError(
            f"the rows cannot be told apart ({error})",
            where=file.name,
            todo="Check the separator and that every quote is closed",
        ) from error
    names = [name.strip() for name in table.column_names]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise BadInputError(
            f"column {repeated[0]!r} stands there more than once", where=file.name, todo="Keep one of them"
        )
    # One piece per block: joining them would hold the table twice.
    frame = cast("pl.DataFrame", pl.from_arrow(table.rename_columns(names), rechunk=False))
    first = skip_lines + (1 if header else 2)
    blank = {number for number, _, row in wrong if not row.strip()}
    faulty = [item for item in wrong if item[0] not in blank]
    del table
    lines = _lines(frame, first, {number for number, _, _ in wrong})
    frame = frame.with_columns(_count_breaks(frame, lines) if b'"' in content else lines)
    if len(names) == 1:  # a blank line of a one-column table is no row of the wrong length
        frame = frame.filter(pl.col(names[0]).is_not_null())
    if faulty and strict:
        number, columns, row = faulty[0]
        raise BadInputError(
            f"the row has {columns} cells where the header has {len(names)}: {row[:80]!r}",
            where=f"{file.name}, line {number}",
            todo="The file is cut off or damaged here; mend the row, fetch the file again, or use --keep-going",
        )
    aside = tuple(
        SetAside(number, "row with another number of cells than the header", row[:200]) for number, _, row in faulty
    )
    return Raw(frame, frame.height + len(aside), aside)


def _split(
    content: bytes,
    *,
    delimiter: str,
    header: Sequence[str] | None,
    skip_lines: int,
    wrong: list[tuple[int, int, str]],
    numbers: Sequence[str] = (),
) -> pa.Table:
    """Split the content into columns; rows of another length go to ``wrong`` with their number."""

    def on_wrong_length(row: arrow_csv.InvalidRow) -> str:
        wrong.append((row.number, row.actual_columns, row.text))
        return "skip"

    def read(block_size: int, types: Mapping[str, pa.DataType]) -> pa.Table:
        wrong.clear()
        return arrow_csv.read_csv(
            pa.BufferReader(content),
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                column_names=list(header) if header else None,
                skip_rows=skip_lines,
                block_size=block_size,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=b'"' in content,
                ignore_empty_lines=False,
                invalid_row_handler=on_wrong_length,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=types, default_column_type=pa.string(), null_values=[""], strings_can_be_null=True
            ),
            memory_pool=pa.system_memory_pool(),
        )

    if numbers:
        with suppress(pa.ArrowInvalid):
            return read(_BLOCK_BYTES, dict.fromkeys(numbers, pa.float64()))
    try:
        return read(_BLOCK_BYTES, {})
    except pa.ArrowInvalid:
        if len(content) <= _BLOCK_BYTES:
            raise
        return read(len(content) + 1, {})


def _lines(frame: pl.DataFrame, first: int, taken: Set[int]) -> pl.Series:
    """Line in the file of every row that was kept; lines that were ``taken`` by others are passed over."""
    lines = pl.int_range(first, first + frame.height + len(taken), eager=True)
    if taken:
        lines = lines.filter(~lines.is_in(sorted(taken)))
    return lines.head(frame.height).alias(LINE)


def _count_breaks(frame: pl.DataFrame, lines: pl.Series) -> pl.Series:
    """Move lines down by the line ends inside the cells above them."""
    breaks = frame.select(
        pl.sum_horizontal(pl.col(pl.String).str.count_matches("\n", literal=True).fill_null(0)).alias("n")
    ).to_series()
    return (lines + breaks.cum_sum().shift(1, fill_value=0).cast(pl.Int64)).alias(LINE)


def number(text: pl.Expr) -> pl.Expr:
    """Text to number as published: a point for decimals; anything else is null."""
    return text.str.strip_chars().cast(pl.Float64, strict=False)


def convert(column: Column, text: pl.Expr) -> pl.Expr:
    """Text to the type of a column; what does not fit becomes null and is found by ``check``."""
    stripped = text.str.strip_chars()
    match column.type:
        case "integer":
            value = stripped.cast(pl.Float64, strict=False)
            whole = pl.when(value == value.round(0)).then(value)
            converted = stripped.cast(pl.Int64, strict=False).fill_null(whole.cast(pl.Int64, strict=False))
        case "number":
            value = stripped.cast(pl.Float64, strict=False)
            converted = pl.when(value.is_finite()).then(value)
        case "date":
            converted = stripped.str.to_date("%Y-%m-%d", strict=False)
        case "boolean":
            lower = stripped.str.to_lowercase()
            converted = (
                pl.when(lower.is_in(["yes", "ja", "true", "1"]))
                .then(statement=True)
                .when(lower.is_in(["no", "nee", "false", "0"]))
                .then(statement=False)
            )
        case _:
            converted = pl.when(stripped != "").then(stripped)
    if column.unit == "keur":
        converted = pl.when(converted != MISSING_AMOUNT).then(converted)
    return converted.alias(column.name)


def breaks_rule(allowed: Allowed, value: pl.Expr) -> pl.Expr | None:
    """Whether a non-null value breaks its rule; ``None`` where there is no rule."""
    if allowed.values:
        return ~value.is_in(list(allowed.values))
    if allowed.pattern:
        ascii_digits = allowed.pattern.replace(r"\d", "[0-9]")  # Rust's \d takes the digits of every script
        return ~value.str.contains(f"^(?:{ascii_digits})$")
    if allowed.until_today:
        return value > date.today()  # noqa: DTZ011  the user's own calendar day
    conditions = []
    if allowed.low is not None:
        conditions.append(value < allowed.low)
    if allowed.high is not None:
        conditions.append(value > allowed.high)
    return pl.any_horizontal(conditions) if conditions else None


@dataclass(frozen=True, slots=True)
class Typed:
    """A validated table.

    Attributes
    ----------
    frame
        As the schema says, sorted as published, plus ``_line``.
    set_aside
        Records that broke the contract (only when the caller keeps going) and identical duplicates.
    """

    frame: pl.DataFrame
    set_aside: tuple[SetAside, ...]


def apply_schema(
    raw: pl.DataFrame,
    schema: Schema,
    *,
    where: str,
    strict: bool,
    translate: Mapping[str, Mapping[str, str]] | None = None,
    converters: Mapping[str, pl.Expr] | None = None,
) -> Typed:
    """Convert a table of text to its contract and hold every value against it.

    Parameters
    ----------
    raw
        Text columns under their published names (or, for derived columns, under Verband's own), and ``_line``.
    schema
        The contract.
    where
        Name of the file, for messages.
    strict
        Stop at the first fault, or set faulty rows aside.
    translate
        Per column of the schema, published value to ours; a value not listed is a fault.
    converters
        Per column of the schema, an expression on ``raw`` that gives the typed value where the plain
        conversion will not do; null where it does not fit.

    Raises
    ------
    BadInputError
        With line, column, value and rule of the first fault, and how many more there are (strict); or when two
        rows with the same key differ.
    """
    translate, converters = translate or {}, converters or {}
    columns: list[pl.Series] = []
    faults: dict[str, pl.Series] = {}
    for column in schema.columns:  # one by one: together they would hold several copies of the table in memory
        value, fault = _typed_column(raw, column, translate.get(column.name), converters.get(column.name))
        columns.append(value)
        if fault is not None and fault.any():
            faults[column.name] = fault
    frame = pl.DataFrame([*columns, raw[LINE]])
    return _resolve(frame, faults, raw, schema, where=where, strict=strict)


def _typed_column(
    raw: pl.DataFrame, column: Column, translate: Mapping[str, str] | None, converter: pl.Expr | None
) -> tuple[pl.Series, pl.Series | None]:
    """The values of one column of the schema, and where they break the contract."""
    kind = _POLARS_TYPES[column.type]
    name = column.published if column.published in raw.columns else column.name
    if converter is not None:
        value, published, is_text = converter.cast(kind), converter, False
        if name in raw.columns:
            published, is_text = pl.col(name), raw.schema[name] == pl.String
    elif name not in raw.columns:
        return pl.Series(column.name, [None] * raw.height, dtype=kind), None
    else:
        published, is_text = pl.col(name), raw.schema[name] == pl.String
        text = published
        if translate is not None:
            text = text.str.strip_chars().replace_strict(translate, default=pl.lit("\0"))
        value = convert(column, text) if is_text else _number_column(column, published, raw.schema[name]).cast(kind)
    fault = _fault(column, value, published, is_text=is_text)
    if converter is None and is_text:
        return _by_distinct_value(raw[name], column, value, fault)
    both = raw.select(value.alias(column.name), fault)
    return both[column.name], both[f"!{column.name}"]


def _number_column(column: Column, published: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """A column that was read as numbers: infinities are no figures, and -99998 says that there is none."""
    if not kind.is_float():
        return published
    value = pl.when(published.is_finite()).then(published)
    return pl.when(value != MISSING_AMOUNT).then(value) if column.unit == "keur" else value


def _by_distinct_value(
    text: pl.Series, column: Column, value: pl.Expr, fault: pl.Expr
) -> tuple[pl.Series, pl.Series | None]:
    """Convert and check each distinct text once: codes and years repeat thousands of times."""
    if text.is_empty():
        return pl.Series(column.name, [], dtype=_POLARS_TYPES[column.type]), None
    distinct = text.unique().to_frame()
    both = distinct.with_columns(value.alias("#value"), fault.alias("#fault"))
    bad = both.filter("#fault").get_column(text.name)
    faults = None
    if bad.len():
        faults = text.is_in(bad.drop_nulls().implode()).fill_null(value=False)
        if bad.null_count():
            faults = faults | text.is_null()
    if column.type == "text" and both["#value"].equals(both[text.name]):
        return text.alias(column.name), faults
    converted = text.replace_strict(both[text.name], both["#value"], return_dtype=both.schema["#value"])
    return converted.alias(column.name), faults


def _fault(column: Column, value: pl.Expr, published: pl.Expr, *, is_text: bool) -> pl.Expr:
    """A boolean column per schema column: the value breaks the contract."""
    given = published.is_not_null()
    if is_text:
        given = given & (published.str.strip_chars() != "")
    fault = given & value.is_null()
    if column.unit == "keur":
        amount = number(published) if is_text else published
        fault = fault & (amount != MISSING_AMOUNT).fill_null(value=True)
    if column.type == "text":
        fault = value.fill_null("") == "\0"
    if (broken := breaks_rule(column.allowed, value)) is not None:
        fault = fault | broken.fill_null(value=False)
    if column.required:
        fault = fault | value.is_null()
    return fault.fill_null(value=False).alias(f"!{column.name}")


def _resolve(
    frame: pl.DataFrame, faults: Mapping[str, pl.Series], raw: pl.DataFrame, schema: Schema, *, where: str, strict: bool
) -> Typed:
    aside: list[SetAside] = []
    if faults:
        bad = pl.DataFrame(list(faults.values())).select(pl.any_horizontal(pl.all())).to_series()
        rows = bad.arg_true().to_list()
        if strict:
            more = f" ({len(rows) - 1} more rows have a fault)" if len(rows) > 1 else ""
            raise BadInputError(
                _reason(frame, faults, raw, schema, rows[0])[1] + more,
                where=f"{where}, line {frame[LINE][rows[0]]}",
                todo="Mend the file, or use --keep-going to set such rows aside",
            )
        aside = [
            SetAside(int(frame[LINE][row]), _reason(frame, faults, raw, schema, row)[0], _as_text(raw, row))
            for row in rows
        ]
        frame = frame.filter(~bad)
    if schema.key:
        frame, repeated = _unique(frame, raw, schema, where=where, strict=strict)
        aside.extend(repeated)
    return Typed(frame, tuple(aside))


def _reason(
    frame: pl.DataFrame, faults: Mapping[str, pl.Series], raw: pl.DataFrame, schema: Schema, row: int
) -> tuple[str, str]:
    """The general reason (for counting) and the exact message (for the reader) of a faulty row."""
    name = next(name for name, fault in faults.items() if fault[row])
    column = schema.column(name)
    label = column.published or column.name
    published = raw[label][row] if label in raw.columns else frame[name][row]
    if published is None or not str(published).strip():
        return f"column {label}: empty", f"column {label!r} is empty, and it has to be filled in"
    rule = column.allowed.describe() or _TYPE_WORDS.get(column.type, "another value")
    return f"column {label}: not {rule}", f"column {label!r} holds {str(published)[:60]!r}, expected {rule}"


def _as_text(raw: pl.DataFrame, row: int) -> str:
    cells = [str(value) for name, value in zip(raw.columns, raw.row(row), strict=True) if name != LINE and value]
    return " | ".join(cells)[:200]


def _unique(
    frame: pl.DataFrame, raw: pl.DataFrame, schema: Schema, *, where: str, strict: bool
) -> tuple[pl.DataFrame, list[SetAside]]:
    """Set identical repeated rows aside; two rows with one key and different values are a fault."""
    key = list(schema.key)
    if frame.select(key).hash_rows().n_unique() == frame.height:
        return frame, []
    values = [name for name in schema.names if name not in key]
    first = frame.unique(subset=key, keep="first", maintain_order=True)
    repeated = frame.join(first.select(LINE), on=LINE, how="anti").join(
        first, on=key, how="left", suffix=":first", nulls_equal=True
    )
    lines = dict(zip(raw[LINE].to_list(), range(raw.height), strict=True))
    aside = []
    for record in repeated.iter_rows(named=True):
        same = all(record[name] == record[f"{name}:first"] for name in values)
        if not same and strict:
            shown = ", ".join(f"{name} {record[name]}" for name in key)
            raise BadInputError(
                f"a second, different row for {shown} (the first is on line {record[f'{LINE}:first']})",
                where=f"{where}, line {record[LINE]}",
                todo="Keep the right one, or use --keep-going to keep the first",
            )
        reason = "repeats an earlier row" if same else "second, different row for the same key; the first is kept"
        aside.append(SetAside(record[LINE], reason, _as_text(raw, lines[record[LINE]])))
    return first, aside
