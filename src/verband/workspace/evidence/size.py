"""Gathering the mechanisms about size: M1, M4, M6 and M9."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import polars as pl

from verband.analysis.evidence.all_sizes import all_sizes
from verband.analysis.evidence.dependence import dependence
from verband.analysis.evidence.know_how import know_how
from verband.analysis.evidence.result import Findings
from verband.analysis.evidence.scale import NATURES, TaskCosts, scale
from verband.analysis.participation import participation
from verband.domain.reference import reference
from verband.domain.task_codes import task_at
from verband.workspace.arrangements import Arrangements
from verband.workspace.evidence.tables import EvidenceTables
from verband.workspace.facts import SAFETY_REGION
from verband.workspace.scale import TaskRows, gather_models

Prepared = Callable[[], Findings]


def prepare_scale(tables: EvidenceTables) -> Prepared:
    """M1."""
    rows = tables.scale_rows
    models = gather_models(tables.warehouse, tables.folder, facts=tables.facts)
    apart = {item.task: "; ".join(item.flags) for item in models.tasks if item.apart is not None}
    aside = {item.task: item.reason for item in models.left_out} | apart
    found: list[TaskCosts] = []
    for asked in rows.all_asked:
        known = task_at(asked.codes[0], tables.facts.year)
        nature = known.nature if known is not None else ""
        if asked.code in aside or nature not in NATURES:
            continue
        of_task = rows.rows(asked)
        if isinstance(of_task, TaskRows):
            found.append(TaskCosts(asked.code, nature, of_task.rows, of_task.names, _shock_years(asked.codes)))
    regions = dict(tables.safety_regions.select("code", SAFETY_REGION).iter_rows())
    return partial(
        scale,
        found,
        aside,
        tables.largest,
        regions,
        at_inhabitants=rows.at_inhabitants,
        sources=tables.sources("cost_per_task", "grant_volumes", "region_membership"),
    )


def _shock_years(codes: tuple[str, ...]) -> tuple[int, ...]:
    found: set[int] = set()
    for row in reference("shock_years"):
        if row["task"] in codes:
            last = int(row["last_year"]) if row["last_year"] else date.today().year  # noqa: DTZ011  only a bound
            found |= set(range(int(row["first_year"]), last + 1))
    return tuple(sorted(found))


def prepare_know_how(tables: EvidenceTables) -> Prepared:
    """M4."""
    return partial(
        know_how,
        tables.panel,
        tables.drivers[1],
        tables.largest,
        sources=tables.sources("key_totals", "grant_volumes", "region_membership"),
    )


def prepare_dependence(tables: EvidenceTables) -> Prepared:
    """M6."""
    return partial(dependence, tables.panel, sources=tables.sources("key_totals"))


def prepare_all_sizes(tables: EvidenceTables) -> Prepared:
    """M9."""
    year = tables.names.years[-1]
    arrangements = Arrangements(tables.warehouse, tables.names, on=date(year, 1, 1))
    people = tables.facts.inhabitants.filter(pl.col("year") == year)
    inhabitants = dict(people.select("code", "inhabitants").iter_rows())
    province = dict(
        tables.names.lists.filter(pl.col("province_code").is_not_null())
        .sort("year")
        .select("code", "province_code")
        .iter_rows()
    )
    rows = []
    oldest: date | None = None
    for code in tables.names.listed(year):
        own = participation(arrangements.of(code))
        if own.listed:
            oldest = min(filter(None, (oldest, own.oldest)), default=None)
            rows.append(
                (code, inhabitants.get(code), province.get(code), own.voluntary, own.voluntary_at_most, own.carried)
            )
    counts = pl.DataFrame(
        rows,
        schema={
            "code": pl.String,
            "inhabitants": pl.Int64,
            "province": pl.String,
            "voluntary": pl.Int64,
            "voluntary_at_most": pl.Int64,
            "carried": pl.Int64,
        },
        orient="row",
    ).join(tables.safety_regions, on="code", how="left")
    return partial(
        all_sizes,
        counts,
        tables.panel,
        tables.largest,
        list_year=None if oldest is None else oldest.year,
        sources=tables.sources("arrangement_participants", "key_totals", "region_membership"),
    )
