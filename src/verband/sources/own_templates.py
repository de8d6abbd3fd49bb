"""Templates for the user's own files: an empty table with an explanation of every column.

Headers, meanings, words and examples come from the schema and from ``own_file_columns`` and ``own_file_words`` in
the reference tables, and for files that a command reads itself from ``command_file_columns``, so the template and its
reader cannot drift apart. A text template has semicolons and a byte
order mark, as Dutch spreadsheet programs open it best. The same call gives the same bytes.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from pathlib import Path
from typing import Any, cast

import xlsxwriter

from verband.domain.reference import reference
from verband.domain.schema import Allowed, Column, ColumnType, schema
from verband.errors import BadInputError, UnknownNameError
from verband.sources.command_columns import COMMANDS
from verband.sources.own_files import KINDS

__all__ = ["LANGUAGES", "MOST_MEMBERS", "write_template"]

LANGUAGES = ("nl", "en")
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001  a workbook's date has no time zone; fixed, so that bytes repeat
_FIRST_DAY = date(1900, 1, 1)
"""The first day that a spreadsheet program knows."""
_ROWS = 5000
"""Rows of the workbook that get a drop-down list."""

MOST_MEMBERS = 12
"""Members whose combinations a template lists: 4,095 rows, which is more than anybody fills in by hand."""

_WORDS = {
    "nl": {
        "share": "kosten verdelen",
        "influence": "stemmen en bijdragen",
        "continuity": "functies en medewerkers",
        "arrangements": "regelingen",
        "staff": "personeel",
        "indicators": "indicatoren",
        "procedures": "herindelingsprocedures",
        "prices": "prijzen",
        "quality": "kwaliteit",
        "title": "Sjabloon van Verband: {kind}.",
        "comment": "Regels die met # beginnen zijn uitleg. Laat ze staan of haal ze weg.",
        "row": "Vul de regels onder de kopregel in. Laat leeg wat u niet weet. Leeg is iets anders dan nul.",
        "figures": "Schrijf bedragen als 1234,56 of 1.234,56. Schrijf een datum als 31-12-2024 of 2024-12-31.",
        "example": "Voorbeeld van een ingevulde regel. Zet hem onder de kopregel en haal # met de spatie weg.",
        "required": "Verplicht.",
        "allowed": "Kies uit: {values}.",
        "such": "Voorbeeld: {example}",
        "explanation": "Toelichting",
        "headers": "kolom|betekenis|wat u kunt invullen|voorbeeld",
        "date": "een datum",
        "number": "een getal",
        "integer": "een heel getal",
        "text": "tekst",
        "pick": "Kies een waarde uit de lijst.",
    },
    "en": {
        "share": "sharing cost",
        "influence": "votes and contributions",
        "continuity": "functions and their holders",
        "arrangements": "arrangements",
        "staff": "staff",
        "indicators": "indicators",
        "procedures": "merger procedures",
        "prices": "prices",
        "quality": "quality",
        "title": "Template of Verband: {kind}.",
        "comment": "Lines that begin with # are explanation. Keep them or take them out.",
        "row": "Fill in the rows below the header. Leave empty what you do not know. Empty is not the same as zero.",
        "figures": "Write amounts as 1234.56. Write a date as 2024-12-31 or 31-12-2024.",
        "example": "Example of a row. Put it below the header and take away the sign # with its space.",
        "required": "Required.",
        "allowed": "One of: {values}.",
        "such": "Example: {example}",
        "explanation": "Explanation",
        "headers": "column|meaning|what you can fill in|example",
        "date": "a date",
        "number": "a number",
        "integer": "a whole number",
        "text": "text",
        "pick": "Choose a value from the list.",
    },
}


@dataclass(frozen=True, slots=True)
class _Field:
    """One column of a template, in the words of its language."""

    column: Column
    header: str
    meaning: str
    example: str
    words: tuple[str, ...]


def _fields(table: str, language: str) -> list[_Field]:
    about = {row["column"]: row for row in reference("own_file_columns") if row["table"] == table}
    fields = []
    for column in schema(table).columns:
        row = about[column.name]
        words = tuple(
            word[f"word_{language}"]
            for word in reference("own_file_words")
            if (word["table"], word["column"]) == (table, column.name)
        )
        dutch = language == "nl"
        meaning = row["meaning_nl"] if dutch else column.meaning + "."
        header = column.published if dutch else column.name
        fields.append(_Field(column, header, meaning, row[f"example_{language}"], words))
    return fields


def _command_fields(command: str, language: str) -> list[_Field]:
    """Columns of a file that a command reads itself."""
    fields = []
    for row in reference("command_file_columns"):
        if row["table"] != command:
            continue
        column = Column(
            name=row["column"],
            published=row["header_nl"],
            type=cast("ColumnType", row["type"]),
            unit="",
            meaning=row["meaning_en"],
            allowed=Allowed(),
            kind="measured",
            required=row["required"] == "yes",
            key=False,
        )
        header = column.published if language == "nl" else column.name
        fields.append(_Field(column, header, row[f"meaning_{language}"], row[f"example_{language}"], ()))
    return fields


def _coalitions(members: Sequence[str]) -> list[str]:
    """Every combination, small ones first."""
    sizes = range(1, len(members) + 1)
    return ["+".join(group) for size in sizes for group in combinations(members, size)]


def _demand_members(kind: str, members: Sequence[str]) -> None:
    if kind != "share":
        raise BadInputError("only the template share lists combinations of members", todo="Leave the members out")
    if not 2 <= len(members) <= MOST_MEMBERS:
        raise BadInputError(
            f"{len(members)} member{'s' * (len(members) != 1)} cannot be listed",
            todo=f"Name 2 to {MOST_MEMBERS}; for more, write a formula",
        )
    wrong = next((name for name in members if not name.strip() or set(name) & set('+;"\r\n#')), None)
    if wrong is not None:
        raise BadInputError(
            f"{wrong!r} cannot be the name of a member here", todo="Use names without the signs + ; # and quotes"
        )
    if len(set(members)) < len(members):
        raise BadInputError("a member is named twice", todo="Name each once")


def _allowed(field: _Field, language: str) -> str:
    words = _WORDS[language]
    values = words["allowed"].format(values=", ".join(field.words)) if field.words else words[field.column.type]
    return f"{values} {words['required']}" if field.column.required else values


def _csv(kind: str, fields: list[_Field], language: str, first: Sequence[str]) -> bytes:
    words = _WORDS[language]
    lines = [words["title"].format(kind=words[kind]), words["comment"], words["row"], words["figures"], ""]
    for field in fields:
        required = f" {words['required']}" if field.column.required else ""
        choice = " " + words["allowed"].format(values=", ".join(field.words)) if field.words else ""
        such = words["such"].format(example=field.example)
        meaning = field.meaning.replace(";", ",")
        lines.append(f"{field.header}: {meaning}{choice}{required} {such}")
    lines += ["", words["example"], ";".join(field.example for field in fields)]
    text = "".join(f"# {line}".rstrip() + "\r\n" for line in lines)
    rows = "".join(cell + ";" * (len(fields) - 1) + "\r\n" for cell in first)
    return codecs.BOM_UTF8 + (text + ";".join(field.header for field in fields) + "\r\n" + rows).encode()


def _workbook(kind: str, fields: list[_Field], language: str, first: Sequence[str]) -> bytes:
    words = _WORDS[language]
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"created": _CREATED, "title": words["title"].format(kind=words[kind])})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    formats = {
        "date": book.add_format({"num_format": "dd-mm-yyyy"}),
        "number": book.add_format({"num_format": "#,##0.00"}),
        "fraction": book.add_format({"num_format": "0.00%"}),
        "integer": book.add_format({"num_format": "0"}),
        "text": book.add_format({"num_format": "@"}),
    }
    sheet = book.add_worksheet(words[kind])
    _fill_in(sheet, fields, bold, formats, words["pick"])
    for number, cell in enumerate(first, start=1):
        sheet.write_string(number, 0, cell)
    if first:
        sheet.set_column(0, 0, min(60, max(map(len, first)) + 2), formats["text"])
    sheet = book.add_worksheet(words["explanation"])
    sheet.freeze_panes(1, 0)
    for index, (title, width) in enumerate(zip(words["headers"].split("|"), (28, 60, 50, 34), strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, title, bold)
    for number, field in enumerate(fields, start=1):
        cells = (field.header, field.meaning, _allowed(field, language), field.example)
        for index, text in enumerate(cells):
            sheet.write_string(number, index, text, wrapped)
    book.close()
    return content.getvalue()


def _fill_in(sheet: Any, fields: list[_Field], bold: Any, formats: dict[str, Any], pick: str) -> None:  # noqa: ANN401
    """The sheet to fill in: a frozen header, widths, formats and drop-down lists."""
    sheet.freeze_panes(1, 0)
    for index, field in enumerate(fields):
        kind = "fraction" if field.column.unit == "fraction" else field.column.type
        width = max(12, len(field.header) + 2, min(40, len(field.example) + 2))
        sheet.set_column(index, index, width, formats[kind])
        sheet.write_string(0, index, field.header, bold)
        rule: dict[str, Any]
        if field.words:
            rule = {"validate": "list", "source": list(field.words), "error_message": pick}
            sheet.data_validation(1, index, _ROWS, index, rule)
        if field.column.type == "date":
            rule = {"validate": "date", "criteria": ">=", "value": _FIRST_DAY, "ignore_blank": True}
            sheet.data_validation(1, index, _ROWS, index, rule)


_MAKERS: dict[str, Callable[[str, list[_Field], str, Sequence[str]], bytes]] = {".csv": _csv, ".xlsx": _workbook}


def write_template(kind: str, path: Path, *, language: str = "nl", members: Sequence[str] = ()) -> Path:
    """Write an empty template with the explanation of its columns.

    Parameters
    ----------
    kind
        ``arrangements``, ``staff``, ``indicators``, ``procedures``, ``prices`` or ``quality``, which are loaded;
        ``share``, ``influence`` or ``continuity``, which that command reads.
    path
        Where to; the ending ``.csv`` or ``.xlsx`` says which sort of file.
    language
        ``nl`` or ``en``: language of headers, words and explanation.
    members
        For ``share``: names whose combinations are written into the first column, 2 to :data:`MOST_MEMBERS`.

    Returns
    -------
    pathlib.Path
        The file, which is the same for the same arguments, byte by byte.

    Raises
    ------
    UnknownNameError
        For another kind or language.
    BadInputError
        For members that cannot be combined, another ending, a place that cannot be written, or a file that is there
        already with something else in it (it may be one that was filled in).
    """
    if kind not in KINDS and kind not in COMMANDS:
        every = ", ".join((*KINDS, *COMMANDS))
        raise UnknownNameError(f"there is no template {kind!r}", todo=f"There are: {every}")
    if language not in LANGUAGES:
        raise UnknownNameError(f"no template in language {language!r}", todo=f"There are: {', '.join(LANGUAGES)}")
    if path.suffix.lower() not in _MAKERS:
        raise BadInputError(
            f"a template cannot end in {path.suffix!r}", where=str(path), todo=f"Use {' or '.join(_MAKERS)}"
        )
    if members:
        _demand_members(kind, members)
    fields = _fields(KINDS[kind], language) if kind in KINDS else _command_fields(kind, language)
    content = _MAKERS[path.suffix.lower()](kind, fields, language, _coalitions(members))
    try:
        if path.exists() and path.read_bytes() != content:
            raise BadInputError(
                "there is a file here already, which might be one you filled in",
                where=str(path),
                todo="Choose another name, or move that file",
            )
        path.write_bytes(content)
    except OSError as error:
        raise BadInputError(
            f"the template cannot be written ({error.strerror})",
            where=str(path),
            todo="Choose a folder that exists and that you may write in",
        ) from error
    return path
