"""The page that lists the dossiers of all municipalities, in the style of the dossiers and like them self-contained."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from verband.analysis.dependence import least_eur_per_inhabitant
from verband.domain.municipality import normalise_name
from verband.report.collection import Entry
from verband.report.numbers import Numbers
from verband.report.rendering import environment, style
from verband.report.words import Words
from verband.report.writing import write_page
from verband.version import __version__


@dataclass(frozen=True, slots=True)
class Row:
    """One municipality as the list shows it; without ``file`` there is no page to go to."""

    name: str
    file: str | None
    province: str
    inhabitants: str
    share: str
    year: str


def index_name(language: str) -> str:
    """Name of the file of the list: ``index.html``, in another language than Dutch ``index-en.html``."""
    return "index.html" if language == "nl" else f"index-{language}.html"


def write_index(entries: Sequence[Entry], folder: Path, *, language: str, on: date, snapshot: str) -> Path:
    """Write the list beside the dossiers, whole or not at all, and return its path.

    Raises
    ------
    WorkspaceError
        If the folder cannot be written.
    """
    return write_page(index(entries, language=language, on=on, snapshot=snapshot), folder / index_name(language))


def index(entries: Sequence[Entry], *, language: str, on: date, snapshot: str) -> str:
    """Make the page that lists dossiers.

    Parameters
    ----------
    entries
        What became of the pages, in any order; at least one.
    language
        ``nl`` or ``en``.
    on, snapshot
        The day of the dossiers, and the data they are made from.

    Returns
    -------
    str
        A whole HTML page; the same entries give the same bytes.
    """
    words, numbers = Words(language), Numbers(language)
    ordered = sorted(entries, key=lambda entry: (_letters(entry.outline.name), entry.outline.code))
    newest = max(entry.outline.year for entry in ordered)
    letters = [
        (letter, [_row(entry, words, numbers, newest) for entry in group])
        for letter, group in groupby(ordered, key=lambda entry: _letters(entry.outline.name)[:1].upper())
    ]
    return (
        environment()
        .get_template("index.html.j2")
        .render(
            words=words,
            language=language,
            version=__version__,
            snapshot=snapshot,
            style=style(),
            letters=letters,
            reading=_reading(ordered, words, numbers),
            fictional=all(entry.outline.fictional for entry in ordered),
            count=numbers.count(len(ordered)),
            lacking=list(_lacking(ordered)),
            dates=words("index.dates", date=numbers.date(on), year=newest),
            running_head=words("index.runs", date=numbers.date(on)),
        )
    )


def _reading(entries: Sequence[Entry], words: Words, numbers: Numbers) -> str:
    """How to read the shares, with the amount below which the newest of them are in doubt."""
    newest = max((entry.outline.dependence.year for entry in entries if entry.outline.dependence), default=0)
    return words("index.reading", limit=numbers.short_euro(least_eur_per_inhabitant(newest) or 0.0))


def _letters(name: str) -> str:
    """By what a name is sorted: 's-Gravenhage under the s, Écht under the e."""
    plain = unicodedata.normalize("NFKD", normalise_name(name, keep_suffix=True))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _row(entry: Entry, words: Words, numbers: Numbers, newest: int) -> Row:
    outline = entry.outline
    people = words("common.unknown") if outline.inhabitants is None else numbers.count(outline.inhabitants)
    if outline.inhabitants is not None and outline.year != newest:
        people = words("index.of_year", figure=people, year=outline.year)
    facts = outline.dependence
    known = facts is not None and facts.share_of_cost is not None
    share = numbers.percent(facts.share_of_cost or 0.0) if facts and known else words("common.unknown")
    if outline.doubts:
        share = words("index.doubtful", figure=share)
    return Row(
        name=outline.name,
        file=None if entry.state == "failed" else entry.file,
        province=outline.province or words("common.unknown"),
        inhabitants=people,
        share=share,
        year=str(facts.year) if facts and known else words("common.unknown"),
    )


def _lacking(entries: Sequence[Entry]) -> Iterator[str]:
    """Names of the municipalities without a page."""
    return (entry.outline.name for entry in entries if entry.state == "failed")
