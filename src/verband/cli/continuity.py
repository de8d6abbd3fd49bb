"""The command ``continuity``: how often functions are below what they need, alone and pooled, on the user's file."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from verband.cli.continuity_tables import flat, model_rows, notes_of, show_answer
from verband.cli.options import FormatOption, amount, share
from verband.cli.saving import OutOption, Saved, demand_place, save
from verband.cli.show import OutputFormat, show

if TYPE_CHECKING:
    from verband.analysis.continuity import ContinuityAnswer, StaffedFunction


# Columns have fixed names here and a function cannot be left out, so what readers of other tables may do, is no help.
_ADVICE = {
    "Fill it in, or leave such rows out with --set-aside": "Fill it in: how many people hold the function",
    "Give a number, or name another column": "Give a number; an empty cell takes the default, but for holders",
    "Add a row per unit": "Add a row per function",
}


class Model(StrEnum):
    """A special case with a known answer."""

    erlang_b = "erlang-b"
    erlang_c = "erlang-c"
    machine_repair = "machine-repair"
    k_out_of_n = "k-out-of-n"


class HireDelay(StrEnum):
    """Form of the delay of hired staff."""

    fixed = "fixed"
    exponential = "exponential"


def continuity(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FUNCTIONS.csv", help="CSV or XLSX file with a row per function.", show_default=False),
    ] = None,
    pool: Annotated[
        list[Path] | None,
        typer.Option("--pool", metavar="OTHER.csv", help="The file of a partner to pool with; may be given again."),
    ] = None,
    days: Annotated[
        str, typer.Option("--days", metavar="DAYS", help="How likely are gaps longer than this? As in 10,30.")
    ] = "10,30",
    target: Annotated[
        float | None,
        typer.Option(
            "--target", metavar="SHARE", parser=share, help="Least-cost way to this gap share, as 0.01 or 1%."
        ),
    ] = None,
    travel_share: Annotated[
        float,
        typer.Option(
            "--travel-share", metavar="SHARE", parser=share, help="Part of the time of pooled holders lost to travel."
        ),
    ] = 0.0,
    coordination_share: Annotated[
        float,
        typer.Option("--coordination-share", metavar="SHARE", parser=share, help="The same lost to coordination."),
    ] = 0.0,
    hire_delay: Annotated[
        HireDelay, typer.Option("--hire-delay", help="Is hire_after_days fixed, or a mean?")
    ] = HireDelay.fixed,
    holder_cost: Annotated[
        float | None,
        typer.Option(
            "--holder-cost", metavar="EUR", parser=amount, help="Euro per year of a further holder.", show_default=False
        ),
    ] = None,
    deputy_cost: Annotated[
        float | None,
        typer.Option(
            "--deputy-cost", metavar="EUR", parser=amount, help="Euro per year of a further deputy.", show_default=False
        ),
    ] = None,
    pool_cost: Annotated[
        float | None,
        typer.Option(
            "--pool-cost",
            metavar="EUR",
            parser=amount,
            help="Euro per year and partner of pooling a function.",
            show_default=False,
        ),
    ] = None,
    hired_day_cost: Annotated[
        float | None,
        typer.Option(
            "--hired-day-cost",
            metavar="EUR",
            parser=amount,
            help="Euro per day that a gap is bridged.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        Model | None, typer.Option("--model", help="A special case instead of a file.", show_default=False)
    ] = None,
    load: Annotated[float | None, typer.Option("--load", help="Erlang: offered load.", show_default=False)] = None,
    servers: Annotated[int | None, typer.Option("--servers", help="Erlang: servers.", show_default=False)] = None,
    service_rate: Annotated[
        float | None, typer.Option("--service-rate", help="Erlang C: services per time.", show_default=False)
    ] = None,
    machines: Annotated[
        int | None,
        typer.Option("--machines", "--components", help="Repair, k-out-of-n: how many there are.", show_default=False),
    ] = None,
    required: Annotated[
        int | None, typer.Option("--required", help="k-out-of-n: how many must work.", show_default=False)
    ] = None,
    failure_rate: Annotated[
        float | None, typer.Option("--failure-rate", help="Of one machine, per time.", show_default=False)
    ] = None,
    repair_rate: Annotated[
        float | None, typer.Option("--repair-rate", help="Of one repairer, per time.", show_default=False)
    ] = None,
    repairers: Annotated[
        int | None,
        typer.Option("--repairers", help="By default 1 in machine repair, all in k-out-of-n.", show_default=False),
    ] = None,
    output: FormatOption = OutputFormat.table,
    out: OutOption = None,
) -> None:
    """Compute how often and how long functions lack people, alone and pooled.

    Columns: function, holders and, where you know them, required, short_absences_per_year, short_absence_days,
    long_absences_per_year, long_absence_weeks, leaving_per_year, vacancy_days, training_days, deputies,
    hire_after_days, hire_effectiveness, shared_shocks_per_year, shared_shock_days. Missing columns take defaults,
    which are named. `verband template continuity` writes a file to fill in.

    Example: verband continuity functions.csv --pool neighbour.csv --target 1% --out continuity.xlsx
    """
    numbers = {
        "load": load,
        "servers": servers,
        "service-rate": service_rate,
        "machines": machines,
        "required": required,
        "failure-rate": failure_rate,
        "repair-rate": repair_rate,
        "repairers": repairers,
    }
    given = {name: value for name, value in numbers.items() if value is not None}
    demand_place(out)
    if model is not None:
        _model(model.value, file, pool or [], given, output, out)
        return
    _require_file(file, given)
    _require_others([file, *(pool or [])])
    from verband.analysis.continuity import ContinuityQuestion, answer_continuity  # noqa: PLC0415  heavy
    from verband.analysis.continuity_target import Prices  # noqa: PLC0415  heavy

    form: Literal["fixed", "exponential"] = hire_delay.value
    question = ContinuityQuestion(
        days=_days(days),
        target=target,
        travel_share=travel_share,
        coordination_share=coordination_share,
        hire_delay=form,
        prices=Prices(holder=holder_cost, deputy=deputy_cost, pool=pool_cost, hired_day=hired_day_cost),
    )
    files = [file, *(pool or [])]
    tables, remarks = zip(*(_read(path) for path in files if path is not None), strict=True)
    found = answer_continuity(question, tables[0], tables[1:])
    said = [remark for each in remarks for remark in each]
    for remark in said:
        typer.echo(remark, err=True)
    names = [path.name for path in files if path is not None]
    record = found.as_record()
    record |= {"remarks": [*said, *record["remarks"]], "files": names}
    if out is not None:
        save(out, Saved(_sheets(found), [*notes_of(found, names), *said], record))
    if output is OutputFormat.json:
        show(record, output, columns={})
    elif output is OutputFormat.csv:
        for remark in found.remarks:
            typer.echo(f"Note: {remark}", err=True)
        for item in found.defaults:
            default = item.default
            typer.echo(f"Default: {default.column} {default.value} ({default.kind}; {default.source}).", err=True)
        show([flat(item) for item in (found.together or found.own).functions], output, columns={})
    else:
        show_answer(found, names)


def _require_file(file: Path | None, given: dict[str, Any]) -> None:
    from verband.errors import BadInputError  # noqa: PLC0415

    if given:
        raise BadInputError(f"--{next(iter(given))} belongs to a special case", todo="Give --model with it")
    if file is None:
        raise BadInputError("no file is given", todo="Give a CSV file of functions, or --model for a special case")


def _require_others(files: Sequence[Path | None]) -> None:
    """Refuse a file that is pooled with itself: its people would count twice."""
    from verband.errors import BadInputError  # noqa: PLC0415

    seen = set()
    for path in files:
        place = None if path is None else path.resolve()
        if place in seen:
            raise BadInputError(
                "the file is given twice, and its people would count twice",
                where=str(path),
                todo="Give --pool the file of another municipality",
            )
        seen.add(place)


def _sheets(found: ContinuityAnswer) -> dict[str, list[dict[str, Any]]]:
    sheets = {"functions": [flat(item) for item in (found.together or found.own).functions]}
    if found.together is not None:
        sheets["alone"] = [flat(item) for item in found.own.functions]
    if found.target is not None:
        sheets["target"] = [
            {
                "function": item.function,
                "gap_share_now": item.gap_share,
                **(
                    {}
                    if (way := item.way) is None
                    else {
                        "more_holders": way.holders,
                        "more_deputies": way.deputies,
                        "hired_staff": way.hire,
                        "pool": way.pool,
                        "gap_share_then": way.gap_share,
                        "cost_eur_per_year": way.cost_eur_per_year,
                    }
                ),
                "reason": item.reason,
                "kind": "assumed",
            }
            for item in found.target.functions
        ]
        sheets["prices"] = [dict(item) for item in found.target.prices]
    sheets["defaults"] = [item.as_record() for item in found.defaults]
    return sheets


def _days(text: str) -> tuple[float, ...]:
    from verband.errors import BadInputError  # noqa: PLC0415

    found = []
    for word in text.split(","):
        try:
            found.append(float(word))
        except ValueError:
            raise BadInputError(
                f"{word.strip()[:40]!r} in --days is no number", todo="Write numbers with commas, as in 10,30"
            ) from None
    return tuple(found)


def _read(path: Path) -> tuple[tuple[StaffedFunction, ...], list[str]]:
    """Functions of a file, and what was read in another way than plain."""
    from verband.analysis.continuity_question import (  # noqa: PLC0415
        functions_from,
        optional_columns,
        strange_columns,
    )
    from verband.analysis.own_columns import Places  # noqa: PLC0415
    from verband.errors import BadInputError  # noqa: PLC0415
    from verband.sources.own_numbers import read_numbers  # noqa: PLC0415

    try:
        table = read_numbers(path, ("holders",), texts=("function",), optional=optional_columns(), command="continuity")
    except BadInputError as error:
        todo = _ADVICE.get(error.todo)
        if todo is None:
            raise
        raise BadInputError(error.what, where=error.where, todo=todo) from error
    try:
        strange = strange_columns(table.header)
    except BadInputError as error:
        raise BadInputError(error.what, where=f"{table.file}, line 1", todo=error.todo) from error
    columns: dict[str, Any] = dict(zip(table.columns, table.values.T, strict=True))
    functions = functions_from({**columns, **table.texts}, Places(table.file, table.lines))
    return functions, [f"{table.file}: {remark}." for remark in (*table.remarks, *strange)]


def _model(
    name: str,
    file: Path | None,
    pool: Sequence[Path],
    given: dict[str, Any],
    output: OutputFormat,
    out: Path | None,
) -> None:
    from verband.analysis.continuity_models import special_model  # noqa: PLC0415  heavy
    from verband.errors import BadInputError  # noqa: PLC0415

    if file is not None or pool:
        raise BadInputError("a special case takes no file", todo="Give either a file or --model")
    found = special_model(name, given)
    if out is not None:
        save(out, Saved({"model": model_rows(found)}, [f"Special case {name}; derived."], found))
    if output is OutputFormat.table:
        show(model_rows(found), output, columns={"what": "", "value": "Value"})
    else:
        show(found, output, columns={})


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(continuity)
