"""Which files a folder holds, and what each is: recognised, unrecognised or unreadable."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from verband.errors import BadInputError
from verband.sources.files import SourceFile
from verband.sources.formats import Format
from verband.sources.registry import recognise


@dataclass(frozen=True, slots=True)
class Found:
    """Files found, each with its format.

    Attributes
    ----------
    recognised
        Files that a reader can read, in order of name.
    unrecognised
        Names of the files that no reader knows.
    """

    recognised: tuple[tuple[SourceFile, Format], ...]
    unrecognised: tuple[str, ...]


def find_files(folders: Sequence[Path]) -> tuple[SourceFile, ...]:
    """List the files in folders (or the files themselves), each once, in order of name.

    Raises
    ------
    BadInputError
        If a folder does not exist, cannot be read or holds no file.
    """
    found: dict[Path, SourceFile] = {}
    for folder in folders:
        try:
            files = _files_of(folder)
        except OSError as error:
            raise BadInputError(
                f"the folder cannot be read ({error.strerror})",
                where=_shown(str(folder)),
                todo="Check the path, and that you may read it",
            ) from error
        prefix = f"{folder.name}/" if len(folders) > 1 and folder.is_dir() else ""
        for path, name in files:
            found.setdefault(path.resolve(), SourceFile(path, _shown(prefix + name)))
    return tuple(found.values())


def _walk(folder: Path) -> Iterator[Path]:
    """All paths below a folder; hidden folders (a virtual environment, version control) hold no data of ours."""
    for root, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root, name) for name in names)


def _refuse(error: OSError) -> None:
    raise error


def _files_of(folder: Path) -> list[tuple[Path, str]]:
    """The files in a folder (or the file itself), with their names inside it."""
    if not folder.exists():
        raise BadInputError("there is no such folder or file", where=_shown(str(folder)), todo="Check the path")
    if folder.is_file():
        return [(folder, folder.name)]
    paths = sorted(path for path in _walk(folder) if path.is_file())
    if not paths:
        raise BadInputError(
            "the folder holds no files", where=_shown(str(folder)), todo="Name a folder with published files"
        )
    return [(path, path.relative_to(folder).as_posix()) for path in paths]


def _shown(name: str) -> str:
    """A name as text: bytes that are not UTF-8 are replaced, for names are shown and kept, not opened."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def discover(folders: Sequence[Path], *, strict: bool) -> Found:
    """Find the files in folders and recognise each by its content.

    Parameters
    ----------
    folders
        Folders to walk, or single files.
    strict
        Whether a file that almost has a known format is a fault.

    Raises
    ------
    BadInputError
        If nothing was found, or nothing in it is recognised.
    """
    recognised, unrecognised = [], []
    for file in find_files(folders):
        kind = recognise(file, strict=strict)
        if kind is None:
            unrecognised.append(file.name)
        else:
            recognised.append((file, kind))
    if not recognised:
        raise BadInputError(
            f"none of the {len(unrecognised)} files is one that Verband reads",
            where=", ".join(_shown(str(folder)) for folder in folders),
            todo="The documentation page `sources` lists the files; `verband template` makes one to fill in",
        )
    return Found(tuple(recognised), tuple(unrecognised))
