"""Merger processes: which municipalities went into which new ones together, and how large a part each was.

Municipalities that share a successor, or whose successors share a part, went through one process: what happened to them
is one event, not several (Het Hogeland and Westerkwartier both took a part of Winsum). The population share says how
much of what a municipality spends before the merger it bears itself afterwards (Hinnerich, 2009; Jordahl and Liang,
2010): of a municipality that is divided, the mean over its parts.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import polars as pl

_TYPES = ("merger", "split", "continuation")
PROCESSES = {
    "code": pl.String,
    "year": pl.Int64,
    "process": pl.String,
    "absorbing": pl.Boolean,
    "share": pl.Float64,
}


def merger_processes(changes: pl.DataFrame, inhabitants: pl.DataFrame) -> pl.DataFrame:
    """List the municipalities that merged, with their process.

    Parameters
    ----------
    changes
        ``effective_date, new_code, old_code, type, share`` as in table ``boundary_changes``; border corrections and
        changes of name do not count.
    inhabitants
        ``code, year, inhabitants``.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`PROCESSES`, by year and code: ``year`` is that of the merger, so the last accounts are those
        of the year before; ``process`` is the year with the codes of the successors; ``absorbing`` whether it took
        others in and kept its code; ``share`` its part of the inhabitants of its successors, null where not known.
    """
    people = {
        (code, year): number for code, year, number in inhabitants.select("code", "year", "inhabitants").iter_rows()
    }
    moves: dict[date, list[tuple[str, str, str, float | None]]] = defaultdict(list)
    for row in changes.filter(pl.col("type").is_in(_TYPES)).iter_rows(named=True):
        moves[row["effective_date"]].append((row["old_code"], row["new_code"], row["type"], row["share"]))
    found = []
    for day, rows in moves.items():
        year = day.year
        for part in _connected(rows):
            if all(kind == "continuation" for _, _, kind, _ in part):
                continue
            name = f"{year} {'+'.join(sorted({new for _, new, _, _ in part}))}"
            staying = {old for old, _, kind, _ in part if kind == "continuation"}
            shares = _shares(part, {old: people.get((old, year - 1)) for old, _, _, _ in part})
            found += [(old, year, name, old in staying, share) for old, share in shares.items()]
    return pl.DataFrame(found, schema=PROCESSES, orient="row").sort("year", "code")


def _connected(rows: list[tuple[str, str, str, float | None]]) -> list[list[tuple[str, str, str, float | None]]]:
    """Rows in groups that share an old or a new municipality."""
    label: dict[str, int] = {}
    groups: dict[int, list[tuple[str, str, str, float | None]]] = {}
    for number, row in enumerate(rows):
        ends = (f"old {row[0]}", f"new {row[1]}")
        joined = {label[end] for end in ends if end in label}
        groups[number] = [row]
        for other in joined:
            groups[number] += groups.pop(other)
        for old, new, _, _ in groups[number]:
            label[f"old {old}"] = label[f"new {new}"] = number
    return [sorted(group) for _, group in sorted(groups.items())]


def _shares(part: list[tuple[str, str, str, float | None]], people: dict[str, int | None]) -> dict[str, float | None]:
    brought = {
        (old, new): None if share is None or people[old] is None else share * people[old]  # type: ignore[operator]
        for old, new, _, share in part
    }
    total: dict[str, float | None] = {}
    for (_, new), number in brought.items():
        known = total.get(new, 0.0)
        total[new] = None if number is None or known is None else known + number
    found: dict[str, float | None] = {}
    for old, new, _, share in part:
        own, whole, known = brought[old, new], total[new], found.get(old, 0.0)
        if own is None or not whole or known is None or share is None:
            found[old] = None
        else:
            found[old] = known + share * own / whole
    return found
