"""The dossier: one self-contained HTML page on one municipality, without script and without anything to fetch."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from pathlib import Path
from threading import Thread

from verband import __version__
from verband.analysis.portrait import Portrait
from verband.domain.municipality import normalise_name
from verband.report.charts.drawing import drawn
from verband.report.context import Context
from verband.report.mark import mark_of
from verband.report.numbers import Numbers
from verband.report.page import Section
from verband.report.questions import answers
from verband.report.rendering import environment, style
from verband.report.sections.arrangements import arrangements
from verband.report.sections.costs import costs
from verband.report.sections.dependence import dependence
from verband.report.sections.finances import finances
from verband.report.sections.scale import scale
from verband.report.sections.sources import glossary, sources
from verband.report.sections.staff import staff
from verband.report.sections.standing import standing
from verband.report.sections.unanswered import unanswered
from verband.report.writing import write_page

SECTIONS = (standing, arrangements, dependence, costs, scale, staff, finances, unanswered, sources, glossary)


def dossier(portrait: Portrait, *, language: str = "nl") -> str:
    """Write the dossier of one municipality.

    Parameters
    ----------
    portrait
        The facts, as :meth:`verband.workspace.Workspace.portrait` gathers them.
    language
        ``nl`` or ``en``.

    Returns
    -------
    str
        A whole HTML page; the same portrait gives the same bytes.

    Raises
    ------
    KeyError
        If there are no texts in this language.
    """
    context = Context(portrait, language)
    words, identity = context.words, portrait.identity
    sections: tuple[Section, ...] = tuple(section(context) for section in SECTIONS)
    name = f"{identity.name} ({words('page.fictional')})" if portrait.fictional else identity.name
    return (
        environment()
        .get_template("dossier.html.j2")
        .render(
            words=words,
            language=language,
            version=__version__,
            mark=mark_of(portrait, language),
            portrait=portrait,
            title=words("page.title", name=identity.name),
            lead=_lead(context),
            dates=_dates(context),
            led_from=led_from(context),
            answers=answers(context),
            sections=sections,
            style=style(),
            running_head=words("page.runs", name=name, date=context.numbers.date(portrait.on)),
        )
    )


def start_drawing() -> None:
    """Start the drawing engine beside other work: its first picture takes longer than all those of a page."""
    Thread(target=_first_picture, name="first picture").start()


def _first_picture() -> None:
    with suppress(Exception):  # whatever is wrong with the engine, the pictures of the page will tell it
        drawn("start", "", "", lambda _: {"mark": "point", "data": {"values": []}}, Numbers("nl"))


def _lead(context: Context) -> str:
    identity = context.portrait.identity
    if identity.inhabitants is None:
        return f"{identity.code} · {identity.province}"
    people = f"{context.numbers.count(identity.inhabitants)} {context.words('respects.inhabitants')}"
    return " · ".join(item for item in (people, identity.province, identity.code) if item)


def _dates(context: Context) -> str:
    """Which figures of which year, and how old the list of arrangements is."""
    words, numbers, portrait = context.words, context.numbers, context.portrait
    told = [words("page.as_of", date=numbers.date(portrait.on), year=portrait.identity.year)]
    facts = portrait.dependence
    if facts is not None and facts.latest is not None:
        told.append(words("page.as_of_accounts", year=facts.latest.year))
    oldest = portrait.arrangements.oldest if portrait.arrangements else None
    told.append(words("page.as_of_list", date=numbers.date(oldest)) if oldest else words("page.as_of_no_list"))
    return " ".join(told)


def led_from(context: Context) -> str | None:
    """The sentence on the dissolved municipality that was asked for, if any, in the language of the page."""
    lead, words = context.portrait.lead, context.words
    if lead is None:
        return context.portrait.led_from
    day = context.numbers.date(lead.dissolved_on)
    told = words("page.led_from", old=lead.name, code=lead.code, date=day, name=context.name)
    if lead.others:
        told += " " + words("page.led_from_others", old=lead.name, names=words.join(lead.others))
    return told


def file_name(portrait: Portrait, language: str) -> str:
    """Name of the file of a dossier: ``dossier-aalten-gm0197-nl.html``."""
    return file_name_of(portrait.identity.code, portrait.identity.name, language)


def file_name_of(code: str, name: str, language: str) -> str:
    """Name of the file of the dossier of a municipality, by its code and name."""
    plain = unicodedata.normalize("NFKD", normalise_name(name, keep_suffix=True))
    short = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().casefold()).strip("-")
    return "-".join(part for part in ("dossier", short, code.casefold(), language) if part) + ".html"


def write_dossier(portrait: Portrait, folder: Path, *, language: str = "nl") -> Path:
    """Write the dossier to a folder, whole or not at all, and return the path of the page.

    Raises
    ------
    WorkspaceError
        If the folder cannot be made or written.
    """
    return write_page(dossier(portrait, language=language), folder / file_name(portrait, language))
