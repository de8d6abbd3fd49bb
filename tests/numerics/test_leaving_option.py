"""The right to stop: known limits, and least-squares Monte Carlo as a second method."""

from __future__ import annotations

import numpy as np
import pytest

from verband.numerics.leaving_option import value_of_leaving

USUAL = {"mean": 2.0, "reversion": 0.3, "volatility": 6.0, "exit_cost": 10.0, "discount": 0.03, "years": 10.0}


def by_simulation(
    benefit, *, mean, reversion, volatility, exit_cost, discount, years, paths=60_000, per_year=24, seed=1
):
    """Longstaff and Schwartz (2001), Review of Financial Studies 14: stopping by regression on the state."""
    rng = np.random.default_rng(seed)
    step, periods = 1 / per_year, int(years * per_year)
    keep = np.exp(-reversion * step)
    spread = volatility * np.sqrt((1 - keep**2) / (2 * reversion))
    states = np.empty((periods, paths))
    states[0] = benefit
    for time in range(1, periods):
        states[time] = mean + (states[time - 1] - mean) * keep + spread * rng.normal(size=paths)
    factor = np.exp(-discount * step)
    ahead = np.zeros(paths)
    bound = np.zeros(paths)
    for time in range(periods - 1, -1, -1):
        stay = states[time] * step + factor * ahead
        bound = states[time] * step + factor * bound
        if time == 0:
            expected = np.full(paths, stay.mean())
        else:
            expected = np.polynomial.Polynomial.fit(states[time], stay, 4)(states[time])
        ahead = np.where(expected < -exit_cost, -exit_cost, stay)
    gain = ahead - bound
    return gain.mean(), gain.std() / np.sqrt(paths)


@pytest.mark.parametrize("benefit", [2.0, -4.0])
def test_least_squares_monte_carlo_agrees(benefit):
    simulated, error = by_simulation(benefit, **USUAL)
    # Stopping by regression is a little worse than the best, so the simulated value is rather low than high.
    assert value_of_leaving(benefit, **USUAL) == pytest.approx(simulated, abs=4 * error + 0.03 * simulated)


def test_limits_that_are_known():
    assert value_of_leaving(2.0, **USUAL | {"exit_cost": np.inf}) == 0.0
    assert value_of_leaving(5.0, **USUAL | {"volatility": 0.0}) == pytest.approx(0.0, abs=1e-9)
    # Without uncertainty, with a loss for ever: stopping at once costs q, staying the discounted losses.
    kept = USUAL | {"volatility": 0.0, "mean": -5.0}
    losses = 5 * (1 - np.exp(-0.03 * 10)) / 0.03
    assert value_of_leaving(-5.0, **kept, steps_per_year=200) == pytest.approx(losses - 10.0, rel=0.01)


def test_the_right_is_worth_more_when_leaving_is_cheaper_or_years_differ_more():
    values = [value_of_leaving(2.0, **USUAL | {"exit_cost": cost}) for cost in (0.0, 5.0, 20.0, 80.0)]
    assert values == sorted(values, reverse=True)
    values = [value_of_leaving(2.0, **USUAL | {"volatility": spread}) for spread in (1.0, 4.0, 8.0)]
    assert values == sorted(values)
    assert value_of_leaving(2.0, **USUAL) == pytest.approx(value_of_leaving(2.0, **USUAL, steps_per_year=48), rel=0.03)


@pytest.mark.parametrize("wrong", [{"reversion": 0.0}, {"volatility": -1.0}, {"years": 0.0}, {"exit_cost": -1.0}])
def test_parameters_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="above 0"):
        value_of_leaving(2.0, **USUAL | wrong)
