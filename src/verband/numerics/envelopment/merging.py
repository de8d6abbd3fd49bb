"""Potential gains of merging units, and where they come from.

Bogetoft and Wang (2005); Bogetoft and Otto (2011, chapter 9). For units ``J`` with ``H`` members, inputs ``x`` and
outputs ``y``, and ``E(x0, y0)`` Farrell's measure of a point against the frontier of all units (written for the input
orientation):

    potential  E  = E(sum x, sum y)
    pure       E* = E(sum e x, sum y)            with e the measure of each unit by itself
    learning   E / E*                            each unit works better by itself: no merger needed
    harmony    E(sum e x / H, sum y / H)         a better mix, without any larger unit
    size       E* / harmony                      what is left: being large

so that ``E = learning * harmony * size``. In the output orientation the outputs are projected instead. All five are on
Farrell's scale: below 1 is a saving of inputs, in the output orientation above 1 is a gain of outputs; on the other
side of 1 is a loss: the merged units as they are lie beyond the frontier, and merging is costly. A merged unit may lie
outside the technology (it produces more than any mixture of units does, when returns vary): then nothing is known of
its potential.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.envelopment.bases import Array
from verband.numerics.envelopment.efficiency import farrell_measures
from verband.numerics.envelopment.measured import Measured, UnsolvedError
from verband.numerics.envelopment.radial import measure
from verband.numerics.envelopment.technology import EnvelopmentError, Orientation, Returns, Units, check_choice

OUTSIDE = "outside the technology"


class GroupError(EnvelopmentError):
    """A group of units that cannot be merged: fewer than two, one twice, or one that does not exist."""


@dataclass(frozen=True, slots=True)
class MergingGain:
    """What merging some units could gain, on Farrell's scale.

    Attributes
    ----------
    units
        Rows that are merged.
    potential, pure, learning, harmony, size
        As in the module; None where it cannot be known.
    reason
        Why not; None if all are known.
    """

    units: tuple[int, ...]
    potential: float | None
    pure: float | None
    learning: float | None
    harmony: float | None
    size: float | None
    reason: str | None


def merging_gains(
    inputs: npt.ArrayLike,
    outputs: npt.ArrayLike,
    groups: Sequence[Sequence[int]],
    *,
    orientation: Orientation = "input",
    returns: Returns = "vrs",
) -> tuple[MergingGain, ...]:
    """Find the potential gain of merging each group, against the frontier of all units as they are now.

    Parameters
    ----------
    inputs, outputs, orientation, returns
        As in :func:`verband.numerics.envelopment.efficiency.efficiencies`.
    groups
        Rows of the units of each merger.

    Raises
    ------
    EnvelopmentError
        If the data or a group cannot be used.
    UnsolvedError
        If a program was not solved by either method.
    """
    check_choice(orientation, returns)
    units = Units.checked(inputs, outputs)
    members = [_checked(group, len(units)) for group in groups]
    if not members:
        return ()
    own = farrell_measures(units, orientation, returns)[:, None]
    by_input = orientation == "input"
    projected = Units(
        units.inputs * own if by_input else units.inputs, units.outputs if by_input else units.outputs * own
    )
    sizes = np.array([len(group) for group in members], dtype=np.float64)[:, None]
    pure_points = _summed(projected, members)
    points = (_summed(units, members), pure_points, Units(pure_points.inputs / sizes, pure_points.outputs / sizes))
    potential, pure, harmony = (_known(measure(units, item, orientation, returns)) for item in points)
    return tuple(_gain(*item) for item in zip(members, potential, pure, harmony, strict=True))


def _gain(units: tuple[int, ...], potential: float | None, pure: float | None, harmony: float | None) -> MergingGain:
    learning = potential / pure if potential is not None and pure is not None else None
    size = pure / harmony if pure is not None and harmony is not None else None
    known = None not in {learning, size}
    return MergingGain(units, potential, pure, learning, harmony, size, None if known else OUTSIDE)


def _checked(group: Sequence[int], count: int) -> tuple[int, ...]:
    if len(group) < 2:
        raise GroupError("a merger needs two units or more")
    if len(set(group)) < len(group):
        raise GroupError(f"a unit stands twice in one merger: {', '.join(map(str, group))}")
    for row in group:
        if not 0 <= row < count:
            raise GroupError(f"there is no unit {row}: rows are counted from 0 to {count - 1}", row=row)
    return tuple(group)


def _summed(units: Units, members: Sequence[tuple[int, ...]]) -> Units:
    def total(values: Array) -> Array:
        return np.stack([values[list(group)].sum(axis=0) for group in members])

    return Units(total(units.inputs), total(units.outputs))


def _known(found: Measured) -> list[float | None]:
    """Measures; None for a point outside the technology, or (a measure of 0) one that shares no output with it."""
    for row, status in enumerate(found.status):
        if status not in {"solved", "infeasible"}:
            raise UnsolvedError(row, status)
    return [
        float(value) if status == "solved" and value > 0 else None
        for value, status in zip(found.farrell, found.status, strict=True)
    ]
