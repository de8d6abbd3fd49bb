"""M2, prices: whether a unit costs less where more is bought, and where it is bought together.

Of users' own lists of purchases: least squares of the logarithm of the price within the same purchase, unit and year,
one row per buying decision. A joint purchase stands in the list once for every participant, with one price and the
volume of all: it was decided once, so it counts once.
"""

from __future__ import annotations

import polars as pl

from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.evidence_rules import evidence_rule
from verband.analysis.evidence.own_comparison import (
    CELL,
    CODES,
    DOER,
    TOGETHER,
    compared,
    demand_both_forms,
    doer,
    last_year,
    number_of_doers,
    plain,
    with_both_forms,
)
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.result import Finding, SetAside
from verband.analysis.evidence.statements import statement

VOLUME, TOGETHER_OR_ALONE = "price_by_volume", "price_together"
NOT_LOADED = "no prices with volumes are loaded (fill in: verband template prices)"
_BY_VOLUME = (
    "least squares of ln price on ln volume with an effect per purchase, unit and year, one row per buying decision; "
    "CR2 errors by buyer, Satterthwaite's t"
)
_TOGETHER = (
    "least squares of ln price on bought through an arrangement or alone, with an effect per purchase, unit and year, "
    "one row per buying decision; CR2 errors by buyer, Satterthwaite's t; as a percentage"
)


def prices(purchases: pl.DataFrame | None) -> tuple[Collection, tuple[SetAside, ...]]:
    """Estimate both components that decide about M2.

    Parameters
    ----------
    purchases
        ``code, purchase, unit, year, volume, price, arrangement`` (null where it was bought alone) ``, inhabitants``
        (may be null): a row per purchase and municipality, each once. ``None`` where no prices are loaded.

    Returns
    -------
    tuple
        Findings, variants and reasons; purchases that were set aside.
    """
    found = Collection()
    if purchases is None or purchases.is_empty():
        found.not_found = dict.fromkeys((VOLUME, TOGETHER_OR_ALONE), NOT_LOADED)
        return found, ()
    decisions, disagreeing = buying_decisions(purchases)
    alone = decisions.filter(pl.len().over(CELL) < 2)
    aside = [
        SetAside(name, f"{what} in {year}: nobody else bought it in that year, so there is nothing to compare with")
        for name, what, year in alone.select("name", "shown", "year").sort("shown", "year", "name").iter_rows()
    ]
    known = decisions.filter(pl.len().over(CELL) > 1)
    held = purchases["code"].n_unique()
    note = f"the loaded files hold purchases of {held} municipalities; this is about those, which are no random sample"
    _by_volume(found, known, note)
    _together(found, known, note)
    return found, (*disagreeing, *aside)


def buying_decisions(purchases: pl.DataFrame) -> tuple[pl.DataFrame, tuple[SetAside, ...]]:
    """One row per buying decision: a municipality by itself, or an arrangement for all its participants.

    Rows of one joint purchase that hold another volume or price are set aside: nobody can tell which of them is the
    volume of all.

    Returns
    -------
    tuple
        ``cell, doer, together, codes, year, log_price, log_volume, size`` (mean of the logarithm of inhabitants of
        those that bought) ``, name`` and ``shown`` (the purchase) as they were written; and what was set aside.
    """
    rows = purchases.with_columns(pl.col("arrangement").alias("_arrangement"), pl.col("purchase").alias("shown"))
    rows = rows.with_columns(plain(name) for name in ("purchase", "unit", "arrangement"))
    rows = rows.with_columns(
        doer().alias(DOER),
        pl.concat_str("purchase", pl.col("unit").fill_null(""), "year", separator="|").alias(CELL),
        pl.col("arrangement").is_not_null().cast(pl.Float64).alias(TOGETHER),
        pl.coalesce("_arrangement", "code").alias("name"),
        pl.when(pl.col("inhabitants") > 0).then(pl.col("inhabitants").log()).alias("_size"),
    ).sort(CELL, DOER, "code", "volume", "price")
    # A merged municipality can stand in a year twice, for two that it was then: these decided apart.
    each = pl.when(pl.col(TOGETHER) == 1).then(0).otherwise(pl.int_range(pl.len()).over(CELL, DOER))
    decided = rows.group_by(CELL, DOER, each.alias("_place"), maintain_order=True).agg(
        pl.col(TOGETHER, "year", "name", "shown").first(),
        pl.col("code").alias(CODES),
        pl.col("price").log().mean().alias("log_price"),
        pl.col("volume").log().mean().alias("log_volume"),
        pl.col("_size").mean().alias("size"),
        *(pl.col(name).min().alias(f"{name}_low") for name in ("volume", "price")),
        *(pl.col(name).max().alias(f"{name}_high") for name in ("volume", "price")),
    )
    most = 1 + evidence_rule("joint_rows_apart")
    apart = pl.any_horizontal(*(pl.col(f"{name}_high") > most * pl.col(f"{name}_low") for name in ("volume", "price")))
    aside = tuple(
        SetAside(
            row["name"],
            f"{row['shown']} in {row['year']}: participants give volumes from {row['volume_low']:g} to "
            f"{row['volume_high']:g} and prices from {row['price_low']:g} to {row['price_high']:g} for one joint "
            "purchase, so the volume behind the price is not known",
        )
        for row in decided.filter(apart).iter_rows(named=True)
    )
    return decided.filter(~apart).drop("_place"), aside


def _by_volume(found: Collection, known: pl.DataFrame, note: str) -> None:
    largest = pl.col("log_volume") == pl.col("log_volume").max().over(CELL)
    for name, rows, beside in (
        (None, known, ()),
        ("only purchases bought alone", known.filter(pl.col(TOGETHER) == 0), ()),
        ("together or alone held constant", known, (TOGETHER,)),
        ("size of the municipality held constant", known, ("size",)),
        ("last year only", last_year(known), ()),
        ("without the largest purchase of each kind and year", known.filter(~largest), ()),
    ):
        found.add(name, VOLUME, price_by_volume, rows, beside, note=note)


def _together(found: Collection, known: pl.DataFrame, note: str) -> None:
    note = f"{note}; who buys together chose to, so the difference need not be an effect of it"
    largest = pl.col("log_volume") == pl.col("log_volume").max().over(CELL)
    for name, rows, beside in (
        (None, known, ()),
        ("size of the municipality held constant", known, ("size",)),
        ("last year only", last_year(with_both_forms(known)), ()),
        ("without the largest purchase of each kind and year", known.filter(~largest), ()),
    ):
        found.add(name, TOGETHER_OR_ALONE, price_together, rows, beside, note=note)


def price_by_volume(known: pl.DataFrame, beside: tuple[str, ...] = (), *, note: str = "") -> Finding:
    """Elasticity of the price to the volume, with other columns held constant.

    Raises
    ------
    CannotEstimateError
        If too few buyers can be compared.
    """
    rows = known.drop_nulls(list(beside)).filter(pl.len().over(CELL) > 1)
    buyers, fewest = rows[DOER].n_unique(), round(evidence_rule("fewest_buyers"))
    if buyers < fewest:
        raise CannotEstimateError(
            f"what several buyers bought in the same year is known of {buyers} buyers; at least {fewest} are needed"
        )
    return compared(rows, "log_price", ("log_volume", *beside)).finding(VOLUME, _BY_VOLUME, note)


def price_together(known: pl.DataFrame, beside: tuple[str, ...] = (), *, note: str = "") -> Finding:
    """Difference of the price through an arrangement from that alone, % of the latter.

    Raises
    ------
    CannotEstimateError
        If too few bought the same in the same year in either way.
    """
    rows = with_both_forms(known.drop_nulls(list(beside)))
    alone, joint = number_of_doers(rows)
    demand_both_forms(alone, joint, "what was bought both alone and through an arrangement in the same year")
    return compared(rows, "log_price", (TOGETHER, *beside)).in_percent(
        statement("M2").rule(TOGETHER_OR_ALONE), _TOGETHER, note
    )
