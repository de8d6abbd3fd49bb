"""Columns of the files that a command reads itself: their names in English and Dutch, and where they stand in a header.

The names are those of reference table ``command_file_columns``, which the templates are made from too. Capitals, spaces
and hyphens make no difference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from verband.domain.reference import reference
from verband.errors import BadInputError

__all__ = ["COMMANDS", "dutch_names", "place_of", "taken_as"]

COMMANDS = ("share", "influence", "continuity")
"""Commands with files of their own that have a template."""


@cache
def dutch_names(command: str) -> Mapping[str, str]:
    """Other names of the columns of a command's file, to the name that it has in the answer."""
    found = {}
    for row in reference("command_file_columns"):
        if row["table"] == command:
            for name in (row["header_nl"], *row["also"].split("|")):
                if name:
                    found[_alike(name)] = row["column"]
    return found


def place_of(wanted: str, names: Sequence[str], command: str, where: str) -> int | None:
    """Return where a column stands: by its very name, else by its name but for capitals and spaces, else in Dutch.

    Parameters
    ----------
    wanted
        The name that is asked.
    names
        The header.
    command
        Whose file it is; another text for a file without Dutch names.
    where
        File and line, for messages.

    Raises
    ------
    BadInputError
        If more than one column can be meant.
    """
    others = dutch_names(command)
    tests = (
        lambda name: name == wanted,
        lambda name: _alike(name) == _alike(wanted),
        lambda name: others.get(_alike(name)) == wanted,
    )
    for test in tests:
        places = [place for place, name in enumerate(names) if name and test(name)]
        if len(places) == 1:
            return places[0]
        if places:
            twice = [names[place] for place in places]
            told = f"names column {twice[0]} twice" if len(set(twice)) == 1 else f"has {' and '.join(twice)}"
            either = "" if len(set(twice)) == 1 else f", and each can be column {wanted}"
            raise BadInputError(f"the header {told}{either}", where=where, todo="Rename one of them")
    return None


def taken_as(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Say which columns were found under another name.

    Parameters
    ----------
    pairs
        Names in the file and names asked.
    """
    other = [f"{given} as {asked}" for given, asked in pairs if given != asked]
    return [f"columns were read under another name: {', '.join(other)}"] if other else []


def _alike(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())
