"""General grant (gemeentefonds): volumes, weights, special payments and results per circular and grant year.

The wide published tables become long. Which circular and year a table belongs to is not in it, so its name must
say it: ``m2024_2025`` is the May circular of 2024 for grant year 2025, ``s`` the September circular. Volumes,
weights and payments are written the Dutch way: a comma for decimals, a dot always for thousands, a lone dash for
0; results and factors have a decimal point. A published total over the clusters is held against their sum and kept
in a column of its own, as a row for it would count twice. Source of the shape: BZK circulars, collected by
michielsd/begrotingsanalysetool.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

import polars as pl

from verband.domain.schema import schema
from verband.errors import BadInputError
from verband.sources.files import Head, SourceFile
from verband.sources.formats import Format, delimiter_of, table_format
from verband.sources.reading import Reading, ReadingReport, SetAside
from verband.sources.tabular import LINE, apply_schema, empty, read_raw, split_header

SOURCE = "grant_fund"
TOTAL, NATIONAL = "Totaal", "Nederland"
NATIONAL_ROW = "national total row"
NO_FIGURES = "a name without figures: the published file holds no results"
_EDITION = re.compile(r"(?<![a-z0-9])([a-z])(\d{4})_(\d{4})(?!\d)", re.IGNORECASE | re.ASCII)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)", re.ASCII)
_THOUSANDS = r"-?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?"
_PLAIN = r"-?[0-9]+(?:,[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?"
_WRITTEN = f"^(?:{_THOUSANDS}|{_PLAIN})$"
_HALF_CENT = 0.005
_INDEX = "(row number)"
_AGAIN = "(again)"


def dutch_number(text: pl.Expr) -> pl.Expr:
    """Text to number: comma for decimals, dot for thousands only, a lone dash is 0; null where it is none of these."""
    stripped = text.str.strip_chars()
    bare = stripped.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    value = pl.when(stripped.str.contains(_WRITTEN)).then(bare).cast(pl.Float64, strict=False)
    # Named twice in a condition, the value would be worked out twice; written out, it can only be too large.
    return pl.when(stripped == "-").then(0.0).otherwise(value.replace([math.inf, -math.inf], [None, None]))


def _point_number(text: pl.Expr) -> pl.Expr:
    value = text.str.strip_chars().cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value)


def edition(name: str) -> tuple[str, int]:
    """Circular (``M2024``) and grant year that a file's name says.

    Raises
    ------
    BadInputError
        If the name says none, several, or a circular that does not exist.
    """
    said = {(f"{letter.upper()}{of}", int(year)) for letter, of, year in _EDITION.findall(PurePath(name).name)}
    pattern = schema("grant_results").column("circular").allowed.pattern
    if len(said) == 1:
        circular, year = said.pop()
        if re.fullmatch(pattern, circular) and 2000 <= year <= 2100:
            return circular, year
    raise BadInputError(
        "the table does not say which circular and grant year it belongs to, and its name does not either",
        where=name,
        todo="Name it like gf_m2024_2025_volumina.csv: m (May) or s (September) circular of 2024, grant year 2025",
    )


@dataclass(frozen=True, slots=True)
class _Wide:
    """How a wide table becomes long.

    Attributes
    ----------
    table
        The schema of the long table.
    identity
        Published identifying columns; those that are absent stay empty.
    variable, value
        Names of the columns that take the headers and the cells.
    unused
        Published columns that are not kept.
    number
        From a cell to its number.
    notation
        How a number is written, for messages.
    total
        Name of the column that takes ``Totaal``, which must agree with the sum of the other columns; empty for none.
    total_tolerance
        How far it may be off beyond rounding to cents, as a share of the absolute cells. Published results are
        volume x weight per cluster, their total is volume x total weight, both weights rounded to cents.
    """

    table: str
    identity: tuple[str, ...]
    variable: str
    value: str
    unused: tuple[str, ...]
    number: Callable[[pl.Expr], pl.Expr]
    notation: str
    total: str = ""
    total_tolerance: float = 0.0


def _header(file: SourceFile, delimiter: str) -> tuple[list[str], bool]:
    """Column names, and whether a column CBS stands there once more (as one published file has it)."""
    names, repeated = list(split_header(file.head.first_line, delimiter)), False
    for place, name in enumerate(names):
        if not name:
            if place:
                raise BadInputError(
                    f"column {place + 1} has no name", where=f"{file.name}, line 1", todo="Restore it as published"
                )
            names[place] = _INDEX
        elif name == "CBS" and name in names[:place] and not repeated:
            names[place], repeated = f"CBS {_AGAIN}", True
    return names, repeated


def _faults(long: pl.DataFrame, totals: pl.DataFrame, shape: _Wide) -> dict[int, tuple[str, str]]:
    """Per faulty line the general reason and the exact message."""
    faults: dict[int, tuple[str, str]] = {}
    given = pl.col("_cell").str.strip_chars().fill_null("") != ""
    no_number = long.filter(pl.col(shape.value).is_null()).filter(given)
    for line, variable, cell in no_number.select(LINE, shape.variable, "_cell").iter_rows():
        message = f"column {variable!r} holds {cell[:60]!r}, expected {shape.notation}"
        faults.setdefault(line, ("a cell that is no number in the notation of the file", message))
    for line, added in totals.filter("wrong").select(LINE, "sum").iter_rows():
        message = f"column {TOTAL!r} is not the sum of the other columns, which is {added:.2f}"
        faults.setdefault(line, (f"column {TOTAL} is not the sum of the other columns", message))
    return faults


def _totals(long: pl.DataFrame, shape: _Wide) -> pl.DataFrame:
    """Per line the sum of the cells, the gap to the published total and whether that is more than rounding.

    No lines where the shape has no total.
    """
    if not shape.total:
        return pl.DataFrame(schema={LINE: pl.Int64, "sum": pl.Float64, "gap": pl.Float64, "wrong": pl.Boolean})
    cell, total = pl.col(shape.value), pl.col(shape.total).first()
    gap = (cell.sum() - total).abs()
    rounding = _HALF_CENT * (pl.len() + 2) + shape.total_tolerance * cell.abs().sum()
    return long.group_by(LINE, maintain_order=True).agg(
        cell.sum().alias("sum"),
        gap.alias("gap"),
        (gap > rounding).fill_null(value=True).alias("wrong"),
    )


def _stop(faults: Mapping[int, tuple[str, str]], file: SourceFile) -> None:
    line = min(faults)
    more = f" ({len(faults) - 1} more rows have a fault)" if len(faults) > 1 else ""
    raise BadInputError(
        faults[line][1] + more,
        where=f"{file.name}, line {line}",
        todo="Mend the file, or use --keep-going to set such rows aside",
    )


def _repeated_code(frame: pl.DataFrame, file: SourceFile) -> str:
    again = f"CBS {_AGAIN}"
    apart = frame.filter(pl.col("CBS").ne_missing(pl.col(again)))
    if apart.height:
        raise BadInputError(
            "column 'CBS' stands there twice, with different values",
            where=f"{file.name}, line {apart[LINE][0]}",
            todo="Restore the columns as published",
        )
    return "column 'CBS' is repeated among the amounts with the municipal codes as its values: left out"


def _read_wide(file: SourceFile, strict: bool, shape: _Wide, delimiter: str) -> tuple[pl.DataFrame, ReadingReport]:
    """Read a wide table: the long frame with ``_line``, and a report that counts the rows of the file."""
    circular, year = edition(file.name)
    contract = schema(shape.table)
    header, repeated = _header(file, delimiter)
    raw = read_raw(file, delimiter=delimiter, strict=strict, header=header, skip_lines=1)
    remarks = [_repeated_code(raw.frame, file)] if repeated else []
    unused = [name for name in (*shape.unused, _INDEX) if name in header]
    if unused:
        remarks.append(f"columns not used: {', '.join(unused)}")
    identity = [name for name in shape.identity if name in header]
    total = [TOTAL] if shape.total else []
    apart = {*identity, *unused, *total, f"CBS {_AGAIN}", LINE}
    values = [name for name in header if name not in apart]
    if clash := sorted({*values} & {*contract.names, "_cell"}):
        raise BadInputError(
            f"column {clash[0]!r} is not one of the published", where=f"{file.name}, line 1", todo="Take it out"
        )
    index = [*identity, *(shape.total for _ in total), LINE]
    long = (
        _whole_rows(raw.frame, shape, identity)
        .unpivot(on=values, index=index, variable_name=shape.variable, value_name="_cell")
        .sort(LINE, maintain_order=True)
        .with_columns(
            shape.number(pl.col("_cell")).alias(shape.value),
            pl.lit(circular).alias("circular"),
            pl.lit(year, dtype=pl.Int64).alias("year"),
        )
    )
    totals = _totals(long, shape)
    faults = _faults(long, totals, shape)
    if faults and strict:
        _stop(faults, file)
    aside = {line: reason for line, (reason, _) in faults.items()}
    long, totals = _without(long, faults), _without(totals, faults)
    if totals.height:
        gap = max(totals["gap"].to_list())
        remarks.append(f"column {TOTAL!r} agrees with the sum of the other columns; the largest gap is {gap:.2f}")
    typed = apply_schema(long.drop("_cell"), contract, where=file.name, strict=strict)
    for item in typed.set_aside:
        aside.setdefault(item.line or 0, item.reason)
    frame = _without(typed.frame, aside)
    records = (*raw.set_aside, *(SetAside(line, reason, _row_text(raw.frame, line)) for line, reason in aside.items()))
    return frame, ReadingReport(raw.rows_read, frame[LINE].n_unique(), records, tuple(remarks))


def _whole_rows(frame: pl.DataFrame, shape: _Wide, identity: Sequence[str]) -> pl.DataFrame:
    """The wide rows with what holds for a row as a whole: its code with zeros added, its total as a number."""
    columns = [shape.number(pl.col(TOTAL)).alias(shape.total)] if shape.total else []
    if "CBS" in identity:
        number = pl.col("CBS").str.strip_chars()
        padded = pl.when(number.str.contains(r"^[0-9]{1,4}$")).then("GM" + number.str.zfill(4)).otherwise(number)
        columns.append(padded.alias("CBS"))
    return frame.with_columns(columns)


def _without(frame: pl.DataFrame, lines: Collection[int]) -> pl.DataFrame:
    return frame.filter(~pl.col(LINE).is_in(list(lines))) if lines else frame


def _row_text(frame: pl.DataFrame, line: int) -> str:
    row = frame.filter(pl.col(LINE) == line).drop(LINE).row(0)
    return " | ".join(str(cell) for cell in row if cell is not None)[:200]


def _national(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[SetAside], str]:
    """Set the national row of the results aside after comparing it with the sum of the municipalities."""
    is_national = pl.col("name") == NATIONAL
    national, rows = frame.filter(is_national), frame.filter(~is_national)
    if national.is_empty():
        return frame, [], f"there is no row {NATIONAL!r}: the sums could not be checked"
    sums = rows.group_by("cluster").agg(pl.col("amount_eur").sum().alias("sum"), pl.len())
    gaps = national.join(sums, on="cluster", how="left").select(
        "cluster", (pl.col("sum").fill_null(0) - pl.col("amount_eur").fill_null(0)).alias("gap"), "len"
    )
    apart = gaps.filter(pl.col("gap").abs() > _HALF_CENT * (pl.col("len").fill_null(0) + 1))
    apart = apart.sort(pl.col("gap").abs(), descending=True)
    aside = [SetAside(line, NATIONAL_ROW, NATIONAL) for line in national[LINE].unique(maintain_order=True)]
    if apart.is_empty():
        return rows, aside, f"the row {NATIONAL!r} equals the sum of the municipalities in every cluster"
    return rows, aside, (
        f"the row {NATIONAL!r} differs from the sum of the municipalities in {apart.height} clusters, most in "
        f"{apart['cluster'][0]!r}: the municipalities add up to {apart['gap'][0]:+.2f} euro"
    )  # fmt: skip


_DUTCH = "a number like 1.234,56 (a dot only before three digits)"
_VOLUMES = _Wide("grant_volumes", ("CBS", "Naam"), "measure", "volume", ("Prov",), dutch_number, _DUTCH)
_WEIGHTS = _Wide(
    "grant_weights",
    ("Codering maatstaf", "Naam maatstaf"),
    "cluster",
    "weight_eur",
    (),
    dutch_number,
    _DUTCH,
    "total_weight_eur",
)
_PAYMENTS = _Wide("grant_special_payments", ("CBS", "Naam"), "payment", "amount_eur", ("Prov",), dutch_number, _DUTCH)
_RESULTS = _Wide(
    "grant_results",
    ("Gemeenten",),
    "cluster",
    "amount_eur",
    (),
    _point_number,
    "a number like 1234.56",
    "total_eur",
    1e-6,
)


def _wide_format(shape: _Wide, header: tuple[str, ...], recognise: Callable[[Head], bool]) -> Format:
    def read(file: SourceFile, strict: bool) -> Reading:
        delimiter = delimiter_of(file.head, header) or "\t"
        frame, report = _read_wide(file, strict, shape, delimiter)
        if shape is _RESULTS:
            frame, national, remark = _national(frame)
            report = ReadingReport(
                report.rows_read,
                report.rows_kept - len(national),
                (*report.set_aside, *national),
                (*report.remarks, remark),
            )
        circular, year = edition(file.name)
        return Reading({shape.table: frame.drop(LINE)}, report, f"{circular} {year}")

    contract = schema(shape.table)
    return Format(contract.title, SOURCE, (shape.table,), recognise, read, header)


_VOLUME_HEADER = ("CBS", "Naam", "Prov", "inwo", "vast nieuw")
_PAYMENT_HEADER = ("Naam", "Prov", "Beschermd wonen", "Participatie")
_WEIGHT_HEADER = ("Codering maatstaf", "Naam maatstaf", TOTAL)
_RESULT_HEADER = ("Gemeenten", "Bestuur en ondersteuning", "Onroerendezaakbelasting", TOTAL)


def _has(*columns: str) -> Callable[[Head], bool]:
    return lambda head: delimiter_of(head, columns) is not None


def _is_empty_results(head: Head) -> bool:
    """The published table of one circular: an unnamed column and names, no figure."""
    lines = head.text.splitlines()
    return bool(lines) and lines[0].strip() == '""' and not any(mark in head.text for mark in ",;\t")


def read_empty_results(file: SourceFile, strict: bool) -> Reading:  # noqa: ARG001 - one signature for all formats
    """Read a table of results that lost its figures: no rows, and every name set aside with the reason."""
    circular, year = edition(file.name)
    lines = [(number, line.strip()) for number, line in enumerate(file.text()[0].splitlines(), start=1) if number > 1]
    aside = tuple(SetAside(number, NO_FIGURES, line[:200]) for number, line in lines if line)
    report = ReadingReport(len(aside), 0, aside, (f"there are no results for {circular} {year} in this file",))
    return Reading({"grant_results": empty(schema("grant_results"))}, report, f"{circular} {year}")


def year_in_name(name: str) -> int:
    """The one year that a file's name says.

    Raises
    ------
    BadInputError
        If it says none or several.
    """
    said = set(_YEAR.findall(PurePath(name).name))
    if len(said) != 1:
        raise BadInputError(
            "the table does not say which year its classes are for, and its name does not either",
            where=name,
            todo="Name it after its year, like 2024.csv",
        )
    return int(said.pop())


def _without_tasks(base: Format) -> Format:
    """Narrow a format of municipalities: the accounts per task hold the same columns, and others besides."""
    return replace(base, recognise=lambda head: base.recognise(head) and not _has("Gemeenten", "Taakveld")(head))


_CLASSES = _without_tasks(table_format("municipality_classes", source=SOURCE))


def read_classes(file: SourceFile, strict: bool) -> Reading:
    """Read the classes of one year; the year is in the name only."""
    year = year_in_name(file.name)
    dated = table_format(
        "municipality_classes",
        source=SOURCE,
        prepare=lambda raw: raw.with_columns(pl.lit(year, dtype=pl.Int64).alias("year")),
        scope=lambda _, __: str(year),
    )
    return dated.read(file, strict)


FORMATS: tuple[Format, ...] = (
    _wide_format(_VOLUMES, _VOLUME_HEADER, _has("Naam", "Prov", "inwo", "vast nieuw")),
    _wide_format(
        _PAYMENTS,
        _PAYMENT_HEADER,
        lambda head: _has(*_PAYMENT_HEADER)(head) and not _has("Naam", "inwo")(head),
    ),
    _wide_format(_WEIGHTS, _WEIGHT_HEADER, _has(*_WEIGHT_HEADER)),
    _wide_format(_RESULTS, _RESULT_HEADER, _has(*_RESULT_HEADER)),
    Format("General grant without figures", SOURCE, ("grant_results",), _is_empty_results, read_empty_results),
    table_format("grant_factor", source=SOURCE),
    replace(_CLASSES, read=read_classes),
    _without_tasks(table_format("grant_social_structure", source=SOURCE)),
    table_format("grant_names", source=SOURCE),
)
