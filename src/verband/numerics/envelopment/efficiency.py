"""Efficiency of units against the frontier that they span themselves, with slacks and peers.

Radial measure of Farrell (1957) by the programs of Charnes, Cooper and Rhodes (1978) and Banker, Charnes and Cooper
(1984); slacks in a second stage (Ali and Seiford, 1993; Coelli, 1996): at the radial target, the largest sum
of all slacks in the units of the data. Which slacks make up that sum, and which peers go with it, is not always unique.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.envelopment.bases import Array
from verband.numerics.envelopment.measured import Peers, UnsolvedError
from verband.numerics.envelopment.radial import measure
from verband.numerics.envelopment.technology import Orientation, Returns, Units, check_choice


@dataclass(frozen=True, slots=True)
class Efficiencies:
    """How efficient each unit is.

    Attributes
    ----------
    orientation, returns
        What was measured.
    farrell
        Farrell's measure, shape (n,): what all inputs could be multiplied by (at most 1), or all outputs (at least 1).
    efficiency
        In (0, 1]: ``farrell`` in the input orientation, ``1 / farrell`` in the output orientation.
    input_slacks, output_slacks
        What could go on top of that, in the units of the data, shapes (n, p) and (n, q).
    peers
        The mixture of units that each is compared with: ``sum w x = farrell x - slack`` and
        ``sum w y = y + slack`` (input orientation; for outputs ``sum w x = x - slack``, ``sum w y = farrell y +
        slack``).
    by_reference
        How many programs were left to whole fractions.
    """

    orientation: Orientation
    returns: Returns
    farrell: Array
    efficiency: Array
    input_slacks: Array
    output_slacks: Array
    peers: Peers
    by_reference: int


def efficiencies(
    inputs: npt.ArrayLike,
    outputs: npt.ArrayLike,
    *,
    orientation: Orientation = "input",
    returns: Returns = "vrs",
) -> Efficiencies:
    """Measure every unit against the frontier of all.

    Parameters
    ----------
    inputs
        Shape (n, p), above zero.
    outputs
        Shape (n, q), zero or more; a unit may have zero of some outputs, not of all.
    orientation
        ``"input"``: how far inputs could shrink; ``"output"``: how far outputs could grow.
    returns
        Returns to scale: ``crs``, ``vrs``, ``nirs``, ``ndrs`` or ``fdh``, see :mod:`.technology`.

    Raises
    ------
    EnvelopmentError
        If the data cannot be used; with row and column.
    UnsolvedError
        If a program was not solved by either method.
    """
    check_choice(orientation, returns)
    units = Units.checked(inputs, outputs)
    found = measure(units, units, orientation, returns, slacks=True)
    if found.slacks is None or found.peers is None:
        raise AssertionError("slacks were asked for")
    farrell = own_frontier(found.farrell, found.status, orientation)
    p = units.inputs.shape[1]
    return Efficiencies(
        orientation=orientation,
        returns=returns,
        farrell=farrell,
        efficiency=as_efficiency(farrell, orientation),
        input_slacks=found.slacks[:, :p],
        output_slacks=found.slacks[:, p:],
        peers=found.peers,
        by_reference=found.by_reference,
    )


def farrell_measures(units: Units, orientation: Orientation, returns: Returns) -> Array:
    """Farrell's measure of every unit against the frontier of all, shape (n,), without slacks and peers."""
    found = measure(units, units, orientation, returns)
    return own_frontier(found.farrell, found.status, orientation)


def own_frontier(farrell: Array, status: tuple[str, ...], orientation: Orientation) -> Array:
    """Measures of units that are part of the frontier themselves: each has one, and none lies beyond.

    Raises
    ------
    UnsolvedError
        If a program was not solved.
    """
    for row, what in enumerate(status):
        if what != "solved":
            raise UnsolvedError(row, what)
    return np.minimum(farrell, 1.0) if orientation == "input" else np.maximum(farrell, 1.0)


def as_efficiency(farrell: Array, orientation: Orientation) -> Array:
    """Farrell's measure on the scale where 1 is efficient and less is worse."""
    return farrell.copy() if orientation == "input" else 1.0 / farrell
