"""Weights rounded to a unit, with bounds on what that can change. One majority.

The game of the rounded weights is computed as any other. How far its indices can be from those of the exact weights
follows from how far the rounding errors of a random set add up. When each player joins with chance ``c``, that sum has
mean ``c sum e`` and strays further than ``t`` from it with a chance of at most ``2 exp(-2 t^2 / sum e^2)`` (Hoeffding,
1963). With ``t`` so large that this is one in a billion, every set whose rounded weight is not within ``t`` of the
room is on the same side of it as in the exact game; the chances of the few others bound the difference, from below
and above.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verband.numerics.voting_power.distribution import Cumulative, Kind, chances
from verband.numerics.voting_power.indices import Array
from verband.numerics.voting_power.quadrature import Progress, mirrored, rule

_STRAY = 1e-9
"""Chance that is allowed for rounding errors that add up to more."""


@dataclass(frozen=True, slots=True)
class Rounded:
    """A game of rounded weights beside the exact one.

    Attributes
    ----------
    exact, room
        Weights of the players and the room, in steps.
    unit
        That the weights are rounded to, in steps.
    weights, rounded_room
        The same in units; the room is moved along with the total.
    """

    exact: tuple[int, ...]
    room: int
    unit: int
    weights: tuple[int, ...]
    rounded_room: int


def rounded(weights: Sequence[int], room: int, unit: int) -> Rounded:
    """Round weights to the nearest multiple of a unit, half to above."""
    found = tuple((2 * weight + unit) // (2 * unit) for weight in weights)
    excess = sum(weights) - unit * sum(found)
    # A set that just fits holds room / total of all weight, and as much of all rounding errors.
    moved = (room * sum(weights) - room * excess) // (unit * sum(weights))
    return Rounded(tuple(weights), room, unit, found, max(0, min(moved, sum(found) - 1)))


def bounds(game: Rounded, *, orders: bool, progress: Progress | None = None) -> tuple[Array, Array]:
    """Between what the index of the exact weights lies.

    Parameters
    ----------
    game
        The rounded game.
    orders
        The Shapley-Shubik index; else the absolute Banzhaf index.
    progress
        Called with the points done and their number.

    Returns
    -------
    tuple
        Lower and upper bound per player, shape (n,).
    """
    pairs = list(zip(game.exact, game.weights, strict=True))
    distinct = sorted(set(pairs))
    kinds: list[Kind] = [((units,), game.weights.count(units)) for units in sorted(set(game.weights)) if units]
    low, high = np.zeros(len(distinct)), np.zeros(len(distinct))
    points, shares = rule(len(game.weights)) if orders else (np.array([0.5]), np.array([1.0]))
    plan = mirrored([(own,) for own in game.exact], (game.room,), points, shares)
    errors = _Errors(game)
    for number, (point, readings) in enumerate(plan):
        largest = max(room for (room,), _ in readings)
        whole = Cumulative(chances(kinds, (errors.most(largest),), point))
        for at, (own, units) in enumerate(distinct):
            for (room,), share in readings:
                least, most = errors.deciding(whole, point, room, own, units)
                low[at] += share * least
                high[at] += share * most
        if progress is not None:
            progress(number + 1, len(plan))
    place = {pair: at for at, pair in enumerate(distinct)}
    rows = [place[pair] for pair in pairs]
    return np.maximum(low[rows] - _STRAY, 0.0), np.minimum(high[rows] + _STRAY, 1.0)


class _Errors:
    """How far sums of rounded weights can be from those of the exact ones."""

    def __init__(self, game: Rounded) -> None:
        self._unit = game.unit
        errors = [own - game.unit * units for own, units in zip(game.exact, game.weights, strict=True)]
        self._total = sum(errors)
        stray = math.sqrt(sum(error * error for error in errors) * math.log(2 / _STRAY) / 2)
        self._stray = min(stray, float(sum(abs(error) for error in errors)))

    def most(self, room: int) -> int:
        """Largest rounded sum that is of interest."""
        return math.ceil((room + self._stray + abs(self._total)) / self._unit) + 1

    def deciding(self, whole: Cumulative, point: float, room: int, own: int, units: int) -> tuple[float, float]:
        """Between what the chance lies that a player decides."""
        mean = point * (self._total - (own - self._unit * units))
        inside, inside_with = room - mean, room - mean - own

        def within(least: float) -> tuple[float, float]:
            return whole.within(units, math.floor(least / self._unit))

        surely, perhaps = within(inside - self._stray), within(inside + self._stray)
        still_surely, still_perhaps = within(inside_with - self._stray), within(inside_with + self._stray)
        return max(0.0, surely[0] - still_perhaps[1]), max(0.0, perhaps[1] - still_surely[0])
