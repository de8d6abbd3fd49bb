"""Models that are fitted once per snapshot and kept in the workspace folder.

What is kept belongs to one snapshot of the data and one state of the program: after a load, or with another version, it
is fitted anew. Nothing is lost when the folder is thrown away, and a workspace that may not be written still answers.
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

import polars as pl

from verband.analysis.scale import LeftOut, Scale, Variant
from verband.analysis.scale_models import ScaleModels
from verband.program import program_hash

FOLDER = "models"
_TABLES = ("curves", "expected")


def _place(workspace: Path, snapshot: str) -> Path:
    return workspace / FOLDER / f"scale-{snapshot}-{program_hash()}"


def read_models(workspace: Path, snapshot: str) -> ScaleModels | None:
    """Read the kept models of a snapshot; ``None`` where there are none, or they cannot be read."""
    place = _place(workspace, snapshot)
    try:
        told = json.loads((place / "scale.json").read_text(encoding="utf-8"))
        curves, expected = (pl.read_parquet(place / f"{name}.parquet") for name in _TABLES)
        return ScaleModels(
            year=told["year"],
            tasks=tuple(_scale(item) for item in told["tasks"]),
            left_out=tuple(LeftOut(**item) for item in told["left_out"]),
            curves=curves,
            expected=expected,
        )
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return None


def keep_models(workspace: Path, snapshot: str, models: ScaleModels) -> None:
    """Keep the models of a snapshot, whole or not at all, in the place of those of other snapshots."""
    place = _place(workspace, snapshot)
    partial: str | None = None
    with contextlib.suppress(OSError):
        place.parent.mkdir(exist_ok=True)
        partial = tempfile.mkdtemp(dir=place.parent, prefix=".partial-")
        told = {
            "year": models.year,
            "tasks": [asdict(item) for item in models.tasks],
            "left_out": [asdict(item) for item in models.left_out],
        }
        (Path(partial) / "scale.json").write_text(json.dumps(told), encoding="utf-8")
        models.curves.write_parquet(Path(partial) / "curves.parquet")
        models.expected.write_parquet(Path(partial) / "expected.parquet")
        Path(partial).chmod(0o755)
        if place.exists():
            shutil.rmtree(place, ignore_errors=True)
        os.rename(partial, place)  # noqa: PTH104  a folder is put in place at once
        partial = None
        for other in place.parent.glob("scale-*"):
            if other != place:
                shutil.rmtree(other, ignore_errors=True)
    if partial is not None:
        shutil.rmtree(partial, ignore_errors=True)


def _scale(item: dict[str, Any]) -> Scale:
    told: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in item.items()}
    told["variants"] = tuple(Variant(**variant) for variant in item["variants"])
    return Scale(**told)
