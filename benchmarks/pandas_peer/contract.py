"""Splitting a delimited file and holding every value against its contract, with pandas on Arrow.

Settings that make it fast: Arrow's reader with all cores, text as dictionaries (categoricals), so that a rule is
checked once per distinct value, and numbers parsed by Arrow itself; only a file in which that fails is read as text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pyarrow as pa
from pyarrow import csv as arrow_csv

from verband.domain.schema import Column, Schema

DICTIONARY = pa.dictionary(pa.int32(), pa.string())
MISSING_AMOUNT = -99998
NATIONAL_ROW = "national total row"
PANDAS_TYPES = {"text": "str", "integer": "Int64", "number": "float64", "date": "datetime64[s]", "boolean": "boolean"}


Aside = tuple[int | None, str, str | None]
"""Line, reason and text of a record that was set aside."""


class FaultyFileError(Exception):
    """A file that breaks its contract."""


@dataclass
class Read:
    """Tables of one file, its records read, and why records were set aside."""

    tables: dict[str, pd.DataFrame]
    rows_read: int
    scope: str = ""
    aside: list[Aside] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def split(
    content: bytes,
    delimiter: str,
    where: str,
    *,
    header: Sequence[str] | None = None,
    numbers: Sequence[str] = (),
    text: Sequence[str] = (),
) -> pd.DataFrame:
    """Split a file: ``numbers`` as float, ``text`` as plain text, all else as categoricals; every row one length."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in content or not content.strip():
        raise FaultyFileError(f"{where}: empty, or no text")
    names = header or [name.strip() for name in first_row(content, delimiter)]
    if len(set(names)) != len(names):
        raise FaultyFileError(f"{where}: a column stands there twice")

    def read(numeric: Sequence[str]) -> pd.DataFrame:
        types = {
            name: pa.float64() if name in numeric else pa.string() if name in text else DICTIONARY for name in names
        }
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            read_options=arrow_csv.ReadOptions(column_names=names, skip_rows=0 if header else 1),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in content),
            convert_options=arrow_csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True),
        )
        return table.to_pandas(split_blocks=True, self_destruct=True)

    try:
        return read(numbers)
    except pa.ArrowInvalid:
        try:
            return read(())
        except pa.ArrowInvalid as error:
            raise FaultyFileError(f"{where}: {error}") from error


def first_row(content: bytes, delimiter: str) -> list[str]:
    """Cells of the first line; names of columns hold no quoted line ends."""
    line = content.split(b"\n", 1)[0].rstrip(b"\r").decode("utf-8", errors="replace")
    return next(csv.reader([line], delimiter=delimiter), [])


def text_of(values: pd.Series) -> pd.Series:
    """A column as plain text."""
    return values.astype("str")


def mapped(values: pd.Series, function: Callable[[str], Any]) -> pd.Series:
    """Apply a function once to every distinct text of a categorical."""
    known = {value: function(value) for value in values.cat.categories}
    return pd.Series([known.get(value) for value in values], index=values.index)


def _convert(column: Column, text: pd.Series) -> pd.Series:
    """Distinct texts to values of the column; what does not fit is missing."""
    stripped = text.str.strip()
    match column.type:
        case "integer" | "number":
            value = pd.to_numeric(stripped, errors="coerce").astype("float64")
            value = value.where(np.isfinite(value))
            return value.where(value == value.round()) if column.type == "integer" else value
        case "date":
            return pd.to_datetime(stripped, format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")
        case "boolean":
            words = {
                "yes": True,
                "ja": True,
                "true": True,
                "1": True,
                "no": False,
                "nee": False,
                "false": False,
                "0": False,
            }
            return stripped.str.lower().map(words).astype("boolean")
        case _:
            return stripped.where(stripped != "")


def _broken(column: Column, value: pd.Series) -> pd.Series:
    """Whether a value breaks the rule of its column; a missing one does not."""
    rule = column.allowed
    if rule.values:
        return ~value.isin(rule.values) & value.notna()
    if rule.pattern:
        pattern = re.compile(rule.pattern, re.ASCII)
        return pd.Series([isinstance(item, str) and not pattern.fullmatch(item) for item in value], index=value.index)
    broken = pd.Series(data=False, index=value.index)
    if rule.low is not None:
        broken |= (value < rule.low).fillna(value=False).astype("bool")
    if rule.high is not None:
        broken |= (value > rule.high).fillna(value=False).astype("bool")
    return broken


def _stop_at_first(column: Column, faulty: Any, published: pd.Series, where: str) -> None:
    rows = np.flatnonzero(faulty)
    if len(rows):
        value, rule = published.iloc[int(rows[0])], column.allowed.describe() or column.type
        raise FaultyFileError(
            f"{where}, line {rows[0] + 2}: column {column.published!r} holds {value!r}, expected {rule}"
        )


def _numbers(column: Column, published: pd.Series, where: str) -> pd.Series:
    """A column that Arrow has parsed as numbers."""
    value = published.where(np.isfinite(published))
    if column.unit == "keur":
        value = value.mask(value == MISSING_AMOUNT)
        published = published.mask(published == MISSING_AMOUNT)
    return _made(column, value, where, extra=published.notna() & value.isna())


def _made(column: Column, value: pd.Series, where: str, extra: pd.Series | None = None) -> pd.Series:
    """A column that is typed already: only its rules are left."""
    faulty = np.zeros(len(value), dtype="bool") if extra is None else extra.to_numpy()
    if isinstance(value.dtype, pd.CategoricalDtype):
        wrong = np.flatnonzero(_broken(column, pd.Series(value.cat.categories)))
        if len(wrong):
            faulty = faulty | np.isin(value.cat.codes, wrong)
    elif column.allowed.describe():
        faulty = faulty | _broken(column, value).to_numpy()
    if column.required:
        faulty = faulty | value.isna().to_numpy()
    _stop_at_first(column, faulty, value, where)
    return value.astype("Int64") if column.type == "integer" else value


def _texts(column: Column, published: pd.Series, translate: Mapping[str, str] | None, where: str) -> pd.Series:
    """A column of categoricals; every distinct text is converted and checked once."""
    codes = published.cat.codes.to_numpy()
    texts = pd.Series(published.cat.categories, dtype="str")
    source = texts.str.strip().map(translate).astype("str") if translate is not None else texts
    value = _convert(column, source)
    faulty = (texts.str.strip() != "") & value.isna()
    if column.unit == "keur":
        value = value.mask(value == MISSING_AMOUNT)
    faulty = faulty | _broken(column, value)
    if column.required:
        faulty = faulty | value.isna()
    wrong = [*np.flatnonzero(faulty), *([-1] if column.required else [])]
    if wrong:
        _stop_at_first(column, np.isin(codes, wrong), published, where)
    if column.type == "integer":
        value = value.astype("Int64")
    if column.type != "text":
        return pd.Series(value.array.take(codes, allow_fill=True), index=published.index)
    if value.notna().all() and value.is_unique:
        return published.cat.rename_categories(value.tolist())
    taken = pd.array(value.to_list(), dtype="str").take(codes, allow_fill=True)
    return pd.Series(taken, index=published.index).astype("category")


def _typed(column: Column, published: pd.Series, translate: Mapping[str, str] | None, where: str) -> pd.Series:
    """One published column by its contract."""
    if isinstance(published.dtype, np.dtype) and published.dtype.kind == "f":
        return _numbers(column, published, where)
    if not isinstance(published.dtype, pd.CategoricalDtype):
        published = published.astype("category")
    return _texts(column, published, translate, where)


def apply_contract(
    raw: pd.DataFrame,
    contract: Schema,
    where: str,
    *,
    translate: Mapping[str, Mapping[str, str]] | None = None,
    ready: Mapping[str, pd.Series] | None = None,
) -> tuple[pd.DataFrame, pd.Series]:
    """Convert and check every column, then the key: the tidy table, and which rows repeated an earlier one.

    Parameters
    ----------
    raw
        From :func:`split`.
    contract
        The schema.
    where
        Name of the file.
    translate
        Per column, published value to ours.
    ready
        Columns with values that were made otherwise; they are checked too.

    Raises
    ------
    FaultyFileError
        At the first value that breaks the contract, or two different rows with one key.
    """
    translate, ready = translate or {}, ready or {}
    columns: dict[str, pd.Series] = {}
    for column in contract.columns:
        if column.name in ready:
            columns[column.name] = _made(column, ready[column.name], where)
        elif column.published and column.published in raw.columns:
            columns[column.name] = _typed(column, raw[column.published], translate.get(column.name), where)
        else:
            columns[column.name] = pd.Series(index=raw.index, dtype=PANDAS_TYPES[column.type])
    frame = pd.DataFrame(columns, index=raw.index, copy=False)
    repeated = frame.duplicated(subset=list(contract.key)) if contract.key else pd.Series(data=False, index=frame.index)
    if repeated.any():
        if (repeated & ~frame.duplicated()).any():
            row = int(np.flatnonzero(repeated & ~frame.duplicated())[0])
            raise FaultyFileError(f"{where}, line {row + 2}: a second, different row for the same key")
        frame = frame[~repeated]
    return frame, repeated
