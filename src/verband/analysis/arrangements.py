"""The arrangements a municipality takes part in on a day, put together from sources of different age.

Per arrangement the newest kind of source decides membership: the user's own file, else the national register, else the
lists of 2015/16. Participants are carried to the boundaries of the day; a list carried over a merger is derived, and an
old membership and this year's money never appear as one fact: each row says its source and date. When all members of
an arrangement have become one municipality it lapses (Wet arhi art. 41 lid 1); else a successor takes the seat (lid 3),
but not in an area that the law fixes (lid 7): there the successor stays in its own area.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from verband.domain.arrangement import SOURCES, Arrangement, Deadline, Membership, Participant
from verband.domain.reference import in_force, reference


@cache
def _border_correction() -> float:
    """Below this share of the inhabitants a change is a border correction, no division (Wet arhi art. 1)."""
    rows = reference("boundary_rules")
    return next(float(row["value"]) for row in rows if row["rule"] == "border_correction" and in_force(row))


def arrangements_of(
    code: str,
    memberships: Sequence[Membership],
    *,
    on: date,
) -> tuple[tuple[Arrangement, ...], tuple[tuple[Arrangement, str], ...]]:
    """Put together the arrangements of one municipality on a day.

    Parameters
    ----------
    code
        The municipality, in the boundaries of the day.
    memberships
        All participants of every arrangement in which it takes part according to any source, in these boundaries.
    on
        The day.

    Returns
    -------
    tuple
        The arrangements in force and those that ended, with the reason.
    """
    by_arrangement: dict[str, list[Membership]] = {}
    for item in memberships:
        by_arrangement.setdefault(item.arrangement_id, []).append(item)
    current, ended = [], []
    for rows in by_arrangement.values():
        own_rows = [item for item in rows if item.code == code]
        if not own_rows:
            continue
        origin = min((item.origin for item in own_rows), key=SOURCES.index)
        deciding = [item for item in own_rows if item.origin == origin]
        active = [item for item in rows if _takes_part(item, on)]
        if any(_takes_part(item, on) for item in deciding):
            arrangement = _assemble(code, active, origin)
            reason = _why_lapsed(code, active, origin) or _ended_by_name(arrangement)
        else:
            arrangement = _assemble(code, rows, origin)
            reason = _why_no_part(deciding, on)
        if reason:
            ended.append((arrangement, reason))
        else:
            current.append(arrangement)
    current, passed_by = _one_area_by_law(current)
    ended += passed_by
    return tuple(sorted(current, key=_order)), tuple(sorted(ended, key=lambda pair: _order(pair[0])))


def _takes_part(item: Membership, on: date) -> bool:
    return (item.entry is None or item.entry <= on) and (item.exit is None or item.exit > on)


def _order(item: Arrangement) -> tuple[int, str]:
    return (("compulsory", "cooperate", "voluntary", "unknown").index(item.status), item.name.casefold())


def _assemble(code: str, rows: Sequence[Membership], origin: str) -> Arrangement:
    """The record of the deciding source, filled up from the others where it is silent."""
    ranked = sorted(
        rows, key=lambda item: (SOURCES.index(item.origin), -(item.as_of or date.min).toordinal(), item.carried)
    )
    own = [item for item in ranked if item.code == code]
    base = own[0]
    contribution, contribution_year = _contribution([item for item in own if item.origin == origin])
    first = _first_known(ranked)
    naming = next((kind for kind in SOURCES if len({i.name for i in rows if i.origin == kind}) > 1), origin)
    naming_rows = [item for item in rows if item.origin == naming]
    status = first["status"] or "unknown"
    return Arrangement(
        arrangement_id=base.arrangement_id,
        name=base.arrangement,
        form=first["form"],
        status=status,
        status_kind=first["status_kind"],
        basis=first["basis"],
        tasks=first["tasks"],
        tasks_kind=first["tasks_kind"],
        participants=_participants(naming_rows),
        participants_as_of=max((item.as_of for item in naming_rows if item.as_of), default=None),
        share=next((share for kind in SOURCES if (share := _share(own, kind)) is not None), None),
        votes=_own_value(own, "votes"),
        total_votes=_own_value(own, "total_votes"),
        contribution_eur=contribution,
        contribution_year=contribution_year,
        key=first["key"],
        entry=_own_value(own, "entry"),
        exit=_own_value(own, "exit"),
        exit_clause=first["exit_clause"],
        deadlines=_deadlines(rows),
        origin=origin,
        source=base.source,
        as_of=base.as_of,
        kind="derived" if base.carried or origin == "region" else "measured",
        note="; ".join(dict.fromkeys(item.note for item in own if item.note and item.carried == base.carried)) or None,
    )


def _contribution(own: Sequence[Membership]) -> tuple[float | None, int | None]:
    """Newest contribution and its year; what predecessors paid adds up, and is missing when one of them is missing."""
    paid = [item for item in own if item.contribution_eur is not None]
    year = max((item.contribution_year or 0 for item in paid), default=None)
    newest = _by_published(item for item in paid if (item.contribution_year or 0) == year)
    # What the municipality paid under its own code after a merger is the whole; predecessors alone must be complete.
    if not newest or (own[0].code not in newest and set(newest) != set(_by_published(own))):
        return None, None
    return sum(item.contribution_eur or 0.0 for item in newest.values()), year or None


def _by_published(rows: Iterable[Membership]) -> dict[str | None, Membership]:
    """Per participant as published the newest row."""
    found: dict[str | None, Membership] = {}
    for item in sorted(rows, key=lambda item: item.as_of or date.min, reverse=True):
        found.setdefault(item.code_published or item.name, item)
    return found


def _first_known(ranked: Sequence[Membership]) -> dict[str, Any]:
    """Per field the value of the first source that speaks; status and tasks take their kind along."""
    found: dict[str, Any] = {}
    for name in ("form", "basis", "key", "exit_clause"):
        found[name] = next((getattr(item, name) for item in ranked if getattr(item, name)), None)
    status = next((item for item in ranked if item.status and item.status != "unknown"), None)
    found["status"], found["status_kind"] = (status.status, status.status_kind) if status else (None, None)
    if status and status.basis:
        found["basis"] = status.basis
    tasks = next((item for item in ranked if item.tasks), None)
    found["tasks"], found["tasks_kind"] = (tasks.tasks, tasks.tasks_kind) if tasks else ((), None)
    return found


def _own_value(own: Sequence[Membership], name: str) -> Any:  # noqa: ANN401  the type is that of the field
    return next((value for item in own if (value := getattr(item, name)) is not None), None)


def _participants(rows: Sequence[Membership]) -> tuple[Participant, ...]:
    found: dict[str, list[Membership]] = {}
    for item in rows:
        found.setdefault(item.code or item.name, []).append(item)
    participants = [
        Participant(same[0].code, same[0].name, _share(same, same[0].origin), _own_value(same, "votes"))
        for same in found.values()
    ]
    return tuple(sorted(participants, key=lambda item: item.name.casefold()))


def _share(rows: Iterable[Membership], origin: str) -> float | None:
    """Shares of participants that have merged add up, and are missing when one is; one seen twice counts once."""
    known: dict[str, float | None] = {}
    for item in rows:
        if item.origin != origin:
            continue
        key = item.code_published or item.name
        if known.get(key) is None:
            known[key] = item.share
    shares = [share for share in known.values() if share is not None]
    return float(sum(shares)) if shares and len(shares) == len(known) else None


def _deadlines(rows: Sequence[Membership]) -> tuple[Deadline, ...]:
    found = {
        (item.document, item.document_date): Deadline(item.document, item.document_date, item.deadline)
        for item in rows
        if item.document
    }
    return tuple(sorted(found.values(), key=lambda item: (item.deadline or date.max, item.document)))


def _why_no_part(deciding: Sequence[Membership], on: date) -> str:
    """Why none of the rows of a municipality holds on the day: it left, or has not joined yet."""
    left = [item for item in deciding if item.exit is not None and item.exit <= on]
    if left:
        last = max(left, key=lambda item: item.exit or date.min)
        return f"left on {last.exit} ({last.source})"
    first = min(deciding, key=lambda item: item.entry or date.min)
    return f"joins only on {first.entry} ({first.source})"


def _why_lapsed(code: str, active: Sequence[Membership], origin: str) -> str | None:
    members = [item for item in active if item.origin == origin]
    published = {item.code_published or item.name for item in members}
    if len(published) > 1 and all(item.code == code for item in members):
        return "lapsed: all members have become one municipality (Wet arhi art. 41 lid 1)"
    return None


def _ended_by_name(arrangement: Arrangement) -> str | None:
    """An end that a list states only within the name ("opgeheven")."""
    if arrangement.origin != "list":
        return None
    for row in reference("arrangement_name_ends"):
        if re.search(row["pattern"], arrangement.name, re.IGNORECASE):
            return f"{row['words']} according to its name in the list of {arrangement.as_of}"
    return None


def _one_area_by_law(current: Sequence[Arrangement]) -> tuple[list[Arrangement], list[tuple[Arrangement, str]]]:
    """Take out seats of predecessors in another area of a duty than that of the municipality itself.

    Where the lists name more than one arrangement for a duty for another reason, they cannot tell which one holds, and
    each says so. Only old lists are judged: an own file and the register name the seats themselves.
    """
    kept: list[Arrangement] = []
    ended: list[tuple[Arrangement, str]] = []
    for item in current:
        same = [
            other
            for other in current
            if other is not item and other.status == "compulsory" and other.bases & item.bases
        ]
        if item.status != "compulsory" or item.origin != "list" or not same:
            kept.append(item)
            continue
        own = next((other for other in same if other.kind == "measured" and other.bases >= item.bases), None)
        if own is not None and item.kind == "derived":
            reason = f"seat of a predecessor in another area than {own.name}; the law fixes it (Wet arhi art. 41 lid 7)"
            ended.append((item, reason))
            continue
        doubt = (
            "the law fixes one area and the list names more, by different predecessors: which holds is unknown"
            if all(other.kind == "derived" for other in (item, *same))
            else "the law asks one body for this duty and the list names more: which holds is unknown"
        )
        kept.append(replace(item, note=f"{item.note}; {doubt}" if item.note else doubt, doubtful=True))
    return kept, ended


def carry(item: Membership, parts: Sequence[Mapping[str, Any]]) -> tuple[Membership, ...]:
    """Give a membership the boundaries of the day.

    Parameters
    ----------
    item
        As published.
    parts
        Municipalities that the published one went into: ``code``, ``name``, ``share`` and whether it is the ``main``
        one. Whole mergers give one part; a divided municipality gives its seat to the main part, and says so.
    """
    if len(parts) == 1:
        part = parts[0]
        carried = part["code"] != item.code_published
        if not carried:
            return (replace(item, code=part["code"]),)
        return (_succeeded(item, part, f"{item.name} is now {part['name']}"),)
    main = next((part for part in parts if part["main"]), None)
    if main is None:
        return (
            replace(item, code=None, carried=True, note=f"{item.name} was divided; who took its seat is not known"),
        )
    if main["code"] == item.code_published:
        return (replace(item, code=main["code"]),)
    if main["share"] is not None and main["share"] > 1 - _border_correction():
        note = f"{item.name} is now {main['name']}, but for {1 - main['share']:.1%} that went elsewhere"
    else:
        note = f"{item.name} was divided; its seat is given to the largest part, {main['name']}, which is a guess"
    return (_succeeded(item, main, note),)


def _succeeded(item: Membership, part: Mapping[str, Any], note: str) -> Membership:
    """The seat in the name of the successor: a code of today with a name of the past would be a third body."""
    notes = "; ".join(text for text in (item.note, note) if text)
    return replace(item, code=part["code"], name=part["name"], carried=True, note=notes)
