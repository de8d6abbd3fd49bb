"""The scale models of all tasks, what they say about one municipality, and how that reads in sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import polars as pl

from verband.analysis.scale import LeftOut, Scale

Reading = Literal["less", "more", "none", "unknown"]


@dataclass(frozen=True, slots=True)
class OwnScale:
    """One task of one municipality against its scale.

    Attributes
    ----------
    scale
        The estimate over all municipalities.
    inhabitants
        Of the municipality in the year of the modelled cost.
    cost_eur
        What it published, per inhabitant; ``None`` where missing.
    expected_eur, low_eur, high_eur
        Modelled cost per inhabitant at its own size and drivers, and the 95% interval of that mean; ``None`` where too
        few municipalities are alike, or the interval says nothing.
    usual_low_eur, usual_high_eur
        Where the middle half of municipalities of this size and drivers lie.
    factor
        2, or 0.5 where for most tasks too few municipalities are twice as large; the same for all tasks of a
        municipality; ``None`` where that cannot be told.
    change, change_low, change_high
        Fraction by which cost per inhabitant differs for a municipality ``factor`` times as large, all else equal; 95%.
    """

    scale: Scale
    inhabitants: float
    cost_eur: float | None
    expected_eur: float | None
    low_eur: float | None
    high_eur: float | None
    usual_low_eur: float | None
    usual_high_eur: float | None
    factor: float | None
    change: float | None
    change_low: float | None
    change_high: float | None
    kind: str = "estimated"

    @property
    def reading(self) -> Reading:
        """What being larger does: spending less or more per inhabitant, no difference that can be shown, or unknown."""
        if self.factor is None or self.change is None or self.change_low is None or self.change_high is None:
            return "unknown"
        if self.change_low <= 0 <= self.change_high:
            return "none"
        return "less" if (self.change < 0) == (self.factor > 1) else "more"


@dataclass(frozen=True, slots=True)
class Sum:
    """How the tasks of a municipality read together.

    Attributes
    ----------
    less, more, none, unknown
        Tasks in which a larger municipality spends less or more per inhabitant, no difference can be shown, or too few
        municipalities are alike; most money first.
    unspent
        Tasks on which the municipality itself published no cost; in none of the above.
    arrangements, hosted, bookkeeping
        Tasks in none of the above, for size does not show the scale of the work: they run mainly through arrangements,
        some municipalities do them for others, or they are parts of a sum that municipalities divide as they like.
    share
        Share of the cost of the tasks that are judged, for ``less``, ``more`` and ``none``.
    factor
        2 or 0.5: with which other size all of them are compared; ``None`` where nothing is judged.
    by_chance
        How many differences chance alone would show: one in twenty.
    """

    less: tuple[OwnScale, ...]
    more: tuple[OwnScale, ...]
    none: tuple[OwnScale, ...]
    unknown: tuple[OwnScale, ...]
    unspent: tuple[OwnScale, ...]
    arrangements: tuple[OwnScale, ...]
    hosted: tuple[OwnScale, ...]
    bookkeeping: tuple[OwnScale, ...]
    share: Mapping[str, float]
    factor: float | None
    by_chance: float

    @property
    def judged(self) -> int:
        """Number of tasks that are judged."""
        return len(self.less) + len(self.more) + len(self.none)


@dataclass(frozen=True, slots=True)
class ScaleFacts:
    """What the models say about one municipality.

    Attributes
    ----------
    year
        Of the modelled cost.
    tasks
        In the order of the code list.
    left_out
        Tasks without an estimate, with the reason.
    """

    year: int
    tasks: tuple[OwnScale, ...]
    left_out: tuple[LeftOut, ...]
    _curves: pl.DataFrame = field(compare=False, repr=False)
    _expected: pl.DataFrame = field(compare=False, repr=False)

    def curve(self, task: str) -> tuple[tuple[float, float, float, float], ...]:
        """Inhabitants, modelled euro per inhabitant, low and high; drivers at their means."""
        rows = self._curves.filter(pl.col("task") == task)
        return tuple(rows.select("inhabitants", "expected_eur", "low_eur", "high_eur").iter_rows())

    def everyone(self, task: str) -> tuple[tuple[float, float], ...]:
        """Inhabitants and published euro per inhabitant of all municipalities with a figure."""
        rows = self._expected.filter((pl.col("task") == task) & pl.col("cost_eur").is_not_null())
        return tuple(rows.select("inhabitants", "cost_eur").iter_rows())

    def sum(self) -> Sum:
        """Read all tasks together."""
        ordered = sorted(self.tasks, key=lambda item: -(item.cost_eur or 0.0))
        names = ("less", "more", "none", "unknown", "unspent", "arrangements", "hosted", "bookkeeping")
        groups: dict[str, list[OwnScale]] = {name: [] for name in names}
        for item in ordered:
            spends = item.cost_eur is not None and item.cost_eur > 0
            groups[item.scale.apart or item.reading if spends else "unspent"].append(item)
        judged_groups = ("less", "more", "none")
        cost = {name: sum(item.cost_eur or 0.0 for item in groups[name]) for name in judged_groups}
        whole = sum(cost.values())
        judged = sum(len(groups[name]) for name in judged_groups)
        return Sum(
            less=tuple(groups["less"]),
            more=tuple(groups["more"]),
            none=tuple(groups["none"]),
            unknown=tuple(groups["unknown"]),
            unspent=tuple(groups["unspent"]),
            arrangements=tuple(groups["arrangements"]),
            hosted=tuple(groups["hosted"]),
            bookkeeping=tuple(groups["bookkeeping"]),
            share={name: amount / whole for name, amount in cost.items()} if whole else {},
            factor=next((item.factor for name in judged_groups for item in groups[name]), None),
            by_chance=judged * (1 - ordered[0].scale.level) if ordered else 0.0,
        )


@dataclass(frozen=True, slots=True)
class ScaleModels:
    """Scale of every task in the boundaries of the latest list.

    Attributes
    ----------
    year
        Latest year of the accounts: that of the modelled cost.
    tasks
        Tasks with an estimate, in the order of the code list.
    left_out
        The others, with the reason.
    curves
        ``task`` and the columns of :data:`verband.analysis.cost_function.CURVE`.
    expected
        ``task`` and the columns of :data:`verband.analysis.cost_function.EXPECTED`.
    """

    year: int
    tasks: tuple[Scale, ...]
    left_out: tuple[LeftOut, ...]
    curves: pl.DataFrame = field(compare=False)
    expected: pl.DataFrame = field(compare=False)

    def of(self, code: str) -> ScaleFacts:
        """Say what the models tell about one municipality; tasks for which it lacks size or drivers are left out."""
        rows = {row["task"]: row for row in self.expected.filter(pl.col("code") == code).iter_rows(named=True)}
        names = (
            "inhabitants",
            "cost_eur",
            "expected_eur",
            "low_eur",
            "high_eur",
            "usual_low_eur",
            "usual_high_eur",
            "factor",
            "change",
            "change_low",
            "change_high",
        )
        tasks = tuple(
            _told(OwnScale(item, **{name: rows[item.task][name] for name in names}))
            for item in self.tasks
            if item.task in rows
        )
        return ScaleFacts(self.year, _one_factor(tasks), self.left_out, self.curves, self.expected)


def _told(item: OwnScale) -> OwnScale:
    """What may be told: no difference between sizes where the form of the curve, or zero spending, forbids it."""
    undecided = item.scale.often_zero and item.scale.verdict == "inconclusive"
    if not (item.scale.misfit or undecided or item.scale.apart in ("hosted", "bookkeeping")):
        return item
    return replace(item, factor=None, change=None, change_low=None, change_high=None)


def _one_factor(tasks: tuple[OwnScale, ...]) -> tuple[OwnScale, ...]:
    """Compare every task with the same other size, that of most; what is told for the other size is left out."""
    counts = Counter(item.factor for item in tasks if item.factor is not None)
    if len(counts) < 2:
        return tasks
    chosen = max(counts, key=lambda factor: (counts[factor], factor))
    return tuple(
        item
        if item.factor in (chosen, None)
        else replace(item, factor=None, change=None, change_low=None, change_high=None)
        for item in tasks
    )
