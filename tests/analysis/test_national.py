"""National totals: who reported, what a gap leaves out, and nothing to add up is missing."""

from __future__ import annotations

import polars as pl
import pytest

from verband.analysis.national import AMOUNTS, national_totals

STATUS = pl.DataFrame(
    {"code": ["A", "B", "C"], "year": [2020] * 3, "report": ["accounts"] * 3, "filed": [True, True, False]}
)
PEOPLE = pl.DataFrame({"code": ["A", "B", "C"], "year": [2020] * 3, "inhabitants": [10, 20, 40]})


def totals(**changes):
    """A and B filed; C did not, but an amount strayed into its row."""
    columns = {name: [1.0, 2.0, 400.0] for name in AMOUNTS.values()} | changes
    types = dict.fromkeys(columns, pl.Float64)
    amounts = pl.DataFrame(columns, schema=types)
    return pl.concat([STATUS.select("code", "year", "report"), amounts], how="horizontal")


def ask(table, **extra):
    return national_totals(table, STATUS, PEOPLE, year=2020, **({"report": "accounts"} | extra))


def test_sums_of_those_that_filed():
    found = ask(totals())
    assert found.amounts_eur["cost_eur"] == 3000
    assert (found.municipalities, found.reporting, found.missing) == (3, 2, ("C",))
    assert (found.inhabitants, found.inhabitants_reporting) == (70, 30)


def test_accounts_without_balance_sheet_are_named_and_not_zero():
    found = ask(totals(equity_keur=[None, 5.0, None], balance_total_keur=[None, 9.0, None]))
    assert found.amounts_eur["equity_eur"] == 5000
    assert found.without_balance_sheet == ("A",)
    nobody = ask(totals(equity_keur=[None, None, None]))
    assert nobody.amounts_eur["equity_eur"] is None


def test_a_report_that_nobody_was_to_file_is_refused():
    with pytest.raises(ValueError, match="no budget of 2020"):
        ask(totals(), report="budget")
