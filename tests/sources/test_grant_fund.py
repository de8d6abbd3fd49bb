"""General grant: notation, wide to long, editions from names, and the grant rule on the published circulars."""

import csv
import os
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from verband.domain.schema import schema
from verband.errors import BadInputError
from verband.sources.files import SourceFile
from verband.sources.grant_fund import dutch_number, edition, year_in_name
from verband.sources.registry import recognise

VOLUMES = "CBS\tNaam\tProv\tinwo\tcf.lokaal\tWOZwe80\tvast nieuw\n"
WEIGHTS = "Codering maatstaf\tNaam maatstaf\tBestuur en ondersteuning\tOnderwijs\tTotaal\n"
PAYMENTS = "CBS\tNaam\tProv\tBeschermd wonen\tParticipatie\t Nieuwe wet \n"
RESULTS = ";Gemeenten;Bestuur en ondersteuning;Onroerendezaakbelasting;Totaal\n"


def source(tmp_path, text, name="gf_m2031_2032.csv"):
    path = tmp_path / "file"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return SourceFile(path, name)


def read(tmp_path, text, name="gf_m2031_2032.csv", strict=True):
    file = source(tmp_path, text, name)
    found = recognise(file)
    reading = found.read(file, strict)
    for table, frame in reading.tables.items():
        assert frame.columns == list(schema(table).names)
    return reading


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4.375,00", 4375.0),
        ("315.018", 315018.0),
        ("1.071.700.000,00", 1_071_700_000.0),
        (" - ", 0.0),
        ("-", 0.0),
        ("0", 0.0),
        ("0,00", 0.0),
        ("-35479988", -35_479_988.0),
        ("-1.234,5", -1234.5),
        ("1,4145E+11", 1.4145e11),
        ("7213,37", 7213.37),
        ("45", 45.0),
        ("1.5", None),
        ("0.375", None),
        ("1234.567", None),
        ("1.23.456", None),
        ("1,2,3", None),
        ("", None),
        ("inf", None),
        ("nan", None),
        ("1e999", None),
        ("--1", None),
        ("1 234", None),
        ("٣", None),
    ],
)
def test_dutch_notation(text, value):
    assert pl.DataFrame({"x": [text]}).select(dutch_number(pl.col("x"))).item() == value


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a/gf_m2024_2025_volumina.csv", ("M2024", 2025)), ("S2024_2024.csv", ("S2024", 2024))],
)
def test_edition_from_the_name(name, expected):
    assert edition(name) == expected


@pytest.mark.parametrize(
    "name",
    ["volumina.csv", "m2024_2025/x.csv", "q2024_2025.csv", "m2024.csv", "m2024_2025_s2024_2025.csv", "m2024_9999.csv"],
)
def test_a_name_that_says_no_edition_is_told_how_to_be(tmp_path, name):
    with pytest.raises(BadInputError, match="Name it like gf_m2024_2025"):
        read(tmp_path, VOLUMES + "7\tAa\t1\t1\t2\t3\t1\n", name)


def test_volumes_become_long_with_padded_codes(tmp_path):
    reading = read(tmp_path, VOLUMES + "7\tAa\t1\t4.375,00\t2,5\t - \t1\r\n1979\tBee\t1\t10\t\t1,5E+9\t1")
    frame = reading.tables["grant_volumes"]
    assert reading.scope == "M2031 2032"
    assert (reading.report.rows_read, reading.report.rows_kept) == (2, 2)
    assert frame.filter(pl.col("name") == "Aa").select("code", "measure", "volume").rows() == [
        ("GM0007", "inwo", 4375.0),
        ("GM0007", "cf.lokaal", 2.5),
        ("GM0007", "WOZwe80", 0.0),
        ("GM0007", "vast nieuw", 1.0),
    ]
    assert frame.filter(pl.col("name") == "Bee")["volume"].to_list() == [10.0, None, 1.5e9, 1.0]


def test_a_cell_in_another_notation_stops_or_sets_the_row_aside(tmp_path):
    text = VOLUMES + "7\tAa\t1\t1\t2\t3\t1\n8\tBee\t1\t1.5\t2\t3\t1\n9\tCee\t1\tx\ty\t3\t1\n"
    with pytest.raises(BadInputError, match=r"line 3: column 'inwo' holds '1.5', expected .* \(1 more rows"):
        read(tmp_path, text)
    report = read(tmp_path, text, strict=False).report
    assert (report.rows_read, report.rows_kept) == (3, 1)
    assert [item.line for item in report.set_aside] == [3, 4]
    assert report.set_aside[0].text.startswith("8 | Bee")


def test_the_same_municipality_twice(tmp_path):
    row = "7\tAa\t1\t1\t2\t3\t1\n"
    report = read(tmp_path, VOLUMES + row + row).report
    assert (report.rows_kept, report.reasons) == (1, {"repeats an earlier row": 1})
    with pytest.raises(BadInputError, match="line 3: a second, different row"):
        read(tmp_path, VOLUMES + row + row.replace("\t2\t", "\t5\t"))


def test_weights_keep_their_total_beside_the_clusters(tmp_path):
    text = WEIGHTS + "inwo\tinwoners\t1.100,50\t-0,50\t1.100,00\n\tnieuwe wet\t1\t0\t1\n"
    frame = read(tmp_path, text).tables["grant_weights"]
    assert frame.select("measure_code", "measure", "cluster", "weight_eur", "total_weight_eur").rows() == [
        ("inwo", "inwoners", "Bestuur en ondersteuning", 1100.5, 1100.0),
        ("inwo", "inwoners", "Onderwijs", -0.5, 1100.0),
        (None, "nieuwe wet", "Bestuur en ondersteuning", 1.0, 1.0),
        (None, "nieuwe wet", "Onderwijs", 0.0, 1.0),
    ]
    with pytest.raises(BadInputError, match=r"'Totaal' is not the sum of the other columns, which is 1100\.00"):
        read(tmp_path, text.replace("1.100,00", "1.200,00"))


def test_payments_strip_headers_and_drop_a_repeated_code_column(tmp_path):
    frame = read(tmp_path, PAYMENTS + "7\tAa\t1\t - \t315.018\t7213,37\n").tables["grant_special_payments"]
    assert frame.select("code", "payment", "amount_eur").rows() == [
        ("GM0007", "Beschermd wonen", 0.0),
        ("GM0007", "Participatie", 315018.0),
        ("GM0007", "Nieuwe wet", 7213.37),
    ]
    doubled = PAYMENTS.replace("Participatie", "CBS\tParticipatie")
    reading = read(tmp_path, doubled + "7\tAa\t1\t0\t7\t5\t6\n")
    assert reading.tables["grant_special_payments"]["payment"].n_unique() == 3
    assert any("repeated" in text for text in reading.report.remarks)
    with pytest.raises(BadInputError, match="stands there twice, with different values"):
        read(tmp_path, doubled + "7\tAa\t1\t0\t8\t5\t6\n")


def test_payments_without_codes(tmp_path):
    text = PAYMENTS.removeprefix("CBS\t") + "Aa\t1\t0\t1\t2\n"
    assert read(tmp_path, text).tables["grant_special_payments"]["code"].to_list() == [None] * 3


def test_results_set_the_national_row_aside(tmp_path):
    text = RESULTS + "0;Aa;10.5;-1.0;9.5\n1;Bee;20.0;-2.0;18.0\n2;Nederland;30.5;-3.0;27.5\n"
    reading = read(tmp_path, text)
    assert reading.report.reasons == {"national total row": 1}
    assert reading.tables["grant_results"].filter(pl.col("name") == "Aa").select(
        "cluster", "amount_eur", "total_eur"
    ).rows() == [
        ("Bestuur en ondersteuning", 10.5, 9.5),
        ("Onroerendezaakbelasting", -1.0, 9.5),
    ]
    assert any("equals the sum" in item for item in reading.report.remarks)
    off = read(tmp_path, text.replace("30.5;-3.0;27.5", "40.5;-3.0;37.5"))
    assert any("-10.00 euro" in item for item in off.report.remarks)


def test_results_without_figures_are_not_lost(tmp_path):
    reading = read(tmp_path, '""\nErgens\n')
    assert reading.tables["grant_results"].is_empty()
    assert [(item.line, item.text) for item in reading.report.set_aside] == [(2, "Ergens")]
    assert reading.scope == "M2031 2032"


def test_small_tables(tmp_path):
    factor = read(tmp_path, "Circulaire,Jaar,Uitkeringsfactor\nM2031,2032,1.5\n", "x.csv")
    assert factor.tables["grant_factor"].rows() == [("M2031", 2032, 1.5)]
    names = read(tmp_path, "Iv3naam\tGFnaam\nAa (O.)\tAa\n", "x.csv")
    assert names.tables["grant_names"].rows() == [("Aa (O.)", "Aa")]
    social = read(tmp_path, "Gemeenten\tCentrumfunctie\tSociale structuur\nAa\t\tGoed\n", "x.csv")
    assert social.tables["grant_social_structure"].rows() == [("Aa", None, "Goed")]
    classes = (
        "Gemeenten\tProvincie\tGemeentegrootte\tStedelijkheid\tInwonertal\n"
        "Aa\tP\tMinderdan5000inwoners\tNietstedelijk\t9\n"
    )
    reading = read(tmp_path, classes, "2031.csv")
    assert reading.scope == "2031"
    assert reading.tables["municipality_classes"].row(0)[:2] == (2031, "Aa")
    with pytest.raises(BadInputError, match=r"Name it after its year"):
        read(tmp_path, classes, "klassen.csv")
    assert year_in_name("2031/klassen_2024.csv") == 2024


@pytest.mark.parametrize(
    "text",
    [
        VOLUMES,
        VOLUMES.strip(),
        WEIGHTS,
        PAYMENTS,
        RESULTS,
        VOLUMES.replace("Prov", "Prov\t"),
        VOLUMES + '7\t"Aa\t1\t1\n',
    ],
)
def test_headers_alone_and_broken_ones_are_plain_messages_or_empty_tables(tmp_path, text):
    for strict in (True, False):
        try:
            reading = read(tmp_path, text, strict=strict)
        except BadInputError:
            continue
        assert reading.report.rows_kept == 0


@pytest.mark.parametrize("whole", [VOLUMES + "7\tAa\t1\t1\t2\t3\t1\n8\tBee\t1\t9\t2\t3\t1\n", RESULTS + "0;Aa;1;2;3\n"])
def test_any_damaged_byte_is_a_reading_or_a_plain_message(tmp_path, whole):
    content = whole.encode()
    for at in range(len(content)):
        for byte in (0x00, 0x09, 0x0A, 0x22, 0x2E, 0x3B, 0xFF):
            damaged = content[:at] + bytes([byte]) + content[at + 1 :]
            file = source(tmp_path, damaged)
            for strict in (True, False):
                try:
                    found = recognise(file)
                    if found:
                        found.read(file, strict)
                except BadInputError:
                    pass


def reference(name):
    text = files("verband.domain").joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture(scope="module")
def published():
    root = (
        Path(os.environ.get("VERBAND_PUBLISHED_DATA", Path(__file__).parents[3] / "shared" / "data")) / "gemeentefonds"
    )
    if not root.is_dir():
        pytest.skip(f"the published data are not in {root}")
    tables = {}
    for path in sorted(root.rglob("*.csv")):
        file = SourceFile(path, path.name)
        for name, frame in recognise(file).read(file, True).tables.items():
            tables.setdefault(name, []).append(frame)
    return {name: pl.concat(frames) for name, frames in tables.items()}


@pytest.mark.published
@pytest.mark.parametrize(
    "row", reference("grant_result_payments.csv"), ids=lambda row: f"{row['circular']} {row['year']}"
)
def test_weight_x_volume_x_factor_reproduces_the_published_results(published, row):
    """Every cluster of every municipality to a cent; sums of up to 3 billion euro leave 1e-15 x 3e9 of rounding."""
    of_edition = (pl.col("circular") == row["circular"]) & (pl.col("year") == int(row["year"]))
    part = {name: published[name].filter(of_edition) for name in published if "circular" in published[name].columns}
    factor = part["grant_factor"]["factor"].item()
    rules = reference("grant_measure_rules.csv")
    volume_code = {rule["weight_code"]: rule["volume_code"] for rule in rules}
    without_factor = [rule["weight_code"] for rule in rules if rule["times_factor"] == "no"]
    left_out = [rule["weight_code"] for rule in rules if rule["in_published_results"] == "no"]
    weights = part["grant_weights"].with_columns(volume_code=pl.col("measure_code").replace(volume_code))
    measures = weights.filter(pl.col("measure_code").is_not_null() & ~pl.col("measure_code").is_in(left_out))
    assert set(weights["volume_code"].drop_nulls()) == set(part["grant_volumes"]["measure"])
    times = pl.when(pl.col("measure_code").is_in(without_factor)).then(1.0).otherwise(factor)
    amounts = [
        measures.join(part["grant_volumes"], left_on="volume_code", right_on="measure").select(
            "name", "cluster", amount=pl.col("weight_eur") * pl.col("volume") * times
        )
    ]
    if row["special_payments"] == "included":
        spelled = (pl.col("measure").str.to_lowercase().str.replace_all(r"[ .]", "")).alias("payment")
        outside = [name.lower().replace(" ", "").replace(".", "") for name in row["except"].split("|")]
        paid = part["grant_special_payments"].with_columns(
            pl.col("payment").str.to_lowercase().str.replace_all(r"[ .]", "")
        )
        payments = weights.filter(pl.col("measure_code").is_null()).with_columns(spelled)
        assert set(payments["payment"]) == set(paid["payment"])
        payments = payments.filter(~pl.col("payment").is_in(outside))
        amounts.append(
            payments.join(paid, on="payment").select(
                "name", "cluster", amount=pl.col("weight_eur") * pl.col("amount_eur")
            )
        )
    computed = pl.concat(amounts).group_by("name", "cluster").agg(pl.col("amount").sum())
    both = part["grant_results"].join(computed, on=["name", "cluster"], how="full", coalesce=True)
    assert both.height == 342 * 12
    assert both.select("amount", "amount_eur").null_count().row(0) == (0, 0)
    assert (both["amount"] - both["amount_eur"]).abs().max() < 0.01


@pytest.mark.published
def test_published_municipalities_are_the_same_in_all_tables(published):
    names = set(published["grant_volumes"]["name"])
    assert names == set(published["grant_special_payments"]["name"]) == set(published["grant_results"]["name"])
    assert published["grant_volumes"]["code"].n_unique() == 342
    translated = dict(published["grant_names"].rows())
    for table in ("municipality_classes", "grant_social_structure"):
        assert {translated.get(name, name) for name in published[table]["name"]} == names
    assert len(names) == 342
