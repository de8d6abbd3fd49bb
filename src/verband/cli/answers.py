"""Commands that answer: municipalities, arrangements, series, national."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer

from verband.cli.options import FormatOption, MunicipalityArgument, WorkspaceOption
from verband.cli.place import workspace_at
from verband.cli.show import OutputFormat, show


class Report(StrEnum):
    """Reports of a municipality."""

    accounts = "accounts"
    budget = "budget"


ReportOption = Annotated[Report, typer.Option("--report", help="Accounts (jaarrekening) or budget (begroting).")]
LOWER_BOUND = (
    "Transfers to arrangements (Iv3 4.3.3) are a lower bound: hosting, purchases and hired staff are not in them."
)


def municipalities(
    year: Annotated[
        int | None, typer.Option("--year", help="List of 1 January of this year; the latest by default.")
    ] = None,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """List the municipalities of a year.

    With province, inhabitants, size class, predecessors and successor.

    Example: verband municipalities --year 2018 --format csv
    """
    rows = [
        {
            "code": item.code,
            "name": item.name,
            "province": item.province,
            "inhabitants": item.inhabitants,
            "size_class": item.size_class,
            "predecessors": list(item.predecessors),
            "successor": item.successor,
        }
        for item in workspace_at(workspace).municipalities(year)
    ]
    columns = {
        "code": "Code",
        "name": "Name",
        "province": "Province",
        "inhabitants": "Inhabitants",
        "size_class": "Size class",
        "predecessors": "Predecessors",
        "successor": "Successor",
    }
    show(
        rows, output, columns=columns, notes=[f"{len(rows)} municipalities. Inhabitants on 1 January, measured (CBS)."]
    )


def arrangements(
    municipality: MunicipalityArgument,
    on: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Situation on this day; today by default.")
    ] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Also those that ended, with the reason.")] = False,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """List the arrangements a municipality takes part in.

    With source and date of what is known.

    Example: verband arrangements Aalten --date 2024-01-01
    """
    day = on.date() if on else date.today()  # noqa: DTZ011  the user's own calendar day
    place = workspace_at(workspace)
    found = place.arrangements(" ".join(municipality), on=day)
    _lead_on(found.led_from)
    rows = [item.as_record() for item in found.items]
    if ended:
        rows += [{**item.as_record(), "ended": reason} for item, reason in found.ended]
    columns = {
        "name": "Arrangement",
        "status": "Status",
        "tasks": "Tasks",
        "contribution_eur": "Euro a year",
        "votes": "Votes",
        "as_of": "As of",
    }
    # Columns that say nothing here would only make the others narrow.
    columns = {key: text for key, text in columns.items() if any(row.get(key) is not None for row in rows)}
    sources = ", ".join(sorted({item.source for item in found.items}))
    kinds = Counter(item.kind for item in found.items)
    notes = [
        f"{len(found.items)} arrangements of {found.name} ({found.code}) on {day.isoformat()}: "
        f"{', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items())) or 'none known'}. "
        f"Source: {sources or '-'}.",
        *found.notes,
    ]
    if found.ended and not ended:
        notes.append(f"{len(found.ended)} more have ended or lapsed; --ended shows them with the reason.")
    if ended:
        notes += [f"Ended: {item.name}: {reason}." for item, reason in found.ended]
    current = rows[: len(found.items)] if output is OutputFormat.table else rows
    show(current, output, columns=columns, notes=notes)


def series(
    municipality: MunicipalityArgument,
    task: Annotated[
        str,
        typer.Option(
            "--task", help="Iv3 task code, for example 7.3, a sum as 6.72+6.82, or a code of a year as 6.72@2023."
        ),
    ],
    report: ReportOption = Report.accounts,
    boundaries: Annotated[
        int | None,
        typer.Option("--boundaries", help="Boundaries of 1 January of this year; each year's own by default."),
    ] = None,
    allocate: Annotated[
        bool,
        typer.Option("--allocate", help="Divide figures of later years than the boundaries by inhabitants: assumed."),
    ] = False,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Show the cost of a task over the years, gaps included.

    Example: verband series Altena --task 7.3 --boundaries 2024
    """
    found = workspace_at(workspace).series(
        " ".join(municipality), task, report=report.value, boundaries=boundaries, allocate=allocate
    )
    _lead_on(found.led_from)
    rows = [
        {
            "year": row.year,
            "report": row.report,
            "cost_eur": row.cost_eur,
            "cost_eur_per_inhabitant": row.cost_eur_per_inhabitant,
            "kind": row.kind,
            "missing": row.missing,
            "inhabitants": row.inhabitants,
            "tasks": list(row.codes),
            "municipalities": list(row.parts),
            "note": row.note,
        }
        for row in found.rows
    ]
    columns = {
        "year": "Year",
        "cost_eur": "Cost (euro)",
        "cost_eur_per_inhabitant": "Euro per inhabitant",
        "kind": "Kind",
    }
    where = f"boundaries of 1 January {boundaries}" if boundaries else "boundaries of each year"
    notes = [
        f"{found.name} ({found.code}), {report.value}, {where}. Cost per inhabitant is derived. "
        f"Current prices. Source: {found.source}.",
        *_by_years("Missing", [(row.year, row.missing) for row in found.rows]),
        *_by_years("Note", [(row.year, row.note) for row in found.rows]),
    ]
    show(rows, output, columns=columns, notes=notes)


def national(
    year: Annotated[int, typer.Option("--year", help="Year of the report.")],
    report: ReportOption = Report.accounts,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Add up all municipalities of a year.

    Who reported, who is missing, and the totals in euro.

    Example: verband national --year 2023 --format json
    """
    found = workspace_at(workspace).national(year, report=report.value)
    answer = {
        "year": found.year,
        "report": found.report,
        "municipalities": found.municipalities,
        "reporting": found.reporting,
        "missing": list(found.missing),
        "inhabitants": found.inhabitants,
        "inhabitants_reporting": found.inhabitants_reporting,
        **found.amounts_eur,
        "without_balance_sheet": list(found.without_balance_sheet),
        "kind": found.kind,
        "source": found.source,
    }
    if output is not OutputFormat.table:
        show(answer, output, columns={})
        return
    words = {
        "cost_eur": "Total cost",
        "income_eur": "Total income",
        "paid_to_arrangements_eur": "Paid to arrangements (lower bound)",
        "wages_eur": "Own pay",
        "hired_staff_eur": "Hired staff",
        "equity_eur": "Equity",
        "balance_total_eur": "Balance total",
    }
    rows = [{"what": text, "euro": found.amounts_eur[key]} for key, text in words.items()]
    missing = ", ".join(found.missing) or "none"
    notes = [
        f"{report.value} {year}: {found.reporting} of {found.municipalities} municipalities reported; "
        f"missing: {missing}.",
        f"Inhabitants of those reporting: {found.inhabitants_reporting:,} of {found.inhabitants:,}.".replace(",", "."),
        f"Derived: sums of measured figures, current prices. Source: {found.source}.",
        LOWER_BOUND,
    ]
    if found.without_balance_sheet:
        notes.append(f"No balance sheet: {', '.join(found.without_balance_sheet)}.")
    show(rows, output, columns={"what": "", "euro": "Euro"}, notes=notes)


def _by_years(word: str, sentences: Sequence[tuple[int, str | None]]) -> list[str]:
    """One line per sentence with the years it holds for."""
    years: dict[str, list[int]] = {}
    for year, sentence in sentences:
        if sentence:
            years.setdefault(sentence, []).append(year)
    return [f"{word} {_span(found)}: {sentence}." for sentence, found in years.items()]


def _span(years: Sequence[int]) -> str:
    if len(years) > 1 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]}-{years[-1]}"
    return ", ".join(map(str, years))


def _lead_on(sentence: str | None) -> None:
    if sentence:
        typer.echo(sentence, err=True)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    for function in (municipalities, arrangements, series, national):
        app.command()(function)
