"""Simulate components that go down and come back, with durations of any shape.

A check on the exact results and on what the shape of the durations does to them: renewal processes are drawn one
component at a time and laid over one another; nothing of the chains is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.markov_chains.birth_death import Array
from verband.numerics.markov_chains.components import Component
from verband.numerics.markov_chains.shares import Redundant

Shape = Callable[[np.random.Generator, float, int], Array]
"""Draws a number of durations with a given mean."""


def exponential(rng: np.random.Generator, mean: float, count: int) -> Array:
    """Durations without memory."""
    return rng.exponential(mean, count)


def fixed(rng: np.random.Generator, mean: float, count: int) -> Array:  # noqa: ARG001  the form of a shape
    """All durations the same."""
    return np.full(count, mean)


def lognormal(rng: np.random.Generator, mean: float, count: int) -> Array:
    """Skewed durations with a coefficient of variation of 1.31 (log standard deviation 1)."""
    return rng.lognormal(np.log(mean) - 0.5, 1.0, count)


SHAPES: dict[str, Shape] = {"exponential": exponential, "fixed": fixed, "lognormal": lognormal}


@dataclass(frozen=True, slots=True)
class Simulated:
    """Periods of too few in one long run.

    Attributes
    ----------
    time
        Length of the run.
    starts, lengths
        Shape (periods,), of those that begin and end within it.
    too_few, nobody
        Share of time that too few, and that none, is up.
    """

    time: float
    starts: Array
    lengths: Array
    too_few: float
    nobody: float


def simulate(system: Redundant, time: float, *, seed: int, shape: Shape = exponential) -> Simulated:
    """Run a system.

    Parameters
    ----------
    system
        Components, requirement and shocks.
    time
        How long, after a tenth of it that does not count.
    seed
        The same seed gives the same run.
    shape
        Of every duration of being down, and of shocks; times up are exponential.
    """
    rng = np.random.default_rng(seed)
    horizon = 1.1 * time
    moments, changes = [np.zeros(0)], [np.zeros(0, dtype=np.int64)]
    for component, count in system.groups:
        for _ in range(count):
            down, back = _alternating(component, horizon, rng, shape)
            moments += [down, back]
            changes += [np.full(len(down), -1), np.full(len(back), 1)]
    if system.shock_rate:
        shock = Component.of((system.shock_rate, (system.shock_mean,)))
        down, back = _alternating(shock, horizon, rng, shape)
        moments += [down, back]
        changes += [np.full(len(down), -system.size), np.full(len(back), system.size)]
    at = np.concatenate(moments)
    order = np.argsort(at, kind="stable")
    order = order[at[order] < horizon]
    at, up = at[order], system.size + np.cumsum(np.concatenate(changes)[order])
    begin = horizon - time
    lasting = np.diff(np.clip(np.append(at, horizon), begin, horizon))
    few = up < system.required
    edges = np.flatnonzero(np.diff(np.concatenate([[False], few]).astype(np.int8)))
    starts, ends = at[edges[::2]], at[edges[1::2]]
    starts = starts[: len(ends)]
    inside = starts >= begin
    return Simulated(
        time=time,
        starts=starts[inside] - begin,
        lengths=(ends - starts)[inside],
        too_few=float(lasting[few].sum() / time),
        nobody=float(lasting[up <= 0].sum() / time),
    )


def _alternating(
    component: Component, horizon: float, rng: np.random.Generator, shape: Shape
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Moments of going down and of coming back, up at the start."""
    if not component.rates:
        return np.zeros(0), np.zeros(0)
    cycle = (1 + component.load) / component.rate
    count = int(horizon / cycle * 1.2 + 50 + 10 * np.sqrt(horizon / cycle))
    kinds = rng.choice(len(component.rates), size=count, p=np.array(component.rates) / component.rate)
    away = np.zeros(count)
    for kind, stages in enumerate(component.stages):
        chosen = kinds == kind
        for mean in stages:
            away[chosen] += shape(rng, mean, int(chosen.sum()))
    there = rng.exponential(1 / component.rate, count)
    back = np.cumsum(there + away)
    return back - away, back
