"""The dossiers of all municipalities in one folder, with a page that lists them.

A page that is there already and was made from the same data by the same program, on the same day and in the same
language, stays as it is, so that a run that was broken off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from verband.errors import VerbandError, WorkspaceError
from verband.report.dossier import file_name_of, write_dossier
from verband.report.mark import mark, read_mark
from verband.report.writing import demand_output_folder
from verband.workspace.portrait import Outline, Portraits

State = Literal["written", "up to date", "failed"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of the page of one municipality.

    Attributes
    ----------
    outline
        What the list shows of it.
    file
        Name of the page in the folder.
    state, why
        ``written``, ``up to date`` or ``failed``, and why it failed.
    """

    outline: Outline
    file: str
    state: State
    why: str | None = None


def write_dossiers(portraits: Portraits, folder: Path, *, language: str = "nl", again: bool = False) -> Iterator[Entry]:
    """Write the dossiers of all municipalities of the latest list, by code, and tell of each as it is done.

    Parameters
    ----------
    portraits
        The portraits, of one day.
    folder
        Where the pages go; made where needed.
    language
        ``nl`` or ``en``.
    again
        Write all anew, also those that are up to date.

    Raises
    ------
    WorkspaceError
        If the folder cannot be written. A fault of one municipality or one page does not stop the others.
    """
    demand_output_folder(folder)
    for code in portraits.codes:
        outline = portraits.outline(code)
        file = file_name_of(code, outline.name, language)
        wanted = mark(code, snapshot=portraits.snapshot, on=portraits.on, language=language)
        if not again and read_mark(folder / file) == wanted:
            yield Entry(outline, file, "up to date")
            continue
        try:
            write_dossier(portraits.of(code), folder, language=language)
        except VerbandError as error:
            if isinstance(error, WorkspaceError) and not _of_one_page(error):
                raise
            yield Entry(outline, file, "failed", str(error))
        else:
            yield Entry(outline, file, "written")


def _of_one_page(error: WorkspaceError) -> bool:
    """Whether a fault is of one page, such as one that another program holds, and not of the folder or the data."""
    return isinstance(error.__cause__, PermissionError | IsADirectoryError)
