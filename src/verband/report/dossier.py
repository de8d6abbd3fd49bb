"""The dossier: one self-contained HTML page on one municipality, without script and without anything to fetch."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from verband import __version__
from verband.analysis.portrait import Portrait
from verband.domain.municipality import normalise_name
from verband.errors import WorkspaceError
from verband.report.context import Context
from verband.report.page import Section
from verband.report.questions import answers
from verband.report.sections.arrangements import arrangements
from verband.report.sections.costs import costs
from verband.report.sections.dependence import dependence
from verband.report.sections.finances import finances
from verband.report.sections.sources import glossary, sources
from verband.report.sections.staff import staff
from verband.report.sections.standing import standing
from verband.report.sections.unanswered import unanswered

if TYPE_CHECKING:
    from jinja2 import Environment

SECTIONS = (standing, arrangements, dependence, costs, staff, finances, unanswered, sources, glossary)


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
        _environment()
        .get_template("dossier.html.j2")
        .render(
            words=words,
            language=language,
            version=__version__,
            portrait=portrait,
            title=words("page.title", name=identity.name),
            lead=_lead(context),
            dates=_dates(context),
            led_from=led_from(context),
            answers=answers(context),
            sections=sections,
            style=_style(),
            running_head=words("page.runs", name=name, date=context.numbers.date(portrait.on)),
        )
    )


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
    plain = unicodedata.normalize("NFKD", normalise_name(portrait.identity.name, keep_suffix=True))
    short = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().casefold()).strip("-")
    return "-".join(part for part in ("dossier", short, portrait.identity.code.casefold(), language) if part) + ".html"


def write_dossier(portrait: Portrait, folder: Path, *, language: str = "nl") -> Path:
    """Write the dossier to a folder, whole or not at all, and return the path of the page.

    Raises
    ------
    WorkspaceError
        If the folder cannot be made or written.
    """
    text = dossier(portrait, language=language)
    path = folder / file_name(portrait, language)
    partial: str | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.", suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        mask = os.umask(0)
        os.umask(mask)
        Path(partial).chmod(0o666 & ~mask)
        Path(partial).replace(path)
    except OSError as error:
        raise WorkspaceError(
            f"the dossier cannot be written ({error.strerror or error})",
            where=str(folder),
            todo="Check that there is room and that you may write there, or name another folder with --out",
        ) from error
    finally:
        if partial is not None:
            Path(partial).unlink(missing_ok=True)
    return path


@cache
def _style() -> str:
    return files("verband.report").joinpath("templates", "dossier.css").read_text(encoding="utf-8").strip()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  only where a page is asked

    environment = Environment(
        loader=PackageLoader("verband.report", "templates"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {
        "code_parts": _code_parts,
        "sort_of": lambda block: type(block).__name__,
        "drawing": _trusted,
        "css": _trusted,
        "css_string": _css_string,
    }
    return environment


def _code_parts(text: str) -> Iterator[tuple[bool, str]]:
    """Cut a text at its backticks; what stands between two is code."""
    for index, part in enumerate(text.split("`")):
        if part:
            yield index % 2 == 1, part


def _trusted(text: str) -> Markup:
    """Drawings and style of our own making; every word in them was escaped when they were made."""
    return Markup(text)  # noqa: S704


def _css_string(text: str) -> Markup:
    """A text as a string of a style sheet; everything but letters, digits and spaces is escaped by its number."""
    escaped = "".join(sign if sign.isalnum() or sign == " " else f"\\{ord(sign):06x} " for sign in text)
    return Markup(f'"{escaped}"')  # noqa: S704
