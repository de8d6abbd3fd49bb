"""Writing a page to a folder, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from verband.errors import WorkspaceError

_TODO = "Check that there is room and that you may write there, or name another folder with --out"


def write_page(text: str, path: Path) -> Path:
    """Write a page, in the place of the one that is there, and return its path; the folder is made where needed.

    Raises
    ------
    WorkspaceError
        If the folder cannot be made or written; what was there stays.
    """
    partial: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        mask = os.umask(0)
        os.umask(mask)
        Path(partial).chmod(0o666 & ~mask)
        Path(partial).replace(path)
    except OSError as error:
        raise WorkspaceError(
            f"the dossier cannot be written ({error.strerror or error})", where=str(path.parent), todo=_TODO
        ) from error
    finally:
        if partial is not None:
            Path(partial).unlink(missing_ok=True)
    return path


def demand_output_folder(folder: Path) -> None:
    """Make a folder and refuse one that cannot be written, before any work is done for it.

    Raises
    ------
    WorkspaceError
        If it is a file, or cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        what = (
            "this is a file, and pages go to a folder"
            if folder.is_file()
            else (f"the folder cannot be written ({error.strerror or error})")
        )
        raise WorkspaceError(what, where=str(folder), todo=_TODO) from error
