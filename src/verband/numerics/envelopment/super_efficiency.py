"""Super-efficiency: each unit against the frontier of all others (Andersen and Petersen, 1993).

It tells efficient units apart. Farrell's measure is then at least 1 in the input orientation (how far inputs could grow
with the unit still efficient) and at most 1 in the output orientation; ``efficiency`` is its reciprocal there, so that
on that scale efficient units have at least 1 in both orientations and all others the efficiency that they had.

But for constant returns the others may not reach the unit in the chosen direction (Seiford and Zhu, 1999): the program
then has no solution, and neither has the unit a super-efficiency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.envelopment.efficiency import farrell_measures
from verband.numerics.envelopment.measured import UnsolvedError
from verband.numerics.envelopment.radial import measure
from verband.numerics.envelopment.technology import Orientation, Returns, Units, check_choice

ALONE = "there are no other units"
OUT_OF_REACH = "the other units cannot reach it in this orientation"
NOTHING_IN_COMMON = "the other units produce nothing of what it produces with its inputs"


@dataclass(frozen=True, slots=True)
class SuperEfficiencies:
    """Super-efficiency of each unit.

    Attributes
    ----------
    orientation, returns
        What was measured.
    efficiency
        At least 1 for efficient units, below 1 for the others, in both orientations; None where there is none.
    farrell
        The same on Farrell's scale: the reciprocal in the output orientation.
    reason
        Why there is none; None where there is one.
    """

    orientation: Orientation
    returns: Returns
    efficiency: tuple[float | None, ...]
    farrell: tuple[float | None, ...]
    reason: tuple[str | None, ...]


def super_efficiencies(
    inputs: npt.ArrayLike,
    outputs: npt.ArrayLike,
    *,
    orientation: Orientation = "input",
    returns: Returns = "vrs",
) -> SuperEfficiencies:
    """Measure every unit against the frontier of all others.

    Only units that are efficient are measured again: one that is not, is no part of its own frontier.

    Parameters
    ----------
    inputs, outputs, orientation, returns
        As in :func:`verband.numerics.envelopment.efficiency.efficiencies`.

    Raises
    ------
    EnvelopmentError
        If the data cannot be used; with row and column.
    UnsolvedError
        If a program was not solved by either method.
    """
    check_choice(orientation, returns)
    units = Units.checked(inputs, outputs)
    farrell = farrell_measures(units, orientation, returns)
    efficient = np.flatnonzero(farrell == 1)
    some = Units(units.inputs[efficient], units.outputs[efficient])
    found = measure(units, some, orientation, returns, excluded=efficient)
    reason: list[str | None] = [None] * len(units)
    for row, value, status in zip(efficient.tolist(), found.farrell, found.status, strict=True):
        if status == "infeasible":
            reason[row] = ALONE if len(units) == 1 else OUT_OF_REACH
        elif status != "solved":
            raise UnsolvedError(row, status)
        elif value <= 0:
            reason[row] = NOTHING_IN_COMMON
        else:
            farrell[row] = max(value, 1.0) if orientation == "input" else min(value, 1.0)
    values = tuple(None if why else float(value) for value, why in zip(farrell, reason, strict=True))
    return SuperEfficiencies(
        orientation=orientation,
        returns=returns,
        efficiency=values if orientation == "input" else tuple(None if item is None else 1 / item for item in values),
        farrell=values,
        reason=tuple(reason),
    )
