"""Commands that bring data in and out: load, status, undo, forget, tables, export, template."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from verband.cli.entry import finished
from verband.cli.options import FormatOption, WorkspaceOption
from verband.cli.own_table import column_names
from verband.cli.place import remember, say_fictional, workspace_at
from verband.cli.progress import progress_bar
from verband.cli.show import OutputFormat, show


class TemplateKind(StrEnum):
    """Own files that a template exists for."""

    arrangements = "arrangements"
    staff = "staff"
    indicators = "indicators"
    procedures = "procedures"
    prices = "prices"
    quality = "quality"
    share = "share"
    influence = "influence"
    continuity = "continuity"


class TemplateFormat(StrEnum):
    """File types of a template."""

    csv = "csv"
    xlsx = "xlsx"


class TableFormat(StrEnum):
    """File types of an export."""

    parquet = "parquet"
    csv = "csv"
    xlsx = "xlsx"


class Language(StrEnum):
    """Languages of what a reader meets."""

    nl = "nl"
    en = "en"


def load(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", help="Folders with published or own files; files are recognised by content."),
    ],
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Set faulty rows aside, with reason and line, instead of stopping.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget earlier public data; own files stay.")] = False,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Load published files and your own; all or nothing.

    Example: verband load ../data own/arrangements.csv
    """
    from verband.workspace import Workspace  # noqa: PLC0415  polars and DuckDB load only when they are needed

    place = Workspace(workspace)
    with progress_bar("Loading") as progress:
        result = place.load(*folders, strict=not keep_going, fresh=fresh, progress=progress)
    finished()  # the load is done: to say that it was stopped would be untrue
    remember(place)
    say_fictional()
    row = {
        "snapshot": result.snapshot,
        "changed": result.changed,
        "files": len(result.files),
        "rows_read": result.rows_read,
        "rows_kept": result.rows_kept,
        "rows_set_aside": result.rows_set_aside,
        "unrecognised": list(result.unrecognised),
        "replaced": [{"old": old, "new": new} for old, new in result.replaced],
        "hints": list(result.hints),
    }
    if output is not OutputFormat.table:
        show(row, output, columns={})
        return
    if result.changed:
        typer.echo(
            f"Loaded {len(result.files)} files into {place.folder}: {result.rows_read} rows read, "
            f"{result.rows_kept} kept, {result.rows_set_aside} set aside (see `verband status`)."
        )
    else:
        typer.echo(f"Nothing changed: these {len(result.files)} files are in {place.folder} already.")
    if result.replaced:
        others = sorted({f"{old} by {new}" for old, new in result.replaced if old != new})
        typer.echo(
            f"{len(result.replaced)} files of an earlier load were replaced; `verband undo` brings them back."
            + (f" Under another name: {', '.join(others)}." if others else "")
        )
    for hint in result.hints:
        typer.echo(f"Hint: {hint}.")
    if result.unrecognised:
        typer.echo(f"Not recognised, so not read ({len(result.unrecognised)}): {', '.join(result.unrecognised)}")


def status(
    set_aside: Annotated[bool, typer.Option("--set-aside", help="List every record that was set aside.")] = False,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Show what is loaded, set aside and missing.

    Files, rows read, kept and set aside with the reason, and reports not filed.

    Example: verband status --set-aside --format csv
    """
    place = workspace_at(workspace)
    if set_aside:
        rows = place.set_aside().to_dicts()
        show(rows, output, columns={"file": "File", "line": "Line", "reason": "Reason", "text": "Record"})
        return
    found = place.status()
    sources: list[dict[str, Any]] = [
        {
            "name": source.name,
            "files": [file.name for file in source.files],
            "years": list(source.years),
            "rows_read": source.rows_read,
            "rows_kept": source.rows_kept,
            "rows_set_aside": source.rows_set_aside,
            "reasons": source.reasons,
            "remarks": [f"{file.name}: {remark}" for file in source.files for remark in file.remarks],
            "tables": sorted({table for file in source.files for table in file.tables}),
        }
        for source in found.sources
    ]
    missing = [
        {
            "year": item.year,
            "report": item.report,
            "municipality": item.municipality,
            "name": item.name,
            "reason": item.reason,
        }
        for item in found.missing_reports
    ]
    answer: dict[str, Any] = {
        "snapshot": found.snapshot,
        "loaded": found.loaded.isoformat() + "Z",
        "sources": sources,
        "missing_reports": missing,
        "unrecognised": list(found.unrecognised),
    }
    if output is OutputFormat.json:
        show(answer, output, columns={})
        return
    if output is OutputFormat.csv:
        show(sources, output, columns={})
        return
    typer.echo(f"Workspace {place.folder}, snapshot {found.snapshot}, loaded {found.loaded:%Y-%m-%d %H:%M} UTC\n")
    rows = [{**source, "files": len(source["files"]), "years": _span(source["years"])} for source in sources]
    show(
        rows,
        output,
        columns={
            "name": "Source",
            "files": "Files",
            "years": "Years",
            "rows_read": "Rows read",
            "rows_kept": "Kept",
            "rows_set_aside": "Set aside",
        },
    )
    for source in sources:
        for reason, count in source["reasons"].items():
            typer.echo(f"  {source['name']}: {count} set aside: {reason}")
        for remark in source["remarks"]:
            typer.echo(f"  {remark}")
    typer.echo(f"\nReports not filed: {len(missing)}")
    show(
        missing,
        output,
        columns={
            "year": "Year",
            "report": "Report",
            "municipality": "Code",
            "name": "Municipality",
            "reason": "Reason",
        },
    )
    if found.unrecognised:
        typer.echo(f"\nNot recognised: {', '.join(found.unrecognised)}")


def _span(years: list[int]) -> str:
    if not years:
        return "-"
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"


def undo(workspace: WorkspaceOption = None) -> None:
    """Put back the state before the last load; again brings it forward.

    Example: verband undo
    """
    from verband.workspace import Workspace  # noqa: PLC0415

    place = Workspace(workspace)
    typer.echo(f"Back at snapshot {place.undo()} in {place.folder}.")


def forget(
    name: Annotated[str, typer.Argument(metavar="FILE", help="A loaded file, as `verband status` names it.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Take one loaded file out of the workspace again.

    Example: verband forget arrangements.csv
    """
    from verband.workspace import Workspace  # noqa: PLC0415

    result = Workspace(workspace).forget(name)
    typer.echo(f"Forgot {name}; the snapshot is now {result.snapshot}. `verband undo` brings it back.")


def tables(output: FormatOption = OutputFormat.table, workspace: WorkspaceOption = None) -> None:
    """List the tables that the workspace holds, with what each is.

    Example: verband tables
    """
    rows = workspace_at(workspace).tables()
    show(rows, output, columns={"table": "Table", "title": "Title", "rows": "Rows", "source": "Source"})


def export(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="A table; `verband tables` lists them.")],
    to: Annotated[TableFormat, typer.Option("--to", help="File type.")] = TableFormat.parquet,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write to.")] = Path(),
    workspace: WorkspaceOption = None,
) -> None:
    """Write a table as Parquet, CSV or XLSX.

    With a datapackage.json that says what the columns mean.

    Example: verband export key_totals --to xlsx --out exports
    """
    with progress_bar(f"Writing {table}"):
        path, package = workspace_at(workspace).export(table, to.value, out)
    typer.echo(f"Wrote {path} and {package}.")
    say_fictional()


def template(
    kind: Annotated[TemplateKind, typer.Argument(help="Which own file.")],
    to: Annotated[TemplateFormat, typer.Option("--to", help="File type.")] = TemplateFormat.csv,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="File to write; never overwritten.")] = None,
    lang: Annotated[
        Language, typer.Option("--lang", "--language", help="Language of headings and explanation.")
    ] = Language.nl,
    members: Annotated[
        str | None,
        typer.Option("--members", metavar="NAMES", help="For share: write a row for every combination of A,B,C."),
    ] = None,
) -> None:
    """Write a file to fill in with your own data.

    To load: arrangements, staff, indicators, merger procedures, prices of purchases or quality per task. For the
    command of the same name: share, influence or continuity.

    Example: verband template arrangements --to xlsx

    Example: verband template share --members Aard,Berg,Dijk --to xlsx
    """
    from verband.sources.own_files import KINDS  # noqa: PLC0415
    from verband.sources.own_templates import write_template  # noqa: PLC0415

    path = out or Path(f"{kind.value}.{to.value}")
    if path.exists():
        from verband.errors import BadInputError  # noqa: PLC0415

        raise BadInputError("the file is there already", where=str(path), todo="Name another one with --out")
    names = () if members is None else column_names(members)
    write_template(kind.value, path, language=lang.value, members=names)
    if kind.value in KINDS:
        typer.echo(f"Wrote {path}. Fill it in and load it with: verband load {path}")
    else:
        quota = " --quota Q --stake contribution" if kind is TemplateKind.influence else ""
        typer.echo(f"Wrote {path}. Fill it in, then: verband {kind.value} {path}{quota}")


def sample(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to; made if it does not exist.")],
    seed: Annotated[int, typer.Option("--seed", help="Another seed gives another province.")] = 1,
) -> None:
    """Write a fictional province in the published formats.

    Example: verband sample build/sample, then: verband load build/sample
    """
    from verband.sources.sample import province, write_province  # noqa: PLC0415

    written = write_province(province(seed), folder)
    typer.echo(f"Wrote {len(written)} files of a fictional province to {folder}.")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    for function in (load, status, undo, forget, tables, export, template, sample):
        app.command()(function)
