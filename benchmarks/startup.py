"""How long a person waits for ``verband --version`` and ``verband --help``, beside bare Python and beside typer.

Run with ``python -m benchmarks.startup [RUNS]``; it takes the ``verband`` command that is installed with this Python.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import machine, measure

RUNS = 20


def command() -> Path:
    """Return the installed ``verband`` command beside this Python.

    Raises
    ------
    SystemExit
        If it is not there.
    """
    name = "verband.exe" if sys.platform == "win32" else "verband"
    path = Path(sys.executable).parent / name
    if not path.exists():
        raise SystemExit(f"{path} is not there: install the package into this Python first")
    return path


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    python, verband = sys.executable, str(command())
    print(machine.describe())
    print(f"\nStart-up, {runs} runs of each in turns after 2 that do not count\n")
    found = measure.measure(
        [
            ("verband --version", [verband, "--version"]),
            ("verband --help", [verband, "--help"]),
            ("python -c pass", [python, "-c", "pass"]),
            ("python -c 'import typer'", [python, "-c", "import typer"]),
        ],
        repeats=runs,
        warm_up=2,
    )
    print(measure.table([item.row() for item in found]))


if __name__ == "__main__":
    main()
