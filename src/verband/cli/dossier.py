"""The command that writes the dossier of a municipality."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from verband.cli.options import FormatOption, MunicipalityArgument, WorkspaceOption
from verband.cli.progress import progress_bar
from verband.cli.show import OutputFormat, show


class Language(StrEnum):
    """Languages of the dossier."""

    nl = "nl"
    en = "en"


def dossier(
    municipality: MunicipalityArgument,
    lang: Annotated[Language, typer.Option("--lang", help="Language of page and summary.")] = Language.nl,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder to write the page to; this one by default.")
    ] = None,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Write the dossier of a municipality as one HTML page, and show its ten answers.

    Example: verband dossier Aalten --out dossiers
    """
    from verband.report.dossier import write_dossier  # noqa: PLC0415
    from verband.report.summary import record, summary  # noqa: PLC0415
    from verband.workspace import Workspace  # noqa: PLC0415

    today = date.today()  # noqa: DTZ011  the user's own calendar day
    with progress_bar("Writing the dossier") as progress:
        progress(0, 2, "gathering")
        portrait = Workspace(workspace).portrait(" ".join(municipality), on=today)
        progress(1, 2, "drawing")
        page = str(write_dossier(portrait, out or Path(), language=lang.value))
    short = summary(portrait, language=lang.value, page=page)
    if short.led_from:
        typer.echo(short.led_from, err=True)
    if output is OutputFormat.table:
        show(short.rows, output, columns=short.columns, notes=short.notes)
        return
    whole = record(portrait, language=lang.value, page=page)
    if output is OutputFormat.json:
        show(whole, output, columns={})
        return
    empty = {"value": None, "unit": None, "as_of": None}
    answers = [
        {
            "item": "answer",
            "name": item["question"],
            **empty,
            "text": item["answer"],
            "kind": item["kind"],
            "source": item["source"],
        }
        for item in whole["answers"]
    ]
    figures = [
        {
            "item": "figure",
            "name": item["name"],
            "value": item["value"],
            "unit": item["unit"],
            "as_of": item["as_of"],
            "text": item["missing"],
            "kind": item["kind"],
            "source": item["source"],
        }
        for item in whole["figures"]
    ]
    show([*answers, *figures], output, columns={})


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(dossier)
