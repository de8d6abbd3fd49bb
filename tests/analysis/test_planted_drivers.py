"""The drivers work: the planted elasticity comes back with them, and does not without.

Address density goes with size and makes main tasks 2 and 7 dearer, so who leaves it out takes part of its effect for
that of size. Few provinces, so that it runs with every change; ``test_coverage_of_scale`` does it over 200.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from planted_truth import cost_rows, driven_tasks, estimates_of_seed, frame_of, mean_shift, pooled_chance
from scipy import stats

from verband.analysis.cost_function import cost_function
from verband.sources.sample import Parameters, province

SEEDS = range(1, 9)
SIZE_OF_TEST = 0.01


@pytest.fixture(scope="module")
def provinces():
    return frame_of([row for seed in SEEDS for row in estimates_of_seed(seed)])


def driven(provinces, choice):
    return provinces.filter(pl.col("choice") == choice, pl.col("task").is_in(driven_tasks()))


def test_with_drivers_the_driven_tasks_lie_around_what_was_planted(provinces):
    shift, error, chance = mean_shift(driven(provinces, "headline"))
    assert chance >= SIZE_OF_TEST
    # A shift of a third of what leaving the drivers out does would have been seen.
    assert abs(shift) + 3 * error < 0.025


def test_without_drivers_they_are_shifted_by_what_density_does_with_size(provinces):
    shift, error, chance = mean_shift(driven(provinces, "without drivers"))
    assert chance < SIZE_OF_TEST
    # Density grows with the power 0.25 of size, and cost with the power 0.15 of density.
    assert shift == pytest.approx(0.15 * 0.25, abs=3 * error)


def test_leaving_drivers_out_moves_the_other_tasks_little(provinces):
    others = provinces.filter(pl.col("choice") == "without drivers", ~pl.col("task").str.contains(r"^[27]"))
    assert abs(mean_shift(others)[0]) < 0.01


def test_the_intervals_with_drivers_hold_and_those_without_do_not(provinces):
    held = pooled_chance(driven(provinces, "headline"))
    assert held[2] >= SIZE_OF_TEST
    assert held[0] > 0.85
    assert pooled_chance(driven(provinces, "without drivers"))[0] < 0.75


def test_the_coefficient_of_density_is_the_planted_one():
    planted = {effect.main_task: effect.coefficient for effect in Parameters().driver_effects}
    found = []
    for seed in SEEDS:
        rows = cost_rows(province(seed))
        away = []
        for task in driven_tasks():
            frame, drivers = rows[task]
            model = cost_function(frame.drop_nulls(["cost_keur", *drivers]), drivers)
            place = model.fit.k - len(drivers) + drivers.index("address_density")
            away.append(float(model.fit.coefficients[place]) - planted[task[0]])
        found.append(np.mean(away))
    assert stats.ttest_1samp(found, 0.0).pvalue >= SIZE_OF_TEST
    assert abs(np.mean(found)) < 0.05


def test_errors_of_two_tasks_are_far_from_one_error(provinces):
    """So that forty tasks are more than one test: every task has an effect of its own beside the shared one."""
    away = provinces.filter(pl.col("choice") == "headline").with_columns(away=pl.col("estimate") - pl.col("planted"))
    wide = away.pivot(on="task", index="seed", values="away").drop("seed").to_numpy()
    among = np.corrcoef(wide.T)
    assert among[np.triu_indices_from(among, 1)].mean() < 0.6
