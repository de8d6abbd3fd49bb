"""Turning rows into the bytes of a published file: separators, line ends, packing."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Sequence

Cell = str | int | float | None
Files = Iterator[tuple[str, bytes]]
"""Path inside the folder and content."""


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    delimiter: str = ",",
    line_end: str = "\n",
    quote_all: bool = False,
    mark: bool = False,
) -> bytes:
    """Return a delimited file in UTF-8.

    Parameters
    ----------
    header
        Column names; an empty sequence for a file without a header row.
    rows
        Cells; ``None`` is an empty cell.
    delimiter, line_end, quote_all
        As published.
    mark
        Whether the file opens with a byte order mark.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=delimiter,
        lineterminator=line_end,
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
    )
    if header:
        writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8")


def packed(content: bytes) -> bytes:
    """Return the content as gzip without time or name, so that equal content gives equal bytes."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", mtime=0) as stream:
        stream.write(content)
    return buffer.getvalue()


def as_json(value: object, *, indent: int | None = 1) -> bytes:
    """Return a JSON file in UTF-8."""
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()


def cut_off(title: str, length: int = 33) -> str:
    """Cut a long title as the publisher does."""
    return title if len(title) <= length else title[:length].rstrip() + ".."


def decimal_comma(value: float, digits: int, *, thousands: bool = False) -> str:
    """Write a number with a decimal comma, and with points for thousands where the file has them."""
    text = f"{value:,.{digits}f}" if thousands else f"{value:.{digits}f}"
    return text.replace(",", "\0").replace(".", ",").replace("\0", ".")
