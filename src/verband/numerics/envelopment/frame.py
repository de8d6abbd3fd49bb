"""From units to linear programs and back: envelopment form, with everything scaled to size 1.

Input orientation: ``min t`` with ``sum w x <= t x0`` and ``sum w y >= y0``; output orientation: ``max t`` with
``sum w x <= x0`` and ``sum w y >= t y0``; the sum of the weights as the returns to scale say (Cooper, Seiford and Tone,
2007, chapters 2-5). ``t`` is Farrell's (1957) measure.

Scores do not depend on the units of measurement, so every input is divided by its mean. Then every unit, on the
frontier or measured against it, is divided by its own size ``s``, the mean of its inputs: a weight becomes
``w s_j / s_0``, the share of the point's inputs that unit ``j`` uses, and the row of the sum of weights reads
``1 / s_j`` and ``1 / s_0``. These shares add up to at most 1 (``t`` in the input orientation), whatever the spread of
sizes: what a column would gain per share is therefore also the most that it could gain, and one margin for rounding
suits all. Outputs per input, and the row of the sum of weights, are divided by the largest there is, so that this holds
for slacks too. What a point itself has in a row may then be small; margins in a row are relative to it
(``Programs.amounts``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from verband.numerics.envelopment.bases import Array, Numbers, Programs
from verband.numerics.envelopment.rational import Solution, solve
from verband.numerics.envelopment.technology import Orientation, Returns, Units


@dataclass(frozen=True, slots=True)
class Frame:
    """The programs of points against one or more frontiers, with what turns the answers into the units of the data.

    Attributes
    ----------
    programs
        All points against the first frontier, then all against the second, and so on. Rows: inputs, outputs, and the
        sum of weights (not under constant returns).
    column_scales
        What each input, and each output per size, was divided by, shape (p + q,).
    reference_sizes, point_sizes
        Size of each unit of each frontier, shape (frontiers, n), and of the point of each program, shape (b,).
    orientation, returns
        What is measured.
    references, points
        Units of each frontier and what is measured, as they are.
    """

    programs: Programs
    column_scales: Array
    reference_sizes: Array
    point_sizes: Array
    orientation: Orientation
    returns: Returns
    references: tuple[Units, ...]
    points: Units

    @classmethod
    def of(
        cls,
        references: Sequence[Units],
        points: Units,
        orientation: Orientation,
        returns: Returns,
        excluded: Numbers | None = None,
    ) -> Frame:
        """Put the programs together.

        Parameters
        ----------
        references
            The units that span each frontier, equally many for all.
        points
            What is measured against each of them.
        orientation, returns
            Not the hull ``fdh``.
        excluded
            Unit that does not count, shape (b,); None if all count.
        """
        p, q = points.inputs.shape[1], points.outputs.shape[1]
        raw = np.stack([np.hstack([item.inputs, item.outputs]) for item in references])
        means = raw[:, :, :p].mean(axis=(0, 1))
        sizes, point_sizes = (raw[:, :, :p] / means).mean(axis=2), (points.inputs / means).mean(axis=1)
        scales = np.concatenate([means, (raw[:, :, p:] / sizes[:, :, None]).max(axis=(0, 1))])
        signs = np.concatenate([np.ones(p), -np.ones(q)])
        columns = (raw / scales / sizes[:, :, None] * signs).transpose(0, 2, 1)
        own = np.hstack([points.inputs, points.outputs]) / scales / point_sizes[:, None] * signs
        radial, right = np.zeros_like(own), np.zeros_like(own)
        if orientation == "input":
            radial[:, :p], right[:, p:] = -own[:, :p], own[:, p:]
        else:
            radial[:, p:], right[:, :p] = -own[:, p:], own[:, :p]
        slack = np.ones(p + q)
        if returns != "crs":
            # At most 1, at least 1 (turned round), or exactly 1: an equation has no slack.
            sign = -1.0 if returns == "ndrs" else 1.0
            least = float(sizes.min())
            columns = np.concatenate([columns, (sign * least / sizes)[:, None, :]], axis=1)
            right = np.hstack([right, (sign * least / point_sizes)[:, None]])
            radial = np.hstack([radial, np.zeros((len(own), 1))])
            slack = np.append(slack, 0.0 if returns == "vrs" else 1.0)
        groups = len(references)
        of_slacks = np.broadcast_to(np.diag(slack), (groups, len(slack), len(slack)))
        amounts = np.abs(right) + np.abs(radial)
        programs = Programs(
            columns=np.concatenate([columns, of_slacks], axis=2),
            group=np.repeat(np.arange(groups), len(own)),
            radial=np.tile(radial, (groups, 1)),
            right=np.tile(right, (groups, 1)),
            amounts=np.tile(np.where(amounts > 0, amounts, 1.0), (groups, 1)),
            sense=1.0 if orientation == "input" else -1.0,
            excluded=excluded,
        )
        point_sizes = np.tile(point_sizes, groups)
        return cls(programs, scales, sizes, point_sizes, orientation, returns, tuple(references), points)

    @property
    def inputs(self) -> int:
        """Number of inputs, ``p``."""
        return int(self.points.inputs.shape[1])

    @property
    def outputs(self) -> int:
        """Number of outputs, ``q``."""
        return int(self.points.outputs.shape[1])

    def exact(self, unit: int, *, slacks: bool) -> Solution:
        """Solve one program in whole fractions; weights and slacks come back scaled as in the programs."""
        group, row = int(self.programs.group[unit]), unit % len(self.points)
        found = solve(
            self.references[group],
            (self.points.inputs[row], self.points.outputs[row]),
            self.orientation,
            self.returns,
            excluded=None if self.programs.excluded is None else int(self.programs.excluded[unit]),
            slacks=slacks,
        )
        own = np.zeros(self.programs.rows)
        own[: len(self.column_scales)] = found.slacks / self.column_scales / self.point_sizes[unit]
        return replace(found, weights=found.weights * self.reference_sizes[group] / self.point_sizes[unit], slacks=own)

    def start(self) -> tuple[Numbers, Numbers]:
        """A column to start each program from, and the row that decides its weight, both of shape (b,).

        The column is the most productive of those that produce most outputs.
        """
        programs, p, q = self.programs, self.inputs, self.outputs
        goods = np.abs(programs.columns[:, : p + q, : programs.size])
        productivity = goods[:, p:].sum(axis=1) / goods[:, :p].sum(axis=1)
        best = np.lexsort((-productivity, -(goods[:, p:] > 0).sum(axis=1)), axis=-1)
        column = best[programs.group, 0]
        if programs.excluded is not None and programs.size > 1:
            column = np.where(column == programs.excluded, best[programs.group, 1], column)
        return column, self._limits(column)

    def _limits(self, column: Numbers) -> Numbers:
        """Outputs ask for a weight of at least so much, inputs for at most so much; the sum of weights may decide."""
        programs, p, q = self.programs, self.inputs, self.outputs
        last, rows = p + q, np.arange(len(column))
        if self.returns == "vrs":
            return np.full(len(column), last)
        fixed = slice(p, last) if self.orientation == "input" else slice(0, p)
        entries = programs.column(rows, column)
        asked = np.full((len(column), fixed.stop - fixed.start), -np.inf)
        np.divide(programs.sense * programs.right[:, fixed], entries[:, fixed], out=asked, where=entries[:, fixed] != 0)
        place = asked.argmax(axis=1)
        weight = programs.sense * asked[rows, place]
        place = place + fixed.start
        if self.returns == "crs":
            return np.asarray(place, dtype=np.int64)
        bound = programs.right[:, last] / entries[:, last]
        beyond = weight > bound if self.returns == "nirs" else weight < bound
        return np.asarray(np.where(beyond, last, place), dtype=np.int64)

    def slack_weights(self) -> Array:
        """Weight of the slack of each row in their sum in the units of the data, the largest being 1, shape (m,)."""
        rest = np.zeros(self.programs.rows - len(self.column_scales))
        return np.concatenate([self.column_scales / self.column_scales.max(), rest])

    def in_units(self, slacks: Array) -> Array:
        """Slacks in the units of the data, shape (b, p + q), from scaled ones, shape (b, m)."""
        own = slacks[:, : len(self.column_scales)]
        return np.asarray(own * self.column_scales * self.point_sizes[:, None], dtype=np.float64)

    def weights(self, points: Numbers, columns: Numbers, scaled: Array) -> Array:
        """Weights of units of the frontier in the mixtures of points from scaled ones; all of one shape."""
        return np.asarray(
            scaled * self.point_sizes[points] / self.reference_sizes[self.programs.group[points], columns]
        )
