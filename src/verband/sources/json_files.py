"""Loading a JSON file so that nothing in it can surprise its reader: one plain message for any bytes.

Refused: text that is no JSON, repeated keys (which of the two counts?), numbers that are no finite number,
nesting beyond ``MAX_DEPTH`` and characters that cannot be written back as UTF-8.
"""

from __future__ import annotations

import json
import math
from typing import NoReturn

from verband.errors import BadInputError
from verband.sources.files import SourceFile

__all__ = ["MAX_DEPTH", "load_json", "type_word"]

MAX_DEPTH = 100
"""Far more levels than any published file has; deeper ones exhaust the stack of whoever walks through them."""
_MAX_DIGITS = 400
_TYPE_WORDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}


class _RefusedError(Exception):
    """A fault found while the text is being parsed; its text is the message."""


def type_word(value: object) -> str:
    """Say in words what kind of JSON value this is ("a list", "text", ...)."""
    return _TYPE_WORDS.get(type(value), "a number")


def load_json(file: SourceFile) -> object:
    """Return the content of a JSON file.

    Parameters
    ----------
    file
        The file; its content is read whole, plain or gzip.

    Returns
    -------
    object
        Nested ``dict``, ``list``, ``str``, ``int``, ``float``, ``bool`` and ``None``; the caller checks the shape.

    Raises
    ------
    BadInputError
        With the line where it is known, for everything the module's description says is refused.
    """
    text = file.text()[0]
    try:
        document: object = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
        _check(document)
    except json.JSONDecodeError as error:
        cut_off = not text[error.pos :].strip()
        raise BadInputError(
            "the JSON text breaks off" if cut_off else f"this is no JSON from here on ({error.msg})",
            where=f"{file.name}, line {error.lineno}",
            todo="The file is damaged or cut off; fetch it again",
        ) from error
    except _RefusedError as error:
        raise BadInputError(str(error), where=file.name, todo="Mend the file, or fetch it again") from error
    except RecursionError as error:
        raise _too_deep(file) from error
    return document


def _too_deep(file: SourceFile) -> BadInputError:
    return BadInputError(
        f"the JSON text is nested more than {MAX_DEPTH} levels deep",
        where=file.name,
        todo="No published file is; fetch it again",
    )


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise _RefusedError(f"key {repeated[:60]!r} stands more than once in one object")
    return made


def _constant(text: str) -> NoReturn:
    raise _RefusedError(f"{text} is no number")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _RefusedError(f"number {text[:40]} is too large")
    return value


def _int(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise _RefusedError(f"number {text[:40]}... has {len(text)} digits")
    return int(text)


def _check(document: object) -> None:
    """Walk through the document without recursion: depth, and text that is no UTF-8."""
    stack: list[tuple[object, int]] = [(document, 1)]
    while stack:
        value, depth = stack.pop()
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                raise RecursionError
            if isinstance(value, dict):
                for key in value:
                    _check_text(key)
            stack.extend((item, depth + 1) for item in (value.values() if isinstance(value, dict) else value))


def _check_text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise _RefusedError("text with half a character (a lone surrogate)") from error
