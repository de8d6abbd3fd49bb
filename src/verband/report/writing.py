"""Writing pages to a folder, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
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
    write_together({path: text})
    return path


def write_together(texts: Mapping[Path, str], *, what: str = "the dossier") -> None:
    """Write files of one folder, all of them or none; the folder is made where needed.

    Parameters
    ----------
    texts
        What is to stand in each.
    what
        How they are called together where they cannot be written.

    Raises
    ------
    WorkspaceError
        If one of them cannot be written; what was there stays.
    """
    partials: dict[Path, Path] = {}
    kept: dict[Path, Path | None] = {}
    folder = next(iter(texts)).parent
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            partials[path] = _partial(text, path)
        for path, partial in partials.items():
            kept[path] = _set_by(path) if len(partials) > 1 else None
            partial.replace(path)
    except OSError as error:
        for path, old in kept.items():
            with contextlib.suppress(OSError):
                if old is not None:
                    old.replace(path)
                elif len(partials) > 1 and not partials[path].exists():
                    path.unlink(missing_ok=True)
        raise WorkspaceError(
            f"{what} cannot be written ({error.strerror or error})", where=str(folder), todo=_TODO
        ) from error
    finally:
        for left in (*partials.values(), *(old for old in kept.values() if old is not None)):
            left.unlink(missing_ok=True)


def _partial(text: str, path: Path) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    partial = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        mask = os.umask(0)
        os.umask(mask)
        partial.chmod(0o666 & ~mask)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    return partial


def _set_by(path: Path) -> Path | None:
    """The file that is there under another name, to be put back where a later one fails; ``None`` where none is."""
    if not path.is_file():
        return None
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".old")
    os.close(handle)
    return path.replace(name)


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
