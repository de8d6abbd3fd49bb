"""M1: economies of scale of executive tasks, taken together, and task by task.

Per task the cost function of ``verband scale`` (analysis.cost_function). The mean over tasks is weighted by national
cost; since the same municipalities are behind all tasks, what each of them adds to the error is summed over tasks
before it is squared (seemingly unrelated regressions; Zellner, 1962, with CR2 scores per municipality), so errors that
go together count as such. Intervals use the fewest Satterthwaite degrees of freedom among the tasks. Tasks whose cost
is the key of an arrangement, the role of a host or a matter of bookkeeping (``apart`` of ``verband scale``) say nothing
about the scale of the work and are set aside by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from verband.analysis.cost_function import CostFunction, coefficients, cost_function
from verband.analysis.evidence.result import Finding, Findings, SetAside, VariantFinding
from verband.analysis.evidence.verdict import LEVEL
from verband.numerics.least_squares import CollinearError

NATURES = ("executive", "policy")
_METHOD = (
    "cost function per task with drivers and year effects, elasticity at the geometric mean of inhabitants; mean over "
    "tasks weighted by national cost, errors clustered by {} across tasks"
)


@dataclass(frozen=True, slots=True)
class TaskCosts:
    """Cost of one task or sum of tasks.

    Attributes
    ----------
    task, nature
        Iv3 code; ``executive`` or ``policy``.
    rows
        ``code, year, inhabitants, cost_keur`` and the drivers.
    drivers
        Names of columns.
    shock_years
        Years in which something passing moved its cost.
    """

    task: str
    nature: str
    rows: pl.DataFrame
    drivers: tuple[str, ...]
    shock_years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Elasticity:
    """Elasticity less one of a task, and what each municipality adds to its error."""

    task: str
    nature: str
    estimate: float
    errors: Mapping[str, float]
    freedom: float
    weight: float
    n: int
    low: float
    high: float
    standard_error: float
    years: tuple[int, ...]


def _elasticity(costs: TaskCosts, rows: pl.DataFrame, drivers: Sequence[str], at: float) -> _Elasticity | None:
    """The elasticity of one task; ``None`` where it cannot be estimated."""
    usable = rows.filter((pl.col("cost_keur") > 0) & (pl.col("inhabitants") > 0)).drop_nulls(list(drivers))
    if usable["code"].n_unique() <= coefficients(usable, drivers):
        return None
    try:
        model = cost_function(usable, drivers)
    except CollinearError:
        return None
    found = model.elasticity(at)
    return _Elasticity(
        task=costs.task,
        nature=costs.nature,
        estimate=found.estimate - 1,
        errors=dict(zip(model.codes, _scores(model, at), strict=True)),
        freedom=found.degrees_of_freedom,
        weight=float(usable.filter(pl.col("year") == pl.col("year").max())["cost_keur"].sum()),
        n=model.fit.n,
        low=found.low - 1,
        high=found.high - 1,
        standard_error=found.standard_error,
        years=model.years,
    )


def _scores(model: CostFunction, at: float) -> list[float]:
    weights = np.zeros(model.fit.k)
    weights[0], weights[1] = 1.0, 2 * (np.log(at) - model.centre)
    return [float(value) for value in model.fit.scores @ weights]


def _mean(
    tasks: Sequence[_Elasticity],
    component: str,
    *,
    weights: Mapping[str, float] | None = None,
    clusters: Mapping[str, str] | None = None,
) -> Finding | None:
    """Weighted sum over tasks; by default their mean weighted by cost."""
    from scipy.special import stdtrit  # noqa: PLC0415  slow to start

    if not tasks:
        return None
    total = sum(item.weight for item in tasks)
    own = weights or {item.task: item.weight / total for item in tasks}
    errors: dict[str, float] = {}
    for item in tasks:
        for code, error in item.errors.items():
            group = code if clusters is None else clusters.get(code, code)
            errors[group] = errors.get(group, 0.0) + own[item.task] * error
    groups = len(errors)
    scale = groups / (groups - 1) if clusters is not None else 1.0
    error = math.sqrt(scale * sum(value**2 for value in errors.values()))
    freedom = min(item.freedom for item in tasks)
    freedom = min(freedom, groups - 1)
    reach = float(stdtrit(freedom, 0.5 + LEVEL / 2)) * error
    estimate = sum(own[item.task] * item.estimate for item in tasks)
    return Finding(
        component=component,
        estimate=estimate,
        low=estimate - reach,
        high=estimate + reach,
        standard_error=error,
        n_observations=sum(item.n for item in tasks),
        n_municipalities=len({code for item in tasks for code in item.errors}),
        n_clusters=groups,
        years=tuple(sorted({year for item in tasks for year in item.years})),
        method=_METHOD.format("municipality" if clusters is None else "safety region"),
        degrees_of_freedom=freedom,
        note=f"{len(tasks)} tasks",
    )


def scale(
    tasks: Sequence[TaskCosts],
    set_aside: Mapping[str, str],
    largest: Sequence[str],
    safety_regions: Mapping[str, str],
    *,
    at_inhabitants: float,
    sources: tuple[str, ...],
) -> Findings:
    """Estimate M1.

    Parameters
    ----------
    tasks
        Those whose cost shows the scale of the work.
    set_aside
        The others by code, and why.
    largest
        Codes of the four largest municipalities.
    safety_regions
        Region by code.
    at_inhabitants
        Where elasticities are taken.
    sources
        Tables.
    """

    def fitted(
        rows_of: Callable[[TaskCosts], pl.DataFrame] = lambda item: item.rows, *, drivers: bool = True
    ) -> list[_Elasticity]:
        found = (
            _elasticity(item, rows_of(item), item.drivers if drivers else (), at_inhabitants)
            for item in tasks
            if item.nature == "executive"
        )
        return [item for item in found if item is not None]

    policies = (_elasticity(item, item.rows, item.drivers, at_inhabitants) for item in tasks if item.nature == "policy")
    executive, policy = fitted(), [item for item in policies if item is not None]
    headline = sorted([*executive, *policy], key=lambda item: item.task)
    findings = [_mean(executive, "executive_tasks"), _mean(policy, "policy_tasks"), _difference(executive, policy)]
    findings += [
        Finding(
            component="task",
            estimate=item.estimate,
            low=item.low,
            high=item.high,
            standard_error=item.standard_error,
            n_observations=item.n,
            n_municipalities=len(item.errors),
            n_clusters=len(item.errors),
            years=item.years,
            method="cost function of the task with drivers and year effects; CR2 errors by municipality",
            degrees_of_freedom=item.freedom,
            by={"task": item.task, "nature": item.nature},
        )
        for item in headline
    ]

    without_largest = fitted(lambda item: item.rows.filter(~pl.col("code").is_in(list(largest))))
    without_shocks = fitted(lambda item: item.rows.filter(~pl.col("year").is_in(list(item.shock_years))))
    last_year = fitted(lambda item: item.rows.filter(pl.col("year") == pl.col("year").max()))
    equal = {item.task: 1 / len(executive) for item in executive}
    tried = {
        "without drivers": _mean(fitted(drivers=False), "executive_tasks"),
        "without the four largest": _mean(without_largest, "executive_tasks"),
        "without shock years": _mean(without_shocks, "executive_tasks"),
        "last year only": _mean(last_year, "executive_tasks"),
        "every task counts the same": _mean(executive, "executive_tasks", weights=equal),
        "clusters: safety regions": _mean(executive, "executive_tasks", clusters=safety_regions),
    }
    variants = tuple(
        VariantFinding(name, "executive_tasks", found, "" if found else "no task can be estimated")
        for name, found in tried.items()
    )
    lost = {item.task for item in tasks} - {item.task for item in headline}
    aside = {**set_aside, **dict.fromkeys(sorted(lost), "too few municipalities, or drivers that cannot be told apart")}
    return Findings(
        findings=tuple(item for item in findings if item is not None),
        variants=variants,
        set_aside=tuple(SetAside(task, reason) for task, reason in aside.items()),
        sources=sources,
        not_found={} if executive else {"executive_tasks": "no executive task can be estimated"},
    )


def _difference(executive: Sequence[_Elasticity], policy: Sequence[_Elasticity]) -> Finding | None:
    if not executive or not policy:
        return None
    weights: dict[str, float] = {}
    for items, sign in ((executive, 1.0), (policy, -1.0)):
        total = sum(item.weight for item in items)
        weights |= {item.task: sign * item.weight / total for item in items}
    return _mean([*executive, *policy], "executive_minus_policy", weights=weights)
