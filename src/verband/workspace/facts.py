"""Tables that several answers need: key totals, inhabitants and drivers, per year or in the latest boundaries."""

from __future__ import annotations

from functools import cached_property

import polars as pl

from verband.analysis.cost_drivers import cost_drivers
from verband.analysis.dependence import in_doubt
from verband.analysis.staffing import staffing
from verband.domain.reference import reference
from verband.errors import MissingDataError, UnknownNameError
from verband.warehouse.boundaries import harmonise, weights_to
from verband.warehouse.store import Warehouse
from verband.workspace.naming import Names

SAFETY_REGION = "safety_region"
AMOUNTS = ("cost_keur", "paid_to_arrangements_keur", "wages_keur", "hired_staff_keur")


class Facts:
    """Key totals and inhabitants of all municipalities for one kind of report, read once.

    Attributes
    ----------
    boundaries
        Year of the latest municipality list: the boundaries of ``totals``, ``people`` and ``tasks``.
    key_totals
        The whole table, as published.
    years, year
        Years of the report in the data, and the latest.

    Raises
    ------
    MissingDataError
        If the workspace lacks the lists, inhabitants or key totals, or holds none for this kind of report.
    """

    def __init__(self, warehouse: Warehouse, *, report: str = "accounts") -> None:
        warehouse.require("municipality_list", "inhabitants", "key_totals")
        self.warehouse = warehouse
        self.report = report
        self.names = Names(warehouse)
        self.boundaries = self.names.years[-1]
        self.key_totals = warehouse.table("key_totals")
        self.published = self.key_totals.filter(pl.col("report") == report).select("code", "year", "report", *AMOUNTS)
        self.years: list[int] = sorted(self.published["year"].unique().to_list())
        if not self.years:
            raise MissingDataError(
                f"the workspace holds key totals, but no {report}",
                where=str(warehouse.path.parent),
                todo="Load a folder with the accounts with `verband load FOLDER`",
            )
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
    def inhabitants(self) -> pl.DataFrame:
        """Inhabitants on 1 January per year, in the boundaries of that year."""
        return self.warehouse.table("inhabitants")

    @cached_property
    def people(self) -> pl.DataFrame:
        """Inhabitants on 1 January per year, in the latest boundaries."""
        return harmonise(self.inhabitants, self.weights, year=self.boundaries, columns=("inhabitants",)).frame

    @cached_property
    def grant_need(self) -> pl.DataFrame:
        """General grant over the clusters that count as need, of the newest year and circular.

        Columns ``code, year, need_eur, need_eur_per_inhabitant``, the inhabitants being those of the same year; empty
        where no results of the grant are loaded.
        """
        schema = {"code": pl.String, "year": pl.Int64, "need_eur": pl.Float64, "need_eur_per_inhabitant": pl.Float64}
        if not self.warehouse.has("grant_results"):
            return pl.DataFrame(schema=schema)
        clusters = [row["cluster"] for row in reference("grant_clusters") if row["counts_as_need"] == "yes"]
        found = (
            self.warehouse.query("grant_need", clusters=clusters)
            .join(self.warehouse.query("grant_codes").select("name", "code"), on="name")
            .drop_nulls("amount_eur")
            .join(self.people.select("code", "year", "inhabitants"), on=["code", "year"], how="left")
            # The database adds up in no fixed order: without rounding the last bit could differ from run to run.
            .with_columns(pl.col("amount_eur").round(2).alias("need_eur"))
        )
        each = pl.when(pl.col("inhabitants") > 0).then(pl.col("need_eur") / pl.col("inhabitants"))
        return (
            found.with_columns(each.alias("need_eur_per_inhabitant"))
            .select(pl.col(name).cast(kind) for name, kind in schema.items())
            .unique("code", keep="first", maintain_order=True)
        )

    @cached_property
    def totals(self) -> pl.DataFrame:
        """Key totals and inhabitants per year, in the latest boundaries; null where a part has no report.

        ``doubtful`` says whether the transfers of any part are in doubt.
        """
        found = harmonise(
            self.published,
            self.weights,
            year=self.boundaries,
            columns=AMOUNTS,
            by=("report",),
            in_successor=self.in_successor,
        ).frame.drop("parts")
        doubtful = self.doubtful.select(pl.col("target").alias("code"), "year", pl.lit(True).alias("doubtful")).unique()
        return (
            found.join(self.people.select("code", "year", "inhabitants"), on=["code", "year"], how="left")
            .join(doubtful, on=["code", "year"], how="left")
            .with_columns(pl.col("doubtful").fill_null(value=False))
        )

    @cached_property
    def doubtful(self) -> pl.DataFrame:
        """Reports whose transfers to arrangements cannot be all that went there: ``year, code, target``.

        ``target`` is a municipality of the latest list that holds a part of the one that filed it.
        """
        people = self.inhabitants.select("code", "year", "inhabitants")
        published = self.published.join(people, on=["code", "year"], how="left")
        rows = [published.filter((pl.col("year") == year) & in_doubt(year)) for year in self.years]
        parts = self.weights.filter(pl.col("weight") > 0)
        return pl.concat(rows).join(parts, on=["code", "year"]).select("year", "code", "target").sort("year", "code")

    @cached_property
    def _by_year(self) -> dict[int, pl.DataFrame]:
        parts = self.totals.partition_by("year", as_dict=True)
        return {int(year): part for (year,), part in parts.items()}

    def of_year(self, year: int) -> pl.DataFrame:
        """Key totals of one year in the latest boundaries."""
        return self._by_year.get(year, self.totals.clear())

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
        people = self.inhabitants.filter(pl.col("year") == year).select("code", "inhabitants")
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

    def cost_of_category(self, category: str) -> pl.DataFrame:
        """Cost of an Iv3 category over all tasks: ``code, year, cost_keur``, in the latest boundaries."""
        table = self.warehouse.table("cost_per_category").filter(
            (pl.col("report") == self.report) & (pl.col("category") == category)
        )
        return harmonise(
            table.select("code", "year", "cost_keur"),
            self.weights,
            year=self.boundaries,
            columns=("cost_keur",),
            in_successor=self.in_successor,
        ).frame.select("code", "year", "cost_keur")

    @cached_property
    def before_mergers(self) -> pl.DataFrame:
        """Municipalities of the latest list in years in which they still were several: ``code, year``.

        What brings less than a tenth of the inhabitants does not count, as with a border correction.
        """
        least = next(float(row["value"]) for row in reference("boundary_rules") if row["rule"] == "border_correction")
        people = self.inhabitants.select("code", "year", pl.col("inhabitants").alias("brought"))
        brought = pl.col("weight") * pl.col("brought")
        parts = (
            self.weights.join(people, on=["code", "year"], how="left")
            .with_columns((brought / brought.sum().over("target", "year")).alias("share"))
            .filter(pl.col("share").is_null() | (pl.col("share") >= least))
        )
        several = parts.group_by("target", "year").len().filter(pl.col("len") > 1)
        return several.select(pl.col("target").alias("code"), "year")

    @cached_property
    def safety_regions(self) -> pl.DataFrame:
        """Safety region of every municipality of the latest list, ``code, safety_region``; carried from old lists.

        Of several predecessors that which brought most inhabitants decides; null where no list names any.
        """
        empty = pl.DataFrame(schema={"code": pl.String, SAFETY_REGION: pl.String})
        if not self.warehouse.has("region_membership"):
            return empty
        regions = self.warehouse.table("region_membership").filter(pl.col("region_type") == SAFETY_REGION)
        if regions.is_empty():
            return empty
        parts = regions.join(self.weights, left_on=["code", "list_year"], right_on=["code", "year"], how="inner").join(
            self.inhabitants.select("code", "inhabitants").group_by("code").agg(pl.col("inhabitants").max()),
            on="code",
            how="left",
        )
        ranked = parts.with_columns((pl.col("weight") * pl.col("inhabitants").fill_null(0)).alias("brought")).sort(
            "list_year", "brought", "region", descending=[True, True, False]
        )
        return (
            ranked.group_by("target", maintain_order=True)
            .agg(pl.col("region").first())
            .rename({"target": "code", "region": SAFETY_REGION})
        )

    @cached_property
    def outsourced(self) -> pl.DataFrame:
        """Municipalities and years whose organisation is elsewhere: ``code, year``."""
        rows = []
        for year in self.years:
            of_year = self.of_year(year).filter(pl.col("inhabitants") > 0)
            each = staffing(of_year.select("code", "inhabitants", "wages_keur", "hired_staff_keur"))
            rows += [(item.code, year) for item in each if item.outsourced]
        return pl.DataFrame(rows, schema={"code": pl.String, "year": pl.Int64}, orient="row")

    @cached_property
    def arrangement_shares(self) -> pl.DataFrame:
        """Share of cost through arrangements, ``code, year, share``, latest boundaries; null where in doubt."""
        sound = (pl.col("cost_keur") > 0) & ~pl.col("doubtful")
        share = pl.when(sound).then(pl.col("paid_to_arrangements_keur") / pl.col("cost_keur"))
        return self.totals.select("code", "year", share.alias("share"))

    @cached_property
    def measures(self) -> pl.DataFrame:
        """Volumes of the grant measures of the newest circular, one column per measure, by code."""
        volumes = self.warehouse.query("newest_volumes")
        return volumes.pivot(on="measure", index="code", values="volume") if volumes.height else pl.DataFrame()

    def drivers(self, main_task: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """Cost drivers of a main task by code, and their names."""
        return cost_drivers(self.measures, main_task)

    @cached_property
    def every_driver(self) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """The drivers of all main tasks together by code, each once, and their names; none where none are loaded."""
        found: pl.DataFrame | None = None
        names: tuple[str, ...] = ()
        if self.warehouse.has("grant_volumes"):
            for main_task in "012345678":
                table, own = self.drivers(main_task)
                new = tuple(name for name in own if name not in names)
                if new:
                    part = table.select("code", *new)
                    found = part if found is None else found.join(part, on="code", how="left")
                    names += new
        return (pl.DataFrame(schema={"code": pl.String}) if found is None else found), names
