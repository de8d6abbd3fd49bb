"""Charts as SVG, drawn by Vega-Lite (through vl-convert): one kind a module, all in one style."""

from verband.report.charts.curve import curve
from verband.report.charts.drawing import Chart
from verband.report.charts.intervals import Interval, Panel, intervals
from verband.report.charts.lines import Line, lines
from verband.report.charts.paths import Path, paths
from verband.report.charts.ranges import Range, ranges
from verband.report.charts.strip import strip

__all__ = [
    "Chart",
    "Interval",
    "Line",
    "Panel",
    "Path",
    "Range",
    "curve",
    "intervals",
    "lines",
    "paths",
    "ranges",
    "strip",
]
