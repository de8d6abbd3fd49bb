"""Geography of municipalities: generalised borders, neighbouring pairs and centroids.

Borders come as GeoJSON (RFC 7946) in longitude and latitude (WGS84). Every ring is held against the standard:
at least four positions, the last equal to the first, each two or three numbers within the Netherlands. Whether a ring
crosses itself is not checked: a few published polygons do. The year of the division stands in ``jrstatcode``.
Source of the shape: CBS and Kadaster, layer gemeente_gegeneraliseerd (PDOK).
"""

from __future__ import annotations

import json
import re
from typing import cast

import polars as pl

from verband.domain.schema import Allowed, schema
from verband.errors import BadInputError
from verband.sources.files import Head, SourceFile
from verband.sources.formats import Format, table_format
from verband.sources.json_files import load_json
from verband.sources.reading import Reading, ReadingReport, SetAside
from verband.sources.tabular import polars_schema

SOURCE = "geography"
CONTACTS = {"contact": {"grens": "border", "punt": "point", "nabij": "near"}}
_BORDERS = schema("municipality_borders")
_LEVELS = {"Polygon": 2, "MultiPolygon": 3}
"""How deep the lists of positions lie: a polygon is a list of rings."""
_TODO = "Fetch the file again as published, or use --keep-going to set such municipalities aside"

Position = tuple[float, float]


class _FeatureError(Exception):
    """A feature that is no municipality border; the reason is general, the detail is for this one."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(reason)


def _recognise(head: Head) -> bool:
    """GeoJSON with codes of CBS areas; where the first border fills the whole head, reading has to tell."""
    if head.kind != "json" or '"FeatureCollection"' not in head.text:
        return False
    return '"statcode"' in head.text or '"properties"' not in head.text


def _bounds(low: str, high: str) -> tuple[float, float]:
    lower: Allowed = _BORDERS.column(low).allowed
    upper: Allowed = _BORDERS.column(high).allowed
    return cast("float", lower.low), cast("float", upper.high)


_LONGITUDES = _bounds("west", "east")
_LATITUDES = _bounds("south", "north")


def _position(value: object) -> Position:
    if not isinstance(value, list) or len(value) not in {2, 3}:
        raise _FeatureError("a position in the border is not a pair of numbers", repr(value)[:60])
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in value):
        raise _FeatureError("a position in the border is not a pair of numbers", repr(value)[:60])
    longitude, latitude = value[0], value[1]
    if not (_LONGITUDES[0] <= longitude <= _LONGITUDES[1] and _LATITUDES[0] <= latitude <= _LATITUDES[1]):
        raise _FeatureError(
            "a position in the border is not longitude and latitude in the Netherlands", repr(value)[:60]
        )
    return float(longitude), float(latitude)


def _ring(value: object) -> list[Position]:
    if not isinstance(value, list) or len(value) < 4:
        raise _FeatureError("a ring of the border has fewer than four positions")
    positions = [_position(item) for item in value]
    if positions[0] != positions[-1]:
        raise _FeatureError("a ring of the border is not closed", f"{positions[0]} to {positions[-1]}")
    return positions


def _positions(value: object, level: int) -> list[Position]:
    """All positions below ``value``; ``level`` 1 is a ring."""
    if level == 1:
        return _ring(value)
    if not isinstance(value, list) or not value:
        raise _FeatureError("the border holds no rings")
    return [position for item in value for position in _positions(item, level - 1)]


def _row(feature: object) -> dict[str, object]:
    """Turn one feature into a row of the table.

    Raises
    ------
    _FeatureError
        If it is no municipality with a sound border.
    """
    properties = feature.get("properties") if isinstance(feature, dict) else None
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(properties, dict) or not isinstance(geometry, dict):
        raise _FeatureError("a feature without properties or geometry")
    code, name, dated = (properties.get(key) for key in ("statcode", "statnaam", "jrstatcode"))
    if not isinstance(code, str) or not re.fullmatch(r"GM[0-9]{4}", code):
        raise _FeatureError("statcode is no municipality code", repr(code)[:60])
    if not isinstance(name, str) or not name.strip():
        raise _FeatureError("statnaam is empty", code)
    if not isinstance(dated, str) or not re.fullmatch(r"20[0-9]{2}" + code, dated):
        raise _FeatureError("jrstatcode is not the year and the code of the municipality", repr(dated)[:60])
    kind = geometry.get("type")
    if not isinstance(kind, str) or kind not in _LEVELS:
        raise _FeatureError("the border is no Polygon or MultiPolygon", f"{code}: {str(kind)[:60]!r}")
    try:
        positions = _positions(geometry.get("coordinates"), _LEVELS[kind])
    except _FeatureError as fault:
        raise _FeatureError(fault.reason, f"{code}: {fault.detail}" if fault.detail else code) from fault
    longitudes, latitudes = zip(*positions, strict=True)
    compact = {"type": kind, "coordinates": geometry["coordinates"]}
    return {
        "code": code,
        "name": name.strip(),
        "year": int(dated[:4]),
        "geometry": json.dumps(compact, separators=(",", ":")),
        "west": min(longitudes),
        "south": min(latitudes),
        "east": max(longitudes),
        "north": max(latitudes),
    }


def _add(rows: dict[tuple[object, object], dict[str, object]], row: dict[str, object]) -> None:
    key = (row["code"], row["year"])
    if key in rows:
        raise _FeatureError("a second border for the same municipality; the first is kept", str(row["code"]))
    rows[key] = row


def _features(file: SourceFile) -> list[object]:
    content = load_json(file)
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise BadInputError(
            "there is no list of features in this file", where=file.name, todo="Fetch the file again as published"
        )
    return features


def _read_borders(file: SourceFile, strict: bool) -> Reading:
    features = _features(file)
    rows: dict[tuple[object, object], dict[str, object]] = {}
    aside: list[SetAside] = []
    for number, feature in enumerate(features, start=1):
        try:
            _add(rows, _row(feature))
        except _FeatureError as fault:
            if strict:
                detail = f" ({fault.detail})" if fault.detail else ""
                raise BadInputError(
                    fault.reason + detail, where=f"{file.name}, feature {number}", todo=_TODO
                ) from fault
            aside.append(SetAside(None, fault.reason, f"feature {number} {fault.detail}".strip()[:200]))
    years = sorted({str(row["year"]) for row in rows.values()})
    remarks = (f"borders of {len(years)} years in one file",) if len(years) > 1 else ()
    frame = pl.DataFrame(list(rows.values()), schema=polars_schema(_BORDERS))
    report = ReadingReport(len(features), frame.height, tuple(aside), remarks)
    return Reading({_BORDERS.name: frame}, report, " ".join(years))


FORMATS: tuple[Format, ...] = (
    Format(_BORDERS.title, SOURCE, (_BORDERS.name,), _recognise, _read_borders),
    table_format("neighbours", source=SOURCE, translate=CONTACTS),
    table_format("centroids", source=SOURCE),
)
