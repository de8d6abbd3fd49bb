"""National totals of all arrangements together, in millions of euro, as copied from public CBS tables.

The pages were cut off, so tables are incomplete and parts need not add up to their total. The totals hold bodies
in which provinces and water boards take part: they are not the sum of what municipalities pay to arrangements.
Source of the shape: CBS StatLine 84665NED (tasks), 82269NED (balance), 37773GRF (functions, 1998-2003).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from verband.sources.formats import Format, table_format
from verband.sources.reading import SetAside

SOURCE = "arrangement_totals"
STATUS = {"status": {"definitief": "final", "voorlopig": "provisional"}}
_ROUNDING_MLN_EUR = 1.5
"""Each published figure is rounded to a million on its own, so a sum of two may be off by one."""

Finished = tuple[pl.DataFrame, Sequence[SetAside], Sequence[str]]


def _finish_tasks(frame: pl.DataFrame) -> Finished:
    gap = (pl.col("income_mln_eur") - pl.col("cost_mln_eur") - pl.col("balance_mln_eur")).abs()
    wrong = frame.filter(gap > _ROUNDING_MLN_EUR)
    remarks = [f"line {line}: income less cost is not the published balance" for line in wrong["_line"].to_list()[:5]]
    return frame, (), remarks


def _finish_functions(frame: pl.DataFrame) -> Finished:
    parts = ["from_state_mln_eur", "from_municipalities_mln_eur", "sales_to_municipalities_mln_eur"]
    parts.append("other_income_mln_eur")
    gap = (pl.col("income_mln_eur") - pl.sum_horizontal(parts)).abs()
    wrong = frame.filter(gap > len(parts) / 2 + 0.5)
    remarks = [
        f"line {line}: the four parts of income do not add up to income ({name}, {year})"
        for line, name, year in wrong.select("_line", "function", "year").iter_rows()
    ]
    return frame, (), remarks[:5]


FORMATS: tuple[Format, ...] = (
    table_format("arrangement_totals_by_task", source=SOURCE, translate=STATUS, finish=_finish_tasks),
    table_format("arrangement_totals_balance", source=SOURCE, translate=STATUS),
    table_format("arrangement_totals_by_function", source=SOURCE, finish=_finish_functions),
)
