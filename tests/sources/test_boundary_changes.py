"""Boundary changes: kinds, unknown shares, border corrections, and shares that cannot be right."""

import datetime
import os
from pathlib import Path

import polars as pl
import pytest

from verband.errors import BadInputError
from verband.sources.files import SourceFile
from verband.sources.registry import recognise

HEADER = (
    "effective_date,new_gm_code,new_name,old_gm_code,old_name,type,aandeel_adressen_oude_gemeente,"
    "inwoners_overgegaan,note,geverifieerd"
)
SPLIT = [
    '2030-01-01,GM9001,Aastad,GM9010,Zeedorp,splitsing,0.6041,600,"Zeedorp verdeeld, in drieën",lijst',
    "2030-01-01,GM9002,Beestad,GM9010,Zeedorp,splitsing,0.3,300,,lijst",
    "2030-01-01,GM9003,Ceestad,GM9010,Zeedorp,splitsing,0.0960,,,lijst",
]
OTHER = [
    "2030-01-01,GM9001,Aastad,GM9001,Aastad,voortzetting,1,,nemer,lijst",
    "2030-01-01,GM9001,Aastad,GM9011,Ydorp,samenvoeging,1,,,lijst; opvolger unverified",
    "2031-01-01,GM9020,Nieuwnaam,GM9003,Ceestad,naamswijziging,1,,,lijst",
    "2031-01-01,GM9001,Aastad,GM9002,Beestad,grenscorrectie,0.02,70,,lijst",
    "2032-01-01,GM9001,Aastad,GM9030,Ixdorp,splitsing,,,,lijst",
    "2032-01-01,GM9002,Beestad,GM9030,Ixdorp,splitsing,0.25,,,lijst",
]


def read(tmp_path, rows, strict=True):
    path = tmp_path / "x"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    file = SourceFile(path, "changes.csv")
    return recognise(file).read(file, strict)


def test_kinds_are_translated_and_unknown_stays_unknown(tmp_path):
    reading = read(tmp_path, SPLIT + OTHER)
    frame = reading.tables["boundary_changes"]
    assert frame["type"].to_list() == [
        *["split"] * 3,
        "continuation",
        "merger",
        "renaming",
        "boundary_correction",
        "split",
        "split",
    ]
    assert frame["effective_date"][0] == datetime.date(2030, 1, 1)
    assert frame["share"].to_list() == [0.6041, 0.3, 0.0960, 1, 1, 1, 0.02, None, 0.25]
    assert frame["inhabitants_moved"].to_list() == [600, 300, None, None, None, None, 70, None, None]
    assert frame.filter("unverified")["old_code"].to_list() == ["GM9011"]
    words = " ".join(reading.report.remarks)
    assert "not known for parts of GM9030" in words
    assert "1 border corrections" in words
    assert "1 changes are marked unverified" in words


@pytest.mark.parametrize("share", ["0.5", "0.29", "0.311"])
def test_parts_that_do_not_add_up_to_one_are_refused_by_line(tmp_path, share):
    rows = [OTHER[0], *(row.replace(",0.3,", f",{share},") for row in SPLIT)]
    with pytest.raises(BadInputError, match=r"changes.csv, line 3: the parts of GM9010 on 2030-01-01 add up to"):
        read(tmp_path, rows)
    reading = read(tmp_path, rows, strict=False)
    assert reading.tables["boundary_changes"]["old_code"].to_list() == ["GM9001"]
    assert [item.line for item in reading.report.set_aside] == [3, 4, 5]
    assert reading.report.rows_read == 4


def test_rounding_within_half_a_percent_is_allowed(tmp_path):
    rows = [row.replace(",0.3,", ",0.3040,") for row in SPLIT]
    assert read(tmp_path, rows).report.rows_kept == 3


def test_known_parts_above_one_are_refused_though_others_are_unknown(tmp_path):
    rows = [*SPLIT, "2030-01-01,GM9004,Deestad,GM9010,Zeedorp,splitsing,,,,lijst"]
    assert read(tmp_path, rows).report.rows_kept == 4
    with pytest.raises(BadInputError, match="GM9010"):
        read(tmp_path, [row.replace(",0.3,", ",0.9,") for row in rows])


def test_a_border_correction_is_no_part_of_the_sum(tmp_path):
    row = "2030-01-01,GM9005,Eestad,GM9010,Zeedorp,grenscorrectie,0.05,,,lijst"
    assert read(tmp_path, [*SPLIT, row]).report.rows_kept == 4


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("splitsing", "opheffing", "'type' holds 'opheffing'"),
        ("0.3", "1.3", "from 0 to 1"),
        ("2030-01-01", "2030-13-01", "effective_date"),
        ("GM9010", "9010", "GM"),
    ],
)
def test_values_outside_the_contract_are_refused(tmp_path, old, new, words):
    with pytest.raises(BadInputError, match=words):
        read(tmp_path, [SPLIT[0], SPLIT[1].replace(old, new), SPLIT[2]])


@pytest.mark.published
def test_published_list():
    root = Path(os.environ.get("VERBAND_PUBLISHED_DATA", Path(__file__).parents[2] / "../shared/data"))
    path = root / "herindelingen" / "herindelingen_2011_2023.csv"
    if not path.exists():
        pytest.skip(f"the published data are not at {root}")
    file = SourceFile(path, path.name)
    frame = recognise(file).read(file, True).tables["boundary_changes"]
    assert dict(frame["type"].value_counts().rows()) == {
        "merger": 113,
        "split": 16,
        "renaming": 3,
        "boundary_correction": 2,
        "continuation": 26,
    }
    assert frame["unverified"].sum() == 4
    haaren = frame.filter((pl.col("old_code") == "GM0788") & (pl.col("type") == "split"))
    assert haaren["share"].sum() == pytest.approx(1, abs=0.0005)
