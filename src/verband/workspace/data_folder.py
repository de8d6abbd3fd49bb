"""A folder that holds loaded data: putting files in, taking them out, and its tables as they are.

The questions that can be asked of it are those of :class:`verband.workspace.Workspace`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from verband.domain.schema import schema
from verband.warehouse.building import LoadResult, Progress, silent
from verband.warehouse.export import ExportFormat, export_table
from verband.warehouse.status import Status, read_status
from verband.warehouse.store import FILE_NAME, Warehouse, opened

ENVIRONMENT_VARIABLE = "VERBAND_WORKSPACE"


def default_folder() -> Path:
    """Folder of the workspace where none is named: ``VERBAND_WORKSPACE``, else the user's data folder."""
    if named := os.environ.get(ENVIRONMENT_VARIABLE):
        return Path(named)
    from platformdirs import user_data_path  # noqa: PLC0415  only where nothing was named

    return user_data_path("verband")


class DataFolder:
    """A folder with one warehouse.

    Parameters
    ----------
    folder
        Where it is; by default the environment variable ``VERBAND_WORKSPACE``, else the user's data folder.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        self.folder = Path(folder) if folder is not None else default_folder()
        self._last_fictional: bool | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.folder)!r})"

    @contextmanager
    def _open(self) -> Iterator[Warehouse]:
        with opened(self.folder / FILE_NAME) as warehouse:
            self._last_fictional = warehouse.fictional
            yield warehouse

    def load(
        self, *folders: Path | str, strict: bool = True, fresh: bool = False, progress: Progress = silent
    ) -> LoadResult:
        """Load published and own files, all or nothing; see :func:`verband.warehouse.loading.load`."""
        from verband.warehouse import loading  # noqa: PLC0415  the readers of all sources: only for those who load

        paths = [Path(folder) for folder in folders]
        self._last_fictional = None
        return loading.load(self.folder, paths, strict=strict, fresh=fresh, progress=progress)

    def undo(self) -> str:
        """Put back the state before the last load and return its snapshot."""
        from verband.warehouse import loading  # noqa: PLC0415  as above

        self._last_fictional = None
        return loading.undo(self.folder)

    def forget(self, name: str) -> LoadResult:
        """Take one loaded file out again."""
        from verband.warehouse import loading  # noqa: PLC0415  as above

        self._last_fictional = None
        return loading.forget(self.folder, name)

    def status(self) -> Status:
        """Say which files were loaded, what was set aside and which reports are missing."""
        with self._open() as warehouse:
            return read_status(warehouse)

    @property
    def fictional(self) -> bool:
        """Whether it holds the invented province of :mod:`verband.sources.sample`; not when nothing is loaded."""
        if not (self.folder / FILE_NAME).exists():
            return False
        with self._open() as warehouse:
            return warehouse.fictional

    @property
    def answered_fictional(self) -> bool:
        """Whether the last answer was about the invented province; without opening the file once more to see."""
        return self.fictional if self._last_fictional is None else self._last_fictional

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
