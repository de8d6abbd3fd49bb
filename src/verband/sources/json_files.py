"""Loading a JSON file so that nothing in it can surprise its reader: one plain message for any bytes.

Refused: text that is no JSON, repeated keys (which of the two counts?), numbers that are no finite number,
nesting beyond ``MAX_DEPTH`` and characters that cannot be written back as UTF-8.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from itertools import chain, count
from typing import Any, NoReturn

from verband.errors import BadInputError
from verband.sources.files import SourceFile

__all__ = ["MAX_DEPTH", "load_json", "type_word"]

MAX_DEPTH = 100
"""Far more levels than any published file has; deeper ones exhaust the stack of whoever walks through them."""
_MAX_DIGITS = 400
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
"""Only an escape can bring half a character into text that is UTF-8."""
_HOLDERS = frozenset({dict, list})
"""What holds other values; parsed values are of these types exactly, and a look in a set is the quickest test."""
_NO_MARKS = bytes(set(range(256)) - set(b'"[]{}'))
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
        if not _is_plain(text):
            _check(document, check_text=_HALF_CHARACTER.search(text) is not None)
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


def _is_plain(text: str) -> bool:
    """Whether sound JSON text surely holds no escape and no nesting beyond the limit; told without a walk through it.

    Of the text only quotes and brackets are kept. Where no string holds a bracket, its two quotes then touch and go;
    else one of them stays, as a bracket stands between. Brackets that touch are the innermost level, so each round
    takes at most two levels away.
    """
    if "\\" in text:
        return False
    marks = text.encode().translate(None, _NO_MARKS).replace(b'""', b"")
    for _ in range(MAX_DEPTH // 2):
        if not marks:
            break
        marks = marks.replace(b"{}", b"").replace(b"[]", b"")
    return not marks


def _check(document: object, *, check_text: bool) -> None:
    """Walk through the document without recursion: depth, and (where an escape asks for it) text that is no UTF-8."""
    level: list[Any] = [document]
    for depth in count(1):
        holders = [value for value in level if type(value) in _HOLDERS]
        if depth > MAX_DEPTH and holders:
            raise RecursionError
        if check_text:
            for text in _texts(level):
                _check_text(text)
        if not holders:
            return
        level = list(chain.from_iterable([one.values() if type(one) is dict else one for one in holders]))


def _texts(level: Iterable[object]) -> Iterator[str]:
    for value in level:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from value


def _check_text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise _RefusedError("text with half a character (a lone surrogate)") from error
