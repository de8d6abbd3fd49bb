"""Mechanisms about mergers on made-up accounts with a known truth, at the real number of merger processes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import stats
from simulated_mergers import PROCESSES, YEARS, before_mergers

from verband.analysis.evidence.after_merger import after_merger, in_percent, since_merger
from verband.analysis.evidence.before_and_after import effects
from verband.analysis.evidence.common_pot import common_pot, last_year
from verband.analysis.evidence.dealt_out import at_the_start_by_chance
from verband.analysis.evidence.flexibility import _difference, flexibility, rises
from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.statements import statement


def test_a_planted_claim_comes_out_and_the_ledger_says_so():
    found = common_pot(before_mergers(1, claim=200.0), (), seed=1, draws=49, sources=("made up",))
    spending, equity = (
        next(item for item in found.findings if item.component == name) for name in ("spending", "equity")
    )
    assert spending.low < 200 < spending.high
    assert equity.low < -200 < equity.high
    assert spending.n_clusters == sum(map(len, PROCESSES.values()))
    told = judge(statement("M14"), found)
    assert told.verdict == "supported"
    assert told.p_value < 0.001
    path = {point.x: point.y for point in found.drawing.series[0].points}
    assert path[-2.0] == 0.0
    assert path[-1.0] == pytest.approx(spending.estimate)
    assert abs(path[-3.0]) < 60
    assert f"third to second year: {round(-path[-3.0])} (" in spending.note


def test_without_a_claim_nothing_is_found():
    told = judge(statement("M14"), common_pot(before_mergers(2), (), seed=1, draws=49, sources=()))
    assert told.primary.finding.low < 0 < told.primary.finding.high
    assert told.verdict != "supported"


def test_growth_that_goes_with_size_is_no_claim():
    """Small ones merge and cost rises faster in small ones: without size held constant that looks like a claim."""
    steep = before_mergers(3, noise=20.0, shared=5.0, tilt=-80.0, smaller=1.4)
    held, not_held = last_year(steep, "cost_eur"), last_year(steep, "cost_eur", size=False)
    assert held.low < 0 < held.high
    assert not_held.low > 50


def test_a_smaller_share_with_a_larger_claim_shows_in_the_slope():
    found = common_pot(before_mergers(4, by_share=600.0, noise=40.0, shared=10.0), (), seed=1, draws=49, sources=())
    slope = next(item for item in found.findings if item.component == "share_slope")
    assert slope.low < 600 < slope.high
    assert slope.low > 0


def test_units_that_vanish_keep_their_last_year():
    own = effects(before_mergers(5).with_columns((pl.col("merger") - 1).alias("start")), "cost_eur")
    treated = own.mean(0, 0).treated
    assert len([code for code in treated if code.startswith("M2023")]) == 3
    assert len(treated) == sum(sum(sizes) for sizes in PROCESSES.values())


def test_dealing_out_the_start_years_finds_the_same_and_rejects_no_effect_that_is_there():
    rows = before_mergers(8, claim=150.0).with_columns((pl.col("merger") - 1).alias("start"))
    drawn = at_the_start_by_chance(rows, "cost_eur", draws=199, seed=1)
    own = last_year(rows, "cost_eur")
    assert drawn.p_value < 0.02
    assert drawn.low < 150 < drawn.high
    assert drawn.high - drawn.low == pytest.approx(own.high - own.low, rel=0.3)
    assert drawn == at_the_start_by_chance(rows, "cost_eur", draws=199, seed=1)


def test_treatment_starts_with_the_decision_where_it_is_known():
    rows = before_mergers(9, noise=20.0, shared=5.0)
    early = pl.col("code").str.starts_with("M2022")
    claims = rows.with_columns(
        pl.when(early & (pl.col("year") >= 2019)).then(pl.col("cost_eur") + 300).otherwise("cost_eur").alias("cost_eur")
    )
    known = claims.with_columns(pl.when(early).then(2019).alias("decided"))
    only = (pl.col("merger") == 2022) | pl.col("merger").is_null()
    assumed, told = (last_year(part.filter(only), "cost_eur") for part in (claims, known))
    assert assumed.low < 0 < assumed.high  # two years before the merger the claim was already there
    assert told.low < 300 < told.high


def test_years_since_a_decision_are_not_dealt_out_as_if_there_were_one():
    """The headline is a mean since the decision, starts dealt out anew are about one year: not the same effect."""
    rows = before_mergers(18, claim=400.0).with_columns((pl.col("merger") - 2).alias("decided"))
    found = common_pot(rows, (), seed=1, draws=49, sources=())
    drawn = [item for item in found.variants if item.name == "interval by randomisation, every merger once"]
    assert len(drawn) == 2
    for item in drawn:
        assert item.finding is None or item.finding.low <= item.finding.estimate <= item.finding.high
        assert "decision" in item.missing
    one_year = common_pot(before_mergers(18, claim=400.0), (), seed=1, draws=49, sources=())
    for item in (one for one in one_year.variants if one.name == "interval by randomisation, every merger once"):
        assert item.finding.low <= item.finding.estimate <= item.finding.high


def test_those_without_the_accounts_that_are_needed_are_named():
    rows = before_mergers(6).filter(~((pl.col("code") == "M2021-0-1") & (pl.col("year") == 2020)))
    aside = {item.code: item.reason for item in common_pot(rows, (), seed=1, draws=49, sources=()).set_aside}
    assert aside == {"M2021-0-1": "merged in 2021: no accounts of 2020"}


def test_an_outcome_without_variation_or_one_process_is_refused():
    rows = before_mergers(7)
    with pytest.raises(CannotEstimateError, match="does not vary"):
        last_year(rows.with_columns(pl.lit(1.0).alias("cost_eur")), "cost_eur")
    one = rows.filter(pl.col("process").is_null() | (pl.col("process") == "2023 0"))
    with pytest.raises(CannotEstimateError, match="one merger process"):
        last_year(one, "cost_eur")
    with pytest.raises(CannotEstimateError, match="no treated"):
        last_year(rows.filter(pl.col("process").is_null()), "cost_eur")


def merged_rows(seed, *, change=0.0, cost_change=0.0, rise=0.0, controls=290, rising=30):
    """Merged municipalities in their new boundaries, unchanged ones, and some whose transfers rise lastingly."""
    rng = np.random.default_rng(seed)
    trend = rng.normal(0.04, 0.02, len(YEARS)).cumsum()
    rows = []

    def add(code, merger, process, jump):
        size, level = rng.normal(10.3, 0.7), rng.normal(8.0, 0.1)
        share = float(np.exp(rng.normal(-2.3, 0.3)))
        for place, year in enumerate(YEARS):
            after = merger is not None and year >= merger
            cost = level + trend[place] + rng.normal(0, 0.03) + (cost_change if after else 0.0)
            cost += rise if jump is not None and year >= jump else 0.0
            paid = np.log(share) + level + trend[place] + rng.normal(0, 0.08) + (change if after else 0.0)
            euro = np.exp(paid + size) + (0.12 * np.exp(level + trend[place] + size) if jump and year >= jump else 0.0)
            rows.append((code, year, float(np.exp(size)), merger, process, float(np.exp(cost + size)), float(euro)))

    for number in range(controls):
        add(f"C{number:03}", None, None, None)
    for number in range(rising):
        add(f"R{number:03}", None, None, 2019 + number % 4)
    for year, sizes in PROCESSES.items():
        for number in range(len(sizes)):
            add(f"M{year}-{number}", year, f"{year} {number}", None)
    names = ["code", "year", "inhabitants", "merger", "process", "cost_keur", "paid_keur"]
    types = [pl.String, pl.Int64, pl.Float64, pl.Int64, pl.String, pl.Float64, pl.Float64]
    found = pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")
    return found.with_columns(
        (pl.col("paid_keur") / pl.col("inhabitants")).log().alias("paid"),
        (pl.col("paid_keur") / pl.col("cost_keur")).log().alias("share"),
        (pl.col("cost_keur") / pl.col("inhabitants")).log().alias("cost"),
        pl.lit(value=False).alias("outsourced"),
    )


@pytest.mark.parametrize(("change", "told"), [(0.0, "supported"), (-0.9, "not_supported")])
def test_spending_through_arrangements_after_a_merger(change, told):
    found = after_merger(merged_rows(11, change=change, rising=0), (), (), sources=())
    primary = found.findings[0]
    assert primary.low < 100 * np.expm1(change) < primary.high
    assert judge(statement("M10"), found).verdict == told


def test_a_change_in_percent_is_that_of_its_logarithm_and_so_is_its_test():
    rows = merged_rows(15, change=-0.2, rising=0)
    change = since_merger(rows, "paid")
    found = in_percent(change, "paid_after_merger")
    told = [found.estimate, found.low, found.high]
    assert told == pytest.approx([100 * (np.exp(value) - 1) for value in (change.estimate, change.low, change.high)])
    assert found.standard_error == pytest.approx(np.exp(change.estimate) * 100 * change.standard_error)
    below = (change.estimate - np.log(0.75)) / change.standard_error
    assert found.p_value == pytest.approx(stats.t.sf(below, change.degrees_of_freedom))


def test_what_is_paid_in_the_last_year_before_a_merger_is_no_part_of_before():
    rows = merged_rows(16, rising=0)
    rush = pl.when(pl.col("year") == pl.col("merger") - 1).then(2.0).otherwise(0.0).fill_null(0.0)
    rushed = since_merger(rows.with_columns(pl.col("paid") + rush), "paid")
    assert rushed.estimate == pytest.approx(since_merger(rows, "paid").estimate)


def test_what_two_effects_have_in_common_is_no_error_of_their_difference():
    change = since_merger(merged_rows(17, rising=0), "cost")
    same = _difference(change, change)
    assert (same.estimate, same.standard_error) == (0.0, 0.0)
    other = replace(change, estimate=0.0, scores=dict.fromkeys(change.scores, 0.0))
    assert _difference(change, other).standard_error == pytest.approx(100 * change.standard_error)


def test_the_rise_is_found_where_it_was_planted_and_is_not_made_by_a_fall_of_cost():
    rows = merged_rows(12)
    unchanged = rows.filter(pl.col("merger").is_null())
    found = dict(rises(unchanged).iter_rows())
    planted = {f"R{number:03}": 2019 + number % 4 for number in range(30)}
    assert len(set(found) & set(planted)) > 25
    assert sum(found[code] == planted[code] for code in set(found) & set(planted)) > 25
    assert len(set(found) - set(planted)) <= 3
    cheaper = unchanged.filter(pl.col("code").str.starts_with("C")).with_columns(
        pl.when((pl.col("code") < "C020") & (pl.col("year") >= 2020))
        .then(pl.col("cost_keur") / 2)
        .otherwise("cost_keur")
        .alias("cost_keur")
    )
    assert not set(dict(rises(cheaper).iter_rows())) & {f"C{number:03}" for number in range(20)}


def test_merging_against_cooperating_more():
    option = {"benefit": (0, 2, 5), "mean": (0, 2, 5), "reversion": (0.1, 0.2, 0.5), "volatility": (2, 5, 10)}
    option |= {"exit_cost": (50, 100, 200), "discount": (1, 2.25, 4), "years": (5, 10, 15)}
    same = flexibility(merged_rows(13), option, sources=())
    assert judge(statement("M12"), same).verdict == "supported"
    other = flexibility(merged_rows(14, cost_change=0.15, rise=-0.05), option, sources=())
    parts = {item.component: item for item in other.findings}
    assert parts["merging"].low < 100 * np.expm1(0.15) < parts["merging"].high
    assert parts["cooperating_more"].low < 100 * np.expm1(-0.05) < parts["cooperating_more"].high
    assert parts["merging_minus_cooperating"].low < 20 < parts["merging_minus_cooperating"].high
    assert judge(statement("M12"), other).verdict == "not_supported"
    assert parts["value_of_leaving"].kind == "assumed"
    assert parts["value_of_leaving"].low <= parts["value_of_leaving"].estimate <= parts["value_of_leaving"].high


@pytest.mark.slow
@pytest.mark.parametrize("claim", [0.0, 150.0])
def test_intervals_hold_the_planted_claim_at_the_real_number_of_processes(claim):
    draws = 2_000
    held = 0
    for seed in range(draws):
        found = last_year(before_mergers([claim != 0, seed], claim=claim), "cost_eur")
        held += found.low < claim < found.high
    assert stats.binomtest(held, draws, 0.95).pvalue > 0.01, held / draws


@pytest.mark.slow
def test_intervals_hold_no_change_after_a_merger():
    draws = 2_000
    held = 0
    for seed in range(draws):
        found = since_merger(merged_rows([3, seed], rising=0), "paid")
        held += found.low < 0 < found.high
    assert stats.binomtest(held, draws, 0.95).pvalue > 0.01, held / draws
