"""Efficiency of a task between municipalities (M1, M8): least cost of the same volumes, on two frontiers.

- Data envelopment analysis of one year (Farrell, 1957; Banker, Charnes and Cooper, 1984): input is the cost of the
  task, outputs are the volumes of :mod:`verband.analysis.task_outputs`; input orientation, variable returns; bias and
  interval by the bootstrap of Simar and Wilson (1998); scale efficiency and nature of returns; super-efficiency
  (Andersen and Petersen, 1993) as a sign of outliers.
- A stochastic cost frontier on a panel (Battese and Coelli, 1988; 1992 without decay): ``ln c_it = a_t + sum_k b_k ln
  y_ik + u_i + v_it``, ``u_i`` half-normal.

The distance to the frontier is not a saving that can be had: it holds whatever the volumes do not tell (quality, need,
tasks booked elsewhere, bad luck).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.analysis.comparable_accounts import comparable, reasons, without_very_low, years_text
from verband.analysis.efficiency_answer import (
    FallingOutput,
    LowFrontier,
    MunicipalEfficiency,
    NotCompared,
    TaskEfficiency,
)
from verband.analysis.efficiency_rules import efficiency_rule
from verband.errors import MissingDataError
from verband.numerics.envelopment.bootstrap import BootstrapError, Bootstrapped, bootstrap
from verband.numerics.envelopment.efficiency import efficiencies
from verband.numerics.envelopment.scale import scale_efficiencies
from verband.numerics.envelopment.super_efficiency import super_efficiencies
from verband.numerics.stochastic_frontier import StochasticFrontier, TooFewRowsError, panel_frontier

__all__ = [
    "FallingOutput",
    "LowFrontier",
    "MunicipalEfficiency",
    "NotCompared",
    "TaskEfficiency",
    "comparable",
    "cost_frontier",
    "efficiency_rule",
    "envelopment",
]

LEVEL = 0.95
REPLICATIONS = 1000
NOT_COMPARED = "efficient for want of comparison: no mixture of others has its volumes"
DEAR = "far above the frontier in these years: look first at what is booked on this task"
SHOWN = 3
NO_BASE = "no municipality lies inside the frontier: no interval"

Array = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]


def envelopment(
    rows: pl.DataFrame,
    outputs: Sequence[str],
    *,
    year: int,
    seed: int,
    replications: int = REPLICATIONS,
    progress: Progress | None = None,
) -> TaskEfficiency:
    """Hold every municipality against the frontier of all, in one year.

    Parameters
    ----------
    rows
        As for :func:`comparable`.
    outputs
        Columns of volumes.
    year
        Of the cost.
    seed, replications
        Of the bootstrap; the same seed gives the same answer.
    progress
        Called with replications done and their number.

    Raises
    ------
    MissingDataError
        If there are too few municipalities for this many outputs.
    """
    kept, left_out = comparable(rows, outputs, positive=False)
    kept, low = without_very_low(kept.drop("year", strict=False), outputs)
    left_out += low
    limit = efficiency_rule("super_efficiency_limit")
    while True:
        cost, volumes, used = _checked(kept, outputs, year)
        beyond = super_efficiencies(cost, volumes).efficiency
        extreme = [row for row, value in enumerate(beyond) if value is not None and value > limit]
        if not extreme:
            break
        # One that others cannot come near would set the frontier for all (Banker and Chang, 2006).
        codes = kept["code"].to_list()
        left_out += tuple(NotCompared(codes[row], _outlier(beyond[row])) for row in extreme)
        kept = kept.filter(~pl.col("code").is_in([codes[row] for row in extreme]))
    measured, scale = efficiencies(cost, volumes), scale_efficiencies(cost, volumes)
    notes = []
    drawn: Bootstrapped | None = None
    try:
        drawn = bootstrap(cost, volumes, seed=seed, replications=replications, level=LEVEL, progress=progress)
    except BootstrapError:
        notes.append(NO_BASE)
    else:
        noisy = int((3 * drawn.distance_deviation**2 > drawn.distance_bias**2).sum())
        if noisy:
            notes.append(
                f"for {noisy} of {kept.height} the correction for bias adds more noise than it removes (Simar and "
                "Wilson, 2000): read the interval, not the corrected figure"
            )
    codes = kept["code"].to_list()
    found = []
    for row, code in enumerate(codes):
        peers = sorted(measured.peers.of(row).items(), key=lambda item: (-item[1], item[0]))
        found.append(
            MunicipalEfficiency(
                code=code,
                cost_keur=float(cost[row, 0]),
                efficiency=float(measured.efficiency[row]),
                low=None if drawn is None else float(drawn.low[row]),
                high=None if drawn is None else float(drawn.high[row]),
                bias_corrected=None if drawn is None else float(drawn.bias_corrected[row]),
                scale_efficiency=float(scale.scale_efficiency[row]),
                returns_to_scale=scale.returns_to_scale[row],
                peers=tuple((codes[peer], weight) for peer, weight in peers),
                super_efficiency=beyond[row],
                flags=(NOT_COMPARED,) if beyond[row] is None else (),
            )
        )
    ordered = tuple(sorted(left_out, key=lambda item: item.code))
    low_frontier = _low_frontier(
        {item.code: 1 / float(measured.efficiency[row]) for row, item in enumerate(found)}, _carried(found)
    )
    return TaskEfficiency(used, (year,), tuple(found), ordered, tuple(notes), low_frontier=low_frontier)


def _carried(found: Sequence[MunicipalEfficiency]) -> list[str]:
    """Codes by how much of the frontier of the others they carry, the most first."""
    carried: dict[str, float] = {}
    for item in found:
        for code, weight in item.peers:
            if code != item.code:
                carried[code] = carried.get(code, 0.0) + weight
    return sorted(carried, key=lambda code: (-carried[code], code))


def _low_frontier(cost_ratio: Mapping[str, float], lowest: Sequence[str]) -> LowFrontier | None:
    """Whether too many are far above the frontier for that to be said of each."""
    times = efficiency_rule("cost_ratio_limit")
    far_above = sum(ratio > times for ratio in cost_ratio.values())
    if far_above <= efficiency_rule("far_above_share") * len(cost_ratio):
        return None
    return LowFrontier(tuple(lowest[:SHOWN]), far_above, len(cost_ratio), times)


def _checked(kept: pl.DataFrame, outputs: Sequence[str], year: int) -> tuple[Array, Array, tuple[str, ...]]:
    """Cost, shape (n, 1), volumes, shape (n, q), and the outputs that anyone has; refused where n is too small."""
    least = efficiency_rule("units_per_dimension") * (1 + len(outputs))
    if kept.height < least:
        raise MissingDataError(
            f"{kept.height} municipalities are too few to compare on {len(outputs)} outputs",
            where=f"accounts {year}",
            todo=f"At least {least:.0f} are needed",
        )
    volumes = kept.select(outputs).to_numpy().astype(np.float64)
    produced = np.flatnonzero((volumes > 0).any(axis=0))
    used = tuple(outputs[int(column)] for column in produced)
    return kept.select("cost_keur").to_numpy().astype(np.float64), volumes[:, produced], used


def _outlier(beyond: float | None) -> str:
    return f"outlier: could cost {beyond:.1f} times as much and still be on the frontier of the others"


def cost_frontier(rows: pl.DataFrame, outputs: Sequence[str], *, year: int) -> TaskEfficiency:
    """Fit a stochastic cost frontier on all years and give the efficiency of every municipality.

    Parameters
    ----------
    rows
        One row per municipality and year: ``code, year, cost_keur`` and the outputs, which do not vary with time.
    outputs
        Columns of volumes; a municipality with one of zero is left out, for it has no logarithm.
    year
        Of the cost that is shown beside; the efficiency is of all years.

    Returns
    -------
    TaskEfficiency
        Without efficiencies where cost falls as an output rises: such a frontier ranks nobody.

    Raises
    ------
    MissingDataError
        If there are too few rows.
    CollinearError
        If the volumes cannot be told apart.
    """
    kept, rejected = comparable(rows, outputs, positive=True)
    kept, low = without_very_low(kept, outputs)
    kept = kept.sort("code", "year")
    codes = kept["code"].unique().sort().to_list()
    why = {item.code: item for item in low}
    for code in {item.code for item in rejected} - set(codes) - set(why):
        why[code] = NotCompared(code, reasons(item for item in rejected if item.code == code))
    left_out = tuple(why[code] for code in sorted(why))
    years = kept["year"].unique().sort().to_list()
    logs = np.log(kept.select("cost_keur", *outputs).to_numpy().astype(np.float64))
    effects = np.column_stack([(kept["year"] == other).to_numpy() for other in years[1:]] or [np.empty((len(logs), 0))])
    try:
        fit = panel_frontier(
            logs[:, 0],
            np.hstack([logs[:, 1:], effects.astype(np.float64)]),
            kept["code"].to_numpy(),
            kept["year"].to_numpy().astype(np.float64),
            cost=True,
        )
    except TooFewRowsError as error:
        raise MissingDataError(
            f"{error.rows} accounts are too few for a frontier of {error.parameters} parameters",
            todo="Load accounts of more municipalities or years",
        ) from None
    falling = _falling(fit, outputs)
    shown = dict(kept.filter(pl.col("year") == year).select("code", "cost_keur").iter_rows())
    hidden = {item.code: item.reason for item in rejected if item.year == year}
    own_years = {str(code): tuple(years) for code, years in kept.group_by("code").agg("year").iter_rows()}
    each = fit.efficiencies
    ratios = np.full(len(logs), np.nan) if each.cost_ratio is None else each.cost_ratio
    first = dict(zip(reversed(kept["code"].to_list()), reversed(range(kept.height)), strict=True))
    ratio = {code: float(ratios[first[code]]) for code in codes}
    low_frontier = None if falling else _low_frontier(ratio, sorted(codes, key=lambda code: (ratio[code], code)))
    limit, found = efficiency_rule("cost_ratio_limit"), []
    for code in codes:
        row, flags = first[code], []
        if not falling and low_frontier is None and ratio[code] > limit:
            flags.append(DEAR)
        if code not in shown:
            flags.append(f"rests on {years_text(own_years[code])}; {year}: {hidden.get(code, 'no accounts')}")
        found.append(
            MunicipalEfficiency(
                code=code,
                cost_keur=shown.get(code),
                efficiency=None if falling else float(each.efficiency[row]),
                low=None if falling else float(each.low[row]),
                high=None if falling else float(each.high[row]),
                cost_ratio=None if falling else ratio[code],
                flags=tuple(flags),
                years=own_years[code],
            )
        )
    return TaskEfficiency(
        tuple(outputs), tuple(years), tuple(found), left_out, tuple(fit.warnings), fit, falling, low_frontier
    )


def _falling(fit: StochasticFrontier, outputs: Sequence[str]) -> tuple[FallingOutput, ...]:
    """Outputs of which the elasticity is below 0 with its whole interval."""
    wide, found = NormalDist().inv_cdf(0.5 + LEVEL / 2), []
    for measure, item in zip(outputs, fit.coefficients, strict=False):
        if item.value is not None and item.standard_error is not None:
            low, high = (item.value + side * wide * item.standard_error for side in (-1, 1))
            if high < 0:
                found.append(FallingOutput(measure, item.value, low, high))
    return tuple(found)
