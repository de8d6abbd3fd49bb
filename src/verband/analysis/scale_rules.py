"""The stated rules of the scale model, which are dated data with a reason (``domain/reference/scale_rules.csv``)."""

from __future__ import annotations

from verband.domain.reference import reference


def rule(name: str) -> float:
    """Return a stated rule.

    Raises
    ------
    KeyError
        If there is no such rule.
    """
    return next(float(row["value"]) for row in reference("scale_rules") if row["rule"] == name)
