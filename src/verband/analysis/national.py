"""National totals of a report: sums over the municipalities that filed it, and who did not.

Method: plain sums of the published key totals (CBS, Iv3); a sum says how many units reported and names those
that did not (missing is not zero).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

AMOUNTS: Mapping[str, str] = {
    "cost_eur": "cost_keur",
    "income_eur": "income_keur",
    "paid_to_arrangements_eur": "paid_to_arrangements_keur",
    "wages_eur": "wages_keur",
    "hired_staff_eur": "hired_staff_keur",
    "equity_eur": "equity_keur",
    "balance_total_eur": "balance_total_keur",
}


@dataclass(frozen=True, slots=True)
class NationalTotals:
    """Totals of one year and report over all municipalities.

    Attributes
    ----------
    year, report
        Which report; ``accounts`` or ``budget``.
    municipalities
        Municipalities on 1 January.
    reporting
        How many of them filed the report.
    missing
        Codes of those that did not.
    inhabitants, inhabitants_reporting
        Inhabitants on 1 January of all, and of those that reported.
    amounts_eur
        Euro in current prices by name; ``None`` where the report does not carry the amount.
    without_balance_sheet
        Codes that filed accounts but no balance sheet; not in equity and balance total.
    source
        The files it rests on.
    kind
        ``derived``: arithmetic on measured figures.
    """

    year: int
    report: str
    municipalities: int
    reporting: int
    missing: tuple[str, ...]
    inhabitants: int
    inhabitants_reporting: int
    amounts_eur: Mapping[str, float | None]
    without_balance_sheet: tuple[str, ...]
    source: str
    kind: str = "derived"


def national_totals(
    key_totals: pl.DataFrame,
    report_status: pl.DataFrame,
    inhabitants: pl.DataFrame,
    *,
    year: int,
    report: str,
    source: str = "",
) -> NationalTotals:
    """Add up the key totals of one year and report.

    Parameters
    ----------
    key_totals
        Table ``key_totals``: one row per municipality, year and report, amounts in thousand euro.
    report_status
        Table ``report_status``: which municipalities were expected, and which filed.
    inhabitants
        Table ``inhabitants``.
    year, report
        The report asked for.

    Raises
    ------
    ValueError
        If no municipality is expected to have this report.
    """
    asked = (pl.col("year") == year) & (pl.col("report") == report)
    status = report_status.filter(asked)
    if status.is_empty():
        raise ValueError(f"no {report} of {year}")
    people = inhabitants.filter(pl.col("year") == year).join(status.select("code", "filed"), on="code", how="inner")
    rows = key_totals.filter(asked).join(status.filter("filed").select("code"), on="code", how="semi")
    without = (
        rows.filter(pl.col("balance_total_keur").is_null())["code"].sort().to_list() if report == "accounts" else []
    )
    return NationalTotals(
        year=year,
        report=report,
        municipalities=status.height,
        reporting=int(status["filed"].sum()),
        missing=tuple(status.filter(~pl.col("filed"))["code"].sort()),
        inhabitants=int(people["inhabitants"].sum()),
        inhabitants_reporting=int(people.filter("filed")["inhabitants"].sum()),
        amounts_eur={name: _sum_eur(rows[column]) for name, column in AMOUNTS.items()},
        without_balance_sheet=tuple(without),
        source=source,
    )


def _sum_eur(amounts_keur: pl.Series) -> float | None:
    """Thousands to euro; nothing to add up is missing, not zero."""
    known = amounts_keur.drop_nulls()
    return float(known.sum()) * 1000 if known.len() else None
