"""Shapley value by stratified sampling, with an interval.

A random order and all its rotations let every player come in at every place once (a Latin square), so that the number
of players before it is no source of error (strata by size: Maleki et al., 2013; Castro et al., 2017). Each such
square is one unbiased estimate that adds up to the total; squares are drawn independently, so that Student's t gives
the interval of their mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from verband.numerics.cooperative_games.coalitions import Array
from verband.numerics.cooperative_games.games import GameError, WeightGame

LEVEL = 0.95
SQUARES = 200
LEAST_SQUARES = 30
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SampledShapley:
    """An estimate of the Shapley value.

    Attributes
    ----------
    shares
        Shape (n,); sums to the total.
    low, high
        Ends of the 95% interval of each share by itself, shape (n,).
    squares
        Number of random orders, each with all its rotations.
    seed
        Of the orders.
    """

    shares: Array
    low: Array
    high: Array
    squares: int
    seed: int


def sampled_shapley(
    game: WeightGame, *, seed: int, squares: int = SQUARES, progress: Progress | None = None
) -> SampledShapley:
    """Estimate the Shapley value.

    Parameters
    ----------
    game
        2 players or more.
    seed
        The same seed gives the same answer.
    squares
        30 or more.
    progress
        Called with squares done and their number.

    Raises
    ------
    GameError
        If the function gives no number for a coalition that was drawn, or there are too few squares.
    """
    if squares < LEAST_SQUARES:
        raise GameError(f"{squares} random orders are too few for an interval")
    from scipy.special import stdtrit  # noqa: PLC0415  slow to start

    n, rng = game.players, np.random.default_rng(seed)
    sizes = np.broadcast_to(np.arange(n + 1, dtype=np.float64), (n, n + 1))
    # Who comes in at which place of which rotation.
    places = (np.arange(n)[:, None] + np.arange(n)[None, :]) % n
    found = np.empty((squares, n))
    for number in range(squares):
        order = rng.permutation(n)
        weights = game.weights[order]
        before = np.concatenate([[0.0], np.cumsum(np.concatenate([weights, weights]))])
        total = before[np.arange(n)[:, None] + np.arange(n + 1)[None, :]] - before[:n, None]
        total[:, -1] = before[n]
        value = np.broadcast_to(game.function(total[:, 1:], sizes[:, 1:]), (n, n))
        if not np.isfinite(value).all():
            raise GameError("there is no finite value for some coalition")
        value = np.hstack([np.zeros((n, 1)), value])
        mean = np.bincount(places.ravel(), weights=np.diff(value, axis=1).ravel(), minlength=n) / n
        found[number, order] = mean
        if progress is not None:
            progress(number + 1, squares)
    shares = found.mean(axis=0)
    shares += (game.total - shares.sum()) / n
    reach = float(stdtrit(squares - 1, 0.5 + LEVEL / 2)) * found.std(axis=0, ddof=1) / np.sqrt(squares)
    return SampledShapley(shares, shares - reach, shares + reach, squares, seed)
