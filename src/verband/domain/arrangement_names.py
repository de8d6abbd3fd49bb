"""Names of arrangements that differ in writing only: what a reader takes for one body and a computer for two.

Two names are alike when they hold the same words in any order, save for words that say nothing (reference table
``arrangement_name_words``) and what stands in parentheses; or when one of several words differs and is nearly the same
(likeness of Ratcliff and Obershelp, as in difflib; bounds in ``name_rules``); or when one is the abbreviation that the
other gives in parentheses. Likeness of whole names would not do: Oost-Brabant and West-Brabant differ by three letters.
It serves for a hint, never to join two bodies.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cache

from verband.domain.reference import in_force, reference

__all__ = ["alike", "one_alike"]

_PARENTHESES = re.compile(r"\(([^()]*)\)")
_ABBREVIATION = re.compile(r"[A-Z][A-Za-z0-9]{2,}")


@cache
def _rule(name: str) -> float:
    return next(float(row["value"]) for row in reference("name_rules") if row["rule"] == name and in_force(row))


@cache
def _silent_words() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Words that say nothing, or have a usual abbreviation, longest first."""
    rows = sorted(reference("arrangement_name_words"), key=lambda row: -len(row["words"]))
    return tuple((re.compile(rf"\b{row['words']}\b"), row["counted_as"]) for row in rows if in_force(row))


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKD", name.casefold())
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", " ", text).strip()


@cache
def _whole(name: str) -> str:
    return _plain(_PARENTHESES.sub(" ", name)) or _plain(name)


@cache
def _words(name: str) -> tuple[str, ...]:
    """The words that tell, in order, each once; all words where none of them does."""
    whole = text = _whole(name)
    for pattern, counted_as in _silent_words():
        text = pattern.sub(counted_as, text)
    return tuple(dict.fromkeys(text.split())) or tuple(dict.fromkeys(whole.split()))


@cache
def _abbreviations(name: str) -> frozenset[str]:
    found = (part.strip() for part in _PARENTHESES.findall(name))
    return frozenset(_plain(part) for part in found if _ABBREVIATION.fullmatch(part))


def alike(one: str, other: str) -> bool:
    """Whether two names seem to mean one body."""
    left, right = _words(one), _words(other)
    if not left or not right:
        return False
    if set(left) == set(right) or _whole(one).replace(" ", "") == _whole(other).replace(" ", ""):
        return True
    if _plain(one) in _abbreviations(other) or _plain(other) in _abbreviations(one):
        return True
    rest, others = set(left) - set(right), set(right) - set(left)
    if len(left) < 2 or len(rest) != 1 or len(others) != 1:
        return False
    word, twin = rest.pop(), others.pop()
    if min(len(word), len(twin)) < _rule("least_letters") or any(map(str.isdigit, word + twin)):
        return False
    return SequenceMatcher(None, word, twin).ratio() >= _rule("nearly_the_same_word")


def one_alike(name: str, others: Iterable[str]) -> str | None:
    """Return the name among others that seems to mean the same body, the nearest in writing; ``None`` if none does."""
    found = [other for other in others if alike(name, other)]
    return max(
        found, key=lambda other: (SequenceMatcher(None, _plain(name), _plain(other)).ratio(), other), default=None
    )
