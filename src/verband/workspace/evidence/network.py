"""What the claims about pairs and positions in the network of arrangements need (M7, M11)."""

from __future__ import annotations

from datetime import date
from functools import partial

import polars as pl

from verband.analysis.evidence.identity import PREFERENCE_YEAR, identity
from verband.analysis.evidence.result import Findings
from verband.analysis.evidence.switching_connecting import POSITION, SEED, switching_connecting
from verband.analysis.participation import participation
from verband.domain.reference import in_force, reference
from verband.errors import MissingDataError
from verband.warehouse.boundaries import harmonise
from verband.workspace.evidence.tables import EvidenceTables
from verband.workspace.network import all_lists, placed_municipalities, province_of_each, region_of_each

_RATIO_YEAR = 2018
"""First year of which the ratios are published: the nearest to the year of preferences."""


def _day(tables: EvidenceTables) -> date:
    return date(tables.facts.boundaries, 1, 1)


def _amounts(tables: EvidenceTables) -> pl.DataFrame:
    """Cost, income, general grant and levies per year in the latest boundaries: ``code, year`` and the amounts."""
    facts = tables.facts
    amounts = ("cost_keur", "income_keur", "general_grant_keur", "levies_keur")
    published = facts.key_totals.filter(pl.col("report") == facts.report).select("code", "year", "report", *amounts)
    return harmonise(
        published,
        facts.weights,
        year=facts.boundaries,
        columns=amounts,
        by=("report",),
        in_successor=facts.in_successor,
    ).frame.select("code", "year", *amounts)


def prepare_identity(tables: EvidenceTables) -> partial[Findings]:
    """Gather what M7 needs.

    Raises
    ------
    MissingDataError
        If accounts of 2017, neighbours, centroids or arrangement lists are not loaded.
    """
    warehouse, facts = tables.warehouse, tables.facts
    warehouse.require("cost_per_task", "neighbours", "centroids")
    if PREFERENCE_YEAR not in facts.years:
        raise MissingDataError(
            f"the workspace holds no accounts of {PREFERENCE_YEAR}, from which preferences are read",
            todo="Load a folder with the Iv3 accounts of that year with `verband load FOLDER`",
        )
    lists = all_lists(warehouse, tables.names, on=_day(tables))
    counts = [participation(found) for found in lists]
    oldest = min((item.oldest for item in counts if item.oldest), default=None)
    merged = _merged_since(tables, (oldest or _day(tables)).year)
    province = province_of_each(tables.names)
    people = facts.people.filter(pl.col("year") == PREFERENCE_YEAR).select("code", "inhabitants")
    levies = _amounts(tables).filter(pl.col("year") == PREFERENCE_YEAR).select("code", "levies_keur")
    ratios = warehouse.table("financial_ratios") if warehouse.has("financial_ratios") else None
    capacity = pl.DataFrame(schema={"code": pl.String, "tax_capacity": pl.Float64})
    if ratios is not None:
        capacity = (
            ratios.filter(
                (pl.col("ratio") == "tax_capacity")
                & (pl.col("year") == _RATIO_YEAR)
                & (pl.col("report_type") == "accounts")
                & pl.col("doubt").is_null()
            )
            .drop_nulls("value")
            .unique("code", keep="first", maintain_order=True)
            .select("code", pl.col("value").alias("tax_capacity"))
        )
    municipalities = (
        pl.DataFrame(
            [
                {
                    "code": item.code,
                    "province": province.get(item.code),
                    "listed": item.listed,
                    "merged": item.code in merged,
                }
                for item in counts
            ],
            schema={"code": pl.String, "province": pl.String, "listed": pl.Boolean, "merged": pl.Boolean},
        )
        .join(people, on="code", how="left")
        .join(levies, on="code", how="left")
        .join(capacity, on="code", how="left")
        .join(
            warehouse.table("centroids").select(
                "code", pl.col("centroid_rd_x_m").alias("x_m"), pl.col("centroid_rd_y_m").alias("y_m")
            ),
            on="code",
            how="left",
        )
    )
    spending = facts.tasks.filter(pl.col("year") == PREFERENCE_YEAR).select("code", "task", "cost_keur")
    seats = pl.DataFrame(
        [(found.code, item.arrangement_id, item.status) for found in lists for item in found.items],
        schema={"code": pl.String, "arrangement_id": pl.String, "status": pl.String},
        orient="row",
    )
    day = date(PREFERENCE_YEAR, 12, 31)
    return partial(
        identity,
        municipalities=municipalities,
        spending=spending,
        tasks=tuple(row["task"] for row in reference("preference_tasks") if in_force(row, day)),
        seats=seats,
        neighbours=warehouse.table("neighbours").select("code_a", "code_b"),
        sources=tables.sources(
            "arrangement_participants",
            "own_arrangements",
            "register_participants",
            "cost_per_task",
            "key_totals",
            "inhabitants",
            "neighbours",
            "centroids",
            "financial_ratios",
        ),
        lists_of=None if oldest is None else oldest.year,
    )


def _merged_since(tables: EvidenceTables, year: int) -> set[str]:
    """Municipalities of the latest list that hold the main part of several on 1 January of a year."""
    first = max(year, tables.names.years[0])
    parts = tables.facts.weights.filter(pl.col("year") == first).sort("code", "weight", "target")
    main = parts.group_by("code", maintain_order=True).agg(pl.col("target").last())
    return set(main.group_by("target").len().filter(pl.col("len") > 1)["target"])


def prepare_switching_connecting(tables: EvidenceTables, seed: int = SEED) -> partial[Findings]:
    """Gather what M11 needs.

    Parameters
    ----------
    tables
        Of the ledger.
    seed
        Of the divisions of cross-validation.

    Raises
    ------
    MissingDataError
        If arrangement lists or what the grant pays per cluster are not loaded.
    """
    warehouse, facts = tables.warehouse, tables.facts
    warehouse.require("grant_results", "grant_volumes")
    lists = all_lists(warehouse, tables.names, on=_day(tables))
    regions = region_of_each(warehouse, tables.names, facts.boundaries)
    placed = placed_municipalities(warehouse, tables.names, lists, regions, facts.boundaries)
    positions = pl.DataFrame(
        [
            {"code": item.position.code, "province": item.province, "listed": item.position.listed}
            | {name: item.position.value(name) for name in POSITION}
            for item in placed
        ],
        schema={"code": pl.String, "province": pl.String, "listed": pl.Boolean} | dict.fromkeys(POSITION, pl.Float64),
    )
    drivers, names = tables.drivers
    spendable = pl.col("income_keur") - pl.col("general_grant_keur") - pl.col("levies_keur")
    people = facts.people.select("code", "year", "inhabitants")
    outcomes = (
        _amounts(tables)
        .with_columns((pl.col("cost_keur") - spendable).alias("net_keur"))
        .join(people, on=["code", "year"], how="left")
        .with_columns((1000 * pl.col("net_keur") / pl.col("inhabitants")).alias("net_cost_eur_per_inhabitant"))
        .join(facts.before_mergers, on=["code", "year"], how="anti")
        .join(facts.grant_need.select("code", "need_eur_per_inhabitant"), on="code", how="left")
        .join(_balance(tables), on=["code", "year"], how="left")
        .select(
            "code",
            "year",
            "inhabitants",
            "net_cost_eur_per_inhabitant",
            "structural_balance",
            "need_eur_per_inhabitant",
        )
        .sort("code", "year")
    )
    outcomes = outcomes.join(drivers, on="code", how="left") if names else outcomes
    return partial(
        switching_connecting,
        outcomes=outcomes,
        positions=positions,
        drivers=names,
        largest=tables.largest,
        seed=seed,
        sources=(
            *tables.sources("arrangement_participants", "own_arrangements", "register_participants"),
            *(warehouse.source_of("region_membership", scope=kind) for kind in regions),
            *tables.sources("key_totals", "inhabitants", "grant_results", "grant_volumes", "financial_ratios"),
        ),
    )


def _balance(tables: EvidenceTables) -> pl.DataFrame:
    """Structural balance of the accounts, ``code, year, structural_balance``; a value in doubt is left out."""
    empty = pl.DataFrame(schema={"code": pl.String, "year": pl.Int64, "structural_balance": pl.Float64})
    if not tables.warehouse.has("financial_ratios"):
        return empty
    found = (
        tables.warehouse.table("financial_ratios")
        .filter(
            (pl.col("ratio") == "structural_operating_margin")
            & (pl.col("report_type") == "accounts")
            & pl.col("doubt").is_null()
        )
        .drop_nulls("value")
        .sort("code", "year", "budget_year", descending=[False, False, True])
        .unique(["code", "year"], keep="first", maintain_order=True)
    )
    return found.select("code", pl.col("year").cast(pl.Int64), pl.col("value").alias("structural_balance"))
