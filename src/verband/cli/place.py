"""The workspace that a command works on, and the word that its figures are invented where they are."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from verband.workspace import Workspace

FICTIONAL = "This workspace holds the sample province: its municipalities and all their figures are fictional."
_asked: ContextVar[Workspace | None] = ContextVar("asked", default=None)


def workspace_at(folder: Path | None) -> Workspace:
    """Name the workspace of a command, and remember that the answer comes from it."""
    from verband.workspace import Workspace  # noqa: PLC0415  polars and DuckDB load only when they are needed

    found = Workspace(folder)
    remember(found)
    return found


def remember(workspace: Workspace) -> None:
    """Note where the answer comes from, to say whether its municipalities are invented."""
    _asked.set(workspace)


def fictional_sentence() -> str:
    """What must be said beside an answer on invented municipalities; empty where they are real."""
    return FICTIONAL if _fictional.get() else ""


def say_fictional() -> None:
    """Say beside an answer that its figures are invented; on standard error, so that it never enters a file or pipe."""
    workspace = _asked.get()
    _asked.set(None)
    if workspace is not None and workspace.answered_fictional:
        typer.echo(FICTIONAL, err=True)
