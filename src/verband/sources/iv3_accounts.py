"""Iv3: municipal budgets and accounts as an aggregation of CBS's unedited Iv3 tables.

Amounts are thousand euro in current prices. A report in which every amount is 0 was not filed: its amounts
become missing and the row stays, with the reason. Any other published 0 is 0; the published -99998 is missing.
Source of the shape: CBS, "Gemeenten <jaar> onbewerkte Iv3-data"; categories and tasks as in the yearly Iv3
definition files.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from verband.sources.files import Head
from verband.sources.formats import Format, delimiter_of, table_format
from verband.sources.reading import SetAside
from verband.sources.tabular import split_header

SOURCE = "iv3"
REPORTS = {"report": {"begroting": "budget", "jaarrekening": "accounts"}}
NOT_FILED = "not filed: every amount is 0 in the published table"
NO_BALANCE_SHEET = "no balance sheet filed: equity and balance total are 0 in the published table"
_REPORT_KEY = ["code", "year", "report"]
_RESERVES_SHARE = 0.9
"""Reserve mutations stand almost wholly on category 7 (over 99.9% in 2017-2026), other cost and income below 30%."""


def blank_unfiled(frame: pl.DataFrame) -> tuple[pl.DataFrame, Sequence[SetAside], Sequence[str]]:
    """Make the amounts of reports with nothing but zeros missing, and say which reports those are."""
    amounts = [name for name in frame.columns if name.endswith("_keur")]
    unfiled = pl.all_horizontal(pl.col(amounts).fill_null(0).abs().sum().over(_REPORT_KEY) == 0)
    marked = frame.with_columns(unfiled.alias("_unfiled"))
    reports = marked.filter("_unfiled").select(_REPORT_KEY).unique(maintain_order=True)
    kept = marked.with_columns(pl.when("_unfiled").then(None).otherwise(pl.col(amounts)).name.keep()).drop("_unfiled")
    remarks = (f"{reports.height} reports hold only zeros and were read as missing",) if reports.height else ()
    return kept, (), remarks


def _finish_key_totals(frame: pl.DataFrame) -> tuple[pl.DataFrame, Sequence[SetAside], Sequence[str]]:
    amounts = [name for name in frame.columns if name.endswith("_keur")]
    balance = ["equity_keur", "balance_total_keur"]
    unfiled = pl.col("cost_keur").fill_null(0) == 0
    no_balance = (pl.col("report") == "budget") | (pl.all_horizontal(pl.col(balance).fill_null(0) == 0))
    missing = (
        pl.when(unfiled)
        .then(pl.lit(NOT_FILED))
        .when((pl.col("report") == "accounts") & no_balance)
        .then(pl.lit(NO_BALANCE_SHEET))
    )
    marked = frame.with_columns(missing.alias("missing"))
    marked = marked.with_columns(pl.when(no_balance).then(None).otherwise(pl.col(balance)).name.keep())
    marked = marked.with_columns(pl.when(unfiled).then(None).otherwise(pl.col(amounts)).name.keep())
    remarks = []
    if count := marked.filter(pl.col("missing") == NOT_FILED).height:
        remarks.append(f"{count} reports hold only zeros and were read as missing")
    if count := marked.filter(pl.col("missing") == NO_BALANCE_SHEET).height:
        remarks.append(f"{count} accounts have no balance sheet; equity and balance total were read as missing")
    zero = marked.filter(pl.col("paid_to_arrangements_keur") == 0).group_by("report").len().sort("report")
    remarks.extend(
        f"{count} {report} reports show 0 paid to arrangements (L4.3.3), kept as published although every "
        "municipality takes part in a safety region"
        for report, count in zero.iter_rows()
    )
    return marked, (), remarks


def _share_of_category_7(head: Head, amount: str) -> float | None:
    """Share of category 7 in the absolute amounts of the head; ``None`` if it cannot be told."""
    delimiter = delimiter_of(head, ("hoofdcategorie", amount)) or ","
    lines = head.text.splitlines()
    names = split_header(lines[0], delimiter)
    category, value = names.index("hoofdcategorie"), names.index(amount)
    total = reserves = 0.0
    for line in lines[1:-1] if len(lines) > 2 else lines[1:]:
        cells = split_header(line, delimiter)
        try:
            size = abs(float(cells[value]))
        except (ValueError, IndexError):
            continue
        total += size
        reserves += size if cells[category] == "7" else 0.0
    return reserves / total if total else None


def _by_category(table: str, amount: str, *, reserves: bool) -> Format:
    """Two files share one header; only where the amounts stand tells reserve mutations from the rest."""
    plain = table_format(table, source=SOURCE, translate=REPORTS)

    def recognise(head: Head) -> bool:
        if not plain.recognise(head) or delimiter_of(head, ("hoofdtaakveld",)):
            return False
        share = _share_of_category_7(head, amount)
        return (share is not None and share > _RESERVES_SHARE) == reserves

    return Format(plain.name, SOURCE, plain.tables, recognise, plain.read, plain.header)


def _amounts(table: str) -> Format:
    return table_format(table, source=SOURCE, translate=REPORTS, finish=blank_unfiled)


FORMATS = (
    table_format("municipality_list", source=SOURCE),
    table_format("inhabitants", source=SOURCE),
    table_format("task_titles", source=SOURCE),
    table_format("key_totals", source=SOURCE, translate=REPORTS, finish=_finish_key_totals),
    _amounts("cost_per_task"),
    _amounts("cost_per_main_task_category"),
    _amounts("cost_per_main_task"),
    _by_category("cost_per_category", "lasten_keur", reserves=False),
    _by_category("reserve_additions_per_category", "lasten_keur", reserves=True),
    _amounts("staff_cost_per_main_task"),
    table_format("specific_grants_per_main_task", source=SOURCE, translate=REPORTS),
    table_format("levies_per_category", source=SOURCE, translate=REPORTS),
    _by_category("other_income_per_category", "baten_keur", reserves=False),
    _by_category("reserve_withdrawals_per_category", "baten_keur", reserves=True),
    table_format("balance_items", source=SOURCE),
)
