"""Charts as SVG, drawn by Vega-Lite (through vl-convert): few kinds, always alike.

Every chart is drawn twice, for a wide and for a narrow screen, so that its letters stay readable; the page shows one of
them. Layout does not depend on the fonts of the machine and nothing carries a running number, so that the same figures
give the same bytes. Letters keep 4.5:1 contrast on white, signs 3:1, and no sign is by colour only: the municipality is
drawn thicker and carries its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lxml import etree

from verband.report.numbers import Numbers

ACCENT = "#00565f"
INK = "#1c1f23"
MUTED = "#565c64"
LINE = "#767c85"
BAND = "#dfe3e6"
GRID = "#e7e9eb"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
WIDE, NARROW = 680, 336
_SVG = "http://www.w3.org/2000/svg"
Scale = Literal["linear", "log"]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: SVG text for wide and narrow screens, with its title and description."""

    title: str
    description: str
    wide: str
    narrow: str


@dataclass(frozen=True, slots=True)
class Line:
    """Figures over the years, ``None`` for a gap; ``own`` is the municipality of the page."""

    label: str
    values: tuple[float | None, ...]
    own: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """One row: the own figure beside the middle half and the median of the comparison group."""

    label: str
    value: float | None
    value_text: str
    low: float | None
    median: float | None
    high: float | None


class Artist:
    """Draws charts with the number formats of one language.

    Parameters
    ----------
    numbers
        Formats.
    """

    def __init__(self, numbers: Numbers) -> None:
        decimal, group = numbers.symbols
        self._locale = {"decimal": decimal, "thousands": group, "grouping": [3], "currency": ["€", ""], "percent": "%"}

    def lines(
        self,
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
                "axis": {"values": shown, "format": "d", "grid": False, "title": None, "tickSize": 4},
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
            return _spec(layers, width, height, {"left": 44, "right": side, "top": 12, "bottom": 28}, size)

        return self._twice(name, title, description, draw)

    def ranges(
        self, name: str, title: str, description: str, *, rows: Sequence[Range], form: str = "d", own: str
    ) -> Chart:
        """Draw rows with the own figure as a dot on the middle half and median of the group, on one axis from zero."""
        ends = [value for row in rows for value in (row.value, row.high, row.low) if value is not None]
        domain = [min([0.0, *ends]), max([*ends, 1.0]) * 1.02]

        def draw(narrow: bool) -> dict[str, Any]:
            size, step = (13, 46) if narrow else (14, 44)
            width, height = (NARROW if narrow else WIDE) - 24, step * len(rows)
            x = {
                "field": "x",
                "type": "quantitative",
                "scale": {"domain": domain, "nice": False},
                "axis": {"format": form, "tickCount": 4 if narrow else 7, "title": None, "domain": False},
            }
            y = {
                "field": "row",
                "type": "quantitative",
                "scale": {"domain": [len(rows), 0], "nice": False, "zero": False},
                "axis": None,
            }
            bars = [
                {"row": index + 0.7, "x": row.low, "x2": row.high}
                for index, row in enumerate(rows)
                if row.low is not None
            ]
            medians = [
                {"x": row.median, "row": index + 0.52, "row2": index + 0.88}
                for index, row in enumerate(rows)
                if row.median is not None
            ]
            dots = [{"x": row.value, "row": index + 0.7} for index, row in enumerate(rows) if row.value is not None]
            limit = width - (96 if narrow else 110)
            names = [{"row": index + 0.27, "text": _cut(row.label, limit, size)} for index, row in enumerate(rows)]
            values = [{"row": index + 0.27, "text": row.value_text} for index, row in enumerate(rows)]
            text = {"type": "text", "baseline": "middle", "fontSize": size}
            layers = [
                {
                    "data": {"values": bars},
                    "mark": {"type": "bar", "size": 16, "color": BAND},
                    "encoding": {"x": x, "x2": {"field": "x2"}, "y": y},
                },
                {
                    "data": {"values": medians},
                    "mark": {"type": "rule", "strokeWidth": 2.5, "color": MUTED},
                    "encoding": {"x": x, "y": y, "y2": {"field": "row2"}},
                },
                {
                    "data": {"values": dots},
                    "mark": {"type": "point", "filled": True, "size": 110, "color": ACCENT, "opacity": 1},
                    "encoding": {"x": x, "y": y},
                },
                {
                    "data": {"values": names},
                    "mark": {**text, "align": "left", "color": INK},
                    "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "text"}},
                },
                {
                    "data": {"values": values},
                    "mark": {**text, "align": "right", "color": ACCENT, "fontWeight": "bold"},
                    "encoding": {"x": {"value": width}, "y": y, "text": {"field": "text"}},
                },
            ]
            return _spec(layers, width, height, {"left": 6, "right": 18, "top": 4, "bottom": 28}, size)

        return self._twice(name, title, f"{description} {own}", draw)

    def strip(
        self,
        name: str,
        title: str,
        description: str,
        *,
        everyone: Sequence[float],
        group: Sequence[float],
        own: float,
        labels: tuple[str, str, str],
        form: str,
        scale: Scale = "linear",
    ) -> Chart:
        """Draw all municipalities as thin ticks, the comparison group darker under them, and this one named above."""
        numbers = [*everyone, *group, own]
        domain = [min(numbers) * 0.9, max(numbers) * 1.05] if scale == "log" else [min([0.0, *numbers]), max(numbers)]

        def draw(narrow: bool) -> dict[str, Any]:
            size = 13 if narrow else 14
            width, height = (NARROW if narrow else WIDE) - 40, 128
            kind: dict[str, Any] = {"type": "log", "base": 10} if scale == "log" else {"type": "linear"}
            axis: dict[str, Any] = {"format": form, "title": None, "grid": False, "domain": False}
            axis |= {"values": [1e3, 1e4, 1e5, 1e6]} if scale == "log" else {"tickCount": 4 if narrow else 8}
            x = {
                "field": "x",
                "type": "quantitative",
                "scale": {**kind, "domain": domain, "nice": False, "zero": False},
                "axis": axis,
            }

            def ticks(values: Sequence[float], top: int, bottom: int, colour: str, thick: float) -> dict[str, Any]:
                return {
                    "data": {"values": [{"x": value} for value in values]},
                    "mark": {"type": "rule", "strokeWidth": thick, "color": colour},
                    "encoding": {"x": x, "y": {"value": top}, "y2": {"value": bottom}},
                }

            def label(text: str, top: int, colour: str, *, bold: bool = False) -> dict[str, Any]:
                return {
                    "data": {"values": [{"text": text}]},
                    "mark": {
                        "type": "text",
                        "align": "left",
                        "baseline": "middle",
                        "fontSize": size,
                        "color": colour,
                        "fontWeight": "bold" if bold else "normal",
                    },
                    "encoding": {"x": {"value": 0}, "y": {"value": top}, "text": {"field": "text"}},
                }

            layers = [
                label(labels[0], 8, ACCENT, bold=True),
                label(labels[1], 26, INK),
                label(labels[2], 82, MUTED),
                ticks(everyone, 94, 122, LINE, 0.8),
                ticks(group, 38, 66, INK, 2),
                ticks([own], 34, 70, ACCENT, 4),
                ticks([own], 92, 126, ACCENT, 4),
            ]
            return _spec(layers, width, height, {"left": 12, "right": 28, "top": 4, "bottom": 26}, size)

        return self._twice(name, title, description, draw)

    def _twice(self, name: str, title: str, description: str, draw: Any) -> Chart:  # noqa: ANN401
        import vl_convert  # noqa: PLC0415  starts a drawing engine: only for those who ask a page

        drawn = [
            _tidy(
                vl_convert.vegalite_to_svg(draw(narrow), vl_version="5.21", format_locale=self._locale),
                f"{name}-{'narrow' if narrow else 'wide'}",
                title,
                description,
            )
            for narrow in (False, True)
        ]
        return Chart(title, description, drawn[0], drawn[1])


def _spec(layers: list[dict[str, Any]], width: int, height: int, padding: dict[str, int], size: int) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "height": height,
        "autosize": {"type": "none"},
        "padding": padding,
        "background": None,
        "layer": layers,
        "config": {
            "aria": False,
            "font": FONT,
            "view": {"stroke": None},
            "axis": {
                "labelFontSize": size,
                "labelColor": MUTED,
                "gridColor": GRID,
                "tickColor": LINE,
                "labelFlush": False,
            },
        },
    }


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
        rows = _wrap(line.label, chars)
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


def _wrap(text: str, width: int) -> list[str]:
    import textwrap  # noqa: PLC0415

    return textwrap.wrap(text, width) or [text]


def _cut(text: str, width: float, size: int) -> str:
    room = int(width / (size * 0.53))
    return text if len(text) <= room else text[: max(room - 1, 1)].rstrip() + "…"


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
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    for index, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = etree.Element(f"{{{_SVG}}}{tag}", id=f"{name}-{tag}")
        element.text = text
        root.insert(index, element)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")
