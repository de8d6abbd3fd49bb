"""How long participants were in an arrangement, and whether they left: spells from dated rows of files.

A spell is observed from the day of joining, or where that is not known from the first day on which a file names the
participant: it was at risk of leaving before, but would not be in the file had it left (delayed entry; Cox and Oakes,
1984, "Analysis of survival data", section 11.3). For the same reason years count only from the day from which a file
would show who leaves, its *clock*; years before it, of those that stayed until then, would be immortal. A list shows
who leaves after it. Whoever fills in leavings of the past goes back to a day that is not told; it is known to lie
before the oldest of them. Counting from an event on, without that event, leaves the rate as it is, for the events after
a stopping time do not depend on it (strong Markov property of the Poisson process; Daley and Vere-Jones, 2003, "An
introduction to the theory of point processes" I, chapter 2). Participants often go together, so the clock starts when
the time is over in which others go with the oldest. It is one per arrangement in own files, since each may go back as
far as it likes; an arrangement of one list without any leaving then says nothing, and where arrangements differ much in
how often they are left, those that are left often weigh more. The register keeps its history for all alike: one clock.

A participant is observed until the day of leaving, else until the last day on which its row was right. A day of leaving
after the last day on which anything of the arrangement was right is announced and has not happened. A day of leaving is
withdrawn only by a row that is newer than the newest that states it, and that was right on that day or later. Not every
end is a leaving: a municipality that ceases to exist takes nobody's freedom to stay (Wet arhi art. 41), and an
arrangement that ends for all is not left by one. Who is no longer in newer rows, without a day of leaving, may have
left: nobody knows when.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

End = Literal["left", "dissolved", "ended", "announced", "gone", "none"]
_TOGETHER = timedelta(days=31)
"""Participants that go within a month of each other go together: days differ by when each of them decided."""
_DAY_BEFORE = timedelta(days=1)
"""A membership ends on the last day of the old municipality or on the first of the new one."""
_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Dated:
    """A row of a file on a participant of an arrangement.

    Attributes
    ----------
    arrangement, participant
        Which; the same participant has the same text in every row.
    code
        Municipality; ``None`` for other participants.
    entry, exit
        Days of joining and of leaving; ``None`` where not filled in.
    as_of
        Day on which the row was right.
    ended
        Day on which the arrangement ceased to be in force; ``None`` where it did not.
    compulsory
        Whether the law compels the arrangement.
    registered
        Whether it comes from a register that keeps the history of all arrangements alike.
    """

    arrangement: str
    participant: str
    code: str | None
    entry: date | None
    exit: date | None
    as_of: date
    ended: date | None = None
    compulsory: bool = False
    registered: bool = False


@dataclass(frozen=True, slots=True)
class Spell:
    """A participant in an arrangement.

    Attributes
    ----------
    arrangement, participant, code, compulsory, registered
        As of :class:`Dated`.
    start, stop
        First and last day observed; equal where nothing is.
    clock
        Day from which its source would show who leaves: no year before it counts.
    entry_known
        Whether the day of joining is known.
    end
        How it ended: left; the municipality dissolved; the arrangement ended; leaving announced only; gone from newer
        rows without a day; or not.
    """

    arrangement: str
    participant: str
    code: str | None
    compulsory: bool
    registered: bool
    start: date
    stop: date
    clock: date
    entry_known: bool
    end: End

    @property
    def since(self) -> date:
        """First day that counts."""
        return max(self.start, self.clock)

    @property
    def years(self) -> float:
        """Years that count."""
        return max((self.stop - self.since).days, 0) / _YEAR

    @property
    def only_starts(self) -> bool:
        """Whether it left on a day that only starts the clock."""
        return self.end == "left" and self.stop <= self.clock


def spells(rows: Iterable[Dated], dissolved: Mapping[str, date]) -> tuple[Spell, ...]:
    """Make spells of rows.

    Parameters
    ----------
    rows
        In any order; of one arrangement all from one source.
    dissolved
        Day on which a municipality ceased to exist, by code.

    Returns
    -------
    tuple of Spell
        By arrangement, participant and start.
    """
    by_arrangement: dict[str, dict[str, list[Dated]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_arrangement[row.arrangement][row.participant].append(row)
    found: list[Spell] = []
    clocks: dict[str, date] = {}
    history: dict[bool, list[date]] = {True: [], False: []}
    for name, participants in sorted(by_arrangement.items()):
        every = [row for own in participants.values() for row in own]
        until = max(row.as_of for row in every)
        # A version that was followed by another did not end the arrangement.
        ended = max((row.ended for row in every if row.ended), default=None)
        if any(row.ended is None for row in every):
            ended = None
        stays = [stay for _, own in sorted(participants.items()) for stay in _stays(own)]
        made = [_spell(stay, until, ended, dissolved) for stay in stays]
        found += [_told(item, made, ended) for item in made]
        exits = [day for stay in stays if (day := _exit_day(stay)) and day <= until]
        if every[0].registered:
            history[True] += exits
            history[False] += [row.ended for row in every if row.ended]
        else:
            clocks[name] = min([row.as_of for row in every] + [day + _TOGETHER for day in exits])
    # That a version went out of force shows a history too; a register without any shows the present only.
    oldest = [day + _TOGETHER for day in history[True]] or history[False]
    of_register = min(oldest, default=date.max)
    return tuple(replace(item, clock=clocks.get(item.arrangement, of_register)) for item in found)


def one_clock(stays: Iterable[Spell]) -> tuple[Spell, ...]:
    """The spells as if all own files went back equally far: to the oldest of their clocks."""
    every = tuple(stays)
    first = min((item.clock for item in every if not item.registered), default=None)
    return tuple(item if first is None or item.registered else replace(item, clock=first) for item in every)


def _stays(rows: list[Dated]) -> list[list[Dated]]:
    """Rows of one participant by stay: another begins only where it joins again after the day on which it left."""
    stays: list[list[Dated]] = []
    # Of rows of the same days the one that ends a stay comes first, whatever their order in the files.
    for row in sorted(rows, key=lambda row: (row.entry or row.as_of, row.as_of, row.exit or date.max, str(row.entry))):
        left = max((one.exit for one in stays[-1] if one.exit), default=None) if stays else None
        if not stays or (row.entry is not None and left is not None and row.entry >= left):
            stays.append([row])
        else:
            stays[-1].append(row)
    return [sorted(stay, key=lambda row: row.as_of) for stay in stays]


def _exit_day(rows: list[Dated]) -> date | None:
    """Day of leaving by the newest rows that state one, unless a still newer row has it stay after all."""
    stated = [(row.as_of, row.exit) for row in rows if row.exit]
    if not stated:
        return None
    newest, day = max(stated)
    stays = any(row.exit is None and row.as_of > newest and row.as_of >= day for row in rows)
    return None if stays else day


def _spell(rows: list[Dated], until: date, ended: date | None, dissolved: Mapping[str, date]) -> Spell:
    first, last = rows[0], rows[-1]
    entry = min((row.entry for row in rows if row.entry), default=None)
    start = entry or first.as_of
    exit_day = _exit_day(rows)
    ceased = dissolved.get(first.code) if first.code else None
    end: End = "none"
    if exit_day and exit_day > until:
        end, exit_day = "announced", None
    stop = exit_day or last.as_of
    if ceased and (stop >= ceased - _DAY_BEFORE or (not exit_day and last.as_of < ceased <= until)):
        end = "dissolved"
    elif ended and not exit_day and stop >= ended:
        end = "ended"
    elif exit_day:
        end = "left"
    elif end == "none" and last.as_of < until:
        end = "gone"
    stop = min(day for day in (stop, ceased, ended) if day is not None)
    return Spell(
        arrangement=first.arrangement,
        participant=first.participant,
        code=first.code,
        compulsory=any(row.compulsory for row in rows),
        registered=first.registered,
        start=start,
        stop=max(start, stop),
        clock=start,
        entry_known=entry is not None,
        end=end,
    )


def _told(item: Spell, every: list[Spell], ended: date | None) -> Spell:
    """The spell, where the whole arrangement ended with it marked so."""
    if item.end != "left":
        return item
    if ended is not None and item.stop >= ended - _TOGETHER:
        return replace(item, end="ended")
    stay = any(other.end in ("none", "announced") or other.stop > item.stop + _TOGETHER for other in every)
    together = sum(other.end == "left" and abs(other.stop - item.stop) <= _TOGETHER for other in every)
    # Where a file names one participant only, nothing is known of the others.
    return replace(item, end="ended") if not stay and together > 1 else item
