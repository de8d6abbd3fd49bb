"""The linear programs behind nucleolus and core, with coalitions taken in as they are needed.

A program over all coalitions has 2^n rows. Few of them bind: a program with some rows is solved by HiGHS, the
coalitions with the largest excess at its solution are looked up among all, and added, until none is above what the
program allows (row generation: Dragan, 1981; Hallefjord, Helming and Jornsten, 1995).

A solver with a tolerance cannot tell values apart that differ by less. Where that matters a program is solved once
more as one in the small changes from its solution, magnified until the tolerance is below what a double can hold
(iterative refinement: Gleixner, Steffy and Wolter, 2016).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from verband.numerics.cooperative_games.coalitions import Array, Masks, all_but_one, members, sizes, sums
from verband.numerics.cooperative_games.excesses import Excesses, Flags

FEASIBILITY = 1e-9
"""Games come scaled to a largest value of 1; a row may be broken by so much."""
_BINDS = 1e-7
_ROUNDS = 10_000
_AT_ONCE = 4
"""Times the number of players: so many coalitions are taken in at once."""
_DEPENDENT = 1e-7
_MAGNIFIED = 2.0**16
"""What is left is multiplied by this in a refined program, a power of two so that nothing is lost by it."""
_OPTIONS: dict[str, Any] = {
    "output_flag": False,
    "presolve": "off",  # programs are small
    "threads": 1,
    "primal_feasibility_tolerance": 1e-10,
    "dual_feasibility_tolerance": 1e-10,
}


class UnsolvedError(ArithmeticError):
    """A program that the solver gave up on, or that cannot be what it should be."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where a program has its optimum.

    Attributes
    ----------
    x
        Shape (n,).
    value
        Of the objective.
    row_duals, column_duals
        How the value changes with the bounds of rows and columns; below 0 for an upper bound that binds.
    """

    x: Array
    value: float
    row_duals: Array
    column_duals: Array


class Program:
    """A linear program that rows are added to: HiGHS goes on from the last basis.

    Parameters
    ----------
    objective
        To be minimised, shape (n,).
    low, high
        Bounds of the variables, shape (n,); may be infinite.
    instead_of
        A program that is no longer needed: starting HiGHS takes longer than a small program.
    """

    def __init__(self, objective: Array, low: Array, high: Array, instead_of: Program | None = None) -> None:
        import highspy  # noqa: PLC0415  slow to start

        self._optimal = highspy.HighsModelStatus.kOptimal
        if instead_of is None:
            start: Any = highspy.Highs
            self._highs: Any = start()
        else:
            self._highs = instead_of._highs
            self._highs.clearModel()
        for name, value in _OPTIONS.items():
            self._highs.setOptionValue(name, value)
        self._columns = len(objective)
        self._numbers = np.arange(self._columns, dtype=np.int32)
        self._highs.addVars(self._columns, low, high)
        self._highs.changeColsCost(self._columns, self._numbers, objective)

    def add(self, rows: Array, low: Array, high: Array) -> None:
        """Add rows, shape (m, n), with their bounds, shape (m,)."""
        count = len(rows)
        starts = np.arange(count, dtype=np.int32) * self._columns
        self._highs.addRows(
            count,
            low,
            high,
            count * self._columns,
            starts,
            np.tile(self._numbers, count),
            np.ascontiguousarray(rows).ravel(),
        )

    def solve(self) -> Optimum:
        """Find the optimum.

        Raises
        ------
        UnsolvedError
            If HiGHS does not say that it found it, also not from a new start.
        """
        self._highs.run()
        if self._highs.getModelStatus() != self._optimal:
            self._highs.clearSolver()
            self._highs.setOptionValue("presolve", "on")
            self._highs.run()
            if self._highs.getModelStatus() != self._optimal:
                raise UnsolvedError(f"HiGHS says {self._highs.modelStatusToString(self._highs.getModelStatus())}")
        found = self._highs.getSolution()
        return Optimum(
            np.array(found.col_value),
            float(self._highs.getObjectiveValue()),
            np.array(found.row_dual),
            np.array(found.col_dual),
        )


class Fixed:
    """Sums of shares that are settled: ``rows @ x = values``, rows linearly independent.

    Parameters
    ----------
    players
        n; to begin with only the sum of all is settled, at 0.

    Attributes
    ----------
    rows, values
        Shape (r, n) and (r,).
    basis
        An orthonormal basis of the rows, shape (r, n).
    """

    def __init__(self, players: int) -> None:
        self._rows, self._values, self._basis = (
            np.ones((players, players)),
            np.zeros(players),
            np.empty((players, players)),
        )
        self._basis[0] = 1 / np.sqrt(players)
        self._count = 1

    @property
    def rows(self) -> Array:
        """Sums that are settled."""
        return self._rows[: self._count]

    @property
    def values(self) -> Array:
        """Their values."""
        return self._values[: self._count]

    @property
    def basis(self) -> Array:
        """Their orthonormal basis."""
        return self._basis[: self._count]

    @property
    def complete(self) -> bool:
        """Whether all shares are settled."""
        return self._count == len(self._rows)

    def beside(self, rows: Array) -> Array:
        """What of rows, shape (m, n) or (n,), is orthogonal to all that is settled."""
        basis = self.basis
        rest = rows - (rows @ basis.T) @ basis
        rest -= (rest @ basis.T) @ basis  # twice is enough (Kahan; Parlett, 1980)
        return np.asarray(rest)

    def add(self, row: Array, value: float) -> bool:
        """Settle one more sum; whether it was not settled yet."""
        if self.complete:
            return False
        rest = self.beside(row)
        size, whole = float(rest @ rest) ** 0.5, float(row @ row) ** 0.5
        if size < _DEPENDENT * whole:
            return False
        at = self._count
        self._basis[at], self._rows[at], self._values[at] = rest / size, row, value
        self._count += 1
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
    refined
        Solve every program twice, the second time in the magnified changes from the first.
    pool
        Coalitions that are rows of the program.
    """

    excesses: Excesses
    limit: float | None
    refined: bool = False
    pool: Masks = field(init=False)
    _last: Program | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Start with single players and their complements, which keep it bounded, and the worst under even gains."""
        n = self.excesses.players
        worst, _ = self.excesses.worst(np.zeros(n), min(_AT_ONCE * n, 2**n - 2))
        self.pool = np.unique(np.concatenate([1 << np.arange(n, dtype=np.int64), all_but_one(n), worst]))

    def solve(self, fixed: Fixed, among: Flags) -> Level:
        """Find the least largest excess over the coalitions in ``among``.

        Raises
        ------
        UnsolvedError
            If the solver fails.
        """
        n = self.excesses.players
        # Shares lie within these bounds at every optimum, as no value is above 1 and all together are 0.
        upper = np.full(n, n + 2.0 if self.limit is None else self.limit)
        lower = np.full(n, -n - 2.0 if self.limit is None else -n * (n + 2.0))
        self.pool, found = self._optimum(self.excesses, fixed, fixed.values, (lower, upper), among, self.pool, 3.0)
        x, level, pool = found.x[:n], float(found.x[n]), self.pool
        if self.refined:
            left = Excesses(self._left(x, level), n, self.excesses.per_capita)
            values = (fixed.values - fixed.rows @ x) * _MAGNIFIED
            bounds = (lower - x) * _MAGNIFIED, np.maximum(upper - x, 0.0) * _MAGNIFIED
            near = self.pool[np.argsort(left.cost[self.pool], kind="stable")[: 2 * n]]
            pool, found = self._optimum(left, fixed, values, bounds, among, near, _MAGNIFIED)
            self.pool = np.union1d(self.pool, pool)
            x, level = x + found.x[:n] / _MAGNIFIED, level + float(found.x[n]) / _MAGNIFIED
        weights = -found.row_duals[len(fixed.rows) :] * self._divisors(pool)
        if not len(weights) or weights.max() < _BINDS:
            raise UnsolvedError("no coalition binds")
        at_limit = () if self.limit is None else np.flatnonzero(-found.column_duals[:n] > _BINDS).tolist()
        return Level(x, level, pool[weights > _BINDS], tuple(at_limit))

    def _optimum(
        self,
        excesses: Excesses,
        fixed: Fixed,
        values: Array,
        bounds: tuple[Array, Array],
        among: Flags,
        pool: Masks,
        reach: float,
    ) -> tuple[Masks, Optimum]:
        """Find the optimum over all coalitions, and those that were rows at the end."""
        n = excesses.players
        pool = pool[among[pool]]
        program = self._last = Program(
            np.append(np.zeros(n), 1.0), np.append(bounds[0], -reach), np.append(bounds[1], reach), self._last
        )
        program.add(np.hstack([fixed.rows, np.zeros((len(fixed.rows), 1))]), values, values)
        self._add(program, excesses, pool)
        for _ in range(_ROUNDS):
            found = program.solve()
            new = excesses.above(found.x[:n], float(found.x[n]) + FEASIBILITY, _AT_ONCE * n, among)
            new = _not_in(new, pool)
            if not len(new):
                return pool, found
            pool = np.concatenate([pool, new])
            self._add(program, excesses, new)
        raise UnsolvedError("no end to the coalitions that are needed")

    def _left(self, x: Array, level: float) -> Array:
        """What every coalition is below what a level allows it, magnified."""
        left = self.excesses.cost - sums(x)
        left += level * (sizes(self.excesses.players) if self.excesses.per_capita else 1.0)
        return np.asarray(left * _MAGNIFIED)

    def _divisors(self, masks: Masks) -> Array:
        return np.bitwise_count(masks).astype(np.float64) if self.excesses.per_capita else np.ones(len(masks))

    def _add(self, program: Program, excesses: Excesses, masks: Masks) -> None:
        rows = np.hstack([members(masks, excesses.players), -self._divisors(masks)[:, None]])
        program.add(rows, np.full(len(masks), -np.inf), excesses.cost[masks])


def _not_in(masks: Masks, pool: Masks) -> Masks:
    known = set(pool.tolist())
    return np.array([mask for mask in masks.tolist() if mask not in known], dtype=np.int64)


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
    x, pool, _ = _most(cost, players, pool)
    # Twice, the second time in the magnified changes from the first.
    left = (cost - sums(x)) * _MAGNIFIED
    _, _, more = _most(left, players, pool)
    return float(x.sum()) + more / _MAGNIFIED


def _most(cost: Array, players: int, pool: Masks) -> tuple[Array, Masks, float]:
    """Payments, the coalitions that were needed, and the sum of all payments."""
    excesses = Excesses(cost, players)
    program = Program(-np.ones(players), np.full(players, -np.inf), np.full(players, np.inf))
    program.add(members(pool, players), np.full(len(pool), -np.inf), cost[pool])
    for _ in range(_ROUNDS):
        found = program.solve()
        masks, values = excesses.worst(found.x, 2 * players)
        new = _not_in(masks[values > FEASIBILITY], pool)
        if not len(new):
            break
        pool = np.concatenate([pool, new])
        program.add(members(new, players), np.full(len(new), -np.inf), cost[new])
    else:
        raise UnsolvedError("no end to the coalitions that are needed")
    # The dual weights of the binding coalitions, solved anew, give the value without the tolerance of the solver.
    binding = -found.row_duals > _BINDS
    weights, *_ = np.linalg.lstsq(members(pool[binding], players).T, np.ones(players), rcond=None)
    precise = float(weights @ cost[pool[binding]])
    return found.x, pool, precise if abs(precise + found.value) < players * 1e-6 else -found.value
