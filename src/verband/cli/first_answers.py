"""Commands for the first answers: dependence and staffing."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from verband.cli.answers import LOWER_BOUND
from verband.cli.options import FormatOption, WorkspaceOption
from verband.cli.place import workspace_at
from verband.cli.show import OutputFormat, show


class By(StrEnum):
    """What the rows of an answer are."""

    size = "size"
    municipality = "municipality"


ByOption = Annotated[By, typer.Option("--by", help="A row per size class, or per municipality.")]
YearOption = Annotated[int | None, typer.Option("--year", help="Year of the accounts; the latest by default.")]


def dependence(
    by: ByOption = By.size,
    year: YearOption = None,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Show which share of the cost runs through arrangements.

    Example: verband dependence --by municipality --year 2023 --format csv
    """
    found = workspace_at(workspace).dependence(year=year)
    figures = {
        "participating": "Participating",
        "share_of_cost": "Of cost",
        "eur_per_inhabitant": "Euro per inhabitant",
    }
    if by is By.size:
        rows: list[dict[str, Any]] = [
            {
                "size_class": item.name,
                "municipalities": item.municipalities,
                "reporting": item.reporting,
                "participating": item.participating,
                "share_of_cost": item.share_of_cost,
                "eur_per_inhabitant": item.eur_per_inhabitant,
                "lower_bound": item.lower_bound,
                "missing": list(item.missing),
                "doubtful": list(item.doubtful),
                "year": item.year,
                "kind": item.kind,
            }
            for item in found.classes
        ]
        columns = {"size_class": "Size class", "municipalities": "Number", "reporting": "Reporting", **figures}
    else:
        rows = [
            {
                "code": item.code,
                "name": item.name,
                "inhabitants": item.inhabitants,
                "share_of_cost": item.answer.share_of_cost,
                "eur_per_inhabitant": item.answer.eur_per_inhabitant,
                "participating": item.answer.participating > 0 if item.answer.reporting else None,
                "lower_bound": item.answer.lower_bound,
                "missing": None if item.answer.reporting else "no report",
                "doubt": found.doubt if item.answer.doubtful else None,
                "year": item.answer.year,
                "kind": item.answer.kind,
            }
            for item in found.municipalities
        ]
        columns = {"code": "Code", "name": "Municipality", "inhabitants": "Inhabitants", **figures}
    notes = [
        f"Accounts {found.year}; ratios of sums over those reporting, derived. Source: {found.source}.",
        LOWER_BOUND,
        "Iv3 does not say which transfers are compulsory.",
    ]
    if doubtful := [item.name for item in found.municipalities if item.answer.doubtful]:
        apart = "shown as published" if by is By.municipality else "left out"
        notes.append(f"In doubt, {apart} ({len(doubtful)}): {', '.join(doubtful)}: {found.doubt}.")
    show(rows, output, columns=columns, notes=notes)


def staffing(
    by: ByOption = By.size,
    year: YearOption = None,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Show own and hired staff.

    Municipalities whose organisation is elsewhere are set apart by name.
    Example: verband staffing --by municipality
    """
    found = workspace_at(workspace).staffing(year=year)
    figures = {
        "own_pay_eur_per_inhabitant": "Own pay (euro per inhabitant)",
        "hired_pay_eur_per_inhabitant": "Hired (euro per inhabitant)",
        "hired_share": "Hired of all",
    }
    names = {item.code: item.name for item in found.municipalities}
    apart = [item.name for item in found.municipalities if item.answer.outsourced]
    if by is By.size:
        rows: list[dict[str, Any]] = [
            {
                "size_class": item.size_class,
                "municipalities": item.municipalities,
                "counted": item.counted,
                "own_pay_eur_per_inhabitant": item.own_pay_eur_per_inhabitant,
                "hired_pay_eur_per_inhabitant": item.hired_pay_eur_per_inhabitant,
                "hired_share": item.hired_share,
                "outsourced": [names[code] for code in item.outsourced],
                "partly_joint": [names[code] for code in item.partly_joint],
                "missing": list(item.missing),
                "year": found.year,
                "kind": item.kind,
            }
            for item in found.classes
        ]
        columns = {"size_class": "Size class", "municipalities": "Number", "counted": "Counted", **figures}
    else:
        rows = [
            {
                "code": item.code,
                "name": item.name,
                "inhabitants": item.inhabitants,
                "own_pay_eur_per_inhabitant": item.answer.own_pay_eur_per_inhabitant,
                "hired_pay_eur_per_inhabitant": item.answer.hired_pay_eur_per_inhabitant,
                "hired_share": item.answer.hired_share,
                "outsourced": item.answer.outsourced,
                "partly_joint": item.answer.partly_joint,
                "year": found.year,
                "kind": item.answer.kind,
            }
            for item in found.municipalities
        ]
        columns = {"code": "Code", "name": "Municipality", "inhabitants": "Inhabitants", **figures}
        columns["outsourced"] = "Organisation elsewhere"
    notes = [
        f"Accounts {found.year}; own pay L1.1 and hired staff L3.5.1, derived. Source: {found.source}.",
        f"Set apart, organisation elsewhere ({len(apart)}): {', '.join(apart) or 'none'}.",
    ]
    if partly := [item.name for item in found.municipalities if item.answer.partly_joint]:
        notes.append(f"Counted, but part of the organisation is elsewhere ({len(partly)}): {', '.join(partly)}.")
    show(rows, output, columns=columns, notes=notes)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    for function in (dependence, staffing):
        app.command()(function)
