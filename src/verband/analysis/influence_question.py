"""What can be asked about influence in a vote, and how a question or its table is refused: with line and column.

The engine refuses by position; here positions become the names that the reader gave.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from verband.analysis.own_columns import Places, names_of, numbers_of
from verband.errors import BadInputError

LARGEST = 2.0**53
"""From this size on a number of a table no longer tells one vote from the next."""
MAJORITY = "majority"
"""A quota of more than half of the votes."""
_FRACTION = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})")
_PERCENTAGE = re.compile(r"(\d{1,3}(?:[.,]\d{1,9})?)\s*%")
NAMES = ("name", "member", "municipality", "naam", "lid", "deelnemer", "gemeente", "participant")
"""Columns that hold the names of members, if none is named."""


@dataclass(frozen=True, slots=True)
class InfluenceQuestion:
    """A question that does not contradict itself.

    Attributes
    ----------
    quota
        Votes with which a proposal passes.
    votes
        Column with the votes of each member.
    second_votes, second_quota
        Column and quota of a second majority that must be reached at the same time, such as of inhabitants.
    stake
        Column with what each member pays.
    id
        Column with the name of the member; ``None`` for one of :data:`NAMES`, else the first column that is not asked
        for its numbers, else the number of the row.
    unit
        Round the votes to this.
    samples
        Draw so many orders and coalitions.
    seed
        Of the draws.

    Raises
    ------
    BadInputError
        If it does contradict itself.
    """

    quota: float
    votes: str = "votes"
    second_votes: str | None = None
    second_quota: float | None = None
    stake: str | None = None
    id: str | None = None
    unit: float | None = None
    samples: int | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse contradictions before any number is read."""
        self._require_quotas()
        roles = {"votes": self.votes, "second votes": self.second_votes, "name": self.id}
        for role, column in roles.items():
            other = next((name for name, at in roles.items() if at == column and name != role), None)
            if column is not None and other is not None:
                raise BadInputError(
                    f"column {column} is asked for as {role} and as {other}", todo="Leave it out of one of them"
                )
        if self.stake is not None and self.stake == self.id:
            raise BadInputError(f"column {self.id} is asked for as name and as stake", todo="Leave it out of one")
        self._require_effort()

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every column that holds numbers, once."""
        columns = (self.votes, self.second_votes, self.stake)
        return tuple(dict.fromkeys(column for column in columns if column is not None))

    @property
    def quotas(self) -> tuple[float, ...]:
        """Of one majority or two."""
        return (self.quota,) if self.second_quota is None else (self.quota, self.second_quota)

    @property
    def vote_columns(self) -> tuple[str, ...]:
        """Column of each majority."""
        return (self.votes,) if self.second_votes is None else (self.votes, self.second_votes)

    def _require_quotas(self) -> None:
        if self.second_votes is not None and self.second_quota is None:
            raise BadInputError(
                f"second votes ({self.second_votes}) have no quota", todo="Give the second quota (--second-quota)"
            )
        if self.second_quota is not None and self.second_votes is None:
            raise BadInputError(
                f"the second quota of {self.second_quota:.15g} is of no column",
                todo="Name the column with the second votes (--second-votes)",
            )
        for which, quota in zip(("quota", "second quota"), self.quotas, strict=False):
            if not math.isfinite(quota) or abs(quota) >= LARGEST:
                raise BadInputError(f"the {which} is {quota:g}", todo="Give the votes with which a proposal passes")
            if quota <= 0:
                raise BadInputError(
                    f"the {which} is {quota:.15g}: a proposal would pass without a single vote",
                    todo="Give the votes with which a proposal passes, above 0",
                )

    def _require_effort(self) -> None:
        if self.samples is not None and self.samples < 100:
            raise BadInputError(f"{self.samples} draws tell next to nothing", todo="Ask 100 or more; 200000 is usual")
        if self.samples is not None and self.unit is not None:
            raise BadInputError("rounding and drawing are asked at once", todo="Leave --unit or --samples out")
        if self.unit is not None and not (math.isfinite(self.unit) and self.unit > 0):
            raise BadInputError(f"the unit to round to is {self.unit:g}", todo="Give a number above 0")
        if self.unit is not None and self.second_votes is not None:
            raise BadInputError(
                "votes are rounded with one majority only", todo="Leave --unit out, or draw (--samples) instead"
            )
        if self.seed < 0:
            raise BadInputError(f"the seed is {self.seed}", todo="Give 0 or more")


def quota_of(share: str, votes: npt.NDArray[np.float64], which: str = "quota") -> float:
    """Return the least whole number of votes that is a share of all votes.

    Parameters
    ----------
    share
        ``majority`` for more than half, a fraction such as ``2/3``, or a percentage such as ``60%``.
    votes
        Of the members, shape (n,).
    which
        Name of the quota, for messages.

    Raises
    ------
    BadInputError
        If that is no share, or the votes are no whole numbers.
    """
    if not np.all((votes >= 0) & (votes < LARGEST) & (votes == np.floor(votes))):
        raise BadInputError(
            f"the {which} is asked as a share ({share}), and not all votes are whole numbers",
            todo="Give the number of votes with which a proposal passes",
        )
    total = int(sum(map(int, votes.tolist())))
    written = share.strip().casefold()
    if written == MAJORITY:
        return float(total // 2 + 1)
    found = _FRACTION.fullmatch(written) or _PERCENTAGE.fullmatch(written)
    part = None
    if found is not None and found.re is _PERCENTAGE:
        part = Fraction(found[1].replace(",", ".")) / 100
    elif found is not None and int(found[2]):
        part = Fraction(int(found[1]), int(found[2]))
    if part is None or not 0 < part <= 1:
        raise BadInputError(
            f"{share!r} is no {which}",
            todo="Give a number of votes, majority (more than half), or a share as 2/3 or 60%",
        )
    return float(math.ceil(part * total))


@dataclass(frozen=True, slots=True)
class Given:
    """The table of a question.

    Attributes
    ----------
    names
        Of the members; no two alike.
    votes
        Per majority the votes of each member, shape (m, n), 0 or more.
    stake
        What each member pays, shape (n,), 0 or more; ``None`` where not asked.
    places
        Where the rows stand.
    """

    names: tuple[str, ...]
    votes: npt.NDArray[np.float64]
    stake: npt.NDArray[np.float64] | None
    places: Places


def name_column(columns: Sequence[str], question: InfluenceQuestion) -> str | None:
    """Return the column with the names of members, if the question names none."""
    if question.id is not None:
        return question.id
    free = [column for column in columns if column and column not in question.numbers]
    known = (column for name in NAMES for column in free if column.lower() == name)
    return next(known, free[0] if free else None)


def given(question: InfluenceQuestion, columns: Mapping[str, npt.ArrayLike], places: Places) -> Given:
    """Take the columns of a question, and refuse what is no vote.

    Raises
    ------
    BadInputError
        With the first place at fault.
    UnknownNameError
        If a column is not there.
    """
    every = [str(item) for item in getattr(columns, "columns", columns)]
    values = {name: numbers_of(columns, name, places) for name in question.numbers}
    rows = len(values[question.votes])
    column = name_column(every, question)
    names = names_of(columns, column, rows, places)
    other = next((name for name, one in values.items() if one.shape != (rows,)), None)
    if other is not None or len(names) != rows:
        raise BadInputError(
            f"column {other or column} has another number of rows than {question.votes}",
            where=places.file,
            todo="Give as many",
        )
    if not rows:
        raise BadInputError("there are no members", where=places.file, todo="Give a row per member")
    for name, one in values.items():
        _require_votes(name, one, names, places, what="contribution" if name == question.stake else "number of votes")
    _require_distinct(names, column, places)
    stake = None if question.stake is None else values[question.stake]
    return Given(names, np.array([values[name] for name in question.vote_columns]), stake, places)


def _require_votes(
    column: str, values: npt.NDArray[np.float64], names: Sequence[str], places: Places, *, what: str
) -> None:
    for row, value in enumerate(values.tolist()):
        place = places.of(row, column)
        if not math.isfinite(value):
            raise BadInputError(
                f"the {what} of {names[row]} is missing or infinite", where=place, todo="Fill it in; 0 if there is none"
            )
        if value < 0:
            raise BadInputError(
                f"the {what} of {names[row]} is {value:.15g}, below 0", where=place, todo="Give 0 or more"
            )
        if value >= LARGEST:
            raise BadInputError(
                f"the {what} of {names[row]} is {value:.15g}, too large to be told from the next",
                where=place,
                todo="Count in a larger unit",
            )


def _require_distinct(names: Sequence[str], column: str | None, places: Places) -> None:
    first: dict[str, int] = {}
    for row, name in enumerate(names):
        before = first.setdefault(name, row)
        if before != row:
            raise BadInputError(
                f"{name} stands in {places.row(before)} too",
                where=places.of(row, column),
                todo="Add their votes up in one row, or give each its own name",
            )
