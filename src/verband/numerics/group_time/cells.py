"""Every cohort at every time against those not treated then (Callaway and Sant'Anna, 2021, equations 2.4 and 2.5).

A cell compares the units seen both in its base period and at its time, so that units which vanish later keep their
part in the cells before. Base of a cell from the start on: the last period before anticipation; of one before it: the
period just before (*varying*), or that same last period (*universal*). Controls: those never treated, or all not yet
treated at both periods, anticipation counted in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from verband.numerics.group_time.two_periods import Array, Flags, Method, two_period_effect

Whole = npt.NDArray[np.int64]
Control = Literal["never", "not-yet"]
Base = Literal["varying", "universal"]
NEVER = 0
"""Cohort of units that are never treated."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Units over periods.

    Attributes
    ----------
    outcome
        Shape (units, periods), not-a-number where a unit is not seen.
    periods
        Shape (periods,), ascending.
    cohort
        First treated period per unit, shape (units,); :data:`NEVER` for never.
    covariates
        Shape (units, periods, k).
    """

    outcome: Array
    periods: Whole
    cohort: Whole
    covariates: Array


@dataclass(frozen=True, slots=True)
class Cells:
    """Effects per cohort and time, with what every unit adds to their error.

    Attributes
    ----------
    group, time
        Shape (m,).
    effect
        Shape (m,), in the unit of the outcome.
    influence
        Shape (m, units): see :class:`~verband.numerics.group_time.two_periods.TwoPeriodEffect`.
    treated, controls
        Shape (m, units): who is in the cell.
    """

    group: Whole
    time: Whole
    effect: Array
    influence: Array
    treated: Flags
    controls: Flags


@dataclass(frozen=True, slots=True)
class Planned:
    """One comparison: its cohort, its time and base (columns of the panel)."""

    group: int
    time: int
    base: int


def cell_plan(periods: Whole, groups: Sequence[int], *, anticipation: int, base: Base) -> tuple[Planned, ...]:
    """Which cells there are.

    Parameters
    ----------
    periods
        Ascending, shape (periods,).
    groups
        First treated periods.
    anticipation
        Periods before the start in which there may be an effect already.
    base
        Which period the cells before the start are compared with.
    """
    plan = []
    for group in groups:
        before = np.flatnonzero(periods < group - anticipation)
        for column, time in enumerate(periods):
            if base == "universal" or time >= group:
                at = int(before[-1]) if len(before) else None
            else:
                at = column - 1 if column else None
            if at is not None and at != column:
                plan.append(Planned(int(group), column, at))
    return tuple(plan)


def estimate_cells(
    panel: Panel, plan: Sequence[Planned], *, control: Control, anticipation: int, method: Method
) -> Cells:
    """Estimate the cells that have treated units and controls; the others are left out.

    Parameters
    ----------
    panel
        Units over periods.
    plan
        From :func:`cell_plan`.
    control, anticipation, method
        Who is compared with; periods with an effect before the start; how.

    Raises
    ------
    SeparatedError, CollinearCovariatesError
        If the covariates of a cell allow no estimate.
    """
    seen = np.isfinite(panel.outcome)
    kept, effects, influences, treated_in, controls_in = [], [], [], [], []
    for item in plan:
        both = seen[:, item.time] & seen[:, item.base]
        treated = both & (panel.cohort == item.group)
        last = panel.periods[max(item.time, item.base)] + anticipation
        free = panel.cohort == NEVER
        if control == "not-yet":
            free = free | ((panel.cohort > last) & (panel.cohort != item.group))
        controls = both & free
        if not treated.any() or not controls.any():
            continue
        units = np.flatnonzero(treated | controls)
        influence = np.zeros(len(seen))
        if panel.covariates.shape[2]:
            change = panel.outcome[units, item.time] - panel.outcome[units, item.base]
            found = two_period_effect(change, treated[units], panel.covariates[units, item.base], method=method)
            effect, influence[units] = found.effect, found.influence
        else:
            change = panel.outcome[:, item.time] - panel.outcome[:, item.base]
            own, other = change[treated], change[controls]
            effect = float(own.mean() - other.mean())
            influence[treated] = (own - own.mean()) / len(own)
            influence[controls] = -(other - other.mean()) / len(other)
        kept.append(item)
        effects.append(effect)
        influences.append(influence)
        treated_in.append(treated)
        controls_in.append(controls)
    units_of = len(seen)
    return Cells(
        group=np.array([item.group for item in kept], dtype=np.int64),
        time=panel.periods[np.array([item.time for item in kept], dtype=np.int64)],
        effect=np.array(effects, dtype=np.float64),
        influence=np.array(influences, dtype=np.float64).reshape(len(kept), units_of),
        treated=np.array(treated_in, dtype=np.bool_).reshape(len(kept), units_of),
        controls=np.array(controls_in, dtype=np.bool_).reshape(len(kept), units_of),
    )
