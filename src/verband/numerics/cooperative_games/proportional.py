"""Keys that need a few values only: equal, by weight, by stand-alone value, separable costs-remaining benefits."""

from __future__ import annotations

import numpy as np

from verband.numerics.cooperative_games.coalitions import Array
from verband.numerics.cooperative_games.games import Game


class NoSharesError(ValueError):
    """A key that does not exist for this game; its text is the reason."""


def equal(game: Game) -> Array:
    """Share the total equally, shape (n,)."""
    return np.full(game.players, game.total / game.players)


def by_weight(game: Game, weights: Array) -> Array:
    """Share the total in proportion to weights.

    Parameters
    ----------
    game
        The game.
    weights
        Shape (n,), 0 or more.

    Raises
    ------
    NoSharesError
        If all weights are 0.
    """
    if weights.sum() <= 0:
        raise NoSharesError("all weights are 0")
    return np.asarray(game.total * (weights / weights.sum()))


def by_stand_alone(game: Game) -> Array:
    """Share the total in proportion to what each would have alone.

    Raises
    ------
    NoSharesError
        If these values add up to 0, or some are above and others below it.
    """
    alone = game.alone
    if (alone > game.tolerance).any() and (alone < -game.tolerance).any():
        raise NoSharesError("some stand-alone values are above 0 and others below")
    if abs(alone.sum()) <= game.tolerance:
        raise NoSharesError("the stand-alone values add up to 0")
    return np.asarray(game.total * (alone / alone.sum()))


def separable_costs_remaining_benefits(game: Game) -> Array:
    """Separable costs-remaining benefits (Young, Okada and Hashimoto, 1982, equation 8).

    Each pays what it adds as the last one, ``s(i) = c(N) - c(N less i)``, and a part of what is left in proportion to
    ``c(i) - s(i)``.

    Raises
    ------
    NoSharesError
        If something is left while these differences add up to 0.
    """
    separable, remaining = game.separable, game.alone - game.separable
    left = game.total - separable.sum()
    if abs(remaining.sum()) <= game.players * game.tolerance:
        if abs(left) <= game.players * game.tolerance and np.abs(remaining).max() <= game.tolerance:
            return np.asarray(separable + left / game.players)
        raise NoSharesError(
            "alone nobody would have anything else than what it adds to the others: no benefits remain to share by"
            if np.abs(remaining).max() <= game.tolerance
            else "the remaining benefits add up to 0"
        )
    return np.asarray(separable + remaining * (left / remaining.sum()))
