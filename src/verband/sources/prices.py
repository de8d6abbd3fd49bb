"""Yearly change of consumer prices, for those who ask for constant prices.

The figures may have been written down from memory: the column ``certainty`` says so per row, and the remarks
count them. By default nothing is deflated (current prices with year effects).
Source of the shape: CBS, consumer price index, change against the year before.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from verband.sources.formats import Format, table_format
from verband.sources.reading import SetAside

SOURCE = "prices"
FROM_MEMORY = "uit het hoofd"


def _finish(frame: pl.DataFrame) -> tuple[pl.DataFrame, Sequence[SetAside], Sequence[str]]:
    remarks = []
    if count := frame.filter(pl.col("certainty") == FROM_MEMORY).height:
        remarks.append(f"{count} of {frame.height} figures were written down from memory: check them before use")
    years = frame["year"].sort().to_list()
    if years and years[-1] - years[0] + 1 > len(years):
        gaps = sorted(set(range(years[0], years[-1] + 1)) - set(years))
        remarks.append(f"no figure for {', '.join(map(str, gaps[:5]))}, so prices cannot be linked across it")
    return frame, (), remarks


FORMATS: tuple[Format, ...] = (table_format("consumer_prices", source=SOURCE, finish=_finish),)
