"""Swings counted in whole numbers by dynamic programming over sums and sizes, for up to 62 players.

Mann and Shapley (1962), after Cantor: the generating function of the sums is built player by player, and one player is
divided out again. Brams and Affuso (1976); two majorities: Algaba, Bilbao, Fernandez Garcia and Lopez (2003). All
arithmetic is modulo 2^64. That is exact however large the terms in between, because every result is a number of sets of
at most 61 others, below 2^61.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

MOST_PLAYERS = 62
Counts = npt.NDArray[np.uint64]
Place = tuple[Any, ...]


def cells(players: int, room: Sequence[int]) -> int:
    """Size of the table that counts by size."""
    found = players + 1
    for limit in room:
        found *= limit + 1
    return found


def swings_by_size(weights: Sequence[Sequence[int]], room: Sequence[int]) -> list[list[int]]:
    """Count over how many sets of each size every player decides.

    Parameters
    ----------
    weights
        Per player a weight in every majority; no player without any.
    room
        Weight within which a set is small, per majority, 0 or more.

    Returns
    -------
    list
        Per player, for ``s`` from 0 to n - 1, how many sets of ``s`` others are small and no longer are with it.
    """
    if len(weights) > MOST_PLAYERS:
        raise ValueError(f"{len(weights)} players are too many to count in 64 bits")
    table = _table(weights, room)
    for axis in range(1, table.ndim):
        np.cumsum(table, axis=axis, out=table)
    found: dict[tuple[int, ...], list[int]] = {}
    for row in weights:
        key = tuple(row)
        if key not in found:
            found[key] = _swings(table, key, room)
    return [found[tuple(row)] for row in weights]


def _table(weights: Sequence[Sequence[int]], room: Sequence[int]) -> Counts:
    """Number of sets by size and sums, shape (n + 1, room + 1, ...)."""
    table = np.zeros((len(weights) + 1, *(limit + 1 for limit in room)), dtype=np.uint64)
    table[(0,) * table.ndim] = 1
    joined = 0
    for row in sorted(tuple(row) for row in weights):
        if any(weight > limit for weight, limit in zip(row, room, strict=True)):
            continue
        into: Place = tuple(slice(weight, None) for weight in row)
        out: Place = tuple(slice(None, limit + 1 - weight) for weight, limit in zip(row, room, strict=True))
        for size in range(joined, -1, -1):
            table[size + 1][into] += table[size][out]
        joined += 1
    return table


def _swings(table: Counts, weight: tuple[int, ...], room: Sequence[int]) -> list[int]:
    """Swings of one player by size: small sets without it, less those that stay small with it."""
    n = len(table) - 1
    if any(own > limit for own, limit in zip(weight, room, strict=True)):
        # It is in no small set, so the table is already that of the others.
        at: Place = (slice(0, n), *room)
        return [int(count) for count in table[at]]
    fits = min((limit // own for own, limit in zip(weight, room, strict=True) if own), default=n)
    without = np.zeros((2, n), dtype=np.uint64)
    for step in range(fits + 1):
        if step > n:
            break
        at = (slice(0, n), *(limit - step * own for own, limit in zip(weight, room, strict=True)))
        column = table[at]
        # Dividing by (1 + x): alternating signs, each step one player larger.
        for start in (0, 1):
            if step < start:
                continue
            shift = step - start
            part = column[: n - shift]
            if shift % 2:
                without[start, shift:] -= part
            else:
                without[start, shift:] += part
    return [int(count) for count in without[0] - without[1]]
