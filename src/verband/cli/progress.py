"""A progress bar on anything that takes over two seconds, and only where a person is looking."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from verband.warehouse.building import Progress as Reporter

_PATIENCE_SECONDS = 2.0


class _Bar:
    """Starts to draw when the work has taken two seconds, also while one long step is going on."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._state: tuple[int, int, str] | None = None
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(_PATIENCE_SECONDS, self._start)
        self._timer.daemon = True
        if sys.stderr.isatty():
            self._timer.start()

    def __call__(self, done: int, total: int, what: str, /) -> None:
        with self._lock:
            self._state = (done, max(total, 1), what)
            self._draw()

    def _start(self) -> None:
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        with self._lock:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[what]}"),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(self._title, total=None, what="")
            self._draw()

    def _draw(self) -> None:
        if self._bar is not None and self._task is not None and self._state is not None:
            done, total, what = self._state
            self._bar.update(self._task, completed=done, total=total, what=what)

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
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
