"""Gathering what a key for the cost of a task needs: the cost function, and the members with their drivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from verband.analysis.cost_function import cost_function
from verband.analysis.scale import LeftOut, Scale
from verband.analysis.task_game import task_game
from verband.analysis.task_sharing import TaskSharing, task_sharing
from verband.errors import BadInputError, MissingDataError
from verband.numerics.threads import one_thread
from verband.warehouse.building import Progress
from verband.warehouse.store import Warehouse
from verband.workspace.naming import Names, Resolved
from verband.workspace.scale import SEED, Asked, ScaleRows, TaskRows


@dataclass(frozen=True, slots=True)
class TaskSharingAnswer:
    """Keys for the cost of a task, with what must be known about the task.

    Attributes
    ----------
    scale
        What size does to its cost, with flags.
    led_from
        Sentences on dissolved municipalities that led to their successors.
    result
        The keys.
    source
        Files of the cost.
    """

    scale: Scale
    led_from: tuple[str, ...]
    result: TaskSharing
    source: str

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {
            "task": self.scale.task,
            **self.result.as_record(),
            "scale": {
                "elasticity": self.scale.elasticity,
                "low": self.scale.low,
                "high": self.scale.high,
                "verdict": self.scale.verdict,
            },
            "flags": list(self.scale.flags),
            "led_from": list(self.led_from),
            "source": self.source,
        }


def gather_task_sharing(
    warehouse: Warehouse,
    task: str,
    members: Sequence[str],
    *,
    methods: Sequence[str] | str,
    round_to: float | None,
    seed: int,
    progress: Progress,
) -> TaskSharingAnswer:
    """Answer ``verband share --task``, in the boundaries of the latest list."""
    found = ScaleRows(warehouse)
    names = Names(warehouse)
    asked = found.asked(task)
    who = _different([names.resolve(text) for text in members])
    rows = found.rows(asked)
    if isinstance(rows, LeftOut):
        raise MissingDataError(f"the cost of {asked.code} cannot be modelled: {rows.reason}", todo="Ask another task")
    with one_thread():
        scale = _judged(found, asked)
        known = rows.rows.filter(pl.col("inhabitants") > 0, pl.col("cost_keur") > 0).drop_nulls(list(rows.names))
        model = cost_function(known, rows.names)
        year = model.years[-1]
        game = task_game(model, _members(rows, who, year), [item.name for item in who], year)
        result = task_sharing(game, methods, round_to=round_to, seed=seed, progress=progress)
    return TaskSharingAnswer(
        scale=scale,
        led_from=tuple(item.led_from for item in who if item.led_from),
        result=result,
        source=warehouse.source_of("cost_per_task"),
    )


def _different(found: Sequence[Resolved]) -> list[Resolved]:
    seen: dict[str, Resolved] = {}
    for item in found:
        if item.code in seen:
            raise BadInputError(f"{item.name} ({item.code}) is named twice", where="members", todo="Name each once")
        seen[item.code] = item
    return list(seen.values())


def _judged(found: ScaleRows, asked: Asked) -> Scale:
    """The scale of the task, unless it says that differences between sizes cannot be told."""
    model = found.model(asked, at_inhabitants=None, seed=SEED)
    if isinstance(model, LeftOut):
        raise MissingDataError(f"the cost of {asked.code} cannot be modelled: {model.reason}", todo="Ask another task")
    scale = model.scale
    if scale.misfit or scale.apart in ("hosted", "bookkeeping"):
        why = next((flag for flag in scale.flags), "its codes do not show the work")
        if scale.misfit:
            why = next(flag for flag in scale.flags if flag.startswith("a curve with one bend"))
        raise MissingDataError(
            f"what {asked.code} costs at another size cannot be told from the accounts: {why}",
            todo="Ask another task, or give a cost per coalition of your own: verband share GAME.csv",
        )
    return scale


def _members(rows: TaskRows, who: Sequence[Resolved], year: int) -> pl.DataFrame:
    """A row per member in the order asked, in the year of the cost."""
    latest = rows.everything.filter(pl.col("year") == year)
    wanted = pl.DataFrame({"code": [item.code for item in who]}).join(
        latest, on="code", how="left", maintain_order="left"
    )
    for item, row in zip(who, wanted.iter_rows(named=True), strict=True):
        if row["inhabitants"] is None or any(row[name] is None for name in rows.names):
            raise MissingDataError(
                f"{item.name} ({item.code}) lacks inhabitants or a driver of {year}", todo="Leave it out"
            )
    return wanted
