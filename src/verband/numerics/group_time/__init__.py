"""Group-time effects of a staggered treatment: two-period comparisons, averages, errors with few clusters."""

from verband.numerics.group_time.averages import Average, average, group_weights, mean_of
from verband.numerics.group_time.cells import Cells, Panel, cell_plan, estimate_cells
from verband.numerics.group_time.few_treated import PooledScores, pooled_scores
from verband.numerics.group_time.two_periods import (
    CollinearCovariatesError,
    Method,
    SeparatedError,
    TwoPeriodEffect,
    two_period_effect,
)

__all__ = [
    "Average",
    "Cells",
    "CollinearCovariatesError",
    "Method",
    "Panel",
    "PooledScores",
    "SeparatedError",
    "TwoPeriodEffect",
    "average",
    "cell_plan",
    "estimate_cells",
    "group_weights",
    "mean_of",
    "pooled_scores",
    "two_period_effect",
]
