"""Estimates with their intervals, one a row, on one scale a panel, with the area that a rule asks for behind them.

On a wide screen the names stand left and the figures right; a narrow one has them above each interval. An interval that
goes on beyond the scale ends in an arrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verband.report.charts.drawing import Chart, drawn
from verband.report.charts.style import (
    ACCENT,
    BAND,
    GRID,
    INK,
    LINE,
    MUTED,
    NARROW,
    PAPER,
    WIDE,
    rows_of,
    specification,
    ticks,
    wrapped,
)
from verband.report.numbers import Numbers

_MARGIN = 8
_NAMES, _FIGURES, _GAP = 246, 148, 14
"""Room for names and figures on a wide screen."""
_MANY, _LONG_NAMES = 20, 300
"""Rows from which names get more room, so that fewer take two lines and the chart stays within a sheet."""
_SHARE = 0.62
"""Mean width of a letter to its size in the widest of the fonts, in regular weight."""
_AXIS = 30


@dataclass(frozen=True, slots=True)
class Interval:
    """One row.

    Attributes
    ----------
    label, text
        Its name, and the figure in words.
    estimate, low, high
        On the scale of the panel.
    strong
        Whether it decides: drawn thicker and in the accent colour.
    zone
        From where to where the rule asks the whole interval to lie; ``None`` for no end. ``None`` without a rule.
    indent
        Whether it belongs to the row above, as a check does.
    """

    label: str
    text: str
    estimate: float
    low: float
    high: float
    strong: bool = False
    zone: tuple[float | None, float | None] | None = None
    indent: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Rows on one scale: what the scale is, its ends where they are not those of the rows, and the rows by heading."""

    measure: str
    groups: tuple[tuple[str, tuple[Interval, ...]], ...]
    domain: tuple[float, float]

    @property
    def rows(self) -> tuple[Interval, ...]:
        """All rows."""
        return tuple(row for _, rows in self.groups for row in rows)

    def clipped(self) -> bool:
        """Whether an interval goes on beyond the scale."""
        low, high = self.domain
        return any(row.low < low or row.high > high for row in self.rows)


def scale_of(
    deciding: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]], limits: Sequence[float]
) -> tuple[float, float]:
    """Ends of a scale: nil, the limits, all intervals that decide, and of the others what does not dwarf those.

    Parameters
    ----------
    deciding, others
        Ends of intervals.
    limits
        Of the rules.
    """
    ends = [0.0, *limits, *(end for pair in deciding for end in pair)]
    if others:
        lows, highs = sorted(pair[0] for pair in others), sorted(pair[1] for pair in others)
        spread = max(max(ends) - min(ends), 1e-12)
        # A tenth of the intervals may go on beyond the scale, where they are much wider than the rest.
        cut = len(others) // 10
        low, high = (lows[0], highs[-1])
        if low < min(ends) - spread or high > max(ends) + spread:
            low, high = lows[cut], highs[len(highs) - 1 - cut]
        ends += [low, high]
    low, high = min(ends), max(ends)
    room = (high - low or 1.0) * 0.06
    return low - room, high + room


def intervals(numbers: Numbers, name: str, title: str, description: str, *, panels: Sequence[Panel]) -> Chart:
    """Draw panels of intervals under each other."""

    def draw(narrow: bool) -> dict[str, Any]:
        many = sum(len(panel.rows) for panel in panels) >= _MANY
        size = 13 if narrow or many else 14
        canvas = _Canvas(NARROW if narrow else WIDE, size, narrow=narrow, names=_LONG_NAMES if many else _NAMES)
        for place, panel in enumerate(panels):
            canvas.panel(panel, numbers, first=place == 0)
        return canvas.specification()

    return drawn(name, title, description, draw, numbers)


class _Canvas:
    """Signs by their place in pixels, gathered into one layer a kind."""

    def __init__(self, width: int, size: int, *, narrow: bool, names: int) -> None:
        self.width = width - 2 * _MARGIN
        self.size = size
        self.narrow = narrow
        self.names = names
        self.left = 0 if narrow else names + _GAP
        self.right = self.width if narrow else self.width - _FIGURES - _GAP
        self.height = 0.0
        self.layers: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}

    def _add(self, key: str, mark: dict[str, Any], **values: float | str) -> None:
        self.layers.setdefault(key, (mark, []))[1].append(values)

    def _rule(self, key: str, ends: tuple[float, float, float, float], **look: object) -> None:
        x, y, x2, y2 = ends
        self._add(f"rule {key}", {"type": "rule", **look}, x=x, y=y, x2=x2, y2=y2)

    def _text(self, key: str, x: float, y: float, text: str, **look: object) -> None:
        mark = {"type": "text", "baseline": "middle", "fontSize": self.size, **look}
        self._add(f"text {key}", mark, x=x, y=y, text=text)

    def panel(self, panel: Panel, numbers: Numbers, *, first: bool) -> None:
        """Draw a panel under what is there."""
        line = self.size + 4
        self.height += 0 if first else 26
        for row in rows_of([panel.measure], self.width, self.size)[0]:
            self._text("measure", 0, self.height + line / 2, row, align="left", color=MUTED)
            self.height += line
        top = self.height + 6
        low, high = panel.domain
        self._scale = (low, (self.right - self.left) / (high - low))
        # Areas and the lines of the scale go under everything: they are first in order of drawing.
        self.height = top
        places: list[tuple[Interval, float, float, float]] = []
        for heading, rows in panel.groups:
            if heading:
                self.height += 8
                for row in wrapped(heading, int(self.width / (self.size * 0.66))):
                    self._text("head", 0, self.height + line / 2, row, align="left", color=INK, fontWeight="bold")
                    self.height += line
            for item in rows:
                begin = self.height
                middle = self._names(item)
                places.append((item, begin, self.height, middle))
        self._areas(places)
        # Where names stand over the intervals, lines of the scale would cross them: there they are strokes a row.
        bottom = self.height + 4
        spans = [(middle - 10, middle + 10) for *_, middle in places] if self.narrow else [(top, bottom)]
        self._axis(panel.domain, spans, bottom, numbers)
        for item, _, _, middle in places:
            self._interval(item, middle, panel.domain)
        self.height += _AXIS

    def _names(self, item: Interval) -> float:
        """Write name and figure of a row; where its interval goes."""
        line = self.size + 4
        look: dict[str, Any] = {"color": ACCENT if item.strong else INK if not item.indent else MUTED}
        if item.strong:
            look["fontWeight"] = "bold"
        key = f"{item.strong} {item.indent}"
        indent = 14 if item.indent else 0
        width = self.size * (0.66 if item.strong else _SHARE)
        room = self.width - len(item.text) * width - 10 if self.narrow else self.names
        lines = wrapped(item.label, max(int((room - indent) / width), 8))
        below = 23 if self.narrow else 0
        height = (
            max(len(lines) * line, line) + below + (10 if item.strong and not self.narrow else 7 if self.narrow else 3)
        )
        first = self.height + (height - below - len(lines) * line) / 2 + line / 2
        for place, text in enumerate(lines):
            self._text(f"name {key}", indent, first + place * line, text, align="left", **look)
        middle = self.height + (height - below) / 2
        self._text(f"figure {key}", self.width, first if self.narrow else middle, item.text, align="right", **look)
        self.height += height
        return self.height - below / 2 - 5 if self.narrow else middle

    def _x(self, value: float) -> float:
        low, per = self._scale
        return min(max(self.left + (value - low) * per, self.left), self.right)

    def _areas(self, places: Sequence[tuple[Interval, float, float, float]]) -> None:
        """The area that the rule of each row asks for; rows of one rule make one area."""
        joined: list[tuple[tuple[float | None, float | None], float, float]] = []
        for item, begin, end, middle in places:
            top = middle - 10 if self.narrow else begin
            bottom = middle + 10 if self.narrow else end
            if item.zone is None:
                continue
            if not self.narrow and joined and joined[-1][0] == item.zone and abs(joined[-1][2] - top) < 1:
                joined[-1] = (item.zone, joined[-1][1], bottom)
            else:
                joined.append((item.zone, top, bottom))
        for (low, high), top, bottom in joined:
            start = self.left if low is None else self._x(low)
            end = self.right if high is None else self._x(high)
            if end > start:
                self._add("0 area", {"type": "rect", "color": BAND}, x=start, y=top, x2=end, y2=bottom)

    def _axis(
        self, domain: tuple[float, float], spans: Sequence[tuple[float, float]], bottom: float, numbers: Numbers
    ) -> None:
        values, digits = self._ticks(domain, numbers)
        for value in values:
            x = self._x(value)
            if value != 0 and not self.narrow:
                self._rule("1 grid", (x, spans[0][0], x, bottom), color=GRID, strokeWidth=1)
            near_edge = x < self.left + 12 or x > self.right - 12
            align = ("left" if x < self.left + 12 else "right") if near_edge and self.narrow else "center"
            self._text(f"tick {align}", x, bottom + 12, numbers.exact(value, digits), align=align, color=MUTED)
        zero = self._x(0.0)
        for top, end in spans:
            self._rule("2 zero", (zero, top, zero, end), color=LINE, strokeWidth=1.5, strokeDash=[4, 3])

    def _ticks(self, domain: tuple[float, float], numbers: Numbers) -> tuple[list[float], int]:
        """As many values as can stand beside each other."""
        for count in (6, 5, 4, 3, 2):
            values, digits = ticks(*domain, count)
            longest = max((len(numbers.exact(value, digits)) for value in values), default=1)
            gap = (values[1] - values[0]) * self._scale[1] if len(values) > 1 else self.right
            # The first and last are moved inward on a narrow screen, by half of what they take.
            if gap >= longest * self.size * _SHARE * (1.5 if self.narrow else 1.0) + 12:
                break
        return values, digits

    def _interval(self, item: Interval, middle: float, domain: tuple[float, float]) -> None:
        colour = ACCENT if item.strong else MUTED
        low, high = domain
        if item.high >= low and item.low <= high:
            ends = (self._x(item.low), middle, self._x(item.high), middle)
            self._rule(f"3 line {item.strong}", ends, color=colour, strokeWidth=4 if item.strong else 2)
        for beyond, x, shape in (
            (item.low < low, self.left, "triangle-left"),
            (item.high > high, self.right, "triangle-right"),
        ):
            if beyond:
                arrow = {"type": "point", "shape": shape, "filled": True, "size": 60, "color": colour, "opacity": 1}
                self._add(f"4 {shape} {item.strong}", arrow, x=x, y=middle)
        if low <= item.estimate <= high:
            mark: dict[str, Any] = {"type": "point", "filled": True, "opacity": 1, "size": 110 if item.strong else 50}
            if item.strong or not item.indent:
                mark["color"] = colour
            else:
                mark |= {"fill": PAPER, "stroke": colour, "strokeWidth": 2}
            self._add(f"5 dot {item.strong} {item.indent}", mark, x=self._x(item.estimate), y=middle)

    def specification(self) -> dict[str, Any]:
        """The chart, with areas under lines under dots under words."""
        order = {"0": 0, "rule": 1, "4": 2, "5": 3, "text": 4}
        height = int(self.height)
        x = {"field": "x", "type": "quantitative", "scale": {"domain": [0, self.width], "nice": False}, "axis": None}
        y = {
            "field": "y",
            "type": "quantitative",
            "scale": {"domain": [height, 0], "nice": False, "zero": False},
            "axis": None,
        }
        layers = []
        for key, (mark, values) in sorted(self.layers.items(), key=lambda item: (order[item[0].split()[0]], item[0])):
            encoding: dict[str, Any] = {"x": x, "y": y}
            if key.startswith(("rule", "0")):
                encoding |= {"x2": {"field": "x2"}, "y2": {"field": "y2"}}
            if key.startswith("text"):
                encoding["text"] = {"field": "text"}
            layers.append({"data": {"values": values}, "mark": mark, "encoding": encoding})
        padding = {"left": _MARGIN, "right": _MARGIN, "top": 2, "bottom": 4}
        return specification(layers, self.width, height, padding, self.size)
