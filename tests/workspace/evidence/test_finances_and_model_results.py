"""Gathering of contributing (M15), budget cuts (M16), one-person functions (M5) and own interests (M13): the province.

The fictional province has no municipality of 100,000 inhabitants and few of each kind, so most can only be said not to
be testable; what is asserted is that the tables are right and that each says why.
"""

from __future__ import annotations

import pickle

import polars as pl
import pytest

from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.statements import statement
from verband.errors import MissingDataError
from verband.sources.sample import province, write_province
from verband.workspace import Workspace
from verband.workspace.evidence.finances import (
    before_mergers,
    financial_panel,
    prepare_budget_cuts,
    prepare_contributing,
    structural_outlook,
)
from verband.workspace.evidence.model_results import (
    known_partnerships,
    prepare_one_person_functions,
    prepare_own_interests,
)
from verband.workspace.evidence.tables import EvidenceTables

PREPARE = {
    "M5": prepare_one_person_functions,
    "M13": prepare_own_interests,
    "M15": prepare_contributing,
    "M16": prepare_budget_cuts,
}


@pytest.fixture(scope="module")
def tables(sample_workspace):
    with sample_workspace._open() as warehouse:
        yield EvidenceTables(warehouse, sample_workspace.folder)


@pytest.mark.parametrize("mechanism", PREPARE)
def test_a_worker_can_take_it_and_gives_the_same(tables, mechanism):
    prepared = PREPARE[mechanism](tables)
    found = prepared()
    assert pickle.loads(pickle.dumps(prepared))() == found
    evidence = judge(statement(mechanism), found)
    assert evidence.components or evidence.missing
    assert evidence.sources


def test_amounts_are_those_of_the_accounts(tables):
    panel = financial_panel(tables)
    assert panel.height == panel.select("code", "year").n_unique()
    totals = tables.warehouse.table("key_totals").filter(pl.col("report") == "accounts")
    row = panel.drop_nulls(["solvency", "paid_keur"]).row(0, named=True)
    own = totals.filter((pl.col("code") == row["code"]) & (pl.col("year") == row["year"])).row(0, named=True)
    assert row["solvency"] == pytest.approx(own["equity_keur"] / own["balance_total_keur"])
    assert row["net_result"] == pytest.approx((own["income_keur"] - own["cost_keur"]) / own["income_keur"])
    for name in ("general_grant_keur", "levies_keur", "income_keur"):
        assert row[name] == pytest.approx(own[name])


def test_years_before_a_merger_are_in_no_panel_and_named(tables):
    named = {item.code for item in before_mergers(tables)}
    merged = tables.facts.before_mergers.filter(pl.col("year").is_in(tables.facts.years))
    assert named == set(merged["code"]) != set()
    kept = financial_panel(tables).select("code", "year")
    assert kept.join(tables.facts.before_mergers, on=["code", "year"], how="semi").is_empty()


def test_room_in_the_accounts_is_that_of_the_newest_budget_that_is_not_in_doubt(tables):
    ratios = tables.warehouse.table("financial_ratios").filter(
        (pl.col("ratio") == "structural_operating_margin") & (pl.col("report_type") == "accounts")
    )
    panel = financial_panel(tables).drop_nulls("structural_room")
    assert panel.height > 0
    for row in panel.head(20).iter_rows(named=True):
        own = ratios.filter(
            (pl.col("code") == row["code"]) & (pl.col("year") == row["year"]) & pl.col("doubt").is_null()
        ).sort("budget_year")
        assert row["structural_room"] == own["value"][-1]
    outlook = structural_outlook(tables)
    assert set(outlook["report_type"]) <= {"budget", "estimate"}
    assert outlook["structural_room"].null_count() == 0


def test_partnerships_have_three_to_eight_municipalities_and_a_task(tables):
    found, set_aside = known_partnerships(tables)
    listed = set(tables.names.listed(tables.facts.boundaries))
    for item in found:
        assert 3 <= len(item.members) <= 8
        assert set(item.members) <= listed
        assert len(item.names) == len(item.members)
        assert item.tasks
    assert len({item.arrangement_id for item in found} | {item.code for item in set_aside}) == len(found) + len(
        set_aside
    )


def test_without_the_tables_it_says_which(tmp_path):
    folder = tmp_path / "sample"
    write_province(province(1), folder)
    for path in folder.rglob("*"):
        if path.is_file() and any(word in path.name for word in ("kengetallen", "_begroting", "_jaarrekening")):
            path.unlink()
    workspace = Workspace(tmp_path / "workspace")
    workspace.load(folder)
    with workspace._open() as warehouse:
        tables = EvidenceTables(warehouse, workspace.folder)
        with pytest.raises(MissingDataError, match="financial_ratios"):
            prepare_contributing(tables)
        # Staff lists decide on one-person functions, and say so; only the model beside them needs own pay per task.
        lists = prepare_one_person_functions(tables)()
        assert [item.component for item in lists.findings] == ["on_one_or_two_people", "nobody_to_fill_in"]
        assert "task_accounts" in lists.not_found["one_person_functions"]
        # The links that need neither are told all the same.
        found = prepare_budget_cuts(tables)()
        assert {item.component for item in found.findings} == {
            "finances_to_own_pay",
            "finances_to_hired_staff",
            "finances_to_burden",
        }
        assert "not loaded" in found.not_found["own_pay_to_functions"]
