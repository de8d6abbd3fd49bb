"""One program in whole fractions: the last resort where double precision leaves a doubt, and it leaves none.

The two stages of :mod:`verband.numerics.envelopment.aims` on the textbook program, without any scaling, by the revised
simplex method (Dantzig, 1963, chapter 9) in exact arithmetic: every number is the fraction that its shortest decimal
says, so that what a table has as 0.1 is a tenth. Prices in double precision only say where to look; a column enters, or
the search ends, by the sign of an exact number. Bland's (1977) rule keeps it from going round in circles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from verband.numerics.envelopment.bases import Array
from verband.numerics.envelopment.measured import Status
from verband.numerics.envelopment.technology import Orientation, Returns, Units

_NEAR = 1e-12
"""Where the sum of doubles is less than this part of its terms, the exact sum decides."""
_PATIENCE = 20

Column = list[Fraction]


@dataclass(frozen=True, slots=True)
class Solution:
    """One program solved.

    Attributes
    ----------
    status
        What came of it; without ``"solved"`` the rest is nan.
    radial
        The radial variable.
    weights, slacks
        Of the units, shape (n,), and of inputs and outputs, shape (p + q,), in the units of the data.
    """

    status: Status
    radial: float
    weights: Array
    slacks: Array


def solve(
    reference: Units,
    point: tuple[Array, Array],
    orientation: Orientation,
    returns: Returns,
    *,
    excluded: int | None = None,
    slacks: bool = False,
) -> Solution:
    """Solve the program of one point.

    Parameters
    ----------
    reference
        The units that span the frontier.
    point
        Its inputs, shape (p,), and outputs, shape (q,).
    orientation, returns
        Not the hull ``fdh``.
    excluded
        Unit that does not count.
    slacks
        Whether to find the largest sum of slacks as well.
    """
    program = _Program(reference, point, orientation, returns, excluded)
    status: Status = "solved"
    if not program.improved(program.lacking):
        status = "failed"
    elif program.lacks():
        status = "infeasible"
    elif not program.improved(program.radial):
        status = "unbounded"
    if status == "solved" and slacks:
        program.keep()
        if not program.improved(program.slack):
            status = "failed"
    n, m = len(reference), reference.inputs.shape[1] + reference.outputs.shape[1]
    if status != "solved":
        return Solution(status, np.nan, np.full(n, np.nan), np.full(m, np.nan))
    values = np.zeros(program.artificial)
    for number, value in zip(program.basis, program.values, strict=True):
        if number < program.artificial:
            values[number] = float(value)
    return Solution(status, float(values[n]), values[:n], values[n + 1 : n + 1 + m])


class _Program:
    """Rows inputs, outputs and the sum of weights; columns units, the radial one, slacks, and artificial ones."""

    def __init__(
        self,
        reference: Units,
        point: tuple[Array, Array],
        orientation: Orientation,
        returns: Returns,
        excluded: int | None,
    ) -> None:
        p, q, n = reference.inputs.shape[1], reference.outputs.shape[1], len(reference)
        self.p, self.q, self.n, self.sense = p, q, n, 1 if orientation == "input" else -1
        rows = [reference.inputs, reference.outputs, *([] if returns == "crs" else [np.ones((n, 1))])]
        by_input = orientation == "input"
        radial = np.concatenate([-point[0] * by_input, -point[1] * (not by_input)])
        right = np.concatenate([point[0] * (not by_input), point[1] * by_input])
        more = [] if returns == "crs" else [1.0]
        m = p + q + len(more)
        signs = np.diag([1.0] * p + [-1.0] * q + [{"nirs": 1.0, "ndrs": -1.0}.get(returns, 0.0)] * len(more))
        # One row per column, the artificial ones last.
        self.columns = np.vstack([np.hstack(rows), [[*radial, *np.zeros(len(more))]], signs, np.eye(m)])
        self.artificial = n + 1 + m
        self.open = np.abs(self.columns).max(axis=1) > 0
        self.open[self.artificial :] = False
        if excluded is not None:
            self.open[excluded] = False
        self.inverse = [[Fraction(int(row == column)) for column in range(m)] for row in range(m)]
        self.values = [_exact(value) for value in [*right, *more]]
        self.basis = [self.artificial + row for row in range(m)]
        self.known: dict[int, Column] = {}

    def column(self, number: int) -> Column:
        """One column in fractions."""
        if number not in self.known:
            self.known[number] = [_exact(value) for value in self.columns[number]]
        return self.known[number]

    def lacking(self, number: int) -> int:
        """Cost of a column in the search for any solution: what is artificial."""
        return -int(number >= self.artificial)

    def radial(self, number: int) -> int:
        """Gain of a column in the first stage."""
        return -self.sense * int(number == self.n)

    def slack(self, number: int) -> int:
        """Gain of a column in the second stage: slacks of inputs and outputs in the units of the data."""
        return int(self.n < number <= self.n + self.p + self.q)

    def lacks(self) -> bool:
        """Whether an artificial variable is still needed."""
        pairs = zip(self.basis, self.values, strict=True)
        return any(number >= self.artificial and value > 0 for number, value in pairs)

    def keep(self) -> None:
        """Close the columns that cost the first objective anything."""
        prices = self.prices(self.radial)
        gains = np.array([self.radial(number) for number in range(len(self.open))]) - self.columns @ _floats(prices)
        near = np.abs(gains) <= _NEAR * (np.abs(self.columns) @ np.abs(_floats(prices)) + 1)
        for number in np.flatnonzero(self.open & near).tolist():
            near[number] = self.gain(number, prices, self.radial) == 0
        self.open &= near

    def prices(self, gain: Callable[[int], int]) -> Column:
        """Gains of the basis times its inverse."""
        found = [Fraction(0)] * len(self.basis)
        for number, row in zip(self.basis, self.inverse, strict=True):
            if own := gain(number):
                found = [price + own * entry for price, entry in zip(found, row, strict=True)]
        return found

    def gain(self, number: int, prices: Column, gain: Callable[[int], int]) -> Fraction:
        """What a column gains at these prices."""
        return gain(number) - _product(prices, self.column(number))

    def improved(self, gain: Callable[[int], int]) -> bool:
        """Move to the best; whether there is one."""
        own = np.array([float(gain(number)) for number in range(len(self.open))])
        idle = 0
        while (entering := self._entering(own, gain, lowest=idle > _PATIENCE)) is not None:
            alpha = [_product(row, self.column(entering)) for row in self.inverse]
            place = self._leaving(alpha, spent=gain != self.lacking)
            if place is None:
                return False
            idle = 0 if self.values[place] else idle + 1
            self._pivot(place, alpha)
            self.basis[place] = entering
        return True

    def _entering(self, own: Array, gain: Callable[[int], int], *, lowest: bool) -> int | None:
        prices = self.prices(gain)
        double = _floats(prices)
        found = own - self.columns @ double
        possible = self.open & (found >= -_NEAR * (np.abs(own) + np.abs(self.columns) @ np.abs(double)))
        possible[self.basis] = False
        numbers = np.flatnonzero(possible)
        if not lowest:
            numbers = numbers[np.argsort(-found[numbers], kind="stable")]
        return next((number for number in numbers.tolist() if self.gain(number, prices, gain) > 0), None)

    def _leaving(self, alpha: Column, *, spent: bool) -> int | None:
        """The variable that reaches zero first, the lowest of several; an artificial one as soon as it would change."""
        best: tuple[Fraction, int, int] | None = None
        for place, (entry, value, number) in enumerate(zip(alpha, self.values, self.basis, strict=True)):
            if spent and number >= self.artificial and entry != 0:
                return place
            if entry > 0 and (best is None or (value / entry, number) < best[:2]):
                best = (value / entry, number, place)
        return None if best is None else best[2]

    def _pivot(self, place: int, alpha: Column) -> None:
        row = [entry / alpha[place] for entry in self.inverse[place]]
        step = self.values[place] / alpha[place]
        for other, factor in enumerate(alpha):
            if factor and other != place:
                self.inverse[other] = [a - factor * b for a, b in zip(self.inverse[other], row, strict=True)]
                self.values[other] -= factor * step
        self.inverse[place], self.values[place] = row, step


def _exact(value: float) -> Fraction:
    return Fraction(repr(float(value)))


def _floats(values: Column) -> Array:
    return np.array([float(value) for value in values])


def _product(one: Column, two: Column) -> Fraction:
    return sum((a * b for a, b in zip(one, two, strict=True) if a and b), Fraction(0))
