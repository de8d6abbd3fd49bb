"""M15 on invented panels: planted trends come back, none is found where there is none, and groups stay as they were."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom
from simulated_finances import outlook, panel

from verband.analysis.evidence.contributing import FREE_MEANS, contributing, trend_difference, with_burden
from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.size_groups import with_size_group
from verband.analysis.evidence.statements import statement


def _found(rows, **options):
    return contributing(rows, outlook(rows), ("GM0003",), sources=("invented",), **options)


def _one(findings, component, **by):
    return next(
        item
        for item in findings.findings
        if item.component == component and all(item.by.get(name) == value for name, value in by.items())
    )


def test_planted_trends_are_covered_and_judged():
    rows = panel(seed=1, burden_trend=(0.006, 0.001, 0.0), room_trend=(-0.004, 0.0, 0.0))
    found = _found(rows)
    for component, truth in (
        ("burden_small", 0.6),
        ("burden_medium", 0.1),
        ("balance_small", -0.4),
        ("balance_medium", 0.0),
    ):
        item = _one(found, component)
        assert item.low < truth < item.high
        assert item.n_municipalities == item.n_clusters == 240
    assert judge(statement("M15"), found).verdict == "supported"


def test_size_as_a_number_tells_the_same_side():
    """A trend that goes with size, at the distance between the groups: as steep, and not the other way round."""
    found = _found(panel(seed=7, burden_trend=(0.006, 0.003, 0.0)))
    for component, group in (("burden_small", 0.6), ("burden_medium", 0.3)):
        item = next(
            one.finding for one in found.variants if (one.name, one.component) == ("size as a number", component)
        )
        assert 0.5 * group < item.estimate < 1.5 * group


def test_nothing_is_found_where_nothing_is():
    """At these errors the intervals are far narrower than the smallest effects, so the claim is refused."""
    evidence = judge(statement("M15"), _found(panel(seed=2)))
    assert evidence.verdict == "not_supported"
    for component in ("burden_small", "balance_small"):
        assert sum(item.component == component for item in evidence.variants) >= 2


def test_the_interval_covers_nothing_as_often_as_it_says():
    """Fewer than this are covered in one of a thousand studies, if the interval is what it says (binomial)."""
    covered, studies = 0, 60
    for seed in range(studies):
        rows = with_burden(with_size_group(panel(seed=100 + seed, number=80)), FREE_MEANS)
        item = trend_difference(rows, "burden", component="burden_small", group="small")
        covered += item.low < 0 < item.high
    assert covered >= binom.ppf(0.001, studies, 0.95)


def test_growth_over_a_bound_moves_nobody():
    rows = pl.DataFrame(
        {"code": ["A", "A", "B", "B", "C"], "year": [2018, 2017, 2017, 2018, 2017]}
        | {"inhabitants": [21_000, 19_999, 99_999, 100_001, 100_000]}
    )
    grouped = with_size_group(rows)
    found = dict(grouped.select("code", "size_group").unique().iter_rows())
    assert found == {"A": "small", "B": "medium", "C": "large"}
    assert grouped.height == 5


def test_another_denominator_is_brought_to_the_level_of_the_first():
    rows = panel(seed=3, number=40)
    first, other = with_burden(rows, FREE_MEANS), with_burden(rows, ("levies_keur",))
    for table in (first, other):
        weighted = table.select((pl.col("burden") * pl.col("levies_keur")).sum() / pl.col("levies_keur").sum()).item()
        assert 0.1 < weighted < 0.3
    national = rows["paid_keur"].sum() / (rows["general_grant_keur"].sum() + rows["levies_keur"].sum())
    level = other.select((pl.col("burden") * pl.col("levies_keur")).sum() / pl.col("levies_keur").sum()).item()
    assert level == pytest.approx(national)


def test_a_missing_part_is_no_burden_of_nothing():
    rows = panel(seed=4, number=20).with_columns(
        pl.when(pl.col("code") == "GM0001").then(None).otherwise(pl.col("paid_keur")).alias("paid_keur"),
        pl.when(pl.col("code") == "GM0002").then(None).otherwise(pl.col("levies_keur")).alias("levies_keur"),
    )
    assert set(rows["code"]) - set(with_burden(rows, FREE_MEANS)["code"]) == {"GM0001", "GM0002"}


def test_impossible_structural_room_is_set_aside_by_name():
    rows = panel(seed=5)
    odd = (pl.col("code") == "GM0002") & (pl.col("year") == 2020)
    rows = rows.with_columns(pl.when(odd).then(2.8).otherwise(pl.col("structural_room")).alias("structural_room"))
    found = _found(rows)
    assert [(item.code, "2020" in item.reason) for item in found.set_aside] == [("GM0002", True)]
    assert _one(found, "balance_small").n_observations == 240 * 8 - 1
    kept = next(item.finding for item in found.variants if item.name == "values beyond the bound kept")
    assert kept.n_observations == 240 * 8


def test_who_falls_short_is_told_by_size_and_year():
    rows = panel(seed=6)
    found = _found(rows)
    small = with_size_group(rows).filter((pl.col("size_group") == "small") & (pl.col("year") == 2019))
    item = _one(found, "falling_short", size="small", year="2019", report="accounts")
    assert item.estimate == pytest.approx(100 * np.mean(small["structural_room"].to_numpy() < 0))
    assert item.low <= item.estimate <= item.high
    assert {part.by["year"] for part in found.findings if part.by.get("report") == "estimate"} == {
        "2025",
        "2026",
        "2027",
    }
    mean = _one(found, "burden_by_year", size="small", year="2019")
    assert mean.low < mean.estimate < mean.high


def test_need_and_capacity_are_correlated_where_planted():
    trap, none = _found(panel(seed=7, need_loads_on_room=-0.3)), _found(panel(seed=8))
    found = _one(trap, "need_and_capacity")
    assert found.high < -0.1
    assert found.n_municipalities == 240 - 6
    assert _one(none, "need_and_capacity").low < 0 < _one(none, "need_and_capacity").high
    assert [len(series.points) > 40 for series in trap.drawing.series] == [True, True, True]
    assert {item.component for item in trap.variants} >= {"need_and_capacity"}


def test_without_large_municipalities_there_is_nothing_to_compare_with():
    rows = panel(seed=9).filter(pl.col("inhabitants") < 90_000)
    found = _found(rows)
    assert "no large municipalities" in found.not_found["burden_small"]
    assert judge(statement("M15"), found).verdict == "not_testable"
