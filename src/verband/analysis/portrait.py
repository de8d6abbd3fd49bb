"""All facts about one municipality that a dossier shows, gathered; how they are shown is not known here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from verband.analysis.arrangements import ArrangementList
from verband.analysis.comparison_group import ComparisonGroup
from verband.analysis.dependence import Dependence
from verband.analysis.finances import BalanceSheet, Ratio
from verband.analysis.spread import Spread
from verband.analysis.staffing import Staffing
from verband.analysis.task_costs import TaskCost


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A municipality that went (in part) into this one."""

    code: str
    name: str
    share: float | None
    effective_date: date


@dataclass(frozen=True, slots=True)
class Identity:
    """Which municipality, as of which year."""

    code: str
    name: str
    province: str
    year: int
    inhabitants: int | None
    predecessors: tuple[Predecessor, ...]
    neighbours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DependenceFacts:
    """What runs through arrangements: own years, the size class in the same years, all classes, and those alike.

    ``own`` and ``in_class`` are in the boundaries of ``boundaries``; ``alike`` is the share of cost in ``year``.
    """

    year: int
    boundaries: int
    own: tuple[Dependence, ...]
    in_class: tuple[Dependence, ...]
    by_size: tuple[Dependence, ...]
    alike: Spread


@dataclass(frozen=True, slots=True)
class CostFacts:
    """Cost per task and in total of one year, euro per inhabitant beside the comparison group."""

    year: int
    total: TaskCost
    tasks: tuple[TaskCost, ...]


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """Hired and own pay of one year; spreads are of the hired share, without outsourced organisations."""

    year: int
    own: Staffing
    alike: Spread
    in_class: Spread
    outsourced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FinanceFacts:
    """Key ratios of the newest accounts and the newest budget, and the balance sheets over the years."""

    accounts: tuple[Ratio, ...]
    budget: tuple[Ratio, ...]
    balance: tuple[BalanceSheet, ...]


@dataclass(frozen=True, slots=True)
class Provenance:
    """A table that the portrait rests on: what, from which files, by whom, under which licence."""

    table: str
    title: str
    files: tuple[str, ...]
    publisher: str
    licence: str
    remarks: tuple[str, ...]
    rows_set_aside: int


@dataclass(frozen=True, slots=True)
class Portrait:
    """The facts about one municipality; ``None`` where the workspace lacks the tables, named in ``lacking``.

    Attributes
    ----------
    fictional
        Whether the municipality is invented (its code is out of the range that CBS uses).
    """

    identity: Identity
    group: ComparisonGroup | None
    arrangements: ArrangementList | None
    dependence: DependenceFacts | None
    costs: CostFacts | None
    staff: StaffFacts | None
    finances: FinanceFacts | None
    provenance: tuple[Provenance, ...]
    lacking: tuple[str, ...]
    snapshot: str
    loaded: datetime
    fictional: bool
    led_from: str | None
