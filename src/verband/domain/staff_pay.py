"""What a full-time equivalent costs per year, and the stated rules that turn pay into holders of functions.

Pay per full-time equivalent is not published per municipality: it is dated data with a range
(``reference/pay_per_fte.csv``), indexed with the agreed pay rises of the sector. The rules
(``reference/function_rules.csv``) are choices of this project, each with its range and reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from verband.domain.function import Range, range_of
from verband.domain.reference import reference
from verband.errors import MissingDataError

PRACTICES = ("own", "mostly_own", "mixed", "mostly_joint")
"""How usual it is that a municipality has a function done by its own staff, from the most to the least."""


@dataclass(frozen=True, slots=True)
class PayPerFte:
    """Own pay per full-time equivalent in one year.

    Attributes
    ----------
    year
        Year of the accounts or budget.
    eur
        Euro per full-time equivalent per year, salaries and social charges, current prices: assumed.
    index
        Pay level against the base year.
    meaning, source, certainty
        Of the row.
    """

    year: int
    eur: Range
    index: float
    meaning: str
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class FunctionRule:
    """An assumed quantity of the staffing model with its reason."""

    name: str
    value: Range
    unit: str
    reason: str
    source: str
    certainty: str


@cache
def pay_per_fte(year: int) -> PayPerFte:
    """Return the stated pay per full-time equivalent of a year.

    Raises
    ------
    MissingDataError
        If there is none for the year: no level is guessed.
    """
    rows = reference("pay_per_fte")
    for row in rows:
        if int(row["year"]) == year:
            return PayPerFte(
                year, range_of(row, "", "eur"), float(row["index"]), row["meaning"], row["source"], row["certainty"]
            )
    years = ", ".join(row["year"] for row in rows)
    raise MissingDataError(
        f"no pay per full-time equivalent is stated for {year}", todo=f"Ask one of {years} with --year"
    )


@cache
def function_rule(name: str) -> FunctionRule:
    """Return a stated rule.

    Raises
    ------
    KeyError
        If there is no such rule.
    """
    for row in reference("function_rules"):
        if row["rule"] == name:
            value = Range(float(row["low"]), float(row["value"]), float(row["high"]))
            return FunctionRule(name, value, row["unit"], row["reason"], row["source"], row["certainty"])
    raise KeyError(name)


def own_chance(practice: str) -> FunctionRule:
    """Return the assumed share of municipalities that do a function themselves, by its practice."""
    return function_rule("own_always" if practice == "own" else f"own_{practice}")
