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


def _record(item: Evidence) -> dict[str, Any]:
    claim, primary = item.statement, item.primary
    own = None if primary is None else primary.finding
    rule = primary.rule if primary is not None else (claim.rules[0] if claim.rules else None)
    return {
        "id": claim.mechanism,
        "statement": claim.statement.en,
        "type": claim.type,
        "question": claim.question.en,
        "direction": None if rule is None else rule.direction,
        "smallest_effect": None if rule is None else rule.smallest_effect,
        "equivalence_margin": None if rule is None else rule.margin,
        "estimate": None if own is None else own.estimate,
        "unit": None if rule is None else rule.unit,
        "se": None if own is None else own.standard_error,
        "low": None if own is None else own.low,
        "high": None if own is None else own.high,
        "level": item.level,
        "n_observations": None if own is None else own.n_observations,
        "n_municipalities": None if own is None else own.n_municipalities,
        "n_clusters": None if own is None else own.n_clusters,
        "years": [] if own is None else list(own.years),
        "method": None if own is None else own.method,
        "verdict": item.verdict,
        "rule": None if rule is None else f"{rule.stated}. Reason: {rule.reason}",
        "p_value": item.p_value,
        "p_value_holm": item.p_value_holm,
        "kind": None if own is None else own.kind,
        "components": [_component(part) for part in item.components],
        "variants": [_variant(part) for part in item.variants],
        "set_aside": [{"code": part.code, "reason": part.reason} for part in item.set_aside],
        "missing": item.missing or None,
        "data_needed": None if claim.data_needed is None else claim.data_needed.en,
        "would_change": claim.would_change.en,
        "literature": [
            {
                "authors": study.authors,
                "year": study.year,
                "title": study.title,
                "outlet": study.outlet,
                "finding": study.finding.en,
                "stance": study.stance,
                "certainty": study.certainty,
            }
            for study in item.literature
        ],
        "sources": list(item.sources),
    }


def _numbers(found: Finding | None) -> dict[str, Any]:
    if found is None:
        return dict.fromkeys(("estimate", "se", "low", "high", "n_observations", "n_municipalities", "n_clusters"))
    return {
        "estimate": found.estimate,
        "se": found.standard_error,
        "low": found.low,
        "high": found.high,
        "n_observations": found.n_observations,
        "n_municipalities": found.n_municipalities,
        "n_clusters": found.n_clusters,
    }


def _component(part: Judged) -> dict[str, Any]:
    found = part.finding
    return {
        "name": part.rule.component,
        "primary": part.rule.role == "primary",
        "role": part.rule.role,
        "by": dict(found.by),
        "unit": part.rule.unit,
        **_numbers(found),
        "years": list(found.years),
        "method": found.method,
        "note": found.note or None,
        "kind": found.kind,
        "rule": part.rule.stated,
        "verdict": part.verdict,
    }


def _variant(part: JudgedVariant) -> dict[str, Any]:
    return {
        "name": part.name,
        "component": part.component,
        **_numbers(part.finding),
        "verdict": part.verdict,
        "missing": part.missing or None,
    }


def _flat(item: Evidence) -> list[dict[str, Any]]:
    """One row per component and variant, for a table."""
    rows: list[dict[str, Any]] = []
    for part in item.components:
        by = ", ".join(f"{name} {value}" for name, value in part.finding.by.items())
        rows.append(
            {
                "id": item.statement.mechanism,
                "component": part.rule.component,
                "variant": None,
                "by": by or None,
                "role": part.rule.role,
                "unit": part.rule.unit,
                **_numbers(part.finding),
                "verdict": part.verdict,
                "kind": part.finding.kind,
                "claim_verdict": item.verdict,
            }
        )
    units = {rule.component: rule.unit for rule in item.statement.rules}
    rows += [
        {
            "id": item.statement.mechanism,
            "component": part.component,
            "variant": part.name,
            "by": None,
            "role": "variant",
            "unit": units[part.component],
            **_numbers(part.finding),
            "verdict": part.verdict,
            "kind": None if part.finding is None else part.finding.kind,
            "claim_verdict": item.verdict,
        }
        for part in item.variants
    ]
    if not rows:
        empty = {"component": None, "variant": None, "by": None, "role": None, "unit": None, **_numbers(None)}
        rows.append(
            {"id": item.statement.mechanism, **empty, "verdict": None, "kind": None, "claim_verdict": item.verdict}
        )
    return rows


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
