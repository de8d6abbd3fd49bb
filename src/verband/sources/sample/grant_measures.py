"""The grant measures of the invented province, and the cost drivers that follow from them.

A driver is the ratio of two measures that ``domain/reference/cost_drivers.csv`` says, so that what is planted in the
accounts is what the published volumes show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp, log

from verband.domain.reference import reference
from verband.sources.sample.chance import stream
from verband.sources.sample.data_files import table

FIXED, FIXED_VOLUME = "vast", "vast nieuw"
REFERENCE_INHABITANTS = 30_000
"""Size at which volumes are per inhabitant what the table of measures says."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A grant measure: its volume by size and need, its weight and the clusters it is spread over.

    Attributes
    ----------
    per_inhabitant
        Volume per inhabitant where ``REFERENCE_INHABITANTS`` live.
    elasticity, need, chance
        Of the volume: elasticity with respect to inhabitants, effect of one unit of need on its logarithm, and
        standard deviation of its logarithm around both. Among the true municipalities the drivers of cost vary by
        0.1 to 0.9 around what size alone explains; with much less here, size and drivers could not be told apart.
    """

    code: str
    name: str
    per_inhabitant: float
    elasticity: float
    need: float
    chance: float
    weight: float
    clusters: Mapping[str, float]

    @property
    def volume_code(self) -> str:
        """The fixed amount has another code in the volumes than in the weights."""
        return FIXED_VOLUME if self.code == FIXED else self.code

    def volume(self, seed: int, code: str, people: float, need: float) -> float:
        """Volume of the municipality with a code, for its inhabitants and need."""
        chance = stream(seed, "volume", self.code, code).gauss(0, self.chance)
        size = (people / REFERENCE_INHABITANTS) ** self.elasticity * REFERENCE_INHABITANTS
        return float(self.per_inhabitant * size * exp(self.need * need + chance))

    @property
    def tax(self) -> bool:
        """Whether it deducts the property-tax base."""
        return self.code.startswith("WOZ")


@cache
def measures() -> tuple[Measure, ...]:
    """The reduced set of measures."""
    return tuple(
        Measure(
            code=row["code"],
            name=row["name"],
            per_inhabitant=float(row["per_inhabitant"]),
            elasticity=float(row["elasticity"]),
            need=float(row["need"]),
            chance=float(row["chance"]),
            weight=float(row["weight"]),
            clusters={part.rsplit(":", 1)[0]: float(part.rsplit(":", 1)[1]) for part in row["clusters"].split(";")},
        )
        for row in table("measures")
    )


def driver(name: str, main_task: str, seed: int, code: str, people: float, need: float) -> float:
    """A cost driver of a main task, less what it is at the reference size where nothing is left to chance.

    Parameters
    ----------
    name, main_task
        As in ``cost_drivers.csv``; the driver is a logarithm there.
    seed, code, people, need
        The municipality: its inhabitants and need.

    Raises
    ------
    ValueError
        If there is no such driver in logarithms.
    """
    rule = next(
        (row for row in reference("cost_drivers") if (row["driver"], row["main_task"]) == (name, main_task)), None
    )
    if rule is None or rule["logarithm"] != "yes":
        raise ValueError(f"main task {main_task} has no driver {name} in logarithms")
    by_code = {one.code: one for one in measures()}
    above, below = by_code[rule["measure"]], by_code[rule["per"]]
    here = log(above.volume(seed, code, people, need) / below.volume(seed, code, people, need))
    return here - log(above.per_inhabitant / below.per_inhabitant)
