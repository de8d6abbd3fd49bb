"""Group-time effects by the library diff-diff (MIT licence), in the shape of our own cells.

The library and :mod:`verband.numerics.group_time` compute every cell apart from each other; if they differ, nothing is
answered. Taken from elsewhere, each for a reason that a test holds on to:

- errors, averages and bands: the library weights cells of a panel with gaps by who is seen in the cell (with a cluster
  column by cohort size), and counts anticipated periods as treated; here and in the R package did, weights are cohort
  sizes and effects begin at the start;
- the doubly robust estimator with covariates: the library does not let the weights of the controls add up to one
  (Callaway and Sant'Anna, 2021, equation 2.4, and the R package DRDID do).
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from verband.numerics.group_time import Cells, Panel
from verband.numerics.group_time.cells import Base, Control
from verband.numerics.group_time.two_periods import Array

_AGREEMENT = 1e-8
"""Largest difference between the two, relative to the size of the outcome."""


class DisagreementError(RuntimeError):
    """Two implementations of the same estimator give different numbers: a fault in one of them."""


def library_effects(panel: Panel, cells: Cells, *, control: Control, anticipation: int, base: Base) -> Array:
    """Let the library estimate the cells, by difference of means or, with covariates, outcome regression.

    Parameters
    ----------
    panel
        Units over periods.
    cells
        Our own, by outcome regression; their effects must be the same.
    control, anticipation, base
        As for the cells.

    Returns
    -------
    Array
        Effects in the order of the cells, shape (m,).

    Raises
    ------
    DisagreementError
        If the library finds something else.
    """
    import pandas as pd  # type: ignore[import-untyped]  # noqa: PLC0415  heavy
    from diff_diff import CallawaySantAnna  # noqa: PLC0415  heavy

    unit, period = np.nonzero(np.isfinite(panel.outcome))
    names = [f"x{number}" for number in range(panel.covariates.shape[2])]
    rows: dict[str, Any] = {
        "unit": unit,
        "time": panel.periods[period],
        "start": panel.cohort[unit],
        "outcome": panel.outcome[unit, period],
    }
    rows |= {name: panel.covariates[unit, period, number] for number, name in enumerate(names)}
    model = CallawaySantAnna(
        control_group="never_treated" if control == "never" else "not_yet_treated",
        anticipation=anticipation,
        estimation_method="reg",
        base_period=base,
        rank_deficient_action="error",
    )
    with warnings.catch_warnings():
        # It warns of gaps in the panel, which are counted and told here.
        warnings.simplefilter("ignore")
        found = model.fit(
            pd.DataFrame(rows), outcome="outcome", unit="unit", time="time", first_treat="start",
            covariates=names or None,
        )  # fmt: skip
    by_cell = {(int(group), int(time)): item for (group, time), item in found.group_time_effects.items()}
    missing = {"effect": np.nan, "n_treated": 0, "n_control": 0}
    theirs = [by_cell.get((int(g), int(t)), missing) for g, t in zip(cells.group, cells.time, strict=True)]
    effects = np.array([float(item["effect"]) for item in theirs])
    sizes = np.array([(int(item["n_treated"]), int(item["n_control"])) for item in theirs]).reshape(-1, 2)
    own = np.column_stack([cells.treated.sum(axis=1), cells.controls.sum(axis=1)])
    size = float(np.nanmax(np.abs(panel.outcome)))
    if not (np.abs(effects - cells.effect) <= _AGREEMENT * size).all() or not np.array_equal(sizes, own):
        raise DisagreementError("the library diff-diff and Verband's own estimator give different group-time effects")
    return effects
