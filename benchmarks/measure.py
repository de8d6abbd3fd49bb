"""Measuring a command in a process of its own: wall time, processor time and peak memory.

The peak that Linux reports for a process begins with the memory of the process that started it, so this module and
the programs that use it import nothing heavy: the measuring process stays near 15 MB.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEAK_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


class CommandFailedError(Exception):
    """A measured command did not end well; nothing can be said about its speed."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: seconds on the clock, seconds of processor time (all threads), peak memory in MB."""

    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """All runs of one command."""

    name: str
    runs: tuple[Run, ...]

    @property
    def wall_median(self) -> float:
        """Median of the wall time in seconds."""
        return statistics.median(run.wall_seconds for run in self.runs)

    @property
    def cpu_median(self) -> float:
        """Median of the processor time in seconds."""
        return statistics.median(run.cpu_seconds for run in self.runs)

    @property
    def peak_largest(self) -> float:
        """Largest peak of memory in MB."""
        return max(run.peak_mb for run in self.runs)

    def row(self) -> tuple[str, ...]:
        """Cells of the table that :func:`table` prints."""
        wall = [run.wall_seconds for run in self.runs]
        return (
            self.name,
            str(len(self.runs)),
            f"{self.wall_median:.3f}",
            f"{min(wall):.3f}",
            f"{max(wall):.3f}",
            f"{self.cpu_median:.3f}",
            f"{self.peak_largest:.0f}",
        )


HEADER = ("", "runs", "wall median s", "wall min s", "wall max s", "CPU median s", "peak MB")


def run_once(command: Sequence[str]) -> Run:
    """Run a command to its end in a process of its own.

    Raises
    ------
    CommandFailedError
        If it ends with another status than 0; its words are in the message.
    """
    with tempfile.TemporaryFile() as words:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            words.seek(0)
            said = words.read().decode(errors="replace")[-4000:]
            raise CommandFailedError(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * PEAK_UNIT_BYTES / 2**20)


def measure(
    commands: Sequence[tuple[str, Sequence[str]]],
    *,
    repeats: int,
    warm_up: int = 0,
    before: Callable[[str], None] | None = None,
) -> tuple[Measurement, ...]:
    """Run several commands in turns, so that a busy moment of the machine falls on all of them.

    Parameters
    ----------
    commands
        Name and words of each command.
    repeats, warm_up
        Runs that count, and runs before them that do not (they fill the caches of the system).
    before
        Called with the name before every run, to clear what the last one left.
    """
    runs: dict[str, list[Run]] = {name: [] for name, _ in commands}
    for turn in range(warm_up + repeats):
        for name, command in commands:
            if before is not None:
                before(name)
            run = run_once(command)
            if turn >= warm_up:
                runs[name].append(run)
    return tuple(Measurement(name, tuple(items)) for name, items in runs.items())


def table(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> str:
    """Lay rows out under a header, the first column to the left and the others to the right."""
    widths = [max(len(row[place]) for row in (header, *rows)) for place in range(len(header))]
    lines = []
    for row in (header, *rows):
        cells = [cell.ljust(width) if not place else cell.rjust(width)
                 for place, (cell, width) in enumerate(zip(row, widths, strict=True))]  # fmt: skip
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
