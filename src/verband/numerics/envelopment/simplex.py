"""Many small linear programs that share their columns, solved together by the revised simplex method.

The programs are those of :mod:`verband.numerics.envelopment.bases`. The column with the largest gain enters (Dantzig,
1963, chapter 5); after a series of steps that lead nowhere, the one with the lowest number, which cannot go round in
circles (Bland, 1977). All bases move at the same time, so that a few operations on arrays do the work; no basis depends
on another. Columns are taken in as they are needed: a batch is solved on a few of them, all are then priced, and those
that would help are added (Gilmore and Gomory, 1961).

Nothing is taken on trust: bases are multiplied out with the data, the inverse of one that lost precision is computed
anew, and the last pricing is over all columns. What fails even so, or lies so near a tie that rounding decides, is
reported as not solved.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from verband.numerics.envelopment.aims import Aim
from verband.numerics.envelopment.bases import (
    NO_SOLUTION,
    SOLVED,
    UNSOLVED,
    Array,
    Bases,
    Flags,
    Numbers,
    Programs,
    started,
    times,
)

GAIN = 1e-11
"""A column enters when a unit of it (columns are scaled to size 1) improves the objective by more than this."""
RESIDUAL = 1e-11
"""Largest residual of a solution, relative to what is added up in that row."""
PRECISE = 1e-9
"""Largest error of the radial variable that rounding may bring about, relative to it."""
_LOST = 1e-6
_PIVOT = 1e-9
_TIE = 1e-12
_PATIENCE = 3
_STEPS = 60
_RENEWALS = 4
_ROWS_AT_ONCE = 128
_CROWD = 0.1


class Batch:
    """Programs with their bases, and the columns in use.

    Parameters
    ----------
    programs
        What is to be solved.
    start, limits
        Column from which each program starts and the row that decides its weight, shape (b,).

    Attributes
    ----------
    bases
        Where the programs stand.
    """

    def __init__(self, programs: Programs, start: Numbers, limits: Numbers) -> None:
        self.programs = programs
        self.bases = started(programs, start, limits)
        self._used = np.zeros(programs.columns.shape[2], dtype=np.bool_)
        self._used[programs.size :] = True
        self._used[start] = True

    def use(self, columns: Numbers) -> None:
        """Take columns in from the beginning."""
        self._used[columns] = True

    def solve(self, aim: Aim, units: Numbers) -> None:
        """Bring programs to their best.

        Parameters
        ----------
        aim
            The stage.
        units
            The programs to work on.
        """
        while units.size:
            units = self._round(aim, units)

    def _round(self, aim: Aim, units: Numbers) -> Numbers:
        """Improve on the columns in use, take in those that would help more; the programs not yet at their best."""
        self._improve(aim, units)
        helped, column = self._priced(aim, units)
        units = units[helped]
        new = np.unique(column[helped])
        if units.size and self._used[new].all():
            # Rounding calls for columns that were found of no use: no further round would change that.
            self.bases.state[units] = UNSOLVED
            return units[:0]
        self._used[new] = True
        return units

    def _priced(self, aim: Aim, units: Numbers) -> tuple[Flags, Numbers]:
        """Which programs some column would help, and the one that helps most."""
        bases, everything = self.bases.take(units), np.arange(self.programs.columns.shape[2])
        gain, column = _best(
            aim, units, self.programs.group[units], aim.prices(bases), self.programs.columns, everything
        )
        # Ten times the margin within a round, lest rounding alone call for a column again and again.
        return (gain > 10 * GAIN) & (bases.state != UNSOLVED), column

    def _improve(self, aim: Aim, units: Numbers) -> None:
        numbers = np.flatnonzero(self._used)
        columns = np.ascontiguousarray(self.programs.columns[:, :, numbers])
        for _ in range(_RENEWALS):
            part = self.bases.take(units)
            _Walk(aim, self.programs.group[units], columns, numbers, units, part).run()
            good = self._renewed(part, units)
            self.bases.put(units, part)
            units = units[~good]
            if not units.size:
                return
        self.bases.state[units] = UNSOLVED

    def _renewed(self, part: Bases, units: Numbers) -> Flags:
        """Make inverses and values precise; whether the values, none of them below zero, then fit the data."""
        matrices, right = part.matrices(self.programs, units), self.programs.right[units]
        unit = np.eye(self.programs.rows)
        error = unit - part.inverse @ matrices
        sound = np.ones(len(units), dtype=np.bool_)
        for row in np.flatnonzero(~(np.abs(error).max(axis=(1, 2)) <= _LOST)):
            sound[row] = self._inverted(part, matrices, int(row))
            error[row] = unit - part.inverse[row] @ matrices[row] if sound[row] else 0.0
        # One step of Schulz (1933) for the inverse, one of iterative refinement for the values.
        part.inverse += error @ part.inverse
        values = times(part.inverse, right)
        values += times(part.inverse, right - times(matrices, values))
        rows = np.arange(len(units))
        radial = values[rows, part.radial_place]
        part.values = np.maximum(values, 0)
        part.values[rows, part.radial_place] = radial
        # What is left of the artificial variable in a solution is part of the residual.
        counted = part.values.copy()
        spent = np.flatnonzero((part.artificial_place >= 0) & (part.state == SOLVED))
        counted[spent, part.artificial_place[spent]] = 0
        residual = np.abs(times(matrices, counted) - right)
        # In each row by itself, relative to what is added up there.
        terms = times(np.abs(matrices), np.abs(counted)) + np.abs(right)
        fits = (residual <= RESIDUAL * np.maximum(terms, self.programs.amounts[units])).all(axis=1)
        # How far rounding may put the radial variable off (Skeel, 1979): a small residual alone does not tell.
        spread = (np.abs(part.inverse[rows, part.radial_place]) * terms).sum(axis=1) * np.finfo(float).eps
        fits &= spread <= PRECISE * np.maximum(np.abs(radial), np.finfo(float).tiny)
        return np.asarray(fits & sound & (part.state != UNSOLVED))

    def _inverted(self, part: Bases, matrices: Array, row: int) -> bool:
        """Compute one inverse anew; whether the basis has one, to the precision that is wanted."""
        try:
            found = np.linalg.inv(matrices[row])
        except np.linalg.LinAlgError:
            return False
        if not np.abs(np.eye(len(found)) - found @ matrices[row]).max() <= _LOST:
            return False
        part.inverse[row] = found
        return True


def _best(
    aim: Aim, units: Numbers, group: Numbers, prices: Array, columns: Array, numbers: Numbers
) -> tuple[Array, Numbers]:
    """The largest gain of each program and the place of its column; in blocks that fit the processor's cache."""
    gain, best = np.empty(len(units)), np.empty(len(units), dtype=np.int64)
    limits = np.searchsorted(group, np.arange(len(columns) + 1))
    for number, (begin, end) in enumerate(pairwise(limits)):
        for first in range(begin, end, _ROWS_AT_ONCE):
            block = slice(first, min(first + _ROWS_AT_ONCE, end))
            gains = aim.gains(units[block], prices[block], columns[number], numbers)
            best[block] = place = gains.argmax(axis=1)
            gain[block] = gains[np.arange(len(place)), place]
    return gain, best


class _Walk:
    """Bases on the move: those that are at their best, or cannot move, are written back and left out."""

    def __init__(
        self, aim: Aim, group: Numbers, columns: Array, numbers: Numbers, units: Numbers, bases: Bases
    ) -> None:
        self.aim, self.columns, self.numbers = aim, columns, numbers
        # One row per column of each group: taking rows is the quickest way to get at them.
        self.listed = columns.transpose(0, 2, 1).reshape(-1, columns.shape[1])
        self.all = bases
        self.all.state[:] = UNSOLVED
        self.here: Numbers = np.arange(len(units))
        self.units, self.group = units, group
        self.now = bases.take(self.here)
        self.idle: Numbers = np.zeros(len(units), dtype=np.int64)

    def run(self) -> None:
        """Move, in place, until no column helps any basis; ``state`` says how each ended."""
        for _ in range(_STEPS * self.columns.shape[1]):
            prices = self.aim.prices(self.now)
            gain, entering = _best(self.aim, self.units, self.group, prices, self.columns, self.numbers)
            done = gain <= GAIN
            stuck = (self.idle > _PATIENCE * self.columns.shape[1]) & ~done
            for row in np.flatnonzero(stuck):
                entering[row] = self._lowest(int(row), prices[row])
            finished = int(done.sum())
            if finished >= _CROWD * len(done):
                self.now.state[done] = np.where(self.now.infeasible()[done], NO_SOLUTION, SOLVED)
                self._keep(~done)
                if finished == len(done):
                    return
                entering, stuck = entering[~done], stuck[~done]
                done = np.zeros(len(stuck), dtype=np.bool_)
            alpha = times(self.now.inverse, self.listed.take(self.group * len(self.numbers) + entering, axis=0))
            place = _leaving(self.now, alpha, stuck)
            # A column that is in already gains nothing: the inverse has lost precision, and is to be renewed.
            place[(self.now.index == self.numbers[entering][:, None]).any(axis=1)] = -1
            if place.min() < 0:
                moves = (place >= 0) | done
                entering, alpha, place, done = entering[moves], alpha[moves], place[moves], done[moves]
                self._keep(moves)
            self._bring(self.numbers[entering], place, alpha, done)
        self._keep(np.zeros(len(self.here), dtype=np.bool_))

    def _lowest(self, row: int, prices: Array) -> int:
        """The first column that gains anything, for a basis that is stuck."""
        gains = self.aim.gains(self.units[[row]], prices[None, :], self.columns[self.group[row]], self.numbers)
        return int((gains[0] > GAIN).argmax())

    def _keep(self, on: Flags) -> None:
        self.all.put(self.here[~on], self.now.take(np.flatnonzero(~on)))
        rows = np.flatnonzero(on)
        self.here, self.now, self.idle = self.here[rows], self.now.take(rows), self.idle[rows]
        self.units, self.group = self.units[rows], self.group[rows]

    def _bring(self, entering: Numbers, place: Numbers, alpha: Array, done: Flags) -> None:
        """Bring the columns in; bases that are done wait for others to be written back, by a step that changes none."""
        rows = np.arange(len(place))
        waiting = np.flatnonzero(done)
        if waiting.size:
            place[waiting] = self.now.radial_place[waiting]
            alpha[waiting] = 0
            alpha[waiting, place[waiting]] = 1
        replaced = self.now.index[waiting, place[waiting]]
        step = self.now.pivot(place, alpha)
        self.now.index[rows, place] = entering
        self.now.index[waiting, place[waiting]] = replaced
        self.now.artificial_place[self.now.artificial_place == place] = -1
        self.idle = np.where(step > _TIE, 0, self.idle + 1)


def _leaving(bases: Bases, alpha: Array, stuck: Flags) -> Numbers:
    """The place of the variable that reaches zero first when a column comes in, shape (b,); -1 if none does.

    Of those that reach it together the one with the largest element, for the sake of precision; for a basis that is
    stuck the one with the lowest number.
    """
    rows = np.arange(len(bases))
    falling = alpha > _PIVOT
    falling[rows, bases.radial_place] = False
    ratio = np.full(alpha.shape, np.inf)
    np.divide(np.maximum(bases.values, 0), alpha, out=ratio, where=falling)
    smallest = ratio.min(axis=1)
    tied = falling & (ratio <= (smallest * (1 + _TIE) + _TIE)[:, None])
    place = np.where(tied, alpha, -np.inf).argmax(axis=1)
    if stuck.any():
        lowest = np.where(tied, bases.index, np.iinfo(np.int64).max).argmin(axis=1)
        place = np.where(stuck, lowest, place)
    place = np.where(np.isfinite(smallest), place, -1)
    # An artificial variable that stands for nothing must not grow again: it leaves as soon as it would change at all.
    here = bases.artificial_place
    if here.max(initial=-1) >= 0:
        spent = (here >= 0) & ~bases.infeasible() & (np.abs(alpha[rows, here]) > _PIVOT)
        bases.values[rows[spent], here[spent]] = 0
        place = np.where(spent, here, place)
    return np.asarray(place, dtype=np.int64)
