"""What can be asked of a stochastic frontier, and how a question or its numbers are refused: with line and column.

The engine refuses by position; here positions become the names that the reader gave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from verband.analysis.own_columns import Places
from verband.errors import BadInputError
from verband.numerics import stochastic_frontier as engine
from verband.numerics.stochastic_frontier import Distribution

Array = npt.NDArray[np.float64]
INTERCEPT = "intercept"
Model = Literal["cross-section", "time-invariant", "time-varying", "determinants"]
REFUSALS = (
    engine.NotFiniteError,
    engine.ConstantColumnError,
    engine.CollinearColumnsError,
    engine.TooFewRowsError,
    engine.OneFirmError,
    engine.OnePeriodError,
    engine.DuplicateObservationError,
    engine.PerfectFitError,
)
"""What the engine refuses in the numbers of a reader."""
_LARGEST = 1e50
"""Of a number, and one over it the least that the largest of a column may be: variances of variances stay numbers."""
_TAKES_PART = 1e-6
"""Weight of a standardised column from which it takes part in a linear dependence."""


@dataclass(frozen=True, slots=True)
class SfaQuestion:
    """A question that does not contradict itself.

    Attributes
    ----------
    y, x
        Columns of the outcome and of the frontier.
    log
        Take the logarithm of ``y`` and ``x``; never of ``determinants``.
    cost
        A cost frontier.
    distribution
        Of the inefficiency; ``None`` for half-normal, or truncated normal with determinants.
    id, time
        Columns with firm and period. Both: rows of a firm share one inefficiency. Only ``id``: names of the rows.
    decay
        Inefficiency goes up or down with time (Battese and Coelli, 1992).
    determinants
        Columns that the mean of the inefficiency depends on (Battese and Coelli, 1995).
    determinants_intercept
        Whether that mean has an intercept too.

    Raises
    ------
    BadInputError
        If it does contradict itself.
    """

    y: str
    x: tuple[str, ...]
    log: bool = False
    cost: bool = False
    distribution: Distribution | None = None
    id: str | None = None
    time: str | None = None
    decay: bool = False
    determinants: tuple[str, ...] = ()
    determinants_intercept: bool = True

    def __post_init__(self) -> None:
        """Refuse contradictions before any number is read."""
        self._require_roles()
        self._require_model()
        self._require_distribution()

    @property
    def model(self) -> Model:
        """Which model is asked."""
        if self.determinants:
            return "determinants"
        if self.time is None:
            return "cross-section"
        return "time-varying" if self.decay else "time-invariant"

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every column that holds numbers, once."""
        time = () if self.time is None else (self.time,)
        return tuple(dict.fromkeys((self.y, *self.x, *self.determinants, *time)))

    @property
    def logarithms(self) -> tuple[str, ...]:
        """Columns of which the logarithm is taken."""
        return (self.y, *self.x) if self.log else ()

    def _require_roles(self) -> None:
        if not self.x:
            raise BadInputError("no column x is named", todo="Name the columns of the frontier")
        for role, names in (("x", self.x), ("determinants", self.determinants)):
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise BadInputError(f"column {twice} is named twice in {role}", todo="Name it once")
            if INTERCEPT in names:
                raise BadInputError(
                    f"column {INTERCEPT} in {role} has the name of the intercept, which is added by itself",
                    todo="Leave it out if it holds only ones, else rename it",
                )
        numbers: dict[str, tuple[str, ...]] = {"x": self.x, "determinants": self.determinants}
        numbers["time"] = () if self.time is None else (self.time,)
        for own, name, others in (
            ("y", self.y, {**numbers, "id": () if self.id is None else (self.id,)}),
            ("id", self.id, numbers),
        ):
            if other := next((role for role, names in others.items() if name in names), None):
                raise BadInputError(
                    f"column {name} is {own} and stands in {other} too", todo="Leave it out of one of them"
                )

    def _require_model(self) -> None:
        if self.time is not None and self.id is None:
            raise BadInputError("a time was named without an id", todo="Name the column with the firm too")
        if not self.determinants_intercept and not self.determinants:
            raise BadInputError(
                "the intercept of the determinants was left out, and no determinants are named",
                todo="Name them, or leave that option out",
            )
        if self.decay and self.determinants:
            raise BadInputError("decay and determinants are two different models", todo="Ask for one of them")
        if self.decay and self.time is None:
            raise BadInputError("decay needs a panel", todo="Name the columns with the firm (id) and the period (time)")

    def _require_distribution(self) -> None:
        known = get_args(Distribution)
        if self.distribution is not None and self.distribution not in known:
            raise BadInputError(
                f"no distribution is called {self.distribution}", todo=f"Choose from {', '.join(known)}"
            )
        if self.determinants and self.distribution not in (None, "truncated-normal"):
            raise BadInputError(
                f"with determinants the inefficiency is truncated normal, not {self.distribution}",
                todo="Leave the distribution out, or the determinants",
            )
        if self.time is not None and not self.determinants and self.distribution == "exponential":
            raise BadInputError(
                "for a panel the inefficiency is half-normal or truncated normal, not exponential",
                todo="Choose one of those, or leave id and time out",
            )


@dataclass(frozen=True, slots=True)
class Given:
    """The numbers of a question.

    Attributes
    ----------
    y, x, z
        Outcome, columns of the frontier (both in logarithms where asked) and determinants: shapes (n,), (n, k), (n, j).
    columns
        Every column as given, by name.
    firm, time
        Shape (n,); ``None`` where not asked.
    places
        Where the rows stand.
    """

    y: Array
    x: Array
    z: Array
    columns: Mapping[str, Array]
    firm: npt.NDArray[np.str_] | None
    time: Array | None
    places: Places


def refused(refusal: ValueError, question: SfaQuestion, given: Given) -> BadInputError:
    """Say in names what the engine says in positions.

    Parameters
    ----------
    refusal
        One of :data:`REFUSALS`.
    question, given
        What was asked, and of what.
    """
    match refusal:
        case engine.NotFiniteError():
            name = _named(question, refusal.array)[refusal.column or 0]
            return BadInputError(
                "the number is missing or infinite", where=given.places.of(refusal.row, name), todo="Fill it in"
            )
        case engine.ConstantColumnError():
            return _constant(_named(question, refusal.array)[refusal.column], question, given)
        case engine.CollinearColumnsError():
            return _collinear(refusal, question, given)
        case engine.PerfectFitError():
            return _perfect(question, given)
    return _unfit(refusal, question, given)


def require_size(values: Array, column: str, places: Places) -> None:
    """Refuse numbers whose squares, or the squares of those, a computer cannot hold.

    Raises
    ------
    BadInputError
        With the first that is too large, or for a column in which all are too small.
    """
    size = np.abs(values)
    if len(large := np.flatnonzero(np.isfinite(size) & (size > _LARGEST))):
        raise BadInputError(
            f"{values[large[0]]:.15g} is too large to compute with",
            where=places.of(int(large[0]), column),
            todo="Choose a larger unit",
        )
    if len(values) and 0 < size.max() < 1 / _LARGEST:
        raise BadInputError(
            f"all numbers are too small to compute with, such as {values[int(np.argmax(size))]:.15g}",
            where=places.all(len(values), column),
            todo="Choose a smaller unit",
        )


def require_names(firm: npt.NDArray[np.str_], column: str, places: Places) -> None:
    """Refuse a row without the name of its firm.

    Raises
    ------
    BadInputError
        With the first such row.
    """
    if len(nameless := np.flatnonzero(firm == "")):
        raise BadInputError(
            "the name is missing", where=places.of(int(nameless[0]), column), todo="Fill it in, or leave the row out"
        )


def require_distinct(firm: npt.NDArray[np.str_], column: str, places: Places) -> None:
    """Refuse a cross-section in which a name stands twice.

    Raises
    ------
    BadInputError
        With both lines.
    """
    first: dict[str, int] = {}
    for row, name in enumerate(firm):
        before = first.setdefault(str(name), row)
        if before != row:
            raise BadInputError(
                f"{name} stands in {places.row(before)} too",
                where=places.of(row, column),
                todo="Name the column with the period too if this is a panel, else keep one of the rows",
            )


def _named(question: SfaQuestion, array: str) -> Sequence[str]:
    """Names of the columns of an array of the engine."""
    names: dict[str, Sequence[str]] = {
        "x": question.x,
        "z": question.determinants,
        "y": (question.y,),
        "time": (question.time or "",),
    }
    return names[array]


def _unfit(refusal: ValueError, question: SfaQuestion, given: Given) -> BadInputError:
    """Rows that are too few, of one firm, of one period, or double."""
    places, n = given.places, len(given.y)
    match refusal, given.firm, given.time:
        case engine.OneFirmError(), np.ndarray() as firm, _:
            return BadInputError(
                f"all rows are of {firm[0]}: with one firm inefficiency cannot be told from the intercept",
                where=places.all(n, question.id),
                todo="Give rows of more firms, or leave id and time out",
            )
        case engine.OnePeriodError(), _, np.ndarray() as time:
            return BadInputError(
                f"all rows are of {time[0]:.15g}: with one period nothing can be said about decay",
                where=places.all(n, question.time),
                todo="Leave decay out",
            )
        case engine.DuplicateObservationError() as twice, np.ndarray() as firm, np.ndarray() as time:
            return BadInputError(
                f"{firm[twice.second]} in {time[twice.second]:.15g} stands in {places.row(twice.first)} too",
                where=places.of(twice.second, question.id),
                todo="Keep one of the rows",
            )
    needed = f" for {refusal.parameters} parameters" if isinstance(refusal, engine.TooFewRowsError) else ""
    return BadInputError(
        f"{n} {'row is' if n == 1 else 'rows are'} too few{needed}",
        where=places.all(n),
        todo="Give more rows, or name fewer columns",
    )


def _constant(name: str, question: SfaQuestion, given: Given) -> BadInputError:
    values = given.columns[name]
    nearly = "" if np.ptp(values) == 0 else ", but for differences too small to compute with"
    return BadInputError(
        f"the column is {values[0]:.15g} in every row{nearly}, so nothing goes with it",
        where=given.places.all(len(given.y), name),
        todo="Name another y" if name == question.y else "Leave it out; an intercept is added by itself",
    )


def _perfect(question: SfaQuestion, given: Given) -> BadInputError:
    if np.ptp(given.y) == 0:
        return _constant(question.y, question, given)
    return BadInputError(
        f"{question.y} follows from {_listed(question.x)} without any error, so there is no deviation to split",
        where=given.places.all(len(given.y), question.y),
        todo="Check whether one of the columns was computed from it",
    )


def _collinear(refusal: engine.CollinearColumnsError, question: SfaQuestion, given: Given) -> BadInputError:
    """Name the columns that together make up the one that adds nothing."""
    names, values = _named(question, refusal.array), given.x if refusal.array == "x" else given.z
    column = refusal.column
    standard = values - values.mean(axis=0)
    standard /= np.sqrt(np.square(standard).mean(axis=0))
    weights = np.linalg.lstsq(standard[:, :column], standard[:, column], rcond=None)[0]
    others = [name for name, weight in zip(names[:column], weights, strict=True) if abs(weight) > _TAKES_PART]
    logs = " (in logarithms)" if question.log and refusal.array == "x" else ""
    return BadInputError(
        f"the column follows exactly from {_listed(others)}{logs}, so their effects cannot be told apart",
        where=given.places.all(len(given.y), names[column]),
        todo=f"Leave out {names[column]} or one of the others",
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
