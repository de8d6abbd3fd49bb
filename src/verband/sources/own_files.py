"""The user's own files."""

from __future__ import annotations

from verband.sources.formats import Format

FORMATS: tuple[Format, ...] = ()
