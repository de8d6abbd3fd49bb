"""Mergers, splits, renamings and larger border corrections of municipalities, with date and share.

A share is the part of the old municipality's addresses that went to the new one (address matrices of two
years). All parts of an old municipality on one day add up to 1 where they are known; border corrections are
no part of that sum, as the rest of the municipality goes on under its own code.
Source of the changes: CBS, "Gemeentelijke indeling" per year, and the lists named in the column ``verified``.
"""

from __future__ import annotations

import polars as pl

from verband.domain.schema import schema
from verband.errors import BadInputError
from verband.sources.files import SourceFile
from verband.sources.formats import Format, delimiter_of, table_format
from verband.sources.reading import Reading, ReadingReport, SetAside
from verband.sources.tabular import LINE, apply_schema, read_raw

SOURCE = "boundary_changes"
TABLE = "boundary_changes"
TYPES = {
    "samenvoeging": "merger",
    "splitsing": "split",
    "naamswijziging": "renaming",
    "grenscorrectie": "boundary_correction",
    "voortzetting": "continuation",
}
SHARE_TOLERANCE = 0.005
"""Shares are published with four decimals and border corrections under 1% are left out of the list."""
_PARTS_DO_NOT_ADD_UP = "the shares of the old municipality's parts do not add up to 1"
_BOTH_ENDS = ["effective_date", "old_code"]


def wrong_shares(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the old municipalities whose parts cannot be right, one row per date and code.

    Parameters
    ----------
    frame
        The table ``boundary_changes`` with the line of each row.

    Returns
    -------
    polars.DataFrame
        ``effective_date``, ``old_code``, ``total`` (fraction, known shares only) and ``line`` (of the first part):
        those with every share known and a total other than 1, and those with unknown shares and a total
        above 1, both within ``SHARE_TOLERANCE``.
    """
    parts = frame.filter(pl.col("type") != "boundary_correction").group_by(_BOTH_ENDS, maintain_order=True)
    totals = parts.agg(
        pl.col("share").sum().alias("total"),
        pl.col("share").null_count().alias("unknown"),
        pl.col(LINE).min().alias("line"),
    )
    too_much = pl.col("total") > 1 + SHARE_TOLERANCE
    too_little = (pl.col("unknown") == 0) & (pl.col("total") < 1 - SHARE_TOLERANCE)
    return totals.filter(too_much | too_little).drop("unknown")


def _remarks(frame: pl.DataFrame) -> tuple[str, ...]:
    remarks = []
    parts = pl.col("type") != "boundary_correction"
    unknown = frame.filter(parts & pl.col("share").is_null()).select("old_code").unique(maintain_order=True)
    if unknown.height:
        names = ", ".join(unknown.to_series().to_list())
        remarks.append(f"the share that moved is not known for parts of {names}; it was left empty")
    if corrections := frame.filter(~parts).height:
        remarks.append(
            f"{corrections} border corrections: the rest of the old municipality goes on under its own code, "
            "so their shares do not add up to 1; smaller and older corrections are not listed"
        )
    if doubtful := frame.filter("unverified").height:
        remarks.append(f"{doubtful} changes are marked unverified in the published list")
    return tuple(remarks)


def _read(file: SourceFile, strict: bool) -> Reading:
    contract = schema(TABLE)
    raw = read_raw(file, delimiter=delimiter_of(file.head, contract.published) or ",", strict=strict)
    unverified = pl.col("geverifieerd").fill_null("").str.to_lowercase().str.contains("unverified", literal=True)
    typed = apply_schema(
        raw.frame,
        contract,
        where=file.name,
        strict=strict,
        translate={"type": TYPES},
        converters={"unverified": unverified},
    )
    frame, aside = typed.frame, [*raw.set_aside, *typed.set_aside]
    wrong = wrong_shares(frame)
    if wrong.height and strict:
        first = wrong.row(0, named=True)
        raise BadInputError(
            f"the parts of {first['old_code']} on {first['effective_date']} add up to {first['total']:.4f} of its "
            "addresses, not to 1",
            where=f"{file.name}, line {first['line']}",
            todo="Mend the shares (leave an unknown share empty), or use --keep-going to set these rows aside",
        )
    if wrong.height:
        faulty = frame.join(wrong, on=_BOTH_ENDS, how="semi").filter(pl.col("type") != "boundary_correction")
        for row in faulty.iter_rows(named=True):
            text = " | ".join(str(row[name]) for name in contract.names if row[name] is not None)
            aside.append(SetAside(row[LINE], _PARTS_DO_NOT_ADD_UP, text[:200]))
        frame = frame.join(faulty.select(LINE), on=LINE, how="anti", maintain_order="left")
    report = ReadingReport(raw.rows_read, frame.height, tuple(aside), _remarks(frame))
    return Reading({TABLE: frame.drop(LINE)}, report)


_BY_HEADER = table_format(TABLE, source=SOURCE)
FORMATS: tuple[Format, ...] = (
    Format(_BY_HEADER.name, SOURCE, (TABLE,), _BY_HEADER.recognise, _read, _BY_HEADER.header),
)
