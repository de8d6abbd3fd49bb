"""Independent components of which a number must be up: share of time that too few are, and how often that begins.

Components that alternate between up and down, independent of each other, are up with chance ``Component.up`` at a
random moment, whatever the shape of the durations; so the number up is a sum of binomials, and periods of too few begin
as often as one component too many goes down (Birnbaum and Saunders; Barlow and Proschan, 1975, Statistical Theory of
Reliability and Life Testing, chapter 7). Shocks begin at a rate while none runs, last an exponential time, are
independent of the components, and take all of them away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verband.numerics.markov_chains.birth_death import Array, ChainError
from verband.numerics.markov_chains.components import Component


@dataclass(frozen=True, slots=True)
class Redundant:
    """Groups of equal components, the number that must be up, and shocks that take all away.

    Attributes
    ----------
    groups
        Component and how many there are of it; components of different groups differ.
    required
        Number that must be up, 1 or more.
    shock_rate
        Per unit of time without a shock; 0 for none.
    shock_mean
        Mean duration of a shock.
    """

    groups: tuple[tuple[Component, int], ...]
    required: int
    shock_rate: float = 0.0
    shock_mean: float = 0.0

    @classmethod
    def of(
        cls,
        groups: Sequence[tuple[Component, int]],
        required: int,
        *,
        shock_rate: float = 0.0,
        shock_mean: float = 0.0,
    ) -> Redundant:
        """Put equal components into one group, in the order of first appearance.

        Raises
        ------
        ChainError
            If fewer are there than required, or a number is out of range.
        """
        counts: dict[Component, int] = {}
        for component, count in groups:
            if count < 0:
                raise ChainError("a group can not have fewer than 0 components")
            counts[component] = counts.get(component, 0) + count
        kept = tuple((component, count) for component, count in counts.items() if count)
        if required < 1 or sum(counts.values()) < required:
            raise ChainError("the number required must lie between 1 and the number of components")
        if not all(math.isfinite(number) and number >= 0 for number in (shock_rate, shock_mean)):
            raise ChainError("rate and duration of shocks must be 0 or more")
        both = shock_rate > 0 and shock_mean > 0
        return cls(kept, required, shock_rate if both else 0.0, shock_mean if both else 0.0)

    @property
    def size(self) -> int:
        """Number of components."""
        return sum(count for _, count in self.groups)

    @property
    def shocked(self) -> float:
        """Share of time that a shock runs."""
        load = self.shock_rate * self.shock_mean
        return load / (1 + load)

    @property
    def fastest(self) -> float:
        """The largest rate of going down."""
        return max(component.rate for component, _ in self.groups)


@dataclass(frozen=True, slots=True)
class Shares:
    """How often too few are up; exact for durations of any shape.

    Attributes
    ----------
    too_few
        Share of time that fewer are up than required, or a shock runs.
    nobody
        Share of time that none is up, or a shock runs.
    begins
        Periods of too few that begin per unit of time.
    unshocked_too_few, unshocked_begins
        The same while no shock runs, from the components alone.
    """

    too_few: float
    nobody: float
    begins: float
    unshocked_too_few: float
    unshocked_begins: float

    @property
    def mean(self) -> float | None:
        """Mean length of a period of too few; ``None`` if there are none."""
        return self.too_few / self.begins if self.begins > 0 else None


def shares(system: Redundant) -> Shares:
    """Share of time and frequency of too few.

    Parameters
    ----------
    system
        Components, requirement and shocks.
    """
    r = system.required
    each = [up_counts(component.down, component.up, count, r) for component, count in system.groups]
    few = float(multiplied(each, r).sum())
    none = math.prod(component.down**count for component, count in system.groups)
    flow = 0.0
    for at, others in enumerate(without_each(each, r)):
        component, count = system.groups[at]
        rest = up_counts(component.down, component.up, count - 1, r)
        flow += count * component.up * component.rate * float(multiplied([others, rest], r)[r - 1])
    shock = system.shocked
    begins = (1 - shock) * (flow + system.shock_rate * max(0.0, 1 - few))
    return Shares(
        too_few=shock + (1 - shock) * few,
        nobody=shock + (1 - shock) * none,
        begins=begins,
        unshocked_too_few=few,
        unshocked_begins=flow,
    )


def up_counts(down: float | Array, up: float | Array, count: int, most: int) -> Array:
    """Coefficients 0 to ``most - 1`` of ``(down + up z) ** count``.

    Parameters
    ----------
    down, up
        Numbers, or arrays of one shape.
    count, most
        Power, and number of coefficients.

    Returns
    -------
    Array
        The coefficients in the last axis; accurate relative to themselves, however small.
    """
    shape = np.broadcast(down, up).shape
    found = np.zeros((*shape, most))
    for number in range(min(count, most - 1) + 1):
        found[..., number] = math.comb(count, number) * np.power(up, number) * np.power(down, count - number)
    return found


def multiplied(factors: Sequence[Array], most: int) -> Array:
    """Coefficients 0 to ``most - 1`` of a product of polynomials, those in the last axis."""
    total = np.zeros((*factors[0].shape[:-1], most))
    total[..., 0] = 1
    for factor in factors:
        product = np.zeros_like(total)
        for number in range(most):
            product[..., number:] += factor[..., number, None] * total[..., : most - number]
        total = product
    return total


def without_each(factors: Sequence[Array], most: int) -> list[Array]:
    """Products of all factors but one, for each: by products from both sides, so that nothing is divided."""
    one = np.zeros((*factors[0].shape[:-1], most))
    one[..., 0] = 1
    before, after = [one], [one]
    for factor in factors[:-1]:
        before.append(multiplied([before[-1], factor], most))
    for factor in factors[:0:-1]:
        after.append(multiplied([after[-1], factor], most))
    return [multiplied([left, right], most) for left, right in zip(before, reversed(after), strict=True)]
