"""Whether numbers leave anything to compare: units enough, columns that differ, and no number out of all proportion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verband.errors import BadInputError

if TYPE_CHECKING:
    from verband.analysis.frontier_question import FrontierQuestion, Given

_FARTHEST = 1e12
"""So many times the smallest number of a column: up to there scores are proven against whole fractions."""
_LARGEST = 1e100
"""Above it, and below its reciprocal, products run out of range."""
_FORCED: dict[str, tuple[str, frozenset[str]]] = {
    "input": ("inputs", frozenset({"vrs", "ndrs", "fdh"})),
    "output": ("outputs", frozenset({"vrs", "nirs", "fdh"})),
}
"""Where one constant column makes every unit efficient.

With weights that add up to 1 or more a mixture uses at least the constant, so that no input can shrink; with weights
that add up to 1 or less it produces at most the constant, so that no output can grow.
"""


def require_comparable(question: FrontierQuestion, found: Given, rows: int) -> None:
    """Refuse what leaves nothing to compare: ``rows`` is how many there were before any was set aside.

    Raises
    ------
    BadInputError
        With the lines and the column.
    """
    aside = f"; {len(found.set_aside)} of {rows} rows were set aside" if found.set_aside else ""
    if len(found.names) < 2:
        what = f"{found.names[0]} is alone: a unit is measured against others" if found.names else "no unit is left"
        raise BadInputError(f"{what}{aside}", where=found.places.all(rows), todo="Give two units or more")
    idle = np.flatnonzero(~(found.outputs > 0).any(axis=0))
    if len(idle):
        raise BadInputError(
            f"the output is 0 in every row{aside}, so it compares nobody",
            where=found.places.all(rows, question.outputs[idle[0]]),
            todo="Leave it out",
        )
    _require_range(question, found)
    _require_differences(question, found, rows)


def _require_differences(question: FrontierQuestion, found: Given, rows: int) -> None:
    """Refuse constant columns, but for the only input or output where units can still differ by the other side.

    That one is a known device for units that have no inputs, or outputs, to tell apart (Lovell and Pastor, 1999).
    Beside other columns a constant one tells no units apart, and under constant returns it would quietly set a limit
    to their size, as ``--returns nirs`` or ``ndrs`` does openly.
    """
    constant = constant_columns(question, found)
    other = "output" if question.orientation == "input" else "input"
    side, returns = _FORCED[question.orientation]
    for name, value in constant:
        role, names = ("input", question.inputs) if name in question.inputs else ("output", question.outputs)
        where = found.places.all(rows, name)
        if question.returns in returns and role == question.orientation:
            grow = "shrink" if side == "inputs" else "grow"
            # The other orientation helps where the column stands alone, and the other side differs.
            device = len(names) == 1 and len(constant) == 1
            raise BadInputError(
                f"the {role} is {value:.15g} in every row: with returns {question.returns} no mixture of units can "
                f"{grow} it, so that every unit would be efficient",
                where=where,
                todo=f"Leave it out, or ask --orientation {other}" if device else "Leave it out",
            )
        if len(names) > 1:
            raise BadInputError(
                f"the {role} is {value:.15g} in every row: it tells no units apart", where=where, todo="Leave it out"
            )
    if len(constant) == len(question.numbers):
        raise BadInputError(
            "every column is the same in every row: no unit differs from another",
            where=found.places.all(rows, ", ".join(question.numbers)),
            todo="Name columns in which units differ",
        )


def _require_range(question: FrontierQuestion, found: Given) -> None:
    """Refuse numbers so far apart that the smaller ones are lost in sums of double precision.

    The place is that of the number furthest from the median, in orders of magnitude: it is the likeliest to be wrong.
    """
    both = np.hstack([found.inputs, found.outputs])
    for number, name in enumerate(question.numbers):
        some = np.flatnonzero(both[:, number] > 0)
        column = both[some, number]
        low, high = float(column.min()), float(column.max())
        if low < high / _FARTHEST or high > _LARGEST or low < 1 / _LARGEST:
            size = np.log10(column)
            distance = np.abs(size - np.median(size))
            # Of two as far away, that which is further from 1.
            far = int(np.lexsort((np.abs(size), distance.round(9)))[-1])
            rest = low if column[far] == high else high
            raise BadInputError(
                f"{column[far]:.15g} cannot be worked with beside {rest:.15g}: there is no such precision",
                where=found.place(int(some[far]), name),
                todo="Check whether the numbers of the column are in the same unit",
            )


def constant_columns(question: FrontierQuestion, found: Given) -> list[tuple[str, float]]:
    """Columns that are the same in every row, with that number."""
    both = np.hstack([found.inputs, found.outputs])
    return [
        (name, float(both[0, number])) for number, name in enumerate(question.numbers) if np.ptp(both[:, number]) == 0
    ]
