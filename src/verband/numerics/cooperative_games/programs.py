"""The linear programs behind nucleolus and core, with coalitions taken in as they are needed.

A program over all coalitions has 2^n rows. Few of them bind: a program with some rows is solved (by HiGHS, through
scipy), the coalitions with the largest excess at its solution are looked up among all, and added, until none is above
what the program allows (row generation: Dragan, 1981; Hallefjord, Helming and Jornsten, 1995).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog

from verband.numerics.cooperative_games.coalitions import Array, Masks, all_but_one, members
from verband.numerics.cooperative_games.excesses import Excesses, Flags

FEASIBILITY = 1e-9
"""Games come scaled to a largest value of 1; a row may be broken by so much."""
_BINDS = 1e-7
_ROUNDS = 10_000
_OPTIONS: dict[str, Any] = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


class UnsolvedError(ArithmeticError):
    """A program that the solver gave up on, or that cannot be what it should be."""


def solved(
    objective: Array,
    rows: Array,
    right: Array,
    settled: Array | None = None,
    values: Array | None = None,
    *,
    bounds: Sequence[tuple[float | None, float | None]],
) -> Any:  # noqa: ANN401  scipy's own type of result is private
    """Minimise ``objective @ x`` with ``rows @ x <= right`` and ``settled @ x = values``; scipy's result.

    Raises
    ------
    UnsolvedError
        If the solver does not say that it found the optimum.
    """
    program: Any = linprog
    found = program(objective, rows, right, settled, values, bounds=bounds, method="highs", options=_OPTIONS)
    if found.status != 0:
        raise UnsolvedError(f"a program was not solved: {found.message}")
    return found


@dataclass(slots=True)
class Fixed:
    """Sums of shares that are settled: ``rows @ x = values``, rows linearly independent.

    Attributes
    ----------
    rows, values
        Shape (r, n) and (r,).
    """

    rows: Array
    values: Array

    def add(self, row: Array, value: float) -> bool:
        """Settle one more sum; whether it was not settled yet."""
        basis, _ = np.linalg.qr(self.rows.T)
        rest = row - basis @ (basis.T @ row)
        if np.linalg.norm(rest) < 1e-7 * np.linalg.norm(row):
            return False
        self.rows, self.values = np.vstack([self.rows, row]), np.append(self.values, value)
        return True


@dataclass(frozen=True, slots=True)
class Level:
    """The least largest excess over some coalitions.

    Attributes
    ----------
    x, level
        Shares, shape (n,), and the excess.
    binding
        Coalitions that have this excess in every solution (those with a positive dual value).
    at_limit
        Players at their upper limit in every solution.
    """

    x: Array
    level: float
    binding: Masks
    at_limit: tuple[int, ...]


@dataclass(slots=True)
class LowestExcess:
    """Shares with the least largest excess, again and again while sums are settled.

    Attributes
    ----------
    excesses
        The game, scaled so that all together cost 0 and no absolute value is above 1.
    limit
        Upper limit of every share, if any.
    pool
        Coalitions that are rows of the program.
    """

    excesses: Excesses
    limit: float | None
    pool: Masks = field(init=False)

    def __post_init__(self) -> None:
        """Start with single players and their complements, which keep the program bounded."""
        n = self.excesses.players
        self.pool = np.unique(np.concatenate([1 << np.arange(n, dtype=np.int64), all_but_one(n)]))

    def solve(self, fixed: Fixed, among: Flags) -> Level:
        """Find the least largest excess over the coalitions in ``among``.

        Raises
        ------
        UnsolvedError
            If the solver fails.
        """
        n = self.excesses.players
        self.pool = self.pool[among[self.pool]]
        for _ in range(_ROUNDS):
            found, divisors = self._program(fixed)
            x, level = found.x[:n], float(found.x[n])
            masks, values = self.excesses.worst(x, 2 * n, among)
            new = masks[(values > level + FEASIBILITY) & ~np.isin(masks, self.pool)]
            if not len(new):
                break
            self.pool = np.concatenate([self.pool, new])
        else:
            raise UnsolvedError("no end to the coalitions that are needed")
        weights = -found.ineqlin.marginals * divisors
        if not len(weights) or weights.max() < _BINDS:
            raise UnsolvedError("no coalition binds")
        at_limit = () if self.limit is None else np.flatnonzero(-found.upper.marginals[:n] > _BINDS).tolist()
        return Level(x, level, self.pool[weights > _BINDS], tuple(at_limit))

    def _program(self, fixed: Fixed) -> tuple[Any, Array]:
        n = self.excesses.players
        rows = members(self.pool, n)
        divisors = rows.sum(axis=1) if self.excesses.per_capita else np.ones(len(rows))
        # Shares lie within these bounds at every optimum, as no value is above 1 and all together are 0.
        upper = n + 2.0 if self.limit is None else self.limit
        found = solved(
            np.append(np.zeros(n), 1.0),
            np.hstack([rows, -divisors[:, None]]),
            self.excesses.cost[self.pool],
            np.hstack([fixed.rows, np.zeros((len(fixed.rows), 1))]),
            fixed.values,
            bounds=[(-n - 2.0 if self.limit is None else -n * (n + 2.0), upper)] * n + [(-3.0, 3.0)],
        )
        return found, divisors


def largest_payment(cost: Array, players: int, pool: Masks) -> float:
    """Most that all can be charged together while no coalition, nor all, pays more than its cost.

    Parameters
    ----------
    cost
        Shape (2^n,), no absolute value above 1.
    players
        n.
    pool
        Coalitions to begin with.

    Raises
    ------
    UnsolvedError
        If the solver fails.
    """
    everybody = (1 << players) - 1
    pool = np.unique(np.concatenate([pool, 1 << np.arange(players, dtype=np.int64), [everybody]]))
    excesses = Excesses(cost, players)
    for _ in range(_ROUNDS):
        found = solved(-np.ones(players), members(pool, players), cost[pool], bounds=[(None, None)] * players)
        masks, values = excesses.worst(found.x, 2 * players)
        new = masks[(values > FEASIBILITY) & ~np.isin(masks, pool)]
        if not len(new):
            break
        pool = np.concatenate([pool, new])
    else:
        raise UnsolvedError("no end to the coalitions that are needed")
    # The dual weights of the binding coalitions, solved anew, give the value without the tolerance of the solver.
    binding = -found.ineqlin.marginals > _BINDS
    weights, *_ = np.linalg.lstsq(members(pool[binding], players).T, np.ones(players), rcond=None)
    precise = float(weights @ cost[pool[binding]])
    return precise if abs(precise + float(found.fun)) < players * 1e-6 else -float(found.fun)
