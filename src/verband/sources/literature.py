"""Outcomes of earlier research on merging and cooperating, each with its study and link.

An outcome is kept as the text it was published as; where that text is a plain number it stands in
``value_number`` as well.
"""

from __future__ import annotations

import polars as pl

from verband.sources.formats import Format, table_format

SOURCE = "literature"


def _number() -> pl.Expr:
    text = pl.col("waarde").str.strip_chars()
    return pl.when(text.str.contains(r"^[+-]?[0-9]{1,15}(\.[0-9]+)?$")).then(text.cast(pl.Float64, strict=False))


FORMATS: tuple[Format, ...] = (
    table_format("research_outcomes", source=SOURCE, converters={"value_number": _number()}),
)
