"""Own pay, income and cost per municipality and full Iv3 task, 2023-2025.

The file says neither year nor report: both come from its name where that says them, and stay empty otherwise
(a higher floor can tell the vintage by its totals). The total row ``Nederland`` is checked and set aside. A
municipality without any amount other than 0 did not file: its amounts are missing, not 0. Amounts are thousand
euro in current prices. Source of the shape: CBS Iv3, as collected by michielsd/begrotingsanalysetool.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

import polars as pl

from verband.sources.files import SourceFile
from verband.sources.formats import Format, table_format
from verband.sources.reading import Reading, SetAside
from verband.sources.tabular import LINE

SOURCE = "iv3_task_accounts"
NATIONAL = "Nederland"
NATIONAL_ROW = "national total row"
NOT_FILED = "not filed: every amount of the municipality is 0 or empty in the published table"
FROM_NAME, UNKNOWN = "from the file's name", "unknown"
_AMOUNTS = {"wages_keur": "own pay", "income_keur": "income", "cost_keur": "cost"}
_REPORTS = {"begroting": "budget", "jaarrekening": "accounts"}
_VINTAGE = re.compile(r"(?<!\d)(20\d\d)[_ -]?(begroting|jaarrekening)", re.IGNORECASE | re.ASCII)
_TASK = r"^\s*([0-9]\.[0-9]{1,3}[a-z]?)(?:\s|$)"


def vintage(name: str) -> tuple[int, str] | None:
    """Year and report that a file's name says (``2023_jaarrekening``); ``None`` if it says none or several."""
    said = {(int(year), _REPORTS[report.lower()]) for year, report in _VINTAGE.findall(PurePath(name).name)}
    return said.pop() if len(said) == 1 else None


def _with_task(raw: pl.DataFrame) -> pl.DataFrame:
    published = pl.col("Taakveld")
    return raw.with_columns(published.str.extract(_TASK).fill_null(published).alias("task"))


def _national_check(national: pl.DataFrame, rows: pl.DataFrame) -> list[str]:
    """Compare the national row of every task with the sum of the municipalities."""
    if national.is_empty():
        return [f"there is no row {NATIONAL!r}: the sums could not be checked"]
    amounts = list(_AMOUNTS)
    sums = rows.group_by("task_published").agg(pl.col(amounts).sum())
    both = national.select("task_published", *amounts).join(
        sums, on="task_published", how="full", suffix=":sum", coalesce=True
    )
    remarks = []
    for name, words in _AMOUNTS.items():
        gap = (pl.col(f"{name}:sum").fill_null(0) - pl.col(name).fill_null(0)).alias("gap")
        apart = both.select("task_published", gap).filter(pl.col("gap").abs() > 1e-6)
        apart = apart.sort(pl.col("gap").abs(), descending=True)
        if apart.is_empty():
            remarks.append(f"the row {NATIONAL!r} equals the sum of the municipalities for {words} on every task")
        else:
            remarks.append(
                f"the row {NATIONAL!r} differs from the sum of the municipalities for {words} on {apart.height} tasks, "
                f"most on {apart['task_published'][0]!r}: the municipalities add up to {apart['gap'][0]:+g} keur"
            )
    return remarks


def _finish(frame: pl.DataFrame) -> tuple[pl.DataFrame, Sequence[SetAside], Sequence[str]]:
    amounts = list(_AMOUNTS)
    is_national = pl.col("name") == NATIONAL
    national, rows = frame.filter(is_national), frame.filter(~is_national)
    remarks = _national_check(national, rows)
    aside = [
        SetAside(
            record[LINE], NATIONAL_ROW, " | ".join(str(record[name]) for name in ("name", "task_published", *amounts))
        )
        for record in national.iter_rows(named=True)
    ]
    unfiled = pl.all_horizontal(pl.col(amounts).fill_null(0).abs().sum().over("name") == 0)
    rows = rows.with_columns(pl.when(unfiled).then(pl.lit(NOT_FILED)).alias("missing"))
    rows = rows.with_columns(
        pl.when(pl.col("missing").is_null()).then(pl.col(amounts)).otherwise(None).name.keep(),
    )
    if names := rows.filter(pl.col("missing").is_not_null())["name"].unique(maintain_order=True).to_list():
        count = f"{len(names)} municipality" if len(names) == 1 else f"{len(names)} municipalities"
        remarks.append(f"{count} without any amount, read as missing: {', '.join(names[:10])}")
    return rows, aside, remarks


_TABLE = table_format("task_accounts", source=SOURCE, prepare=_with_task, finish=_finish)


def read_task_accounts(file: SourceFile, strict: bool) -> Reading:
    """Read one file; scope ``"2023 budget"`` where its name says the vintage, else empty.

    Raises
    ------
    BadInputError
        If a row breaks the contract of ``task_accounts``.
    """
    reading = _TABLE.read(file, strict)
    said = vintage(file.name)
    if said is None:
        remark = "its name does not say which year and report it is (like 2023_begroting.csv): both are left empty"
        report = replace(reading.report, remarks=(*reading.report.remarks, remark))
        return replace(reading, report=report, notes={"vintage": UNKNOWN})
    year, report_kind = said
    frame = reading.tables["task_accounts"].with_columns(
        pl.lit(year, dtype=pl.Int64).alias("year"), pl.lit(report_kind).alias("report")
    )
    return replace(
        reading, tables={"task_accounts": frame}, scope=f"{year} {report_kind}", notes={"vintage": FROM_NAME}
    )


FORMATS: tuple[Format, ...] = (replace(_TABLE, read=read_task_accounts),)
