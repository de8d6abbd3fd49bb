"""Fractions over the years, with a band behind them; missing years are gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verband.report.charts.drawing import Chart, drawn
from verband.report.charts.style import ACCENT, BAND, LINE, MUTED, NARROW, WIDE, specification, wrapped
from verband.report.numbers import Numbers


@dataclass(frozen=True, slots=True)
class Line:
    """Figures over the years, ``None`` for a gap; ``own`` is the municipality of the page."""

    label: str
    values: tuple[float | None, ...]
    own: bool = False


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

    def draw(narrow: bool) -> dict[str, Any]:
        size = 13 if narrow else 14
        side = 104 if narrow else 190
        width, height = (NARROW if narrow else WIDE) - 44 - side, 230 if narrow else 280
        step = 2 if narrow and len(years) > 5 else 1
        shown = sorted(list(years)[::-1][::step])
        scale = {"domain": [bottom, top * 1.06], "nice": False, "zero": True}
        x = {
            "field": "x",
            "type": "quantitative",
            "scale": {"domain": [years[0], years[-1]], "nice": False},
            "axis": {"values": shown, "format": "d", "grid": False, "title": None, "tickSize": 4, "labelPadding": 6},
        }
        y = {
            "field": "y",
            "type": "quantitative",
            "scale": scale,
            "axis": {"format": ".0%", "tickCount": 5, "title": None, "domain": False, "ticks": False},
        }
        layers: list[dict[str, Any]] = [
            {
                "data": {"values": part},
                "mark": {"type": "area", "color": BAND},
                "encoding": {"x": x, "y": y, "y2": {"field": "y2"}},
            }
            for part in _parts(years, low, high)
        ]
        for bound, label in bounds:
            layers += _bound(bound, label, years[0], x, y, size)
        for line in sorted(lines, key=lambda item: item.own):
            layers += _line(line, years, x, y)
        layers += _end_labels(lines, years, x, y, size, (top * 1.06 - bottom) / height, narrow=narrow)
        return specification(layers, width, height, {"left": 44, "right": side, "top": 12, "bottom": 34}, size)

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
    mark: dict[str, Any] = {"type": "line", "color": colour, "strokeWidth": 3 if line.own else 1.75}
    if not line.own:
        mark["strokeDash"] = [6, 3]
    layers: list[dict[str, Any]] = [
        {"data": {"values": part}, "mark": mark, "encoding": {"x": x, "y": y}} for part in stretches if len(part) > 1
    ]
    if line.own:
        points = [point for part in stretches for point in part]
        layers.append(
            {
                "data": {"values": points},
                "mark": {"type": "point", "filled": True, "size": 46, "color": colour, "opacity": 1},
                "encoding": {"x": x, "y": y},
            }
        )
    return layers


def _end_labels(
    lines: Sequence[Line],
    years: Sequence[int],
    x: dict[str, Any],
    y: dict[str, Any],
    size: int,
    per_pixel: float,
    *,
    narrow: bool,
) -> list[dict[str, Any]]:
    """Name the lines at their last figure; labels that would touch are moved apart."""
    found = []
    for line in lines:
        last = next((value for value in reversed(line.values) if value is not None), None)
        if last is not None:
            found.append((last, line))
    found.sort(key=lambda item: item[0])
    chars = 13 if narrow else 25
    layers, floor = [], float("-inf")
    for value, line in found:
        rows = wrapped(line.label, chars)
        height = len(rows) * (size + 3)
        middle = max(value, floor + height / 2 * per_pixel)
        floor = middle + (height / 2 + 3) * per_pixel
        for index, row in enumerate(rows):
            offset = (index - (len(rows) - 1) / 2) * (size + 3)
            layers.append(
                {
                    "data": {"values": [{"x": years[-1], "y": middle, "text": row}]},
                    "mark": {
                        "type": "text",
                        "align": "left",
                        "baseline": "middle",
                        "dx": 8,
                        "dy": offset,
                        "fontSize": size,
                        "color": ACCENT if line.own else MUTED,
                        "fontWeight": "bold" if line.own else "normal",
                    },
                    "encoding": {"x": x, "y": y, "text": {"field": "text"}},
                }
            )
    return layers


def _bound(
    bound: float, label: str, first: int, x: dict[str, Any], y: dict[str, Any], size: int
) -> list[dict[str, Any]]:
    data = {"values": [{"x": first, "y": bound, "text": label}]}
    return [
        {
            "data": data,
            "mark": {"type": "rule", "color": LINE, "strokeDash": [2, 3]},
            "encoding": {"y": y},
        },
        {
            "data": data,
            "mark": {
                "type": "text",
                "align": "left",
                "baseline": "bottom",
                "dy": -3,
                "dx": 2,
                "fontSize": size - 1,
                "color": MUTED,
            },
            "encoding": {"x": x, "y": y, "text": {"field": "text"}},
        },
    ]
