"""Lengths of the periods of too few: a phase-type distribution, by uniformization.

A period lasts as long as the chain stays among the states of too few, from the states in which periods begin: with
``a`` the share of each state at a beginning and ``T`` the rates between states of too few, it lasts longer than ``t``
with chance ``a exp(T t) 1`` (Neuts, 1981, Matrix-Geometric Solutions in Stochastic Models, chapter 2). With
``P = I + T / c``, ``exp(T t)`` is a Poisson mixture of powers of ``P`` (Jensen, 1953; Grassmann, 1977), so the numbers
``a P^k 1`` are found once and give the chance at every ``t``; everything added is positive, nothing cancels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import gammaln, pdtrc

from verband.numerics.markov_chains.birth_death import Array
from verband.numerics.markov_chains.populations import Chain

_DENSE = 48
"""Up to this size products with a full matrix are quicker than with a sparse one."""
_NEGLIGIBLE = 1e-17
_MOST_STEPS = 400_000
_SAME = 1e-11
"""Relative width at which a quantile is found."""
_POINTS = 48
_CLOSE = 1e-5
"""So close to each other chances lie on a straight line in logarithms, to eleven digits."""


class DownPeriods:
    """Lengths of the periods of too few of a chain.

    Parameters
    ----------
    chain
        In which periods of too few do begin.

    Attributes
    ----------
    begins
        Periods that begin per unit of time.
    """

    def __init__(self, chain: Chain) -> None:
        down, up = np.flatnonzero(chain.few), np.flatnonzero(~chain.few)
        generator = chain.generator
        self.within = generator[down][:, down]
        entries = chain.share[up] @ generator[up][:, down]
        self.begins = float(entries.sum())
        self._pace = float(-self.within.diagonal().min()) or 1.0
        steps = (self.within / self._pace).T.tocsr()
        self._steps: Any = steps.toarray() if len(down) <= _DENSE else steps
        self._vector = entries / self.begins
        self._nobody = chain.nobody[down].astype(float)
        self._lasting: list[float] = [1.0]
        self._empty: list[float] = [float(self._vector @ self._nobody)]

    def lasts(self, time: float) -> float:
        """Chance that a period lasts longer than a time."""
        if time <= 0:
            return 1.0
        first, weights = self._poisson(time)
        self._extend(first + len(weights))
        return float(np.asarray(self._lasting[first : first + len(weights)]) @ weights)

    def up_to(self, time: float) -> float:
        """Mean of the length of a period, or ``time`` where it lasts longer."""
        return self._integral(time, self._lasting)

    def nobody_up_to(self, time: float) -> float:
        """Mean time that none is up within the first ``time`` of a period."""
        return self._integral(time, self._empty)

    def discounted(self, rate: float) -> float:
        """Integral of ``exp(-rate t)`` times the chance that a period lasts longer than ``t``."""
        return self._transform(rate, self._lasting)

    def nobody_discounted(self, rate: float) -> float:
        """The same of the chance that it lasts longer and none is up."""
        return self._transform(rate, self._empty)

    def quantile(self, level: float) -> float:
        """Length below which a share of the periods stays.

        Parameters
        ----------
        level
            Between 0 and 1.
        """
        return quantile(self.lasts, level, 1 / self._pace)

    def _extend(self, count: int) -> None:
        """Find the powers up to a number of steps."""
        steps, vector = self._steps, self._vector
        while len(self._lasting) < count:
            vector = vector + steps @ vector
            self._lasting.append(float(vector.sum()))
            self._empty.append(float(vector @ self._nobody))
        self._vector = vector

    def _poisson(self, time: float) -> tuple[int, Array]:
        """Poisson chances around their mean; what is left out adds up to less than 1e-16."""
        mean = self._pace * time
        spread = 9 * np.sqrt(mean) + 30
        first = max(0, int(mean - spread))
        numbers = np.arange(first, int(mean + spread) + 1)
        return first, np.exp(numbers * np.log(mean) - mean - gammaln(numbers + 1))

    def _integral(self, time: float, values: list[float]) -> float:
        if time <= 0:
            return 0.0
        mean = self._pace * time
        count = int(mean + 9 * np.sqrt(mean) + 31)
        self._extend(count)
        later = pdtrc(np.arange(count), mean)
        return float(np.asarray(values[:count]) @ later) / self._pace

    def _transform(self, rate: float, values: list[float]) -> float:
        """Sum of a geometric mixture, until what is left adds nothing."""
        total, factor, step = 0.0, 1 / (self._pace + rate), self._pace / (self._pace + rate)
        for number in range(_MOST_STEPS):
            self._extend(number + 1)
            total += values[number] * factor
            if self._lasting[number] * factor < _NEGLIGIBLE * total * (1 - step):
                break
            factor *= step
        return total


def quantile(lasts: Callable[[float], float], level: float, scale: float) -> float:
    """Length at which a decreasing chance of lasting longer falls to ``1 - level``.

    Parameters
    ----------
    lasts
        Function of a length; falls from 1 to 0.
    level
        Between 0 and 1.
    scale
        A first guess above 0.
    """
    wanted = 1 - level
    low, high, before, after = 0.0, scale, 1.0, lasts(scale)
    while after > wanted:
        low, before, high = high, after, 2 * high
        after = lasts(high)
    for number in range(200):
        if high - low <= _SAME * high:
            break
        # Chances fall about exponentially, so a straight line through their logarithms; halving now and then.
        steep = np.log(before / max(after, 1e-300))
        part = np.log(before / wanted) / steep if steep > 0 and number % 3 < 2 else 0.5
        part = float(np.clip(part, 1e-3, 1 - 1e-3))
        at = low + part * (high - low)
        chance = lasts(at)
        if chance > wanted:
            low, before = at, chance
        else:
            high, after = at, chance
    return (low + high) / 2


def quantile_on_grid(lasts: Callable[[Array], Array], level: float, scale: float) -> float:
    """Find the same as :func:`quantile` where many lengths at once cost little more than one.

    Parameters
    ----------
    lasts
        Function of an array of lengths.
    level, scale
        As in :func:`quantile`.
    """
    wanted = 1 - level
    points = scale * np.geomspace(1e-3, 1e3, _POINTS)
    for _ in range(60):
        chances = lasts(points)
        after = int(np.searchsorted(-chances, -wanted))
        if after == 0:
            points = points * (points[0] / points[-1])
            continue
        if after == len(points):
            points = points * (points[-1] / points[0])
            continue
        low, high = points[after - 1], points[after]
        if high - low < _CLOSE * high:
            first, last = np.log(chances[after - 1]), np.log(max(float(chances[after]), 1e-300))
            return float(low + (high - low) * (first - np.log(wanted)) / (first - last))
        points = np.linspace(low, high, _POINTS)
    return float("nan")
