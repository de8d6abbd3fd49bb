"""The look that all charts share: few kinds, always alike.

Layout does not depend on the fonts of the machine. Letters keep 4.5:1 contrast on white, signs 3:1, and no sign is by
colour only: the municipality is drawn thicker and carries its name.
"""

from __future__ import annotations

import textwrap
from typing import Any, Literal

ACCENT = "#00565f"
INK = "#1c1f23"
MUTED = "#565c64"
LINE = "#767c85"
BAND = "#dfe3e6"
GRID = "#e7e9eb"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
WIDE, NARROW = 680, 336
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


def wrapped(text: str, width: int) -> list[str]:
    """Break a label into lines of so many letters."""
    return textwrap.wrap(text, width) or [text]


def cut(text: str, width: float, size: int) -> str:
    """Shorten a label to so many pixels."""
    room = int(width / (size * 0.53))
    return text if len(text) <= room else text[: max(room - 1, 1)].rstrip() + "…"
