"""Which CBS table holds the Iv3 figures of which year and layer of government.

The identifiers differ in certainty: read from public lists, derived from the order of the catalogue, or
unknown; an unknown identifier stays empty.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from verband.sources.formats import Format, table_format
from verband.sources.reading import SetAside

SOURCE = "cbs_tables"
LAYERS = {
    "gemeenten": "municipalities",
    "provincies": "provinces",
    "waterschappen": "water_boards",
    "gemeenschappelijke_regelingen": "arrangements",
}
STATUSES = {"bevestigd": "confirmed", "afgeleid": "derived", "onbekend": "unknown"}


def _finish(frame: pl.DataFrame) -> tuple[pl.DataFrame, Sequence[SetAside], Sequence[str]]:
    unconfirmed = frame.filter(pl.col("status") != "confirmed").height
    remarks = (f"{unconfirmed} of {frame.height} table identifiers are not confirmed",) if unconfirmed else ()
    return frame, (), remarks


FORMATS: tuple[Format, ...] = (
    table_format("cbs_tables", source=SOURCE, translate={"layer": LAYERS, "status": STATUSES}, finish=_finish),
)
