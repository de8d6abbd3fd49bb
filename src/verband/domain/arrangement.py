"""A joint arrangement (gemeenschappelijke regeling) and its participants, as the sources together tell of it.

An arrangement is made by councils, colleges or mayors (Wgr art. 1), has a legal form (art. 8), and is compelled by law,
compelled as to cooperation only, or voluntary. What a name alone tells is in :mod:`verband.domain.classification`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

SOURCES = ("own", "register", "list", "region")
"""From the one that decides to the one that is used when no other speaks."""


@dataclass(frozen=True, slots=True)
class Membership:
    """One participant of one arrangement as one source gives it.

    Attributes
    ----------
    arrangement_id, arrangement
        Identifier shared by the sources (from the name), and the name.
    code
        Municipality in the boundaries of the day asked; ``None`` for other participants.
    code_published, name
        Code and name of the participant as published.
    origin
        ``own``, ``register``, ``list`` or ``region``.
    source, as_of
        File or table, and the day the source speaks of.
    carried
        The participant has since merged or was divided, so that this row is derived.
    note
        What the reader should know (divided municipality).
    """

    arrangement_id: str
    arrangement: str
    code: str | None
    code_published: str | None
    name: str
    origin: str
    source: str
    as_of: date | None
    carried: bool = False
    note: str | None = None
    form: str | None = None
    status: str | None = None
    status_kind: str | None = None
    basis: str | None = None
    made_by: str | None = None
    tasks: tuple[str, ...] = ()
    tasks_kind: str | None = None
    share: float | None = None
    votes: float | None = None
    total_votes: float | None = None
    contribution_eur: float | None = None
    contribution_year: int | None = None
    key: str | None = None
    entry: date | None = None
    exit: date | None = None
    exit_clause: str | None = None
    document: str | None = None
    document_date: date | None = None
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """A participant as shown: code in the boundaries of the day, if it is a municipality."""

    code: str | None
    name: str
    share: float | None
    votes: float | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A document on which the council may send its view."""

    document: str
    received: date | None
    deadline: date | None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An arrangement of one municipality on a day.

    Attributes
    ----------
    status
        ``compulsory``, ``cooperate``, ``voluntary`` or ``unknown``; ``status_kind`` says how it is known.
    participants_as_of
        Day of the source that names the participants, which can be older than ``as_of``.
    kind
        ``measured`` as published, ``derived`` when carried over a merger.
    doubtful
        The law asks one body for this duty and the lists name more, so that this one may not hold.
    """

    arrangement_id: str
    name: str
    form: str | None
    status: str
    status_kind: str | None
    basis: str | None
    tasks: tuple[str, ...]
    tasks_kind: str | None
    participants: tuple[Participant, ...]
    participants_as_of: date | None
    share: float | None
    votes: float | None
    total_votes: float | None
    contribution_eur: float | None
    contribution_year: int | None
    key: str | None
    entry: date | None
    exit: date | None
    exit_clause: str | None
    deadlines: tuple[Deadline, ...]
    origin: str
    source: str
    as_of: date | None
    kind: str
    note: str | None
    doubtful: bool = False

    @property
    def bases(self) -> frozenset[str]:
        """The legal bases one by one: a body for two duties has two."""
        return frozenset(self.basis.split("; ")) if self.basis else frozenset()

    def as_record(self) -> dict[str, Any]:
        """The documented record of ``verband arrangements --format json``."""
        return {
            "id": self.arrangement_id,
            "name": self.name,
            "form": self.form,
            "status": self.status,
            "status_kind": self.status_kind,
            "basis": self.basis,
            "tasks": list(self.tasks),
            "tasks_kind": self.tasks_kind,
            "participants": [{"code": item.code, "name": item.name} for item in self.participants],
            "participants_as_of": self.participants_as_of,
            "share": self.share,
            "votes": self.votes,
            "total_votes": self.total_votes,
            "contribution_eur": self.contribution_eur,
            "contribution_year": self.contribution_year,
            "key": self.key,
            "entry": self.entry,
            "exit": self.exit,
            "exit_clause": self.exit_clause,
            "source": self.source,
            "as_of": self.as_of,
            "kind": self.kind,
            "note": self.note,
            "doubtful": self.doubtful,
        }


@dataclass(frozen=True, slots=True)
class ArrangementList:
    """The arrangements of one municipality on a day.

    Attributes
    ----------
    items
        In force, as far as the sources tell; by status and name.
    ended
        Arrangements that ended for this municipality, with the reason.
    notes
        What the reader should know about the list as a whole.
    led_from
        A sentence where a dissolved municipality led to this one.
    """

    code: str
    name: str
    on: date
    items: tuple[Arrangement, ...]
    ended: tuple[tuple[Arrangement, str], ...]
    notes: tuple[str, ...] = ()
    led_from: str | None = None

    @property
    def compulsory(self) -> int:
        """How many arrangements are listed as compulsory by law."""
        return sum(item.status == "compulsory" for item in self.items)

    @property
    def duties(self) -> int:
        """How many of these can hold: those in doubt count once per duty that no other one is there for."""
        listed = [item for item in self.items if item.status == "compulsory"]
        certain = [item for item in listed if not item.doubtful]
        met = {basis for item in certain for basis in item.bases}
        return len(certain) + len({basis for item in listed if item.doubtful for basis in item.bases} - met)

    @property
    def oldest(self) -> date | None:
        """Day of the oldest source in the list."""
        return min((item.as_of for item in self.items if item.as_of), default=None)
