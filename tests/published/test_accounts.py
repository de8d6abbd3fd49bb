"""The published accounts: totals as printed, every report accounted for, boundaries that add up."""

import os
import subprocess
import sys
from collections import Counter
from datetime import date

import polars as pl
import pytest

from verband.domain.genealogy import Genealogy
from verband.domain.schema import schema
from verband.warehouse.boundaries import harmonise, weights_to
from verband.warehouse.loading import load
from verband.workspace import Workspace

pytestmark = pytest.mark.published

# Million euro: cost, income, own pay, hired staff, paid to arrangements, equity, balance total.
ACCOUNTS = {
    2017: (57_818, 58_103, 9_643, 1_837, 6_176, 30_429, 87_431),
    2018: (59_645, 59_471, 9_979, 1_925, 6_751, 30_218, 88_275),
    2019: (60_879, 60_129, 10_670, 2_030, 7_031, 29_490, 88_707),
    2020: (65_114, 69_662, 11_270, 2_061, 7_665, 33_980, 92_912),
    2021: (65_961, 67_725, 12_136, 2_331, 7_608, 35_867, 95_704),
    2022: (68_674, 72_385, 12_541, 2_593, 7_546, 38_777, 98_246),
    2023: (75_165, 76_898, 14_104, 2_975, 8_318, 41_306, 104_310),
    2024: (80_943, 82_920, 15_817, 3_145, 8_884, 43_320, 110_277),
}
COLUMNS = (
    "cost_eur", "income_eur", "wages_eur", "hired_staff_eur", "paid_to_arrangements_eur", "equity_eur",
    "balance_total_eur",
)  # fmt: skip
MUNICIPALITIES = dict(
    zip(
        range(2010, 2027),
        (431, 418, 415, 408, 403, 393, 390, 388, 380, 355, 355, 352, 345, 342, 342, 342, 342),
        strict=True,
    )
)
ZERO = {
    ("budget", 2017): "GM1598 GM1948",
    ("budget", 2018): "GM0299 GM0437 GM1949 GM1950 GM1952",
    ("budget", 2021): "GM1979",
    ("budget", 2022): "GM1731 GM1980 GM1982 GM1991",
    ("budget", 2023): "GM1992",
    ("budget", 2024): "GM1961",
    ("accounts", 2018): "GM0545 GM0620 GM0707",
    ("accounts", 2020): "GM0339 GM1735",
    ("accounts", 2022): "GM0141 GM0457 GM0505 GM1700",
    ("accounts", 2023): "GM1961",
    ("accounts", 2024): "GM0809",
}
"""Reports that are published as a row of zeros."""
ABSENT_BUDGET_2025 = "GM0310 GM0415 GM1731 GM1961"
AMOUNTS = ("cost_keur", "income_keur", "wages_keur", "hired_staff_keur", "paid_to_arrangements_keur")
BOUNDARIES = 2026


@pytest.mark.parametrize("year", ACCOUNTS)
def test_national_totals_equal_the_printed_ones(published_workspace, year):
    amounts = published_workspace.national(year).amounts_eur
    assert tuple(round(amounts[name] / 1e6) for name in COLUMNS) == ACCOUNTS[year]


def test_2023_to_the_thousand_euro(published_workspace):
    found = published_workspace.national(2023)
    assert found.amounts_eur["cost_eur"] == 75_164_737_000
    assert found.amounts_eur["income_eur"] == 76_897_649_000
    assert found.amounts_eur["equity_eur"] == 41_306_280_000
    assert found.amounts_eur["balance_total_eur"] == 104_309_749_000
    assert (found.municipalities, found.reporting, found.missing) == (342, 341, ("GM1961",))


def test_2017_names_the_one_without_a_balance_sheet(published_workspace):
    assert published_workspace.national(2017).without_balance_sheet == ("GM0627",)


def test_municipalities_per_year(published_workspace):
    lists = published_workspace.table("municipality_list")
    assert Counter(lists["year"]) == MUNICIPALITIES
    for year, count in MUNICIPALITIES.items():
        found = published_workspace.municipalities(year)
        assert len({item.code for item in found}) == count


@pytest.mark.parametrize(
    ("year", "inhabitants"),
    [(2017, 17_081_507), (2023, 17_811_291), (2024, 17_942_942), (2025, 18_044_027), (2026, 18_130_208)],
)
def test_inhabitants(published_workspace, year, inhabitants):
    found = published_workspace.municipalities(year)
    assert sum(item.inhabitants for item in found) == inhabitants
    if year <= 2024:
        assert published_workspace.national(year).inhabitants == inhabitants


def test_every_report_is_accounted_for(published_workspace):
    status = published_workspace.table("report_status")
    lists = published_workspace.table("municipality_list").select("code", "year")
    reports = [("accounts", year) for year in range(2017, 2025)] + [("budget", year) for year in range(2017, 2027)]
    published = set(published_workspace.table("key_totals").select("code", "year", "report").iter_rows())
    assert len(published) == 6398
    seen = set()
    for report, year in reports:
        rows = status.filter((pl.col("report") == report) & (pl.col("year") == year))
        listed = set(lists.filter(pl.col("year") == year)["code"])
        assert set(rows["code"]) == listed | {code for code, *rest in published if rest == [year, report]}
        assert rows["code"].n_unique() == rows.height
        missing = rows.filter(~pl.col("filed"))
        assert missing["reason"].null_count() == 0
        assert rows.filter("filed")["reason"].null_count() == rows.filter("filed").height
        zero = set(ZERO.get((report, year), "").split())
        absent = {code for code in rows["code"] if (code, year, report) not in published}
        assert set(missing["code"]) == zero | absent
        if (report, year) == ("budget", 2025):
            assert absent == set(ABSENT_BUDGET_2025.split())
        if (report, year) != ("budget", 2025):
            assert not absent or missing.filter(pl.col("code").is_in(list(absent)))["dissolved_in_year"].all(), absent
        seen |= {(report, year)}
    assert set(status.select("report", "year").unique().iter_rows()) == seen
    assert sum(len(codes.split()) for codes in ZERO.values()) == 25
    answer = {(item.report, item.year, item.municipality) for item in published_workspace.status().missing_reports}
    assert answer == {
        (row["report"], row["year"], row["code"]) for row in status.filter(~pl.col("filed")).iter_rows(named=True)
    }


def test_amounts_of_reports_not_filed_are_nowhere_zero(published_workspace):
    gone = published_workspace.table("report_status").filter(~pl.col("filed")).select("code", "year", "report")
    for table, amount in (
        ("key_totals", "cost_keur"),
        ("cost_per_task", "cost_keur"),
        ("cost_per_category", "cost_keur"),
        ("cost_per_main_task", "cost_keur"),
        ("levies_per_category", "income_keur"),
        ("staff_cost_per_main_task", next(n for n in schema("staff_cost_per_main_task").names if n.endswith("_keur"))),
    ):
        frame = published_workspace.table(table)
        rows = frame.join(gone, on=["code", "year", "report"], how="semi")
        assert rows[amount].null_count() == rows.height, table


def test_parts_add_up_to_the_key_totals(published_workspace):
    totals = published_workspace.table("key_totals").filter(pl.col("cost_keur").is_not_null())
    for table in ("cost_per_task", "cost_per_main_task", "cost_per_category"):
        sums = (
            published_workspace.table(table)
            .group_by("code", "year", "report")
            .agg(pl.col("cost_keur").sum().alias("sum"))
        )
        both = totals.join(sums, on=["code", "year", "report"], how="left")
        assert both.filter((pl.col("cost_keur") - pl.col("sum")).abs().fill_null(1e9) > 0.5).is_empty(), table


def genealogy_of(workspace):
    return Genealogy.from_records(workspace.table("boundary_changes").iter_rows(named=True))


def test_the_genealogy_explains_every_code(published_workspace):
    changes = genealogy_of(published_workspace)
    lists = published_workspace.table("municipality_list")
    codes = {year: set(lists.filter(pl.col("year") == year)["code"]) for year in MUNICIPALITIES}
    for year in range(2010, 2026):
        for code in codes[year] - codes[year + 1]:
            assert changes.dissolved_on(code) is not None, code
            assert date(year, 1, 1) < changes.dissolved_on(code) <= date(year + 1, 1, 1), code
            assert {part.code for part in changes.carry(code, year, year + 1)} <= codes[year + 1], code
        for code in codes[year + 1] - codes[year]:
            assert changes.created_on(code) is not None, code
            assert date(year, 1, 1) < changes.created_on(code) <= date(year + 1, 1, 1), code
    weights = weights_to(lists, changes, BOUNDARIES)
    assert set(weights["target"]) == codes[BOUNDARIES]
    whole = weights.filter(pl.col("weight").is_not_null()).group_by("year", "code").agg(pl.col("weight").sum())
    unknown = set(weights.filter(pl.col("weight").is_null()).select("year", "code").iter_rows())
    for row in whole.iter_rows(named=True):
        assert (row["year"], row["code"]) in unknown or row["weight"] == pytest.approx(1, abs=1e-9)


@pytest.fixture(scope="module")
def harmonised(published_workspace):
    lists = published_workspace.table("municipality_list")
    status = published_workspace.table("report_status")
    weights = weights_to(lists, genealogy_of(published_workspace), BOUNDARIES)
    frame = harmonise(
        published_workspace.table("key_totals").select("code", "year", "report", *AMOUNTS),
        weights,
        year=BOUNDARIES,
        columns=AMOUNTS,
        by=("report",),
        in_successor=status.filter("dissolved_in_year").select("code", "year", "report"),
    ).frame
    return frame, weights, status


def test_harmonised_totals_equal_the_published_ones_where_all_parts_reported(harmonised, published_workspace):
    frame, weights, status = harmonised
    totals = published_workspace.table("key_totals")
    compared = set()
    for (year, report), rows in frame.group_by("year", "report"):
        published = totals.filter((pl.col("year") == year) & (pl.col("report") == report))
        gone = status.filter(
            (pl.col("year") == year) & (pl.col("report") == report) & ~pl.col("filed") & ~pl.col("dissolved_in_year")
        )["code"].to_list()
        hit = set(weights.filter((pl.col("year") == year) & pl.col("code").is_in(gone))["target"])
        assert set(rows.filter(pl.col("cost_keur").is_null())["code"]) == hit, (year, report)
        named = {code for parts in rows.filter(pl.col("cost_keur").is_null())["missing_parts"] for code in parts}
        assert named == set(gone), (year, report)
        # What went into the successors that have a figure, and nothing else, is in their sum.
        share = (
            weights.filter((pl.col("year") == year) & ~pl.col("target").is_in(list(hit)))
            .group_by("code")
            .agg(pl.col("weight").sum())
        )
        expected = published.join(share, on="code")
        for name in AMOUNTS:
            found = rows[name].sum()
            assert found == pytest.approx((expected[name] * expected["weight"]).sum(), rel=1e-12), (year, report, name)
            if not hit:
                assert found == pytest.approx(published[name].sum(), rel=1e-12), (year, report, name)
                compared.add((report, year))
    assert {("accounts", 2017), ("accounts", 2019), ("accounts", 2021), ("budget", 2019), ("budget", 2026)} <= compared


def test_a_missing_part_is_named_in_the_series(published_workspace):
    rows = {row.year: row for row in published_workspace.series("GM1961", "7.3").rows}
    assert rows[2023].cost_eur is None
    assert "not filed" in rows[2023].missing
    assert rows[2018].cost_eur is None
    assert "2019-01-01" in rows[2018].missing


def test_task_accounts_under_any_name_are_told_by_their_totals(published_folder, tmp_path):
    (tmp_path / "in").mkdir()
    source = published_folder / "iv3"
    for name in ("gemeenten.csv", "kerncijfers.csv"):
        (tmp_path / "in" / name).symlink_to(source / name)
    expected = {}
    for number, path in enumerate(sorted((source / "begrotingsanalysetool").glob("*.csv"))):
        (tmp_path / "in" / f"{number}.csv").symlink_to(path)
        expected[f"{number}.csv"] = path.stem.replace("begroting", "budget").replace("jaarrekening", "accounts")
    load(tmp_path / "w", [tmp_path / "in"])
    found = Workspace(tmp_path / "w").status()
    told = {
        file.name: next(remark for remark in file.remarks if "follow from its totals" in remark)
        for source in found.sources
        for file in source.files
        if file.name in expected
    }
    for name, vintage in expected.items():
        assert "({} {})".format(*vintage.split("_")[:2]) in told[name]


MEASURE = """
import os, subprocess, sys
process = subprocess.Popen([sys.executable, "-c", "from verband.cli.entry import run; run()", *sys.argv[1:]])
_, status, usage = os.wait4(process.pid, 0)
print(usage.ru_maxrss, usage.ru_utime + usage.ru_stime, os.waitstatus_to_exitcode(status))
"""
"""Its own small process: a child's peak counts from the size of the process that starts it."""


def test_loading_stays_within_memory(published_folder, tmp_path, capsys):
    words = ["load", str(published_folder), "--workspace", str(tmp_path / "w"), "--format", "json"]
    # polars, imported by these tests, leaves its allocator's settings behind in the environment.
    own = {name: value for name, value in os.environ.items() if name != "_RJEM_MALLOC_CONF"}
    found = subprocess.run([sys.executable, "-c", MEASURE, *words], capture_output=True, text=True, check=True, env=own)
    kilobytes, seconds, status = found.stdout.splitlines()[-1].split()
    peak = int(kilobytes) / 1024
    with capsys.disabled():
        print(f"\nload of the published folder: {peak:.0f} MB at most, {float(seconds):.1f} s of processor time")  # noqa: T201  a benchmark
    assert status == "0"
    assert peak < 400
