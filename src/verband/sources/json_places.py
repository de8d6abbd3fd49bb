"""Where in the text of a JSON file something stands: line and column, for messages that send a person there.

Parsed JSON has forgotten its text. This walks through text that is known to be sound, and only after a fault was found.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator

__all__ = ["JsonPath", "place_of", "place_of_no_number", "repeated_key"]

JsonPath = tuple[str | int, ...]
"""Keys and positions from the outermost value inwards."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


def place_of(text: str, path: JsonPath, *, key: bool = False) -> tuple[int, int]:
    """Line and column, counted from 1, of a value (or of its key); of the nearest that exists where it does not.

    Parameters
    ----------
    text
        Sound JSON.
    path
        Leads to the value.
    key
        Ask for the place of the key instead.
    """
    best: tuple[int, int] = (-1, 0)
    for found, start, key_start in _values(text):
        if found == path[: len(found)] and len(found) > best[0]:
            whole = len(found) == len(path)
            best = (len(found), key_start if key and whole and key_start is not None else start)
            if whole:
                break
    return _line_and_column(text, best[1])


def repeated_key(text: str) -> tuple[str, int, int] | None:
    """The first key that stands more than once in its object, with the place of the second."""
    seen: set[JsonPath] = set()
    for path, _, key_start in _values(text):
        if key_start is None:
            continue
        if path in seen:
            return str(path[-1]), *_line_and_column(text, key_start)
        seen.add(path)
    return None


def place_of_no_number(text: str) -> tuple[int, int] | None:
    """Line and column of the first ``NaN``, ``Infinity`` or number that is too large."""
    for token in _TOKEN.finditer(text):
        if token[0][0] in "-0123456789NI":
            try:
                finite = math.isfinite(float(token[0]))
            except ValueError:
                continue
            if not finite:
                return _line_and_column(text, token.start())
    return None


def _line_and_column(text: str, place: int) -> tuple[int, int]:
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def _values(text: str) -> Iterator[tuple[JsonPath, int, int | None]]:
    """Every value: its path, where it begins, and where its key does."""
    holders: list[list[str | int]] = []  # the kind of each open holder, and the key or number of the value in it
    key_start: int | None = None
    wants_key = False
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "}]":
            holders.pop()
            wants_key = False
        elif mark == ",":
            kind, number = holders[-1]
            wants_key = kind == "{"
            if not wants_key:
                holders[-1][1] = int(number) + 1
        elif mark == ":":
            wants_key = False
        elif wants_key:
            holders[-1][1] = json.loads(mark)
            key_start = token.start()
        else:
            yield tuple(name for _, name in holders), token.start(), key_start
            key_start = None
            if mark in "{[":
                holders.append([mark, 0])
                wants_key = mark == "{"
