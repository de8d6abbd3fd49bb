"""Which accounts of a task can be compared: not those that are missing, negative or booked elsewhere.

An account far below all others is more likely booked elsewhere than efficient, and a frontier rests on the lowest: one
municipality with 5 euro per inhabitant for public green (others 40 to 80) put half of the others at a tenth of the
frontier. Super-efficiency does not find two that are alike, and a stochastic frontier has no such step. So what lies
below a stated share of the median cost per unit of the first output in its year is set aside by name, for all years: an
account that is that low in one year makes the others of that municipality doubtful too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from verband.analysis.efficiency_answer import NotCompared
from verband.analysis.efficiency_rules import efficiency_rule


def comparable(
    rows: pl.DataFrame, outputs: Sequence[str], *, positive: bool
) -> tuple[pl.DataFrame, tuple[NotCompared, ...]]:
    """Keep the rows that can be compared, by code, and name the others.

    Parameters
    ----------
    rows
        One row per municipality, or per municipality and ``year``: ``code, cost_keur`` and one column per output; null
        where not known. A column ``apart`` may give a reason that is known beforehand.
    outputs
        Names of the columns.
    positive
        Whether every output must be above zero, else one of them.
    """
    kept, left_out = [], []
    for number, row in enumerate(rows.iter_rows(named=True)):
        year = row.get("year")
        volumes = [row[name] for name in outputs]
        unknown = [name for name in outputs if row[name] is None]
        nothing = [name for name in outputs if row[name] is not None and row[name] <= 0]
        if row.get("apart") is not None:
            left_out.append(NotCompared(row["code"], row["apart"], year))
        elif row["cost_keur"] is None:
            left_out.append(NotCompared(row["code"], "no accounts", year))
        elif row["cost_keur"] <= 0:
            left_out.append(NotCompared(row["code"], "cost of zero or less: there is nothing to compare", year))
        elif unknown:
            left_out.append(NotCompared(row["code"], f"volume not known: {', '.join(unknown)}", year))
        elif nothing and (positive or len(nothing) == len(volumes)):
            left_out.append(NotCompared(row["code"], f"volume of zero: {', '.join(nothing)}", year))
        else:
            kept.append(number)
    ordered = tuple(sorted(left_out, key=lambda item: (item.code, item.year or 0)))
    return rows[kept].sort("code"), ordered


def without_very_low(kept: pl.DataFrame, outputs: Sequence[str]) -> tuple[pl.DataFrame, tuple[NotCompared, ...]]:
    """Set municipalities aside with an account far below the median of its year, by code.

    Parameters
    ----------
    kept
        As :func:`comparable` gives them.
    outputs
        Columns of volumes; cost is held against the first.
    """
    limit, first = efficiency_rule("very_low_cost"), outputs[0]
    dated = kept if "year" in kept.columns else kept.with_columns(pl.lit(0).alias("year"))
    each = pl.when(pl.col(first) > 0).then(pl.col("cost_keur") / pl.col(first))
    low = (
        dated.with_columns(each.alias("each"))
        .with_columns((pl.col("each") / pl.col("each").median().over("year")).alias("share"))
        .filter(pl.col("share") < limit)
        .sort("code", "year")
    )
    reason = (
        f"very low account, below {limit:.0%} of the median cost per unit of {first} in its year: look first at "
        "what is booked elsewhere"
    )
    left_out = []
    for code in low["code"].unique(maintain_order=True).to_list():
        rows = low.filter(pl.col("code") == code)
        when = f"{years_text(rows['year'])}: " if "year" in kept.columns else ""
        left_out.append(NotCompared(code, reason, detail=f"{when}{rows['share'].to_numpy().min():.1%}"))
    return kept.filter(~pl.col("code").is_in(low["code"].unique().to_list())), tuple(left_out)


def reasons(rejected: Iterable[NotCompared]) -> str:
    """Say why the accounts of one municipality are left out, with the years where there are several reasons."""
    every: dict[str, list[int]] = {}
    for item in rejected:
        every.setdefault(item.reason, []).extend(() if item.year is None else (item.year,))
    if len(every) == 1:
        return next(iter(every))
    return "; ".join(f"{reason} ({years_text(years)})" for reason, years in every.items())


def years_text(years: Iterable[int]) -> str:
    """Write years briefly: ``2017-2019, 2022``."""
    parts: list[list[int]] = []
    for year in sorted(set(years)):
        if parts and year == parts[-1][-1] + 1:
            parts[-1].append(year)
        else:
            parts.append([year])
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)
