"""The municipalities of the invented province, their mergers and their inhabitants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import exp

from verband.sources.sample.chance import stream
from verband.sources.sample.data_files import table
from verband.sources.sample.model import LAST_LIST_YEAR, Change, Municipality


def municipalities() -> tuple[Municipality, ...]:
    """All municipalities with the years in which they existed."""
    return tuple(
        Municipality(
            code=row["code"],
            name=row["name"],
            first_year=int(row["first_year"]),
            last_year=int(row["last_year"] or LAST_LIST_YEAR),
            units=tuple(row["units"].split()),
            cell=_cell(row["cell"]),
        )
        for row in table("municipalities")
    )


def _cell(text: str) -> tuple[int, int]:
    column, row = text.split()
    return int(column), int(row)


def unit_inhabitants(seed: int) -> Mapping[tuple[str, int], int]:
    """Inhabitants by piece of land and year 2010-2026: steady growth and a little chance."""
    result = {}
    for row in table("units"):
        rng = stream(seed, "inhabitants", row["unit"])
        growth = rng.gauss(0.004, 0.004)
        for year in range(2010, LAST_LIST_YEAR + 1):
            level = int(row["inhabitants_2024"]) * exp(growth * (year - 2024) + rng.gauss(0, 0.0015))
            result[row["unit"], year] = round(level)
    return result


def inhabitants(items: Sequence[Municipality], units: Mapping[tuple[str, int], int]) -> Mapping[tuple[str, int], int]:
    """Inhabitants by code and year, all years in which the municipality existed."""
    return {
        (item.code, year): sum(units[unit, year] for unit in item.units)
        for item in items
        for year in range(item.first_year, item.last_year + 1)
    }


def unit_need(seed: int) -> Mapping[str, float]:
    """Need for support by piece of land, standard normal."""
    return {row["unit"]: stream(seed, "need", row["unit"]).gauss(0, 1) for row in table("units")}


def changes(items: Sequence[Municipality], people: Mapping[tuple[str, int], int]) -> tuple[Change, ...]:
    """The genealogy, with the names of the day."""

    def name(code: str, year: int) -> str:
        return next(item.name for item in items if item.code == code and item.first_year <= year <= item.last_year)

    result = []
    for row in table("changes"):
        day = date.fromisoformat(row["effective_date"])
        share = float(row["share"])
        # A carried-on name or code moves nobody, so no count is published for it.
        moved = row["kind"] in {"samenvoeging", "splitsing"}
        result.append(
            Change(
                day=day,
                new_code=row["new_code"],
                new_name=name(row["new_code"], day.year),
                old_code=row["old_code"],
                old_name=name(row["old_code"], day.year - 1),
                kind=row["kind"],
                share=share,
                inhabitants=round(people[row["old_code"], day.year - 1] * share) if moved else None,
                note=row["note"],
            )
        )
    return tuple(result)
