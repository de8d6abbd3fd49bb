"""One change of the municipal map and what it does to each municipality that gives up residents.

Kinds of change follow the Wet algemene regels herindeling, art. 1 (mergers, splits, corrections); codes are those
of CBS. A share is the part of the *old* municipality that goes to the new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING

from verband.domain.figure import Kind
from verband.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHARE_TOLERANCE = 0.005  # published shares are rounded to four decimals at most; ten parts may add up this far off


class ChangeType(StrEnum):
    """What happened to the old municipality."""

    MERGER = "merger"
    """It went (as a whole, unless split rows say otherwise) into the new one."""
    SPLIT = "split"
    """It was divided; this is one of its parts."""
    RENAMING = "renaming"
    """Only its name or code changed."""
    BOUNDARY_CORRECTION = "boundary_correction"
    """It gave up a part and went on."""
    CONTINUATION = "continuation"
    """It took others in and kept its code (old code = new code)."""


@dataclass(frozen=True, slots=True)
class Event:
    """One record: (part of) an old municipality goes into a new one on a day.

    Attributes
    ----------
    effective_date
        First day of the new situation. Yearly lists are as of 1 January: a change on 24 March 2022 shows in 2023.
    new_code, new_name, old_code, old_name
        CBS codes and names.
    type
        What happened to the old municipality.
    share
        Fraction of the old municipality that went to the new one; ``None`` if not known.
    inhabitants_moved
        Residents who went with it; ``None`` if not known.
    """

    effective_date: date
    new_code: str
    new_name: str
    old_code: str
    old_name: str
    type: ChangeType
    share: float | None = None
    inhabitants_moved: float | None = None

    @property
    def order(self) -> tuple[date, str, str]:
        """Sorts records so that their order in a file does not matter."""
        return (self.effective_date, self.old_code, self.new_code)

    def words(self) -> str:
        """Name the record in a message."""
        day = self.effective_date.isoformat()
        return f"{self.old_name} ({self.old_code}) to {self.new_name} ({self.new_code}) on {day}"


@dataclass(frozen=True, slots=True)
class Outflow:
    """One destination of a municipality on the day of a change.

    Attributes
    ----------
    code
        The receiving municipality; the old one itself for what it keeps.
    weight
        Fraction of the old municipality; ``None`` where the records do not tell.
    kind
        Measured for a whole municipality, derived for a part.
    note
        Where the weight comes from or why it is not known; empty for a whole municipality.
    main
        Whether the records call this the successor although the weight is not known.
    """

    code: str
    weight: float | None
    kind: Kind
    note: str
    main: bool = False


def read_event(record: Mapping[str, object]) -> Event:
    """Read one record; empty text counts as missing.

    Raises
    ------
    BadInputError
        If a code, date, type or number is not one, or a share lies outside 0 to 1.
    """
    where = f"boundary change {record.get('old_code')} to {record.get('new_code')} on {record.get('effective_date')}"
    day = record.get("effective_date")
    try:
        effective = day if type(day) is date else date.fromisoformat(str(day)[:10])
        change = ChangeType(str(record.get("type")))
    except ValueError as error:
        todo = f"Dates are written as 2023-01-01; types are {', '.join(ChangeType)}"
        raise BadInputError(f"the date or the type cannot be read ({error})", where=where, todo=todo) from error
    codes = {name: str(record.get(name) or "").strip() for name in ("new_code", "old_code")}
    if not all(codes.values()):
        raise BadInputError("the old or the new code is empty", where=where, todo="Fill in both CBS codes")
    share = _number(record.get("share"), where)
    moved = _number(record.get("inhabitants_moved"), where)
    if share is not None and not 0 <= share <= 1:
        raise BadInputError(f"the share {share} is not between 0 and 1", where=where, todo="Give a fraction")
    if moved is not None and moved < 0:
        raise BadInputError(f"{moved} inhabitants cannot have moved", where=where, todo="Give 0 or more")
    if change is ChangeType.CONTINUATION and codes["new_code"] != codes["old_code"]:
        raise BadInputError("a continuation keeps its code", where=where, todo="Use the type merger or renaming")
    return Event(
        effective_date=effective,
        new_code=codes["new_code"],
        new_name=str(record.get("new_name") or codes["new_code"]),
        old_code=codes["old_code"],
        old_name=str(record.get("old_name") or codes["old_code"]),
        type=change,
        share=share,
        inhabitants_moved=moved,
    )


def _number(value: object, where: str) -> float | None:
    if value is None or value == "":
        return None
    try:
        number = float(str(value))
    except ValueError as error:
        raise BadInputError(f"{value!r} is not a number", where=where) from error
    if not isfinite(number):
        raise BadInputError(f"{value!r} is not a number", where=where)
    return number


def outflows(events: Sequence[Event]) -> tuple[Outflow, ...]:
    """Divide one old municipality over its destinations, from its records of one day.

    Stated shares come first; where exactly one part has none, it is the rest; where no part has one, the residents
    who moved divide it if they are known for every part; otherwise the weight is unknown, and the note says so.

    Parameters
    ----------
    events
        All records of one ``old_code`` on one ``effective_date``.

    Returns
    -------
    tuple of Outflow
        Weights sum to 1 where all are known; known weights never exceed 1.

    Raises
    ------
    BadInputError
        If the shares contradict each other.
    """
    old = events[0].old_code
    leaving = [event for event in events if event.new_code != old]
    if not leaving:
        return (Outflow(old, 1.0, Kind.MEASURED, ""),)
    stays = len(leaving) < len(events) or all(event.type is ChangeType.BOUNDARY_CORRECTION for event in leaving)
    if stays:
        return _part_leaves(old, leaving)
    if len(leaving) == 1:
        return (_whole(leaving[0]),)
    return _divided(leaving)


def _whole(event: Event) -> Outflow:
    partial = event.share is None and event.type is ChangeType.SPLIT
    if partial or (event.share is not None and abs(event.share - 1) > SHARE_TOLERANCE):
        raise BadInputError(
            "only a part of the municipality has a destination",
            where=f"boundary change {event.words()}",
            todo="Add the other parts, or a continuation if the rest went on under the old code",
        )
    return Outflow(event.new_code, 1.0, Kind.MEASURED, "")


def _part_leaves(old: str, leaving: Sequence[Event]) -> tuple[Outflow, ...]:
    known = sum(event.share or 0.0 for event in leaving)
    if known >= 1:
        raise _contradiction(leaving, known)
    complete = all(event.share is not None for event in leaving)
    parts = [
        Outflow(e.new_code, e.share, Kind.DERIVED, _unknown(e) if e.share is None else _stated(e)) for e in leaving
    ]
    names = ", ".join(event.words() for event in leaving)
    note = f"what is left after {names}" if complete else f"not known how much was left after {names}"
    keeps = Outflow(old, max(0.0, 1 - known) if complete else None, Kind.DERIVED, note, main=True)
    return (keeps, *parts)


def _divided(leaving: Sequence[Event]) -> tuple[Outflow, ...]:
    missing = [event for event in leaving if event.share is None]
    known = sum(event.share or 0.0 for event in leaving)
    if known > 1 + SHARE_TOLERANCE or (not missing and known < 1 - SHARE_TOLERANCE):
        raise _contradiction(leaving, known)
    if not missing:
        return tuple(Outflow(e.new_code, (e.share or 0.0) / known, Kind.DERIVED, _stated(e)) for e in leaving)
    moved = [event.inhabitants_moved for event in leaving]
    total = sum(number or 0.0 for number in moved)
    if len(missing) == len(leaving) and all(number is not None for number in moved) and total > 0:
        fractions = [(number or 0.0) / total for number in moved]
        return tuple(
            Outflow(event.new_code, fraction, Kind.DERIVED, f"by inhabitants moved, {event.words()}")
            for event, fraction in zip(leaving, fractions, strict=True)
        )
    if len(missing) == 1:
        return tuple(
            Outflow(e.new_code, e.share, Kind.DERIVED, _stated(e))
            if e.share is not None
            else Outflow(e.new_code, max(0.0, 1 - known), Kind.DERIVED, f"the rest, {e.words()}")
            for e in leaving
        )
    successors = [event for event in missing if event.type in {ChangeType.MERGER, ChangeType.RENAMING}]
    return tuple(
        Outflow(e.new_code, e.share, Kind.DERIVED, _stated(e))
        if e.share is not None
        else Outflow(e.new_code, None, Kind.DERIVED, _unknown(e), main=successors == [e])
        for e in leaving
    )


def _stated(event: Event) -> str:
    return f"stated share {event.share:.4g}, {event.words()}"


def _unknown(event: Event) -> str:
    return f"share not known, {event.words()}"


def _contradiction(leaving: Sequence[Event], known: float) -> BadInputError:
    first = leaving[0]
    return BadInputError(
        f"the shares that leave {first.old_name} add up to {known:.4g}, which cannot be",
        where=f"boundary changes of {first.old_code} on {first.effective_date.isoformat()}",
        todo="Correct the shares, or add a continuation if the rest went on under the old code",
    )
