"""Tau value (Tijs, 1981): between what each can hope for at most and what it can demand at least."""

from __future__ import annotations

import numpy as np

from verband.numerics.cooperative_games.coalitions import Array, sums
from verband.numerics.cooperative_games.games import TableGame
from verband.numerics.cooperative_games.proportional import NoSharesError


def tau(game: TableGame) -> Array:
    """Return the tau value.

    Most is what a player adds as the last one; least is what is left for it when it gives all others of a coalition
    their most. The tau value lies on the line between, where it sums to the total (Tijs, 1981, definition 3). A cost
    game is turned into a benefit game by its sign; the tau value moves along with such changes.

    Raises
    ------
    NoSharesError
        If the game is not quasi-balanced: least is above most for some player, or adds up to more than the total. (That
        most adds up to less means that least is above most for all: it is at least what the others leave of the total.)
    """
    value = game.values * -game.sign
    most = game.separable * -game.sign
    rest = value - sums(most)
    least = _largest_with_each(rest, game.players) + most
    tolerance = game.players * game.tolerance
    if (least > most + tolerance).any():
        raise NoSharesError("the game is not quasi-balanced: some member can demand more than it adds to the others")
    total = float(value[-1])
    if least.sum() > total + tolerance:
        raise NoSharesError("the game is not quasi-balanced: what the members can demand is more than there is")
    width = float((most - least).sum())
    part = 0.0 if width <= tolerance else (total - float(least.sum())) / width
    found = least + part * (most - least)
    return np.asarray(-game.sign * (found + (total - found.sum()) / game.players))


def _largest_with_each(values: Array, players: int) -> Array:
    """Largest over the coalitions with player i, shape (n,)."""
    found = np.empty(players)
    for player in reversed(range(players)):
        half = 1 << player
        found[player] = values[half:].max()
        values = np.maximum(values[:half], values[half:])
    return found
