"""Positions in a two-mode network: published and hand-made examples, and a second implementation."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest

from verband.numerics.network import positions


def drawn(seed, actors=12, groups=9):
    rng = np.random.default_rng(seed)
    return [(f"a{i}", f"g{j}") for i in range(actors) for j in range(groups) if rng.random() < 0.25]


def test_a_go_between_has_all_paths_and_the_others_none():
    """Two groups with one actor in common: every path between the two passes through that actor."""
    found = positions([("a", "one"), ("b", "one"), ("c", "one"), ("c", "two"), ("d", "two")])
    assert {name: item.betweenness for name, item in found.items() if name != "c"} == {"a": 0, "b": 0, "d": 0}
    assert found["c"].betweenness == max(item.betweenness for item in found.values()) > 0
    assert (found["c"].groups, found["c"].partners) == (2, 3)
    # Burt (1992): of three partners two know each other, so 3 - (1 + 1 + 0) / 3.
    assert found["c"].effective_size == pytest.approx(3 - 2 / 3)


def test_betweenness_by_counting_all_shortest_paths():
    pairs = drawn(1)
    around = defaultdict(set)
    for actor, group in pairs:
        around[actor].add(group)
        around[group].add(actor)

    def distances(start):
        """Distance and number of shortest paths to every node."""
        far, count, front = {start: 0}, {start: 1}, [start]
        while front:
            ahead = defaultdict(int)
            for node in front:
                for other in around[node]:
                    if other not in far:
                        ahead[other] += count[node]
            far |= dict.fromkeys(ahead, far[front[0]] + 1)
            count |= ahead
            front = list(ahead)
        return far, count

    told = {node: distances(node) for node in around}
    raw = {}
    for node in around:
        total = 0.0
        for one, other in combinations([item for item in around if item != node], 2):
            far, count = told[one]
            if other in far and node in far and far[node] + told[node][0][other] == far[other]:
                total += count[node] * told[node][1][other] / count[other]
        raw[node] = total
    found = positions(pairs)
    scale = {found[name].betweenness / raw[name] for name in found if raw[name] > 0}
    assert max(scale) == pytest.approx(min(scale), rel=1e-9), "the same but for one factor"
    assert all(found[name].betweenness == 0 for name in found if raw[name] == 0)


def test_constraint_by_the_formula_of_burt():
    """c_i = sum_j (p_ij + sum_q p_iq p_qj)^2, with p_ij the part of i's groups in common that is with j."""
    pairs = drawn(2)
    groups = defaultdict(set)
    for actor, group in pairs:
        groups[actor].add(group)
    names = sorted(groups)
    shared = np.array([[len(groups[a] & groups[b]) if a != b else 0 for b in names] for a in names], dtype=float)
    found = positions(pairs)
    part = shared / np.where(shared.sum(axis=1) > 0, shared.sum(axis=1), 1)[:, None]
    own = part + part @ part
    for row, name in enumerate(names):
        ties = shared[row] > 0
        assert found[name].constraint == pytest.approx((own[row][ties] ** 2).sum())
        known = np.flatnonzero(ties)
        among = (shared[np.ix_(known, known)] > 0).sum()
        assert found[name].effective_size == pytest.approx(len(known) - among / len(known))
        assert found[name].partners == len(known)


def test_order_and_repetition_do_not_matter_and_names_of_the_two_kinds_may_meet():
    pairs = drawn(3)
    assert positions(pairs) == positions(reversed([*pairs, *pairs]))
    same = positions([("x", "x"), ("y", "x")])
    assert {name: item.partners for name, item in same.items()} == {"x": 1, "y": 1}


def test_an_actor_without_partners_and_no_actors():
    found = positions([("a", "one"), ("b", "two"), ("c", "two")])
    assert (found["a"].partners, found["a"].betweenness) == (0, 0)
    assert found["a"].constraint is None
    assert found["a"].effective_size is None
    assert positions([("a", "one")])["a"].betweenness == 0
    assert positions([]) == {}
