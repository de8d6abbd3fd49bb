"""What a reader hands over: tidy tables and a reading report that accounts for every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

__all__ = ["Reading", "ReadingReport", "SetAside"]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record that was read but not kept, where it stood and why.

    Attributes
    ----------
    line
        Line in the file, counted from 1; ``None`` where the format has no lines.
    reason
        One of a small number of plain sentences, the same for all records with the same defect.
    text
        The record as published, cut at 200 characters.
    """

    line: int | None
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """Rows read, kept and set aside; nothing is dropped silently.

    Attributes
    ----------
    rows_read, rows_kept
        Counts of records; ``rows_read == rows_kept + len(set_aside)`` always.
    set_aside
        The records that were not kept.
    remarks
        Sentences on what was marked or repaired without setting a record aside.
    """

    rows_read: int
    rows_kept: int
    set_aside: tuple[SetAside, ...] = ()
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.rows_read != self.rows_kept + len(self.set_aside):
            raise AssertionError(
                f"a reader lost rows: {self.rows_read} read, {self.rows_kept} kept, {len(self.set_aside)} set aside"
            )

    @property
    def reasons(self) -> dict[str, int]:
        """Number of records set aside per reason, most frequent first."""
        return dict(Counter(item.reason for item in self.set_aside).most_common())


@dataclass(frozen=True, slots=True)
class Reading:
    """The tables of one file.

    Attributes
    ----------
    tables
        Tidy frames by table name, each as its contract in ``verband.domain.schema`` says.
    scope
        Which part of the table the file holds (``"2023 accounts"``, ``"Gemeente 2024"``); empty for the whole
        table. A later file with the same table and scope takes its place.
    report
        The reading report.
    """

    tables: Mapping[str, pl.DataFrame]
    report: ReadingReport
    scope: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
