"""Every format that Verband reads, held against the invented province: it reads all of it, loses no row, never crashes.

Files are recognised by content, so each is given a name that says nothing, but for the formats whose vintage
stands in the name only. Damaged files may give a reading that adds up or one plain message, nothing else.
"""

import gzip
import io
import json
import random
from functools import cache
from pathlib import PurePosixPath

import polars as pl
import pytest
import xlsxwriter
from damaging import damaged
from lxml import etree

from verband.domain.schema import schema
from verband.errors import VerbandError
from verband.sources.files import SourceFile
from verband.sources.registry import formats, recognise
from verband.sources.sample import contents, province
from verband.sources.tabular import polars_schema

FORMATS = formats()
NAMES = [item.name for item in FORMATS]
VINTAGE_IN_NAME = {
    "grant_volumes",
    "grant_weights",
    "grant_special_payments",
    "grant_results",
    "municipality_classes",
}
"""Tables of formats that cannot be read without the name of the file."""
RECORDS = 40
QUICK, SLOW = 30, 2_000
GZIP = b"\x1f\x8b"


@cache
def sample():
    """All files of the sample, and two workbooks as the user may have them."""
    extra = {"own/klein.xlsx": workbook([HEADER, *PEOPLE]), "own/groot.xlsx": large_workbook(LARGE)}
    return contents(province(1)) | extra


HEADER = ("gemeente", "functie", "medewerkers", "minimaal_nodig", "fte", "plaatsvervangers", "peildatum")
PEOPLE = (
    ("Otterwoude", "jurist handhaving", 1, 1, 0.8, 0, "2025-12-31"),
    ("Otterwoude", "consulent Wmo", 4, 1, 3.4, 1, "2025-12-31"),
)
LARGE = 4_000
"""Rows by which a workbook outgrows the head of a file."""


def large_workbook(rows, more=()):
    rng = random.Random(3)
    many = [("Otterwoude", f"functie {rng.getrandbits(64):x}", 1, 1, 0.8, 0, "2025-12-31") for _ in range(rows)]
    return workbook([HEADER, *many, *more])


def workbook(rows):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def unpacked(content):
    return gzip.decompress(content) if content.startswith(GZIP) else content


def kind(content):
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if content.startswith(b"PK"):
        return "xlsx"
    return {b"{": "json", b"[": "json", b"<": "xml"}.get(start, "table")


def source(folder, content, name="x"):
    path = folder / "content"
    path.write_bytes(content)
    return SourceFile(path, name)


def name_for(item, path):
    """A name that says nothing, unless the format has to know the vintage."""
    return PurePosixPath(path).name if VINTAGE_IN_NAME & set(item.tables) else "x"


@cache
def paths_by_format(folder):
    """Paths of the sample by the name of the format that recognises them."""
    found = {}
    for path, content in sample().items():
        item = recognise(source(folder, content))
        if item:
            found.setdefault(item.name, []).append(path)
    return found


@pytest.fixture(scope="module")
def by_format(tmp_path_factory):
    return paths_by_format(tmp_path_factory.mktemp("recognised"))


def assert_fulfils(table, frame):
    """Columns, types, required values and the key are as the contract says."""
    contract = schema(table)
    assert dict(frame.schema) == polars_schema(contract), table
    for column in contract.columns:
        if column.required:
            assert frame[column.name].null_count() == 0, f"{table}.{column.name} has empty cells"
    if contract.key and frame.height:
        assert not frame.select(pl.struct(contract.key).is_duplicated().any()).item(), f"{table}: key repeats"


def read(file, item, *, strict):
    """Read, and hold the reading against everything that holds for any of them."""
    reading = item.read(file, strict)
    report = reading.report
    assert report.rows_read == report.rows_kept + len(report.set_aside)
    assert report.rows_kept >= 0
    for table, frame in reading.tables.items():
        assert table in item.tables
        assert_fulfils(table, frame)
    return reading


def test_every_format_has_a_file_in_the_sample(by_format):
    assert [name for name in NAMES if name not in by_format] == []


def test_names_of_formats_differ():
    assert len(set(NAMES)) == len(NAMES)


def test_only_the_statement_of_fiction_is_no_format(by_format):
    assert set(sample()) - {path for paths in by_format.values() for path in paths} == {"README.txt"}


@pytest.mark.parametrize("name", NAMES)
def test_whole_files_are_read_under_any_name(name, by_format, tmp_path):
    for path in by_format[name]:
        file = source(tmp_path, sample()[path], "x")
        item = recognise(file)
        named = SourceFile(file.path, name_for(item, path))
        strict = read(named, item, strict=True)
        lenient = read(named, item, strict=False)
        assert strict.report == lenient.report, path
        assert strict.scope == lenient.scope
        for table, frame in strict.tables.items():
            assert frame.equals(lenient.tables[table]), path
        assert strict.report.rows_read > 0, path


def shortened(content):
    """The same file with few records, still of its format."""
    content = unpacked(content)
    match kind(content):
        case "table":
            return b"".join(content.splitlines(keepends=True)[:RECORDS])
        case "json":
            text = json.dumps(cut(json.loads(content)), ensure_ascii=False, indent=1)
            return text.encode()
        case "xml":
            root = etree.fromstring(content)
            for group in root:
                for record in list(group)[4:]:
                    group.remove(record)
            return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return content


def cut(value, most=4):
    if isinstance(value, dict):
        return {key: cut(item) for key, item in value.items()}
    # Positions of a border have to stay a ring, so lists of numbers are left alone.
    if isinstance(value, list) and not (value and isinstance(value[0], list)):
        return [cut(item) for item in value[:most]]
    return value


@cache
def small(path):
    return shortened(sample()[path])


@pytest.mark.parametrize("name", NAMES)
def test_a_record_less_or_more_shows_in_the_count(name, by_format, tmp_path):
    path = by_format[name][0]
    content = small(path)
    whole = counted(tmp_path, content, path)
    assert whole is not None
    variants = LESS_AND_MORE[kind(content)](content)
    assert variants
    for less, more in variants:
        fewer = counted(tmp_path, less, path)
        # A document that is one record keeps counting as one.
        assert fewer is None or fewer < whole or whole == 1, path
        if more is not None:
            assert counted(tmp_path, more, path) in (None, whole + 1), path


def lines_less_and_more(content):
    lines = content.splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.strip()) + 1
    places = {start, (start + len(lines)) // 2, len(lines) - 1} & set(range(start, len(lines)))
    return [(b"".join(lines[:at] + lines[at + 1 :]), b"".join(lines[: at + 1] + lines[at:])) for at in sorted(places)]


def json_less(content):
    document = json.loads(content)
    records = list_of_records(document) or [None]
    records.pop()
    return [(json.dumps(document, ensure_ascii=False).encode(), None)]


def xml_less(content):
    root = etree.fromstring(content)
    root[-1].remove(root[-1][-1])
    return [(etree.tostring(root), None)]


def workbook_less_and_more(content):
    return [(large_workbook(LARGE - 1), large_workbook(LARGE + 1))]


LESS_AND_MORE = {
    "table": lines_less_and_more,
    "json": json_less,
    "xml": xml_less,
    "xlsx": workbook_less_and_more,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_record_is_told_or_set_aside(name, by_format, tmp_path):
    path = by_format[name][0]
    content = small(path)
    if kind(content) == "xlsx":
        bad = large_workbook(LARGE, (("Otterwoude", "griffier", "veel", 1, 1, 0, "2025-12-31"),))
    else:
        bad = DAMAGE[kind(content)](content)
    if bad is None:  # a document that is no list of records: cut it off
        bad = content[: len(content) // 2]
    usual = outcome(tmp_path, content, path, strict=False)
    strict = outcome(tmp_path, bad, path, strict=True)
    lenient = outcome(tmp_path, bad, path, strict=False)
    if strict is not None:
        # Known defects are set aside without stopping; a file of no known format is listed as such.
        assert len(strict.set_aside) > len(usual.set_aside), path
    if lenient is not None:
        assert len(lenient.set_aside) > len(usual.set_aside), path
        if kind(content) == "table":
            assert any(aside.line == 2 for aside in lenient.set_aside), path


def line_with_more_cells(content):
    lines = content.splitlines(keepends=True)
    ending = b"\r\n" if lines[1].endswith(b"\r\n") else b"\n"
    lines[1] = lines[1].rstrip(b"\r\n") + b";,\t;,\tx" + ending
    return b"".join(lines)


def json_without_object(content):
    document = json.loads(content)
    records = list_of_records(document)
    if not records:
        return None
    records[0] = 7
    return json.dumps(document, ensure_ascii=False).encode()


def xml_without_identity(content):
    root = etree.fromstring(content)
    record = root[-1][-1]
    record.attrib.clear()
    return etree.tostring(root)


DAMAGE = {"table": line_with_more_cells, "json": json_without_object, "xml": xml_without_identity}


def outcome(folder, content, path, *, strict):
    """The report; ``None`` when the file is refused, or shown as one of no known format."""
    file = source(folder, content, "x")
    try:
        item = recognise(file, strict=strict)
        return item and read(SourceFile(file.path, name_for(item, path)), item, strict=strict).report
    except VerbandError:
        return None


def counted(folder, content, path):
    report = outcome(folder, content, path, strict=False)
    return report and report.rows_read


def list_of_records(value):
    """The first list of objects inside a document, the outermost first."""
    waiting = [value]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, list) and one and isinstance(one[0], dict):
            return one
        waiting.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else [])
    return None


def try_damage(name, by_format, folder, rounds):
    """Read damaged files of a format; return what went wrong, with the bytes kept for a look."""
    faults = []
    for number in range(rounds):
        rng = random.Random(f"{name}/{number}")
        path = rng.choice(by_format[name])
        file = source(folder, damaged(rng, small(path)), "x")
        for strict in (True, False):
            # A fresh file each time: its head is remembered.
            again = SourceFile(file.path, "x")
            try:
                item = recognise(again, strict=strict)
                if item is not None:
                    read(SourceFile(file.path, name_for(item, path)), item, strict=strict)
            except VerbandError as error:
                if "\n" in str(error).strip() or len(str(error)) > 1_000:
                    faults.append(f"{path} {number} strict={strict}: no plain message: {str(error)[:200]!r}")
            except Exception as error:  # noqa: BLE001 - every other exception is what this looks for
                kept = folder / f"fault_{number}_{strict}"
                kept.write_bytes(file.path.read_bytes())
                faults.append(f"{path} {number} strict={strict}: {type(error).__name__}: {str(error)[:200]} ({kept})")
    return faults


@pytest.mark.parametrize("name", NAMES)
def test_damaged_files_never_crash(name, by_format, tmp_path):
    assert try_damage(name, by_format, tmp_path, QUICK) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_damaged_files_never_crash_in_the_long_run(name, by_format, tmp_path):
    assert try_damage(name, by_format, tmp_path, SLOW) == []
