"""Mechanisms about size and control on made-up panels with a known truth."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from verband.analysis.cost_function import cost_function
from verband.analysis.evidence.all_sizes import all_sizes, large_against_others
from verband.analysis.evidence.control import control
from verband.analysis.evidence.dependence import dependence
from verband.analysis.evidence.joint_buying import joint_buying
from verband.analysis.evidence.know_how import know_how
from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.panel import CannotEstimateError, panel_finding
from verband.analysis.evidence.scale import TaskCosts, scale
from verband.analysis.evidence.statements import statement

YEARS = tuple(range(2017, 2025))


def panel(seed, *, municipalities=200, hired=0.0, through=0.0, trend=0.0, growth=0.0, waste=0.0):
    """Municipalities over years: shares per halving of size, a trend, and what the share does to cost."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(municipalities):
        size = rng.normal(10.3, 0.8)
        own = rng.normal(0, 0.03, 2)
        driver = rng.normal()
        level = rng.normal(0, 0.02)
        share_before, slack = None, rng.exponential()
        for place, year in enumerate(YEARS):
            halved = -(size - 10.3) / np.log(2)
            hired_share = 0.20 + hired * halved + own[0] + rng.normal(0, 0.01)
            share = 0.15 + through * halved + trend * place + own[1] + rng.normal(0, 0.015)
            lagged = share if share_before is None else share_before
            noise = rng.normal(0, 0.02)
            cost = 1.2 + 0.03 * place + 0.02 * (size - 10.3) + 0.05 * driver + level + noise
            cost += growth * place * lagged + 0.08 * slack * np.exp(waste * (lagged - 0.15))
            rows.append(
                (
                    *(f"G{number:03}", year, float(np.exp(size)), hired_share, share, number % 20 == 0),
                    *(f"region {number % 25}", driver, float(np.exp(cost + size))),
                )
            )
            share_before = share
    names = ["code", "year", "inhabitants", "hired_share", "arrangement_share", "outsourced", "safety_region"]
    return pl.DataFrame(rows, schema=[*names, "driver", "cost_keur"], orient="row")


def component(found, name):
    return next(item for item in found.findings if item.component == name)


def test_hired_staff_and_arrangements_by_size():
    found = know_how(panel(1, hired=0.02, through=0.03), ["driver"], ["G000"], sources=())
    for name, truth in (("hired_share", 2.0), ("arrangement_share", 3.0)):
        assert component(found, name).low < truth < component(found, name).high
    assert judge(statement("M4"), found).verdict == "supported"
    assert {item.code for item in found.set_aside} == {f"G{number:03}" for number in range(0, 200, 20)}
    # Outsourced organisations say nothing about hiring, but their transfers are what is asked.
    assert component(found, "hired_share").n_municipalities == 190
    assert component(found, "arrangement_share").n_municipalities == 200
    assert judge(statement("M4"), know_how(panel(2), ["driver"], [], sources=())).verdict == "not_supported"


def test_a_component_without_figures_says_so():
    rows = panel(3).with_columns(pl.lit(None, dtype=pl.Float64).alias("hired_share"))
    found = know_how(rows, [], [], sources=())
    assert "no rows" in found.not_found["hired_share"]
    told = judge(statement("M4"), found)
    assert told.verdict == "not_testable"
    assert "no rows" in told.missing


def test_dependence_by_size_and_year_gives_no_verdict_on_the_motive():
    found = dependence(panel(4, through=0.03, trend=0.004), sources=())
    assert component(found, "dependence_by_size").low < 3.0 < component(found, "dependence_by_size").high
    assert component(found, "dependence_per_year").low < 0.4 < component(found, "dependence_per_year").high
    assert judge(statement("M6"), found).verdict == "not_testable"


def test_waste_that_goes_with_the_share_is_found_and_none_is_not():
    wasteful = control(panel(5, municipalities=300, waste=6.0), ["driver"], None, sources=())
    own = component(wasteful, "inefficiency")
    assert own.low > 1.0
    truth = 100 * 0.08 * np.expm1(0.6)
    assert own.low < truth < own.high
    told = judge(statement("M8"), control(panel(6, municipalities=300), ["driver"], None, sources=()))
    assert told.primary.finding.low < 0 < told.primary.finding.high
    assert told.verdict != "supported"
    assert any("no budgets" in item.missing for item in wasteful.variants)


def counts(seed, *, ratio=1.0, municipalities=300):
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(municipalities):
        large = number % 8 == 0
        province = number % 3
        mean = (4.0, 8.0, 12.0)[province] * (ratio if large else 1.0)
        drawn = int(rng.poisson(mean))
        rows.append((f"G{number:03}", 150_000 if large else 30_000, f"P{province}", drawn, 0, f"region {number % 25}"))
    rows.append(("G999", 20_000, "P9", 3, 0, "region 1"))
    names = ["code", "inhabitants", "province", "voluntary_at_most", "carried", "safety_region"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.lit(0).alias("voluntary"))


@pytest.mark.parametrize(("ratio", "told"), [(1.0, "supported"), (0.5, "not_supported")])
def test_large_municipalities_against_others_of_the_same_province(ratio, told):
    rows = counts(7, ratio=ratio)
    accounts = panel(8).with_columns(
        pl.when(pl.col("code") < "G025").then(150_000.0).otherwise(30_000.0).alias("inhabitants"),
        pl.lit(100.0).alias("paid_to_arrangements_keur"),
    )
    found = all_sizes(rows, accounts, ["G000"], list_year=2016, sources=())
    own = component(found, "voluntary_arrangements")
    assert own.low < 100 * (ratio - 1) < own.high
    verdicts = {item.rule.component: item.verdict for item in judge(statement("M9"), found).components}
    assert verdicts["voluntary_arrangements"] == told
    assert verdicts["share_of_cost"] == "supported"
    assert component(found, "pays_anything").kind == "derived"
    assert [item.code for item in found.set_aside] == ["G999"]


def test_a_report_without_payments_counts_among_those_that_pay_nothing():
    """Left out as in doubt, the share that pays anything would be one by construction."""
    accounts = panel(8).with_columns(
        pl.when(pl.col("code") < "G025").then(150_000.0).otherwise(30_000.0).alias("inhabitants"),
        pl.when(pl.col("code") >= "G199").then(0.0).otherwise(100.0).alias("paid_to_arrangements_keur"),
        pl.when(pl.col("code") >= "G199").then(None).otherwise(pl.col("arrangement_share")).alias("arrangement_share"),
    )
    found = component(all_sizes(counts(7), accounts, [], list_year=2016, sources=()), "pays_anything")
    assert found.estimate == pytest.approx(100 * (1 / (174 / 175) - 1))
    assert found.n_observations == accounts.height


def test_a_ratio_of_means_is_that_by_hand_without_provinces():
    rows = counts(9)
    found = large_against_others(rows, "voluntary_at_most", component="x", method="", province=False)
    large = rows.filter(pl.col("inhabitants") > 100_000)["voluntary_at_most"].mean()
    others = rows.filter(pl.col("inhabitants") < 100_000)["voluntary_at_most"].mean()
    assert found.estimate == pytest.approx(100 * (large / others - 1))
    # Of a ratio of two independent means both add to the error (delta method).
    own, other = (
        rows.filter(part)["voluntary_at_most"].var() / rows.filter(part).height
        for part in (pl.col("inhabitants") > 100_000, pl.col("inhabitants") < 100_000)
    )
    error = 100 * np.sqrt(own + (large / others) ** 2 * other) / others
    assert found.standard_error == pytest.approx(error)


def test_cost_is_held_against_the_share_of_the_year_before():
    """A planted effect of the share of the year before; those of the same year and of two years back have none."""
    rng = np.random.default_rng(51)
    rows = []
    for number in range(150):
        size, level = rng.normal(10.3, 0.8), rng.normal(0, 0.1)
        share = 0.15 + rng.normal(0, 0.05, len(YEARS) + 2)
        for place, year in enumerate(YEARS):
            cost = 1.2 + level + 0.8 * share[place + 1] + rng.normal(0, 0.02) + size
            rows.append((f"G{number:03}", year, float(np.exp(size)), share[place + 2], float(np.exp(cost))))
    names = ["code", "year", "inhabitants", "arrangement_share", "cost_keur"]
    made = pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.lit(value=False).alias("outsourced"))
    found = control(made, [], None, sources=())
    level = component(found, "level")
    assert level.low < 8.0 < level.high
    assert level.low > 4.0
    # The share two years back made the year before dear, from which cost falls back; on a later share it would rise.
    assert component(found, "growth").high < -4.0


def task(seed, code, nature, elasticity, common, *, level=2.0):
    """Cost of a task; what municipalities have in common over tasks is handed in."""
    rng = np.random.default_rng(seed)
    size = np.log(common["inhabitants"].to_numpy())
    cost = level + elasticity * (size - 10.3) + 0.3 * common["common"].to_numpy() + rng.normal(0, 0.05, len(size))
    return TaskCosts(code, nature, common.with_columns(pl.Series("cost_keur", np.exp(cost))), ())


def municipalities(seed, number=150):
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(10.3, 0.8, number))
    own = rng.normal(size=number)
    return pl.DataFrame(
        {
            "code": [f"G{place:03}" for place in range(number) for _ in range(3)],
            "year": [2020, 2021, 2022] * number,
            "inhabitants": np.repeat(size, 3),
            "common": np.repeat(own, 3),
        }
    )


def _scale(tasks, **options):
    regions = {f"G{number:03}": f"region {number % 25}" for number in range(500)}
    return scale(tasks, {"0.5": "financial"}, ["G000"], regions, at_inhabitants=30_000.0, sources=(), **options)


def test_the_mean_over_tasks_is_weighted_by_cost_and_counts_what_tasks_share():
    common = municipalities(10)
    tasks = [task(11, "2.1", "executive", 0.8, common, level=3.0), task(12, "7.2", "executive", 0.95, common)]
    tasks.append(task(13, "0.1", "policy", 0.7, common))
    found = _scale(tasks)
    weights = [float(item.rows.filter(pl.col("year") == 2022)["cost_keur"].sum()) for item in tasks[:2]]
    fits = [cost_function(item.rows, ()).elasticity(30_000.0) for item in tasks[:2]]
    own = component(found, "executive_tasks")
    assert own.estimate == pytest.approx(np.average([item.estimate for item in fits], weights=weights) - 1)
    assert own.low < np.average([0.8, 0.95], weights=weights) - 1 < own.high
    # Errors that tasks share do not average out.
    independent = np.hypot(*(w / sum(weights) * item.standard_error for w, item in zip(weights, fits, strict=True)))
    assert own.standard_error > 1.2 * independent
    one = _scale(tasks[:1])
    assert component(one, "executive_tasks").standard_error == pytest.approx(fits[0].standard_error)
    # Every municipality a region of its own: the usual factor for the number of clusters is all that is added.
    alone = {code: code for code in common["code"].unique()}
    apart = scale(tasks[:1], {}, [], alone, at_inhabitants=30_000.0, sources=())
    regions = next(item.finding for item in apart.variants if item.name == "clusters: safety regions")
    assert regions.standard_error == pytest.approx(fits[0].standard_error * np.sqrt(150 / 149))
    assert component(found, "policy_tasks").low < -0.3 < component(found, "policy_tasks").high
    assert {item.by["task"] for item in found.findings if item.component == "task"} == {"2.1", "7.2", "0.1"}


@pytest.mark.parametrize(("elasticity", "told"), [(0.8, "supported"), (1.0, "not_supported")])
def test_economies_of_executive_tasks_are_judged(elasticity, told):
    common = municipalities(20, number=400).with_columns(pl.col("common") * 0.2)
    tasks = [task(21 + place, f"7.{place}", "executive", elasticity, common) for place in range(1, 4)]
    found = _scale(tasks)
    assert judge(statement("M1"), found).verdict == told
    assert [item.code for item in found.set_aside] == ["0.5"]


def test_purchases_are_a_hint_that_decides_nothing():
    rows = panel(30).with_columns((pl.col("cost_keur") * 0.2).alias("purchases_keur"))
    told = judge(statement("M2"), joint_buying(rows, ["driver"], sources=()))
    assert told.verdict == "not_testable"
    assert told.components[0].finding.n_municipalities == 190


def test_what_a_panel_cannot_tell_is_refused_in_words():
    rows = panel(40, municipalities=30)
    with pytest.raises(CannotEstimateError, match="does not vary"):
        panel_finding(rows.with_columns(pl.lit(1.0).alias("y")), "y", ["driver"], component="x", of="driver", method="")
    with pytest.raises(CannotEstimateError, match="does not change within"):
        panel_finding(rows, "cost_keur", ["driver"], component="x", of="driver", method="", within=True)
    twice = rows.with_columns((2 * pl.col("driver")).alias("twice"))
    with pytest.raises(CannotEstimateError, match="combination"):
        panel_finding(twice, "cost_keur", ["driver", "twice"], component="x", of="driver", method="")
    one = rows.with_columns(pl.lit("one").alias("group"))
    with pytest.raises(CannotEstimateError, match="too few"):
        panel_finding(one, "cost_keur", ["driver"], component="x", of="driver", method="", cluster="group")


@pytest.mark.slow
def test_intervals_of_the_mean_over_tasks_hold_the_truth():
    draws, held = 2_000, 0
    for seed in range(draws):
        common = municipalities([50, seed], number=120)
        tasks = [task([seed, place], f"7.{place}", "executive", 0.9, common) for place in range(3)]
        found = component(_scale(tasks), "executive_tasks")
        held += found.low < -0.1 < found.high
    assert stats.binomtest(held, draws, 0.95).pvalue > 0.01, held / draws
