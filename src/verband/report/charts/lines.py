"""Fractions over the years, with a band behind them; missing years are gaps.

On a wide screen the names stand at the end of the lines; a narrow one has no room there, and names them above, each
with its own sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verband.report.charts.drawing import Chart, drawn
from verband.report.charts.style import (
    ACCENT,
    BAND,
    LINE,
    MUTED,
    NARROW,
    PAPER,
    WIDE,
    axis,
    rows_of,
    specification,
)
from verband.report.numbers import Numbers

_LEFT = 44
"""Room for the numbers at the axis."""
_SIGN = 26
"""Length of the sign before a name."""
_BOUND = {"color": LINE, "strokeDash": [2, 3]}


@dataclass(frozen=True, slots=True)
class Line:
    """Figures over the years.

    Attributes
    ----------
    values
        One a year, ``None`` for a gap.
    own
        Whether it is the municipality of the page.
    doubtful
        Years whose figure is in doubt, drawn as an open dot.
    """

    label: str
    values: tuple[float | None, ...]
    own: bool = False
    doubtful: tuple[int, ...] = ()


def lines(
    numbers: Numbers,
    name: str,
    title: str,
    description: str,
    *,
    years: Sequence[int],
    lines: Sequence[Line],
    low: Sequence[float | None] = (),
    high: Sequence[float | None] = (),
    bounds: Sequence[tuple[float, str]] = (),
) -> Chart:
    """Draw fractions over the years, with a band behind them and named bounds; missing years are gaps."""
    known = [value for line in lines for value in line.values if value is not None]
    top = max([*known, *(value for value in high if value is not None), *(bound for bound, _ in bounds), 0.01])
    bottom = min([0.0, *known])

    edge = top * 1.06

    def draw(narrow: bool) -> dict[str, Any]:
        size = 13 if narrow else 14
        side = 14 if narrow else 190
        width, height = (NARROW if narrow else WIDE) - _LEFT - side, 230 if narrow else 280
        step = 2 if narrow and len(years) > 5 else 1
        shown = sorted(list(years)[::-1][::step])
        x = {
            "field": "x",
            "type": "quantitative",
            "scale": {"domain": [years[0], years[-1]], "nice": False},
            "axis": {"values": shown, "format": "d", "grid": False, "title": None, "tickSize": 4, "labelPadding": 6},
        }
        y = {
            "field": "y",
            "type": "quantitative",
            "scale": {"domain": [bottom, edge], "nice": False, "zero": True},
            "axis": {**axis(bottom, edge, 5, percent=True), "title": None, "domain": False, "ticks": False},
        }
        layers: list[dict[str, Any]] = [
            {
                "data": {"values": part},
                "mark": {"type": "area", "color": BAND},
                "encoding": {"x": x, "y": y, "y2": {"field": "y2"}},
            }
            for part in _parts(years, low, high)
        ]
        layers += [_bound(bound, y) for bound, _ in bounds]
        for line in sorted(lines, key=lambda item: item.own):
            layers += _line(line, years, x, y)
        above = 12
        if narrow:
            keys, above = _keys(lines, bounds, size)
            layers += keys
        else:
            layers += _end_labels(lines, bounds, years, x, y, size, (edge - bottom) / height)
        return specification(layers, width, height, {"left": _LEFT, "right": side, "top": above, "bottom": 34}, size)

    return drawn(name, title, description, draw, numbers)


def _parts(
    years: Sequence[int], low: Sequence[float | None], high: Sequence[float | None]
) -> list[list[dict[str, Any]]]:
    """Stretches of years in which the band is known; a gap ends one."""
    parts: list[list[dict[str, Any]]] = [[]]
    for year, bottom, top in zip(years, low, high, strict=False):
        if bottom is None or top is None:
            parts.append([])
        else:
            parts[-1].append({"x": year, "y": bottom, "y2": top})
    return [part for part in parts if len(part) > 1]


def _line(line: Line, years: Sequence[int], x: dict[str, Any], y: dict[str, Any]) -> list[dict[str, Any]]:
    colour = ACCENT if line.own else MUTED
    stretches: list[list[dict[str, Any]]] = [[]]
    for year, value in zip(years, line.values, strict=True):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append({"x": year, "y": value})
    layers: list[dict[str, Any]] = [
        {"data": {"values": part}, "mark": {"type": "line", **_stroke(line)}, "encoding": {"x": x, "y": y}}
        for part in stretches
        if len(part) > 1
    ]
    # A year between two gaps has no line: without its dot it would not be seen.
    points = [point for part in stretches for point in part if line.own or len(part) == 1]
    dot = {"type": "point", "size": 46 if line.own else 30, "opacity": 1}
    whole = [point for point in points if point["x"] not in line.doubtful]
    open_ = [point for point in points if point["x"] in line.doubtful]
    full = {**dot, "filled": True, "color": colour}
    hollow = {**dot, "filled": True, "fill": PAPER, "stroke": colour, "strokeWidth": 2}
    layers += [
        {"data": {"values": some}, "mark": mark, "encoding": {"x": x, "y": y}}
        for some, mark in ((whole, full), (open_, hollow))
        if some
    ]
    return layers


def _stroke(line: Line) -> dict[str, Any]:
    look: dict[str, Any] = {"color": ACCENT if line.own else MUTED, "strokeWidth": 3 if line.own else 1.75}
    return look if line.own else {**look, "strokeDash": [6, 3]}


def _words(line: Line | None, size: int) -> dict[str, Any]:
    """The look of a name: of a line, or of a bound."""
    own = line is not None and line.own
    return {
        "type": "text",
        "align": "left",
        "baseline": "middle",
        "fontSize": size,
        "color": ACCENT if own else MUTED,
        "fontWeight": "bold" if own else "normal",
    }


def _end_labels(
    lines: Sequence[Line],
    bounds: Sequence[tuple[float, str]],
    years: Sequence[int],
    x: dict[str, Any],
    y: dict[str, Any],
    size: int,
    per_pixel: float,
) -> list[dict[str, Any]]:
    """Name lines at their last figure and bounds at their end; names that would touch are moved apart."""
    found: list[tuple[float, Line | None, str]] = [(bound, None, label) for bound, label in bounds]
    for line in lines:
        last = next((value for value in reversed(line.values) if value is not None), None)
        if last is not None:
            found.append((last, line, line.label))
    found.sort(key=lambda item: item[0])
    layers, floor = [], float("-inf")
    for (value, named, _), rows in zip(found, rows_of([text for *_, text in found], 190 - 8, size), strict=True):
        height = len(rows) * (size + 3)
        middle = max(value, floor + height / 2 * per_pixel)
        floor = middle + (height / 2 + 3) * per_pixel
        for index, row in enumerate(rows):
            offset = (index - (len(rows) - 1) / 2) * (size + 3)
            layers.append(
                {
                    "data": {"values": [{"x": years[-1], "y": middle, "text": row}]},
                    "mark": {**_words(named, size), "dx": 8, "dy": offset},
                    "encoding": {"x": x, "y": y, "text": {"field": "text"}},
                }
            )
    return layers


def _keys(lines: Sequence[Line], bounds: Sequence[tuple[float, str]], size: int) -> tuple[list[dict[str, Any]], int]:
    """Names above the drawing, each behind its sign, and the room that they take."""
    shown: list[tuple[Line | None, str, dict[str, Any]]] = [
        (line, line.label, _stroke(line)) for line in sorted(lines, key=lambda item: not item.own)
    ]
    shown += [(None, label, _BOUND) for _, label in bounds]
    start = _SIGN + 8 - _LEFT
    wrapped = rows_of([label for _, label, _ in shown], NARROW - _SIGN - 8, size)
    above = sum(map(len, wrapped)) * (size + 5) + 14
    layers, place = [], -above + size
    for (named, _, stroke), rows in zip(shown, wrapped, strict=True):
        layers.append(
            {
                "data": {"values": [{}]},
                "mark": {"type": "rule", **stroke},
                "encoding": {"x": {"value": -_LEFT}, "x2": {"value": _SIGN - _LEFT}, "y": {"value": place}},
            }
        )
        for row in rows:
            layers.append(
                {
                    "data": {"values": [{"text": row}]},
                    "mark": _words(named, size),
                    "encoding": {"x": {"value": start}, "y": {"value": place}, "text": {"field": "text"}},
                }
            )
            place += size + 5
    return layers, above


def _bound(bound: float, y: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"values": [{"y": bound}]}, "mark": {"type": "rule", **_BOUND}, "encoding": {"y": y}}
