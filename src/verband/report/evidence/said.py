"""What the modules of the ledger say in English, in the language of the page.

Methods, names of variants, reasons and notes come from the analyses in English. ``texts/evidence_said.toml`` holds the
Dutch of each, with the parts that vary between braces. What is not in it is shown as it is, marked as English, so that
it is read aloud right and can be seen to lack.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from verband.report.numbers import MINUS

START, END = "\N{LEFT WHITE SQUARE BRACKET}", "\N{RIGHT WHITE SQUARE BRACKET}"
"""Signs around what is left in English; the page turns them into its markup."""
_PART = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
_COUNTS = frozenset({"number", "year", "treated", "processes", "controls", "merged", "more"})
"""Parts that are a number, so that a short pattern does not swallow a long sentence."""


@cache
def _phrases() -> tuple[dict[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    source = files("verband.report").joinpath("texts", "evidence_said.toml").read_text(encoding="utf-8")
    whole: dict[str, str] = {}
    patterns = []
    for english, dutch in tomllib.loads(source)["said"].items():
        if not _PART.search(english):
            whole[english] = dutch
            continue
        pieces = _PART.split(english)
        pattern = "".join(_group(piece) if place % 2 else re.escape(piece) for place, piece in enumerate(pieces))
        patterns.append((re.compile(pattern), dutch))
    return whole, tuple(patterns)


def _group(name: str) -> str:
    return rf"(?P<{name}>\d[\d.,]*)" if name in _COUNTS else f"(?P<{name}>.+?)"


def said(english: str, language: str) -> str:
    """Say it in a language; what has no words of its own stands between :data:`START` and :data:`END`.

    Parameters
    ----------
    english
        As the analysis says it.
    language
        ``nl`` or ``en``.
    """
    if language == "en" or not english:
        return english.replace("`", "")
    found = _dutch(english)
    # Signs around commands are for text on a terminal; a reader of the page would see them as they are.
    return (f"{START}{english}{END}" if found is None else found).replace("`", "")


def _dutch(english: str) -> str | None:
    whole, patterns = _phrases()
    if english in whole:
        return whole[english]
    for pattern, dutch in patterns:
        found = pattern.fullmatch(english)
        if found:
            parts = {name: _dutch(part) or _part(part) for name, part in found.groupdict().items()}
            return dutch.format(**parts)
    if "; " in english:
        told = [_dutch(part) for part in english.split("; ")]
        return None if None in told else "; ".join(part for part in told if part is not None)
    return None


def _part(text: str) -> str:
    """A part that varies: figures with the Dutch decimal sign and thousands, lists with the Dutch word between."""
    if _NUMBER.fullmatch(text):
        return _dutch_number(text)
    text = re.sub(r"(?<=\d)\.(?=\d+%)", ",", text)
    return re.sub(r"\b\d{1,3}(?:,\d{3})+\b", lambda found: found[0].replace(",", "."), text).replace(" and ", " en ")


def _dutch_number(text: str) -> str:
    """A figure as the analyses write it: decimal comma, a real minus, points between thousands but not in years."""
    sign = MINUS if text.startswith("-") else ""
    whole, point, decimals = (f"{float(text):f}".rstrip("0") if "e" in text else text).lstrip("-").partition(".")
    if len(whole) > 4:
        whole = f"{int(whole):,}".replace(",", ".")
    return f"{sign}{whole}{',' if point else ''}{decimals}"


def unmarked(text: str) -> str:
    """The text without the signs around English."""
    return text.replace(START, "").replace(END, "")
