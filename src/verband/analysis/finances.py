"""Financial position: key ratios beside the signal values of financial supervision, equity and balance total.

Ratios are the municipality's own (BBV art. 11 lid 2), by vintage of the budget; the newest vintage that holds the
year is taken. Values that are doubted (``financial_ratio_doubts``) are left out. Signal values are not norms; they are
dated data (``domain/reference/signal_values.csv``).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from verband.domain.reference import reference


@dataclass(frozen=True, slots=True)
class Ratio:
    """One key ratio in one year.

    Attributes
    ----------
    ratio, value
        Name and fraction (0.18 is 18%); ``None`` where missing.
    year, report_type, budget_year
        The year it is about, whether it is from accounts, budget or an estimate, and the vintage that says so.
    kind
        ``measured``, or ``derived`` in a vintage whose year labels were corrected.
    signal
        ``favourable``, ``neutral`` or ``unfavourable`` by the signal values; ``None`` where there are none.
    """

    ratio: str
    value: float | None
    year: int
    report_type: str
    budget_year: int
    kind: str
    signal: str | None


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """Equity and balance total at the end of a year, euro; solvency is their ratio (``None`` where missing)."""

    year: int
    equity_eur: float | None
    balance_total_eur: float | None

    @property
    def solvency(self) -> float | None:
        """Equity / balance total."""
        if self.equity_eur is None or not self.balance_total_eur:
            return None
        return self.equity_eur / self.balance_total_eur


def latest_ratios(ratios: pl.DataFrame, *, code: str, report_type: str) -> tuple[Ratio, ...]:
    """Take, per ratio, the newest year of this report type, from the newest vintage that holds it.

    Parameters
    ----------
    ratios
        Table ``financial_ratios``.
    code
        The municipality.
    report_type
        ``accounts``, ``budget`` or ``estimate``.
    """
    own = ratios.filter((pl.col("code") == code) & (pl.col("report_type") == report_type) & pl.col("doubt").is_null())
    newest = own.sort("year", "budget_year", descending=True).unique(subset="ratio", keep="first", maintain_order=True)
    rows = [
        Ratio(
            ratio=row["ratio"],
            value=row["value"],
            year=row["year"],
            report_type=report_type,
            budget_year=row["budget_year"],
            kind=row["kind"],
            signal=signal(row["ratio"], row["value"]),
        )
        for row in newest.iter_rows(named=True)
    ]
    order = {row["ratio"]: position for position, row in enumerate(reference("signal_values"))}
    return tuple(sorted(rows, key=lambda item: order.get(item.ratio, len(order))))


def signal(ratio: str, value: float | None) -> str | None:
    """Hold a ratio against its signal values; between them is neutral."""
    row = next((item for item in reference("signal_values") if item["ratio"] == ratio), None)
    if row is None or value is None:
        return None
    low, high = float(row["low"]), float(row["high"])
    if low <= value <= high:
        return "neutral"
    return "favourable" if (value < low) == (row["good"] == "low") else "unfavourable"


def balance_sheets(key_totals: pl.DataFrame, *, code: str) -> tuple[BalanceSheet, ...]:
    """Return equity and balance total per year from the accounts, missing years included.

    Parameters
    ----------
    key_totals
        Rows with ``code, year, report, equity_keur, balance_total_keur``, amounts in thousand euro.
    code
        The municipality.
    """
    own = key_totals.filter((pl.col("code") == code) & (pl.col("report") == "accounts")).sort("year")
    return tuple(
        BalanceSheet(row["year"], _eur(row["equity_keur"]), _eur(row["balance_total_keur"]))
        for row in own.iter_rows(named=True)
    )


def _eur(amount_keur: float | None) -> float | None:
    return None if amount_keur is None else amount_keur * 1000
