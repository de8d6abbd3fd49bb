"""Gathering what contributing (M15) and budget cuts (M16) need: money, balance sheets and structural room per year."""

from __future__ import annotations

from functools import partial

import polars as pl

from verband.analysis.evidence.budget_cuts import budget_cuts
from verband.analysis.evidence.contributing import contributing
from verband.analysis.evidence.result import Findings, SetAside
from verband.analysis.staffing import staffing
from verband.warehouse.boundaries import harmonise
from verband.workspace.evidence.model_results import own_pay_source, own_pay_year
from verband.workspace.evidence.tables import EvidenceTables
from verband.workspace.function_staffing import every_own_pay

_MONEY = (
    "general_grant_keur",
    "levies_keur",
    "specific_grants_keur",
    "income_keur",
    "equity_keur",
    "balance_total_keur",
)
_RATIOS = {"structural_operating_margin": "structural_room", "net_debt_ratio": "net_debt_ratio"}


def prepare_contributing(tables: EvidenceTables) -> partial[Findings]:
    """M15 with its tables.

    Raises
    ------
    MissingDataError
        If the key totals or the financial ratios are not loaded.
    """
    tables.warehouse.require("key_totals", "financial_ratios")
    return partial(
        contributing,
        financial_panel(tables),
        structural_outlook(tables),
        tables.largest,
        set_aside=(*before_mergers(tables), *doubtful_transfers(tables)),
        sources=tables.sources("key_totals", "financial_ratios", "grant_results"),
    )


def prepare_budget_cuts(tables: EvidenceTables, seed: int = 1) -> partial[Findings]:
    """M16 with its tables; without own pay per task its last link is not found.

    Raises
    ------
    MissingDataError
        If the key totals are not loaded.
    """
    warehouse = tables.warehouse
    warehouse.require("key_totals")
    year = own_pay_year(tables) if warehouse.has("task_accounts") else None
    return partial(
        budget_cuts,
        financial_panel(tables),
        () if year is None else every_own_pay(warehouse, year=year, report=tables.facts.report),
        tables.largest,
        year=year,
        set_aside=(*before_mergers(tables), *doubtful_transfers(tables)),
        sources=(
            *tables.sources("key_totals", "financial_ratios"),
            *(() if year is None else (own_pay_source(tables, year),)),
        ),
        seed=seed,
    )


def financial_panel(tables: EvidenceTables) -> pl.DataFrame:
    """One row per municipality of the latest list and year of the accounts, without years before its merger.

    Parameters
    ----------
    tables
        With key totals; financial ratios and results of the grant where these are loaded.

    Returns
    -------
    polars.DataFrame
        ``code, year, inhabitants``; amounts in thousand euro: ``paid_keur`` (to arrangements, null where in doubt),
        ``wages_keur, hired_staff_keur, general_grant_keur, levies_keur, specific_grants_keur, income_keur, cost_keur``;
        fractions: ``solvency`` (equity over balance total at the end of the year), ``net_result`` (income less cost,
        before reserves, over income), ``structural_room`` and ``net_debt_ratio`` (accounts of the municipality's own
        key figures), ``hired_share``, ``arrangement_share``; ``grant_need_eur`` per inhabitant, newest year; flags
        ``outsourced``, ``partly_joint``, ``doubtful_hiring``; ``safety_region``.
    """
    facts = tables.facts
    published = facts.key_totals.filter(pl.col("report") == facts.report).select("code", "year", "report", *_MONEY)
    money = [
        # Each amount by itself: a missing balance sheet is no reason to lose the income.
        harmonise(
            published.select("code", "year", "report", name),
            facts.weights,
            year=facts.boundaries,
            columns=(name,),
            by=("report",),
            in_successor=facts.in_successor,
        ).frame.select("code", "year", name)
        for name in _MONEY
    ]
    found = tables.panel
    for part in (*money, _ratios(tables), _staff_flags(tables)):
        found = found.join(part, on=["code", "year"], how="left", maintain_order="left")
    need = tables.facts.grant_need.select("code", pl.col("need_eur_per_inhabitant").alias("grant_need_eur"))
    found = found.join(need, on="code", how="left", maintain_order="left")
    income = pl.when(pl.col("income_keur") > 0).then(pl.col("income_keur"))
    balance = pl.when(pl.col("balance_total_keur") > 0).then(pl.col("balance_total_keur"))
    return found.with_columns(
        pl.when(~pl.col("doubtful")).then(pl.col("paid_to_arrangements_keur")).alias("paid_keur"),
        (pl.col("equity_keur") / balance).alias("solvency"),
        ((pl.col("income_keur") - pl.col("cost_keur")) / income).alias("net_result"),
        pl.col("partly_joint", "doubtful_hiring").fill_null(value=False),
    )


def structural_outlook(tables: EvidenceTables) -> pl.DataFrame:
    """Structural room that municipalities foresee: ``code, budget_year, year, report_type, structural_room``.

    Codes are those of the budget year; a merger between it and the latest list drops the row. Doubtful and missing
    values are left out.
    """
    ratios = tables.warehouse.table("financial_ratios").filter(
        (pl.col("ratio") == "structural_operating_margin")
        & (pl.col("report_type") != "accounts")
        & pl.col("doubt").is_null()
        & pl.col("value").is_not_null()
    )
    found = ratios.select("code", "budget_year", "year", "report_type", pl.col("value").alias("structural_room"))
    merged = tables.facts.before_mergers.rename({"year": "budget_year"})
    listed = pl.DataFrame({"code": tables.names.listed(tables.facts.boundaries)}, schema={"code": pl.String})
    return (
        found.join(listed, on="code", how="semi")
        .join(merged, on=["code", "budget_year"], how="anti")
        .sort("code", "budget_year", "year", "report_type")
    )


def before_mergers(tables: EvidenceTables) -> tuple[SetAside, ...]:
    """Municipalities of the latest list with the years before their merger, which are in no panel."""
    known = tables.facts.before_mergers.filter(pl.col("year").is_in(tables.facts.years))
    each = known.sort("code", "year").group_by("code", maintain_order=True).agg("year")
    return tuple(
        SetAside(code, f"still several municipalities in {_span(years)}: these years are left out")
        for code, years in each.iter_rows()
    )


def doubtful_transfers(tables: EvidenceTables) -> tuple[SetAside, ...]:
    """Municipalities of the latest list whose transfers to arrangements cannot be all that went there."""
    rows = tables.panel.filter("doubtful").sort("code", "year").group_by("code", maintain_order=True).agg("year")
    return tuple(
        SetAside(code, f"transfers to arrangements in doubt in {_span(years)}: these years have no ratio")
        for code, years in rows.iter_rows()
    )


def _span(years: list[int]) -> str:
    return ", ".join(map(str, years))


def _ratios(tables: EvidenceTables) -> pl.DataFrame:
    """Ratios in the accounts by the newest budget year that holds them, in the boundaries of that budget year."""
    schema = {"code": pl.String, "year": pl.Int64, **dict.fromkeys(_RATIOS.values(), pl.Float64)}
    if not tables.warehouse.has("financial_ratios"):
        return pl.DataFrame(schema=schema)
    known = tables.warehouse.table("financial_ratios").filter(
        pl.col("ratio").is_in(list(_RATIOS))
        & (pl.col("report_type") == "accounts")
        & pl.col("doubt").is_null()
        & pl.col("value").is_not_null()
    )
    newest = known.sort("budget_year", descending=True).unique(["code", "year", "ratio"], keep="first")
    wide = newest.select("code", "year", pl.col("ratio").replace(_RATIOS), "value").pivot(
        on="ratio", index=["code", "year"], values="value"
    )
    for name in _RATIOS.values():
        if name not in wide.columns:
            wide = wide.with_columns(pl.lit(None, pl.Float64).alias(name))
    return wide.select(list(schema)).cast({"year": pl.Int64})


def _staff_flags(tables: EvidenceTables) -> pl.DataFrame:
    rows = []
    for year in tables.facts.years:
        of_year = tables.facts.of_year(year).filter(pl.col("inhabitants") > 0)
        each = staffing(of_year.select("code", "inhabitants", "wages_keur", "hired_staff_keur"))
        rows += [(item.code, year, item.partly_joint, item.doubtful) for item in each]
    schema = {"code": pl.String, "year": pl.Int64, "partly_joint": pl.Boolean, "doubtful_hiring": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")
