"""M6: how much of the cost runs through arrangements, by size and by year.

That it is *why* councils hesitate is a motive, which accounts do not hold: what is measured gives no verdict on it.
"""

from __future__ import annotations

import polars as pl

from verband.analysis.evidence.know_how import share_by_size
from verband.analysis.evidence.panel import CannotEstimateError, panel_finding
from verband.analysis.evidence.result import Finding, Findings, VariantFinding


def dependence(rows: pl.DataFrame, *, sources: tuple[str, ...]) -> Findings:
    """Estimate what is measured of M6.

    Parameters
    ----------
    rows
        As of :func:`verband.analysis.evidence.know_how.know_how`.
    sources
        Tables.
    """
    known = rows.with_columns(pl.col("year").cast(pl.Float64).alias("trend"))
    since = known.filter(pl.col("year") >= known["year"].max() - 4)  # type: ignore[operator]
    findings: list[Finding] = []
    variants: list[VariantFinding] = []
    not_found: dict[str, str] = {}
    for name, part in (("", known), ("last five years", since)):
        try:
            found = panel_finding(
                part,
                "arrangement_share",
                ["trend"],
                component="dependence_per_year",
                of="trend",
                times=100.0,
                within=True,
                period=None,
                method="least squares of the share on the year with an effect per municipality; CR2 errors by "
                "municipality, Satterthwaite's t",
            )
        except CannotEstimateError as error:
            not_found["dependence_per_year"] = str(error)
            continue
        if name:
            variants.append(VariantFinding(name, "dependence_per_year", found))
        else:
            findings.append(found)
    try:
        findings.insert(0, share_by_size(known, "arrangement_share", component="dependence_by_size"))
    except CannotEstimateError as error:
        not_found["dependence_by_size"] = str(error)
    return Findings(tuple(findings), tuple(variants), (), sources, not_found)
