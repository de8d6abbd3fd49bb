"""Gathering own pay per task for the question how many functions rest on one or two people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from verband.analysis.function_staffing import FunctionStaffing, function_staffing
from verband.analysis.own_pay import OwnPay
from verband.analysis.staffing import staffing
from verband.errors import BadInputError, MissingDataError, UnknownNameError
from verband.warehouse.store import Warehouse
from verband.workspace.naming import Names, Resolved

_OTHER = {"accounts": "budget", "budget": "accounts"}


@dataclass(frozen=True, slots=True)
class FunctionAnswer:
    """Functions of a municipality and its partners.

    Attributes
    ----------
    name, code
        The municipality asked.
    year, report
        Of the own pay.
    led_from
        Sentences on dissolved municipalities that led to their successors.
    result
        The estimate.
    source
        Files.
    """

    name: str
    code: str
    year: int
    report: str
    led_from: tuple[str, ...]
    result: FunctionStaffing
    source: str


def gather_functions(
    warehouse: Warehouse,
    municipality: str,
    *,
    partners: Sequence[str],
    year: int | None,
    report: str,
    seed: int,
    draws: int,
) -> FunctionAnswer:
    """Answer ``verband functions``, in the boundaries of 1 January of the year of the pay."""
    warehouse.require("municipality_list", "task_accounts")
    year = _year(warehouse, year, report)
    names = Names(warehouse)
    names.demand_year(year)
    asked = [names.resolve(municipality, year=year), *(item for text in partners for item in _each(names, text, year))]
    _demand_different(asked)
    rows = warehouse.query("own_pay_per_task", year=year, report=report)
    totals = _totals(rows)
    flags = {item.code: item for item in staffing(totals)}
    people = dict(totals.select("code", "inhabitants").iter_rows())
    members = []
    for item in asked:
        if item.code not in people or flags[item.code].own_pay_eur_per_inhabitant is None:
            raise MissingDataError(
                f"{item.name} ({item.code}) filed no {report} of {year} with own pay per task",
                todo=f"Ask another year with --year, or --report {_OTHER[report]}",
            )
        pay = rows.filter((pl.col("code") == item.code) & pl.col("wages_keur").is_not_null())
        members.append(
            OwnPay(
                code=item.code,
                name=item.name,
                inhabitants=int(people[item.code]),
                pay_keur=dict(pay.select("task", "wages_keur").iter_rows()),
                outsourced=flags[item.code].outsourced,
                partly_joint=flags[item.code].partly_joint,
            )
        )
    return FunctionAnswer(
        name=asked[0].name,
        code=asked[0].code,
        year=year,
        report=report,
        led_from=tuple(item.led_from for item in asked if item.led_from),
        result=function_staffing(members, year=year, seed=seed, draws=draws),
        source=warehouse.source_of("task_accounts", scope=f"{year} {report}"),
    )


def every_own_pay(warehouse: Warehouse, *, year: int, report: str) -> tuple[OwnPay, ...]:
    """Own pay per task of all municipalities that filed it, by code, in the boundaries of the year.

    Parameters
    ----------
    warehouse
        With the list of municipalities and the task accounts.
    year, report
        Of the own pay.

    Raises
    ------
    MissingDataError
        If one of these is not loaded.
    """
    warehouse.require("municipality_list", "task_accounts")
    rows = warehouse.query("own_pay_per_task", year=year, report=report)
    totals = _totals(rows)
    names, people = Names(warehouse), dict(totals.select("code", "inhabitants").iter_rows())
    paid = rows.filter(pl.col("wages_keur").is_not_null()).partition_by("code", as_dict=True)
    return tuple(
        OwnPay(
            code=item.code,
            name=names.index.name(item.code),
            inhabitants=int(people[item.code]),
            pay_keur=dict(paid[(item.code,)].select("task", "wages_keur").iter_rows()),
            outsourced=item.outsourced,
            partly_joint=item.partly_joint,
        )
        for item in sorted(staffing(totals), key=lambda one: one.code)
        if item.own_pay_eur_per_inhabitant is not None and (item.code,) in paid
    )


def _year(warehouse: Warehouse, year: int | None, report: str) -> int:
    """Return the year asked, or the latest of the report."""
    held = warehouse.query("own_pay_reports")
    years = held.filter(pl.col("report") == report)["year"].to_list()
    everything = ", ".join(f"{one} {kind}" for one, kind in held.select("year", "report").iter_rows())
    if not years:
        raise MissingDataError(
            f"the workspace holds no own pay per task of any {report}",
            todo=f"It holds {everything}; ask --report {_OTHER[report]}" if everything else "Load the task accounts",
        )
    if year is None:
        return int(max(years))
    if year not in years:
        raise UnknownNameError(
            f"the workspace holds no own pay per task of {year} {report}",
            todo=f"It holds {everything}; choose with --year and --report",
        )
    return year


def _each(names: Names, text: str, year: int) -> list[Resolved]:
    """Find the municipalities that a text means: one, or several between commas (a name may hold a comma too)."""
    parts = [part.strip() for part in text.split(",")]
    if not any(parts):
        raise BadInputError("no partner is named", where="--with", todo="Give a name or a code")
    found = []
    while parts:
        for length in range(len(parts), 0, -1):
            try:
                found.append(names.resolve(", ".join(parts[:length]), year=year))
            except UnknownNameError:
                if length == 1:
                    raise
                continue
            parts = parts[length:]
            break
    return found


def _demand_different(asked: Sequence[Resolved]) -> None:
    seen: dict[str, Resolved] = {}
    for item in asked:
        if item.code in seen:
            because = next((one.led_from for one in (item, seen[item.code]) if one.led_from), None)
            raise BadInputError(
                f"{item.name} ({item.code}) is named twice" + (f": {because.rstrip('.')}" if because else ""),
                where="--with",
                todo="A municipality cannot be its own partner: name others",
            )
        seen[item.code] = item


def _totals(rows: pl.DataFrame) -> pl.DataFrame:
    """Own pay and inhabitants per municipality: ``code, inhabitants, wages_keur, hired_staff_keur``."""
    pay = pl.when(pl.col("filed").all()).then(pl.col("wages_keur").sum()).otherwise(None)
    return (
        rows.group_by("code", maintain_order=True)
        .agg(pl.col("inhabitants").max(), pay.alias("wages_keur"), pl.lit(None, pl.Float64).alias("hired_staff_keur"))
        .filter(pl.col("inhabitants") > 0)
    )
