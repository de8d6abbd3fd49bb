"""Whether two groups without common players together never cost more than apart (never earn less, for a benefit game).

All pairs of disjoint coalitions are 3^n. What settles most games sooner is tried first: pairs with a single player,
which show most violations; and whether the last to join adds ever less the larger the group (submodularity), which no
violation can escape. Only then all pairs are looked at, up to ``MOST_FOR_PAIRS`` players.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from verband.numerics.cooperative_games.coalitions import Array
from verband.numerics.cooperative_games.games import TableGame

MOST_FOR_PAIRS = 20
_LEAF = 8
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Subadditivity:
    """What is known.

    Attributes
    ----------
    holds
        ``None`` where neither a proof nor a violation was found.
    violation
        Two coalitions that do better apart, if any is known.
    by
        How much better.
    """

    holds: bool | None
    violation: tuple[int, int] | None = None
    by: float = 0.0


def subadditivity(game: TableGame, progress: Progress | None = None) -> Subadditivity:
    """Look for two disjoint coalitions that do better apart.

    Parameters
    ----------
    game
        2 to 25 players.
    progress
        Called with parts done and their number where all pairs are looked at.
    """
    cost = game.values * game.sign
    single = _with_one(cost, game.players)
    if single.by > game.tolerance:
        return single
    if _is_submodular(cost, game.players, game.tolerance / game.players):
        return Subadditivity(holds=True)
    if game.players > MOST_FOR_PAIRS:
        return Subadditivity(holds=None)
    worst = _pairs(cost, game.players, progress)
    return worst if worst.by > game.tolerance else Subadditivity(holds=True)


def _with_one(cost: Array, players: int) -> Subadditivity:
    """The worst pair of one player and a coalition without it."""
    best = Subadditivity(holds=True)
    for player in range(players):
        view = cost.reshape(-1, 2, 1 << player)
        gain = view[:, 1] - view[:, 0] - cost[1 << player]
        gain[0, 0] = 0.0
        place = int(gain.argmax())
        if gain.flat[place] > best.by:
            high, low = divmod(place, 1 << player)
            other = (high << (player + 1)) | low
            best = Subadditivity(False, (1 << player, other), float(gain.flat[place]))
    return best


def _is_submodular(cost: Array, players: int, tolerance: float) -> bool:
    """Whether ``c(S+i) + c(S+j) >= c(S+i+j) + c(S)`` for all; so many small gaps cannot add up to a violation."""
    for one in range(players):
        for two in range(one):
            view = cost.reshape(-1, 2, 1 << (one - two - 1), 2, 1 << two)
            gap = view[:, 1, :, 1] + view[:, 0, :, 0] - view[:, 1, :, 0] - view[:, 0, :, 1]
            if gap.max() > tolerance / players:
                return False
    return True


@cache
def _disjoint(players: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """All ordered pairs of disjoint coalitions of a few players."""
    first, second = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    for player in range(players):
        bit = 1 << player
        first, second = np.concatenate([first, first | bit, first]), np.concatenate([second, second, second | bit])
    return first, second


def _pairs(cost: Array, players: int, progress: Progress | None) -> Subadditivity:
    """The worst of all pairs: the upper players are dealt out one way at a time, the lower all ways at once."""
    low = min(players, _LEAF + 2)
    one, two = _disjoint(low)
    both, step = one | two, 1 << low
    upper_one, upper_two = _disjoint(players - low)
    # Of a pair and its mirror image one is enough.
    keep = np.flatnonzero(upper_one <= upper_two)
    best = Subadditivity(holds=True)
    for number, place in enumerate(keep):
        high, other = int(upper_one[place]), int(upper_two[place])
        a, b, c = (cost[part * step : (part + 1) * step] for part in (high, other, high | other))
        gain = c[both] - a[one] - b[two]
        found = int(gain.argmax())
        if gain[found] > best.by:
            best = Subadditivity(
                False, (int(one[found]) + high * step, int(two[found]) + other * step), float(gain[found])
            )
        if progress is not None and number % 256 == 0:
            progress(number, len(keep))
    return best
