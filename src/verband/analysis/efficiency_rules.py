"""Stated rules of the comparison of efficiency (``domain/reference/efficiency_rules.csv``)."""

from __future__ import annotations

from verband.domain.reference import in_force, reference


def efficiency_rule(name: str) -> float:
    """Return the value of a rule."""
    return next(float(row["value"]) for row in reference("efficiency_rules") if row["rule"] == name and in_force(row))
