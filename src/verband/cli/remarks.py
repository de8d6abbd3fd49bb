"""What a command says on standard error of a file that it read: what it read otherwise, left out, or doubts."""

from __future__ import annotations

from collections.abc import Sequence

import typer

_NAMED = 3
"""Rows with the same reason that are told one by one; of more the first ones are named together."""

Aside = tuple[int | None, str, str]
"""Line in the file (``None`` where it has several), name, and the reason why it was set aside."""


def say_remarks(file: str, remarks: Sequence[str], aside: Sequence[Aside] = (), warnings: Sequence[str] = ()) -> None:
    """Say it, rows that were set aside for the same reason together; JSON names them all.

    Parameters
    ----------
    file
        Name of the file.
    remarks
        What was read in another way than plain.
    aside
        In the order of the file.
    warnings
        What the reader should doubt.
    """
    for remark in remarks:
        typer.echo(f"{file}: {remark}.", err=True)
    by_reason: dict[str, list[tuple[int | None, str]]] = {}
    for line, name, reason in aside:
        by_reason.setdefault(reason, []).append((line, name))
    for reason, rows in by_reason.items():
        if len(rows) > _NAMED:
            named = ", ".join(f"{name}{'' if line is None else f' (line {line})'}" for line, name in rows[:_NAMED])
            told = f"{named} and {len(rows) - _NAMED} more were set aside: {reason}. --format json names them all."
            typer.echo(f"{file}: {told}", err=True)
            continue
        for line, name in rows:
            where = file if line is None else f"{file}, line {line}"
            typer.echo(f"{where}: {name} was set aside: {reason}.", err=True)
    for warning in warnings:
        typer.echo(f"Warning: {warning.rstrip('.')}.", err=True)
