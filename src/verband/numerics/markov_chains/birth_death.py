"""Birth-death chains: their stationary distribution and the time until a state is first reached.

Source: Karlin and Taylor (1975), A First Course in Stochastic Processes, chapter 4; products are kept in logarithms,
so that chains of thousands of states neither overflow nor underflow.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class ChainError(ValueError):
    """Numbers that no chain can have."""


def stationary(births: npt.ArrayLike, deaths: npt.ArrayLike) -> Array:
    """Give the share of time in each state.

    Parameters
    ----------
    births
        Shape (n,), rate from state i to i + 1, 0 or more; from the first 0 on no further state is reached.
    deaths
        Shape (n,), rate from state i + 1 to i, above 0.

    Returns
    -------
    Array
        Shape (n + 1,); adds up to 1.

    Raises
    ------
    ChainError
        If rates are negative or no numbers, or a death rate is 0.
    """
    up, down = np.asarray(births, dtype=float), np.asarray(deaths, dtype=float)
    if up.shape != down.shape or up.ndim != 1:
        raise ChainError("births and deaths must be of one length")
    if not (np.isfinite(up).all() and np.isfinite(down).all()) or (up < 0).any() or (down <= 0).any():
        raise ChainError("birth rates must be 0 or more and death rates above 0")
    with np.errstate(divide="ignore"):
        steps = np.log(up) - np.log(down)
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    weights = np.exp(logs - logs.max())
    found: Array = weights / weights.sum()
    return found


def mean_time_up_to(births: npt.ArrayLike, deaths: npt.ArrayLike) -> float:
    """Mean time from state 0 until the last state is first reached.

    Parameters
    ----------
    births
        Shape (n,), rate from state i to i + 1.
    deaths
        Shape (n - 1,), rate from state i + 1 to i.

    Returns
    -------
    float
        Infinite where a birth rate is 0.
    """
    up, down = np.asarray(births, dtype=float), np.asarray(deaths, dtype=float)
    if len(down) != len(up) - 1:
        raise ChainError("one death rate fewer than birth rates is needed")
    if (up <= 0).any():
        return float("inf")
    step = total = 1 / up[0]
    for birth, death in zip(up[1:], down, strict=True):
        step = (1 + death * step) / birth
        total += step
    return float(total)
