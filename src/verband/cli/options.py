"""Options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from verband.cli.show import OutputFormat

WorkspaceOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        metavar="DIR",
        help="Folder of the workspace; by default VERBAND_WORKSPACE, else your data folder.",
        show_default=False,
    ),
]
FormatOption: TypeAlias = Annotated[
    OutputFormat, typer.Option("--format", help="How to write the answer.", case_sensitive=False)
]
MunicipalityArgument: TypeAlias = Annotated[
    list[str], typer.Argument(metavar="MUNICIPALITY", help="Name or CBS code, for example Aalten or GM0197.")
]
"""Words of the name; a name of several words needs no quotes."""
