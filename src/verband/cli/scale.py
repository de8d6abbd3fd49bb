"""The command for scale: how the cost of a task goes with size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verband.cli.options import FormatOption, WorkspaceOption, inhabitants
from verband.cli.place import workspace_at
from verband.cli.progress import progress_bar
from verband.cli.show import OutputFormat, show, text

if TYPE_CHECKING:
    from verband.analysis.scale import LeftOut, Scale, Variant

_FIGURES = {
    "elasticity": "elasticity",
    "se": "standard_error",
    "low": "low",
    "high": "high",
    "level": "level",
    "at_inhabitants": "at_inhabitants",
    "elasticity_without_drivers": "without_drivers",
    "cheapest_scale": "cheapest_scale",
    "cheapest_low": "cheapest_low",
    "cheapest_high": "cheapest_high",
    "n_observations": "n_observations",
    "n_municipalities": "n_municipalities",
    "verdict": "verdict",
}
_LISTS = ("flags", "years", "drivers")


def scale(
    task: Annotated[
        str | None,
        typer.Argument(metavar="[TASK]", help="Iv3 task, by code or title, or a sum as 0.61+0.62; all by default."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="INHABITANTS",
            help="Inhabitants at which to take the elasticity, as 20000 or 20.000; by default the geometric mean.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the bootstrap.")] = 1,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Estimate how the cost of a task goes with size.

    An elasticity below 1 means economies of scale.
    Example: verband scale 0.1 --at 25000
    """
    size = inhabitants(at, "--at")
    with progress_bar("Estimating") as progress:
        found = workspace_at(workspace).scale(task, at_inhabitants=size, seed=seed, progress=progress)
    if at is not None and at.strip() != str(size):
        typer.echo(f"verband: --at {at.strip()} is read as {size} inhabitants.", err=True)
    rows = [_row(item) for item in found.tasks]
    if output is not OutputFormat.table:
        show([*rows, *(_row_of_left_out(item) for item in found.left_out)], output, columns={})
        return
    columns = {
        "task": "Task",
        "elasticity": "Elasticity",
        "low": "Low",
        "high": "High",
        "elasticity_without_drivers": "Without drivers",
        "verdict": "Verdict",
    }
    notes = [f"{item.task}: {flag}." for item in found.tasks for flag in item.flags]
    notes += [_variant(variant) for item in found.tasks for variant in item.variants if task]
    notes += [f"{item.task} left out: {item.reason}." for item in found.left_out]
    if size is not None:
        notes.append(f"Elasticities are those at {text('', size)} inhabitants.")
    notes.append(
        "Estimated between municipalities, accounts in the boundaries of the latest list, 95% intervals, errors "
        f"clustered by municipality; drivers are held constant. Below 1: economies of scale.{_by_region(found.tasks)}"
    )
    show(rows, OutputFormat.table, columns=columns, notes=notes)


def _by_region(tasks: Sequence[Scale]) -> str:
    """What becomes of the intervals when neighbours have in common what is not in the model."""
    from verband.analysis.scale import width_by_region  # noqa: PLC0415  slow to start

    found = width_by_region(tasks)
    if found is None:
        return " What neighbours have in common is not in the errors: intervals can be too narrow."
    times, number = found
    of_tasks = "" if number == 1 else f" (median of {number} tasks)"
    return f" With errors that safety regions share, intervals are {text('', times, 2)} times as wide{of_tasks}."


def _row(item: Scale) -> dict[str, Any]:
    row = {"task": item.task, **{name: getattr(item, place) for name, place in _FIGURES.items()}}
    row |= {name: list(getattr(item, name)) for name in _LISTS}
    return row | {"kind": item.kind, "variants": [asdict(one) for one in item.variants], "left_out": None}


def _row_of_left_out(item: LeftOut) -> dict[str, Any]:
    """A row of the same columns for a task without an estimate, with the reason."""
    row: dict[str, Any] = {"task": item.task, **dict.fromkeys(_FIGURES)}
    row |= {name: [] for name in _LISTS}
    return row | {"kind": None, "variants": [], "left_out": item.reason}


def _variant(variant: Variant) -> str:
    if variant.elasticity is None:
        return f"{variant.name}: not estimated, {variant.missing}."
    figures = [text("", value, 2) for value in (variant.elasticity, variant.low, variant.high)]
    return f"{variant.name}: {figures[0]} ({figures[1]} to {figures[2]})."


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(scale)
