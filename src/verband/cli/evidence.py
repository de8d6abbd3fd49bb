"""The command ``evidence``: what the loaded data say about each of the sixteen mechanisms."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verband.cli.options import FormatOption, WorkspaceOption
from verband.cli.place import workspace_at
from verband.cli.progress import progress_bar
from verband.cli.show import OutputFormat, dutch_number, show

if TYPE_CHECKING:
    from verband.analysis.evidence.result import Evidence, Finding, Judged
    from verband.workspace import Workspace

_COLUMNS = {"id": "", "question": "Question", "verdict": "Verdict", "estimate": "Estimate [95%]", "unit": "Unit"}
_PARTS = {"component": "Component", "estimate": "Estimate [95%]", "unit": "Unit", "n": "n", "verdict": "Verdict"}


class Language(StrEnum):
    """Languages of the page."""

    nl = "nl"
    en = "en"


def evidence(
    mechanisms: Annotated[
        list[str] | None, typer.Argument(metavar="[M1 ... M16]", help="One or more mechanisms; all by default.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", help="Processes that work at the same time.", min=1)] = 1,
    seed: Annotated[int, typer.Option("--seed", help="Of all draws; the same seed gives the same answer.")] = 1,
    fresh: Annotated[bool, typer.Option("--fresh", help="Compute anew what is kept in the workspace.")] = False,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="DIR", help="Folder to write the evidence page to, with its data beside it."),
    ] = None,
    language: Annotated[
        Language | None, typer.Option("--language", "--lang", help="Language of the page; Dutch by default.")
    ] = None,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Say what the loaded data show about the sixteen mechanisms of cooperation.

    Per mechanism an estimate with its interval and a verdict by a rule that was stated before the estimate. What is
    computed is kept in the workspace until other data are loaded. With --out also as a page, and as JSON and CSV.

    Example: verband evidence M14 M4, or: verband evidence --out evidence --language en
    """
    from verband.report.evidence.data import record, rows  # noqa: PLC0415  slow to start

    folder = _folder(out, language)
    place = workspace_at(workspace)
    with progress_bar("Evidence") as progress:
        found = place.evidence(mechanisms or (), workers=workers, seed=seed, fresh=fresh, progress=progress)
    written = None if folder is None else _write(found, place, folder, language or Language.nl)
    if output is OutputFormat.json:
        show([record(item) for item in found], output, columns={})
    elif output is OutputFormat.csv:
        show([row for item in found for row in rows(item)], output, columns={})
    else:
        show([_line(item) for item in found], output, columns=_COLUMNS, notes=_notes(found))
        if mechanisms:
            for item in found:
                _show_one(item)
    if written is not None:
        typer.echo(f"Page: {written.resolve()}, with its data beside it.", err=output is not OutputFormat.table)


def _folder(out: str | None, language: Language | None) -> Path | None:
    """The folder to write to, which is refused before anything is computed where it cannot be written."""
    from verband.errors import BadInputError  # noqa: PLC0415

    if out is None:
        if language is not None:
            raise BadInputError("--language is that of the page, and no page is asked", todo="Add --out FOLDER")
        return None
    if not out.strip():
        raise BadInputError("--out names no folder", todo="Name one, or leave --out away to write no page")
    from verband.report.writing import demand_output_folder  # noqa: PLC0415

    demand_output_folder(Path(out))
    return Path(out)


def _write(found: tuple[Evidence, ...], place: Workspace, folder: Path, language: Language) -> Path:
    from verband.report.evidence.ledger_page import write_evidence  # noqa: PLC0415  slow to start

    today = date.today()  # noqa: DTZ011  the user's own calendar day
    page, *_ = write_evidence(found, place.evidence_background(), folder, on=today, language=language.value)
    return page


def _line(item: Evidence) -> dict[str, Any]:
    own = item.primary
    return {
        "id": item.statement.mechanism,
        "question": item.statement.question.en,
        "verdict": item.verdict.replace("_", " "),
        "estimate": "-" if own is None else _interval(own.finding),
        "unit": "-" if own is None else own.rule.unit,
    }


def _interval(found: Finding) -> str:
    digits = 0 if abs(found.estimate) >= 100 else 1 if abs(found.estimate) >= 10 else 2
    estimate, low, high = (
        dutch_number(round(value, digits) + 0.0, digits=digits) for value in (found.estimate, found.low, found.high)
    )
    return f"{estimate} [{low}; {high}]"


def _notes(found: tuple[Evidence, ...]) -> list[str]:
    own = [item.statement.mechanism for item in found if item.statement.data_needed and item.verdict != "not_testable"]
    untold = [f"{item.statement.mechanism}: {item.missing}.{_needed(item)}" for item in found if item.missing]
    return [
        "Supported: the 95% interval lies wholly beyond the smallest effect that matters (for equality: wholly within "
        "the margin) and two thirds of the checks agree, of at least two. Rules were stated before the estimates; "
        "figures are those of the primary component. Estimated; sources and methods: --format json, or name a "
        "mechanism.",
        *([f"{', '.join(own)}: only about the municipalities in the files that you loaded yourself."] if own else []),
        *untold,
    ]


def _needed(item: Evidence) -> str:
    needed = item.statement.data_needed
    return f" Would need: {needed.en}" if needed is not None else ""


def _show_one(item: Evidence) -> None:
    claim = item.statement
    rows = [
        {
            "component": _name(part),
            "estimate": _interval(part.finding),
            "unit": part.rule.unit,
            "n": part.finding.n_observations,
            "verdict": part.verdict.replace("_", " "),
        }
        for part in item.components
    ]
    rows += [
        {
            "component": f"  {part.component}: {part.name}",
            "estimate": part.missing or "-" if part.finding is None else _interval(part.finding),
            "unit": claim.rule(part.component).unit,
            "n": "-" if part.finding is None else part.finding.n_observations,
            "verdict": part.verdict.replace("_", " "),
        }
        for part in item.variants
    ]
    notes = [
        f"{claim.mechanism} ({claim.type}). {claim.statement.en}",
        *dict.fromkeys(f"Method: {part.finding.method}; {part.finding.kind}." for part in item.components),
        *(f"Rule for {rule.component} ({rule.role}): {rule.stated}. Reason: {rule.reason}." for rule in claim.rules),
        *(f"No estimate of {name}: {why}." for name, why in item.not_estimated.items()),
        *(f"{study.authors} ({study.year}): {study.finding.en}" for study in item.literature),
        *([f"Would need: {claim.data_needed.en}"] if claim.data_needed and item.verdict == "not_testable" else []),
        f"What would change it: {claim.would_change.en}",
        f"Left out: {len(item.set_aside)} (named in --format json). Source: {'; '.join(item.sources) or '-'}.",
    ]
    typer.echo()
    show(rows, OutputFormat.table, columns=_PARTS, notes=notes)


def _name(part: Judged) -> str:
    by = ", ".join(part.finding.by.values())
    return f"{part.rule.component} {by}".strip()


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command("evidence")(evidence)
