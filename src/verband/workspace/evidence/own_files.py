"""What the user's own files hold of claims that public data cannot test, and why that does not decide them.

A claim about all municipalities is not decided by the lists of a few; what own files hold is told, and which command
uses it for the user's own case.
"""

from __future__ import annotations

import polars as pl

from verband.workspace.evidence.tables import EvidenceTables

_HELD = {
    "M3": (
        "own_indicators",
        "arrangement",
        "realised",
        "indicators of {number} arrangements are loaded, but not what the same tasks reach when done alone",
    ),
}
"""Table, what is counted, the column that has to be filled, and the sentence."""


def told_of_own_files(tables: EvidenceTables, mechanism: str) -> dict[str, str]:
    """Why own files do not decide a claim, as an entry of ``not_found``; empty where there are none."""
    if mechanism not in _HELD:
        return {}
    table, counted, filled, sentence = _HELD[mechanism]
    if not tables.warehouse.has(table):
        return {}
    number = tables.warehouse.table(table).filter(pl.col(filled).is_not_null())[counted].n_unique()
    return {"own_files": sentence.format(number=number)} if number else {}
