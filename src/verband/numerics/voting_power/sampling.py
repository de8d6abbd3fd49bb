"""Orders and coalitions drawn by chance, with intervals: for games that are too large to count.

Shapley-Shubik: players in random order; the one whose weight makes the set before it no longer small decides (Mann and
Shapley, 1960). Exactly one player decides in each order, so the estimates add up to 1. Banzhaf: random coalitions, each
of which tells of every player whether it decides over the others in it (Bachrach and others, 2010). Intervals of 95%
are those of Clopper and Pearson (1934): each player's count of draws is binomial, so they hold the exact index at
least that often; those of the normalised index are score intervals of a ratio of means (Wilson, 1927; Fieller, 1954),
which hold where few draws are decided too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from verband.numerics.voting_power.game import VotingPowerError
from verband.numerics.voting_power.indices import Array, Index

Progress = Callable[[int, int], None]
LEVEL = 0.95
_BATCH = 2**21
_LARGEST = 2**62
_NORMAL = 1.959963984540054


def sampled_orders(
    weights: Sequence[Sequence[int]], room: Sequence[int], draws: int, seed: int, progress: Progress | None = None
) -> Index:
    """Shapley-Shubik indices from random orders.

    Parameters
    ----------
    weights
        Per player a weight in every majority.
    room
        Weight within which a set is small, per majority.
    draws
        Number of orders.
    seed
        The same seed gives the same draws.
    progress
        Called with the orders done and their number.
    """
    columns, limits = _columns(weights, room)
    rng = np.random.default_rng([seed, 1])
    counts = np.zeros(len(weights), dtype=np.int64)
    for size, done in _batches(len(weights), draws):
        order = rng.permuted(np.broadcast_to(np.arange(len(weights)), (size, len(weights))), axis=1)
        small = np.ones(order.shape, dtype=bool)
        for column, limit in zip(columns, limits, strict=True):
            small &= np.cumsum(column[order], axis=1) <= limit
        # Small sets come first in every order, so their number is the place of the player that decides.
        place = small.sum(axis=1)
        counts += np.bincount(order[np.arange(size), place], minlength=len(weights))
        if progress is not None:
            progress(done, draws)
    low, high = interval(counts, draws)
    return Index(counts / draws, "sampled", low, high, draws=draws)


def sampled_coalitions(
    weights: Sequence[Sequence[int]], room: Sequence[int], draws: int, seed: int, progress: Progress | None = None
) -> tuple[Index, Index]:
    """Absolute and normalised Banzhaf indices from random coalitions; parameters as in :func:`sampled_orders`."""
    columns, limits = _columns(weights, room)
    n = len(weights)
    rng = np.random.default_rng([seed, 2])
    counts, with_all, all_squared = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), 0
    for size, done in _batches(n, draws):
        joins = rng.integers(0, 2, size=(size, n), dtype=np.int8).astype(bool)
        small_without, small_with = np.ones((size, n), dtype=bool), np.ones((size, n), dtype=bool)
        for column, limit in zip(columns, limits, strict=True):
            total = joins @ column
            without = total[:, None] - joins * column
            small_without &= without <= limit
            small_with &= without + column <= limit
        decides = small_without & ~small_with
        of_all = decides.sum(axis=1)
        counts += decides.sum(axis=0)
        with_all += of_all @ decides.astype(np.int64)
        all_squared += int((of_all.astype(np.int64) ** 2).sum())
        if progress is not None:
            progress(done, draws)
    low, high = interval(counts, draws)
    absolute = Index(counts / draws, "sampled", low, high, draws=draws)
    return absolute, _shares(counts, with_all, all_squared, draws)


def _shares(counts: npt.NDArray[np.int64], with_all: npt.NDArray[np.int64], all_squared: int, draws: int) -> Index:
    total = int(counts.sum())
    if total == 0:
        nothing = np.full(len(counts), np.nan)
        return Index(nothing, "sampled", np.zeros(len(counts)), np.ones(len(counts)), draws=draws)
    # A share f is kept where (count - f total)^2 is at most z^2 times the variance that f itself implies: the residual
    # of a draw is (decides - f x all that decide), and what f adds to the count, or takes, are draws of one who decides
    # alone.
    square, more = _NORMAL**2, with_all - counts
    a = total**2 + square * (2 * total - all_squared)
    b = 2.0 * counts * total + square * (total - 2 * more)
    share = counts / total
    if a <= 0:
        return Index(share, "sampled", np.zeros(len(counts)), np.ones(len(counts)), draws=draws)
    root = np.sqrt(np.maximum(b**2 - 4 * a * counts.astype(np.float64) ** 2, 0.0))
    low, high = (b - root) / (2 * a), (b + root) / (2 * a)
    return Index(
        share, "sampled", np.clip(low, 0.0, share), np.clip(high, share, 1.0), draws=draws
    )  # fmt: skip


def interval(counts: npt.NDArray[np.int64], draws: int) -> tuple[Array, Array]:
    """Interval of Clopper and Pearson (1934) for each share, shape (n,)."""
    from scipy.special import betaincinv  # noqa: PLC0415  heavy

    tail = (1 - LEVEL) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(counts > 0, betaincinv(np.maximum(counts, 1), draws - counts + 1, tail), 0.0)
        high = np.where(counts < draws, betaincinv(counts + 1, np.maximum(draws - counts, 1), 1 - tail), 1.0)
    return low, high


def _columns(weights: Sequence[Sequence[int]], room: Sequence[int]) -> tuple[list[npt.NDArray[np.int64]], list[int]]:
    """Weights per majority in 64 bits."""
    for axis in range(len(room)):
        if sum(row[axis] for row in weights) >= _LARGEST:
            raise VotingPowerError(
                "the weights need more than 18 digits together, too many to draw from", majority=axis
            )
    return [np.array([row[axis] for row in weights], dtype=np.int64) for axis in range(len(room))], list(room)


def _batches(players: int, draws: int) -> list[tuple[int, int]]:
    """Sizes of the batches, and draws done after each."""
    size = max(1, _BATCH // players)
    return [(min(size, draws - begin), min(begin + size, draws)) for begin in range(0, draws, size)]
