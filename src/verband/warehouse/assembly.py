"""What needs more than one source: which reports were filed, codes for names, vintages for files without one."""

from __future__ import annotations

import duckdb
import polars as pl

from verband.domain.schema import schema
from verband.sources.tabular import empty
from verband.warehouse.store import run, sql, to_frame
from verband.warehouse.vintages import codes_of, index_of

QUERIED = (
    "key_totals",
    "municipality_list",
    "boundary_changes",
    "grant_volumes",
    "grant_results",
    "task_accounts",
    "cost_per_main_task_category",
)
"""Tables that queries name; empty where nothing brought them."""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that queries name where nothing brought them."""
    for table in QUERIED:
        _ensure(connection, table)


def assemble(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the sources together, from nothing but what was published.

    Whatever an earlier load concluded is concluded anew, so that the same files give the same tables in any order.
    """
    run(connection, sql("report_status"))
    _fill_codes(connection)


def _fill_codes(connection: duckdb.DuckDBPyConnection) -> None:
    """Join names to codes in the list of their own year; a name that means none or several stays without."""
    run(connection, sql("forget_codes"))
    names = to_frame(connection, sql("names_without_code"), {})
    if names.is_empty():
        return
    lists = to_frame(connection, "SELECT code, name, year FROM municipality_list", {})
    rows = [
        {"name": name, "year": year, "code": code}
        for (year,), group in names.group_by("year", maintain_order=True)
        for name, code in codes_of(group["name"], index_of(lists.filter(pl.col("year") == year))).items()
    ]
    connection.register("incoming", pl.DataFrame(rows, schema={"name": pl.String, "year": pl.Int64, "code": pl.String}))
    run(connection, sql("fill_codes"))
    connection.unregister("incoming")


def _ensure(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make the table without rows where nothing brought it, so that the queries need no second form."""
    connection.register("incoming", empty(schema(table)))
    run(connection, f'CREATE TABLE IF NOT EXISTS "{table}" AS SELECT *, 0::INTEGER AS _file FROM incoming')  # noqa: S608
    connection.unregister("incoming")
