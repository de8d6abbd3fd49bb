"""Gathering the first answers: dependence and hired staff, by size class or municipality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import polars as pl

from verband.analysis.dependence import Dependence, dependence_by_size, dependence_of, why_doubtful
from verband.analysis.staffing import Staffing, StaffingOfClass, staffing, staffing_by_size
from verband.warehouse.store import Warehouse
from verband.workspace.facts import Facts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Named(Generic[T]):
    """An answer about one municipality, with its name and inhabitants on 1 January."""

    code: str
    name: str
    inhabitants: int | None
    answer: T


@dataclass(frozen=True, slots=True)
class DependenceAnswer:
    """Dependence in one year: per size class, and per municipality; ``doubt`` says why a figure may be doubtful."""

    year: int
    classes: tuple[Dependence, ...]
    municipalities: tuple[Named[Dependence], ...]
    source: str
    doubt: str


@dataclass(frozen=True, slots=True)
class StaffingAnswer:
    """Own and hired pay in one year: per size class, and per municipality."""

    year: int
    classes: tuple[StaffingOfClass, ...]
    municipalities: tuple[Named[Staffing], ...]
    source: str


def gather_dependence(warehouse: Warehouse, *, year: int | None) -> DependenceAnswer:
    """Answer ``verband dependence``, in the boundaries of the year."""
    facts = Facts(warehouse)
    rows = facts.as_published(year)
    year = facts.year if year is None else year
    return DependenceAnswer(
        year=year,
        classes=dependence_by_size(rows.filter(pl.col("inhabitants").is_not_null()), year=year, report=facts.report),
        municipalities=tuple(
            Named(
                str(code),
                facts.names.name(str(code)),
                part["inhabitants"].item(0),
                dependence_of(part, code=str(code), year=year, report=facts.report),
            )
            for (code,), part in rows.group_by("code", maintain_order=True)
        ),
        source=warehouse.source_of("key_totals"),
        doubt=why_doubtful(year),
    )


def gather_staffing(warehouse: Warehouse, *, year: int | None) -> StaffingAnswer:
    """Answer ``verband staffing``, in the boundaries of the year."""
    facts = Facts(warehouse)
    rows = facts.as_published(year).filter(pl.col("inhabitants") > 0)
    each = staffing(rows)
    people = dict(rows.select("code", "inhabitants").iter_rows())
    return StaffingAnswer(
        year=facts.year if year is None else year,
        classes=staffing_by_size(rows, each),
        municipalities=tuple(Named(item.code, facts.names.name(item.code), people[item.code], item) for item in each),
        source=warehouse.source_of("key_totals"),
    )
