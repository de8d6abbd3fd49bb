"""The one object a library user holds: a workspace that loads published files and answers questions.

from verband import Workspace
workspace = Workspace("build/example")
workspace.load("data")
workspace.national(2023).amounts_eur["cost_eur"]
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from verband.domain.schema import schema
from verband.warehouse import loading
from verband.warehouse.export import ExportFormat, export_table
from verband.warehouse.loading import LoadResult, Progress, silent
from verband.warehouse.status import Status, read_status
from verband.warehouse.store import FILE_NAME, Warehouse, opened

ENVIRONMENT_VARIABLE = "VERBAND_WORKSPACE"


def default_folder() -> Path:
    """Folder of the workspace where none is named: ``VERBAND_WORKSPACE``, else the user's data folder."""
    if named := os.environ.get(ENVIRONMENT_VARIABLE):
        return Path(named)
    from platformdirs import user_data_path  # noqa: PLC0415  only where nothing was named

    return user_data_path("verband")


class Workspace:
    """A folder with one warehouse, and the questions that can be asked of it.

    Parameters
    ----------
    folder
        Where the workspace is; by default the environment variable ``VERBAND_WORKSPACE``, else the user's data
        folder.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        self.folder = Path(folder) if folder is not None else default_folder()

    @contextmanager
    def _open(self) -> Iterator[Warehouse]:
        with opened(self.folder / FILE_NAME) as warehouse:
            yield warehouse

    def load(
        self, *folders: Path | str, strict: bool = True, fresh: bool = False, progress: Progress = silent
    ) -> LoadResult:
        """Load published and own files, all or nothing; see :func:`verband.warehouse.loading.load`."""
        paths = [Path(folder) for folder in folders]
        return loading.load(self.folder, paths, strict=strict, fresh=fresh, progress=progress)

    def undo(self) -> str:
        """Put back the state before the last load and return its snapshot."""
        return loading.undo(self.folder)

    def forget(self, name: str) -> LoadResult:
        """Take one loaded file out again."""
        return loading.forget(self.folder, name)

    def status(self) -> Status:
        """Say which files were loaded, what was set aside and which reports are missing."""
        with self._open() as warehouse:
            return read_status(warehouse)

    def set_aside(self) -> pl.DataFrame:
        """List the records that were set aside: source, file, line, reason, text."""
        with self._open() as warehouse:
            return warehouse.query("set_aside_records")

    def tables(self) -> list[dict[str, Any]]:
        """List the tables that hold rows: name, title, rows and source."""
        with self._open() as warehouse:
            counts = {name: warehouse.count(name) for name in warehouse.tables()}
        return [
            {"table": name, "title": schema(name).title, "rows": rows, "source": schema(name).publisher}
            for name, rows in counts.items()
        ]

    def table(self, name: str) -> pl.DataFrame:
        """Return a whole table as its contract says."""
        with self._open() as warehouse:
            return warehouse.table(name)

    def export(self, name: str, output: str, folder: Path | str) -> tuple[Path, Path]:
        """Write a table as ``parquet``, ``csv`` or ``xlsx`` with a ``datapackage.json`` beside it."""
        with self._open() as warehouse:
            return export_table(warehouse, name, ExportFormat(output), Path(folder))
