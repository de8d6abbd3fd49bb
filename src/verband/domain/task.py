"""Iv3 tasks over the years: which codes make one comparable series.

In 2023 and 2025 Iv3 tasks were redistributed (``reference/task_links.csv``). A series is linked at the level of a sum
that is comparable, or it stops, visibly: a year without codes says why and what to ask instead. What is not
documented is not linked; what is linked with a doubt carries a note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from verband.domain.reference import reference
from verband.domain.task_codes import FIRST_YEAR, Task, code_order, find_task, rows_of, task, task_at, task_rows, tasks
from verband.errors import BadInputError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Task", "YearPlan", "find_task", "series_plan", "task", "tasks"]


@dataclass(frozen=True, slots=True)
class YearPlan:
    """What to add up for one year of a series.

    Attributes
    ----------
    year
        Year of the accounts or budget.
    codes
        Tasks whose amounts are summed; ``None`` where the series stops.
    reason
        Why it stops and what to ask instead; ``None`` where it goes on.
    note
        What a reader should know about this year; ``None`` for nothing.
    """

    year: int
    codes: tuple[str, ...] | None
    reason: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class _Step:
    valid_from: int
    valid_to: int | None
    codes: frozenset[str]
    note: str


@cache
def _groups() -> dict[str, tuple[_Step, ...]]:
    found: dict[str, tuple[_Step, ...]] = {}
    for row in reference("task_links"):
        step = _Step(
            valid_from=int(row["valid_from"]),
            valid_to=int(row["valid_to"]) if row["valid_to"] else None,
            codes=frozenset(row["codes"].split("+")),
            note=row["note"],
        )
        found[row["group"]] = (*found.get(row["group"], ()), step)
    return found


def _step_at(group: str, year: int) -> _Step | None:
    return next(
        (s for s in _groups()[group] if s.valid_from <= year and (s.valid_to is None or year <= s.valid_to)), None
    )


def series_plan(request: str, years: Iterable[int]) -> tuple[YearPlan, ...]:
    """Say for each year which codes make up the series that is asked.

    Parameters
    ----------
    request
        A code (``7.3``), a title (``afval``), a main task (``6``) or a sum of codes (``6.72+6.82``). A code whose
        content changed is read in the meaning that serves most of the years; ``6.72@2023`` asks that of 2023.
    years
        Years of the accounts, in any order.

    Returns
    -------
    tuple of YearPlan
        One per year, oldest first.

    Raises
    ------
    UnknownNameError
        If a code or title does not exist, or the codes were never in one list together.
    BadInputError
        If a code is asked twice, alone or within its task.
    """
    wanted = sorted(set(years))
    text, _, at = request.partition("@")
    if re.fullmatch(r"\s*[0-8]\.?\s*", text) and not at:
        return tuple(_main_task_plan(text.strip()[0], year) for year in wanted)
    codes = _read_codes(text)
    anchors = _anchors(codes)
    if at:
        year = int(at) if re.fullmatch(r"\s*\d{4}\s*", at) else 0
        if any(task_at(code, year) is None for code in codes):
            missing = ", ".join(code for code in codes if task_at(code, year) is None)
            raise UnknownNameError(f"{missing} is not in the list of {at.strip()}", todo=f"It exists {_spans(codes)}")
        return tuple(_plan(codes, year, other) for other in wanted)
    best = max(anchors, key=lambda anchor: _rank(codes, anchor, wanted))
    return tuple(_plan(codes, best, year) for year in wanted)


def _read_codes(text: str) -> tuple[str, ...]:
    # A whole title goes first: no title holds a plus sign, but some hold 18+.
    try:
        codes = [find_task(text)]
    except UnknownNameError:
        if "+" not in text.strip().rstrip("+"):
            raise
        codes = [find_task(part) for part in text.split("+")]
    for code in codes:
        within = next((row.rolled_up for row in rows_of(code) if row.level == "part"), None)
        if codes.count(code) > 1 or within in codes:
            raise BadInputError(f"{code} would be counted twice", where=f"task {text.strip()}", todo="Name it once")
    return tuple(sorted(codes, key=code_order))


def _anchors(codes: tuple[str, ...]) -> tuple[int, ...]:
    """First year of each combination of meanings in which all codes are in the list."""
    starts = sorted({row.valid_from for row in task_rows()})
    found: dict[tuple[str, ...], int] = {}
    for year in starts:
        rows = [task_at(code, year) for code in codes]
        if all(rows):
            found.setdefault(tuple(row.meaning for row in rows if row), year)
    if not found:
        raise UnknownNameError(
            f"{' and '.join(codes)} were never in one list together", todo=f"They exist: {_spans(codes)}"
        )
    return tuple(found.values())


def _spans(codes: tuple[str, ...]) -> str:
    parts = []
    for code in codes:
        rows = rows_of(code)
        end = rows[-1].valid_to
        parts.append(f"{code} {rows[0].valid_from}-{end}" if end else f"{code} from {rows[0].valid_from}")
    return ", ".join(parts)


def _rank(codes: tuple[str, ...], anchor: int, years: list[int]) -> tuple[int, bool, int, int]:
    """Order the meanings: most years served, a sum that is a comparable level, most years without linking, latest."""
    reached = sum(_plan(codes, anchor, year).codes is not None for year in years)
    is_level = any((step := _step_at(group, anchor)) and step.codes == set(codes) for group in _groups())
    direct = sum(not _changed(codes, anchor, year) for year in years)
    return (reached, len(codes) > 1 and is_level, direct, anchor)


def _changed(codes: tuple[str, ...], anchor: int, year: int) -> list[str]:
    found = []
    for code in codes:
        then, now = task_at(code, anchor), task_at(code, year)
        if then is None or now is None or then.meaning != now.meaning:
            found.append(code)
    return found


def _plan(codes: tuple[str, ...], anchor: int, year: int) -> YearPlan:
    if year < FIRST_YEAR:
        return YearPlan(year, None, f"tasks exist since {FIRST_YEAR}; ask that year or later", None)
    broken = set(_changed(codes, anchor, year))
    left, chosen = set(codes), set[str]()
    notes = [_meaning_note(codes, anchor)]
    levels = [
        (now, then) for group in _groups() if (now := _step_at(group, anchor)) and (then := _step_at(group, year))
    ]
    for now, then in sorted(levels, key=lambda level: (-len(level[0].codes), sorted(level[0].codes))):
        if now.codes & broken and now.codes <= left:
            left, broken = left - now.codes, broken - now.codes
            chosen |= then.codes
            notes += [then.note, now.note if then.valid_from != now.valid_from else ""]
    if broken:
        return YearPlan(year, None, _why(codes, anchor, year, sorted(broken, key=code_order)), None)
    summed = tuple(sorted(chosen | left, key=code_order))
    rows = [row for code in summed if (row := task_at(code, year))]
    notes += [row.note for row in rows]
    return YearPlan(year, summed, None, "; ".join(dict.fromkeys(note for note in notes if note)) or None)


def _meaning_note(codes: tuple[str, ...], anchor: int) -> str:
    texts = []
    for code in codes:
        rows = rows_of(code)
        meanings = {row.meaning for row in rows}
        row = task_at(code, anchor)
        if len(meanings) > 1 and row is not None:
            same = [other for other in rows if other.meaning == row.meaning]
            end = same[-1].valid_to
            texts.append(
                f"{code} as it is {same[0].valid_from}-{end}" if end else f"{code} as it is from {same[0].valid_from}"
            )
    return ", ".join(texts)


def _why(codes: tuple[str, ...], anchor: int, year: int, broken: list[str]) -> str:
    texts = dict.fromkeys(_change(code, anchor, year) for code in broken)
    options = []
    for group in _groups():
        now, then = _step_at(group, anchor), _step_at(group, year)
        if now and then and now.codes & set(broken):
            wider = tuple(sorted(now.codes | set(codes), key=code_order))
            if not _overlaps(wider) and _plan_serves(wider, anchor, year):
                options.append(wider)
    if options:
        best = min(options, key=lambda option: (len(option), option))
        return f"{'; '.join(texts)}; ask the sum {'+'.join(best)}, which is linked"
    main = sorted({code[0] for code in broken})
    return f"{'; '.join(texts)}; no comparable sum is known, ask main task {' or '.join(main)}"


def _plan_serves(codes: tuple[str, ...], anchor: int, year: int) -> bool:
    broken, left = set(_changed(codes, anchor, year)), set(codes)
    levels = [now for group in _groups() if (now := _step_at(group, anchor)) and _step_at(group, year)]
    for now in sorted(levels, key=lambda level: -len(level.codes)):
        if now.codes & broken and now.codes <= left:
            left, broken = left - now.codes, broken - now.codes
    return not broken


def _overlaps(codes: tuple[str, ...]) -> bool:
    return any(row.level == "part" and row.rolled_up in codes for code in codes for row in rows_of(code))


def _change(code: str, anchor: int, year: int) -> str:
    """Say in words what happened to a code between the two years."""
    then = task_at(code, anchor)
    same = [row for row in rows_of(code) if then is not None and row.meaning == then.meaning]
    if year < anchor:
        return same[0].change or f"{code} is not in the list before {same[0].valid_from}"
    end = same[-1].valid_to or anchor
    later: list[Task] = [row for row in task_rows() if row.valid_from == end + 1 and row.change]
    own = [row.change for row in later if row.code == code]
    named = [row.change for row in later if re.search(rf"(?<![\d.]){re.escape(code)}(?![\da-d])", row.change)]
    return next(iter(own + named), f"{code} is not in the list after {end}")


def _main_task_plan(main: str, year: int) -> YearPlan:
    if year < FIRST_YEAR:
        return YearPlan(year, None, f"tasks exist since {FIRST_YEAR}; ask that year or later", None)
    rows = tasks(year, main_task=main)
    codes = tuple(sorted((row.code for row in rows if row.in_total), key=code_order))
    left_out = [row.code for row in rows if not row.in_total]
    note = f"{' and '.join(left_out)} are no cost and left out" if left_out else None
    return YearPlan(year, codes, None, note)
