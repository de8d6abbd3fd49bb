"""Gathering the facts about one municipality for its dossier."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from verband.analysis.comparison_group import ComparisonGroup, Features, comparison_group
from verband.analysis.dependence import Dependence, dependence, dependence_by_size, dependence_over_years
from verband.analysis.finances import balance_sheets, latest_ratios
from verband.analysis.portrait import (
    CostFacts,
    DependenceFacts,
    FinanceFacts,
    FunctionStaff,
    Identity,
    Indicator,
    Lead,
    Portrait,
    Predecessor,
    Provenance,
    StaffFacts,
)
from verband.analysis.spread import Spread, spread
from verband.analysis.staffing import staffing
from verband.analysis.task_costs import TaskCost, task_costs
from verband.domain.arrangement import ArrangementList
from verband.domain.municipality import FIRST_FICTIONAL_CODE, provinces
from verband.domain.reference import reference
from verband.domain.schema import schema
from verband.errors import MissingDataError, UnknownNameError
from verband.sources.arrangement_lists import arrangement_id
from verband.warehouse.boundaries import harmonise
from verband.warehouse.status import read_status
from verband.warehouse.store import Warehouse
from verband.workspace.arrangements import gather_arrangements
from verband.workspace.facts import Facts
from verband.workspace.naming import Names

REPORT = "accounts"
_TABLES = (
    "municipality_list",
    "inhabitants",
    "key_totals",
    "cost_per_task",
    "boundary_changes",
    "arrangement_participants",
    "register_participants",
    "own_arrangements",
    "own_indicators",
    "own_staff",
    "region_membership",
    "financial_ratios",
    "grant_volumes",
    "grant_results",
    "centroids",
    "neighbours",
)


class _Facts(Facts):
    """The tables, and the municipality that is meant."""

    def __init__(self, warehouse: Warehouse, text: str) -> None:
        super().__init__(warehouse, report=REPORT)
        self.found = self.names.resolve(text)


def gather_portrait(warehouse: Warehouse, text: str, *, on: date) -> Portrait:
    """Answer ``verband dossier``: see :meth:`verband.workspace.Workspace.portrait`.

    Raises
    ------
    UnknownNameError
        If no municipality, or more than one, is meant.
    MissingDataError
        If the workspace lacks the lists, inhabitants or key totals.
    """
    facts = _Facts(warehouse, text)
    code = facts.found.code
    identity = _identity(facts)
    arrangements = _arrangements(warehouse, code, on)
    features = _features(facts)
    group = comparison_group(code, features) if any(item.code == code for item in features) else None
    status = read_status(warehouse)
    return Portrait(
        identity=identity,
        group=group,
        arrangements=arrangements,
        dependence=_dependence(facts, code, group) if group else None,
        costs=_costs(facts, code, group) if group and warehouse.has("cost_per_task", "task_titles") else None,
        staff=_staff(facts, code, group) if group else None,
        finances=_finances(facts, code),
        provenance=_provenance(warehouse),
        lacking=tuple(name for name in _TABLES if not warehouse.has(name)),
        snapshot=status.snapshot,
        loaded=status.loaded,
        fictional=code >= FIRST_FICTIONAL_CODE,
        led_from=facts.found.led_from,
        on=on,
        lead=_lead(facts, text),
        features=tuple(features),
        indicators=_indicators(warehouse, arrangements),
        functions=_functions(facts),
    )


def _lead(facts: _Facts, text: str) -> Lead | None:
    """The municipality that was asked for, where it was dissolved."""
    if facts.found.led_from is None:
        return None
    names, year = facts.names, facts.boundaries
    asked = names.index.find(text)
    dissolved = names.changes.dissolved_on(asked.code)
    if dissolved is None:
        return None
    last = max(item for item in names.years if names.exists(asked.code, item))
    parts = names.changes.carry(asked.code, last, year)
    others = tuple(names.index.name(part.code) for part in parts if part.code != facts.found.code)
    return Lead(asked.code, asked.name, dissolved, others)


def _indicators(warehouse: Warehouse, arrangements: ArrangementList | None) -> tuple[Indicator, ...]:
    """The newest year with a result per indicator of the own file, else the newest; for the arrangements in force."""
    mine = {arrangement_id(item.name) for item in arrangements.items} if arrangements else set()
    judged = pl.col("realised").is_not_null() & pl.col("target").is_not_null()
    rows = warehouse.table("own_indicators").sort(judged, "year", "as_of", descending=True)
    newest = rows.unique(subset=["arrangement", "indicator"], keep="first", maintain_order=True)
    found = [
        Indicator(
            arrangement=row["arrangement"],
            indicator=row["indicator"],
            unit=row["unit"],
            direction=row["direction"],
            year=row["year"],
            target=row["target"],
            realised=row["realised"],
        )
        for row in newest.iter_rows(named=True)
        if arrangement_id(row["arrangement"]) in mine
    ]
    return tuple(sorted(found, key=lambda item: (item.arrangement.casefold(), item.indicator.casefold())))


def _functions(facts: _Facts) -> tuple[FunctionStaff, ...]:
    """The newest day per function of the own file for this municipality."""
    rows = facts.warehouse.table("own_staff").sort("as_of", descending=True)
    found: dict[str, FunctionStaff] = {}
    for row in rows.iter_rows(named=True):
        try:
            code = facts.names.index.find(row["municipality"]).code
        except UnknownNameError:
            continue
        if code == facts.found.code and row["function"] not in found:
            found[row["function"]] = FunctionStaff(row["function"], row["holders"], row["deputies"], row["as_of"])
    return tuple(sorted(found.values(), key=lambda item: (item.holders, item.function.casefold())))


def _identity(facts: _Facts) -> Identity:
    code, year = facts.found.code, facts.boundaries
    people = facts.warehouse.table("inhabitants").filter(pl.col("code") == code).sort("year")
    latest: dict[str, Any] = people.row(-1, named=True) if people.height else {"year": year, "inhabitants": None}
    listed = facts.names.lists.filter((pl.col("code") == code) & pl.col("province_code").is_not_null()).sort("year")
    province = "" if code >= FIRST_FICTIONAL_CODE or not listed.height else provinces()[listed["province_code"][-1]]
    neighbours = facts.warehouse.table("neighbours").filter(
        (pl.col("contact") == "border") & ((pl.col("code_a") == code) | (pl.col("code_b") == code))
    )
    around = [row["name_b"] if row["code_a"] == code else row["name_a"] for row in neighbours.iter_rows(named=True)]
    return Identity(
        code=code,
        name=facts.found.name,
        province=province,
        year=latest["year"],
        inhabitants=latest["inhabitants"],
        predecessors=predecessors(facts.names, code),
        neighbours=tuple(sorted(around)),
    )


def predecessors(names: Names, code: str) -> tuple[Predecessor, ...]:
    """Municipalities that went (in part) into one, straight from the records; its own continuation is left out."""
    return tuple(
        Predecessor(event.old_code, event.old_name, event.share, event.effective_date)
        for event in names.changes.events(code)
        if event.new_code == code and event.old_code != code
    )


def _features(facts: _Facts) -> list[Features]:
    people = facts.of_year(facts.year).filter(pl.col("inhabitants").is_not_null())
    area, need = _area_km2(facts.warehouse), _grant_need(facts)
    return [
        Features(
            code=row["code"],
            name=facts.names.index.name(row["code"]),
            inhabitants=round(row["inhabitants"]),
            density_per_km2=row["inhabitants"] / area[row["code"]] if area.get(row["code"]) else None,
            grant_need_eur_per_inhabitant=need[row["code"]] / row["inhabitants"] if row["code"] in need else None,
        )
        for row in people.iter_rows(named=True)
    ]


def _area_km2(warehouse: Warehouse) -> dict[str, float]:
    """Land area by code: grant measure ``land`` (hectares) of the newest circular, else the generalised polygons."""
    volumes = warehouse.query("land_area")
    if volumes.height:
        return {code: hectares / 100 for code, hectares in volumes.iter_rows() if hectares}
    rows = warehouse.table("centroids").select("code", "area_ha")
    return {code: hectares / 100 for code, hectares in rows.iter_rows() if hectares}


def _grant_need(facts: _Facts) -> dict[str, float]:
    """General grant over the clusters that count as need (euro), newest circular and year, by code."""
    needs = [row["cluster"] for row in reference("grant_clusters") if row["counts_as_need"] == "yes"]
    rows = facts.warehouse.query("grant_need", clusters=needs)
    codes = {row["name"]: row["code"] for row in facts.warehouse.query("grant_codes").iter_rows(named=True)}
    return {codes[name]: amount for name, amount in rows.iter_rows() if name in codes and amount is not None}


def _arrangements(warehouse: Warehouse, code: str, on: date) -> ArrangementList | None:
    try:
        return gather_arrangements(warehouse, code, on=on)
    except MissingDataError:
        return None


def _dependence(facts: _Facts, code: str, group: ComparisonGroup) -> DependenceFacts:
    members = [*group.in_class, code]
    in_class = tuple(
        dependence(
            facts.of_year(year).filter(pl.col("code").is_in(members)),
            name=group.size_class.code,
            year=year,
            report=REPORT,
        )
        for year in facts.years
    )
    rows = facts.of_year(facts.year)
    shares: dict[str, Dependence] = {
        row["code"]: dependence(
            rows.filter(pl.col("code") == row["code"]), name=row["code"], year=facts.year, report=REPORT
        )
        for row in rows.filter(pl.col("code").is_in([code, *(item.code for item in group.alike)])).iter_rows(named=True)
    }
    own = shares.get(code)
    alike = [shares[item.code] for item in group.alike if item.code in shares]
    mine = facts.totals.filter(pl.col("code") == code).sort("year")
    return DependenceFacts(
        year=facts.year,
        boundaries=facts.boundaries,
        own=dependence_over_years(facts.totals, code=code, report=REPORT),
        in_class=in_class,
        by_size=dependence_by_size(rows.filter(pl.col("inhabitants").is_not_null()), year=facts.year, report=REPORT),
        class_spread=tuple((year, _class_spread(facts, code, group, year)) for year in facts.years),
        alike=spread(own.share_of_cost if own else None, {item.name: item.share_of_cost for item in alike}),
        alike_eur_per_inhabitant=spread(
            own.eur_per_inhabitant if own else None, {item.name: item.eur_per_inhabitant for item in alike}
        ),
        paid_eur=tuple(
            (row["year"], None if row["paid_to_arrangements_keur"] is None else row["paid_to_arrangements_keur"] * 1000)
            for row in mine.iter_rows(named=True)
        ),
        gaps=tuple(
            (row["year"], tuple(facts.names.index.name(part) for part in row["missing_parts"]))
            for row in mine.iter_rows(named=True)
            if row["missing_parts"]
        ),
        zeros=_zeros(facts, code),
    )


def _zeros(facts: _Facts, code: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Years in which a part of the municipality published 0 to arrangements, with the names of the parts."""
    parts = facts.weights.filter((pl.col("target") == code) & (pl.col("weight") > 0))
    booked = (pl.col("paid_to_arrangements_keur") == 0) & (pl.col("cost_keur") > 0)
    found: dict[int, list[str]] = {}
    for row in (
        facts.published.filter(booked).join(parts, on=["code", "year"]).sort("year", "code").iter_rows(named=True)
    ):
        found.setdefault(row["year"], []).append(facts.names.index.name(row["code"]))
    return tuple((year, tuple(names)) for year, names in found.items())


def _class_spread(facts: _Facts, code: str, group: ComparisonGroup, year: int) -> Spread:
    """Share of cost that runs through arrangements of one year, beside the other municipalities of the size class."""
    rows = facts.of_year(year).filter(pl.col("code").is_in([*group.in_class, code]) & (pl.col("cost_keur") > 0))
    share = dict(rows.select("code", pl.col("paid_to_arrangements_keur") / pl.col("cost_keur")).iter_rows())
    return spread(share.get(code), {member: share.get(member) for member in group.in_class})


def _costs(facts: _Facts, code: str, group: ComparisonGroup) -> CostFacts:
    year = facts.year
    tasks = harmonise(
        facts.warehouse.query("cost_of_year", year=year, report=REPORT),
        facts.weights,
        year=facts.boundaries,
        columns=("cost_keur",),
        by=("task",),
        in_successor=facts.in_successor,
    ).frame
    people = facts.people.filter(pl.col("year") == year).select("code", "inhabitants")
    titles = facts.warehouse.table("task_titles").filter(pl.col("year") == year)
    alike, in_class = [item.code for item in group.alike], group.in_class
    total = facts.of_year(year).select("code", pl.lit("total").alias("task"), "cost_keur")
    heading = pl.DataFrame({"task": ["total"], "title": ["Totaal"]})
    whole = task_costs(total, people, heading, code=code, alike=alike, in_class=in_class)
    each: tuple[TaskCost, ...] = task_costs(tasks, people, titles, code=code, alike=alike, in_class=in_class)
    return CostFacts(year=year, total=whole[0], tasks=each)


def _staff(facts: _Facts, code: str, group: ComparisonGroup) -> StaffFacts | None:
    results = {item.code: item for item in staffing(facts.of_year(facts.year).filter(pl.col("inhabitants") > 0))}
    if code not in results:
        return None
    usual = {item.code: item.hired_share for item in results.values() if not item.outsourced}
    own = results[code]
    value = None if own.outsourced else own.hired_share
    return StaffFacts(
        year=facts.year,
        own=own,
        alike=spread(value, {item.code: usual[item.code] for item in group.alike if item.code in usual}),
        in_class=spread(value, {member: usual[member] for member in group.in_class if member in usual}),
        everyone=tuple((member, share) for member, share in usual.items() if share is not None),
        outsourced=tuple(
            facts.names.index.name(member)
            for member in sorted({*(item.code for item in group.alike), *group.in_class})
            if member in results and results[member].outsourced
        ),
    )


def _finances(facts: _Facts, code: str) -> FinanceFacts:
    ratios = facts.warehouse.table("financial_ratios")
    return FinanceFacts(
        accounts=latest_ratios(ratios, code=code, report_type="accounts"),
        budget=latest_ratios(ratios, code=code, report_type="budget"),
        balance=balance_sheets(facts.warehouse.table("key_totals"), code=code),
    )


def _provenance(warehouse: Warehouse) -> tuple[Provenance, ...]:
    files = {file.name: file for source in read_status(warehouse).sources for file in source.files}
    found = []
    for name in _TABLES:
        if not warehouse.has(name):
            continue
        loaded = warehouse.query("files_of_table", table=name, scope=None)["name"].to_list()
        contract = schema(name)
        found.append(
            Provenance(
                table=name,
                title=contract.title,
                files=tuple(loaded),
                publisher=contract.publisher,
                licence=contract.licence,
                remarks=tuple(remark for item in loaded for remark in files[item].remarks),
                rows_set_aside=sum(files[item].rows_set_aside for item in loaded),
            )
        )
    return tuple(found)
