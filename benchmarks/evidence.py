"""How long the evidence ledger takes: fresh with one and with two workers, and again from what is kept.

Run with ``python -m benchmarks.evidence [FOLDER] [--workspace DIR]``. The folder is loaded first, in a temporary
workspace; a workspace that is named is read, and only what is kept of the ledger in it is written anew. Answers of all
runs must be the same bytes. There is no peer: no other tool answers these questions.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

from benchmarks import machine, measure
from benchmarks.load import published
from benchmarks.startup import command

RUNS: tuple[tuple[str, list[str]], ...] = (
    ("fresh, one worker", ["--fresh", "--workers", "1"]),
    ("fresh, two workers", ["--fresh", "--workers", "2"]),
    ("kept", []),
)


def _told(words: list[str]) -> bytes:
    return subprocess.run(words, check=True, capture_output=True).stdout


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="folder with the published data")
    parser.add_argument("--workspace", type=Path, help="a workspace that holds them already")
    given = parser.parse_args()
    print(machine.describe())
    with tempfile.TemporaryDirectory() as scratch:
        workspace = given.workspace
        if workspace is None:
            workspace = Path(scratch) / "workspace"
            folder = published(given.folder, Path(scratch))
            measure.run_once([str(command()), "load", str(folder), "--workspace", str(workspace)])
        base = [str(command()), "evidence", "--workspace", str(workspace), "--format", "json"]
        rows, answers = [], set()
        for name, options in RUNS:
            rows.append(measure.Measurement(name, (measure.run_once([*base, *options]),)).row())
            answers.add(_told(base))
        print(f"\nverband evidence, all sixteen mechanisms, whole command\n\n{measure.table(rows)}")
        if len(answers) != 1:
            raise SystemExit("the answer depends on the number of workers")


if __name__ == "__main__":
    main()
