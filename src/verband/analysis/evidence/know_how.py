"""M4: whether smaller municipalities hire more of their staff, and pay more of their cost to arrangements.

Hired staff (Iv3 L3.5.1) as share of own (L1.1) and hired pay, and transfers to arrangements (L4.3.3, a lower bound) as
share of cost, on minus the base-2 logarithm of inhabitants, so that a coefficient is what half the size goes with;
accounts of all years, year effects, errors clustered by municipality. A comparison between municipalities: size hardly
varies within one. Hiring says that people lack, not which knowledge.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from verband.analysis.evidence.collecting import attempted
from verband.analysis.evidence.panel import CannotEstimateError, panel_finding
from verband.analysis.evidence.result import Finding, Findings, SetAside, VariantFinding

PER_HALVING = "half_size"
_METHOD = (
    "least squares of the share on minus the base-2 logarithm of inhabitants with year effects, between municipalities;"
    " CR2 errors by {}, Satterthwaite's t"
)


def with_half_size(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with how often the size was halved, up to a constant."""
    return rows.filter(pl.col("inhabitants") > 0).with_columns((-pl.col("inhabitants").log(2.0)).alias(PER_HALVING))


def share_by_size(
    rows: pl.DataFrame, share: str, *, component: str, drivers: Sequence[str] = (), cluster: str = "code"
) -> Finding:
    """Percentage points of a share that half the size goes with.

    Parameters
    ----------
    rows
        Columns ``code, year, inhabitants``, the share as a fraction, the drivers and the cluster.
    share
        Name of its column.
    component
        Of the finding.
    drivers
        Columns held constant.
    cluster
        Column of the clusters.

    Raises
    ------
    CannotEstimateError
        If it cannot be estimated.
    """
    return panel_finding(
        with_half_size(rows),
        share,
        [PER_HALVING, *drivers],
        component=component,
        of=PER_HALVING,
        times=100.0,
        cluster=cluster,
        method=_METHOD.format("municipality" if cluster == "code" else cluster.replace("_", " ")),
    )


def tried(name: str, component: str, *arguments: object, **options: object) -> VariantFinding:
    """A variant of :func:`share_by_size`, or why it cannot be estimated."""
    return attempted(name, component, share_by_size, *arguments, component=component, **options)  # type: ignore[arg-type]


def know_how(
    rows: pl.DataFrame,
    drivers: Sequence[str],
    largest: Sequence[str],
    *,
    sources: tuple[str, ...],
) -> Findings:
    """Estimate M4.

    Parameters
    ----------
    rows
        One row per municipality and year in one year's boundaries, years before a merger left out: ``code, year,
        inhabitants``; ``hired_share`` and ``arrangement_share`` (fractions, null where missing or in doubt);
        ``outsourced`` (whether its organisation is elsewhere); ``safety_region``; and the drivers.
    drivers
        Names of columns.
    largest
        Codes of the four largest.
    sources
        Tables.
    """
    own = rows.filter(~pl.col("outsourced"))
    last = own.filter(pl.col("year") == pl.col("year").max())
    findings: list[Finding] = []
    not_found: dict[str, str] = {}
    variants: list[VariantFinding] = []
    for component, share in (("hired_share", "hired_share"), ("arrangement_share", "arrangement_share")):
        # Who has no organisation of its own pays others for it, so it stays in where that is the question.
        main = own if component == "hired_share" else rows
        try:
            findings.append(share_by_size(main, share, component=component))
        except CannotEstimateError as error:
            not_found[component] = str(error)
            continue
        other = rows if component == "hired_share" else own
        name = "outsourced organisations included" if component == "hired_share" else "without outsourced organisations"
        variants += [
            tried(name, component, other, share),
            tried("last year only", component, last if component == "hired_share" else _last(rows), share),
            tried("without the four largest", component, main.filter(~pl.col("code").is_in(list(largest))), share),
            tried("clusters: safety regions", component, main, share, cluster="safety_region"),
        ]
        if drivers:
            variants.append(tried("drivers held constant", component, main, share, drivers=drivers))
    elsewhere = rows.filter("outsourced").group_by("code").agg(pl.col("year").sort()).sort("code")
    set_aside = tuple(
        SetAside(code, f"own pay is elsewhere in {', '.join(map(str, years))}: not in hired_share")
        for code, years in elsewhere.iter_rows()
    )
    return Findings(tuple(findings), tuple(variants), set_aside, sources, not_found)


def _last(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("year") == pl.col("year").max())
