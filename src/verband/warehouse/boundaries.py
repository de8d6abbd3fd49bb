"""Amounts in the boundaries of a later year: predecessors are summed into successors, gaps stay gaps.

A successor's amount is missing when any part of it has none (missing is not zero), and the parts at fault are named.
Splits go by the stated shares. Only sums are carried; ratios are recomputed from carried sums. A municipality that
was dissolved in the course of a year files no accounts for it: they are in those of its successor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from verband.domain.genealogy import Genealogy
from verband.errors import UnknownNameError
from verband.warehouse.store import Warehouse


def genealogy(warehouse: Warehouse) -> Genealogy:
    """Build the genealogy from the loaded boundary changes; without any, nothing ever changed."""
    return Genealogy.from_records(warehouse.table("boundary_changes").iter_rows(named=True))


def weights_to(lists: pl.DataFrame, changes: Genealogy, year: int) -> pl.DataFrame:
    """Say, for every municipality of every earlier list, into which municipality of ``year`` it goes.

    Parameters
    ----------
    lists
        Table ``municipality_list``: ``code, year``.
    changes
        The genealogy.
    year
        Boundaries of 1 January of this year.

    Returns
    -------
    polars.DataFrame
        ``year, code, target, weight``; weights of one municipality sum to 1, null where a share is not known.
    """
    earlier = lists.filter(pl.col("year") <= year).group_by("year", maintain_order=True).agg("code")
    rows = [
        (listed, old, new, weight)
        for listed, codes in earlier.iter_rows()
        for old, new, weight in changes.weights(listed, year, codes)
    ]
    return pl.DataFrame(
        rows,
        schema={"year": pl.Int64, "code": pl.String, "target": pl.String, "weight": pl.Float64},
        orient="row",
    )


@dataclass(frozen=True, slots=True)
class Harmonised:
    """Amounts in the boundaries of one year.

    Attributes
    ----------
    frame
        Keys, amounts (null where a part is missing) and ``parts``: how many municipalities were summed, and
        ``missing_parts``: codes of those without a figure.
    year
        The boundaries.
    """

    frame: pl.DataFrame
    year: int


def harmonise(
    amounts: pl.DataFrame,
    weights: pl.DataFrame,
    *,
    year: int,
    columns: Sequence[str],
    by: Sequence[str] = (),
    in_successor: pl.DataFrame | None = None,
) -> Harmonised:
    """Carry amounts to the boundaries of one year.

    Parameters
    ----------
    amounts
        ``code, year``, the columns of ``by`` and the amounts; one row per combination.
    weights
        As :func:`weights_to` gives them, for the same boundaries.
    year
        The boundaries; figures of later years are refused.
    columns
        Amounts to carry; all additive.
    by
        Further keys (``report``, ``task``).
    in_successor
        ``code, year`` and any of ``by``: municipalities whose accounts are in those of their successor; without
        accounts of their own they count as nothing in it, not as missing.

    Raises
    ------
    UnknownNameError
        If there are amounts of a year after the boundaries.
    """
    later = amounts.filter(pl.col("year") > year)
    if not later.is_empty():
        raise UnknownNameError(
            f"figures of {later['year'].max()!r} cannot be shown in the boundaries of {year}",
            todo="Ask later boundaries: earlier ones than the figures would need an assumed division",
        )
    keys = amounts.select("year", *by).unique()
    expected = weights.join(keys, on="year", how="inner")
    parts = expected.join(amounts, on=["code", "year", *by], how="left")
    if in_successor is not None and not in_successor.is_empty():
        on = [name for name in ("code", "year", *by) if name in in_successor.columns]
        elsewhere = in_successor.select(on).unique().with_columns(pl.lit(value=True).alias("_elsewhere"))
        # In its own boundaries there is no successor to look in, and accounts that it did file count.
        nothing = pl.col("_elsewhere") & (pl.col("code") != pl.col("target"))
        nothing &= pl.all_horizontal(pl.col(name).is_null() for name in columns)
        parts = parts.join(elsewhere, on=on, how="left").filter(~nothing.fill_null(value=False)).drop("_elsewhere")
    carried = parts.with_columns((pl.col(name) * pl.col("weight")).alias(name) for name in columns)
    absent = pl.any_horizontal(pl.col(name).is_null() for name in columns)
    frame = (
        carried.group_by("target", "year", *by, maintain_order=True)
        .agg(
            *(
                pl.when(pl.col(name).is_null().any()).then(None).otherwise(pl.col(name).sum()).alias(name)
                for name in columns
            ),
            pl.len().alias("parts"),
            pl.col("code").filter(absent).sort().alias("missing_parts"),
        )
        .rename({"target": "code"})
        .sort("code", "year", *by)
    )
    return Harmonised(frame, year)
