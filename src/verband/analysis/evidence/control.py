"""M8: whether inefficiency, or the growth of cost, rises with the share that runs through arrangements.

Inefficiency: a cost frontier with exponential inefficiency whose mean goes with the share of the year before, estimated
in one step (numerics.stochastic_frontier.scaled_exponential; Wang and Schmidt, 2002). The truncated normal of Battese
and Coelli (1995) has no maximum on these accounts. Growth and level within municipalities: analysis.steering_loss,
always on the share of an earlier year, never on that of the same accounts (division bias). Outputs are inhabitants and
the drivers of all main tasks. A frontier takes what is left out for inefficiency: a share that goes with it proves
nothing about waste, and a flat one nothing about control.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from verband.analysis.efficiency import efficiency_rule
from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.result import Finding, Findings, SetAside, VariantFinding
from verband.analysis.steering_loss import Outcome, earlier, steering_loss
from verband.numerics.stochastic_frontier.scaled_exponential import scaled_exponential_frontier

_NORMAL = 1.959963984540054
_FRONTIER = (
    "cost frontier in ln cost per inhabitant on size, its square, drivers and years; exponential inefficiency whose "
    "mean goes with the share through arrangements {}; one step, errors clustered by municipality"
)


def inefficiency(rows: pl.DataFrame, drivers: Sequence[str], *, when: str) -> Finding:
    """Change of mean inefficiency, in percent of cost, for ten points more through arrangements.

    Parameters
    ----------
    rows
        ``code, year, inhabitants, cost_keur, share`` (a fraction of another year or of the budget) and the drivers.
    drivers
        Names of columns.
    when
        Which year the share is of, for the method.

    Raises
    ------
    CannotEstimateError
        If there are too few rows, or the frontier has no maximum.
    """
    step = efficiency_rule("share_step")
    used = rows.filter((pl.col("cost_keur") > 0) & (pl.col("inhabitants") > 0)).drop_nulls(["share", *drivers])
    used = used.sort("code", "year")
    years = tuple(used["year"].unique().sort().to_list())
    if used.height < 10 * (len(drivers) + len(years) + 4):
        raise CannotEstimateError("too few rows for a frontier")
    size = np.log(used["inhabitants"].to_numpy().astype(np.float64))
    y = np.log(used["cost_keur"].to_numpy().astype(np.float64)) - size
    size -= size.mean()
    columns = [size, size**2, *((used["year"] == year).to_numpy().astype(np.float64) for year in years[1:])]
    columns += [used[name].to_numpy().astype(np.float64) for name in drivers]
    share = used["share"].to_numpy().astype(np.float64)
    if np.ptp(share) == 0:
        raise CannotEstimateError("the share through arrangements does not vary")
    group = used["code"].rank("dense").cast(pl.Int64).to_numpy()
    try:
        fit = scaled_exponential_frontier(y, np.column_stack(columns), share[:, None], group, cost=True)
    except ValueError as error:
        raise CannotEstimateError(str(error)) from error
    estimate, error_ = (100 * value for value in fit.effect(0, step))
    return Finding(
        component="inefficiency",
        estimate=estimate,
        low=estimate - _NORMAL * error_,
        high=estimate + _NORMAL * error_,
        standard_error=error_,
        n_observations=used.height,
        n_municipalities=fit.groups,
        n_clusters=fit.groups,
        years=years,
        method=_FRONTIER.format(when),
    )


def _loss(
    rows: pl.DataFrame, drivers: Sequence[str], component: str, outcome: Outcome, *, within: bool = True
) -> Finding:
    """A design of :mod:`verband.analysis.steering_loss` in percent."""
    try:
        found = steering_loss(rows, drivers, outcome=outcome, within=within)
    except ValueError as error:
        raise CannotEstimateError(str(error)) from error
    return Finding(
        component=component,
        estimate=100 * found.estimate,
        low=100 * found.low,
        high=100 * found.high,
        standard_error=100 * found.standard_error,
        n_observations=found.n,
        n_municipalities=found.municipalities,
        n_clusters=found.municipalities,
        years=found.years,
        method=f"least squares of {outcome} on the share of an earlier year, {'within' if within else 'between'} "
        "municipalities, with year effects; CR2 errors by municipality",
        degrees_of_freedom=found.degrees_of_freedom,
    )


def control(
    rows: pl.DataFrame, drivers: Sequence[str], budget_shares: pl.DataFrame | None, *, sources: tuple[str, ...]
) -> Findings:
    """Estimate M8.

    Parameters
    ----------
    rows
        One row per municipality and year: ``code, year, inhabitants, cost_keur, arrangement_share, outsourced`` and the
        drivers.
    drivers
        Names of columns.
    budget_shares
        ``code, year, share`` of the budgets; ``None`` where none are loaded.
    sources
        Tables.
    """
    shares = rows.select("code", "year", pl.col("arrangement_share").alias("share"))
    before, two = (rows.join(earlier(shares, years), on=["code", "year"], how="left") for years in (1, 2))
    budget = None if budget_shares is None else rows.join(budget_shares, on=["code", "year"], how="left")
    found = Collection()
    own = ~pl.col("outsourced")
    found.add(None, "inefficiency", inefficiency, before, drivers, when="of the year before")
    found.add(None, "growth", _loss, two, drivers, "growth", "growth")
    found.add(None, "level", _loss, before, drivers, "level", "cost")
    for name, part, names, when in (
        ("share two years before", two, drivers, "of two years before"),
        ("without outsourced organisations", before.filter(own), drivers, "of the year before"),
        ("without drivers", before, (), "of the year before"),
    ):
        found.add(name, "inefficiency", inefficiency, part, names, when=when)
    if budget is None:
        found.variants.append(VariantFinding("share in the budget", "inefficiency", None, "no budgets are loaded"))
    else:
        found.add("share in the budget", "inefficiency", inefficiency, budget, drivers, when="in the budget")
    found.add("without outsourced organisations", "growth", _loss, two.filter(own), drivers, "growth", "growth")
    found.add("between municipalities", "growth", _loss, two, drivers, "growth", "growth", within=False)
    outsourced = rows.filter("outsourced")["code"].unique().sort().to_list()
    aside = tuple(
        SetAside(code, "its organisation is elsewhere: left out of the variants without") for code in outsourced
    )
    return Findings(tuple(found.findings), tuple(found.variants), aside, sources, found.not_found)
