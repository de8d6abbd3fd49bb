"""M16 on invented panels: planted links come back with the sign of the rules, and none where there is none."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom
from simulated_finances import panel

from verband.analysis.evidence.budget_cuts import after_less_solvency, budget_cuts, jackknifed, with_finances
from verband.analysis.evidence.ledger import SAME, judge
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.statements import statement
from verband.analysis.own_pay import OwnPay
from verband.domain.function import policy_fields


def _members():
    tasks = [task for field in policy_fields() for task in field.tasks]
    return tuple(
        OwnPay(f"GM{place:04}", "invented", size, dict.fromkeys(tasks, size * 0.6 / len(tasks)))
        for place, size in enumerate((8_000, 25_000, 60_000, 150_000))
    )


def _found(rows, members=()):
    return budget_cuts(rows, members, ("GM0003",), year=2023 if members else None, sources=("invented",))


def _one(findings, component):
    return next(item for item in findings.findings if item.component == component)


def test_planted_links_are_covered_with_the_sign_of_the_rules():
    """Own pay rises by 100 euro for a whole of solvency, so it falls by 10 for ten points less."""
    found = _found(panel(seed=1, pay_per_solvency=100.0, hired_per_solvency=-60.0))
    pay, hired = _one(found, "finances_to_own_pay"), _one(found, "finances_to_hired_staff")
    assert pay.low < -10.0 < pay.high < 0
    assert hired.low < 6.0 < hired.high
    assert hired.low > 0
    assert _one(found, "finances_to_burden").low < 0 < _one(found, "finances_to_burden").high
    assert pay.years == tuple(range(2018, 2025))
    evidence = judge(statement("M16"), found)
    assert evidence.components[0].verdict == "supported"
    for component in ("finances_to_own_pay", "finances_to_hired_staff"):
        assert sum(item.component == component and item.finding is not None for item in found.variants) >= 7
    # Nobody is outsourced here, so that to leave these out is no check.
    assert {item.missing for item in evidence.variants if item.finding is None} <= {SAME}


def test_nothing_is_found_where_nothing_is():
    evidence = judge(statement("M16"), _found(panel(seed=2)))
    assert evidence.verdict == "not_supported"


def test_the_interval_covers_as_often_as_it_says():
    """Fewer than this are covered in one of a thousand studies, if the interval is what it says (binomial)."""
    covered, studies = 0, 60
    for seed in range(studies):
        rows = with_finances(panel(seed=300 + seed, number=100, pay_per_solvency=80.0))
        item = after_less_solvency(rows, "own_pay_eur", component="finances_to_own_pay")
        covered += item.low < -8.0 < item.high
    assert covered >= binom.ppf(0.001, studies, 0.95)


def test_other_measures_are_told_for_as_large_a_change_and_debt_with_the_other_sign():
    """Debt is one minus solvency in these panels: the same change, so the same effect."""
    rows = with_finances(panel(seed=3, pay_per_solvency=100.0))
    first = after_less_solvency(rows, "own_pay_eur", component="finances_to_own_pay")
    debt = after_less_solvency(rows, "own_pay_eur", component="finances_to_own_pay", measure="net_debt_ratio")
    assert debt.estimate == pytest.approx(first.estimate)
    assert (debt.low, debt.high) == pytest.approx((first.low, first.high))


def test_the_jackknife_takes_most_of_the_bias_away_that_feedback_makes():
    """Pay lowers solvency at the end of its year, so that the plain estimate leans towards the claim."""
    plain, corrected = [], []
    for seed in range(12):
        rows = with_finances(panel(seed=400 + seed, feedback=0.004))
        plain.append(after_less_solvency(rows, "own_pay_eur", component="finances_to_own_pay").estimate)
        corrected.append(jackknifed(rows, "own_pay_eur", component="finances_to_own_pay").estimate)
    assert np.mean(plain) < -0.3
    assert abs(np.mean(corrected)) < 0.5 * abs(np.mean(plain))


def test_a_year_after_a_gap_has_no_finances_of_the_year_before():
    rows = panel(seed=5, number=8).filter((pl.col("code") != "GM0001") | (pl.col("year") != 2020))
    told = with_finances(rows).filter(pl.col("code") == "GM0001")
    lagged = dict(told.select("year", "solvency_1").iter_rows())
    own = dict(rows.filter(pl.col("code") == "GM0001").select("year", "solvency").iter_rows())
    assert lagged[2021] is None
    assert lagged[2017] is None
    assert lagged[2019] == own[2018]
    assert dict(told.select("year", "solvency_2").iter_rows())[2022] is None


def test_organisations_elsewhere_and_doubtful_hiring_are_left_out_by_name():
    rows = panel(seed=6)
    doubt = (pl.col("code") == "GM0002") & (pl.col("year") == 2021)
    found = _found(rows.with_columns(doubt.alias("doubtful_hiring")))
    named = {item.code: item.reason for item in found.set_aside}
    assert {code for code, reason in named.items() if "elsewhere in" in reason} == {
        f"GM{place:04}" for place in range(7, 240, 40)
    }
    assert "2021" in named["GM0002"]
    assert _one(found, "finances_to_hired_staff").n_observations == 234 * 7 - 1
    assert _one(found, "finances_to_own_pay").n_observations == 234 * 7


def test_less_pay_leaves_more_functions_with_one_person():
    found = _one(_found(panel(seed=7, number=40), _members()), "own_pay_to_functions")
    assert found.kind == "assumed"
    assert 0 < found.estimate < 3
    assert found.low >= 0
    assert "own_pay_to_functions" in _found(panel(seed=7, number=40)).not_found


def test_two_years_are_too_few_for_halves():
    rows = with_finances(panel(seed=8, number=40).filter(pl.col("year") < 2020))
    with pytest.raises(CannotEstimateError, match="too few"):
        jackknifed(rows, "own_pay_eur", component="finances_to_own_pay")
