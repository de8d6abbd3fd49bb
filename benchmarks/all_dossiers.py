"""Write the dossiers of all municipalities and say what each took: ``python -m benchmarks.all_dossiers FROM TO TOLD``.

It runs as a process of its own, so that nothing else counts in its memory.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import date
from pathlib import Path

from verband.report.collection import write_dossiers
from verband.report.index import write_index
from verband.workspace import Workspace

ON = date(2026, 7, 1)


def _resident_mb() -> float | None:
    """Memory of this process now, in MB; ``None`` where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def write(workspace: Path, target: Path, told: Path) -> None:
    """Write all dossiers and their list; ``told`` gets seconds, memory (MB) and state of each page."""
    seconds, memory, entries = [], [], []
    began = time.perf_counter()
    with Workspace(workspace).open_portraits(on=ON) as portraits:
        for entry in write_dossiers(portraits, target):
            entries.append(entry)
            seconds.append(time.perf_counter() - began)
            memory.append(_resident_mb())
            began = time.perf_counter()
        write_index(entries, target, language="nl", on=ON, snapshot=portraits.snapshot)
    states = [entry.state for entry in entries]
    told.write_text(json.dumps({"seconds": seconds, "memory": memory, "states": states}))


if __name__ == "__main__":
    write(*(Path(word) for word in sys.argv[1:4]))
