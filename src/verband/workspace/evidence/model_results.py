"""Gathering what the model results need: own pay per task (M5), and known memberships with cost functions (M13)."""

from __future__ import annotations

from functools import partial

import polars as pl

from verband.analysis.evidence.one_person_functions import one_person_functions
from verband.analysis.evidence.result import Findings
from verband.domain.staff_pay import pay_per_fte
from verband.errors import MissingDataError
from verband.workspace.evidence.tables import EvidenceTables
from verband.workspace.function_staffing import every_own_pay


def own_pay_year(tables: EvidenceTables) -> int | None:
    """Newest accounts with own pay per task for which pay per full-time equivalent is stated; ``None`` for none."""
    held = tables.warehouse.query("own_pay_reports").filter(pl.col("report") == tables.facts.report)
    for year in held["year"].sort(descending=True):
        try:
            pay_per_fte(year)
        except MissingDataError:
            continue
        return int(year)
    return None


def own_pay_source(tables: EvidenceTables, year: int) -> str:
    """The files of own pay per task of a year."""
    return tables.warehouse.source_of("task_accounts", scope=f"{year} {tables.facts.report}")


def prepare_one_person_functions(tables: EvidenceTables) -> partial[Findings]:
    """M5 with its tables.

    Raises
    ------
    MissingDataError
        If own pay per task is not loaded for a year for which pay per full-time equivalent is stated.
    """
    tables.warehouse.require("task_accounts")
    year = own_pay_year(tables)
    if year is None:
        raise MissingDataError(
            "the workspace holds no own pay per task of a year for which pay per full-time equivalent is stated",
            todo="Load the task accounts of 2023",
        )
    return partial(
        one_person_functions,
        every_own_pay(tables.warehouse, year=year, report=tables.facts.report),
        year=year,
        sources=(own_pay_source(tables, year),),
    )
