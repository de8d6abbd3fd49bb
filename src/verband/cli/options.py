"""Options that commands share."""

from __future__ import annotations

import re
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
_THOUSANDS = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+")
_WHOLE = re.compile(r"[0-9]+")


def inhabitants(text: str | None, option: str) -> int | None:
    """Read a number of inhabitants, written as 20000 or the Dutch way as 20.000.

    Raises
    ------
    BadInputError
        If it is anything else: what looks like a decimal is not silently rounded.
    """
    if text is None:
        return None
    written = text.strip()
    if _THOUSANDS.fullmatch(written):
        return int(written.replace(".", ""))
    if not _WHOLE.fullmatch(written):
        from verband.errors import BadInputError  # noqa: PLC0415

        raise BadInputError(
            f"{option} {text} is no number of inhabitants", todo="Give a whole number, such as 20000 or 20.000"
        )
    return int(written)
