"""M9: whether large municipalities take part in as many voluntary arrangements as others, and as large a share of cost.

The mean number of voluntary arrangements of municipalities of 100,000 inhabitants and more against that of the others
in the same province, in percent: a ratio of means from least squares of the number on being large with province
effects, delta method. The lists differ by province, so only differences within one count; a province without both kinds
says nothing. The share of cost is compared over the whole country. No public list says which arrangements are
voluntary: counted are those that no law in ``compulsory_arrangements.csv`` asks for; a variant counts only those of
which a source says so.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.evidence_rules import evidence_rule
from verband.analysis.evidence.panel import CannotEstimateError, panel_fit
from verband.analysis.evidence.result import Finding, Findings, SetAside, VariantFinding
from verband.analysis.evidence.verdict import LEVEL
from verband.domain.municipality import provinces


def large_against_others(
    rows: pl.DataFrame, outcome: str, *, component: str, method: str, province: bool, cluster: str = "code"
) -> Finding:
    """Mean of an outcome of large municipalities against that of others, in percent.

    Parameters
    ----------
    rows
        ``code, inhabitants, province``, the outcome, and ``year`` where there are years.
    outcome
        Name of its column.
    component, method
        Of the finding.
    province
        Whether to compare within provinces that have both kinds only.
    cluster
        Column of the clusters.

    Raises
    ------
    CannotEstimateError
        If there are no large ones or no others, or the others' mean is not positive.
    """
    known = rows.drop_nulls([outcome, "inhabitants"]).with_columns(
        (pl.col("inhabitants") >= evidence_rule("large_from")).cast(pl.Float64).alias("large")
    )
    names: list[str] = []
    if province:
        both = pl.col("large").n_unique().over("province") > 1
        known = known.filter(both)
        for name in known["province"].unique().sort().to_list()[1:]:
            known = known.with_columns((pl.col("province") == name).cast(pl.Float64).alias(f"province {name}"))
            names.append(f"province {name}")
    if known["large"].n_unique() < 2:
        raise CannotEstimateError("there are no large municipalities, or no others, to compare")
    fit, used, _ = panel_fit(
        known, outcome, ["large", *names], cluster=cluster, period="year" if "year" in known.columns else None
    )
    # Mean of the others at the provinces (and years) of the large ones: what these would have if they were as others.
    large = used["large"].to_numpy() == 1
    base = np.zeros(fit.k)
    rest = used.select(names).to_numpy().astype(np.float64)[large].mean(axis=0) if names else np.zeros(0)
    base[1 : 1 + len(names)] = rest
    if "year" in used.columns:
        years = used["year"].unique().sort().to_list()
        base[1 + len(names) :] = [float((used["year"].to_numpy()[large] == year).mean()) for year in years]
    else:
        base[1 + len(names)] = 1.0
    others = float(base @ fit.coefficients)
    if others <= 0:
        raise CannotEstimateError("the others have none")
    own = np.eye(fit.k)[0]
    ratio = float(fit.coefficients[0]) / others
    found = fit.contrast(100 * (own - ratio * base) / others, level=LEVEL)
    reach = (found.high - found.low) / 2
    return Finding(
        component=component,
        estimate=100 * ratio,
        low=100 * ratio - reach,
        high=100 * ratio + reach,
        standard_error=found.standard_error,
        n_observations=fit.n,
        n_municipalities=used["code"].n_unique(),
        n_clusters=fit.groups,
        years=tuple(used["year"].unique().sort().to_list()) if "year" in used.columns else (),
        method=method,
        degrees_of_freedom=found.degrees_of_freedom,
        note=f"{len(set(used['code'].to_numpy()[large]))} large municipalities",
    )


def _pays_anything(panel: pl.DataFrame) -> list[Finding]:
    """Share of reports with a payment, of large municipalities against others: arithmetic on all of them.

    Reports whose transfers are in doubt count as filed: without them the share would be one by construction.
    """
    panel = panel.drop_nulls(["paid_to_arrangements_keur", "inhabitants"])
    paying = (pl.col("paid_to_arrangements_keur") > 0).mean()
    size, limit = pl.col("inhabitants"), evidence_rule("large_from")
    large, others = (panel.filter(part).select(paying).item() for part in (size >= limit, size < limit))
    if large is None or not others:
        return []
    percent = 100 * (large / others - 1)
    return [
        Finding(
            component="pays_anything",
            estimate=percent,
            low=percent,
            high=percent,
            standard_error=None,
            n_observations=panel.height,
            n_municipalities=panel["code"].n_unique(),
            n_clusters=panel["code"].n_unique(),
            years=tuple(panel["year"].unique().sort().to_list()),
            method="share of the reports with a payment, large against other municipalities; all reports, no sample",
            note=f"{100 * large:.1f}% of the large, {100 * others:.1f}% of the others",
            kind="derived",
        )
    ]


def all_sizes(
    counts: pl.DataFrame,
    panel: pl.DataFrame,
    largest: Sequence[str],
    *,
    list_year: int | None,
    sources: tuple[str, ...],
) -> Findings:
    """Estimate M9.

    Parameters
    ----------
    counts
        One row per municipality that some list names: ``code, inhabitants, province, safety_region, voluntary,
        voluntary_at_most, carried``.
    panel
        One row per municipality and year: ``code, year, inhabitants, arrangement_share`` (null where in doubt),
        ``paid_to_arrangements_keur``, ``outsourced``, ``safety_region``.
    largest
        Codes of the four largest.
    list_year
        Year of the lists.
    sources
        Tables.
    """
    found = Collection()
    within = (
        "ratio of means of large and other municipalities of the same province, least squares with province effects"
    )
    over = "ratio of means of large and other municipalities, least squares with year effects"

    def asked(name: str | None, component: str, rows: pl.DataFrame, outcome: str, *, cluster: str = "code") -> None:
        province = component == "voluntary_arrangements"
        method = (
            f"{within if province else over}; CR2 errors by {cluster.replace('code', 'municipality')}, delta method"
        )
        found.add(
            name,
            component,
            large_against_others,
            rows,
            outcome,
            component=component,
            method=method,
            province=province,
            cluster=cluster,
        )

    number = counts if list_year is None else counts.with_columns(pl.lit(list_year).alias("year"))
    not_largest = ~pl.col("code").is_in(list(largest))
    asked(None, "voluntary_arrangements", number, "voluntary_at_most")
    asked(None, "share_of_cost", panel, "arrangement_share")
    found.findings += _pays_anything(panel)
    name = "only those that a source calls voluntary"
    called, at_most = (int(number[column].sum()) for column in ("voluntary", "voluntary_at_most"))
    if called and called < evidence_rule("status_stated") * at_most:
        few = f"a source calls {called} of {at_most} seats voluntary, too few to count those alone"
        found.variants.append(VariantFinding(name, "voluntary_arrangements", None, few))
    else:
        asked(name, "voluntary_arrangements", number, "voluntary")
    asked("without the four largest", "voluntary_arrangements", number.filter(not_largest), "voluntary_at_most")
    own_seats = number.filter(pl.col("carried") == 0)
    asked("without seats of predecessors", "voluntary_arrangements", own_seats, "voluntary_at_most")
    asked("clusters: safety regions", "voluntary_arrangements", number, "voluntary_at_most", cluster="safety_region")
    last = panel.filter(pl.col("year") == pl.col("year").max())
    asked("last year only", "share_of_cost", last, "arrangement_share")
    asked("without the four largest", "share_of_cost", panel.filter(not_largest), "arrangement_share")
    asked("without outsourced organisations", "share_of_cost", panel.filter(~pl.col("outsourced")), "arrangement_share")
    asked("clusters: safety regions", "share_of_cost", panel, "arrangement_share", cluster="safety_region")
    empty = (
        counts.with_columns((pl.col("inhabitants") >= evidence_rule("large_from")).alias("large"))
        .filter(pl.col("large").n_unique().over("province") < 2)
        .sort("code")
    )
    named = provinces()
    aside = tuple(
        SetAside(
            code,
            f"{named.get(province, province)} has no large municipalities or no others on the lists: "
            "not in voluntary_arrangements",
        )
        for code, province in empty.select("code", "province").iter_rows()
    )
    return Findings(tuple(found.findings), tuple(found.variants), aside, sources, found.not_found)
