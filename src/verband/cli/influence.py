"""The command ``influence``: power in a vote beside what each member pays, on the user's own table of votes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verband.cli.options import FormatOption
from verband.cli.own_table import row_numbers
from verband.cli.progress import progress_bar
from verband.cli.saving import OutOption, Saved, demand_place, save
from verband.cli.show import OutputFormat, dutch_number, show

if TYPE_CHECKING:
    from verband.analysis.influence import InfluenceAnswer, InfluenceQuestion, MemberPower

_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)")
_LISTED = 6
"""So many names fit in a sentence."""


def influence(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX file with a row per member.")],
    quota: Annotated[
        str,
        typer.Option(
            "--quota",
            metavar="Q",
            help="Votes with which a proposal passes: a number, majority (more than half), or a share as 2/3 or 60%.",
        ),
    ],
    votes: Annotated[str, typer.Option("--votes", metavar="COLUMN", help="Votes of each member.")] = "votes",
    second_votes: Annotated[
        str | None,
        typer.Option("--second-votes", metavar="COLUMN", help="A second majority to reach at once, as of inhabitants."),
    ] = None,
    second_quota: Annotated[
        str | None, typer.Option("--second-quota", metavar="P", help="Its quota, the same way.")
    ] = None,
    stake: Annotated[
        str | None, typer.Option("--stake", metavar="COLUMN", help="What each member pays, to show power beside it.")
    ] = None,
    id: Annotated[  # noqa: A002  the name of the option
        str | None,
        typer.Option("--id", metavar="COLUMN", help="Name of the member; by default column name, else the first left."),
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="U", help="Round votes to this, with bounds; for very many votes.")
    ] = None,
    samples: Annotated[
        int | None, typer.Option("--samples", metavar="N", help="Draw N orders and coalitions instead, with intervals.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the draws: the same seed, the same answer.")] = 1,
    output: FormatOption = OutputFormat.table,
    out: OutOption = None,
) -> None:
    """Measure how often each member decides a vote, beside what it pays.

    Shapley-Shubik and Banzhaf, for one majority or two at once; who has no power, and the smallest change in votes that
    changes that. `verband template influence` writes a file to fill in. The csv holds the members, the json everything.

    Example: verband influence votes.csv --quota 41 --stake contribution

    Example: verband influence votes.xlsx --quota 2/3 --out power.xlsx
    """
    from verband.analysis.influence import InfluenceQuestion, answer_influence, name_column  # noqa: PLC0415  heavy
    from verband.analysis.own_columns import Places  # noqa: PLC0415  heavy
    from verband.errors import BadInputError  # noqa: PLC0415
    from verband.sources.own_numbers import header_of, read_numbers  # noqa: PLC0415  heavy

    demand_place(out)
    quota_is_number, second_is_number = (not _is_share(text or "") for text in (quota, second_quota))
    question = InfluenceQuestion(
        quota=_number(quota, "--quota") if quota_is_number else 1.0,
        votes=votes,
        second_votes=second_votes,
        second_quota=None
        if second_quota is None
        else _number(second_quota, "--second-quota")
        if second_is_number
        else 1.0,
        stake=stake,
        id=id,
        unit=None if unit is None else _number(unit, "--unit"),
        samples=samples,
        seed=seed,
    )
    name = name_column(header_of(file, question.numbers, "influence"), question)
    try:
        table = read_numbers(file, question.numbers, texts=() if name is None else (name,), command="influence")
    except BadInputError as error:
        if "--set-aside" not in error.todo:
            raise
        # A vote without one of its members is another vote, so rows cannot be left out here.
        raise BadInputError(error.what, where=error.where, todo="Fill it in; 0 if there is none") from error
    columns: dict[str, Any] = dict(zip(table.columns, table.values.T, strict=True))
    question = _with_quotas(question, columns, quota, second_quota)
    places = Places(table.file, table.lines, row_numbers(table))
    with progress_bar("Influence") as bar:
        found = answer_influence(
            question, {**table.texts, **columns}, places, progress=lambda done, total: bar(done, total, "steps")
        )
    for remark in table.remarks:
        typer.echo(f"{table.file}: {remark}.", err=True)
    for warning in found.warnings:
        typer.echo(f"Warning: {warning}", err=True)
    record = {**found.as_record(), "remarks": [*table.remarks, *found.remarks], "file": table.file}
    if out is not None:
        notes = [_about(table.file, found), *found.warnings, *_findings(question, found), *_reading(question, found)]
        save(out, Saved({"members": [_flat(member) for member in found.members]}, [*notes, *table.remarks], record))
    if output is OutputFormat.json:
        show(record, output, columns={})
    elif output is OutputFormat.csv:
        for remark in (found.assumption, *found.remarks):
            typer.echo(f"Note: {remark}", err=True)
        show([_flat(member) for member in found.members], output, columns={})
    else:
        _show_table(table.file, question, found)


def _number(text: str, option: str) -> float:
    from verband.errors import BadInputError  # noqa: PLC0415

    if not _NUMBER.fullmatch(text.strip()):
        raise BadInputError(
            f"{text!r} is no number of votes",
            where=option,
            todo="Give a number without a sign for thousands, as in 41"
            + ("; or majority (more than half), or a share as 2/3 or 60%" if "quota" in option else ""),
        )
    if re.fullmatch(r"[+-]?\d{1,3}[.,]\d{3}", text.strip()):
        raise BadInputError(
            f"{text!r} can be thousands or decimals", where=option, todo="Write thousands without a sign, as in 1234"
        )
    return float(text.strip().replace(",", "."))


def _is_share(text: str) -> bool:
    """Whether a quota is asked as a share of all votes."""
    return "/" in text or "%" in text or text.strip().casefold() == "majority"


def _with_quotas(
    question: InfluenceQuestion, columns: dict[str, Any], quota: str, second_quota: str | None
) -> InfluenceQuestion:
    """The question with quotas in votes where they were asked as shares."""
    from verband.analysis.influence import quota_of  # noqa: PLC0415  heavy

    if _is_share(quota):
        question = replace(question, quota=quota_of(quota, columns[question.votes]))
    if second_quota is not None and question.second_votes is not None and _is_share(second_quota):
        second = quota_of(second_quota, columns[question.second_votes], "second quota")
        question = replace(question, second_quota=second)
    return question


def _flat(member: MemberPower) -> dict[str, Any]:
    record = member.as_record()
    for key, ends in (record.pop("interval") or {}).items():
        record |= {f"{key}_low": ends[0], f"{key}_high": ends[1]}
    return record


def _show_table(file: str, question: InfluenceQuestion, found: InfluenceAnswer) -> None:
    headings = {"name": "Member", "votes": "Votes"}
    if found.second_quota is not None:
        headings["second_votes"] = "Second votes"
    headings |= {"votes_part": "Of all votes", "power": "Power", "decides": "Decides"}
    if found.method != "exact":
        headings |= {"low": "At least", "high": "At most"}
    if question.stake is not None:
        headings["pays"] = "Pays"
    rows = [_row(member) for member in found.members]
    for key in ("votes_part", "power", "decides", "low", "high", "pays"):
        width = max(len(row[key]) for row in rows)
        rows = [{**row, key: row[key].rjust(width)} for row in rows]
    show(
        rows,
        OutputFormat.table,
        columns=headings,
        notes=[_about(file, found), *_findings(question, found), *_reading(question, found)],
    )


def _row(member: MemberPower) -> dict[str, Any]:
    low, high = (member.interval or {}).get("shapley_shubik", (member.shapley_shubik,) * 2)
    return {
        "name": member.name + (" (veto)" if member.veto else ""),
        "votes": member.votes,
        "second_votes": member.second_votes,
        "votes_part": percent(member.votes_share),
        "power": percent(member.shapley_shubik),
        "decides": percent(member.banzhaf_absolute),
        "low": percent(low),
        "high": percent(high),
        "pays": percent(member.stake_share),
    }


def percent(value: float | None) -> str:
    """Write a share as the Dutch do, with a digit more where it is small."""
    if value is None:
        return "-"
    if value == 0:
        return "0%"
    if value < 0.0001:
        return "<0,01%"
    return f"{dutch_number(100 * value, digits=1 if value >= 0.01 else 2)}%"


def _about(file: str, found: InfluenceAnswer) -> str:
    second, count = "", len(found.members)
    if found.second_quota is not None:
        total = found.total_second_votes or 0.0
        second = f" and {dutch_number(found.second_quota)} of {dutch_number(total)} second votes"
    how = {
        "exact": "derived, exact",
        "rounded": "estimated from rounded votes",
        "sampled": "estimated from draws",
    }[found.method]
    return (
        f"{file}: {count} member{'' if count == 1 else 's'}; a proposal passes with {dutch_number(found.quota)} of "
        f"{dutch_number(found.total_votes)} votes{second}; {how}."
    )


def _findings(question: InfluenceQuestion, found: InfluenceAnswer) -> list[str]:
    notes = []
    vetoes = [member.name for member in found.members if member.veto]
    if vetoes:
        notes.append(f"No proposal passes without {_names(vetoes)}.")
    if found.without_power:
        many = len(found.without_power) > 1
        notes.append(
            f"Without power: {_names(found.without_power)}. No coalition ever needs {'their' if many else 'its'} votes."
        )
    if question.stake is not None:
        notes += _gap(found)
    if found.smallest_change is not None:
        notes.append(f"Smallest change that matters: {_dutch(found.smallest_change.effect)}")
    return [*notes, *(_dutch(remark) for remark in found.remarks)]


def _gap(found: InfluenceAnswer) -> list[str]:
    """Say whose power is farthest below and above its share of the cost."""
    paying = [(member.shapley_shubik - member.stake_share, member) for member in found.members if member.stake_share]
    if not paying:
        return []
    gap, member = min(paying, key=lambda item: item[0])
    if gap >= -0.0005:
        return ["Nobody has less power than it pays for."]
    return [
        f"Least power for its money: {member.name} pays {percent(member.stake_share)} and has "
        f"{percent(member.shapley_shubik)} of the power."
    ]


def _reading(question: InfluenceQuestion, found: InfluenceAnswer) -> list[str]:
    power = (
        "Power (Shapley-Shubik): chance that a proposal passes just when this member joins, members joining in any "
        "order. Decides (Banzhaf): chance that its votes turn the outcome when all others vote by chance."
    )
    pays = f" Pays: its share of {question.stake}." if question.stake is not None else ""
    ends = " At least, at most: of power." if found.method != "exact" else ""
    return [power + pays + ends, f"Assumed: {found.assumption}", "All digits: --format json."]


def _names(names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def _dutch(text: str) -> str:
    """Decimal commas in a sentence, as in the table above it."""
    return re.sub(r"(?<=\d)\.(?=\d)", ",", text)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(influence)
