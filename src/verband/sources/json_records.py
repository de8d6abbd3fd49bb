"""Lists of records in JSON: the line of each record, and its values as text."""

from __future__ import annotations

import json
import re

from verband.errors import BadInputError
from verband.sources.files import SourceFile

_DECODER = json.JSONDecoder()


def record_lines(file: SourceFile, count: int) -> list[int]:
    """Return the line on which each record of a JSON list begins, counted from 1.

    Parameters
    ----------
    file
        A file of which :func:`verband.sources.json_files.load_json` is a list.
    count
        Number of records in that list.
    """
    text = file.text()[0]
    position, line, seen = text.index("[") + 1, 1, 0
    lines = []
    for _ in range(count):
        match = re.compile(r"[\s,]*").match(text, position)
        start = match.end() if match else position
        line += text.count("\n", seen, start)
        lines.append(line)
        seen = start
        _, position = _DECODER.raw_decode(text, start)
    return lines


def texts(record: object, names: tuple[str, ...], where: str) -> dict[str, str | None]:
    """Return the named values of a record as text, ``None`` where one is absent or null.

    Raises
    ------
    BadInputError
        If the record is no object, or a named value is a list or an object.
    """
    if not isinstance(record, dict):
        raise BadInputError("an object was expected here", where=where, todo="Fetch the file again as published")
    found: dict[str, str | None] = {}
    for name in names:
        value = record.get(name)
        if isinstance(value, (dict, list)):
            raise BadInputError(f"{name!r} holds a list or an object where a text was expected", where=where)
        found[name] = value if value is None or isinstance(value, str) else json.dumps(value)
    return found
