"""The command ``functions``: how many functions rest on one, and on two, people, alone and with partners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verband.cli.answers import Report, ReportOption
from verband.cli.options import FormatOption, MunicipalityArgument, WorkspaceOption
from verband.cli.place import workspace_at
from verband.cli.saving import OutOption, Saved, demand_place, save
from verband.cli.show import OutputFormat, dutch_number, show
from verband.errors import UnknownNameError

if TYPE_CHECKING:
    from verband.analysis.function_staffing import (
        Expected,
        FunctionResult,
        FunctionStaffing,
        MunicipalFunctions,
        Resting,
    )
    from verband.domain.function import Range
    from verband.workspace.function_staffing import FunctionAnswer

_LEAST_SHOWN = 0.1
"""The table leaves out functions that are less likely than this to rest on one or two people."""


def functions(
    municipality: MunicipalityArgument,
    partners: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="NAMES", help="Partners to pool with, between commas, in quotes."),
    ] = None,
    year: Annotated[int | None, typer.Option("--year", help="Year of the own pay; the latest by default.")] = None,
    report: ReportOption = Report.accounts,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws.")] = 1,
    output: FormatOption = OutputFormat.table,
    out: OutOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Estimate how many functions rest on one or two people.

    From own pay per task and the usual size of functions: a model result, no staff list.

    Example: verband functions Aalten --with "Winterswijk,Oost Gelre"
    """
    demand_place(out)
    try:
        found = workspace_at(workspace).functions(
            " ".join(municipality), partners=partners or (), year=year, report=report.value, seed=seed
        )
    except UnknownNameError as error:
        if partners and len(municipality) > 1:
            # A name of two words without quotes leaves its second word with the municipality.
            before = error.todo if error.todo.endswith(("?", ".")) else f"{error.todo}."
            todo = f'{before} Names of several words after --with need quotes: --with "Winterswijk,Oost Gelre"'
            raise UnknownNameError(error.what, where=error.where, todo=todo) from error
        raise
    for sentence in found.led_from:
        typer.echo(sentence, err=True)
    if out is not None:
        save(out, Saved({"functions": _rows(found), "numbers": _numbers(found)}, _notes(found), _whole(found)))
    if output is OutputFormat.json:
        show(_whole(found), output, columns={})
    elif output is OutputFormat.csv:
        show(_rows(found), output, columns={})
    else:
        _tables(found)


def _expected(value: Expected | None) -> dict[str, float] | None:
    return None if value is None else {"mean": value.mean, "low": value.low, "high": value.high}


def _resting(value: Resting | None) -> dict[str, Any] | None:
    return None if value is None else {"one": _expected(value.one), "two": _expected(value.two)}


def _range(value: Range) -> dict[str, float]:
    return {"low": value.low, "mid": value.mid, "high": value.high}


def _function(item: FunctionResult) -> dict[str, Any]:
    function = item.function
    return {
        "function": function.code,
        "name": function.name_nl,
        "name_en": function.name_en,
        "field": function.field,
        "task": function.task,
        "legal_basis": function.legal_basis or None,
        "chance_own": item.chance_own,
        "fte": _expected(item.fte),
        "holders": _expected(item.holders),
        "chance_one": item.chance_one,
        "chance_two": item.chance_two,
        "chance_joint": item.chance_joint,
        "pooled_chance_one": item.pooled_chance_one,
        "pooled_chance_two": item.pooled_chance_two,
        "shareable": function.shareable,
        "not_with": list(function.not_with),
        "least_holders": function.least_holders,
        "deputy_by_law": function.deputy_by_law,
        "critical": function.critical,
        "usual_fte_20000": _range(function.fte),
        "certainty": function.certainty,
        "fte_certainty": function.fte_certainty,
        "source": function.source,
        "kind": "estimated",
    }


def _member(item: MunicipalFunctions) -> dict[str, Any]:
    return {
        "code": item.own.code,
        "name": item.own.name,
        "inhabitants": item.own.inhabitants,
        "set_apart": item.set_apart,
        "partly_joint": item.own.partly_joint,
        "pay_spread": item.pay.spread,
        "support_share": item.pay.support_share,
        "fte": _expected(item.fte),
        "alone": _resting(item.alone),
        "pooled": _resting(item.pooled),
        "change": _resting(item.change),
        "fields": [
            {
                "field": one.field.code,
                "name": one.field.name_nl,
                "pay_keur": one.pay_keur,
                "fte": one.fte,
                "usual_fte": one.usual_fte,
                "elsewhere": one.elsewhere,
                "kind": "assumed" if item.pay.spread else "estimated",
            }
            for one in item.pay.fields
        ],
        "functions": [_function(one) for one in item.functions],
        "kind": "estimated",
    }


def _whole(found: FunctionAnswer) -> dict[str, Any]:
    result = found.result
    together = result.together
    return {
        "code": found.code,
        "name": found.name,
        "year": found.year,
        "report": found.report,
        "municipalities": [_member(item) for item in result.municipalities],
        "together": None
        if together is None
        else {
            "members": list(together.members),
            "alone": _resting(together.alone),
            "pooled": _resting(together.pooled),
            "change": _resting(together.change),
            "if_all_stay": _resting(together.if_all_stay),
        },
        "level": result.level,
        "draws": result.draws,
        "seed": result.seed,
        "assumptions": [
            {
                "name": item.name,
                **_range(item.value),
                "unit": item.unit,
                "reason": item.reason,
                "source": item.source,
                "certainty": item.certainty,
                "kind": "assumed",
            }
            for item in result.assumptions
        ],
        "notes": _notes(found),
        "source": found.source,
        "kind": result.kind,
    }


def _rows(found: FunctionAnswer) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for member in found.result.municipalities:
        whose = {"code": member.own.code, "municipality": member.own.name, "year": found.year}
        if member.set_apart:
            rows.append({**whose, "set_apart": member.set_apart})
        for item in member.functions:
            row = _function(item)
            for key in ("fte", "holders"):
                value = row.pop(key) or {"mean": None, "low": None, "high": None}
                row |= {f"{key}_{end}": figure for end, figure in value.items()}
            row |= {f"usual_fte_20000_{end}": value for end, value in row.pop("usual_fte_20000").items()}
            rows.append({**whose, "set_apart": None, **row})
    return rows


def _numbers(found: FunctionAnswer) -> list[dict[str, Any]]:
    """A row per municipality and way of working: how many functions rest on one and on two people."""
    result = found.result
    situations: list[tuple[str, str, Resting | None]] = []
    for item in result.municipalities:
        situations += [(item.own.name, "alone", item.alone), (item.own.name, "pooled", item.pooled)]
    if result.together is not None:
        situations += [("together", "alone", result.together.alone), ("together", "pooled", result.together.pooled)]
    rows = []
    for name, how, value in situations:
        if value is not None:
            ends = {
                f"on_{people}_{end}": figure
                for people, expected in (("one", value.one), ("two", value.two))
                for end, figure in (_expected(expected) or {}).items()
            }
            rows.append({"municipality": name, "how": how, **ends, "level": result.level, "kind": result.kind})
    return rows


def _tables(found: FunctionAnswer) -> None:
    result = found.result
    first = result.municipalities[0]
    rows = [row for item in result.municipalities for row in _situations(item)]
    if (together := result.together) is not None:
        rows.append({"name": "Together", "situation": "alone", **_pair(together.alone)})
        rows.append({"name": "", "situation": "pooled", **_pair(together.pooled)})
    columns = {"name": "Municipality", "situation": "How", "fte": "Own FTE", "one": "On one person", "two": "On two"}
    if together is None:
        del columns["situation"]
    show(rows, OutputFormat.table, columns=columns, notes=_notes(found))
    listed = [item for item in first.functions if item.chance_one + item.chance_two >= _LEAST_SHOWN]
    if not listed:
        return
    typer.echo()
    columns = {"name": "Function", "fte": "FTE", "holders": "Holders", "one": "On one", "two": "On two"}
    if first.pooled is not None:
        columns["pooled_one"] = "Pooled: on one"
    show([_line(item) for item in listed], OutputFormat.table, columns=columns, notes=_under(first, len(listed)))


def _situations(item: MunicipalFunctions) -> list[dict[str, Any]]:
    if item.alone is None:
        return [{"name": item.own.name, "situation": "set apart"}]
    rows = [{"name": item.own.name, "situation": "alone", "fte": _interval(item.fte, 0), **_pair(item.alone)}]
    if item.pooled is not None:
        rows.append({"name": "", "situation": "pooled", **_pair(item.pooled)})
    return rows


def _line(item: FunctionResult) -> dict[str, Any]:
    return {
        "name": item.function.name_nl,
        "fte": None if item.fte is None else item.fte.mean,
        "holders": None if item.holders is None else _span(item.holders),
        "one": _percent(item.chance_one),
        "two": _percent(item.chance_two),
        "pooled_one": _percent(item.pooled_chance_one),
    }


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{value:>4.0%}"


def _span(value: Expected) -> str:
    low, high = (dutch_number(round(end)) for end in (value.low, value.high))
    return low if low == high else f"{low}-{high}"


def _pair(value: Resting) -> dict[str, str | None]:
    return {"one": _interval(value.one, 1), "two": _interval(value.two, 1)}


def _interval(value: Expected | None, digits: int) -> str | None:
    if value is None:
        return None
    low, high = (dutch_number(round(end)) for end in (value.low, value.high))
    return f"{dutch_number(value.mean, digits=digits)} ({low}-{high})"


def _under(member: MunicipalFunctions, listed: int) -> list[str]:
    left = len(member.functions) - listed
    return [
        f"{member.own.name}, function by function: FTE and holders where its own staff does it; chance that it rests "
        "on one person or on two. The rest is three or more, or work done elsewhere.",
        f"{left} more core functions rest on three or more people or are hardly ever done with own staff; "
        "legal basis and all figures: --format json, or --out FILE.xlsx.",
    ]


def _notes(found: FunctionAnswer) -> list[str]:
    from verband.analysis.function_staffing import MODEL_RESULT  # noqa: PLC0415  heavy, and only for answers

    result = found.result
    first = result.municipalities[0]
    what = "Accounts" if found.report == "accounts" else "Budget (vacancies included)"
    notes = [f"{what} {found.year}, own pay per task (Iv3 L1.1). Source: {found.source}. Estimated, 80% intervals."]
    if first.alone is not None:
        notes.append(
            f"Of {len(first.functions)} core functions, about {_number(first.alone.one.mean)} rest on one person in "
            f"{found.name} and {_number(first.alone.two.mean)} on two people: two holders, or one with a deputy."
        )
    notes += [f"{item.own.name}: {item.set_apart}. No figures." for item in result.municipalities if item.set_apart]
    notes += [sentence for item in result.municipalities if not item.set_apart for sentence in _doubts(item)]
    if result.together is not None:
        kept = [item.function.name_nl for item in first.functions if not item.function.shareable]
        notes.append(
            "Pooled: work adds up on functions that may be shared, and a joint function counts once in Together. "
            f"If every holder keeps the work, {_number(result.together.if_all_stay.one.mean)} are left on one."
        )
        if kept:
            notes.append(f"Never shared: {', '.join(kept)}.")
    if any(item.alone is not None for item in result.municipalities):
        notes += [MODEL_RESULT, *_assumed(result)]
    return notes


def _doubts(item: MunicipalFunctions) -> list[str]:
    sentences = []
    if away := [one.field.name_en for one in item.pay.fields if one.elsewhere]:
        sentences.append(
            f"{item.own.name}: hardly any own pay, so done elsewhere and not counted: {', '.join(away).lower()}."
        )
    if item.pay.spread and item.pay.support_share is not None:
        much = f"{item.pay.support_share:.0%}" if item.pay.support_share > 0.5 else "hardly any"
        sentences.append(
            f"{item.own.name} books {much} of its pay on overhead, so pay does not show who works where: it was spread "
            "over the fields by their usual size (assumed)."
        )
    if item.own.partly_joint:
        sentences.append(f"{item.own.name}: own pay is low, so a part of the organisation is elsewhere.")
    return sentences


def _assumed(result: FunctionStaffing) -> Sequence[str]:
    values = {item.name: item.value for item in result.assumptions}
    pay, holder, deputy = (values[name] for name in ("pay_per_fte", "fte_per_holder", "deputy_chance"))
    return [
        f"Assumed: {dutch_number(pay.mid)} euro per FTE ({dutch_number(pay.low)} to {dutch_number(pay.high)}), "
        f"{_number(holder.mid)} FTE of a function per holder ({_number(holder.low)} to {_number(holder.high)}), a "
        f"deputy for {deputy.mid:.0%} of single holders ({deputy.low:.0%} to {deputy.high:.0%}), and the usual size of "
        "each function."
    ]


def _number(value: float) -> str:
    return dutch_number(value, digits=1)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(functions)
