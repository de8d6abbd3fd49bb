"""Linear programs that share their columns, and the bases in which they stand.

A program has ``m`` rows and ``n`` columns ``A`` that it shares with all programs of its group; its own are one free
variable ``t``, the radial one, and the right-hand side:

    minimise  sense * t   subject to   A w + g t + s = r,   w >= 0,   s >= 0 (s = 0 in rows that are equations).

A basis is kept with its inverse (revised simplex method: Dantzig, 1963, chapter 9). One artificial variable, at 1 in
the start, makes up for what the start lacks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

UNSOLVED, SOLVED, NO_SOLUTION = 0, 1, 2

FEASIBLE = 1e-12
"""How far rounding may put a row off, relative to what the point has in it."""

_LEFT = 1e-14, 1e-9
"""So much of the artificial variable, which starts at 1, is nothing in any case, and more than so much is something."""


@dataclass(frozen=True, slots=True)
class Programs:
    """A batch of programs.

    Attributes
    ----------
    columns
        Per group ``A`` and a column for the slack of each row (zeros where the row is an equation), shape
        (groups, m, n + m).
    group
        Group of each program, ascending, shape (b,).
    radial, right
        ``g`` and ``r``, shape (b, m).
    amounts
        What the point itself has in each row, shape (b, m), above zero: margins for rounding are relative to it.
    sense
        1 to minimise ``t``, -1 to maximise it.
    excluded
        Column that a program may not use, shape (b,); None if all may use all.
    """

    columns: Array
    group: Numbers
    radial: Array
    right: Array
    amounts: Array
    sense: float
    excluded: Numbers | None = None

    def __len__(self) -> int:
        return len(self.right)

    @property
    def rows(self) -> int:
        """Number of rows, ``m``."""
        return int(self.columns.shape[1])

    @property
    def size(self) -> int:
        """Number of columns without those of the slacks, ``n``."""
        return int(self.columns.shape[2] - self.columns.shape[1])

    def column(self, units: Numbers, numbers: Numbers) -> Array:
        """One column of each program, shape (units, m), or several of each, shape (units, k, m)."""
        group = self.group[units]
        return self.columns.transpose(0, 2, 1)[group if numbers.ndim == 1 else group[:, None], numbers]

    def permitted(self, units: Numbers, numbers: Numbers) -> Flags | None:
        """Which columns the programs may use, shape (units, numbers); None for all."""
        if self.excluded is None:
            return None
        return np.asarray(numbers[None, :] != self.excluded[units][:, None])


@dataclass(slots=True)
class Bases:
    """Where programs stand; every attribute has a row per program.

    Attributes
    ----------
    inverse, values
        Inverse of the basis, shape (b, m, m), and the values of its variables, shape (b, m).
    index
        Which variable stands in each place, shape (b, m): below ``n`` a column, below ``n + m`` a slack, ``n + m`` the
        radial one, ``n + m + 1`` the artificial one.
    radial_place, artificial_place
        Where the last two stand, shape (b,); -1 once the artificial one has left.
    artificial
        Its column, shape (b, m).
    left
        At how much it stands for nothing, shape (b,).
    state
        ``UNSOLVED``, ``SOLVED`` or ``NO_SOLUTION``, shape (b,).
    """

    inverse: Array
    values: Array
    index: Numbers
    radial_place: Numbers
    artificial_place: Numbers
    artificial: Array
    left: Array
    state: Numbers

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: Numbers) -> Bases:
        """Copy some rows."""
        return Bases(
            self.inverse[rows],
            self.values[rows],
            self.index[rows],
            self.radial_place[rows],
            self.artificial_place[rows],
            self.artificial[rows],
            self.left[rows],
            self.state[rows],
        )

    def put(self, rows: Numbers, other: Bases) -> None:
        """Write rows back."""
        self.inverse[rows] = other.inverse
        self.values[rows] = other.values
        self.index[rows] = other.index
        self.radial_place[rows] = other.radial_place
        self.artificial_place[rows] = other.artificial_place
        self.artificial[rows] = other.artificial
        self.left[rows] = other.left
        self.state[rows] = other.state

    def pivot(self, place: Numbers, alpha: Array) -> Array:
        """Bring a column in.

        Parameters
        ----------
        place
            Where, shape (b,).
        alpha
            The inverse times the column, shape (b, m).

        Returns
        -------
        Array
            The value at which the column comes in, shape (b,).
        """
        rows = np.arange(len(place))
        m = self.values.shape[1]
        row = self.inverse.reshape(-1, m).take(rows * m + place, axis=0)
        element = alpha[rows, place]
        row /= element[:, None]
        step = self.values[rows, place] / element
        self.inverse -= alpha[:, :, None] * row[:, None, :]
        self.inverse[rows, place] = row
        self.values -= alpha * step[:, None]
        self.values[rows, place] = step
        return np.asarray(step, dtype=np.float64)

    def infeasible(self) -> Flags:
        """Whether the artificial variable still stands for something."""
        if self.artificial_place.max(initial=-1) < 0:
            return np.zeros(len(self), dtype=np.bool_)
        value = self.values[np.arange(len(self)), self.artificial_place]
        return np.asarray((self.artificial_place >= 0) & (value > self.left))

    def matrices(self, programs: Programs, units: Numbers) -> Array:
        """The bases themselves, from the data of the programs, shape (b, m, m)."""
        found = programs.column(units, np.minimum(self.index, programs.size + programs.rows - 1))
        found[np.arange(len(self)), self.radial_place] = programs.radial[units]
        some = np.flatnonzero(self.artificial_place >= 0)
        found[some, self.artificial_place[some]] = self.artificial[some]
        return np.ascontiguousarray(found.transpose(0, 2, 1))


def times(inverse: Array, columns: Array) -> Array:
    """Each inverse times its column, shape (b, m)."""
    return np.asarray(np.matmul(inverse, columns[:, :, None])[:, :, 0], dtype=np.float64)


def started(programs: Programs, start: Numbers, limits: Numbers) -> Bases:
    """Bases with one column each: at the weight that one row allows, the radial variable to fit, slacks for the rest.

    Where that leaves rows without enough, the artificial variable stands for what they lack.

    Parameters
    ----------
    programs
        The programs.
    start
        The column of each, shape (b,).
    limits
        The row that decides its weight, shape (b,); all rows without a radial entry that are equations come first.
    """
    m, size, count = programs.rows, programs.size, len(start)
    rows = np.arange(count)
    bases = Bases(
        inverse=np.broadcast_to(np.eye(m), (count, m, m)).copy(),
        values=programs.right.copy(),
        index=np.broadcast_to(np.arange(size, size + m), (count, m)).copy(),
        radial_place=np.zeros(count, dtype=np.int64),
        artificial_place=np.full(count, -1, dtype=np.int64),
        artificial=np.zeros((count, m)),
        left=np.zeros(count),
        state=np.full(count, UNSOLVED, dtype=np.int64),
    )
    bases.pivot(limits, programs.column(rows, start))
    bases.index[rows, limits] = start
    alpha = times(bases.inverse, programs.radial)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = programs.sense * bases.values / alpha
    bases.radial_place = np.where(programs.radial != 0, reach, -np.inf).argmax(axis=1)
    bases.pivot(bases.radial_place, alpha)
    bases.index[rows, bases.radial_place] = size + m
    lacking = np.where(bases.values < -FEASIBLE * programs.amounts, bases.values, 0.0)
    lacking[rows, bases.radial_place] = 0
    place = lacking.argmin(axis=1)
    some = np.flatnonzero(lacking[rows, place] < 0)
    most = np.abs(lacking[some] / programs.amounts[some]).max(axis=1)
    bases.left[some] = np.clip(FEASIBLE / most, *_LEFT)
    radial = bases.values[rows, bases.radial_place]
    bases.values = np.maximum(bases.values, lacking)
    bases.values[rows, bases.radial_place] = radial
    if some.size:
        # Only slacks are below zero here, and their columns are those of the identity.
        part = bases.take(some)
        part.artificial, part.artificial_place = lacking[some], place[some]
        part.pivot(place[some], lacking[some])
        part.index[np.arange(len(some)), place[some]] = size + m + 1
        bases.put(some, part)
    return bases
