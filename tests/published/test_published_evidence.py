"""The ledger on the national data: ranges, each with the reason why it must lie there, and what must never be said."""

from __future__ import annotations

import polars as pl
import pytest

from verband.analysis.evidence.statements import statements
from verband.workspace.evidence.finances import financial_panel
from verband.workspace.evidence.merger import prepare_common_pot
from verband.workspace.evidence.tables import EvidenceTables

SLOW = ("M7", "M11", "M13")
"""Tested where their estimators are; here only that they are told."""


@pytest.fixture(scope="module")
def ledger(published_workspace):
    """The whole ledger by mechanism."""
    return {item.statement.mechanism: item for item in published_workspace.evidence(workers=2)}


def part(item, name, **by):
    return next(
        one.finding
        for one in item.components
        if one.rule.component == name and by.items() <= dict(one.finding.by).items()
    )


def test_every_claim_is_told_and_has_its_figures_or_its_reason(ledger):
    assert list(ledger) == [item.mechanism for item in statements()]
    for item in ledger.values():
        assert (item.primary is None) == (item.verdict == "not_testable")
        assert item.primary is not None or item.missing


def test_a_motive_and_what_is_not_observed_get_no_verdict(ledger):
    assert {name for name, item in ledger.items() if item.verdict == "not_testable"} >= {"M2", "M3", "M5", "M6", "M13"}


def test_before_a_merger_spending_rises_and_equity_falls_by_hundreds_of_euros(ledger):
    """An independent look at the same accounts: amounts in the order of 100 to 300 euro per inhabitant; more hiring."""
    found = ledger["M14"]
    spending, equity, hired = (part(found, name) for name in ("spending", "equity", "hired_staff"))
    assert 100 < spending.estimate < 300
    assert spending.low > 0
    assert -300 < equity.estimate < -50
    assert equity.high < 0
    assert 10 < hired.estimate < 80
    assert hired.low > 0
    # Cohorts 2019 and 2021-2023: 18 processes with accounts of both years; design B only the 8 of 2021 and later.
    assert spending.n_clusters == 18
    assert part(found, "spending_earlier_reference").n_clusters == 8
    assert {"GM0545", "GM0620", "GM0707"} <= {item.code for item in found.set_aside}  # no accounts of 2018


def test_by_main_task_the_claim_adds_up_to_about_the_whole(ledger):
    """Main tasks 0 to 8 are all of cost, so their changes add up to that of the whole where all are filed."""
    found = ledger["M14"]
    parts = [part(found, "spending_on", main_task=str(task)).estimate for task in range(9)]
    assert sum(parts) == pytest.approx(part(found, "spending").estimate, rel=0.02)


def test_no_economies_of_executive_tasks_as_a_whole_and_governing_has_them(ledger):
    """Studies find no saving on average; a council and executive are needed once whatever the size (0.1)."""
    assert -0.05 < part(ledger["M1"], "executive_tasks").estimate < 0.06
    assert ledger["M1"].verdict == "not_supported"
    assert -0.40 < part(ledger["M1"], "task", task="0.1").estimate < -0.25
    assert not any(one.finding.by.get("task") in ("6.81", "0.5") for one in ledger["M1"].components)


def test_every_class_takes_part_and_the_large_pay_a_smaller_share(ledger):
    """Every municipality is in a safety region; large ones do more themselves, which the accounts show directly."""
    found = ledger["M9"]
    pays = part(found, "pays_anything")
    assert pays.estimate == pytest.approx(0.0, abs=1.0)
    # 28 reports of 2,667 say they paid nothing: they are filed, so the share is not one by construction.
    assert "99.6% of the large, 98.9% of the others" in pays.note
    assert -75 < part(found, "share_of_cost").estimate < -35
    assert part(found, "share_of_cost").high < 0


def test_dependence_falls_with_size_and_does_not_rise_over_the_years(ledger):
    """4.3.3 is 10.7% of cost in 2017 and 11.0% in 2024 nationally: hardly any trend (table of national sums)."""
    assert 1.0 < part(ledger["M6"], "dependence_by_size").estimate < 4.0
    assert -0.3 < part(ledger["M6"], "dependence_per_year").estimate < 0.2


def test_cost_does_not_rise_with_the_share_through_arrangements(ledger):
    """Division bias would make it strongly negative (-4.3 points of ten); lagged it is near nothing."""
    assert -2.5 < part(ledger["M8"], "inefficiency").estimate < 1.0
    assert -2.5 < part(ledger["M8"], "level").estimate < 1.0


def test_after_a_merger_and_instead_of_one_the_data_cannot_tell(ledger):
    """Some fifteen processes and eight years: intervals must be wide; a certain answer here would be a fault."""
    for name in ("M10", "M12"):
        assert ledger[name].verdict in ("inconclusive", "mixed")
        assert ledger[name].primary.finding.high - ledger[name].primary.finding.low > 8


def test_who_took_in_a_small_part_is_neither_merged_nor_a_control_and_named_as_such(ledger):
    """Amsterdam took in Weesp (2%), Groningen Ten Boer and Haren (each under a tenth); neither merged in 2017."""
    for name in ("M10", "M12"):
        reasons = {item.code: item.reason for item in ledger[name].set_aside}
        for code in ("GM0363", "GM0014", "GM0394", "GM0855", "GM1900"):
            assert "less than a tenth" in reasons[code]
        assert "merged in 2015" in reasons["GM1930"]  # Nissewaard, of Spijkenisse and Bernisse
        assert "merged in 2017" in reasons["GM1948"]  # Meierijstad
        assert not {"GM0439", "GM1963", "GM0344"} & set(reasons)  # two mergers with accounts, and Utrecht


@pytest.fixture(scope="module")
def tables(published_workspace):
    with published_workspace._open() as warehouse:
        yield EvidenceTables(warehouse, published_workspace.folder)


def test_before_a_merger_are_accounts_of_those_that_then_were_and_of_no_year_after(tables):
    """Read from the list of mergers: who merged when, who stayed, and what came of them."""
    rows = prepare_common_pot(tables, 1).args[0]
    assert rows.filter(pl.col("year") >= pl.col("merger")).is_empty()
    mergers = dict(rows.drop_nulls("merger").select("code", "merger").unique().iter_rows())
    # Haaren; Winsum; Weesp during 2022; Amsterdam and Purmerend, which stayed; Littenseradiel, with one year only.
    assert {code: mergers[code] for code in ("GM0788", "GM0053", "GM0457", "GM0363", "GM0439", "GM0140")} == {
        "GM0788": 2021,
        "GM0053": 2019,
        "GM0457": 2022,
        "GM0363": 2022,
        "GM0439": 2022,
        "GM0140": 2018,
    }
    absorbing = set(rows.filter("absorbing")["code"])
    assert {"GM0363", "GM0439", "GM0824", "GM0014"} <= absorbing
    assert not absorbing & {"GM0788", "GM0053", "GM0457"}
    controls = set(rows.filter(pl.col("merger").is_null())["code"])
    # Nissewaard was made in 2015, before the accounts; Hoeksche Waard and Voorne aan Zee within them.
    assert "GM1930" in controls
    assert not controls & {"GM1963", "GM1992", "GM1961"}
    # Accounts without a balance sheet (2017) are no equity of nothing.
    assert rows.filter((pl.col("code") == "GM0627") & (pl.col("year") == 2017))["equity_eur"].to_list() == [None]


def test_years_in_which_a_municipality_was_several_and_transfers_in_doubt_are_in_no_share(tables):
    """Voorne aan Zee merged in 2023; accounts of 2017 without 4.3.3 hold not all that went to arrangements."""
    panel = financial_panel(tables)
    assert panel.filter(pl.col("code") == "GM1992")["year"].min() == 2023
    doubtful = panel.filter("doubtful")
    assert doubtful.height > 20
    assert doubtful["paid_keur"].null_count() == doubtful["arrangement_share"].null_count() == doubtful.height
