"""What a workspace holds: which files of which source, what was read, kept and set aside, what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from verband.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class FileStatus:
    """One loaded file."""

    name: str
    format: str
    sha256: str
    loaded: datetime
    rows_read: int
    rows_kept: int
    rows_set_aside: int
    reasons: Mapping[str, int]
    remarks: tuple[str, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """The files of one source together; rows are records as read."""

    name: str
    files: tuple[FileStatus, ...]
    years: tuple[int, ...]

    @property
    def rows_read(self) -> int:
        """Records read."""
        return sum(file.rows_read for file in self.files)

    @property
    def rows_kept(self) -> int:
        """Records kept."""
        return sum(file.rows_kept for file in self.files)

    @property
    def rows_set_aside(self) -> int:
        """Records set aside."""
        return sum(file.rows_set_aside for file in self.files)

    @property
    def reasons(self) -> dict[str, int]:
        """Records set aside per reason."""
        total: Counter[str] = Counter()
        for file in self.files:
            total.update(file.reasons)
        return dict(total.most_common())


@dataclass(frozen=True, slots=True)
class MissingReport:
    """A report that a municipality of the year did not file."""

    year: int
    report: str
    municipality: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Status:
    """The books of a workspace.

    Attributes
    ----------
    snapshot
        Hash of all content.
    loaded
        When it was last changed (UTC).
    sources
        By name.
    missing_reports
        Budgets and accounts that were not filed.
    unrecognised
        Files in the last loaded folders that no reader knows.
    """

    snapshot: str
    loaded: datetime
    sources: tuple[SourceStatus, ...]
    missing_reports: tuple[MissingReport, ...]
    unrecognised: tuple[str, ...]


def read_status(warehouse: Warehouse) -> Status:
    """Read the books of a warehouse."""
    counts: dict[int, dict[str, int]] = {}
    for row in warehouse.query("set_aside_counts").iter_rows(named=True):
        counts.setdefault(row["file_id"], {})[row["reason"]] = row["records"]
    files: dict[str, list[FileStatus]] = {}
    years: dict[str, set[int]] = {}
    for row in warehouse.query("status_files").iter_rows(named=True):
        files.setdefault(row["source"], []).append(
            FileStatus(
                name=row["name"],
                format=row["format"],
                sha256=row["sha256"],
                loaded=row["loaded"],
                rows_read=row["rows_read"],
                rows_kept=row["rows_kept"],
                rows_set_aside=row["rows_read"] - row["rows_kept"],
                reasons=counts.get(row["file_id"], {}),
                remarks=tuple(row["remarks"] or ()),
                tables=tuple(row["tables"] or ()),
            )
        )
        years.setdefault(row["source"], set()).update(row["years"] or ())
    current = warehouse.query("current_snapshot").row(0, named=True)
    missing = warehouse.query("missing_reports") if warehouse.has("report_status") else pl.DataFrame()
    return Status(
        snapshot=current["snapshot"],
        loaded=current["loaded"],
        sources=tuple(SourceStatus(name, tuple(found), tuple(sorted(years[name]))) for name, found in files.items()),
        missing_reports=tuple(MissingReport(**row) for row in missing.iter_rows(named=True)),
        unrecognised=tuple(warehouse.query("unrecognised")["name"]),
    )
