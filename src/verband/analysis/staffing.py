"""Hired staff (M4): hired pay as a share of hired and own pay, without outsourced organisations.

Own pay is Iv3 category L1.1, hired staff L3.5.1. A municipality whose staff works for a joint or host organisation has
almost no own pay; its share says nothing about its own work, so it is set apart by name. Where only a part of the staff
works elsewhere the municipality counts, and is named. The rules are dated data
(``domain/reference/outsourced_organisation.csv``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from verband.analysis.comparison_rules import rule
from verband.domain.reference import in_force, reference
from verband.domain.size_class import size_class, size_classes


@dataclass(frozen=True, slots=True)
class Staffing:
    """Pay of one municipality in one year, euro per inhabitant in current prices.

    Attributes
    ----------
    own_pay_eur_per_inhabitant, hired_pay_eur_per_inhabitant
        ``None`` where no report was filed.
    hired_share
        Hired / (hired + own); ``None`` where no report was filed or nobody is paid.
    outsourced
        Own pay is so low that the organisation must be elsewhere; compare with nobody.
    partly_joint
        Own pay is so low that a part of the organisation must be elsewhere; compare with care.
    doubtful
        So little hiring can hardly be: it is likely to be booked elsewhere.
    kind
        ``derived``.
    """

    code: str
    own_pay_eur_per_inhabitant: float | None
    hired_pay_eur_per_inhabitant: float | None
    hired_share: float | None
    outsourced: bool
    partly_joint: bool = False
    doubtful: bool = False
    kind: str = "derived"


@dataclass(frozen=True, slots=True)
class StaffingOfClass:
    """Pay of a size class in one year; ratios of sums over the municipalities with an organisation of their own.

    Attributes
    ----------
    size_class
        Code of the class.
    municipalities, counted
        How many there are, and how many are in the sums.
    outsourced, missing
        Codes of those whose organisation is elsewhere, and of those without a report.
    own_pay_eur_per_inhabitant, hired_pay_eur_per_inhabitant, hired_share
        ``None`` where nobody counts.
    partly_joint
        Codes of those that count although a part of their organisation is elsewhere.
    kind
        ``derived``.
    """

    size_class: str
    municipalities: int
    counted: int
    outsourced: tuple[str, ...]
    missing: tuple[str, ...]
    own_pay_eur_per_inhabitant: float | None
    hired_pay_eur_per_inhabitant: float | None
    hired_share: float | None
    partly_joint: tuple[str, ...] = ()
    kind: str = "derived"


@cache
def _below(organisation: str) -> float:
    """Share of the median own pay below which an organisation is ``elsewhere`` or ``partly_joint``."""
    rows = reference("outsourced_organisation")
    return next(float(row["share_of_median"]) for row in rows if row["organisation"] == organisation and in_force(row))


def staffing(rows: pl.DataFrame) -> tuple[Staffing, ...]:
    """Compute hired and own pay per municipality for one year and report.

    Parameters
    ----------
    rows
        All municipalities of the year: ``code, inhabitants, wages_keur, hired_staff_keur`` (null where not filed).

    Returns
    -------
    tuple of Staffing
        In the order of the rows.
    """
    per_head = rows.with_columns(
        (pl.col("wages_keur") * 1000 / pl.col("inhabitants")).alias("own"),
        (pl.col("hired_staff_keur") * 1000 / pl.col("inhabitants")).alias("hired"),
    )
    median = per_head["own"].median()
    results = []
    for row in per_head.iter_rows(named=True):
        own, hired = row["own"], row["hired"]
        total = None if own is None or hired is None else own + hired
        of_median = own / median if own is not None and isinstance(median, float) and median > 0 else 1.0
        outsourced = of_median < _below("elsewhere")
        partly = not outsourced and of_median < _below("partly_joint")
        share = hired / total if total else None
        doubtful = not outsourced and share is not None and share < rule("least_hired_share")
        results.append(Staffing(row["code"], own, hired, share, outsourced, partly, doubtful))
    return tuple(results)


def staffing_by_size(rows: pl.DataFrame, each: Sequence[Staffing]) -> tuple[StaffingOfClass, ...]:
    """Add up pay per size class, small to large; a class without municipalities is left out.

    Parameters
    ----------
    rows
        As for :func:`staffing`.
    each
        What :func:`staffing` made of them.
    """
    people = dict(rows.select("code", "inhabitants").iter_rows())
    found = []
    for group in size_classes():
        members = [item for item in each if size_class(people[item.code]) == group]
        if not members:
            continue
        known = [item for item in members if item.hired_share is not None and not item.outsourced]
        inhabitants = sum(people[item.code] for item in known)
        own = sum((item.own_pay_eur_per_inhabitant or 0.0) * people[item.code] for item in known)
        hired = sum((item.hired_pay_eur_per_inhabitant or 0.0) * people[item.code] for item in known)
        found.append(
            StaffingOfClass(
                size_class=group.code,
                municipalities=len(members),
                counted=len(known),
                outsourced=tuple(item.code for item in members if item.outsourced),
                missing=tuple(item.code for item in members if item.own_pay_eur_per_inhabitant is None),
                own_pay_eur_per_inhabitant=own / inhabitants if known else None,
                hired_pay_eur_per_inhabitant=hired / inhabitants if known else None,
                hired_share=hired / (own + hired) if own + hired else None,
                partly_joint=tuple(item.code for item in members if item.partly_joint),
            )
        )
    return tuple(found)
