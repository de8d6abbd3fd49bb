"""Gathering the mechanisms about mergers: M10, M12 and M14."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import polars as pl

from verband.analysis.evidence.after_merger import after_merger
from verband.analysis.evidence.common_pot import common_pot
from verband.analysis.evidence.flexibility import Leaving, flexibility
from verband.analysis.evidence.result import Findings
from verband.analysis.merger_processes import merger_processes
from verband.domain.reference import in_force, reference
from verband.workspace.evidence.dated_participation import participation
from verband.workspace.evidence.tables import EvidenceTables

MAIN_TASKS = tuple("012345678")
FIXED_ASSETS, LONG_DEBT = "A1", "P13"
"""Beginnings of the codes of balance items: vaste activa, and vaste schuld of a year or longer (BBV art. 33 and 46)."""


def merged(tables: EvidenceTables) -> pl.DataFrame:
    """Municipalities that merged, with their process; empty where no boundary changes are loaded."""
    tables.warehouse.require("boundary_changes")
    return merger_processes(tables.warehouse.table("boundary_changes"), tables.facts.inhabitants)


def decisions(tables: EvidenceTables) -> pl.DataFrame:
    """Year of the decision to merge from the user's procedures file: ``code, merger, decided``; empty without one.

    Raises
    ------
    UnknownNameError
        If the file names a municipality that no list has; loading it refuses that too.
    """
    schema = {"code": pl.String, "merger": pl.Int64, "decided": pl.Int64}
    if not tables.warehouse.has("own_procedures"):
        return pl.DataFrame(schema=schema)
    found = []
    for row in tables.warehouse.table("own_procedures").iter_rows(named=True):
        for text in row["municipalities"].split("+"):
            match = tables.names.index.find(text.strip())
            if row["decision_date"] is not None and row["intended_date"] is not None:
                found.append((match.code, row["intended_date"].year, row["decision_date"].year))
    return pl.DataFrame(found, schema=schema, orient="row").group_by("code", "merger").agg(pl.col("decided").min())


def prepare_common_pot(tables: EvidenceTables, seed: int) -> Callable[[], Findings]:
    """M14: accounts in the boundaries of their own year, until the merger."""
    tables.warehouse.require("boundary_changes", "cost_per_main_task", "balance_items")
    processes = merged(tables)
    accounts = pl.col("report") == "accounts"
    totals = tables.warehouse.table("key_totals").filter(accounts)
    rows = totals.select("code", "year", "cost_keur", "equity_keur", "hired_staff_keur").join(
        tables.facts.inhabitants.select("code", "year", "inhabitants"), on=["code", "year"], how="inner"
    )
    items = tables.warehouse.table("balance_items")
    for name, begins in (("fixed_assets_keur", FIXED_ASSETS), ("long_debt_keur", LONG_DEBT)):
        of_kind = items.filter(pl.col("item").str.starts_with(begins)).group_by("code", "year")
        rows = rows.join(of_kind.agg(pl.col("closing_keur").sum().alias(name)), on=["code", "year"], how="left")
    costs = (
        tables.warehouse.table("cost_per_main_task").filter(accounts).select("code", "year", "main_task", "cost_keur")
    )
    wide = costs.pivot(on="main_task", index=["code", "year"], values="cost_keur")
    wide = wide.rename({task: f"cost_{task}_keur" for task in MAIN_TASKS if task in wide.columns})
    rows = rows.join(wide, on=["code", "year"], how="left").with_columns(
        pl.when(pl.col("cost_keur") > 0).then(pl.col("cost_keur")).alias("cost_keur"),
        pl.when(pl.col("equity_keur") != 0).then(pl.col("equity_keur")).alias("equity_keur"),
    )
    amounts = [name for name in rows.columns if name.endswith("_keur")]
    rows = rows.with_columns(
        (pl.col(name) * 1000 / pl.col("inhabitants")).alias(f"{name.removesuffix('_keur')}_eur") for name in amounts
    ).rename({"hired_staff_eur": "hired_eur"})
    # A municipality that merged more than once in these years counts with its first merger and only until then.
    first = (
        processes.filter(pl.col("year") >= min(tables.facts.years))
        .unique("code", keep="first")
        .rename({"year": "merger"})
    )
    new = set(tables.facts.names.lists.filter(pl.col("year") > min(tables.facts.years))["code"]) - set(
        tables.facts.names.lists.filter(pl.col("year") == min(tables.facts.years))["code"]
    )
    rows = (
        rows.filter(~pl.col("code").is_in(sorted(new)))
        .join(first, on="code", how="left")
        .join(decisions(tables), on=["code", "merger"], how="left")
        .filter(pl.col("merger").is_null() | (pl.col("year") < pl.col("merger")))
        .with_columns(pl.col("absorbing").fill_null(value=False))
        .drop(amounts)
        .sort("code", "year")
    )
    return partial(
        common_pot,
        rows,
        MAIN_TASKS,
        seed=seed,
        sources=tables.sources("key_totals", "balance_items", "cost_per_main_task", "boundary_changes"),
    )


def _since_merger(tables: EvidenceTables) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Municipalities of the latest list over all years, parts summed, and the codes of those that grew a little.

    Merged are those that were several municipalities in some year of the accounts (``Facts.before_mergers``: a part of
    a tenth or more), or merged before them; those that took in less are neither merged nor unchanged.
    """
    facts = tables.facts
    first = min(facts.years)
    # How large parts were is known from the first year of the accounts; before it the list of mergers tells.
    within = facts.before_mergers.filter(pl.col("year") >= first)
    within = within.group_by("code").agg((pl.col("year").max() + 1).alias("merger"))
    processes = merged(tables)
    parts = facts.weights.filter(pl.col("weight") > 0).select(old="code", code="target").unique()
    of_code = (
        processes.join(parts, left_on="code", right_on="old", how="inner", suffix="_new")
        .sort("year", "process")
        .group_by("code_new", maintain_order=True)
        .agg(pl.col("process").last(), pl.col("year").last().alias("latest"))
        .rename({"code_new": "code"})
    )
    of_code = of_code.join(within, on="code", how="full", coalesce=True)
    grown = pl.col("merger").is_null() & (pl.col("latest") > first)
    small = of_code.filter(grown)["code"].sort().to_list()
    of_code = of_code.with_columns(pl.coalesce("merger", "latest").alias("merger")).drop("latest")
    sound = (pl.col("cost_keur") > 0) & ~pl.col("doubtful")
    marked = tables.outsourced.with_columns(pl.lit(value=True).alias("outsourced"))
    rows = (
        facts.totals.filter(~pl.col("code").is_in(small) & (pl.col("inhabitants") > 0))
        .join(of_code, on="code", how="left")
        .join(marked, on=["code", "year"], how="left")
        .with_columns(
            pl.col("outsourced").fill_null(value=False),
            pl.when(pl.col("merger").is_not_null()).then("process").alias("process"),
            pl.when(sound & (pl.col("paid_to_arrangements_keur") > 0))
            .then("paid_to_arrangements_keur")
            .alias("paid_keur"),
            pl.when(pl.col("cost_keur") > 0).then("cost_keur").alias("cost_keur"),
        )
        .with_columns(
            (pl.col("paid_keur") / pl.col("inhabitants")).log().alias("paid"),
            (pl.col("paid_keur") / pl.col("cost_keur")).log().alias("share"),
            (pl.col("cost_keur") / pl.col("inhabitants")).log().alias("cost"),
        )
        .sort("code", "year")
    )
    return rows, tuple(small)


def prepare_after_merger(tables: EvidenceTables) -> Callable[[], Findings]:
    """M10."""
    rows, small = _since_merger(tables)
    return partial(
        after_merger,
        rows,
        tables.largest,
        small,
        sources=tables.sources("key_totals", "boundary_changes", "inhabitants"),
    )


def prepare_flexibility(tables: EvidenceTables) -> Callable[[], Findings]:
    """M12."""
    rows, small = _since_merger(tables)
    option = {
        row["parameter"]: (float(row["low"]), float(row["value"]), float(row["high"]))
        for row in reference("leaving_option_defaults")
        if in_force(row)
    }
    stays, dated = participation(tables.warehouse, tables.names)
    dates = ("own_arrangements", "register_participants") if dated else ()
    return partial(
        flexibility,
        rows,
        option,
        small,
        sources=tables.sources("key_totals", "boundary_changes", "inhabitants", *dates),
        leaving=Leaving(stays, dated, tables.warehouse.table("boundary_changes"), date(tables.facts.boundaries, 1, 1)),
    )
