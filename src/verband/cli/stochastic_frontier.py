"""The command ``sfa``: a stochastic frontier on the user's own table of numbers."""

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
    from verband.analysis.stochastic_frontier import SfaAnswer, SfaQuestion
    from verband.sources.own_numbers import NumberTable

_MEANING = {
    "sigma_sq": "sigma_sq: sigma_u^2 + sigma_v^2",
    "gamma": "gamma: sigma_u^2 / sigma_sq",
    "mu": "mu: mean before truncation",
    "eta": "eta: fall of inefficiency per unit of time",
}
_SMALL = 0.001
"""Below this size a number is written with its power of ten."""


class Distribution(StrEnum):
    """Of the inefficiency."""

    half_normal = "half-normal"
    truncated_normal = "truncated-normal"
    exponential = "exponential"


def sfa(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV file with a row per unit, or per unit and period.")],
    y: Annotated[str, typer.Option("--y", metavar="COLUMN", help="Output; with --cost the cost.")],
    x: Annotated[
        str, typer.Option("--x", metavar="COLUMNS", help="Inputs; with --cost outputs and prices. As in k,l.")
    ],
    log: Annotated[bool, typer.Option("--log", help="Take the logarithms of y and x; they are given else.")] = False,
    cost: Annotated[bool, typer.Option("--cost", help="A cost frontier: inefficiency raises y.")] = False,
    distribution: Annotated[
        Distribution | None,
        typer.Option(
            "--distribution",
            help="Of the inefficiency; half-normal by default, truncated normal with --determinants.",
            show_default=False,
        ),
    ] = None,
    id: Annotated[  # noqa: A002  the name of the option
        str | None, typer.Option("--id", metavar="COLUMN", help="Name of the unit, the firm.")
    ] = None,
    time: Annotated[
        str | None,
        typer.Option("--time", metavar="COLUMN", help="Period, a number; with --id: a firm keeps its inefficiency."),
    ] = None,
    decay: Annotated[bool, typer.Option("--decay", help="Inefficiency goes up or down with time.")] = False,
    determinants: Annotated[
        str | None,
        typer.Option("--determinants", metavar="COLUMNS", help="What inefficiency depends on; never in logarithms."),
    ] = None,
    no_determinants_intercept: Annotated[
        bool,
        typer.Option("--no-determinants-intercept", help="The determinants have no intercept of their own."),
    ] = False,
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Leave rows out that lack a number, by name; refused else.")
    ] = False,
    output: FormatOption = OutputFormat.table,
) -> None:
    """Split deviation from a frontier into noise and inefficiency, on your own file.

    Efficiency of each row, and whether there is any inefficiency (SFA). The csv holds the efficiencies, the json
    everything.

    Example: verband sfa firms.csv --y output --x capital,labour --log
    """
    from verband.analysis.stochastic_frontier import Places, SfaQuestion, answer_sfa  # noqa: PLC0415  heavy
    from verband.sources.own_numbers import read_numbers  # noqa: PLC0415  heavy

    shape: Literal["half-normal", "truncated-normal", "exponential"] | None = (
        None if distribution is None else distribution.value
    )
    question = SfaQuestion(
        y=y,
        x=column_names(x),
        log=log,
        cost=cost,
        distribution=shape,
        id=id,
        time=time,
        decay=decay,
        determinants=() if determinants is None else column_names(determinants),
        determinants_intercept=not no_determinants_intercept,
    )
    table = read_numbers(
        file,
        question.numbers,
        name=id,
        texts=() if id is None else (id,),
        above_zero=question.logarithms if set_aside else (),
        set_aside=set_aside,
    )
    columns: dict[str, Any] = dict(zip(table.columns, table.values.T, strict=True))
    places = Places(table.file, table.lines, row_numbers(table))
    found = answer_sfa(question, {**columns, **table.texts}, places)
    aside = [
        {"line": line, "id": None if id is None else name, "reason": reason} for line, name, reason in table.set_aside
    ]
    told = [(line, "the row" if id is None else name, reason) for line, name, reason in table.set_aside]
    say_remarks(table.file, table.remarks, told, found.warnings)
    if output is OutputFormat.json:
        record = {**found.as_record(), "file": table.file, "remarks": list(table.remarks), "set_aside": aside}
        show(record, output, columns={})
    elif output is OutputFormat.csv:
        show([_efficiency(item) for item in found.efficiencies], output, columns={})
    else:
        _show_table(question, table, found)


def _efficiency(item: Any) -> dict[str, Any]:  # noqa: ANN401  a row of the answer
    names = ("id", "time", "efficiency", "low", "high", "cost_ratio")
    return {name: getattr(item, name) for name in names}


def _show_table(question: SfaQuestion, table: NumberTable, found: SfaAnswer) -> None:
    parts = {"sigma_sq": found.sigma_sq, "gamma": found.gamma, "mu": found.mu, "eta": found.eta}
    estimates = {
        **found.coefficients,
        **{f"determinant {name}": item for name, item in (found.determinants or {}).items()},
        **{_MEANING[name]: item for name, item in parts.items() if item is not None},
    }
    values = _aligned([_figure(item.value) for item in estimates.values()])
    errors = _aligned([_figure(item.standard_error) for item in estimates.values()])
    rows = [
        {"name": name, "estimate": value, "se": error}
        for name, value, error in zip(estimates, values, errors, strict=True)
    ]
    show(
        rows,
        OutputFormat.table,
        columns={"name": "Parameter", "estimate": "Estimate", "se": "Standard error"},
        notes=[_about(question, table, found), _conclusion(found), ""],
    )
    own = found.spread
    spread = {
        "what": f"Efficiency of {own.n} {'rows' if own.n == found.n else 'firms'}",
        **{name: _share(getattr(own, name)) for name in ("least", "low", "median", "high", "most")},
        "mean": _share(found.mean_efficiency),
    }
    headings = {"least": "Least", "low": "25%", "median": "Median", "high": "75%", "most": "Most", "mean": "Mean"}
    few = [] if own.median is not None else ["No quartiles: there are too few to tell them."]
    notes = [*few, f"Each with its {found.level:.0%} interval: --format csv. All figures: --format json."]
    show([spread], OutputFormat.table, columns={"what": "", **headings}, notes=notes)


def _about(question: SfaQuestion, table: NumberTable, found: SfaAnswer) -> str:
    kind = "Cost" if found.cost else "Production"
    logs = ", in logarithms" if found.log else ""
    models = {
        "cross-section": "every row its own inefficiency",
        "time-invariant": f"{found.firms} firms that keep their inefficiency (Battese and Coelli, 1992)",
        "time-varying": f"{found.firms} firms with an inefficiency that changes with time (Battese and Coelli, 1992)",
        "determinants": "inefficiency with determinants (Battese and Coelli, 1995)",
    }
    return (
        f"{kind} frontier of {question.y} on {', '.join(question.x)}{logs}; {found.n} rows of {table.file}; "
        f"{models[found.model]}; {found.distribution} distribution; {found.kind}."
    )


def _conclusion(found: SfaAnswer) -> str:
    from verband.analysis.stochastic_frontier import LEVEL  # noqa: PLC0415  heavy

    p = "below 0,001" if found.lr_p_value < _SMALL else dutch_number(found.lr_p_value, digits=3)
    test = (
        f"Log-likelihood {dutch_number(found.log_likelihood, digits=3)}, of least squares "
        f"{dutch_number(found.log_likelihood_ols, digits=3)}. One-sided likelihood ratio test of no inefficiency "
        f"(Kodde and Palm, 1986): {dutch_number(found.lr_statistic, digits=3)} with "
        f"{found.lr_df} {'restriction' if found.lr_df == 1 else 'restrictions'}, p {p}."
    )
    if found.found is None:
        return f"{test} Whether there is inefficiency cannot be told from this fit: see the warnings."
    if found.found:
        return f"{test} Inefficiency was found (at {LEVEL:.0%})."
    return f"{test} No inefficiency was shown (at {LEVEL:.0%}): do not rank by these efficiencies."


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    if 0 < abs(value) < _SMALL:
        return f"{value:.3e}".replace(".", ",")
    return dutch_number(value, digits=4)


def _share(value: float | None) -> str:
    return "-" if value is None else dutch_number(value, digits=3)


def _aligned(texts: Sequence[str]) -> list[str]:
    """Numbers with the same decimals stand under each other."""
    width = max(len(text) for text in texts)
    return [text.rjust(width) for text in texts]


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(sfa)
