"""Which year and report a file of task accounts holds, where neither its content nor its name says so.

Its totals per municipality are held against the key totals of every year and report: the one that agrees for nearly
all municipalities, to the thousand euro, is meant. That is a conclusion, so it is marked derived; without agreement
the file is refused rather than guessed.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from verband.domain.municipality import MunicipalityIndex
from verband.errors import UnknownNameError

NOT_IN_TOTALS = ("0.10", "0.11")
"""Reserve mutations and the result are not in the total cost."""
_AGREEMENT = 0.9
"""Share of municipalities whose total has to agree; CBS publishes corrections for a few."""


def codes_of(names: pl.Series, lists: pl.DataFrame, year: int | None) -> Mapping[str, str]:
    """Find the codes of published names in the municipality list of a year (all lists where none is given).

    Names that mean nothing, or more than one municipality, are left out.
    """
    listed = lists.filter(pl.col("year") == year) if year is not None else lists
    index = MunicipalityIndex.from_records(listed.iter_rows(named=True))
    found: dict[str, str] = {}
    for name in names.unique().sort():
        try:
            found[name] = index.find(name).code
        except UnknownNameError:
            continue
    return found


def identify(task_accounts: pl.DataFrame, key_totals: pl.DataFrame, lists: pl.DataFrame) -> tuple[int, str] | None:
    """Tell year and report of task accounts by their totals.

    Parameters
    ----------
    task_accounts
        ``name, task, cost_keur`` of one file.
    key_totals
        ``code, year, report, cost_keur``.
    lists
        Municipality lists, for the names.

    Returns
    -------
    tuple of (int, str) or None
        Year and report; ``None`` where no report, or more than one, agrees.
    """
    codes = codes_of(task_accounts["name"], lists, None)
    totals = (
        task_accounts.filter(~pl.col("task").is_in(NOT_IN_TOTALS))
        .with_columns(pl.col("name").replace_strict(codes, default=None, return_dtype=pl.String).alias("code"))
        .group_by("code")
        .agg(pl.col("cost_keur").sum().alias("total"))
        .filter(pl.col("code").is_not_null() & (pl.col("total") != 0))
    )
    agreeing = (
        key_totals.join(totals, on="code", how="inner")
        .group_by("year", "report")
        .agg(((pl.col("cost_keur") - pl.col("total")).abs() < 1).mean().alias("share"))
        .filter(pl.col("share") >= _AGREEMENT)
    )
    if agreeing.height != 1:
        return None
    row = agreeing.row(0, named=True)
    return int(row["year"]), str(row["report"])
