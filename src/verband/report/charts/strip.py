"""All municipalities as thin ticks, the comparison group under them, and one marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verband.report.charts.drawing import Chart, drawn
from verband.report.charts.style import ACCENT, INK, LINE, MUTED, NARROW, WIDE, Scale, axis, specification
from verband.report.numbers import Numbers


def strip(
    numbers: Numbers,
    name: str,
    title: str,
    description: str,
    *,
    everyone: Sequence[float],
    group: Sequence[float],
    own: float,
    labels: tuple[str, str, str],
    scale: Scale = "linear",
) -> Chart:
    """Draw all municipalities as thin ticks, the comparison group darker under them, and this one named above.

    A linear scale is for fractions, a logarithmic one for inhabitants.
    """
    values = [*everyone, *group, own]
    domain = [min(values) * 0.9, max(values) * 1.05] if scale == "log" else [min([0.0, *values]), max(values)]

    def draw(narrow: bool) -> dict[str, Any]:
        size = 13 if narrow else 14
        width, height = (NARROW if narrow else WIDE) - 40, 128
        kind: dict[str, Any] = {"type": "log", "base": 10} if scale == "log" else {"type": "linear"}
        numbered = (
            {"format": ",.0f", "values": [1e3, 1e4, 1e5, 1e6]}
            if scale == "log"
            else axis(domain[0], domain[1], 4 if narrow else 8, percent=True)
        )
        x = {
            "field": "x",
            "type": "quantitative",
            "scale": {**kind, "domain": domain, "nice": False, "zero": False},
            "axis": {**numbered, "title": None, "grid": False, "domain": False},
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
        return specification(layers, width, height, {"left": 12, "right": 28, "top": 4, "bottom": 26}, size)

    return drawn(name, title, description, draw, numbers)
