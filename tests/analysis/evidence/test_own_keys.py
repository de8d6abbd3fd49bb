"""M13 under keys in use: against coalitions enumerated by hand, and what each variant and reason says."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest

from verband.analysis.cost_function import cost_function
from verband.analysis.evidence.common_draws import common_draws
from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.own_interests import own_interests
from verband.analysis.evidence.own_keys import COMPONENT, OwnKey, OwnKeys
from verband.analysis.evidence.partnership_games import Partnership, TaskTable, drawn_games, games_of
from verband.analysis.evidence.result import SetAside
from verband.analysis.evidence.statements import statement
from verband.numerics.grouped_counts import proportion_over_draws
from verband.report.evidence.said import START, said

SEASONS = (2021, 2022, 2023, 2024)


def table(*, elasticity, spread, seed=1, number=160):
    """Accounts of municipalities of 5,000 to 200,000 inhabitants; ``spread`` is that of the log of the own level."""
    rng = np.random.default_rng(seed)
    size, level = np.exp(rng.uniform(8.5, 12.2, number)), rng.normal(0, spread, number)
    frame = pl.DataFrame(
        [
            {
                "code": f"GM{place:04}",
                "year": year,
                "inhabitants": size[place],
                "cost_keur": float(np.exp(elasticity * np.log(size[place]) + level[place] + rng.normal(0, 0.02))),
            }
            for place in range(number)
            for year in SEASONS
        ]
    )
    return TaskTable(frame, frame.filter(pl.col("year") == SEASONS[-1]), ())


def keys(made, count, shares_of, *, paid_of=None, tasks=("7.3",)):
    """Of ``count`` arrangements of three to five municipalities, shares by a function of their inhabitants."""
    middle = made.latest.filter(pl.col("inhabitants").is_between(8_000, 40_000))
    codes, people = middle["code"].to_list(), middle["inhabitants"].to_numpy()
    found = []
    for number in range(count):
        chosen = slice(number, number + 3 + number % 3)
        members, sizes = tuple(codes[chosen]), people[chosen]
        partnership = Partnership(f"p{number:02}", f"Partnership {number}", members, members, tasks)
        told = tuple(rule(sizes) / rule(sizes).sum() if rule else None for rule in (shares_of, paid_of))
        found.append(OwnKey(partnership, *(None if one is None else tuple(one) for one in told)))
    return tuple(found)


def asked(made, own, **options):
    options = {"draws": 30, "sources": (), **options}
    partnerships = tuple(item.partnership for item in own)
    tables = dict.fromkeys({task for item in partnerships for task in item.tasks}, made)
    return own_interests(tables, partnerships, own=OwnKeys(own, len(own)), **options)


def primary(found):
    return next(item for item in found.findings if item.component == COMPONENT)


def alike(sizes):
    return np.ones(len(sizes))


def by_size(sizes):
    return sizes


def told_of(found):
    return [item for item in (*found.findings, *(item.finding for item in found.variants)) if item is not None]


def variants(found):
    return {item.name: item for item in found.variants}


@pytest.mark.parametrize("rule", [alike, by_size])
def test_it_is_what_enumerating_every_group_says(rule):
    made = table(elasticity=0.95, spread=0.15)
    own = keys(made, 6, rule)
    model = {"7.3": cost_function(made.rows, ())}
    common = common_draws(model, seed=1, draws=30)
    hits, any_hits = [], []
    for key in own:
        games = games_of(model, {"7.3": made}, key.partnership)
        gains, some = [], []
        for game in drawn_games(games, key.partnership, common):
            n = len(key.stated)
            pays = [share * game.values[-1] for share in key.stated]
            groups = [group for size in range(1, n) for group in combinations(range(n), size)]
            paid = np.array([sum(pays[i] for i in group) for group in groups])
            alone = np.array([game.values[sum(1 << i for i in group)] for group in groups])
            gains.append(bool((alone <= 0.95 * paid).any()))
            some.append(bool((alone < paid * (1 - 1e-9)).any()))
        hits.append(gains)
        any_hits.append(some)
    told = asked(made, own)
    for found, known in ((primary(told), hits), (variants(told)["any gain at all"].finding, any_hits)):
        assert found.estimate == pytest.approx(100 * np.mean(known))
        assert found.n_clusters == found.n_observations == 6
        counts = np.sum(known, axis=0).astype(float)
        low, high = proportion_over_draws(counts, np.full(30, 6.0))
        assert (found.low, found.high) == pytest.approx((100 * low, 100 * high))
        assert 0 <= found.low < found.high <= 100
    assert np.sum(any_hits) >= np.sum(hits) > 0


def test_a_fair_key_with_scale_keeps_all_together_and_equal_shares_do_not():
    """Cost per inhabitant falls with size, so shares by inhabitants are in the core."""
    made = table(elasticity=0.8, spread=0.0)
    fair = asked(made, keys(made, 10, by_size))
    assert primary(fair).estimate == 0
    assert all(START not in said(text, "nl") for item in told_of(fair) for text in (item.method, item.note))
    assert 0 < primary(fair).high < 50
    assert judge(statement("M13"), fair).verdict == "not_supported"
    unfair = asked(made, keys(made, 10, lambda sizes: sizes**-2.0))
    assert primary(unfair).estimate == 100
    evidence = judge(statement("M13"), unfair)
    assert evidence.verdict == "supported"
    assert evidence.p_value < 0.025
    assert not evidence.missing


def test_three_arrangements_that_all_conflict_are_not_enough_to_be_sure():
    made = table(elasticity=0.8, spread=0.0)
    found = primary(asked(made, keys(made, 3, lambda sizes: sizes**-2.0)))
    assert found.estimate == found.high == 100
    assert found.low == pytest.approx(100 * 0.025 ** (1 / 3))
    assert found.p_value == pytest.approx(0.5**3)
    assert found.kind == "estimated"


def test_stated_shares_come_before_contributions_and_the_variant_turns_it_round():
    made = table(elasticity=0.8, spread=0.0)
    found = asked(made, keys(made, 8, by_size, paid_of=lambda sizes: sizes**-2.0))
    assert primary(found).estimate == 0
    assert variants(found)["contributions instead of stated shares"].finding.estimate == 100
    only_paid = asked(made, keys(made, 8, None, paid_of=lambda sizes: sizes**-2.0))
    assert primary(only_paid).estimate == 100
    only_stated = asked(made, keys(made, 8, by_size))
    assert variants(only_stated)["contributions instead of stated shares"].finding is None
    single = asked(made, keys(made, 8, by_size, tasks=("7.3", "7.4")))
    assert variants(single)["arrangements with one task only"].finding is None


def test_size_alone_leaves_out_that_some_are_dear():
    made = table(elasticity=0.8, spread=0.4)
    found = asked(made, keys(made, 6, by_size))
    assert variants(found)["partners differ in size only"].finding.estimate == 0
    assert primary(found).estimate > 30


def test_a_gain_below_the_smallest_that_matters_is_none():
    """Without scale, and all as dear, who pays 3% more than by size has 3% to gain by leaving: too little."""
    made = table(elasticity=0.999, spread=0.0)

    def told(more):
        return asked(made, keys(made, 6, lambda sizes: sizes * np.append(1 + more, np.ones(len(sizes) - 1))))

    assert primary(told(0.03)).estimate < 10
    assert variants(told(0.03))["any gain at all"].finding.estimate > 90
    assert primary(told(0.3)).estimate > 90


def test_more_arrangements_do_not_make_one_cost_function_surer():
    """Where scale decides and is uncertain they are in conflict together, or not; twelve do not make it sure."""
    made = table(elasticity=0.95, spread=0.5, number=80)
    for count in (4, 12):
        found = variants(asked(made, keys(made, count, by_size), draws=60))["partners differ in size only"].finding
        assert 20 < found.estimate < 80
        assert found.high - found.low > 85
        assert found.p_value > 0.025


def test_why_there_is_none():
    made = table(elasticity=0.8, spread=0.0)
    few = keys(made, 2, by_size)
    found = own_interests(
        {"7.3": made},
        tuple(item.partnership for item in few),
        own=OwnKeys(few, 5, (SetAside("x", "Other: no"),)),
        sources=(),
        draws=10,
    )
    assert "of 5 arrangements are loaded, 2 of them can be tested" in found.not_found[COMPONENT]
    assert SetAside("x", "Other: no") in found.set_aside
    assert any(item.component == "chance_that_some_leave" for item in found.findings)
    nothing = own_interests({"7.3": made}, tuple(item.partnership for item in few), sources=(), draws=10)
    assert "verband template arrangements" in nothing.not_found[COMPONENT]
    assert judge(statement("M13"), nothing).verdict == "not_testable"


def test_the_model_beside_it_does_not_change_with_the_keys():
    made = table(elasticity=0.9, spread=0.1)
    own = keys(made, 4, by_size)
    partnerships = tuple(item.partnership for item in own)
    alone = own_interests({"7.3": made}, partnerships, sources=(), draws=20)
    both = asked(made, own, draws=20)
    assert [item for item in both.findings if item.component != COMPONENT] == list(alone.findings)
