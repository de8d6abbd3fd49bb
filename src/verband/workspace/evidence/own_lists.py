"""Gathering the mechanisms that users' own lists decide: prices for M2, quality per task for M3.

Municipalities of these lists are led to those of the latest list. Of a record (one purchase or indicator of one
municipality in one year) only the rows of the newest day on which it was right count, whatever they were called before.
Inhabitants are those of the year of the row, or of the nearest year that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import polars as pl

from verband.analysis.evidence.joint_buying import joint_buying
from verband.analysis.evidence.own_comparison import plain
from verband.analysis.evidence.quality import Saving, quality
from verband.analysis.evidence.result import Findings, SetAside
from verband.errors import UnknownNameError
from verband.workspace.evidence.tables import EvidenceTables
from verband.workspace.scale import gather_models

Prepared = Callable[[], Findings]
PRICES, QUALITY, INDICATORS = "own_prices", "own_quality", "own_indicators"
_GOODS_AND_SERVICES = "3"
SAVING: dict[str, Saving] = {"economies": "some", "constant": "none", "diseconomies": "none"}
"""What a verdict of M1 about a task says of a saving; any other says nothing."""


def prepare_joint_buying(tables: EvidenceTables) -> Prepared:
    """M2.

    Raises
    ------
    MissingDataError
        If the accounts per category, on which the hint rests, are not loaded and no prices are.
    """
    if not tables.warehouse.has(PRICES):
        tables.warehouse.require("cost_per_category")
    purchases, aside = own_rows(tables, PRICES, ("purchase", "unit"))
    return partial(
        joint_buying,
        _purchases_of_accounts(tables),
        tables.drivers[1],
        None if purchases is None else purchases.rename({"price_eur_per_unit": "price"}),
        set_aside=aside,
        sources=tables.sources(PRICES, "cost_per_category", "key_totals", "grant_volumes"),
    )


def _purchases_of_accounts(tables: EvidenceTables) -> pl.DataFrame:
    """The panel with ``purchases_keur``: category 3 without hired staff, in the latest boundaries like all of it."""
    third = tables.facts.cost_of_category(_GOODS_AND_SERVICES).rename({"cost_keur": "third_keur"})
    return tables.panel.join(third, on=["code", "year"], how="inner").with_columns(
        (pl.col("third_keur") - pl.col("hired_staff_keur")).alias("purchases_keur")
    )


def prepare_quality(tables: EvidenceTables) -> Prepared:
    """M3: with the tasks of which M1 finds a saving, those of which it finds that there is none, and the others."""
    models = gather_models(tables.warehouse, tables.folder, facts=tables.facts)
    indicators, aside = own_rows(tables, QUALITY, ("task", "indicator", "unit"))
    reached = tables.warehouse.table(INDICATORS) if tables.warehouse.has(INDICATORS) else None
    return partial(
        quality,
        indicators,
        {item.task: SAVING.get(item.verdict, "undecided") for item in models.tasks},
        tables.largest,
        of_arrangements=0 if reached is None else reached.drop_nulls("realised")["arrangement"].n_unique(),
        set_aside=aside,
        sources=tables.sources(QUALITY, "cost_per_task", "grant_volumes") if indicators is not None else (),
    )


def own_rows(
    tables: EvidenceTables, name: str, named: Sequence[str]
) -> tuple[pl.DataFrame | None, tuple[SetAside, ...]]:
    """Read an own list with a municipality per row.

    Parameters
    ----------
    tables
        Of the ledger.
    name
        The table, with ``municipality``, ``year`` and ``as_of``.
    named
        Columns with names that together with municipality and year say which record a row is, in any spelling.

    Returns
    -------
    tuple
        The newest rows of every record with ``code`` of the latest list and ``inhabitants`` (null where none are
        known), ``None`` where there is no such list; and municipalities that no longer exist and went to several.
    """
    if not tables.warehouse.has(name):
        return None, ()
    rows = tables.warehouse.table(name)
    codes: dict[str, str] = {}
    aside = []
    for text in rows["municipality"].unique().sort():
        try:
            codes[text] = tables.names.resolve(text).code
        except UnknownNameError as error:
            aside.append(SetAside(text, f"no municipality of the latest list: {error.what}"))
    # The same municipality can be written in several ways; two that merged since stay two.
    written = {text: tables.names.index.find(text).code for text in codes}
    rows = rows.filter(pl.col("municipality").is_in(list(codes))).with_columns(
        pl.col("municipality").replace_strict(codes, default=None, return_dtype=pl.String).alias("code"),
        pl.col("municipality").replace_strict(written, default=None, return_dtype=pl.String).alias("_then"),
    )
    if rows.is_empty():
        return None, tuple(aside)
    record = [pl.col("_then"), pl.col("year"), *(plain(name) for name in named)]
    newest = (
        rows.filter(pl.col("as_of") == pl.col("as_of").max().over(record))
        .sort(rows.columns)
        # The same row in two files.
        .with_columns(pl.struct(*record, plain("arrangement")).alias("_record"))
        .unique("_record", keep="first", maintain_order=True)
        .drop("_record")
    )
    people = tables.facts.people.drop_nulls("inhabitants").select("code", "year", "inhabitants")
    near = newest.select("code", "year").unique().join(people.rename({"year": "known"}), on="code")
    near = near.sort("code", "year", (pl.col("year") - pl.col("known")).abs(), "known").unique(
        ["code", "year"], keep="first", maintain_order=True
    )
    found = newest.join(near.select("code", "year", "inhabitants"), on=["code", "year"], how="left")
    return found.drop("_then", "municipality", "as_of").sort("code", "year", *named, "arrangement"), tuple(aside)
