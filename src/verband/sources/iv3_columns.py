"""The tables of a definition file as columns, where the file is just as published.

A file holds thousands of blocked cells, so it is taken column by column, without a look at where a value stands.
Anything unexpected (another shape, an empty code, a repeated record) gives ``None``: the walk through single values
in ``iv3_definitions`` then says what it is, and where.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any

from verband.domain.schema import schema

__all__ = ["Columns", "columns_as_published", "row_code_key"]

Columns = dict[str, list[Any]]
_Document = Mapping[str, Any]
_JSON = json.JSONEncoder(ensure_ascii=False).encode
_WHOLE_LIMIT = 2**31


class _UnexpectedError(Exception):
    """The file is not just as published."""


def row_code_key(part: str) -> str:
    """Key of the row's code in a blocked cell of this part of the delivery."""
    return "balanscode" if part.startswith("balans") else "taakveld"


def columns_as_published(table: str, document: _Document) -> Columns | None:
    """Return the columns of one table, all but layer and year.

    Parameters
    ----------
    table
        ``iv3_codes``, ``iv3_blocked_cells`` or ``iv3_checks``.
    document
        The definition file.

    Returns
    -------
    dict or None
        Equally long lists by column name, in the order of the file; ``None`` if anything is not as published.
    """
    try:
        return _COLUMNS[table](document)
    except (_UnexpectedError, KeyError, TypeError):
        return None


def _codes(document: _Document) -> Columns:
    columns: Columns = {name: [] for name in ("list", "position", "code", "parent", "title")}
    for name, listed in _object(document["codelijsten"]).items():
        nested = list(_nested(listed["codelijst"], None))
        records, parents = [record for record, _ in nested], [parent for _, parent in nested]
        codes = _filled(records, "code")
        _all_different(parents, codes)
        columns["list"] += [name] * len(codes)
        columns["position"] += range(1, len(codes) + 1)
        columns["code"] += codes
        columns["parent"] += parents
        columns["title"] += _optional(records, "omschrijving")
    return columns


def _nested(records: object, parent: str | None) -> Iterator[tuple[Any, str | None]]:
    """Codes with the code they are part of, depth first; the nesting is bounded where the file is loaded."""
    for record in _list(records):
        yield record, parent
        if "subcodes" in record:
            yield from _nested(record["subcodes"], record["code"])


def _blocked_cells(document: _Document) -> Columns:
    parts = schema("iv3_blocked_cells").column("part").allowed.values
    columns: Columns = {name: [] for name in ("part", "row_code", "category")}
    for part, cells in _object(document["grijze_cellen"]).items():
        if part not in parts:
            raise _UnexpectedError
        row_codes = _filled(_list(cells), row_code_key(part))
        categories = _filled(cells, "categorie")
        _all_different(row_codes, categories)
        columns["part"] += [part] * len(row_codes)
        columns["row_code"] += row_codes
        columns["category"] += categories
    return columns


def _checks(document: _Document) -> Columns:
    records: list[Any] = []
    number, calculation = "nummer", "calculaties"
    if "controles" in document:
        records = _list(document["controles"])
    elif "controlelijst" in document:
        records = _list(document["controlelijst"]["controles"])
        number, calculation = "controle-id", "definitie"
    numbers = [record[number] for record in records]
    if not _types(numbers) <= {int} or not all(0 <= value < _WHOLE_LIMIT for value in numbers):
        raise _UnexpectedError
    _all_different(numbers)
    return {
        "number": numbers,
        "error_code": _optional(records, "foutcode"),
        "title": _optional(records, "omschrijving"),
        "calculation": [_JSON(record[calculation]) for record in records],
    }


_COLUMNS: Mapping[str, Callable[[_Document], Columns]] = {
    "iv3_codes": _codes,
    "iv3_blocked_cells": _blocked_cells,
    "iv3_checks": _checks,
}


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _UnexpectedError
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise _UnexpectedError
    return value


def _types(values: Iterable[object]) -> set[type]:
    return set(map(type, values))


def _filled(records: list[Any], key: str) -> list[str]:
    texts = list(map(itemgetter(key), records))
    if not _types(texts) <= {str} or not all(map(str.strip, set(texts))):
        raise _UnexpectedError
    return texts


def _optional(records: list[Any], key: str) -> list[str | None]:
    if not _types(record[key] for record in records if key in record) <= {str}:
        raise _UnexpectedError
    return [record.get(key) for record in records]


def _all_different(*columns: list[Any]) -> None:
    if len(set(zip(*columns, strict=True))) != len(columns[0]):
        raise _UnexpectedError
