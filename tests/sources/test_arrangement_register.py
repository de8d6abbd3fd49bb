"""The national register export: streaming, identity, dates, shares, and files made to harm."""

import datetime
import gzip
import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verband.domain.schema import schema
from verband.errors import BadInputError
from verband.sources.arrangement_register import FORMATS, municipality_code
from verband.sources.files import SourceFile
from verband.sources.registry import recognise

NAMESPACE = "https://organisaties.overheid.nl/static/schema/oo/export/9.9.9"
TOOI = "https://identifier.overheid.nl/tooi/id"
PREFIXED = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- proef -->
<p:overheidsorganisaties xmlns:p="{NAMESPACE}">
  <p:organisaties>
    <p:organisatie p:systeemId="101" p:resourceIdentifierTOOI="{TOOI}/gemeente/gm9001">
      <p:naam>Gemeente Aalstrook</p:naam><p:afkorting>Aal</p:afkorting>
      <p:types><p:type>Gemeente</p:type><p:type>Decentraal bestuur</p:type></p:types>
      <p:startDatum>2001-02-03T00:00:00</p:startDatum><p:eindDatum>2029-12-31+01:00</p:eindDatum>
      <p:adressen><p:adres><p:naam>Niet dit</p:naam></p:adres></p:adressen>
      <p:organisaties>
        <p:organisatie p:systeemId="102"><p:naam>Griffie</p:naam><p:types><p:type>Deel</p:type></p:types>
        </p:organisatie>
        <p:organisatie p:systeemId="103"><p:naam>Archief</p:naam></p:organisatie>
      </p:organisaties>
      <p:regelingen><p:regeling p:systeemId="900001"/></p:regelingen>
    </p:organisatie>
    <p:organisatie p:resourceIdentifierTOOI="{TOOI}/provincie/pv99"><p:naam>Zeewold</p:naam></p:organisatie>
  </p:organisaties>
  <p:gemeenschappelijkeRegelingen>
    <p:regeling p:systeemId="900001" p:resourceIdentifierTOOI="{TOOI}/oorg/oorg90001">
      <p:titel>Regeling Belastingen
        Voorbeeldstreek</p:titel>
      <p:citeertitel>GR Belastingen</p:citeertitel><p:doel>Heffen &amp; innen</p:doel>
      <p:samenwerkingsvorm p:afkorting="BVO">Bedrijfsvoeringsorganisatie</p:samenwerkingsvorm>
      <p:bevoegdheidsverkrijgingen><p:bevoegdheidsverkrijging>delegatie</p:bevoegdheidsverkrijging>
        <p:bevoegdheidsverkrijging>mandaat</p:bevoegdheidsverkrijging></p:bevoegdheidsverkrijgingen>
      <p:bronhouder p:systeemId="101"><p:naam>Gemeente Aalstrook</p:naam></p:bronhouder>
      <p:wettelijkeGrondslagen>
        <p:wettelijkeGrondslag><p:opschrift>Wgr</p:opschrift><p:referentie>art. 1</p:referentie></p:wettelijkeGrondslag>
        <p:wettelijkeGrondslag><p:opschrift>Gemeentewet</p:opschrift></p:wettelijkeGrondslag>
      </p:wettelijkeGrondslagen>
      <p:datumInwerkingtreding>2019-01-01</p:datumInwerkingtreding>
      <p:begrotingsDatum>15 juli</p:begrotingsDatum><p:datumMutatie>2026-05-04T10:11:12Z</p:datumMutatie>
      <p:previousVersion p:systeemId="900000">oud</p:previousVersion>
      <p:deelnemendeOrganisaties>
        <p:deelnemendeOrganisatie p:systemeId="101" p:resourceIdentifierTOOI="{TOOI}/gemeente/gm9001">
          <p:naam>Gemeente Aalstrook</p:naam><p:toetredingsDatum>2019-01-01</p:toetredingsDatum>
          <p:verdeelsleutel>0.412500</p:verdeelsleutel>
          <p:bestuursorganen><p:bestuursorgaan>college</p:bestuursorgaan><p:bestuursorgaan>raad</p:bestuursorgaan>
          </p:bestuursorganen>
        </p:deelnemendeOrganisatie>
        <p:deelnemendeOrganisatie p:resourceIdentifierTOOI="{TOOI}/waterschap/ws9999">
          <p:naam>Waterschap Zee</p:naam><p:uittredingsDatum>2024-01-01</p:uittredingsDatum>
        </p:deelnemendeOrganisatie>
      </p:deelnemendeOrganisaties>
    </p:regeling>
  </p:gemeenschappelijkeRegelingen>
  <p:grensoverschrijdendeRegelingen>
    <p:regeling p:systeemId="900002"><p:titel>Streekverband</p:titel></p:regeling>
  </p:grensoverschrijdendeRegelingen>
</p:overheidsorganisaties>
"""


def store(tmp_path, text, name="register.xml", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return SourceFile(path, name)


def read(tmp_path, text, strict=True, **options):
    file = store(tmp_path, text, **options)
    assert recognise(file) is FORMATS[0]
    return FORMATS[0].read(file, strict)


def regeling(inside, attributes='p:systeemId="1"'):
    return (
        f'<p:overheidsorganisaties xmlns:p="{NAMESPACE}"><p:gemeenschappelijkeRegelingen>'
        f"<p:regeling {attributes}><p:titel>Streek</p:titel>{inside}</p:regeling>"
        "</p:gemeenschappelijkeRegelingen></p:overheidsorganisaties>"
    )


def participant(inside="", attributes='p:systeemId="7"'):
    return f"<p:deelnemendeOrganisatie {attributes}>{inside}</p:deelnemendeOrganisatie>"


def participants(*items):
    return f"<p:deelnemendeOrganisaties>{''.join(items)}</p:deelnemendeOrganisaties>"


def test_arrangement_with_all_its_fields(tmp_path):
    reading = read(tmp_path, PREFIXED)
    arrangement = reading.tables["register_arrangements"].row(0, named=True)
    assert arrangement == {
        "arrangement_id": "900001",
        "in_force": datetime.date(2019, 1, 1),
        "out_of_force": None,
        "system_id": "900001",
        "tooi": f"{TOOI}/oorg/oorg90001",
        "title": "Regeling Belastingen Voorbeeldstreek",
        "citation_title": "GR Belastingen",
        "purpose": "Heffen & innen",
        "form": "Bedrijfsvoeringsorganisatie",
        "form_abbreviation": "BVO",
        "acquired_powers": "delegatie; mandaat",
        "legal_basis": "Wgr (art. 1); Gemeentewet",
        "founding_decisions": None,
        "source_holder": "Gemeente Aalstrook",
        "budget_date": "15 juli",
        "start_date": None,
        "modified": datetime.date(2026, 5, 4),
        "next_version": None,
        "previous_version": "900000",
        "cross_border": False,
    }
    assert reading.tables["register_arrangements"]["cross_border"].to_list() == [False, True]
    assert "the latest change of an arrangement in the file is of 2026-05-04" in reading.report.remarks


def test_participants_with_code_share_entry_and_leaving(tmp_path):
    frame = read(tmp_path, PREFIXED).tables["register_participants"]
    assert tuple(frame.columns) == schema("register_participants").names
    first, second = frame.iter_rows(named=True)
    assert (first["arrangement_id"], first["in_force"]) == ("900001", datetime.date(2019, 1, 1))
    assert (first["participant_id"], first["code"], first["share"]) == ("101", "GM9001", 0.4125)
    assert (first["entry"], first["exit"], first["bodies"]) == (datetime.date(2019, 1, 1), None, "college; raad")
    assert (second["participant_id"], second["code"]) == (f"{TOOI}/waterschap/ws9999", None)
    assert (second["share"], second["exit"]) == (None, datetime.date(2024, 1, 1))


def test_organisations_also_inside_another_and_without_their_parts_names(tmp_path):
    frame = read(tmp_path, PREFIXED).tables["register_organisations"]
    assert frame["name"].to_list() == ["Griffie", "Archief", "Gemeente Aalstrook", "Zeewold"]
    assert frame.row(2, named=True) == {
        "organisation_id": "101",
        "start_date": datetime.date(2001, 2, 3),
        "end_date": datetime.date(2029, 12, 31),
        "system_id": "101",
        "tooi": f"{TOOI}/gemeente/gm9001",
        "code": "GM9001",
        "name": "Gemeente Aalstrook",
        "abbreviation": "Aal",
        "type": "Gemeente; Decentraal bestuur",
    }
    assert frame["organisation_id"][3] == f"{TOOI}/provincie/pv99"


def test_names_count_not_prefixes_or_versions(tmp_path):
    expected = read(tmp_path, PREFIXED)
    bare = PREFIXED.replace("<p:", "<").replace("</p:", "</")
    other = (
        PREFIXED.replace("xmlns:p", "xmlns:almanak")
        .replace("p:", "almanak:")
        .replace("9.9.9", "1.0")
        .replace("systemeId", "systeemId")
    )
    plain = bare.replace(" p:", " ").replace("systeemId", "systemId")
    for text in (bare, other, plain, PREFIXED.replace(f' xmlns:p="{NAMESPACE}"', ' xmlns:p="urn:x"')):
        for table, frame in read(tmp_path, text).tables.items():
            assert frame.equals(expected.tables[table]), table


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16", "utf-16-le", "utf-8-sig", "windows-1252"])
def test_declared_encodings_are_read(tmp_path, encoding):
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig").removesuffix("-le")}"?>\n' + regeling(
        "<p:doel>Súdwest-Zeewâld</p:doel>"
    )
    frame = read(tmp_path, text, encoding=encoding).tables["register_arrangements"]
    assert frame["purpose"].to_list() == ["Súdwest-Zeewâld"]


def test_gzip_is_read(tmp_path):
    whole = gzip.compress(PREFIXED.encode())
    assert read(tmp_path, whole).report.rows_kept == 8
    with pytest.raises(BadInputError):
        read(tmp_path, gzip.compress(PREFIXED.encode() + b" " * 500_000)[:-400])


def test_only_tables_with_rows_are_given(tmp_path):
    assert set(read(tmp_path, regeling("")).tables) == {"register_arrangements"}


def test_versions_with_one_title_are_told_apart(tmp_path):
    one = '<p:regeling p:systeemId="1"><p:titel>Streek</p:titel>{}</p:regeling>'
    text = regeling("<p:datumUitwerkingtreding>2020-01-01</p:datumUitwerkingtreding>").replace(
        "</p:gemeenschappelijkeRegelingen>",
        one.format("<p:datumInwerkingtreding>2020-01-01</p:datumInwerkingtreding>")
        + "</p:gemeenschappelijkeRegelingen>",
    )
    reading = read(tmp_path, text)
    assert reading.tables["register_arrangements"].height == 2
    assert "2 arrangements share their title with another; they are told apart by identifier" in reading.report.remarks


def test_the_same_version_twice_is_set_aside_and_a_different_one_refused(tmp_path):
    again = '<p:regeling p:systeemId="1"><p:titel>{}</p:titel></p:regeling></p:gemeenschappelijkeRegelingen>'
    text = regeling("").replace("</p:gemeenschappelijkeRegelingen>", again)
    assert read(tmp_path, text.format("Streek")).report.reasons == {"repeats an earlier entry": 1}
    with pytest.raises(BadInputError, match="a second, different entry for arrangement_id 1"):
        read(tmp_path, text.format("Anders"))


def test_records_without_identity_are_set_aside_with_their_participants(tmp_path):
    text = PREFIXED.replace('<p:regeling p:systeemId="900001" p:resourceIdentifierTOOI', "<p:regeling p:x")
    report = read(tmp_path, text).report
    assert report.rows_read == 8
    assert report.rows_kept == 5
    assert {item.reason for item in report.set_aside} == {
        "arrangement with neither a system identifier nor a TOOI address",
        "participant of an arrangement with neither a system identifier nor a TOOI address",
    }
    assert report.set_aside[0].line == 20
    nobody = regeling(participants(participant(attributes="")))
    assert read(tmp_path, nobody).report.reasons == {"participant without identifier and name": 1}
    named = regeling(participants(participant("Dorp Ver (buitenland)", attributes="")))
    assert read(tmp_path, named).tables["register_participants"]["participant_id"].to_list() == [
        "Dorp Ver (buitenland)"
    ]


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<p:datumInwerkingtreding>1 januari</p:datumInwerkingtreding>", "'datumInwerkingtreding' holds '1 januari'"),
        ("<p:datumInwerkingtreding>2019-02-30</p:datumInwerkingtreding>", "2019-02-30"),
        (participants(participant("<p:verdeelsleutel>1.2</p:verdeelsleutel>")), "from 0 to 1"),
        (participants(participant("<p:verdeelsleutel>half</p:verdeelsleutel>")), "verdeelsleutel"),
        (participants(participant("<p:toetredingsDatum>x</p:toetredingsDatum>")), "toetredingsDatum"),
    ],
)
def test_values_outside_the_contract_are_refused_or_set_aside(tmp_path, inside, words):
    text = regeling("\n\n" + inside)
    with pytest.raises(BadInputError, match=rf"register.xml, line [13]: .*{words}"):
        read(tmp_path, text)
    report = read(tmp_path, text, strict=False).report
    assert len(report.set_aside) == 1


def test_shares_that_do_not_add_up_are_said(tmp_path):
    half = participant("<p:verdeelsleutel>0.5</p:verdeelsleutel>")
    other = participant("<p:verdeelsleutel>{}</p:verdeelsleutel>", 'p:systeemId="8"')
    off = "1 arrangements have shares of present participants that do not add up to 1"
    assert off not in read(tmp_path, regeling(participants(half, other.format("0.5")))).report.remarks
    assert off in read(tmp_path, regeling(participants(half, other.format("0.4")))).report.remarks
    left = participant(
        "<p:verdeelsleutel>0.4</p:verdeelsleutel><p:uittredingsDatum>2020-01-01</p:uittredingsDatum>", 'p:systeemId="9"'
    )
    assert off not in read(tmp_path, regeling(participants(half, other.format("0.5"), left))).report.remarks


def test_codes_come_from_the_address_of_a_municipality_only():
    assert municipality_code(f"{TOOI}/gemeente/gm0009") == "GM0009"
    assert municipality_code(f"{TOOI}/provincie/pv30") is None
    assert municipality_code(f"{TOOI}/gemeente/gm90010") is None
    assert municipality_code(None) is None


def test_truncated_xml_is_refused_with_its_line(tmp_path):
    lines = PREFIXED.splitlines(keepends=True)
    for count in range(4, len(lines)):
        with pytest.raises(BadInputError, match=rf"register.xml, line {count}|line {count + 1}"):
            read(tmp_path, "".join(lines[:count]))


def test_an_export_without_records_is_refused(tmp_path):
    with pytest.raises(BadInputError, match="no organisation and no arrangement"):
        read(tmp_path, "<overheidsorganisaties/>")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "declaration",
    [
        f'<!DOCTYPE o [<!ENTITY l0 "ha">{LAUGHS}]>',
        f'<!DOCTYPE o [<!ENTITY l11 "{"a" * 200_000}">]>'[:60_000],
        '<!DOCTYPE o [<!ENTITY l11 SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE o SYSTEM "http://localhost:9/x.dtd">',
        '<!DOCTYPE o [<!ENTITY % x SYSTEM "http://localhost:9/x.dtd"> %x;]>',
    ],
)
def test_document_types_and_entities_are_refused(tmp_path, declaration):
    text = regeling(f"<p:doel a='&l11;'>{'&l11;' * 1000}</p:doel>")
    start = time.perf_counter()
    file = store(tmp_path, declaration + text)
    with pytest.raises(BadInputError, match=r"document type|cannot be read"):
        FORMATS[0].read(file, True)
    if declaration.endswith("]>") or "SYSTEM" in declaration:
        assert recognise(file) is FORMATS[0]
    assert time.perf_counter() - start < 2


def test_an_undeclared_entity_is_refused(tmp_path):
    with pytest.raises(BadInputError, match="line 1"):
        read(tmp_path, regeling("<p:doel>&onbekend;</p:doel>"))


def test_a_document_type_in_utf_16_or_in_a_comment(tmp_path):
    declared = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE o [<!ENTITY a "b">]>' + regeling("")
    with pytest.raises(BadInputError, match="document type"):
        read(tmp_path, declared, encoding="utf-16")
    assert read(tmp_path, "<!-- geen <!DOCTYPE o> -->" + regeling("")).report.rows_kept == 1


def test_one_endless_record_is_refused(tmp_path):
    with pytest.raises(BadInputError, match="one record holds more than"):
        read(tmp_path, regeling("<p:doel/>" * 150_000))


def in_blocks(path, block, count, start="", end=""):
    with path.open("w") as stream:
        stream.write(start)
        for _ in range(count):
            stream.write(block)
        stream.write(end)


def peak_of(file):
    """Python's own peak while a file is read and refused; the parser's is bounded by what it keeps of the tree."""
    tracemalloc.start()
    started = time.perf_counter()
    try:
        with pytest.raises(BadInputError) as raised:
            FORMATS[0].read(file, True)
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return raised.value, peak, time.perf_counter() - started


def test_deep_nesting_is_refused_at_once(tmp_path):
    path = tmp_path / "deep.xml"
    in_blocks(path, "<a>" * 10_000, 100, "<overheidsorganisaties>")
    error, peak, seconds = peak_of(SourceFile(path, "deep.xml"))
    assert "nested more than 64 deep" in str(error)
    assert peak < 5_000_000
    assert seconds < 1


@pytest.mark.slow
def test_two_hundred_megabytes_of_nesting_cost_no_time_and_memory(tmp_path):
    path = tmp_path / "deep.xml"
    in_blocks(path, "<a>" * 1_000_000, 67, "<overheidsorganisaties>")
    assert path.stat().st_size > 200_000_000
    error, peak, seconds = peak_of(SourceFile(path, "deep.xml"))
    assert "nested more than 64 deep" in str(error)
    assert peak < 5_000_000
    assert seconds < 1


@pytest.mark.slow
def test_sixty_megabytes_of_siblings_cost_no_memory(tmp_path):
    resource = pytest.importorskip("resource")
    path = tmp_path / "wide.xml"
    block = "<x><y>tekst</y><!-- c --></x>\n" * 1000
    in_blocks(path, block, 2_000, "<overheidsorganisaties>", "</overheidsorganisaties>")
    assert path.stat().st_size > 59_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadInputError, match="no organisation"):
        FORMATS[0].read(SourceFile(path, "wide.xml"), True)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_bytes_never_end_in_anything_but_a_message(tmp_path, data):
    content = bytearray(PREFIXED.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=12))
    file = store(tmp_path, bytes(content))
    try:
        if (found := recognise(file)) is not None:
            found.read(file, data.draw(st.booleans()))
    except BadInputError as error:
        message = str(error)
    else:
        return
    assert "register.xml" in message
