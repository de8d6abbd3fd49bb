"""Iv3 definition files: code lists, cells that must stay empty, checks, error codes and delivery schemas.

A definition file says for one layer of government and one year which codes a delivery may use. Nested codes
are flattened to one row per code with its parent; layer and year are those of the metadata inside, as some
files are copies under another layer's name. Source of the shape: CBS, Iv3 definitiebestanden (statistiekcbs).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

import polars as pl

from verband.domain.schema import schema
from verband.errors import BadInputError
from verband.sources.files import Head, SourceFile
from verband.sources.formats import Format
from verband.sources.iv3_columns import columns_as_published, row_code_key
from verband.sources.json_files import load_json, type_word
from verband.sources.reading import Reading, ReadingReport, SetAside
from verband.sources.tabular import polars_schema

SOURCE = "iv3_definitions"
REPEATED = "repeats an earlier record"
_TODO = "Restore it as published, or fetch the file again"
_SCHEMA_VERSION = re.compile(r"_v(\d+(?:_\d+)*)", re.IGNORECASE)
_DESCRIBED_VERSION = re.compile(r"versie (\d+(?:\.\d+)*)")
_NAMED_LAYER = re.compile(r"_([a-z]+)_(\d{4})(?!\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Place:
    """A value inside a document and the path that leads to it, for messages."""

    file: str
    path: str
    value: object

    def fault(self, expected: str) -> BadInputError:
        return BadInputError(
            f"{self.path or 'the document'} holds {type_word(self.value)}, expected {expected}",
            where=self.file,
            todo=_TODO,
        )

    def member(self, key: str) -> _Place:
        """The value under ``key`` of an object; a fault if it is no object or has no such key."""
        mapping = self.mapping()
        if key not in mapping:
            raise BadInputError(
                f"{self.path or 'the document'} has no key {key!r}",
                where=self.file,
                todo=_TODO,
            )
        return _Place(self.file, f"{self.path} > {key}".removeprefix(" > "), mapping[key])

    def has(self, key: str) -> bool:
        return key in self.mapping()

    def mapping(self) -> Mapping[str, object]:
        if not isinstance(self.value, dict):
            raise self.fault("an object")
        return self.value

    def items(self) -> list[_Place]:
        if not isinstance(self.value, list):
            raise self.fault("a list")
        return [_Place(self.file, f"{self.path} > {i}", item) for i, item in enumerate(self.value, start=1)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.fault("text")
        return self.value

    def filled(self) -> str:
        if not self.text().strip():
            raise BadInputError(f"{self.path} is empty", where=self.file, todo=_TODO)
        return self.text()

    def whole(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not 0 <= self.value < 2**31:
            raise self.fault("a whole number")
        return self.value

    def optional_text(self, key: str) -> str | None:
        return self.member(key).text() if self.has(key) else None


@dataclass(slots=True)
class _Rows:
    """Records of one table as they are collected, repeated ones set aside."""

    key: tuple[str, ...]
    rows: list[dict[str, object]] = field(default_factory=list)
    seen: dict[tuple[object, ...], dict[str, object]] = field(default_factory=dict)
    aside: list[SetAside] = field(default_factory=list)

    def add(self, row: dict[str, object], place: _Place) -> None:
        identity = tuple(row[name] for name in self.key)
        first = self.seen.setdefault(identity, row)
        if first is row:
            self.rows.append(row)
            return
        if any(row[name] != first[name] for name in row if name != "position"):
            shown = ", ".join(f"{name} {value}" for name, value in zip(self.key, identity, strict=True))
            raise BadInputError(
                f"a second, different record for {shown} at {place.path}", where=place.file, todo="Keep the right one"
            )
        self.aside.append(SetAside(None, REPEATED, json.dumps(row, ensure_ascii=False)[:200]))

    def frame(self, table: str) -> pl.DataFrame:
        return pl.DataFrame(self.rows, schema=polars_schema(schema(table)))


def _codes(root: _Place, edition: Mapping[str, object]) -> _Rows:
    found = _Rows(("layer", "year", "list", "parent", "code"))
    for name in root.member("codelijsten").mapping():
        top = root.member("codelijsten").member(name).member("codelijst")
        waiting: list[tuple[_Place, str | None]] = [(item, None) for item in reversed(top.items())]
        position = 0
        while waiting:
            place, parent = waiting.pop()
            position += 1
            code = place.member("code").filled()
            row = {
                **edition,
                "list": name,
                "position": position,
                "code": code,
                "parent": parent,
                "title": place.optional_text("omschrijving"),
            }
            found.add(row, place)
            if place.has("subcodes"):
                waiting.extend((item, code) for item in reversed(place.member("subcodes").items()))
    return found


def _blocked_cells(root: _Place, edition: Mapping[str, object]) -> _Rows:
    parts = schema("iv3_blocked_cells").column("part").allowed.values
    found = _Rows(("layer", "year", "part", "row_code", "category"))
    blocked = root.member("grijze_cellen")
    for part in blocked.mapping():
        if part not in parts:
            raise BadInputError(
                f"grijze_cellen has a part {part[:60]!r}, expected one of {', '.join(parts)}",
                where=root.file,
                todo=_TODO,
            )
        row_key = row_code_key(part)
        for place in blocked.member(part).items():
            codes = {"row_code": place.member(row_key).filled(), "category": place.member("categorie").filled()}
            found.add({**edition, "part": part, **codes}, place)
    return found


def _checks(root: _Place, edition: Mapping[str, object]) -> _Rows:
    found = _Rows(("layer", "year", "number"))
    if root.has("controles"):
        places, number, calculation = root.member("controles").items(), "nummer", "calculaties"
    elif root.has("controlelijst"):
        places = root.member("controlelijst").member("controles").items()
        number, calculation = "controle-id", "definitie"
    else:
        return found
    for place in places:
        row = {
            **edition,
            "number": place.member(number).whole(),
            "error_code": place.optional_text("foutcode"),
            "title": place.optional_text("omschrijving"),
            "calculation": json.dumps(place.member(calculation).value, ensure_ascii=False),
        }
        found.add(row, place)
    return found


_WALKS: Mapping[str, Callable[[_Place, Mapping[str, object]], _Rows]] = {
    "iv3_codes": _codes,
    "iv3_blocked_cells": _blocked_cells,
    "iv3_checks": _checks,
}


def _table(table: str, root: _Place, layer: str, year: int) -> tuple[pl.DataFrame, list[SetAside]]:
    """One table and the records set aside: by columns, or where that will not do value by value."""
    columns = columns_as_published(table, root.mapping())
    if columns is None:
        found = _WALKS[table](root, {"layer": layer, "year": year})
        return found.frame(table), found.aside
    kinds = polars_schema(schema(table))
    height = len(next(iter(columns.values())))
    edition = {
        name: pl.repeat(value, height, dtype=kinds[name], eager=True)
        for name, value in (("layer", layer), ("year", year))
    }
    return pl.DataFrame({**edition, **columns}, schema=kinds), []


def _reading(
    tables: Mapping[str, pl.DataFrame], aside: Sequence[SetAside], scope: str, remarks: Sequence[str]
) -> Reading:
    kept = sum(frame.height for frame in tables.values())
    return Reading(tables, ReadingReport(kept + len(aside), kept, tuple(aside), tuple(remarks)), scope)


def read_definitions(file: SourceFile, strict: bool) -> Reading:  # noqa: ARG001 - one signature for all formats
    """Read one definition file; scope ``"<layer> <year>"``.

    A fault in a definition file always stops: codes of which some are missing would mislead silently.

    Raises
    ------
    BadInputError
        If the JSON is damaged, or a key or value is not of the published shape; the message names the path.
    """
    root = _Place(file.name, "", load_json(file))
    about = root.member("metadata")
    layer, year = about.member("overheidslaag").filled(), about.member("boekjaar").filled()
    layers = schema("iv3_codes").column("layer").allowed.values
    if layer not in layers:
        raise BadInputError(f"metadata > overheidslaag is {layer[:60]!r}, expected one of {', '.join(layers)}",
                            where=file.name, todo=_TODO)  # fmt: skip
    if not re.fullmatch(r"20\d\d", year, re.ASCII):
        raise BadInputError(f"metadata > boekjaar is {year[:60]!r}, expected a year", where=file.name, todo=_TODO)
    remarks = []
    named = _NAMED_LAYER.search(PurePath(file.name).name)
    if named and named[1].lower() in {item.lower() for item in layers} and (named[1].lower(), named[2]) != (
        layer.lower(), year
    ):  # fmt: skip
        remarks.append(
            f"its name says {named[1]} {named[2]}, its metadata {layer} {year}: read as the definitions of "
            f"{layer} {year}; there are none of {named[1]} {named[2]} in it"
        )
    tables: dict[str, pl.DataFrame] = {}
    aside: list[SetAside] = []
    for table in _WALKS:
        tables[table], repeated = _table(table, root, layer, int(year))
        aside.extend(repeated)
    if tables["iv3_checks"].is_empty():
        remarks.append("the file holds no checks")
    return _reading(tables, aside, f"{layer} {year}", remarks)


def read_error_codes(file: SourceFile, strict: bool) -> Reading:  # noqa: ARG001 - one signature for all formats
    """Read the list of faults that CBS reports on a delivery."""
    found = _Rows(("error_code",))
    for place in _Place(file.name, "", load_json(file)).member("fouten_overzicht").items():
        row: dict[str, object] = {
            "error_code": place.member("foutcode").filled(),
            "description": place.optional_text("omschrijving"),
            "message": place.optional_text("melding"),
        }
        found.add(row, place)
    return _reading({"iv3_error_codes": found.frame("iv3_error_codes")}, found.aside, "", ())


def read_delivery_schema(file: SourceFile, strict: bool) -> Reading:  # noqa: ARG001 - one signature for all formats
    """Read one JSON schema of Iv3 deliveries; scope is its version.

    The version comes from the file's name where that says one (two published schemas describe themselves as
    1.0), else from the description.

    Raises
    ------
    BadInputError
        If the JSON is damaged, or neither the name nor the description says a version.
    """
    root = _Place(file.name, "", load_json(file))
    title, description = root.optional_text("title"), root.optional_text("description")
    named = _SCHEMA_VERSION.search(PurePath(file.name).name)
    described = _DESCRIBED_VERSION.search(description or "")
    if not named and not described:
        raise BadInputError(
            "neither the name nor the description says which version of the delivery schema this is",
            where=file.name,
            todo="Name it like iv3_data_schema_v2_0.json",
        )
    version = named[1].replace("_", ".") if named else described[1] if described else ""
    remarks = []
    if named and described and described[1] != version:
        remarks.append(f"the name says version {version}, the description {described[1]}; taken as {version}")
    found = _Rows(("version",))
    document = json.dumps(root.value, ensure_ascii=False)
    found.add({"version": version, "title": title, "description": description, "document": document}, root)
    return _reading({"iv3_delivery_schemas": found.frame("iv3_delivery_schemas")}, found.aside, version, remarks)


def _is_definitions(head: Head) -> bool:
    listed = '"codelijsten"' in head.text or '"grijze_cellen"' in head.text
    return head.kind == "json" and listed and ('"overheidslaag"' in head.text or '"codelijst"' in head.text)


def _is_error_codes(head: Head) -> bool:
    return head.kind == "json" and '"fouten_overzicht"' in head.text and '"foutcode"' in head.text


def _is_delivery_schema(head: Head) -> bool:
    return head.kind == "json" and '"$schema"' in head.text and "Iv3" in head.text


FORMATS = (
    Format(
        "Iv3 definitions",
        SOURCE,
        ("iv3_codes", "iv3_blocked_cells", "iv3_checks"),
        _is_definitions,
        read_definitions,
    ),
    Format("Iv3 error codes", SOURCE, ("iv3_error_codes",), _is_error_codes, read_error_codes),
    Format("Iv3 delivery schema", SOURCE, ("iv3_delivery_schemas",), _is_delivery_schema, read_delivery_schema),
)
