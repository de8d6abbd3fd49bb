"""Dependence (M6): which share of the cost runs through arrangements.

Share = income transfers to arrangements (Iv3 category L4.3.3) / total cost (task 0.10 and 0.11 left out), a ratio of
sums over the municipalities that filed the report. L4.3.3 is a lower bound: hosting by another municipality (4.3.2),
purchases from an arrangement (3.8) and hired staff are not in it.

Some accounts publish less than can be (``domain/reference/doubtful_transfers.csv``). A municipality's own figure is
kept as published and marked; in figures of a group, and in comparisons, it does not count and is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from verband.analysis.spread import Spread, spread
from verband.domain.reference import in_force, reference
from verband.domain.size_class import size_class, size_classes


@dataclass(frozen=True, slots=True)
class Dependence:
    """Dependence of one municipality or group in one year.

    Attributes
    ----------
    name
        Code of the municipality, or of the size class.
    year, report
        The report.
    municipalities, reporting, participating
        How many there are, how many filed a report with a usable figure and so count, and how many of these paid
        anything to arrangements. What is not counted is in ``missing`` or ``doubtful``.
    share_of_cost
        Fraction; ``None`` where nobody counts.
    eur_per_inhabitant
        Paid to arrangements, per inhabitant of those that count; ``None`` where nobody does.
    missing
        Codes of those that did not report.
    doubtful
        Codes of those whose published figure cannot be right. A group leaves them out; the figure of one municipality
        is as published.
    lower_bound
        Always true: see the module text.
    kind
        ``derived``.
    """

    name: str
    year: int
    report: str
    municipalities: int
    reporting: int
    participating: int
    share_of_cost: float | None
    eur_per_inhabitant: float | None
    missing: tuple[str, ...]
    doubtful: tuple[str, ...] = ()
    lower_bound: bool = True
    kind: str = "derived"


def _rules(year: int) -> tuple[dict[str, str], ...]:
    """The rules of doubt that hold for a whole year."""
    return tuple(row for row in reference("doubtful_transfers") if in_force(row, date(year, 1, 1)))


def in_doubt(year: int) -> pl.Expr:
    """Whether the transfers of a report of a year cannot be all that went to arrangements.

    Returns
    -------
    polars.Expr
        Boolean, over columns ``cost_keur``, ``paid_to_arrangements_keur`` and ``inhabitants``; false where cost or
        transfers are missing. Where inhabitants are missing, only transfers of 0 or less are in doubt.
    """
    cost, paid = pl.col("cost_keur"), pl.col("paid_to_arrangements_keur")
    limit = least_eur_per_inhabitant(year)
    if limit is None:
        return pl.lit(value=False)
    too_little = (paid <= 0) | (paid * 1000 < limit * pl.col("inhabitants"))
    return ((cost > 0) & too_little).fill_null(value=False)


def least_eur_per_inhabitant(year: int) -> float | None:
    """Below how many euro per inhabitant transfers are in doubt; ``None`` where no rule holds for the year."""
    return max((float(row["less_than_eur_per_inhabitant"]) for row in _rules(year)), default=None)


def why_doubtful(year: int) -> str:
    """Why such transfers are in doubt, in words; empty where no rule holds for the year."""
    return "; ".join(
        f"less than EUR {float(row['less_than_eur_per_inhabitant']):g} per inhabitant: {row['reason']}"
        for row in _rules(year)
    )


def dependence(rows: pl.DataFrame, *, name: str, year: int, report: str) -> Dependence:
    """Compute dependence over some municipalities; those whose figure is in doubt do not count.

    Parameters
    ----------
    rows
        One row per municipality with ``code, inhabitants, cost_keur, paid_to_arrangements_keur``; amounts null where
        the report was not filed. Where there is a boolean column ``doubtful`` (a figure put together from parts of
        which one is in doubt), it counts too.
    name, year, report
        What the rows are.
    """
    return _dependence(rows, name=name, year=year, report=report, as_published=False)


def dependence_of(rows: pl.DataFrame, *, code: str, year: int, report: str) -> Dependence:
    """Compute dependence of one municipality as published, also where the figure is in doubt; rows as above."""
    own = rows.filter(pl.col("code") == code)
    return _dependence(own, name=code, year=year, report=report, as_published=True)


def _dependence(rows: pl.DataFrame, *, name: str, year: int, report: str, as_published: bool) -> Dependence:
    filed = rows.filter(pl.col("cost_keur").is_not_null() & pl.col("paid_to_arrangements_keur").is_not_null())
    doubt = _doubt(rows, year)
    doubtful = filed.filter(doubt)
    counted = filed if as_published else filed.filter(~doubt)
    cost = float(counted["cost_keur"].sum())
    paid = float(counted["paid_to_arrangements_keur"].sum())
    people = float(counted["inhabitants"].sum())
    return Dependence(
        name=name,
        year=year,
        report=report,
        municipalities=rows.height,
        reporting=counted.height,
        participating=counted.filter(pl.col("paid_to_arrangements_keur") > 0).height,
        share_of_cost=paid / cost if cost > 0 else None,
        eur_per_inhabitant=paid * 1000 / people if people > 0 else None,
        missing=tuple(rows.join(filed, on="code", how="anti")["code"].sort()),
        doubtful=tuple(doubtful["code"].sort()),
    )


def _doubt(rows: pl.DataFrame, year: int) -> pl.Expr:
    return in_doubt(year) | pl.col("doubtful") if "doubtful" in rows.columns else in_doubt(year)


def dependence_by_size(rows: pl.DataFrame, *, year: int, report: str) -> tuple[Dependence, ...]:
    """Compute dependence per size class, small to large; a class without municipalities is left out."""
    classed = rows.with_columns(
        pl.col("inhabitants")
        .map_elements(lambda number: size_class(int(number)).code, return_dtype=pl.String)
        .alias("class")
    )
    return tuple(
        dependence(part, name=group.code, year=year, report=report)
        for group in size_classes()
        if not (part := classed.filter(pl.col("class") == group.code)).is_empty()
    )


def dependence_over_years(rows: pl.DataFrame, *, code: str, report: str) -> tuple[Dependence, ...]:
    """Compute dependence of one municipality per year of the rows, missing years included."""
    return dependence_of_each(rows.filter(pl.col("code") == code), report=report).get(code, ())


def dependence_of_each(rows: pl.DataFrame, *, report: str) -> dict[str, tuple[Dependence, ...]]:
    """Compute dependence of every municipality by itself, as :func:`dependence_of` does for one.

    Parameters
    ----------
    rows
        One row per municipality and year: ``year`` and the columns of :func:`dependence`.
    report
        What the rows are.

    Returns
    -------
    dict
        By code, per year of the rows, oldest first; missing years included.
    """
    amounts = ("inhabitants", "cost_keur", "paid_to_arrangements_keur")
    found: dict[str, list[Dependence]] = {}
    for year in rows["year"].unique().sort().to_list():
        of_year = rows.filter(pl.col("year") == year)
        judged = of_year.select("code", *amounts, _doubt(of_year, year).alias("doubt"))
        for code, people, cost, paid, doubt in judged.iter_rows():
            filed = cost is not None and paid is not None
            found.setdefault(code, []).append(
                Dependence(
                    name=code,
                    year=year,
                    report=report,
                    municipalities=1,
                    reporting=int(filed),
                    participating=int(filed and paid > 0),
                    share_of_cost=paid / cost if filed and cost > 0 else None,
                    eur_per_inhabitant=paid * 1000 / people if filed and people is not None and people > 0 else None,
                    missing=() if filed else (code,),
                    doubtful=(code,) if filed and doubt else (),
                )
            )
    return {code: tuple(years) for code, years in found.items()}


def share_beside(code: str, members: Iterable[str], each: Mapping[str, Dependence]) -> Spread:
    """Hold the share of cost of one municipality against that of some others in the same year.

    A figure in doubt, its own too, does not count: it is as missing.

    Parameters
    ----------
    code, members
        The municipality, and the others without itself.
    each
        Dependence in that year by code.
    """
    shares = {name: item.share_of_cost for name, item in each.items() if not item.doubtful}
    return spread(shares.get(code), {member: shares.get(member) for member in members})


def eur_per_inhabitant_beside(code: str, members: Iterable[str], each: Mapping[str, Dependence]) -> Spread:
    """Hold what one municipality pays per inhabitant against some others, as :func:`share_beside` does."""
    paid = {name: item.eur_per_inhabitant for name, item in each.items() if not item.doubtful}
    return spread(paid.get(code), {member: paid.get(member) for member in members})
