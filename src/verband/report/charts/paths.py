"""Points with intervals against a number: paths of a few series, or scatters of many points.

Every series has its own sign and stroke, so that none is told by colour only. On a wide screen a path carries its name
at its end; a scatter, and every series on a narrow screen, is named above the drawing behind its sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log10
from typing import Any

from verband.report.charts.drawing import Chart, drawn
from verband.report.charts.style import (
    ACCENT,
    GRID,
    INK,
    LINE,
    MUTED,
    NARROW,
    PAPER,
    WIDE,
    axis,
    rows_of,
    specification,
    wrapped,
)
from verband.report.numbers import Numbers

_LEFT = 58
_LOG, _LARGE = 20, 1000
"""How many times the least the most is, and how large, from which an axis is logarithmic: sizes, and no shares."""
_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": ACCENT, "shape": "circle", "dash": [1, 0], "width": 3},
    {"color": MUTED, "shape": "square", "dash": [6, 3], "width": 2},
    {"color": INK, "shape": "triangle-up", "dash": [2, 3], "width": 2},
    {"color": MUTED, "shape": "diamond", "dash": [8, 2, 2, 2], "width": 2},
)


_STEPS = 16
"""Whole numbers up to which each has its place on the axis."""


@dataclass(frozen=True, slots=True)
class Path:
    """A series: points ``x, y, low, high`` by x, the ends ``None`` where there is no interval.

    Where ``joined`` a line runs through them, which starts anew at each of ``starts``.
    """

    label: str
    points: tuple[tuple[float, float, float | None, float | None], ...]
    joined: bool = True
    starts: tuple[float, ...] = ()

    def stretches(self) -> list[list[tuple[float, float]]]:
        """The points that one line runs through, ``x, y``."""
        found: list[list[tuple[float, float]]] = [[]]
        for across, up, *_ in self.points:
            if across in self.starts:
                found.append([])
            found[-1].append((across, up))
        return [part for part in found if len(part) > 1]


def paths(
    numbers: Numbers,
    name: str,
    title: str,
    description: str,
    *,
    x_title: str,
    y_title: str,
    series: Sequence[Path],
) -> Chart:
    """Draw series of points on two axes; years are written as such and wide ranges of sizes on a logarithmic axis."""
    points = [point for line in series for point in line.points]
    across = sorted({point[0] for point in points})
    up = [value for point in points for value in point[1:] if value is not None]
    low, high = min([0.0, *up]), max([0.0, *up])
    room = (high - low or 1.0) * 0.05
    bottom, top = (low - room if low < 0 else 0.0), high + room
    logarithmic = across[0] > 0 and across[-1] >= max(_LARGE, _LOG * across[0])
    years = all(float(value).is_integer() and 1900 < value < 2100 for value in across)
    scatter = any(not line.joined for line in series)

    def draw(narrow: bool) -> dict[str, Any]:
        size = 13 if narrow else 14
        named = scatter or narrow
        side = 14 if named else 170
        width, height = (NARROW if narrow else WIDE) - _LEFT - side, 260 if narrow else 300
        edge = (across[-1] - across[0] or 1.0) * 0.05
        domain = [across[0] * 0.8, across[-1] * 1.25] if logarithmic else [across[0] - edge, across[-1] + edge]
        x_axis: dict[str, Any] = {"grid": False, "title": None, "tickSize": 4, "labelPadding": 6, "labelColor": MUTED}
        if logarithmic:
            x_axis |= {"values": _powers(*domain, width=width, size=size), "format": ",.0f"}
        elif across[-1] - across[0] <= _STEPS and all(float(value).is_integer() for value in across):
            whole = list(range(int(across[0]), int(across[-1]) + 1))
            step = 2 if (narrow or not named) and len(whole) > (6 if narrow else 10) else 1
            x_axis |= {"values": whole[::-1][::step][::-1], "format": "d" if years else ",.0f"}
        else:
            x_axis |= axis(domain[0], domain[1], 4 if narrow else 7)
        x = {
            "field": "x",
            "type": "quantitative",
            "scale": {"domain": domain, "nice": False, "zero": False, "type": "log" if logarithmic else "linear"},
            "axis": x_axis,
        }
        y = {
            "field": "y",
            "type": "quantitative",
            "scale": {"domain": [bottom, top], "nice": False},
            "axis": {**axis(bottom, top, 5), "title": None, "domain": False, "ticks": False, "gridColor": GRID},
        }
        layers: list[dict[str, Any]] = [
            {
                "data": {"values": [{"y": 0}]},
                "mark": {"type": "rule", "color": LINE, "strokeWidth": 1.5, "strokeDash": [4, 3]},
                "encoding": {"y": y},
            }
        ]
        for place, line in enumerate(series):
            layers += _series(line, place, len(series), x, y)
        keys, above = _keys(series, y_title, size, WIDE if not narrow else NARROW, named=named)
        layers += keys
        if not named:
            layers += _ends(series, x, y, size, (top - bottom) / height)
        lines = wrapped(x_title, int((width + side) / (size * 0.62)))
        for place, text in enumerate(lines):
            layers.append(_words(text, 0, height + 38 + place * (size + 4), size, color=MUTED))
        below = 46 + len(lines) * (size + 4)
        padding = {"left": _LEFT, "right": side, "top": above, "bottom": below}
        return specification(layers, width, height, padding, size)

    return drawn(name, title, description, draw, numbers)


def _powers(low: float, high: float, *, width: int, size: int) -> list[float]:
    """Round values on a logarithmic axis, as many as can stand beside each other."""
    powers = range(int(log10(low)) - 1, int(log10(high)) + 2)
    per_tenfold = width / log10(high / low)
    room = (len(f"{high:,.0f}") * 0.62 + 1) * size
    steps: tuple[int, ...] = (1,)
    for tried in ((1, 2, 5), (1, 3)):
        if min(log10(after / before) for before, after in pairwise((*tried, 10))) * per_tenfold >= room:
            steps = tried
            break
    return [step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high]


def _look(place: int) -> dict[str, Any]:
    return _LOOKS[place % len(_LOOKS)]


def _series(line: Path, place: int, number: int, x: dict[str, Any], y: dict[str, Any]) -> list[dict[str, Any]]:
    look = _look(place)
    values = [{"x": across, "y": up} for across, up, *_ in line.points]
    if not line.joined:
        mark = {
            "type": "point",
            "filled": False,
            "shape": look["shape"],
            "size": 34,
            "stroke": look["color"],
            "strokeWidth": 1.3,
            "opacity": 0.9,
        }
        return [{"data": {"values": values}, "mark": mark, "encoding": {"x": x, "y": y}}]
    # Series are moved apart by a few pixels, so that intervals do not lie over each other.
    moved = (place - (number - 1) / 2) * 7
    stroke = {"color": look["color"], "strokeWidth": look["width"], "strokeDash": look["dash"]}
    spans = [{"x": across, "y": low, "y2": high} for across, _, low, high in line.points if low != high]
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [{"x": across, "y": up} for across, up in part]},
            "mark": {"type": "line", **stroke, "xOffset": moved},
            "encoding": {"x": x, "y": y},
        }
        for part in line.stretches()
    ]
    if spans:
        layers.append(
            {
                "data": {"values": spans},
                "mark": {"type": "rule", "color": look["color"], "strokeWidth": 1.5, "xOffset": moved},
                "encoding": {"x": x, "y": y, "y2": {"field": "y2"}},
            }
        )
    dot = {"type": "point", "shape": look["shape"], "filled": True, "size": 60, "opacity": 1, "xOffset": moved}
    layers.append(
        {
            "data": {"values": values},
            "mark": {**dot, "fill": look["color"], "stroke": PAPER, "strokeWidth": 1},
            "encoding": {"x": x, "y": y},
        }
    )
    return layers


def _words(text: str, x: float, y: float, size: int, **look: object) -> dict[str, Any]:
    return {
        "data": {"values": [{"text": text}]},
        "mark": {"type": "text", "align": "left", "baseline": "middle", "fontSize": size, **look},
        "encoding": {"x": {"value": x}, "y": {"value": y}, "text": {"field": "text"}},
    }


def _ends(
    series: Sequence[Path], x: dict[str, Any], y: dict[str, Any], size: int, per_pixel: float
) -> list[dict[str, Any]]:
    """Names at the ends of the paths; names that would touch are moved apart."""
    found = sorted((line.points[-1][1], place) for place, line in enumerate(series) if line.points)
    last = max(line.points[-1][0] for line in series if line.points)
    layers, floor = [], float("-inf")
    for value, place in found:
        lines = rows_of([series[place].label], 150, size)[0]
        height = len(lines) * (size + 3)
        middle = max(value, floor + height / 2 * per_pixel)
        floor = middle + (height / 2 + 3) * per_pixel
        for index, text in enumerate(lines):
            layers.append(
                {
                    "data": {"values": [{"x": last, "y": middle, "text": text}]},
                    "mark": {
                        "type": "text",
                        "align": "left",
                        "baseline": "middle",
                        "fontSize": size,
                        "fontWeight": "bold",
                        "color": _look(place)["color"],
                        "dx": 18,
                        "dy": (index - (len(lines) - 1) / 2) * (size + 3),
                    },
                    "encoding": {"x": x, "y": y, "text": {"field": "text"}},
                }
            )
    return layers


def _keys(
    series: Sequence[Path], y_title: str, size: int, whole: int, *, named: bool
) -> tuple[list[dict[str, Any]], int]:
    """What is on the upright axis, and where asked the names behind their signs; and the room that they take."""
    line = size + 5
    titles = wrapped(y_title, int((whole - 10) / (size * 0.62)))
    rows = [wrapped(item.label, int((whole - 40) / (size * 0.66))) for item in series] if named else []
    above = (len(titles) + sum(map(len, rows))) * line + 14
    layers, place = [], -above + size
    for text in titles:
        layers.append(_words(text, 4 - _LEFT, place, size, color=MUTED))
        place += line
    for number, (item, texts) in enumerate(zip(series, rows, strict=False)):
        look = _look(number)
        sign: dict[str, Any] = {
            "type": "point",
            "shape": look["shape"],
            "size": 60,
            "opacity": 1,
            "filled": item.joined,
        }
        sign |= {"color": look["color"]} if item.joined else {"stroke": look["color"], "strokeWidth": 1.5}
        layers.append(
            {
                "data": {"values": [{}]},
                "mark": sign,
                "encoding": {"x": {"value": 14 - _LEFT}, "y": {"value": place}},
            }
        )
        for text in texts:
            layers.append(_words(text, 30 - _LEFT, place, size, color=look["color"], fontWeight="bold"))
            place += line
    return layers, above
