"""Cost against what runs through arrangements (M8: less control, so cooperation can waste money).

Least squares of ln cost per inhabitant, or of its growth, on the share of cost that runs through arrangements in an
earlier year or in the budget, with size, drivers (or municipality effects) and year effects; errors clustered by
municipality. Never on the share of the same accounts: cost is its denominator, so a dear year lowers the share by
itself (division bias; Borjas, 1980, "The relationship between wages and weekly hours of work"). For the same reason
growth from one year to the next is held against the share two years back: that of the year before has in its
denominator the cost that growth starts from. With municipality effects a lagged share keeps a bias towards more cost of
the order of one over the years (Nickell, 1981).

Inefficiency is not regressed in a second step: what is left out of the first step would bias it (Wang and Schmidt,
2002; Simar and Wilson, 2007). A share that rises with cost is no proof of waste, nor a flat one of control.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.analysis.efficiency import efficiency_rule
from verband.numerics.least_squares import CollinearError, from_group_mean, least_squares

LEVEL = 0.95
_ROUNDING = 1e-9

Array = npt.NDArray[np.float64]
Outcome = Literal["cost", "growth"]


@dataclass(frozen=True, slots=True)
class SteeringLoss:
    """How cost goes with the share through arrangements; estimated.

    Attributes
    ----------
    outcome
        ``cost`` (ln cost per inhabitant) or ``growth`` (its yearly change).
    within
        Whether municipalities are compared with themselves.
    estimate, standard_error, low, high, level
        Change of the outcome, in logarithms (about a fraction), per ``step`` more of cost through arrangements.
    step
        Fraction of cost.
    n, municipalities, years
        Rows, clusters, and years used.
    degrees_of_freedom
        Of the interval.
    """

    outcome: Outcome
    within: bool
    estimate: float
    standard_error: float
    low: float
    high: float
    level: float
    step: float
    n: int
    municipalities: int
    years: tuple[int, ...]
    degrees_of_freedom: float
    kind: str = "estimated"


def steering_loss(
    rows: pl.DataFrame, drivers: Sequence[str] = (), *, outcome: Outcome = "cost", within: bool = False
) -> SteeringLoss:
    """Estimate how cost or its growth goes with the share through arrangements.

    Parameters
    ----------
    rows
        One row per municipality and year: ``code, year, inhabitants, cost_keur, share`` and the drivers. ``share`` is
        that of an earlier year or of a budget; null where it is missing or in doubt.
    drivers
        Columns that do not vary with time; not used ``within`` municipalities.
    outcome
        See :class:`SteeringLoss`; growth is from the year before, where that is there.
    within
        Whether to add an effect per municipality.

    Raises
    ------
    CollinearError
        If the share cannot be told from the rest.
    ValueError
        If there are not more municipalities than coefficients.
    """
    step = efficiency_rule("share_step")
    used = _outcome(rows.filter((pl.col("cost_keur") > 0) & (pl.col("inhabitants") > 0)), outcome)
    used = used.drop_nulls(["outcome", "share", *([] if within else drivers)])
    if within:
        # A municipality seen once says nothing about change.
        used = used.filter(pl.len().over("code") > 1)
    years = tuple(used["year"].unique().sort().to_list())
    size = np.log(used["inhabitants"].to_numpy().astype(np.float64))
    size -= size.mean() if len(size) else 0.0
    columns = [used["share"].to_numpy().astype(np.float64), size, size**2]
    columns += [(used["year"] == year).to_numpy().astype(np.float64) for year in years[1 if within else 0 :]]
    if not within:
        columns += [used[name].to_numpy().astype(np.float64) for name in drivers]
    y, design = used["outcome"].to_numpy().astype(np.float64), np.column_stack(columns)
    group = used["code"].rank("dense").cast(pl.Int64).to_numpy()
    if within:
        moves = from_group_mean(design, group)
        # What does not change within municipalities leaves only rounding behind.
        constant = np.linalg.norm(moves, axis=0) <= _ROUNDING * np.linalg.norm(design, axis=0)
        if constant[0]:
            raise CollinearError(0)
        y, design = from_group_mean(y[:, None], group)[:, 0], moves[:, ~constant]
    fit = least_squares(y, design, group)
    found = fit.contrast(step * np.eye(fit.k)[0], level=LEVEL)
    return SteeringLoss(
        outcome,
        within,
        found.estimate,
        found.standard_error,
        found.low,
        found.high,
        found.level,
        step,
        fit.n,
        fit.groups,
        years,
        found.degrees_of_freedom,
    )


def _outcome(rows: pl.DataFrame, outcome: Outcome) -> pl.DataFrame:
    known = rows.with_columns((pl.col("cost_keur") / pl.col("inhabitants")).log().alias("outcome"))
    if outcome == "cost":
        return known.sort("code", "year")
    before = known.select("code", pl.col("year") + 1, pl.col("outcome").alias("before"))
    joined = known.join(before, on=["code", "year"], how="left")
    return joined.with_columns(pl.col("outcome") - pl.col("before")).sort("code", "year")


def earlier(shares: pl.DataFrame, years: int) -> pl.DataFrame:
    """Shares, columns ``code, year, share``, moved so that they stand beside the accounts of ``years`` later."""
    return shares.with_columns(pl.col("year") + years)
