"""Continuity of functions: conventions of the model, identities of pooling, hired staff."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_functions import one, table

from verband.analysis.continuity import continuity, functions_from
from verband.analysis.continuity_periods import Bridging, Gaps
from verband.analysis.continuity_pooling import Pool
from verband.analysis.continuity_question import defaults
from verband.analysis.continuity_target import Prices
from verband.errors import BadInputError
from verband.numerics.markov_chains.down_periods import DownPeriods
from verband.numerics.markov_chains.populations import chain_of
from verband.numerics.markov_chains.simulation import simulate
from verband.numerics.threads import one_thread

FIGURES = ("gap_share", "chance_nobody", "gaps_per_year", "mean_gap_days", "holder_unavailable_share")


def figures(item):
    chances = {days: chance.value for days, chance in item.chance_gap_over_days.items()}
    return {name: getattr(item, name) for name in FIGURES} | {"p90": item.p90_gap_days.value, **chances}


def test_one_holder_is_away_as_the_convention_says():
    load = (1.5 * 5 + 0.1 * 140 + 0.1 * (90 + 45)) / 365
    found = one()
    assert found.holder_unavailable_share == pytest.approx(1 - 1 / (1 + load))
    assert found.gap_share == found.chance_nobody == pytest.approx(1 - 1 / (1 + load))
    assert found.gaps_per_year == pytest.approx(1.7 / (1 + load))
    assert found.mean_gap_days == pytest.approx(load * 365 / 1.7)
    assert (found.one_person, found.two_person) == (True, False)


def test_shocks_hit_everybody_and_leave_the_share_of_one_holder_alone():
    found, calm = one(3, 2, shared_shocks_per_year=0.5, shared_shock_days=14), one(3, 2)
    shock = 0.5 * 14 / 365 / (1 + 0.5 * 14 / 365)
    assert found.holder_unavailable_share == calm.holder_unavailable_share
    assert found.gap_share == pytest.approx(shock + (1 - shock) * calm.gap_share)
    assert found.chance_nobody == pytest.approx(shock + (1 - shock) * calm.chance_nobody)
    begins = (1 - shock) * (calm.gaps_per_year + 0.5 * (1 - calm.gap_share))
    assert found.gaps_per_year == pytest.approx(begins)


def test_a_deputy_is_as_good_as_a_holder_but_is_none():
    deputy, holder = one(1, 1, deputies=1), one(2, 1)
    assert figures(deputy) == figures(holder)
    assert (deputy.one_person, holder.one_person, holder.two_person) == (True, False, True)


@settings(deadline=None, max_examples=15)
@given(
    k=st.integers(2, 5),
    rate=st.floats(0, 5),
    weeks=st.floats(0.1, 40),
    shocks=st.sampled_from([0.0, 0.3]),
    hire=st.sampled_from([None, 0.0, 20.0]),
)
def test_pooling_functions_of_one_gives_exactly_the_function_of_many(k, rate, weeks, shocks, hire):
    columns = {
        "short_absences_per_year": rate,
        "long_absence_weeks": weeks,
        "shared_shocks_per_year": shocks,
        "shared_shock_days": 10,
        "hire_after_days": hire,
        "hire_effectiveness": 0.0 if hire is None else 0.7,
    }
    single = table(("A", 1, 1), **columns)
    pooled = continuity(single, pool=[single] * (k - 1)).together.functions[0]
    many = one(k, 1, **columns)
    assert figures(pooled) == figures(many)
    assert (pooled.holders, pooled.required) == (k, 1)


def test_functions_that_nobody_shares_stay_as_they_are():
    own, other = table(("A", 2, 1), ("B", 1, 1)), table(("C", 3, 2), ("B", 1, 1))
    found = continuity(own, pool=[other], travel_share=0.1)
    together = {item.function: item for item in found.together.functions}
    assert together["A"] == found.own.functions[0]
    assert together["C"] == found.other[0].functions[0]
    assert together["B"].holders == 2
    record = found.as_record()
    first = record["difference"]["functions"][0]
    assert first == {
        "function": "A", "partners": 1, "gap_share": 0.0, "chance_nobody": 0.0, "gaps_per_year": 0.0,
        "other_gap_share": [None], "other_chance_nobody": [None], "other_gaps_per_year": [None],
    }  # fmt: skip


def test_pooling_without_overlap_changes_nothing():
    own, other = table(("A", 2, 1)), table(("B", 1, 1))
    found = continuity(own, pool=[other])
    assert found.as_record()["difference"]["expected_gap_days_per_year"] == 0
    assert any("nothing is pooled" in remark for remark in found.remarks)


def test_travel_and_coordination_take_their_share_of_the_time_present():
    single = table(("A", 1, 1))
    calm = continuity(single, pool=[single]).together.functions[0]
    found = continuity(single, pool=[single], travel_share=0.06, coordination_share=0.04).together.functions[0]
    assert 1 - found.holder_unavailable_share == pytest.approx(0.9 * (1 - calm.holder_unavailable_share))
    assert found.gap_share > calm.gap_share


def test_the_requirement_is_the_largest_and_holders_keep_their_own_rates():
    own = table(("A", 2, 2))
    other = table(("a", 1, 1), short_absences_per_year=6)
    found = continuity(own, pool=[other]).together.functions[0]
    u, v = one().gap_share, one(short_absences_per_year=6).gap_share
    below = u * u + 2 * u * (1 - u) * v
    assert (found.holders, found.required) == (3, 2)
    assert found.gap_share == pytest.approx(below)
    assert found.holder_unavailable_share == pytest.approx((2 * u + v) / 3)


@pytest.mark.parametrize("effectiveness", [0.2, 0.6])
def test_hired_staff_close_gaps_after_a_fixed_delay(effectiveness):
    """Against simulated gaps cut at the delay; the share closed is drawn independently."""
    pool = Pool(functions_from(table(("A", 2, 1), hire_after_days=12, hire_effectiveness=effectiveness)))
    system = pool.system()
    with one_thread():
        gaps = Gaps(system, pool.bridging("fixed"))
        run = simulate(system, 200_000 * 365.0, seed=3)
        closed = np.random.default_rng(4).random(len(run.lengths)) < effectiveness
        cut = np.where(closed, np.minimum(run.lengths, 12), run.lengths)
        error = 4 * cut.std() / np.sqrt(len(cut))
        assert gaps.share / gaps.begins == pytest.approx(cut.mean(), abs=error)
        ninetieth, slack = gaps.ninetieth().value, 4 * np.sqrt(0.09 / len(cut))
        assert np.mean(cut > ninetieth) - slack < 0.1 < np.mean(cut >= ninetieth) + slack
        for days in (10.0, 30.0):
            years = len(np.unique(run.starts[cut > days] // 365)) / 200_000
            chance = gaps.chance_over(days).value
            assert years == pytest.approx(chance, abs=4 * np.sqrt(chance / 200_000))


def test_hired_staff_with_an_exponential_delay_are_another_way_back():
    """One holder, one way of being away, help that always works: the gap ends at the first of two exponentials."""
    columns = {"short_absences_per_year": 0, "leaving_per_year": 0, "hire_after_days": 20, "hire_effectiveness": 1}
    (found,) = continuity(table(("A", 1, 1), **columns), hire_delay="exponential").own.functions
    assert found.mean_gap_days == pytest.approx(1 / (1 / 140 + 1 / 20))
    assert found.p90_gap_days.value == pytest.approx(np.log(10) / (1 / 140 + 1 / 20))


@pytest.mark.parametrize(
    ("days", "delay"), [((0.3, 160.0), 4.3), ((0.1, 1400.0), 0.5), ((7.0, 90.0), 75.0), ((0.7, 2.0), 900.0)]
)
def test_an_exponential_delay_is_weighed_exactly_however_far_apart_durations_are(days, delay):
    """One of two: the gap ends with the first who comes back or with the help; partial fractions give its mean.

    With stays of two means, one holder is back after a mixture of two exponentials, and the one who was away already
    after another: four exponentials, each with the rate of the help added.
    """
    short, long = days
    columns = {
        "short_absences_per_year": 17, "short_absence_days": short, "long_absences_per_year": 0.2,
        "long_absence_weeks": long / 7, "leaving_per_year": 0, "hire_after_days": delay, "hire_effectiveness": 0.7,
    }  # fmt: skip
    (found,) = continuity(table(("A", 2, 1), **columns), hire_delay="exponential").own.functions
    (without,) = continuity(table(("A", 2, 1), **columns | {"hire_effectiveness": 0})).own.functions
    rates, means = np.array([17, 0.2]), np.array([short, long])
    going, staying = rates / rates.sum(), rates * means / (rates @ means)
    back = 1 / means[:, None] + 1 / means[None, :]
    weight = going[:, None] * staying[None, :]
    before = (weight / (back + 1 / delay)).sum()
    whole = (weight / back).sum()
    assert without.mean_gap_days == pytest.approx(whole, rel=1e-11)
    assert found.mean_gap_days == pytest.approx(0.3 * whole + 0.7 * before, rel=1e-11)


def test_of_shared_shocks_the_one_that_takes_most_time_hits_the_pool():
    often = table(("A", 1, 1), shared_shocks_per_year=4, shared_shock_days=1)
    long = table(("A", 1, 1), shared_shocks_per_year=0.5, shared_shock_days=60)
    same = continuity(long, pool=[long]).together.functions[0]
    for own, other in ((often, long), (long, often)):
        found = continuity(own, pool=[other]).together.functions[0]
        assert found.gap_share == pytest.approx(same.gap_share)
        assert found.gaps_per_year == pytest.approx(same.gaps_per_year)


def test_what_changes_nothing_is_said():
    costs = continuity(table(("A", 2, 1)), travel_share=0.1, prices=Prices(holder=1.0)).remarks
    assert any("travel share" in remark for remark in costs)
    assert any("No target" in remark for remark in costs)
    plain = continuity(table(("A", 2, 1))).remarks
    assert not any("change nothing" in remark for remark in plain)


def test_hired_staff_at_once_and_for_sure_leave_no_gap():
    found = one(2, 1, hire_after_days=0, hire_effectiveness=1)
    assert found.gap_share == pytest.approx(0, abs=1e-15)
    assert (found.gaps_per_year, found.p90_gap_days.value) == (0, None)
    assert found.chance_gap_over_days["10"].value == 0
    half = one(2, 1, hire_after_days=0, hire_effectiveness=0.5)
    assert half.gaps_per_year == pytest.approx(one(2, 1).gaps_per_year / 2)
    assert half.p90_gap_days.value == pytest.approx(one(2, 1).p90_gap_days.value)


def test_a_gap_that_hired_staff_close_for_sure_is_never_longer_than_their_delay():
    found = one(1, 1, hire_after_days=10, hire_effectiveness=1)
    assert found.p90_gap_days.value == 10
    assert found.chance_gap_over_days["10"].value == 0
    assert found.mean_gap_days < 10


def test_with_hired_staff_nobody_is_there_less_often_too():
    found, alone = one(3, 2, hire_after_days=5, hire_effectiveness=1), one(3, 2)
    assert 0 < found.chance_nobody < alone.chance_nobody
    assert one(3, 2, hire_after_days=7000, hire_effectiveness=1).chance_nobody == pytest.approx(alone.chance_nobody)


def test_nobody_ever_away_means_no_gap():
    found = one(2, 2, short_absences_per_year=0, long_absences_per_year=0, leaving_per_year=0)
    assert figures(found) == {
        "gap_share": 0, "chance_nobody": 0, "gaps_per_year": 0, "mean_gap_days": None,
        "holder_unavailable_share": 0, "p90": None, "10": 0, "30": 0,
    }  # fmt: skip


def test_shocks_alone_come_out_as_they_were_put_in():
    columns = {"short_absences_per_year": 0, "long_absences_per_year": 0, "leaving_per_year": 0}
    found = one(2, 1, shared_shocks_per_year=0.2, shared_shock_days=20, **columns)
    assert found.mean_gap_days == pytest.approx(20)
    assert found.p90_gap_days.value == pytest.approx(20 * np.log(10))
    assert found.p90_gap_days.exact


@settings(deadline=None, max_examples=20)
@given(
    holders=st.integers(1, 5),
    short=st.floats(0, 6),
    leaving=st.floats(0, 0.5),
    data=st.data(),
)
def test_figures_are_what_they_can_be(holders, short, leaving, data):
    required = data.draw(st.integers(1, holders))
    found = one(holders, required, short_absences_per_year=short, leaving_per_year=leaving)
    more = one(holders + 1, required, short_absences_per_year=short, leaving_per_year=leaving)
    assert 0 <= found.chance_nobody <= found.gap_share < 1
    assert more.gap_share < found.gap_share
    assert found.gaps_per_year * found.mean_gap_days == pytest.approx(365 * found.gap_share)
    chances = [chance.value for chance in found.chance_gap_over_days.values()]
    assert 0 <= chances[1] <= chances[0] <= min(1, found.gaps_per_year)


def test_methods_agree_where_both_can_be_used(monkeypatch):
    """The same pool by a chain and by bounds: the figure by the chain lies between the bounds."""
    own, other = table(("A", 2, 2)), table(("A", 2, 1), short_absences_per_year=3)
    exact = continuity(own, pool=[other]).together.functions[0]
    monkeypatch.setattr("verband.analysis.continuity_periods.MOST_STATES", 0)
    monkeypatch.setattr("verband.analysis.continuity_periods.MOST_STATES_FOR_CHANCE", 0)
    monkeypatch.setattr("verband.analysis.continuity_periods.SIMULATED_FROM", 99.0)
    rough = continuity(own, pool=[other]).together.functions[0]
    assert exact.p90_gap_days.exact
    assert not rough.p90_gap_days.exact
    assert rough.p90_gap_days.low <= exact.p90_gap_days.value <= rough.p90_gap_days.high
    for days, chance in rough.chance_gap_over_days.items():
        known = exact.chance_gap_over_days[days].value
        assert chance.low <= known <= chance.high
        assert chance.value == pytest.approx(known, rel=0.1)
    assert rough.gap_share == exact.gap_share


@pytest.mark.parametrize("hire", [None, 6.0])
def test_where_there_is_no_chain_a_simulation_says_so(monkeypatch, hire):
    own = table(("A", 6, 5), hire_after_days=hire, hire_effectiveness=0.5)
    exact = continuity(own).own.functions[0]
    monkeypatch.setattr("verband.analysis.continuity_periods.MOST_STATES", 0)
    monkeypatch.setattr("verband.analysis.continuity_periods.MOST_STATES_FOR_CHANCE", 0)
    rough = continuity(own).own.functions[0]
    for found, known in (
        (rough.p90_gap_days, exact.p90_gap_days),
        *((rough.chance_gap_over_days[days], chance) for days, chance in exact.chance_gap_over_days.items()),
    ):
        assert known.exact
        assert found.method.startswith("simulated")
        width = found.high - found.low
        assert found.low - width / 2 < known.value < found.high + width / 2
    assert rough.gap_share >= exact.gap_share * (1 - 1e-9)


def test_a_large_team_is_answered_too():
    found = one(60, 52)
    assert found.p90_gap_days.value > 0
    assert found.chance_gap_over_days["10"].method.startswith("simulated")


def test_defaults_are_named_with_kind_source_and_certainty():
    found = continuity({"function": ["A", "B"], "holders": [1, 2], "leaving_per_year": [0.1, np.nan]})
    used = {item.default.column: item for item in found.defaults}
    assert set(used) == set(defaults())
    assert used["leaving_per_year"].functions == ("B",)
    assert used["required"].functions is None
    for item in used.values():
        assert item.default.kind in {"measured", "derived", "estimated", "assumed"}
        assert item.default.source
        assert item.default.certainty in {"V", "S", "M", "A"}
    first = found.own.functions[0]
    assert first.kind == "assumed"
    assert first.gap_share_low < first.gap_share < first.gap_share_high
    assert one().kind == "estimated"
    assert one().gap_share_low is None


def test_the_default_absences_add_up_to_the_published_sick_leave():
    """Sick leave of 6.5% in 2023 (Personeelsmonitor Gemeenten), counted over the time that somebody is employed."""
    value = {name: item.value for name, item in defaults().items()}
    ill = value["short_absences_per_year"] * value["short_absence_days"]
    ill += value["long_absences_per_year"] * value["long_absence_weeks"] * 7
    assert ill / (365 + ill) == pytest.approx(0.065, abs=0.001)


def test_hired_staff_of_a_pool_are_as_late_and_as_little_effective_as_with_any_partner():
    quick = table(("A", 1, 1), hire_after_days=5, hire_effectiveness=0.3)
    sure = table(("A", 1, 1), hire_after_days=40, hire_effectiveness=0.9)
    worst = table(("A", 2, 1), hire_after_days=40, hire_effectiveness=0.3)
    for own, partner in ((quick, sure), (sure, quick)):
        assert figures(continuity(own, pool=[partner]).together.functions[0]) == pytest.approx(
            figures(continuity(worst).own.functions[0])
        )


def test_a_default_that_is_not_used_makes_nothing_assumed():
    assert one(shared_shock_days=None).kind == "estimated"
    assert one(shared_shock_days=None, shared_shocks_per_year=1).kind == "assumed"
    assert one(hire_effectiveness=None).kind == "estimated"
    assert one(hire_effectiveness=None, hire_after_days=10).kind == "assumed"


def test_rare_long_gaps_are_poisson():
    found = one(20, 14).chance_gap_over_days["10"]
    assert found.method.startswith("Poisson")
    # The upper bound is their expected number.
    assert found.high > 1e-4
    assert found.value == pytest.approx(-np.expm1(-found.high), rel=1e-9)


def test_states_that_are_left_out_do_not_show():
    system = Pool(functions_from(table(("A", 10, 9)))).system()
    with one_thread():
        gaps = Gaps(system, Bridging(None, 0.0))
        periods = DownPeriods(chain_of(system, 0.0))
        assert len(gaps.chain.share) < len(chain_of(system, 0.0).share)
        ninetieth = gaps.ninetieth()
        assert ninetieth.method == "exact"
        assert periods.lasts(ninetieth.value) == pytest.approx(0.1, rel=1e-9)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"days": []}, "no number of days"),
        ({"days": [0]}, "0 days"),
        ({"days": [10, 10]}, "twice"),
        ({"days": [float("nan")]}, "nan days"),
        ({"target": 0}, "no share"),
        ({"target": 1.5}, "no share"),
        ({"travel_share": 1.0}, "no share"),
        ({"travel_share": 0.6, "coordination_share": 0.5}, "all time"),
        ({"hire_delay": "soon"}, "no delay"),
    ],
)
def test_a_question_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(BadInputError, match=words):
        continuity(table(("A", 1, 1)), **wrong)


def test_a_negative_price_is_refused():
    with pytest.raises(BadInputError, match="price"):
        Prices(holder=-1)


def test_a_hundred_functions_of_twenty_five_partners():
    """All that has bounds only says so, and stays between them."""
    rng = np.random.default_rng(2)
    names = [f"F{number}" for number in range(6)]
    tables = [
        {"function": names, "holders": rng.integers(1, 4, 6), "short_absences_per_year": rng.uniform(1, 2, 6)}
        for _ in range(25)
    ]
    found = continuity(tables[0], pool=tables[1:])
    for item in found.together.functions:
        assert item.gap_share < 1e-20
        assert item.p90_gap_days.exact
        for chance in item.chance_gap_over_days.values():
            assert chance.low <= chance.value <= chance.high < 1e-15
