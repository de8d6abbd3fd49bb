"""With whom a municipality is compared: its size class, and the municipalities most like it.

Alike means near in three respects that a municipality does not choose: inhabitants, density and grant need per
inhabitant. The distance is Euclidean on standardised values, the first two in logarithms (nearest neighbours as in
Abadie and Imbens, 2006, without weights). A respect that the data do not carry is left out and named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.analysis.comparison_rules import rule
from verband.domain.size_class import SizeClass, size_class

NUMBER_ALIKE = 12
RESPECTS = ("inhabitants", "density_per_km2", "grant_need_eur_per_inhabitant")


@dataclass(frozen=True, slots=True)
class Features:
    """What a municipality is compared on; ``None`` where unknown."""

    code: str
    name: str
    inhabitants: int
    density_per_km2: float | None = None
    grant_need_eur_per_inhabitant: float | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """A municipality that is like the one asked for, with its distance in standard deviations."""

    code: str
    name: str
    inhabitants: int
    distance: float


@dataclass(frozen=True, slots=True)
class ComparisonGroup:
    """The comparison group, the same throughout a dossier.

    Attributes
    ----------
    size_class
        The class of the municipality.
    in_class
        Codes of the other municipalities in it.
    alike
        The nearest, nearest first.
    respects
        What the distance rests on.
    left_out
        Respects that the data do not carry for this municipality.
    incomparable
        Codes left out because they lack a respect that the municipality has.
    """

    size_class: SizeClass
    in_class: tuple[str, ...]
    alike: tuple[Alike, ...]
    respects: tuple[str, ...]
    left_out: tuple[str, ...]
    incomparable: tuple[str, ...]

    @property
    def far(self) -> bool:
        """Whether few municipalities are like this one: the middle one of those most alike is far away."""
        distances = sorted(item.distance for item in self.alike)
        return bool(distances) and distances[len(distances) // 2] > rule("far_distance")


def features(
    inhabitants: pl.DataFrame,
    names: Mapping[str, str],
    *,
    area_km2: Mapping[str, float],
    grant_need_eur: Mapping[str, float],
) -> tuple[Features, ...]:
    """Put together what municipalities are compared on.

    Parameters
    ----------
    inhabitants
        ``code, inhabitants`` of one year; a municipality without inhabitants cannot be compared and is left out.
    names
        Names by code.
    area_km2, grant_need_eur
        Land area, and general grant over the clusters that count as need, by code; absent where unknown.
    """
    found = []
    for code, number in inhabitants.select("code", "inhabitants").iter_rows():
        if number is None:
            continue
        area, need = area_km2.get(code), grant_need_eur.get(code)
        found.append(
            Features(
                code=code,
                name=names[code],
                inhabitants=round(number),
                density_per_km2=number / area if area else None,
                grant_need_eur_per_inhabitant=need / number if need is not None and number else None,
            )
        )
    return tuple(found)


def comparison_group(code: str, municipalities: Sequence[Features], *, count: int = NUMBER_ALIKE) -> ComparisonGroup:
    """Find the comparison group of one municipality.

    Parameters
    ----------
    code
        The municipality.
    municipalities
        All municipalities of the year, the one asked for among them.
    count
        How many alike.

    Raises
    ------
    KeyError
        If the municipality is not among them.
    """
    own = next((item for item in municipalities if item.code == code), None)
    if own is None:
        raise KeyError(code)
    others = [item for item in municipalities if item.code != code]
    group = size_class(own.inhabitants)
    respects = tuple(name for name in RESPECTS if _usable(getattr(own, name)))
    comparable = [item for item in others if all(_usable(getattr(item, name)) for name in respects)]
    distances = _distances(own, comparable, respects)
    order = sorted(range(len(comparable)), key=lambda index: (distances[index], comparable[index].code))
    return ComparisonGroup(
        size_class=group,
        in_class=tuple(item.code for item in others if size_class(item.inhabitants) == group),
        alike=tuple(
            Alike(comparable[i].code, comparable[i].name, comparable[i].inhabitants, float(distances[i]))
            for i in order[:count]
        ),
        respects=respects,
        left_out=tuple(name for name in RESPECTS if name not in respects),
        incomparable=tuple(sorted({item.code for item in others} - {item.code for item in comparable})),
    )


def _usable(value: float | None) -> bool:
    return value is not None and value > 0


def _distances(own: Features, others: Sequence[Features], respects: Sequence[str]) -> npt.NDArray[np.float64]:
    if not others or not respects:
        return np.zeros(len(others))
    table = np.array([[getattr(item, name) for name in respects] for item in (own, *others)], dtype=float)
    for column, name in enumerate(respects):
        if name != "grant_need_eur_per_inhabitant":
            table[:, column] = np.log(table[:, column])
    spread = table.std(axis=0)
    table = (table - table.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.asarray(np.sqrt(((table[1:] - table[0]) ** 2).sum(axis=1)), dtype=np.float64)
