"""Indices of power: what share of orders, and of coalitions, a player decides.

With ``c_i(s)`` the number of sets of ``s`` others over which player ``i`` of ``n`` decides:

    Shapley-Shubik       sum_s c_i(s) s! (n - 1 - s)! / n!        Shapley and Shubik (1954)
    Banzhaf, absolute    sum_s c_i(s) / 2^(n - 1)                 Penrose (1946), Banzhaf (1965)
    Banzhaf, normalised  absolute over the sum of all players     Coleman (1971), Dubey and Shapley (1979)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Method = Literal["exact", "rounded", "sampled"]


@dataclass(frozen=True, slots=True)
class Index:
    """One index of all players.

    Attributes
    ----------
    value
        Shape (n,).
    method
        ``exact``: nothing but the last digits of double precision is lost, at most ``relative_error``. ``rounded``: of
        weights rounded to a unit; the exact value lies between ``low`` and ``high``. ``sampled``: from draws, with a
        95% interval for each player.
    low, high
        Shape (n,); ``None`` where exact.
    relative_error
        Bound on the error of arithmetic, as a share of each value; 0 where counted in whole numbers.
    unit
        That the weights were rounded to; ``None`` where they were not.
    draws
        Orders or coalitions drawn; ``None`` where none were.
    """

    value: Array
    method: Method
    low: Array | None = None
    high: Array | None = None
    relative_error: float = 0.0
    unit: Fraction | None = None
    draws: int | None = None


@dataclass(frozen=True, slots=True)
class PowerIndices:
    """Power of every player.

    Attributes
    ----------
    shapley_shubik, banzhaf_absolute, banzhaf
        Chance to decide in a random order, and in a random coalition; the latter as a share of all players. The last is
        not a number where nobody ever decides.
    swings
        Per player the number of coalitions of others over which it decides, where that was counted; else ``None``.
    powerless
        Players that surely decide nothing.
    powerless_known
        Whether all others surely decide something.
    """

    shapley_shubik: Index
    banzhaf_absolute: Index
    banzhaf: Index
    swings: tuple[int, ...] | None
    powerless: tuple[int, ...]
    powerless_known: bool

    @property
    def method(self) -> Method:
        """The least exact way by which an index was found."""
        methods = (self.shapley_shubik.method, self.banzhaf_absolute.method)
        return max(methods, key=("exact", "rounded", "sampled").index)


def from_swings(by_size: Sequence[Sequence[int]], weightless: int = 0) -> tuple[Array, Array, tuple[int, ...]]:
    """Indices from swings counted by size.

    Parameters
    ----------
    by_size
        Per player, for ``s`` from 0 to n - 1, over how many sets of ``s`` others it decides.
    weightless
        Number of players without any weight that were left out of the count.

    Returns
    -------
    tuple
        Shapley-Shubik, absolute Banzhaf, and all swings with the players left out counted in; each value is the double
        nearest to the exact fraction.
    """
    n = len(by_size)
    orders = [factorial(size) * factorial(n - 1 - size) for size in range(n)]
    shapley = [
        float(Fraction(sum(count * order for count, order in zip(row, orders, strict=True)), factorial(n)))
        for row in by_size
    ]
    banzhaf = [float(Fraction(sum(row), 2 ** (n - 1))) for row in by_size]
    return np.array(shapley), np.array(banzhaf), tuple(sum(row) << weightless for row in by_size)


def normalised(index: Index) -> Index:
    """Each player's share of the sum of an index.

    The bounds take what is worst for a player with what is best for the others. Not for draws: their shares vary less
    than that.
    """
    total = index.value.sum()
    if not total > 0:
        return Index(np.full(len(index.value), np.nan), "exact")
    value = index.value / total
    if index.low is None or index.high is None:
        return Index(value, index.method, relative_error=2 * index.relative_error)
    most, least = index.high.sum() - index.high, index.low.sum() - index.low
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(index.low > 0, index.low / (index.low + most), 0.0)
        high = np.where(index.high > 0, index.high / (index.high + least), 0.0)
    return Index(value, index.method, low, high, unit=index.unit)
