"""Findings that are kept in the workspace folder, one file per mechanism.

A file belongs to one snapshot of the data, one state of the program and one seed. It can be thrown away at no loss, and
a workspace that may not be written still answers.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from verband.analysis.evidence.result import Drawing, Finding, Findings, Point, Series, SetAside, VariantFinding
from verband.analysis.evidence.statements import Text
from verband.program import program_hash
from verband.workspace.kept import FOLDER

_PREFIX = "evidence-"


def _place(folder: Path, snapshot: str, seed: int) -> Path:
    return folder / FOLDER / f"{_PREFIX}{snapshot}-{program_hash()}-{seed}"


def read_findings(folder: Path, snapshot: str, seed: int, mechanism: str) -> Findings | None:
    """Read the kept findings of a mechanism; ``None`` where there are none, or they cannot be read."""
    try:
        told = json.loads((_place(folder, snapshot, seed) / f"{mechanism}.json").read_text(encoding="utf-8"))
        return _findings(told)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_findings(folder: Path, snapshot: str, seed: int, mechanism: str, found: Findings) -> None:
    """Keep the findings of a mechanism, whole or not at all; those of other snapshots go."""
    place = _place(folder, snapshot, seed)
    with contextlib.suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=place, suffix=".partial", delete=False, encoding="utf-8") as file:
            json.dump(asdict(found), file)
        os.replace(file.name, place / f"{mechanism}.json")  # noqa: PTH105  put in place at once
        current = f"{_PREFIX}{snapshot}-{program_hash()}-"
        for other in place.parent.glob(f"{_PREFIX}*"):
            if not other.name.startswith(current):
                shutil.rmtree(other, ignore_errors=True)


def _findings(told: dict[str, Any]) -> Findings:
    return Findings(
        findings=tuple(_finding(item) for item in told["findings"]),
        variants=tuple(
            VariantFinding(**(item | {"finding": None if item["finding"] is None else _finding(item["finding"])}))
            for item in told["variants"]
        ),
        set_aside=tuple(SetAside(**item) for item in told["set_aside"]),
        sources=tuple(told["sources"]),
        not_found=told["not_found"],
        drawing=None if told["drawing"] is None else _drawing(told["drawing"]),
    )


def _finding(told: dict[str, Any]) -> Finding:
    return Finding(**(told | {"years": tuple(told["years"])}))


def _drawing(told: dict[str, Any]) -> Drawing:
    return Drawing(
        title=Text(**told["title"]),
        x_title=Text(**told["x_title"]),
        y_title=Text(**told["y_title"]),
        series=tuple(
            Series(Text(**item["name"]), tuple(Point(**point) for point in item["points"]), item["joined"])
            for item in told["series"]
        ),
    )
