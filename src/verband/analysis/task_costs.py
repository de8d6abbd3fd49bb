"""Cost per inhabitant per task, beside the comparison group.

Cost is the published ``lasten`` of the task (gross); per inhabitant of 1 January. Current prices, one year, so that no
deflator is needed. Arithmetic on measured figures: derived.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from verband.analysis.spread import Spread, spread


@dataclass(frozen=True, slots=True)
class TaskCost:
    """One task of one municipality.

    Attributes
    ----------
    task, title
        Iv3 code and Dutch title.
    cost_eur
        Cost; ``None`` where missing.
    alike, in_class
        Cost per inhabitant beside the municipalities most like it, and beside its size class (euro per inhabitant).
    kind
        ``derived``.
    """

    task: str
    title: str
    cost_eur: float | None
    alike: Spread
    in_class: Spread
    kind: str = "derived"


def task_costs(
    cost_per_task: pl.DataFrame,
    inhabitants: pl.DataFrame,
    titles: pl.DataFrame,
    *,
    code: str,
    alike: Collection[str],
    in_class: Collection[str],
) -> tuple[TaskCost, ...]:
    """Put the cost per task of one municipality beside its comparison group.

    Parameters
    ----------
    cost_per_task
        One year and report: ``code, task, cost_keur``; null or absent where not filed.
    inhabitants
        The same year: ``code, inhabitants``.
    titles
        The same year: ``task, title``.
    code, alike, in_class
        The municipality and the codes of its comparison groups (without itself).

    Returns
    -------
    tuple of TaskCost
        By task code, in the order of the titles.
    """
    rows = cost_per_task.join(inhabitants, on="code", how="inner").with_columns(
        (pl.col("cost_keur") * 1000 / pl.col("inhabitants")).alias("per_head")
    )
    by_task: dict[str, dict[str, float | None]] = {}
    cost: dict[str, float | None] = {}
    for row in rows.iter_rows(named=True):
        by_task.setdefault(row["task"], {})[row["code"]] = row["per_head"]
        if row["code"] == code:
            cost[row["task"]] = None if row["cost_keur"] is None else row["cost_keur"] * 1000

    def beside(task: str, codes: Collection[str]) -> Spread:
        per_head = by_task[task]
        return spread(per_head.get(code), {member: per_head.get(member) for member in codes})

    return tuple(
        TaskCost(task, title, cost.get(task), beside(task, alike), beside(task, in_class))
        for task, title in titles.select("task", "title").iter_rows()
        if task in by_task
    )


def largest(costs: Sequence[TaskCost], count: int) -> tuple[TaskCost, ...]:
    """Return the tasks with most money, largest first; tasks without a figure are left out."""
    known = [item for item in costs if item.cost_eur is not None]
    return tuple(sorted(known, key=lambda item: -(item.cost_eur or 0.0))[:count])
