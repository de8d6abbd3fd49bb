"""What a group gains by leaving, as a fraction of what it pays; and what no shares can keep below.

For shares ``x`` of a cost game the gain of coalition S is ``g(S) = (x(S) - c(S)) / x(S)``. No coalition gains at all
where the shares are in the core (Gillies, 1959). Where a gain counts only from a fraction ``g`` on, shares with every
gain below it, ``(1 - g) x(S) <= c(S)`` for all S with ``x(N) = c(N)``, exist where ``y = (1 - g) x`` has ``y(S) <=
c(S)`` and ``y(N) = (1 - g) c(N)``. Lowering payments breaks none of these, so such ``y`` exist where
``(1 - g) c(N)`` is at most the largest payment that no coalition refuses: where the least subsidy that makes the core
exist (the cost of stability: Bachrach et al., 2009) is at most ``g c(N)``. One program thus answers for every ``g``.
"""

from __future__ import annotations

import numpy as np

from verband.numerics.cooperative_games.coalitions import Array, sums
from verband.numerics.cooperative_games.core import minimum_subsidy
from verband.numerics.cooperative_games.games import TableGame

ROUNDING = 1e-9
"""A gain below this part of what a group pays is none."""


def largest_gain(game: TableGame, shares: Array) -> float:
    """Largest gain of a coalition that is neither empty nor all, as a fraction of what it pays.

    Parameters
    ----------
    game
        Of cost, above 0 for every coalition but the empty one.
    shares
        Shape (n,), adding up to the total.

    Returns
    -------
    float
        Below 0 where all lose; a coalition that pays nothing, or is paid, gains nothing.
    """
    paid = sums(shares)[1:-1]
    pays = paid > 0
    return float(np.max(1 - game.values[1:-1][pays] / paid[pays], initial=-np.inf))


def unavoidable_gain(game: TableGame) -> float:
    """Smallest that the largest gain can be under any shares, at least 0.

    Parameters
    ----------
    game
        As of :func:`largest_gain`.

    Raises
    ------
    UnsolvedError
        If a program was not solved.
    """
    return minimum_subsidy(game) / game.total


def unavoidable_gain_between(game: TableGame, at_most: float, limits: tuple[float, ...]) -> float:
    """A number that lies on the same side of each limit as the unavoidable gain: a program only where that takes one.

    Parameters
    ----------
    game
        As of :func:`largest_gain`.
    at_most
        The largest gain under some shares.
    limits
        What the answer is held against: at least this much, or less.
    """
    # Two groups that cost less apart than together: one of them gains this much at least, whatever the shares.
    apart = float((game.values + game.values[::-1])[1:-1].min())
    low = max(0.0, 1 - apart / game.total)
    return unavoidable_gain(game) if any(low < limit <= at_most for limit in limits) else max(low, 0.0)
