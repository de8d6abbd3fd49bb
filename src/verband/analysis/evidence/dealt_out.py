"""Randomisation inference: start years dealt out anew among all processes, every control a process of its own.

Statistics are estimates over their errors, so that unequal variances do no harm with many processes (Wu and Ding, 2021;
MacKinnon and Webb, 2020). Every process counts once: where processes of seven municipalities are held against single
controls, a test at 5% rejected in 6 to 7% of simulated countries without an effect. With eight merger processes and up
to four years before them a Wald test of those years would need more clusters than there are; what the largest of a few
t statistics does when the starts are dealt out does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.analysis.evidence.before_and_after import Given, as_arrays, cells_of
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.verdict import LEVEL
from verband.numerics.group_time import Cells, pooled_scores
from verband.numerics.group_time.cells import NEVER
from verband.numerics.randomisation import (
    LinearStatistic,
    Randomisation,
    randomisation_inference,
    randomisation_p_value,
    shuffled,
)
from verband.numerics.threads import one_thread

Whole = npt.NDArray[np.int64]


def one_each(rows: pl.DataFrame, outcome: str) -> pl.DataFrame:
    """A row per process and year, the mean over its members where all of them are known; controls as they are.

    Parameters
    ----------
    rows, outcome
        As of :func:`verband.analysis.evidence.before_and_after.effects`.

    Returns
    -------
    polars.DataFrame
        ``code`` (the process, or the control), ``year``, the outcome, ``inhabitants`` (geometric mean), ``start`` and
        ``process``.
    """
    known = pl.col(outcome).is_not_null() & (pl.col("inhabitants") > 0)
    members = pl.col("code").n_unique().over("unit")
    return (
        rows.with_columns(pl.coalesce("process", "code").alias("unit"))
        .filter((known.sum() == members).over("unit", "year"))
        .group_by("unit", "year")
        .agg(
            pl.col(outcome).mean(),
            pl.col("inhabitants").cast(pl.Float64).log().mean().exp(),
            pl.col("start", "process").first(),
        )
        .rename({"unit": "code"})
        .sort("code", "year")
    )


def at_the_start_by_chance(rows: pl.DataFrame, outcome: str, *, draws: int, seed: int) -> Randomisation:
    """Randomisation inference of the mean effect at the start: start years dealt out anew among all processes.

    Every control is a process of its own, and every process counts once (:func:`one_each`).

    Parameters
    ----------
    rows, outcome
        As of :func:`effects`.
    draws, seed
        How often, and from which seed.

    Raises
    ------
    CannotEstimateError
        As :func:`effects`.
    """
    given = as_arrays(one_each(rows, outcome), outcome)
    starts = _starts(given)
    # The part of the outcome that an effect of one at the start would be.
    unit = np.where(given.periods[None, :] == given.cohort[:, None], 1.0, 0.0)
    unit[~np.isfinite(given.outcome)] = np.nan

    def statistic(labels: Whole) -> LinearStatistic | None:
        scores = []
        for values in (given.outcome, unit):
            cells = cells_of(given, values, labels[given.cluster], chosen=lambda since: since == 0)
            if not len(cells.effect):
                return None
            sizes = cells.treated.sum(axis=1).astype(np.float64)
            scores.append(pooled_scores(cells, sizes / sizes.sum(), given.cluster, len(given.clusters)))
        own, slope = scores
        if not np.isfinite(own.standard_error):
            return None
        crossed = (own.scores @ own.scores, own.scores @ slope.scores, slope.scores @ slope.scores)
        return LinearStatistic(own.estimate, slope.estimate, (float(crossed[0]), float(crossed[1]), float(crossed[2])))

    with one_thread():
        return randomisation_inference(statistic, starts, level=LEVEL, draws=draws, seed=seed)


@dataclass(frozen=True, slots=True)
class YearsBefore:
    """Joint test that treated units did not move differently before the base year.

    Attributes
    ----------
    p_value
        Of the largest t statistic in size over the distances; one draw more than drawn, for the sample counts too.
    distances
        Years between the start and the years compared with the base, nearest first.
    processes
        Treated processes with a year before their base.
    draws
        How many gave a statistic.
    """

    p_value: float
    distances: tuple[int, ...]
    processes: int
    draws: int


def years_before_by_chance(rows: pl.DataFrame, outcome: str, *, draws: int, seed: int) -> YearsBefore:
    """Test all years before the base year at once.

    Outcomes of treated units since their own start are left out, so that an effect is not taken for a difference before
    it in the draws.

    Parameters
    ----------
    rows, outcome
        As of :func:`verband.analysis.evidence.before_and_after.effects`.
    draws, seed
        How often starts are dealt out, and from which seed.

    Raises
    ------
    CannotEstimateError
        If no treated process has a year before its base year, or one of them only.
    """
    given = as_arrays(one_each(rows, outcome), outcome)
    started = (given.cohort[:, None] != NEVER) & (given.periods[None, :] >= given.cohort[:, None])
    values = np.where(started, np.nan, given.outcome)
    starts = _starts(given)

    def early(labels: Whole) -> Cells:
        return cells_of(given, values, labels[given.cluster], chosen=lambda since: since < -1)

    def largest(labels: Whole) -> float:
        try:
            found = _by_distance(early(labels), given)
        except CannotEstimateError:
            return float("nan")
        return max(found.values(), default=float("nan"))

    with one_thread():
        cells = early(starts)
        if not len(cells.effect):
            raise CannotEstimateError("no treated municipality is seen before the year that it is compared with")
        own = _by_distance(cells, given)
        if not own:
            raise CannotEstimateError("one merger process only: nothing tells what is particular about it")
        drawn = np.array([largest(labels) for labels in shuffled(starts, draws, seed)])
    treated = np.unique(given.cluster[cells.treated.any(axis=0)])
    return YearsBefore(
        p_value=randomisation_p_value(max(own.values()), drawn),
        distances=tuple(sorted(own, reverse=True)),
        processes=len(treated),
        draws=int(np.isfinite(drawn).sum()),
    )


def _by_distance(cells: Cells, given: Given) -> dict[int, float]:
    """Size of the t statistic by number of years since the start; where two processes or more are seen."""
    since = cells.time - cells.group
    found = {}
    for distance in sorted({int(value) for value in since}):
        sizes = np.where(since == distance, cells.treated.sum(axis=1), 0).astype(np.float64)
        pooled = pooled_scores(cells, sizes / sizes.sum(), given.cluster, len(given.clusters))
        if pooled.treated_clusters > 1 and pooled.standard_error > 0:
            found[distance] = abs(pooled.estimate) / pooled.standard_error
    return found


def _starts(given: Given) -> Whole:
    starts = np.full(len(given.clusters), NEVER, dtype=np.int64)
    starts[given.cluster] = given.cohort
    return starts
