"""Key ratios: newest year from the newest vintage, doubtful values left out, signal values at their bounds."""

from __future__ import annotations

import polars as pl
import pytest

from verband.analysis.finances import balance_sheets, latest_ratios, signal

NAMES = ["code", "ratio", "report_type", "year", "budget_year", "value", "kind", "doubt"]


def ratios(*rows):
    types = dict.fromkeys(NAMES, pl.String) | {"year": pl.Int64, "budget_year": pl.Int64, "value": pl.Float64}
    return pl.DataFrame([("A", *row) for row in rows], schema=types, orient="row")


def latest(*rows):
    return latest_ratios(ratios(*rows), code="A", report_type="accounts")


def test_newest_year_from_newest_vintage():
    rows = [
        ("solvency_ratio", "accounts", 2022, 2024, 0.31, "derived", None),
        ("solvency_ratio", "accounts", 2023, 2025, 0.33, "measured", None),
        ("solvency_ratio", "accounts", 2023, 2024, 0.99, "derived", None),
        ("solvency_ratio", "budget", 2025, 2025, 0.5, "measured", None),
    ]
    for order in (rows, rows[::-1]):
        (found,) = latest(*order)
        assert (found.year, found.budget_year, found.value, found.kind) == (2023, 2025, 0.33, "measured")


def test_a_doubtful_value_is_left_out_and_the_older_year_says_its_own_year():
    (found,) = latest(
        ("tax_capacity", "accounts", 2023, 2025, 9.0, "measured", "outside what can be expected"),
        ("tax_capacity", "accounts", 2022, 2024, 1.1, "derived", None),
    )
    assert (found.year, found.value, found.kind) == (2022, 1.1, "derived")


def test_a_missing_value_is_not_replaced_by_an_older_year():
    (found,) = latest(
        ("tax_capacity", "accounts", 2023, 2025, None, "measured", None),
        ("tax_capacity", "accounts", 2022, 2024, 1.1, "derived", None),
    )
    assert (found.year, found.value, found.signal) == (2023, None, None)


def test_another_municipality_is_not_read():
    assert latest_ratios(ratios(("solvency_ratio", "accounts", 2023, 2025, 0.3, "measured", None)), code="B",
                         report_type="accounts") == ()  # fmt: skip


@pytest.mark.parametrize(
    ("ratio", "value", "expected"),
    [
        # Joint frame for financial supervision: below 90%, 90-130%, above 130%; high solvency is good; and so on.
        ("net_debt_ratio", 0.899, "favourable"),
        ("net_debt_ratio", 0.9, "neutral"),
        ("net_debt_ratio", 1.3, "neutral"),
        ("net_debt_ratio", 1.301, "unfavourable"),
        ("solvency_ratio", 0.199, "unfavourable"),
        ("solvency_ratio", 0.2, "neutral"),
        ("solvency_ratio", 0.501, "favourable"),
        ("land_development_ratio", 0.19, "favourable"),
        ("land_development_ratio", 0.36, "unfavourable"),
        ("structural_operating_margin", -0.001, "unfavourable"),
        ("structural_operating_margin", 0.0, "neutral"),
        ("structural_operating_margin", 0.001, "favourable"),
        ("tax_capacity", 0.94, "favourable"),
        ("tax_capacity", 1.06, "unfavourable"),
        ("solvency_ratio", None, None),
        ("no_such_ratio", 0.5, None),
    ],
)
def test_signal_values(ratio, value, expected):
    assert signal(ratio, value) == expected


def test_balance_sheets_keep_their_gaps_and_leave_budgets_out():
    types = {"code": pl.String, "year": pl.Int64, "report": pl.String}
    types |= {"equity_keur": pl.Float64, "balance_total_keur": pl.Float64}
    rows = [("A", 2018, "accounts", 25.0, 100.0), ("A", 2017, "accounts", None, None), ("A", 2019, "budget", 9.0, 9.0)]
    found = balance_sheets(pl.DataFrame(rows, schema=types, orient="row"), code="A")
    assert [(item.year, item.equity_eur, item.solvency) for item in found] == [(2017, None, None), (2018, 25_000, 0.25)]
