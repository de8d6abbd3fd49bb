"""The workspace that a command works on, and the word that its figures are invented where they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from verband.workspace import Workspace

FICTIONAL = "This workspace holds the sample province: its municipalities and all their figures are fictional."


def workspace_at(folder: Path | None) -> Workspace:
    """Open the workspace of a command; beside the answer it is said when it holds invented municipalities."""
    from verband.workspace import Workspace  # noqa: PLC0415  polars and DuckDB load only when they are needed

    found = Workspace(folder)
    say_fictional(found)
    return found


def say_fictional(workspace: Workspace) -> None:
    """Say on standard error that the figures are invented, so that it never enters a file or a pipe."""
    if workspace.fictional:
        typer.echo(FICTIONAL, err=True)
