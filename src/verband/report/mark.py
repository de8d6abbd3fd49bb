"""The mark in the head of a page: what it was made from, so that a page that would come out the same can stay."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

from verband.analysis.portrait import Portrait
from verband.program import program_hash

_HEAD_BYTES = 4096
_END_BYTES = 64
_META = re.compile(r'<meta name="verband-made-from" content="([^"]*)">')


def mark_of(portrait: Portrait, language: str) -> str:
    """Return the mark of the page of a portrait in a language."""
    found = mark(portrait.identity.code, snapshot=portrait.snapshot, on=portrait.on, language=language)
    return f"{found} from {portrait.lead.code}" if portrait.lead else found


def mark(code: str, *, snapshot: str, on: date, language: str) -> str:
    """Return the mark of a page: the data, the program, the day, the language and the municipality.

    The program is told by a hash over its own files, so that two states of one version differ. A page that says which
    dissolved municipality led to it has another mark.
    """
    return " ".join((snapshot, program_hash(), on.isoformat(), language, code))


def read_mark(path: Path) -> str | None:
    """Return the mark of a page on disk; ``None`` where there is no such page, it has none, or it is cut off."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES).decode("utf-8", errors="replace")
            stream.seek(max(path.stat().st_size - _END_BYTES, 0))
            if not stream.read().rstrip().endswith(b"</html>"):
                return None
    except OSError:
        return None
    found = _META.search(head)
    return html.unescape(found[1]) if found else None
