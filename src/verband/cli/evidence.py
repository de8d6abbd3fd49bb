"""The command ``evidence``: what the loaded data say about each of the sixteen mechanisms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from verband.cli.options import FormatOption, WorkspaceOption
from verband.cli.place import workspace_at
from verband.cli.progress import progress_bar
from verband.cli.show import OutputFormat, dutch_number, show

if TYPE_CHECKING:
    from verband.analysis.evidence.result import Evidence, Finding, Judged, JudgedVariant

_COLUMNS = {"id": "", "question": "Question", "verdict": "Verdict", "estimate": "Estimate [95%]", "unit": "Unit"}
_PARTS = {"component": "Component", "estimate": "Estimate [95%]", "unit": "Unit", "n": "n", "verdict": "Verdict"}


def evidence(
    mechanisms: Annotated[
        list[str] | None, typer.Argument(metavar="[M1 ... M16]", help="One or more mechanisms; all by default.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", help="Processes that work at the same time.", min=1)] = 1,
    seed: Annotated[int, typer.Option("--seed", help="Of all draws; the same seed gives the same answer.")] = 1,
    fresh: Annotated[bool, typer.Option("--fresh", help="Compute anew what is kept in the workspace.")] = False,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Say what the loaded data show about the sixteen mechanisms of cooperation.

    Per mechanism an estimate with its interval and a verdict by a rule that was stated before the estimate. What is
    computed is kept in the workspace until other data are loaded.

    Example: verband evidence M14 M4
    """
    with progress_bar("Evidence") as progress:
        found = workspace_at(workspace).evidence(
            mechanisms or (), workers=workers, seed=seed, fresh=fresh, progress=progress
        )
    if output is OutputFormat.json:
        show([_record(item) for item in found], output, columns={})
    elif output is OutputFormat.csv:
        show([row for item in found for row in _flat(item)], output, columns={})
    else:
        show([_line(item) for item in found], output, columns=_COLUMNS, notes=_notes(found))
        if mechanisms:
            for item in found:
                _show_one(item)


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
    untold = [f"{item.statement.mechanism}: {item.missing}.{_needed(item)}" for item in found if item.missing]
    return [
        "Supported: the 95% interval lies wholly beyond the smallest effect that matters (for equality: wholly within "
        "the margin) and two thirds of the variants agree. Rules were stated before the estimates; figures are those "
        "of the primary component. Estimated; sources and methods: --format json, or name a mechanism.",
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
        *(f"Rule for {rule.component} ({rule.role}): {rule.stated}. {rule.reason}." for rule in claim.rules),
        *(f"{study.authors} ({study.year}): {study.finding.en}" for study in item.literature),
        *([f"Would need: {claim.data_needed.en}"] if claim.data_needed else []),
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
