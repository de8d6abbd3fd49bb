"""What comes of measuring points against a frontier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from verband.numerics.envelopment.bases import Array, Numbers

Status = Literal["solved", "infeasible", "unbounded", "failed"]

ROUNDING = 1e-9
"""A measure this close to 1 is 1."""


class UnsolvedError(RuntimeError):
    """A program that has a solution was not solved by either method; ``row`` is its unit."""

    def __init__(self, row: int, status: str) -> None:
        self.row, self.status = row, status
        super().__init__(f"the program of row {row} was not solved ({status})")


@dataclass(frozen=True, slots=True)
class Peers:
    """Weights above zero of the units of the frontier in the mixture that a point is compared with.

    Attributes
    ----------
    point, peer, weight
        Three arrays of the same length, in order of point and peer.
    """

    point: Numbers
    peer: Numbers
    weight: Array

    def of(self, point: int) -> dict[int, float]:
        """Peers of one point with their weights."""
        begin, end = np.searchsorted(self.point, [point, point + 1])
        found: dict[int, float] = {}
        for row in range(begin, end):
            peer = int(self.peer[row])
            found[peer] = found.get(peer, 0.0) + float(self.weight[row])
        return found


@dataclass(frozen=True, slots=True)
class Measured:
    """Points against a frontier.

    Attributes
    ----------
    farrell
        Farrell's (1957) measure, shape (b,): what inputs could be multiplied by, or outputs; nan where the program has
        no solution.
    status
        Of each program.
    slacks
        Shape (b, p + q), in the units of the data; None if not asked for.
    peers
        None if not asked for.
    by_reference
        How many programs were left to whole fractions.
    """

    farrell: Array
    status: tuple[Status, ...]
    slacks: Array | None
    peers: Peers | None
    by_reference: int


def outside(count: int, columns: int | None) -> Measured:
    """Points none of which can be compared; ``columns`` as for slacks, None without."""
    none = np.zeros(0, dtype=np.int64)
    status: Status = "infeasible"
    return Measured(
        farrell=np.full(count, np.nan),
        status=(status,) * count,
        slacks=None if columns is None else np.full((count, columns), np.nan),
        peers=None if columns is None else Peers(none, none, np.zeros(0)),
        by_reference=0,
    )
