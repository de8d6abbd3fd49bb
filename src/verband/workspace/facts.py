"""Tables that several answers need: key totals, inhabitants and drivers, per year or in the latest boundaries."""

from __future__ import annotations

from functools import cached_property

import polars as pl

from verband.domain.reference import reference
from verband.errors import UnknownNameError
from verband.warehouse.boundaries import harmonise, weights_to
from verband.warehouse.store import Warehouse
from verband.workspace.naming import Names

AMOUNTS = ("cost_keur", "paid_to_arrangements_keur", "wages_keur", "hired_staff_keur")


class Facts:
    """Key totals and inhabitants of all municipalities for one kind of report, read once.

    Attributes
    ----------
    boundaries
        Year of the latest municipality list: the boundaries of ``totals``, ``people`` and ``tasks``.
    years, year
        Years of the report in the data, and the latest.
    """

    def __init__(self, warehouse: Warehouse, *, report: str = "accounts") -> None:
        warehouse.require("municipality_list", "inhabitants", "key_totals")
        self.warehouse = warehouse
        self.report = report
        self.names = Names(warehouse)
        self.boundaries = self.names.years[-1]
        self.published = (
            warehouse.table("key_totals").filter(pl.col("report") == report).select("code", "year", "report", *AMOUNTS)
        )
        self.years: list[int] = sorted(self.published["year"].unique().to_list())
        self.year = self.years[-1]

    @cached_property
    def weights(self) -> pl.DataFrame:
        """Which share of which municipality of each year belongs to which of the latest list."""
        return weights_to(self.names.lists, self.names.changes, self.boundaries)

    @cached_property
    def in_successor(self) -> pl.DataFrame:
        """Municipalities whose accounts of a year are in those of their successor."""
        status = self.warehouse.table("report_status").filter("dissolved_in_year")
        return status.filter(pl.col("report") == self.report).select("code", "year")

    @cached_property
    def people(self) -> pl.DataFrame:
        """Inhabitants on 1 January per year, in the latest boundaries."""
        table = self.warehouse.table("inhabitants")
        return harmonise(table, self.weights, year=self.boundaries, columns=("inhabitants",)).frame

    @cached_property
    def totals(self) -> pl.DataFrame:
        """Key totals and inhabitants per year, in the latest boundaries; null where a part has no report."""
        found = harmonise(
            self.published,
            self.weights,
            year=self.boundaries,
            columns=AMOUNTS,
            by=("report",),
            in_successor=self.in_successor,
        ).frame.drop("parts")
        return found.join(self.people.select("code", "year", "inhabitants"), on=["code", "year"], how="left")

    def of_year(self, year: int) -> pl.DataFrame:
        """Key totals of one year in the latest boundaries."""
        return self.totals.filter(pl.col("year") == year)

    def as_published(self, year: int | None) -> pl.DataFrame:
        """Key totals and inhabitants of one year (the latest by default) in the boundaries of that year.

        Every municipality on the list of the year is in it; amounts are null where it filed no report.

        Raises
        ------
        UnknownNameError
            If the data hold no such report.
        """
        year = self.year if year is None else year
        if year not in self.years:
            raise UnknownNameError(
                f"the workspace holds no {self.report} of {year}",
                todo=f"It holds {self.report} from {self.years[0]} to {self.years[-1]}",
            )
        listed = self.names.lists.filter(pl.col("year") == year).select("code")
        people = self.warehouse.table("inhabitants").filter(pl.col("year") == year).select("code", "inhabitants")
        totals = self.published.filter(pl.col("year") == year).drop("year", "report")
        return listed.join(people, on="code", how="left").join(totals, on="code", how="left").sort("code")

    @cached_property
    def tasks(self) -> pl.DataFrame:
        """Cost per task and year with inhabitants, in the latest boundaries."""
        table = self.warehouse.table("cost_per_task").filter(pl.col("report") == self.report)
        found = harmonise(
            table.select("code", "year", "task", "cost_keur"),
            self.weights,
            year=self.boundaries,
            columns=("cost_keur",),
            by=("task",),
            in_successor=self.in_successor,
        ).frame.drop("parts", "missing_parts")
        return found.join(self.people.select("code", "year", "inhabitants"), on=["code", "year"], how="left")

    @cached_property
    def measures(self) -> pl.DataFrame:
        """Volumes of the grant measures of the newest circular, one column per measure, by code."""
        volumes = self.warehouse.query("newest_volumes")
        return volumes.pivot(on="measure", index="code", values="volume") if volumes.height else pl.DataFrame()

    def drivers(self, main_task: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """Cost drivers of a main task by code, in logarithms where the rule says so, and their names.

        A driver whose measures are not loaded is left out.
        """
        rows = [row for row in reference("cost_drivers") if row["main_task"] == main_task]
        known = [row for row in rows if {row["measure"], row["per"]} <= set(self.measures.columns)]
        if not known:
            return pl.DataFrame(schema={"code": pl.String}), ()
        columns = []
        for row in known:
            ratio = pl.col(row["measure"]) / pl.col(row["per"])
            usable = pl.when(ratio.is_finite() & (ratio > 0)).then(ratio)
            columns.append((usable.log() if row["logarithm"] == "yes" else usable).alias(row["driver"]))
        return self.measures.select("code", *columns), tuple(row["driver"] for row in known)
