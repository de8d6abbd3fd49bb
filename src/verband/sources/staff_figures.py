"""Staff figures of municipalities: the staff monitor, sick leave by size class, collective pay, BBV indicators.

All four tables were read from public pages by their makers; what they marked as unverified stays marked and is
counted in the remarks. Definitions of the monitor changed in 2021 for hiring, internal mobility, outflow and pay.
Source of the shape: A&O fonds Gemeenten, Personeelsmonitor Gemeenten; BBV indicators by the ministerial order of
2016 on the programme budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import polars as pl

from verband.sources.formats import Format, table_format
from verband.sources.reading import SetAside

SOURCE = "staff_figures"
PAY_STATUS = {
    "status": {"bevestigd": "confirmed", "unverified": "unverified", "onderhandelingsresultaat": "negotiated"}
}

Finished = tuple[pl.DataFrame, Sequence[SetAside], Sequence[str]]


def _finish_sick_leave(frame: pl.DataFrame) -> Finished:
    doubtful = frame.filter(pl.col("note").str.contains("unverified", literal=True)).height
    remarks = [f"{doubtful} rows are marked unverified by their maker"] if doubtful else []
    order = ["best_practice", "lower_quartile", "mean", "upper_quartile"]
    wrong = frame.filter(pl.any_horizontal(pl.col(low) > pl.col(high) for low, high in pairwise(order)))
    if wrong.height:
        remarks.append(f"{wrong.height} rows have quartiles out of order, first on line {wrong['_line'][0]}")
    return frame, (), remarks


def _finish_pay(frame: pl.DataFrame) -> Finished:
    doubtful = frame.filter(pl.col("status") != "confirmed").height
    return frame, (), [f"{doubtful} of {frame.height} rises are not confirmed"] if doubtful else []


FORMATS: tuple[Format, ...] = (
    table_format("staff_monitor", source=SOURCE),
    table_format("sick_leave_2013", source=SOURCE, finish=_finish_sick_leave),
    table_format("collective_pay", source=SOURCE, translate=PAY_STATUS, finish=_finish_pay),
    table_format("bbv_indicators", source=SOURCE),
)
