"""Writing an answer to a file that a spreadsheet program opens, beside showing it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from verband.cli.place import fictional_sentence
from verband.cli.show import Row, csv_text, plain

OutOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Write the answer to this file too: .xlsx, .csv or .json. Never overwritten.",
        show_default=False,
    ),
]
_NOTES = "notes"


@dataclass(frozen=True, slots=True)
class Saved:
    """An answer in the forms that a file can have.

    Attributes
    ----------
    sheets
        Rows by name of the sheet; the first is what a CSV holds.
    notes
        Kinds, sources, definitions and warnings, on a sheet of their own.
    record
        What a JSON holds.
    """

    sheets: Mapping[str, Sequence[Row]]
    notes: Sequence[str]
    record: Mapping[str, Any]


def demand_place(path: Path | None) -> None:
    """Refuse a file that cannot be written, before anything is computed.

    Raises
    ------
    BadInputError
        For another ending, a file that is there already, or a folder that is not.
    """
    from verband.errors import BadInputError  # noqa: PLC0415

    if path is None:
        return
    if path.suffix.lower() not in _WRITERS:
        raise BadInputError(
            f"an answer cannot be written to a file that ends in {path.suffix!r}",
            where=str(path),
            todo=f"Use {', '.join(_WRITERS)}",
        )
    if path.exists():
        raise BadInputError("the file is there already", where=str(path), todo="Name another one with --out")
    if not path.parent.is_dir():
        raise BadInputError("there is no such folder", where=str(path.parent), todo="Make it, or name another one")


def save(path: Path, answer: Saved) -> None:
    """Write an answer; nothing is left half written.

    Raises
    ------
    BadInputError
        If the place cannot be written.
    """
    from verband.errors import BadInputError  # noqa: PLC0415

    demand_place(path)
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_bytes(_WRITERS[path.suffix.lower()](answer))
        partial.replace(path)
    except OSError as error:
        raise BadInputError(
            f"the answer cannot be written ({error.strerror or error})",
            where=str(path),
            todo="Choose a folder that you may write in and that has room",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    typer.echo(f"Wrote {path}.", err=True)


def _json(answer: Saved) -> bytes:
    return (json.dumps(plain(answer.record), ensure_ascii=False, indent=2) + "\n").encode()


def _csv(answer: Saved) -> bytes:
    content = io.StringIO(newline="")
    csv.writer(content, lineterminator="\n").writerows(csv_text(next(iter(answer.sheets.values()))))
    return content.getvalue().encode()


def _workbook(answer: Saved) -> bytes:
    import xlsxwriter  # noqa: PLC0415  only for this file type

    content = io.BytesIO()
    text_stays_text = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, text_stays_text) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001  the same call gives the same bytes
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for name, rows in answer.sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            cells = csv_text(rows)
            for number, row in enumerate(cells):
                sheet.write_row(number, 0, row, bold if number == 0 else None)
            for column, heading in enumerate(cells[0]):
                longest = max(len(str(row[column])) if isinstance(row[column], str) else 8 for row in cells)
                sheet.set_column(column, column, min(40, max(len(str(heading)), longest) + 2))
        sheet = book.add_worksheet(_NOTES)
        sheet.set_column(0, 0, 110, wrapped)
        fictional = fictional_sentence()
        for number, note in enumerate([*([fictional] if fictional else []), *(note for note in answer.notes if note)]):
            sheet.write_string(number, 0, note, wrapped)
    return content.getvalue()


_WRITERS: dict[str, Callable[[Saved], bytes]] = {".xlsx": _workbook, ".csv": _csv, ".json": _json}
