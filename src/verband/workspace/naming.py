"""Which municipality is meant: by code, name or old name; a dissolved one leads to its successor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from verband.domain.genealogy import Genealogy
from verband.domain.municipality import MunicipalityIndex
from verband.errors import UnknownNameError
from verband.warehouse.boundaries import genealogy
from verband.warehouse.store import Warehouse
from verband.warehouse.vintages import index_of


@dataclass(frozen=True, slots=True)
class Resolved:
    """The municipality that is meant.

    Attributes
    ----------
    code, name
        The municipality.
    led_from
        A sentence where the one asked for was dissolved and this is its successor; ``None`` otherwise.
    """

    code: str
    name: str
    led_from: str | None = None


class Names:
    """Names, lists and genealogy of a workspace, read once per question."""

    def __init__(self, warehouse: Warehouse) -> None:
        warehouse.require("municipality_list")
        self.lists: pl.DataFrame = warehouse.table("municipality_list")
        self.index: MunicipalityIndex = index_of(self.lists)
        self.changes: Genealogy = genealogy(warehouse)
        self.years: tuple[int, ...] = tuple(sorted(self.lists["year"].unique().to_list()))
        self._listed = frozenset(self.lists.select("code", "year").iter_rows())
        self._parts: dict[tuple[str, int, int], tuple[dict[str, Any], ...] | None] = {}

    def resolve(self, text: str, *, year: int | None = None) -> Resolved:
        """Find the municipality that a text means in the boundaries of 1 January of a year (the latest by default).

        Raises
        ------
        UnknownNameError
            If there is none, more than one, or if a dissolved one was divided without a known main successor.
        """
        year = year or self.years[-1]
        match = self.index.find(text)
        if self.exists(match.code, year):
            return Resolved(match.code, self.name(match.code))
        dissolved = self.changes.dissolved_on(match.code)
        if dissolved is None or dissolved > date(year, 1, 1):
            created = self.changes.created_on(match.code)
            raise UnknownNameError(
                f"{match.name} ({match.code}) did not exist on 1 January {year}",
                where="municipality",
                todo=f"It was created on {created.isoformat()}; ask a later year" if created else "Ask another year",
            )
        successor = self.changes.successor(match.code, date(year, 1, 1))
        last = max(item for item in self.years if self.exists(match.code, item))
        parts = self.changes.carry(match.code, last, year)
        others = ", ".join(f"{self.name(part.code)} ({part.code})" for part in parts if part.code != successor)
        if successor is None:
            raise UnknownNameError(
                f"{match.name} ({match.code}) was divided on {dissolved.isoformat()} over {others}",
                todo="Ask one of these",
            )
        name = self.name(successor)
        sentence = (
            f"{match.name} ({match.code}) was dissolved on {dissolved.isoformat()}; showing {name} ({successor})."
        )
        if others:
            sentence += f" Parts went to {others} too."
        return Resolved(successor, name, sentence)

    def exists(self, code: str, year: int) -> bool:
        """Whether a municipality is on the list of a year."""
        return (code, year) in self._listed

    def listed(self, year: int) -> tuple[str, ...]:
        """Codes on the list of a year, in order."""
        return tuple(self.lists.filter(pl.col("year") == year)["code"].sort())

    def parts(self, code: str, from_year: int, to_year: int) -> tuple[dict[str, Any], ...] | None:
        """Say what became of a municipality between the 1 Januaries of two years.

        Where it did not exist in the first year, the newest list in which it did counts instead; where there is none it
        stays as it is.

        Returns
        -------
        tuple of dict, or None
            ``code``, ``name``, ``share`` and whether it is the ``main`` part; ``None`` where the records cannot tell.
        """
        key = (code, from_year, to_year)
        if key not in self._parts:
            self._parts[key] = self._find_parts(code, from_year, to_year)
        return self._parts[key]

    def _find_parts(self, code: str, from_year: int, to_year: int) -> tuple[dict[str, Any], ...] | None:
        if code not in self.index:
            return None
        candidates = (year for year in (from_year, *reversed(self.years)) if year <= to_year)
        first = next((year for year in candidates if self.changes.exists(code, year)), None)
        if first is None:
            return ({"code": code, "name": self.name(code), "share": 1.0, "main": True},)
        try:
            parts = self.changes.carry(code, first, to_year)
        except UnknownNameError:
            return None
        main = self.changes.successor(code, date(to_year, 1, 1))
        return tuple(
            {"code": part.code, "name": self.name(part.code), "share": part.weight, "main": part.code == main}
            for part in parts
            if part.weight is None or part.weight > 0
        )

    def name(self, code: str) -> str:
        """Latest undamaged name."""
        return self.index.name(code)

    def demand_year(self, year: int) -> None:
        """Refuse a year without a list.

        Raises
        ------
        UnknownNameError
            Which years there are.
        """
        if year not in self.years:
            raise UnknownNameError(
                f"there is no municipality list of {year}",
                todo=f"The lists run from {self.years[0]} to {self.years[-1]}",
            )
