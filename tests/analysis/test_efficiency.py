"""Efficiency per task: cases by hand, what is planted in the sample comes back, and published data in known ranges."""

from __future__ import annotations

import re
from statistics import median

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from verband.analysis.comparable_accounts import reasons, without_very_low
from verband.analysis.efficiency import (
    DEAR,
    NO_BASE,
    NOT_COMPARED,
    NotCompared,
    comparable,
    cost_frontier,
    efficiency_rule,
    envelopment,
)
from verband.analysis.steering_loss import earlier, steering_loss
from verband.analysis.task_outputs import task_outputs
from verband.domain.reference import in_force, reference
from verband.domain.task_codes import rows_of
from verband.errors import MissingDataError
from verband.numerics.least_squares import CollinearError
from verband.sources.sample import Parameters, province
from verband.sources.sample.accounts import unit_effect


def rows(*units, year=None):
    """Rows of (cost, output) named A, B, ..."""
    table = pl.DataFrame(
        [(chr(65 + number), *unit) for number, unit in enumerate(units)],
        schema={"code": pl.String, "cost_keur": pl.Float64, "y": pl.Float64},
        orient="row",
    )
    return table if year is None else table.with_columns(pl.lit(year).alias("year"))


def test_envelopment_by_hand():
    # The frontier runs from A (1 for 1) over B (2 for 4) to C (4 for 6).
    found = envelopment(
        rows((1, 1), (2, 4), (4, 6), (3, 2.5), (5, 4), (8, 5)), ["y"], year=2024, seed=1, replications=100
    )
    by_code = {item.code: item for item in found.municipalities}
    # D needs 1 + (2.5 - 1) / 3 = 1.5 of its 3; E the cost of B; F halfway B and C: 3 of 8.
    assert [by_code[code].efficiency for code in "ABCDEF"] == pytest.approx([1, 1, 1, 0.5, 0.4, 0.375])
    assert dict(by_code["D"].peers) == pytest.approx({"A": 0.5, "B": 0.5})
    # Constant returns: B gives most per euro, 2; D then needs 1.25.
    assert by_code["D"].scale_efficiency == pytest.approx((1.25 / 3) / 0.5)
    assert [by_code[code].returns_to_scale for code in "ABC"] == ["increasing", "constant", "decreasing"]
    # Without B the mixture of A and C that gives 4 costs 2.8.
    assert by_code["B"].super_efficiency == pytest.approx(1.4)
    assert by_code["C"].super_efficiency is None
    assert by_code["C"].flags == (NOT_COMPARED,)
    for item in found.municipalities:
        assert 0 < item.low <= item.bias_corrected <= item.high <= item.efficiency <= 1
    assert all(item.kind == "estimated" for item in found.municipalities)


def test_an_outlier_does_not_set_the_frontier():
    found = envelopment(rows((1, 3), (3, 3), (4, 4), (5, 4), (6, 5), (7, 5), (8, 5)), ["y"], year=2024, seed=1)
    assert [(item.code, item.reason[:28]) for item in found.left_out] == [("A", "outlier: could cost 3.0 time")]
    assert found.municipalities[0].efficiency == 1


def panel_of(municipalities=120, years=(2021, 2022, 2023, 2024), *, low=(), outputs=1, seed=3, spread=0.2):
    """Accounts with elasticity 1; ``low`` gives municipalities (and a year) a cost of a hundredth."""
    rng = np.random.default_rng(seed)
    y = np.exp(rng.normal(10, 1, municipalities))
    base = np.log(y) + np.abs(rng.normal(0, spread, municipalities))
    records = []
    for year in years:
        for number in range(municipalities):
            cost = np.exp(base[number] + rng.normal(0, 0.05))
            if (number, year) in low or (number, None) in low:
                cost *= 0.01
            records.append((f"GM{number:04d}", year, float(cost), float(y[number])))
    return pl.DataFrame(records, schema=["code", "year", "cost_keur", "y"], orient="row")


def test_one_very_low_account_does_not_set_a_stochastic_frontier():
    without = cost_frontier(panel_of(), ["y"], year=2024)
    found = cost_frontier(panel_of(low={(7, None), (8, 2022)}), ["y"], year=2024)
    assert [(item.code, item.reason[:16], item.detail.split(":")[0]) for item in found.left_out] == [
        ("GM0007", "very low account", "2021-2024"),
        ("GM0008", "very low account", "2022"),
    ]
    middle = [median(item.efficiency for item in answer.municipalities) for answer in (without, found)]
    assert middle[0] == pytest.approx(middle[1], abs=0.02)
    assert found.low_frontier is None


def test_two_very_low_accounts_that_hide_each_other_do_not_set_an_envelopment():
    table = panel_of(years=(2024,), low={(7, None), (8, None)}).drop("year")
    found = envelopment(table, ["y"], year=2024, seed=1, replications=20)
    assert {"GM0007", "GM0008"} <= {item.code for item in found.left_out if item.reason.startswith("very low")}


def test_the_stated_share_is_the_limit_and_a_volume_of_zero_says_nothing():
    table = pl.DataFrame(
        {"code": list("ABCDE"), "cost_keur": [19.9, 20.1, 100.0, 100.0, 1.0], "y": [1.0, 1.0, 1.0, 1.0, 0.0]}
    )
    kept, low = without_very_low(table.with_columns(z=pl.lit(1.0)), ["y", "z"])
    assert efficiency_rule("very_low_cost") == 0.2
    # The median per unit of y is that of A to D: 60.05.
    assert [item.code for item in low] == []
    kept, low = without_very_low(pl.concat([table, table.filter(pl.col("code") == "D")] * 3), ["y"])
    assert [item.code for item in low] == ["A"]
    assert "A" not in kept["code"].to_list()


def test_nobody_is_ranked_where_cost_falls_as_a_volume_rises():
    table = panel_of()
    rng = np.random.default_rng(5)
    volume = {code: float(np.exp(rng.normal(8, 1))) for code in table["code"].unique(maintain_order=True)}
    table = table.with_columns(pl.col("code").replace_strict(volume).alias("z"))
    table = table.with_columns(pl.col("cost_keur") * pl.col("z") ** -0.2)
    found = cost_frontier(table, ["y", "z"], year=2024)
    (falling,) = found.falling
    assert falling.measure == "z"
    assert falling.low < -0.2 < falling.high < 0
    for item in found.municipalities:
        assert (item.efficiency, item.low, item.high, item.cost_ratio, item.flags) == (None, None, None, None, ())
        assert item.cost_keur > 0


def test_where_many_are_far_above_it_is_said_once_of_the_frontier():
    wide = cost_frontier(panel_of(spread=1.2), ["y"], year=2024)
    assert not any(DEAR in item.flags for item in wide.municipalities)
    low = wide.low_frontier
    assert low.far_above == sum(item.cost_ratio > 2 for item in wide.municipalities) > 0.25 * low.of
    best = max(wide.municipalities, key=lambda item: item.efficiency)
    assert low.codes[0] == best.code
    narrow = cost_frontier(panel_of(spread=0.4), ["y"], year=2024)
    assert narrow.low_frontier is None
    flagged = [item for item in narrow.municipalities if DEAR in item.flags]
    assert 0 < len(flagged) <= 0.25 * len(narrow.municipalities)


def test_an_envelopment_that_rests_on_few_accounts_says_so():
    table = panel_of(60, (2024,), spread=0.8).drop("year")
    found = envelopment(table, ["y"], year=2024, seed=1, replications=20)
    low = found.low_frontier
    assert low.far_above == sum(item.efficiency < 0.5 for item in found.municipalities) > 0.25 * low.of
    efficient = {item.code for item in found.municipalities if item.efficiency > 1 - 1e-9}
    assert set(low.codes) <= efficient
    close = envelopment(panel_of(60, (2024,)).drop("year"), ["y"], year=2024, seed=1, replications=20)
    assert close.low_frontier is None


def test_a_municipality_without_cost_in_the_year_asked_says_on_what_it_rests():
    table = panel_of().with_columns(
        pl.when((pl.col("code") == "GM0003") & (pl.col("year") >= 2023)).then(0.0).otherwise(pl.col("cost_keur"))
        .alias("cost_keur"),
        pl.when(pl.col("code") == "GM0004").then(pl.lit("merged since")).alias("apart"),
    )  # fmt: skip
    found = cost_frontier(table, ["y"], year=2024)
    own = next(item for item in found.municipalities if item.code == "GM0003")
    assert (own.cost_keur, own.years) == (None, (2021, 2022))
    assert any(flag.startswith("rests on 2021-2022; 2024: cost of zero or less") for flag in own.flags)
    assert [(item.code, item.reason) for item in found.left_out] == [("GM0004", "merged since")]


def test_reasons_that_differ_between_years_are_all_said():
    rejected = [NotCompared("A", "no accounts", 2019), NotCompared("A", "merged since", 2017)]
    rejected += [NotCompared("A", "no accounts", 2020), NotCompared("A", "no accounts", 2022)]
    assert reasons(rejected) == "no accounts (2019-2020, 2022); merged since (2017)"


def test_the_same_seed_gives_the_same_interval():
    units = rows((1, 1), (2, 4), (4, 6), (3, 2.5), (5, 4), (8, 5))
    first, again, other = (
        envelopment(units, ["y"], year=2024, seed=seed, replications=100).municipalities for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_where_all_are_efficient_there_is_no_interval():
    found = envelopment(rows(*[(n, n) for n in range(1, 8)]), ["y"], year=2024, seed=1)
    assert found.notes == (NO_BASE,)
    assert {(item.efficiency, item.low) for item in found.municipalities} == {(1.0, None)}


def test_who_cannot_be_compared_is_named_with_the_reason():
    table = rows((1, 1), (None, 1), (0, 1), (-3, 1), (2, None), (2, 0))
    kept, left_out = comparable(table, ["y"], positive=True)
    assert kept["code"].to_list() == ["A"]
    assert {item.code: item.reason.split(":")[0] for item in left_out} == {
        "B": "no accounts",
        "C": "cost of zero or less",
        "D": "cost of zero or less",
        "E": "volume not known",
        "F": "volume of zero",
    }


def test_one_output_of_zero_only_matters_where_logarithms_are_taken():
    table = rows((1, 0), (2, 4)).with_columns(z=pl.Series([5.0, 5.0]))
    assert comparable(table, ["y", "z"], positive=False)[0].height == 2
    assert comparable(table, ["y", "z"], positive=True)[0].height == 1


def test_too_few_municipalities_are_refused():
    with pytest.raises(MissingDataError, match="too few"):
        envelopment(rows((1, 1), (2, 4), (4, 6)), ["y"], year=2024, seed=1)
    with pytest.raises(MissingDataError, match="too few"):
        cost_frontier(rows((1, 1), (2, 4), (4, 6), year=2024), ["y"], year=2024)


def test_a_cost_frontier_finds_what_was_put_in():
    rng = np.random.default_rng(1)
    municipalities, years = 300, (2021, 2022, 2023, 2024)
    volume = np.exp(rng.normal(10, 1, municipalities))
    extra = np.abs(rng.normal(0, 0.3, municipalities))
    table = pl.DataFrame(
        {
            "code": [f"GM{number:04d}" for _ in years for number in range(municipalities)],
            "year": np.repeat(years, municipalities),
            "y": np.tile(volume, len(years)),
            "cost_keur": np.exp(
                0.9 * np.log(np.tile(volume, 4)) + np.tile(extra, 4) + rng.normal(0, 0.1, 4 * municipalities)
            ),
        }
    )
    found = cost_frontier(table, ["y"], year=2024)
    slope = found.frontier.coefficients[0]
    assert abs(slope.value - 0.9) < 3 * slope.standard_error < 0.1
    each = np.array([item.efficiency for item in found.municipalities])
    assert spearmanr(each, -extra).statistic > 0.9
    assert np.mean(each) == pytest.approx(np.mean(np.exp(-extra)), abs=0.03)
    assert all(item.low <= item.efficiency <= item.high and item.cost_ratio >= 1 for item in found.municipalities)


@pytest.mark.parametrize(("method", "least"), [("dea", 0.5), ("sfa", 0.8)])
@pytest.mark.parametrize("task", ["0.4", "3.3"])
def test_planted_effects_of_municipalities_come_back(sample_workspace, task, method, least):
    """Nearly all do both tasks alone, so that the planted effect is in the cost: 0.05 against noise of 0.03.

    Neither has a cheapest scale, which the stochastic frontier, a straight line in logarithms, takes for inefficiency.
    """
    assert task not in Parameters().curvature
    effects = {
        item.code: unit_effect(1, Parameters(), item.units[0], task)
        for item in province(1).existing(2024)
        if len(item.units) == 1
    }
    found = sample_workspace.efficiency(task, method=method).municipalities
    known = [item for item in found if item.code in effects]
    assert len(known) > 15
    order = spearmanr([item.answer.efficiency for item in known], [-effects[item.code] for item in known])
    assert order.statistic > least
    assert order.pvalue < 0.01


def test_organisations_elsewhere_do_not_span_the_frontier(sample_workspace):
    found = sample_workspace.efficiency("0.4")
    apart = {item.code for item in found.left_out if item.reason.startswith("organisation elsewhere")}
    assert apart == {item.code for item in sample_workspace.staffing().municipalities if item.answer.outsourced}
    assert not apart & {item.code for item in found.municipalities}


def test_every_municipality_is_compared_or_named(sample_workspace):
    everyone = {item.code for item in sample_workspace.municipalities()}
    for method in ("dea", "sfa"):
        found = sample_workspace.efficiency("7.3", method=method)
        compared, named = {item.code for item in found.municipalities}, {item.code for item in found.left_out}
        assert not compared & named
        assert compared | named == everyone


def test_outputs_are_of_tasks_that_exist_and_each_main_task_has_some():
    table = [row for row in reference("task_outputs") if in_force(row)]
    keys = [(row["task"], row["measure"]) for row in table]
    assert len(keys) == len(set(keys))
    assert {row["task"] for row in table if len(row["task"]) == 1} == set("012345678")
    for row in table:
        assert len(row["task"]) == 1 or rows_of(row["task"]), row
        assert row["methods"] in ("both", "dea")
        assert row["reason"]


def test_a_task_has_its_own_outputs_else_those_of_its_main_task():
    assert [item.measure for item in task_outputs("7.2", "7", {"woonr", "land", "inwo"})] == ["woonr", "land"]
    assert [item.measure for item in task_outputs("7.4", "7", {"woonr", "land", "inwo"})] == ["inwo"]
    assert task_outputs("7.4", "7", set()) == ()


def simulated(effect, *, seed=1, municipalities=200):
    """Accounts in which arrangements do not matter but for ``effect`` on cost a year later."""
    rng = np.random.default_rng(seed)
    years = range(2017, 2025)
    size, base = np.exp(rng.normal(10.3, 0.8, municipalities)), rng.normal(0, 0.1, municipalities)
    records, share = [], np.full(municipalities, 0.2)
    for year in years:
        cost = size * np.exp(base + effect * share + rng.normal(0, 0.05, municipalities))
        # What goes to arrangements is set beforehand, so that a dear year lowers the share by itself.
        share = size * np.exp(rng.normal(-1.6, 0.2, municipalities)) / cost
        each = zip(size.tolist(), cost.tolist(), share.tolist(), strict=True)
        records += [(f"GM{number:04d}", year, *values) for number, values in enumerate(each)]
    return pl.DataFrame(records, schema=["code", "year", "inhabitants", "cost_keur", "same_year"], orient="row")


def with_share(table, years):
    shares = table.select("code", "year", pl.col("same_year").alias("share"))
    return table.join(earlier(shares, years), on=["code", "year"], how="left")


def test_the_share_of_the_same_year_is_biased_and_that_of_the_year_before_is_not():
    table = simulated(0.0)
    same, before = (steering_loss(with_share(table, lag), within=True) for lag in (0, 1))
    assert same.high < 0
    assert abs(before.estimate) < 0.3 * abs(same.estimate)
    assert (same.n, before.n) == (8 * 200, 7 * 200)


def test_growth_against_the_share_it_starts_from_is_biased_and_two_years_back_is_not():
    table = simulated(0.0)
    start, earlier_share = (steering_loss(with_share(table, lag), outcome="growth") for lag in (1, 2))
    assert start.low > 0
    assert earlier_share.low < 0 < earlier_share.high


def test_an_effect_of_arrangements_is_found():
    found = steering_loss(with_share(simulated(0.5), 1), within=True)
    # Per ten percentage points; with eight years the lagged share leaves a small bias upwards.
    assert found.low < 0.05 < found.high + 0.02
    assert found.low > 0
    assert (found.step, found.municipalities, found.years) == (0.1, 200, tuple(range(2018, 2025)))


def test_a_share_that_never_changes_says_nothing_within_municipalities():
    table = simulated(0.0).with_columns(pl.lit(0.2).alias("share"))
    with pytest.raises(CollinearError):
        steering_loss(table, within=True)


def test_a_missing_or_doubtful_share_does_not_count():
    table = with_share(simulated(0.0), 1)
    hidden = table.with_columns(pl.when(pl.col("code") != "GM0000").then(pl.col("share")).alias("share"))
    assert steering_loss(table).n - steering_loss(hidden).n == 7


def test_the_sample_answers_m8(sample_workspace):
    found = sample_workspace.steering_loss()
    assert found.growth.result.outcome == "growth"
    assert found.level.result.within
    for item in (found.level, found.growth, *found.variants):
        assert item.missing or item.result.low < item.result.estimate < item.result.high


@pytest.mark.published
@pytest.mark.parametrize(
    ("task", "low", "high"),
    [
        # Waste differs by system of collection: many at half again the least cost per dwelling.
        ("7.3", 0.5, 0.7),
        # Benefits are set by law, so volumes of recipients tell most of the cost; one low-cost year bounds the rest.
        ("6.3", 0.6, 0.8),
        # Overhead is booked in different ways; with organisations elsewhere in it the median would be near 0.3.
        ("0.4", 0.5, 0.75),
    ],
)
def test_published_efficiencies_are_in_a_known_range(published_workspace, task, low, high):
    found = published_workspace.efficiency(task, year=2024)
    assert 250 < len(found.municipalities) < 342
    assert low < median(item.answer.efficiency for item in found.municipalities) < high
    assert any(item.name == "Amsterdam" and NOT_COMPARED in item.answer.flags for item in found.municipalities)


@pytest.mark.published
def test_published_frontier_of_benefits_rises_with_recipients(published_workspace):
    """Benefits per recipient hardly differ: the two elasticities add up to about 1."""
    found = published_workspace.efficiency("6.3", method="sfa")
    assert sum(item.value for item in found.result.frontier.coefficients[:2]) == pytest.approx(1, abs=0.05)
    assert found.result.frontier.mean_efficiency > 0.85


@pytest.mark.published
def test_published_cost_does_not_rise_with_the_share_through_arrangements(published_workspace):
    """The same-year share would say -0.04 per ten points (division bias); shares of earlier years say about nothing."""
    found = published_workspace.steering_loss()
    for item in (found.level, found.growth):
        assert item.result.low < 0 < item.result.high
    assert abs(found.level.result.estimate) < 0.015
    assert found.growth.result.high < 0.005


def test_the_example_in_the_documentation_is_what_comes_out(sample_workspace, request):
    page = (request.config.rootpath / "docs" / "methods" / "municipal-efficiency.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| (\w+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", page, flags=re.MULTILINE)
    assert len(shown) == 3
    found = {item.name: item.answer for item in sample_workspace.efficiency("0.2").municipalities}
    for name, *figures in shown:
        own = found[name]
        assert [f"{value:.2f}" for value in (own.efficiency, own.low, own.high)] == figures


def test_the_designs_of_steering_loss_in_the_documentation_are_what_comes_out(sample_workspace, request):
    page = (request.config.rootpath / "docs" / "methods" / "municipal-efficiency.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| (.+) \| (-?[\d.]+) \| (-[\d.]+) \| (-?[\d.]+) \|$", page, flags=re.MULTILINE)
    assert len(shown) == 3
    found = sample_workspace.steering_loss()
    for item, (name, *figures) in zip(found.every, shown, strict=False):
        own = item.result
        assert [item.name, *(f"{value:.4f}" for value in (own.estimate, own.low, own.high))] == [name, *figures]
    assert "both intervals hold zero" in found.reading
