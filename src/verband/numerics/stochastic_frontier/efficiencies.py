"""Efficiency and inefficiency of each row, given its residuals.

- ``efficiency = E[exp(-u) | e]``, Battese and Coelli (1988; 1992, equation 3): output as a share of what the
  frontier gives, or for a cost frontier the lowest cost as a share of what was spent. Always in (0, 1].
- ``cost_ratio = E[exp(u) | e]``, only for a cost frontier: cost as a multiple of the lowest cost, at least 1, as
  FRONTIER 4.1 prints it (Coelli, 1996). It is at least ``1 / efficiency``, by Jensen's inequality.
- ``inefficiency = E[u | e]``, Jondrow, Lovell, Materov and Schmidt (1982).
- ``low`` and ``high``: the interval of ``exp(-u)`` given the residuals and the estimates (Horrace and Schmidt,
  1996). It leaves out that the parameters are estimated.

All are computed from ratios of normal distribution functions that stay exact in the tails.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verband.numerics.stochastic_frontier.composed_error import Posterior
from verband.numerics.stochastic_frontier.normal_tail import (
    Array,
    log_mean_exponential,
    scaled_log_cdf,
    truncated_normal_quantile,
)

_SMALLEST = float(np.finfo(np.float64).tiny)
_LARGEST_LOGARITHM = 709.0


@dataclass(frozen=True, slots=True)
class Efficiencies:
    """Per row, in the order of the input; see the module for what each is.

    Attributes
    ----------
    efficiency, inefficiency
        Shape (n,).
    low, high, level
        Interval of the efficiency, shape (n,), and its level.
    cost_ratio
        Shape (n,); ``None`` for a production frontier.
    """

    efficiency: Array
    low: Array
    high: Array
    level: float
    inefficiency: Array
    cost_ratio: Array | None


def efficiencies(posterior: Posterior, weight: Array | float, *, cost: bool, level: float = 0.95) -> Efficiencies:
    """Compute efficiencies.

    Parameters
    ----------
    posterior
        Inefficiency given the residuals, one element per row.
    weight
        What multiplies it in each row, shape (n,) or one number.
    cost
        Whether the frontier is one of cost.
    level
        Level of the intervals.
    """
    index, shift = posterior.index, weight * posterior.spread
    at = scaled_log_cdf(index)
    tail = 0.5 - 0.5 * level
    return Efficiencies(
        efficiency=_share(log_mean_exponential(index, -shift, at)),
        low=_share(-shift * truncated_normal_quantile(index, 1 - tail, at)),
        high=_share(-shift * truncated_normal_quantile(index, tail, at)),
        level=level,
        inefficiency=np.asarray(shift * at.slope, dtype=np.float64),
        cost_ratio=_multiple(log_mean_exponential(index, shift, at)) if cost else None,
    )


def all_efficient(rows: int, *, cost: bool, level: float = 0.95) -> Efficiencies:
    """Where there is no inefficiency: 1 everywhere."""
    one = np.ones(rows)
    return Efficiencies(one, one, one, level, np.zeros(rows), one if cost else None)


def _share(logarithm: Array) -> Array:
    """From a logarithm to (0, 1], also where it is too small for a number."""
    return np.clip(np.exp(logarithm), _SMALLEST, 1.0)


def _multiple(logarithm: Array) -> Array:
    """From a logarithm to 1 or more, also where it is too large for a number."""
    return np.exp(np.clip(logarithm, 0.0, _LARGEST_LOGARITHM))
