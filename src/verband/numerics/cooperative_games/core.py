"""The core (Gillies, 1959): shares from which no coalition gains by leaving; how far a game is from having any."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verband.numerics.cooperative_games.coalitions import Array, all_but_one, first_by_size, sums
from verband.numerics.cooperative_games.excesses import Excesses
from verband.numerics.cooperative_games.games import TableGame
from verband.numerics.cooperative_games.programs import largest_payment


@dataclass(frozen=True, slots=True)
class Stability:
    """How shares stand against leaving.

    Attributes
    ----------
    in_core
        Whether no coalition gains by leaving, up to the tolerance of the game.
    individually_rational
        Whether nobody is worse off than alone.
    worst_coalition
        The coalition, neither empty nor all, with the largest excess; of several the one with the fewest players.
    worst_excess
        What it gains by leaving; below 0 where it loses.
    """

    in_core: bool
    individually_rational: bool
    worst_coalition: int
    worst_excess: float


def stability(game: TableGame, shares: Array) -> Stability:
    """Tell who would gain by leaving.

    Parameters
    ----------
    game
        The game.
    shares
        Shape (n,), adding up to the total.
    """
    excesses = Excesses(game.values * game.sign, game.players)
    x = shares * game.sign
    masks, values = excesses.worst(x, min(64, (1 << game.players) - 2))
    worst = first_by_size(masks[values >= values[0] - game.tolerance])
    rational = bool(((x - game.alone * game.sign) <= game.tolerance).all())
    return Stability(bool(values[0] <= game.tolerance), rational, worst, float(values[0]))


def minimum_subsidy(game: TableGame) -> float:
    """Least subsidy that lets all share without any coalition gaining by leaving.

    For a cost game ``c(N) - max{x(N): x(S) <= c(S) for all S}``, with all together among the S; for a benefit game
    ``min{x(N): x(S) >= v(S) for all S} - v(N)``. 0 where the core is not empty. (Bachrach et al., 2009: the cost of
    stability.)

    Raises
    ------
    UnsolvedError
        If a program was not solved.
    """
    n = game.players
    even = game.alone + (game.total - game.alone.sum()) / n
    cost = (game.values - sums(even)) * game.sign
    cost[-1] = 0.0
    scale = max(float(cost.max()), -float(cost.min()))
    if scale == 0:
        return 0.0
    found = -largest_payment(cost / scale, n, np.asarray(all_but_one(n))) * scale
    return found if found > game.tolerance else 0.0
