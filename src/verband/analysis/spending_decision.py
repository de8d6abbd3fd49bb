"""Zero spending is a decision: the two-part model of cost (Duan, Manning, Morris and Newhouse, 1983).

``E[c] = P(c > 0) E[c | c > 0]``. The chance that a municipality spends on a task at all is a logistic regression on
size and drivers (numerics.logit), pooled over the years; what those spend that do is the cost function. Elasticity of
expected cost: ``eps(N) + (1 - P) (a1 + 2 a2 m)``, the second term being the elasticity of the chance. Both parts are
estimated on the same municipalities, so their errors are added per municipality before squaring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from verband.analysis.cost_function import LEVEL, CostFunction
from verband.numerics.logit import SeparationError, logit


@dataclass(frozen=True, slots=True)
class SpendingDecision:
    """What size does to spending at all, and to expected cost with that in it.

    Attributes
    ----------
    share
        Chance at ``at_inhabitants`` that a municipality spends on the task.
    elasticity, low, high
        Of expected cost, zero spending included; 95%.
    n_observations
        Rows, zeros included.
    """

    share: float
    elasticity: float
    low: float
    high: float
    n_observations: int
    kind: str = "estimated"


def spending_decision(rows: pl.DataFrame, positive: CostFunction, *, at_inhabitants: float) -> SpendingDecision | None:
    """Estimate the elasticity of expected cost, zero spending included.

    Parameters
    ----------
    rows
        As for :func:`verband.analysis.cost_function.cost_function`, with the rows of zero cost too.
    positive
        The cost function of the rows above zero.
    at_inhabitants
        Where to take chance and elasticity; drivers at their means.

    Returns
    -------
    SpendingDecision or None
        ``None`` where size and drivers tell apart who spends, so that no chance can be estimated.
    """
    rows = rows.sort("code", "year")
    size = np.log(rows["inhabitants"].to_numpy().astype(np.float64)) - positive.centre
    drivers = [
        rows[name].to_numpy().astype(np.float64) - mean
        for name, mean in zip(positive.drivers, positive.driver_means, strict=True)
    ]
    design = np.column_stack([size, size**2, np.ones(len(size)), *drivers])
    group = rows["code"].rank("dense").cast(pl.Int64).to_numpy()
    try:
        spends = logit(rows["cost_keur"].to_numpy() > 0, design, group)
    except SeparationError:
        return None
    m = float(np.log(at_inhabitants) - positive.centre)
    at = np.zeros(design.shape[1])
    at[:3] = m, m**2, 1.0
    slope = np.zeros(design.shape[1])
    slope[:2] = 1.0, 2 * m
    chance = float(1 / (1 + np.exp(-at @ spends.coefficients)))
    steepness = float(slope @ spends.coefficients)
    weights = np.zeros(positive.fit.k)
    weights[:2] = 1.0, 2 * m
    # What those spend on average rises with size also by the smearing factor, which may go with it.
    estimate = float(weights @ positive.fit.coefficients + positive.smearing.coefficients[1])
    estimate += (1 - chance) * steepness
    amount = positive.fit.scores @ weights + positive.smearing.scores[:, 1]
    gradient = (1 - chance) * slope - chance * (1 - chance) * steepness * at
    error = pl.DataFrame({"code": rows["code"].unique().sort(), "decision": spends.scores @ gradient}).join(
        pl.DataFrame({"code": list(positive.codes), "amount": amount}), on="code", how="left"
    )
    both = (error["decision"] + error["amount"].fill_null(0.0)).to_numpy()
    from scipy.special import stdtrit  # noqa: PLC0415  slow to start

    reach = float(stdtrit(len(spends.labels) - 1, 0.5 + LEVEL / 2)) * float(np.sqrt(both @ both))
    return SpendingDecision(chance, estimate, estimate - reach, estimate + reach, rows.height)
