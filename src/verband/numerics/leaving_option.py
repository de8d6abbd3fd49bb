"""Value of being free to stop: an American option on a net benefit that reverts to its mean, on a lattice.

The net benefit per year is ``x``, with ``dx = k (m - x) dt + s dW`` (Ornstein and Uhlenbeck); stopping costs ``q`` once
and ends it. The value of staying together with the right to stop, less that without it, is the value of flexibility
(Dixit and Pindyck, 1994, Investment under uncertainty, chapters 3 and 7). Trinomial lattice of Hull and White (1994,
"Numerical procedures for implementing term structure models I", Journal of Derivatives 2), states ``m + j dx``.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def value_of_leaving(
    benefit: float,
    *,
    mean: float,
    reversion: float,
    volatility: float,
    exit_cost: float,
    discount: float,
    years: float,
    steps_per_year: int = 24,
) -> float:
    """Value of the right to stop.

    Parameters
    ----------
    benefit, mean
        Net benefit per year now, and where it reverts to; in any unit of money.
    reversion
        Speed per year, above 0.
    volatility
        Standard deviation of a year's shock, in the same unit; not negative.
    exit_cost
        Paid once on stopping; infinite where it cannot be stopped.
    discount
        Continuous rate per year.
    years
        How long it lasts if nobody stops.
    steps_per_year
        Of the lattice.

    Returns
    -------
    float
        In the same unit; at least 0.

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    if reversion <= 0 or volatility < 0 or years <= 0 or exit_cost < 0:
        raise ValueError("reversion and years need to be above 0, volatility and exit cost not below")
    step = 1 / steps_per_year
    periods = max(1, round(years * steps_per_year))
    width = math.sqrt(3 * max(volatility, 1e-12) ** 2 * step)
    decay = reversion * step
    # Centred on the state now, so that no part of the value hangs on rounding it to a node.
    reach = periods
    states = benefit + width * np.arange(-reach, reach + 1)
    drift = decay * (mean - states) / width
    middle = np.rint(drift).astype(np.int64)
    rest = drift - middle
    up, down = 1 / 6 + (rest**2 + rest) / 2, 1 / 6 + (rest**2 - rest) / 2
    place = np.arange(len(states)) + middle
    factor = math.exp(-discount * step)
    free = np.zeros(len(states))
    bound = np.zeros(len(states))

    def ahead(values: Array) -> Array:
        at = np.clip(place, 1, len(values) - 2)
        return np.asarray(up * values[at + 1] + (1 - up - down) * values[at] + down * values[at - 1])

    for _ in range(periods):
        stay = states * step + factor * ahead(free)
        bound = states * step + factor * ahead(bound)
        free = np.maximum(stay, -exit_cost)
    return float(free[reach] - bound[reach])
