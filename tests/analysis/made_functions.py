"""Made-up tables of functions, with absences and hired staff that tests share."""

from __future__ import annotations

from verband.analysis.continuity import continuity

PLAIN = {
    "short_absences_per_year": 1.5,
    "short_absence_days": 5,
    "long_absences_per_year": 0.1,
    "long_absence_weeks": 20,
    "leaving_per_year": 0.1,
    "vacancy_days": 90,
    "training_days": 45,
    "hire_effectiveness": 0.0,
    "deputies": 0,
    "shared_shocks_per_year": 0,
    "shared_shock_days": 0,
}


def table(*rows, **columns):
    """Columns of functions as (name, holders, required), the rest as in PLAIN or as given."""
    names, holders, required = zip(*rows, strict=True)
    values = {**PLAIN, **columns}
    base = {"function": list(names), "holders": list(holders), "required": list(required)}
    return base | {name: [value] * len(rows) for name, value in values.items() if value is not None}


def one(holders=1, required=1, **columns):
    """The one function of a table of one."""
    (found,) = continuity(table(("A", holders, required), **columns)).own.functions
    return found
