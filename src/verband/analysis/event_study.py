"""Event studies: what a treatment that starts at different times does, per cohort and time and on average.

Group-time effects of Callaway and Sant'Anna (2021, Journal of Econometrics 225(2)): each cohort is compared with units
that are not treated, from the last period before its start. Two-way fixed effects would compare it with units treated
earlier, and mislead when effects grow (Goodman-Bacon, 2021). A panel may have gaps: a unit that vanishes takes part in
every comparison of two periods in which it is seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from verband.analysis.event_study_answer import (
    DynamicEffect,
    Effect,
    EventStudy,
    FewClusters,
    GroupEffect,
    GroupTimeEffect,
    LeftOut,
    Phase,
    PreTrend,
)
from verband.analysis.event_study_design import Design, design_of, left_out
from verband.analysis.event_study_errors import FEW, Clustering, cluster_scores, effects_of
from verband.analysis.event_study_few import Comparison, early_differences, few_clusters
from verband.analysis.event_study_question import EffectsFrom, EventStudyQuestion, SetAside, given
from verband.analysis.own_columns import Places
from verband.numerics.group_time import Average, Cells, average, mean_of
from verband.numerics.group_time.cells import Base, Control
from verband.numerics.group_time.two_periods import Method

__all__ = [
    "FEW", "DynamicEffect", "Effect", "EventStudy", "EventStudyQuestion", "FewClusters", "GroupEffect",
    "GroupTimeEffect", "LeftOut", "Places", "PreTrend", "SetAside", "answer_event_study", "event_study",
]  # fmt: skip
_REJECTED = 0.05
Flags = npt.NDArray[np.bool_]


def event_study(
    columns: Mapping[str, Any],
    *,
    unit: str,
    time: str,
    start: str,
    outcome: str,
    covariates: Sequence[str] = (),
    cluster: str | None = None,
    control: Control = "never",
    anticipation: int = 0,
    effects_from: EffectsFrom = "start",
    base: Base = "varying",
    method: Method | None = None,
    level: float = 0.95,
    draws: int = 999,
    seed: int = 0,
) -> EventStudy:
    """Estimate the effects of a treatment that starts at different times.

    Parameters
    ----------
    columns
        Columns by name, each of shape (n,), such as a polars or pandas frame: a row per unit and period. Rows may lack;
        a row that is there is complete.
    unit, time, start, outcome, covariates, cluster
        Names of columns; ``start`` holds the first treated period, or nothing, 0 or ``never``.
    control, anticipation, effects_from, base, method, level, draws, seed
        As in :class:`~verband.analysis.event_study_question.EventStudyQuestion`.

    Returns
    -------
    EventStudy
        In the unit of the outcome; the same call gives the same numbers.

    Raises
    ------
    BadInputError
        If the question contradicts itself, or the rows allow no estimate: with row (counted from 1) and column.
    UnknownNameError
        If a column is not there.
    """
    question = EventStudyQuestion(
        unit=unit,
        time=time,
        start=start,
        outcome=outcome,
        covariates=tuple(covariates),
        cluster=cluster,
        control=control,
        anticipation=anticipation,
        effects_from=effects_from,
        base=base,
        method=method,
        level=level,
        draws=draws,
        seed=seed,
    )
    return answer_event_study(question, columns)


def answer_event_study(
    question: EventStudyQuestion, columns: Mapping[str, Any], places: Places | None = None
) -> EventStudy:
    """Answer a question as :func:`event_study` does.

    Parameters
    ----------
    question
        What is asked.
    columns
        Columns by name, each of shape (n,).
    places
        Where the rows stand, for messages; counted from 1 by default.

    Raises
    ------
    BadInputError, UnknownNameError
        As :func:`event_study`.
    """
    where = places or Places()
    own = given(question, columns, where)
    design = design_of(question, own, where)
    cells, clustering = design.cells, design.clustering
    level, seed = question.level, question.seed

    def with_errors(averages: Sequence[Average]) -> tuple[Effect, ...]:
        return effects_of(averages, cells, clustering, level=level, seed=seed)

    cohort = design.panel.cohort
    every = [_one_cell(cells, place) for place in range(len(cells.effect))]
    distances = [int(value) for value in np.unique(design.event_time)]
    dynamic = [average(cells, design.event_time == value, cohort) for value in distances]
    late = [item for item, value in zip(dynamic, distances, strict=True) if _counts(question, value)]
    groups = [int(value) for value in np.unique(cells.group[design.counted])]
    per_group = [_mean_of_group(cells, design.counted & (cells.group == value)) for value in groups]
    simple, over_groups = average(cells, design.counted, cohort), _over_groups(per_group, groups, cohort)
    (alone,), (overall,), (grouped,) = (with_errors([item]) for item in (simple, mean_of(late), over_groups))
    comparison = Comparison(
        design.panel,
        design.plan_of(design.counted),
        design.plan_of(design.early),
        question.control,
        design.anticipation,
    )
    few = None
    if clustering.few:
        few = few_clusters(
            comparison, clustering, level=level, draws=question.draws, seed=seed, notes=_few_notes(design)
        )
    treated = cells.treated[design.counted].any(axis=0)
    return EventStudy(
        group_time=tuple(
            GroupTimeEffect(
                group=design.label(cells.group[place], cohort=True),
                time=design.label(cells.time[place]),
                base=design.label(design.base_of[place]),
                event_time=int(design.event_time[place]),
                phase=design.phase[place],
                effect=effect,
            )
            for place, effect in enumerate(with_errors(every))
        ),
        dynamic=tuple(
            DynamicEffect(value, _phase(question, value), effect)
            for value, effect in zip(distances, with_errors(dynamic), strict=True)
        ),
        dynamic_overall=overall,
        simple=alone,
        group=tuple(
            GroupEffect(design.label(value, cohort=True), effect)
            for value, effect in zip(groups, with_errors(per_group), strict=True)
        ),
        group_overall=grouped,
        pre_trend=_pre_trend(question, design, every, comparison),
        few_clusters=few,
        leave_one_out=left_out(question, design, own),
        inference=_inference(clustering),
        n_observations=int(np.isfinite(design.panel.outcome).sum()),
        n_units=len(cohort),
        n_treated_units=int(treated.sum()),
        n_clusters=clustering.clusters,
        n_treated_clusters=len(np.unique(clustering.cluster[treated])),
        periods=tuple(int(value) for value in own.panel.periods),
        control=question.control,
        anticipation=question.anticipation,
        effects_from=question.effects_from,
        base=question.base,
        method=design.method if question.covariates else "difference of means",
        cluster=question.cluster,
        covariates=question.covariates,
        level=level,
        draws=question.draws,
        seed=seed,
        not_estimated=design.not_estimated,
        set_aside=(*own.set_aside, *design.set_aside),
        warnings=(*own.remarks, *design.warnings),
    )


def _one_cell(cells: Cells, place: int) -> Average:
    weights = np.zeros(len(cells.effect))
    weights[place] = 1.0
    return Average(float(cells.effect[place]), weights, cells.influence[place])


def _mean_of_group(cells: Cells, chosen: Flags) -> Average:
    return mean_of([_one_cell(cells, int(place)) for place in np.flatnonzero(chosen)])


def _over_groups(per_group: Sequence[Average], groups: Sequence[int], cohort: npt.NDArray[np.int64]) -> Average:
    """Mean over cohorts by size; that sizes are estimates is in the error."""
    sizes = np.array([(cohort == value).sum() for value in groups], dtype=np.float64)
    share = sizes / sizes.sum()
    estimate = float(sum(part * item.estimate for part, item in zip(share, per_group, strict=True)))
    influence = sum(part * item.influence for part, item in zip(share, per_group, strict=True))
    for value, item in zip(groups, per_group, strict=True):
        own = (cohort == value) - (cohort == value).mean()
        influence = influence + own * (item.estimate - estimate) / sizes.sum()
    weights = sum(part * item.weights for part, item in zip(share, per_group, strict=True))
    return Average(estimate, np.asarray(weights, dtype=np.float64), np.asarray(influence, dtype=np.float64))


def _phase(question: EventStudyQuestion, event_time: int) -> Phase:
    if event_time >= 0:
        return "after"
    return "anticipated" if event_time >= -question.anticipation else "before"


def _counts(question: EventStudyQuestion, event_time: int) -> bool:
    """Whether averages of effects hold this distance from the start."""
    return event_time >= (-question.anticipation if question.effects_from == "anticipation" else 0)


def _inference(clustering: Clustering) -> str:
    if clustering.few:
        return "bias-reduced errors (CR2) with Satterthwaite degrees of freedom, for few clusters; bands by Bonferroni"
    kind = "summed by cluster, Student's t" if clustering.named else "per unit, normal distribution"
    return f"influence functions {kind}; bands by the multiplier bootstrap"


def _few_notes(design: Design) -> tuple[str, ...]:
    if not design.panel.covariates.shape[2] or design.method == "regression":
        return ()
    return ("The randomisation uses outcome regression, the estimates above are doubly robust.",)


def _pre_trend(
    question: EventStudyQuestion, design: Design, every: Sequence[Average], comparison: Comparison
) -> PreTrend:
    """Test whether treated units moved differently before."""
    early = np.flatnonzero(design.early)
    n = len(early)
    if not n:
        why = "no cohort has two periods before it, so whether treated units moved differently before cannot be seen"
        return PreTrend(None, None, None, None, 0, f"Not tested: {why}.")
    if design.clustering.few:
        p_value = early_differences(comparison, design.clustering, draws=question.draws, seed=question.seed)
        if p_value is None:
            why = "there are too few clusters, and their starts cannot be dealt out anew"
            return PreTrend(None, None, None, None, n, f"Not tested: {why}.")
        return PreTrend("randomisation", None, None, p_value, n, _reading(p_value))
    scores = np.column_stack([cluster_scores(every[int(place)], design.clustering) for place in early])
    covariance = scores.T @ scores
    scale = np.sqrt(np.diag(covariance))
    if not (scale > 0).all() or np.linalg.matrix_rank(covariance / np.outer(scale, scale), tol=1e-10) < n:
        why = f"the {n} effects before the start depend on each other"
        return PreTrend(None, None, None, None, n, f"Not tested: {why}; compare them with their band.")
    effect = design.cells.effect[early]
    wald = float(effect @ np.linalg.solve(covariance, effect))
    p_value = float(stats.chi2.sf(wald, n))
    return PreTrend("wald", wald, n, p_value, n, _reading(p_value))


def _reading(p_value: float) -> str:
    if p_value < _REJECTED:
        return (
            "Treated units already moved differently before the start: the effects are not what the treatment does "
            "unless that difference is explained."
        )
    return (
        "No difference before the start was shown. That does not prove there was none: look at how wide the intervals "
        "before the start are."
    )
