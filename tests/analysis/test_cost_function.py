"""Modelled cost: worked cases with a known curve, smearing, and the reading for a municipality twice as large."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest

from verband.analysis.cost_function import CURVE, EXPECTED, cost_function
from verband.analysis.scale import WITH_ZEROS, task_model
from verband.analysis.spending_decision import spending_decision


def rows(elasticity=0.8, curve=0.0, noise=0.3, municipalities=200, years=(2023, 2024), seed=1):
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(np.log(30_000), 0.8, municipalities))
    own = rng.normal(scale=noise, size=municipalities)
    density = rng.normal(size=municipalities)
    records = []
    for number, inhabitants in enumerate(size):
        m = np.log(inhabitants) - np.log(30_000)
        for year in years:
            log_cost = np.log(3_000) + elasticity * m + curve * m**2 + 0.2 * density[number] + own[number]
            records.append((f"GM{9000 + number}", year, inhabitants, float(np.exp(log_cost)), density[number]))
    return pl.DataFrame(records, schema=["code", "year", "inhabitants", "cost_keur", "density"], orient="row")


def test_without_noise_the_curve_is_the_planted_one():
    table = rows(0.8, curve=0.05, noise=0.0)
    model = cost_function(table, ["density"])
    found = model.curve(2024)
    mean_density = table["density"].mean()
    m = np.log(found["inhabitants"].to_numpy()) - np.log(30_000)
    planted = 100 * np.exp(-0.2 * m + 0.05 * m**2 + 0.2 * mean_density)
    assert found.schema == pl.Schema(CURVE)
    assert found["expected_eur"].to_numpy() == pytest.approx(planted, rel=1e-9)
    assert found["low_eur"].to_numpy() == pytest.approx(planted, rel=1e-6)


def test_without_noise_everybody_costs_what_is_expected():
    table = rows(0.8, noise=0.0)
    found = cost_function(table, ["density"]).expected(table.filter(year=2024), 2024)
    assert found.schema == pl.Schema(EXPECTED)
    known = found.drop_nulls("expected_eur")
    assert known.height > 0.9 * found.height
    assert known["cost_eur"].to_numpy() == pytest.approx(known["expected_eur"].to_numpy(), rel=1e-9)


def test_twice_as_large_follows_the_elasticity_and_the_large_are_told_about_half():
    table = rows(0.8, noise=0.0)
    found = cost_function(table, ["density"]).expected(table.filter(year=2024), 2024)
    twice, half = found.filter(pl.col("factor") > 1), found.filter(pl.col("factor") < 1)
    assert twice["factor"].to_numpy() == pytest.approx(2)
    assert twice["change"].to_numpy() == pytest.approx(2**-0.2 - 1)
    assert half["factor"].to_numpy() == pytest.approx(0.5)
    assert half["change"].to_numpy() == pytest.approx(0.5**-0.2 - 1)
    assert half["inhabitants"].min() > twice["inhabitants"].median()


def test_the_middle_half_holds_half_of_the_municipalities():
    table = rows(0.8, noise=0.4, municipalities=400)
    found = cost_function(table, ["density"]).expected(table.filter(year=2024), 2024).drop_nulls("expected_eur")
    inside = (pl.col("cost_eur") >= pl.col("usual_low_eur")) & (pl.col("cost_eur") <= pl.col("usual_high_eur"))
    assert found.filter(inside).height / found.height == pytest.approx(0.5, abs=0.01)


def test_an_interval_that_tells_nothing_is_not_shown():
    """Few municipalities and much noise: modelled cost between half and twice itself is no figure for a council."""
    table = rows(0.8, noise=1.5, municipalities=30)
    found = cost_function(table, ["density"]).expected(table.filter(year=2024), 2024)
    assert found["expected_eur"].null_count() > 0
    known = found.drop_nulls("expected_eur")
    assert (known["high_eur"] <= 2 * known["low_eur"]).all()
    told = found.drop_nulls("change")
    assert ((1 + told["change_high"]) <= 2 * (1 + told["change_low"])).all()
    assert told.height < found.height


def test_nothing_is_told_where_too_few_are_alike():
    """The largest and smallest by far, and one whose driver is far from all others."""
    table = rows(0.8)
    far = table["code"].unique(maintain_order=True)[:3].to_list()
    table = table.with_columns(
        pl.when(pl.col("code") == far[0])
        .then(3_000_000.0)
        .when(pl.col("code") == far[1])
        .then(400.0)
        .otherwise(pl.col("inhabitants"))
        .alias("inhabitants"),
        pl.when(pl.col("code") == far[2]).then(9.0).otherwise(pl.col("density")).alias("density"),
    )
    model = cost_function(table, ["density"])
    found = model.expected(table.filter(year=2024), 2024)
    unknown = found.filter(pl.col("code").is_in(far))
    assert unknown["expected_eur"].null_count() == unknown["change"].null_count() == len(far)
    assert model.curve(2024)["inhabitants"].max() < 3_000_000
    assert model.supports(30_000)
    assert not model.supports(3_000_000)


def test_outside_the_sizes_of_the_curve_nothing_is_modelled_although_the_drivers_are_usual():
    """A size just past the end of the curve, with drivers that bring the leverage back under its limit."""
    model = cost_function(rows(0.8, noise=0.3), ["density"])
    smallest, largest = model.supported_sizes()
    ends = model.at_mean * np.exp([smallest - 0.01, smallest + 0.01, largest - 0.01, largest + 0.01])
    row = pl.DataFrame(
        {
            "code": ["A", "B", "C", "D"],
            "inhabitants": ends,
            "cost_keur": [3_000.0] * 4,
            "density": [model.driver_means[0]] * 4,
        }
    )
    found = model.expected(row, 2024)
    assert [value is None for value in found["expected_eur"]] == [True, False, False, True]
    assert [value is None for value in found["usual_low_eur"]] == [True, False, False, True]


def test_the_curve_is_the_mean_of_what_is_paid_and_not_of_its_logarithm():
    """Noise with a standard deviation of 0.5 lifts the mean by exp(0.125); exp of the logarithm alone would miss it."""
    table = rows(1.0, noise=0.5, municipalities=4_000, years=(2024,))
    model = cost_function(table, ["density"])
    middle = model.curve(2024).filter(pl.col("inhabitants").is_between(25_000, 35_000))["expected_eur"].mean()
    assert middle == pytest.approx(100 * np.exp(0.125), rel=0.04)
    assert middle > 100 * 1.08


def test_modelled_cost_adds_up_to_published_cost_where_errors_do_not_go_with_size():
    table = rows(0.9, noise=0.3, municipalities=2_000, years=(2024,))
    found = cost_function(table, ["density"]).expected(table, 2024)
    assert found["expected_eur"].mean() == pytest.approx(found["cost_eur"].mean(), rel=0.01)


ENDS = pl.DataFrame(
    {"code": ["middle", "end"], "inhabitants": [30_000.0, 90_000.0], "cost_keur": [None, None]},
    schema_overrides={"cost_keur": pl.Float64},
)


def covered(truth, table_of, draws=400):
    """How often the interval of modelled cost holds the truth, of how many it is told; per size."""
    hits, told = {"middle": 0, "end": 0}, {"middle": 0, "end": 0}
    for seed in range(draws):
        for row in cost_function(table_of(seed)).expected(ENDS, 2024).iter_rows(named=True):
            if row["expected_eur"] is not None:
                told[row["code"]] += 1
                hits[row["code"]] += row["low_eur"] < truth(row["inhabitants"]) < row["high_eur"]
    return {name: (hits[name], told[name]) for name in hits}


def test_intervals_of_modelled_cost_cover_as_often_as_they_say():
    """Exact binomial test at 1% on 400 draws, at the mean size and far from it; truth includes the smearing factor."""
    found = covered(
        lambda people: 100 * (people / 30_000) ** -0.2 * np.exp((0.4**2 + 0.2**2) / 2),
        lambda seed: rows(0.8, noise=0.4, municipalities=150, seed=seed).drop("density"),
    )
    for hits, told in found.values():
        assert told > 380
        assert binomtest(hits, told, 0.95).pvalue > 0.01


def shrinking(seed, municipalities=300):
    """Errors whose standard deviation falls from 0.56 at 8,000 to 0.32 at 90,000 inhabitants, as in true accounts."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(np.log(30_000), 0.8, municipalities))
    m = np.log(size) - np.log(30_000)
    own = rng.normal(size=municipalities) * spread_at(size)
    records = [(f"GM{9000 + i}", 2024, size[i], 3_000 * np.exp(0.8 * m[i] + own[i])) for i in range(municipalities)]
    return pl.DataFrame(records, schema=["code", "year", "inhabitants", "cost_keur"], orient="row")


def spread_at(people):
    return np.sqrt(np.maximum(0.2 - 0.09 * (np.log(people) - np.log(30_000)), 0.01))


def test_where_errors_shrink_with_size_the_smearing_factor_does_too():
    """One factor for all would put the mean of the large 7% too high; the interval holds the truth at both sizes."""
    found = covered(
        lambda people: 100 * (people / 30_000) ** -0.2 * np.exp(spread_at(people) ** 2 / 2), shrinking, draws=300
    )
    for hits, told in found.values():
        assert told > 280
        assert binomtest(hits, told, 0.95).pvalue > 0.01
    model = cost_function(shrinking(1, municipalities=4_000))
    assert model.smearing.coefficients[1] == pytest.approx(-0.045, abs=0.02)


def test_a_curve_with_two_bends_is_found_out_and_one_with_one_bend_is_not():
    table = rows(0.8, curve=0.1, noise=0.2, municipalities=400)
    m = pl.col("inhabitants").log() - np.log(30_000)
    wave = table.with_columns(pl.col("cost_keur") * (0.3 * (3 * m).sin()).exp())
    assert cost_function(wave, ["density"]).form_p_value() < 1e-4
    rejected = sum(
        cost_function(rows(0.8, curve=0.1, noise=0.2, seed=seed), ["density"]).form_p_value() < 0.05
        for seed in range(300)
    )
    assert binomtest(rejected, 300, 0.05).pvalue > 0.01
    told = task_model("0.4", wave, ["density"], rng=np.random.default_rng(1)).scale
    assert told.misfit
    assert told.cheapest_scale is None


def with_zeros(slope, seed=1, municipalities=400):
    """Municipalities that spend with a chance that rises with size; those that do spend in proportion to size."""
    rng = np.random.default_rng(seed)
    table = rows(1.0, noise=0.2, municipalities=municipalities, seed=seed).drop("density")
    m = np.log(table["inhabitants"].to_numpy()) - np.log(30_000)
    draws = dict(zip(table["code"].unique(maintain_order=True), rng.uniform(size=municipalities), strict=True))
    luck = np.array([draws[code] for code in table["code"]])
    spends = luck < 1 / (1 + np.exp(-(0.5 + slope * m)))
    return table.with_columns(pl.Series(np.where(spends, table["cost_keur"].to_numpy(), 0.0)).alias("cost_keur"))


def test_the_decision_to_spend_adds_its_own_elasticity():
    table = with_zeros(1.0)
    positive = cost_function(table.filter(pl.col("cost_keur") > 0))
    found = spending_decision(table, positive, at_inhabitants=30_000)
    chance = 1 / (1 + np.exp(-0.5))
    assert found.low < 1.0 + (1 - chance) < found.high
    assert found.low > 1.0
    assert found.share == pytest.approx(chance, abs=0.06)


def test_a_decision_that_does_not_go_with_size_adds_nothing():
    table = with_zeros(0.0)
    found = spending_decision(table, cost_function(table.filter(pl.col("cost_keur") > 0)), at_inhabitants=30_000)
    assert found.low < 1.0 < found.high


def test_intervals_with_the_decision_cover_as_often_as_they_say():
    covered = 0
    truth = 1.0 + (1 - 1 / (1 + np.exp(-0.5))) * 1.0
    for seed in range(300):
        table = with_zeros(1.0, seed=seed, municipalities=250)
        found = spending_decision(table, cost_function(table.filter(pl.col("cost_keur") > 0)), at_inhabitants=30_000)
        covered += found.low < truth < found.high
    assert binomtest(covered, 300, 0.95).pvalue > 0.01


def test_where_size_tells_who_spends_there_is_no_figure_and_the_reason_is_told():
    table = rows(1.0).with_columns(
        pl.when(pl.col("inhabitants") < 20_000).then(0.0).otherwise(pl.col("cost_keur")).alias("cost_keur")
    )
    found = task_model("7.3", table, ["density"], rng=np.random.default_rng(1)).scale
    variant = next(item for item in found.variants if item.name == WITH_ZEROS)
    assert variant.elasticity is None
    assert variant.missing == "size alone tells who spends"


def test_net_cost_is_refused_where_income_covers_the_cost():
    table = rows(1.0)
    net = table.with_columns(
        pl.when(pl.col("density") < 0).then(-1.0).otherwise(pl.col("cost_keur")).alias("cost_keur")
    )
    found = task_model(
        "7.3", table, ["density"], variants=[("net cost, 2023", net)], rng=np.random.default_rng(1)
    ).scale
    assert found.variants[0].elasticity is None
    assert "income covers the cost" in found.variants[0].missing
