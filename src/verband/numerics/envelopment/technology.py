"""What a frontier is spanned by: inputs and outputs of the units, checked, and the assumptions on returns to scale.

A unit turns inputs ``x > 0`` into outputs ``y >= 0``, at least one of them above zero. The technology is the smallest
set that holds all units, free disposal of inputs and outputs, and (but for the free disposal hull) all mixtures
``sum w_j (x_j, y_j)`` with weights ``w >= 0`` that add up as the returns to scale say:

====== ============================== ===========================================================
crs    constant                       any sum (Charnes, Cooper and Rhodes, 1978)
vrs    variable                       ``sum w = 1`` (Banker, Charnes and Cooper, 1984)
nirs   non-increasing                 ``sum w <= 1`` (Färe, Grosskopf and Lovell, 1985)
ndrs   non-decreasing                 ``sum w >= 1`` (Seiford and Thrall, 1990)
fdh    free disposal hull, no mixing  one ``w = 1`` (Deprins, Simar and Tulkens, 1984)
====== ============================== ===========================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from verband.numerics.envelopment.bases import Array, Flags

Orientation = Literal["input", "output"]
Returns = Literal["crs", "vrs", "nirs", "ndrs", "fdh"]

ORIENTATIONS: tuple[Orientation, ...] = ("input", "output")
RETURNS: tuple[Returns, ...] = ("crs", "vrs", "nirs", "ndrs", "fdh")


class EnvelopmentError(ValueError):
    """Data that no frontier can be computed from.

    Attributes
    ----------
    side
        ``"inputs"`` or ``"outputs"``; None where it concerns both.
    row, column
        Where, counted from 0; None where it concerns all rows or columns.
    """

    def __init__(
        self, message: str, *, side: str | None = None, row: int | None = None, column: int | None = None
    ) -> None:
        self.side, self.row, self.column = side, row, column
        super().__init__(message)


class ShapeError(EnvelopmentError):
    """Arrays without rows or columns, or whose rows do not belong together."""


class NotFiniteError(EnvelopmentError):
    """A value that is missing or infinite."""


class NotPositiveInputError(EnvelopmentError):
    """An input of zero or below: what uses nothing of an input cannot be compared by ratios."""


class NegativeOutputError(EnvelopmentError):
    """An output below zero."""


class NothingProducedError(EnvelopmentError):
    """A unit all of whose outputs are zero."""


class NobodyProducesError(EnvelopmentError):
    """An output that is zero for all units: it compares nobody."""


class UnknownChoiceError(EnvelopmentError):
    """An orientation or returns to scale that do not exist."""


@dataclass(frozen=True, slots=True)
class Units:
    """Units with their inputs and outputs, checked.

    Attributes
    ----------
    inputs
        Shape (n, p), above zero.
    outputs
        Shape (n, q), zero or more, with one above zero in every row and column.
    """

    inputs: Array
    outputs: Array

    def __len__(self) -> int:
        return len(self.inputs)

    @classmethod
    def checked(cls, inputs: npt.ArrayLike, outputs: npt.ArrayLike) -> Units:
        """Check inputs, shape (n, p), and outputs, shape (n, q); one column may have shape (n,).

        Raises
        ------
        EnvelopmentError
            One of its kinds, with the first place that is at fault.
        """
        x, y = _matrix(inputs, "inputs"), _matrix(outputs, "outputs")
        if len(x) != len(y):
            raise ShapeError(f"{len(x)} rows of inputs and {len(y)} of outputs")
        _refuse(~np.isfinite(x), NotFiniteError, "inputs", "is not a number")
        _refuse(~np.isfinite(y), NotFiniteError, "outputs", "is not a number")
        _refuse(x <= 0, NotPositiveInputError, "inputs", "is not above zero")
        _refuse(y < 0, NegativeOutputError, "outputs", "is below zero")
        idle = np.flatnonzero(~(y > 0).any(axis=1))
        if idle.size:
            row = int(idle[0])
            raise NothingProducedError(f"all outputs of row {row} are zero", side="outputs", row=row)
        empty = np.flatnonzero(~(y > 0).any(axis=0))
        if empty.size:
            column = int(empty[0])
            raise NobodyProducesError(f"outputs column {column} is zero in all rows", side="outputs", column=column)
        return cls(x, y)


def check_choice(orientation: str, returns: str) -> None:
    """Refuse an orientation or returns to scale that do not exist.

    Raises
    ------
    UnknownChoiceError
        With those that do.
    """
    if orientation not in ORIENTATIONS:
        raise UnknownChoiceError(f"orientation {orientation!r}: there are {', '.join(ORIENTATIONS)}")
    if returns not in RETURNS:
        raise UnknownChoiceError(f"returns {returns!r}: there are {', '.join(RETURNS)}")


def _matrix(values: npt.ArrayLike, side: str) -> Array:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim == 1:
        found = found[:, None]
    if found.ndim != 2 or not found.shape[0] or not found.shape[1]:
        raise ShapeError(f"{side} need at least one row and one column, not shape {found.shape}", side=side)
    return found


def _refuse(wrong: Flags, error: type[EnvelopmentError], side: str, what: str) -> None:
    if wrong.any():
        row, column = (int(number) for number in np.argwhere(wrong)[0])
        raise error(f"{side} row {row}, column {column} {what}", side=side, row=row, column=column)
