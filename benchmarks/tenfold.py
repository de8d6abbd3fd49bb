"""A folder ten times the size: ``python -m benchmarks.tenfold FROM TO``.

Every table whose first column is ``gm_code``, and every table of task accounts, is written ten times under other
municipality codes or names, so that keys stay unique; all other files are linked. It runs as a process of its own,
because what it holds in memory would count in the measurement.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from pathlib import Path

import polars as pl

TIMES = 10
DELIMITERS = (",", ";")


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def _shape(content: bytes) -> tuple[str, str] | None:
    """Delimiter and the column that tells municipalities apart; ``None`` for a file that is linked as it is."""
    line = next(iter(content[:65536].decode("utf-8-sig", errors="replace").splitlines()), "")
    for mark in DELIMITERS:
        names = next(csv.reader([line], delimiter=mark), [])
        if names[:1] == ["gm_code"]:
            return mark, "gm_code"
        if {"Gemeenten", "Taakveld"} <= set(names):
            return mark, "Gemeenten"
    return None


def _read(content: bytes, mark: str) -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(content), separator=mark, infer_schema=False)


def _new_codes(known: set[str]) -> list[dict[str, str]]:
    """For every copy a code that no municipality has; the first copy keeps its own."""
    free = iter(sorted({f"GM{number:04d}" for number in range(10_000)} - known))
    copies: list[dict[str, str]] = [{code: code for code in known}]
    copies += [{code: next(free) for code in sorted(known)} for _ in range(TIMES - 1)]
    return copies


def make(source: Path, target: Path) -> None:
    """Write the folder."""
    shapes = {path: _shape(_content(path)) for path in sorted(source.rglob("*")) if path.is_file()}
    known: set[str] = set()
    for path, shape in shapes.items():
        if shape and shape[1] == "gm_code":
            known |= set(_read(_content(path), shape[0])["gm_code"].unique().to_list())
    codes = _new_codes(known)
    for path, shape in shapes.items():
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        if shape is None:
            place.symlink_to(path.resolve())
            continue
        frame = _read(_content(path), shape[0])
        with gzip.open(place, "wb", compresslevel=1) if path.suffix == ".gz" else place.open("wb") as stream:
            for number, copy in enumerate(codes):
                stream.write(_copy(frame, shape[1], number, copy).write_csv(
                    separator=shape[0], include_header=not number).encode())  # fmt: skip


def _copy(frame: pl.DataFrame, column: str, number: int, codes: dict[str, str]) -> pl.DataFrame:
    if column == "gm_code":
        copied = frame.with_columns(pl.col(column).replace(codes))
        names = [name for name in ("naam", "naam_bron") if name in frame.columns]
        return copied.with_columns(_renamed(name, number) for name in names)
    rows = frame if number == 0 else frame.filter(pl.col(column) != "Nederland")
    return rows.with_columns(_renamed(column, number))


def _renamed(column: str, number: int) -> pl.Expr:
    """A name of its own for every copy: letters after it, as a figure would look like a damaged name."""
    return pl.col(column) if number == 0 else pl.col(column) + f" {'abcdefghij'[number] * 3}"


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
