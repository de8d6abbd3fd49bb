"""The rules for comparing a municipality with others and with itself, as dated data."""

from __future__ import annotations

from functools import cache

from verband.domain.reference import in_force, reference


@cache
def rule(name: str) -> float:
    """A rule of ``domain/reference/comparison_rules.csv`` that is in force.

    Raises
    ------
    StopIteration
        If there is no such rule.
    """
    return next(float(row["value"]) for row in reference("comparison_rules") if row["rule"] == name and in_force(row))
