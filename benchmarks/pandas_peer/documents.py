"""The JSON files of the comparison: Iv3 definitions and municipal borders, flattened with pandas."""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]

from benchmarks.pandas_peer.contract import FaultyFileError, Read, apply_contract
from benchmarks.pandas_peer.tables import Reader
from verband.domain.schema import schema


def recognise(head: bytes) -> Reader | None:
    """Return the reader for a JSON file by its first 64 kB, ``None`` for any other file."""
    if not _is_json(head):
        return None
    text = head.decode("utf-8", errors="replace")
    if ('"codelijsten"' in text or '"grijze_cellen"' in text) and ('"overheidslaag"' in text or '"codelijst"' in text):
        return _definitions
    return _borders if '"FeatureCollection"' in text and '"statcode"' in text else None


def _ready(frame: pd.DataFrame, table: str) -> dict[str, pd.Series]:
    """Columns for the check, as categoricals where a rule is to be held against every distinct value."""
    ruled = {column.name for column in schema(table).columns if column.type == "text" and column.allowed.describe()}
    return {name: frame[name].astype("category") if name in ruled else frame[name] for name in frame.columns}


def _frame(table: str, rows: list[dict[str, Any]], edition: dict[str, Any], name: str) -> pd.DataFrame:
    if not rows:
        return pd.DataFrame({column.name: pd.Series(dtype="str") for column in schema(table).columns})
    raw = pd.DataFrame(rows).assign(**edition)
    text = [column.name for column in schema(table).columns if column.type == "text" and column.name in raw]
    for column in text:
        if raw[column].dtype != "str" and raw[column].notna().any():  # pandas finds text by itself
            raise FaultyFileError(f"{name}: {column} is no text")
    for column in (item.name for item in schema(table).columns if item.type == "integer" and item.name in raw):
        raw[column] = raw[column].astype("Int64")
    return apply_contract(raw, schema(table), name, ready=_ready(raw, table))[0]


def _definitions(name: str, content: bytes) -> Read:
    document = _parse_json(content, name)
    try:
        about = document["metadata"]
        edition = {"layer": about["overheidslaag"], "year": int(about["boekjaar"])}
        codes = list(chain.from_iterable(
            _codes(title, part["codelijst"]) for title, part in document["codelijsten"].items()
        ))  # fmt: skip
        blocked = [
            {
                "part": part,
                "row_code": cell["balanscode" if part.startswith("balans") else "taakveld"],
                "category": cell["categorie"],
            }
            for part, cells in document["grijze_cellen"].items()
            for cell in cells
        ]
        if "controles" in document:
            checks, number, calculation = document["controles"], "nummer", "calculaties"
        else:
            checks = document.get("controlelijst", {}).get("controles", [])
            number, calculation = "controle-id", "definitie"
        checked = [
            {
                "number": check[number],
                "error_code": check.get("foutcode"),
                "title": check.get("omschrijving"),
                "calculation": json.dumps(check[calculation], ensure_ascii=False),
            }
            for check in checks
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise FaultyFileError(f"{name}: not of the published shape ({error!r})") from error
    tables = {
        "iv3_codes": _frame("iv3_codes", codes, edition, name),
        "iv3_blocked_cells": _frame("iv3_blocked_cells", blocked, edition, name),
        "iv3_checks": _frame("iv3_checks", checked, edition, name),
    }
    doubled = tables["iv3_codes"].duplicated(["layer", "year", "list", "parent", "code"])
    if doubled.any():
        raise FaultyFileError(f"{name}: a code stands twice")
    return Read(tables, len(codes) + len(blocked) + len(checked), f"{edition['layer']} {edition['year']}")


def _codes(title: str, top: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Codes of one list, depth first, each with the code it is part of."""
    rows: list[dict[str, Any]] = []

    def walk(items: list[dict[str, Any]], parent: str | None) -> None:
        for item in items:
            rows.append(
                {
                    "list": title,
                    "position": len(rows) + 1,
                    "code": item["code"],
                    "parent": parent,
                    "title": item.get("omschrijving"),
                }
            )
            walk(item.get("subcodes", ()), item["code"])

    walk(top, None)
    return rows


def _borders(name: str, content: bytes) -> Read:
    rows = [_border(feature, name) for feature in _parse_json(content, name)["features"]]
    raw = pd.DataFrame(rows)
    raw["year"] = raw["year"].astype("Int64")
    frame, _ = apply_contract(raw, schema("municipality_borders"), name, ready=_ready(raw, "municipality_borders"))
    return Read({"municipality_borders": frame}, len(rows), " ".join(sorted(set(frame["year"].astype("str")))))


def _border(feature: dict[str, Any], name: str) -> dict[str, Any]:
    about, shape = feature["properties"], feature["geometry"]
    rings = shape["coordinates"] if shape["type"] == "Polygon" else list(chain.from_iterable(shape["coordinates"]))
    if any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings):
        raise FaultyFileError(f"{name}: a ring of {about['statcode']} is not closed")
    if not re.fullmatch("20[0-9]{2}" + about["statcode"], about["jrstatcode"]):
        raise FaultyFileError(f"{name}: jrstatcode of {about['statcode']}")
    places = np.array(list(chain.from_iterable(rings)), dtype="float64")[:, :2]
    (west, south), (east, north) = places.min(axis=0), places.max(axis=0)
    if not (west >= 2.5 and east <= 8 and south >= 50 and north <= 54.5):
        raise FaultyFileError(f"{name}: {about['statcode']} is not in the Netherlands")
    return {
        "code": about["statcode"],
        "name": about["statnaam"].strip(),
        "year": int(about["jrstatcode"][:4]),
        "geometry": json.dumps({"type": shape["type"], "coordinates": shape["coordinates"]}, separators=(",", ":")),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
    }


def _is_json(head: bytes) -> bool:
    """Whether a file is JSON by its first sign."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _parse_json(content: bytes, name: str) -> Any:
    """JSON without repeated keys and without numbers that are none."""

    def single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise FaultyFileError(f"{name}: a key stands more than once in one object")
        return made

    def refuse(text: str) -> None:
        raise FaultyFileError(f"{name}: {text} is no number")

    return json.loads(content.decode("utf-8-sig"), object_pairs_hook=single, parse_constant=refuse)
