"""The command ``participation``: in how many arrangements municipalities take part, compulsory and voluntary apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verband.cli.options import FormatOption, WorkspaceOption
from verband.cli.place import workspace_at
from verband.cli.show import OutputFormat, dutch_number, show
from verband.domain.classification import Status

if TYPE_CHECKING:
    from verband.analysis.contributions import Contributions
    from verband.analysis.participation import Participation, ParticipationOfGroup
    from verband.workspace.participation import ParticipationAnswer, ParticipationOfOne

_STATUSES = tuple(status.value for status in Status)
_WORDS = {status: status.capitalize() for status in _STATUSES}
_SPREAD = ("mean", "median", "low", "high", "least", "most")


class Groups(StrEnum):
    """What the rows of the answer are."""

    size = "size"
    province = "province"
    municipality = "municipality"


def participation(
    municipality: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MUNICIPALITY", help="Name or CBS code of one, for its figures in detail; all by default."
        ),
    ] = None,
    by: Annotated[
        Groups, typer.Option("--by", help="A row per size class, per province or per municipality; for all.")
    ] = Groups.size,
    on: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Situation on this day; today by default.")
    ] = None,
    output: FormatOption = OutputFormat.table,
    workspace: WorkspaceOption = None,
) -> None:
    """Count the arrangements that municipalities take part in.

    Compulsory and voluntary apart; of one municipality also what it pays, as far as its own file tells.

    Example: verband participation --by province
    """
    day = on.date() if on else date.today()  # noqa: DTZ011  the user's own calendar day
    text = " ".join(municipality) if municipality else None
    found = workspace_at(workspace).participation(text, on=day)
    if found.led_from:
        typer.echo(found.led_from, err=True)
    if text is not None:
        _show_one(found, output)
    elif by is Groups.municipality:
        _show_municipalities(found, output)
    else:
        _show_groups(found, by, output)


def _show_groups(found: ParticipationAnswer, by: Groups, output: OutputFormat) -> None:
    groups, key, heading, between = (
        (found.classes, "size_class", "Size class", found.between_classes)
        if by is Groups.size
        else (found.provinces, "province", "Province", found.between_provinces)
    )
    if output is not OutputFormat.table:
        rows = [
            {key: item.name, **_group(item), "share_between_groups": between, "date": found.on, "kind": item.kind}
            for item in groups
        ]
        show(rows, output, columns={})
        return
    rows = [
        {
            key: f"{item.name}\n{_listed(item)}",
            **{what: _mean_and_middle(item, what, between="\n") for what in ("total", *_STATUSES)},
            "voluntary": _voluntary(item),
        }
        for item in (*groups, found.whole)
    ]
    few = [item.name for item in groups if item.few]
    notes = [
        f"Arrangements per municipality on {found.on.isoformat()}: mean, and [middle half]; derived. "
        f"Source: {found.source}.",
        *([f"No middle half where too few are listed to tell one: {', '.join(few)}."] if few else []),
        f"{_between(found.whole)} of the listed municipalities take part in at least one voluntary arrangement.",
        *found.notes,
    ]
    show(rows, output, columns={key: heading, "total": "All", **_WORDS}, notes=notes)


def _group(item: ParticipationOfGroup) -> dict[str, Any]:
    return {
        "municipalities": item.municipalities,
        "listed": item.listed,
        "missing": list(item.missing),
        **{f"{what}_{name}": getattr(spread, name) for what, spread in item.counts.items() for name in _SPREAD},
        "carried_mean": item.carried_mean,
        "any_voluntary_share": item.share_any_voluntary,
        "any_voluntary_at_most_share": item.share_any_voluntary_at_most,
    }


def _mean_and_middle(item: ParticipationOfGroup, what: str, *, between: str = " ") -> str:
    spread = item.counts[what]
    if spread.mean is None:
        return "-"
    if spread.low is None or spread.high is None:
        return _decimal(spread.mean)
    low, high = (_decimal(bound).removesuffix(",0") for bound in (spread.low, spread.high))
    return f"{_decimal(spread.mean)}{between}[{low}-{high}]"


def _decimal(number: float) -> str:
    return dutch_number(round(number, 1), digits=1)


def _listed(item: ParticipationOfGroup) -> str:
    of_all = "" if item.listed == item.municipalities else f" of {item.municipalities}"
    return f"{item.listed}{of_all} listed"


def _voluntary(item: ParticipationOfGroup) -> str:
    """Between two means where the status of some is unknown: none known is not none."""
    known, at_most = item.counts["voluntary"].mean, item.counts["voluntary_at_most"].mean
    if known is None or at_most is None or known == at_most:
        return _mean_and_middle(item, "voluntary", between="\n")
    return f"{_decimal(known)} to {_decimal(at_most)}"


def _between(item: ParticipationOfGroup) -> str:
    low, high = item.share_any_voluntary, item.share_any_voluntary_at_most
    if low is None or high is None:
        return "An unknown share"
    return f"{high:.0%}" if low == high else f"Between {low:.0%} and {high:.0%}"


def _counts(counts: Participation) -> dict[str, Any]:
    return {
        "total": counts.total,
        **{status: getattr(counts, status) for status in _STATUSES},
        "voluntary_at_most": counts.voluntary_at_most,
        "duties": counts.duties,
        "from_own_file": counts.own,
        "from_register": counts.register,
        "from_list": counts.list,
        "from_region": counts.region,
        "carried": counts.carried,
        "oldest": counts.oldest,
    }


def _head(item: ParticipationOfOne) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": item.name,
        "province": item.province,
        "inhabitants": item.inhabitants,
        "size_class": item.size_class,
    }


def _show_municipalities(found: ParticipationAnswer, output: OutputFormat) -> None:
    rows = [
        {**_head(item), **_counts(item.counts), "date": found.on, "kind": item.counts.kind}
        for item in found.municipalities
    ]
    columns = {"code": "Code", "name": "Municipality", "inhabitants": "Inhabitants", "total": "All", **_WORDS}
    notes = [
        f"{len(rows)} municipalities on {found.on.isoformat()}, derived. Source: {found.source}.",
        *found.notes,
    ]
    show(rows, output, columns=columns, notes=notes)


def _show_one(found: ParticipationAnswer, output: OutputFormat) -> None:
    (item,) = found.municipalities
    if output is OutputFormat.json:
        show(
            {
                **_head(item),
                **_counts(item.counts),
                "contributions": _contributions(item.contributions),
                "size_class_figures": next((_group(group) for group in found.classes), None),
                "province_figures": next((_group(group) for group in found.provinces), None),
                "date": found.on,
                "kind": item.counts.kind,
                "notes": list(found.notes),
            },
            output,
            columns={},
        )
        return
    rows = _rows_of_one(item)
    columns = {"status": "Status", "arrangements": "Arrangements"}
    if item.contributions.years:
        columns |= {"contribution_year": "Year", "known": "Of which known", "eur": "Euro", "share": "Of known"}
    show(rows, output, columns=columns, notes=[*_notes_of_one(found, item), *found.notes])


def _rows_of_one(item: ParticipationOfOne) -> list[dict[str, Any]]:
    """A row per status, and per year where contributions are known."""
    years = item.contributions.years
    if not years:
        return [{"status": status, "arrangements": getattr(item.counts, status)} for status in _STATUSES]
    return [
        {
            "status": part.status,
            "arrangements": part.arrangements,
            "contribution_year": year.year,
            "known": part.known,
            "eur": part.eur,
            "share": part.share,
            "kind": year.kind.value,
        }
        for year in years
        for part in year.by_status
    ]


def _contributions(found: Contributions) -> dict[str, Any] | None:
    if not found.years:
        return None
    return {
        "years": [
            {
                "year": year.year,
                "arrangements": year.arrangements,
                "known": year.known,
                "complete": year.complete,
                "eur": year.eur,
                "by_status": [
                    {
                        "status": part.status,
                        "arrangements": part.arrangements,
                        "known": part.known,
                        "eur": part.eur,
                        "share": part.share,
                    }
                    for part in year.by_status
                ],
                "concentration": year.concentration,
                "as_many_as": year.as_many_as,
                "no_shares": year.no_shares,
                "kind": year.kind.value,
            }
            for year in found.years
        ],
        "without_contribution": list(found.without),
        "sources": list(found.sources),
    }


def _notes_of_one(found: ParticipationAnswer, item: ParticipationOfOne) -> list[str]:
    notes = [
        f"{item.name} ({item.code}) takes part in {item.counts.total} arrangements on {found.on.isoformat()}, derived. "
        f"Source: {found.source}.",
        *_beside("Size class", found.classes),
        *_beside("Province", found.provinces),
    ]
    for year in item.contributions.years:
        when = str(year.year) if year.year else "a year that the file does not state"
        of_all = "all" if year.complete else f"{year.known} of"
        sentence = f"Contributions of {when}: known for {of_all} {year.arrangements} arrangements"
        if year.concentration is None or year.as_many_as is None:
            notes.append(f"{sentence}; {year.no_shares}.")
            continue
        index = dutch_number(year.concentration, digits=2)
        over = "" if year.complete else " over the known ones only"
        notes.append(
            f"{sentence}. Concentration (Herfindahl-Hirschman){over}: {index}, as if {_decimal(year.as_many_as)} "
            "arrangements got the same."
        )
    if len(item.contributions.years) > 1:
        notes.append("Contributions of different years are not added up.")
    if not item.contributions.years:
        notes.append("What goes to each arrangement is not published; your own file tells (BBV art. 15).")
    return notes


def _beside(word: str, groups: Sequence[ParticipationOfGroup]) -> list[str]:
    return [
        f"{word} {group.name}: {_mean_and_middle(group, 'total')} (mean and middle half of {group.listed} listed)."
        for group in groups
    ]


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(participation)
