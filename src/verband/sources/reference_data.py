"""Facts of law, codes and spellings that readers need, kept as dated tables in ``domain/reference``."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def reference_rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of ``domain/reference/<name>.csv`` as text, in the order of the file."""
    text = files("verband.domain").joinpath("reference", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
