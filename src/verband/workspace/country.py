"""All municipalities together on a day: what their dossiers rest on, read and computed once.

Everything here is about the country, a size class or a table by municipality; what is asked of it for one municipality
is in :mod:`verband.workspace.portrait`. A part is read when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from verband.analysis.comparison_group import Features, features
from verband.analysis.dependence import Dependence, dependence, dependence_by_size, dependence_of_each, share_beside
from verband.analysis.portrait import FunctionStaff, Indicator, Provenance
from verband.analysis.scale_models import ScaleModels
from verband.analysis.spread import Spread
from verband.analysis.staffing import Staffing, staffing
from verband.analysis.task_costs import CostTable, TaskCost, cost_table
from verband.domain.municipality import FIRST_FICTIONAL_CODE, provinces
from verband.domain.schema import schema
from verband.domain.size_class import size_class
from verband.errors import MissingDataError, UnknownNameError
from verband.warehouse.boundaries import harmonise
from verband.warehouse.status import Status, read_status
from verband.warehouse.store import Warehouse
from verband.workspace.arrangements import Arrangements
from verband.workspace.facts import Facts
from verband.workspace.scale import gather_models

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


@dataclass(frozen=True, slots=True)
class Costs:
    """Cost of the year in total and per task, of all municipalities."""

    total: CostTable
    tasks: CostTable

    def of(self, code: str, *, alike: list[str], in_class: tuple[str, ...]) -> tuple[TaskCost, tuple[TaskCost, ...]]:
        """Total and tasks of one municipality beside its comparison groups."""
        whole = self.total.of(code, alike=alike, in_class=in_class)
        return whole[0], self.tasks.of(code, alike=alike, in_class=in_class)


class Country(Facts):
    """The facts of all municipalities for their dossiers.

    Parameters
    ----------
    warehouse
        Stays open as long as the country is asked.
    on
        The day of the dossiers.

    Raises
    ------
    MissingDataError
        If the workspace lacks the lists, inhabitants or accounts.
    """

    def __init__(self, warehouse: Warehouse, *, on: date) -> None:
        super().__init__(warehouse, report=REPORT)
        self.on = on
        self._classes: dict[str, tuple[Dependence, ...]] = {}
        self._class_spread: dict[str, Spread] = {}
        self._costs: dict[int, Costs] = {}
        self._staffing: dict[int, dict[str, Staffing]] = {}

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Municipalities of the latest list, in order of code."""
        return self.names.listed(self.boundaries)

    @cached_property
    def status(self) -> Status:
        """The books of the workspace."""
        return read_status(self.warehouse)

    @cached_property
    def lacking(self) -> tuple[str, ...]:
        """Tables that the workspace lacks."""
        return tuple(name for name in _TABLES if not self.warehouse.has(name))

    @cached_property
    def provenance(self) -> tuple[Provenance, ...]:
        """Where each table comes from."""
        files = [file for source in self.status.sources for file in source.files]
        found = []
        for name in _TABLES:
            loaded = sorted((file for file in files if name in file.tables), key=lambda file: file.name)
            if name in self.lacking:
                continue
            contract = schema(name)
            found.append(
                Provenance(
                    table=name,
                    title=contract.title,
                    files=tuple(file.name for file in loaded),
                    publisher=contract.publisher,
                    licence=contract.licence,
                    remarks=tuple(remark for file in loaded for remark in file.remarks),
                    rows_set_aside=sum(file.rows_set_aside for file in loaded),
                )
            )
        return tuple(found)

    @cached_property
    def arrangements(self) -> Arrangements | None:
        """The arrangements of every municipality; ``None`` where no source is loaded."""
        try:
            return Arrangements(self.warehouse, self.names, on=self.on)
        except MissingDataError:
            return None

    @cached_property
    def scale(self) -> ScaleModels | None:
        """The scale models of all tasks; ``None`` where cost per task or grant volumes are not loaded."""
        try:
            place, snapshot = self.warehouse.path.parent, self.status.snapshot
            return gather_models(self.warehouse, place, snapshot=snapshot, facts=self)
        except MissingDataError:
            return None

    @cached_property
    def newest_inhabitants(self) -> dict[str, tuple[int, int | None]]:
        """Newest year of the table of inhabitants, and their number, by code."""
        rows = self.inhabitants.sort("year")
        return {code: (year, number) for code, year, number in rows.select("code", "year", "inhabitants").iter_rows()}

    @cached_property
    def _province_codes(self) -> dict[str, str]:
        listed = self.names.lists.filter(pl.col("province_code").is_not_null()).sort("year")
        return dict(listed.select("code", "province_code").iter_rows())

    def province(self, code: str) -> str:
        """Name of the province; empty where it is not known or the municipality is invented."""
        known = self._province_codes.get(code)
        return "" if known is None or is_fictional(code) else provinces()[known]

    @cached_property
    def neighbours(self) -> dict[str, tuple[str, ...]]:
        """Names of the municipalities that share a border, by code."""
        rows = self.warehouse.table("neighbours").filter(pl.col("contact") == "border")
        found: dict[str, list[str]] = {}
        for a, name_a, b, name_b in rows.select("code_a", "name_a", "code_b", "name_b").iter_rows():
            found.setdefault(a, []).append(name_b)
            found.setdefault(b, []).append(name_a)
        return {code: tuple(sorted(around)) for code, around in found.items()}

    @cached_property
    def features(self) -> tuple[Features, ...]:
        """What municipalities are compared on, in the newest year of the accounts."""
        people = self.of_year(self.year)
        names = {code: self.names.name(code) for code in people["code"]}
        need = dict(self.grant_need.select("code", "need_eur").iter_rows())
        return features(people, names, area_km2=self._area_km2, grant_need_eur=need)

    @cached_property
    def _area_km2(self) -> dict[str, float]:
        """Land area by code: measure ``land`` (hectares) of the newest circular, else the generalised polygons."""
        volumes = self.warehouse.query("land_area")
        if not volumes.height:
            volumes = self.warehouse.table("centroids").select("code", "area_ha")
        return {code: hectares / 100 for code, hectares in volumes.iter_rows() if hectares}

    @cached_property
    def each(self) -> dict[str, tuple[Dependence, ...]]:
        """Dependence of every municipality over the years, in the latest boundaries."""
        return dependence_of_each(self.totals, report=REPORT)

    @cached_property
    def each_in_year(self) -> dict[int, dict[str, Dependence]]:
        """The same by year and code."""
        found: dict[int, dict[str, Dependence]] = {year: {} for year in self.years}
        for code, items in self.each.items():
            for item in items:
                found[item.year][code] = item
        return found

    def of_class(self, name: str) -> tuple[Dependence, ...]:
        """Dependence of a whole size class over the years, in the latest boundaries."""
        if name not in self._classes:
            members = [item.code for item in self.features if size_class(item.inhabitants).code == name]
            self._classes[name] = tuple(
                dependence(
                    self.of_year(year).filter(pl.col("code").is_in(members)), name=name, year=year, report=REPORT
                )
                for year in self.years
            )
        return self._classes[name]

    @cached_property
    def by_size(self) -> tuple[Dependence, ...]:
        """Dependence of all size classes in the newest year."""
        rows = self.of_year(self.year).filter(pl.col("inhabitants").is_not_null())
        return dependence_by_size(rows, year=self.year, report=REPORT)

    def spread_of_class(self, name: str) -> Spread:
        """Share of cost of all municipalities of a size class in the newest year."""
        if name not in self._class_spread:
            members = [item.code for item in self.features if size_class(item.inhabitants).code == name]
            self._class_spread[name] = share_beside("", members, self.each_in_year[self.year])
        return self._class_spread[name]

    @cached_property
    def paid_eur(self) -> dict[str, tuple[tuple[int, float | None], ...]]:
        """Paid to arrangements (euro) by code: year and amount, ``None`` where missing."""
        rows = self.totals.sort("year").select("code", "year", pl.col("paid_to_arrangements_keur") * 1000)
        found: dict[str, list[tuple[int, float | None]]] = {}
        for code, year, amount in rows.iter_rows():
            found.setdefault(code, []).append((year, amount))
        return {code: tuple(years) for code, years in found.items()}

    @cached_property
    def gaps(self) -> dict[str, tuple[tuple[int, tuple[str, ...]], ...]]:
        """Years without a figure by code, with the names of the municipalities whose accounts are missing."""
        rows = self.totals.filter(pl.col("missing_parts").list.len() > 0).sort("year")
        found: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        for code, year, parts in rows.select("code", "year", "missing_parts").iter_rows():
            found.setdefault(code, []).append((year, tuple(self.names.name(part) for part in parts)))
        return {code: tuple(years) for code, years in found.items()}

    @cached_property
    def doubts(self) -> dict[str, tuple[tuple[int, tuple[str, ...]], ...]]:
        """Years in which the transfers of a part of a municipality are in doubt, with the names of those, by code."""
        found: dict[str, dict[int, list[str]]] = {}
        for year, code, target in self.doubtful.iter_rows():
            found.setdefault(target, {}).setdefault(year, []).append(self.names.name(code))
        return {code: tuple((year, tuple(names)) for year, names in years.items()) for code, years in found.items()}

    def newest_year(self, code: str) -> int:
        """The newest year of which a municipality itself has accounts; the newest of all where it has none."""
        filed = [item.year for item in self.each.get(code, ()) if item.reporting]
        return filed[-1] if filed else self.year

    @cached_property
    def _titles(self) -> pl.DataFrame:
        return self.warehouse.table("task_titles")

    def costs(self, year: int) -> Costs | None:
        """Cost of all municipalities in a year; ``None`` where the tables are not loaded."""
        if not self.warehouse.has("cost_per_task", "task_titles"):
            return None
        if year not in self._costs:
            self._costs[year] = self._costs_of(year)
        return self._costs[year]

    def _costs_of(self, year: int) -> Costs:
        tasks = harmonise(
            self.warehouse.query("cost_of_year", year=year, report=REPORT),
            self.weights,
            year=self.boundaries,
            columns=("cost_keur",),
            by=("task",),
            in_successor=self.in_successor,
        ).frame
        people = self.people.filter(pl.col("year") == year).select("code", "inhabitants")
        titles = self._titles.filter(pl.col("year") == year)
        total = self.of_year(year).select("code", pl.lit("total").alias("task"), "cost_keur")
        heading = pl.DataFrame({"task": ["total"], "title": ["Totaal"]})
        return Costs(cost_table(total, people, heading), cost_table(tasks, people, titles))

    def staffing(self, year: int) -> dict[str, Staffing]:
        """Own and hired pay of all municipalities in a year, by code."""
        if year not in self._staffing:
            rows = self.of_year(year).filter(pl.col("inhabitants") > 0)
            self._staffing[year] = {item.code: item for item in staffing(rows)}
        return self._staffing[year]

    @cached_property
    def ratios(self) -> pl.DataFrame:
        """Key ratios of all municipalities."""
        return self.warehouse.table("financial_ratios")

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """The newest year with a result per indicator of the own file, else the newest; by arrangement."""
        judged = pl.col("realised").is_not_null() & pl.col("target").is_not_null()
        rows = self.warehouse.table("own_indicators").sort(judged, "year", "as_of", descending=True)
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
        ]
        return tuple(sorted(found, key=lambda item: (item.arrangement.casefold(), item.indicator.casefold())))

    @cached_property
    def functions(self) -> Mapping[str, tuple[FunctionStaff, ...]]:
        """The newest day per function of the own file, by code."""
        rows = self.warehouse.table("own_staff").sort("as_of", descending=True)
        found: dict[str, dict[str, FunctionStaff]] = {}
        for row in rows.iter_rows(named=True):
            try:
                code = self.names.index.find(row["municipality"]).code
            except UnknownNameError:
                continue
            staff = FunctionStaff(row["function"], row["holders"], row["deputies"], row["as_of"])
            found.setdefault(code, {}).setdefault(row["function"], staff)
        return {
            code: tuple(sorted(staff.values(), key=lambda item: (item.holders, item.function.casefold())))
            for code, staff in found.items()
        }


def is_fictional(code: str) -> bool:
    """Whether a municipality is invented: its code is out of the range that CBS uses."""
    return code >= FIRST_FICTIONAL_CODE
