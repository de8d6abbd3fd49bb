"""What can be asked of an envelopment frontier, and how a question or its numbers are refused: with line and column.

The engine refuses by position; here positions become the names that the reader gave.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.analysis.frontier_comparable import require_comparable
from verband.analysis.own_columns import Places, names_of, numbers_of
from verband.errors import BadInputError, UnknownNameError
from verband.numerics.envelopment.bases import Array
from verband.numerics.envelopment.technology import ORIENTATIONS, RETURNS, Orientation, Returns

LEAST_REPLICATIONS = 100
"""Below it fewer than three replications lie beyond each end of a 95% interval: its ends are chance."""
MOST_REPLICATIONS = 1_000_000
"""Beyond it what is left of chance is nothing beside what the method itself leaves open."""
_LISTED = 12


@dataclass(frozen=True, slots=True)
class FrontierQuestion:
    """A question that does not contradict itself.

    Attributes
    ----------
    inputs, outputs
        Columns.
    id
        Column with the name of the unit; the number of the row where there is none.
    orientation, returns
        As in :func:`verband.numerics.envelopment.efficiency.efficiencies`.
    merge
        Units to merge, each as names or as ``A+B+C``.
    order_m
        Number of units that each is compared with at order m.
    bootstrap
        Number of replications.
    seed
        Of the bootstrap.
    set_aside
        Leave rows out that cannot be compared, instead of refusing them.

    Raises
    ------
    BadInputError
        If it does contradict itself.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    id: str | None = None
    orientation: Orientation = "input"
    returns: Returns = "vrs"
    merge: tuple[str | tuple[str, ...], ...] = ()
    order_m: int | None = None
    bootstrap: int | None = None
    seed: int = 1
    set_aside: bool = False

    def __post_init__(self) -> None:
        """Refuse contradictions before any number is read."""
        for what, given, known in (
            ("orientation", self.orientation, ORIENTATIONS),
            ("returns to scale", self.returns, RETURNS),
        ):
            if given not in known:
                raise BadInputError(f"no {what} {given!r} exists", todo=f"Choose from {', '.join(known)}")
        self._require_roles()
        self._require_numbers()

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every column that holds numbers: inputs, then outputs."""
        return (*self.inputs, *self.outputs)

    def _require_roles(self) -> None:
        for role, names in (("input", self.inputs), ("output", self.outputs)):
            if not names:
                raise BadInputError(f"no {role} is named", todo=f"Name a column as {role}")
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise BadInputError(f"column {twice} is named twice as {role}", todo="Name it once")
        if both := next((name for name in self.inputs if name in self.outputs), None):
            raise BadInputError(f"column {both} is input and output", todo="Leave it out of one of them")
        if self.id in self.numbers:
            raise BadInputError(
                f"column {self.id} is the name of the unit and an input or output", todo="Leave it out of one of them"
            )

    def _require_numbers(self) -> None:
        if self.order_m is not None and self.order_m < 1:
            raise BadInputError(f"order m is {self.order_m}", todo="Compare with 1 unit or more")
        if self.seed < 0:
            raise BadInputError(f"the seed is {self.seed}", todo="Give 0 or more")
        if self.bootstrap is None:
            return
        if self.bootstrap < LEAST_REPLICATIONS:
            raise BadInputError(
                f"{self.bootstrap} replications are too few for an interval",
                todo=f"Ask {LEAST_REPLICATIONS} or more; 2000 is usual",
            )
        if self.bootstrap > MOST_REPLICATIONS:
            raise BadInputError(
                f"{self.bootstrap} replications are more than can be of use",
                todo=f"Ask {MOST_REPLICATIONS} or fewer; 2000 is usual",
            )
        if self.returns == "fdh":
            raise BadInputError(
                "the bootstrap does not hold for the free disposal hull (fdh)",
                todo="Ask other returns to scale, or order m, which has a standard error",
            )


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that was left out.

    Attributes
    ----------
    row
        From 0.
    name, reason
        Its name, and why.
    """

    row: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Given:
    """The numbers of a question that can be compared.

    Attributes
    ----------
    names
        Of the units; no two alike.
    rows
        Number of each in what was given, from 0.
    inputs, outputs
        Shapes (n, p) and (n, q): inputs above 0, outputs 0 or more and not all of them 0.
    set_aside
        Rows that were left out.
    places
        Where the rows stand.
    """

    names: tuple[str, ...]
    rows: tuple[int, ...]
    inputs: Array
    outputs: Array
    set_aside: tuple[SetAside, ...]
    places: Places

    def place(self, unit: int, column: str | None = None) -> str:
        """Say where a unit stands."""
        return self.places.of(self.rows[unit], column)


def given(question: FrontierQuestion, columns: Mapping[str, npt.ArrayLike], places: Places) -> Given:
    """Take the columns of a question, and refuse or set aside what no frontier can be computed from.

    Raises
    ------
    BadInputError
        With the first place at fault.
    UnknownNameError
        If a column is not there.
    """
    values = [numbers_of(columns, name, places) for name in question.numbers]
    rows = len(values[0])
    names = names_of(columns, question.id, rows, places)
    other = next((name for name, one in zip(question.numbers, values, strict=True) if one.shape != (rows,)), None)
    if other is not None or len(names) != rows:
        raise BadInputError(
            f"column {other or question.id} has another number of rows than {question.numbers[0]}",
            where=places.file,
            todo="Give as many",
        )
    both = np.column_stack(values)
    kept, left = _kept(question, both, names, places)
    found = Given(
        names=tuple(names[row] for row in kept),
        rows=tuple(kept),
        inputs=both[kept, : len(question.inputs)],
        outputs=both[kept, len(question.inputs) :],
        set_aside=tuple(left),
        places=places,
    )
    _require_distinct(question, found)
    require_comparable(question, found, rows)
    return found


def groups(question: FrontierQuestion, found: Given) -> list[tuple[int, ...]]:
    """Rows of the units of each merger that is asked.

    Raises
    ------
    BadInputError
        If a merger names nothing, has one unit, or one twice, or can be read in more than one way.
    UnknownNameError
        If a unit is not there, with the names most like it.
    """
    number = {name: row for row, name in enumerate(found.names)}
    result = []
    for merger in question.merge:
        members = _split(merger, number) if isinstance(merger, str) else merger
        shown = merger if isinstance(merger, str) else "+".join(merger)
        if not shown.strip():
            raise BadInputError("a merger names no unit", todo="Name two or more, as in A+B")
        if not all(members):
            raise BadInputError(
                f"merger {shown!r} has a plus sign without a unit beside it", todo="Name two or more, as in A+B"
            )
        for name in members:
            if name not in number:
                raise _unknown(name, shown, found)
        if len(members) < 2:
            raise BadInputError(f"merger {shown!r} has one unit", todo="Name two or more, as in A+B")
        if twice := next((name for name in members if members.count(name) > 1), None):
            raise BadInputError(f"{twice} stands twice in merger {shown!r}", todo="Name each unit once")
        result.append(tuple(number[name] for name in members))
    return result


def _split(text: str, known: Mapping[str, int]) -> tuple[str, ...]:
    """Names with plus signs between them; a name may hold a plus sign itself, if the whole can then be read one way."""
    parts = text.split("+")
    plain = tuple(part.strip() for part in parts)

    def readings(begin: int) -> list[tuple[str, ...]]:
        if begin == len(parts):
            return [()]
        found = []
        for end in range(begin + 1, len(parts) + 1):
            name = "+".join(parts[begin:end]).strip()
            if name in known:
                found += [(name, *rest) for rest in readings(end)]
        return found

    ways = readings(0) if any("+" in name for name in known) else []
    mergers = [way for way in ways if len(way) > 1]
    if len(mergers) > 1:
        one, other = (", ".join(way) for way in mergers[:2])
        raise BadInputError(
            f"merger {text!r} can be read as {one} and as {other}",
            todo="Write names of units without a plus sign (in Python: give the merger as a list of names)",
        )
    return mergers[0] if mergers else plain


def _unknown(name: str, merger: str, found: Given) -> UnknownNameError:
    left = next((item for item in found.set_aside if item.name == name), None)
    if left is not None:
        return UnknownNameError(
            f"{name} in merger {merger!r} was set aside: {left.reason}",
            where=found.places.of(left.row),
            todo="Mend its numbers, or leave it out of the merger",
        )
    close = difflib.get_close_matches(name, found.names, n=1)
    meant = f" Did you mean {close[0]}?" if close else ""
    more = f" and {len(found.names) - _LISTED} more" if len(found.names) > _LISTED else ""
    listed = ", ".join(found.names[:_LISTED])
    return UnknownNameError(
        f"there is no unit {name!r}, which merger {merger!r} names", todo=f"The units are {listed}{more}.{meant}"
    )


def _kept(
    question: FrontierQuestion, values: Array, names: Sequence[str], places: Places
) -> tuple[list[int], list[SetAside]]:
    """Rows that can be compared; the others are refused or set aside."""
    p = len(question.inputs)
    is_input = np.arange(values.shape[1]) < p
    missing = ~np.isfinite(values)
    wrong = missing | np.where(is_input, values <= 0, values < 0)
    idle = ~(values[:, p:] > 0).any(axis=1)
    left = []
    for row in np.flatnonzero(wrong.any(axis=1) | idle).tolist():
        column, what = None, "all outputs are 0"
        if wrong[row].any():
            number = int(np.argmax(wrong[row]))
            column, value = question.numbers[number], values[row, number]
            what = f"{value:.15g} is {'not above' if number < p else 'below'} 0"
            what = "the number is missing or infinite" if missing[row, number] else what
        if not question.set_aside:
            raise BadInputError(
                f"{what} ({names[row]})" if question.id else what,
                where=places.of(row, column or ", ".join(question.outputs)),
                todo="Mend it, or leave such rows out with --set-aside",
            )
        left.append(SetAside(row, names[row], f"{column}: {what}" if column else what))
    gone = {item.row for item in left}
    return [row for row in range(len(values)) if row not in gone], left


def _require_distinct(question: FrontierQuestion, found: Given) -> None:
    first: dict[str, int] = {}
    for unit, name in enumerate(found.names):
        before = first.setdefault(name, unit)
        if before != unit:
            raise BadInputError(
                f"{name} stands in {found.places.row(found.rows[before])} too",
                where=found.place(unit, question.id),
                todo="Keep one of the rows, or give each its own name",
            )
