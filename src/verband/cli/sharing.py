"""The command ``share``: who pays what under each key, and who would be better off leaving."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verband.cli.options import FormatOption, WorkspaceOption, amount
from verband.cli.own_table import column_names
from verband.cli.place import workspace_at
from verband.cli.progress import progress_bar
from verband.cli.saving import OutOption, Saved, demand_place, save
from verband.cli.sharing_tables import notes_of_game, notes_of_keys, rows_of_keys, show_sharing, show_task
from verband.cli.show import OutputFormat, show

if TYPE_CHECKING:
    from verband.analysis.sharing import SharedGame, SharingAnswer
    from verband.sources.game_files import GameFile


def share(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[GAME]", help="CSV or XLSX with a row per coalition, or JSON with a formula or a table."
        ),
    ] = None,
    benefit: Annotated[
        bool, typer.Option("--benefit", help="Worth is shared (column or key worth), not cost.")
    ] = False,
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            metavar="KEY",
            help="equal, weight, stand-alone, scrb, shapley, nucleolus, prenucleolus, per-capita-nucleolus, "
            "least-core, tau or all (the default). Several with commas between, or given again.",
        ),
    ] = None,
    round_to: Annotated[
        float | None,
        typer.Option("--round", metavar="UNIT", parser=amount, help="Also in whole units, as 0.01, that add up."),
    ] = None,
    unit: Annotated[
        float | None,
        typer.Option(
            "--unit",
            metavar="UNIT",
            parser=amount,
            help="Shapley value of a formula: round weights to this, with a bound.",
        ),
    ] = None,
    orders: Annotated[
        int | None, typer.Option("--orders", help="Shapley value of a formula: estimate it from so many random orders.")
    ] = None,
    task: Annotated[
        str | None,
        typer.Option("--task", help="Instead of GAME: the modelled cost of this Iv3 task, between --members."),
    ] = None,
    members: Annotated[
        str | None, typer.Option("--members", metavar="NAMES", help="Municipalities that share --task, as A,B,C.")
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", help="Of random orders and draws: the same seed, the same answer.")
    ] = 1,
    output: FormatOption = OutputFormat.table,
    out: OutOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Share a cost (or worth) fairly, and see who would be better off leaving.

    Columns of the file: coalition (as A+B), cost, and for single members weight and today; `verband template share`
    writes one to fill in. The csv holds a row per key and member, the json everything.

    Example: verband share game.csv --method shapley --method nucleolus --round 0.01

    Example: verband share --task 7.3 --members Aalten,Winterswijk
    """
    demand_place(out)
    keys = [key.strip() for word in method or ["all"] for key in word.split(",")]
    methods: Sequence[str] | str = "all" if "all" in keys else list(dict.fromkeys(keys))
    if task is not None or members is not None:
        _demand_task(file, task, members, benefit=benefit, unit=unit, orders=orders)
        _share_task(task or "", column_names(members or ""), methods, round_to, seed, output, out, workspace)
        return
    from verband.analysis.sharing import share as shared  # noqa: PLC0415  heavy
    from verband.errors import BadInputError  # noqa: PLC0415
    from verband.sources.game_files import read_game  # noqa: PLC0415  heavy

    if file is None:
        raise BadInputError("no game is given", todo="Name a file with a game, or --task with --members")
    with progress_bar("Sharing") as bar:
        given = read_game(file, benefit=benefit)
        found = shared(_game(given), methods, round_to=round_to, unit=unit, orders=orders, seed=seed, progress=bar)
    for remark in given.remarks:
        typer.echo(f"{given.file}: {remark}.", err=True)
    record = {**found.as_record(), "remarks": [*given.remarks, *found.remarks], "file": given.file}
    if out is not None:
        save(out, _saved(given.file, found, record, given.remarks))
    if output is OutputFormat.json:
        show(record, output, columns={})
    elif output is OutputFormat.csv:
        _show_csv(found)
    else:
        show_sharing(given.file, found)


def _demand_task(
    file: Path | None, task: str | None, members: str | None, *, benefit: bool, unit: float | None, orders: int | None
) -> None:
    from verband.errors import BadInputError  # noqa: PLC0415

    if file is not None:
        raise BadInputError("a file and a task are both given", todo="Leave one of them out")
    if task is None or members is None:
        raise BadInputError("--task and --members go together", todo="Give both")
    if benefit or unit is not None or orders is not None:
        raise BadInputError("--benefit, --unit and --orders are for a file", todo="Leave them out")


def _share_task(
    task: str,
    members: Sequence[str],
    methods: Sequence[str] | str,
    round_to: float | None,
    seed: int,
    output: OutputFormat,
    out: Path | None,
    workspace: Path | None,
) -> None:
    with progress_bar("Sharing") as bar:
        found = workspace_at(workspace).share_task(
            task, members, methods=methods, round_to=round_to, seed=seed, progress=bar
        )
    for sentence in found.led_from:
        typer.echo(sentence, err=True)
    if out is not None:
        whose = f"Task {found.scale.task}, {found.result.year}, in euro"
        save(out, _saved(whose, found.result.own, found.as_record(), [f"{flag}." for flag in found.scale.flags]))
    if output is OutputFormat.json:
        show(found.as_record(), output, columns={})
    elif output is OutputFormat.csv:
        _show_csv(found.result.own)
    else:
        show_task(found)


def _game(given: GameFile) -> SharedGame:
    from verband.analysis.sharing import array_game, formula_game  # noqa: PLC0415  heavy

    def named(values: Any) -> dict[str, float] | None:  # noqa: ANN401  an array, which is heavy to name here
        return None if values is None else dict(zip(given.members, values.tolist(), strict=True))

    weights, today = named(given.weights), named(given.today)
    if given.values is not None:
        return array_game(
            given.members, given.values, benefit=given.benefit, weights=weights, today=today, where=given.file
        )
    return formula_game(
        weights or list(given.members),
        given.formula or "",
        given.parameters,
        benefit=given.benefit,
        today=today,
        where=given.where,
    )


def _saved(whose: str, found: SharingAnswer, record: dict[str, Any], remarks: Sequence[str]) -> Saved:
    sheets = {"shares": list(_flat(found)), "keys": rows_of_keys(found)}
    return Saved(sheets, [*notes_of_game(whose, found), *remarks], record)


def _show_csv(found: SharingAnswer) -> None:
    for remark in notes_of_keys(found):
        typer.echo(f"Note: {remark}", err=True)
    show(list(_flat(found)), OutputFormat.csv, columns={})


def _flat(found: SharingAnswer) -> Iterator[dict[str, Any]]:
    """A row per key and member."""
    for key, answer in found.methods.items():
        for name in found.members:
            row: dict[str, Any] = {"method": key, "member": name}
            for column in ("shares", "shares_rounded", "individual_gain", "change_from_today"):
                values = getattr(answer, column)
                row[column.replace("shares", "share")] = None if values is None else values[name]
            low, high = (None, None) if answer.interval is None else answer.interval[name]
            yield row | {
                "low": low,
                "high": high,
                "in_core": answer.in_core,
                "reason": answer.reason,
                "kind": found.kind,
            }


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(share)
