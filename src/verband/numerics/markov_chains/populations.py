"""The chain of a number of components: equal ones are told apart only by how many are in each stage.

Components of one group are exchangeable, so the numbers per stage are themselves a Markov chain (strong lumpability:
Kemeny and Snell, 1960, Finite Markov Chains, section 6.3), with ``C(count + stages, stages)`` states instead of
``(1 + stages) ** count``. Independent groups and shocks are joined by Kronecker sums; the stationary distribution is a
product of multinomials and needs no solving.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import gammaln

from verband.numerics.markov_chains.birth_death import Array
from verband.numerics.markov_chains.components import Component
from verband.numerics.markov_chains.shares import Redundant

Sparse: TypeAlias = Any
"""A sparse array of scipy."""
Flags: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain in continuous time.

    Attributes
    ----------
    generator
        Sparse, shape (states, states); rows add up to 0.
    share
        Shape (states,): share of time in each state.
    few, nobody
        Shape (states,), whether too few are up, and whether none is (a shock runs, or all are down).
    """

    generator: Sparse
    share: Array
    few: Flags
    nobody: Flags


def most_down(component: Component, count: int, negligible: float) -> int:
    """Number of a group that is exceeded by those down with less than a negligible chance.

    Parameters
    ----------
    component, count
        The group.
    negligible
        Chance; 0 gives the whole group.
    """
    if negligible <= 0 or component.down == 0:
        return count
    tail = 0.0
    for number in range(count, 0, -1):
        ways = math.lgamma(count + 1) - math.lgamma(number + 1) - math.lgamma(count - number + 1)
        tail += math.exp(ways + number * math.log(component.down) + (count - number) * math.log(component.up))
        if tail > negligible:
            return number
    return 1


def states_of(system: Redundant, negligible: float = 0.0) -> int:
    """Number of states that the chain of a system has.

    Parameters
    ----------
    system, negligible
        As in :func:`chain_of`.
    """
    number = 2 if system.shock_rate else 1
    for component, count in system.groups:
        stages = sum(map(len, component.stages))
        number *= math.comb(most_down(component, count, negligible) + stages, stages)
    return number


def chain_of(system: Redundant, negligible: float = 0.0) -> Chain:
    """Build the chain of a system.

    Parameters
    ----------
    system
        Components, requirement and shocks; ask :func:`states_of` first how large the chain becomes.
    negligible
        States in which more of a group are down than happens with this chance are left out: nobody goes down then.
    """
    generator, share, up = _group(*system.groups[0], negligible)
    for component, count in system.groups[1:]:
        other, more, there = _group(component, count, negligible)
        generator = _sum(generator, other)
        share = np.outer(share, more).ravel()
        up = np.add.outer(up, there).ravel()
    few, nobody = up < system.required, up == 0
    if system.shock_rate:
        rate, back = system.shock_rate, 1 / system.shock_mean
        generator = _sum(generator, sparse.csr_array(np.array([[-rate, rate], [back, -back]])))
        share = np.outer(share, [1 - system.shocked, system.shocked]).ravel()
        few, nobody = (np.stack([flag, np.ones_like(flag)], axis=1).ravel() for flag in (few, nobody))
    return Chain(generator.tocsr(), share, few, nobody)


def _sum(one: Sparse, two: Sparse) -> Sparse:
    return sparse.kron(one, sparse.eye_array(two.shape[0])) + sparse.kron(sparse.eye_array(one.shape[0]), two)


def _group(component: Component, count: int, negligible: float) -> tuple[Sparse, Array, Numbers]:
    """Generator, stationary distribution and number up of a group of equal components."""
    stages = [(kind, at, mean) for kind, means in enumerate(component.stages) for at, mean in enumerate(means)]
    most = most_down(component, count, negligible)
    numbers = _compositions(most, len(stages))
    up = count - numbers.sum(axis=1)
    weights = np.array([component.rates[kind] * mean for kind, _, mean in stages])
    logs = gammaln(count + 1) - gammaln(up + 1) - gammaln(numbers + 1).sum(axis=1)
    with np.errstate(divide="ignore"):
        logs = logs + count * math.log(component.up) + numbers @ np.log(weights) if stages else logs
    base = (count + 1) ** np.arange(len(stages))[::-1] if stages else np.zeros(0, dtype=int)
    code = numbers @ base
    froms, tos, rates = [], [], []

    def move(rate: Array, change: int) -> None:
        moving = np.flatnonzero(rate > 0)
        froms.append(moving)
        tos.append(np.searchsorted(code, code[moving] + change))
        rates.append(rate[moving])

    for number, (kind, at, mean) in enumerate(stages):
        if at == 0:
            move((up > count - most) * up * component.rates[kind], int(base[number]))
        last = at == len(component.stages[kind]) - 1
        move(numbers[:, number] / mean, -int(base[number]) + (0 if last else int(base[number + 1])))
    size = len(numbers)
    joined = [np.concatenate(part) if part else np.zeros(0, dtype=int) for part in (rates, froms, tos)]
    moves = sparse.csr_array((joined[0].astype(float), (joined[1], joined[2])), shape=(size, size))
    return moves - sparse.diags_array(moves.sum(axis=1)), np.exp(logs), up


def _compositions(count: int, stages: int) -> Numbers:
    """All ways to have at most ``count`` in ``stages`` places, in lexicographic order; shape (ways, stages)."""
    found, left = np.zeros((1, 0), dtype=np.int64), np.array([count])
    for _ in range(stages):
        repeat = left + 1
        number = np.arange(repeat.sum()) - np.repeat(np.cumsum(repeat) - repeat, repeat)
        found = np.column_stack([np.repeat(found, repeat, axis=0), number])
        left = np.repeat(left, repeat) - number
    return found
