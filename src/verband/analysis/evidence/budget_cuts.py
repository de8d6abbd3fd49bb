"""M16: whether worse finances are followed by fewer own and more hired staff, and by a heavier burden.

Each link is ``y_it = a_i + d_t + b f_i,t-1 + e_it``: pay in euro per inhabitant (current prices, so that years have an
effect of their own) on solvency at the end of the year before, for what is on the balance sheet of the same accounts
moves with their cost. Told per ten points *less* solvency. Other measures of finances are told for as many of their own
standard deviations (within municipalities, year by year) as ten points of solvency are.

Solvency is predetermined, not strictly exogenous: what a municipality spends now lowers it later, so that with few
years the effect is biased of order one over the number of years (Nickell, 1981, for a lagged outcome). Therefore one
variant is the half-panel jackknife, which takes that order away: ``2 b - sum over halves h of (T_h / T) b_h`` (Dhaene
and Jochmans, 2015, "Split-panel jackknife estimation of fixed-effect models", Review of Economic Studies 82; the means
weighted for halves that are not equal); its error adds what a municipality gives to all three.

The last link follows from assumptions: what ten percent less own pay does to the number of one-person functions in the
staffing model, all else equal (:mod:`verband.analysis.evidence.one_person_functions`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from verband.analysis.evidence.collecting import attempted
from verband.analysis.evidence.contributing import FREE_MEANS, with_burden
from verband.analysis.evidence.evidence_rules import evidence_rule
from verband.analysis.evidence.one_person_functions import MODEL, function_counts, interval_of
from verband.analysis.evidence.panel import CannotEstimateError, panel_finding, panel_fit
from verband.analysis.evidence.result import Finding, Findings, SetAside, VariantFinding
from verband.analysis.evidence.verdict import LEVEL
from verband.analysis.own_pay import OwnPay

STEP = 0.10
"""Ten points of solvency, as the rules are stated."""
LESS_PAY = 0.90
DRAWS = 200
_OUTCOMES = {
    "finances_to_own_pay": "own_pay_eur",
    "finances_to_hired_staff": "hired_eur",
    "finances_to_burden": "burden_points",
}
_SAID = {
    "own_pay_eur": "own pay (EUR per inhabitant, current prices)",
    "hired_eur": "hired staff (EUR per inhabitant, current prices)",
    "burden_points": "transfers to arrangements as share of general grant and levies (percentage points)",
}
_MEASURES = {
    # Name of the variant; whether more of it is better.
    "net_result": ("net result one year earlier", True),
    "structural_room": ("structural room one year earlier", True),
    "net_debt_ratio": ("net debt one year earlier", False),
}
_METHOD = (
    "least squares of {outcome} on {measure} {lag} earlier, with an effect per municipality and per year; told for ten "
    "points less solvency{scaled}; CR2 errors by {cluster}, Satterthwaite's t"
)
_SCALED = ", that is for as many standard deviations within municipalities as ten points of solvency are"


def budget_cuts(
    rows: pl.DataFrame,
    members: Sequence[OwnPay],
    largest: Sequence[str],
    *,
    year: int | None,
    set_aside: Sequence[SetAside] = (),
    sources: tuple[str, ...],
    seed: int = 1,
) -> Findings:
    """Estimate M16.

    Parameters
    ----------
    rows
        As of :func:`verband.analysis.evidence.contributing.contributing`, with ``wages_keur, hired_staff_keur``;
        fractions ``net_result`` and ``net_debt_ratio``; flags ``partly_joint`` and ``doubtful_hiring``.
    members
        Own pay per task of all municipalities in one year; empty where it is not loaded.
    largest
        Codes of the four largest.
    year
        Of the own pay; ``None`` without members.
    set_aside
        What was left out before.
    sources
        Tables.
    seed
        Of the staffing model.
    """
    own = with_finances(rows)
    findings: list[Finding] = []
    variants: list[VariantFinding] = []
    not_found: dict[str, str] = {}
    for component, outcome in _OUTCOMES.items():
        try:
            findings.append(after_less_solvency(own, outcome, component=component))
        except CannotEstimateError as error:
            not_found[component] = str(error)
            continue
        variants += _variants(own, outcome, component, largest)
    if members and year is not None:
        findings.append(fewer_own_people(members, year=year, seed=seed))
    else:
        not_found["own_pay_to_functions"] = "own pay per task is not loaded"
    elsewhere = rows.filter("outsourced").group_by("code").agg(pl.col("year").sort()).sort("code")
    gone = tuple(
        SetAside(code, f"own pay is elsewhere in {', '.join(map(str, years))}: these years are left out")
        for code, years in elsewhere.iter_rows()
    )
    hiring = rows.filter(pl.col("doubtful_hiring") & ~pl.col("outsourced"))
    unsure = tuple(
        SetAside(code, f"so little hiring in {', '.join(map(str, years))} is likely booked elsewhere: no hired staff")
        for code, years in hiring.group_by("code").agg(pl.col("year").sort()).sort("code").iter_rows()
    )
    return Findings(tuple(findings), tuple(variants), (*set_aside, *gone, *unsure), sources, not_found)


def with_finances(rows: pl.DataFrame) -> pl.DataFrame:
    """Outcomes per inhabitant, and finances one and two years earlier, without outsourced organisations.

    Parameters
    ----------
    rows
        As of :func:`budget_cuts`.

    Returns
    -------
    polars.DataFrame
        ``code, year, safety_region``; ``ever_elsewhere``, whether its organisation was ever elsewhere, even in part;
        ``own_pay_eur``, ``hired_eur``, ``burden_points``; and per measure
        of finances ``<measure>_1`` and ``<measure>_2``. A year whose predecessor is not in the rows, such as the first
        after a merger, has no lagged value. Structural room beyond the stated bound is missing.
    """
    people = pl.when(pl.col("inhabitants") > 0).then(pl.col("inhabitants"))
    burden = with_burden(rows, FREE_MEANS).select("code", "year", (100 * pl.col("burden")).alias("burden_points"))
    bound = evidence_rule("largest_structural_room")
    told = rows.join(burden, on=["code", "year"], how="left", maintain_order="left").with_columns(
        (pl.col("wages_keur") * 1000 / people).alias("own_pay_eur"),
        pl.when(~pl.col("doubtful_hiring")).then(pl.col("hired_staff_keur") * 1000 / people).alias("hired_eur"),
        (pl.col("outsourced") | pl.col("partly_joint")).any().over("code").alias("ever_elsewhere"),
        pl.when(pl.col("structural_room").abs() <= bound).then(pl.col("structural_room")).alias("structural_room"),
    )
    measures = ("solvency", *_MEASURES)
    for lag in (1, 2):
        earlier = told.select("code", pl.col("year") + lag, *(pl.col(name).alias(f"{name}_{lag}") for name in measures))
        told = told.join(earlier, on=["code", "year"], how="left", maintain_order="left")
    return told.filter(~pl.col("outsourced"))


def after_less_solvency(
    rows: pl.DataFrame,
    outcome: str,
    *,
    component: str,
    measure: str = "solvency",
    lag: int = 1,
    cluster: str = "code",
) -> Finding:
    """Change of an outcome that goes with ten points less solvency, or as much of another measure, earlier.

    Parameters
    ----------
    rows
        Of :func:`with_finances`.
    outcome, component
        Column, and name of the finding.
    measure, lag
        Of finances, and how many years earlier.
    cluster
        Column of the clusters.

    Raises
    ------
    CannotEstimateError
        If it cannot be estimated.
    """
    column = f"{measure}_{lag}"
    step = -STEP
    if measure != "solvency":
        better = 1.0 if _MEASURES[measure][1] else -1.0
        step *= better * _spread_within(rows, column) / _spread_within(rows, f"solvency_{lag}")
    return panel_finding(
        rows,
        outcome,
        [column],
        component=component,
        of=column,
        times=step,
        within=True,
        cluster=cluster,
        method=_METHOD.format(
            outcome=_SAID[outcome],
            measure=measure.replace("_", " "),
            lag="one year" if lag == 1 else "two years",
            scaled="" if measure == "solvency" else _SCALED,
            cluster="municipality" if cluster == "code" else cluster.replace("_", " "),
        ),
    )


def _spread_within(rows: pl.DataFrame, column: str) -> float:
    """Standard deviation of a column from the mean of its municipality, and then from that of its year."""
    own = pl.col(column) - pl.col(column).mean().over("code")
    known = rows.drop_nulls(column).filter(pl.len().over("code") > 1).with_columns(own.alias("_own"))
    spread = known.select((pl.col("_own") - pl.col("_own").mean().over("year")).std()).item()
    if not spread:
        raise CannotEstimateError(f"{column} does not change within municipalities")
    return float(spread)


def _variants(rows: pl.DataFrame, outcome: str, component: str, largest: Sequence[str]) -> list[VariantFinding]:
    samples = {
        "without organisations that were ever elsewhere or partly joint": rows.filter(~pl.col("ever_elsewhere")),
        "without the four largest": rows.filter(~pl.col("code").is_in(list(largest))),
    }
    found = [_tried(name, sample, outcome, component=component) for name, sample in samples.items()]
    found += [
        _tried("solvency two years earlier", rows, outcome, component=component, lag=2),
        *(
            _tried(name, rows, outcome, component=component, measure=measure)
            for measure, (name, _) in _MEASURES.items()
        ),
        _tried("clusters: safety regions", rows, outcome, component=component, cluster="safety_region"),
    ]
    name = "half-panel jackknife"
    try:
        found.append(VariantFinding(name, component, jackknifed(rows, outcome, component=component)))
    except CannotEstimateError as error:
        found.append(VariantFinding(name, component, None, str(error)))
    return found


def _tried(name: str, rows: pl.DataFrame, outcome: str, *, component: str, **options: object) -> VariantFinding:
    return attempted(name, component, after_less_solvency, rows, outcome, component=component, **options)  # type: ignore[arg-type]


def jackknifed(rows: pl.DataFrame, outcome: str, *, component: str) -> Finding:
    """As :func:`after_less_solvency` for solvency one year earlier, by the half-panel jackknife.

    Raises
    ------
    CannotEstimateError
        If the whole or a half cannot be estimated.
    """
    from scipy.special import stdtrit  # noqa: PLC0415  slow to start

    column = "solvency_1"
    known = rows.drop_nulls([outcome, column])
    years = known["year"].unique().sort().to_list()
    if len(years) < 4:
        raise CannotEstimateError(f"{len(years)} years are too few for two halves")
    half = len(years) // 2
    parts = [(years, 2.0), (years[:half], -half / len(years)), (years[half:], half / len(years) - 1.0)]
    estimate, number = 0.0, 0
    score: dict[str, float] = {}
    for span, weight in parts:
        fit, used, _ = panel_fit(known.filter(pl.col("year").is_in(span)), outcome, [column], within=True)
        estimate += weight * float(fit.coefficients[0])
        for code, part in zip(used["code"].unique().sort(), fit.scores[:, 0], strict=True):
            score[code] = score.get(code, 0.0) + weight * float(part)
        number = max(number, fit.n)
    error = STEP * float(np.sqrt(np.square(list(score.values())).sum()))
    freedom = len(score) - 1
    reach = float(stdtrit(freedom, (1 + LEVEL) / 2)) * error
    middle = -STEP * estimate
    return Finding(
        component,
        middle,
        middle - reach,
        middle + reach,
        error,
        number,
        len(score),
        len(score),
        tuple(years),
        "half-panel jackknife (Dhaene and Jochmans, 2015) of the same regression; errors by municipality, Student's t",
        degrees_of_freedom=freedom,
    )


def fewer_own_people(members: Sequence[OwnPay], *, year: int, seed: int = 1, draws: int = DRAWS) -> Finding:
    """Change in the expected number of one-person functions of a municipality when own pay falls by a tenth.

    Parameters
    ----------
    members
        Own pay per task of all municipalities; outsourced organisations do not count.
    year
        Of the pay.
    seed, draws
        Of the staffing model; the same draws before and after.
    """
    own = [item for item in members if not item.outsourced]
    before = function_counts(own, year=year, seed=seed, draws=draws)
    after = function_counts(own, year=year, seed=seed, draws=draws, pay=LESS_PAY)
    found = interval_of("own_pay_to_functions", after.one - before.one, year=year)
    return replace(
        found,
        method=f"{MODEL}; {1 - LESS_PAY:.0%} less own pay in every field, the same functions done",
        note="follows from the assumptions of the staffing model: fewer people for the same work",
    )
