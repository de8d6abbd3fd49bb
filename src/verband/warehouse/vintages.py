"""Which year and report a file of task accounts holds, and whether its name says it rightly.

Its totals per municipality are held against the key totals of every year and report: the one that agrees for nearly
all municipalities, to the thousand euro, is meant. Where the name is silent that is a conclusion, so it is marked
derived; a name that says otherwise is refused, and so is a silent name without agreement: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path

import duckdb
import polars as pl

from verband.domain.municipality import MunicipalityIndex
from verband.domain.reference import in_force, reference
from verband.domain.schema import schema
from verband.domain.task_codes import task_rows
from verband.errors import BadInputError, UnknownNameError
from verband.sources.reading import Reading
from verband.sources.tabular import empty
from verband.warehouse.store import Warehouse, run, to_frame

TASK_ACCOUNTS = "task_accounts"


@cache
def _not_in_totals() -> tuple[str, ...]:
    """Codes of tasks that are not in the total cost: reserve mutations and the result."""
    return tuple(sorted({row.code for row in task_rows() if not row.in_total}))


@cache
def _least_agreement() -> float:
    """Share of municipalities whose total has to agree."""
    rows = reference("vintage_rules")
    return next(float(row["value"]) for row in rows if row["rule"] == "least_agreement" and in_force(row))


def index_of(lists: pl.DataFrame) -> MunicipalityIndex:
    """Index the names of municipality lists (``code, name, year``); a name that stays the same counts once."""
    names = lists.group_by("code", "name").agg(pl.col("year").max()).sort("year", "code")
    return MunicipalityIndex.from_records(names.iter_rows(named=True))


def codes_of(names: pl.Series, index: MunicipalityIndex) -> Mapping[str, str]:
    """Find the codes of published names; names that mean nothing, or several municipalities, are left out."""
    found: dict[str, str] = {}
    for name in names.unique().sort():
        try:
            found[name] = index.find(name).code
        except UnknownNameError:
            continue
    return found


def identify(task_accounts: pl.DataFrame, key_totals: pl.DataFrame, index: MunicipalityIndex) -> tuple[int, str] | None:
    """Tell year and report of task accounts by their totals.

    Parameters
    ----------
    task_accounts
        ``name, task, cost_keur`` of one file.
    key_totals
        ``code, year, report, cost_keur``.
    index
        Municipalities by name.

    Returns
    -------
    tuple of (int, str) or None
        Year and report; ``None`` where no report, or more than one, agrees.
    """
    sums = (
        task_accounts.filter(~pl.col("task").is_in(_not_in_totals()))
        .group_by("name")
        .agg(pl.col("cost_keur").sum().alias("total"))
        .filter(pl.col("total") != 0)
    )
    codes = codes_of(sums["name"], index)
    totals = sums.with_columns(
        pl.col("name").replace_strict(codes, default=None, return_dtype=pl.String).alias("code")
    ).filter(pl.col("code").is_not_null())
    agreeing = (
        key_totals.join(totals, on="code", how="inner")
        .group_by("year", "report")
        .agg(((pl.col("cost_keur") - pl.col("total")).abs() < 1).mean().alias("share"))
        .filter(pl.col("share") >= _least_agreement())
    )
    if agreeing.height != 1:
        return None
    row = agreeing.row(0, named=True)
    return int(row["year"]), str(row["report"])


class Vintages:
    """Checks vintages against the key totals of this load, else of the earlier one."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, old: Path | None) -> None:
        self._connection = connection
        self._old = old

    @cached_property
    def _key_totals(self) -> pl.DataFrame:
        return self._table("key_totals").select("code", "year", "report", "cost_keur")

    @cached_property
    def _index(self) -> MunicipalityIndex:
        return index_of(self._table("municipality_list"))

    def _table(self, name: str) -> pl.DataFrame:
        made = run(self._connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [name])[0][0]
        if made:
            return to_frame(self._connection, f'SELECT * FROM "{name}"', {})  # noqa: S608  the name is one of ours
        if self._old is None:
            return empty(schema(name))
        warehouse = Warehouse(self._old)
        try:
            return warehouse.table(name)
        finally:
            warehouse.close()

    def checked(self, name: str, reading: Reading) -> Reading:
        """Return a reading with its vintage, found or confirmed; other readings than task accounts as they are.

        Raises
        ------
        BadInputError
            If the name of the file says another vintage than its totals, or neither says one.
        """
        if "vintage" not in reading.notes:
            return reading
        frame = reading.tables[TASK_ACCOUNTS]
        found = identify(frame, self._key_totals, self._index)
        if reading.scope:
            if found is not None and f"{found[0]} {found[1]}" != reading.scope:
                raise BadInputError(
                    f"its name says {reading.scope}, but its totals are those of {found[0]} {found[1]}",
                    where=name,
                    todo="Give the file its right name",
                )
            return reading
        if found is None:
            raise BadInputError(
                "neither the content nor the name says which year and report this is, and its totals agree with none",
                where=name,
                todo="Name it like 2023_begroting.csv or 2023_jaarrekening.csv, or load the key totals with it",
            )
        year, report = found
        remark = f"year and report ({year} {report}) follow from its totals, which agree with the key totals: derived"
        remarks = tuple(item for item in reading.report.remarks if "which year and report" not in item)
        dated = frame.with_columns(pl.lit(year, dtype=pl.Int64).alias("year"), pl.lit(report).alias("report"))
        return replace(
            reading,
            tables={TASK_ACCOUNTS: dated},
            scope=f"{year} {report}",
            report=replace(reading.report, remarks=(*remarks, remark)),
        )
