"""Queues, machine repair and k-out-of-n: printed values, textbook formulas, and a generator solved by itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verband.numerics.markov_chains.birth_death import ChainError, mean_time_up_to, stationary
from verband.numerics.markov_chains.queues import erlang_b, erlang_c, machine_repair
from verband.numerics.markov_chains.redundancy import k_out_of_n

RATES = st.floats(0.01, 100)


def solved(births, deaths):
    """Stationary distribution from the balance equations themselves."""
    n = len(births) + 1
    q = np.zeros((n, n))
    for at, (birth, death) in enumerate(zip(births, deaths, strict=True)):
        q[at, at + 1], q[at + 1, at] = birth, death
    q -= np.diag(q.sum(axis=1))
    left = np.vstack([q.T, np.ones(n)])
    return np.linalg.lstsq(left, np.append(np.zeros(n), 1.0), rcond=None)[0]


@pytest.mark.parametrize(
    ("load", "servers", "digits"),
    [
        # Tables of the Erlang loss formula in traffic engineering handbooks: offered load at blocking 1% (and 2%).
        (0.0101, 1, 0.01),
        (0.1526, 2, 0.01),
        (0.4555, 3, 0.01),
        (4.4612, 10, 0.01),
        (12.0306, 20, 0.01),
        (5.0840, 10, 0.02),
        (13.1815, 20, 0.02),
    ],
)
def test_the_loss_formula_gives_the_printed_tables(load, servers, digits):
    assert erlang_b(load, servers) == pytest.approx(digits, abs=5e-6)


@given(load=st.floats(0.01, 50), servers=st.integers(1, 60))
def test_the_loss_formula_is_its_definition(load, servers):
    terms = [math.exp(k * math.log(load) - math.lgamma(k + 1)) for k in range(servers + 1)]
    assert erlang_b(load, servers) == pytest.approx(terms[-1] / math.fsum(terms), rel=1e-10)


def test_delay_with_one_and_two_servers():
    assert erlang_c(0.7, 1) == pytest.approx(0.7)  # M/M/1: rho
    assert erlang_c(1.0, 2) == pytest.approx(1 / 3)  # M/M/2: 2 rho^2 / (1 + rho)
    assert erlang_c(0, 3) == 0


def test_the_largest_systems_neither_overflow_nor_vanish():
    assert 0 < erlang_b(9900, 10_000) < 0.02
    assert erlang_b(1e-3, 200) == 0.0
    assert stationary(np.full(5000, 3.0), np.full(5000, 1.0)).sum() == pytest.approx(1)


@given(machines=st.integers(1, 12), failure=RATES, repair=RATES, crew=st.integers(1, 12))
def test_machine_repair_solves_its_balance_and_obeys_little(machines, failure, repair, crew):
    found = machine_repair(machines, failure, repair, crew)
    count = np.arange(machines)
    wanted = solved((machines - count) * failure, np.minimum(count + 1, crew) * repair)
    assert found.down == pytest.approx(wanted, abs=1e-9)
    assert found.mean_down == pytest.approx(found.throughput * found.down_time)
    assert found.down_time == pytest.approx(found.waiting_time + 1 / repair)


@given(failure=RATES, repair=RATES)
def test_mean_time_to_failure_is_the_textbook_formula(failure, repair):
    """Parallel pair (3 l + m) / (2 l^2) and two out of three (5 l + m) / (6 l^2): Rausand and Høyland (2004)."""
    pair = k_out_of_n(2, 1, failure, repair)
    assert pair.mean_time_to_first_failure == pytest.approx((3 * failure + repair) / (2 * failure**2))
    three = k_out_of_n(3, 2, failure, repair)
    assert three.mean_time_to_first_failure == pytest.approx((5 * failure + repair) / (6 * failure**2))
    assert pair.mean_down == pytest.approx(1 / (2 * repair))


@given(n=st.integers(1, 15), failure=RATES, repair=RATES, data=st.data())
def test_with_a_repairer_each_availability_is_binomial(n, failure, repair, data):
    k = data.draw(st.integers(1, n))
    found = k_out_of_n(n, k, failure, repair)
    up = repair / (failure + repair)
    wanted = sum(math.comb(n, i) * up**i * (1 - up) ** (n - i) for i in range(k, n + 1))
    assert found.availability == pytest.approx(wanted, rel=1e-9)
    assert found.availability + found.unavailability == pytest.approx(1)
    assert 1 / found.failures == pytest.approx(found.mean_up + found.mean_down)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: erlang_b(-1, 2),
        lambda: erlang_b(math.nan, 2),
        lambda: erlang_b(1, -2),
        lambda: erlang_c(2, 2),
        lambda: machine_repair(0, 1, 1, 1),
        lambda: machine_repair(2, 0, 1, 1),
        lambda: machine_repair(2, 1, 1, 0),
        lambda: k_out_of_n(3, 4, 1, 1),
        lambda: k_out_of_n(3, 0, 1, 1),
        lambda: stationary([1, -1], [1, 1]),
        lambda: stationary([1], [1, 1]),
        lambda: mean_time_up_to([1, 1], [1, 1]),
    ],
)
def test_numbers_that_cannot_be_are_refused(wrong):
    with pytest.raises(ChainError):
        wrong()


def test_no_birth_means_never():
    assert mean_time_up_to([1.0, 0.0], [1.0]) == math.inf
