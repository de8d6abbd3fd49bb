"""What can be asked of an event study, and how the rows of a reader become a panel or are refused, with line.

Refused: what contradicts itself. Set aside by name: units that can say nothing, such as those treated from the first
period on.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from verband.analysis.own_columns import Places
from verband.errors import BadInputError, UnknownNameError
from verband.numerics.group_time import Panel
from verband.numerics.group_time.cells import NEVER, Base, Control
from verband.numerics.group_time.two_periods import Method

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
EffectsFrom = Literal["start", "anticipation"]
NEVER_WORDS = frozenset({"", "0", "0.0", "never", "nooit", "none", "null", "na", "n/a", "nan", "inf", "-", ".", "geen"})
"""What people write for a unit that is never treated."""
_LARGEST_PERIOD = 10**9
_MOST_DRAWS = 100_000


@dataclass(frozen=True, slots=True)
class EventStudyQuestion:
    """A question that does not contradict itself.

    Attributes
    ----------
    unit, time, start, outcome
        Columns: who, which period (whole numbers), first treated period (empty, 0 or *never* for never), the outcome.
    covariates
        Columns of which the value in the base period is held constant.
    cluster
        Column of the groups within which units are dependent; ``None`` for every unit on its own.
    control
        Compare with units that are never treated, or also with those not treated yet.
    anticipation
        Periods before the start in which there may be an effect already.
    effects_from
        Where averages of effects begin: at the start, as is usual, or at the first anticipated period, for units that
        are no longer there from the start on. With the latter anticipated periods are compared with the period before
        all anticipation, too.
    base
        What periods before are compared with: each with the one before it, or all with the last one.
    method
        With covariates: doubly robust or outcome regression; ``None`` for doubly robust, and regression with few
        treated units per covariate or few treated clusters.
    level
        Of intervals and bands.
    draws, seed
        Of everything random.

    Raises
    ------
    BadInputError
        If it does contradict itself.
    """

    unit: str
    time: str
    start: str
    outcome: str
    covariates: tuple[str, ...] = ()
    cluster: str | None = None
    control: Control = "never"
    anticipation: int = 0
    effects_from: EffectsFrom = "start"
    base: Base = "varying"
    method: Method | None = None
    level: float = 0.95
    draws: int = 999
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse contradictions before any number is read."""
        roles = {"unit": self.unit, "time": self.time, "start": self.start, "outcome": self.outcome}
        roles |= {f"covariate {number}": name for number, name in enumerate(self.covariates, start=1)}
        first: dict[str, str] = {}
        for role, name in roles.items():
            if name in first:
                raise BadInputError(
                    f"column {name} is named as {first[name]} and as {role}", todo="Name a column for one thing only"
                )
            first[name] = role
        if self.cluster is not None and self.cluster in {self.time, self.outcome, self.start}:
            raise BadInputError(
                f"column {self.cluster} cannot be the cluster too", todo="Name the column with the groups of units"
            )
        self._require_values()

    def _require_values(self) -> None:
        choices: tuple[tuple[str, object, tuple[object, ...]], ...] = (
            ("control", self.control, ("never", "not-yet")),
            ("effects_from", self.effects_from, ("start", "anticipation")),
            ("base", self.base, ("varying", "universal")),
            ("method", self.method, ("doubly-robust", "regression", None)),
        )
        for name, value, known in choices:
            if value not in known:
                raise BadInputError(f"no {name} is called {value}", todo=f"Choose from {', '.join(map(str, known))}")
        if self.anticipation < 0:
            raise BadInputError(f"anticipation is {self.anticipation} periods", todo="Give 0 or more")
        if not 0.5 <= self.level < 1:
            raise BadInputError(f"the level {self.level:g} is not from 0.5 up to 1", todo="Give 0.95, for example")
        if not 99 <= self.draws <= _MOST_DRAWS:
            raise BadInputError(f"{self.draws} draws", todo=f"Give a number from 99 to {_MOST_DRAWS}")
        if self.seed < 0:
            raise BadInputError(f"the seed is {self.seed}", todo="Give 0 or more")
        if self.method is not None and not self.covariates:
            raise BadInputError("a method was named without covariates", todo="Leave it out: without them all agree")

    @property
    def numbers(self) -> tuple[str, ...]:
        """Columns of numbers."""
        return (self.time, self.outcome, *self.covariates)

    @property
    def texts(self) -> tuple[str, ...]:
        """Columns of names, once."""
        return tuple(dict.fromkeys((self.unit, self.start, *(() if self.cluster is None else (self.cluster,)))))


@dataclass(frozen=True, slots=True)
class SetAside:
    """A unit that takes no part, and why."""

    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Given:
    """The panel of a question.

    Attributes
    ----------
    panel
        Units over periods, in the order of their names; cohorts as given, whatever the anticipation.
    units, clusters
        Names.
    cluster
        Number of its cluster per unit.
    rows
        Rows with an outcome.
    set_aside
        Units left out.
    remarks
        What was decided about units that stay.
    """

    panel: Panel
    units: tuple[str, ...]
    clusters: tuple[str, ...]
    cluster: Whole
    rows: int
    set_aside: tuple[SetAside, ...]
    remarks: tuple[str, ...]


def given(question: EventStudyQuestion, columns: Mapping[str, Any], places: Places) -> Given:
    """Make a panel of the rows.

    Parameters
    ----------
    question
        What is asked.
    columns
        Every column of the question, each of shape (n,).
    places
        Where the rows stand.

    Raises
    ------
    BadInputError
        If rows contradict each other or the question, with line and column.
    UnknownNameError
        If a column is not there.
    """
    numbers = {name: _numbers(columns, name, places) for name in question.numbers}
    unit = [_text(item) for item in _column(columns, question.unit)]
    starts = _column(columns, question.start)
    _require_equal_lengths({**numbers, question.unit: unit, question.start: starts}, places)
    _require_filled(unit, question.unit, places)
    if np.ptp(numbers[question.outcome]) == 0:
        raise BadInputError(
            f"the outcome is {numbers[question.outcome][0]:.15g} in every row, so there is nothing to explain",
            where=places.all(len(unit), question.outcome),
            todo="Name another column",
        )
    time = _periods(numbers[question.time], question.time, places)
    start = np.array([_start(item, question.start, row, places) for row, item in enumerate(starts)], dtype=np.int64)
    names, index = np.unique(np.array(unit, dtype=np.str_), return_inverse=True)
    _require_once(index, time, unit, question, places)
    periods, column = np.unique(time, return_inverse=True)
    if len(periods) < 2:
        raise BadInputError(
            f"every row is of {periods[0]}", where=places.all(len(unit), question.time), todo="Give two periods or more"
        )
    cohort = _constant(start, index, unit, question.start, places)
    clusters, cluster = _clusters(question, columns, unit, index, names, places)
    shape = (len(names), len(periods))
    outcome = np.full(shape, np.nan)
    outcome[index, column] = numbers[question.outcome]
    covariates = np.full((*shape, len(question.covariates)), np.nan)
    for number, name in enumerate(question.covariates):
        covariates[index, column, number] = numbers[name]
    panel = Panel(outcome, periods.astype(np.int64), cohort, covariates)
    return _sorted_out(question, panel, names, clusters, cluster, places, len(unit))


def _sorted_out(
    question: EventStudyQuestion,
    panel: Panel,
    names: npt.NDArray[np.str_],
    clusters: npt.NDArray[np.str_],
    cluster: Whole,
    places: Places,
    rows: int,
) -> Given:
    """Leave out who is treated from the first period on, and see who is never treated within the panel."""
    first, last = int(panel.periods[0]), int(panel.periods[-1])
    treated = panel.cohort != NEVER
    before = panel.cohort - question.anticipation
    always = treated & (before <= first)
    if always.all() or not (treated & ~always).any():
        why = "no unit is treated" if not treated.any() else f"every treated unit is treated from {first} on or before"
        todo = "Give the first treated period of each unit, and periods before it"
        if question.anticipation and (treated & (panel.cohort > first)).any():
            why = f"with an anticipation of {question.anticipation} every effect begins in {first} or before"
            todo = f"Give an anticipation of at most {int(panel.cohort[treated].max()) - first - 1}"
        raise BadInputError(f"{why}, so there is no change to see", where=places.all(rows, question.start), todo=todo)
    late = treated & (before > last)
    cohort = np.where(late, NEVER, panel.cohort)
    if question.control == "never" and not ((cohort == NEVER) & ~always).any():
        raise BadInputError(
            "no unit is never treated, so there is nobody to compare with",
            where=places.all(rows, question.start),
            todo="Compare with units that are not treated yet: --control not-yet",
        )
    remarks = []
    if late.any():
        remarks.append(
            f"{_counted(names[late])} would be treated only after {last}, the last period, and count as never treated"
        )
    keep = ~always
    aside = tuple(
        SetAside(
            str(names[at]),
            f"treated from {panel.cohort[at]} on"
            + (f", with effects from {before[at]} on" if question.anticipation else "")
            + f": the panel begins in {first}, so no period before can be compared with",
        )
        for at in np.flatnonzero(always)
    )
    used, number = np.unique(cluster[keep], return_inverse=True)
    if len(used) < 2:
        raise BadInputError(
            f"every unit is in cluster {clusters[used[0]]}: with one cluster no error can be told",
            where=places.all(rows, question.cluster or question.unit),
            todo="Name a column with more groups, or leave the cluster out",
        )
    return Given(
        Panel(panel.outcome[keep], panel.periods, cohort[keep], panel.covariates[keep]),
        tuple(map(str, names[keep])),
        tuple(map(str, clusters[used])),
        number.astype(np.int64),
        int(np.isfinite(panel.outcome[keep]).sum()),
        aside,
        tuple(remarks),
    )


def _counted(names: Sequence[Any]) -> str:
    shown = ", ".join(map(str, names[:5]))
    return f"{len(names)} {'unit' if len(names) == 1 else 'units'} ({shown}{', ...' if len(names) > 5 else ''})"


def _column(columns: Mapping[str, Any], name: str) -> list[Any]:
    try:
        return list(columns[name])
    except (KeyError, TypeError) as error:
        known = [str(item) for item in columns]
        close = difflib.get_close_matches(name, known, n=1)
        meant = f" Did you mean {close[0]}?" if close else ""
        raise UnknownNameError(
            f"there is no column {name!r}", todo=f"The columns are {', '.join(known)}.{meant}"
        ) from error


def _numbers(columns: Mapping[str, Any], name: str, places: Places) -> Array:
    cells = _column(columns, name)
    values = np.empty(len(cells))
    for row, cell in enumerate(cells):
        try:
            values[row] = float(cell)
        except (TypeError, ValueError):
            values[row] = np.nan
        if not math.isfinite(values[row]):
            missing = cell is None or (isinstance(cell, float) and math.isnan(cell))
            raise BadInputError(
                "the number is missing" if missing else f"{str(cell)[:40]!r} is not a number",
                where=places.of(row, name),
                todo="Fill it in, or leave the row out",
            )
    return values


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _require_equal_lengths(columns: Mapping[str, Sequence[Any] | Array], places: Places) -> None:
    (first, values), *others = columns.items()
    if not len(values):
        raise BadInputError("there is no row", where=places.file, todo="Give a row per unit and period")
    for name, other in others:
        if len(other) != len(values):
            raise BadInputError(
                f"column {name} has another number of rows than {first}", where=places.file, todo="Give as many"
            )


def _require_filled(values: Sequence[str], name: str, places: Places) -> None:
    for row, value in enumerate(values):
        if not value:
            raise BadInputError(
                "the name is missing", where=places.of(row, name), todo="Fill it in, or leave the row out"
            )


def _periods(values: Array, name: str, places: Places) -> Whole:
    wrong = np.flatnonzero((values != np.round(values)) | (np.abs(values) > _LARGEST_PERIOD))
    if len(wrong):
        raise BadInputError(
            f"{values[wrong[0]]:.15g} is no whole number of a period",
            where=places.of(int(wrong[0]), name),
            todo="Number the periods, such as 2019, 2020, 2021",
        )
    return values.astype(np.int64)


def _start(value: object, name: str, row: int, places: Places) -> int:
    """First treated period; :data:`NEVER` for never."""
    text = _text(value)
    if text.lower() in NEVER_WORDS:
        return NEVER
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isinf(number):
        return NEVER
    if math.isnan(number) or not number.is_integer() or not 0 < number <= _LARGEST_PERIOD:
        raise BadInputError(
            f"{text[:40]!r} is no period in which treatment can start",
            where=places.of(row, name),
            todo="Give a whole number, such as 2021; leave it empty or write 0 for a unit that is never treated",
        )
    return int(number)


def _require_once(
    index: npt.NDArray[np.intp], time: Whole, unit: Sequence[str], question: EventStudyQuestion, places: Places
) -> None:
    first: dict[tuple[int, int], int] = {}
    for row, key in enumerate(zip(index.tolist(), time.tolist(), strict=True)):
        before = first.setdefault(key, row)
        if before != row:
            raise BadInputError(
                f"{unit[row]} in {time[row]} stands in {places.row(before)} too",
                where=places.of(row, question.unit),
                todo="Keep one of the rows",
            )


def _constant(values: Whole, index: npt.NDArray[np.intp], unit: Sequence[str], name: str, places: Places) -> Whole:
    """The one value of each unit."""
    found = np.zeros(index.max() + 1, dtype=np.int64)
    first: dict[int, int] = {}
    for row, at in enumerate(index.tolist()):
        before = first.setdefault(at, row)
        if values[before] != values[row]:
            one, other = ("never" if values[place] == NEVER else str(values[place]) for place in (before, row))
            raise BadInputError(
                f"{unit[row]} has {other} here and {one} in {places.row(before)}",
                where=places.of(row, name),
                todo="Give each unit one first treated period, in all its rows",
            )
        found[at] = values[row]
    return found


def _clusters(
    question: EventStudyQuestion,
    columns: Mapping[str, Any],
    unit: Sequence[str],
    index: npt.NDArray[np.intp],
    names: npt.NDArray[np.str_],
    places: Places,
) -> tuple[npt.NDArray[np.str_], Whole]:
    """Names of the clusters, and the number of its cluster per unit."""
    if question.cluster is None or question.cluster == question.unit:
        return names, np.arange(len(names), dtype=np.int64)
    cells = [_text(item) for item in _column(columns, question.cluster)]
    _require_equal_lengths({question.unit: unit, question.cluster: cells}, places)
    _require_filled(cells, question.cluster, places)
    labels, number = np.unique(np.array(cells, dtype=np.str_), return_inverse=True)
    first: dict[int, int] = {}
    for row, at in enumerate(index.tolist()):
        before = first.setdefault(at, row)
        if number[before] != number[row]:
            raise BadInputError(
                f"{unit[row]} is in {cells[row]} here and in {cells[before]} in {places.row(before)}",
                where=places.of(row, question.cluster),
                todo="Give each unit one cluster, in all its rows",
            )
    return labels, np.array([number[first[at]] for at in range(len(names))], dtype=np.int64)
