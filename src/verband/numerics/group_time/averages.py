"""Averages of group-time effects with cohort sizes as weights (Callaway and Sant'Anna, 2021, section 3).

The sizes are estimates of population shares too; what that adds to the error of an average is in its influence
(their corollary 2). Every average is a weighted sum of cells, so its weights travel with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verband.numerics.group_time.cells import Cells, Whole
from verband.numerics.group_time.two_periods import Array, Flags


@dataclass(frozen=True, slots=True)
class Average:
    """A weighted sum of cells.

    Attributes
    ----------
    estimate
        In the unit of the outcome.
    weights
        Per cell, shape (m,); they add up to one.
    influence
        Per unit, shape (units,), the weights counted as estimates.
    """

    estimate: float
    weights: Array
    influence: Array


def group_weights(cells: Cells, chosen: Flags, cohort: Whole) -> Array:
    """Weights in proportion to the size of the cohort, over the chosen cells; shape (m,)."""
    sizes = np.array([(cohort == group).sum() for group in cells.group], dtype=np.float64)
    weights = np.where(chosen, sizes, 0.0)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def average(cells: Cells, chosen: Flags, cohort: Whole) -> Average:
    """Average the chosen cells with cohort sizes as weights.

    Parameters
    ----------
    cells
        Effects.
    chosen
        Shape (m,); at least one.
    cohort
        Of every unit, shape (units,).
    """
    weights = group_weights(cells, chosen, cohort)
    units = len(cohort)
    total = np.where(chosen, [(cohort == group).sum() for group in cells.group], 0).sum() / units
    estimate = float(weights @ cells.effect)
    influence = weights @ cells.influence
    for place in np.flatnonzero(chosen):
        # The share of the cohort has error 1{unit in it} - share, over the number of units.
        own = (cohort == cells.group[place]) - (cohort == cells.group[place]).mean()
        influence = influence + own * (cells.effect[place] - estimate) / (units * total)
    return Average(estimate, weights, influence)


def mean_of(averages: Sequence[Average]) -> Average:
    """Give every average the same weight."""
    n = len(averages)
    return Average(
        sum(item.estimate for item in averages) / n,
        np.asarray(sum(item.weights for item in averages), dtype=np.float64) / n,
        np.asarray(sum(item.influence for item in averages), dtype=np.float64) / n,
    )
