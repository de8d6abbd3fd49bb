"""Keys for the cost of a task between named municipalities, with how uncertain they are (M13).

Keys are computed on the mean game. Those that cost little are computed on every draw of the game too: where their
shares lie in 95% of the draws, and in how many of them nobody would gain by leaving.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from verband.analysis.sharing import Progress, share
from verband.analysis.sharing_answer import KeyAnswer, SharingAnswer
from verband.analysis.task_game import Member, TaskGame
from verband.numerics.cooperative_games.coalitions import Array
from verband.numerics.cooperative_games.core import stability
from verband.numerics.cooperative_games.games import TableGame
from verband.numerics.cooperative_games.proportional import (
    NoSharesError,
    by_stand_alone,
    by_weight,
    equal,
    separable_costs_remaining_benefits,
)
from verband.numerics.cooperative_games.shapley import shapley

DRAWS = 200
LEVEL = 0.95
NO_SAVING = (
    "The cost of each group follows from differences between municipalities of different size. National studies find "
    "no saving by cooperating on average, and cost of coordination, what each keeps in its own house and stranded cost "
    "are not in it."
)


@dataclass(frozen=True, slots=True)
class TaskSharing:
    """Keys for the cost of a task.

    Attributes
    ----------
    year
        Of the cost.
    members
        In the order asked, with their own level.
    own
        Keys with each member's own level; intervals over draws.
    size_only
        The same keys with size alone, for comparison.
    draws, seed
        Number of draws that could be used, and their seed.
    """

    year: int
    members: tuple[Member, ...]
    own: SharingAnswer
    size_only: SharingAnswer
    draws: int
    seed: int

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {
            **self.own.as_record(),
            "year": self.year,
            "own_levels": {
                item.name: {
                    "code": item.code,
                    "inhabitants": item.inhabitants,
                    "level": item.level,
                    "effect": item.effect,
                    "reliability": item.reliability,
                    "published_cost_eur": item.cost_eur,
                }
                for item in self.members
            },
            "draws": self.draws,
            "seed": self.seed,
            "size_only": self.size_only.as_record(),
        }


def task_sharing(
    game: TaskGame,
    methods: Sequence[str] | str = "all",
    *,
    round_to: float | None = None,
    draws: int = DRAWS,
    seed: int = 1,
    progress: Progress | None = None,
) -> TaskSharing:
    """Share the cost of a task.

    Parameters
    ----------
    game
        From :func:`verband.analysis.task_game.task_game`.
    methods, round_to
        As of :func:`verband.analysis.sharing.share`.
    draws
        Number of games drawn.
    seed
        The same seed gives the same answer.
    progress
        Called with draws done, their number and what is going on.

    Raises
    ------
    BadInputError, UnknownNameError
        As of :func:`verband.analysis.sharing.share`.
    """
    own = share(game.own, methods, round_to=round_to)
    size_only = share(game.size_only, methods, round_to=round_to)
    weights = np.array([item.inhabitants for item in game.members])
    cheap: dict[str, Callable[[TableGame], Array]] = {
        "equal": equal,
        "weight": lambda item: by_weight(item, weights),
        "stand-alone": by_stand_alone,
        "scrb": separable_costs_remaining_benefits,
        "shapley": shapley,
    }
    asked = {key: rule for key, rule in cheap.items() if key in own.methods}
    found: dict[str, list[Array]] = {key: [] for key in asked}
    stable: dict[str, list[bool]] = {key: [] for key in asked}
    used = 0
    for drawn in game.draws(draws, seed=seed):
        used += 1
        for key, rule in asked.items():
            try:
                shares = rule(drawn)
            except NoSharesError:
                continue
            found[key].append(shares)
            stable[key].append(stability(drawn, shares).in_core)
        if progress is not None:
            progress(used, draws, "draws")
    judged = {key: _with_draws(answer, found.get(key), stable.get(key)) for key, answer in own.methods.items()}
    remarks = (
        *own.remarks,
        f"Estimated from the cost function of the accounts, year {game.year}. {NO_SAVING}",
        "Intervals (95%) are given for the keys that cost little to compute, over draws of the whole game.",
    )
    return TaskSharing(
        game.year,
        game.members,
        replace(own, methods=judged, remarks=remarks, kind="estimated"),
        replace(size_only, kind="estimated"),
        used,
        seed,
    )


def _with_draws(answer: KeyAnswer, shares: list[Array] | None, stable: list[bool] | None) -> KeyAnswer:
    if not shares or stable is None or answer.shares is None:
        return answer
    low, high = np.quantile(np.array(shares), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    how = {**answer.how, "draws": len(shares), "level": LEVEL, "chance_in_core": float(np.mean(stable))}
    interval = {name: (float(low[at]), float(high[at])) for at, name in enumerate(answer.shares)}
    return replace(answer, interval=interval, how=how)
