"""Shapley value of a table (Shapley, 1953), exact, in two passes over the table.

With ``g(s) = s! (n-s-1)! / n!`` player ``i`` gets ``sum over S without i of g(|S|) (v(S+i) - v(S))``, which is ``sum
over S with i of h(|S|) v(S) - sum over S of g(|S|) v(S)`` with ``h(s) = g(s-1) + g(s)``. The second sum is the same
for all; the first is found for all players together by folding the table in half, player by player.
"""

from __future__ import annotations

from math import comb

import numpy as np

from verband.numerics.cooperative_games.coalitions import Array, sizes
from verband.numerics.cooperative_games.games import TableGame

_BLOCK_PLAYERS = 16
"""Tables are taken in blocks of 2^16, which stay in the processor's cache."""


def shapley(game: TableGame) -> Array:
    """Return the Shapley value.

    Parameters
    ----------
    game
        2 to 25 players.

    Returns
    -------
    numpy.ndarray
        Shape (n,); sums to the total. Rounding stays below 1e-13 of the largest value.
    """
    n = game.players
    chance = np.array([1 / (n * comb(n - 1, size)) for size in range(n)] + [0.0])
    with_player = chance + np.concatenate([[0.0], chance[:-1]])
    low = min(n, _BLOCK_PLAYERS)
    size, step = sizes(low), 1 << low
    folded, by_block, without = np.zeros(step), np.empty(1 << (n - low)), 0.0
    for block in range(1 << (n - low)):
        # Differences from an even share: the closer to 0 the numbers, the less is lost in adding them up.
        count = size + np.uint8(block.bit_count())
        value = game.values[block * step : (block + 1) * step] - count * (game.total / n)
        without += float((value * chance[count]).sum())
        weighted = value * with_player[count]
        folded += weighted
        by_block[block] = weighted.sum()
    found = np.concatenate([_with_each(folded, low), _with_each(by_block, n - low)]) - without + game.total / n
    return np.asarray(found + (game.total - found.sum()) / n)


def _with_each(values: Array, players: int) -> Array:
    """Sum over the coalitions with player i, shape (players,)."""
    found = np.empty(players)
    for player in reversed(range(players)):
        half = 1 << player
        found[player] = values[half:].sum()
        values = values[:half] + values[half:]
    return found
