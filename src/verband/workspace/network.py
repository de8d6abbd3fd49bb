"""Gathering positions in the network of arrangements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from verband.analysis.network import NetworkPosition, beside, network_positions
from verband.analysis.spread import Spread
from verband.domain.arrangement import ArrangementList
from verband.domain.municipality import provinces
from verband.domain.reference import in_force, reference
from verband.domain.size_class import size_class
from verband.warehouse.boundaries import weights_to
from verband.warehouse.building import Progress, silent
from verband.warehouse.store import Warehouse
from verband.workspace.arrangements import Arrangements
from verband.workspace.naming import Names


@dataclass(frozen=True, slots=True)
class PlacedMunicipality:
    """A municipality with its position.

    Attributes
    ----------
    position
        In the network.
    province, inhabitants, size_class
        On 1 January of the year of the boundaries; ``None`` where not known.
    """

    position: NetworkPosition
    province: str | None
    inhabitants: int | None
    size_class: str | None


@dataclass(frozen=True, slots=True)
class NetworkAnswer:
    """Positions on a day.

    Attributes
    ----------
    on
        The day; boundaries are those of 1 January of its year (at most the latest list).
    municipalities
        By code; or the one that is asked for.
    beside
        For the one that is asked for: per group (``all``, ``size_class``, ``province``) each measure beside the others.
    region_titles
        Title of each kind of region in use, and the years of its list.
    source, lists_as_of
        Files that arrangements and regions come from, and the day of the oldest list of arrangements.
    notes
        What the reader should know.
    led_from
        A sentence where a dissolved municipality led to this one.
    """

    on: date
    municipalities: tuple[PlacedMunicipality, ...]
    beside: Mapping[str, Mapping[str, Spread]]
    region_titles: Mapping[str, str]
    source: str
    lists_as_of: date | None
    notes: tuple[str, ...]
    led_from: str | None = None


def gather_network(warehouse: Warehouse, text: str | None, *, on: date, progress: Progress = silent) -> NetworkAnswer:
    """Answer ``verband network``: see :meth:`verband.workspace.Workspace.network`."""
    warehouse.require("municipality_list", "inhabitants")
    names = Names(warehouse)
    year = min(on.year, names.years[-1])
    names.demand_year(year)
    wanted = None if text is None else names.resolve(text, year=year)
    lists = all_lists(warehouse, names, on=on, progress=progress)
    regions = region_of_each(warehouse, names, year)
    placed = placed_municipalities(warehouse, names, lists, regions, year)
    asked = [item for item in placed if wanted is None or item.position.code == wanted.code]
    days = [found.oldest for found in lists if found.oldest is not None]
    return NetworkAnswer(
        on=on,
        municipalities=tuple(asked),
        beside=_beside(asked[0], placed) if wanted else {},
        region_titles={row["region_type"]: row["title_en"] for row in _region_rows() if row["region_type"] in regions},
        source=", ".join(
            sorted(
                {item.source for found in lists for item in found.items}
                | {warehouse.source_of("region_membership", scope=kind) for kind in regions}
            )
        ),
        lists_as_of=min(days, default=None),
        notes=tuple(_notes(placed, regions, min(days, default=None), on)),
        led_from=wanted.led_from if wanted else None,
    )


def all_lists(
    warehouse: Warehouse, names: Names, *, on: date, progress: Progress = silent
) -> tuple[ArrangementList, ...]:
    """The arrangements of every municipality of the list of a day; progress is told the municipalities done, of all.

    Raises
    ------
    MissingDataError
        If no source of arrangements is loaded.
    """
    arrangements = Arrangements(warehouse, names, on=on)
    codes = names.listed(min(on.year, names.years[-1]))
    found = []
    for number, code in enumerate(codes):
        progress(number, len(codes), names.name(code))
        found.append(arrangements.of(code))
    progress(len(codes), len(codes), "positions in the network")
    return tuple(found)


def placed_municipalities(
    warehouse: Warehouse,
    names: Names,
    lists: Sequence[ArrangementList],
    regions: Mapping[str, Mapping[str, str]],
    year: int,
) -> tuple[PlacedMunicipality, ...]:
    """Positions with province, inhabitants and size class of a year."""
    people = warehouse.table("inhabitants").filter(pl.col("year") == year)
    inhabitants = dict(people.select("code", "inhabitants").iter_rows())
    province = province_of_each(names)
    return tuple(
        PlacedMunicipality(
            position=position,
            province=province.get(position.code),
            inhabitants=(number := inhabitants.get(position.code)),
            size_class=size_class(number).code if number is not None else None,
        )
        for position in network_positions(lists, regions)
    )


def province_of_each(names: Names) -> dict[str, str]:
    """Name of the province of each municipality by the newest list that says so, by code."""
    known = names.lists.filter(pl.col("province_code").is_not_null()).sort("year")
    return {
        code: provinces()[number]
        for code, number in known.select("code", "province_code").iter_rows()
        if number in provinces()
    }


def region_of_each(warehouse: Warehouse, names: Names, year: int) -> dict[str, dict[str, str]]:
    """Official region of each municipality, in the boundaries of a year, by kind of region and code.

    Of several predecessors the region that brought most inhabitants decides. Kinds that are not loaded are left out.
    """
    if not warehouse.has("region_membership"):
        return {}
    kinds = [row["region_type"] for row in _region_rows()]
    # A table that does not tell its year is taken as that of the newest list with the municipality.
    newest = names.lists.filter(pl.col("year") <= year).group_by("code").agg(pl.col("year").max().alias("newest"))
    rows = (
        warehouse.table("region_membership")
        .filter(pl.col("region_type").is_in(kinds))
        .join(newest, on="code", how="left")
        .with_columns(pl.coalesce("list_year", "newest").alias("list_year"))
        .filter(pl.col("list_year") <= year)
    )
    most = warehouse.table("inhabitants").group_by("code").agg(pl.col("inhabitants").max())
    ranked = (
        rows.join(
            weights_to(names.lists, names.changes, year), left_on=["code", "list_year"], right_on=["code", "year"]
        )
        .join(most, on="code", how="left")
        .group_by("region_type", "target", "list_year", "region")
        .agg((pl.col("weight") * pl.col("inhabitants").fill_null(0)).sum().round(0).alias("brought"))
        .sort("region_type", "target", "list_year", "brought", "region", descending=[False, False, True, True, False])
        .unique(["region_type", "target"], keep="first", maintain_order=True)
    )
    found: dict[str, dict[str, str]] = {kind: {} for kind in kinds}
    for kind, code, region in ranked.select("region_type", "target", "region").iter_rows():
        found[kind][code] = region
    return {kind: of_kind for kind, of_kind in found.items() if of_kind}


def _region_rows() -> list[dict[str, str]]:
    titles = {row["region_type"]: row["title_en"] for row in reference("region_types")}
    return [{**row, "title_en": titles[row["region_type"]]} for row in reference("congruence_regions") if in_force(row)]


def _beside(one: PlacedMunicipality, everyone: Sequence[PlacedMunicipality]) -> dict[str, dict[str, Spread]]:
    groups = {
        "all": everyone,
        "size_class": [item for item in everyone if item.size_class == one.size_class],
        "province": [item for item in everyone if item.province == one.province],
    }
    return {name: beside(one.position, [item.position for item in group]) for name, group in groups.items()}


def _notes(
    placed: Sequence[PlacedMunicipality],
    regions: Mapping[str, Mapping[str, str]],
    oldest: date | None,
    on: date,
) -> list[str]:
    notes = [
        "Each province supplied its own list, and none is complete: few boards can mean a poor list. Compare within "
        "the province."
    ]
    if oldest is not None and oldest.year < on.year:
        notes.append(
            f"The oldest list is of {oldest.year} ({on.year - oldest.year} years old); mergers since then were worked "
            "in: derived."
        )
    carried = Counter(item.position.carried > 0 for item in placed)[True]
    if carried:
        notes.append(
            f"{carried} municipalities hold seats of merged predecessors; which of these they gave up is not known."
        )
    if not any(item.position.voluntary for item in placed):
        notes.append("No source says of any arrangement that it is voluntary: those of unknown status may be.")
    lacking = [row["title_en"] for row in _region_rows() if row["region_type"] not in regions]
    if lacking:
        notes.append(f"Not loaded, so without congruence: {', '.join(lacking)}.")
    missing = [item.position.name for item in placed if not item.position.listed]
    if missing:
        notes.append(
            f"No list names {', '.join(missing[:5])}{f' and {len(missing) - 5} more' if len(missing) > 5 else ''}: "
            "only bodies that follow from the law are known there, and the spreads are without these."
        )
    return notes
