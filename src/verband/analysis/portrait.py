"""All facts about one municipality that a dossier shows, gathered; how they are shown is not known here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from verband.analysis.comparison_group import ComparisonGroup, Features
from verband.analysis.comparison_rules import rule
from verband.analysis.dependence import Dependence
from verband.analysis.finances import BalanceSheet, Ratio
from verband.analysis.scale_models import ScaleFacts
from verband.analysis.spread import Spread
from verband.analysis.staffing import Staffing
from verband.analysis.task_costs import TaskCost
from verband.domain.arrangement import ArrangementList


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A municipality that went (in part) into this one, or this one itself under another name (``renamed``)."""

    code: str
    name: str
    share: float | None
    effective_date: date
    renamed: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """The dissolved municipality that was asked for, which led to this one; ``others`` took parts of it too."""

    code: str
    name: str
    dissolved_on: date
    others: tuple[str, ...]


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

    Attributes
    ----------
    year, boundaries
        Newest accounts of all, and the year of the boundaries of ``own`` and ``in_class``.
    compared_in
        Newest accounts of the municipality itself: the year of ``alike``.
    own, in_class, by_size
        Over the years, the size class in the same years (ratio of sums), and all classes in ``year``.
    size_spread
        Share of cost in ``year`` over the municipalities of each class of ``by_size``, this one not among them.
    class_spread
        Share of cost in the size class without this municipality, by year.
    alike, alike_eur_per_inhabitant
        Share of cost, and euro per inhabitant, in ``compared_in`` beside the municipalities most like it.
    paid_eur
        Paid to arrangements, euro, by year; ``None`` where missing.
    gaps
        By year without a figure: the names of the municipalities whose accounts are missing.
    doubts
        By year: the names of the municipalities whose accounts book so little to arrangements that it is in doubt.
    """

    year: int
    compared_in: int
    boundaries: int
    own: tuple[Dependence, ...]
    in_class: tuple[Dependence, ...]
    by_size: tuple[Dependence, ...]
    class_spread: tuple[tuple[int, Spread], ...]
    alike: Spread
    alike_eur_per_inhabitant: Spread
    paid_eur: tuple[tuple[int, float | None], ...]
    gaps: tuple[tuple[int, tuple[str, ...]], ...]
    doubts: tuple[tuple[int, tuple[str, ...]], ...] = ()
    size_spread: tuple[tuple[str, Spread], ...] = ()

    @property
    def latest(self) -> Dependence | None:
        """The newest year with a figure."""
        return next((item for item in reversed(self.own) if item.eur_per_inhabitant is not None), None)

    @property
    def latest_doubts(self) -> tuple[str, ...]:
        """Names of the municipalities whose accounts make the newest figure doubtful."""
        return dict(self.doubts).get(self.latest.year, ()) if self.latest else ()

    @property
    def doubtful_before(self) -> bool:
        """Whether the figure of the year before the newest is in doubt."""
        return any(self.latest and item.year == self.latest.year - 1 and item.doubtful for item in self.own)

    @property
    def change_eur_per_inhabitant(self) -> float | None:
        """Newest year less the year before it, euro per inhabitant in current prices.

        ``None`` where one is missing or in doubt.
        """
        pair = self._newest_two
        return None if pair is None else pair[1] - pair[0]

    @property
    def large_change(self) -> bool:
        """Whether that change is so large that it seldom is one of cost (rule ``large_change``)."""
        pair = self._newest_two
        return pair is not None and abs(pair[1] - pair[0]) > rule("large_change") * abs(pair[0])

    @property
    def _newest_two(self) -> tuple[float, float] | None:
        """Euro per inhabitant in the year before the newest, and in the newest."""
        new = self.latest
        before = next((item for item in self.own if new and item.year == new.year - 1), None)
        if new is None or new.eur_per_inhabitant is None or before is None or before.eur_per_inhabitant is None:
            return None
        if new.doubtful or before.doubtful:
            return None
        return before.eur_per_inhabitant, new.eur_per_inhabitant


@dataclass(frozen=True, slots=True)
class CostFacts:
    """Cost per task and in total, euro per inhabitant beside the comparison group.

    ``year`` is that of the newest accounts of the municipality itself.
    """

    year: int
    total: TaskCost
    tasks: tuple[TaskCost, ...]

    @property
    def negative(self) -> tuple[TaskCost, ...]:
        """Tasks booked below zero on which those alike spend (rule ``least_negative``), most money first."""
        found = [
            item
            for item in self.tasks
            if item.alike.value is not None
            and item.alike.value <= -rule("least_negative")
            and item.alike.low is not None
            and item.alike.low > 0
        ]
        return tuple(sorted(found, key=lambda item: item.cost_eur or 0.0))


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """Hired and own pay of the newest own accounts; spreads are of the hired share, without outsourced organisations.

    ``everyone`` holds the hired share of all municipalities whose organisation is their own, by code; ``outsourced``
    names those of the comparison groups that are left out.
    """

    year: int
    own: Staffing
    alike: Spread
    in_class: Spread
    everyone: tuple[tuple[str, float], ...]
    outsourced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """What was agreed with an arrangement and what it reached, from the user's own file, newest year."""

    arrangement: str
    indicator: str
    unit: str | None
    direction: str | None
    year: int
    target: float | None
    realised: float | None

    @property
    def met(self) -> bool | None:
        """Whether the target was reached; ``None`` where target, result or direction is not known."""
        if self.target is None or self.realised is None or self.direction not in ("higher", "lower"):
            return None
        return self.realised >= self.target if self.direction == "higher" else self.realised <= self.target


@dataclass(frozen=True, slots=True)
class FunctionStaff:
    """How many people hold a function, from the user's own file."""

    function: str
    holders: int
    deputies: int | None
    as_of: date


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
    features
        What all municipalities are compared on, in the newest year of the accounts.
    lacking
        Names of the tables that the workspace lacks.
    fictional
        Whether the municipality is invented (its code is out of the range that CBS uses).
    led_from, lead
        The dissolved municipality that was asked for, as a sentence and as facts.
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
    on: date
    lead: Lead | None = None
    features: tuple[Features, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    functions: tuple[FunctionStaff, ...] = ()
    scale: ScaleFacts | None = None
