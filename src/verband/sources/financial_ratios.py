"""Key financial figures (financiele kengetallen, BBV article 11) per municipality, budget year and year.

Values are fractions. Year labels are corrected where ``reference/financial_ratio_shifts.csv`` says that a budget
year was published under the labels of another; such rows are derived, and the label stays beside it. Values
that are doubtful by ``reference/financial_ratio_doubts.csv`` are kept as filed and marked. Source of the shape:
BZK, as collected by michielsd/findo_backup.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import polars as pl

from verband.sources.formats import Format, table_format
from verband.sources.reading import SetAside

SOURCE = "financial_ratios"
RATIOS = {
    "Netto schuldquote": "net_debt_ratio",
    "Netto schuldquote gecorrigeerd voor alle verstrekte leningen": "net_debt_ratio_corrected_for_loans",
    "Solvabiliteitsratio": "solvency_ratio",
    "Grondexploitatie": "land_development_ratio",
    "Structurele exploitatieruimte": "structural_operating_margin",
    "Belastingcapaciteit": "tax_capacity",
}
REPORT_TYPES = {"Rekening": "accounts", "Begroting": "budget", "Meerjarenraming": "estimate"}
NO_NUMBER = "A"
"""Published where a municipality gave no number."""
EMPTY = "empty in the published file"
NOT_A_NUMBER = "published as 'A', which is no number"
ALL_ZERO = "every published ratio of this municipality, budget year and year is 0"


def _reference(name: str) -> list[dict[str, str]]:
    text = files("verband.domain").joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def shifts() -> dict[int, int]:
    """Years to add to the published year label, per budget year that was published under wrong labels."""
    return {int(row["budget_year"]): int(row["shift_years"]) for row in _reference("financial_ratio_shifts.csv")}


def _prepare(raw: pl.DataFrame) -> pl.DataFrame:
    vintage = pl.col("begroting").str.strip_chars().cast(pl.Int64, strict=False)
    label = pl.col("jaar").str.strip_chars().cast(pl.Int64, strict=False)
    shift = vintage.replace_strict(shifts(), default=0, return_dtype=pl.Int64)
    value = pl.col("waarde").str.strip_chars()
    no_number, blank = value == NO_NUMBER, pl.col("waarde").is_null() | (value == "")
    return raw.with_columns(
        (label + shift).alias("year"),
        (shift != 0).alias("shifted"),
        pl.when(shift != 0).then(pl.lit("derived")).otherwise(pl.lit("measured")).alias("kind"),
        pl.when(blank).then(pl.lit(EMPTY)).when(no_number).then(pl.lit(NOT_A_NUMBER)).alias("missing"),
        pl.when(~no_number).then(pl.col("waarde")).alias("waarde"),
    )


def _doubts() -> pl.Expr:
    """Why a value is doubtful, the first rule that applies; null for none."""
    group = ["code", "budget_year", "year"]
    all_zero = (pl.col("value").fill_null(0) == 0).all().over(group)
    reasons = [pl.when(all_zero & pl.col("value").is_not_null()).then(pl.lit(ALL_ZERO))]
    for row in _reference("financial_ratio_doubts.csv"):
        applies = pl.col("value").is_not_null()
        if row["budget_year"]:
            applies &= pl.col("budget_year") == int(row["budget_year"])
        if row["ratio"]:
            applies &= pl.col("ratio") == row["ratio"]
        if row["low"]:
            applies &= ~pl.col("value").is_between(float(row["low"]), float(row["high"]))
        reasons.append(pl.when(applies).then(pl.lit(row["doubt"])))
    return pl.coalesce(reasons).alias("doubt")


def _finish(frame: pl.DataFrame) -> tuple[pl.DataFrame, Sequence[SetAside], Sequence[str]]:
    marked = frame.with_columns(_doubts())
    remarks = [
        f"{count} rows of budget year {vintage}: year labels shifted by {shifts()[vintage]:+d} and marked derived"
        for vintage, count in marked.filter("shifted").group_by("budget_year").len().sort("budget_year").iter_rows()
    ]
    for column, words in (("missing", "values missing"), ("doubt", "values kept as filed, marked doubtful")):
        counts = marked.filter(pl.col(column).is_not_null()).group_by(column).len().sort("len", column, descending=True)
        remarks.extend(f"{count} {words}: {reason}" for reason, count in counts.iter_rows())
    return marked, (), remarks


FORMATS: tuple[Format, ...] = (
    table_format(
        "financial_ratios",
        source=SOURCE,
        translate={"ratio": RATIOS, "report_type": REPORT_TYPES},
        prepare=_prepare,
        finish=_finish,
    ),
)
