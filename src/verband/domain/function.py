"""Functions of a municipality: the catalogue, and the policy fields on which their pay is booked.

A function is a post that must be held: by law, or because the work stops without it. The catalogue
(``reference/functions.csv``) says for each its legal basis, usual size, and what limits pooling it: the least number
of holders, with whom it may not be combined, and whether municipalities may share it. Most of it is assumed, and each
row says how certain it is. Pay is known per Iv3 task; tasks that municipalities book interchangeably are one policy
field (``reference/function_fields.csv``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from verband.domain.reference import in_force, reference

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Function", "PolicyField", "Range", "functions", "policy_fields"]

NO_FUNCTIONS = "none"
"""The field of tasks whose pay, if any, is not that of staff with a function."""


@dataclass(frozen=True, slots=True)
class Range:
    """An assumed quantity: lowest, most likely and highest value."""

    low: float
    mid: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.mid <= self.high:
            raise ValueError(f"{self.low}, {self.mid}, {self.high} do not ascend")


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the catalogue.

    Attributes
    ----------
    code, name_nl, name_en
        Code and names.
    field
        Code of the policy field on which its pay is booked; ``task`` is the usual Iv3 task.
    legal_basis
        Article that demands it, or the duty it serves; empty for none.
    core
        Whether it counts: the duty or the daily work fails without it. Other rows take their share of the pay only.
    fte
        Usual full-time equivalents in a municipality of 20,000 inhabitants.
    growth
        Exponent with which they go with the size of the field: 0 for one per municipality, 1 for volume.
    least_holders, most_holders
        What the law demands or allows; ``None`` for no most.
    deputy_by_law
        Whether the law demands that a deputy is arranged.
    not_with
        Codes of functions that its holder may not have or stand in for.
    shareable
        Whether several municipalities may have it done together.
    practice
        How usual own staff is: ``own``, ``mostly_own``, ``mixed`` or ``mostly_joint``.
    independence
        ``no``, or of what kind.
    critical
        Whether days or terms fixed by law, or service day and night, make a gap felt at once.
    reason, source
        In the project's own words, and where the row comes from.
    certainty, fte_certainty
        Of the law and of the size: ``V``, ``S``, ``M`` or ``A`` (see :mod:`verband.domain.reference`).
    """

    code: str
    name_nl: str
    name_en: str
    field: str
    task: str
    legal_basis: str
    core: bool
    fte: Range
    growth: float
    least_holders: int
    most_holders: int | None
    deputy_by_law: bool
    not_with: tuple[str, ...]
    shareable: bool
    practice: str
    independence: str
    critical: bool
    reason: str
    source: str
    certainty: str
    fte_certainty: str


@dataclass(frozen=True, slots=True)
class PolicyField:
    """Tasks whose own pay is taken together.

    Attributes
    ----------
    code, name_nl, name_en
        Code and names.
    tasks
        Iv3 codes of all years.
    relative_pay
        Pay per full-time equivalent on this field as a multiple of that of all staff: assumed.
    """

    code: str
    name_nl: str
    name_en: str
    tasks: tuple[str, ...]
    relative_pay: Range


@cache
def functions(year: int) -> tuple[Function, ...]:
    """Return the functions that existed at the end of a year, in the order of the catalogue."""
    day = date(year, 12, 31)
    return tuple(_function(row) for row in reference("functions") if in_force(row, day))


@cache
def policy_fields() -> tuple[PolicyField, ...]:
    """Return the policy fields with functions, in order; :data:`NO_FUNCTIONS` is not among them."""
    return tuple(
        PolicyField(
            code=row["field"],
            name_nl=row["name_nl"],
            name_en=row["name_en"],
            tasks=tuple(row["tasks"].split("+")),
            relative_pay=range_of(row, "pay"),
        )
        for row in reference("function_fields")
        if row["field"] != NO_FUNCTIONS
    )


def range_of(row: Mapping[str, str], name: str, unit: str = "") -> Range:
    """Read the columns ``<name>_low``, ``<name>_mid`` and ``<name>_high`` (or ``low_<unit>`` and so on) of a row."""
    if unit:
        return Range(*(float(row[f"{end}_{unit}"]) for end in ("low", "mid", "high")))
    return Range(*(float(row[f"{name}_{end}"]) for end in ("low", "mid", "high")))


def _function(row: Mapping[str, str]) -> Function:
    return Function(
        code=row["function"],
        name_nl=row["name_nl"],
        name_en=row["name_en"],
        field=row["field"],
        task=row["task"],
        legal_basis=row["legal_basis"],
        core=row["core"] == "yes",
        fte=range_of(row, "fte"),
        growth=float(row["growth"]),
        least_holders=int(row["min_holders"]),
        most_holders=int(row["max_holders"]) if row["max_holders"] else None,
        deputy_by_law=row["deputy_by_law"] == "yes",
        not_with=tuple(row["not_with"].split("+")) if row["not_with"] else (),
        shareable=row["shareable"] == "yes",
        practice=row["practice"],
        independence=row["independence"],
        critical=row["critical"] == "yes",
        reason=row["reason"],
        source=row["source"],
        certainty=row["certainty"],
        fte_certainty=row["fte_certainty"],
    )
