"""Periods of too few: against chains in which every component is told apart, other numerics, and simulation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from verband.numerics.markov_chains.birth_death import ChainError
from verband.numerics.markov_chains.bounds import BoundedPeriods
from verband.numerics.markov_chains.components import Component
from verband.numerics.markov_chains.down_periods import DownPeriods, quantile, quantile_on_grid
from verband.numerics.markov_chains.laplace import inverse, nodes
from verband.numerics.markov_chains.long_periods import LongPeriodQuestion
from verband.numerics.markov_chains.populations import chain_of, most_down, states_of
from verband.numerics.markov_chains.redundancy import k_out_of_n
from verband.numerics.markov_chains.shares import Redundant, shares
from verband.numerics.markov_chains.simulation import SHAPES, simulate

YEAR = 365.0
ONE = Component.of((1.2 / YEAR, (6,)), (0.12 / YEAR, (154,)), (0.083 / YEAR, (120, 60)))
OTHER = Component.of((3 / YEAR, (4,)), (0.2 / YEAR, (100,)), (0.15 / YEAR, (90, 90)))
SYSTEMS = {
    "one": Redundant.of([(ONE, 1)], 1),
    "pair": Redundant.of([(ONE, 2)], 1),
    "both needed": Redundant.of([(ONE, 2)], 2),
    "unlike pair": Redundant.of([(ONE, 1), (OTHER, 1)], 1),
    "three, two needed": Redundant.of([(ONE, 2), (OTHER, 1)], 2),
    "one with shocks": Redundant.of([(ONE, 1)], 1, shock_rate=0.5 / YEAR, shock_mean=14),
    "pair with shocks": Redundant.of([(OTHER, 2)], 1, shock_rate=0.5 / YEAR, shock_mean=14),
}
components = st.builds(
    Component.of,
    st.tuples(st.floats(1e-4, 0.05), st.tuples(st.floats(0.5, 30))),
    st.tuples(st.floats(1e-4, 0.01), st.tuples(st.floats(5, 200), st.just(0.0) | st.floats(0.5, 100))),
)


def told_apart(system):
    """Generator, stationary distribution and up counts of the chain in which every component is told apart."""
    parts = []
    for component, count in system.groups:
        stages = [(kind, at) for kind, means in enumerate(component.stages) for at in range(len(means))]
        q = np.zeros((1 + len(stages), 1 + len(stages)))
        for number, (kind, at) in enumerate(stages, start=1):
            if at == 0:
                q[0, number] = component.rates[kind]
            last = at == len(component.stages[kind]) - 1
            q[number, 0 if last else number + 1] = 1 / component.stages[kind][at]
        parts += [q - np.diag(q.sum(axis=1))] * count
    up = [np.array([1] + [0] * (len(q) - 1)) for q in parts]
    if system.shock_rate:
        rate, back = system.shock_rate, 1 / system.shock_mean
        parts.append(np.array([[-rate, rate], [back, -back]]))
        up.append(np.array([0, -1000]))
    total = np.zeros((1, 1))
    for q in parts:
        total = np.kron(total, np.eye(len(q))) + np.kron(np.eye(len(total)), q)
    counts = np.array([sum(item) for item in itertools.product(*up)])
    left = np.vstack([total.T, np.ones(len(total))])
    share = np.linalg.lstsq(left, np.append(np.zeros(len(total)), 1.0), rcond=None)[0]
    return total, share, counts


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)
def test_everything_is_as_with_components_told_apart(system):
    q, share, up = told_apart(system)
    few = up < system.required
    found, periods = shares(system), DownPeriods(chain_of(system))
    begin = share[~few] @ q[np.ix_(~few, few)]
    assert found.too_few == pytest.approx(share[few].sum(), rel=1e-9)
    assert found.nobody == pytest.approx(share[up <= 0].sum(), rel=1e-9)
    assert found.begins == pytest.approx(begin.sum(), rel=1e-9)
    assert periods.begins == pytest.approx(begin.sum(), rel=1e-9)
    within = q[np.ix_(few, few)]
    for time in (0.3, 4.0, 25.0, 300.0):
        wanted = (begin / begin.sum()) @ expm(within * time) @ np.ones(few.sum())
        assert periods.lasts(time) == pytest.approx(wanted, rel=1e-9)
    ninetieth = periods.quantile(0.9)
    assert (begin / begin.sum()) @ expm(within * ninetieth) @ np.ones(few.sum()) == pytest.approx(0.1, rel=1e-8)
    assert periods.up_to(1e5) == pytest.approx(found.mean, rel=1e-9)
    assert periods.discounted(0.05) == pytest.approx(
        (begin / begin.sum()) @ np.linalg.solve(0.05 * np.eye(few.sum()) - within, np.ones(few.sum())), rel=1e-9
    )


@settings(deadline=None, max_examples=25)
@given(components, components, st.integers(1, 3), st.integers(0, 2), st.data())
def test_chains_and_independence_agree(one, two, first, second, data):
    required = data.draw(st.integers(1, first + second))
    system = Redundant.of([(one, first), (two, second)], required)
    chain, found = chain_of(system), shares(system)
    assert abs(chain.generator.sum(axis=1)).max() < 1e-12
    assert abs(chain.share @ chain.generator).max() < 1e-12
    assert chain.share[chain.few].sum() == pytest.approx(found.too_few, rel=1e-9)
    assert chain.share[chain.nobody].sum() == pytest.approx(found.nobody, rel=1e-9)
    periods, bounds = DownPeriods(chain), BoundedPeriods(system, found)
    assert periods.begins == pytest.approx(found.begins, rel=1e-9)
    for time in (1.0, 10.0, 60.0):
        chance = periods.lasts(time)
        assert float(bounds.low(time)) <= chance * (1 + 1e-9)
        assert float(bounds.high(time)) >= chance * (1 - 1e-9)
        if required == 1:
            assert float(bounds.low(time)) == pytest.approx(chance, rel=1e-9)
            assert float(bounds.up_to(time)) == pytest.approx(periods.up_to(time), rel=1e-9)


@settings(deadline=None, max_examples=15)
@given(components, st.integers(1, 3), st.floats(0.0001, 0.01), st.floats(1, 40))
def test_bounds_hold_with_shocks(one, count, rate, mean):
    system = Redundant.of([(one, count)], 1, shock_rate=rate, shock_mean=mean)
    periods, bounds = DownPeriods(chain_of(system)), BoundedPeriods(system, shares(system))
    for time in (1.0, 10.0, 60.0):
        assert float(bounds.low(time)) <= periods.lasts(time) * (1 + 1e-9)
        assert float(bounds.high(time)) >= periods.lasts(time) * (1 - 1e-9)


def test_one_way_of_failing_is_k_out_of_n_with_repair():
    part = Component.of((0.01, (12.0,)))
    for n, k in ((1, 1), (3, 2), (5, 3), (7, 1)):
        found, known = shares(Redundant.of([(part, n)], k)), k_out_of_n(n, k, 0.01, 1 / 12)
        assert found.too_few == pytest.approx(known.unavailability, rel=1e-9)
        assert found.nobody == pytest.approx(known.none_up, rel=1e-9)
        assert found.begins == pytest.approx(known.failures, rel=1e-9)
        assert found.mean == pytest.approx(known.mean_down, rel=1e-9)


def test_the_chance_of_a_long_period_solves_its_delay_equation():
    """One component, one way of failing: x' = -l x + m z + m w, z' = l x - m z - l x(t - d) exp(-m d)."""
    rate, mend, long, horizon, step = 0.02, 0.1, 10.0, 365.0, 0.005
    chain = chain_of(Redundant.of([(Component.of((rate, (1 / mend,))), 1)], 1))
    delay, steps = round(long / step), round(horizon / step)
    up = mend / (rate + mend)
    x = np.zeros(steps + 1)
    x[0], z, begun = up, 0.0, 0.0

    def slope(time, now, short, lagged):
        first = (1 - up) * np.exp(-mend * time)
        return (
            -rate * now + mend * short + mend * first,
            rate * now - mend * short - rate * lagged * np.exp(-mend * long),
        )

    for at in range(steps):
        old = x[at - delay] if at >= delay else 0.0
        new = x[at + 1 - delay] if at + 1 > delay else 0.0
        a = slope(at * step, x[at], z, old)
        b = slope((at + 1) * step, x[at] + step * a[0], z + step * a[1], new)
        x[at + 1], z = x[at] + step / 2 * (a[0] + b[0]), z + step / 2 * (a[1] + b[1])
        begun += step / 2 * (x[at] + x[at + 1]) * rate * np.exp(-mend * long)
    found = LongPeriodQuestion(chain).ask(long, horizon)
    assert found.chance == pytest.approx(begun, abs=2e-6)
    assert found.expected == pytest.approx(horizon * up * rate * np.exp(-mend * long))
    assert found.error < 1e-6


def test_without_a_length_it_is_the_chance_of_leaving():
    """Length 0: a gap begins unless the chain stays among the states of enough, or only the gap at the start ends."""
    system = SYSTEMS["three, two needed"]
    q, share, up = told_apart(system)
    few = up < system.required
    dead = q.copy()
    dead[np.ix_(~few, few)] = 0.0
    wanted = 1 - share @ expm(dead * 90.0) @ np.ones(len(q))
    assert LongPeriodQuestion(chain_of(system)).ask(0.0, 90.0).chance == pytest.approx(wanted, abs=1e-7)


def test_both_ways_of_solving_agree(monkeypatch):
    chain = chain_of(SYSTEMS["pair with shocks"])
    at_once = LongPeriodQuestion(chain).ask(12.0, YEAR, 0.3)
    monkeypatch.setattr("verband.numerics.markov_chains.long_periods._DENSE", 0)
    assert LongPeriodQuestion(chain).ask(12.0, YEAR, 0.3).chance == pytest.approx(at_once.chance, rel=1e-9)


def test_longer_than_never_and_cut_short_always():
    question = LongPeriodQuestion(chain_of(SYSTEMS["pair"]))
    assert question.ask(10.0, YEAR, 1.0).chance == 0.0
    chances = [question.ask(days, YEAR).chance for days in (1.0, 5.0, 20.0, 80.0, 400.0)]
    assert chances == sorted(chances, reverse=True)
    assert question.ask(10.0, YEAR, 0.5).chance < question.ask(10.0, YEAR).chance


def test_a_function_comes_back_from_its_transform():
    for point in (0.5, 3.0, 40.0):
        s = nodes(point)
        found, error = inverse(1 / (s + 0.1), point)
        assert found == pytest.approx(np.exp(-0.1 * point), abs=1e-7)
        assert error < 1e-7


def test_a_quantile_is_found_whatever_the_guess():
    for guess in (1e-6, 1.0, 1e6):
        assert quantile(lambda t: float(np.exp(-t / 7)), 0.9, guess) == pytest.approx(7 * np.log(10), rel=1e-9)
        assert quantile_on_grid(lambda t: np.exp(-t / 7), 0.9, guess) == pytest.approx(7 * np.log(10), rel=1e-9)


def test_states_left_out_change_nothing_that_shows():
    system = Redundant.of([(ONE, 16)], 13)
    few = shares(system).too_few
    whole, cut = chain_of(system), chain_of(system, 1e-9 * few)
    assert cut.share.size == states_of(system, 1e-9 * few) < states_of(system) == whole.share.size
    assert DownPeriods(cut).lasts(10.0) == pytest.approx(DownPeriods(whole).lasts(10.0), rel=1e-7)
    assert most_down(ONE, 9, 0.0) == 9


def test_stages_of_equal_or_nearly_equal_length_are_stable():
    exact = Component.of((0.01, (20.0, 20.0)))
    near = Component.of((0.01, (20.0, 20.0 + 1e-9)))
    t = np.array([0.0, 1.0, 30.0, 500.0])
    assert exact.lasts(t) == pytest.approx((1 + t / 20) * np.exp(-t / 20), rel=1e-12)
    assert near.lasts(t) == pytest.approx(exact.lasts(t), rel=1e-8)
    assert exact.remains(0.0) == pytest.approx(1.0)


def test_large_groups_are_as_small_ones_taken_apart():
    """Above a size numbers of combinations are taken in logarithms."""
    part = Component.of((0.01, (20.0,)))
    known = k_out_of_n(1500, 1230, 0.01, 1 / 20)
    found = shares(Redundant.of([(part, 1500)], 1230))
    assert found.too_few == pytest.approx(known.unavailability, rel=1e-9)
    assert found.begins == pytest.approx(known.failures, rel=1e-9)


def test_what_cannot_be_is_refused():
    for wrong in (
        lambda: Component.of((-1.0, (2.0,))),
        lambda: Component.of((1.0, (2.0, 3.0, 4.0))),
        lambda: Redundant.of([(ONE, 2)], 3),
        lambda: Redundant.of([(ONE, 2)], 0),
        lambda: Redundant.of([(ONE, -1)], 1),
        lambda: Redundant.of([(ONE, 1)], 1, shock_rate=-1.0),
    ):
        with pytest.raises(ChainError):
            wrong()


def years_with(found, days):
    years = int(found.time / YEAR)
    return len(np.unique(found.starts[found.lengths > days] // YEAR)), years


@pytest.mark.parametrize("name", ["one", "pair", "three, two needed", "pair with shocks"])
def test_a_simulation_finds_the_same(name):
    """Each figure within four of its standard errors, those of single years or of single gaps."""
    system = SYSTEMS[name]
    found, known = simulate(system, 40_000 * YEAR, seed=7), shares(system)
    periods, question = DownPeriods(chain_of(system)), LongPeriodQuestion(chain_of(system))
    gaps = len(found.lengths)
    assert gaps / found.time == pytest.approx(known.begins, abs=6 * np.sqrt(gaps) / found.time)
    assert found.lengths.mean() == pytest.approx(known.mean, abs=4 * found.lengths.std() / np.sqrt(gaps))
    over = np.mean(found.lengths > periods.quantile(0.9))
    assert over == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / gaps))
    for days in (10.0, 30.0):
        hits, years = years_with(found, days)
        chance = question.ask(days, YEAR).chance
        assert hits / years == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / years))


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["fixed", "lognormal"])
@pytest.mark.parametrize("name", SYSTEMS)
def test_shares_hold_for_durations_of_any_shape(name, shape):
    """Share, frequency and mean length do not depend on the shape of durations: 20 runs, t interval at 99.9%."""
    system = SYSTEMS[name]
    runs = [simulate(system, 20_000 * YEAR, seed=seed, shape=SHAPES[shape]) for seed in range(20)]
    known = shares(system)
    for figures, wanted in (
        ([run.too_few for run in runs], known.too_few),
        ([run.nobody for run in runs], known.nobody),
        ([len(run.lengths) / run.time for run in runs], known.begins),
    ):
        error = np.std(figures, ddof=1) / np.sqrt(len(runs))
        assert np.mean(figures) == pytest.approx(wanted, abs=3.883 * error)


@pytest.mark.slow
@pytest.mark.parametrize("name", SYSTEMS)
def test_a_long_simulation_finds_the_same_chances(name):
    system = SYSTEMS[name]
    found, question = simulate(system, 400_000 * YEAR, seed=11), LongPeriodQuestion(chain_of(system))
    for days in (3.0, 10.0, 30.0, 90.0):
        hits, years = years_with(found, days)
        chance = question.ask(days, YEAR).chance
        assert hits / years == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / years) + 1 / years)
