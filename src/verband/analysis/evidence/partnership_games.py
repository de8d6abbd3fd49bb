"""Arrangements with known partners as games: what each group of partners would pay for the tasks on its own.

The cost of every group comes from the cost function of the task with each member's own level
(:mod:`verband.analysis.task_game`); of an arrangement with several tasks the costs add up.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from verband.analysis.cost_function import CostFunction
from verband.analysis.task_game import TaskGame, task_game
from verband.errors import MissingDataError
from verband.numerics.cooperative_games.games import TableGame

FEWEST_MEMBERS, MOST_MEMBERS = 3, 8


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
    """

    arrangement_id: str
    name: str
    members: tuple[str, ...]
    names: tuple[str, ...]
    tasks: tuple[str, ...]


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


def drawn_games(games: Sequence[TaskGame], item: Partnership, *, seed: int, draws: int) -> Iterator[TableGame]:
    """Games of all tasks together, draw by draw; those of a partnership do not depend on who else is asked."""
    seeds = [seed + zlib.crc32(f"{item.arrangement_id} {place}".encode()) for place in range(len(games))]
    streams = [game.draws(draws, seed=own) for game, own in zip(games, seeds, strict=True)]
    for drawn in zip(*streams, strict=False):
        yield drawn[0] if len(drawn) == 1 else TableGame(np.sum([game.values for game in drawn], axis=0))


def size_only(games: Sequence[TaskGame]) -> TableGame:
    """The game of all tasks together in which all partners are equal but for their inhabitants."""
    return TableGame(np.sum([np.asarray(game.size_only.game.values) for game in games], axis=0))  # type: ignore[union-attr]
