"""Rows with the own figure as a dot on the middle half and median of a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verband.report.charts.drawing import Chart, drawn
from verband.report.charts.style import ACCENT, BAND, INK, MUTED, NARROW, WIDE, cut, specification
from verband.report.numbers import Numbers


@dataclass(frozen=True, slots=True)
class Range:
    """One row: the own figure beside the middle half and the median of the comparison group."""

    label: str
    value: float | None
    value_text: str
    low: float | None
    median: float | None
    high: float | None


def ranges(
    numbers: Numbers, name: str, title: str, description: str, *, rows: Sequence[Range], form: str = "d", own: str
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
            {"row": index + 0.7, "x": row.low, "x2": row.high} for index, row in enumerate(rows) if row.low is not None
        ]
        medians = [
            {"x": row.median, "row": index + 0.52, "row2": index + 0.88}
            for index, row in enumerate(rows)
            if row.median is not None
        ]
        dots = [{"x": row.value, "row": index + 0.7} for index, row in enumerate(rows) if row.value is not None]
        limit = width - (96 if narrow else 110)
        names = [{"row": index + 0.27, "text": cut(row.label, limit, size)} for index, row in enumerate(rows)]
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
        return specification(layers, width, height, {"left": 6, "right": 18, "top": 4, "bottom": 28}, size)

    return drawn(name, title, f"{description} {own}", draw, numbers)
