"""M13: how often some group of partners would gain by leaving, by the key that divides the cost.

What partners pay is what users loaded (:mod:`verband.analysis.evidence.own_keys`). Keys and contributions are not
published, so beside it stands a model result over known memberships under assumed keys. The
cost of every group of partners comes from the cost function of the task with each member's own level
(:mod:`verband.analysis.task_game`); of an arrangement with several tasks the costs add up. In every draw of the game a
key divides the cost of all, and a group gains by leaving where it would pay more than it would cost alone, so that the
shares are not in the core (Gillies, 1959). ``any`` is how often the core is empty: what no key could help. With size
alone all partners are equal but for their inhabitants; that restates the scale of the task and stands beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.analysis.cost_function import cost_function
from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.own_keys import OwnKeys, add_own_keys
from verband.analysis.evidence.partnership_games import Partnership, TaskTable, drawn_games, games_of, size_only
from verband.analysis.evidence.result import Finding, Findings, SetAside
from verband.analysis.evidence.verdict import LEVEL
from verband.analysis.task_game import TaskGame
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
NOTE = (
    "Assumed: partners pay by this key, and a group that leaves does the task for what municipalities of its joint "
    "size spend. What leaving costs, and what cooperating costs, is not in it. Partnerships larger than the data "
    "support are left out, so this is about the smaller ones."
)


def own_interests(
    tables: Mapping[str, TaskTable],
    partnerships: Sequence[Partnership],
    *,
    set_aside: Sequence[SetAside] = (),
    sources: tuple[str, ...],
    seed: int = 1,
    draws: int = DRAWS,
    most: int = MOST,
    own: OwnKeys | None = None,
) -> Findings:
    """Estimate M13 under the keys that users loaded, and show its model result under others.

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
    own
        Keys in use; ``None`` for none.
    """
    found = Collection()
    chosen = _sample(partnerships, most, seed)
    models = {task: cost_function(table.rows, table.drivers) for task, table in tables.items()}
    left_out = list(set_aside)
    told: list[_Chances] = []
    for item in chosen:
        try:
            games = games_of(models, tables, item)
        except MissingDataError as error:
            left_out.append(SetAside(item.arrangement_id, f"{item.name}: {error.what}"))
            continue
        told.append(_chances(games, item, seed=seed, draws=draws))
    left_out += add_own_keys(found, own or OwnKeys(), models, tables, seed=seed, draws=draws)
    if not told:
        found.not_found[COMPONENT] = "no known membership has a cost that can be told"
    year = max((model.years[-1] for model in models.values()), default=0)
    sampled = f" a sample of {len(chosen)} of {len(partnerships)};" if len(chosen) < len(partnerships) else ""
    for game, words in (("own levels", "each member's own level"), ("size only", "size alone, one game each")):
        for key in (*KEYS, ANY):
            chances = [item.chances[game, key] for item in told if (game, key) in item.chances]
            if chances:
                number = 1 if game == "size only" else draws
                method = f"cost games of {words};{sampled} mean and interval over partnerships (Student's t)"
                found.findings.append(_finding(chances, told, key, game, year, method, number))
    aside = tuple({(item.code, item.reason): item for item in left_out}.values())
    return Findings(tuple(found.findings), tuple(found.variants), aside, sources, found.not_found)


def _sample(partnerships: Sequence[Partnership], most: int, seed: int) -> list[Partnership]:
    ranked = sorted(partnerships, key=lambda item: item.arrangement_id)
    if len(ranked) <= most:
        return ranked
    places = np.random.default_rng([seed, 13]).choice(len(ranked), size=most, replace=False)
    return [ranked[place] for place in sorted(places)]


@dataclass(frozen=True, slots=True)
class _Chances:
    """Of one partnership: chance that some group gains, by game and key, as a fraction."""

    members: tuple[str, ...]
    chances: dict[tuple[str, str], float]


def _chances(games: Sequence[TaskGame], item: Partnership, *, seed: int, draws: int) -> _Chances:
    weights = np.array([member.inhabitants for member in games[0].members])
    rules = _rules(weights)
    gained: dict[str, list[bool]] = {key: [] for key in (*KEYS, ANY)}
    for drawn in drawn_games(games, item, seed=seed, draws=draws):
        for key, gains in _gains(drawn, rules).items():
            gained[key].append(gains)
    chances = {("own levels", key): float(np.mean(values)) for key, values in gained.items() if values}
    chances |= {("size only", key): float(gains) for key, gains in _gains(size_only(games), rules).items()}
    return _Chances(item.members, chances)


def _rules(weights: Array) -> dict[str, Callable[[TableGame], Array]]:
    return {
        "equal": equal,
        "weight": lambda game: by_weight(game, weights),
        "stand-alone": by_stand_alone,
        "scrb": separable_costs_remaining_benefits,
        "shapley": shapley,
    }


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
