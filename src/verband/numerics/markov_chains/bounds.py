"""How long periods of too few last, from independence alone: exact for one required, between two bounds for more.

A period begins when one of the ``required`` that are up goes down; the others that are down have been so for a while.
As long as none of those comes back the period lasts, so ``low`` below is never too high; with one required it is exact,
since whoever comes back first ends it. Otherwise the period lasts longer only where another component goes down first,
which happens at most at ``required - 1`` times the largest rate. Shocks: a period that begins with one outlasts it only
where too few are up at its end. No chain of states is needed, so the number of components does not matter.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from verband.numerics.markov_chains.birth_death import Array
from verband.numerics.markov_chains.components import stages_of
from verband.numerics.markov_chains.shares import Redundant, Shares, product_and_change

_PANELS = 16
_PANELS_FOR_EVER = 40
"""Halvings of the time in which all discounting is done: the shortest stay down falls within them."""
_DISCOUNTED = 45.0
"""Means after which what is left, exp(-45), shows in no digit."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(10)


class BoundedPeriods:
    """Lengths of the periods of too few, between two bounds.

    Parameters
    ----------
    system
        Components, requirement and shocks.
    found
        Its shares; periods do occur.
    """

    def __init__(self, system: Redundant, found: Shares) -> None:
        self.system, self.found = system, found
        self._counts = tuple(count for _, count in system.groups)
        self._up = np.array([component.up for component, _ in system.groups])[:, None]
        self._leaving = np.array([component.rate for component, _ in system.groups])[:, None] * self._up
        self._stages = stages_of(tuple(component for component, _ in system.groups))

    @property
    def exact(self) -> bool:
        """Whether the two bounds are one."""
        return self.system.shock_rate == 0 and self.system.required == 1

    def low(self, times: npt.ArrayLike) -> Array:
        """Chance that a period lasts longer than these times, or less than that chance."""
        t = np.asarray(times, dtype=float)
        shock, other = self._kinds
        return shock * np.exp(-t / (self.system.shock_mean or 1.0)) + other * self._uninterrupted(t)

    def high(self, times: npt.ArrayLike) -> Array:
        """Chance that a period lasts longer than these times, or more than that chance."""
        t = np.asarray(times, dtype=float)
        if self.exact:
            return self.low(t)
        shock, other = self._kinds
        reach = self.up_to(t)
        alone = np.minimum(1, self._uninterrupted(t) + (self.system.required - 1) * self.system.fastest * reach)
        few = self.found.unshocked_too_few
        longer = np.minimum(1, np.exp(-t / (self.system.shock_mean or 1.0)) + few / max(1e-300, 1 - few))
        return np.minimum(1, shock * longer + other * np.minimum(1, alone + self.system.shock_rate * reach))

    def up_to(self, times: npt.ArrayLike) -> Array:
        """Integral from 0 to these times of the chance that nobody who was down at the beginning is back."""
        return self._integral(self._uninterrupted, times)

    def high_up_to(self, times: npt.ArrayLike) -> Array:
        """Mean of the length of a period, or these times where it lasts longer; or more than that mean."""
        return self._integral(self.high, times)

    def high_discounted(self, rate: float) -> float:
        """Mean of the length of a period, or of an exponential time of this rate where that is shorter; or more."""
        found = self._integral(lambda t: np.exp(-rate * t) * self.high(t), _DISCOUNTED / rate, _PANELS_FOR_EVER)
        return float(found)

    @staticmethod
    def _integral(function: Callable[[Array], Array], times: npt.ArrayLike, panels: int = _PANELS) -> Array:
        t = np.asarray(times, dtype=float)
        edges = np.concatenate([[0.0], 2.0 ** np.arange(-panels + 1, 1)])
        half = np.diff(edges) / 2
        places = (edges[:-1, None] + half[:, None] * (1 + _NODES)).ravel()
        weights = (half[:, None] * _WEIGHTS).ravel()
        values = function((t[..., None] * places).ravel()).reshape(*t.shape, -1)
        total: Array = t * (values @ weights)
        return total

    @property
    def _kinds(self) -> tuple[float, float]:
        """Shares of the periods that begin with a shock and with a component."""
        begins = self.system.shock_rate * max(0.0, 1 - self.found.unshocked_too_few)
        total = begins + self.found.unshocked_begins
        return begins / total, self.found.unshocked_begins / total

    def _uninterrupted(self, times: Array) -> Array:
        """Chance that none of the components that are down at the beginning of a period is back after these times."""
        if self.found.unshocked_begins == 0:
            return np.zeros_like(times)
        t = times.ravel()
        lasting, still = self._stages.chances(t)
        up, change = np.broadcast_to(self._up, still.shape), self._leaving * lasting
        _, changed = product_and_change(still, up, change, self._counts, self.system.required)
        found: Array = (changed[:, -1] / self.found.unshocked_begins).reshape(times.shape)
        return found
