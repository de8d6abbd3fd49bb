"""Cost per inhabitant per task, beside the comparison group.

Cost is the published ``lasten`` of the task (gross); per inhabitant of 1 January. Current prices, one year, so that no
deflator is needed. Arithmetic on measured figures: derived.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class CostTable:
    """The cost of all municipalities for all tasks of one year and report, put together once.

    Attributes
    ----------
    cost_eur, eur_per_inhabitant
        By task and code; ``None`` where not filed.
    titles
        Task and title, in the order in which they are shown.
    """

    cost_eur: Mapping[str, Mapping[str, float | None]]
    eur_per_inhabitant: Mapping[str, Mapping[str, float | None]]
    titles: tuple[tuple[str, str], ...]

    def of(self, code: str, *, alike: Collection[str], in_class: Collection[str]) -> tuple[TaskCost, ...]:
        """Put the cost per task of one municipality beside its comparison groups, as :func:`task_costs` does."""

        def beside(task: str, codes: Collection[str]) -> Spread:
            per_head = self.eur_per_inhabitant[task]
            return spread(per_head.get(code), {member: per_head.get(member) for member in codes})

        return tuple(
            TaskCost(task, title, self.cost_eur[task].get(code), beside(task, alike), beside(task, in_class))
            for task, title in self.titles
        )


def cost_table(cost_per_task: pl.DataFrame, inhabitants: pl.DataFrame, titles: pl.DataFrame) -> CostTable:
    """Put together the cost of all municipalities; the parameters are those of :func:`task_costs`."""
    amount = pl.col("cost_keur") * 1000
    rows = cost_per_task.join(inhabitants, on="code", how="inner").select(
        "task", "code", amount.alias("cost"), (amount / pl.col("inhabitants")).alias("per_head")
    )
    cost, per_head = {}, {}
    for (task,), part in rows.partition_by("task", as_dict=True).items():
        cost[str(task)] = dict(part.select("code", "cost").iter_rows())
        per_head[str(task)] = dict(part.select("code", "per_head").iter_rows())
    named = tuple((task, title) for task, title in titles.select("task", "title").iter_rows() if task in cost)
    return CostTable(cost, per_head, named)


def task_costs(
    cost_per_task: pl.DataFrame,
    inhabitants: pl.DataFrame,
    titles: pl.DataFrame,
    *,
    code: str,
    alike: Collection[str],
    in_class: Collection[str],
) -> tuple[TaskCost, ...]:
    """Put the cost per task of one municipality beside its comparison group; for many, make a :func:`cost_table` once.

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
    return cost_table(cost_per_task, inhabitants, titles).of(code, alike=alike, in_class=in_class)


def largest(costs: Sequence[TaskCost], count: int) -> tuple[TaskCost, ...]:
    """Return the tasks with most money, largest first; tasks without a figure are left out."""
    known = [item for item in costs if item.cost_eur is not None]
    return tuple(sorted(known, key=lambda item: -(item.cost_eur or 0.0))[:count])
