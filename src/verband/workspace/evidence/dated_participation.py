"""Gathering days of joining and leaving (M12): the user's own file, and the export of the national register."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache

from verband.analysis.participation_spells import Dated, Spell, spells
from verband.domain.classification import classify
from verband.warehouse.store import Warehouse
from verband.workspace.arrangements import municipality_code, own_identifier
from verband.workspace.naming import Names


def participation(warehouse: Warehouse, names: Names) -> tuple[tuple[Spell, ...], bool]:
    """Spells of participants, and whether any day of joining or leaving is loaded.

    Of an arrangement of which the own file holds a day that file decides, else the register where that holds one. Own
    rows without any day count too: to leave them out would leave out arrangements that nobody left.
    """
    own, registered = list(_own(warehouse, names)), list(_registered(warehouse, names))
    by_file, by_register = ({row.arrangement for row in rows if row.entry or row.exit} for rows in (own, registered))
    decides = by_file | ({row.arrangement for row in own} - by_register)
    # The law compels an arrangement whichever source says so.
    compelled = {row.arrangement for row in (*own, *registered) if row.compulsory}
    rows = [
        replace(row, compulsory=row.arrangement in compelled)
        for row in (*own, *registered)
        if (row.arrangement in decides) != row.registered
    ]
    codes = {row.code for row in rows if row.code}
    dissolved = {code: day for code in codes if (day := names.changes.dissolved_on(code)) is not None}
    return spells(rows, dissolved), any(row.entry or row.exit for row in rows)


def _own(warehouse: Warehouse, names: Names) -> Iterator[Dated]:
    if not warehouse.has("own_arrangements"):
        return
    for row in warehouse.query("own_participants").iter_rows(named=True):
        written = municipality_code(names, row["participant"])
        # One that only changed its name or code is the same participant, and did not cease to exist.
        code = names.changes.renamed_to(written) if written else None
        identifier = own_identifier(row["arrangement"])
        compulsory = row["status"] == "compulsory" if row["status"] else _compelled(row["arrangement"])
        yield Dated(
            identifier,
            code or row["participant"].strip().casefold(),
            code,
            row["entry"],
            row["exit"],
            row["as_of"],
            compulsory=compulsory,
        )


def _registered(warehouse: Warehouse, names: Names) -> Iterator[Dated]:
    if not warehouse.has("register_arrangements", "register_participants"):
        return
    rows = list(warehouse.query("register_spells").iter_rows(named=True))
    if not rows:
        return
    # The export speaks until the last change in it; the day on which somebody loads it says little about it.
    changed = [row["modified"] for row in rows if row["modified"] is not None]
    until: date = max(changed or [row["loaded"] for row in rows])
    for row in rows:
        title = row["citation_title"] or row["title"]
        ended: date | None = row["out_of_force"] if row["out_of_force"] and row["out_of_force"] <= until else None
        code = names.changes.renamed_to(row["code"]) if row["code"] else None
        yield Dated(
            own_identifier(title),
            code or row["participant_id"],
            code,
            row["entry"],
            row["exit"],
            min(until, ended or until),
            ended,
            _compelled(title),
            registered=True,
        )


@lru_cache(maxsize=4096)
def _compelled(name: str) -> bool:
    return classify(name).status.value == "compulsory"
