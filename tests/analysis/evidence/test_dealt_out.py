"""The joint test of the years before a merger: starts dealt out anew among made-up merger processes."""

from __future__ import annotations

import polars as pl
import pytest
from scipy import stats
from simulated_mergers import before_mergers

from verband.analysis.evidence.common_pot import common_pot
from verband.analysis.evidence.dealt_out import at_the_start_by_chance, one_each, years_before_by_chance
from verband.analysis.evidence.panel import CannotEstimateError


def started(seed, **told):
    return before_mergers(seed, **told).with_columns((pl.col("merger") - 1).alias("start"))


def moved(rows, by, years_before):
    then = pl.col("year") == pl.col("merger") - years_before
    return rows.with_columns(pl.when(then).then(pl.col("cost_eur") + by).otherwise("cost_eur").alias("cost_eur"))


def test_a_difference_in_one_year_before_is_found_and_none_is_not():
    rows = started(21)
    assert years_before_by_chance(rows, "cost_eur", draws=199, seed=1).p_value > 0.05
    assert years_before_by_chance(moved(rows, 400.0, 4), "cost_eur", draws=199, seed=1).p_value < 0.02
    # The base year itself: every year before it differs from it.
    assert years_before_by_chance(moved(rows, -400.0, 2), "cost_eur", draws=199, seed=1).p_value < 0.02


def test_what_happens_in_the_last_year_is_no_difference_before():
    none, large = (years_before_by_chance(started(22, claim=claim), "cost_eur", draws=99, seed=1) for claim in (0, 5e3))
    assert none == large


def test_only_processes_with_a_year_before_their_base_count():
    found = years_before_by_chance(started(23), "cost_eur", draws=19, seed=1)
    # Accounts begin in 2017, so mergers of 2019 have a base year and none before it; 2023 is one process, so that its
    # fifth year before the start is seen of one process only.
    assert found.processes == 2 + 5 + 1
    assert found.distances == (-2, -3, -4)
    assert found.draws == 19
    late = started(23).filter(pl.col("merger").is_null() | (pl.col("merger") == 2019))
    with pytest.raises(CannotEstimateError, match="no treated municipality is seen before"):
        years_before_by_chance(late, "cost_eur", draws=19, seed=1)
    alone = started(23).filter(pl.col("merger").is_null() | (pl.col("merger") == 2023))
    with pytest.raises(CannotEstimateError, match="one merger process only"):
        years_before_by_chance(alone, "cost_eur", draws=19, seed=1)


def test_the_ledger_tells_it_beside_the_estimate():
    rows = before_mergers(21)
    own = years_before_by_chance(started(21), "cost_eur", draws=49, seed=1)
    spending = next(
        item for item in common_pot(rows, (), seed=1, draws=49, sources=()).findings if item.component == "spending"
    )
    told = f"years 3 to 5 before it at once against year 2: p = {own.p_value:.2g} that nothing differs, 8 processes"
    assert told in spending.note


@pytest.mark.slow
def test_no_difference_is_rejected_as_often_as_it_should():
    draws = 2_000
    rejected = sum(
        years_before_by_chance(started([5, seed]), "cost_eur", draws=99, seed=seed).p_value <= 0.05
        for seed in range(draws)
    )
    assert stats.binomtest(rejected, draws, 0.05).pvalue > 0.01, rejected / draws


@pytest.mark.slow
@pytest.mark.parametrize("claim", [0.0, 150.0])
def test_the_interval_of_the_last_year_holds_the_claim_as_often_as_it_should(claim):
    draws, held = 2_000, 0
    for seed in range(draws):
        found = at_the_start_by_chance(started([6, seed], claim=claim), "cost_eur", draws=99, seed=seed)
        held += found.low is not None and found.low <= claim <= found.high
    assert stats.binomtest(held, draws, 0.95).pvalue > 0.01, held / draws


def test_a_process_is_the_mean_of_its_members_in_years_in_which_all_are_known():
    rows = started(24).filter(pl.col("merger").is_null() | (pl.col("merger") == 2022))
    lacking = rows.with_columns(
        pl.when((pl.col("code") == "M2022-2-4") & (pl.col("year") == 2018))
        .then(None)
        .otherwise("cost_eur")
        .alias("cost_eur")
    )
    found = one_each(lacking, "cost_eur")
    own = rows.filter(pl.col("process") == "2022 2")
    means = dict(own.group_by("year").agg(pl.col("cost_eur").mean()).iter_rows())
    told = dict(found.filter(pl.col("process") == "2022 2").select("year", "cost_eur").iter_rows())
    assert set(told) == set(means) - {2018}
    assert all(told[year] == pytest.approx(means[year]) for year in told)
    controls = rows.filter(pl.col("process").is_null()).sort("code", "year")
    assert found.filter(pl.col("process").is_null())["cost_eur"].to_list() == controls["cost_eur"].to_list()
