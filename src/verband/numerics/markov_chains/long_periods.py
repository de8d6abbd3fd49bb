"""Chance that at least one period of too few, longer than a length, begins within a horizon.

Starting from the stationary state, follow the chain among the states of enough, ``U``, and let it go on after a period
of too few only where that was not a long one. With ``D`` the states of too few, ``T`` the rates within them, ``d`` the
length, and ``b = Q_UD exp(T d) 1`` the rate at which long periods begin, renewal at the end of each short period gives
the Laplace transform of the chance that one has begun::

    F(s) = (p_U + p_D (s I - T)^-1 Q_DU) (s I - Q_UU - Q_UD K(s))^-1 b / s
    K(s) = (s I - T)^-1 (I - exp(-s d) exp(T d)) Q_DU

Exact but for the inversion, whose error is returned; a period that runs at the start began before it and does not
count. The derivation is in docs/methods/continuity.md; on times in a set of states: Rubino and Sericola (1989), Sojourn
times in finite Markov processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu
from scipy.special import gammaln

from verband.numerics.markov_chains.birth_death import Array
from verband.numerics.markov_chains.laplace import Complex, inverse, nodes
from verband.numerics.markov_chains.populations import Chain

_DENSE = 130
"""Up to this number of states of too few all points are solved in one go."""


_FULL = 64
"""Up to this number of states products with a full matrix are quicker than with a sparse one."""


@dataclass(frozen=True, slots=True)
class LongPeriods:
    """Chance of a long period within a horizon.

    Attributes
    ----------
    chance
        Of at least one.
    expected
        Number of them.
    error
        Of the chance: that of the numerical inversion.
    """

    chance: float
    expected: float
    error: float


class LongPeriodQuestion:
    """What the chances for several lengths share.

    Parameters
    ----------
    chain
        In which periods of too few do begin.
    """

    def __init__(self, chain: Chain) -> None:
        down, up = np.flatnonzero(chain.few), np.flatnonzero(~chain.few)
        self._small = len(chain.share) <= _FULL
        generator = chain.generator.toarray() if self._small else chain.generator
        parts = [generator[rows][:, columns] for rows, columns in ((up, up), (up, down), (down, up), (down, down))]
        self._among_up, self._into, out, self._within = parts
        if not self._small:
            self._among_up, self._into = self._among_up.toarray(), self._into.tocsr()
            out, self._within = out.toarray(), self._within.tocsc()
        self._doors = np.flatnonzero(out.any(axis=0))
        self._out = out[:, self._doors]
        self._up, self._down = chain.share[up], chain.share[down]

    def ask(self, length: float, horizon: float, bridged: float = 0.0) -> LongPeriods:
        """Find the chance for one length.

        Parameters
        ----------
        length
            What a period must exceed to be long; 0 or more.
        horizon
            Within which it must begin; above 0.
        bridged
            Chance that a period that would be long is cut short, independent of the chain.
        """
        later, lasts = self._after(length)
        stays = 1 - bridged
        rate = stays * (self._into @ lasts)
        expected = horizon * float(self._up @ rate)
        if expected == 0:
            return LongPeriods(0.0, 0.0, 0.0)
        s = nodes(horizon)
        solve = self._all_at_once if max(len(self._down), len(self._up)) <= _DENSE else self._one_by_one
        chance, error = inverse(solve(s, stays * later, length, rate), horizon)
        # Below it the chance is lost in the rounding of the inversion; at most the expected number, in any case.
        chance = min(max(chance, 0.0), expected, 1.0)
        return LongPeriods(chance, expected, error + 1e-8 * min(1.0, 3 * expected))

    def _after(self, length: float) -> tuple[Array, Array]:
        """Rows of ``exp(T d) Q_DU`` and ``exp(T d) 1``, by uniformization."""
        pace = float(-self._within.diagonal().min()) or 1.0
        steps = self._within / pace if self._small else (self._within / pace).tocsr()
        block = np.column_stack([self._out, np.ones(len(self._out))])
        mean = pace * length
        if mean == 0:
            return block[:, :-1], block[:, -1]
        numbers = np.arange(int(mean + 9 * np.sqrt(mean) + 31))
        weights = np.exp(numbers * np.log(mean) - mean - gammaln(numbers + 1))
        total = weights[0] * block
        for weight in weights[1:]:
            block = block + steps @ block
            if weight > 1e-20:
                total += weight * block
        return total[:, :-1], total[:, -1]

    def _all_at_once(self, s: Complex, later: Array, length: float, rate: Array) -> Complex:
        count, size = len(self._up), len(self._down)
        left = s[:, None, None] * np.eye(size) - _full(self._within)
        returns = self._out - np.exp(-s * length)[:, None, None] * later
        right = np.concatenate([returns, np.broadcast_to(self._out, returns.shape)], axis=2)
        solved = np.linalg.solve(left, right)
        doors = len(self._doors)
        matrix = s[:, None, None] * np.eye(count) - self._among_up
        matrix[:, :, self._doors] -= _full(self._into) @ solved[:, :, :doors]
        found = np.linalg.solve(matrix, np.broadcast_to(rate[:, None], (len(s), count, 1)))[:, :, 0]
        first = np.einsum("d,sdu,su->s", self._down, solved[:, :, doors:], found[:, self._doors])
        values: Complex = (found @ self._up + first) / s
        return values

    def _one_by_one(self, s: Complex, later: Array, length: float, rate: Array) -> Complex:
        values = np.empty(len(s), dtype=complex)
        size, count = len(self._down), len(self._up)
        for number, point in enumerate(s):
            factors = splu((point * sparse.eye_array(size, format="csc") - sparse.csc_array(self._within)).tocsc())
            solved = factors.solve(self._out - np.exp(-point * length) * later)
            matrix = point * np.eye(count) - self._among_up
            matrix[:, self._doors] -= self._into @ solved
            found = np.linalg.solve(matrix, rate.astype(complex))
            first = factors.solve(self._out @ found[self._doors])
            values[number] = (self._up @ found + self._down @ first) / point
        return values


def _full(matrix: Any) -> Array:  # noqa: ANN401  an array of numpy, or a sparse one of scipy
    found: Array = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
    return found
