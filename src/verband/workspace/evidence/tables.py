"""Tables that several mechanisms of the ledger need, read once."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import polars as pl

from verband.warehouse.store import Warehouse
from verband.workspace.facts import Facts
from verband.workspace.naming import Names
from verband.workspace.scale import ScaleRows

LARGEST = 4
_FILES_NAMED = 3


def _short(source: str) -> str:
    """The first files of a list, and how many more there are."""
    files = source.split(", ")
    return source if len(files) <= _FILES_NAMED else f"{files[0]} and {len(files) - 1} files more"


class EvidenceTables:
    """What the loaded data hold, in the forms that the modules of the ledger take.

    Parameters
    ----------
    warehouse
        With the lists, inhabitants and key totals.
    folder
        Of the workspace.

    Raises
    ------
    MissingDataError
        If one of these is not loaded.
    """

    def __init__(self, warehouse: Warehouse, folder: Path) -> None:
        self.warehouse = warehouse
        self.folder = folder
        self.facts = Facts(warehouse)

    def sources(self, *tables: str) -> tuple[str, ...]:
        """Where tables come from, long lists of files cut short; a table that is not loaded is left out."""
        return tuple(
            dict.fromkeys(_short(self.warehouse.source_of(name)) for name in tables if self.warehouse.has(name))
        )

    @cached_property
    def names(self) -> Names:
        """Names and lists of municipalities."""
        return self.facts.names

    @cached_property
    def scale_rows(self) -> ScaleRows:
        """Cost per task with drivers; raises ``MissingDataError`` where these are not loaded."""
        return ScaleRows(self.warehouse, self.facts)

    @property
    def drivers(self) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """The drivers of all main tasks together by code, each once, and their names; none where none are loaded."""
        return self.facts.every_driver

    @cached_property
    def largest(self) -> tuple[str, ...]:
        """Codes of the four largest municipalities."""
        rows = self.facts.of_year(self.facts.year).sort("inhabitants", descending=True, nulls_last=True)
        return tuple(rows["code"].head(LARGEST).to_list())

    @property
    def safety_regions(self) -> pl.DataFrame:
        """Safety region of every municipality of the latest list: ``code, safety_region``."""
        return self.facts.safety_regions

    @property
    def outsourced(self) -> pl.DataFrame:
        """Municipalities and years whose organisation is elsewhere: ``code, year``."""
        return self.facts.outsourced

    @cached_property
    def panel(self) -> pl.DataFrame:
        """One row per municipality of the latest list and year of the accounts, without years before its merger.

        Columns ``code, year, inhabitants``; the amounts of :data:`verband.workspace.facts.AMOUNTS`; ``hired_share`` of
        own and hired pay; ``arrangement_share`` of cost, null where in doubt; ``outsourced``; ``safety_region``; and
        the drivers.
        """
        totals = self.facts.totals.join(self.facts.before_mergers, on=["code", "year"], how="anti")
        pay = pl.col("hired_staff_keur") + pl.col("wages_keur")
        shares = self.facts.arrangement_shares.rename({"share": "arrangement_share"})
        marked = self.outsourced.with_columns(pl.lit(value=True).alias("outsourced"))
        drivers, names = self.drivers
        found = (
            totals.with_columns(pl.when(pay > 0).then(pl.col("hired_staff_keur") / pay).alias("hired_share"))
            .join(shares, on=["code", "year"], how="left")
            .join(marked, on=["code", "year"], how="left")
            .with_columns(pl.col("outsourced").fill_null(value=False))
            .join(self.safety_regions, on="code", how="left")
        )
        found = found.join(drivers, on="code", how="left") if names else found
        return found.sort("code", "year")

    @cached_property
    def budget_shares(self) -> pl.DataFrame | None:
        """Share through arrangements in the budgets, ``code, year, share``; ``None`` where no budgets are loaded."""
        if not self.warehouse.table("key_totals").filter(pl.col("report") == "budget").height:
            return None
        return Facts(self.warehouse, report="budget").arrangement_shares
