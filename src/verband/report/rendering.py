"""The templates and the style that all pages share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from verband.report.evidence.said import END, START

if TYPE_CHECKING:
    from jinja2 import Environment

    from verband.report.page import Table

_LONG = 60
"""Letters in a cell from which a table is stacked on a phone."""
_WIDE = 24
"""Letters from which a figure may be broken over lines, so that no column grows too wide."""


@cache
def style() -> str:
    """The style sheet of all pages."""
    return files("verband.report").joinpath("templates", "dossier.css").read_text(encoding="utf-8").strip()


@cache
def environment() -> Environment:
    """The templates, with everything escaped that is not marked as a drawing or a style of our own."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  only where a page is asked

    found = Environment(loader=PackageLoader("verband.report", "templates"), autoescape=True, undefined=StrictUndefined)
    found.filters |= {
        "code_parts": _code_parts,
        "sort_of": lambda block: type(block).__name__,
        "spoken": _spoken,
        "drawing": _trusted,
        "css": _trusted,
        "css_string": _css_string,
    }
    found.tests |= {"stacked": _stacked, "whole": _whole}
    return found


def _stacked(block: Table) -> bool:
    """Whether a table holds lists too long for a column on a phone: there its cells stand below one another."""
    return any(
        len(cell) > _LONG
        for row in block.rows
        for place, cell in enumerate(row)
        if place and place not in block.numeric
    )


def _whole(cell: str) -> bool:
    """Whether a cell is a figure, or two ends of one, which stay on one line."""
    return len(cell) < _WIDE and any(sign.isdigit() for sign in cell)


def _code_parts(text: str) -> Iterator[tuple[bool, str]]:
    """Cut a text at its backticks; what stands between two is code."""
    for index, part in enumerate(text.split("`")):
        if part:
            yield index % 2 == 1, part


def _spoken(text: str) -> Markup | str:
    """What the analyses say in English, marked as such, so that it is read aloud right on a page in Dutch."""
    if START not in text:
        return text
    found = Markup()
    for index, part in enumerate(text.replace(END, START).split(START)):
        found += Markup('<span lang="en">{}</span>').format(part) if index % 2 else escape(part)
    return found


def _trusted(text: str) -> Markup:
    """Drawings and style of our own making; every word in them was escaped when they were made."""
    return Markup(text)  # noqa: S704


def _css_string(text: str) -> Markup:
    """A text as a string of a style sheet; everything but letters, digits and spaces is escaped by its number."""
    escaped = "".join(sign if sign.isalnum() or sign == " " else f"\\{ord(sign):06x} " for sign in text)
    return Markup(f'"{escaped}"')  # noqa: S704
