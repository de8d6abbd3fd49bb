"""One program by HiGHS (Huangfu and Hall, 2018): the reference, and the last resort where the batch method fails.

The same two stages on the same scaled numbers as :mod:`verband.numerics.envelopment.simplex`, by a general solver.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from verband.numerics.envelopment.bases import Array, Programs

Status = Literal["solved", "infeasible", "unbounded", "failed"]

_TOLERANCE = 1e-10
"""The smallest that HiGHS takes."""
_STATUS: dict[int, Status] = {0: "solved", 2: "infeasible", 3: "unbounded"}


@dataclass(frozen=True, slots=True)
class Solution:
    """One program solved.

    Attributes
    ----------
    status
        What came of it; without ``"solved"`` the rest is nan.
    radial
        The radial variable.
    weights, slacks
        Of the columns, shape (n,), and of the rows, shape (m,).
    """

    status: Status
    radial: float
    weights: Array
    slacks: Array


def solve(programs: Programs, unit: int, weights: Array | None = None) -> Solution:
    """Solve the program of one unit.

    Parameters
    ----------
    programs
        The batch it belongs to.
    unit
        Its row.
    weights
        Weights of the slacks for the second stage, shape (m,); None leaves it out.
    """
    size, columns = programs.size, programs.columns[programs.group[unit]]
    cost = np.zeros(columns.shape[1] + 1)
    cost[-1] = programs.sense
    upper = np.full(columns.shape[1], np.inf)
    if programs.excluded is not None:
        upper[programs.excluded[unit]] = 0
    left = np.hstack([columns, programs.radial[unit][:, None]])
    bounds = [*((0.0, bound) for bound in upper), (-np.inf, np.inf)]
    found = _highs(cost, left, programs.right[unit], bounds)
    if found.status == 0 and weights is not None:
        best = float(found.x[-1])
        gain = -np.concatenate([np.zeros(size), weights, [0.0]])
        # As it is first; rounding may leave no room, so then with as much as the solver's tolerance.
        for room in (0.0, max(1.0, abs(best)) * _TOLERANCE):
            bounds[-1] = (best - room, best + room)
            second = _highs(gain, left, programs.right[unit], bounds)
            if second.status == 0:
                found = second
                break
    if found.status != 0:
        nothing = np.full(columns.shape[1], np.nan)
        return Solution(_STATUS.get(found.status, "failed"), np.nan, nothing[:size], nothing[size:])
    return Solution("solved", float(found.x[-1]), found.x[:size], found.x[size:-1])


def _highs(cost: Array, left: Array, right: Array, bounds: list[tuple[float, float]]) -> Any:  # noqa: ANN401
    from scipy import optimize  # noqa: PLC0415  slow to start, and seldom needed

    options = {"primal_feasibility_tolerance": _TOLERANCE, "dual_feasibility_tolerance": _TOLERANCE}
    linprog: Any = optimize.linprog
    return linprog(cost, A_eq=left, b_eq=right, bounds=bounds, method="highs-ds", options=options)
