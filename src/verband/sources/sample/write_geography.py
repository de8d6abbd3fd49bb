"""Borders, neighbours and centroids of 2024, one from the other."""

from __future__ import annotations

import json

from verband.sources.sample.mapping import area_and_centroid, border, contacts, to_rd
from verband.sources.sample.model import Province
from verband.sources.sample.writing import Cell, Files, table

_YEAR = 2024


def files(province: Province) -> Files:
    """Yield the files of ``geo/``."""
    items = sorted(province.existing(_YEAR), key=lambda item: item.code)
    touching = contacts(province, _YEAR)
    features, centroids = [], []
    for number, item in enumerate(items, start=1):
        ring = border(province.seed, item.cell)
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [[list(point) for point in ring]]},
                "properties": {
                    "statcode": item.code,
                    "jrstatcode": f"{_YEAR}{item.code}",
                    "statnaam": item.name,
                    "rubriek": "gemeente",
                    "id": number,
                },
                "id": item.code,
            }
        )
        neighbours = sum(one.kind == "grens" and item in (one.first, one.second) for one in touching)
        _, (longitude, latitude) = area_and_centroid(ring)
        area, (east, north) = area_and_centroid([to_rd(point) for point in ring])
        place: tuple[Cell, ...] = (round(east), round(north), round(longitude, 5), round(latitude, 5))
        # The cells are convex enough for their centroid to lie inside them.
        centroids.append((item.code, item.name, *place, round(east), round(north), round(area / 10_000), neighbours))
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    yield (
        f"geo/gemeenten_{_YEAR}.geojson",
        f'{{"type":"FeatureCollection", "features": [\n{lines}\n]}}'.encode(),
    )
    yield (
        f"geo/gemeenten_{_YEAR}_buren.csv",
        table(
            ("gm_code_a", "naam_a", "gm_code_b", "naam_b", "type", "grenslengte_m", "afstand_m"),
            [
                (
                    one.first.code,
                    one.first.name,
                    one.second.code,
                    one.second.name,
                    one.kind,
                    round(one.length_m),
                    round(one.distance_m),
                )
                for one in touching
            ],
        ),
    )
    header = (
        "gm_code",
        "naam",
        "centroid_rd_x_m",
        "centroid_rd_y_m",
        "centroid_lon",
        "centroid_lat",
        "binnenpunt_rd_x_m",
        "binnenpunt_rd_y_m",
        "oppervlakte_ha_gegeneraliseerd",
        "aantal_buren_grens",
    )
    yield f"geo/gemeenten_{_YEAR}_centroiden.csv", table(header, centroids)
