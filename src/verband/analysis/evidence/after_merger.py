"""M10: whether spending through arrangements per inhabitant stays the same after a merger.

Before and after in the boundaries of the merged municipality (its parts summed), against municipalities whose
boundaries did not change; the last year before the merger is left out on both sides, for then money is spent that would
not be otherwise (M14). Logarithm of transfers to arrangements (L4.3.3, a lower bound) per inhabitant, shown as percent.
Equality is claimed within 25%: a merger of two removes what the two did together, so a need to cooperate that went away
would show as a larger fall.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from verband.analysis.evidence.before_and_after import LEAVING_ONE_OUT, Change, effects, leave_one_out
from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.percentages import as_percentage
from verband.analysis.evidence.result import Finding, Findings, SetAside, VariantFinding
from verband.analysis.evidence.statements import statement

SKIPPED = 1
"""Years before the merger that count neither as before nor as after."""
SMALL_PART = "took in less than a tenth: neither merged nor unchanged"
_LAST = 20
_METHOD = (
    "mean over the years since the merger against the second year before it, parts summed, less the same change of "
    "municipalities that did not merge, with effects of size per year; logarithms, shown as percent; errors clustered "
    "by merger process, bias-reduced, Welch's degrees of freedom"
)


def in_percent(found: Change, component: str, method: str = _METHOD, *, mechanism: str = "M10") -> Finding:
    """A change of a logarithm as a percentage; its interval and its test are those of the logarithm."""
    rule = statement(mechanism).rule(component)
    told = as_percentage(rule, found.estimate, found.low, found.high, found.standard_error, found.degrees_of_freedom)
    return Finding(
        component=component,
        estimate=told.estimate,
        low=told.low,
        high=told.high,
        standard_error=told.standard_error,
        n_observations=found.observations,
        n_municipalities=len(found.treated) + found.controls,
        n_clusters=found.processes,
        years=found.years,
        method=method,
        degrees_of_freedom=found.degrees_of_freedom,
        p_value=told.p_value,
        note=f"{len(found.treated)} merged municipalities in {found.processes} processes against {found.controls}",
    )


def since_merger(rows: pl.DataFrame, outcome: str, **options: object) -> Change:
    """Mean change of an outcome over the years since the merger.

    Parameters
    ----------
    rows
        As of :func:`after_merger`.
    outcome
        Name of its column.
    options
        As of :func:`verband.analysis.evidence.before_and_after.effects`.

    Raises
    ------
    CannotEstimateError
        If it cannot be estimated.
    """
    treated = rows.with_columns(pl.col("merger").alias("start"))
    return effects(treated, outcome, anticipation=SKIPPED, **options).mean(0, _LAST)  # type: ignore[arg-type]


def _estimated(rows: pl.DataFrame, component: str, outcome: str, *, size: bool = True) -> Finding:
    """A change since the merger as a finding."""
    return in_percent(since_merger(rows, outcome, size=size), component)


def after_merger(
    rows: pl.DataFrame, largest: Sequence[str], small_parts: Sequence[str], *, sources: tuple[str, ...]
) -> Findings:
    """Estimate M10.

    Parameters
    ----------
    rows
        One row per municipality of the latest list and year: ``code, year, inhabitants``; ``merger`` (its year, null
        where its boundaries did not change); ``process``; ``paid`` (logarithm of transfers per inhabitant) and
        ``share`` (logarithm of their share of cost), null where missing or in doubt; ``outsourced``.
    largest
        Codes of the four largest.
    small_parts
        Codes of those that took in less than a tenth: neither merged nor unchanged, not in ``rows``.
    sources
        Tables.
    """
    found = Collection()
    for component, outcome in (("paid_after_merger", "paid"), ("share_of_cost", "share")):
        found.add(None, component, _estimated, rows, component, outcome)

    def tried(name: str, part: pl.DataFrame, *, size: bool = True) -> None:
        found.add(name, "paid_after_merger", _estimated, part, "paid_after_merger", "paid", size=size)

    merger = pl.col("merger")
    tried("mergers of 2019", rows.filter(merger.is_null() | (merger == 2019)))
    tried("mergers of 2021 and later", rows.filter(merger.is_null() | (merger >= 2021)))
    tried("without outsourced organisations", rows.filter(~pl.col("outsourced").any().over("code")))
    tried("without the four largest", rows.filter(~pl.col("code").is_in(list(largest))))
    tried("size not held constant", rows, size=False)
    changes = []
    for name, part in leave_one_out(rows, rows["process"].drop_nulls().unique().sort().to_list()).items():
        try:
            changes.append((name, since_merger(part, "paid")))
        except CannotEstimateError:
            continue
    for word, pick in (("lowest", min), ("highest", max)):
        if changes:
            name, change = pick(changes, key=lambda item: item[1].estimate)
            extreme = in_percent(change, "paid_after_merger")
            found.variants.append(
                VariantFinding(f"without {name} ({word} of all)", "paid_after_merger", extreme, check=LEAVING_ONE_OUT)
            )
    aside = _left_out(rows, small_parts)
    return Findings(tuple(found.findings), tuple(found.variants), aside, sources, found.not_found)


def _left_out(rows: pl.DataFrame, small_parts: Sequence[str]) -> tuple[SetAside, ...]:
    aside = [SetAside(code, SMALL_PART) for code in small_parts]
    first = int(rows["year"].min())  # type: ignore[arg-type]
    for code, year, known in (
        rows.drop_nulls("merger")
        .group_by("code", "merger")
        .agg(pl.col("year").filter(pl.col("paid").is_not_null()))
        .sort("code")
        .iter_rows()
    ):
        if any(one < year - SKIPPED for one in known):
            continue
        before = (
            "no accounts of all parts two years or more before it"
            if year - SKIPPED > first
            else "too early for accounts of before"
        )
        aside.append(SetAside(code, f"merged in {year}: {before}"))
    return tuple(aside)
