"""All words that a reader meets, by language and key; the texts are in ``texts/<language>.toml``.

Those of the evidence page have a file of their own, ``texts/evidence_<language>.toml``.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("nl", "en")


@cache
def texts(language: str) -> Mapping[str, str]:
    """Return all texts of a language by dotted key.

    Raises
    ------
    KeyError
        If there are no texts in this language.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    folder = files("verband.report").joinpath("texts")
    found: dict[str, str] = {}
    for name in (f"{language}.toml", f"evidence_{language}.toml"):
        found.update(_flatten(tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8"))))
    return found


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value).strip()


def placeholders(text: str) -> set[str]:
    """Names between braces in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


class Words:
    """The texts of one language.

    Parameters
    ----------
    language
        ``nl`` or ``en``.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = texts(language)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a text with its values filled in.

        Raises
        ------
        KeyError
            If there is no such text, or a value is missing.
        """
        return self._texts[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._texts

    def count(self, key: str, number: int, /, **values: object) -> str:
        """Return the text ``<key>.one`` or ``<key>.many`` for a number of things."""
        return self(f"{key}.{'one' if number == 1 else 'many'}", number=number, **values)

    def join(self, items: Sequence[str]) -> str:
        """Write a list in words: ``a, b en c``."""
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} {self('common.and')} {items[-1]}"

    def cardinal(self, number: int) -> str:
        """Write a small number in letters, a larger one in digits."""
        key = f"numbers.{number}"
        return self(key) if self.has(key) else str(number)
