"""Hints for names in the user's own file that nearly are those of a listed arrangement, and so make a second one.

A hint needs names that are alike (:mod:`verband.domain.arrangement_names`) and a participant in common, as bodies in
two places can have one name. It is remarked on the own file, and concluded anew by every load.
"""

from __future__ import annotations

import duckdb
import polars as pl

from verband.domain.arrangement_names import one_alike
from verband.domain.reference import reference
from verband.sources.arrangement_lists import arrangement_id
from verband.warehouse.store import run, sql, to_frame
from verband.warehouse.vintages import codes_of, index_of

_MARK = "looks like"
_LISTS = (
    ("the list of arrangements", "listed_arrangement_names", ("arrangement_participants",)),
    ("the register", "registered_arrangement_names", ("register_arrangements", "register_participants")),
)
"""Where an arrangement may be listed: how it is told, the query, and the tables it needs."""


def hint_names(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Remark on own files which arrangements seem to be listed under another name.

    Parameters
    ----------
    connection
        The warehouse that is being built, with all its tables.

    Returns
    -------
    tuple of str
        The hints, in order.
    """
    present = {row[0] for row in run(connection, sql("tables_made"))}
    if not {"own_arrangements", "municipality_list"} <= present:
        return ()
    own = _with_codes(connection, to_frame(connection, sql("own_arrangement_names"), {}))
    by_list = [
        (where, _members(_with_codes(connection, to_frame(connection, sql(query), {}))))
        for where, query, tables in _LISTS
        if set(tables) <= present
    ]
    # A name that one of the lists has is no slip, whatever another list calls the body.
    known = {_identifier(name) for _, members in by_list for name in members}
    hints: list[str] = []
    for (file,), rows in own.group_by("file", maintain_order=True):
        found = [
            hint
            for name, codes in sorted(_members(rows).items())
            if _identifier(name) not in known and (hint := _hint(name, codes, by_list))
        ]
        _remark(connection, int(str(file)), found)
        hints += found
    return tuple(dict.fromkeys(hints))


def _with_codes(connection: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the municipality codes of the participants; other bodies have none."""
    lists = to_frame(connection, "SELECT code, name, year FROM municipality_list", {})
    names = rows["participant"].drop_nulls()
    codes = codes_of(names, index_of(lists)) if names.len() and lists.height else {}
    return rows.with_columns(
        pl.col("participant").replace_strict(codes, default=None, return_dtype=pl.String).alias("code")
    )


def _members(rows: pl.DataFrame) -> dict[str, frozenset[str]]:
    """Codes of the participants by name of the arrangement."""
    found: dict[str, set[str]] = {}
    for name, code in rows.drop_nulls("arrangement").select("arrangement", "code").iter_rows():
        found.setdefault(name, set()).update([code] if code else [])
    return {name: frozenset(codes) for name, codes in found.items()}


def _identifier(name: str) -> str:
    """Identifier under which the sources meet: without the words that only say that it is an arrangement."""
    found = arrangement_id(_one_name(name))
    for prefix in ("gemeenschappelijke-regeling-", "gr-"):
        found = found.removeprefix(prefix) or found
    return found


def _one_name(name: str) -> str:
    wanted = arrangement_id(name)
    rows = reference("arrangement_same_body")
    return next((row["counted_as"] for row in rows if arrangement_id(row["name"]) == wanted), name)


def _hint(name: str, codes: frozenset[str], by_list: list[tuple[str, dict[str, frozenset[str]]]]) -> str | None:
    for where, members in by_list:
        listed = one_alike(name, [other for other, others in members.items() if codes & others])
        if listed is not None:
            return (
                f"arrangement {name!r} {_MARK} {_one_name(listed)!r} in {where} and counts as another one; "
                "give it that name to make them one"
            )
    return None


def _remark(connection: duckdb.DuckDBPyConnection, file: int, hints: list[str]) -> None:
    """Put the hints on a file in the place of those of an earlier load."""
    before = list(run(connection, sql("remarks_of_file"), {"file": file})[0][0] or ())
    after = [item for item in before if _MARK not in item] + hints
    if after != before:
        run(connection, sql("change_remarks"), {"file": file, "remarks": after})
