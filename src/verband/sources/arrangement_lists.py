"""Arrangement lists of 2015/16."""

from __future__ import annotations

from verband.sources.formats import Format

FORMATS: tuple[Format, ...] = ()
