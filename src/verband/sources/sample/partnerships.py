"""The arrangements of the invented province and what each member contributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from verband.sources.sample.data_files import table
from verband.sources.sample.model import Arrangement, Municipality
from verband.sources.sample.parameters import Parameters

Cost = Callable[[str, str, int], float]
"""Structural cost in thousand euro of (code, task, year)."""


def arrangements(items: Sequence[Municipality]) -> tuple[Arrangement, ...]:
    """All arrangements."""
    places = {unit: item.cell for item in items for unit in item.units}
    return tuple(
        Arrangement(
            number=int(row["number"]),
            name=row["name"],
            form=row["form"],
            form_short=row["form_short"],
            task=row["task"],
            through=float(row["through"]),
            key=row["key"],
            start=date.fromisoformat(row["start"]),
            end=date.fromisoformat(row["end"]) if row["end"] else None,
            units=_units(row["members"], places),
            others=tuple(filter(None, row["others"].split(";"))),
            town=row["town"],
            compulsory=row["compulsory"] == "yes",
            shares_listed=row["shares_listed"] == "yes",
        )
        for row in table("arrangements")
    )


def _units(words: str, places: Mapping[str, tuple[int, int]]) -> tuple[str, ...]:
    """Pieces of land meant by an area (``northwest``), with or without exceptions (``-9001``), or a plain list."""
    areas: Mapping[str, Callable[[tuple[int, int]], bool]] = {
        "all": lambda _: True,
        "north": lambda cell: cell[1] < 2,
        "south": lambda cell: cell[1] >= 2,
        "northwest": lambda cell: cell[1] < 2 and cell[0] < 3,
        "northeast": lambda cell: cell[1] < 2 and cell[0] >= 3,
        "southwest": lambda cell: cell[1] >= 2 and cell[0] < 3,
        "southeast": lambda cell: cell[1] >= 2 and cell[0] >= 3,
    }
    chosen: set[str] = set()
    for word in words.split():
        if word.startswith("-"):
            chosen.discard(word[1:])
        elif word in areas:
            chosen.update(unit for unit, cell in places.items() if areas[word](cell))
        else:
            chosen.add(word)
    return tuple(sorted(chosen))


def contributions(
    arrangement: Arrangement,
    members: Sequence[Municipality],
    year: int,
    *,
    cost: Cost,
    people: Mapping[tuple[str, int], int],
    parameters: Parameters,
) -> dict[str, float]:
    """Contribution per member in a year, thousand euro.

    The total is the part of the members' structural cost that runs through the arrangement; the key shares it.
    """
    use = {item.code: cost(item.code, arrangement.task, year) for item in members}
    total = arrangement.through * sum(use.values())
    if arrangement.number == parameters.drift.arrangement:
        total *= (1 + parameters.drift.rate) ** (year - parameters.drift.base_year)
    if arrangement.key == "inhabitants":
        weights = {item.code: float(people[item.code, year]) for item in members}
    elif arrangement.key == "equal":
        weights = {item.code: 1.0 for item in members}
    else:
        weights = use
    whole = sum(weights.values())
    return {code: total * weight / whole for code, weight in weights.items()} if total else {}
