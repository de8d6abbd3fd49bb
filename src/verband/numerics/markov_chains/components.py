"""Components that go down in several ways, each with one or two exponential stages, and come back.

While up, a component goes down of kind k at a rate; being down of kind k then lasts one exponential stage, or two one
after the other. Up and down alternate, so its share of time down is ``load / (1 + load)`` with ``load`` the sum of rate
times mean duration, whatever the shape of the durations (Ross, 1996, Stochastic Processes, theorem 3.4.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from verband.numerics.markov_chains.birth_death import Array, ChainError


@dataclass(frozen=True)
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

    @cached_property
    def rate(self) -> float:
        """Rate of going down while up, all kinds together."""
        return math.fsum(self.rates)

    @cached_property
    def load(self) -> float:
        """Mean time down per unit of time up."""
        return math.fsum(rate * math.fsum(stages) for rate, stages in zip(self.rates, self.stages, strict=True))

    @cached_property
    def up(self) -> float:
        """Share of time up."""
        return 1 / (1 + self.load)

    @cached_property
    def down(self) -> float:
        """Share of time down; exact where it is small."""
        return self.load / (1 + self.load)

    def lasts(self, times: npt.ArrayLike) -> Array:
        """Chance that a component that goes down is still down after these times; needs a kind."""
        t = np.asarray(times, dtype=float)
        found: Array = stages_of((self,)).chances(t.ravel())[0][0].reshape(t.shape)
        return found

    def remains(self, times: npt.ArrayLike) -> Array:
        """Chance that a component found down at a random moment is still down after these times; needs a kind."""
        t = np.asarray(times, dtype=float)
        found: Array = (stages_of((self,)).chances(t.ravel())[1][0] / self.down).reshape(t.shape)
        return found


@dataclass(frozen=True, slots=True)
class Stages:
    """Durations of several components side by side.

    Attributes
    ----------
    long, short
        Shape (components, kinds): the longer stage of each kind, and the other, 0 where there is one stage only.
    going
        Shape (components, kinds): chance of each kind, for a component that goes down.
    found, second
        Shape (components, kinds): share of time down of each kind; and the part of it in the second of two stages.
    last_stage
        Shape (components, kinds): mean of the second stage; 1 where there is none.
    """

    long: Array
    short: Array
    going: Array
    found: Array
    second: Array
    last_stage: Array

    def chances(self, times: Array) -> tuple[Array, Array]:
        """Both of shape (components, times): of lasting longer, and of being down both now and then.

        Parameters
        ----------
        times
            Shape (times,).
        """
        survives = self._survive(times)
        lasting: Array = np.einsum("gk,gkt->gt", self.going, survives)
        down: Array = np.einsum("gk,gkt->gt", self.found - self.second, survives)
        for kind in np.flatnonzero(self.second.any(axis=0)):
            down += self.second[:, kind, None] * np.exp(-times / self.last_stage[:, kind, None])
        return lasting, down

    def _survive(self, times: Array) -> Array:
        """Survival of one exponential stage, or of two in a row; stable where the two are equal or nearly so."""
        alone: Array = np.exp(-times / self.long[..., None])
        for kind in np.flatnonzero(self.short.any(axis=0)):
            long, short = self.long[:, kind, None], self.short[:, kind, None]
            two = short > 0
            x = times * (long - short) / np.where(two, long * short, 1.0)
            ratio = np.where(x > 0, -np.expm1(-x) / np.where(x > 0, x, 1.0), 1.0)
            alone[:, kind] *= 1 + two * times / long * ratio
        return alone


@lru_cache(maxsize=512)
def stages_of(components: tuple[Component, ...]) -> Stages:
    """Put durations side by side.

    Parameters
    ----------
    components
        Any number; those that never go down have chances of 0.
    """
    shape = len(components), max((len(component.rates) for component in components), default=0)
    arrays = [np.zeros(shape) for _ in range(6)]
    long, short, going, found, second, last_stage = arrays
    long[:], last_stage[:] = 1.0, 1.0
    for row, component in enumerate(components):
        for kind, (rate, means) in enumerate(zip(component.rates, component.stages, strict=True)):
            long[row, kind], short[row, kind] = max(means), min(means) if len(means) == 2 else 0.0
            going[row, kind] = rate / component.rate
            found[row, kind] = rate * math.fsum(means) * component.up
            if len(means) == 2:
                second[row, kind], last_stage[row, kind] = rate * means[1] * component.up, means[1]
    return Stages(*arrays)
