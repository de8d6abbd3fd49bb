"""Dependence (M6): which share of the cost runs through arrangements.

Share = income transfers to arrangements (Iv3 category L4.3.3) / total cost (task 0.10 and 0.11 left out), a ratio of
sums over the municipalities that filed the report. L4.3.3 is a lower bound: hosting by another municipality (4.3.2),
purchases from an arrangement (3.8) and hired staff are not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

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
        How many there are, how many filed the report, and how many of these paid anything to arrangements.
    share_of_cost
        Fraction; ``None`` where nobody reported.
    eur_per_inhabitant
        Paid to arrangements, per inhabitant of those reporting; ``None`` where nobody reported.
    missing
        Codes of those that did not report.
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
    lower_bound: bool = True
    kind: str = "derived"


def dependence(rows: pl.DataFrame, *, name: str, year: int, report: str) -> Dependence:
    """Compute dependence over some municipalities.

    Parameters
    ----------
    rows
        One row per municipality with ``code, inhabitants, cost_keur, paid_to_arrangements_keur``; amounts null where
        the report was not filed.
    name, year, report
        What the rows are.
    """
    filed = rows.filter(pl.col("cost_keur").is_not_null() & pl.col("paid_to_arrangements_keur").is_not_null())
    cost = float(filed["cost_keur"].sum())
    paid = float(filed["paid_to_arrangements_keur"].sum())
    people = float(filed["inhabitants"].sum())
    return Dependence(
        name=name,
        year=year,
        report=report,
        municipalities=rows.height,
        reporting=filed.height,
        participating=filed.filter(pl.col("paid_to_arrangements_keur") > 0).height,
        share_of_cost=paid / cost if cost > 0 else None,
        eur_per_inhabitant=paid * 1000 / people if people > 0 else None,
        missing=tuple(rows.join(filed, on="code", how="anti")["code"].sort()),
    )


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
    own = rows.filter(pl.col("code") == code)
    years: Sequence[int] = sorted(own["year"].unique().to_list())
    return tuple(dependence(own.filter(pl.col("year") == year), name=code, year=year, report=report) for year in years)
