"""The command for efficiency: the cost of the same volumes between municipalities."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verband.cli.options import FormatOption, WorkspaceOption
from verband.cli.place import workspace_at
from verband.cli.progress import progress_bar
from verband.cli.show import OutputFormat, show

if TYPE_CHECKING:
    from verband.workspace.efficiency import EfficiencyAnswer, EfficiencyOfOne


class Method(StrEnum):
    """How a frontier is found."""

    dea = "dea"
    sfa = "sfa"


def efficiency(
    task: Annotated[str, typer.Argument(metavar="TASK", help="Iv3 task, by code or title.")],
    year: Annotated[int | None, typer.Option("--year", help="Year of the accounts; the latest by default.")] = None,
    method: Annotated[
        Method, typer.Option("--method", help="Envelopment of one year, or a stochastic frontier on all years.")
    ] = Method.dea,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the bootstrap.")] = 1,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Compare the cost of a task with the least cost of the same volumes.

    Not a saving that can be had: the volumes are needs, not results.
    Example: verband efficiency 7.3 --year 2023
    """
    with progress_bar("Comparing") as progress:
        found = workspace_at(workspace).efficiency(task, year=year, method=method.value, seed=seed, progress=progress)
    rows = [_row(found, item) for item in found.municipalities]
    if output is OutputFormat.json:
        show(_whole(found, rows), output, columns={})
        return
    columns = {
        "name": "Municipality",
        "inhabitants": "Inhabitants",
        "cost_eur_per_inhabitant": "Euro per inhabitant",
        "efficiency": "Efficiency",
        "low": "Low",
        "high": "High",
    }
    if found.not_ranked is not None:
        columns = {key: columns[key] for key in ("name", "inhabitants", "cost_eur_per_inhabitant")}
    if found.method == "dea":
        columns |= {"scale_efficiency": "Scale", "returns_to_scale": "Returns"}
        if output is OutputFormat.table:
            rows = [row | {"peers": [peer["name"] for peer in row["peers"]]} for row in rows]
            columns["peers"] = "Peers"
    show(rows, output, columns=columns, notes=_sentences(found))


def _row(found: EfficiencyAnswer, item: EfficiencyOfOne) -> dict[str, Any]:
    row: dict[str, Any] = {
        "code": item.code,
        "name": item.name,
        "inhabitants": None if item.inhabitants is None else round(item.inhabitants),
        "cost_eur_per_inhabitant": item.cost_eur_per_inhabitant,
        "efficiency": item.answer.efficiency,
        "low": item.answer.low,
        "high": item.answer.high,
    }
    if found.method == "dea":
        row |= {
            "bias_corrected": item.answer.bias_corrected,
            "scale_efficiency": item.answer.scale_efficiency,
            "returns_to_scale": item.answer.returns_to_scale,
            "super_efficiency": item.answer.super_efficiency,
            "peers": [{"name": name, "weight": weight} for name, weight in item.peers],
        }
    else:
        row |= {"cost_ratio": item.answer.cost_ratio, "years": list(item.answer.years)}
    return row | {"flags": list(item.answer.flags), "year": found.year, "kind": item.answer.kind}


def _whole(found: EfficiencyAnswer, rows: list[dict[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "task": found.task.code,
        "title": found.task.title_nl,
        "method": found.method,
        "year": found.year,
        "years": list(found.result.years),
        "outputs": [
            {"measure": item.measure, "meaning": item.meaning, "reason": item.reason} for item in found.outputs
        ],
        "n": len(rows),
        "municipalities": rows,
        "left_out": [item._asdict() for item in found.left_out],
        "not_ranked": found.not_ranked,
        "flags": list(found.flags),
        "notes": list(found.notes),
        "kind": "estimated",
    }
    if (fit := found.result.frontier) is not None:
        whole["frontier"] = {
            "coefficients": {
                item.measure: {"estimate": one.value, "se": one.standard_error}
                for item, one in zip(found.outputs, fit.coefficients, strict=False)
            },
            "gamma": fit.gamma.value,
            "mean_efficiency": None if found.not_ranked else fit.mean_efficiency,
            "lr_statistic": fit.test.statistic,
            "lr_p_value": fit.test.p_value,
            "converged": fit.converged,
            "warnings": list(fit.warnings),
        }
    return whole


def _sentences(found: EfficiencyAnswer) -> list[str]:
    outputs = ", ".join(f"{item.meaning} ({item.measure})" for item in found.outputs)
    notes = [f"{found.task.code} {found.task.title_nl}; outputs: {outputs}. Estimated."]
    first = (*(() if found.not_ranked is None else (found.not_ranked,)), *found.flags)
    notes += [f"{text[0].upper()}{text[1:]}." for text in first]
    notes += found.notes
    flagged: dict[str, list[str]] = {}
    for item in found.municipalities:
        for flag in item.answer.flags:
            flagged.setdefault(flag, []).append(item.name)
    notes += [f"{', '.join(names)}: {flag}." for flag, names in flagged.items()]
    reasons: dict[str, list[str]] = {}
    for one in found.left_out:
        reasons.setdefault(one.reason, []).append(f"{one.name} ({one.detail})" if one.detail else one.name)
    return notes + [f"Left out ({len(names)}), {reason}: {', '.join(names)}." for reason, names in reasons.items()]


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(efficiency)
