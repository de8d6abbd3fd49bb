"""Second implementations, as plain as can be: every coalition looked at, and generating functions in whole numbers."""

from __future__ import annotations

import random
from fractions import Fraction
from math import factorial


def wins(members, weights, quotas):
    return all(sum(weights[at][axis] for at in members) >= quota for axis, quota in enumerate(quotas))


def winning(weights, quotas):
    """Every winning coalition as bits."""
    n = len(weights)
    return {
        bits for bits in range(2**n) if wins([player for player in range(n) if bits >> player & 1], weights, quotas)
    }


def swings_by_size(weights, quotas):
    """Per player, over how many coalitions of each size it decides."""
    n = len(weights)
    won = winning(weights, quotas)
    found = [[0] * n for _ in range(n)]
    for bits in range(2**n):
        for player in range(n):
            if bits not in won and not bits >> player & 1 and bits | 1 << player in won:
                found[player][bits.bit_count()] += 1
    return found


_SLOT = 128


def _slots(row, begin, end):
    """Sum of the coefficients of some sums."""
    return sum(row >> _SLOT * total & (1 << _SLOT) - 1 for total in range(begin, end))


def by_generating_function(weights, quota):
    """Shapley-Shubik and absolute Banzhaf as fractions: one majority, polynomials of whole numbers."""
    n = len(weights)
    shapley, banzhaf = [], []
    known = {}
    for own in weights:
        if own not in known:
            others = list(weights)
            others.remove(own)
            # A row per size; its polynomial is one whole number with a slot of 128 bits per sum.
            table, kept = [0] * n, (1 << _SLOT * quota) - 1
            table[0] = 1
            for joined, weight in enumerate(others):
                for size in range(joined, -1, -1):
                    table[size + 1] += (table[size] << _SLOT * weight) & kept
            counts = [_slots(row, max(quota - own, 0), quota) for row in table]
            orders = sum(count * factorial(size) * factorial(n - 1 - size) for size, count in enumerate(counts))
            known[own] = Fraction(orders, factorial(n)), Fraction(sum(counts), 2 ** (n - 1))
        shapley.append(known[own][0])
        banzhaf.append(known[own][1])
    return shapley, banzhaf


def games(number, seed, players=8):
    """Random games of one majority or two, some with weights of 0 and many alike."""
    rng = random.Random(seed)
    for _ in range(number):
        n, majorities = rng.randint(1, players), rng.choice([1, 2])
        most = rng.choice([2, 5, 30])
        weights = [tuple(rng.randint(0, most) for _ in range(majorities)) for _ in range(n)]
        totals = [sum(row[axis] for row in weights) for axis in range(majorities)]
        quotas = [rng.randint(1, max(total, 1)) for total in totals]
        yield weights, quotas
