"""Gathering M8: cost against the share that ran through arrangements, in the boundaries of the latest list."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from verband.analysis.steering_loss import SteeringLoss, earlier, steering_loss
from verband.errors import MissingDataError
from verband.numerics.least_squares import CollinearError
from verband.warehouse.store import Warehouse
from verband.workspace.facts import Facts


@dataclass(frozen=True, slots=True)
class SteeringVariant:
    """One of the ways to ask it; ``result`` is ``None`` with the reason in ``missing``."""

    name: str
    result: SteeringLoss | None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class SteeringAnswer:
    """Whether cost and its growth rise with the share through arrangements.

    Attributes
    ----------
    level, growth
        The two main estimates: cost within municipalities on the share of the year before; growth on the share two
        years before.
    variants
        Other designs.
    doubtful
        Municipality-years whose share is in doubt and left out.
    source
        Tables.
    """

    level: SteeringVariant
    growth: SteeringVariant
    variants: tuple[SteeringVariant, ...]
    doubtful: int
    source: str

    @property
    def every(self) -> tuple[SteeringVariant, ...]:
        """All designs, the two main ones first."""
        return (self.level, self.growth, *self.variants)

    @property
    def reading(self) -> str:
        """What the two main estimates say, in a sentence."""
        found = [item.result for item in (self.level, self.growth) if item.result is not None]
        if not found:
            return f"Whether cost rises with the share through arrangements cannot be told: {self.level.missing}."
        up, down = (sum(item.low > 0 for item in found), sum(item.high < 0 for item in found))
        if not up and not down:
            return (
                "No sign that cost, or its growth, rises with the share through arrangements: both intervals hold zero "
                "(which does not prove that there is no effect within them)."
            )
        words = {
            "cost": "cost is {} than before where the share of the year before was higher",
            "growth": "cost grows {} where the share two years before was higher",
        }
        told = [
            words[item.outcome].format(
                {"cost": ("higher", "lower"), "growth": ("faster", "more slowly")}[item.outcome][item.high < 0]
            )
            for item in found
            if item.low > 0 or item.high < 0
        ]
        return (
            f"In the main estimates {' and '.join(told)}; that goes together, and is no proof that arrangements are "
            "the cause."
        )


def gather_steering_loss(warehouse: Warehouse) -> SteeringAnswer:
    """Answer M8: see :meth:`verband.workspace.Workspace.steering_loss`."""
    facts = Facts(warehouse)
    totals = facts.totals.join(facts.before_mergers, on=["code", "year"], how="anti")
    drivers, names = facts.every_driver
    rows = totals.select("code", "year", "inhabitants", "cost_keur")
    rows = rows.join(drivers, on="code", how="left") if names else rows
    shares = facts.arrangement_shares.join(facts.before_mergers, on=["code", "year"], how="anti")
    before, two = (_beside(rows, earlier(shares, years)) for years in (1, 2))
    outsourced = facts.outsourced

    def own(table: pl.DataFrame) -> pl.DataFrame:
        return table.join(outsourced, on=["code", "year"], how="anti")

    variants = [
        _asked("cost between municipalities, share of the year before", before, names),
        _asked("cost between municipalities, share two years before", two, names),
        _asked("cost within municipalities, share two years before", two, within=True),
        _asked("cost within municipalities, without organisations elsewhere", own(before), within=True),
        _asked("cost between municipalities, without organisations elsewhere", own(before), names),
        _asked("growth, without organisations elsewhere", own(two), names, growth=True),
    ]
    try:
        budget = _beside(rows, Facts(warehouse, report="budget").arrangement_shares)
    except MissingDataError as error:
        variants.append(SteeringVariant("cost within municipalities, share in the budget", None, error.what))
    else:
        variants.append(_asked("cost within municipalities, share in the budget", budget, within=True))
        variants.append(_asked("cost between municipalities, share in the budget", budget, names))
    return SteeringAnswer(
        level=_asked("cost within municipalities, share of the year before", before, within=True),
        growth=_asked("growth, share two years before", two, names, growth=True),
        variants=tuple(variants),
        doubtful=int(totals["doubtful"].sum()),
        source=warehouse.source_of("key_totals"),
    )


def _asked(
    name: str, rows: pl.DataFrame, drivers: tuple[str, ...] = (), *, within: bool = False, growth: bool = False
) -> SteeringVariant:
    try:
        return SteeringVariant(
            name, steering_loss(rows, drivers, outcome="growth" if growth else "cost", within=within)
        )
    except CollinearError:
        return SteeringVariant(name, None, "the share cannot be told from the rest")
    except ValueError:
        return SteeringVariant(name, None, "too few municipalities")


def _beside(rows: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    return rows.join(shares, on=["code", "year"], how="left")
