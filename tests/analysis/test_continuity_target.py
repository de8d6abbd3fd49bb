"""Ways to a target of continuity: the least-cost one against every other."""

from __future__ import annotations

import pytest
from made_functions import one, table

from verband.analysis.continuity import continuity, functions_from
from verband.analysis.continuity_periods import Bridging, Gaps
from verband.analysis.continuity_pooling import Pool
from verband.analysis.continuity_target import Prices


def test_the_least_cost_way_is_the_cheapest_that_reaches_the_target():
    own = table(("A", 1, 1), ("B", 3, 1), hire_effectiveness=0.8)
    other = table(("A", 1, 1))
    prices = Prices(holder=90_000, deputy=30_000, pool=4_000, hired_day=500)
    found = continuity(own, pool=[other], target=0.011, prices=prices).target
    first, second = found.functions
    assert second.way.cost_eur_per_year == 0
    assert (first.way.pool, first.way.holders, first.way.deputies) == (True, 0, 0)
    assert first.way.cost_eur_per_year == 8_000
    assert first.by_lever["deputy"].cost_eur_per_year == 30_000
    assert first.by_lever["holder"].cost_eur_per_year == 90_000
    assert first.way.gap_share <= 0.011
    dear = continuity(own, pool=[other], target=0.011, prices=Prices(pool=1e6, deputy=30_000)).target.functions[0]
    assert (dear.way.pool, dear.way.deputies) == (False, 1)
    assert found.as_record()["not_reached"] == []


@pytest.mark.parametrize(
    ("holders", "required", "hired", "target", "prices"),
    [
        (1, 1, None, 0.004, (90_000, 8_000, 3_000, 20)),
        (3, 3, None, 0.02, (30_000, 50_000, 40_000, 5)),
        (2, 2, None, 0.003, (95_000, 9_000, 9_000, 1)),
        (1, 1, 20.0, 0.005, (95_000, 9_000, 4_000, 50)),
        (2, 1, None, 0.001, (5_000, 50_000, 2_000, 500)),
    ],
)
def test_no_combination_is_cheaper_than_the_least_cost_way(holders, required, hired, target, prices):
    """Against every combination, each computed as a table of its own."""
    holder, deputy, pool, day = prices
    own = table(("A", holders, required), hire_after_days=hired, hire_effectiveness=0.8)
    other = table(("A", 1, 1), hire_after_days=hired, hire_effectiveness=0.8)

    def share(more, *, hire, joint):
        extra = {"deputies": [more]} | ({"hire_after_days": [30.0]} if hire else {})
        partner = other | ({"hire_after_days": [30.0]} if hire else {})
        found = continuity(own | extra, pool=[partner] if joint else [], days=(30,))
        return (found.together if joint else found.own).functions[0].gap_share

    ways = {}
    for joint in (False, True):
        for hire in (False, True) if hired is None else (False,):
            for more in range(5):
                reached = share(more, hire=hire, joint=joint)
                days = 365 * (share(more, hire=False, joint=joint) - reached) / 0.8 if hire else 0
                for deputies in range(min(more, 2) + 1):
                    staff = (more - deputies) * holder + deputies * deputy
                    if reached <= target:
                        ways[more - deputies, deputies, hire, joint] = staff + 2 * pool * joint + days * day
    asked = Prices(holder=holder, deputy=deputy, pool=pool, hired_day=day)
    way = continuity(own, pool=[other], target=target, prices=asked).target.functions[0].way
    assert way.cost_eur_per_year == pytest.approx(min(ways.values()))
    assert ways[way.holders, way.deputies, way.hire, way.pool] == pytest.approx(min(ways.values()))


def test_a_deputy_that_saves_days_of_hired_staff_is_seen():
    """Only hired staff help against a long shock, and they reach the target alone; a cheap deputy saves them days."""
    own = table(("A", 1, 1), shared_shocks_per_year=0.2, shared_shock_days=200)
    found = continuity(own, target=0.09, prices=Prices(holder=90_000, deputy=100, hired_day=500)).target.functions[0]
    alone = found.by_lever["hire"]
    assert alone.gap_share < 0.09
    assert found.by_lever["deputy"] is None
    assert (found.way.hire, found.way.holders) == (True, 0)
    assert found.way.deputies == 2  # the most that can be found: the second still saves more than it costs
    assert found.way.cost_eur_per_year < alone.cost_eur_per_year


def test_a_function_with_hired_staff_does_not_hire_them_anew():
    own = table(("A", 1, 1), hire_after_days=100, hire_effectiveness=0.1)
    found = continuity(own, target=0.06, prices=Prices(hired_day=0)).target.functions[0]
    assert found.by_lever["hire"] is None
    assert (found.way.hire, found.way.deputies) == (False, 1)


def test_what_hired_staff_cost_goes_with_the_days_that_they_bridge():
    prices = Prices(holder=1e9, deputy=1e9, hired_day=100)
    own = table(("A", 1, 1), hire_effectiveness=0.0)
    target = 0.06
    way = continuity(own, target=target, prices=prices).target.functions[0].way
    assert way.hire
    assert (way.holders, way.deputies) == (0, 0)
    gaps = Gaps(Pool(functions_from(own)).system(), Bridging(30.0, 0.8))
    bridged = (one().gap_share - gaps.share) / 0.8 * 365
    assert way.cost_eur_per_year == pytest.approx(100 * bridged)
    assert way.gap_share == pytest.approx(gaps.share)


def test_no_staff_helps_against_shocks():
    own = table(("A", 1, 1), shared_shocks_per_year=1, shared_shock_days=14, hire_effectiveness=None)
    found = continuity(own, target=0.001).target.functions[0]
    assert found.way is None
    assert "shared shocks alone" in found.reason
