"""The command ``network``: boards, partners, fit with the official regions and brokerage (M11)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verband.cli.options import FormatOption, WorkspaceOption
from verband.cli.place import workspace_at
from verband.cli.progress import progress_bar
from verband.cli.show import OutputFormat, dutch_number, show

if TYPE_CHECKING:
    from verband.analysis.spread import Spread
    from verband.workspace.network import NetworkAnswer, PlacedMunicipality

_WORDS = {
    "boards": "Arrangements (boards)",
    "compulsory": "of which compulsory",
    "cooperate": "of which compelled to cooperate",
    "voluntary": "of which voluntary",
    "unknown": "of which status unknown",
    "partners": "Partners (municipalities)",
    "partner_sets": "Different sets of partners",
    "congruence": "Partners in own official regions",
    "betweenness": "Betweenness, times 1.000",
    "constraint": "Constraint (Burt)",
    "effective_size": "Effective size (Burt)",
}
_GROUPS = {"all": "All municipalities", "size_class": "Size class", "province": "Province"}
_DIGITS = {"betweenness": 1, "constraint": 2, "effective_size": 1}


def network(
    municipality: Annotated[
        list[str] | None,
        typer.Argument(metavar="MUNICIPALITY", help="Name or CBS code of one, beside the others; all by default."),
    ] = None,
    on: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Situation on this day; today by default.")
    ] = None,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Show the position of municipalities in the network of arrangements.

    Boards, partners, fit with the official regions, and brokerage; of one beside all, its size class and its province.

    Example: verband network Aalten
    """
    day = on.date() if on else date.today()  # noqa: DTZ011  the user's own calendar day
    text = " ".join(municipality) if municipality else None
    place = workspace_at(workspace)
    with progress_bar("Network") as progress:
        found = place.network(text, on=day, progress=progress)
    if found.led_from:
        typer.echo(found.led_from, err=True)
    if text is None:
        _show_all(found, output)
    else:
        _show_one(found, output)


def _record(found: NetworkAnswer, item: PlacedMunicipality) -> dict[str, Any]:
    own = item.position
    return {
        "code": own.code,
        "name": own.name,
        "province": item.province,
        "inhabitants": item.inhabitants,
        "size_class": item.size_class,
        "listed": own.listed,
        **{name: getattr(own, name) for name in _WORDS},
        "carried": own.carried,
        "congruence_by_region": [
            {
                "region_type": part.region_type,
                "region": part.region,
                "partners": part.partners,
                "inside": part.inside,
                "share": part.share,
            }
            for part in own.regions
        ],
        "date": found.on,
        "lists_as_of": found.lists_as_of,
        "kind": own.kind,
        "source": found.source,
    }


def _show_all(found: NetworkAnswer, output: OutputFormat) -> None:
    rows = [_record(found, item) for item in found.municipalities]
    if output is not OutputFormat.table:
        show(rows, output, columns={})
        return
    # By province, for that is how they can be compared.
    ordered = sorted(found.municipalities, key=lambda item: (item.province or "", item.position.name))
    lines: list[dict[str, str | None]] = [
        {"name": item.position.name, "province": item.province}
        | {name: _text(name, item.position.value(name)) for name in _WORDS}
        for item in ordered
    ]
    columns = {
        "province": "Province",
        "name": "Municipality",
        "boards": "Boards",
        "partners": "Partners",
        "congruence": "In own regions",
        "betweenness": "Betweenness x 1.000",
    }
    show(lines, output, columns=columns, notes=[_of(found, f"{len(rows)} municipalities"), *found.notes])


def _show_one(found: NetworkAnswer, output: OutputFormat) -> None:
    (item,) = found.municipalities
    record = _record(found, item)
    if output is OutputFormat.json:
        show(
            {
                **record,
                "beside": {
                    group: {name: _spread(part) for name, part in of_group.items()}
                    for group, of_group in found.beside.items()
                },
                "notes": list(found.notes),
            },
            output,
            columns={},
        )
        return
    if output is OutputFormat.csv:
        rows = [
            {"code": record["code"], "measure": name, "value": record[name]}
            | {
                f"{group}_{key}": value
                for group, of_group in found.beside.items()
                for key, value in _spread(of_group[name]).items()
            }
            | {key: record[key] for key in ("date", "lists_as_of", "kind", "source")}
            for name in _WORDS
        ]
        show(rows, output, columns={})
        return
    lines = [
        {"measure": word, "value": _text(name, record[name])}
        | {group: _middle_half(name, of_group[name]) for group, of_group in found.beside.items()}
        for name, word in _WORDS.items()
    ]
    columns = {"measure": "", "value": item.position.name, **_GROUPS}
    inside = [
        f"{found.region_titles[part.region_type]} {part.region}: {part.inside} of {part.partners}"
        for part in item.position.regions
        if part.partners
    ]
    notes = [
        f"{_of(found, f'{item.position.name} ({item.position.code})')} In brackets the middle half of the others.",
        *(
            [f"Partners in arrangements that the law does not compel, in its own region: {'; '.join(inside)}."]
            if inside
            else []
        ),
        *found.notes,
    ]
    show(lines, output, columns=columns, notes=notes)


def _of(found: NetworkAnswer, whom: str) -> str:
    return f"Position of {whom} on {found.on.isoformat()}, derived. Source: {found.source}."


def _spread(part: Spread) -> dict[str, Any]:
    return {"low": part.low, "median": part.median, "high": part.high, "n": part.n, "position": part.position}


def _middle_half(name: str, part: Spread) -> str:
    if part.median is None:
        return "-"
    return f"{_text(name, part.median)} [{_text(name, part.low)}-{_text(name, part.high)}]"


def _text(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name == "congruence":
        return f"{100 * value:.0f}%"
    number = 1000 * value if name == "betweenness" else value
    digits = _DIGITS.get(name, 0 if float(number).is_integer() else 1)
    return dutch_number(round(number, digits), digits=digits)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(network)
