"""Scale efficiency and the nature of returns to scale.

Scale efficiency is efficiency under constant returns over that under variable returns (Banker, Charnes and Cooper,
1984). A unit operates under constant returns where the two are equal, else under decreasing returns where those under
non-increasing returns equal those under variable returns, else under increasing returns (Färe, Grosskopf and Lovell,
1985; Coelli, 1996). The nature belongs to the point on the frontier that the unit is compared with, and
may differ between orientations. The free disposal hull has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from verband.numerics.envelopment.bases import Array
from verband.numerics.envelopment.efficiency import as_efficiency, farrell_measures, own_frontier
from verband.numerics.envelopment.radial import measure
from verband.numerics.envelopment.technology import Orientation, Units, check_choice

Nature = Literal["increasing", "constant", "decreasing"]

EQUAL = 1e-7
"""Relative difference below which two efficiencies are equal; they are exact to about 1e-9."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Efficiency under three assumptions, and what follows from it.

    Attributes
    ----------
    orientation
        What was measured.
    constant, variable
        Efficiency in (0, 1] under constant and variable returns, shape (n,).
    scale_efficiency
        ``constant / variable``, in (0, 1].
    returns_to_scale
        Nature of returns per unit.
    """

    orientation: Orientation
    constant: Array
    variable: Array
    scale_efficiency: Array
    returns_to_scale: tuple[Nature, ...]


def scale_efficiencies(inputs: npt.ArrayLike, outputs: npt.ArrayLike, *, orientation: Orientation = "input") -> Scale:
    """Find scale efficiency and nature of returns of every unit.

    Parameters
    ----------
    inputs, outputs, orientation
        As in :func:`verband.numerics.envelopment.efficiency.efficiencies`.

    Raises
    ------
    EnvelopmentError
        If the data cannot be used; with row and column.
    """
    check_choice(orientation, "vrs")
    units = Units.checked(inputs, outputs)
    constant = as_efficiency(farrell_measures(units, orientation, "crs"), orientation)
    variable = as_efficiency(farrell_measures(units, orientation, "vrs"), orientation)
    ratio = np.minimum(constant / variable, 1.0)
    unequal = np.flatnonzero(ratio < 1 - EQUAL)
    nature = np.full(len(units), "constant", dtype=object)
    if unequal.size:
        some = Units(units.inputs[unequal], units.outputs[unequal])
        found = measure(units, some, orientation, "nirs")
        not_rising = as_efficiency(own_frontier(found.farrell, found.status, orientation), orientation)
        falls = not_rising >= variable[unequal] * (1 - EQUAL)
        nature[unequal] = np.where(falls, "decreasing", "increasing")
    return Scale(orientation, constant, variable, np.where(ratio < 1 - EQUAL, ratio, 1.0), tuple(nature))
