"""Gathering M8: cost against the share that ran through arrangements."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from verband.analysis.evidence.control import control
from verband.analysis.evidence.result import Findings
from verband.workspace.evidence.tables import EvidenceTables


def prepare_control(tables: EvidenceTables) -> Callable[[], Findings]:
    """M8."""
    return partial(
        control,
        tables.panel,
        tables.drivers[1],
        tables.budget_shares,
        sources=tables.sources("key_totals", "grant_volumes"),
    )
