"""Iv3 tasks (taakvelden): the code list by year.

Tasks exist since 2017. A code is text: ``0.10`` (reserve mutations) is not ``0.1``, ``6.60`` is not ``6.6``. The list
and the nature of each task, fixed beforehand, are data (``reference/tasks.csv``); what is comparable over the years
is in :mod:`verband.domain.task`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache

from verband.domain.municipality import normalise_name
from verband.domain.reference import reference
from verband.errors import UnknownNameError

FIRST_YEAR = min(int(row["valid_from"]) for row in reference("tasks"))
_CODE = re.compile(r"\d\.\d{1,3}[a-d]?")


@dataclass(frozen=True, slots=True)
class Task:
    """One task in the years in which its title and content stay the same.

    Attributes
    ----------
    code
        As in the Iv3 list of these years; ``6.71a`` and ``6.711`` are parts of ``6.71``.
    meaning
        Numbers the contents a code has had: rows with the same meaning are comparable.
    valid_from, valid_to
        First and last year of the accounts; ``None`` for no end.
    main_task
        ``0`` to ``8``.
    level
        ``task`` (two digits at most, as in the yearly tables) or ``part`` (full code).
    rolled_up
        The task to which a part belongs; the code itself for a task.
    in_total
        Whether it counts in total cost; reserve mutations and the result do not.
    title_nl, title_en
        Official title and its translation.
    nature, nature_reason
        ``executive``, ``policy`` or ``financial``, and why: a choice of this project, fixed beforehand.
    change
        What changed at ``valid_from``; empty if nothing.
    note
        What a reader of these years should know; empty for nothing.
    source, certainty
        Of the row.
    """

    code: str
    meaning: str
    valid_from: int
    valid_to: int | None
    main_task: str
    level: str
    rolled_up: str
    in_total: bool
    title_nl: str
    title_en: str
    nature: str
    nature_reason: str
    change: str
    note: str
    source: str
    certainty: str

    def covers(self, year: int) -> bool:
        """Whether the row holds in a year."""
        return self.valid_from <= year and (self.valid_to is None or year <= self.valid_to)

    @property
    def years(self) -> str:
        """The years in words."""
        return f"from {self.valid_from}" if self.valid_to is None else f"{self.valid_from}-{self.valid_to}"


@cache
def task_rows() -> tuple[Task, ...]:
    """All rows of the code list, in order of code and year."""
    return tuple(
        Task(
            code=row["code"],
            meaning=row["meaning"],
            valid_from=int(row["valid_from"]),
            valid_to=int(row["valid_to"]) if row["valid_to"] else None,
            main_task=row["main_task"],
            level=row["level"],
            rolled_up=row["rolled_up"],
            in_total=row["in_total"] == "yes",
            title_nl=row["title_nl"],
            title_en=row["title_en"],
            nature=row["nature"],
            nature_reason=row["nature_reason"],
            change=row["change"],
            note=row["note"],
            source=row["source"],
            certainty=row["certainty"],
        )
        for row in reference("tasks")
    )


@cache
def rows_of(code: str) -> tuple[Task, ...]:
    """All rows of one code, oldest first; empty if it never occurs."""
    return tuple(sorted((row for row in task_rows() if row.code == code), key=lambda row: row.valid_from))


def code_order(code: str) -> tuple[int, str]:
    """Sort key that keeps 0.10 behind 0.9 and 6.711 behind 6.71."""
    main, rest = code.split(".")
    return (int(main), "a" + rest if code in {"0.10", "0.11"} else rest)


def tasks(year: int, *, level: str = "task", main_task: str | None = None) -> tuple[Task, ...]:
    """Return the tasks of a year: ``level`` is ``task`` or ``part``, ``main_task`` is ``0`` to ``8`` or ``None``."""
    return tuple(
        row for row in task_rows() if row.covers(year) and row.level == level and main_task in (None, row.main_task)
    )


def task_at(code: str, year: int) -> Task | None:
    """Return the row of a code in a year; ``None`` if the code is not in the list of that year."""
    return next((row for row in rows_of(code) if row.covers(year)), None)


def task(code: str, year: int) -> Task:
    """Return the task with this code in a year.

    Raises
    ------
    UnknownNameError
        If the code is not in the list of that year; the message says when it was, or suggests codes.
    """
    found = task_at(code.strip(), year)
    if found is not None:
        return found
    rows = rows_of(code.strip())
    if rows:
        span = f"{rows[0].valid_from}-{rows[-1].valid_to}" if rows[-1].valid_to else f"from {rows[0].valid_from}"
        raise UnknownNameError(
            f"task {code.strip()} ({rows[-1].title_nl}) is not in the list of {year}", todo=f"It exists {span}"
        )
    raise unknown_task(code)


def find_task(text: str) -> str:
    """Return the code that a code or a title means.

    A title that occurs in full decides; else it must be part of the titles of one task only.

    Raises
    ------
    UnknownNameError
        If nothing or more than one task is meant; the message suggests or lists.
    """
    code = re.sub(r"^(\d),(?=\d)", r"\1.", text.strip()).lower()
    if rows_of(code):
        return code
    if _CODE.fullmatch(code):
        raise unknown_task(code)
    letter_for_letter = {row.code for row in task_rows() if text.strip().casefold() == row.title_nl.casefold()}
    if len(letter_for_letter) == 1:
        return letter_for_letter.pop()
    wanted = normalise_name(text)
    titles: dict[str, set[str]] = {}
    for row in task_rows():
        titles.setdefault(row.code, set()).update(normalise_name(title) for title in (row.title_nl, row.title_en))
    whole = [code for code, names in titles.items() if wanted in names]
    part = [
        code
        for code, names in titles.items()
        if len(wanted) > 2 and any(re.search(rf"\b{re.escape(wanted)}", name) for name in names)
    ]
    for found in (whole, part):
        upper = [code for code in found if rows_of(code)[0].level == "task"] or found
        if len(upper) == 1:
            return upper[0]
        if upper:
            listed = "; ".join(_labelled(code) for code in upper[:8])
            raise UnknownNameError(f"{text.strip()!r} can be more than one task: {listed}", todo="Give the code")
    raise unknown_task(text)


def unknown_task(text: str) -> UnknownNameError:
    """Make the error for a text that is no task, with suggestions by code and by title."""
    given = text.strip()
    by_title = {normalise_name(row.title_nl): row.code for row in task_rows()}
    codes = sorted({row.code for row in task_rows()}, key=code_order)
    close = [by_title[name] for name in difflib.get_close_matches(normalise_name(given), sorted(by_title), n=3)]
    if re.match(r"\d", given):
        same = [code for code in codes if code[0] == given[0]]
        close += difflib.get_close_matches(given, same, n=4, cutoff=0.5)
    listed = "; ".join(_labelled(code) for code in dict.fromkeys(close))
    todo = f"Did you mean {listed}?" if listed else "Give a code such as 7.3 or a title such as afval"
    return UnknownNameError(f"there is no task {given!r}", todo=todo)


def _labelled(code: str) -> str:
    last = rows_of(code)[-1]
    return f"{code} {last.title_nl}" if last.valid_to is None else f"{code} {last.title_nl} (until {last.valid_to})"
