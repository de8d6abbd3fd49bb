"""Drawing a chart twice, for a wide and for a narrow screen, so that its letters stay readable; the page shows one.

Nothing in a picture carries a running number, so that the same figures give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from verband.report.numbers import Numbers

_SVG = "http://www.w3.org/2000/svg"
_LANGUAGE_OF_SPECIFICATIONS = "5.21"
_SIGNS = {f"{{{_SVG}}}path", f"{{{_SVG}}}line"}
_LENGTHS = {"d", "transform", "x2", "y2"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_MANY = 20


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: SVG text for wide and narrow screens, with its title and description."""

    title: str
    description: str
    wide: str
    narrow: str


def drawn(name: str, title: str, description: str, draw: Callable[[bool], dict[str, Any]], numbers: Numbers) -> Chart:
    """Draw a chart.

    Parameters
    ----------
    name
        Prefix of the identifiers in the picture, unique on the page.
    title, description
        What is read aloud.
    draw
        Gives the Vega-Lite specification; its argument says whether the screen is narrow.
    numbers
        Formats of the language.
    """
    import vl_convert  # noqa: PLC0415  starts a drawing engine: only for those who ask a page

    decimal, group = numbers.symbols
    locale = {"decimal": decimal, "thousands": group, "grouping": [3], "currency": ["€", ""], "percent": "%"}
    wide, narrow = (
        _tidy(
            vl_convert.vegalite_to_svg(draw(is_narrow), vl_version=_LANGUAGE_OF_SPECIFICATIONS, format_locale=locale),
            f"{name}-{'narrow' if is_narrow else 'wide'}",
            title,
            description,
        )
        for is_narrow in (False, True)
    )
    return Chart(title, description, wide, narrow)


def _tidy(svg: str, name: str, title: str, description: str) -> str:
    """Strip what only the drawing engine needs, and give the picture a name that is read aloud."""
    root = etree.fromstring(svg.encode())
    etree.strip_attributes(
        root, "class", "role", "aria-hidden", "aria-roledescription", "aria-label", "pointer-events", "version"
    )
    for element in list(root.iter(f"{{{_SVG}}}path")):
        if element.get("d") in ("", "M0,0h0v0h0Z") or element.get("display") == "none":
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
    for element in root.iter(f"{{{_SVG}}}g"):
        _merge(element)
    for element in root.iter(f"{{{_SVG}}}text"):
        if element.get("stroke"):
            element.set("style", "paint-order: stroke")  # a white edge goes under the letters, not over them
    for element in root.iter():
        for attribute in _LENGTHS & set(element.attrib):
            element.set(attribute, _NUMBER.sub(_rounded, element.get(attribute, "")))
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    for index, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = etree.Element(f"{{{_SVG}}}{tag}", id=f"{name}-{tag}")
        element.text = text
        root.insert(index, element)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")


def _merge(group: etree._Element) -> None:
    """Draw many equal signs as one path: round dots as points of a thick line, ticks as strokes."""
    signs = [element for element in group if element.get("transform") and element.tag in _SIGNS]
    if len(signs) < _MANY or len(signs) != len(group):
        return
    first = _look(signs[0])
    if any(_look(sign) != first for sign in signs):
        return
    if "d" in first and ("A" not in first["d"] or first.get("fill", "none") == "none"):
        return  # a square, a triangle or an open ring is no point of a line
    places = [_NUMBER.findall(sign.get("transform", ""))[:2] for sign in signs]
    path = etree.Element(f"{{{_SVG}}}path")
    if "d" in first:
        radius = abs(float(_NUMBER.findall(first["d"])[0]))
        stroke = {"stroke": first["fill"], "stroke-width": str(2 * radius), "stroke-linecap": "round", "fill": "none"}
        step = "h0"
    else:
        stroke = {name: first[name] for name in ("stroke", "stroke-width") if name in first}
        step = f"l{first.get('x2', '0')},{first.get('y2', '0')}"
    path.set("d", "".join(f"M{x},{y}{step}" for x, y in places))
    for name, value in stroke.items():
        path.set(name, value)
    group[:] = [path]


def _look(sign: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in sign.attrib.items() if name != "transform"}


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found.group()):.1f}".removesuffix(".0")
