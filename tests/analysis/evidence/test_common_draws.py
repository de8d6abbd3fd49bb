"""Draws that partnerships share: municipalities are drawn once per draw, and are the same in every task asked."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from verband.analysis.cost_function import cost_function
from verband.analysis.evidence.common_draws import common_draws
from verband.analysis.task_game import own_effects


def _rows(seed, number=60, missing=()):
    rng = np.random.default_rng(seed)
    size, level = np.exp(rng.uniform(8.5, 12.2, number)), rng.normal(0, 0.3, number)
    return pl.DataFrame(
        [
            {
                "code": f"GM{place:04}",
                "year": year,
                "inhabitants": size[place],
                "cost_keur": float(np.exp(0.9 * np.log(size[place]) + level[place] + rng.normal(0, 0.1))),
            }
            for place in range(number)
            if place not in missing
            for year in (2022, 2023, 2024)
        ]
    )


EVERYONE = tuple(f"GM{place:04}" for place in range(60))
MODELS = {"7.3": cost_function(_rows(1)), "7.4": cost_function(_rows(2, missing=(3, 9)))}


def test_a_task_has_the_same_draws_whatever_else_is_asked():
    both = common_draws(MODELS, EVERYONE, seed=1, draws=12)
    for task, model in MODELS.items():
        alone = common_draws({task: model}, EVERYONE, seed=1, draws=12)[task]
        for name in ("coefficients", "effects", "smearing", "typical_to_mean"):
            assert np.array_equal(getattr(alone, name), getattr(both[task], name))
    other = common_draws(MODELS, EVERYONE, seed=2, draws=12)
    assert not np.allclose(other["7.3"].coefficients, both["7.3"].coefficients)


def test_tasks_are_fitted_on_the_same_municipalities():
    """Two tasks with the same costs come out the same in every draw, though their own effects are drawn apart."""
    twins = {"7.3": MODELS["7.3"], "7.4": MODELS["7.3"]}
    found = common_draws(twins, EVERYONE, seed=1, draws=12)
    assert np.array_equal(found["7.3"].coefficients, found["7.4"].coefficients)
    assert not np.allclose(found["7.3"].effects, found["7.4"].effects)


def test_a_count_is_a_municipality_whose_rows_are_repeated():
    rows = _rows(1)
    rng = np.random.default_rng(0)
    counts = rng.integers(0, 3, (3, 60)).astype(np.float64)
    refitted = MODELS["7.3"].refits(counts)
    for row, number in zip(refitted, counts, strict=True):
        repeated = pl.concat(
            [
                rows.filter(pl.col("code") == code).with_columns(pl.lit(f"{code}-{copy}").alias("code"))
                for code, times in zip(EVERYONE, number, strict=True)
                for copy in range(int(times))
            ]
        )
        size = np.log(repeated["inhabitants"].to_numpy()) - MODELS["7.3"].centre
        years = [(repeated["year"].to_numpy() == year).astype(float) for year in (2022, 2023, 2024)]
        design = np.column_stack([size, size**2, *years])
        known, *_ = np.linalg.lstsq(design, np.log(repeated["cost_keur"].to_numpy()), rcond=None)
        assert row == pytest.approx(known, abs=1e-8)


def test_effects_spread_around_their_shrunken_value_as_they_should():
    found = common_draws({"7.3": MODELS["7.3"]}, EVERYONE, seed=1, draws=800)["7.3"]
    own = own_effects(MODELS["7.3"])
    noise = found.effects - np.array([own_effects(MODELS["7.3"], row).effect for row in found.coefficients])
    assert noise.std(axis=0) == pytest.approx(own.spread, rel=0.15)
    assert abs(np.corrcoef(noise[:, 0], noise[:, 1])[0, 1]) < 0.12


def test_coefficients_spread_as_the_bootstrap_of_the_task_alone():
    found = common_draws(MODELS, EVERYONE, seed=1, draws=600)
    for task, model in MODELS.items():
        alone = model.bootstrap(draws=600, rng=np.random.default_rng(3))
        assert found[task].coefficients.std(axis=0) == pytest.approx(alone.std(axis=0), rel=0.15)
        assert found[task].coefficients.mean(axis=0) == pytest.approx(alone.mean(axis=0), abs=0.01)


def test_a_draw_that_cannot_be_fitted_is_no_draw():
    """A task of which hardly any municipality is known is sometimes drawn without enough of them."""
    few = {"7.3": cost_function(_rows(1, missing=range(6, 60)).filter(pl.col("year") == 2024))}
    found = common_draws(few, EVERYONE, seed=1, draws=200)["7.3"]
    failed = np.isnan(found.coefficients).any(axis=1)
    assert 0 < failed.sum() < 200
    assert np.array_equal(failed, np.isnan(found.smearing))
    assert np.array_equal(failed, np.isnan(found.effects).any(axis=1))
