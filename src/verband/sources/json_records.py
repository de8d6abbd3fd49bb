"""Reading JSON safely: UTF-8, bounded in size and depth, every fault a plain message."""

from __future__ import annotations

import codecs
import json
import re
from typing import NoReturn

from verband.errors import BadInputError
from verband.sources.files import SourceFile

LIMIT_BYTES = 64 * 1024 * 1024
"""Most that is read of one JSON document; the largest published list has under 1 MB."""
_REPEATED = "a name stands twice in one object: "


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(_REPEATED + repr(next(name for name in names if names.count(name) > 1)))
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number in JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_number)


def _text(file: SourceFile) -> str:
    content = file.read(LIMIT_BYTES).removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInputError(
            f"byte 0x{content[error.start]:02X} is not UTF-8 text",
            where=f"{file.name}, line {line}",
            todo="Fetch the file again as published",
        ) from error


def document(file: SourceFile) -> object:
    """Return the content of a JSON file.

    Raises
    ------
    BadInputError
        If the file is larger than ``LIMIT_BYTES``, is not UTF-8, is cut off or no JSON, repeats a name in an
        object, is nested too deep, or holds half a character (a lone surrogate).
    """
    text = _text(file)
    where = file.name
    try:
        found: object = _DECODER.decode(text)
        if re.search(r"\\u[dD][89a-fA-F]", text):
            json.dumps(found, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        where, reason = f"{file.name}, line {error.lineno}", f"{error.msg}, at character {error.colno}"
    except UnicodeEncodeError:
        reason = "half a character (a lone surrogate)"
    except RecursionError:
        reason = "nested too deep"
    except ValueError as error:
        reason = str(error).splitlines()[0][:120]
    else:
        return found
    raise BadInputError(f"the file is no JSON that can be read ({reason})", where=where, todo="Fetch the file again")


def record_lines(file: SourceFile, count: int) -> list[int]:
    """Return the line on which each record of a JSON list begins, counted from 1.

    Parameters
    ----------
    file
        A file of which :func:`document` is a list.
    count
        Number of records in that list.
    """
    text = _text(file)
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
