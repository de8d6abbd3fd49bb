"""The command ``share``: who pays what under each key, and who would be better off leaving, on the user's own game."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verband.cli.options import FormatOption
from verband.cli.progress import progress_bar
from verband.cli.show import OutputFormat, dutch_number, show

if TYPE_CHECKING:
    from verband.analysis.sharing import KeyAnswer, SharedGame, SharingAnswer
    from verband.sources.game_files import GameFile

_HEADINGS = {
    "equal": "Equal",
    "weight": "Weight",
    "stand-alone": "Stand-alone",
    "scrb": "SCRB",
    "shapley": "Shapley",
    "nucleolus": "Nucleolus",
    "prenucleolus": "Pre-nucleolus",
    "per-capita-nucleolus": "Per capita",
    "least-core": "Least core",
    "tau": "Tau",
}
_KEYS_BESIDE = 5
"""So many keys fit beside the names of members."""


def share(
    file: Annotated[
        Path, typer.Argument(metavar="GAME", help="CSV with a row per coalition, or JSON with a formula or a table.")
    ],
    benefit: Annotated[
        bool, typer.Option("--benefit", help="Worth is shared (column or key worth), not cost.")
    ] = False,
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            metavar="KEY",
            help="equal, weight, stand-alone, scrb, shapley, nucleolus, prenucleolus, per-capita-nucleolus, "
            "least-core, tau or all (the default). May be given again.",
        ),
    ] = None,
    round_to: Annotated[
        float | None, typer.Option("--round", metavar="UNIT", help="Also in whole units, as 0.01, that add up.")
    ] = None,
    unit: Annotated[
        float | None, typer.Option("--unit", help="Shapley value of a formula: round weights to this, with a bound.")
    ] = None,
    orders: Annotated[
        int | None, typer.Option("--orders", help="Shapley value of a formula: estimate it from so many random orders.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the random orders: the same seed, the same answer.")] = 1,
    output: FormatOption = OutputFormat.table,
) -> None:
    """Share a cost (or worth) fairly, and see who would be better off leaving.

    In the CSV: coalition (as A+B), cost, and for single members weight and today. The csv holds a row per key and
    member, the json everything.

    Example: verband share game.csv --method shapley --method nucleolus --round 0.01
    """
    from verband.analysis.sharing import share as shared  # noqa: PLC0415  heavy
    from verband.sources.game_files import read_game  # noqa: PLC0415  heavy

    with progress_bar("Sharing") as bar:
        given = read_game(file, benefit=benefit)
        found = shared(
            _game(given),
            method or "all",
            round_to=round_to,
            unit=unit,
            orders=orders,
            seed=seed,
            progress=bar,
        )
    for remark in given.remarks:
        typer.echo(f"{given.file}: {remark}.", err=True)
    if output is OutputFormat.json:
        record = found.as_record()
        record["remarks"] = [*given.remarks, *found.remarks]
        show({**record, "file": given.file}, output, columns={})
    elif output is OutputFormat.csv:
        for remark in _notes_of(found):
            typer.echo(f"Note: {remark}", err=True)
        show(list(_flat(found)), output, columns={})
    else:
        _show_tables(given.file, found)


def _game(given: GameFile) -> SharedGame:
    from verband.analysis.sharing import array_game, formula_game  # noqa: PLC0415  heavy

    def named(values: Any) -> dict[str, float] | None:  # noqa: ANN401  an array, which is heavy to name here
        return None if values is None else dict(zip(given.members, values.tolist(), strict=True))

    weights, today = named(given.weights), named(given.today)
    if given.values is not None:
        return array_game(
            given.members, given.values, benefit=given.benefit, weights=weights, today=today, where=given.file
        )
    assert given.formula is not None  # noqa: S101  a game has one of the two
    found: SharedGame = formula_game(
        weights or list(given.members),
        given.formula,
        given.parameters,
        benefit=given.benefit,
        today=today,
        where=given.where,
    )
    return found


def _flat(found: SharingAnswer) -> Iterator[dict[str, Any]]:
    """A row per key and member."""
    for key, answer in found.methods.items():
        for name in found.members:
            row: dict[str, Any] = {"method": key, "member": name}
            for column in ("shares", "shares_rounded", "individual_gain", "change_from_today"):
                values = getattr(answer, column)
                row[column.replace("shares", "share")] = None if values is None else values[name]
            low, high = (None, None) if answer.interval is None else answer.interval[name]
            yield row | {"low": low, "high": high, "in_core": answer.in_core, "reason": answer.reason}


def _show_tables(file: str, found: SharingAnswer) -> None:
    keys = [key for key, answer in found.methods.items() if answer.shares is not None]
    rounded = any(answer.shares_rounded is not None for answer in found.methods.values())
    verb = "gets" if found.benefit else "pays"
    for first in range(0, len(keys), _KEYS_BESIDE):
        part = keys[first : first + _KEYS_BESIDE]
        rows = []
        for name in found.members:
            row: dict[str, Any] = {"name": name, "alone": found.alone[name]}
            for key in part:
                answer = found.methods[key]
                row[key] = (answer.shares_rounded if rounded else answer.shares or {})[name]  # type: ignore[index]
            rows.append(row)
        last = first + _KEYS_BESIDE >= len(keys)
        show(
            rows,
            OutputFormat.table,
            columns={"name": "Member", "alone": "Alone", **{key: _HEADINGS[key] for key in part}},
            notes=[f"{file}: what each {verb} of {_amount(found.total)}, by key; derived.", ""] if last else [""],
        )
    show(
        [_row(key, answer) for key, answer in found.methods.items()],
        OutputFormat.table,
        columns={
            "key": "Key",
            "rational": "All better off than alone",
            "core": "Nobody gains by leaving",
            "coalition": "Strongest case for leaving",
            "excess": "Its gain",
        },
        notes=[*_notes(found), *_notes_of(found)],
    )


def _row(key: str, answer: KeyAnswer) -> dict[str, Any]:
    exists = answer.shares is not None
    return {
        "key": _HEADINGS[key],
        "rational": answer.individually_rational if exists else "-",
        "core": answer.in_core if exists else "-",
        "coalition": "-" if answer.worst_coalition is None else _coalition(answer.worst_coalition),
        "excess": answer.worst_excess,
    }


def _coalition(names: Sequence[str]) -> str:
    return " + ".join(names) if len(names) <= 4 else f"{' + '.join(names[:3])} + {len(names) - 3} more"


def _amount(value: float) -> str:
    return dutch_number(value)


def _notes(found: SharingAnswer) -> list[str]:
    notes = []
    epsilon, subsidy = found.least_core_epsilon, found.minimum_subsidy
    if found.core_empty is None:
        notes.append(f"{found.reason}.")
    elif found.core_empty:
        notes.append(
            f"No key can keep everybody in: under any, some group gains {_amount(epsilon or 0.0)} or more by leaving "
            f"(the core is empty). {_amount(subsidy or 0.0)} from outside would mend that."
        )
    else:
        notes.append(
            f"Some keys leave no group better off by leaving (the core is not empty); at best every group is "
            f"{_amount(-(epsilon or 0.0))} better off by staying."
        )
    together = found.superadditive if found.benefit else found.subadditive
    if together is False and found.better_apart is not None:
        one, two, by = found.better_apart
        notes.append(
            f"Together is not always better: {_coalition(one)} and {_coalition(two)} do {_amount(by)} better apart."
        )
    elif together is None and found.core_empty is not None:
        notes.append("Whether two groups always do better together is not known: too many pairs.")
    notes.append("Its gain: what the group would gain by leaving; below 0 it loses.")
    return notes


def _notes_of(found: SharingAnswer) -> list[str]:
    """What must be said about single keys."""
    notes = list(found.remarks)
    for key, answer in found.methods.items():
        heading = _HEADINGS[key]
        if answer.shares is None:
            notes.append(f"{heading} does not exist here: {answer.reason}.")
            continue
        if answer.interval is not None:
            reach = max((high - low) / 2 for low, high in answer.interval.values())
            if answer.how["computed"] == "rounded":
                notes.append(
                    f"{heading}: weights were rounded to {_amount(answer.how['unit'])}; no share is off by more than "
                    f"{_amount(reach)} (proven)."
                )
            else:
                notes.append(
                    f"{heading}: estimated from {_amount(answer.how['orders'])} random orders with all rotations, seed "
                    f"{answer.how['seed']}; each share is within {_amount(reach)} with 95% certainty."
                )
        if answer.unique is False:
            notes.append(f"{heading}: {answer.reason}.")
        if answer.change_from_today is not None:
            most = max(answer.change_from_today.items(), key=lambda item: abs(item[1]))
            notes.append(f"{heading}: the largest change from today is {_amount(most[1])}, for {most[0]}.")
    return notes


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(share)
