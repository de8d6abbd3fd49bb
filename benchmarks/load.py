"""``verband load`` beside a pandas peer that does the same checks and writes the same DuckDB file.

Run with ``python -m benchmarks.load [--repeats N] [--skip-tenfold] [FOLDER]``. The folder is that of the published
data (``VERBAND_PUBLISHED_DATA``, by default ``../shared/data``); where it is missing, the invented province is used,
which is so small that start-up weighs most.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import machine, measure
from benchmarks.startup import command

SAMPLE = (
    "import sys, pathlib; from verband.sources import sample; "
    "sample.write_province(sample.province(), pathlib.Path(sys.argv[1]))"
)
OURS, PEER = "verband load", "pandas peer"
KNOWN = (
    "import sys, pathlib; from verband.warehouse.discovery import discover; "
    "print('\\n'.join(file.name for file, _ in discover([pathlib.Path(sys.argv[1])], strict=False).recognised))"
)


def _python(*words: str) -> str:
    """Run Python in a process of its own and return what it prints, so that this one stays small."""
    return subprocess.run(
        [sys.executable, *words], cwd=measure.ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def published(given: Path | None, scratch: Path) -> Path:
    """Return the folder with the published data, or write the sample and say so."""
    folder = given or Path(os.environ.get("VERBAND_PUBLISHED_DATA") or measure.ROOT / ".." / "shared" / "data")
    if folder.is_dir():
        return folder.resolve()
    print(f"\n*** {folder} IS NOT THERE: THE INVENTED PROVINCE IS USED, WHICH IS FAR SMALLER. ***")
    print("*** These figures say nothing of the published data; set VERBAND_PUBLISHED_DATA. ***")
    sample = scratch / "sample"
    _python("-c", SAMPLE, str(sample))
    return sample


def link_covered(folder: Path, target: Path) -> None:
    """Link the files that both sides read, and those that neither does; say which are left out."""
    ours = set(_python("-c", KNOWN, str(folder)).splitlines())
    peer = set(_python("-m", "benchmarks.pandas_peer", "--covers", str(folder)).splitlines())
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    for name in names:
        if (name in ours) == (name in peer):
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(folder / name)
    left_out = sorted(ours ^ peer)
    print(f"{len(ours & peer)} files are read by both sides, of {len(names)} in the folder.")
    if left_out:
        print(f"Left out on both sides, because one of them does not read them: {', '.join(left_out)}")


def compare(title: str, folder: Path, scratch: Path, *, repeats: int, content: bool) -> None:
    """Measure both on one folder, in turns, and hold what they wrote against each other.

    Raises
    ------
    SystemExit
        If the two do not hold the same.
    """
    workspace, target = scratch / "workspace", scratch / "peer.duckdb"
    ours_file = workspace / "verband.duckdb"

    def clear(name: str) -> None:
        for path in (ours_file, workspace / "verband.previous.duckdb") if name == OURS else (target,):
            path.unlink(missing_ok=True)

    found = measure.measure(
        [
            (OURS, [str(command()), "load", str(folder), "--workspace", str(workspace)]),
            (PEER, [sys.executable, "-m", "benchmarks.pandas_peer", str(folder), str(target)]),
        ],
        repeats=repeats,
        warm_up=1 if repeats > 1 else 0,
        before=clear,
    )
    print(f"\n{title}\n\n{measure.table([item.row() for item in found])}")
    ours, peer = found
    print(
        f"\nVerband takes {ours.wall_median / peer.wall_median:.2f} of the peer's time, "
        f"{ours.cpu_median / peer.cpu_median:.2f} of its processor time and "
        f"{ours.peak_largest / peer.peak_largest:.2f} of its memory.\n"
    )
    words = [
        sys.executable,
        "-m",
        "benchmarks.compare",
        str(ours_file),
        str(target),
        *(["--content"] if content else []),
    ]
    sys.stdout.flush()
    if subprocess.run(words, cwd=measure.ROOT, check=False).returncode:
        raise SystemExit("the two sides do not hold the same: their times cannot be compared")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="verband load beside a pandas peer")
    parser.add_argument("folder", nargs="?", type=Path, help="folder with published data")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each side at full size (tenfold: at most 3)")
    parser.add_argument("--skip-tenfold", action="store_true", help="leave the tenfold folder out")
    options = parser.parse_args()
    print(machine.describe() + "\n")
    with tempfile.TemporaryDirectory(prefix="verband-bench-") as name:
        scratch = Path(name)
        folder = published(options.folder, scratch)
        covered, tenfold = scratch / "covered", scratch / "tenfold"
        link_covered(folder, covered)
        compare("The folder as it is", covered, scratch, repeats=options.repeats, content=True)
        if not options.skip_tenfold:
            _python("-m", "benchmarks.tenfold", str(covered), str(tenfold))
            compare("Ten times the municipalities", tenfold, scratch, repeats=min(options.repeats, 3), content=False)


if __name__ == "__main__":
    main()
