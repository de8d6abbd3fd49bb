"""Iv3 per full task, 2023-2025 (with its Nederland row)."""

from __future__ import annotations

from verband.sources.formats import Format

FORMATS: tuple[Format, ...] = ()
