"""The Iv3 tasks of the sample in the layouts of 2017, 2023 and 2025, and how amounts move between them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from verband.sources.sample.data_files import table

LAYOUT_YEARS = (2017, 2023, 2025)
RESERVES, RESULT = "0.10", "0.11"


@dataclass(frozen=True, slots=True)
class Task:
    """A task in the codes of 2017-2022 and what its own cost consists of.

    Attributes
    ----------
    eur_per_inhabitant
        Cost at the reference size in prices of 2017.
    wages, transfers, depreciation
        Shares of own cost: pay with hired staff, category 4 and category 7.
    """

    code: str
    title: str
    title_later: str
    eur_per_inhabitant: float
    wages: float
    transfers: float
    depreciation: float


@cache
def tasks() -> tuple[Task, ...]:
    """All tasks of 2017-2022 without reserve mutations."""
    return tuple(
        Task(
            code=row["task"],
            title=row["title"],
            title_later=row["title_later"],
            eur_per_inhabitant=float(row["eur_per_inhabitant"]),
            wages=float(row["wages"]),
            transfers=float(row["transfers"]),
            depreciation=float(row["depreciation"]),
        )
        for row in table("tasks")
    )


def layout(year: int) -> int:
    """First year of the task layout in force."""
    return max(item for item in LAYOUT_YEARS if item <= year)


@dataclass(frozen=True, slots=True)
class Split:
    """Which old tasks together become which full tasks, and in which shares."""

    parents: tuple[str, ...]
    children: tuple[tuple[str, float], ...]


@cache
def splits(year: int) -> tuple[Split, ...]:
    """The redistributions that a year's layout makes of the codes of 2017-2022."""
    groups: dict[str, list[tuple[str, float]]] = {}
    for row in table("task_splits"):
        if int(row["layout"]) == layout(year):
            groups.setdefault(row["parents"], []).append((row["full_task"], float(row["share"])))
    return tuple(Split(tuple(parents.split()), tuple(children)) for parents, children in groups.items())


def apportion(amount: int, shares: Sequence[float]) -> list[int]:
    """Split a whole amount by shares so that the parts are whole and add up to it."""
    parts, done, reached = [], 0, 0.0
    whole = sum(shares)
    for share in shares:
        reached += share
        until = round(amount * reached / whole)
        parts.append(until - done)
        done = until
    return parts


def to_layout(amounts: Mapping[tuple[str, int], int], year: int) -> dict[tuple[str, int], int]:
    """Amounts by (task of 2017-2022, category) in the full codes of a year; the sum stays the same."""
    moved = {parent for split in splits(year) for parent in split.parents}
    result = {key: amount for key, amount in amounts.items() if key[0] not in moved}
    categories = sorted({category for _, category in amounts})
    for split in splits(year):
        for category in categories:
            amount = sum(amounts.get((parent, category), 0) for parent in split.parents)
            parts = apportion(amount, [share for _, share in split.children])
            result.update({(task, category): part for (task, _), part in zip(split.children, parts, strict=True)})
    return result


def rolled_up(task: str) -> str:
    """The code with two digits that tables per task use: 6.71a and 6.711 become 6.71; 6.60 and 0.10 stay."""
    match = re.fullmatch(r"(\d\.\d\d)[0-9a-d]", task)
    return match.group(1) if match else task


@cache
def full_tasks(year: int) -> tuple[tuple[str, str], ...]:
    """Full codes and titles of a year in the order of the code, without reserve mutations and result."""
    moved = {parent for split in splits(year) for parent in split.parents}
    plain = [
        (item.code, item.title_later if item.title_later and year >= _later_from(item.code) else item.title)
        for item in tasks()
        if item.code not in moved
    ]
    children = [(row["full_task"], row["title"]) for row in table("task_splits") if int(row["layout"]) == layout(year)]
    return tuple(sorted(plain + children, key=lambda item: task_order(item[0])))


def task_order(task: str) -> tuple[int, str, str]:
    """Sort key of a code: main task, then the digits as text, then the letter."""
    main, rest = task.split(".")
    return int(main), rest.rstrip("abcd"), rest


def _later_from(task: str) -> int:
    return 2022 if task == "8.1" else 2025


@cache
def rolled_up_titles(year: int) -> tuple[tuple[str, str], ...]:
    """Rolled up codes and titles of a year, reserve mutations included."""
    titles = {item.code: item.title for item in tasks()} | {row["task"]: row["title"] for row in table("rolled_titles")}
    full = dict(full_tasks(year))
    result = {RESERVES: "Mutaties reserves"}
    for code, title in full_tasks(year):
        rolled = rolled_up(code)
        result.setdefault(rolled, title if rolled in full else titles[rolled])
    return tuple(sorted(result.items(), key=lambda item: task_order(item[0])))
