"""The command that writes the dossier of a municipality, or of all."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verband.cli.entry import BAD_INPUT
from verband.cli.options import FormatOption, WorkspaceOption
from verband.cli.place import say_fictional, workspace_at
from verband.cli.progress import progress_bar
from verband.cli.show import OutputFormat, show

if TYPE_CHECKING:
    from verband.analysis.portrait import Portrait
    from verband.workspace.portrait import Portraits


class Language(StrEnum):
    """Languages of the dossier."""

    nl = "nl"
    en = "en"


def dossier(
    municipality: Annotated[
        list[str] | None,
        typer.Argument(metavar="MUNICIPALITY", help="Name or CBS code, for example Aalten or GM0197; or --all."),
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="All municipalities and a page that lists them; goes on where it was stopped.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="With --all: write all pages anew, also those that are up to date.")
    ] = False,
    lang: Annotated[Language, typer.Option("--lang", "--language", help="Language of page and summary.")] = Language.nl,
    out: Annotated[
        str | None, typer.Option("--out", metavar="DIR", help="Folder to write the page to; this one by default.")
    ] = None,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Write the dossier of a municipality as one HTML page, and show its ten answers.

    Example: verband dossier Aalten --out dossiers, or: verband dossier --all --out dossiers
    """
    from verband.errors import BadInputError  # noqa: PLC0415

    if out is not None and not out.strip():
        raise BadInputError("--out names no folder", todo="Name one, or leave --out away to write to this one")
    if again and not everyone:
        raise BadInputError(
            "--again goes with --all", todo="A single dossier is always written anew: leave --again away"
        )
    if everyone == bool(municipality):
        what = "a municipality and --all exclude each other" if everyone else "no municipality is named"
        raise BadInputError(what, todo="Name one, such as `verband dossier Aalten`, or write those of --all")
    folder = Path(out or "")
    if everyone:
        _all(lang.value, folder, output, workspace, again=again)
    else:
        _one(municipality or [], lang.value, folder, output, workspace)


def _all(language: str, folder: Path, output: OutputFormat, workspace: Path | None, *, again: bool) -> None:
    from verband.report.collection import Entry, write_dossiers  # noqa: PLC0415
    from verband.report.index import write_index  # noqa: PLC0415

    today = date.today()  # noqa: DTZ011  the user's own calendar day
    done: list[Entry] = []
    with workspace_at(workspace).open_portraits(on=today) as portraits:
        total = len(portraits.codes)
        try:
            with progress_bar("Writing dossiers") as progress:
                for entry in write_dossiers(portraits, folder, language=language, again=again):
                    done.append(entry)
                    progress(len(done), total, entry.outline.name)
            index = write_index(done, folder, language=language, on=today, snapshot=portraits.snapshot)
        except KeyboardInterrupt:
            ready = sum(entry.state != "failed" for entry in done)
            typer.echo(
                f"{ready} of {total} dossiers are in {folder}; the same command goes on with the others.", err=True
            )
            raise
    rows = [
        {
            "code": entry.outline.code,
            "name": entry.outline.name,
            "file": None if entry.state == "failed" else str(folder / entry.file),
            "state": entry.state,
            "why": entry.why,
        }
        for entry in done
    ]
    failed = [entry for entry in done if entry.state == "failed"]
    written = sum(entry.state == "written" for entry in done)
    if output is OutputFormat.table:
        ready = len(done) - written - len(failed)
        typer.echo(f"{written} written, {ready} were up to date, {len(failed)} failed.")
        typer.echo(f"Folder: {folder.resolve()}\nList of all: {index.resolve()}")
        say_fictional()
    else:
        show(rows, output, columns={})
    for entry in failed:
        typer.echo(f"verband: {entry.outline.name} ({entry.outline.code}) failed: {entry.why}", err=True)
    if failed:
        raise typer.Exit(BAD_INPUT)


def _one(names: list[str], language: str, folder: Path, output: OutputFormat, workspace: Path | None) -> None:
    from verband.report.dossier import start_drawing, write_dossier  # noqa: PLC0415
    from verband.report.summary import record, summary  # noqa: PLC0415

    start_drawing()
    today = date.today()  # noqa: DTZ011  the user's own calendar day
    with progress_bar("Writing the dossier") as progress:
        progress(0, 2, "gathering")
        with workspace_at(workspace).open_portraits(on=today) as portraits:
            portrait = _portrait(portraits, names)
        progress(1, 2, "drawing")
        page = str(write_dossier(portrait, folder, language=language))
    short = summary(portrait, language=language, page=page)
    if short.led_from:
        typer.echo(short.led_from, err=True)
    if output is OutputFormat.table:
        show(short.rows, output, columns=short.columns, notes=short.notes)
        return
    whole = record(portrait, language=language, page=page)
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


def _portrait(portraits: Portraits, names: list[str]) -> Portrait:
    """The portrait of the municipality that the words name together; words that each name one are refused."""
    from verband.errors import BadInputError, UnknownNameError  # noqa: PLC0415

    try:
        return portraits.of(" ".join(names))
    except UnknownNameError:
        if len(names) > 1 and all(portraits.knows(name.strip(",")) for name in names):
            raise BadInputError(
                f"{', '.join(name.strip(',') for name in names)} are {len(names)} municipalities",
                todo="Write one at a time, or those of --all",
            ) from None
        raise


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(dossier)
