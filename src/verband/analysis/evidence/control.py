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
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.result import Finding, Findings, SetAside, VariantFinding
from verband.analysis.steering_loss import Outcome, SteeringLoss, earlier, steering_loss
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


def _steering(found: SteeringLoss, component: str, method: str) -> Finding:
    """A design of :mod:`verband.analysis.steering_loss` in percent."""
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
        method=method,
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
    findings: list[Finding] = []
    variants: list[VariantFinding] = []
    not_found: dict[str, str] = {}

    def frontier(part: pl.DataFrame, when: str, name: str = "", names: Sequence[str] = drivers) -> None:
        try:
            found = inefficiency(part, names, when=when)
        except CannotEstimateError as error:
            if name:
                variants.append(VariantFinding(name, "inefficiency", None, str(error)))
            else:
                not_found["inefficiency"] = str(error)
            return
        if name:
            variants.append(VariantFinding(name, "inefficiency", found))
        else:
            findings.append(found)

    def loss(part: pl.DataFrame, component: str, outcome: Outcome, name: str = "", *, within: bool = True) -> None:
        method = f"least squares of {outcome} on the share of an earlier year, {'within' if within else 'between'}"
        try:
            found = _steering(
                steering_loss(part, drivers, outcome=outcome, within=within),
                component,
                f"{method} municipalities, with year effects; CR2 errors by municipality",
            )
        except ValueError as error:
            if name:
                variants.append(VariantFinding(name, component, None, str(error)))
            else:
                not_found[component] = str(error)
            return
        if name:
            variants.append(VariantFinding(name, component, found))
        else:
            findings.append(found)

    own = ~pl.col("outsourced")
    frontier(before, "of the year before")
    loss(two, "growth", "growth")
    loss(before, "level", "cost")
    frontier(two, "of two years before", "share two years before")
    frontier(before.filter(own), "of the year before", "without outsourced organisations")
    frontier(before, "of the year before", "without drivers", ())
    if budget is None:
        variants.append(VariantFinding("share in the budget", "inefficiency", None, "no budgets are loaded"))
    else:
        frontier(budget, "in the budget", "share in the budget")
    loss(two.filter(own), "growth", "growth", "without outsourced organisations")
    loss(two, "growth", "growth", "between municipalities", within=False)
    outsourced = rows.filter("outsourced")["code"].unique().sort().to_list()
    aside = tuple(
        SetAside(code, "its organisation is elsewhere: left out of the variants without") for code in outsourced
    )
    return Findings(tuple(findings), tuple(variants), aside, sources, not_found)
