"""National totals of arrangements."""

from __future__ import annotations

from verband.sources.formats import Format

FORMATS: tuple[Format, ...] = ()
