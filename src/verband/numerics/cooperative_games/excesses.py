"""Excesses of all coalitions at given shares: the largest of them, found block by block.

Only a cost game is looked at here (a benefit game has been turned round by its sign), so the excess of coalition S is
``x(S) - c(S)``, or that divided by the number of its players.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.cooperative_games.coalitions import Array, Masks, sizes, sums

Flags = npt.NDArray[np.bool_]
_BLOCK_PLAYERS = 16


@dataclass(frozen=True, slots=True)
class Excesses:
    """A cost game with the way its excesses are measured.

    Attributes
    ----------
    cost
        Shape (2^n,).
    players
        n.
    per_capita
        Divide each excess by the number of players of the coalition.
    """

    cost: Array
    players: int
    per_capita: bool = False

    def blocks(self, x: Array) -> Iterator[tuple[int, Array]]:
        """First mask and excesses of each block of coalitions; minus infinity for nobody and for everybody."""
        low = min(self.players, _BLOCK_PLAYERS)
        step, count = 1 << low, 1 << (self.players - low)
        inner, outer = sums(x[:low]), sums(x[low:])
        size = sizes(low).astype(np.float64) if self.per_capita else None
        for block in range(count):
            excess = inner + outer[block]
            excess -= self.cost[block * step : (block + 1) * step]
            if size is not None:
                divisor = size + block.bit_count()
                if block == 0:
                    divisor[0] = 1.0
                excess /= divisor
            if block == 0:
                excess[0] = -np.inf
            if block == count - 1:
                excess[-1] = -np.inf
            yield block * step, excess

    def largest(self, x: Array, among: Flags | None = None) -> float:
        """Largest excess of coalitions that are neither empty nor all; minus infinity where ``among`` has none."""
        best = -np.inf
        for first, excess in self.blocks(x):
            if among is not None:
                excess[~among[first : first + len(excess)]] = -np.inf
            best = max(best, float(excess.max()))
        return best

    def worst(self, x: Array, count: int, among: Flags | None = None) -> tuple[Masks, Array]:
        """Return the coalitions with the largest excesses, the largest first, and those excesses."""
        masks, values = np.empty(0, dtype=np.int64), np.empty(0)
        for first, excess in self.blocks(x):
            if among is not None:
                excess[~among[first : first + len(excess)]] = -np.inf
            if len(values) == count and excess.max() <= values.min():
                continue
            places = np.argpartition(-excess, count)[:count] if len(excess) > count else np.arange(len(excess))
            masks, values = np.concatenate([masks, first + places]), np.concatenate([values, excess[places]])
            keep = np.lexsort((masks, -values))[:count]
            masks, values = masks[keep], values[keep]
        found = np.isfinite(values)
        return masks[found], values[found]

    def above(self, x: Array, level: float, count: int, among: Flags) -> Masks:
        """Coalitions with more than an excess; the largest, in no order, where they are more than a number."""
        masks, values = np.empty(0, dtype=np.int64), np.empty(0)
        for first, excess in self.blocks(x):
            places = np.flatnonzero(excess > level)
            places = places[among[first + places]]
            masks, values = np.concatenate([masks, first + places]), np.concatenate([values, excess[places]])
            if len(masks) > count:
                keep = np.argpartition(-values, count)[:count]
                masks, values = masks[keep], values[keep]
        return np.sort(masks)

    def from_level(self, x: Array, level: float, among: Flags) -> Masks:
        """All coalitions with at least this excess."""
        found = [
            first + np.flatnonzero((excess >= level) & among[first : first + len(excess)])
            for first, excess in self.blocks(x)
        ]
        return np.concatenate(found)


def not_spanned(basis: Array) -> Flags:
    """Which coalitions are no linear combination of the rows of a matrix.

    Parameters
    ----------
    basis
        Shape (r, n), r below n, rows orthonormal.

    Returns
    -------
    numpy.ndarray
        Shape (2^n,). Found by two random vectors that are orthogonal to the rows: a coalition outside of the span is
        orthogonal to both with a chance of about 1e-18.
    """
    players = basis.shape[1]
    found = np.zeros(1 << players, dtype=np.bool_)
    for vector in np.random.default_rng(20).normal(size=(2, players)):
        for _ in range(2):  # the second time takes out the rounding of the first
            vector -= (vector @ basis.T) @ basis  # noqa: PLW2901
        found |= np.abs(sums(vector)) > _ORTHOGONAL * np.sqrt(vector @ vector)
    return found


_ORTHOGONAL = 1e-9
