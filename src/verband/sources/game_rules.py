"""What a game in a file must be, whatever the file: complete, with known members, and not too large."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verband.errors import BadInputError
from verband.numerics.cooperative_games.coalitions import Array, Masks

MOST_IN_A_FILE = 20
"""Members whose coalitions a file may list: with 20 there are a million."""
_LISTED = 3


@dataclass(frozen=True, slots=True)
class GameFile:
    """What a file says.

    Attributes
    ----------
    file
        Its name, for messages.
    members
        Names, in the order of the file.
    benefit
        Whether worth is shared, not cost.
    values
        Per coalition, shape (2^n,), by mask over the members; none where there is a formula.
    formula, parameters
        Text and named numbers; none where there is a table.
    weights, today
        Per member, shape (n,); none where the file has none.
    where
        Where the formula stands.
    remarks
        What was read in another way than plain.
    """

    file: str
    members: tuple[str, ...]
    benefit: bool
    values: Array | None
    formula: str | None
    parameters: Mapping[str, float]
    weights: Array | None
    today: Array | None
    where: str
    remarks: tuple[str, ...]


def demand_number(members: Sequence[str], where: str) -> None:
    """Refuse fewer than two members, and more than a file may list.

    Raises
    ------
    BadInputError
        With the place given.
    """
    if len(members) > MOST_IN_A_FILE:
        raise BadInputError(
            f"{len(members)} members have {2 ** len(members) - 1:,} coalitions: a file may list those of at most "
            f"{MOST_IN_A_FILE} members",
            where=where,
            todo="Give a formula of weight and number of members in a JSON file, which takes any number",
        )
    if len(members) < 2:
        known = f"only {members[0]} has" if members else "no member has"
        raise BadInputError(
            f"{known} a row of its own, and a game takes two members or more",
            where=where,
            todo="Give every member a row with its name alone",
        )


def unknown(name: str, coalition: str, members: Sequence[str], where: str) -> BadInputError:
    """Say that a name in a coalition is no member, and which one may be meant."""
    if not name:
        return BadInputError(f"{coalition!r} names a member without a name", where=where, todo="Write it as A+B")
    close = difflib.get_close_matches(name, members, n=1)
    meant = f"Did you mean {close[0]}? If not, add" if close else "Mend the name, or add"
    return BadInputError(
        f"{name!r} in {coalition} is no known member", where=where, todo=f"{meant} a row for {name} alone"
    )


def lacking(members: Sequence[str], missing: Masks, column: str) -> str:
    """Say which coalitions have no value."""
    shown = [
        "+".join(name for number, name in enumerate(members) if int(mask) >> number & 1) for mask in missing[:_LISTED]
    ]
    more = f" and {len(missing) - _LISTED} more" if len(missing) > _LISTED else ""
    return f"the {column} of {', '.join(shown)}{more} is missing ({2 ** len(members) - 1} coalitions are needed)"
