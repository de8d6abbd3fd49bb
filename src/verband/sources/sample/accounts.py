"""Budgets and accounts of the invented province, drawn from the planted cost function.

The rules of the true tables hold exactly: categories add up to tasks, hired staff is part of category 3, what goes
to arrangements part of category 4, equity moves with income less cost, and assets equal liabilities.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import exp, log

from verband.sources.sample.chance import stream
from verband.sources.sample.data_files import table
from verband.sources.sample.grant_measures import driver
from verband.sources.sample.model import (
    ACCOUNT_YEARS,
    BUDGET_YEARS,
    GRANT_YEAR,
    Arrangement,
    Municipality,
    Report,
    ReportKind,
)
from verband.sources.sample.parameters import Parameters
from verband.sources.sample.partnerships import contributions
from verband.sources.sample.tasks import Task, apportion, tasks, to_layout

NOT_FILED: frozenset[tuple[str, int, str]] = frozenset({("GM9013", 2023, "accounts")})
"""Reports that are published as zeros."""
ABSENT: frozenset[tuple[str, int, str]] = frozenset({("GM9019", 2025, "budget")})
"""Reports that are not in the tables at all."""
WITHOUT_BALANCE: frozenset[tuple[str, int, str]] = frozenset({("GM9016", 2017, "accounts")})
_LEVIES = (
    ("0.61", "B2.2.1", 78),
    ("0.62", "B2.2.1", 48),
    ("0.64", "B2.2.2", 18),
    ("7.2", "B3.7", 95),
    ("7.3", "B3.7", 105),
    ("0.2", "B3.7", 14),
    ("8.3", "B3.7", 32),
)
_OTHER_INCOME = (
    ("8.2", "3", 120),
    ("0.3", "3", 24),
    ("5.2", "3", 20),
    ("6.3", "4", 16),
    ("0.5", "5", 26),
    ("0.8", "7", 9),
)
_SPECIFIC = (
    ("6.3", 310),
    ("6.5", 12),
    ("4.3", 36),
    ("2.1", 12),
    ("1.2", 5),
    ("5.2", 12),
    ("7.4", 9),
    ("8.3", 14),
    ("3.1", 3),
    ("0.8", 2),
)


@dataclass
class Books:
    """The running state of the province while its reports are drawn.

    Attributes
    ----------
    equity
        Closing equity by piece of land, so that mergers add up by themselves.
    contributions
        Thousand euro by (arrangement, code, year, kind).
    """

    seed: int
    parameters: Parameters
    municipalities: Sequence[Municipality]
    people: Mapping[tuple[str, int], int]
    unit_people: Mapping[tuple[str, int], int]
    need: Mapping[str, float]
    arrangements: Sequence[Arrangement]
    equity: dict[str, int] = field(default_factory=dict)
    solvency: dict[str, float] = field(default_factory=dict)
    contributions: dict[tuple[int, str, int, str], int] = field(default_factory=dict)
    _drivers: dict[tuple[str, str, Municipality], float] = field(default_factory=dict)
    _effects: dict[tuple[str, str], float] = field(default_factory=dict)

    def reports(self) -> tuple[Report, ...]:
        """Draw all reports, year by year."""
        self._open()
        result: list[Report] = []
        for year in BUDGET_YEARS:
            existing = [item for item in self.municipalities if item.first_year <= year <= item.last_year]
            paid = self._contributions(existing, year)
            filing = [item for item in existing if (item.code, year, "budget") not in ABSENT]
            result.extend(self._report(item, year, "budget", paid) for item in filing)
            if year in ACCOUNT_YEARS:
                result.extend(self._report(item, year, "accounts", paid) for item in existing)
        return tuple(sorted(result, key=lambda item: (item.year, item.kind == "accounts", item.code)))

    def _open(self) -> None:
        """Equity at the end of 2016, 1,100 to 2,600 euro per inhabitant."""
        for unit in self.need:
            rng = stream(self.seed, "equity", unit)
            self.equity[unit] = round(self.unit_people[unit, 2016] * 1.7 * exp(rng.gauss(0, 0.25)))
            self.solvency[unit] = 0.35

    def _mean(self, item: Municipality, year: int, values: Mapping[str, float]) -> float:
        weights = [self.unit_people[unit, year] for unit in item.units]
        return sum(values[unit] * weight for unit, weight in zip(item.units, weights, strict=True)) / sum(weights)

    def structural_cost(self, code: str, task: str, year: int) -> float:
        """Cost by the cost function without municipality effect and noise, thousand euro."""
        p = self.parameters
        item = next(one for one in self.municipalities if one.code == code and one.first_year <= year <= one.last_year)
        level = _task(task).eur_per_inhabitant * p.reference_inhabitants / 1000
        price = sum(log(1 + growth) for at, growth in p.price_growth.items() if at <= year)
        need = p.need_effect * self._mean(item, year, self.need) if task.startswith("6.") else 0.0
        drivers = sum(
            effect.coefficient * self._driver(effect.driver, effect.main_task, item)
            for effect in p.driver_effects
            if task.startswith(f"{effect.main_task}.")
        )
        shock = sum(log(factor) for one, first, last, factor in p.shocks if one == task and first <= year <= last)
        size = p.log_size_effect(task, self.people[code, year])
        return level * exp(size + price + need + drivers + shock) if level else 0.0

    def _driver(self, name: str, main_task: str, item: Municipality) -> float:
        """A driver of cost, the same in all years of a municipality, as the volumes of one circular say it."""
        key = name, main_task, item
        if key not in self._drivers:
            people = sum(self.unit_people[unit, GRANT_YEAR] for unit in item.units)
            need = self._mean(item, GRANT_YEAR, self.need)
            self._drivers[key] = driver(name, main_task, self.seed, item.code, people, need)
        return self._drivers[key]

    def _effect(self, item: Municipality, task: str, year: int) -> float:
        """Log cost of a municipality in a task that nothing explains: its own in all tasks, and in this one."""
        for unit in item.units:
            if (unit, task) not in self._effects:
                self._effects[unit, task] = unit_effect(self.seed, self.parameters, unit, task)
        return self._mean(item, year, {unit: self._effects[unit, task] for unit in item.units})

    def _contributions(self, existing: Sequence[Municipality], year: int) -> dict[str, dict[str, dict[int, float]]]:
        """Contributions by code, task and arrangement number."""
        result: dict[str, dict[str, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
        for arrangement in self.arrangements:
            if not arrangement.active(year):
                continue
            members = [item for item in existing if set(arrangement.units) & set(item.units)]
            shares = contributions(
                arrangement, members, year, cost=self.structural_cost, people=self.people, parameters=self.parameters
            )
            for code, amount in shares.items():
                result[code][arrangement.task][arrangement.number] = amount
        return result

    def _report(
        self, item: Municipality, year: int, kind: ReportKind, paid: Mapping[str, Mapping[str, Mapping[int, float]]]
    ) -> Report:
        p, key = self.parameters, (item.code, year, kind)
        rng = stream(self.seed, "report", *key)
        claim = self._claim(item.code, year) if kind == "accounts" else 0.0
        hiring = p.hiring_share + p.hiring_per_solvency * (self._mean(item, year, self.solvency) - 0.35)
        hiring *= p.budgeted_hiring if kind == "budget" else 1.0
        cost: dict[tuple[str, int], int] = {}
        hired: dict[tuple[str, int], int] = {}
        to_arrangements = extra = 0
        for task in tasks():
            given = {number: round(amount) for number, amount in paid[item.code].get(task.code, {}).items()}
            through = sum(one.through for one in self.arrangements if one.number in given)
            spread = p.noise_sd * (0.5 if kind == "budget" else 1.0)
            chance = self._effect(item, task.code, year) + rng.gauss(0, spread)
            own = self.structural_cost(item.code, task.code, year) * (1 - through) * exp(chance)
            claimed = round(own * (exp(claim) - 1)) if task.code in p.claim_tasks else 0
            extra += claimed
            to_arrangements += sum(given.values())
            for number, amount in given.items():
                self.contributions[number, *key] = amount
            parts, external = _categories(task, round(own) + claimed, hiring)
            parts[4] += sum(given.values())
            cost.update({(task.code, category): amount for category, amount in parts.items() if amount})
            hired[task.code, 3] = external
        to_arrangements += self._outsource(key, cost)
        income = self._income(item.code, year, sum(cost.values()) - extra)
        if kind == "budget":
            reserves = [round(0.010 * sum(cost.values()) * exp(rng.gauss(0, 0.4))) for _ in range(2)]
            balance = None
        else:
            reserves = [round(0.030 * sum(cost.values()) * exp(rng.gauss(0, 0.4))) for _ in range(2)]
            reserves[1] += extra
            result = sum(income.values()) - sum(cost.values())
            balance = self._balance(item, year, result, result - reserves[0] + reserves[1])
        return Report(
            code=item.code,
            year=year,
            kind=kind,
            inhabitants=self.people[item.code, year],
            filed=key not in NOT_FILED,
            cost=to_layout(cost, year),
            hired={task: amount for (task, _), amount in to_layout(hired, year).items() if amount},
            income=income,
            paid_to_arrangements=to_arrangements,
            reserve_additions=reserves[0],
            reserve_withdrawals=reserves[1],
            balance=None if key in WITHOUT_BALANCE else balance,
        )

    def _claim(self, code: str, year: int) -> float:
        """Extra log cost in the last accounts before a merger: smaller for a larger part of the new whole."""
        last, into, part = _mergers().get(code, (0, "", 0.0))
        if year != last:
            return 0.0
        share = part * self.people[code, year] / self.people[into, year + 1]
        return self.parameters.claim * (1 - share)

    def _outsource(self, key: tuple[str, int, str], cost: dict[tuple[str, int], int]) -> int:
        """Move nearly all own pay to category 4 where the staff works for an operating organisation."""
        code, year, _ = key
        body = next(one for one in self.arrangements if one.key == "outsourced")
        if code not in self.parameters.outsourced or not body.active(year):
            return 0
        moved = 0
        for task in tasks():
            part = round(cost.get((task.code, 1), 0) * 0.95)
            if part:
                cost[task.code, 1] -= part
                cost[task.code, 4] = cost.get((task.code, 4), 0) + part
                moved += part
        self.contributions[body.number, *key] = moved
        return moved

    def _income(self, code: str, year: int, regular: int) -> dict[tuple[str, str], int]:
        """Income by task and kind; the general grant fills what the regular cost needs."""
        chance = stream(self.seed, "income", code, year, regular)
        people = self.people[code, year]
        level = exp(sum(log(1 + growth) for at, growth in self.parameters.price_growth.items() if at <= year))
        result = {
            (task, kind): round(people * eur * level * exp(chance.gauss(0, 0.05)) / 1000)
            for task, kind, eur in (*_LEVIES, *_OTHER_INCOME)
        }
        result |= {
            (task, "specific"): round(people * eur * level * exp(chance.gauss(0, 0.08)) / 1000)
            for task, eur in _SPECIFIC
        }
        wanted = round(regular * (1.006 + chance.gauss(0, 0.012)))
        result["0.7", "general"] = wanted - sum(result.values())
        return result

    def _balance(self, item: Municipality, year: int, result: int, after_reserves: int) -> dict[str, int]:
        """Closing balance sheet; remembers equity and solvency per piece of land for the next year."""
        equity = sum(self.equity[unit] for unit in item.units) + result
        rng = stream(self.seed, "balance", item.units[0])
        level = 4.3 * exp(rng.gauss(0, 0.15) + 0.02 * (year - 2017))
        total = max(round(self.people[item.code, year] * level), round(equity * 1.3))
        people = [float(self.unit_people[unit, year]) for unit in item.units]
        for unit, part in zip(item.units, apportion(equity, people), strict=True):
            self.equity[unit] = part
            self.solvency[unit] = equity / total
        assets = ("A121", "A123", "A124", "A129", "A1311", "A1331b", "A213", "A221", "A224", "A23", "A29d")
        weights = (0.11, 0.22, 0.36, 0.04, 0.02, 0.03, 0.06, 0.05, 0.05, 0.01, 0.05)
        sheet = dict(zip(assets, apportion(total, weights), strict=True))
        general, earmarked = apportion(equity - after_reserves, (0.4, 0.6))
        sheet |= {"P111": general, "P112": earmarked, "P114": after_reserves}
        debts = ("P12", "P133", "P213", "P29b", "P29d")
        sheet |= dict(zip(debts, apportion(total - equity, (0.10, 0.62, 0.12, 0.06, 0.10)), strict=True))
        return sheet


def unit_effect(seed: int, parameters: Parameters, unit: str, task: str) -> float:
    """``u_i + u_ik`` of a piece of land: its log cost in a task that nothing explains."""
    shared = stream(seed, "effect", unit).gauss(0, parameters.municipality_sd)
    return shared + stream(seed, "effect", unit, task).gauss(0, parameters.task_sd)


_MERGING = frozenset({"samenvoeging", "splitsing", "voortzetting"})


@cache
def _mergers() -> Mapping[str, tuple[int, str, float]]:
    """Last year before a merger of each that took part, where its largest part went and how large that was.

    One that took in others under its own code took part too: it shares what it spends from its reserves with them.
    """
    result: dict[str, tuple[int, str, float]] = {}
    for row in table("changes"):
        share = float(row["share"])
        if row["kind"] in _MERGING and share > result.get(row["old_code"], (0, "", 0.0))[2]:
            result[row["old_code"]] = (int(row["effective_date"][:4]) - 1, row["new_code"], share)
    return result


_TASKS = {item.code: item for item in tasks()}


def _task(code: str) -> Task:
    return _TASKS[code]


def _categories(task: Task, own: int, hiring: float) -> tuple[dict[int, int], int]:
    """Own cost of a task by main category, and the hired staff in category 3."""
    staff = own * task.wages
    parts = {
        1: round(staff * (1 - hiring)),
        2: round(own * 0.01) if task.code[0] in "238" else 0,
        4: round(own * task.transfers),
        5: round(own * 0.9) if task.code == "0.5" else 0,
        # Interest charged on to other tasks makes the treasury's category 7 negative, as in the true tables.
        7: round(own * task.depreciation) if task.code != "0.5" else -round(own * 0.4),
    }
    parts[3] = own - sum(parts.values())
    return parts, round(staff * hiring)
