"""M13: how often some group of partners would gain by leaving, by the key that divides the cost.

A model result over known memberships: keys and contributions are not published, so what partners pay is assumed. The
cost of every group of partners comes from the cost function of the task with each member's own level
(:mod:`verband.analysis.task_game`); of an arrangement with several tasks the costs add up. In every draw of the game a
key divides the cost of all, and a group gains by leaving where it would pay more than it would cost alone, so that the
shares are not in the core (Gillies, 1959). ``any`` is how often the core is empty: what no key could help. With size
alone all partners are equal but for their inhabitants; that restates the scale of the task and stands beside it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.analysis.cost_function import CostFunction, cost_function
from verband.analysis.evidence.result import Finding, Findings, SetAside
from verband.analysis.evidence.verdict import LEVEL
from verband.analysis.task_game import TaskGame, task_game
from verband.errors import MissingDataError
from verband.numerics.cooperative_games.core import minimum_subsidy, stability
from verband.numerics.cooperative_games.games import TableGame
from verband.numerics.cooperative_games.proportional import (
    NoSharesError,
    by_stand_alone,
    by_weight,
    equal,
    separable_costs_remaining_benefits,
)
from verband.numerics.cooperative_games.shapley import shapley

Array = npt.NDArray[np.float64]
COMPONENT = "chance_that_some_leave"
KEYS = ("equal", "weight", "stand-alone", "scrb", "shapley")
ANY = "any"
DRAWS = 100
MOST = 150
"""Partnerships asked at most; of more a sample is taken."""
FEWEST_MEMBERS, MOST_MEMBERS = 3, 8
NOTE = (
    "Assumed: partners pay by this key, and a group that leaves does the task for what municipalities of its joint "
    "size spend. What leaving costs, and what cooperating costs, is not in it. Partnerships larger than the data "
    "support are left out, so this is about the smaller ones."
)


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


def own_interests(
    tables: Mapping[str, TaskTable],
    partnerships: Sequence[Partnership],
    *,
    set_aside: Sequence[SetAside] = (),
    sources: tuple[str, ...],
    seed: int = 1,
    draws: int = DRAWS,
    most: int = MOST,
) -> Findings:
    """Show the model result of M13.

    Parameters
    ----------
    tables
        Cost by task.
    partnerships
        With 3 to 8 members and tasks that are in the tables.
    set_aside
        Arrangements left out before.
    sources
        Tables.
    seed
        Of the sample and the draws.
    draws
        Games drawn per partnership.
    most
        Partnerships asked at most.
    """
    chosen = _sample(partnerships, most, seed)
    models = {task: cost_function(table.rows, table.drivers) for task, table in tables.items()}
    left_out = list(set_aside)
    told: list[_Chances] = []
    for item in chosen:
        try:
            games = [_game(models[task], tables[task], item) for task in item.tasks]
        except MissingDataError as error:
            left_out.append(SetAside(item.arrangement_id, f"{item.name}: {error.what}"))
            continue
        told.append(_chances(games, item, seed=seed, draws=draws))
    if not told:
        return Findings(
            (), (), tuple(left_out), sources, {COMPONENT: "no known membership has a cost that can be told"}
        )
    year = max(model.years[-1] for model in models.values())
    sampled = f" a sample of {len(chosen)} of {len(partnerships)};" if len(chosen) < len(partnerships) else ""
    findings = []
    for game, words in (("own levels", "each member's own level"), ("size only", "size alone, one game each")):
        for key in (*KEYS, ANY):
            chances = [item.chances[game, key] for item in told if (game, key) in item.chances]
            if chances:
                number = 1 if game == "size only" else draws
                method = f"cost games of {words};{sampled} mean and interval over partnerships (Student's t)"
                findings.append(_finding(chances, told, key, game, year, method, number))
    return Findings(tuple(findings), (), tuple(left_out), sources)


def _sample(partnerships: Sequence[Partnership], most: int, seed: int) -> list[Partnership]:
    ranked = sorted(partnerships, key=lambda item: item.arrangement_id)
    if len(ranked) <= most:
        return ranked
    places = np.random.default_rng([seed, 13]).choice(len(ranked), size=most, replace=False)
    return [ranked[place] for place in sorted(places)]


def _game(model: CostFunction, table: TaskTable, item: Partnership) -> TaskGame:
    rows = pl.DataFrame({"code": list(item.members)}).join(table.latest, on="code", how="left", maintain_order="left")
    for name, row in zip(item.names, rows.iter_rows(named=True), strict=True):
        if not row["inhabitants"] or any(row[driver] is None for driver in table.drivers):
            raise MissingDataError(f"{name} ({row['code']}) lacks inhabitants or a driver of {model.years[-1]}")
    return task_game(model, rows, item.names, model.years[-1])


@dataclass(frozen=True, slots=True)
class _Chances:
    """Of one partnership: chance that some group gains, by game and key, as a fraction."""

    members: tuple[str, ...]
    chances: dict[tuple[str, str], float]


def _chances(games: Sequence[TaskGame], item: Partnership, *, seed: int, draws: int) -> _Chances:
    weights = np.array([member.inhabitants for member in games[0].members])
    rules = _rules(weights)
    gained: dict[str, list[bool]] = {key: [] for key in (*KEYS, ANY)}
    seeds = [seed + zlib.crc32(f"{item.arrangement_id} {place}".encode()) for place in range(len(games))]
    streams = [game.draws(draws, seed=own) for game, own in zip(games, seeds, strict=True)]
    for drawn in _added(streams):
        for key, gains in _gains(drawn, rules).items():
            gained[key].append(gains)
    chances = {("own levels", key): float(np.mean(values)) for key, values in gained.items() if values}
    size_only = TableGame(np.sum([np.asarray(game.size_only.game.values) for game in games], axis=0))  # type: ignore[union-attr]
    chances |= {("size only", key): float(gains) for key, gains in _gains(size_only, rules).items()}
    return _Chances(item.members, chances)


def _rules(weights: Array) -> dict[str, Callable[[TableGame], Array]]:
    return {
        "equal": equal,
        "weight": lambda game: by_weight(game, weights),
        "stand-alone": by_stand_alone,
        "scrb": separable_costs_remaining_benefits,
        "shapley": shapley,
    }


def _added(streams: Sequence[Iterator[TableGame]]) -> Iterator[TableGame]:
    """Sums of games of the same members, draw by draw."""
    for drawn in zip(*streams, strict=False):
        yield drawn[0] if len(drawn) == 1 else TableGame(np.sum([game.values for game in drawn], axis=0))


def _gains(game: TableGame, rules: Mapping[str, Callable[[TableGame], Array]]) -> dict[str, bool]:
    """By key whether some group gains by leaving; a key that has no shares for the game is absent."""
    found = {}
    for key, rule in rules.items():
        try:
            found[key] = not stability(game, rule(game)).in_core
        except NoSharesError:
            continue
    return found | {ANY: all(found.values()) and _empty_core(game)}


def _empty_core(game: TableGame) -> bool:
    # Two groups that cost less apart than together leave no shares that keep both: that spares the program.
    apart = float((game.values + game.values[::-1])[1:-1].min())
    return apart < game.total - game.tolerance or minimum_subsidy(game) > 0


def _finding(
    chances: Sequence[float],
    told: Sequence[_Chances],
    key: str,
    game: str,
    year: int,
    method: str,
    draws: int,
) -> Finding:
    from scipy.special import stdtrit  # noqa: PLC0415  slow to start

    values = 100 * np.array(chances)
    number, mean = len(values), float(values.mean())
    error = float(values.std(ddof=1)) / math.sqrt(number) if number > 1 else math.nan
    reach = float(stdtrit(number - 1, (1 + LEVEL) / 2)) * error if number > 1 else math.inf
    return Finding(
        COMPONENT,
        mean,
        max(0.0, mean - reach),
        min(100.0, mean + reach),
        error if number > 1 else None,
        number * draws,
        len({code for item in told for code in item.members}),
        number,
        (year,),
        method,
        degrees_of_freedom=max(number - 1, 1),
        by={"key": key, "game": game},
        note=NOTE,
        kind="assumed",
    )
