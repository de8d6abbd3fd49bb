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
_TWO_WAYS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_WHOLE = re.compile(r"[0-9]+")


def amount(text: str | float) -> float:
    """Read an amount or a number of an option, with a decimal point or a decimal comma: 0.01 or 0,01.

    Raises
    ------
    ValueError
        If it is no number, or one that can be thousands or decimals.
    """
    written = str(text).strip()
    if isinstance(text, str) and _TWO_WAYS.fullmatch(written):
        raise ValueError(f"{written} can be thousands or decimals; write thousands without a sign, as in 1234")
    try:
        return float(written.replace(",", ".")) if "_" not in written else float("")
    except ValueError:
        raise ValueError(f"{written!r} is not a number") from None


def share(text: str | float) -> float:
    """Read a part of a whole, as 0.01, 0,01 or 1%.

    Raises
    ------
    ValueError
        If it is no number.
    """
    written = str(text).strip()
    return amount(written[:-1]) / 100 if written.endswith("%") else amount(written)


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
