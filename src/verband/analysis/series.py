"""The cost of one task of one municipality over the years, in stated boundaries, with its gaps.

A year is missing when the municipality did not exist, when any part of it filed no report, when the task code
changed its meaning, or when the share of a split is unknown; the reason names which (missing is not zero). Cost
per inhabitant is recomputed from the summed cost and inhabitants, never averaged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

UNLISTED = "a task that is not listed counts as no cost: the listed tasks add up to the published total"


@dataclass(frozen=True, slots=True)
class Part:
    """A municipality of the year that belongs to the one asked for, with the share that does.

    Attributes
    ----------
    code, name
        As in that year.
    weight
        Share of it that belongs to the municipality asked for; ``None`` where the share of a split is unknown.
    no_report
        Why it has no report of that year; ``None`` if it filed one.
    in_successor
        It was dissolved in the course of the year, so that its accounts are in those of its successor.
    """

    code: str
    name: str
    weight: float | None = 1.0
    no_report: str | None = None
    in_successor: bool = False


@dataclass(frozen=True, slots=True)
class YearQuestion:
    """What has to be added up for one year.

    Attributes
    ----------
    year
        The year.
    parts
        The municipalities of that year; empty if the municipality did not exist.
    codes
        The task codes of that year; ``None`` where the series stops.
    stopped
        Why there are no parts or no codes.
    note
        What the reader should know beside the figure (a linked code, a split).
    assumed
        The weights of the parts are an assumed division, not a record of what went where.
    """

    year: int
    parts: tuple[Part, ...]
    codes: tuple[str, ...] | None
    stopped: str | None = None
    note: str | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One year of a series; amounts in euro, current prices.

    Attributes
    ----------
    kind
        ``measured`` for one published figure, ``derived`` for a sum or share, ``assumed`` for an assumed division;
        ``None`` where missing.
    missing
        Why there is no figure; ``None`` if there is one.
    """

    year: int
    report: str
    cost_eur: float | None
    inhabitants: float | None
    cost_eur_per_inhabitant: float | None
    kind: str | None
    missing: str | None
    codes: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    note: str | None = None


def allocation_share(own_inhabitants: float, all_inhabitants: Sequence[float]) -> float:
    """Share of a merged municipality's amounts that is allocated to one of its predecessors: by inhabitants.

    An assumption: it gives every predecessor the amount per inhabitant of the whole.

    Parameters
    ----------
    own_inhabitants
        Inhabitants of the predecessor that went into it, on 1 January of the boundaries asked.
    all_inhabitants
        The same for all predecessors, this one among them.

    Raises
    ------
    ValueError
        If the predecessors have no inhabitants.
    """
    total = sum(all_inhabitants)
    if total <= 0:
        raise ValueError("predecessors without inhabitants")
    return own_inhabitants / total


def task_series(
    questions: Sequence[YearQuestion],
    cost_keur: Mapping[tuple[str, int, str], float | None],
    inhabitants: Mapping[tuple[str, int], int],
    *,
    report: str,
    complete: Set[tuple[str, int]] = frozenset(),
) -> tuple[SeriesRow, ...]:
    """Answer one question per year.

    Parameters
    ----------
    questions
        What to add up, one per year.
    cost_keur
        Published cost in thousand euro by (code, year, task).
    inhabitants
        Inhabitants on 1 January by (code, year).
    report
        ``accounts`` or ``budget``.
    complete
        (code, year) of reports whose listed tasks add up to their published total: there a task that is not listed
        has no cost, which is a conclusion (derived), not a published 0.

    Returns
    -------
    tuple of SeriesRow
        One per question, in order.
    """
    return tuple(_row(question, cost_keur, inhabitants, report, complete) for question in questions)


def _row(
    question: YearQuestion,
    cost_keur: Mapping[tuple[str, int, str], float | None],
    inhabitants: Mapping[tuple[str, int], int],
    report: str,
    complete: Set[tuple[str, int]],
) -> SeriesRow:
    year = question.year
    note = question.note
    people = _people(question.parts, inhabitants, year)
    reason = _why_missing(question)
    total, concluded = 0.0, False
    if reason is None:
        assert question.codes is not None  # noqa: S101  _why_missing has seen to it
        for part in question.parts:
            if part.in_successor:
                continue
            for code in question.codes:
                amount = cost_keur.get((part.code, year, code))
                if amount is None and (part.code, year) in complete:
                    amount, concluded = 0.0, True
                if amount is None:
                    reason = f"task {code} is not listed in the {report} of {part.name} ({part.code})"
                    break
                total += amount * (part.weight or 0.0)
    names = tuple(part.code for part in question.parts)
    if reason is not None:
        return SeriesRow(year, report, None, people, None, None, reason, question.codes or (), names, note)
    if concluded:
        note = "; ".join(text for text in (note, UNLISTED) if text)
    single = (
        not concluded and len(question.parts) == 1 and question.parts[0].weight == 1 and len(question.codes or ()) == 1
    )
    return SeriesRow(
        year=year,
        report=report,
        cost_eur=total * 1000,
        inhabitants=people,
        cost_eur_per_inhabitant=total * 1000 / people if people else None,
        kind="assumed" if question.assumed else "measured" if single else "derived",
        missing=None,
        codes=question.codes or (),
        parts=names,
        note=note,
    )


def _people(parts: Sequence[Part], inhabitants: Mapping[tuple[str, int], int], year: int) -> float | None:
    """Inhabitants of the parts; missing when any part's number or share is."""
    total = 0.0
    for part in parts:
        number = inhabitants.get((part.code, year))
        if number is None or part.weight is None:
            return None
        total += number * part.weight
    return total if parts else None


def _why_missing(question: YearQuestion) -> str | None:
    if question.stopped:
        return question.stopped
    if question.parts and all(part.in_successor for part in question.parts):
        part = question.parts[0]
        return f"{part.name} ({part.code}): {part.no_report or 'no report'}; its accounts are in those of its successor"
    for part in question.parts:
        if part.in_successor:
            continue
        if part.weight is None:
            return f"the share of {part.name} ({part.code}) that belongs here is not known"
        if part.no_report:
            return f"{part.name} ({part.code}): {part.no_report}"
    return None
