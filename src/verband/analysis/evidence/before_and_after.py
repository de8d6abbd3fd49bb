"""Changes of municipalities to which something happened, against those to which nothing did.

Group-time effects (numerics.group_time; Callaway and Sant'Anna, 2021) with the outcome regressed on the logarithm of
inhabitants and its square among the controls of every cohort and period: effects of size that differ by year. Units
count the same. Errors are clustered by process, honest for few treated ones (Bell and McCaffrey, 2002, per side, put
together as Welch, 1947); randomisation inference (analysis.evidence.dealt_out) stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.verdict import LEVEL
from verband.numerics.group_time import Cells, Panel, PooledScores, cell_plan, estimate_cells, pooled_scores
from verband.numerics.group_time.cells import NEVER
from verband.numerics.group_time.two_periods import CollinearCovariatesError, Method, SeparatedError

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Change:
    """Mean effect over treated units.

    Attributes
    ----------
    estimate, low, high, standard_error, degrees_of_freedom
        In the unit of the outcome; 95%.
    treated, controls
        Units in it.
    processes
        Treated clusters.
    observations
        Unit-periods compared.
    years
        Periods used.
    scores
        What every cluster adds to the error, by cluster.
    """

    estimate: float
    low: float
    high: float
    standard_error: float
    degrees_of_freedom: float
    treated: tuple[str, ...]
    controls: int
    processes: int
    observations: int
    years: tuple[int, ...]
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Effects:
    """All cells of one outcome, to be averaged in several ways; see :func:`effects`."""

    cells: Cells
    codes: tuple[str, ...]
    clusters: tuple[str, ...]
    cluster: Whole

    def mean(self, first: int, last: int) -> Change:
        """Average over the cells from ``first`` to ``last`` periods after the start, each treated unit-period alike.

        Raises
        ------
        CannotEstimateError
            If there are no such cells, or one treated process only.
        """
        lag = self.cells.time - self.cells.group
        chosen = (lag >= first) & (lag <= last)
        if not chosen.any():
            raise CannotEstimateError("no treated municipality is seen in these years and before")
        sizes = np.where(chosen, self.cells.treated.sum(axis=1), 0).astype(np.float64)
        found = pooled_scores(self.cells, sizes / sizes.sum(), self.cluster, len(self.clusters))
        if found.treated_clusters < 2 or not np.isfinite(found.standard_error):
            raise CannotEstimateError("one merger process only: nothing tells what is particular about it")
        return self._change(found, chosen)

    def _change(self, found: PooledScores, chosen: npt.NDArray[np.bool_]) -> Change:
        from scipy.special import stdtrit  # noqa: PLC0415  slow to start

        reach = float(stdtrit(found.degrees_of_freedom, 0.5 + LEVEL / 2)) * found.standard_error
        treated = np.asarray(self.cells.treated[chosen].any(axis=0))
        controls = np.asarray(self.cells.controls[chosen].any(axis=0))
        return Change(
            estimate=found.estimate,
            low=found.estimate - reach,
            high=found.estimate + reach,
            standard_error=found.standard_error,
            degrees_of_freedom=found.degrees_of_freedom,
            treated=tuple(code for code, own in zip(self.codes, treated, strict=True) if own),
            controls=int(controls.sum()),
            processes=found.treated_clusters,
            observations=int(self.cells.treated[chosen].sum() + self.cells.controls[chosen].sum()),
            years=tuple(sorted({int(year) for year in self.cells.time[chosen]})),
            scores=dict(zip(self.clusters, found.scores.tolist(), strict=True)),
        )


def effects(
    rows: pl.DataFrame,
    outcome: str,
    *,
    anticipation: int = 0,
    method: Method = "regression",
    size: bool = True,
) -> Effects:
    """Estimate the effect per cohort and period against those never treated.

    Parameters
    ----------
    rows
        One row per unit and year: ``code, year, inhabitants``, the outcome (null where missing), ``start`` (first
        treated year, null for controls) and ``process`` (cluster, null for a control, which is its own).
    outcome
        Name of its column.
    anticipation
        Years before the start that are not compared with.
    method
        As in :func:`verband.numerics.group_time.two_period_effect`.
    size
        Whether to hold size constant.

    Raises
    ------
    CannotEstimateError
        If the outcome does not vary, there are no treated units or controls, or size tells them apart.
    """
    given = as_arrays(rows, outcome, size=size)
    cells = cells_of(given, given.outcome, given.cohort, anticipation=anticipation, method=method)
    if not len(cells.effect):
        raise CannotEstimateError("no treated municipality is seen before and after, or there are no controls")
    return Effects(cells, given.codes, given.clusters, given.cluster)


@dataclass(frozen=True, slots=True)
class Given:
    """Rows as arrays over units and periods.

    Attributes
    ----------
    outcome, covariates
        Shapes (units, periods) and (units, periods, covariates); not a number where missing.
    periods, cohort, cluster
        Years; first treated year per unit (``NEVER`` for controls); number of its cluster.
    codes, clusters
        Names of units and of clusters.
    """

    outcome: Array
    covariates: Array
    periods: Whole
    cohort: Whole
    codes: tuple[str, ...]
    clusters: tuple[str, ...]
    cluster: Whole


def as_arrays(rows: pl.DataFrame, outcome: str, *, size: bool = True) -> Given:
    """Rows as of :func:`effects`; raises ``CannotEstimateError`` where the outcome does not vary."""
    known = rows.filter(pl.col("inhabitants") > 0).drop_nulls([outcome]).sort("code", "year")
    if known.is_empty() or known[outcome].n_unique() < 2:
        raise CannotEstimateError(f"{outcome} does not vary")
    periods = known["year"].unique().sort()
    units = known.group_by("code", maintain_order=True).agg(
        pl.col("start").first(), pl.col("process").first(), pl.col("year"), pl.col("inhabitants"), pl.col(outcome)
    )
    place = {year: number for number, year in enumerate(periods.to_list())}
    shape = (units.height, len(periods))
    values, people = np.full(shape, np.nan), np.full(shape, np.nan)
    for number, (years, number_of, own) in enumerate(units.select("year", "inhabitants", outcome).iter_rows()):
        columns = [place[year] for year in years]
        values[number, columns], people[number, columns] = own, number_of
    logarithm = np.log(people)
    logarithm -= np.nanmean(logarithm)
    own_cluster = units.select(pl.coalesce("process", "code")).to_series()
    labels = own_cluster.unique().sort()
    index = {label: number for number, label in enumerate(labels.to_list())}
    return Given(
        outcome=values,
        covariates=np.stack([logarithm, logarithm**2], axis=2) if size else np.zeros((*shape, 0)),
        periods=periods.to_numpy().astype(np.int64),
        cohort=units["start"].fill_null(NEVER).to_numpy().astype(np.int64),
        codes=tuple(units["code"].to_list()),
        clusters=tuple(labels.to_list()),
        cluster=np.array([index[label] for label in own_cluster.to_list()], dtype=np.int64),
    )


def cells_of(
    given: Given,
    outcome: Array,
    cohort: Whole,
    *,
    anticipation: int = 0,
    method: Method = "regression",
    chosen: Callable[[int], bool] = lambda _: True,
) -> Cells:
    """The cells of an outcome.

    Parameters
    ----------
    given
        Units over periods.
    outcome, cohort
        Of the units, shapes (units, periods) and (units,): those given, or others.
    anticipation, method
        As of :func:`effects`.
    chosen
        Which cells, by the number of periods since the start.

    Raises
    ------
    CannotEstimateError
        If size tells treated units from controls.
    """
    groups = sorted(set(cohort.tolist()) - {NEVER})
    plan = cell_plan(given.periods, groups, anticipation=anticipation, base="universal")
    plan = tuple(item for item in plan if chosen(int(given.periods[item.time]) - item.group))
    panel = Panel(outcome, given.periods, cohort, given.covariates)
    try:
        return estimate_cells(panel, plan, control="never", anticipation=anticipation, method=method)
    except (CollinearCovariatesError, SeparatedError) as error:
        raise CannotEstimateError(f"size tells treated municipalities from the others ({error})") from error


LEAVING_ONE_OUT = "leaving one merger process out"
"""The lowest and the highest of all that come out are one check."""


def leave_one_out(rows: pl.DataFrame, processes: Sequence[str]) -> dict[str, pl.DataFrame]:
    """The rows without each process in turn, by process."""
    kept = pl.col("process").is_null()
    return {name: rows.filter(kept | (pl.col("process") != name)) for name in processes}
