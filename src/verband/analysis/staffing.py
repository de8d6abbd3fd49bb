"""Hired staff (M4): hired pay as a share of hired and own pay, without outsourced organisations.

Own pay is Iv3 category L1.1, hired staff L3.5.1. A municipality whose staff works for a joint or host organisation has
almost no own pay; its share says nothing about its own work, so it is set apart by name. The rule is dated data
(``domain/reference/outsourced_organisation.csv``).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from verband.domain.reference import reference


@dataclass(frozen=True, slots=True)
class Staffing:
    """Pay of one municipality in one year, euro per inhabitant in current prices.

    Attributes
    ----------
    own_pay_eur_per_inhabitant, hired_pay_eur_per_inhabitant
        ``None`` where no report was filed.
    hired_share
        Hired / (hired + own); ``None`` where no report was filed or nobody is paid.
    outsourced
        Own pay is so low that the organisation must be elsewhere; compare with nobody.
    kind
        ``derived``.
    """

    code: str
    own_pay_eur_per_inhabitant: float | None
    hired_pay_eur_per_inhabitant: float | None
    hired_share: float | None
    outsourced: bool
    kind: str = "derived"


def staffing(rows: pl.DataFrame) -> tuple[Staffing, ...]:
    """Compute hired and own pay per municipality for one year and report.

    Parameters
    ----------
    rows
        All municipalities of the year: ``code, inhabitants, wages_keur, hired_staff_keur`` (null where not filed).

    Returns
    -------
    tuple of Staffing
        In the order of the rows.
    """
    limit = float(reference("outsourced_organisation")[0]["share_of_median"])
    per_head = rows.with_columns(
        (pl.col("wages_keur") * 1000 / pl.col("inhabitants")).alias("own"),
        (pl.col("hired_staff_keur") * 1000 / pl.col("inhabitants")).alias("hired"),
    )
    median = per_head["own"].median()
    results = []
    for row in per_head.iter_rows(named=True):
        own, hired = row["own"], row["hired"]
        total = None if own is None or hired is None else own + hired
        outsourced = own is not None and isinstance(median, float) and own < limit * median
        results.append(Staffing(row["code"], own, hired, hired / total if total else None, outsourced))
    return tuple(results)
