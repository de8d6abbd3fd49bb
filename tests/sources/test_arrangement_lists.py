"""Arrangement lists: repaired names, one identifier per arrangement, duplicates, documents, web addresses."""

import csv
import datetime
import io
import json
import os
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from verband.domain.schema import schema
from verband.errors import BadInputError
from verband.sources.arrangement_lists import OTHER_ADDRESS, OTHER_SUPPLIER, SAME_ROW, arrangement_id, damaged, repair
from verband.sources.files import SourceFile
from verband.sources.registry import recognise

COLUMNS = ("Deelnemer", "Gemeenschappelijke regeling", "Postcode", "Plaats", "Provincie")


def broken(text):
    return text.encode().decode("cp1252")


LIST = [
    ("Aastad ", "Regio Zeewâter (RZ)", "1000 AA ", "Aastad", "Provincie Zeewold"),
    ("Beestad", "Regio Zeewâter (RZ)", "1000 AA", "Aastad", "Provincie Zeewold"),
    (broken("Súdstad"), broken("Regio Zeewâter (RZ)"), "1000 AA", "Aastad", broken("Provincie Wâldland")),
    ("Beestad", "regio  Zeewater RZ", "1000 AA", "Aastad", "Provincie Overrijssel"),
    ("Ceestad", "Dienst Noord", " 2000 BB", "Beestad", "Provincie Overrijssel"),
    ("Ceestad", "Dienst Noord", "2001 BB", "Beestad", "Provincie Overijssel"),
    ("Ceestad", "Dienst Noord", " 2000 BB", "Beestad", "Provincie Overrijssel"),
]


def store(tmp_path, text, name="list"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return SourceFile(path, name)


def read(file, strict=True):
    return recognise(file).read(file, strict)


def as_csv(rows, columns=COLUMNS):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue()


def as_json(rows):
    return json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in rows], indent=2)


def test_names_are_repaired_and_marked(tmp_path):
    frame = read(store(tmp_path, as_csv(LIST))).tables["arrangement_participants"]
    assert frame["participant"].to_list() == ["Aastad", "Beestad", "Súdstad", "Ceestad"]
    assert frame["participant_published"].to_list() == ["Aastad ", "Beestad", broken("Súdstad"), "Ceestad"]
    assert frame["repaired"].to_list() == [False, False, True, False]
    assert frame["arrangement"][2] == "Regio Zeewâter (RZ)"
    assert frame["arrangement_published"][2] == broken("Regio Zeewâter (RZ)")
    assert frame["supplier"].to_list() == ["Zeewold", "Zeewold", "Wâldland", "Overijssel"]
    assert frame["supplier_repaired"].to_list() == [False, False, True, True]
    assert frame["arrangement_id"].to_list() == ["regio-zeewater-rz"] * 3 + ["dienst-noord"]
    assert frame["postcode"].to_list() == ["1000 AA"] * 3 + ["2000 BB"]
    assert frame["postcode_doubtful"].to_list() == [False] * 3 + [True]
    assert frame["as_of"].unique().to_list() == [datetime.date(2016, 1, 1)]
    assert tuple(frame.columns) == schema("arrangement_participants").names


def test_duplicates_are_set_aside_with_the_way_they_differ(tmp_path):
    report = read(store(tmp_path, as_csv(LIST))).report
    assert [(item.line, item.reason) for item in report.set_aside] == [
        (5, OTHER_SUPPLIER),
        (7, OTHER_ADDRESS),
        (8, SAME_ROW),
    ]
    assert (report.rows_read, report.rows_kept) == (7, 4)
    assert any("1 arrangements are listed by two suppliers" in remark for remark in report.remarks)


def test_both_formats_give_the_same_table_with_lines_of_their_own(tmp_path):
    from_csv = read(store(tmp_path, as_csv(LIST), "a"))
    from_json = read(store(tmp_path, as_json(LIST), "b"))
    assert_frame_equal(from_csv.tables["arrangement_participants"], from_json.tables["arrangement_participants"])
    assert from_csv.report.reasons == from_json.report.reasons
    text = as_json(LIST).splitlines()
    for item in from_json.report.set_aside:
        assert text[item.line - 1].strip() == "{"


def test_only_damaged_names_change():
    sound = ["Súdwest", "Wûns", "’t Dorp", "'t Dorp", "Großstadt (Duitsland)", "Café ‘De Brug’", "Ærø"]
    for name in sound:
        assert repair(name) == name
        assert not damaged(name)
        assert repair(broken(name)) == name
        assert damaged(broken(name)) == (not name.isascii())
    assert repair("De ﬁets") == "De ﬁets"
    assert repair(" De\u00a0 Brug ") == "De Brug"


def test_identifiers_are_stable():
    assert arrangement_id(broken("Coöperatie Gastvrij (CG) ")) == "cooperatie-gastvrij-cg"
    assert arrangement_id("Groß & Ærø N.V.") == "gross-aero-n-v"
    assert arrangement_id("...") == ""


@pytest.mark.parametrize("form", [as_csv, as_json])
def test_rows_without_a_name_are_refused_by_line(tmp_path, form):
    rows = [LIST[0], ("Aastad", "...", "", "", "Provincie Zeewold")]
    with pytest.raises(BadInputError, match=r"list, line (3|9): column 'arrangement_id'"):
        read(store(tmp_path, form(rows)))
    assert read(store(tmp_path, form(rows)), strict=False).report.rows_kept == 1
    with pytest.raises(BadInputError, match="Deelnemer"):
        read(store(tmp_path, form([("", *LIST[0][1:])])))


@pytest.mark.parametrize(
    "text",
    [
        as_json(LIST)[:-40],
        as_json(LIST).replace('"Aastad "', "[1]"),
        as_json(LIST).replace('"Aastad "', "NaN"),
        as_json(LIST).replace('"Aastad "', '"\\ud800"'),
        as_json(LIST).replace('"Beestad"', "9" * 5000),
        as_json(LIST).replace('"Beestad"', "[" * 200_000),
        as_json(LIST).replace('"Plaats"', '"Deelnemer"'),
        as_json(LIST)[:-1] + ", 7]",
        as_json(LIST).encode() + b"\xff",
        as_json(LIST) + "]",
    ],
)
def test_damaged_json_is_a_plain_message(tmp_path, text):
    with pytest.raises(BadInputError):
        read(store(tmp_path, text))


def test_links_are_translated_and_a_trailing_space_is_part_of_the_published_name(tmp_path):
    header = ("deelnemer_bron", "deelnemer_hersteld", "soort", "gm_code", "gm_lijst_jaar", "koppeling", "aantal_regels")
    rows = [
        ("Aastad", "Aastad", "gemeente", "GM9001", "2016", "naam", "3"),
        ("Aastad ", "Aastad", "gemeente", "GM9001", "2016", "naam", "1"),
        ("Ceedorp", "Ceedorp", "gemeente_andere_jaren", "GM9002", "2010", "handmatig", "1"),
        ("Bergdorp", "Bergdorp", "onduidelijk", "", "", "", "1"),
    ]
    reading = read(store(tmp_path, as_csv(rows, header)))
    frame = reading.tables["participant_links"]
    assert frame["participant_published"].to_list() == ["Aastad", "Aastad ", "Ceedorp", "Bergdorp"]
    assert frame["sort"].to_list() == ["municipality", "municipality", "earlier_municipality", "unclear"]
    assert frame["link_method"].to_list() == ["name", "name", "manual", None]
    assert frame["code"][3] is None
    with pytest.raises(BadInputError, match="koppeling"):
        read(store(tmp_path, as_csv([(*rows[0][:5], "gok", "3")], header)))


DOCUMENT = {
    "id": "1-begroting",
    "title": "Begroting",
    "description": "Regio - Provincie Zeewold",
    "source": "Regio",
    "pages": 12,
    "created_at": "Sat, 05 Mar 2016 00:18:20 +0000",
    "canonical_url": "http://example.org/1.html",
    "file_hash": "0",
    "resources": {"pdf": "x"},
}


def test_document_index(tmp_path):
    other = {**DOCUMENT, "id": "2", "description": "", "pages": None}
    reading = read(store(tmp_path, "\n" + json.dumps({"total": 3, "documents": [DOCUMENT, other]})))
    assert reading.tables["arrangement_documents"].rows() == [
        (
            "1-begroting",
            "Begroting",
            "Regio - Provincie Zeewold",
            "Regio",
            12,
            datetime.date(2016, 3, 5),
            "http://example.org/1.html",
        ),
        ("2", "Begroting", None, "Regio", None, datetime.date(2016, 3, 5), "http://example.org/1.html"),
    ]
    assert "the index says it holds 3 documents; 2 are in it" in reading.report.remarks
    with pytest.raises(BadInputError, match="created_at"):
        read(store(tmp_path, json.dumps({"documents": [{**DOCUMENT, "created_at": "gisteren"}]})))
    with pytest.raises(BadInputError, match="no list"):
        read(store(tmp_path, json.dumps({"documents": DOCUMENT})))


def test_treasury_list_and_entities_and_services(tmp_path):
    frame = read(
        store(
            tmp_path,
            "DSTA_GR_naam,Adres,Postcode,Plaats,CBS_GR_naam,CBS_GR_code\n"
            "Regio A,Weg 1,1000 AA ,Aastad,Regio A,GR9001\nRegio B,,,Beestad,,\n",
        )
    ).tables["treasury_arrangements"]
    assert frame.rows() == [
        ("Regio A", "Weg 1", "1000 AA", "Aastad", "Regio A", "GR9001"),
        ("Regio B", None, None, "Beestad", None, None),
    ]
    reading = read(
        store(
            tmp_path,
            '"cbsId","cbsIdCount","cbsName","cbsComment"\n"GM9001","2","Aastad",""\n"GM9001S01","1","Aastad (deel)",""'
            "\n"
            '"GM9001D01","1","Aastad - dg",""\n"GR9001","3","Regio A","tekst"\n"PV99","1","Zeewold (PV)",""\n'
            '"WS99","1","Waterschap",""\n"XX1","1","Anders",""\n',
        )
    )
    assert reading.tables["iv3_entities_2016"]["kind_of_body"].to_list() == [
        "municipality",
        "city_district",
        "borough",
        "arrangement",
        "province",
        "water_board",
        "unknown",
    ]
    assert reading.report.remarks == ("codes of an unknown form: XX1",)
    text = "url_omgevingsdienst,naam_omgevingsdienst\nhttps://example.org/a?t=Dienst+A,Dienst A\n"
    assert read(store(tmp_path, text)).tables["environment_services"].rows() == [
        ("Dienst A", "https://example.org/a?t=Dienst+A")
    ]


def test_web_addresses_are_known_by_their_form_and_listed_once(tmp_path):
    lines = ["www.aa.example", "bb.example", "cc.dd.example", "www.aa.example", "e-e.example", "ff.example"]
    reading = read(store(tmp_path, "\r\n".join(lines) + "\r\n"))
    assert reading.tables["arrangement_websites"]["website"].to_list() == [*lines[:3], *lines[4:]]
    assert [(item.line, item.reason) for item in reading.report.set_aside] == [(4, "repeats an earlier row")]
    assert recognise(store(tmp_path, "\n".join([*lines, "geen adres"]) + "\n")) is None
    assert recognise(store(tmp_path, "\n".join(lines[:3]) + "\n")) is None


def test_data_package_description(tmp_path):
    package = {
        "resources": [{"name": "lijst", "path": "lijst.csv", "mediatype": "text/csv"}],
        "name": "proef",
        "title": "",
        "license": "ODC-PDDL-1.0",
        "description": "Proef",
    }
    reading = read(store(tmp_path, json.dumps(package, indent=2)))
    row = reading.tables["data_packages"].row(0, named=True)
    assert json.loads(row.pop("document")) == package
    assert row == {
        "name": "proef",
        "first_resource": "lijst",
        "title": None,
        "licence": "ODC-PDDL-1.0",
        "description": "Proef",
        "resources": 1,
    }
    assert reading.scope == "proef: lijst"
    with pytest.raises(BadInputError, match="no resources"):
        read(store(tmp_path, json.dumps({**package, "resources": {"path": 1, "mediatype": 2}})))


def test_other_json_is_not_taken_for_ours(tmp_path):
    assert recognise(store(tmp_path, json.dumps({"value": [{"Key": "GR9001", "Title": "Regio"}]}))) is None


def published(*parts):
    root = Path(os.environ.get("VERBAND_PUBLISHED_DATA", Path(__file__).parents[2] / "../shared/data"))
    path = root.joinpath("gr_register", *parts)
    if not path.exists():
        pytest.skip(f"the published data are not at {root}")
    return SourceFile(path, path.name)


@pytest.mark.published
def test_published_participants_are_the_same_in_both_formats():
    from_csv = read(published("opengr", "opengr_provincies.csv"))
    from_json = read(published("opengr", "opengr_provincies.json"))
    frame = from_csv.tables["arrangement_participants"]
    assert_frame_equal(frame, from_json.tables["arrangement_participants"])
    assert from_csv.report.rows_read == 3752
    assert from_csv.report.reasons == {OTHER_SUPPLIER: 6, OTHER_ADDRESS: 4}
    assert frame["arrangement_id"].n_unique() == 464
    assert frame["supplier"].n_unique() == 13
    assert not frame["participant"].str.contains("[ÃÂâ€]").filter(~frame["participant"].str.contains("â")).any()


@pytest.mark.published
def test_published_links_repair_names_as_we_do():
    links = read(published("afgeleid", "opengr_deelnemers_gm.csv")).tables["participant_links"]
    ours = pl.Series([repair(name) for name in links["participant_published"].to_list()])
    assert links["participant"].to_list() == ours.to_list()
    assert links["code"].count() == 427
    rows = read(published("opengr", "opengr_provincies.csv")).tables["arrangement_participants"]
    assert set(rows["participant_published"]) <= set(links["participant_published"])


@pytest.mark.published
def test_sound_published_names_are_left_alone():
    entities = read(published("cbs_iv3_entiteiten_2016.csv")).tables["iv3_entities_2016"]
    treasury = read(published("dsta", "gemeenschappelijke_regelingen_dsta.csv")).tables["treasury_arrangements"]
    names = [*entities["name"].to_list(), *treasury["name"].to_list()]
    assert not [name for name in names if damaged(name)]
    kinds = dict(entities["kind_of_body"].value_counts().rows())
    assert kinds == {
        "municipality": 539,
        "arrangement": 167,
        "water_board": 31,
        "city_district": 19,
        "borough": 15,
        "province": 12,
    }


@pytest.mark.published
def test_other_published_lists():
    assert read(published("opengr", "opengr_provincies_financieel_docs.json")).report.rows_kept == 393
    assert read(published("gr_domeinnamen.csv")).report.rows_read == 493
    assert read(published("omgevingsdiensten.csv")).report.rows_kept == 29
    for folder in ("opengr", "dsta", "regioatlas/sociaal"):
        assert read(published(folder, "datapackage.json")).tables["data_packages"]["licence"][0] == "ODC-PDDL-1.0"
