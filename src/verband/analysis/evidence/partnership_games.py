"""Arrangements with known partners as games: what each group of partners would pay for the tasks on its own.

The cost of every group comes from the cost function of the task with each member's own level
(:mod:`verband.analysis.task_game`); of an arrangement with several tasks the costs add up. Uncertainty is that of the
cost functions, in draws that all partnerships share (:mod:`verband.analysis.evidence.common_draws`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.analysis.cost_function import CostFunction
from verband.analysis.evidence.common_draws import TaskDraws
from verband.analysis.task_game import TaskGame, task_game
from verband.errors import MissingDataError
from verband.numerics.cooperative_games.games import TableGame

Array = npt.NDArray[np.float64]
FEWEST_MEMBERS, MOST_MEMBERS = 3, 8
COMPULSORY = "the law compels it, so that nobody can leave"
NO_TASKS = "its tasks are not known"
NO_MUNICIPALITY = "a partner is no municipality, or is not known"
TOO_LARGE = "more than the data support"
"""How the reason reads why a partnership is left out."""


@dataclass(frozen=True, slots=True)
class Partnership:
    """An arrangement with known partners.

    Attributes
    ----------
    arrangement_id, name
        Which.
    members, names
        Codes and names of municipalities.
    tasks
        Tasks, or sums of tasks, whose cost can be told at other sizes.
    listed
        Year of the list that names the partners; ``None`` where it has no date.
    """

    arrangement_id: str
    name: str
    members: tuple[str, ...]
    names: tuple[str, ...]
    tasks: tuple[str, ...]
    listed: int | None = None


@dataclass(frozen=True, slots=True)
class TaskTable:
    """Cost of a task.

    Attributes
    ----------
    rows
        ``code, year, inhabitants, cost_keur`` and the drivers, all known and cost above 0, for the cost function.
    latest
        A row per municipality of the last year; cost and drivers may be null.
    drivers
        Names of columns.
    """

    rows: pl.DataFrame
    latest: pl.DataFrame
    drivers: tuple[str, ...]


def games_of(
    models: Mapping[str, CostFunction], tables: Mapping[str, TaskTable], item: Partnership
) -> tuple[TaskGame, ...]:
    """The game of each task of a partnership.

    Raises
    ------
    MissingDataError
        If a member lacks a figure, or together they are larger than the data support.
    """
    return tuple(_game(models[task], tables[task], item) for task in item.tasks)


def _game(model: CostFunction, table: TaskTable, item: Partnership) -> TaskGame:
    rows = pl.DataFrame({"code": list(item.members)}).join(table.latest, on="code", how="left", maintain_order="left")
    for name, row in zip(item.names, rows.iter_rows(named=True), strict=True):
        if not row["inhabitants"] or any(row[driver] is None for driver in table.drivers):
            raise MissingDataError(f"{name} ({row['code']}) lacks inhabitants or a driver of {model.years[-1]}")
    return task_game(model, rows, item.names, model.years[-1])


def drawn_games(games: Sequence[TaskGame], item: Partnership, draws: Mapping[str, TaskDraws]) -> list[TableGame | None]:
    """Games of all tasks together with own levels, draw by draw; ``None`` where a draw fails."""
    told = [(game, draws[task]) for game, task in zip(games, item.tasks, strict=True)]
    return _added(
        [game.costs(*row) for row in zip(task.coefficients, task.effects, task.smearing, strict=True)]
        for game, task in told
    )


def drawn_games_by_size(
    games: Sequence[TaskGame], item: Partnership, draws: Mapping[str, TaskDraws]
) -> list[TableGame | None]:
    """The same where all partners are equal but for their inhabitants."""
    told = [(game, draws[task]) for game, task in zip(games, item.tasks, strict=True)]
    return _added(
        [game.costs_by_size(*row) for row in zip(task.coefficients, task.typical_to_mean, strict=True)]
        for game, task in told
    )


def _added(costs: Iterable[list[Array]]) -> list[TableGame | None]:
    # A refit on an odd draw can run off to numbers that are none.
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.sum([np.array(task) for task in costs], axis=0)
    return [TableGame(row) if np.isfinite(row).all() else None for row in values]


def when_listed(partnerships: Sequence[Partnership], year: int) -> str:
    """Of which years the memberships and the costs are: they need not be the same."""
    years = sorted({item.listed for item in partnerships if item.listed is not None})
    undated = sum(item.listed is None for item in partnerships)
    if not years:
        return f"memberships come from lists without a date, cost is of {year}"
    told = str(years[0]) if len(years) == 1 else f"{', '.join(map(str, years[:-1]))} and {years[-1]}"
    return f"memberships come from lists of {told}, cost is of {year}" + (
        f"; {undated} of them come from a list without a date" if undated else ""
    )
