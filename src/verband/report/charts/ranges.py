"""Rows with the own figure as a dot on the middle half and median of a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verband.report.charts.drawing import Chart, drawn
from verband.report.charts.style import ACCENT, BAND, INK, MUTED, NARROW, WIDE, WIDEST, axis, rows_of, specification
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


def ranges(numbers: Numbers, name: str, title: str, description: str, *, rows: Sequence[Range], own: str) -> Chart:
    """Draw rows with the own figure as a dot on the middle half and median of the group, on one axis from zero."""
    ends = [value for row in rows for value in (row.value, row.high, row.low) if value is not None]
    domain = (min([0.0, *ends]), max([*ends, 1.0]) * 1.02)

    def draw(narrow: bool) -> dict[str, Any]:
        size = 13 if narrow else 14
        width = (NARROW if narrow else WIDE) - 24
        amounts = max((len(row.value_text) for row in rows), default=0) * size * WIDEST
        labels = rows_of([row.label for row in rows], width - amounts - 8, size)
        line = size + 4
        heights = [line * len(label) + 27 for label in labels]
        tops = [sum(heights[:index]) for index in range(len(rows))]
        bars_at = [top + line * len(label) + 12 for top, label in zip(tops, labels, strict=True)]
        height = sum(heights)
        x = {
            "field": "x",
            "type": "quantitative",
            "scale": {"domain": list(domain), "nice": False},
            "axis": {**axis(*domain, 4 if narrow else 7), "title": None, "domain": False},
        }
        y = {
            "field": "row",
            "type": "quantitative",
            "scale": {"domain": [height, 0], "nice": False, "zero": False},
            "axis": None,
        }
        placed = list(zip(rows, bars_at, strict=True))
        bars = [{"row": place, "x": row.low, "x2": row.high} for row, place in placed if row.low is not None]
        medians = [
            {"x": row.median, "row": place - 8, "row2": place + 8} for row, place in placed if row.median is not None
        ]
        dots = [{"x": row.value, "row": place} for row, place in placed if row.value is not None]
        names = [
            {"row": top + line * (index + 0.5), "text": text}
            for top, label in zip(tops, labels, strict=True)
            for index, text in enumerate(label)
        ]
        values = [{"row": top + line / 2, "text": row.value_text} for row, top in zip(rows, tops, strict=True)]
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
