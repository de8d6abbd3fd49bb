"""Gathering of identity (M7) and switching and connecting (M11): the fictional province, and what is not loaded.

One province has too few municipalities to tell much; what is asserted is that the tables are right and that each says
why it cannot be told.
"""

from __future__ import annotations

import pickle
from contextlib import ExitStack
from datetime import date

import polars as pl
import pytest

from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.statements import statement
from verband.domain.reference import reference
from verband.errors import MissingDataError
from verband.sources.sample import province, write_province
from verband.workspace import Workspace
from verband.workspace.evidence.network import prepare_identity, prepare_switching_connecting
from verband.workspace.evidence.tables import EvidenceTables

PREPARE = {"M7": prepare_identity, "M11": prepare_switching_connecting}


@pytest.fixture(scope="module")
def tables(sample_workspace):
    with sample_workspace._open() as warehouse:
        yield EvidenceTables(warehouse, sample_workspace.folder)


@pytest.fixture
def tables_without(tmp_path):
    """Tables of a province with some files left out."""
    with ExitStack() as stack:

        def tables_without(*patterns):
            write_province(province(1), tmp_path / "files")
            left_out = [file for pattern in patterns for file in (tmp_path / "files").glob(pattern) if file.is_file()]
            assert left_out
            for file in left_out:
                file.unlink()
            workspace = Workspace(tmp_path / "workspace")
            workspace.load(tmp_path / "files")
            return EvidenceTables(stack.enter_context(workspace._open()), workspace.folder)

        yield tables_without


@pytest.mark.parametrize("mechanism", PREPARE)
def test_a_worker_can_take_it_and_gives_the_same(tables, mechanism):
    prepared = PREPARE[mechanism](tables)
    found = prepared()
    assert pickle.loads(pickle.dumps(prepared))() == found
    evidence = judge(statement(mechanism), found)
    assert evidence.components or evidence.missing
    assert evidence.sources


def test_preferences_are_those_of_2017_in_the_latest_boundaries(tables):
    given = prepare_identity(tables).keywords
    rows = given["municipalities"]
    assert sorted(rows["code"]) == list(tables.names.listed(tables.facts.boundaries))
    totals = tables.warehouse.table("key_totals").filter((pl.col("report") == "accounts") & (pl.col("year") == 2017))
    old = dict(totals.select("code", "levies_keur").iter_rows())
    merged = rows.filter(pl.col("code") == "GM9040").row(0, named=True)
    assert merged["merged"]
    parts = tables.facts.weights.filter((pl.col("target") == "GM9040") & (pl.col("year") == 2017))["code"]
    assert len(parts) > 1
    assert merged["levies_keur"] == pytest.approx(sum(old[code] for code in parts))
    assert given["tasks"] == tuple(row["task"] for row in reference("preference_tasks"))
    assert set(given["tasks"]) <= set(tables.facts.tasks.filter(pl.col("year") == 2017)["task"])


def test_seats_are_those_of_the_arrangements_with_their_status(tables, sample_workspace):
    mine = prepare_identity(tables).keywords["seats"].filter(pl.col("code") == "GM9017")
    own = sample_workspace.arrangements("Otterwoude", on=date(tables.facts.boundaries, 1, 1)).items
    assert sorted(mine.select("arrangement_id", "status").iter_rows()) == sorted(
        (item.arrangement_id, item.status) for item in own
    )


def test_net_cost_is_what_the_grant_and_levies_must_pay(tables):
    rows = prepare_switching_connecting(tables).keywords["outcomes"]
    assert rows.select("code", "year").is_unique().all()
    year = tables.facts.year
    totals = tables.warehouse.table("key_totals").filter(pl.col("report") == "accounts")
    row = rows.drop_nulls("net_cost_eur_per_inhabitant").filter(pl.col("year") == year).row(0, named=True)
    own = totals.filter((pl.col("code") == row["code"]) & (pl.col("year") == year)).row(0, named=True)
    net = own["cost_keur"] - (own["income_keur"] - own["general_grant_keur"] - own["levies_keur"])
    assert row["net_cost_eur_per_inhabitant"] == pytest.approx(1000 * net / row["inhabitants"])
    before = tables.facts.before_mergers
    assert before.height
    assert rows.join(before, on=["code", "year"], how="semi").is_empty(), "several are not one of their joint size"


def test_a_structural_balance_in_doubt_is_not_used(tables):
    rows = prepare_switching_connecting(tables).keywords["outcomes"].drop_nulls("structural_balance")
    ratios = tables.warehouse.table("financial_ratios").filter(
        (pl.col("ratio") == "structural_operating_margin") & (pl.col("report_type") == "accounts")
    )
    sound = set(ratios.filter(pl.col("doubt").is_null()).select("code", "year", "value").iter_rows())
    assert rows.height
    assert set(rows.select("code", "year", "structural_balance").iter_rows()) <= sound
    assert ratios.filter(pl.col("doubt").is_not_null()).height, "the province has some in doubt"


def test_need_is_per_inhabitant(tables):
    rows = prepare_switching_connecting(tables).keywords["outcomes"]
    need = rows["need_eur_per_inhabitant"].drop_nulls()
    assert len(need) > rows.height / 2
    # The grant is by far the largest income of a municipality: hundreds to thousands of euro per inhabitant.
    assert need.min() > 100


@pytest.mark.parametrize(
    ("prepare", "left_out", "told"),
    [
        (prepare_identity, ["geo/*buren*"], "neighbours"),
        (prepare_identity, ["gr_register/**/*", "own/*"], "no list of arrangements"),
        (prepare_switching_connecting, ["gemeentefonds/analysedata/*"], "grant_results"),
    ],
)
def test_what_is_not_loaded_is_named(tables_without, prepare, left_out, told):
    tables = tables_without(*left_out)
    with pytest.raises(MissingDataError, match=told):
        prepare(tables)
