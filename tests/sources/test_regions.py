"""Regional divisions: kinds by header, missing inhabitants, the year where the municipalities tell it."""

import os
from pathlib import Path

import polars as pl
import pytest

from verband.domain.reference import reference
from verband.errors import BadInputError
from verband.sources.files import SourceFile
from verband.sources.regions import list_year, region_type
from verband.sources.registry import recognise


def read(tmp_path, *rows, division="Veiligheidsregio's", header=None, strict=True):
    path = tmp_path / "x"
    first = header or f'"Gemeente";"CBS";"{division}";"Inwoneraantal van regio"'
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([first, *rows]).encode())
    file = SourceFile(path, "regions.csv")
    return recognise(file).read(file, strict)


def test_rows_are_read_with_whole_codes_and_stripped_regions(tmp_path):
    reading = read(tmp_path, '"Aastad";"0009";"Streek Oost ";"1200"', '"Beestad";"9001";"Streek Oost";"1200"')
    assert reading.scope == "safety_region"
    assert reading.tables["region_membership"].rows() == [
        ("safety_region", "GM0009", "Aastad", "Streek Oost", 1200, None),
        ("safety_region", "GM9001", "Beestad", "Streek Oost", 1200, None),
    ]


def test_a_municipality_may_be_in_several_regions_but_a_repeated_row_is_set_aside(tmp_path):
    row = '"Aastad";"9001";"Streek Oost";"10"'
    reading = read(tmp_path, row, '"Aastad";"9001";"Streek West";"20"', row)
    assert reading.tables["region_membership"]["region"].to_list() == ["Streek Oost", "Streek West"]
    assert reading.report.reasons == {"repeats an earlier row": 1}


def test_zero_inhabitants_are_missing_and_said(tmp_path):
    reading = read(tmp_path, '"Aastad";"9001";"Oost";"0"', '"Beestad";"9002";"West";"7"')
    assert reading.tables["region_membership"]["region_inhabitants"].to_list() == [None, 7]
    assert "1 rows have 0 inhabitants of the region, read as missing" in reading.report.remarks


def test_two_numbers_of_inhabitants_for_one_region_are_refused(tmp_path):
    rows = ('"Aastad";"9001";"Oost";"10"', '"Beestad";"9002";"Oost";"11"')
    with pytest.raises(BadInputError, match=r"line 2: region 'Oost' has 2 different numbers"):
        read(tmp_path, *rows)
    assert read(tmp_path, *rows, strict=False).report.rows_kept == 2


def test_an_unknown_division_keeps_its_name_and_is_said(tmp_path):
    reading = read(tmp_path, '"Aastad";"9001";"Oost";"10"', division="Coöperatieve Zorg-regio's (proef)")
    assert reading.scope == "other_cooperatieve_zorg_regio_s_proef"
    assert "is not a known one" in reading.report.remarks[0]
    assert region_type("province") == ("other_province", False)
    assert region_type("%%%") == ("other_unnamed", False)
    assert region_type("Provincies ") == ("province", True)


@pytest.mark.parametrize(
    ("codes", "year", "words"),
    [
        (["GM1942", "GM0844"], 2016, ""),
        (["GM1930", "GM0381"], 2015, ""),
        (["GM1942"], None, "not before 2016"),
        (["GM0381"], None, "not after 2015"),
        (["GM1942", "GM0381"], None, "stand together"),
        (["GM9999"], None, "cannot be told"),
    ],
)
def test_the_year_is_told_only_where_both_bounds_meet(codes, year, words):
    found, doubt = list_year(codes)
    assert found == year
    assert words in doubt
    assert bool(doubt) == (year is None)


@pytest.mark.parametrize(
    "header",
    [
        '"Gemeente";"CBS";"Provincies"',
        '"Gemeente";"CBS";"Provincies";"Inwoners"',
        '"Naam";"CBS";"Provincies";"Inwoneraantal van regio"',
        '"Gemeente";"CBS";"";"Inwoneraantal van regio"',
        '"Gemeente";"CBS";"_line";"Inwoneraantal van regio"',
        '"Gemeente";"CBS";"Gemeente";"Inwoneraantal van regio"',
    ],
)
def test_a_damaged_header_is_refused(tmp_path, header):
    with pytest.raises(BadInputError, match=r"columns|more than once"):
        read(tmp_path, ";".join(['"x"'] * (header.count(";") + 1)), header=header)


def test_codes_and_cut_off_rows_are_refused(tmp_path):
    with pytest.raises(BadInputError, match="CBS"):
        read(tmp_path, '"Aastad";"901";"Oost";"10"')
    with pytest.raises(BadInputError, match="line 3"):
        read(tmp_path, '"Aastad";"9001";"Oost";"10"', '"Beestad";"90')


def test_known_divisions_have_names_of_their_own():
    rows = reference("region_types")
    assert len({row["region_type"] for row in rows}) == len({row["header_published"] for row in rows}) == len(rows)


@pytest.mark.published
def test_published_divisions_are_of_2016():
    root = Path(os.environ.get("VERBAND_PUBLISHED_DATA", Path(__file__).parents[2] / "../shared/data"))
    paths = sorted((root / "gr_register" / "regioatlas").rglob("*.csv"))
    if not paths:
        pytest.skip(f"the published data are not at {root}")
    files = [SourceFile(path, path.name) for path in paths]
    readings = [recognise(file).read(file, True) for file in files]
    assert len({reading.scope for reading in readings}) == len(paths) == 34
    assert not any(reading.scope.startswith("other_") for reading in readings)
    frame = pl.concat(reading.tables["region_membership"] for reading in readings)
    undated = frame.filter(pl.col("list_year").is_null())["region_type"].unique().to_list()
    assert undated == ["joint_social_service"]
    assert frame["list_year"].drop_nulls().unique().to_list() == [2016]
    assert frame.filter(pl.col("region_type") == "safety_region")["region"].n_unique() == 25
    advice = frame.filter(pl.col("region_type") == "domestic_violence_advice_region")
    assert advice["region_inhabitants"].null_count() == advice.height == 390


@pytest.mark.published
def test_marker_codes_agree_with_the_published_lists():
    root = Path(os.environ.get("VERBAND_PUBLISHED_DATA", Path(__file__).parents[2] / "../shared/data"))
    path = root / "iv3" / "gemeenten.csv"
    if not path.exists():
        pytest.skip(f"the published data are not at {root}")
    years = (
        pl.read_csv(path, infer_schema=False)
        .group_by("gm_code")
        .agg(pl.col("jaar").min().alias("first"), pl.col("jaar").max().alias("last"))
    )
    bounds = {code: (first, last) for code, first, last in years.iter_rows()}
    for row in reference("municipality_list_markers"):
        first, last = bounds[row["code"]]
        assert row["first_list"] in ("", first), row
        assert row["last_list"] in ("", last), row
