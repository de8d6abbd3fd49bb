"""What a batch of programs is after, in two stages: the radial variable to its best, then the largest slacks.

Two stages instead of one with a "non-Archimedean" small number, which may give wrong scores (Ali and Seiford, 1993).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from verband.numerics.envelopment.bases import Array, Bases, Numbers, Programs

FREE = 1e-10
"""Largest cost to the first objective, relative to it, at which a column may still enter in the second stage."""
_LEAST = 1e-10


class Aim(Protocol):
    """What a stage is after: prices of the rows, and what each column would gain at them."""

    def prices(self, bases: Bases) -> Array:
        """Prices of the rows, shape (b, m)."""

    def gains(self, units: Numbers, prices: Array, columns: Array, numbers: Numbers) -> Array:
        """What one unit of each column gains, shape (b, k), for programs of one group; minus infinity if forbidden."""


@dataclass(frozen=True, slots=True)
class Radial:
    """First stage: the artificial variable out, then the radial one to its best."""

    programs: Programs

    def prices(self, bases: Bases) -> Array:
        """The row of the inverse that belongs to the variable that counts.

        What a column gains is relative to the value of the radial variable: in the input orientation all columns
        together come to at most that value already, so that only the output orientation divides by it.
        """
        rows = np.arange(len(bases))
        own = bases.inverse[rows, bases.radial_place]
        if self.programs.sense < 0:
            own = own / -np.maximum(np.abs(bases.values[rows, bases.radial_place]), _LEAST)[:, None]
        first = bases.infeasible()
        if not first.any():
            return np.asarray(own, dtype=np.float64)
        return np.where(first[:, None], bases.inverse[rows, bases.artificial_place], own)

    def gains(self, units: Numbers, prices: Array, columns: Array, numbers: Numbers) -> Array:
        """The price of what a column brings: no column has a cost."""
        found = prices @ columns
        permitted = self.programs.permitted(units, numbers)
        return found if permitted is None else np.where(permitted, found, -np.inf)


@dataclass(frozen=True, slots=True)
class Slacks:
    """Second stage: the largest weighted sum of slacks among all solutions of the first stage.

    Only columns that cost the first objective nothing may enter, so that it stays where it is.

    Attributes
    ----------
    programs
        The programs.
    weights
        Weight of the slack of each row, shape (m,).
    first
        Prices at the solution of the first stage, shape (b, m).
    """

    programs: Programs
    weights: Array
    first: Array

    @property
    def _costs(self) -> Array:
        return np.concatenate([np.zeros(self.programs.size), self.weights, np.zeros(2)])

    def prices(self, bases: Bases) -> Array:
        """Weights of the basis times its inverse."""
        return np.asarray(np.einsum("bm,bmk->bk", self._costs[bases.index], bases.inverse), dtype=np.float64)

    def gains(self, units: Numbers, prices: Array, columns: Array, numbers: Numbers) -> Array:
        """Relative to the amounts that are added and subtracted: weights may differ by many orders of magnitude."""
        cost = self._costs[numbers]
        terms = np.abs(cost) + np.abs(prices) @ np.abs(columns)
        found = (cost - prices @ columns) / np.maximum(terms, np.finfo(float).tiny)
        free = self.first[units] @ columns >= -FREE
        permitted = self.programs.permitted(units, numbers)
        return np.where(free if permitted is None else free & permitted, found, -np.inf)
