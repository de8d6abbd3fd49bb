"""Regional divisions: to which region of each kind a municipality belongs.

Each published table holds one division, named by its third column; a municipality can belong to several regions
of one division. The tables carry no date: the year of the municipal division follows from the municipalities in
them, where these tell (``municipality_list_markers``), and is left empty otherwise.
Source of the tables: Regioatlas (BZK), collected by Open State Foundation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import polars as pl

from verband.domain.reference import reference
from verband.domain.schema import schema
from verband.errors import BadInputError
from verband.sources.files import Head, SourceFile
from verband.sources.formats import Format
from verband.sources.reading import Reading, ReadingReport
from verband.sources.tabular import LINE, apply_schema, read_raw, split_header

SOURCE = "regions"
TABLE = "region_membership"
NAME, CODE, INHABITANTS = "Gemeente", "CBS", "Inwoneraantal van regio"
_DELIMITER = ";"
_REGION = 2
"""Place of the column that names the division."""


def region_type(header: str) -> tuple[str, bool]:
    """Return the kind of division by the header of its column, and whether that header is a known one.

    An unknown header keeps its own words, after ``other_``, so that no table is lost and none takes the place of
    a known one.
    """
    header = header.strip()
    for row in reference("region_types"):
        if row["header_published"] == header:
            return row["region_type"], True
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode().lower()
    return "other_" + (re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "unnamed"), False


def list_year(codes: Iterable[str]) -> tuple[int | None, str]:
    """Tell the year of a municipal division from the codes in it.

    Codes that first or last occur in the list of some year bound the year from below and above; only where both
    bounds meet is the year known.

    Parameters
    ----------
    codes
        Municipality codes, such as ``GM1942``.

    Returns
    -------
    tuple
        The year or ``None``, and a sentence that says why it is not known (empty where it is).
    """
    present = set(codes)
    marks = [row for row in reference("municipality_list_markers") if row["code"] in present]
    first = max((int(row["first_list"]) for row in marks if row["first_list"]), default=None)
    last = min((int(row["last_list"]) for row in marks if row["last_list"]), default=None)
    if first is not None and first == last:
        return first, ""
    if first is not None and last is not None and first > last:
        return (
            None,
            f"municipalities first listed in {first} and last listed in {last} stand together; no year was given",
        )
    bounds = [f"not before {first}" if first else "", f"not after {last}" if last else ""]
    known = " and ".join(filter(None, bounds))
    return None, "the year of the municipal division cannot be told from the municipalities" + (
        f" ({known})" if known else ""
    )


def _recognise(head: Head) -> bool:
    if head.kind != "table":
        return False
    header = split_header(head.first_line, _DELIMITER)
    return 3 <= len(header) <= 5 and (header[:2] == (NAME, CODE) or INHABITANTS in header)


def _division(file: SourceFile) -> str:
    """Return the header of the column with the regions; refuse a table that is not as published."""
    header = split_header(file.head.first_line, _DELIMITER)
    shape = (*header[:_REGION], *header[_REGION + 1 :])
    if shape != (NAME, CODE, INHABITANTS) or header[_REGION] in ("", LINE):
        raise BadInputError(
            f"a regional division has the columns {NAME}, {CODE}, the name of the division and {INHABITANTS}; "
            f"here they are {', '.join(header)[:120]}",
            where=f"{file.name}, line 1",
            todo="Restore the columns as published, or take the file out of the folder",
        )
    return header[_REGION]


def _check_inhabitants(frame: pl.DataFrame, where: str, *, strict: bool) -> list[str]:
    """The number of inhabitants is one of the region, so a region has one number."""
    numbers = frame.select("region", "region_inhabitants").drop_nulls("region_inhabitants")
    given = set(numbers.iter_rows())
    if len(dict(given)) == len(given):
        return []
    several = (
        frame.group_by("region", maintain_order=True)
        .agg(pl.col("region_inhabitants").drop_nulls().n_unique().alias("numbers"), pl.col(LINE).min())
        .filter(pl.col("numbers") > 1)
    )
    region, count, line = several.row(0)
    if strict:
        raise BadInputError(
            f"region {region!r} has {count} different numbers of inhabitants",
            where=f"{where}, line {line}",
            todo="Mend the file, or use --keep-going to keep the numbers as they are",
        )
    return [f"{several.height} regions have more than one number of inhabitants, kept as published"]


def _read(file: SourceFile, strict: bool) -> Reading:
    division = _division(file)
    kind, known = region_type(division)
    raw = read_raw(file, delimiter=_DELIMITER, strict=strict)
    zero = pl.col(INHABITANTS).str.strip_chars().str.contains(r"^0+$")
    without = int(raw.frame.select(zero.sum()).item())
    frame = raw.frame.select(
        NAME,
        CODE,
        pl.col(division).alias("region"),
        pl.when(~zero).then(INHABITANTS).alias(INHABITANTS),
        pl.lit(kind).alias("region_type"),
        LINE,
    )
    code = pl.lit("GM") + pl.col(CODE).str.strip_chars()
    typed = apply_schema(frame, schema(TABLE), where=file.name, strict=strict, converters={"code": code})
    year, doubt = list_year(typed.frame["code"].to_list())
    tidy = typed.frame.with_columns(pl.lit(year, dtype=pl.Int64).alias("list_year"))
    remarks = _check_inhabitants(tidy, file.name, strict=strict)
    if not known:
        remarks.append(f"the division {division!r} is not a known one and was read as {kind}")
    if without:
        remarks.append(f"{without} rows have 0 inhabitants of the region, read as missing")
    if doubt:
        remarks.append(doubt)
    report = ReadingReport(raw.rows_read, tidy.height, (*raw.set_aside, *typed.set_aside), tuple(remarks))
    return Reading({TABLE: tidy.drop(LINE)}, report, scope=kind)


FORMATS: tuple[Format, ...] = (Format("Regional division", SOURCE, (TABLE,), _recognise, _read),)
