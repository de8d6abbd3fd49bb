"""The look that all charts share: few kinds, always alike.

Layout does not depend on the fonts of the machine. Letters keep 4.5:1 contrast on white, signs 3:1, and no sign is by
colour only: the municipality is drawn thicker and carries its name.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from math import ceil, floor, log10, sqrt
from typing import Any, Literal

ACCENT = "#00565f"
INK = "#1c1f23"
MUTED = "#565c64"
LINE = "#767c85"
BAND = "#dfe3e6"
GRID = "#e7e9eb"
PAPER = "#ffffff"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
WIDE, NARROW = 680, 336
WIDEST = 0.66
"""Mean width of a bold letter to its size in the widest of the fonts."""
HALO = {"stroke": PAPER, "strokeWidth": 5, "strokeJoin": "round"}
"""Look of a text over signs: a white edge, drawn before its letters, so that nothing crosses them."""
Scale = Literal["linear", "log"]


def specification(
    layers: list[dict[str, Any]], width: int, height: int, padding: dict[str, int], size: int
) -> dict[str, Any]:
    """A chart of layers with the shared look; sizes in pixels, ``size`` that of the letters."""
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


def ticks(low: float, high: float, count: int) -> tuple[list[float], int]:
    """Round values for an axis and the decimals that tell them apart.

    Parameters
    ----------
    low, high
        Ends of the axis.
    count
        About how many values.

    Returns
    -------
    tuple of list of float, int
        Multiples of 1, 2 or 5 times a power of ten within the axis; decimals in which no two are written alike.
    """
    if high <= low:
        return [low], 0
    rough = (high - low) / count
    power = floor(log10(rough))
    rest = rough / 10.0**power
    times = 10 if rest >= sqrt(50) else 5 if rest >= sqrt(10) else 2 if rest >= sqrt(2) else 1
    power, times = (power + 1, 1) if times == 10 else (power, times)
    step = times * 10.0**power
    decimals = max(0, -power)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(number * step, decimals) for number in range(first, last + 1)], decimals


def axis(low: float, high: float, count: int, *, percent: bool = False) -> dict[str, Any]:
    """Values and format of an axis; ``percent`` for fractions, written as percentages."""
    times = 100.0 if percent else 1.0
    values, decimals = ticks(low * times, high * times, count)
    return {"values": [value / times for value in values], "format": f",.{decimals}{'%' if percent else 'f'}"}


def wrapped(text: str, width: int) -> list[str]:
    """Break a label into lines of so many letters; a longer word stays whole."""
    return textwrap.wrap(text, width, break_long_words=False) or [text]


def rows_of(texts: Sequence[str], room: float, size: int) -> list[list[str]]:
    """Break labels into lines that fit in so many pixels, also in a wide font."""
    return [wrapped(text, int(room / (size * WIDEST))) for text in texts]
