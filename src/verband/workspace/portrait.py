"""Gathering the facts about one municipality for its dossier, from what was read once for all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from verband.analysis.comparison_group import ComparisonGroup, comparison_group
from verband.analysis.dependence import Dependence, eur_per_inhabitant_beside, share_beside
from verband.analysis.finances import balance_sheets, latest_ratios
from verband.analysis.portrait import (
    CostFacts,
    DependenceFacts,
    FinanceFacts,
    Identity,
    Indicator,
    Lead,
    Portrait,
    Predecessor,
    StaffFacts,
)
from verband.analysis.spread import Spread, spread
from verband.domain.arrangement import ArrangementList
from verband.domain.boundary_event import ChangeType
from verband.errors import UnknownNameError
from verband.sources.arrangement_lists import arrangement_id
from verband.warehouse.store import Warehouse
from verband.workspace.country import Country, is_fictional
from verband.workspace.naming import Names, Resolved


@dataclass(frozen=True, slots=True)
class Outline:
    """What a list of all municipalities shows of one.

    Attributes
    ----------
    province
        Empty where it is not known.
    year, inhabitants
        Newest inhabitants on 1 January; ``None`` where not known.
    dependence
        The newest year with a figure, which need not be the newest year; ``None`` where there is none.
    doubts
        Names of the municipalities whose accounts of that year book too little to arrangements: the figure is in doubt.
    """

    code: str
    name: str
    province: str
    year: int
    inhabitants: int | None
    fictional: bool
    dependence: Dependence | None
    doubts: tuple[str, ...]


class Portraits:
    """The portraits of all municipalities on a day: tables are read once, each portrait is gathered when asked for.

    Parameters
    ----------
    warehouse
        Stays open as long as portraits are asked for.
    on
        The day.

    Raises
    ------
    MissingDataError
        If the workspace lacks the lists, inhabitants or accounts.
    """

    def __init__(self, warehouse: Warehouse, *, on: date) -> None:
        self._country = Country(warehouse, on=on)
        self.on = on

    @property
    def codes(self) -> tuple[str, ...]:
        """Municipalities of the latest list, in order of code."""
        return self._country.codes

    @property
    def snapshot(self) -> str:
        """Hash of all content of the workspace."""
        return self._country.status.snapshot

    def outline(self, code: str) -> Outline:
        """Say what a list of all municipalities shows of one."""
        country = self._country
        year, inhabitants = country.newest_inhabitants.get(code, (country.boundaries, None))
        known = [item for item in country.each.get(code, ()) if item.eur_per_inhabitant is not None]
        newest = known[-1] if known else None
        return Outline(
            code=code,
            name=country.names.name(code),
            province=country.province(code),
            year=year,
            inhabitants=inhabitants,
            fictional=is_fictional(code),
            dependence=newest,
            doubts=dict(country.doubts.get(code, ())).get(newest.year, ()) if newest else (),
        )

    def knows(self, text: str) -> bool:
        """Whether a text means one municipality, of today or of the past."""
        try:
            self._country.names.resolve(text)
        except UnknownNameError:
            return False
        return True

    def of(self, text: str) -> Portrait:
        """Gather the portrait of one municipality, by name or code; a dissolved one leads to its successor.

        Raises
        ------
        UnknownNameError
            If no municipality, or more than one, is meant.
        """
        country = self._country
        found = country.names.resolve(text)
        code = found.code
        arrangements = country.arrangements.of(code) if country.arrangements else None
        compared = any(item.code == code for item in country.features)
        group = comparison_group(code, country.features) if compared else None
        return Portrait(
            identity=_identity(country, found),
            group=group,
            arrangements=arrangements,
            dependence=_dependence(country, code, group) if group else None,
            costs=_costs(country, code, group) if group else None,
            staff=_staff(country, code, group) if group else None,
            finances=_finances(country, code),
            provenance=country.provenance,
            lacking=country.lacking,
            snapshot=country.status.snapshot,
            loaded=country.status.loaded,
            fictional=is_fictional(code),
            led_from=found.led_from,
            on=self.on,
            lead=_lead(country, text, found),
            features=country.features,
            indicators=_indicators(country, arrangements),
            functions=country.functions.get(code, ()),
            scale=country.scale.of(code) if country.scale else None,
        )


def _lead(country: Country, text: str, found: Resolved) -> Lead | None:
    """The municipality that was asked for, where it was dissolved."""
    if found.led_from is None:
        return None
    names = country.names
    asked = names.index.find(text)
    dissolved = names.changes.dissolved_on(asked.code)
    if dissolved is None:
        return None
    last = max(item for item in names.years if names.exists(asked.code, item))
    parts = names.changes.carry(asked.code, last, country.boundaries)
    others = tuple(names.name(part.code) for part in parts if part.code != found.code)
    return Lead(asked.code, asked.name, dissolved, others)


def _indicators(country: Country, arrangements: ArrangementList | None) -> tuple[Indicator, ...]:
    """Those of the arrangements in force."""
    if arrangements is None or not country.indicators:
        return ()
    mine = {arrangement_id(item.name) for item in arrangements.items}
    return tuple(item for item in country.indicators if arrangement_id(item.arrangement) in mine)


def _identity(country: Country, found: Resolved) -> Identity:
    code = found.code
    year, inhabitants = country.newest_inhabitants.get(code, (country.boundaries, None))
    return Identity(
        code=code,
        name=found.name,
        province=country.province(code),
        year=year,
        inhabitants=inhabitants,
        predecessors=predecessors(country.names, code),
        neighbours=country.neighbours.get(code, ()),
    )


def predecessors(names: Names, code: str) -> tuple[Predecessor, ...]:
    """Municipalities that went (in part) into one, straight from the records; its own continuation is left out.

    Where it only got another name, those that went into it under its older name follow too.
    """
    found: list[Predecessor] = []
    for event in names.changes.events(code):
        if event.new_code != code or event.old_code == code:
            continue
        renamed = event.type is ChangeType.RENAMING
        found.append(Predecessor(event.old_code, event.old_name, event.share, event.effective_date, renamed))
        if renamed:
            found += predecessors(names, event.old_code)
    return tuple(found)


def _alike(group: ComparisonGroup) -> list[str]:
    return [item.code for item in group.alike]


def _named(country: Country, found: Spread) -> Spread:
    """With the names of the members that are missing, for these are told."""
    return replace(found, missing=tuple(sorted(country.names.name(code) for code in found.missing)))


def _dependence(country: Country, code: str, group: ComparisonGroup) -> DependenceFacts:
    compared = country.newest_year(code)
    newest = country.each_in_year[compared]
    own_class = share_beside(code, group.in_class, country.each_in_year[country.year])
    # Of the municipalities most alike only those on the list of that year count, missing reports included.
    alike = [member for member in _alike(group) if member in newest]
    return DependenceFacts(
        year=country.year,
        compared_in=compared,
        boundaries=country.boundaries,
        own=country.each.get(code, ()),
        in_class=country.of_class(group.size_class.code),
        by_size=country.by_size,
        size_spread=tuple(
            (item.name, own_class if item.name == group.size_class.code else country.spread_of_class(item.name))
            for item in country.by_size
        ),
        class_spread=tuple(
            (year, share_beside(code, group.in_class, country.each_in_year[year])) for year in country.years
        ),
        alike=_named(country, share_beside(code, alike, newest)),
        alike_eur_per_inhabitant=_named(country, eur_per_inhabitant_beside(code, alike, newest)),
        paid_eur=country.paid_eur.get(code, ()),
        gaps=country.gaps.get(code, ()),
        doubts=country.doubts.get(code, ()),
    )


def _costs(country: Country, code: str, group: ComparisonGroup) -> CostFacts | None:
    year = country.newest_year(code)
    found = country.costs(year)
    if found is None:
        return None
    total, tasks = found.of(code, alike=_alike(group), in_class=group.in_class)
    return CostFacts(year=year, total=total, tasks=tasks)


def _staff(country: Country, code: str, group: ComparisonGroup) -> StaffFacts | None:
    year = country.newest_year(code)
    everyone = country.staffing(year)
    own = everyone.get(code)
    if own is None:
        return None
    usual = {item.code: item.hired_share for item in everyone.values() if not item.outsourced}
    value = None if own.outsourced else own.hired_share
    return StaffFacts(
        year=year,
        own=own,
        alike=spread(value, {member: usual[member] for member in _alike(group) if member in usual}),
        in_class=spread(value, {member: usual[member] for member in group.in_class if member in usual}),
        everyone=tuple((member, share) for member, share in usual.items() if share is not None),
        outsourced=tuple(
            country.names.name(member)
            for member in sorted({*_alike(group), *group.in_class})
            if member in everyone and everyone[member].outsourced
        ),
    )


def _finances(country: Country, code: str) -> FinanceFacts:
    return FinanceFacts(
        accounts=latest_ratios(country.ratios, code=code, report_type="accounts"),
        budget=latest_ratios(country.ratios, code=code, report_type="budget"),
        balance=balance_sheets(country.key_totals, code=code),
    )
