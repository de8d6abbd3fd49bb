"""What the mechanisms of the ledger take for granted, as dated data with a reason.

They stand in ``domain/reference/evidence_rules.csv``. What decides about a claim stands in
``evidence_components.csv``; these are choices of measurement.
"""

from __future__ import annotations

from verband.domain.reference import in_force, reference


def evidence_rule(name: str) -> float:
    """Return a stated choice.

    Raises
    ------
    StopIteration
        If there is none of that name.
    """
    return next(float(row["value"]) for row in reference("evidence_rules") if row["rule"] == name and in_force(row))


def fewest_groups() -> int:
    """Municipalities or arrangements below which nothing is said about more than these."""
    return round(evidence_rule("fewest_groups"))
