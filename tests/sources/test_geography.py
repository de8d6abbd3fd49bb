"""Geography: borders held against the standard, neighbours and centroids."""

import copy
import json

import pytest
from reading_checks import check_any_bytes, published, read, store

from verband.errors import BadInputError

SQUARE = [[5.0, 52.0], [5.1, 52.0], [5.1, 52.1], [5.0, 52.0]]
NEIGHBOURS = "gm_code_a,naam_a,gm_code_b,naam_b,type,grenslengte_m,afstand_m\n"
CENTROIDS = (
    "gm_code,naam,centroid_rd_x_m,centroid_rd_y_m,centroid_lon,centroid_lat,binnenpunt_rd_x_m,binnenpunt_rd_y_m,"
    "oppervlakte_ha_gegeneraliseerd,aantal_buren_grens\n"
)


def feature(code="GM9901", year="2030", kind="Polygon", coordinates=None, **properties):
    about = {"statcode": code, "jrstatcode": year + code, "statnaam": "Aastad", **properties}
    geometry = {"type": kind, "coordinates": [SQUARE] if coordinates is None else coordinates, "extra": 1}
    return {"type": "Feature", "geometry": geometry, "properties": about}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def test_borders_with_box_and_year(tmp_path):
    island = [[[6.0, 53.0], [6.2, 53.0], [6.2, 53.4], [6.0, 53.0]]]
    several = feature("GM9902", kind="MultiPolygon", coordinates=[[SQUARE], island])
    reading = read(store(tmp_path, collection(feature(), several)))
    frame = reading.tables["municipality_borders"]
    assert reading.scope == "2030"
    assert frame["year"].to_list() == [2030, 2030]
    assert frame.select("west", "south", "east", "north").rows() == [(5.0, 52.0, 5.1, 52.1), (5.0, 52.0, 6.2, 53.4)]
    assert json.loads(frame["geometry"][0]) == {"type": "Polygon", "coordinates": [SQUARE]}
    assert " " not in frame["geometry"][0]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (feature(coordinates=[[*SQUARE[:-1], [5.0, 52.01]]]), "not closed"),
        (feature(coordinates=[SQUARE[:3]]), "fewer than four"),
        (feature(coordinates=[]), "holds no rings"),
        (feature(coordinates="x"), "holds no rings"),
        (feature(coordinates=[[[5.0, "52"], *SQUARE]]), "not a pair of numbers"),
        (feature(coordinates=[[[True, 52], *SQUARE]]), "not a pair of numbers"),
        (feature(coordinates=[[[5.0], *SQUARE]]), "not a pair of numbers"),
        (feature(coordinates=[[[155000, 463000]] * 4]), "not longitude and latitude in the Netherlands"),
        (feature(coordinates=[[[52.0, 5.0]] * 4]), "not longitude and latitude in the Netherlands"),
        (feature(kind="Point", coordinates=[5.0, 52.0]), "no Polygon"),
        (feature(kind=["x"]), "no Polygon"),
        (feature(code="PV20"), "no municipality code"),
        (feature(jrstatcode="2030GM0001"), "jrstatcode is not the year"),
        (feature(statnaam=" "), "statnaam is empty"),
        ({"type": "Feature", "properties": None}, "without properties"),
        (7, "without properties"),
        (feature(), "a second border"),
    ],
)
def test_a_faulty_border_is_told_by_number_and_code(tmp_path, wrong, message):
    file = store(tmp_path, collection(feature(), copy.deepcopy(wrong)))
    with pytest.raises(BadInputError, match=message) as caught:
        read(file)
    assert "feature 2" in str(caught.value)
    report = read(file, strict=False).report
    assert (report.rows_read, report.rows_kept, len(report.set_aside)) == (2, 1, 1)


@pytest.mark.parametrize(
    "text", ['{"type": "FeatureCollection", "statcode"', '{"FeatureCollection": 1, "statcode": 2}']
)
def test_what_is_no_collection_is_a_plain_message(tmp_path, text):
    with pytest.raises(BadInputError):
        read(store(tmp_path, text))


def test_neighbours_and_centroids(tmp_path):
    frame = read(store(tmp_path, NEIGHBOURS + "GM9901,A,GM9902,B,grens,10,0\nGM9901,A,GM9903,C,nabij,0,200\n"))
    assert frame.tables["neighbours"]["contact"].to_list() == ["border", "near"]
    assert frame.tables["neighbours"]["year"].to_list() == [None, None]
    row = "GM9901,A,155000,463000,5.38,52.15,155100,463100,1234,5\n"
    centroids = read(store(tmp_path, CENTROIDS + row)).tables["centroids"]
    assert centroids["area_ha"].to_list() == [1234]
    with pytest.raises(BadInputError, match="centroid_lon"):
        read(store(tmp_path, CENTROIDS + row.replace("5.38,52.15", "52.15,5.38")))


def test_any_bytes(tmp_path):
    contents = [collection(feature(), feature("GM9902")), NEIGHBOURS + "GM9901,A,GM9902,B,grens,10,0\n"]
    check_any_bytes(tmp_path, [*contents, CENTROIDS + "GM9901,A,155000,463000,5.38,52.15,155100,463100,1234,5\n"])


@pytest.mark.published
def test_published():
    borders = published("geo/gemeenten_2024.geojson")
    assert borders.scope == "2024"
    assert borders.tables["municipality_borders"].height == 342
    neighbours = published("geo/gemeenten_2024_buren.csv").tables["neighbours"]
    contacts = dict(neighbours["contact"].value_counts().iter_rows())
    assert contacts == {"border": 868, "point": 12, "near": 18}
    centroids = published("geo/gemeenten_2024_centroiden.csv").tables["centroids"]
    assert centroids.height == 342
    assert round(centroids["area_ha"].sum() / 100) == 35_079
    assert centroids["border_neighbours"].sum() == 2 * 868
