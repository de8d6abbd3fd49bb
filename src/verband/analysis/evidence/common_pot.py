"""M14: whether municipalities spend more, and empty their reserves, in the last year before they merge.

Design A compares the change from the second to the last year before the merger with that of municipalities that do not
merge: decision dates are not in public data, so an anticipation of one year is assumed. Where the user's procedures
file tells the decision, treatment starts in its year. Design B compares the last year with the third before, for the
mergers whose accounts go back so far. Municipalities that vanish are the claim; those that take others in and keep
their code bear most of what they spend themselves and stand apart. All amounts are euro per inhabitant of the same
year, current prices: what all municipalities share is in the change of the controls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from verband.analysis.evidence.before_and_after import (
    LEAVING_ONE_OUT,
    Change,
    Effects,
    effects,
    leave_one_out,
)
from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.dealt_out import at_the_start_by_chance, one_each, years_before_by_chance
from verband.analysis.evidence.evidence_rules import evidence_rule
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.result import Drawing, Finding, Findings, Point, Series, SetAside, VariantFinding
from verband.analysis.evidence.statements import Text
from verband.analysis.evidence.verdict import LEVEL
from verband.numerics.group_time import Method
from verband.numerics.least_squares import least_squares

DECIDING = ("spending", "equity")
DRAWS = 999
_EARLIEST = 20
_METHOD_A = (
    "last year before the merger against the year before it, less the same change of municipalities that do not merge, "
    "with effects of size per year; errors clustered by merger process, bias-reduced, Welch's degrees of freedom"
)
_METHOD_B = _METHOD_A.replace("the year before it", "the third year before it")
OUTCOMES = {
    "spending": "cost_eur",
    "equity": "equity_eur",
    "hired_staff": "hired_eur",
    "fixed_assets": "fixed_assets_eur",
    "long_debt": "long_debt_eur",
}


def _anticipated() -> int:
    """The start of treatment, in years before the merger."""
    return round(evidence_rule("anticipated_years"))


def started(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the start of treatment: the year of the decision where it is known, else the last before the merger."""
    last = pl.col("merger") - _anticipated()
    return rows.with_columns(pl.min_horizontal(last, "decided").alias("start"))


def _finding(found: Change, component: str, method: str, by: Mapping[str, str] | None = None) -> Finding:
    return Finding(
        component=component,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        standard_error=found.standard_error,
        n_observations=found.observations,
        n_municipalities=len(found.treated) + found.controls,
        n_clusters=found.processes,
        years=found.years,
        method=method,
        degrees_of_freedom=found.degrees_of_freedom,
        by=by or {},
        note=f"{len(found.treated)} municipalities in {found.processes} merger processes against {found.controls}",
    )


def last_year(rows: pl.DataFrame, outcome: str, *, anticipation: int = 0, **options: object) -> Change:
    """Design A, or with ``anticipation`` 1 design B: change of an outcome in the last year, or since the decision.

    Parameters
    ----------
    rows
        As of :func:`common_pot`, those that are to be treated and the controls.
    outcome
        Name of its column.
    anticipation
        Years between the base and the last year that are skipped.
    options
        As of :func:`verband.analysis.evidence.before_and_after.effects`.

    Raises
    ------
    CannotEstimateError
        If it cannot be estimated.
    """
    return effects(started(rows), outcome, anticipation=anticipation, **options).mean(0, _EARLIEST)  # type: ignore[arg-type]


def common_pot(
    rows: pl.DataFrame, main_tasks: Sequence[str], *, seed: int, sources: tuple[str, ...], draws: int = DRAWS
) -> Findings:
    """Estimate M14.

    Parameters
    ----------
    rows
        One row per municipality and year before its merger, in its own boundaries, and of those that never merge:
        ``code, year, inhabitants``; ``merger`` (its year, null for controls); ``decided`` (year of the decision, null
        where not known); ``process``; ``absorbing``; ``share`` of the new municipality; the columns of
        :data:`OUTCOMES` and ``cost_<main task>_eur``; null where missing.
    main_tasks
        Iv3 codes 0 to 8.
    seed, draws
        Of the randomisation.
    sources
        Tables.
    """
    vanishing = rows.filter(pl.col("merger").is_null() | ~pl.col("absorbing"))
    found = Collection()
    for component, outcome in OUTCOMES.items():
        found.add(None, component, _estimated, vanishing, component, outcome)
    earlier = "spending_earlier_reference"
    found.add(None, earlier, _estimated, vanishing, earlier, "cost_eur", anticipation=1)
    for task in main_tasks:
        by = {"main_task": task}
        found.add(None, "spending_on", _estimated, vanishing, "spending_on", f"cost_{task}_eur", by=by)
    found.add(None, "share_slope", _slope, vanishing)
    found.findings = [
        replace(item, note=f"{item.note}{_before(vanishing, OUTCOMES[item.component], seed=seed, draws=draws)}")
        if item.component in DECIDING
        else item
        for item in found.findings
    ]
    for component in DECIDING:
        _vary(found, rows, vanishing, component, seed=seed, draws=draws)
    return Findings(
        findings=tuple(found.findings),
        variants=tuple(found.variants),
        set_aside=_left_out(rows, vanishing),
        sources=sources,
        not_found=found.not_found,
        drawing=_path(vanishing),
    )


def _before(vanishing: pl.DataFrame, outcome: str, *, seed: int, draws: int) -> str:
    """Whether those that merge differed already before: from the third year to the second, and in all years at once."""
    rows = started(vanishing.with_columns(decided=None))
    try:
        before = effects(rows, outcome).mean(-2, -2)
        every = years_before_by_chance(rows, outcome, draws=draws, seed=seed)
    except CannotEstimateError:
        return ""
    # The second year is the base, so the change towards it has the other sign.
    change, low, high = (round(-value) for value in (before.estimate, before.high, before.low))
    told = f"; trend before, third to second year: {change} ({low} to {high}) EUR per inhabitant"
    if len(every.distances) > 1:
        told += (
            f"; years 3 to {_anticipated() - min(every.distances)} before it at once against year 2: p = "
            f"{every.p_value:.2g} that nothing differs, {every.processes} processes, {every.draws} draws"
        )
    return told


def _estimated(
    rows: pl.DataFrame,
    component: str,
    outcome: str,
    *,
    by: Mapping[str, str] | None = None,
    anticipation: int = 0,
    method: Method = "regression",
    size: bool = True,
) -> Finding:
    """A change in the last year as a finding."""
    change = last_year(rows, outcome, anticipation=anticipation, method=method, size=size)
    return _finding(change, component, _METHOD_B if anticipation else _METHOD_A, by)


def _vary(
    found: Collection, rows: pl.DataFrame, vanishing: pl.DataFrame, component: str, *, seed: int, draws: int
) -> None:
    """Estimate the variants of a component that decides."""
    outcome = OUTCOMES[component]
    recent = vanishing.filter(pl.col("merger").is_null() | (pl.col("merger") >= 2021))
    earlier = "against the third year before (design B)"
    found.add(earlier, component, _estimated, vanishing, component, outcome, anticipation=1)
    for name, part in (("absorbing municipalities included", rows), ("mergers of 2021 and later", recent)):
        found.add(name, component, _estimated, part, component, outcome)
    found.add("size not held constant", component, _estimated, vanishing, component, outcome, size=False)
    found.add("doubly robust", component, _estimated, vanishing, component, outcome, method="doubly-robust")
    found.variants.append(_by_chance(vanishing, component, seed, draws))
    found.variants += _leaving_one_out(vanishing, component)


def _by_chance(vanishing: pl.DataFrame, component: str, seed: int, draws: int) -> VariantFinding:
    """The change of a process, each counted once, with an interval by randomisation inference."""
    name = "interval by randomisation, every merger once"
    earlier = started(vanishing).filter(pl.col("start") < pl.col("merger") - _anticipated())
    if not earlier.is_empty():
        # Those dealt a start would have years after it that a municipality which merged does not have.
        why = "with dates of decision an effect has several years, and only one can be dealt out anew"
        return VariantFinding(name, component, None, why)
    try:
        outcome = OUTCOMES[component]
        main = effects(one_each(started(vanishing), outcome), outcome).mean(0, _EARLIEST)
        drawn = at_the_start_by_chance(started(vanishing), outcome, draws=draws, seed=seed)
    except CannotEstimateError as error:
        return VariantFinding(name, component, None, str(error))
    if drawn.low is None or drawn.high is None:
        return VariantFinding(name, component, None, "the draws give no bound")
    found = _finding(main, component, f"{_METHOD_A}; interval: effects that {drawn.draws} draws do not reject")
    note = f"{found.note}; p = {drawn.p_value:.3g} that there is no effect, by {drawn.draws} draws"
    return VariantFinding(
        name, component, replace(found, low=drawn.low, high=drawn.high, standard_error=None, note=note)
    )


def _leaving_one_out(vanishing: pl.DataFrame, component: str) -> list[VariantFinding]:
    """The least and the most that comes out when one merger process is left out."""
    processes = vanishing["process"].drop_nulls().unique().sort().to_list()
    changes: list[tuple[str, Change]] = []
    for name, part in leave_one_out(vanishing, processes).items():
        try:
            changes.append((name, last_year(part, OUTCOMES[component])))
        except CannotEstimateError:
            continue
    if not changes:
        return []
    lowest, highest = (pick(changes, key=lambda item: item[1].estimate) for pick in (min, max))
    return [
        VariantFinding(
            f"without {name} ({word})", component, _finding(change, component, _METHOD_A), check=LEAVING_ONE_OUT
        )
        for word, (name, change) in (("lowest of all", lowest), ("highest of all", highest))
    ]


def _slope(vanishing: pl.DataFrame) -> Finding:
    """Change beyond that of the controls, on one minus the share in the new municipality."""
    own = effects(started(vanishing.with_columns(decided=None)), "cost_eur")
    excess = _excess(own)
    shares = vanishing.filter(pl.col("merger").is_not_null()).unique("code").select("code", "share", "process")
    used = excess.join(shares, on="code").drop_nulls().sort("code")
    if used["process"].n_unique() < 3:
        raise CannotEstimateError("fewer than three merger processes with known shares")
    design = np.column_stack([np.ones(used.height), 1 - used["share"].to_numpy()])
    group = used["process"].rank("dense").cast(pl.Int64).to_numpy()
    try:
        fit = least_squares(used["excess"].to_numpy(), design, group)
    except ValueError as error:
        raise CannotEstimateError(str(error)) from error
    found = fit.contrast(np.array([0.0, 1.0]), level=LEVEL)
    return Finding(
        component="share_slope",
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        standard_error=found.standard_error,
        n_observations=fit.n,
        n_municipalities=fit.n,
        n_clusters=fit.groups,
        years=tuple(sorted({int(year) for year in own.cells.time})),
        method="change in the last year beyond that of the controls, on one minus the population share; CR2 errors by "
        "merger process, Satterthwaite's t",
        degrees_of_freedom=found.degrees_of_freedom,
        note="from a municipality that is the whole of its successor to one that is nothing of it",
    )


def _excess(own: Effects) -> pl.DataFrame:
    """Per treated municipality its change in the last year beyond what size makes of the controls."""
    rows = []
    for place in np.flatnonzero(own.cells.time == own.cells.group):
        treated = np.flatnonzero(own.cells.treated[place])
        influence = own.cells.influence[place, treated] * len(treated)
        rows += [
            (own.codes[unit], float(own.cells.effect[place] + extra))
            for unit, extra in zip(treated, influence, strict=True)
        ]
    return pl.DataFrame(rows, schema={"code": pl.String, "excess": pl.Float64}, orient="row")


def _path(vanishing: pl.DataFrame) -> Drawing | None:
    """Cost and equity over the years before the merger, against the second year before it."""
    series = []
    for name, outcome in ((Text("Lasten", "Cost"), "cost_eur"), (Text("Eigen vermogen", "Equity"), "equity_eur")):
        try:
            found = effects(started(vanishing.with_columns(decided=None)), outcome)
        except CannotEstimateError:
            continue
        points = [Point(-2.0, 0.0, 0.0, 0.0)]
        for lag in sorted({int(value) for value in found.cells.time - found.cells.group}):
            try:
                change = found.mean(lag, lag)
            except CannotEstimateError:
                continue
            points.append(Point(float(lag - _anticipated()), change.estimate, change.low, change.high))
        series.append(Series(name, tuple(sorted(points, key=lambda point: point.x))))
    if not series:
        return None
    return Drawing(
        title=Text(
            "Euro per inwoner tegenover het tweede jaar voor de fusie, naast gemeenten die niet fuseren",
            "Euro per inhabitant against the second year before the merger, beside municipalities that do not merge",
        ),
        x_title=Text("Jaren tot de fusie", "Years to the merger"),
        y_title=Text("Verschil in euro per inwoner", "Difference in euro per inhabitant"),
        series=tuple(series),
    )


def _left_out(rows: pl.DataFrame, vanishing: pl.DataFrame) -> tuple[SetAside, ...]:
    aside = [
        SetAside(code, f"takes others in and keeps its code (merger of {year}): only in the variant that includes them")
        for code, year in rows.filter("absorbing").unique("code").sort("code").select("code", "merger").iter_rows()
    ]
    merging = vanishing.filter(pl.col("merger").is_not_null())
    for code, year, known in (
        merging.group_by("code", "merger")
        .agg(pl.col("year").filter(pl.col("cost_eur").is_not_null()))
        .sort("merger", "code")
        .iter_rows()
    ):
        lacking = [str(one) for one in (year - 2, year - 1) if one not in known]
        if lacking:
            aside.append(SetAside(code, f"merged in {year}: no accounts of {' and '.join(lacking)}"))
    return tuple(aside)
