"""How long participants were in an arrangement, and whether they left: spells from dated rows of files.

A spell is observed from the day of joining, or where that is not known from the first day on which a file names the
participant: it was at risk of leaving before, but would not be in the file had it left (delayed entry; Cox and Oakes,
1984, "Analysis of survival data", section 11.3). It is observed until the day of leaving, else until the last day on
which its row was right. A day of leaving after the last day on which anything of the arrangement was right is announced
and has not happened. Not every end is a leaving: a municipality that ceases to exist takes nobody's freedom to stay
(Wet arhi art. 41), and an arrangement that ends for all is not left by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

End = Literal["left", "dissolved", "ended", "announced", "none"]
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
    """

    arrangement: str
    participant: str
    code: str | None
    entry: date | None
    exit: date | None
    as_of: date
    ended: date | None = None
    compulsory: bool = False


@dataclass(frozen=True, slots=True)
class Spell:
    """A participant in an arrangement.

    Attributes
    ----------
    arrangement, participant, code, compulsory
        As of :class:`Dated`.
    start, stop
        First and last day observed; equal where nothing is.
    entry_known
        Whether the day of joining is known.
    end
        How it ended: left; the municipality dissolved; the arrangement ended; leaving announced only; or not.
    """

    arrangement: str
    participant: str
    code: str | None
    compulsory: bool
    start: date
    stop: date
    entry_known: bool
    end: End

    @property
    def years(self) -> float:
        """Years observed."""
        return (self.stop - self.start).days / _YEAR


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
    for _, participants in sorted(by_arrangement.items()):
        every = [row for own in participants.values() for row in own]
        until = max(row.as_of for row in every)
        # A version that was followed by another did not end the arrangement.
        ended = max((row.ended for row in every if row.ended), default=None)
        if any(row.ended is None for row in every):
            ended = None
        made = [
            _spell(stay, until, ended, dissolved)
            for _, own in sorted(participants.items())
            for stay in _stays(sorted(own, key=lambda row: row.as_of))
        ]
        found += [_told(item, made, ended) for item in made]
    return tuple(found)


def _stays(rows: list[Dated]) -> list[list[Dated]]:
    """Rows of one participant by stay: another begins only where it joins again after the day on which it left."""
    stays: list[list[Dated]] = []
    for row in sorted(rows, key=lambda row: (row.entry or row.as_of, row.as_of)):
        left = max((one.exit for one in stays[-1] if one.exit), default=None) if stays else None
        if not stays or (row.entry is not None and left is not None and row.entry >= left):
            stays.append([row])
        else:
            stays[-1].append(row)
    return [sorted(stay, key=lambda row: row.as_of) for stay in stays]


def _spell(rows: list[Dated], until: date, ended: date | None, dissolved: Mapping[str, date]) -> Spell:
    first, last = rows[0], rows[-1]
    entry = min((row.entry for row in rows if row.entry), default=None)
    start = entry or first.as_of
    exit_day = next((row.exit for row in reversed(rows) if row.exit), None)
    if exit_day and any(row.exit is None and row.as_of >= exit_day for row in rows):
        exit_day = None  # A later row has it stay after all.
    gone = dissolved.get(first.code) if first.code else None
    end: End = "none"
    if exit_day and exit_day > until:
        end, exit_day = "announced", None
    stop = exit_day or last.as_of
    if gone and stop >= gone - _DAY_BEFORE:
        end = "dissolved"
    elif ended and not exit_day and stop >= ended:
        end = "ended"
    elif exit_day:
        end = "left"
    stop = min(day for day in (stop, gone, ended) if day is not None)
    return Spell(
        arrangement=first.arrangement,
        participant=first.participant,
        code=first.code,
        compulsory=any(row.compulsory for row in rows),
        start=start,
        stop=max(start, stop),
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
