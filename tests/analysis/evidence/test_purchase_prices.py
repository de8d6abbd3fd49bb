"""M2 on made-up purchases with a known truth: slope, sign, who decided, who bought how often."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from verband.analysis.evidence.joint_buying import joint_buying
from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.own_comparison import CELL, DOER, TOGETHER
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.prices import NOT_LOADED, buying_decisions, price_by_volume, price_together, prices
from verband.analysis.evidence.statements import statement
from verband.report.evidence.said import START, said

SCHEMA = {"code": pl.String, "purchase": pl.String, "unit": pl.String, "year": pl.Int64, "volume": pl.Float64}
SCHEMA |= {"price": pl.Float64, "arrangement": pl.String, "inhabitants": pl.Float64}
ACCOUNTS = pl.DataFrame(
    schema={"code": pl.String, "year": pl.Int64, "inhabitants": pl.Float64, "purchases_keur": pl.Float64}
    | {"outsourced": pl.Boolean}
)


def bought(
    seed, *, elasticity=-0.1, discount=0.0, alone=12, joint=4, kinds=3, years=(2022, 2023, 2024), buyer=0.03, noise=0.05
):
    """Purchases of municipalities alone, and of arrangements with 3 to 7 participants, a row for each of these."""
    rng = np.random.default_rng(seed)
    rows = []

    def add(codes, sizes, arrangement, dear):
        for kind in range(kinds):
            for year in years:
                volume = np.exp(np.log(np.sum(sizes)) - 6 + rng.normal(0, 0.5))
                beside = np.log1p(discount) if arrangement else 0.0
                level = 1 + kind + 0.05 * (year - 2022) + elasticity * np.log(volume) + beside + dear
                price = np.exp(level + rng.normal(0, noise))
                rows.extend(
                    (code, f"kind {kind}", "piece", year, volume, price, arrangement, size)
                    for code, size in zip(codes, sizes, strict=True)
                )

    for number in range(alone):
        add([f"GM{number:04}"], np.exp(rng.normal(10.2, 0.8, 1)), None, rng.normal(0, buyer))
    for number in range(joint):
        members = int(rng.integers(3, 8))
        codes = [f"GM{500 + 10 * number + member:04}" for member in range(members)]
        add(codes, np.exp(rng.normal(10.0, 0.7, members)), f"R{number}", rng.normal(0, buyer))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def of(collection, component, name=None):
    items = collection.findings if name is None else [item.finding for item in collection.variants if item.name == name]
    return next(item for item in items if item is not None and item.component == component)


def test_a_planted_slope_comes_out_with_its_sign():
    found, aside = prices(bought(1, elasticity=-0.12))
    slope = of(found, "price_by_volume")
    assert slope.low < -0.12 < slope.high < 0
    assert not aside
    assert (slope.n_observations, slope.n_clusters) == ((12 + 4) * 9, 16)
    assert slope.n_municipalities == bought(1)["code"].n_unique()
    dearer, _ = prices(bought(1, elasticity=0.12))
    assert of(dearer, "price_by_volume").low > 0


def test_no_slope_is_no_slope_and_the_ledger_says_so():
    told = judge(statement("M2"), joint_buying(ACCOUNTS, (), bought(2, elasticity=0.0, noise=0.02), sources=()))
    assert told.primary.finding.low < 0 < told.primary.finding.high
    assert told.primary.told == "not_supported"
    assert told.verdict != "supported"


def test_a_discount_beside_the_volume_shows_in_the_comparison_and_not_in_the_slope_with_the_form_held_constant():
    found, _ = prices(bought(3, elasticity=0.0, discount=-0.15, buyer=0.01, noise=0.02))
    together = of(found, "price_together")
    assert together.low < -15 < together.high < -5
    held = of(found, "price_by_volume", "together or alone held constant")
    assert held.low < 0 < held.high
    alone = of(found, "price_by_volume", "only purchases bought alone")
    assert alone.low < 0 < alone.high
    both = joint_buying(ACCOUNTS, (), bought(3, elasticity=-0.1, discount=-0.2, buyer=0.01, noise=0.02), sources=())
    assert judge(statement("M2"), both).verdict == "supported"


def test_the_percentage_is_that_of_the_logarithm_and_so_is_its_test():
    known, _ = buying_decisions(bought(4, discount=-0.1))
    found = price_together(known)
    middle = np.sqrt((1 + found.low / 100) * (1 + found.high / 100))
    assert middle == pytest.approx(1 + found.estimate / 100)
    error = found.standard_error / (100 + found.estimate)
    away = (np.log1p(found.estimate / 100) - np.log(0.95)) / error
    assert found.p_value == pytest.approx(stats.t.cdf(away, found.degrees_of_freedom))


def test_a_joint_purchase_counts_once_however_many_take_part():
    rows = bought(5)
    known, _ = buying_decisions(rows)
    one = rows.unique(["purchase", "year", "arrangement", pl.when(pl.col("arrangement").is_null()).then("code")])
    once, _ = buying_decisions(one)
    for estimate in (price_by_volume, price_together):
        several, single = estimate(known), estimate(once)
        for name in ("estimate", "low", "high", "n_observations", "n_clusters"):
            assert getattr(several, name) == pytest.approx(getattr(single, name))


def test_the_order_of_the_rows_does_not_show():
    rows = bought(6)
    found, _ = prices(rows)
    turned, _ = prices(rows.sample(fraction=1.0, shuffle=True, seed=3))
    assert found.findings == turned.findings
    assert found.variants == turned.variants


def test_names_are_compared_without_capitals_and_spare_blanks():
    rows = bought(7)
    untidy = rows.with_columns(
        pl.when(pl.int_range(pl.len()) % 2 == 0)
        .then(pl.concat_str(pl.lit(" "), pl.col(name).str.to_uppercase(), pl.lit(" ")))
        .otherwise(name)
        .alias(name)
        for name in ("purchase", "unit", "arrangement")
    )
    assert prices(untidy)[0].findings == prices(rows)[0].findings


def test_participants_that_disagree_are_set_aside_by_name_and_rounding_is_not():
    rows = bought(8)
    first = (pl.col("arrangement") == "R0") & (pl.col("purchase") == "kind 0") & (pl.col("year") == 2022)
    one = first & (pl.col("code") == "GM0500")
    rounded = rows.with_columns(pl.when(one).then(pl.col("price") * 1.005).otherwise("price").alias("price"))
    assert not prices(rounded)[1]
    share = rows.with_columns(pl.when(one).then(pl.col("volume") / 3).otherwise("volume").alias("volume"))
    found, aside = prices(share)
    assert [item.code for item in aside] == ["R0"]
    assert "kind 0 in 2022: participants give volumes from " in aside[0].reason
    assert START not in said(aside[0].reason, "nl")
    without, _ = prices(rows.filter(~first.fill_null(value=False)))
    for name in ("estimate", "low", "high", "n_observations"):
        assert getattr(found.findings[0], name) == pytest.approx(getattr(without.findings[0], name))


def test_what_nobody_else_bought_is_named_and_a_merged_municipality_decided_twice():
    rows = bought(9)
    own = rows.head(1).with_columns(pl.lit("something else").alias("purchase"))
    _, aside = prices(pl.concat([rows, own]))
    assert [(item.code, item.reason.split(":")[0]) for item in aside] == [("GM0000", "something else in 2022")]
    merged = rows.with_columns(pl.col("code").replace({"GM0001": "GM0000"}))
    known, _ = buying_decisions(merged)
    assert known.height == buying_decisions(rows)[0].height
    assert known[DOER].n_unique() == 15


def test_errors_know_that_a_buyer_is_dear_in_all_it_buys():
    """With each purchase a buyer of its own the interval is too short: the break that clustering is there for."""
    known, _ = buying_decisions(bought(10, buyer=0.1, noise=0.02))
    right = price_together(known)
    apart = price_together(known.with_columns(pl.int_range(pl.len()).cast(pl.String).alias(DOER)))
    assert right.standard_error > 1.8 * apart.standard_error


def test_too_few_are_told_with_their_numbers():
    with pytest.raises(CannotEstimateError, match=r"known of 5 buyers; at least 6 are needed"):
        price_by_volume(buying_decisions(bought(11, alone=4, joint=1))[0])
    with pytest.raises(CannotEstimateError, match=r"known of 12 that did it alone and 2 arrangements; at least 3"):
        price_together(buying_decisions(bought(11, joint=2))[0])
    same = bought(11).with_columns(pl.lit(10.0).alias("volume"))
    with pytest.raises(CannotEstimateError, match="does not vary"):
        price_by_volume(buying_decisions(same)[0])
    found, _ = prices(bought(11, alone=4, joint=1))
    assert set(found.not_found) == {"price_by_volume", "price_together"}
    for reason in [*found.not_found.values(), *(item.missing for item in found.variants)]:
        assert START not in said(reason, "nl"), reason


def test_without_prices_the_reason_says_what_to_load():
    told = judge(statement("M2"), joint_buying(ACCOUNTS, (), None, sources=()))
    assert (told.verdict, told.missing) == ("not_testable", NOT_LOADED)
    thin = judge(statement("M2"), joint_buying(ACCOUNTS, (), bought(12, joint=0), sources=()))
    assert thin.verdict == "inconclusive"
    assert "0 arrangements" in thin.missing


def test_only_what_was_bought_in_the_same_year_is_compared():
    known, _ = buying_decisions(bought(13, noise=1e-6, buyer=0.0))
    dearer = known.with_columns(pl.col("log_price") + pl.col("year") * 0.5 + pl.col(CELL).str.contains("kind 1") * 2)
    for rows in (known, dearer):
        assert price_by_volume(rows.filter(pl.col(TOGETHER) == 0)).estimate == pytest.approx(-0.1, abs=1e-5)


def test_prices_without_any_spread_are_no_evidence_of_everything():
    known, _ = buying_decisions(bought(13, noise=0.0, buyer=0.0))
    with pytest.raises(CannotEstimateError, match="without any spread"):
        price_by_volume(known)


def test_buyers_are_counted_after_those_without_inhabitants_are_left_out():
    known, _ = buying_decisions(bought(14))
    few = sorted(known[DOER].unique())[:3]
    lacking = known.with_columns(pl.when(pl.col(DOER).is_in(few)).then("size").alias("size"))
    assert price_by_volume(lacking).n_clusters > 3
    with pytest.raises(CannotEstimateError, match="is known of 3 buyers"):
        price_by_volume(lacking, ("size",))


@pytest.mark.slow
@pytest.mark.parametrize(("alone", "joint"), [(10, 4), (4, 3)])
@pytest.mark.parametrize("planted", [0.0, -0.1])
def test_intervals_hold_what_was_planted_with_few_buyers(alone, joint, planted):
    """Buyers of equal spread: the slope with none and one planted, the discount likewise."""
    draws, slopes, discounts = 2_000, 0, 0
    for seed in range(draws):
        rows = bought([planted != 0, alone, seed], elasticity=planted, alone=alone, joint=joint, years=(2023, 2024))
        found = price_by_volume(buying_decisions(rows)[0])
        slopes += found.low < planted < found.high
        flat = bought([9, planted != 0, alone, seed], elasticity=0.0, discount=planted, alone=alone, joint=joint)
        other = price_together(buying_decisions(flat)[0])
        discounts += other.low < 100 * planted < other.high
    for held in (slopes, discounts):
        assert stats.binomtest(held, draws, 0.95).pvalue > 0.01, held / draws
