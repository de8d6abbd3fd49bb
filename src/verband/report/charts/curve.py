"""Cost per inhabitant against inhabitants: all municipalities as dots, the modelled curve with its band, one marked."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any

from verband.report.charts.drawing import Chart, drawn
from verband.report.charts.style import (
    ACCENT,
    BAND,
    HALO,
    INK,
    LINE,
    NARROW,
    WIDE,
    WIDEST,
    axis,
    rows_of,
    specification,
)
from verband.report.numbers import Numbers

_ROOM = 1.14
"""Room above for the name of the municipality."""
SHOWN = 0.98
"""Share of the dots that decides the height: a few far outliers would press all others flat."""


def highest_shown(everyone: Sequence[tuple[float, float]], own: float | None, curve: Sequence[float]) -> float:
    """Top of the axis: what nearly all municipalities spend, and always the own figure and the curve."""
    values = sorted(value for _, value in everyone)
    most = values[min(int(len(values) * SHOWN), len(values) - 1)] if values else 0.0
    return _ROOM * max([most, *curve, own or 0.0, 1.0])


def curve(
    numbers: Numbers,
    name: str,
    title: str,
    description: str,
    *,
    everyone: Sequence[tuple[float, float]],
    points: Sequence[tuple[float, float, float, float]],
    own: tuple[float, float | None, str],
) -> Chart:
    """Draw cost against size.

    Parameters
    ----------
    numbers
        Formats.
    name, title, description
        As of :func:`verband.report.charts.drawing.drawn`.
    everyone
        Inhabitants and euro per inhabitant of all municipalities; those above the axis are left out.
    points
        Inhabitants, modelled euro per inhabitant, low and high.
    own
        Inhabitants, euro per inhabitant and label of the municipality of the page.
    """
    top = highest_shown(everyone, own[1], [high for _, _, _, high in points])
    sizes = [size for size, *_ in (*everyone, *points)]
    domain = [min(sizes) * 0.9, max(sizes) * 1.1]

    def draw(narrow: bool) -> dict[str, Any]:
        size = 13 if narrow else 14
        width, height = (NARROW if narrow else WIDE) - 90, 240 if narrow else 290
        x = {
            "field": "x",
            "type": "quantitative",
            "scale": {"type": "log", "base": 10, "domain": domain, "nice": False},
            "axis": {
                "values": [1e3, 1e4, 1e5, 1e6] if narrow else [1e3, 3e3, 1e4, 3e4, 1e5, 3e5, 1e6],
                "format": ",.0f",
                "grid": False,
                "title": None,
                "domain": False,
            },
        }
        y = {
            "field": "y",
            "type": "quantitative",
            "scale": {"domain": [0, top], "nice": False, "zero": True},
            "axis": {**axis(0.0, top, 5), "title": None, "domain": False, "ticks": False},
        }
        inside = [{"x": people, "y": value} for people, value in everyone if 0 <= value <= top]
        band = [{"x": people, "y": low, "y2": high} for people, _, low, high in points]
        middle = [{"x": people, "y": value} for people, value, _, _ in points]
        layers: list[dict[str, Any]] = [
            {
                "data": {"values": band},
                "mark": {"type": "area", "color": BAND},
                "encoding": {"x": x, "y": y, "y2": {"field": "y2"}},
            },
            {
                "data": {"values": inside},
                "mark": {"type": "point", "filled": True, "size": 12, "color": LINE, "opacity": 1},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": middle},
                "mark": {"type": "line", "color": INK, "strokeWidth": 2},
                "encoding": {"x": x, "y": y},
            },
        ]
        layers += _own(own, x, y, size, domain, top, width)
        above = 10 + (size + 3) * (len(rows_of([own[2]], width, size)[0]) - 1)
        return specification(layers, width, height, {"left": 52, "right": 38, "top": above, "bottom": 28}, size)

    return drawn(name, title, description, draw, numbers)


def _own(
    own: tuple[float, float | None, str],
    x: dict[str, Any],
    y: dict[str, Any],
    size: int,
    domain: Sequence[float],
    top: float,
    width: float,
) -> list[dict[str, Any]]:
    """The municipality of the page, its name above all dots with a line down to its own."""
    people, value, label = own
    if value is None:
        return []
    place = width * log(people / domain[0]) / log(domain[1] / domain[0])
    left = place > width / 2
    # A long name that would pass the axis stands at the edge instead, over its own line if need be.
    (rows,) = rows_of([label], width, size)
    room, length = place if left else width - place, max(map(len, rows)) * size * WIDEST + 6
    anchor = place if length <= room else (0.0 if left else width)
    flip = left is (length <= room)
    data = {"values": [{"x": people, "y": value, "top": top}]}
    mark = {
        "type": "text",
        "align": "right" if flip else "left",
        "baseline": "middle",
        "dx": (-6 if flip else 6) if length <= room else 0,
        "fontSize": size,
        "fontWeight": "bold",
        "color": ACCENT,
        **HALO,
    }
    return [
        {
            "data": data,
            "mark": {"type": "rule", "color": ACCENT, "strokeWidth": 1.25},
            "encoding": {"x": x, "y": {**y, "field": "top"}, "y2": {"field": "y"}},
        },
        {
            "data": data,
            "mark": {"type": "point", "filled": True, "size": 120, "color": ACCENT, "opacity": 1},
            "encoding": {"x": x, "y": y},
        },
        *(
            {
                "data": {"values": [{"text": row}]},
                "mark": mark,
                "encoding": {
                    "x": {"value": anchor},
                    "y": {"value": size / 2 - (size + 3) * (len(rows) - 1 - index)},
                    "text": {"field": "text"},
                },
            }
            for index, row in enumerate(rows)
        ),
    ]
