"""Functions with their staff, as a table tells them: defaults filled in, contradictions refused with their place.

The model is that of docs/methods/continuity.md: rates per holder-year present, calendar days, a year of 365.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from verband.analysis.own_columns import Places
from verband.domain.reference import in_force, reference
from verband.errors import BadInputError
from verband.numerics.markov_chains.components import Component

DAYS_PER_YEAR = 365
DAYS_PER_WEEK = 7
WHOLE = ("holders", "required", "deputies")
_MOST_PERSONS = 500
_MOST_PER_YEAR = 366.0
_LONGEST_DAYS = 7300.0
"""Twenty years: who is away longer has left."""
_SHORTEST_DAYS = 0.1
"""A tenth of a day; what is shorter interrupts no function."""


@dataclass(frozen=True, slots=True)
class Default:
    """A value that stands in for a column.

    Attributes
    ----------
    column, value, low, high, unit
        The value and its range; ``None`` where there is none.
    kind, meaning, source, certainty, as_of
        What it is and where it comes from.
    """

    column: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    kind: str
    meaning: str
    source: str
    certainty: str
    as_of: str

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


@cache
def defaults() -> dict[str, Default]:
    """Values that stand in for missing columns, by column: those in force today."""
    found = {}
    for row in reference("continuity_defaults"):
        if not in_force(row):
            continue
        numbers = {name: float(row[name]) if row[name] else None for name in ("value", "low", "high")}
        texts = {name: row[name] for name in ("column", "unit", "kind", "meaning", "source", "certainty")}
        found[row["column"]] = Default(**numbers, **texts, as_of=row["valid_from"])  # type: ignore[arg-type]
    return found


def optional_columns() -> tuple[str, ...]:
    """Columns that a table of functions may do without."""
    return tuple(defaults())


@dataclass(frozen=True, slots=True)
class StaffedFunction:
    """A function and its staff.

    Attributes
    ----------
    function
        Its name.
    holders, required, deputies
        Persons who hold it, who must be present, and who are arranged to step in.
    short_absences_per_year, short_absence_days, long_absences_per_year, long_absence_weeks
        Absences per holder-year present, and their mean length in calendar days or weeks.
    leaving_per_year, vacancy_days, training_days
        Leaving per holder-year present, followed by a vacancy and by training.
    hire_after_days, hire_effectiveness
        Delay of hired staff, ``None`` for never, and the part of the work that they take over.
    shared_shocks_per_year, shared_shock_days
        Shocks that keep everybody away at once.
    defaulted
        Columns that took their default.
    """

    function: str
    holders: int
    required: int
    deputies: int
    short_absences_per_year: float
    short_absence_days: float
    long_absences_per_year: float
    long_absence_weeks: float
    leaving_per_year: float
    vacancy_days: float
    training_days: float
    hire_after_days: float | None
    hire_effectiveness: float
    shared_shocks_per_year: float
    shared_shock_days: float
    defaulted: tuple[str, ...] = ()

    @property
    def persons(self) -> int:
        """Holders and deputies."""
        return self.holders + self.deputies

    @property
    def hired(self) -> bool:
        """Whether hired staff come to help."""
        return self.hire_after_days is not None and self.hire_effectiveness > 0

    def component(self, lost_share: float = 0.0) -> Component:
        """One holder, in days: three ways of being away, and single days lost to travel and coordination.

        Parameters
        ----------
        lost_share
            Part of the time present that is lost so.
        """
        per_day = 1 / DAYS_PER_YEAR
        kinds = [
            (self.short_absences_per_year * per_day, (self.short_absence_days,)),
            (self.long_absences_per_year * per_day, (self.long_absence_weeks * DAYS_PER_WEEK,)),
            (self.leaving_per_year * per_day, (self.vacancy_days, self.training_days)),
        ]
        if lost_share:
            # So many single days that the time present falls by this share.
            kinds.append(((1 + Component.of(*kinds).load) * lost_share / (1 - lost_share), (1.0,)))
        return Component.of(*kinds)


def functions_from(columns: Mapping[str, npt.ArrayLike], places: Places | None = None) -> tuple[StaffedFunction, ...]:
    """Make functions of the columns of a table.

    Parameters
    ----------
    columns
        ``function`` as text and ``holders`` as numbers, each of shape (n,); any of :func:`optional_columns`, with
        not-a-number where the default is to be taken. Other columns are left alone.
    places
        Where the rows stand, for messages; counted from 1 by default.

    Raises
    ------
    BadInputError
        If a column is missing, a number cannot be, or a function is named twice; with line and column.
    """
    where = places or Places()
    for column in ("function", "holders"):
        if column not in columns:
            raise BadInputError(f"there is no column {column!r}", where=where.file, todo="Give function and holders")
    names = [str(name).strip() for name in np.asarray(columns["function"], dtype=object).ravel()]
    known = defaults()
    numbers = {
        name: _numbers(columns[name], name, len(names), where) for name in ("holders", *known) if name in columns
    }
    first: dict[str, int] = {}
    found = []
    for row, name in enumerate(names):
        if not name:
            raise BadInputError("the function has no name", where=where.of(row, "function"), todo="Name it")
        if name.casefold() in first:
            raise BadInputError(
                f"{name} is named twice: also in {where.row(first[name.casefold()])}",
                where=where.of(row, "function"),
                todo="Put its holders in one row, or tell the two apart by name",
            )
        first[name.casefold()] = row
        values: dict[str, float | None] = {}
        taken = []
        for column, default in known.items():
            value = float(numbers[column][row]) if column in numbers else math.nan
            values[column] = default.value if math.isnan(value) else value
            if math.isnan(value):
                taken.append(column)
        values["holders"] = float(numbers["holders"][row])
        _require(name, values, taken, row, where)
        whole = {column: round(values.pop(column) or 0) for column in WHOLE}
        found.append(StaffedFunction(function=name, **whole, **values, defaulted=tuple(taken)))  # type: ignore[arg-type]
    if not found:
        raise BadInputError("there is no function to work with", where=where.file, todo="Give a row per function")
    return tuple(found)


def strange_columns(header: Sequence[str]) -> list[str]:
    """Say which columns of a table are not used.

    Parameters
    ----------
    header
        Its columns.

    Raises
    ------
    BadInputError
        If one looks like a known column that the table lacks: its figures would silently make way for a default.
    """
    known = ("function", "holders", *optional_columns())
    others = [name for name in header if name not in known]
    for name in others:
        close = difflib.get_close_matches(name.casefold().replace(" ", "_"), known, n=1, cutoff=0.8)
        if close and close[0] not in header:
            raise BadInputError(
                f"column {name!r} is not known, and column {close[0]!r} is not there",
                todo=f"Call it {close[0]} if that is meant, or rename it",
            )
    return [f"columns that are not used: {', '.join(others)}"] if others else []


def _numbers(values: npt.ArrayLike, column: str, rows: int, where: Places) -> npt.NDArray[np.float64]:
    given = [math.nan if value is None else value for value in np.asarray(values, dtype=object).ravel()]
    if len(given) != rows:
        raise BadInputError(f"column {column} has {len(given)} rows and function {rows}", where=where.file)
    found = np.empty(rows)
    for row, value in enumerate(given):
        try:
            found[row] = float(value)
        except (TypeError, ValueError):
            raise BadInputError(
                f"{str(value)[:40]!r} is not a number", where=where.of(row, column), todo="Give a number"
            ) from None
    return found


def _require(name: str, values: Mapping[str, float | None], taken: Sequence[str], row: int, where: Places) -> None:
    """Refuse what a function cannot have."""
    for column, value in values.items():
        if column in taken or value is None:
            continue
        fault = _fault(column, value)
        if fault:
            raise BadInputError(f"{name}: {fault[0]}", where=where.of(row, column), todo=fault[1])
    holders, required = values["holders"] or 0, values["required"] or 0
    if holders < required:
        raise BadInputError(
            f"{name}: {holders:g} holders are fewer than the {required:g} that must be present",
            where=where.of(row, "holders"),
            todo="Give more holders or a lower required: one row is one function, a deputy is no holder",
        )


def _fault(column: str, value: float) -> tuple[str, str] | None:
    """What is wrong with a number, and what to do."""
    shown = f"{value:.10g}"
    if not math.isfinite(value):
        return f"{shown} is not a number", "Give a number"
    if column in WHOLE:
        return _persons_fault(column, value, shown)
    if column == "hire_effectiveness":
        wrong = not 0 <= value <= 1
        return (f"effectiveness {shown} is not between 0 and 1", "Give a share, as in 0.8") if wrong else None
    if value < 0:
        return f"{shown} is negative", "Give 0 or more"
    days = value * DAYS_PER_WEEK if column.endswith("_weeks") else value
    if column.endswith("_per_year"):
        limits = [(value > _MOST_PER_YEAR, f"{shown} times a year is too often", "Give 366 or less")]
    else:
        unit = "Check the unit: the name of the column tells it"
        short = 0 < days < _SHORTEST_DAYS and column != "hire_after_days"
        limits = [
            (days > _LONGEST_DAYS, f"{shown} is longer than twenty years", unit),
            (short, f"{shown} is shorter than a tenth of a day", "Give 0 to leave it out"),
        ]
    return next(((what, todo) for wrong, what, todo in limits if wrong), None)


def _persons_fault(column: str, value: float, shown: str) -> tuple[str, str] | None:
    least = 0 if column == "deputies" else 1
    if not value.is_integer():
        return f"{shown} is no whole number of persons", "Count persons, not full-time equivalents"
    if least <= value <= _MOST_PERSONS:
        return None
    nobody = column == "holders" and value == 0
    what = "a function that nobody holds cannot be computed" if nobody else f"{shown} {column} can not be"
    return what, f"Give a whole number from {least} to {_MOST_PERSONS}"
