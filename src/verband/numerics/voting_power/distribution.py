"""Chances of the sums of players who each join with the same chance, and of all players but one.

Built player by player: sums of terms of one sign, so that every chance keeps its relative precision however small it
is. Leaving a player out divides its factor out of the whole: ``G(x) = sum_k (-r)^k F(x - k w) / (1 - c)``, with ``F``
and ``G`` the cumulative chances with and without it, ``c`` the chance to join and ``r = c / (1 - c)``. That takes a
few terms, but of alternating sign. A bound on what is lost comes with every result; where it is too large the chances
are built anew without the player, by halving (:func:`without_each`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.voting_power.indices import Array

Kind = tuple[tuple[int, ...], int]
"""Weights of a player, and how many players have them."""
_UNIT = 2.0**-53
_LOWEST = 1e-100
"""Chances are scaled before the terms between them grow beyond the reciprocal of this."""
_UNDERFLOW = 1e-300
_CUMULATIVE = float(np.finfo(np.longdouble).eps)


@dataclass(frozen=True, slots=True)
class Chances:
    """Chances of sums within the room.

    Attributes
    ----------
    joining
        Chance of each player to join.
    mass
        Chance of each sum, shape (room + 1, ...).
    relative_error
        Bound on the error of each, as a share.
    """

    joining: float
    mass: Array
    relative_error: float


def chances(kinds: Sequence[Kind], room: Sequence[int], joining: float) -> Chances:
    """Chances of the sums of all players.

    Parameters
    ----------
    kinds
        Weights, and how many players have them.
    room
        Largest sum that is of interest, per majority.
    joining
        Chance to join, strictly between 0 and 1.
    """
    mass = np.zeros(tuple(limit + 1 for limit in room))
    mass[(0,) * mass.ndim] = 1.0
    builder = _Builder(joining, room)
    builder.add(mass, sorted(kinds))
    # A product and a sum for each player, and the scaling. That the odds are rounded too moves the point of the rule a
    # little, for all sums alike; it is counted there.
    players = sum(count for _, count in kinds)
    return Chances(joining, mass, (2 * players + 4 * (players // builder.together + 2)) * _UNIT)


class _Builder:
    """Adds players to chances in place."""

    def __init__(self, joining: float, room: Sequence[int]) -> None:
        self._odds, self._stays, self._room = joining / (1 - joining), 1 - joining, tuple(room)
        self._buffer = np.empty(tuple(limit + 1 for limit in room))
        self.together = max(1, int(math.log(_LOWEST) / math.log(self._stays)))

    def add(self, mass: Array, kinds: Sequence[Kind], reach: Sequence[int] | None = None) -> list[int]:
        """Add players; sums above ``reach`` are 0 before, and the new reach is returned."""
        top = [0] * len(self._room) if reach is None else list(reach)
        waiting = 0
        for weight, count in kinds:
            fits = all(own <= limit for own, limit in zip(weight, self._room, strict=True))
            for _ in range(count):
                if fits:
                    ends = [
                        min(most, limit - own) + 1 for most, own, limit in zip(top, weight, self._room, strict=True)
                    ]
                    out = tuple(slice(None, end) for end in ends)
                    into = tuple(slice(own, own + end) for own, end in zip(weight, ends, strict=True))
                    np.multiply(mass[out], self._odds, out=self._buffer[out])
                    mass[into] += self._buffer[out]
                    top = [min(limit, most + own) for most, own, limit in zip(top, weight, self._room, strict=True)]
                waiting += 1
                if waiting == self.together:
                    mass *= self._stays**waiting
                    waiting = 0
        mass *= self._stays**waiting
        return top


def without_each(
    kinds: Sequence[Kind], wanted: Sequence[int], room: Sequence[int], joining: float
) -> Iterator[tuple[int, Array]]:
    """Chances without one player of each kind that is wanted: built anew, so that each keeps its relative precision.

    The players of half the kinds are added and those of the other half gone through in the same way; then the reverse.

    Yields
    ------
    tuple
        Number of the kind, and the chances of the sums of all players but one of that kind; valid until the next step.
    """
    builder = _Builder(joining, room)
    rest = [kind for number, kind in enumerate(kinds) if number not in set(wanted)]
    mass = np.zeros(tuple(limit + 1 for limit in room))
    mass[(0,) * mass.ndim] = 1.0
    reach = builder.add(mass, sorted(rest))
    if wanted:
        yield from _halved(builder, kinds, list(wanted), mass, reach)


def _halved(
    builder: _Builder, kinds: Sequence[Kind], wanted: list[int], mass: Array, reach: list[int]
) -> Iterator[tuple[int, Array]]:
    if len(wanted) == 1:
        weight, count = kinds[wanted[0]]
        builder.add(mass, [(weight, count - 1)], reach)
        yield wanted[0], mass
        return
    middle = len(wanted) // 2
    for own, others in ((wanted[:middle], wanted[middle:]), (wanted[middle:], wanted[:middle])):
        part = mass.copy()
        further = builder.add(part, sorted(kinds[number] for number in others), reach)
        yield from _halved(builder, kinds, own, part, further)


class Cumulative:
    """Cumulative chances with all players, out of which one is divided.

    Attributes
    ----------
    chances
        Those of the sums.
    """

    def __init__(self, found: Chances) -> None:
        self.chances = found
        total: npt.NDArray[np.longdouble] = np.cumsum(found.mass, axis=0, dtype=np.longdouble)
        for axis in range(1, total.ndim):
            np.cumsum(total, axis=axis, out=total)
        self._total = total
        self._odds = found.joining / (1 - found.joining)
        self._grow(64)

    def _grow(self, terms: int) -> None:
        """Powers of the odds, bare and with alternating sign, and the sum of the first so many."""
        with np.errstate(over="ignore", under="ignore"):
            self._powers = np.power(self._odds, np.arange(terms, dtype=np.float64))
            self._sums = np.cumsum(self._powers)
        self._signed = self._powers.copy()
        self._signed[1::2] *= -1

    def deciding(self, weight: Sequence[int], room: Sequence[int]) -> tuple[float, float]:
        """Chance that the others are within a room and no longer are with this player; and a bound on its error.

        The room is at most that of the table.
        """
        stays = 1 - self.chances.joining
        ladder = self._ladder(weight, room)
        above = ladder.astype(np.float64)
        blocks = above.copy()
        blocks[:-1] = ladder[:-1] - ladder[1:]
        terms = len(blocks)
        if terms > len(self._powers):
            self._grow(2 * terms)
        # One sum: between the two ends of a block only the sums inside it were added. Several: anywhere in the table.
        steps = weight[0] if len(room) == 1 else sum(self._total.shape)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            powers = self._powers[:terms]
            value = float((self._signed[:terms] * blocks).sum()) / stays
            bound = (self.chances.relative_error + 4 * _UNIT * (1 + terms.bit_length())) * float(
                (powers * blocks).sum()
            )
            bound += steps * _CUMULATIVE * float((powers * above).sum()) + _UNDERFLOW * float(self._sums[terms - 1])
            bound /= stays
        # It cannot exceed the chance that the others are within the room, nor that of all players over the chance
        # that this one stays out.
        most = min(1.0, float(above[0]) * (1 + 1e-9) / stays)
        if not bound < most:
            return most / 2, most / 2
        return min(max(value, 0.0), most), bound

    def within(self, weight: int, room: int) -> tuple[float, float]:
        """Between what the chance lies that the others are within another room; one majority."""
        if room < 0:
            return 0.0, 0.0
        room = min(room, len(self._total) - 1)
        lost = self.chances.relative_error + room * _CUMULATIVE + 4 * _UNIT
        if not weight:
            value = float(self._total[room])
            return value * (1 - lost), min(1.0, value * (1 + lost))
        ladder = self._total[room::-weight].astype(np.float64)
        terms = len(ladder)
        if terms > len(self._powers):
            self._grow(2 * terms)
        stays = 1 - self.chances.joining
        most = min(1.0, float(ladder[0]) * (1 + 1e-9) / stays)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            value = float((self._signed[:terms] * ladder).sum()) / stays
            bound = (lost + 4 * _UNIT * terms.bit_length()) * float((self._powers[:terms] * ladder).sum()) / stays
            bound += _UNDERFLOW * float(self._sums[terms - 1]) / stays
        if not bound < most:
            return 0.0, most
        return max(0.0, value - bound), min(most, value + bound)

    def _ladder(self, weight: Sequence[int], room: Sequence[int]) -> npt.NDArray[np.longdouble]:
        """Cumulative chances at the room, at the room less the weight, less twice the weight, and so on."""
        if len(room) == 1:
            return self._total[room[0] :: -weight[0]]
        fits = min(limit // own for own, limit in zip(weight, room, strict=True) if own)
        found: npt.NDArray[np.longdouble] = self._total[
            tuple(limit - own * np.arange(fits + 1) for own, limit in zip(weight, room, strict=True))
        ]
        return found


def edge(mass: Array, weight: Sequence[int], room: Sequence[int]) -> float:
    """Chance of the sums that are within a room and no longer are with a player: terms of one sign."""
    mass = mass[tuple(slice(None, limit + 1) for limit in room)]
    inner = [max(limit - own, 0) for own, limit in zip(weight, mass.shape, strict=True)]
    if mass.ndim == 1:
        return float(mass[inner[0] :].sum())
    if mass.ndim == 2:
        return float(mass[inner[0] :].sum() + mass[: inner[0], inner[1] :].sum())
    raise ValueError("more than two majorities")
