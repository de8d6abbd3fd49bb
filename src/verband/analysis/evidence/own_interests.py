"""M13: how often some group of partners would gain by leaving, by the key that divides the cost.

What partners pay is what users loaded (:mod:`verband.analysis.evidence.own_keys`). Keys and contributions are not
published, so beside it stands a model result over known memberships under assumed keys. The
cost of every group of partners comes from the cost function of the task with each member's own level
(:mod:`verband.analysis.task_game`); of an arrangement with several tasks the costs add up. In every draw a key divides
the cost of all, and a group gains by leaving where it would pay less alone by a part that matters (rule
``smallest_gain``; with any gain at all: where the shares are not in the core, Gillies, 1959). ``any`` is what no key
could help (:mod:`verband.numerics.cooperative_games.relative_gain`). With size alone all partners are equal but for
their inhabitants; that restates the scale of the task and stands beside it.

Partnerships are no independent observations: those with one task share its cost function. So the draws are common to
all (:mod:`verband.analysis.evidence.common_draws`): in each the part of the partnerships in which some group gains is
counted, and mean and interval are over the draws. They say how sure the cost functions are for these known
partnerships, not what others would be like. In simulations around the limit, where it is hardest, the interval of 200
draws held the truth in 94% to 95% of the cases.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.analysis.cost_function import CostFunction, cost_function
from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.common_draws import TaskDraws, common_draws
from verband.analysis.evidence.evidence_rules import evidence_rule
from verband.analysis.evidence.own_keys import OwnKeys, add_own_keys
from verband.analysis.evidence.partnership_games import (
    COMPULSORY,
    NO_MUNICIPALITY,
    NO_TASKS,
    TOO_LARGE,
    Partnership,
    TaskTable,
    drawn_games,
    drawn_games_by_size,
    games_of,
    when_listed,
)
from verband.analysis.evidence.result import Finding, Findings, SetAside
from verband.analysis.evidence.verdict import LEVEL
from verband.analysis.task_game import TaskGame
from verband.errors import MissingDataError
from verband.numerics.cooperative_games.games import TableGame
from verband.numerics.cooperative_games.proportional import (
    NoSharesError,
    by_stand_alone,
    by_weight,
    equal,
    separable_costs_remaining_benefits,
)
from verband.numerics.cooperative_games.relative_gain import ROUNDING, largest_gain, unavoidable_gain_between
from verband.numerics.cooperative_games.shapley import shapley

Array = npt.NDArray[np.float64]
COMPONENT = "chance_that_some_leave"
KEYS = ("equal", "weight", "stand-alone", "scrb", "shapley")
ANY = "any"
OWN, SIZE = "own levels", "size only"
GAMES = {OWN: "each member's own level", SIZE: "size alone"}
Limits = tuple[float, float]
"""From where a gain counts: one that matters, and any at all."""
DRAWS = 200
MOST = 150
"""Partnerships asked at most; of more a sample is taken."""
NOTE = (
    "assumed: partners pay by this key, and a group that leaves does the task for what municipalities of its joint "
    "size spend; what leaving costs, and what cooperating costs, is not in it"
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
    codes: Sequence[str] = (),
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
        Draws of the cost functions, common to all partnerships.
    most
        Partnerships asked at most.
    own
        Keys in use; ``None`` for none.
    codes
        All municipalities: with them the draws do not depend on which tasks there are tables of.
    """
    found = Collection()
    chosen = _sample(partnerships, most, seed)
    models = {task: cost_function(table.rows, table.drivers) for task, table in tables.items()}
    left_out = list(set_aside)
    told: list[_Gains] = []
    common = common_draws(models, codes, seed=seed, draws=draws)
    limits = (evidence_rule("smallest_gain"), ROUNDING)
    for item in chosen:
        try:
            games = games_of(models, tables, item)
        except MissingDataError as error:
            left_out.append(SetAside(item.arrangement_id, f"{item.name}: {error.what}"))
            continue
        told.append(_gains(games, item, common, limits))
    left_out_here = tuple(left_out)
    left_out += add_own_keys(found, own or OwnKeys(), models, tables, common)
    if told:
        sampled = f" a sample of {len(chosen)} of {len(partnerships)};" if len(chosen) < len(partnerships) else ""
        words = _words(told, models, left_out_here, sampled=sampled, draws=draws, smallest=limits[0])
        for game in GAMES:
            for key in (*KEYS, ANY):
                if any(not np.isnan(item.gains[game, key]).all() for item in told):
                    found.findings.append(_finding(told, key, game, words, limits))
    else:
        found.not_found[COMPONENT] = "no known membership has a cost that can be told"
    aside = tuple({(item.code, item.reason): item for item in left_out}.values())
    return Findings(tuple(found.findings), tuple(found.variants), aside, sources, found.not_found)


def _sample(partnerships: Sequence[Partnership], most: int, seed: int) -> list[Partnership]:
    ranked = sorted(partnerships, key=lambda item: item.arrangement_id)
    if len(ranked) <= most:
        return ranked
    places = np.random.default_rng([seed, 13]).choice(len(ranked), size=most, replace=False)
    return [ranked[place] for place in sorted(places)]


@dataclass(frozen=True, slots=True)
class _Gains:
    """Of one partnership: the largest gain of a group as a fraction of what it pays, by game and key, (draws,)."""

    partnership: Partnership
    gains: dict[tuple[str, str], Array]


def _gains(games: Sequence[TaskGame], item: Partnership, common: Mapping[str, TaskDraws], limits: Limits) -> _Gains:
    weights = np.array([member.inhabitants for member in games[0].members])
    rules = _rules(weights)
    found: dict[tuple[str, str], Array] = {}
    for name, drawn in ((OWN, drawn_games(games, item, common)), (SIZE, drawn_games_by_size(games, item, common))):
        rows = [
            dict.fromkeys((*KEYS, ANY), math.nan) if game is None else _by_key(game, rules, limits) for game in drawn
        ]
        found |= {(name, key): np.array([row[key] for row in rows]) for key in (*KEYS, ANY)}
    return _Gains(item, found)


def _rules(weights: Array) -> dict[str, Callable[[TableGame], Array]]:
    return {
        "equal": equal,
        "weight": lambda game: by_weight(game, weights),
        "stand-alone": by_stand_alone,
        "scrb": separable_costs_remaining_benefits,
        "shapley": shapley,
    }


def _by_key(game: TableGame, rules: Mapping[str, Callable[[TableGame], Array]], limits: Limits) -> dict[str, float]:
    """The largest gain by key, nan where a key has no shares; under any key only on the right side of the limits."""
    found = {}
    for key, rule in rules.items():
        try:
            found[key] = largest_gain(game, rule(game))
        except NoSharesError:
            found[key] = math.nan
    least = min(gain for gain in found.values() if not math.isnan(gain))
    return found | {ANY: unavoidable_gain_between(game, least, limits)}


def _finding(told: Sequence[_Gains], key: str, game: str, words: _Words, limits: Limits) -> Finding:
    gains = np.array([item.gains[game, key] for item in told])
    smallest, rounding = limits
    estimate, low, high = _over_draws(gains, smallest)
    any_gain = "any gain at all counted, it is {:.1f}% ({:.1f}% to {:.1f}%) of the draws".format(
        *_over_draws(gains, rounding)
    )
    return Finding(
        COMPONENT,
        estimate,
        low,
        high,
        None,
        len(told),
        words.municipalities,
        words.municipalities,
        (words.year,),
        words.method.format(game=GAMES[game]),
        by={"key": key, "game": game},
        note=f"{NOTE}; {any_gain}; {words.note}",
        kind="assumed",
    )


def _over_draws(gains: Array, limit: float) -> tuple[float, float, float]:
    """Percentage of the partnerships in which some group gains: mean over the draws, and where 95% of them lie."""
    known = ~np.isnan(gains)
    drawn = known.any(axis=0)
    shares = 100 * (known & (np.nan_to_num(gains) >= limit)).sum(axis=0)[drawn] / known.sum(axis=0)[drawn]
    mean = float(shares.mean())
    low, high = np.quantile(shares, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    # Where hardly any draw differs from the rest their mean lies outside of the middle 95%.
    return mean, min(mean, float(low)), max(mean, float(high))


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said of every finding: its method but for the game, note, year, and municipalities drawn from."""

    method: str
    note: str
    year: int
    municipalities: int


def _words(
    told: Sequence[_Gains],
    models: Mapping[str, CostFunction],
    set_aside: Sequence[SetAside],
    *,
    sampled: str,
    draws: int,
    smallest: float,
) -> _Words:
    partnerships = [item.partnership for item in told]
    tasks = Counter(task for item in partnerships for task in item.tasks)
    year = max(models[task].years[-1] for task in tasks)
    (most, times) = min(tasks.items(), key=lambda item: (-item[1], item[0]))
    members = {code for item in partnerships for code in item.members}
    behind = (
        f"{len(tasks)} tasks stand behind {len(told)} partnerships of {len(members)} municipalities, task {most} in "
        f"{times} of these partnerships"
    )
    method = (
        f"cost games of {{game}};{sampled} municipalities drawn anew once per draw for all tasks and partnerships "
        f"together, {draws} draws; a group gains where alone it would pay at least {100 * smallest:g}% less; mean and "
        "95% of the draws of the part of the partnerships in which some group gains, which says how sure the cost "
        "functions are for these partnerships"
    )
    return _Words(
        method,
        f"{behind}; {when_listed(partnerships, year)}{_left_out(set_aside, len(told))}",
        year,
        len({code for task in tasks for code in models[task].codes}),
    )


def _left_out(set_aside: Sequence[SetAside], told: int) -> str:
    reasons = [item.reason for item in set_aside]
    if not reasons:
        return ""
    large = sum(TOO_LARGE in reason for reason in reasons)
    unknown, strange, compelled = (
        sum(reason.endswith(why) for reason in reasons) for why in (NO_TASKS, NO_MUNICIPALITY, COMPULSORY)
    )
    rest = len(reasons) - large - unknown - strange - compelled
    return (
        f"; {len(reasons)} of {len(reasons) + told} partnerships of three to eight municipalities are left out (named "
        f"below): {large} larger than the data support, {unknown} whose tasks are not known, {strange} with a partner "
        f"that is no municipality or is not known, {compelled} that the law compels, {rest} whose cost cannot be told, "
        "so that this is about the smaller ones"
    )
