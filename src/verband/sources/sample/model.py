"""The nouns of the sample province, all frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from verband.sources.sample.parameters import Parameters

ReportKind = Literal["budget", "accounts"]
FIRST_LIST_YEAR, LAST_LIST_YEAR = 2010, 2026
ACCOUNT_YEARS = range(2017, 2025)
BUDGET_YEARS = range(2017, 2027)
PROVINCE_NAME = "Wouderland"
PROVINCE_CODE = "31"
"""A valid number, so that readers accept it; the province is invented."""
GRANT_PROVINCE = "12"
GRANT_YEAR = 2024
"""Grant year of the circulars."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality as it was in a run of years; a code has several when its name or extent changed.

    Attributes
    ----------
    code, name
        Code (GM9001 and up: never given out) and name.
    first_year, last_year
        Years whose list of 1 January holds it, both included.
    units
        The pieces of land it consists of; a piece never splits.
    cell
        Column and row on the map.
    """

    code: str
    name: str
    first_year: int
    last_year: int
    units: tuple[str, ...]
    cell: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the genealogy, as published.

    Attributes
    ----------
    share
        Share of the old municipality that went to the new one.
    inhabitants
        Inhabitants that moved; ``None`` where no count exists.
    """

    day: date
    new_code: str
    new_name: str
    old_code: str
    old_name: str
    kind: str
    share: float
    inhabitants: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A joint arrangement; its members are pieces of land, so that mergers carry over by themselves.

    Attributes
    ----------
    task
        Iv3 task it works for.
    through
        Share of the members' own cost of that task that runs through it.
    key
        How the cost is shared: ``inhabitants``, ``equal``, ``use`` or ``outsourced`` (all own pay of the members).
    start, end
        First day and last day in force; ``end`` is ``None`` while it lasts.
    others
        Participants that are not municipalities of the province.
    shares_listed
        Whether the register shows the shares of the cost.
    """

    number: int
    name: str
    form: str
    form_short: str
    task: str
    through: float
    key: str
    start: date
    end: date | None
    units: tuple[str, ...]
    others: tuple[str, ...]
    town: str
    compulsory: bool
    shares_listed: bool

    def active(self, year: int) -> bool:
        """Whether it is in force on 1 January of the year."""
        first = date(year, 1, 1)
        return self.start <= first and (self.end is None or self.end >= first)


@dataclass(frozen=True, slots=True)
class Report:
    """One budget or one set of accounts; amounts in thousand euro.

    Attributes
    ----------
    filed
        Whether it reached the publisher; one that did not is published as zeros.
    cost
        By task (codes of the year, rolled up) and main category 1-7, without reserve mutations.
    hired
        Hired staff by task, part of category 3.
    income
        By task and kind: ``B2.2.1``, ``B2.2.2``, ``B3.7``, ``general`` (general grant), ``specific`` (specific
        grants) or main category ``3`` to ``7``.
    paid_to_arrangements
        Contributions to arrangements, part of category 4.
    balance
        Closing position by balance item; ``None`` for a budget, and where no balance sheet was filed.
    """

    code: str
    year: int
    kind: ReportKind
    inhabitants: int
    filed: bool
    cost: Mapping[tuple[str, int], int]
    hired: Mapping[str, int]
    income: Mapping[tuple[str, str], int]
    paid_to_arrangements: int
    reserve_additions: int
    reserve_withdrawals: int
    balance: Mapping[str, int] | None

    @property
    def total_cost(self) -> int:
        """Sum of the cost."""
        return sum(self.cost.values())

    @property
    def total_income(self) -> int:
        """Sum of the income."""
        return sum(self.income.values())

    @property
    def report_code(self) -> str:
        """Code of the report as published."""
        return f"{self.year}X00{0 if self.kind == 'budget' else 5}"


@dataclass(frozen=True, slots=True)
class Province:
    """The whole invented province.

    Attributes
    ----------
    municipalities
        All runs of years of all municipalities, 2010-2026.
    inhabitants
        By code and year, 1 January, all years in which the municipality existed.
    unit_inhabitants
        By piece of land and year 2010-2026.
    need
        Need for support by piece of land, standard normal.
    contributions
        Thousand euro by (arrangement number, code, year, kind of report).
    """

    seed: int
    parameters: Parameters
    municipalities: tuple[Municipality, ...]
    changes: tuple[Change, ...]
    inhabitants: Mapping[tuple[str, int], int]
    unit_inhabitants: Mapping[tuple[str, int], int]
    need: Mapping[str, float]
    arrangements: tuple[Arrangement, ...]
    contributions: Mapping[tuple[int, str, int, str], int]
    reports: tuple[Report, ...]

    def existing(self, year: int) -> tuple[Municipality, ...]:
        """The municipalities on the list of 1 January of a year."""
        return tuple(item for item in self.municipalities if item.first_year <= year <= item.last_year)

    def at(self, code: str, year: int) -> Municipality:
        """The municipality with a code in a year."""
        return next(item for item in self.existing(year) if item.code == code)

    def report(self, code: str, year: int, kind: ReportKind) -> Report | None:
        """One report, if there is one."""
        return next((item for item in self.reports if (item.code, item.year, item.kind) == (code, year, kind)), None)

    def need_of(self, item: Municipality, year: int) -> float:
        """Need of a municipality: the mean over its pieces of land, weighted by inhabitants."""
        weights = [self.unit_inhabitants[unit, year] for unit in item.units]
        return sum(self.need[unit] * weight for unit, weight in zip(item.units, weights, strict=True)) / sum(weights)

    def members(self, arrangement: Arrangement, year: int) -> tuple[Municipality, ...]:
        """The municipalities that hold a piece of land of an arrangement in a year."""
        units = set(arrangement.units)
        return tuple(item for item in self.existing(year) if units.intersection(item.units))
