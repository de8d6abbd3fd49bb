"""All formats that Verband reads, and recognising a file by its content."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from verband.errors import BadInputError
from verband.sources.files import SourceFile
from verband.sources.formats import Format
from verband.sources.tabular import DELIMITERS, split_header

MODULES = (
    "iv3_accounts",
    "iv3_task_accounts",
    "iv3_definitions",
    "financial_ratios",
    "grant_fund",
    "boundary_changes",
    "arrangement_lists",
    "arrangement_register",
    "regions",
    "staff_2014",
    "staff_figures",
    "council",
    "geography",
    "arrangement_totals",
    "literature",
    "prices",
    "cbs_tables",
    "own_files",
)
_NEAR_MISS = 2 / 3
"""From this share of a format's columns on, a header is taken for that format with a column missing."""


@cache
def formats() -> tuple[Format, ...]:
    """All formats, module by module."""
    return tuple(item for module in MODULES for item in import_module(f"verband.sources.{module}").FORMATS)


def recognise(file: SourceFile, *, strict: bool = True) -> Format | None:
    """Return the format of a file by its content, the one with most columns if several fit.

    Parameters
    ----------
    file
        The file; its name plays no part.
    strict
        Whether a header that almost is a known one is a fault (else the file counts as unrecognised).

    Raises
    ------
    BadInputError
        If the file cannot be opened, or (strict) its header almost is a known one.
    """
    fitting = [item for item in formats() if item.recognise(file.head)]
    if fitting:
        return max(fitting, key=lambda item: len(item.header))
    if strict and file.head.kind == "table":
        _refuse_near_miss(file)
    return None


def _refuse_near_miss(file: SourceFile) -> None:
    """A header with most, not all, columns of a format is a damaged file, not an unknown one."""
    line = file.head.first_line
    best: tuple[float, Format, set[str]] | None = None
    for delimiter in DELIMITERS:
        present = set(split_header(line, delimiter))
        for item in formats():
            absent = set(item.header) - present
            share = 1 - len(absent) / len(item.header) if item.header else 0.0
            if absent and len(item.header) > 2 and share >= _NEAR_MISS and (best is None or share > best[0]):
                best = (share, item, absent)
    if best:
        _, item, absent = best
        raise BadInputError(
            f"this looks like {item.name!r}, but column {sorted(absent)[0]!r} is not there",
            where=f"{file.name}, line 1",
            todo="Restore the column as published, take the file out of the folder, or use --keep-going to pass it by",
        )
