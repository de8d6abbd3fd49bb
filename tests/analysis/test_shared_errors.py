"""Errors that safety regions share: the same interval where they share none, a wider one where they do, and covered."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from verband.analysis.cost_function import cost_function
from verband.analysis.scale import BY_REGION, task_model, width_by_region

MUNICIPALITIES, REGIONS = 300, 25
REGION = {f"G{number:03}": f"region {number % REGIONS}" for number in range(MUNICIPALITIES)}


def rows(seed, *, shared):
    """Cost with elasticity 0.9; size and errors both have a part that a region shares."""
    rng = np.random.default_rng(seed)
    of_region, tilt = rng.normal(size=REGIONS), rng.normal(size=REGIONS)
    size = rng.normal(10.3, 0.5, MUNICIPALITIES) + 0.6 * shared * tilt[np.arange(MUNICIPALITIES) % REGIONS]
    error = rng.normal(0, 0.2, MUNICIPALITIES) + 0.2 * shared * of_region[np.arange(MUNICIPALITIES) % REGIONS]
    return pl.DataFrame(
        {
            "code": list(REGION),
            "year": [2024] * MUNICIPALITIES,
            "inhabitants": np.exp(size),
            "cost_keur": np.exp(0.9 * size - 5 + error),
        }
    )


def test_where_each_is_a_region_of_its_own_it_is_the_headline():
    model = cost_function(rows(1, shared=0.0))
    own = model.elasticity(30_000)
    two = {code: code for code in REGION} | {
        "G000": "a",
        "G001": "a",
        "G002": "b",
        "G003": "b",
        "G004": "c",
        "G005": "c",
    }
    found = model.elasticity_by_region(30_000, two)
    assert found == pytest.approx((own.estimate, own.low, own.high), abs=0.004)
    assert model.elasticity_by_region(30_000, {}) is None


def test_regions_that_share_errors_make_it_wider_and_it_holds_the_truth():
    held_alone = held_shared = 0
    draws = 400
    for seed in range(draws):
        model = cost_function(rows([2, seed], shared=1.0))
        alone, shared = model.elasticity(30_000), model.elasticity_by_region(30_000, REGION)
        held_alone += alone.low < 0.9 < alone.high
        held_shared += shared[1] < 0.9 < shared[2]
    assert held_alone / draws < 0.8
    assert held_shared / draws > 0.90


def test_it_stands_beside_the_headline_of_a_task():
    table = rows(3, shared=1.0)
    model = task_model("2.1", table, (), regions=REGION, rng=np.random.default_rng(1)).scale
    item = next(variant for variant in model.variants if variant.name == BY_REGION)
    assert item.elasticity == pytest.approx(model.elasticity)
    times, number = width_by_region([model])
    assert number == 1
    assert times == pytest.approx((item.high - item.low) / (model.high - model.low))
    assert times > 1.3
    without = task_model("2.1", table, (), rng=np.random.default_rng(1)).scale
    assert width_by_region([without]) is None
