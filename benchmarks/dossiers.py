"""How long a dossier takes: one by itself, and all municipalities in one process, with the memory along the way.

Run with ``python -m benchmarks.dossiers [FOLDER] [--workspace DIR]``. The folder is loaded first, in a temporary
workspace; a workspace that holds data already is read and not changed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import machine, measure
from benchmarks.load import published
from benchmarks.startup import command

MOMENTS = (1, 50, 150)
"""After how many pages the memory is told, besides after the last."""


def _run_all(workspace: Path, target: Path, scratch: Path) -> tuple[measure.Run, dict[str, Any]]:
    told = scratch / "told.json"
    words = [str(path) for path in (workspace.resolve(), target, told)]
    run = measure.run_once([sys.executable, "-m", "benchmarks.all_dossiers", *words])
    return run, json.loads(told.read_text())


def _one(workspace: Path, target: Path, municipality: str, repeats: int) -> None:
    words = [str(command()), "dossier", municipality, "--workspace", str(workspace), "--out", str(target)]
    first = measure.run_once(words)
    runs = [measure.run_once(words) for _ in range(repeats)]
    rows = [measure.Measurement(name, tuple(items)).row() for name, items in (("first", [first]), ("warm", runs))]
    print(f"\nverband dossier {municipality}, whole command\n\n{measure.table(rows)}")


def _all(workspace: Path, target: Path, scratch: Path) -> None:
    run, told = _run_all(workspace, target, scratch)
    seconds, memory = told["seconds"], told["memory"]
    written = told["states"].count("written")
    if written != len(seconds):
        raise SystemExit(
            f"only {written} of {len(seconds)} dossiers were written: nothing can be said about their speed"
        )
    rest = seconds[1:] or seconds
    print(f"\nAll {len(seconds)} municipalities in one process\n")
    print(f"Total      {run.wall_seconds:.1f} s on the clock, {run.cpu_seconds:.1f} s of processor time")
    print(f"First      {seconds[0]:.2f} s, with reading the tables and starting to draw")
    print(f"Each other min {min(rest):.3f}, median {statistics.median(rest):.3f}, max {max(rest):.3f} s")
    moments = [number for number in MOMENTS if number < len(memory)] + [len(memory)]
    along = ", ".join(
        f"{memory[number - 1]:.0f} after {number}" for number in moments if memory[number - 1] is not None
    )
    print(f"Memory     {f'{along} pages; ' if along else ''}peak {run.peak_mb:.0f} MB")
    again, told = _run_all(workspace, target, scratch)
    if set(told["states"]) != {"up to date"}:
        raise SystemExit("a second run wrote pages that were up to date")
    print(f"Once more  {again.wall_seconds:.1f} s: all pages were up to date")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="dossiers, one and all")
    parser.add_argument("folder", nargs="?", type=Path, help="folder with published data")
    parser.add_argument("--workspace", type=Path, help="a workspace that holds data, instead of loading a folder")
    parser.add_argument("--municipality", help="whose dossier; Aalten, or Hazelwoude in the invented province")
    parser.add_argument("--repeats", type=int, default=5, help="warm runs of one dossier")
    options = parser.parse_args()
    print(machine.describe())
    with tempfile.TemporaryDirectory(prefix="verband-bench-") as name:
        scratch = Path(name)
        workspace, municipality = options.workspace, options.municipality or "Aalten"
        if workspace is None:
            folder = published(options.folder, scratch)
            workspace = scratch / "workspace"
            measure.run_once([str(command()), "load", str(folder), "--workspace", str(workspace)])
            if folder.is_relative_to(scratch) and options.municipality is None:
                municipality = "Hazelwoude"
        _one(workspace, scratch / "one", municipality, options.repeats)
        _all(workspace, scratch / "all", scratch)


if __name__ == "__main__":
    main()
