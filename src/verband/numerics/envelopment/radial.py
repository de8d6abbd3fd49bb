"""Points measured against a frontier: Farrell's (1957) radial measure, slacks and weights.

The batch method of :mod:`verband.numerics.envelopment.simplex`; programs that it does not solve beyond doubt are solved
in whole fractions, one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from verband.numerics.envelopment.aims import Radial, Slacks
from verband.numerics.envelopment.bases import NO_SOLUTION, SOLVED, UNSOLVED, Array, Bases, Flags, Numbers, Programs
from verband.numerics.envelopment.frame import Frame
from verband.numerics.envelopment.free_disposal import measure_hull
from verband.numerics.envelopment.measured import ROUNDING, Measured, Peers, Status, outside
from verband.numerics.envelopment.rational import Solution
from verband.numerics.envelopment.simplex import Batch
from verband.numerics.envelopment.technology import Orientation, Returns, Units
from verband.numerics.threads import one_thread

SMALL = 1e-11
"""A slack, or what a peer brings in, that is smaller than this relative to what the point has in that row, is zero."""
_NOTHING = 1e-9
"""Output per input, relative to the largest there is, that may be nothing but rounding."""
_CLEARLY_INFEASIBLE = 1e-6
_PILOTS = 64


def measure(
    reference: Units,
    points: Units,
    orientation: Orientation,
    returns: Returns,
    *,
    excluded: Numbers | None = None,
    slacks: bool = False,
) -> Measured:
    """Measure points against the frontier of a reference.

    Parameters
    ----------
    reference
        The units that span the frontier.
    points
        What is measured.
    orientation, returns
        What is measured.
    excluded
        Unit of the reference that does not count for a point, shape (b,); None if all count.
    slacks
        Whether to find, in a second stage, the largest unweighted sum of slacks, and the peers that go with it.
    """
    if returns == "fdh":
        return measure_hull(reference, points, orientation, excluded=excluded, slacks=slacks)
    if excluded is not None and len(reference) == 1:
        return outside(len(points), reference.inputs.shape[1] + reference.outputs.shape[1] if slacks else None)
    with one_thread():
        return measured(Frame.of([reference], points, orientation, returns, excluded), slacks=slacks)


def measured(frame: Frame, *, slacks: bool) -> Measured:
    """Solve the programs of a frame; the caller sees to :func:`verband.numerics.threads.one_thread`."""
    programs = frame.programs
    count = len(programs)
    batch = Batch(programs, *frame.start())
    bases, everyone, aim = batch.bases, np.arange(count), Radial(programs)
    if len(programs.columns) > 1:
        # Many frontiers: together they need nearly all columns.
        batch.use(np.arange(programs.size))
    elif count > _PILOTS:
        # A few of all sizes first: they find most of the columns that all the others need.
        batch.solve(aim, np.sort(np.argsort(frame.point_sizes, kind="stable")[:: count // _PILOTS]))
    batch.solve(aim, everyone)
    farrell = np.where(bases.state == SOLVED, bases.values[everyone, bases.radial_place], np.nan)
    weights = frame.slack_weights() if slacks else None
    if weights is not None:
        batch.solve(Slacks(programs, weights, aim.prices(bases)), np.flatnonzero(bases.state == SOLVED))
    status: list[Status] = ["infeasible" if state == NO_SOLUTION else "solved" for state in bases.state]
    answers = {int(unit): frame.exact(int(unit), slacks=slacks) for unit in np.flatnonzero(_doubtful(bases, programs))}
    for unit, answer in answers.items():
        farrell[unit], status[unit] = answer.radial, answer.status
    farrell = np.where(np.abs(farrell - 1) <= ROUNDING, 1.0, farrell)
    if not slacks:
        return Measured(farrell, tuple(status), None, None, len(answers))
    return Measured(farrell, tuple(status), *_details(frame, bases, answers, status), len(answers))


def _doubtful(bases: Bases, programs: Programs) -> Flags:
    """Programs that were not solved, or whose want of a solution, or of any output, is a matter of rounding."""
    rows = np.arange(len(bases))
    left = bases.values[rows, bases.artificial_place]
    found = (bases.state == UNSOLVED) | ((bases.state == NO_SOLUTION) & (left < _CLEARLY_INFEASIBLE))
    if programs.sense < 0:
        radial = bases.values[rows, bases.radial_place]
        low = np.flatnonzero((bases.state == SOLVED) & (radial < 1))
        made = np.abs(programs.radial[low]) * radial[low, None]
        found[low] |= ((programs.radial[low] < 0) & (made <= _NOTHING)).any(axis=1)
    return np.asarray(found)


def _details(frame: Frame, bases: Bases, answers: dict[int, Solution], status: Sequence[Status]) -> tuple[Array, Peers]:
    """Slacks, shape (b, p + q), and peers."""
    programs, size = frame.programs, frame.programs.size
    values = np.where(bases.index < size + programs.rows, bases.values, 0.0)
    left_out = np.fromiter(answers, dtype=np.int64, count=len(answers))
    values[bases.state != SOLVED] = 0
    values[left_out] = 0
    slacks, amounts = np.zeros((len(bases), programs.rows)), programs.amounts
    unit, place = np.nonzero((bases.index >= size) & (values > 0))
    slacks[unit, bases.index[unit, place] - size] = values[unit, place]
    point, place = np.nonzero((bases.index < size) & (values > 0))
    points, peers, scaled = [point], [bases.index[point, place]], [values[point, place]]
    for number, answer in answers.items():
        slacks[number] = answer.slacks
        some = np.flatnonzero(answer.weights > 0)
        points.append(np.full(len(some), number))
        peers.append(some)
        scaled.append(answer.weights[some])
    slacks[slacks <= SMALL * amounts] = 0
    for number, what in enumerate(status):
        if what != "solved":
            slacks[number] = np.nan
    found = _peers(frame, np.concatenate(points), np.concatenate(peers), np.concatenate(scaled))
    return frame.in_units(slacks), found


def _peers(frame: Frame, point: Numbers, peer: Numbers, scaled: Array) -> Peers:
    weight = frame.weights(point, peer, scaled)
    # Zero is what matters in no row.
    share = scaled[:, None] * np.abs(frame.programs.column(point, peer)) / frame.programs.amounts[point]
    real = np.flatnonzero(share.max(axis=1) > SMALL)
    order = real[np.lexsort((peer[real], point[real]))]
    return Peers(point[order], peer[order], weight[order])
