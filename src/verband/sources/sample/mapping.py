"""The map of the sample: cells of a bent grid that really touch, and one island, somewhere in the sea.

Longitude and latitude become RD New by the published polynomials (Schreutelkamp and Strang van Hees 2001, "Benaderings-
formules voor de transformatie tussen RD- en WGS84-kaartcoordinaten"), good to about a metre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot, inf

from verband.sources.sample.chance import stream
from verband.sources.sample.model import Municipality, Province

Point = tuple[float, float]
_WEST, _NORTH = 3.300, 52.980
_WIDTH, _HEIGHT = 0.160, 0.120
_ISLAND = (5, 3)
NEAR_M = 500.0
_EAST_TERMS = (
    (0, 1, 190094.945),
    (1, 1, -11832.228),
    (2, 1, -114.221),
    (0, 3, -32.391),
    (1, 0, -0.705),
    (3, 1, -2.340),
    (1, 3, -0.608),
    (0, 2, -0.008),
    (2, 3, 0.148),
)
_NORTH_TERMS = (
    (1, 0, 309056.544),
    (0, 2, 3638.893),
    (2, 0, 73.077),
    (1, 2, -157.984),
    (3, 0, 59.788),
    (0, 1, 0.433),
    (2, 2, -6.439),
    (1, 1, -0.032),
    (0, 4, 0.092),
    (1, 4, -0.054),
)


def to_rd(point: Point) -> Point:
    """Longitude and latitude (degrees) to RD New (metres)."""
    north, east = 0.36 * (point[1] - 52.15517440), 0.36 * (point[0] - 5.38720621)
    return (
        155_000 + sum(term * north**p * east**q for p, q, term in _EAST_TERMS),
        463_000 + sum(term * north**p * east**q for p, q, term in _NORTH_TERMS),
    )


def _corner(seed: int, column: int, row: int) -> Point:
    rng = stream(seed, "corner", column, row)
    east = _WEST + column * _WIDTH + rng.uniform(-0.025, 0.025)
    north = _NORTH - row * _HEIGHT + rng.uniform(-0.018, 0.018)
    return round(east, 3), round(north, 3)


def border(seed: int, cell: Point) -> tuple[Point, ...]:
    """Border of a cell in longitude and latitude, counter-clockwise, the last point equal to the first."""
    column, row = int(cell[0]), int(cell[1])
    around = ((column, row), (column, row + 1), (column + 1, row + 1), (column + 1, row))
    points = [_corner(seed, *at) for at in around]
    if (column, row) == _ISLAND:
        # An island lies just off the coast in the west and well off the one in the north.
        points = [
            (round(x + 0.005, 3), round(y - (0.012 if index in {0, 3} else 0), 3))
            for index, (x, y) in enumerate(points)
        ]
    return (*points, points[0])


def area_and_centroid(ring: Sequence[Point]) -> tuple[float, Point]:
    """Area and centroid of a simple ring (shoelace formula), in the units of its coordinates."""
    area = east = north = 0.0
    x0, y0 = ring[0]
    for (ax, ay), (bx, by) in pairwise(ring):
        cross = (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
        area += cross / 2
        east += (ax + bx - 2 * x0) * cross
        north += (ay + by - 2 * y0) * cross
    return abs(area), (x0 + east / (6 * area), y0 + north / (6 * area))


@dataclass(frozen=True, slots=True)
class Contact:
    """How two municipalities lie towards each other.

    Attributes
    ----------
    kind
        ``grens`` (a common edge), ``punt`` (one common point) or ``nabij`` (within 500 m).
    length_m, distance_m
        Length of the common border and distance, metres in RD New.
    """

    first: Municipality
    second: Municipality
    kind: str
    length_m: float
    distance_m: float


def contacts(province: Province, year: int) -> tuple[Contact, ...]:
    """All pairs that touch or nearly touch, by code."""
    items = sorted(province.existing(year), key=lambda item: item.code)
    rings = {item.code: border(province.seed, item.cell) for item in items}
    result = []
    for index, first in enumerate(items):
        for second in items[index + 1 :]:
            a, b = rings[first.code], rings[second.code]
            edges = {frozenset(edge) for edge in pairwise(a)} & {frozenset(edge) for edge in pairwise(b)}
            length = sum(_length(*map(to_rd, edge)) for edge in edges)
            if edges:
                result.append(Contact(first, second, "grens", length, 0.0))
            elif set(a) & set(b):
                result.append(Contact(first, second, "punt", 0.0, 0.0))
            elif (distance := _distance(a, b)) <= NEAR_M:
                result.append(Contact(first, second, "nabij", 0.0, distance))
    return tuple(result)


def _length(start: Point, end: Point) -> float:
    return hypot(end[0] - start[0], end[1] - start[1])


def _distance(first: Sequence[Point], second: Sequence[Point]) -> float:
    """Shortest distance of two rings that do not cross, metres."""
    a, b = [to_rd(point) for point in first], [to_rd(point) for point in second]
    best = inf
    for ring, other in ((a, b), (b, a)):
        for point in ring:
            for start, end in pairwise(other):
                best = min(best, _to_edge(point, start, end))
    return best


def _to_edge(point: Point, start: Point, end: Point) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / (dx * dx + dy * dy)
    along = min(max(along, 0.0), 1.0)
    return hypot(point[0] - start[0] - along * dx, point[1] - start[1] - along * dy)
