"""A progress bar on anything that takes over two seconds, and only where a person is looking."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from verband.warehouse.building import Progress as Reporter

_PATIENCE_SECONDS = 2.0


class _Bar:
    """Starts to draw when the work has taken two seconds."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._began = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __call__(self, done: int, total: int, what: str, /) -> None:
        if self._bar is None and time.monotonic() - self._began > _PATIENCE_SECONDS and sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[what]}"),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(self._title, total=total, what=what)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=max(total, 1), what=what)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()


@contextmanager
def progress_bar(title: str) -> Iterator[Reporter]:
    """Give a reporter that draws a bar on standard error once the work has taken two seconds."""
    bar = _Bar(title)
    try:
        yield bar
    finally:
        bar.close()
