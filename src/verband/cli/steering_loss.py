"""The command ``steering-loss``: whether cost rises with what runs through arrangements (M8)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import typer

from verband.cli.options import FormatOption, WorkspaceOption
from verband.cli.place import workspace_at
from verband.cli.show import OutputFormat, dutch_number, show

if TYPE_CHECKING:
    from verband.workspace.steering_loss import SteeringVariant

_COLUMNS = {
    "name": "Design",
    "change": "Change",
    "low": "Low",
    "high": "High",
    "municipalities": "Municipalities",
    "years": "Years",
}


def steering_loss(output: FormatOption = OutputFormat.table, workspace: WorkspaceOption = None) -> None:
    """Say whether cost rises with the share that runs through arrangements.

    Cost per inhabitant, or its growth, against the share of an earlier year or of the budget. Ten designs.

    Example: verband steering-loss
    """
    found = workspace_at(workspace).steering_loss()
    if output is OutputFormat.json:
        whole = {
            "level": _record(found.level),
            "growth": _record(found.growth),
            "variants": [_record(item) for item in found.variants],
            "doubtful": found.doubtful,
            "reading": found.reading,
            "source": found.source,
        }
        show(whole, output, columns={})
        return
    if output is OutputFormat.csv:
        show([_record(item) for item in found.every], output, columns={})
        return
    done = [item.result for item in found.every if item.result is not None]
    steps = f"{100 * done[0].step:.0f} percentage points" if done else "the share"
    level = f"{done[0].level:.0%}" if done else ""
    notes = [
        found.reading,
        f"Change of cost per inhabitant (of its yearly growth where the design says growth) per {steps} more of the "
        f"cost through arrangements, with its {level} interval; errors clustered by municipality; estimated. The share "
        "of the same accounts is never used: a dear year lowers it by itself.",
        *(f"{item.name}: {item.missing}." for item in found.every if item.result is None),
        f"{found.doubtful} municipality-years with a doubtful share are left out. Source: {found.source}.",
    ]
    show([_line(item) for item in found.every], output, columns=_COLUMNS, notes=notes)


def _record(item: SteeringVariant) -> dict[str, Any]:
    own = item.result
    return {
        "name": item.name,
        "outcome": None if own is None else own.outcome,
        "within": None if own is None else own.within,
        "estimate": None if own is None else own.estimate,
        "se": None if own is None else own.standard_error,
        "low": None if own is None else own.low,
        "high": None if own is None else own.high,
        "level": None if own is None else own.level,
        "step": None if own is None else own.step,
        "n": None if own is None else own.n,
        "municipalities": None if own is None else own.municipalities,
        "years": [] if own is None else list(own.years),
        "kind": "estimated",
        "missing": item.missing or None,
    }


def _line(item: SteeringVariant) -> dict[str, Any]:
    own = item.result
    if own is None:
        return dict.fromkeys(_COLUMNS, "-") | {"name": item.name}
    return {
        "name": item.name,
        "change": _percent(own.estimate),
        "low": _percent(own.low),
        "high": _percent(own.high),
        "municipalities": own.municipalities,
        "years": f"{own.years[0]}-{own.years[-1]}",
    }


def _percent(logarithm: float) -> str:
    # Adding 0 takes the sign from a change that rounds to nothing.
    return f"{dutch_number(round(100 * math.expm1(logarithm), 1) + 0.0, digits=1)}%"


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command("steering-loss")(steering_loss)
