"""Power of many players: chances instead of counts, the order of joining integrated exactly.

Owen (1972): the Shapley-Shubik index of player ``i`` is the integral over ``c`` from 0 to 1 of the chance ``h_i(c)``
that it decides when each of the others joins with chance ``c``; the absolute Banzhaf index is ``h_i(1/2)`` (Straffin,
1977). ``h_i`` is a polynomial of degree n - 1, for which a Gauss-Legendre rule of ``(n + 1) / 2`` points is exact.
Each point takes one table over the sums (:mod:`verband.numerics.voting_power.distribution`) instead of one over sums
and sizes. All weights of the rule and all chances are positive, so small indices come out as precisely as large ones.

For every player the loss of precision is bounded as it is computed. Where the bound exceeds a billionth of the value,
the value is computed anew from terms of one sign. A player that never decides gets exactly 0 that way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from verband.numerics.voting_power.distribution import Cumulative, Kind, chances, edge, without_each
from verband.numerics.voting_power.indices import Array

Progress = Callable[[int, int], None]
RELATIVE_ERROR = 1e-9
_MIRROR = 4
"""A mirrored room up to so many times as large is worth its table."""


@dataclass(frozen=True, slots=True)
class Found:
    """An index of all players, and how much of it arithmetic may have lost.

    Attributes
    ----------
    value, error
        Shape (n,); ``error`` is a bound, at most a billionth of the value.
    anew
        How many players were computed anew.
    """

    value: Array
    error: Array
    anew: int


def rule(players: int) -> tuple[Array, Array]:
    """Points and weights on (0, 1) that integrate polynomials of degree ``players - 1`` exactly."""
    from scipy.special import roots_legendre  # noqa: PLC0415  heavy

    points, weights = roots_legendre((players + 1) // 2)
    return (points + 1) / 2, weights / 2


def shapley_shubik(weights: Sequence[Sequence[int]], room: Sequence[int], progress: Progress | None = None) -> Found:
    """Shapley-Shubik indices.

    Parameters
    ----------
    weights
        Per player a weight in every majority; no player without any.
    room
        Weight within which a set is small, per majority.
    progress
        Called with the points done and their number.
    """
    return _integral(weights, room, *rule(len(weights)), progress)


def banzhaf(weights: Sequence[Sequence[int]], room: Sequence[int]) -> Found:
    """Absolute Banzhaf indices; parameters as in :func:`shapley_shubik`."""
    return _integral(weights, room, np.array([0.5]), np.array([1.0]), None)


def _integral(
    weights: Sequence[Sequence[int]], room: Sequence[int], points: Array, shares: Array, progress: Progress | None
) -> Found:
    rows = [tuple(row) for row in weights]
    kinds: list[Kind] = [(weight, rows.count(weight)) for weight in sorted(set(rows))]
    plan = mirrored(rows, room, points, shares)
    value, error = np.zeros(len(kinds)), np.zeros(len(kinds))
    for number, (point, readings) in enumerate(plan):
        largest = max(at for at, _ in readings)
        whole = Cumulative(chances(kinds, largest, point))
        for kind, (weight, _) in enumerate(kinds):
            for at, share in readings:
                chance, lost = whole.deciding(weight, at)
                value[kind] += share * chance
                error[kind] += share * lost
        if progress is not None:
            progress(number + 1, len(plan))
    # Points and weights of the rule are themselves rounded; measured, that costs less than this.
    rounded = 1e-15 * len(rows)
    error = error + rounded * value
    doubtful = np.flatnonzero(~(error <= RELATIVE_ERROR * value)).tolist()
    if doubtful:
        value[doubtful] = 0.0
        for point, readings in plan:
            for kind, mass in without_each(kinds, doubtful, max(at for at, _ in readings), point):
                for at, share in readings:
                    value[kind] += share * edge(mass, kinds[kind][0], at)
        error[doubtful] = value[doubtful] * (rounded + 1e-15 * len(rows))
    place = {weight: kind for kind, (weight, _) in enumerate(kinds)}
    again = {kinds[kind][0] for kind in doubtful}
    at_kind = [place[row] for row in rows]
    return Found(value[at_kind], error[at_kind], sum(row in again for row in rows))


def mirrored(
    rows: Sequence[tuple[int, ...]], room: Sequence[int], points: Array, shares: Array
) -> list[tuple[float, list[tuple[tuple[int, ...], float]]]]:
    """Chances to join, each with the rooms at which its table is read and the share of each reading.

    With one majority the sets outside a small one mirror the game: chance ``c`` within ``room`` is chance ``1 - c``
    within ``total - 1 - room``. So a table for a chance up to a half serves two points of the rule, and few players are
    likely to join, which keeps the terms that divide a player out from growing. Where the mirror is many times larger,
    points beyond a half weigh next to nothing, and each has its own table.
    """
    own = tuple(room)
    mirror = (sum(row[0] for row in rows) - 1 - own[0],)
    if len(own) > 1 or len(points) == 1 or mirror[0] > _MIRROR * own[0]:
        return [(point, [(own, share)]) for point, share in zip(points.tolist(), shares.tolist(), strict=True)]
    plan = []
    for at in range((len(points) + 1) // 2):
        readings = [(own, float(shares[at]))]
        if len(points) - 1 - at != at:
            readings.append((mirror, float(shares[len(points) - 1 - at])))
        plan.append((float(points[at]), readings))
    return plan
