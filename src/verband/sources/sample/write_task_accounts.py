"""Own pay, income and cost per full task: the four files in that detail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from verband.sources.sample.classes import centre_function, municipality_classes, social_structure
from verband.sources.sample.model import Province, Report, ReportKind
from verband.sources.sample.tasks import RESERVES, RESULT, full_tasks, rolled_up_titles, task_order
from verband.sources.sample.writing import Cell, Files, cut_off, table

_HEADER = (
    "Gemeenten",
    "Taakveld",
    "L1.1 Salarissen en sociale lasten",
    "Baten",
    "Lasten",
    "Provincie",
    "Gemeentegrootte",
    "Stedelijkheid",
    "Inwonertal",
    "Centrumfunctie",
    "Sociale structuur",
)
_FILES: tuple[tuple[int, ReportKind, str], ...] = (
    (2023, "budget", "2023_begroting"),
    (2023, "accounts", "2023_jaarrekening"),
    (2024, "budget", "2024_begroting"),
    (2025, "budget", "2025_begroting"),
)
_ROLLED_UP_TOO = ("6.71", "6.72", "6.81", "6.82")
"""In 2023 and 2024 the codes without a letter stand beside those with one, and are (almost) empty."""
_TOTAL = "Nederland"


def files(province: Province) -> Files:
    """Yield the files of ``iv3/begrotingsanalysetool/``."""
    for year, kind, name in _FILES:
        rows = _rows(province, year, kind)
        yield f"iv3/begrotingsanalysetool/{name}.csv", table(_HEADER, rows, delimiter=";")


def _rows(province: Province, year: int, kind: ReportKind) -> list[tuple[Cell, ...]]:
    labels = _labels(year)
    totals: dict[str, list[float]] = {code: [0.0, 0.0, 0.0] for code, _ in labels}
    rows: dict[str, list[tuple[Cell, ...]]] = {}
    for item in province.existing(year):
        people = province.inhabitants[item.code, year]
        classes = municipality_classes(province, item, year)[1:]
        facts = (*classes, centre_function(people), social_structure(province, item, year))
        amounts = _amounts(province.report(item.code, year, kind))
        rows[item.name] = []
        for code, title in labels:
            wages, income, cost = amounts.get(code, (0, 0, 0))
            for index, amount in enumerate((wages, income, cost)):
                totals[code][index] += amount
            label = f"{code} {cut_off(title)}"
            own_pay = float(wages) if wages else None
            rows[item.name].append((item.name, label, own_pay, float(income), float(cost), *facts))
    people = sum(province.inhabitants[item.code, year] for item in province.existing(year))
    rows[_TOTAL] = [
        (_TOTAL, f"{code} {cut_off(title)}", totals[code][0] or None, *totals[code][1:], "", "", "", people, "", "")
        for code, title in labels
    ]
    return [row for name in sorted(rows) for row in rows[name]]


def _labels(year: int) -> Iterable[tuple[str, str]]:
    labels = dict(full_tasks(year))
    labels |= {RESERVES: "Mutaties reserves", RESULT: "Resultaat van de rekening van baten en lasten"}
    if any(code.endswith("a") for code in labels):
        rolled = dict(rolled_up_titles(year))
        labels |= {code: rolled[code] for code in _ROLLED_UP_TOO}
    return sorted(labels.items(), key=lambda item: task_order(item[0]))


def _amounts(report: Report | None) -> dict[str, tuple[int, int, int]]:
    """Own pay, income and cost by full task; nothing for a report that was not filed."""
    if report is None or not report.filed:
        return {}
    wages: dict[str, int] = defaultdict(int)
    income: dict[str, int] = defaultdict(int)
    cost: dict[str, int] = defaultdict(int)
    for (task, category), amount in report.cost.items():
        cost[task] += amount
        wages[task] += amount if category == 1 else 0
    for (task, _), amount in report.income.items():
        income[task] += amount
    result = {task: (wages[task], income[task], cost[task]) for task in {*income, *cost}}
    result[RESERVES] = (0, report.reserve_withdrawals, report.reserve_additions)
    left = report.total_income - report.total_cost - report.reserve_additions + report.reserve_withdrawals
    # A surplus stands on the cost side, so that both sides of the account are equal.
    result[RESULT] = (0, max(-left, 0), max(left, 0)) if report.kind == "accounts" else (0, 0, 0)
    return result
