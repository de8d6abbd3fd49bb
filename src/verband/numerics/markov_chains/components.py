"""Components that go down in several ways, each with one or two exponential stages, and come back.

While up, a component goes down of kind k at a rate; being down of kind k then lasts one exponential stage, or two one
after the other. Up and down alternate, so its share of time down is ``load / (1 + load)`` with ``load`` the sum of rate
times mean duration, whatever the shape of the durations (Ross, 1996, Stochastic Processes, theorem 3.4.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.markov_chains.birth_death import Array, ChainError


@dataclass(frozen=True, slots=True)
class Component:
    """A component by its ways of going down.

    Attributes
    ----------
    rates
        Per unit of time up, per kind; above 0.
    stages
        Mean duration of the one or two stages of each kind, in the same unit of time; above 0.
    """

    rates: tuple[float, ...]
    stages: tuple[tuple[float, ...], ...]

    @classmethod
    def of(cls, *kinds: tuple[float, tuple[float, ...]]) -> Component:
        """Make a component from (rate, mean durations) per kind; what never happens or takes no time is left out.

        Raises
        ------
        ChainError
            If a rate or a duration is negative or no number, or a kind has more than two stages that take time.
        """
        rates, stages = [], []
        for rate, durations in kinds:
            if not all(math.isfinite(number) and number >= 0 for number in (rate, *durations)):
                raise ChainError("rates and durations must be 0 or more")
            lasting = tuple(duration for duration in durations if duration > 0)
            if len(lasting) > 2:
                raise ChainError("a kind can have two stages at most")
            if rate > 0 and lasting:
                rates.append(float(rate))
                stages.append(tuple(map(float, lasting)))
        return cls(tuple(rates), tuple(stages))

    @property
    def rate(self) -> float:
        """Rate of going down while up, all kinds together."""
        return math.fsum(self.rates)

    @property
    def load(self) -> float:
        """Mean time down per unit of time up."""
        return math.fsum(rate * math.fsum(stages) for rate, stages in zip(self.rates, self.stages, strict=True))

    @property
    def up(self) -> float:
        """Share of time up."""
        return 1 / (1 + self.load)

    @property
    def down(self) -> float:
        """Share of time down; exact where it is small."""
        return self.load / (1 + self.load)

    def lasts(self, times: npt.ArrayLike) -> Array:
        """Chance that a component that goes down is still down after these times."""
        t = np.asarray(times, dtype=float)
        total = np.zeros_like(t)
        for rate, stages in zip(self.rates, self.stages, strict=True):
            total += rate / self.rate * _survives(t, stages)
        return total

    def remains(self, times: npt.ArrayLike) -> Array:
        """Chance that a component found down at a random moment is still down after these times."""
        t = np.asarray(times, dtype=float)
        total = np.zeros_like(t)
        for rate, stages in zip(self.rates, self.stages, strict=True):
            for at, mean in enumerate(stages):
                total += rate * mean / self.load * _survives(t, stages[at:])
        return total


def _survives(t: Array, stages: tuple[float, ...]) -> Array:
    """Survival of one exponential stage, or of two in a row; stable where the two are equal or nearly so."""
    first = stages[0]
    alone: Array = np.exp(-t / first)
    if len(stages) == 1:
        return alone
    long, short = max(stages), min(stages)
    x = t * (long - short) / (long * short)
    ratio = np.where(x > 0, -np.expm1(-x) / np.where(x > 0, x, 1.0), 1.0)
    both: Array = np.exp(-t / long) * (1 + t / long * ratio)
    return both
