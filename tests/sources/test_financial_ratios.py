"""Financial ratios: translation, the shifted budget year, missing and doubtful values."""

import os
from pathlib import Path

import polars as pl
import pytest

from verband.domain.schema import schema
from verband.errors import BadInputError
from verband.sources.files import SourceFile
from verband.sources.financial_ratios import ALL_ZERO, FORMATS, shifts
from verband.sources.registry import recognise

HEADER = "gm_code,naam_bron,begroting,kengetal,jaar,type_raming,waarde"
CORRECTED = "Netto schuldquote gecorrigeerd voor alle verstrekte leningen"


def read(tmp_path, rows, strict=True):
    path = tmp_path / "file"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    file = SourceFile(path, "ratios.csv")
    assert recognise(file) is FORMATS[0]
    return FORMATS[0].read(file, strict)


def test_names_are_translated_and_quoted_names_kept_whole(tmp_path):
    rows = [
        f'GM9001,"Ergens (O,)",2023,{name},2021,Rekening,0.18'
        for name in (
            "Netto schuldquote",
            CORRECTED,
            "Solvabiliteitsratio",
            "Grondexploitatie",
            "Structurele exploitatieruimte",
            "Belastingcapaciteit",
        )
    ]
    frame = read(tmp_path, rows).tables["financial_ratios"]
    assert frame.columns == list(schema("financial_ratios").names)
    assert frame["ratio"].to_list() == list(schema("financial_ratios").column("ratio").allowed.values)
    assert frame["name_published"].unique().to_list() == ["Ergens (O,)"]
    assert frame["value"].unique().to_list() == [0.18]
    assert frame["report_type"].unique().to_list() == ["accounts"]


@pytest.mark.parametrize(
    ("vintage", "year", "kind"), [(2023, 2021, "measured"), (2024, 2020, "derived"), (2025, 2021, "measured")]
)
def test_only_the_shifted_budget_year_is_moved_and_marked(tmp_path, vintage, year, kind):
    reading = read(tmp_path, [f"GM9001,Ergens,{vintage},Solvabiliteitsratio,2021,Rekening,0.2"])
    row = reading.tables["financial_ratios"].row(0, named=True)
    assert (row["year_published"], row["year"], row["shifted"], row["kind"]) == (2021, year, year != 2021, kind)
    assert any("shifted by -1" in text for text in reading.report.remarks) == (kind == "derived")


def test_shifts_are_dated_data_with_a_reason():
    assert shifts() == {2024: -1}


def test_no_number_and_empty_are_missing_zero_is_not(tmp_path):
    rows = [
        "GM9001,Ergens,2023,Grondexploitatie,2021,Rekening,A",
        "GM9001,Ergens,2023,Solvabiliteitsratio,2021,Rekening,",
        "GM9001,Ergens,2023,Belastingcapaciteit,2021,Rekening,0.0",
        "GM9001,Ergens,2023,Netto schuldquote,2021,Rekening,-0.5",
    ]
    reading = read(tmp_path, rows)
    frame = reading.tables["financial_ratios"]
    assert frame["value"].to_list() == [None, None, 0.0, -0.5]
    assert frame["missing"].is_not_null().to_list() == [True, True, False, False]
    assert sum("1 values missing" in text for text in reading.report.remarks) == 2


def test_doubtful_values_are_kept_and_marked(tmp_path):
    rows = [
        "GM9001,Ergens,2023,Grondexploitatie,2021,Rekening,11.14",
        "GM9001,Ergens,2023,Solvabiliteitsratio,2021,Rekening,0.3",
        "GM9002,Elders,2023,Grondexploitatie,2021,Rekening,0",
        "GM9002,Elders,2023,Solvabiliteitsratio,2021,Rekening,0",
        "GM9002,Elders,2023,Belastingcapaciteit,2021,Rekening,",
        "GM9003,Overal,2022,Solvabiliteitsratio,2021,Rekening,0.3",
    ]
    frame = read(tmp_path, rows).tables["financial_ratios"]
    assert frame["value"].to_list() == [11.14, 0.3, 0.0, 0.0, None, 0.3]
    doubts = frame["doubt"].to_list()
    assert "land stock" in doubts[0]
    assert doubts[1] is None
    assert doubts[2:5] == [ALL_ZERO, ALL_ZERO, None]
    assert "another municipality" in doubts[5]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("GM9001,Ergens,2023,Onbekend,2021,Rekening,0.1", "column 'kengetal' holds 'Onbekend'"),
        ("GM9001,Ergens,2023,Grondexploitatie,2021,Rekening,veel", "column 'waarde' holds 'veel'"),
        ("GM9001,Ergens,2023,Grondexploitatie,2021,Rekening,inf", "column 'waarde' holds 'inf'"),
        ("GM9001,Ergens,2023,Grondexploitatie,x,Rekening,1", "column 'jaar' holds 'x'"),
        ("GM901,Ergens,2023,Grondexploitatie,2021,Rekening,1", "column 'gm_code' holds 'GM901'"),
        ("GM9001,Ergens,,Grondexploitatie,2021,Rekening,1", "column 'begroting' is empty"),
    ],
)
def test_faults_stop_or_are_set_aside(tmp_path, row, message):
    with pytest.raises(BadInputError, match=message):
        read(tmp_path, [row])
    report = read(tmp_path, [row, "GM9001,Ergens,2023,Grondexploitatie,2021,Rekening,1"], strict=False).report
    assert (report.rows_read, report.rows_kept) == (2, 1)


@pytest.mark.published
def test_every_budget_year_agrees_best_with_the_balance_sheets_of_its_corrected_year():
    root = Path(os.environ.get("VERBAND_PUBLISHED_DATA", Path(__file__).parents[3] / "shared" / "data"))
    path, balance = (
        root / "financiele_kengetallen" / "kengetallen.csv.gz",
        root / "iv3" / "balansposten_jaarrekening.csv.gz",
    )
    if not path.is_file() or not balance.is_file():
        pytest.skip(f"the published data are not in {root}")
    reading = FORMATS[0].read(SourceFile(path, path.name), True)
    assert reading.report.rows_kept == 74_952
    ratios = reading.tables["financial_ratios"].filter(
        (pl.col("ratio") == "solvency_ratio") & (pl.col("report_type") == "accounts") & pl.col("value").is_not_null()
    )
    file = SourceFile(balance, balance.name)
    items = recognise(file).read(file, True).tables["balance_items"].filter(pl.col("item").str.starts_with("P"))
    solvency = items.group_by("code", pl.col("year").alias("of")).agg(
        solvency=pl.col("closing_keur").filter(pl.col("item").str.starts_with("P11")).sum()
        / pl.col("closing_keur").sum()
    )
    gaps = ratios.join(solvency, on="code").with_columns(gap=(pl.col("value") - pl.col("solvency")).abs())
    found = (
        gaps.group_by("budget_year", "year", "of")
        .agg(pl.col("gap").median(), near=(pl.col("gap") <= 0.005).mean())
        .sort("budget_year", "gap")
    )
    best = found.group_by("budget_year", maintain_order=True).first()
    assert best["of"].to_list() == best["year"].to_list()
    fit = {
        year: (round(gap, 3), round(near, 2)) for year, gap, near in best.select("budget_year", "gap", "near").rows()
    }
    # Half to two thirds agree to the rounding; budget year 2022 does not, and is marked doubtful for it.
    assert all(gap <= 0.006 and near >= 0.5 for year, (gap, near) in fit.items() if year != 2022)
    assert fit[2022] == (0.045, 0.29)
