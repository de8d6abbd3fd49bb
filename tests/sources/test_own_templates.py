"""Templates: the same bytes each time, and a filled-in one reads back without complaint."""

import csv
import datetime
import io
import re
import zipfile

import fastexcel
import pytest
import xlsxwriter
from reading_checks import read, store

from verband.domain.reference import reference
from verband.domain.schema import schema
from verband.errors import BadInputError, UnknownNameError
from verband.sources.own_files import KINDS
from verband.sources.own_templates import LANGUAGES, write_template

EVERY = [(kind, language) for kind in KINDS for language in LANGUAGES]


def example(path):
    """The header and the example row of a text template."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return lines[-1].split(";"), lines[-2].removeprefix("# ").split(";")


@pytest.mark.parametrize(("kind", "language"), EVERY)
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_the_same_call_gives_the_same_bytes(tmp_path, kind, language, ending):
    first = write_template(kind, tmp_path / f"a{ending}", language=language)
    second = write_template(kind, tmp_path / f"b{ending}", language=language)
    assert first.read_bytes() == second.read_bytes()
    assert write_template(kind, first, language=language) == first


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_filled_in_text_template_reads_back(tmp_path, kind, language):
    path = write_template(kind, tmp_path / "own.csv", language=language)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    header, row = example(path)
    reading = read(store(tmp_path, content + ";".join(row).encode() + b"\r\n", "filled.csv"))
    table = reading.tables[KINDS[kind]]
    assert table.height == reading.report.rows_read == 1
    assert [name for name in table.columns if table[name][0] is None] == []
    assert len(header) == table.width
    assert all("notation" in remark for remark in reading.report.remarks)


@pytest.mark.parametrize("kind", KINDS)
def test_both_languages_give_the_same_values(tmp_path, kind):
    tables = []
    for language in LANGUAGES:
        path = write_template(kind, tmp_path / f"{language}.csv", language=language)
        _, row = example(path)
        text = path.read_bytes() + ";".join(row).encode()
        tables.append(read(store(tmp_path, text)).tables[KINDS[kind]].row(0, named=True))
    differing = {name for name in tables[0] if tables[0][name] != tables[1][name]}
    assert differing <= {"key", "exit_clause", "document", "function", "indicator", "unit", "purchase"}


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_filled_in_workbook_reads_back(tmp_path, kind, language):
    template = write_template(kind, tmp_path / "own.xlsx", language=language)
    header, row = example(write_template(kind, tmp_path / "own.csv", language=language))
    book = fastexcel.read_excel(template)
    assert book.load_sheet(0).to_polars().columns == header
    explanation = book.load_sheet(1).to_polars()
    assert explanation.height == len(header)
    assert explanation.to_series(0).to_list() == header
    content = io.BytesIO()
    filled = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = filled.add_worksheet()
    day = filled.add_format({"num_format": "dd-mm-yyyy"})
    sheet.write_row(0, 0, header)
    for index, (column, text) in enumerate(zip(schema(KINDS[kind]).columns, row, strict=True)):
        if column.type == "date":
            parts = [int(part) for part in text.split("-")]
            sheet.write_datetime(1, index, datetime.date(*(parts if parts[0] > 31 else parts[::-1])), day)
        elif column.type in {"number", "integer"} and "%" not in text:
            sheet.write_number(1, index, float(text.replace(".", "").replace(",", ".") if language == "nl" else text))
        else:
            sheet.write_string(1, index, text)
    filled.close()
    typed = read(store(tmp_path, content.getvalue())).tables[KINDS[kind]]
    csv_text = (tmp_path / "own.csv").read_bytes() + ";".join(row).encode()
    assert typed.equals(read(store(tmp_path, csv_text, "filled")).tables[KINDS[kind]])


def test_the_workbook_has_lists_a_frozen_header_and_an_explanation(tmp_path):
    path = write_template("arrangements", tmp_path / "own.xlsx")
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        names = archive.read("xl/workbook.xml").decode()
    assert len(re.findall('type="list"', sheet)) == 3
    assert "verplicht,verplicht samenwerken,vrijwillig" in sheet
    assert 'state="frozen"' in sheet
    assert 'name="regelingen"' in names
    assert 'name="Toelichting"' in names


@pytest.mark.parametrize("table", KINDS.values())
def test_every_column_and_word_is_explained(table):
    rows = [row for row in reference("own_file_columns") if row["table"] == table]
    assert [row["column"] for row in rows] == list(schema(table).names)
    for column in schema(table).columns:
        words = [
            row["value"] for row in reference("own_file_words") if (row["table"], row["column"]) == (table, column.name)
        ]
        assert tuple(words) == column.allowed.values


def test_a_comment_fits_any_separator(tmp_path):
    path = write_template("arrangements", tmp_path / "own.csv")
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";", strict=True))
    assert sum(len(row) > 1 for row in rows) == 2


def test_wrong_requests_are_plain_messages(tmp_path):
    with pytest.raises(UnknownNameError, match="arrangements, staff"):
        write_template("boards", tmp_path / "x.csv")
    with pytest.raises(UnknownNameError, match="language"):
        write_template("staff", tmp_path / "x.csv", language="fr")
    with pytest.raises(BadInputError, match=r"cannot end in '\.txt'"):
        write_template("staff", tmp_path / "x.txt")
    with pytest.raises(BadInputError, match="cannot be written"):
        write_template("staff", tmp_path / "no" / "x.csv")


def test_a_filled_in_file_is_not_written_over(tmp_path):
    path = write_template("staff", tmp_path / "x.csv")
    path.write_bytes(path.read_bytes() + b"A;x;1;1;1;1;2020-01-01\r\n")
    with pytest.raises(BadInputError, match="might be one you filled in"):
        write_template("staff", path)
