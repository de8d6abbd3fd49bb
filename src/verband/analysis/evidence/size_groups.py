"""Small, medium and large municipalities, each in the group of its first year so that growth moves nobody (M15)."""

from __future__ import annotations

from typing import Literal

import polars as pl

from verband.analysis.evidence.evidence_rules import evidence_rule
from verband.analysis.evidence.statements import Text

SizeGroup = Literal["small", "medium", "large"]
GROUPS: tuple[SizeGroup, ...] = ("small", "medium", "large")
NAMES: dict[SizeGroup, Text] = {
    "small": Text("klein", "small"),
    "medium": Text("middelgroot", "medium"),
    "large": Text("groot", "large"),
}


def with_size_group(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the size of the first year of their municipality, and the group of that.

    Parameters
    ----------
    rows
        ``code, year, inhabitants``.

    Returns
    -------
    polars.DataFrame
        Also ``first_inhabitants`` and ``size_group``: ``small``, ``medium`` or ``large``; without rows of
        municipalities whose inhabitants are never known.
    """
    known = rows.filter(pl.col("inhabitants") > 0).sort("year")
    first = known.group_by("code").agg(pl.col("inhabitants").first().alias("first_inhabitants"))
    size = pl.col("first_inhabitants")
    return rows.join(first, on="code", how="inner").with_columns(
        pl.when(size < evidence_rule("small_below"))
        .then(pl.lit("small"))
        .when(size < evidence_rule("large_from"))
        .then(pl.lit("medium"))
        .otherwise(pl.lit("large"))
        .alias("size_group")
    )
