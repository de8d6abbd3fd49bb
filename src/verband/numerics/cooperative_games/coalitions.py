"""Coalitions as bit masks: player ``i`` is in coalition ``S`` where bit ``i`` of ``S`` is set.

An array over all coalitions has shape (2^n,) and is indexed by the mask; the empty coalition stands at 0, that of all
at the end. With 25 players one such array of numbers takes 268 MB, which is why ``MOST_PLAYERS`` stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Masks = npt.NDArray[np.int64]

MOST_PLAYERS = 25
"""Most players of a table."""


def sums(x: Array) -> Array:
    """Sum over every coalition: shape (n,) to (2^n,)."""
    found = np.empty(1 << len(x))
    found[0] = 0.0
    for player, value in enumerate(x):
        half = 1 << player
        np.add(found[:half], value, out=found[half : 2 * half])
    return found


def sizes(players: int) -> npt.NDArray[np.uint8]:
    """Number of players of every coalition, shape (2^n,)."""
    found = np.zeros(1 << players, dtype=np.uint8)
    for player in range(players):
        half = 1 << player
        np.add(found[:half], 1, out=found[half : 2 * half])
    return found


def members(masks: npt.ArrayLike, players: int) -> Array:
    """Membership as numbers 0 and 1: masks of shape (m,) to shape (m, n)."""
    given = np.asarray(masks, dtype=np.int64)
    return ((given[:, None] >> np.arange(players)) & 1).astype(np.float64)


def players_of(mask: int) -> tuple[int, ...]:
    """The players of a coalition, in order."""
    return tuple(player for player in range(int(mask).bit_length()) if int(mask) >> player & 1)


def mask_of(players: Iterable[int]) -> int:
    """The coalition of these players."""
    mask = 0
    for player in players:
        mask |= 1 << player
    return mask


def all_but_one(players: int) -> Masks:
    """Coalitions that lack one player, in the order of that player, shape (n,)."""
    everybody = (1 << players) - 1
    return everybody ^ (1 << np.arange(players, dtype=np.int64))


def first_by_size(masks: Sequence[int] | Masks) -> int:
    """Of several coalitions the one with the fewest players; of those the one with the first players."""
    return min((int(mask) for mask in masks), key=lambda mask: (mask.bit_count(), players_of(mask)))
