"""The command ``frontier``: efficiency against the frontier of all, on the user's own table of numbers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from verband.cli.options import FormatOption
from verband.cli.own_table import column_names, row_numbers
from verband.cli.progress import progress_bar
from verband.cli.remarks import say_remarks
from verband.cli.show import OutputFormat, dutch_number, show

if TYPE_CHECKING:
    from verband.analysis.frontier import FrontierAnswer, MergedUnits, UnitOnFrontier
    from verband.sources.own_numbers import NumberTable

_RETURNS = {
    "crs": "constant returns to scale",
    "vrs": "variable returns to scale",
    "nirs": "non-increasing returns to scale",
    "ndrs": "non-decreasing returns to scale",
    "fdh": "free disposal hull",
}
_PEERS = 3
"""So many peers fit in a table."""


class Orientation(StrEnum):
    """What is to change."""

    input = "input"
    output = "output"


class Returns(StrEnum):
    """Assumption on returns to scale."""

    crs = "crs"
    vrs = "vrs"
    nirs = "nirs"
    ndrs = "ndrs"
    fdh = "fdh"


def frontier(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV file with a row per unit.")],
    inputs: Annotated[str, typer.Option("--inputs", metavar="COLUMNS", help="What is used, above 0. As in a,b.")],
    outputs: Annotated[str, typer.Option("--outputs", metavar="COLUMNS", help="What is made, 0 or more. As in c,d.")],
    id: Annotated[  # noqa: A002  the name of the option
        str | None, typer.Option("--id", metavar="COLUMN", help="Name of the unit; else the number of the row.")
    ] = None,
    orientation: Annotated[
        Orientation, typer.Option("--orientation", help="Could inputs shrink, or outputs grow?")
    ] = Orientation.input,
    returns: Annotated[
        Returns,
        typer.Option(
            "--returns", help="Returns to scale: constant, variable, non-increasing, non-decreasing; or no mixing."
        ),
    ] = Returns.vrs,
    merge: Annotated[
        list[str] | None,
        typer.Option("--merge", metavar="A+B+C", help="Units to merge: what could they gain? May be given again."),
    ] = None,
    order_m: Annotated[
        int | None, typer.Option("--order-m", metavar="M", help="Compare with the best of M units as well.")
    ] = None,
    bootstrap: Annotated[
        int | None, typer.Option("--bootstrap", metavar="N", help="Bias and intervals from N replications, as 2000.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the bootstrap: the same seed, the same answer.")] = 1,
    workers: Annotated[int, typer.Option("--workers", help="Threads of the bootstrap; the answer is the same.")] = 2,
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Leave rows out that cannot be compared, by name; refused else.")
    ] = False,
    output: FormatOption = OutputFormat.table,
) -> None:
    """Measure how efficient units are against the best of them, on your own file.

    Efficiency with peers, slacks, scale and super-efficiency (DEA), mergers and intervals where asked. The csv holds
    the units, the json everything.

    Example: verband frontier offices.csv --id office --inputs staff,cost --outputs permits
    """
    from verband.analysis.frontier import FrontierQuestion, answer_frontier  # noqa: PLC0415  heavy
    from verband.analysis.own_columns import Places  # noqa: PLC0415  heavy
    from verband.sources.own_numbers import read_numbers  # noqa: PLC0415  heavy

    direction: Literal["input", "output"] = orientation.value
    technology: Literal["crs", "vrs", "nirs", "ndrs", "fdh"] = returns.value
    question = FrontierQuestion(
        inputs=column_names(inputs),
        outputs=column_names(outputs),
        id=id,
        orientation=direction,
        returns=technology,
        merge=tuple(merge or ()),
        order_m=order_m,
        bootstrap=bootstrap,
        seed=seed,
        set_aside=set_aside,
    )
    table = read_numbers(file, question.numbers, name=id, texts=() if id is None else (id,), set_aside=set_aside)
    columns: dict[str, Any] = dict(zip(table.columns, table.values.T, strict=True))
    places = Places(table.file, table.lines, row_numbers(table))
    with progress_bar("Bootstrap") as bar:
        found = answer_frontier(
            question,
            {**columns, **table.texts},
            places,
            workers=workers,
            progress=lambda done, total: bar(done, total, "replications"),
        )
    aside = _set_aside(table, found)
    say_remarks(table.file, table.remarks, [(row["line"], row["name"], row["reason"]) for row in aside])
    if output is OutputFormat.json:
        remarks = [*table.remarks, *found.remarks]
        show({**found.as_record(), "remarks": remarks, "file": table.file, "set_aside": aside}, output, columns={})
    elif output is OutputFormat.csv:
        lost = [] if found.merged is None else ["The csv holds the units; the mergers are in --format json."]
        for remark in (*found.remarks, *lost):
            typer.echo(f"Note: {remark}", err=True)
        show([_flat(unit) for unit in found.units], output, columns={})
    else:
        _show_tables(table, found)


def _set_aside(table: NumberTable, found: FrontierAnswer) -> list[dict[str, Any]]:
    """Rows left out by the reader and by the analysis, in the order of the file."""
    rows = [*table.set_aside, *((table.lines[item.row], item.name, item.reason) for item in found.set_aside)]
    return [{"line": line, "name": name, "reason": reason} for line, name, reason in sorted(rows)]


def _flat(unit: UnitOnFrontier) -> dict[str, Any]:
    record = unit.as_record()
    slacks = {f"slack {column}": value for column, value in record.pop("slacks").items()}
    return {**record, **slacks}


def _show_tables(table: NumberTable, found: FrontierAnswer) -> None:
    rows = [_row(unit) for unit in found.units]
    headings = {"name": "Unit", "efficiency": "Efficiency"}
    if found.returns != "fdh":
        headings |= {"scale_efficiency": "Scale", "returns_to_scale": "Returns"}
    show(
        rows,
        OutputFormat.table,
        columns={**headings, "super_efficiency": "Super", "peers": "Peers"},
        notes=_notes(table, found),
    )
    doubt: dict[str, str] = {}
    if found.bootstrap is not None:
        doubt |= {"corrected": "Corrected", "low": "Low", "high": "High"}
    if found.order_m is not None:
        doubt |= {"order_m": f"Order {found.order_m}", "order_m_se": "s.e."}
    if doubt:
        columns = {"name": "Unit", "efficiency": "Efficiency", **doubt}
        show(rows, OutputFormat.table, columns=columns, notes=_doubt(found))
    if found.merged is None:
        return
    what = "inputs" if found.orientation == "input" else "outputs"
    turn = "need at least" if found.orientation == "input" else "could make"
    show(
        [_merger(item) for item in found.merged],
        OutputFormat.table,
        columns={
            "units": "Merged",
            "potential": "Potential",
            "learning": "Learning",
            "harmony": "Harmony",
            "size": "Size",
            "reason": "Why not",
        },
        notes=[
            f"Potential = learning x harmony x size (Bogetoft and Wang, 2005): together they {turn} this many times "
            f"their {what}. Learning needs no merger. It is the most that could be gained, not a forecast."
        ],
    )


def _row(unit: UnitOnFrontier) -> dict[str, Any]:
    weights = sorted(unit.peers.items(), key=lambda item: (-round(item[1], 2), item[0]))
    more = f"; {len(weights) - _PEERS} more" if len(weights) > _PEERS else ""
    # What lies on the edge of two roundings does so on every machine.
    peers = "; ".join(f"{name} {_share(round(weight, 9), 2)}" for name, weight in weights[:_PEERS]) + more
    row = {
        "name": unit.name,
        "efficiency": _share(unit.efficiency),
        "scale_efficiency": _share(unit.scale_efficiency),
        "returns_to_scale": unit.returns_to_scale,
        "super_efficiency": _share(unit.super_efficiency),
        "peers": "itself" if list(unit.peers) == [unit.name] else peers,
    }
    if unit.bootstrap is not None:
        row |= {name: _share(getattr(unit.bootstrap, name)) for name in ("corrected", "low", "high")}
    if unit.order_m is not None:
        row |= {"order_m": _share(unit.order_m.efficiency), "order_m_se": _share(unit.order_m.standard_error)}
    return row


def _merger(item: MergedUnits) -> dict[str, Any]:
    figures = {name: _share(getattr(item, name)) for name in ("potential", "learning", "harmony", "size")}
    return {"units": " + ".join(item.units), **figures, "reason": item.reason or ""}


def _notes(table: NumberTable, found: FrontierAnswer) -> list[str]:
    notes = [
        f"{table.file}: {len(found.units)} units, {', '.join(found.inputs)} -> {', '.join(found.outputs)}; "
        f"{found.orientation} orientation, {_RETURNS[found.returns]}; {found.kind}.",
        "Efficiency 1 is on the frontier of these units: as good as the best of them, not as good as can be.",
    ]
    return [*notes, *found.remarks, "Slacks and all digits: --format json.", ""]


def _doubt(found: FrontierAnswer) -> list[str]:
    notes = []
    if found.bootstrap is not None:
        settings = found.bootstrap
        notes.append(
            f"Corrected for bias, with {settings.level:.0%} interval (Simar and Wilson, 1998): "
            f"{dutch_number(settings.replications)} replications, seed {settings.seed}."
        )
    if found.order_m is not None:
        notes.append(
            f"Order {found.order_m}: against the best of {found.order_m} units that can be compared, drawn by chance "
            "(Cazals, Florens and Simar, 2002). Above 1: better than that."
        )
    return [*notes, ""]


def _share(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else dutch_number(value, digits=digits)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(frontier)
