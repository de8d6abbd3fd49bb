"""Genealogy of municipalities: which parts of which municipality go where between two 1 Januaries.

Amounts of predecessors are carried to the boundaries of a later year with weights that sum to 1; a weight that the
records do not tell is ``None``, never a guess. Yearly lists and accounts are in the boundaries of 1 January, so a
change on 24 March 2022 (Weesp) works from 2023 on, and one on 1 January 2018 from 2018 on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from verband.domain.boundary_event import ChangeType, Event, Outflow, outflows, read_event
from verband.domain.figure import Kind, combine
from verband.errors import BadInputError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

__all__ = ["ChangeType", "Event", "Genealogy", "Part", "Unexplained"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a municipality in other boundaries.

    Attributes
    ----------
    code
        The municipality that receives it (``carry``) or gives it (``predecessors``).
    weight
        Fraction of the giving municipality; ``None`` where the records do not tell.
    kind
        Measured for a whole municipality, derived for a part.
    note
        Where the weight comes from or why it is not known; empty for a whole municipality.
    """

    code: str
    weight: float | None
    kind: Kind
    note: str


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A difference between yearly lists that the records do not explain, or the reverse.

    Attributes
    ----------
    code
        The municipality.
    year
        The list in which the fault shows.
    what
        In plain words.
    """

    code: str
    year: int
    what: str


class Genealogy:
    """All changes of the municipal map; build it with :meth:`from_records`."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._events = tuple(sorted(set(events), key=lambda event: event.order))
        self._transitions = _transitions(self._events)
        self._dissolved = {
            code: min(ends)
            for code, days in self._transitions.items()
            if (ends := [day for day, parts in days if all(part.code != code for part in parts)])
        }
        self._created = _created(self._events)
        self._renamed = {
            event.old_code: event.new_code
            for event in self._events
            if event.type is ChangeType.RENAMING and self._dissolved.get(event.old_code) == event.effective_date
        }
        self._check_order()

    @classmethod
    def from_records(cls, rows: Iterable[Mapping[str, object]]) -> Genealogy:
        """Build from rows with effective_date, new_code, new_name, old_code, old_name, type, share, inhabitants_moved.

        A municipality that takes others in and keeps its code has a row of type ``continuation``.

        Raises
        ------
        BadInputError
            If a record cannot be read, or records contradict each other or run in a circle.
        """
        return cls(read_event(row) for row in rows)

    def events(self, code: str | None = None) -> tuple[Event, ...]:
        """Return the records in which the municipality gives or receives, oldest first; all without a code."""
        return tuple(event for event in self._events if code is None or code in (event.old_code, event.new_code))

    def dissolved_on(self, code: str) -> date | None:
        """Return the day on which the municipality ceased to exist, ``None`` if it did not."""
        return self._dissolved.get(code)

    def renamed_to(self, code: str) -> str:
        """Return the code under which the municipality goes on after changes of its name or code alone."""
        return self.renamed_to(self._renamed[code]) if code in self._renamed else code

    def created_on(self, code: str) -> date | None:
        """Return the day on which the municipality came into being, ``None`` if before the records."""
        return self._created.get(code)

    def exists(self, code: str, year: int) -> bool:
        """Whether the municipality existed on 1 January, as far as the records tell."""
        day = date(year, 1, 1)
        created, dissolved = self._created.get(code), self._dissolved.get(code)
        return (created is None or created <= day) and (dissolved is None or dissolved > day)

    def carry(self, code: str, from_year: int, to_year: int) -> tuple[Part, ...]:
        """Say into which municipalities one goes between the 1 Januaries of two years.

        Parameters
        ----------
        code
            A municipality that existed on 1 January of ``from_year``; one without changes is carried to itself.
        from_year, to_year
            Boundaries of 1 January of these years.

        Returns
        -------
        tuple of Part
            In order of code. Weights sum to 1; where shares are not known they are ``None`` and the others sum to
            less than 1. Unknown parts that meet again in one municipality are known together.

        Raises
        ------
        UnknownNameError
            If ``to_year`` lies before ``from_year``, or the municipality did not exist in ``from_year``.
        """
        if to_year < from_year:
            raise UnknownNameError(
                f"boundaries of {to_year} cannot hold figures of {from_year}",
                where=code,
                todo=f"Ask the boundaries of {from_year} or later",
            )
        self._demand(code, from_year)
        flows = self._resolve(code, date(from_year, 1, 1), date(to_year, 1, 1))
        return tuple(flows[code] for code in sorted(flows))

    def weights(self, from_year: int, to_year: int, codes: Iterable[str]) -> tuple[tuple[str, str, float | None], ...]:
        """Carry several municipalities: rows (old code, new code, weight), sorted.

        Raises
        ------
        UnknownNameError
            As :meth:`carry`.
        """
        return tuple(
            (code, part.code, part.weight)
            for code in sorted(set(codes))
            for part in self.carry(code, from_year, to_year)
        )

    def successor(self, code: str, on: date) -> str | None:
        """Return the main successor (largest share) on a day, or the municipality itself while it exists.

        ``None`` where shares are not known and the records name no main successor.
        """
        if self._dissolved.get(code, date.max) > on:
            return code
        flows = self._resolve(code, date.min, on)
        if all(part.weight is not None for part in flows.values()):
            return max(sorted(flows), key=lambda other: flows[other].weight or 0.0)
        return self._main_line(code, on)

    def predecessors(self, code: str, year: int, back_to_year: int) -> tuple[Part, ...]:
        """Say which municipalities of 1 January ``back_to_year`` make up one of 1 January ``year``.

        Returns
        -------
        tuple of Part
            In order of code; ``weight`` is the fraction *of the predecessor* that belongs to it.

        Raises
        ------
        UnknownNameError
            If ``back_to_year`` lies after ``year``, or the municipality did not exist on 1 January ``year``.
        """
        if back_to_year > year:
            raise UnknownNameError(
                f"{back_to_year} lies after {year}", where=code, todo=f"Ask predecessors in {year} or before"
            )
        self._demand(code, year)
        found = []
        for old in sorted(self._ancestors(code)):
            if self.exists(old, back_to_year):
                flows = self._resolve(old, date(back_to_year, 1, 1), date(year, 1, 1))
                if code in flows:
                    part = flows[code]
                    found.append(Part(old, part.weight, part.kind, part.note))
        return tuple(found)

    def unexplained(self, lists: Mapping[int, Collection[str]]) -> tuple[Unexplained, ...]:
        """Hold the records against yearly lists of codes (1 January); nothing is returned when all agrees."""
        faults: list[Unexplained] = []
        years = sorted(lists)
        for year in years:
            faults += [
                Unexplained(code, year, f"is listed, but was dissolved on {self._dissolved[code].isoformat()}")
                if self._dissolved.get(code, date.max) <= date(year, 1, 1)
                else Unexplained(code, year, f"is listed, but was created on {self._created[code].isoformat()}")
                for code in sorted(lists[year])
                if not self.exists(code, year)
            ]
        for year, following in pairwise(years):
            now, then = set(lists[year]), set(lists[following])
            for code in sorted(now - then):
                if self.exists(code, following):
                    faults.append(Unexplained(code, following, "vanishes without a record"))
                    continue
                if self.exists(code, year):
                    lost = [part.code for part in self.carry(code, year, following) if part.code not in then]
                    faults += [Unexplained(code, following, f"goes to {other}, which is not listed") for other in lost]
            faults += [
                Unexplained(code, following, "appears without a record")
                for code in sorted(then - now)
                if self.exists(code, year)
            ]
        return tuple(faults)

    def _demand(self, code: str, year: int) -> None:
        if self.exists(code, year):
            return
        created, dissolved = self._created.get(code), self._dissolved.get(code)
        if dissolved is not None and dissolved <= date(year, 1, 1):
            successor = self.successor(code, date(year, 1, 1))
            todo = f"Ask its successor {successor}" if successor else "Ask the municipalities it was divided over"
            what = f"this municipality was dissolved on {dissolved.isoformat()}"
        else:
            what = f"this municipality was created on {created.isoformat() if created else 'a later day'}"
            todo = "Ask its predecessors"
        raise UnknownNameError(f"{what} and did not exist on 1 January {year}", where=code, todo=todo)

    def _resolve(self, code: str, after: date, until: date) -> dict[str, Part]:
        step = next(((day, parts) for day, parts in self._transitions.get(code, ()) if after < day <= until), None)
        if step is None:
            return {code: Part(code, 1.0, Kind.MEASURED, "")}
        day, outgoing = step
        known: list[Part] = []
        unknown: list[Part] = []
        for flow in outgoing:
            for part in self._resolve(flow.code, day, until).values():
                weight = None if flow.weight is None or part.weight is None else flow.weight * part.weight
                note = "; ".join(text for text in (flow.note, part.note) if text)
                target = unknown if flow.weight is None else known
                target.append(Part(part.code, weight, combine(flow.kind, part.kind), note))
        rest = 1 - sum(flow.weight or 0.0 for flow in outgoing)
        if unknown and len({part.code for part in unknown}) == 1:
            kind = Kind.MEASURED if not known and rest == 1 else Kind.DERIVED
            known.append(Part(unknown[0].code, rest, kind, "; ".join(dict.fromkeys(part.note for part in unknown))))
            unknown = []
        return _sum_by_code(known + unknown)

    def _main_line(self, code: str, on: date) -> str | None:
        steps = [(day, code, parts) for code, days in self._transitions.items() for day, parts in days if day <= on]
        for _, giver, parts in sorted(steps, key=lambda step: step[:2]):
            if giver != code:
                continue
            if all(part.weight is not None for part in parts):
                main = [max(sorted(parts, key=lambda part: part.code), key=lambda part: part.weight or 0.0)]
            else:
                main = [part for part in parts if part.main]
            if len(main) != 1:
                return None
            code = main[0].code
        return code

    def _ancestors(self, code: str) -> set[str]:
        givers: dict[str, set[str]] = defaultdict(set)
        for event in self._events:
            givers[event.new_code].add(event.old_code)
        found, waiting = {code}, [code]
        while waiting:
            for old in givers[waiting.pop()] - found:
                found.add(old)
                waiting.append(old)
        return found

    def _check_order(self) -> None:
        for event in self._events:
            for code in (event.old_code, event.new_code):
                end = self._dissolved.get(code, date.max)
                if end < event.effective_date or (end == event.effective_date and code == event.new_code):
                    raise BadInputError(
                        f"{code} has a change on {event.effective_date}, but was dissolved on {end}",
                        where=f"boundary change {event.words()}",
                        todo="A code is used once: correct the dates, or add the continuation that is missing",
                    )


def _transitions(events: Sequence[Event]) -> dict[str, tuple[tuple[date, tuple[Outflow, ...]], ...]]:
    grouped: dict[tuple[str, date], list[Event]] = defaultdict(list)
    for event in events:
        grouped[event.old_code, event.effective_date].append(event)
    found: dict[str, list[tuple[date, tuple[Outflow, ...]]]] = defaultdict(list)
    for (code, day), rows in sorted(grouped.items(), key=lambda item: item[0]):
        pairs = [row.new_code for row in rows]
        if len(pairs) != len(set(pairs)):
            raise BadInputError(
                "two records give different facts about the same change",
                where=f"boundary changes of {code} on {day.isoformat()}",
                todo="Keep the right one",
            )
        parts = outflows(rows)
        if len(parts) > 1 or parts[0].code != code:
            found[code].append((day, parts))
    return {code: tuple(days) for code, days in found.items()}


def _created(events: Sequence[Event]) -> dict[str, date]:
    """First day of each code that receives a municipality without having gone on before."""
    created: dict[str, date] = {}
    older: set[str] = set()
    for day in sorted({event.effective_date for event in events}):
        today = [event for event in events if event.effective_date == day]
        # A code that gives, goes on, or only gains by a correction was there already.
        older |= {event.old_code for event in today}
        older |= {event.new_code for event in today if event.type is ChangeType.BOUNDARY_CORRECTION}
        for event in today:
            if event.new_code not in older:
                created.setdefault(event.new_code, day)
        older |= {event.new_code for event in today}
    return created


def _sum_by_code(parts: Sequence[Part]) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for part in parts:
        other = found.get(part.code)
        if other is None:
            found[part.code] = part
            continue
        weight = None if other.weight is None or part.weight is None else other.weight + part.weight
        note = "; ".join(dict.fromkeys(text for text in (other.note, part.note) if text))
        found[part.code] = Part(part.code, weight, combine(other.kind, part.kind), note)
    return found
