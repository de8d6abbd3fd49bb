"""Accounts per full task: the national row, vintages, municipalities that did not file."""

import os
from pathlib import Path

import polars as pl
import pytest

from verband.domain.schema import schema
from verband.errors import BadInputError
from verband.sources.files import SourceFile
from verband.sources.iv3_task_accounts import FORMATS, vintage
from verband.sources.registry import recognise

HEADER = (
    "Gemeenten;Taakveld;L1.1 Salarissen en sociale lasten;Baten;Lasten;Provincie;Gemeentegrootte;Stedelijkheid;"
    "Inwonertal;Centrumfunctie;Sociale structuur"
)
TAIL = "Ergens;20000tot50000inwoners;Nietstedelijk;{};Weinig;Goed"
ROWS = [
    f"Aa;0.1 Bestuur;10.0;1.0;20.0;{TAIL.format(1000)}",
    f"Aa;0.10 Mutaties reserves;;0.0;5.0;{TAIL.format(1000)}",
    f"Bee;0.1 Bestuur;;2.0;30.0;{TAIL.format(2000)}",
    f"Bee;0.10 Mutaties reserves;;0.0;0.0;{TAIL.format(2000)}",
    f"Cee;0.1 Bestuur;;0.0;0.0;{TAIL.format(3000)}",
    f"Cee;0.10 Mutaties reserves;;0.0;0.0;{TAIL.format(3000)}",
    "Nederland;0.1 Bestuur;10.0;3.0;50.0;;;;6000;;",
    "Nederland;0.10 Mutaties reserves;0.0;0.0;5.0;;;;6000;;",
]


def read(tmp_path, rows=None, name="2023_begroting.csv", strict=True):
    path = tmp_path / "file"
    path.write_text("\n".join([HEADER, *(ROWS if rows is None else rows)]) + "\n", encoding="utf-8")
    file = SourceFile(path, name)
    assert recognise(file) is FORMATS[0]
    return FORMATS[0].read(file, strict)


def test_task_code_is_cut_from_the_title_and_stays_text(tmp_path):
    rows = [
        f"Aa;{task};1.0;1.0;1.0;{TAIL.format(9)}" for task in ("6.71a Hulp", "6.711 Hulp", "0.10 Reserves", "0.1 B")
    ]
    frame = read(tmp_path, rows).tables["task_accounts"]
    assert frame["task"].to_list() == ["6.71a", "6.711", "0.10", "0.1"]
    assert frame.columns == list(schema("task_accounts").names)


def test_national_row_is_checked_and_set_aside(tmp_path):
    reading = read(tmp_path)
    assert reading.report.reasons == {"national total row": 2}
    assert [item.line for item in reading.report.set_aside] == [8, 9]
    assert sum("equals the sum" in remark for remark in reading.report.remarks) == 3
    assert "Nederland" not in reading.tables["task_accounts"]["name"].to_list()


def test_a_national_row_that_differs_is_said_with_amount_and_task(tmp_path):
    rows = [row.replace("Nederland;0.1 Bestuur;10.0;3.0;50.0", "Nederland;0.1 Bestuur;10.0;3.0;57.0") for row in ROWS]
    remark = next(text for text in read(tmp_path, rows).report.remarks if "differs" in text)
    assert "for cost on 1 tasks" in remark
    assert "-7 keur" in remark
    assert "0.1 Bestuur" in remark


def test_a_file_without_national_row_says_so(tmp_path):
    assert any("could not be checked" in text for text in read(tmp_path, ROWS[:6]).report.remarks)


def test_municipality_with_only_zeros_is_missing_and_named(tmp_path):
    reading = read(tmp_path)
    frame = reading.tables["task_accounts"]
    unfiled = frame.filter(pl.col("missing").is_not_null())
    assert unfiled["name"].unique().to_list() == ["Cee"]
    assert unfiled.select("wages_keur", "income_keur", "cost_keur").null_count().row(0) == (2, 2, 2)
    assert any("Cee" in text for text in reading.report.remarks)
    filed = frame.filter((pl.col("name") == "Bee") & (pl.col("task") == "0.10"))
    assert filed.select("wages_keur", "income_keur", "cost_keur").row(0) == (None, 0.0, 0.0)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/2023_begroting.csv", (2023, "budget")),
        ("x-2024-Jaarrekening-v2.csv", (2024, "accounts")),
        ("2023_begroting/onbekend.csv", None),
        ("begroting.csv", None),
        ("2023_begroting_2024_begroting.csv", None),
        ("12023_begroting.csv", None),
    ],
)
def test_vintage_from_the_last_part_of_the_name(tmp_path, name, expected):
    assert vintage(name) == expected
    reading = read(tmp_path, name=name)
    frame = reading.tables["task_accounts"]
    if expected:
        assert reading.scope == f"{expected[0]} {expected[1]}"
        assert reading.notes == {"vintage": "from the file's name"}
        assert frame.select("year", "report").unique().rows() == [expected]
    else:
        assert reading.scope == ""
        assert reading.notes == {"vintage": "unknown"}
        assert frame.select("year", "report").unique().rows() == [(None, None)]
        assert frame.schema["year"] == pl.Int64
        assert frame.schema["report"] == pl.String


def test_a_task_that_is_no_code_stops_with_its_line(tmp_path):
    rows = [*ROWS[:2], ROWS[2].replace("0.1 Bestuur", "Bestuur")]
    with pytest.raises(BadInputError, match=r"line 4: column 'task' holds 'Bestuur'"):
        read(tmp_path, rows)
    assert read(tmp_path, rows, strict=False).report.rows_kept == 2


def test_two_different_rows_for_one_task_stop(tmp_path):
    with pytest.raises(BadInputError, match="second, different row"):
        read(tmp_path, [*ROWS[:2], ROWS[0].replace("20.0", "21.0")])


@pytest.mark.published
def test_published_files_equal_their_national_row_and_the_other_aggregation():
    root = Path(os.environ.get("VERBAND_PUBLISHED_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not (root / "iv3" / "begrotingsanalysetool").is_dir():
        pytest.skip(f"the published data are not in {root}")
    missing = {}
    cost = {}
    for path in sorted((root / "iv3" / "begrotingsanalysetool").glob("*.csv")):
        reading = FORMATS[0].read(SourceFile(path, path.name), True)
        frame = reading.tables["task_accounts"]
        assert sum("equals the sum" in text for text in reading.report.remarks) == 3
        missing[reading.scope] = sorted(frame.filter(pl.col("missing").is_not_null())["name"].unique())
        cost[reading.scope] = frame.filter(~pl.col("task").is_in(["0.10", "0.11"]))["cost_keur"].sum()
        assert set(reading.report.reasons) == {"national total row"}
    assert missing == {
        "2023 budget": ["Voorne aan Zee"],
        "2023 accounts": ["Vijfheerenlanden"],
        "2024 budget": ["Vijfheerenlanden"],
        "2025 budget": ["De Bilt", "Landsmeer", "Midden-Drenthe", "Vijfheerenlanden"],
    }
    assert cost["2023 accounts"] == pytest.approx(75_164_737, abs=0.5)
