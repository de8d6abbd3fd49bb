"""Own lists of the sample that compare doing it together with doing it alone: prices of purchases, quality per task.

What is planted stands in ``Parameters``: a price that falls with the volume and no discount beside it, and quality that
is higher through an arrangement on tasks without a saving or of which a saving cannot be told, not on tasks with one.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, log

from verband.sources.sample.chance import stream
from verband.sources.sample.model import Arrangement, Municipality, Province
from verband.sources.sample.writing import Cell, Files, decimal_comma, table

YEARS = range(2020, 2025)
_DEARER = 1.03
"""Prices of one year against those of the year before."""
_PURCHASES = (
    ("laptops", "stuk", 0.004, 900.0, (18, 22, 23)),
    ("kantoorpapier A4", "pak van 500 vel", 0.08, 4.5, (18, 22, 23)),
    ("minicontainers 240 liter", "stuk", 0.02, 32.0, (12, 13)),
)
"""What, unit, units per inhabitant, price at a volume of 1,000, and arrangements that buy it for their members."""
_INDICATORS = (
    ("7.3", "restafval per inwoner", "kg per jaar", "lager", 150.0, 15.0, (12, 13)),
    ("5.7", "oordeel over openbaar groen", "cijfer keer 10", "hoger", 68.0, 5.0, (16, 17)),
    ("6.3", "besluiten over bijstand op tijd", "procent", "hoger", 80.0, 6.0, (5, 6)),
    ("0.61+0.62", "aanslagen op tijd", "procent", "hoger", 85.0, 4.0, (10, 11)),
    ("0.1", "raadsvragen op tijd beantwoord", "procent", "hoger", 75.0, 6.0, (24,)),
)
"""Task, indicator, unit, better direction, mean, spread, and arrangements that do the task."""


def files(province: Province) -> Files:
    """Yield the two files of ``own/``."""
    yield "own/eigen_prijzen.csv", _prices(province)
    yield "own/eigen_kwaliteit.csv", _quality(province)


def _forms(
    province: Province, numbers: Iterable[int], year: int
) -> list[tuple[Arrangement | None, tuple[Municipality, ...]]]:
    """Who does it in a year: arrangements with their members, and the other municipalities each alone."""
    joint = [item for item in province.arrangements if item.number in set(numbers) and item.active(year)]
    found: list[tuple[Arrangement | None, tuple[Municipality, ...]]] = [
        (item, tuple(province.members(item, year))) for item in joint
    ]
    taken = {member.code for _, members in found for member in members}
    return found + [(None, (item,)) for item in province.existing(year) if item.code not in taken]


def _name(arrangement: Arrangement | None) -> str | None:
    return None if arrangement is None else arrangement.name


def _prices(province: Province) -> bytes:
    header = ("gemeente", "inkoop", "eenheid", "jaar", "volume", "prijs_eur_per_eenheid", "regeling", "peildatum")
    planted = province.parameters
    rows: list[tuple[Cell, ...]] = []
    for what, unit, per_inhabitant, price, numbers in _PURCHASES:
        for year in YEARS:
            for arrangement, members in _forms(province, numbers, year):
                buyer = arrangement.name if arrangement else members[0].code
                people = sum(province.inhabitants[member.code, year] for member in members)
                rng = stream(province.seed, "purchase", what, year, buyer)
                volume = max(1, round(people * per_inhabitant * exp(rng.gauss(0, 0.3))))
                dear = stream(province.seed, "buyer", buyer).gauss(0, planted.buyer_sd)
                level = planted.price_elasticity * log(volume / 1_000) + dear + rng.gauss(0, planted.price_sd)
                paid = price * _DEARER ** (year - YEARS[0]) * exp(level)
                cells = (what, unit, year, volume, decimal_comma(paid, 2), _name(arrangement))
                rows += [(member.code, *cells, f"31-12-{year}") for member in members]
    return table(header, rows, delimiter=";")


def _quality(province: Province) -> bytes:
    header = (*("gemeente", "taak", "indicator", "eenheid", "richting", "jaar", "waarde", "regeling", "peildatum"),)
    planted = province.parameters
    rows: list[tuple[Cell, ...]] = []
    for task, indicator, unit, direction, mean, spread, numbers in _INDICATORS:
        gain = planted.quality_gain.get(task, 0.0)
        for year in YEARS:
            for arrangement, members in _forms(province, numbers, year):
                for member in members:
                    usual = stream(province.seed, "quality", task, member.code).gauss(0, planted.quality_sd)
                    passing = stream(province.seed, "quality", task, member.code, year).gauss(0, planted.quality_sd)
                    better = spread * (usual + passing + (gain if arrangement else 0.0))
                    value = mean + (better if direction == "hoger" else -better)
                    cells = (task, indicator, unit, direction, year, decimal_comma(value, 1))
                    rows.append((member.code, *cells, _name(arrangement), f"31-12-{year}"))
    return table(header, rows, delimiter=";")
