"""M2: whether buying together gives discounts; accounts hold no prices, so only users' own lists can tell.

Prices and volumes of these lists decide (:mod:`verband.analysis.evidence.prices`). Shown as a hint only: purchases of
goods and services (Iv3 category 3 without hired staff) against size. An amount that falls with size can be a lower
price, fewer things bought, or work that is booked as a transfer.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from verband.analysis.evidence.panel import panel_finding
from verband.analysis.evidence.prices import prices
from verband.analysis.evidence.result import Findings, SetAside


def joint_buying(
    rows: pl.DataFrame,
    drivers: Sequence[str],
    purchases: pl.DataFrame | None = None,
    *,
    set_aside: Sequence[SetAside] = (),
    sources: tuple[str, ...],
) -> Findings:
    """Estimate what prices tell, and the hint.

    Parameters
    ----------
    rows
        ``code, year, inhabitants, purchases_keur`` (category 3 without hired staff), ``outsourced`` and the drivers.
    drivers
        Names of columns.
    purchases
        As :func:`verband.analysis.evidence.prices.prices` takes them; ``None`` where none are loaded.
    set_aside
        Purchases left out before.
    sources
        Tables.
    """
    known = rows.filter((pl.col("purchases_keur") > 0) & (pl.col("inhabitants") > 0)).with_columns(
        (pl.col("purchases_keur") / pl.col("inhabitants")).log().alias("purchases"),
        pl.col("inhabitants").log().alias("size"),
    )
    own = known.filter(~pl.col("outsourced"))
    found, apart = prices(purchases)
    for name, part, held in (
        (None, own, drivers),
        ("without drivers", own, ()),
        ("outsourced organisations included", known, drivers),
    ):
        found.add(
            name,
            "purchases",
            panel_finding,
            part,
            "purchases",
            ["size", *held],
            component="purchases",
            of="size",
            method="least squares of ln purchases per inhabitant on ln inhabitants with drivers and year effects; CR2 "
            "errors by municipality",
            note="an amount, no price: it decides nothing",
        )
    aside = tuple(
        SetAside(code, f"its organisation is elsewhere in {', '.join(map(str, years))}: these years are left out")
        for code, years in known.filter("outsourced")
        .group_by("code")
        .agg(pl.col("year").unique().sort())
        .sort("code")
        .iter_rows()
    )
    return Findings(
        tuple(found.findings), tuple(found.variants), (*set_aside, *apart, *aside), sources, found.not_found
    )
