"""Load a folder with pandas: ``python -m benchmarks.pandas_peer FOLDER FILE.duckdb``.

With ``--covers FOLDER`` it only prints which files it reads, one name per line.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd  # type: ignore[import-untyped]
import pyarrow as pa

import verband
from benchmarks.pandas_peer import documents, tables
from benchmarks.pandas_peer.contract import FaultyFileError, Read
from verband.domain.reference import reference
from verband.domain.schema import schema

HEAD_BYTES = 64 * 1024
QUERIES = Path(verband.__file__).parent / "warehouse" / "queries"
DUCKDB_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "date": "DATE", "boolean": "BOOLEAN"}
ROWS_PER_COMMIT = 100_000
NAMELESS = "SELECT DISTINCT name, year FROM task_accounts WHERE code IS NULL AND year IS NOT NULL"
FILL = "UPDATE task_accounts t SET code = i.code FROM incoming i WHERE t.name = i.name AND t.year = i.year"
BRACKETS = r"\s*\([^()]*\)\s*$"


def _query(name: str) -> str:
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if head[:2] != b"\x1f\x8b":
        return head
    with gzip.open(path) as packed:
        return packed.read(HEAD_BYTES)


def _reader(path: Path) -> tables.Reader | None:
    head = _head(path)
    return documents.recognise(head) or tables.recognise(head)


class Writer:
    """Writes tables and the books of what was read, in the layout that Verband has."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.claimed: dict[tuple[str, str], tuple[int, str]] = {}
        self.made: set[str] = set()
        self.number = self.waiting = 0

    def make(self, table: str) -> None:
        """Create a table once, with the types of its contract."""
        if table not in self.made:
            columns = ", ".join(f'"{item.name}" {DUCKDB_TYPES[item.type]}' for item in schema(table).columns)
            self.connection.execute(f'CREATE TABLE "{table}" ({columns}, _file INTEGER)')
            self.made.add(table)

    def add(self, name: str, digest: str, read: Read) -> None:
        """Write one file; the same content a second time is set aside as a whole."""
        self.number += 1
        aside = read.aside
        claims = [(table, read.scope) for table in read.tables]
        taken = next((self.claimed[claim] for claim in claims if claim in self.claimed), None)
        if taken is not None:
            for table, frame in read.tables.items():
                self._refuse_unless_same(table, frame, taken[0], name)
            aside = [(None, f"same content as {taken[1]}", None)] * read.rows_read
        else:
            for table, frame in read.tables.items():
                self._insert(table, frame)
                self.claimed[(table, read.scope)] = (self.number, name)
                years = next((frame[item] for item in ("year", "budget_year", "list_year") if item in frame), None)
                span = [] if years is None else sorted(int(year) for year in years.dropna().unique())
                self.connection.execute(
                    "INSERT INTO _contents VALUES (?, ?, ?, ?, ?)", [self.number, table, read.scope, len(frame), span]
                )
        self.connection.execute(
            "INSERT INTO _files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            [self.number, name, "", "", digest, "pandas", datetime.now(UTC).replace(tzinfo=None), read.rows_read,
             read.rows_read - len(aside), read.remarks],
        )  # fmt: skip
        if aside:
            incoming = pa.Table.from_pandas(
                pd.DataFrame(aside, columns=["line", "reason", "text"])
                .assign(file_id=self.number)[["file_id", "line", "reason", "text"]]
                .astype({"line": "Int64", "reason": "str", "text": "str"}),
                preserve_index=False,
            )
            self.connection.register("incoming", incoming)
            self.connection.execute("INSERT INTO _set_aside SELECT * FROM incoming")
            self.connection.unregister("incoming")
        self.waiting += sum(map(len, read.tables.values()))
        if self.waiting >= ROWS_PER_COMMIT:
            self.connection.execute("COMMIT")
            self.connection.execute("BEGIN")
            self.waiting = 0

    def _insert(self, table: str, frame: pd.DataFrame) -> None:
        self.make(table)
        # Through Arrow: DuckDB takes a categorical from it faster than from the frame itself.
        self.connection.register("incoming", pa.Table.from_pandas(frame, preserve_index=False))
        self.connection.execute(f'INSERT INTO "{table}" SELECT *, {self.number} FROM incoming')
        self.connection.unregister("incoming")

    def _refuse_unless_same(self, table: str, frame: pd.DataFrame, number: int, name: str) -> None:
        earlier = self.connection.execute(f'SELECT * EXCLUDE (_file) FROM "{table}" WHERE _file = {number}').df()
        mine, theirs = (
            item.astype("object").where(item.notna(), None).reset_index(drop=True) for item in (frame, earlier)
        )
        if not mine.equals(theirs[list(mine.columns)]):
            raise FaultyFileError(f"{name}: another file holds the same table, and they differ")


def _plain(names: pd.Series, *, keep_brackets: bool) -> pd.Series:
    text = names.str.strip()
    text = text if keep_brackets else text.str.replace(BRACKETS, "", regex=True)
    text = text.map(lambda name: "".join(
        letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter)
    ).casefold())  # fmt: skip
    text = text.str.replace(r"['’‘ʼ`´.]", "", regex=True).str.replace(r"[^\w]+", " ", regex=True).str.strip()
    return text.str.replace(r"^gemeente (?=.)", "", regex=True)


def _single(keys: pd.Series, codes: pd.Series) -> dict[str, Any]:
    """Keys that mean one code only."""
    pairs = pd.DataFrame({"key": keys.to_numpy(), "code": codes.to_numpy()}).drop_duplicates()
    pairs = pairs[~pairs["key"].duplicated(keep=False)]
    return dict(zip(pairs["key"], pairs["code"], strict=True))


def _codes_of(names: pd.Series, listed: pd.DataFrame) -> dict[str, str]:
    """Names to codes: by the name without accents and signs, then also without what stands between brackets."""
    listed = listed[["code", "name"]].drop_duplicates()
    sound = listed[~listed["name"].str.contains(r"[^\w\s'’ʼ`,.()/-]|[\d_]|[ÃÂ\ufffd]", regex=True)]
    full = _single(_plain(sound["name"], keep_brackets=True), sound["code"])
    base = _single(_plain(sound["name"], keep_brackets=False), sound["code"])
    for row in reference("municipality_aliases"):
        if row["code"] in set(sound["code"]):
            base[_plain(pd.Series([row["alias"]]), keep_brackets=False)[0]] = row["code"]
    keys = pd.Series(names.to_numpy(), dtype="str")
    bare = ~keys.str.contains(BRACKETS, regex=True)
    exact = _plain(keys, keep_brackets=True).map(full)
    loose = _plain(keys, keep_brackets=False).map(base).where(bare)
    found = exact.where(~bare | loose.notna()).fillna(loose)
    return {name: code for name, code in zip(keys, found, strict=True) if isinstance(code, str)}


def _check_vintages(connection: duckdb.DuckDBPyConnection, read: Read, name: str) -> None:
    """Refuse task accounts whose totals are those of another year or report than the name says."""
    lists = connection.execute("SELECT code, name, year FROM municipality_list").df()
    totals = connection.execute("SELECT code, year, report, cost_keur FROM key_totals").df()
    accounts = read.tables["task_accounts"]
    counted = accounts[~accounts["task"].isin(["0.10", "0.11"])]
    cost = counted.groupby("name", observed=True)["cost_keur"].sum()
    codes = _codes_of(pd.Series(cost.index.astype("str")), lists)
    cost = cost[cost != 0].rename("total").reset_index()
    cost["code"] = cost["name"].astype("str").map(codes)
    both = totals.merge(cost, on="code")
    agree = ((both["cost_keur"] - both["total"]).abs() < 1).groupby([both["year"], both["report"]]).mean()
    found = [f"{year} {report}" for year, report in agree.index[agree >= 0.9]]
    if len(found) == 1 and found[0] != read.scope:
        raise FaultyFileError(f"{name}: its totals are those of {found[0]}")


def _fill_codes(connection: duckdb.DuckDBPyConnection) -> None:
    names = connection.execute(NAMELESS).df()
    lists = connection.execute("SELECT code, name, year FROM municipality_list").df()
    rows = [
        (name, int(year), code)
        for year, group in names.groupby("year")
        for name, code in _codes_of(group["name"], lists[lists["year"] == year]).items()
    ]
    connection.register("incoming", pd.DataFrame(rows, columns=["name", "year", "code"]))
    connection.execute(FILL)
    connection.unregister("incoming")


def load(folder: Path, target: Path) -> None:
    """Read every file that is recognised and write the warehouse."""
    found = [(path, _reader(path)) for path in sorted(folder.rglob("*")) if path.is_file()]
    connection = duckdb.connect(str(target), config={"memory_limit": "64MB", "preserve_insertion_order": True})
    connection.execute("BEGIN")
    connection.execute(_query("layout"))
    writer = Writer(connection)
    undated: list[tuple[str, str, Read]] = []
    for path, reader in found:
        name = path.relative_to(folder).as_posix()
        if reader is None:
            connection.execute("INSERT INTO _unrecognised VALUES (?)", [name])
            continue
        packed = path.read_bytes()
        digest = hashlib.sha256(packed).hexdigest()
        content = gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
        read = reader(name, content)
        del packed, content
        if "task_accounts" in read.tables:
            undated.append((name, digest, read))
        else:
            writer.add(name, digest, read)
        del read
    for name, digest, read in undated:
        _check_vintages(connection, read, name)
        writer.add(name, digest, read)
    for table in (
        "key_totals",
        "municipality_list",
        "boundary_changes",
        "grant_volumes",
        "grant_results",
        "task_accounts",
    ):
        writer.make(table)
    connection.execute(_query("report_status"))
    _fill_codes(connection)
    connection.execute("COMMIT")
    connection.execute("CHECKPOINT")
    connection.close()


def main() -> None:
    """Load, or say what would be read."""
    if sys.argv[1] == "--covers":
        folder = Path(sys.argv[2])
        for path in sorted(folder.rglob("*")):
            if path.is_file() and _reader(path) is not None:
                print(path.relative_to(folder).as_posix())
        return
    load(Path(sys.argv[1]), Path(sys.argv[2]))


if __name__ == "__main__":
    main()
