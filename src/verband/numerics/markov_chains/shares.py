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
import numpy.typing as npt
from scipy.special import gammaln, xlogy

from verband.numerics.markov_chains.birth_death import Array, ChainError
from verband.numerics.markov_chains.components import Component

_DIRECT = 400
"""Up to this number numbers of combinations are far from the largest number that there is."""


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
    down = np.array([component.down for component, _ in system.groups])
    up = np.array([component.up for component, _ in system.groups])
    rate = np.array([component.rate for component, _ in system.groups])
    counts = tuple(count for _, count in system.groups)
    whole, leaving = product_and_change(down, up, up * rate, counts, system.required)
    few, flow = float(whole.sum()), float(leaving[-1])
    none = math.prod(component.down**count for component, count in system.groups)
    shock = system.shocked
    begins = (1 - shock) * (flow + system.shock_rate * max(0.0, 1 - few))
    return Shares(
        too_few=shock + (1 - shock) * few,
        nobody=shock + (1 - shock) * none,
        begins=begins,
        unshocked_too_few=few,
        unshocked_begins=flow,
    )


def product_and_change(
    down: Array, up: Array, change: Array, counts: tuple[int, ...], most: int
) -> tuple[Array, Array]:
    """Coefficients of a product of binomials, and what it changes by if one factor of it is replaced.

    With ``p_g(z) = down_g + up_g z``: the coefficients 0 to ``most - 1`` of ``prod_g p_g ** count_g``, and of the sum
    over all single factors of that product with ``p_g`` replaced by ``change_g``. Only positive numbers are added, so
    both are accurate relative to themselves, however small.

    Parameters
    ----------
    down, up, change
        Shape (groups, ...), 0 or more.
    counts, most
        Powers, and number of coefficients.

    Returns
    -------
    tuple of Array
        Coefficients in the last axis.
    """
    number = np.array(counts).reshape(-1, *(1,) * (down.ndim - 1))
    whole = _powers(down, up, number, most)
    changed = (number * change)[..., None] * _powers(down, up, number - 1, most)
    while len(whole) > 1:
        odd = whole[-1:], changed[-1:]
        half = len(whole) // 2
        left, right = slice(0, 2 * half, 2), slice(1, 2 * half, 2)
        products = _multiply(whole[left], whole[right])
        moves = _multiply(whole[left], changed[right]) + _multiply(changed[left], whole[right])
        if len(whole) % 2:
            products, moves = np.concatenate([products, odd[0]]), np.concatenate([moves, odd[1]])
        whole, changed = products, moves
    return whole[0], changed[0]


def _powers(down: Array, up: Array, counts: npt.NDArray[np.int64], most: int) -> Array:
    """Coefficients 0 to ``most - 1`` of ``(down + up z) ** count`` for each group."""
    found = np.zeros((*down.shape, most))
    if counts.max() == 1 == counts.min():
        found[..., 0] = down
        found[..., 1:2] = up[..., None]
        return found
    for number in range(min(int(counts.max()), most - 1) + 1):
        there = counts >= number
        left = np.where(there, counts - number, 0)
        if number == 0:
            found[..., 0] = there * down**left
        elif number == 1:
            found[..., 1] = counts * there * up * down**left
        elif counts.max() <= _DIRECT:
            ways = np.array([math.comb(int(count), number) for count in counts.ravel()], dtype=float)
            found[..., number] = ways.reshape(counts.shape) * up**number * down**left
        else:
            logs = gammaln(counts + 1.0) - gammaln(number + 1.0) - gammaln(left + 1.0)
            found[..., number] = there * np.exp(logs + xlogy(number, up) + xlogy(left, down))
    return found


def _multiply(one: Array, two: Array) -> Array:
    most = one.shape[-1]
    product = one[..., :1] * two
    for number in range(1, most):
        product[..., number:] += one[..., number, None] * two[..., : most - number]
    return product
