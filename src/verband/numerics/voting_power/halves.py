"""Swings counted by meeting in the middle: up to 30 players with any weights, one majority or two.

Horowitz and Sahni (1974) for knapsacks; for power indices Klinz and Woeginger (2005). The players are split into two
halves of at most 2^15 subsets each. For every subset of one half it is counted, per size, how many subsets of the other
leave the two together small. With ``I(s)`` the number of small sets of size ``s`` and ``I_i(s)`` that of those with
player ``i``, player ``i`` decides over ``I(s) - I_i(s) - I_i(s + 1)`` sets of ``s`` others. All counts are whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

MOST_PLAYERS = 30
MOST_MAJORITIES = 2
_LARGEST = 2**62
Counts = npt.NDArray[np.int64]
Sums = npt.NDArray[np.int64] | npt.NDArray[np.object_]


def swings_by_size(weights: Sequence[Sequence[int]], room: Sequence[int]) -> list[list[int]]:
    """Count over how many sets of each size every player decides.

    Parameters
    ----------
    weights
        Per player a weight in every majority, whole numbers of any size.
    room
        Weight within which a set is small, per majority.

    Returns
    -------
    list
        As :func:`verband.numerics.voting_power.counting.swings_by_size`.
    """
    small, having = small_sets(weights, room)
    return [
        [int(small[size] - row[size] - row[size + 1]) for size in range(len(weights))] for row in having
    ]  # fmt: skip


def small_sets(weights: Sequence[Sequence[int]], room: Sequence[int]) -> tuple[Counts, Counts]:
    """Count small sets.

    Returns
    -------
    tuple
        By size, shape (n + 1,), and those with each player by size, shape (n, n + 1).
    """
    n, majorities = len(weights), len(room)
    if n > MOST_PLAYERS or majorities > MOST_MAJORITIES:
        raise ValueError(f"{n} players and {majorities} majorities are too many to meet in the middle")
    kind = kind_of(weights, room)
    middle = n // 2
    first, second = Half.of(weights[:middle], majorities, kind), Half.of(weights[middle:], majorities, kind)
    small = np.zeros(n + 1, dtype=np.int64)
    having = np.zeros((n, n + 1), dtype=np.int64)
    for half, other, players in ((first, second, range(middle)), (second, first, range(middle, n))):
        # Rows: subsets of this half; columns: sizes of the other's subsets that fit beside it.
        beside = _beside(half, other, room)
        for size in range(half.players + 1):
            rows = half.sizes == size
            fit = beside[rows]
            if half is first:
                small[size : size + other.players + 1] += fit.sum(axis=0)
            # Counts stay below 2^30 and their sums below 2^53: exact in doubles, and much quicker so.
            own = half.members[rows].T.astype(np.float64) @ fit.astype(np.float64)
            having[list(players), size : size + other.players + 1] += np.rint(own).astype(np.int64)
    return small, having


def count_small(weights: Sequence[Sequence[int]], room: Sequence[int]) -> int:
    """Count small sets, all sizes and players together: two majorities."""
    kind = kind_of(weights, room)
    middle = len(weights) // 2
    first, second = Half.of(weights[:middle], 2, kind), Half.of(weights[middle:], 2, kind)
    left = [limit - column for limit, column in zip(room, first.sums, strict=True)]
    return int(_dominated(second.sums[0], second.sums[1], left[0], left[1]).sum())


def kind_of(weights: Sequence[Sequence[int]], room: Sequence[int]) -> type:
    """Return what sums are kept in: whole numbers of 64 bits where all sums fit, else of any size."""
    largest = max(sum(row[axis] for row in weights) + abs(limit) for axis, limit in enumerate(room))
    return np.int64 if largest < _LARGEST else object


class Half:
    """All subsets of some players: their sums per majority, sizes, and members."""

    def __init__(self, sums: list[Sums], members: npt.NDArray[np.bool_]) -> None:
        self.sums, self.members = sums, members
        self.players = members.shape[1]
        self.sizes = members.sum(axis=1)

    @classmethod
    def of(cls, weights: Sequence[Sequence[int]], majorities: int, kind: type) -> Half:
        """All subsets of these players; sums in whole numbers of that kind."""
        sums: list[Sums] = []
        for axis in range(majorities):
            column: Sums = np.zeros(1, dtype=kind)
            for row in weights:
                column = np.concatenate([column, column + row[axis]])
            sums.append(column)
        numbers = np.arange(2 ** len(weights))
        bits = np.arange(len(weights))
        return cls(sums, (numbers[:, None] >> bits[None, :]) % 2 == 1)


def _beside(half: Half, other: Half, room: Sequence[int]) -> Counts:
    """For each subset of a half, and each size, how many subsets of the other fit beside it."""
    left = [limit - column for limit, column in zip(room, half.sums, strict=True)]
    found = np.empty((len(half.sizes), other.players + 1), dtype=np.int64)
    for size in range(other.players + 1):
        chosen = other.sizes == size
        points = [column[chosen] for column in other.sums]
        if len(room) == 1:
            found[:, size] = np.searchsorted(np.sort(points[0]), left[0], side="right")
        else:
            found[:, size] = _dominated(points[0], points[1], left[0], left[1])
    return found


def _dominated(x: Sums, y: Sums, most_x: Sums, most_y: Sums) -> Counts:
    """For each query, how many points have ``x <= most_x`` and ``y <= most_y``.

    A merge sort tree (Bentley, 1980), all queries at once: points stand in the order of ``x``; the first ``k`` of them
    fall apart into blocks of powers of two, one per binary digit of ``k``; within a block the ranks of ``y`` are
    sorted.
    """
    count = len(x)
    order = np.argsort(x, kind="stable")
    first = np.searchsorted(x[order], most_x, side="right")
    by_y = np.argsort(y[order], kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[by_y] = np.arange(count)
    below = np.searchsorted(y[order][by_y], most_y, side="right")
    found = np.zeros(len(most_x), dtype=np.int64)
    places = np.arange(count)
    for level in range(count.bit_length()):
        asked = np.flatnonzero((first >> level) & 1)
        if not len(asked):
            continue
        keys = np.sort((places >> level) * (count + 1) + rank)
        block = (first[asked] >> (level + 1)) << 1
        found[asked] += np.searchsorted(keys, block * (count + 1) + below[asked]) - (block << level)
    return found
