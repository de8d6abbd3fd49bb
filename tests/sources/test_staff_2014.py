"""Staff 2014: closing zeros put back, marked, and equal to the linked table."""

import polars as pl
import pytest
from reading_checks import check_any_bytes, published, read, store

from verband.errors import BadInputError
from verband.sources.staff_2014 import repaired_fte, repaired_name

HEADER = "Instelling,Gemeente,Provincie,Aantal FTE Totaal\n"
LINKED = "instelling,plaats,provincie,fte_bron,fte,soort,gm_code\n"


@pytest.mark.parametrize(
    ("text", "fte"),
    [("1.54", 1540), ("12.571", 12571), ("1.5", 1500), ("164", 164), ("1.002", 1002), ("1.234.5", 1234500), ("7", 7)],
)
def test_closing_zeros_are_put_back(tmp_path, text, fte):
    row = (
        read(store(tmp_path, HEADER + f"Gemeente Aastad,Aastad,Zeewold,{text}\n"))
        .tables["staff_2014"]
        .row(0, named=True)
    )
    assert (row["fte"], row["fte_published"], row["repaired"]) == (fte, text, "." in text)


@pytest.mark.parametrize("text", ["1.2345", "12,5", "1234.5", "0.5", "-3", "veel", "1.", "1..5"])
def test_what_is_no_such_figure_is_refused_or_set_aside(tmp_path, text):
    file = store(tmp_path, HEADER + f'Aastad,Aastad,Zeewold,12\nBeestad,Beestad,Zeewold,"{text}"\n')
    with pytest.raises(BadInputError, match="line 3: column 'Aantal FTE Totaal' holds"):
        read(file)
    report = read(file, strict=False).report
    assert (report.rows_read, report.rows_kept, len(report.set_aside)) == (2, 1, 1)
    assert report.set_aside[0].line == 3


def test_remarks_tell_what_was_repaired(tmp_path):
    remarks = read(store(tmp_path, HEADER + "A,A,Z,1.5\nB,B,Z,3\n")).report.remarks
    assert any("in 1 figures the dot was read as thousands" in text for text in remarks)
    assert any("1 figures without a dot are below 100" in text for text in remarks)


def test_names_in_a_wrong_encoding_are_turned_back(tmp_path):
    damaged = "Wâldstêd"
    for _ in range(2):
        damaged = damaged.encode().decode("mac_roman")
    assert repaired_name(damaged) == "Wâldstêd"
    assert repaired_name("Wâldstêd") == "Wâldstêd"
    assert repaired_name("a ‚ b") == "a ‚ b"
    reading = read(store(tmp_path, HEADER + f"Gemeente,{damaged},Z,3\n"))
    assert reading.tables["staff_2014"]["place"].to_list() == ["Wâldstêd"]
    assert "1 names" in reading.report.remarks[0]


def test_links_keep_the_figure_of_their_maker_and_differences_are_said(tmp_path):
    rows = "Gemeente Aastad,Aastad,Z,1.5,1500,gemeente,GM9901\nDienst,Aastad,Z,1.5,15,overig,\n"
    reading = read(store(tmp_path, LINKED + rows))
    frame = reading.tables["staff_2014_links"]
    assert frame["fte"].to_list() == [1500, 15]
    assert frame["sort"].to_list() == ["municipality", "other"]
    assert frame["code"].to_list() == ["GM9901", None]
    assert any("1 repaired figures differ" in text and "line 3" in text for text in reading.report.remarks)


def test_any_bytes(tmp_path):
    check_any_bytes(tmp_path, [HEADER + "A,A,Z,1.5\nB,B,Z,3\n", LINKED + "A,A,Z,1.5,1500,gemeente,GM9901\n"])


@pytest.mark.published
def test_published_repair_equals_the_linked_table():
    ours = published("personeel/fte_2014.csv").tables["staff_2014"]
    theirs = published("personeel/fte_2014_koppeling.csv").tables["staff_2014_links"]
    assert ours.height == theirs.height == 738
    both = ours.join(theirs, on=["organisation", "place"], how="inner", suffix="_linked")
    assert both.height == 738
    assert both.filter(pl.col("fte") != pl.col("fte_linked")).is_empty()
    assert theirs.filter(repaired_fte(pl.col("fte_published")) != pl.col("fte")).is_empty()
    assert ours.filter("repaired").height == 59
    totals = dict(theirs.group_by("sort").agg(pl.col("fte").sum()).iter_rows())
    assert (totals["municipality"], totals["province"], totals["water_board"]) == (131_132, 9_709, 9_134)
