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

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.domain.reference import in_force, reference
from verband.errors import MissingDataError
from verband.numerics.envelopment.bootstrap import BootstrapError, Bootstrapped, bootstrap
from verband.numerics.envelopment.efficiency import efficiencies
from verband.numerics.envelopment.scale import scale_efficiencies
from verband.numerics.envelopment.super_efficiency import super_efficiencies
from verband.numerics.stochastic_frontier import StochasticFrontier, TooFewRowsError, panel_frontier

LEVEL = 0.95
REPLICATIONS = 1000
NOT_COMPARED = "efficient for want of comparison: no mixture of others has its volumes"
DEAR = "far above the frontier in these years: look first at what is booked on this task"
NO_BASE = "no municipality lies inside the frontier: no interval"

Array = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class NotCompared:
    """A municipality that is not compared, with the reason."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class MunicipalEfficiency:
    """Efficiency of one municipality; estimated.

    Attributes
    ----------
    cost_keur
        Of the task, in the year asked; ``None`` where the stochastic frontier rests on other years.
    efficiency
        Least cost of the same volumes as a share of the cost, in (0, 1].
    low, high
        95% interval: of the bootstrap, corrected for bias; or of ``exp(-u)`` given the estimates.
    bias_corrected, scale_efficiency, returns_to_scale, super_efficiency
        Envelopment only; super-efficiency is ``None`` where no mixture of others has the volumes.
    peers
        Codes and weights of the mixture it is held against, the largest weight first (envelopment only).
    cost_ratio
        ``E[exp(u)]``, cost as a multiple of the least (stochastic frontier only).
    flags
        What the reader should know of this figure.
    """

    code: str
    cost_keur: float | None
    efficiency: float
    low: float | None
    high: float | None
    bias_corrected: float | None = None
    scale_efficiency: float | None = None
    returns_to_scale: str | None = None
    peers: tuple[tuple[str, float], ...] = ()
    super_efficiency: float | None = None
    cost_ratio: float | None = None
    flags: tuple[str, ...] = ()
    kind: str = "estimated"


@dataclass(frozen=True, slots=True)
class TaskEfficiency:
    """Efficiency of all municipalities at one task.

    Attributes
    ----------
    outputs
        Measures that were used.
    years
        Years of the accounts.
    municipalities
        By code.
    left_out
        Those that are not compared, by code.
    notes
        What goes for all.
    frontier
        The stochastic frontier; ``None`` for envelopment.
    """

    outputs: tuple[str, ...]
    years: tuple[int, ...]
    municipalities: tuple[MunicipalEfficiency, ...]
    left_out: tuple[NotCompared, ...]
    notes: tuple[str, ...]
    frontier: StochasticFrontier | None = None


def efficiency_rule(name: str) -> float:
    """Return a stated rule (``domain/reference/efficiency_rules.csv``)."""
    return next(float(row["value"]) for row in reference("efficiency_rules") if row["rule"] == name and in_force(row))


def comparable(
    rows: pl.DataFrame, outputs: Sequence[str], *, positive: bool
) -> tuple[pl.DataFrame, tuple[NotCompared, ...]]:
    """Keep the rows that can be compared, by code, and name the others.

    Parameters
    ----------
    rows
        One row per municipality: ``code, cost_keur`` and one column per output; null where not known.
    outputs
        Names of the columns.
    positive
        Whether every output must be above zero, else one of them.
    """
    kept, left_out = [], []
    for number, row in enumerate(rows.iter_rows(named=True)):
        volumes = [row[name] for name in outputs]
        unknown = [name for name in outputs if row[name] is None]
        nothing = [name for name in outputs if row[name] is not None and row[name] <= 0]
        if row["cost_keur"] is None:
            left_out.append(NotCompared(row["code"], "no accounts"))
        elif row["cost_keur"] <= 0:
            left_out.append(NotCompared(row["code"], "cost of zero or less: there is nothing to compare"))
        elif unknown:
            left_out.append(NotCompared(row["code"], f"volume not known: {', '.join(unknown)}"))
        elif nothing and (positive or len(nothing) == len(volumes)):
            left_out.append(NotCompared(row["code"], f"volume of zero: {', '.join(nothing)}"))
        else:
            kept.append(number)
    ordered = tuple(sorted(left_out, key=lambda item: item.code))
    return rows[kept].sort("code"), ordered


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
    return TaskEfficiency(used, (year,), tuple(found), ordered, tuple(notes))


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

    Raises
    ------
    MissingDataError
        If there are too few rows.
    CollinearError
        If the volumes cannot be told apart.
    """
    kept, rejected = comparable(rows, outputs, positive=True)
    kept = kept.sort("code", "year")
    codes = kept["code"].unique().sort().to_list()
    left_out = {item.code: item for item in rejected if item.code not in set(codes)}
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
    shown = dict(kept.filter(pl.col("year") == year).select("code", "cost_keur").iter_rows())
    found, each, limit = [], fit.efficiencies, efficiency_rule("cost_ratio_limit")
    ratio = np.full(len(logs), np.nan) if each.cost_ratio is None else each.cost_ratio
    first = dict(zip(reversed(kept["code"].to_list()), reversed(range(kept.height)), strict=True))
    for code in codes:
        row = first[code]
        found.append(
            MunicipalEfficiency(
                code=code,
                cost_keur=shown.get(code),
                efficiency=float(each.efficiency[row]),
                low=float(each.low[row]),
                high=float(each.high[row]),
                cost_ratio=float(ratio[row]),
                flags=(DEAR,) if ratio[row] > limit else (),
            )
        )
    return TaskEfficiency(
        tuple(outputs), tuple(years), tuple(found), tuple(left_out.values()), tuple(fit.warnings), fit
    )
