"""What sources and analysis say in English, in the words of the page: origins, ended arrangements, carried seats."""

from __future__ import annotations

import re
from datetime import date

from verband.domain.arrangement import Arrangement
from verband.report.context import Context
from verband.report.words import Words

_DAY = r"(?P<day>\d{4}-\d\d-\d\d)"
_ENDED = (
    ("left", re.compile(rf"left on {_DAY} ")),
    ("not_yet", re.compile(rf"joins only on {_DAY} ")),
    ("lapsed", re.compile(r"lapsed: all members")),
    ("dissolved", re.compile(rf"dissolved according to its name in the list of {_DAY}")),
    ("merged", re.compile(rf"merged into another arrangement according to its name in the list of {_DAY}")),
    ("area", re.compile(r"seat of a predecessor in another area than (?P<other>.+); the law fixes it")),
)
_CARRIED = re.compile(r"(?:^|; )([^;]+?) is now ")
_GUESSED = re.compile(r"(?:^|; )([^;]+?) was divided; its seat is given to the largest part")
_REPAIRED = re.compile(r"(?:^|; )listed as '([^']+)': ")
_DOUBTS = {
    "doubt": "the law fixes one area and the list names more",
    "doubt_one": "the law asks one body for this duty and the list names more",
}
_ORIGIN = (
    ("The user's own", "own"),
    ("The user", "user"),
    ("aggregation by", "summed"),
    ("Derived from CBS lists and public sources", "lists"),
    ("Derived from CBS and Kadaster (PDOK)", "maps"),
    ("address shares", "addresses"),
    ("No licence stated", "unlicensed"),
    ("BZK circulars", "circulars"),
    ("CBS data", "data"),
    ("(name CBS)", "name"),
)


def origin_of(context: Context, told: str) -> str:
    """Say who published a source and under which licence; names, and what is not known here, are shown as they are."""
    return origin_phrases(context.words, told)


def origin_phrases(words: Words, told: str) -> str:
    """The same with the words of a language."""
    for phrase, key in _ORIGIN:
        told = told.replace(phrase, words(f"sources.phrase_{key}"))
    return told


def why_ended(context: Context, reason: str) -> str:
    """Say why an arrangement ended for the municipality; a reason that is not known here is shown as it is."""
    for name, pattern in _ENDED:
        if found := pattern.match(reason):
            given = found.groupdict()
            day = context.numbers.date(date.fromisoformat(given["day"])) if given.get("day") else ""
            return context.words(f"ended.{name}", date=day, name=context.name, other=given.get("other", ""))
    return reason


def carried_from(item: Arrangement) -> tuple[str, ...]:
    """Names of the predecessors that the seat in an arrangement comes from; empty where it is its own."""
    if item.kind != "derived" or not item.note:
        return ()
    return tuple(dict.fromkeys([*_CARRIED.findall(item.note), *_GUESSED.findall(item.note)]))


def how_carried(context: Context, note: str | None) -> tuple[str, ...]:
    """Say which predecessors a seat comes from, and where that is a guess or in doubt."""
    if not note:
        return ()
    words, told = context.words, []
    if carried := list(dict.fromkeys(_CARRIED.findall(note))):
        told.append(words("ended.carried", names=words.join(carried)))
    if guessed := list(dict.fromkeys(_GUESSED.findall(note))):
        told.append(words("ended.guessed", names=words.join(guessed)))
    if repaired := list(dict.fromkeys(_REPAIRED.findall(note))):
        told.append(words("ended.repaired", names=words.join(repaired)))
    told += [words(f"ended.{name}") for name, text in _DOUBTS.items() if text in note]
    return tuple(told) or (note,)
