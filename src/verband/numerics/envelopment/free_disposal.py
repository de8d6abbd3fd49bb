"""The free disposal hull: each point against single units that use no more, or produce no less (no mixtures).

Deprins, Simar and Tulkens (1984); by enumeration (Tulkens, 1993), so that no program is solved.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from verband.numerics.envelopment.bases import Array, Flags, Numbers
from verband.numerics.envelopment.measured import ROUNDING, Measured, Peers, Status
from verband.numerics.envelopment.technology import Orientation, Units

TIE = 1e-12
"""Relative difference below which two values are equal."""
_PAIRS_AT_ONCE = 2**18


def ratios(reference: Units, points: Units, orientation: Orientation) -> Iterator[tuple[slice, Array, Flags]]:
    """Compare points with all units of a reference, some points at a time.

    Yields
    ------
    tuple
        Which points; what each unit alone would make of their measure, shape (points, n): the largest ratio of inputs,
        or the smallest ratio of outputs; and whether the unit produces no less, or uses no more.
    """
    step = max(1, _PAIRS_AT_ONCE // len(reference))
    for begin in range(0, len(points), step):
        block = slice(begin, begin + step)
        x, y = points.inputs[block], points.outputs[block]
        if orientation == "input":
            ratio = _extreme(np.maximum, reference.inputs, x)
            comparable = _all(reference.outputs, y * (1 - TIE), np.greater_equal)
        else:
            ratio = _extreme(np.minimum, reference.outputs, y)
            comparable = _all(reference.inputs, x * (1 + TIE), np.less_equal)
        yield block, ratio, comparable


def _extreme(choose: np.ufunc, reference: Array, own: Array) -> Array:
    """Largest or smallest ratio over the columns; a column of which a point has nothing does not count."""
    neutral = np.inf if choose is np.minimum else -np.inf
    found = np.full((len(own), len(reference)), neutral)
    for column in range(own.shape[1]):
        some = np.flatnonzero(own[:, column] > 0)
        found[some] = choose(found[some], reference[None, :, column] / own[some, column][:, None])
    return found


def _all(reference: Array, own: Array, compare: np.ufunc) -> Flags:
    found = np.ones((len(own), len(reference)), dtype=np.bool_)
    for column in range(own.shape[1]):
        found &= compare(reference[None, :, column], own[:, column][:, None])
    return found


def measure_hull(
    reference: Units,
    points: Units,
    orientation: Orientation,
    *,
    excluded: Numbers | None = None,
    slacks: bool = False,
) -> Measured:
    """Measure points against the hull; parameters as in :func:`verband.numerics.envelopment.radial.measure`.

    The peer is the unit with the best measure, of several the one with the largest sum of slacks, then the first.
    """
    sign = 1.0 if orientation == "input" else -1.0
    farrell, peer = np.full(len(points), np.nan), np.zeros(len(points), dtype=np.int64)
    for block, ratio, comparable in ratios(reference, points, orientation):
        rows = np.arange(len(ratio))
        if excluded is not None:
            comparable[rows, excluded[block]] = False
        loss = np.where(comparable, sign * ratio, np.inf)
        best = loss.min(axis=1)
        farrell[block] = np.where(np.isfinite(best), sign * best, np.nan)
        if slacks:
            tied = comparable & (loss <= (best + TIE * np.abs(best))[:, None])
            sums = reference.outputs.sum(axis=1) - reference.inputs.sum(axis=1)
            peer[block] = np.where(tied, sums[None, :], -np.inf).argmax(axis=1)
    found = np.isfinite(farrell)
    farrell = np.where(np.abs(farrell - 1) <= ROUNDING, 1.0, farrell)
    status: tuple[Status, ...] = tuple("solved" if item else "infeasible" for item in found)
    if not slacks:
        return Measured(farrell, status, None, None, 0)
    target = (points.inputs * farrell[:, None], points.outputs)
    if orientation == "output":
        target = (points.inputs, points.outputs * farrell[:, None])
    left = np.hstack([target[0] - reference.inputs[peer], reference.outputs[peer] - target[1]])
    size = np.hstack([np.abs(target[0]), np.abs(target[1])])
    left = np.where(np.abs(left) <= ROUNDING * size, 0.0, left)
    some = np.flatnonzero(found)
    return Measured(farrell, status, left, Peers(some, peer[some], np.ones(len(some))), 0)
