"""Whether two warehouses hold the same: ``python -m benchmarks.compare OURS PEER [--content]``.

Row counts of every table and the numbers set aside per reason; with ``--content`` also every row of every table.
A difference is an error.
"""

from __future__ import annotations

import sys

import duckdb

BOOKS = ("_meta", "_snapshots", "_files", "_contents", "_unrecognised", "_set_aside")


def _tables(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, int]:
    names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [side]).fetchall()
    counts = {}
    for (name,) in names:
        row = connection.execute(f'SELECT count(*) FROM {side}."{name}"').fetchone()
        counts[name] = row[0] if row else 0
    return {name: count for name, count in counts.items() if name not in BOOKS}


def _apart(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    ours, peer = (f'SELECT * EXCLUDE (_file) FROM {side}."{table}"' for side in ("ours", "peer"))
    row = connection.execute(f"SELECT count(*) FROM ({ours} EXCEPT ALL {peer})").fetchone()
    return row[0] if row else 0


def main() -> int:
    """Compare and print; 1 where the two differ."""
    content = "--content" in sys.argv
    connection = duckdb.connect()
    for side, path in zip(("ours", "peer"), sys.argv[1:3], strict=True):
        connection.execute(f"ATTACH '{path}' AS {side} (READ_ONLY)")
    ours, peer = _tables(connection, "ours"), _tables(connection, "peer")
    faults = []
    for name in sorted(ours.keys() | peer.keys()):
        mine, other = ours.get(name), peer.get(name)
        apart = _apart(connection, name) if content and mine == other else 0
        words = "" if mine == other and not apart else f"  DIFFERENT{f' in {apart} rows' if apart else ''}"
        print(f"{name:34}{mine if mine is not None else '-':>10}{other if other is not None else '-':>10}{words}")
        if words:
            faults.append(name)
    # Which of two files with the same content counts as the first depends on the order of reading, the number does not.
    query = """SELECT regexp_replace(reason, '^same content as .*', 'same content as another file'), count(*)
        FROM {}._set_aside GROUP BY ALL ORDER BY ALL"""
    aside = [dict(connection.execute(query.format(side)).fetchall()) for side in ("ours", "peer")]
    if aside[0] != aside[1]:
        faults.append("set aside")
    counts = " and ".join(str(sum(side.values())) for side in aside)
    print(f"{'set aside, by reason':34}{counts}{'' if aside[0] == aside[1] else f'  DIFFERENT {aside}'}")
    print(
        f"\n{sum(ours.values())} rows in {len(ours)} tables"
        + (", every row the same" if content and not faults else "")
    )
    if faults:
        print(f"The two differ in: {', '.join(faults)}", file=sys.stderr)
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
