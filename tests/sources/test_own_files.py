"""The user's own files: both languages, every notation, spreadsheets, and questions where two readings are possible."""

import datetime
import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_checks import PUBLISHED, check_any_bytes, read, store

from verband.errors import BadInputError, VerbandError
from verband.sources.files import HEAD_BYTES, SourceFile
from verband.sources.own_files import KINDS
from verband.sources.reading import Reading
from verband.sources.registry import recognise

HEADER = "regeling;deelnemer;peildatum;bijdrage_eur_per_jaar;bijdrage_jaar;aandeel;uittreding"
ROW = "Regio A;Aastad;31-12-2020;{amount};2020;;"


def arrangements(folder, text, strict=True, name="own.csv"):
    reading = read(store(folder, text, name), strict)
    return reading.tables["own_arrangements"], reading.report


def amounts(folder, *texts, header=HEADER, separator=";"):
    rows = [ROW.replace("Aastad", f"Stad {i}").format(amount=f'"{text}"') for i, text in enumerate(texts)]
    text = "\n".join([header, *rows])
    if separator != ";":
        text = text.replace(";", separator)
    return arrangements(folder, text)


def workbook(rows, *, first_row=0, first_column=0):
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    for number, row in enumerate(rows, start=first_row):
        for index, value in enumerate(row, start=first_column):
            if isinstance(value, datetime.date):
                sheet.write_datetime(number, index, datetime.datetime.combine(value, datetime.time()), day)
            elif value is not None and value != "":
                (sheet.write_string if isinstance(value, str) else sheet.write)(number, index, value)
    book.close()
    return content.getvalue()


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_encodings_and_line_ends(tmp_path, separator, encoding, end):
    lines = [
        '# uitleg; met " teken',
        "Deelnemer;PEILDATUM;Regeling ;vorm",
        "Súdstad;2020-12-31;Regio Â;Openbaar lichaam",
    ]
    text = end.join([lines[0], *(line.replace(";", separator) for line in lines[1:])])
    frame, report = arrangements(tmp_path, text.encode(encoding))
    row = frame.row(0, named=True)
    assert (row["arrangement"], row["participant"], row["form"]) == ("Regio Â", "Súdstad", "openbaar lichaam")
    assert row["as_of"] == datetime.date(2020, 12, 31)
    assert ("the text was read as Windows-1252" in report.remarks) == (encoding == "cp1252")


def test_english_headers_and_words(tmp_path):
    text = (
        "arrangement,participant,as_of,status,made_by,form\nRegion A,GM9901,2020-01-31,cooperate,Mayors,public body\n"
    )
    row = arrangements(tmp_path, text)[0].row(0, named=True)
    assert (row["status"], row["made_by"], row["form"]) == ("cooperate", "mayors", "openbaar lichaam")


def test_scope_is_the_name_of_the_file(tmp_path):
    path = tmp_path / "x"
    path.write_text(HEADER + "\n")
    file = SourceFile(path, "map/mijn regelingen.csv")
    reading = read(file)
    assert reading.scope == "mijn regelingen.csv"
    assert reading.report.remarks == ("the file holds no rows below its header",)


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (("1.234,56", "1.234", "12,5", "1.000"), [1234.56, 1234, 12.5, 1000]),
        (("1.234", "5"), [1234, 5]),
        (("1.234.567",), [1234567]),
        (("1,234.56", "1,234", "12.5"), [1234.56, 1234, 12.5]),
        (("1234.56", "7"), [1234.56, 7]),
        (("€ 1.234,-", "1.234,50", "1 234 567,5"), [1234, 1234.5, 1234567.5]),
        (("0,125",), [0.125]),
        (("0.125",), [0.125]),
        (("0", ""), [0, None]),
    ],
)
def test_amounts_in_a_file_with_semicolons(tmp_path, texts, values):
    frame, _ = amounts(tmp_path, *texts)
    assert frame["contribution_eur_per_year"].to_list() == values


def test_a_figure_of_an_indicator_may_be_below_zero(tmp_path):
    text = "regeling;indicator;jaar;streefwaarde;gerealiseerd;peildatum\nA;saldo;2020;0;-1.234,50;2021-01-01\n"
    frame = read(store(tmp_path, text)).tables["own_indicators"]
    assert frame["realised"].to_list() == [-1234.5]


@pytest.mark.parametrize(
    "texts",
    [("1,234",), ("12.5", "1.234"), ("12.5", "1.000"), ("12,5", "1,234"), ("1234.5", "12,5"), ("1.234,5", "1.5")],
)
def test_amounts_that_can_be_read_in_two_ways_are_refused(tmp_path, texts):
    with pytest.raises(BadInputError, match="bijdrage_eur_per_jaar"):
        amounts(tmp_path, *texts)


@pytest.mark.parametrize("separator", [",", "\t"])
def test_without_semicolons_only_other_cells_tell_thousands(tmp_path, separator):
    with pytest.raises(BadInputError, match=r"row 2: column .* holds '1\.234', which can be 1234 or 1\.234; which one"):
        amounts(tmp_path, "1.234", separator=separator)
    frame, report = amounts(tmp_path, "1.234", "5,5", separator=separator)
    assert frame["contribution_eur_per_year"].to_list() == [1234, 5.5]
    assert any("1 cells such as '1.234' were read as thousands" in remark for remark in report.remarks)


def test_a_decimal_point_elsewhere_takes_the_certainty_from_a_semicolon(tmp_path):
    with pytest.raises(BadInputError, match="row 2: column 'bijdrage_eur_per_jaar' holds"):
        arrangements(tmp_path, f"{HEADER}\nA;B;2020-01-01;1.234;2020;12.5%;\n")
    frame, _ = arrangements(tmp_path, f"{HEADER}\nA;B;2020-01-01;1.234;2020;12,5%;\n")
    assert frame["contribution_eur_per_year"].to_list() == [1234]


def test_notation_is_decided_per_column(tmp_path):
    text = "gemeente;functie;medewerkers;fte;minimaal_nodig;peildatum\nA;x;2;{};1;2020-01-01\nA;y;3;2.5;1;2020-01-01\n"
    file = store(tmp_path, text.format("1.125"))
    assert read(file).tables["own_staff"]["fte"].to_list() == [1.125, 2.5]
    with pytest.raises(BadInputError, match=r"row 2: column 'fte' holds '1\.125', which can be"):
        read(store(tmp_path, text.format("1.125").replace("2.5", "2")))


@pytest.mark.parametrize(
    ("text", "share"),
    [("12,5%", 0.125), ("12.5 %", 0.125), ("0,125", 0.125), ("1", 1), ("100%", 1), ("12,345%", 0.12345)],
)
def test_share_is_a_fraction_or_a_percentage(tmp_path, text, share):
    frame, _ = arrangements(tmp_path, f"{HEADER}\nA;B;2020-01-01;;;{text};\n")
    assert frame["share"].to_list() == pytest.approx([share])


@pytest.mark.parametrize("text", ["12,5", "12.5", "101%", "-1%", "veel"])
def test_share_that_is_neither_is_refused(tmp_path, text):
    with pytest.raises(BadInputError, match="row 2: column 'aandeel' holds"):
        arrangements(tmp_path, f"{HEADER}\nA;B;2020-01-01;;;{text};\n")


@pytest.mark.parametrize("text", ["2024-13-01", "31-02-2024", "12-31-2024", "1-1-24", "2024", "morgen", "0024-01-01"])
def test_a_wrong_date_says_where_and_what(tmp_path, text):
    good = "A;B;2020-01-01;;;;\n"
    file = store(tmp_path, f"# uitleg\n{HEADER}\n{good}\nA;C;2020-01-01;;;;{text}\n")
    message = f"file, row 5: column 'uittreding' holds '{text}', expected a date like 2024-12-31. Mend"
    with pytest.raises(BadInputError, match=message):
        read(file)
    report = read(file, strict=False).report
    assert (report.rows_read, report.rows_kept, report.set_aside[0].line) == (2, 1, 5)


def test_dates_in_both_orders_with_single_digits(tmp_path):
    frame, _ = arrangements(tmp_path, f"{HEADER}\nA;B;1-2-2020;;;;2021-12-31\n")
    assert frame.row(0, named=True)["as_of"] == datetime.date(2020, 2, 1)
    assert frame.row(0, named=True)["exit"] == datetime.date(2021, 12, 31)


@pytest.mark.parametrize("form", ["text", "workbook"])
def test_a_row_can_be_right_today_but_not_tomorrow(tmp_path, form):
    today = datetime.date.today()  # noqa: DTZ011  the calendar day of the reader
    tomorrow = today + datetime.timedelta(days=1)
    rows = [["A", "B", today], ["A", "C", tomorrow]]
    if form == "workbook":
        content = workbook([HEADER.split(";"), *rows])
    else:
        content = "\n".join([HEADER, *(f"{row[0]};{row[1]};{row[2]:%d-%m-%Y};;;;" for row in rows)])
    file = store(tmp_path, content, "eigen.xlsx" if form == "workbook" else "eigen.csv")
    with pytest.raises(BadInputError, match=r"row 3: column 'peildatum' holds .*, expected today or earlier\. Mend"):
        read(file)
    reading = read(file, strict=False)
    assert reading.tables["own_arrangements"]["as_of"].to_list() == [today]
    assert [(item.line, item.reason) for item in reading.report.set_aside] == [
        (3, "column peildatum: not today or earlier")
    ]


def test_not_known_is_missing_and_said(tmp_path):
    frame, report = arrangements(tmp_path, f"{HEADER}\nA;B;1-2-2020;onbekend;;n.v.t.;-\n")
    assert frame.select("contribution_eur_per_year", "share", "exit").row(0) == (None, None, None)
    assert sum("read as missing" in remark for remark in report.remarks) == 3
    with pytest.raises(BadInputError, match="'peildatum' holds 'onbekend', expected a date"):
        arrangements(tmp_path, f"{HEADER}\nA;B;onbekend;;;;\n")


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("regeling;deelnemer;vorm", "A;B;club", "column 'peildatum'"),
        ("regeling;deelnemer;peildatum;arrangement", "A;B;2020-01-01;A", "the same column"),
        (HEADER, "A;;2020-01-01;;;;", "column 'deelnemer' is empty"),
        (HEADER, "A;B;2020-01-01;5;;;", "no year of the contribution"),
        (HEADER, "A;B;2020-01-01;5;1030;;", "column 'bijdrage_jaar' holds '1030', expected from 2000 to 2100"),
        (HEADER, "A;B;2020-01-01;5;2020,5;;", "expected a whole number"),
        (HEADER, "A;B;2020-01-01;veel;2020;;", "column 'bijdrage_eur_per_jaar' holds 'veel', expected a number"),
        (HEADER, "A;B;2020-01-01;-5;2020;;", "column 'bijdrage_eur_per_jaar' holds '-5', expected 0 or more"),
        (HEADER, "A;B;2150-01-01;5;2020;;", "column 'peildatum' holds '2150-01-01', expected today or earlier"),
        (HEADER, "A;B;2020-01-01;1e5;2020;;", "expected a number"),
        (HEADER, "A;B;2020-01-01", "the row has 3 cells where the header has 7"),
        (HEADER, "A;B;2020-01-01;;;;;x", "the row has 8 cells where the header has 7"),
        (HEADER, 'A;"B;2020-01-01;;;;', "every quote is closed"),
        ("regeling;deelnemer;peildatum;vorm", "A;B;2020-01-01;club", "expected one of openbaar lichaam"),
        ("regeling;deelnemer;peildatum;taken", "A;B;2020-01-01;6,1", "column 'taken' holds '6,1'"),
        ("regeling;deelnemer;peildatum;stemmen;stemmen_totaal", "A;B;2020-01-01;5;4", "more than all votes"),
        (
            "regeling;deelnemer;peildatum;toetreding;uittreding",
            "A;B;2020-01-01;2020-01-01;2019-01-01",
            "before the entry",
        ),
        ("procedure;gemeenten;peildatum", "P;GM9901;2020-01-01", "two or more municipalities"),
        ("procedure;gemeenten;peildatum", "P;A+A;2020-01-01", "two or more municipalities"),
    ],
)
def test_faults_are_told_plainly(tmp_path, header, row, message):
    with pytest.raises(BadInputError, match=message) as caught:
        read(store(tmp_path, f"{header}\n{row}\n"))
    assert str(caught.value).startswith("file")


def test_tasks_keep_their_zeros(tmp_path):
    frame, _ = arrangements(tmp_path, "regeling;deelnemer;peildatum;taken\nA;B;2020-01-01; 6.60 + 0.10\n")
    assert frame["tasks"].to_list() == ["6.60+0.10"]


def test_a_contribution_stands_once_when_there_are_two_documents(tmp_path):
    header = "regeling;deelnemer;peildatum;bijdrage_eur_per_jaar;bijdrage_jaar;document\n"
    rows = "A;B;2020-01-01;5;2020;begroting\nA;B;2020-01-01;{};2020;jaarrekening\n"
    assert arrangements(tmp_path, header + rows.format(""))[0].height == 2
    with pytest.raises(BadInputError, match=r"row 3: .* twice for the same arrangement"):
        arrangements(tmp_path, header + rows.format("5"))
    report = arrangements(tmp_path, header + rows.format("5"), strict=False)[1]
    assert report.reasons == {"contribution given twice": 1}


def test_comments_below_the_header_blank_rows_and_unknown_columns(tmp_path):
    text = "regeling;deelnemer;peildatum;uittreeding;;\nA;B;2020-01-01;;;\n;;;;;\n# A;C;2020-01-01;;;\n"
    frame, report = arrangements(tmp_path, text)
    assert frame.height == 1
    assert (report.rows_read, report.reasons) == (2, {"begins with #, so it was taken as a comment": 1})
    assert "column 'uittreeding' is not used; did you mean 'uittreding'?" in report.remarks


def test_the_same_row_twice_is_said(tmp_path):
    assert arrangements(tmp_path, f"{HEADER}\n{'A;B;2020-01-01;;;;' + chr(10)}{'A;B;2020-01-01;;;;'}\n")[1].reasons == {
        "repeats an earlier row": 1
    }
    with pytest.raises(BadInputError, match="row 3: a second, different row"):
        arrangements(tmp_path, f"{HEADER}\nA;B;2020-01-01;5;2020;;\nA;B;2020-01-01;6;2020;;\n")


def test_workbook_with_real_dates_and_numbers(tmp_path):
    header = [*HEADER.split(";"), "taken"]
    day = datetime.date(2020, 12, 31)
    rows = [["# uitleg"], header, ["A", "B", day, 1.234, 2020, 0.125, datetime.date(2021, 1, 31), "6.60"], []]
    rows.append(["A", "C", "31-12-2020", "1234,56", "2020", "12,5%", "2021-01-31", "0.10+7.3"])
    file = store(tmp_path, workbook(rows, first_row=2, first_column=1))
    reading = read(file)
    frame = reading.tables["own_arrangements"]
    assert frame["as_of"].to_list() == [day, day]
    assert frame["contribution_eur_per_year"].to_list() == [1.234, 1234.56]
    assert frame["share"].to_list() == [0.125, 0.125]
    assert frame["tasks"].to_list() == ["6.60", "0.10+7.3"]
    assert reading.report.rows_read == 2


def test_workbook_faults_name_the_row_that_the_user_sees(tmp_path):
    header = [*HEADER.split(";"), "taken"]
    base = ["A", "B", "2020-01-01", None, None, None]
    for row, message in (
        ([*base, "2024-13-01", ""], "row 5: column 'uittreding' holds '2024-13-01'"),
        ([*base, 45000, ""], "row 5: column 'uittreding' holds '45000', expected a date"),
        ([*base, "", 6.6], "row 5: column 'taken' holds '6.6', expected text"),
        ([*base[:5], 12.5, "", ""], "row 5: column 'aandeel' holds '12.5', expected a share"),
        ([*base[:3], "1.234", 2020, "", "", ""], "row 5: .* which can be 1234 or 1.234"),
    ):
        with pytest.raises(BadInputError, match=message):
            read(store(tmp_path, workbook([header, row], first_row=3)))


def test_other_workbooks_are_not_ours_and_large_ones_are_refused_plainly(tmp_path):
    assert recognise(store(tmp_path, workbook([["iets", "anders"], [1, 2]]))) is None
    text = workbook([["iets", "anders"]] + [[f"{i * 7919 % 100003}-{i}", i] for i in range(9000)])
    assert len(text) > HEAD_BYTES
    with pytest.raises(BadInputError, match="not the header of one of your own files"):
        read(store(tmp_path, text))
    rows = [HEADER.split(";")] + [[f"R{i * 7919 % 100003}", f"P{i}", "2020-01-01"] for i in range(9000)]
    assert read(store(tmp_path, workbook(rows))).report.rows_kept == 9000


def test_a_cell_far_away_does_not_fill_the_memory(tmp_path):
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER.split(";"))
    sheet.write(1_048_575, 16_383, 5)
    book.close()
    with pytest.raises(BadInputError, match="a cell stands as far away as row 1048576 or column 16384"):
        read(store(tmp_path, content.getvalue()))


def test_a_damaged_workbook_is_said_and_other_packed_files_are_not_ours(tmp_path):
    content = workbook([HEADER.split(";"), ["A", "B", "2020-01-01"]])
    with pytest.raises(BadInputError, match="the workbook cannot be read"):
        read(store(tmp_path, content[:-40]))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("letter.txt", "text")
    assert recognise(store(tmp_path, packed.getvalue())) is None


def test_any_bytes(tmp_path):
    contents = [
        f"# uitleg\n{HEADER}\nA;B;31-12-2020;1.234,50;2020;12,5%;2021-01-01\nA;C;2020-12-31;7;2020;0,5;\n",
        "municipality,function,holders,fte,as_of\nA,x,2,1.5,2020-01-01\n",
        "regeling\tindicator\tjaar\tstreefwaarde\tpeildatum\tgerealiseerd\nA\tx\t2020\t1,5\t1-1-2020\t2\n",
        "procedure;gemeenten;peildatum;status\nP;A+B;2020-01-01;wet\n",
    ]
    check_any_bytes(tmp_path, contents, rounds=400)


def test_any_bytes_in_a_workbook(tmp_path):
    rows = [HEADER.split(";"), ["A", "B", datetime.date(2020, 1, 1), 5.5, 2020, 0.5, None]]
    check_any_bytes(tmp_path, [workbook(rows)], rounds=200)


CELL = st.one_of(
    st.text(alphabet="0123456789.,-%€ ", max_size=12),
    st.text(alphabet=st.characters(exclude_characters="\0"), max_size=8),
    st.sampled_from(["A", "B", "2020-01-01", "2020"]),
)


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=7, max_size=7), max_size=5), separator=st.sampled_from(";,\t"))
def test_any_cells(tmp_path_factory, rows, separator):
    lines = [separator.join(HEADER.split(";"))]
    lines += [separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    file = store(tmp_path_factory.mktemp("cells"), "\n".join(lines).encode("utf-8", errors="replace"))
    try:
        reading = read(file, strict=False)
    except VerbandError:
        return
    assert isinstance(reading, Reading)
    report = reading.report
    assert report.rows_read == report.rows_kept + len(report.set_aside)


@pytest.mark.published
def test_no_published_file_is_taken_for_an_own_file():
    if not PUBLISHED.is_dir():
        pytest.skip(f"no published data in {PUBLISHED}")
    for path in sorted(PUBLISHED.rglob("*.*")):
        if path.is_file() and path.suffix in {".csv", ".gz", ".json", ".xlsx"}:
            file = SourceFile(path, path.name)
            found = recognise(file, strict=False)
            assert found is None or not set(found.tables) & set(KINDS.values()), path
