"""Gathering the arrangements of a municipality from every source that the workspace holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from verband.analysis.arrangements import arrangements_of, carry
from verband.domain.arrangement import ArrangementList, Membership
from verband.domain.classification import Classification, classify
from verband.domain.reference import reference
from verband.errors import MissingDataError, UnknownNameError
from verband.sources.arrangement_lists import arrangement_id
from verband.warehouse.store import Warehouse
from verband.warehouse.vintages import codes_of
from verband.workspace.naming import Names

SOURCE_TABLES = ("own_arrangements", "register_participants", "arrangement_participants")
_REGIONS = {
    "safety_region": "Veiligheidsregio",
    "public_health_service": "GGD",
    "environment_service": "",
}
"""Region types that are bodies which a municipality takes part in by law, and the word that their names begin with."""


def gather_arrangements(warehouse: Warehouse, text: str, *, on: date) -> ArrangementList:
    """Answer ``verband arrangements``: see :meth:`verband.workspace.Workspace.arrangements`."""
    if not any(warehouse.has(table) for table in SOURCE_TABLES):
        raise MissingDataError(
            "the workspace holds no list of arrangements",
            todo="Load the arrangement lists, the register export, or your own file (`verband template arrangements`)",
        )
    names = Names(warehouse)
    year = min(on.year, names.years[-1])
    found = names.resolve(text, year=year)
    everything = [*_own(warehouse, names), *_register(warehouse, on), *_listed(warehouse, names)]
    carried = [piece for item in everything for piece in _carry(item, names, year)]
    mine = {item.arrangement_id for item in carried if item.code == found.code}
    relevant = [item for item in carried if item.arrangement_id in mine]
    current, ended = arrangements_of(found.code, relevant, on=on)
    regions = [piece for item in _regions(warehouse) for piece in _carry(item, names, year)]
    # What an arrangement is by its name counts too: an own file may state its legal basis in other words.
    known = {basis for item in current for basis in (*_bases(item.basis), *_classified(item.name).basis)}
    present = {item.arrangement_id for item in current}
    missing = {
        item.arrangement_id
        for item in regions
        if item.code == found.code and item.arrangement_id not in present and not known & _bases(item.basis)
    }
    added, _ = arrangements_of(found.code, [item for item in regions if item.arrangement_id in missing], on=on)
    items = tuple(sorted((*current, *added), key=lambda item: (_RANK[item.status], item.name.casefold())))
    return ArrangementList(
        code=found.code,
        name=found.name,
        on=on,
        items=items,
        ended=ended,
        notes=_notes(items, on),
        led_from=found.led_from,
    )


def _bases(text: str | None) -> set[str]:
    return set(text.split("; ")) if text else set()


_RANK = {"compulsory": 0, "cooperate": 1, "voluntary": 2, "unknown": 3}


def _notes(items: tuple[Any, ...], on: date) -> tuple[str, ...]:
    notes = []
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


def _carry(item: Membership, names: Names, year: int) -> tuple[Membership, ...]:
    """Give a membership the boundaries of 1 January of a year; other participants stay as they are."""
    if item.code_published is None:
        return (item,)
    parts = _parts(names, item.code_published, (item.as_of or date(year, 1, 1)).year, year)
    if parts is None:
        return (item,)
    return carry(item, parts)


def _parts(names: Names, code: str, from_year: int, year: int) -> tuple[dict[str, Any], ...] | None:
    cache: dict[tuple[str, int], Any] = names.__dict__.setdefault("_parts", {})
    key = (code, from_year)
    if key not in cache:
        cache[key] = _find_parts(names, code, from_year, year)
    found: tuple[dict[str, Any], ...] | None = cache[key]
    return found


def _find_parts(names: Names, code: str, from_year: int, year: int) -> tuple[dict[str, Any], ...] | None:
    if code not in names.index:
        return None
    first = next(
        (item for item in (from_year, *reversed(names.years)) if item <= year and names.changes.exists(code, item)),
        None,
    )
    if first is None:
        return ({"code": code, "name": names.index.name(code), "share": 1.0, "main": True},)
    try:
        parts = names.changes.carry(code, first, year)
    except UnknownNameError:
        return None
    main = names.changes.successor(code, date(year, 1, 1))
    return tuple(
        {"code": part.code, "name": names.index.name(part.code), "share": part.weight, "main": part.code == main}
        for part in parts
        if part.weight is None or part.weight > 0
    )


@lru_cache(maxsize=4096)
def _classified(name: str) -> Classification:
    return classify(name)


def _with_class(item: Membership) -> Membership:
    """Fill in what the name tells by the rules, marked derived; what a source says is left alone."""
    from dataclasses import replace  # noqa: PLC0415

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


def _listed(warehouse: Warehouse, names: Names) -> Iterator[Membership]:
    rows = _listed_rows(warehouse, names)
    source = warehouse.source_of("arrangement_participants")
    repairs = {(row["arrangement"], row["participant"]): row for row in reference("participant_repairs")}
    for row in rows.iter_rows(named=True):
        name = _one_name(row["arrangement"])
        repair = repairs.get((row["arrangement"], row["participant"])) if row["code"] is None else None
        for code in repair["codes"].split("+") if repair else (row["code"],):
            yield _with_class(
                Membership(
                    arrangement_id=arrangement_id(name),
                    arrangement=name,
                    code=code,
                    code_published=code,
                    name=row["participant"],
                    origin="list",
                    source=source,
                    as_of=row["as_of"],
                    carried=repair is not None,
                    note=f"listed as {row['participant']!r}: {repair['reason']}" if repair else None,
                )
            )


@lru_cache(maxsize=4096)
def _one_name(name: str) -> str:
    """The name under which a body that the list has twice is counted once."""
    wanted = arrangement_id(name)
    rows = reference("arrangement_same_body")
    return next((row["counted_as"] for row in rows if arrangement_id(row["name"]) == wanted), name)


def _register(warehouse: Warehouse, on: date) -> Iterator[Membership]:
    if not warehouse.has("register_arrangements", "register_participants"):
        return
    source = warehouse.source_of("register_participants")
    for row in warehouse.query("registered_participants", on=on).iter_rows(named=True):
        name = row["citation_title"] or row["title"]
        yield _with_class(
            Membership(
                arrangement_id=_short_id(name),
                arrangement=name,
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


def _short_id(name: str) -> str:
    """Identifier without the words that only say that it is an arrangement, so that the sources meet."""
    found = arrangement_id(_one_name(name))
    for prefix in ("gemeenschappelijke-regeling-", "gr-"):
        if found.startswith(prefix) and len(found) > len(prefix):
            return found[len(prefix) :]
    return found


def _own(warehouse: Warehouse, names: Names) -> Iterator[Membership]:
    if not warehouse.has("own_arrangements"):
        return
    for row in warehouse.query("own_participants").iter_rows(named=True):
        code = _participant_code(names, row["participant"])
        yield _with_class(
            Membership(
                arrangement_id=_short_id(row["arrangement"]),
                arrangement=row["arrangement"],
                code=code,
                code_published=code,
                name=names.index.name(code) if code else row["participant"],
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


def _participant_code(names: Names, text: str) -> str | None:
    """Code of a participant in an own file; a participant that is no municipality has none."""
    try:
        return names.index.find(text).code
    except UnknownNameError:
        return None


def _regions(warehouse: Warehouse) -> Iterator[Membership]:
    sources = {kind: warehouse.source_of("region_membership", scope=kind) for kind in _REGIONS}
    rows = warehouse.table("region_membership").filter(pl.col("region_type").is_in(list(_REGIONS)))
    for row in rows.iter_rows(named=True):
        word = _REGIONS[row["region_type"]]
        name = row["region"] if row["region"].startswith(word) else f"{word} {row['region']}"
        yield _with_class(
            Membership(
                arrangement_id=arrangement_id(name),
                arrangement=name,
                code=row["code"],
                code_published=row["code"],
                name=row["name"],
                origin="region",
                source=sources[row["region_type"]],
                as_of=date(row["list_year"], 1, 1) if row["list_year"] else None,
            )
        )
