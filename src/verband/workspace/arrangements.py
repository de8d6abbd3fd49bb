"""Gathering the arrangements of a municipality from every source that the workspace holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache, partial
from typing import Any

import polars as pl

from verband.analysis.arrangements import arrangements_of, carry
from verband.domain.arrangement import ArrangementList, Membership
from verband.domain.classification import Classification, classify
from verband.domain.reference import in_force, reference
from verband.errors import MissingDataError, UnknownNameError
from verband.sources.arrangement_lists import arrangement_id
from verband.warehouse.store import Warehouse
from verband.warehouse.vintages import codes_of
from verband.workspace.naming import Names

SOURCE_TABLES = ("own_arrangements", "register_participants", "arrangement_participants")


def gather_arrangements(warehouse: Warehouse, text: str, *, on: date) -> ArrangementList:
    """Answer ``verband arrangements``: see :meth:`verband.workspace.Workspace.arrangements`."""
    return Arrangements(warehouse, Names(warehouse), on=on).of(text)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a source: which arrangement, which participant as published on which day, and how to make of it."""

    arrangement_id: str
    code: str | None
    as_of: date | None
    make: Callable[[], Membership]


class Arrangements:
    """The arrangements of all municipalities on a day: every source is read once, and asked per municipality.

    Parameters
    ----------
    warehouse
        With any source of arrangements.
    names
        Names and genealogy of the same warehouse.
    on
        The day; boundaries are those of 1 January of its year (at most the latest list).

    Raises
    ------
    MissingDataError
        If no source of arrangements is loaded.
    """

    def __init__(self, warehouse: Warehouse, names: Names, *, on: date) -> None:
        if not any(warehouse.has(table) for table in SOURCE_TABLES):
            raise MissingDataError(
                "the workspace holds no list of arrangements",
                todo="Load the arrangement lists, the register export, or your own file "
                "(`verband template arrangements`)",
            )
        self.on = on
        self._names = names
        self._year = min(on.year, names.years[-1])
        sources = (*_own(warehouse, names), *_register(warehouse, on), *_listed(warehouse, names))
        self._sources = _Carried(names, self._year, sources)
        self._regions = _Carried(names, self._year, tuple(_regions(warehouse)))

    def of(self, text: str) -> ArrangementList:
        """List the arrangements of one municipality, by name or code; a dissolved one leads to its successor.

        Raises
        ------
        UnknownNameError
            If no municipality, or more than one, is meant.
        """
        found = self._names.resolve(text, year=self._year)
        current, ended = arrangements_of(found.code, self._sources.with_part_of(found.code), on=self.on)
        regions = self._regions.with_part_of(found.code)
        # What an arrangement is by its name counts too: an own file may state its legal basis in other words.
        known = {basis for item in current for basis in (*_bases(item.basis), *_classified(item.name).basis)}
        present = {item.arrangement_id for item in current}
        missing = {
            item.arrangement_id
            for item in regions
            if item.code == found.code and item.arrangement_id not in present and not known & _bases(item.basis)
        }
        lacking = [item for item in regions if item.arrangement_id in missing]
        added, _ = arrangements_of(found.code, lacking, on=self.on)
        items = tuple(sorted((*current, *added), key=lambda item: (_RANK[item.status], item.name.casefold())))
        listed = ArrangementList(
            code=found.code, name=found.name, on=self.on, items=items, ended=ended, led_from=found.led_from
        )
        return replace(listed, notes=_notes(listed))


class _Carried:
    """Rows of sources by arrangement, given the boundaries of 1 January of a year when they are first asked for."""

    def __init__(self, names: Names, year: int, rows: Sequence[_Row]) -> None:
        self._names, self._year = names, year
        self._rows: dict[str, list[_Row]] = {}
        self._made: dict[str, tuple[Membership, ...]] = {}
        self._touching: dict[str, set[str]] = {}
        for row in rows:
            self._rows.setdefault(row.arrangement_id, []).append(row)
            for code in self._successors(row):
                self._touching.setdefault(code, set()).add(row.arrangement_id)

    def with_part_of(self, code: str) -> list[Membership]:
        """All participants of the arrangements in which a municipality takes part, in the order of the sources."""
        touching = self._touching.get(code, ())
        return [
            item
            for arrangement in self._rows
            if arrangement in touching and any(made.code == code for made in self._of(arrangement))
            for item in self._of(arrangement)
        ]

    def _of(self, arrangement: str) -> tuple[Membership, ...]:
        if arrangement not in self._made:
            rows = self._rows[arrangement]
            self._made[arrangement] = tuple(piece for row in rows for piece in self._carry(row.make()))
        return self._made[arrangement]

    def _parts(self, code: str, as_of: date | None) -> tuple[dict[str, Any], ...] | None:
        return self._names.parts(code, as_of.year if as_of else self._year, self._year)

    def _successors(self, row: _Row) -> Sequence[str]:
        """Every municipality that may hold the seat by now; which one does is for the analysis to say."""
        if row.code is None:
            return ()
        parts = self._parts(row.code, row.as_of)
        return (row.code,) if parts is None else [part["code"] for part in parts]

    def _carry(self, item: Membership) -> tuple[Membership, ...]:
        if item.code_published is None:
            return (item,)
        parts = self._parts(item.code_published, item.as_of)
        return (item,) if parts is None else carry(item, parts)


def _bases(text: str | None) -> set[str]:
    return set(text.split("; ")) if text else set()


_RANK = {"compulsory": 0, "cooperate": 1, "voluntary": 2, "unknown": 3}


def _notes(found: ArrangementList) -> tuple[str, ...]:
    items, on = found.items, found.on
    notes = []
    if found.duties < found.compulsory:
        duties = f"{found.duties} {'duty' if found.duties == 1 else 'duties'} by law"
        notes.append(f"{duties}; the list names {found.compulsory} arrangements for them. Which apply is not known.")
    listed = [item for item in items if item.origin in ("list", "region")]
    if listed:
        dates = [item.as_of for item in listed if item.as_of]
        oldest = min(dates, default=on)
        age = on.year - oldest.year
        notes.append(
            f"{len(listed)} of {len(items)} come from lists that carry no date; mergers since then were worked in."
            if not dates
            else f"{len(listed)} of {len(items)} come from lists of {oldest.year} ({age} years old), which are not "
            "complete; mergers since then were worked in."
        )
    if any(item.origin == "region" for item in items):
        notes.append(
            "Those from the region lists are bodies that the law assigns to the region; the arrangement list does "
            "not name them."
        )
    unknown = sum(item.status == "unknown" for item in items)
    if unknown:
        notes.append(
            f"Of {unknown} it is not known whether they are compulsory or voluntary; an own file can tell "
            "(`verband template arrangements`)."
        )
    return tuple(notes)


@lru_cache(maxsize=4096)
def _classified(name: str) -> Classification:
    return classify(name)


def _with_class(item: Membership) -> Membership:
    """Fill in what the name tells by the rules, marked derived; what a source says is left alone."""
    found = _classified(item.arrangement)
    changes: dict[str, Any] = {}
    if not item.status and found.status != "unknown":
        changes |= {
            "status": found.status.value,
            "status_kind": found.status_kind,
            "basis": item.basis or "; ".join(found.basis),
        }
    if not item.tasks and found.tasks:
        changes |= {"tasks": found.tasks, "tasks_kind": found.tasks_kind}
    if not item.form and found.form:
        changes["form"] = found.form
    return replace(item, **changes) if changes else item


def _listed_rows(warehouse: Warehouse, names: Names) -> pl.DataFrame:
    """Participants in the lists with their codes: from the links where these are loaded, else found by name."""
    if warehouse.has("arrangement_participants", "participant_links"):
        return warehouse.query("listed_participants")
    rows = warehouse.table("arrangement_participants")
    codes = codes_of(rows["participant"], names.index) if rows.height else {}
    return rows.with_columns(
        pl.col("participant").replace_strict(codes, default=None, return_dtype=pl.String).alias("code")
    )


def _listed(warehouse: Warehouse, names: Names) -> Iterator[_Row]:
    rows = _listed_rows(warehouse, names)
    source = warehouse.source_of("arrangement_participants")
    repairs = {(row["arrangement"], row["participant"]): row for row in reference("participant_repairs")}
    for row in rows.iter_rows(named=True):
        name, identifier = _counted_as(row["arrangement"], row["arrangement_id"])
        repair = repairs.get((row["arrangement"], row["participant"])) if row["code"] is None else None
        for code in repair["codes"].split("+") if repair else (row["code"],):
            make = partial(_from_list, row, identifier, name, code, source, repair["reason"] if repair else None)
            yield _Row(identifier, code, row["as_of"], make)


def _from_list(
    row: dict[str, Any], identifier: str, name: str, code: str | None, source: str, repaired: str | None
) -> Membership:
    return _with_class(
        Membership(
            arrangement_id=identifier,
            arrangement=name,
            code=code,
            code_published=code,
            name=row["participant"],
            origin="list",
            source=source,
            as_of=row["as_of"],
            carried=repaired is not None,
            note=f"listed as {row['participant']!r}: {repaired}" if repaired is not None else None,
        )
    )


@cache
def _same_bodies() -> dict[str, tuple[str, str]]:
    """Name and identifier under which a body that the list has twice is counted once, by its other identifier."""
    return {
        arrangement_id(row["name"]): (row["counted_as"], arrangement_id(row["counted_as"]))
        for row in reference("arrangement_same_body")
    }


def _counted_as(name: str, identifier: str) -> tuple[str, str]:
    return _same_bodies().get(identifier, (name, identifier))


def _register(warehouse: Warehouse, on: date) -> Iterator[_Row]:
    if not warehouse.has("register_arrangements", "register_participants"):
        return
    source = warehouse.source_of("register_participants")
    for row in warehouse.query("registered_participants", on=on).iter_rows(named=True):
        identifier = own_identifier(row["citation_title"] or row["title"])
        yield _Row(identifier, row["code"], row["as_of"], partial(_from_register, row, identifier, source))


def _from_register(row: dict[str, Any], identifier: str, source: str) -> Membership:
    return _with_class(
        Membership(
            arrangement_id=identifier,
            arrangement=row["citation_title"] or row["title"],
            code=row["code"],
            code_published=row["code"],
            name=row["name"] or row["participant_id"],
            origin="register",
            source=source,
            as_of=row["as_of"],
            form=row["form"],
            basis=row["legal_basis"],
            share=row["share"],
            entry=row["entry"],
            exit=row["exit"],
        )
    )


@lru_cache(maxsize=4096)
def own_identifier(name: str) -> str:
    """Identifier without the words that only say that it is an arrangement, so that the sources meet."""
    _, found = _counted_as(name, arrangement_id(name))
    for prefix in ("gemeenschappelijke-regeling-", "gr-"):
        if found.startswith(prefix) and len(found) > len(prefix):
            return found[len(prefix) :]
    return found


def _own(warehouse: Warehouse, names: Names) -> Iterator[_Row]:
    if not warehouse.has("own_arrangements"):
        return
    for row in warehouse.query("own_participants").iter_rows(named=True):
        code = municipality_code(names, row["participant"])
        identifier = own_identifier(row["arrangement"])
        name = names.index.name(code) if code else row["participant"]
        yield _Row(identifier, code, row["as_of"], partial(_from_own, row, identifier, code, name))


def _from_own(row: dict[str, Any], identifier: str, code: str | None, name: str) -> Membership:
    return _with_class(
        Membership(
            arrangement_id=identifier,
            arrangement=row["arrangement"],
            code=code,
            code_published=code,
            name=name,
            origin="own",
            source=row["file"],
            as_of=row["as_of"],
            form=row["form"],
            status=row["status"],
            status_kind="measured" if row["status"] else None,
            basis=row["legal_basis"],
            made_by=row["made_by"],
            tasks=tuple(row["tasks"].split("+")) if row["tasks"] else (),
            tasks_kind="measured" if row["tasks"] else None,
            share=row["share"],
            votes=row["votes"],
            total_votes=row["total_votes"],
            contribution_eur=row["contribution_eur_per_year"],
            contribution_year=row["contribution_year"],
            key=row["key"],
            entry=row["entry"],
            exit=row["exit"],
            exit_clause=row["exit_clause"],
            document=row["document"],
            document_date=row["document_date"],
            deadline=row["deadline"],
        )
    )


def municipality_code(names: Names, text: str) -> str | None:
    """Code of a participant in an own file; a participant that is no municipality has none."""
    try:
        return names.index.find(text).code
    except UnknownNameError:
        return None


def _regions(warehouse: Warehouse) -> Iterator[_Row]:
    words = {row["region_type"]: row["name_begins"] for row in reference("region_bodies") if in_force(row)}
    sources = {kind: warehouse.source_of("region_membership", scope=kind) for kind in words}
    rows = warehouse.table("region_membership").filter(pl.col("region_type").is_in(list(words)))
    for row in rows.iter_rows(named=True):
        word = words[row["region_type"]]
        name = row["region"] if row["region"].startswith(word) else f"{word} {row['region']}"
        as_of = date(row["list_year"], 1, 1) if row["list_year"] else None
        identifier = _identifier(name)
        make = partial(_from_region, row, identifier, name, sources[row["region_type"]], as_of)
        yield _Row(identifier, row["code"], as_of, make)


_identifier = lru_cache(maxsize=4096)(arrangement_id)
"""Regions stand in the table once per municipality and year."""


def _from_region(row: dict[str, Any], identifier: str, name: str, source: str, as_of: date | None) -> Membership:
    return _with_class(
        Membership(
            arrangement_id=identifier,
            arrangement=name,
            code=row["code"],
            code_published=row["code"],
            name=row["name"],
            origin="region",
            source=source,
            as_of=as_of,
        )
    )
