"""The command ``event-study``: effects of a treatment that starts at different times, on the user's own table."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from verband.cli.options import FormatOption
from verband.cli.own_table import column_names, row_numbers
from verband.cli.remarks import say_remarks
from verband.cli.show import OutputFormat, dutch_number, show

if TYPE_CHECKING:
    from verband.analysis.event_study import Effect, EventStudy

_SMALL = 0.001
_DIGITS = 4
_HEADINGS = {
    "estimate": "Effect",
    "se": "Error",
    "low": "Low",
    "high": "High",
    "band_low": "Band low",
    "band_high": "Band high",
    "n_treated": "Treated",
}


class Control(StrEnum):
    """Whom treated units are compared with."""

    never = "never"
    not_yet = "not-yet"


class EffectsFrom(StrEnum):
    """Where averages of effects begin."""

    start = "start"
    anticipation = "anticipation"


class Base(StrEnum):
    """What periods before the start are compared with."""

    varying = "varying"
    universal = "universal"


class Method(StrEnum):
    """How covariates are used."""

    doubly_robust = "doubly-robust"
    regression = "regression"


def event_study(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX file, a row per unit and period.")],
    unit: Annotated[str, typer.Option("--unit", metavar="COLUMN", help="Name of the unit.")],
    time: Annotated[str, typer.Option("--time", metavar="COLUMN", help="Period, a whole number such as a year.")],
    start: Annotated[
        str,
        typer.Option("--start", metavar="COLUMN", help="First treated period; empty, 0 or never: never treated."),
    ],
    outcome: Annotated[str, typer.Option("--outcome", metavar="COLUMN", help="The outcome.")],
    covariates: Annotated[
        str | None, typer.Option("--covariates", metavar="COLUMNS", help="Held at their value before. As in a,b.")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="COLUMN", help="Group of units that go together, such as a merger."),
    ] = None,
    control: Annotated[
        Control, typer.Option("--control", help="Compare with units never treated, or also not yet treated.")
    ] = Control.never,
    anticipation: Annotated[
        int, typer.Option("--anticipation", metavar="PERIODS", help="Periods before the start that may be affected.")
    ] = 0,
    effects_from: Annotated[
        EffectsFrom,
        typer.Option("--effects-from", help="First period in averages; anticipation for units that vanish."),
    ] = EffectsFrom.start,
    base: Annotated[
        Base, typer.Option("--base", help="Periods before: against the one before each, or all against the last.")
    ] = Base.varying,
    method: Annotated[
        Method | None,
        typer.Option(
            "--method", help="How covariates are used; by default what the numbers allow.", show_default=False
        ),
    ] = None,
    draws: Annotated[int, typer.Option("--draws", help="Draws of the tests for few clusters.")] = 999,
    seed: Annotated[int, typer.Option("--seed", help="Of everything random.")] = 0,
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Leave rows out that lack a number, by name; refused else.")
    ] = False,
    output: FormatOption = OutputFormat.table,
) -> None:
    """Estimate what a treatment does that starts at different times, on your own file.

    Per cohort and time (Callaway and Sant'Anna, 2021), by distance from the start, and on average.

    Example: verband event-study counties.csv --unit county --time year --start first --outcome jobs
    """
    from verband.analysis.event_study import EventStudyQuestion, Places, answer_event_study  # noqa: PLC0415  heavy
    from verband.sources.own_numbers import read_numbers  # noqa: PLC0415  heavy

    compared: dict[str, Literal["never", "not-yet"]] = {"never": "never", "not-yet": "not-yet"}
    question = EventStudyQuestion(
        unit=unit,
        time=time,
        start=start,
        outcome=outcome,
        covariates=() if covariates is None else column_names(covariates),
        cluster=cluster,
        control=compared[control.value],
        anticipation=anticipation,
        effects_from="start" if effects_from is EffectsFrom.start else "anticipation",
        base="varying" if base is Base.varying else "universal",
        method=None if method is None else ("regression" if method is Method.regression else "doubly-robust"),
        draws=draws,
        seed=seed,
    )
    table = read_numbers(file, question.numbers, name=unit, texts=question.texts, set_aside=set_aside)
    columns: dict[str, Any] = dict(zip(table.columns, table.values.T, strict=True))
    found = answer_event_study(
        question, {**columns, **table.texts}, Places(table.file, table.lines, row_numbers(table))
    )
    rows_aside: list[dict[str, Any]] = [
        {"line": line, "unit": name, "reason": reason} for line, name, reason in table.set_aside
    ]
    aside = [*rows_aside, *({"line": None, "unit": item.unit, "reason": item.reason} for item in found.set_aside)]
    told = [(item["line"], item["unit"], item["reason"]) for item in aside]
    say_remarks(table.file, table.remarks, told, found.warnings)
    if output is OutputFormat.json:
        show(
            {**found.as_record(), "file": table.file, "remarks": list(table.remarks), "set_aside": aside},
            output,
            columns={},
        )
    elif output is OutputFormat.csv:
        show(found.rows(), output, columns={})
    else:
        _show_tables(outcome, table.file, found)


def _show_tables(outcome: str, file: str, found: EventStudy) -> None:
    effects = [item.effect for item in found.dynamic]
    rows = [
        {"distance": str(item.event_time), **cells} for item, cells in zip(found.dynamic, _cells(effects), strict=True)
    ]
    show(
        rows,
        OutputFormat.table,
        columns={"distance": "From start", **_HEADINGS},
        notes=["", _sentence("Effect on average (each treated unit and period counts)", found.simple, found.level), ""],
    )
    effects = [item.effect for item in found.group]
    rows = [{"group": str(item.group), **cells} for item, cells in zip(found.group, _cells(effects), strict=True)]
    show(rows, OutputFormat.table, columns={"group": "Start", **_HEADINGS}, notes=["", *_notes(outcome, file, found)])


def _notes(outcome: str, file: str, found: EventStudy) -> list[str]:
    compared = "never treated" if found.control == "never" else "not treated yet"
    ahead = f"; effects may begin {found.anticipation} before the start" if found.anticipation else ""
    notes = [
        f"Outcome {outcome}; {found.n_observations} rows of {file}: {found.n_treated_units} treated of {found.n_units} "
        f"units, {found.n_treated_clusters} treated of {found.n_clusters} clusters; compared with units {compared}, "
        f"{found.method}{ahead}. {found.kind.capitalize()}.",
        f"Errors: {found.inference}. Intervals and bands at {found.level:.0%}; a band holds all effects of its table.",
        _sentence("Mean over distances from the start", found.dynamic_overall, found.level),
        _sentence("Mean over cohorts", found.group_overall, found.level),
        f"Before the start{_p(found.pre_trend.p_value)}: {found.pre_trend.reading}",
    ]
    shown = [*(item.effect for item in found.dynamic), *(item.effect for item in found.group)]
    if any(effect.se is None for effect in shown):
        notes.append("A dash: one treated cluster, so the error cannot be told from the data.")
    if found.few_clusters is not None:
        few = found.few_clusters
        low, high = few.randomisation_low, few.randomisation_high
        if few.randomisation_p_value is not None:
            between = "" if low is None or high is None else f"; not rejected: {_number(low)} to {_number(high)}"
            notes.append(
                f"Average effect, starts dealt out anew among clusters: p {_p_text(few.randomisation_p_value)}"
                f"{between}."
            )
        if few.wild_p_value is not None:
            notes.append(f"Average effect, wild cluster bootstrap: p {_p_text(few.wild_p_value)}.")
        notes += few.notes
    for item in found.leave_one_out:
        notes.append(
            f"Average effect without one {'cohort' if item.what == 'group' else item.what} in turn ({item.n}): from "
            f"{_number(item.low)} (without {item.without_low}) to {_number(item.high)} (without {item.without_high})."
        )
    notes += [f"Not estimated: {line}." for line in found.not_estimated]
    return [*notes, "Per cohort and period: --format csv. Everything: --format json."]


def _sentence(what: str, effect: Effect, level: float) -> str:
    if effect.low is None or effect.high is None:
        return f"{what}: {_number(effect.estimate)}; one treated cluster, so its error cannot be told from the data."
    return (
        f"{what}: {_number(effect.estimate)} ({level:.0%} interval {_number(effect.low)} to "
        f"{_number(effect.high)}{'' if effect.p_value is None else f'; p {_p_text(effect.p_value)}'})."
    )


def _cells(effects: Sequence[Effect]) -> list[dict[str, str]]:
    """Cells of a table with the same decimals throughout, under each other."""
    names = ("estimate", "se", "low", "high", "band_low", "band_high")
    largest = max((abs(getattr(effect, name) or 0.0) for effect in effects for name in names), default=0.0)
    digits = _digits(largest)
    columns = {
        name: [
            "-" if (value := getattr(item, name)) is None else dutch_number(value, digits=digits) for item in effects
        ]
        for name in names
    }
    widths = {name: max(map(len, texts)) for name, texts in columns.items()}
    return [
        {**{name: texts[row].rjust(widths[name]) for name, texts in columns.items()}, "n_treated": str(item.n_treated)}
        for row, item in enumerate(effects)
    ]


def _digits(size: float) -> int:
    return 0 if size >= 1000 else 2 if size >= 10 else _DIGITS


def _number(value: float | None) -> str:
    """Four decimals, fewer for large numbers, and the power of ten where four show nothing."""
    if value is None:
        return "-"
    if 0 < abs(value) < _SMALL:
        return f"{value:.3e}".replace(".", ",")
    return dutch_number(value, digits=_digits(abs(value)))


def _p(value: float | None) -> str:
    return "" if value is None else f" (p {_p_text(value)})"


def _p_text(value: float) -> str:
    return "below 0,001" if value < _SMALL else dutch_number(value, digits=3)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command(name="event-study")(event_study)
