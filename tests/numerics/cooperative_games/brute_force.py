"""Slow and plain: what the definitions say, word for word, for a few players. Nothing is shared with the code."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from scipy.optimize import linprog


def inside(mask, n):
    return np.array([mask >> player & 1 for player in range(n)], dtype=float)


def shapley(values, n):
    """Mean of what each adds over all orders."""
    found, orders = np.zeros(n), 0
    for order in permutations(range(n)):
        before = 0
        for player in order:
            found[player] += values[before | 1 << player] - values[before]
            before |= 1 << player
        orders += 1
    return found / orders


def prenucleolus(cost, n, *, per_capita=False, limited=False):
    """Lower the largest excess, find which coalitions have it in every solution by trying each, settle them, again.

    Of a cost game; every program has all coalitions as rows.
    """
    masks = range(1, 2**n - 1)
    divisor = {mask: float(mask.bit_count()) if per_capita else 1.0 for mask in masks}
    settled = {}
    bounds = [(None, cost[1 << player] if limited else None) for player in range(n)] + [(None, None)]
    while np.linalg.matrix_rank(np.array([np.ones(n), *(inside(mask, n) for mask in settled)])) < n:
        loose = [mask for mask in masks if mask not in settled]
        upper = np.array([np.append(inside(mask, n), -divisor[mask]) for mask in loose])
        right = np.array([cost[mask] for mask in loose])
        equal = np.array([np.append(np.ones(n), 0.0), *(np.append(inside(mask, n), 0.0) for mask in settled)])
        sums = np.array([cost[-1], *settled.values()])
        found = linprog(np.append(np.zeros(n), 1.0), upper, right, equal, sums, bounds=bounds)
        assert found.status == 0
        level = found.x[-1]
        fixed = np.vstack([equal, np.append(np.zeros(n), 1.0)])
        new = {}
        for row, mask in enumerate(loose):
            least = linprog(upper[row], upper, right + 1e-9, fixed, np.append(sums, level), bounds=bounds)
            assert least.status == 0
            if least.fun > right[row] - 1e-7:
                new[mask] = cost[mask] + level * divisor[mask]
        assert new
        settled |= new
    rows = np.array([np.ones(n), *(inside(mask, n) for mask in settled)])
    found, *_ = np.linalg.lstsq(rows, np.array([cost[-1], *settled.values()]), rcond=None)
    return found


def excesses(cost, x, n):
    return {
        mask: sum(x[player] for player in range(n) if mask >> player & 1) - cost[mask] for mask in range(1, 2**n - 1)
    }


def subadditive(cost, n):
    return all(
        cost[one | two] <= cost[one] + cost[two] + 1e-9 for one in range(2**n) for two in range(2**n) if not one & two
    )


def largest_payment(cost, n):
    rows = np.array([inside(mask, n) for mask in range(1, 2**n)])
    found = linprog(-np.ones(n), rows, cost[1:], bounds=[(None, None)] * n)
    assert found.status == 0
    return -found.fun


def random_games(count, seed, *, most=6):
    """Games of many kinds: smooth, wild, with ties, with a single winner, stepwise; values (2^n,) and n."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        n = int(rng.integers(2, most + 1))
        size = np.bitwise_count(np.arange(2**n)).astype(float)
        weight = sum(np.where(np.arange(2**n) >> player & 1, float(rng.integers(1, 9)), 0.0) for player in range(n))
        values = _of_kind(number % 6, rng, weight, size)
        values[0] = 0.0
        yield values, n


def _of_kind(kind, rng, weight, size):
    count = len(size)
    if kind == 0:
        return rng.random(count) * size
    if kind == 1:
        return rng.integers(0, 4, count).astype(float)
    if kind == 2:
        return (weight > weight[-1] / 2).astype(float)
    if kind == 3:
        return 30 + weight ** rng.choice([0.5, 0.9, 1.0, 1.4])
    if kind == 4:
        return 1e6 * np.maximum.accumulate(rng.integers(0, 3, count)).astype(float)
    return weight - 10 * size + rng.normal(size=count)
