"""Gathering participation: the arrangements of every municipality counted, by size class, province and one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from verband.analysis.contributions import Contributions, contributions
from verband.analysis.participation import (
    Participation,
    ParticipationOfGroup,
    participation,
    participation_by,
    participation_of_group,
    share_between,
)
from verband.domain.arrangement import ArrangementList
from verband.domain.municipality import provinces
from verband.domain.size_class import size_class, size_classes
from verband.warehouse.store import Warehouse
from verband.workspace.arrangements import Arrangements
from verband.workspace.naming import Names


@dataclass(frozen=True, slots=True)
class ParticipationOfOne:
    """Participation of one municipality.

    Attributes
    ----------
    province, inhabitants, size_class
        On 1 January of the year of the boundaries; ``None`` where not known.
    counts
        In how many arrangements it takes part.
    contributions
        What its own file tells of the money; without years where there is no such file.
    """

    code: str
    name: str
    province: str | None
    inhabitants: int | None
    size_class: str | None
    counts: Participation
    contributions: Contributions


@dataclass(frozen=True, slots=True)
class ParticipationAnswer:
    """Participation on a day.

    Attributes
    ----------
    on
        The day; boundaries are those of 1 January of its year (at most the latest list).
    whole
        All municipalities together.
    classes, provinces, mergers
        Per size class; per province; and those that hold seats of merged predecessors against the others. Where one
        municipality is asked for, only the groups that it is in.
    municipalities
        One by one, by code; or the one that is asked for.
    between_classes, between_provinces
        Share of the differences in the number of arrangements that lies between them; ``None`` where it cannot be told.
    source
        Tables that the arrangements come from.
    notes
        What the reader should know.
    led_from
        A sentence where a dissolved municipality led to this one.
    """

    on: date
    whole: ParticipationOfGroup
    classes: tuple[ParticipationOfGroup, ...]
    provinces: tuple[ParticipationOfGroup, ...]
    mergers: tuple[ParticipationOfGroup, ...]
    municipalities: tuple[ParticipationOfOne, ...]
    between_classes: float | None
    between_provinces: float | None
    source: str
    notes: tuple[str, ...]
    led_from: str | None = None


MERGED, OTHER = "with seats of predecessors", "without seats of predecessors"


def gather_participation(warehouse: Warehouse, text: str | None, *, on: date) -> ParticipationAnswer:
    """Answer ``verband participation``: see :meth:`verband.workspace.Workspace.participation`."""
    warehouse.require("municipality_list", "inhabitants")
    names = Names(warehouse)
    arrangements = Arrangements(warehouse, names, on=on)
    year = min(on.year, names.years[-1])
    names.demand_year(year)
    wanted = None if text is None else names.resolve(text, year=year)
    everyone = tuple(arrangements.of(code) for code in names.listed(year))
    ones = _one_by_one(warehouse, names, year, everyone)
    asked = tuple(item for item in ones if wanted is None or item.code == wanted.code)
    counts = [item.counts for item in ones]
    class_of = {item.code: item.size_class for item in ones}.get
    province_of = {item.code: item.province for item in ones}.get
    merged_of = {item.code: MERGED if item.carried else OTHER for item in counts}.get
    between_classes, between_provinces = share_between(counts, class_of), share_between(counts, province_of)
    classes = participation_by(counts, class_of, [item.code for item in size_classes()])
    by_province = participation_by(counts, province_of, sorted({item.province for item in ones if item.province}))
    mergers = participation_by(counts, merged_of, (MERGED, OTHER))
    own_groups = {name for item in asked for name in (item.size_class, item.province, merged_of(item.code))}
    lists = [found for found in everyone if wanted is None or found.code == wanted.code]
    notes = _notes(counts, mergers, on) if wanted is None else lists[0].notes
    return ParticipationAnswer(
        on=on,
        whole=participation_of_group("all", counts),
        classes=tuple(item for item in classes if item.name in own_groups),
        provinces=tuple(item for item in by_province if item.name in own_groups),
        mergers=tuple(item for item in mergers if wanted is None or item.name in own_groups),
        municipalities=asked,
        between_classes=between_classes,
        between_provinces=between_provinces,
        source=", ".join(sorted({item.source for found in lists for item in found.items})),
        notes=(*notes, *_differences(between_classes, between_provinces if len(by_province) > 1 else None)),
        led_from=wanted.led_from if wanted else None,
    )


def _one_by_one(
    warehouse: Warehouse, names: Names, year: int, everyone: Sequence[ArrangementList]
) -> tuple[ParticipationOfOne, ...]:
    people = warehouse.table("inhabitants").filter(pl.col("year") == year)
    inhabitants = dict(people.select("code", "inhabitants").iter_rows())
    known = names.lists.filter(pl.col("province_code").is_not_null()).sort("year")
    province = dict(known.select("code", "province_code").iter_rows())
    return tuple(
        ParticipationOfOne(
            code=found.code,
            name=found.name,
            province=provinces().get(province.get(found.code, "")),
            inhabitants=(number := inhabitants.get(found.code)),
            size_class=size_class(number).code if number is not None else None,
            counts=participation(found),
            contributions=contributions(found),
        )
        for found in everyone
    )


def _notes(counts: Sequence[Participation], mergers: Sequence[ParticipationOfGroup], on: date) -> list[str]:
    total = sum(item.total for item in counts)
    if not total:
        return ["No source names any municipality."]
    notes = []
    listed, unknown = sum(item.list for item in counts), sum(item.unknown for item in counts)
    if listed:
        days = [item.oldest for item in counts if item.oldest and item.list]
        age = f" of {min(days).year} ({on.year - min(days).year} years old)" if days else " that carry no date"
        notes.append(f"{listed / total:.0%} of the seats come from lists{age}, which are not complete.")
    if listed and len(mergers) > 1:
        merged, other = (item.counts["total"].mean for item in mergers)
        notes.append(
            f"{mergers[0].municipalities} municipalities hold seats of merged predecessors: {_decimal(merged)} "
            f"arrangements on average against {_decimal(other)}. Which of these they gave up since is not in the lists."
        )
    if doubtful := sum(item.duties < item.compulsory for item in counts):
        notes.append(
            f"Of {doubtful} {'municipality' if doubtful == 1 else 'municipalities'} the lists name more compulsory "
            "arrangements than there are duties by law. Which apply is not known."
        )
    if unknown:
        notes.append(
            f"Of {unknown / total:.0%} of the seats it is not known whether they are compulsory: the number of "
            "voluntary ones lies between those known to be voluntary and these together with the unknown."
        )
    return notes


def _differences(between_classes: float | None, between_provinces: float | None) -> list[str]:
    """What the numbers go with; a poor list looks like a municipality that takes part in little."""
    if between_classes is None or between_provinces is None:
        return []
    return [
        f"Of the differences in number between municipalities {between_provinces:.0%} lies between provinces, each "
        f"with its own list, and {between_classes:.0%} between size classes: few arrangements can mean a poor list."
    ]


def _decimal(number: float | None) -> str:
    return "-" if number is None else f"{number:.1f}".replace(".", ",")
