"""Writing the sample as a folder with the layout and the formats of the published data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from verband.errors import BadInputError
from verband.sources.sample import (
    write_accounts,
    write_arrangements,
    write_boundaries,
    write_definitions,
    write_geography,
    write_grants,
    write_own,
    write_reference,
    write_regions,
    write_register,
    write_staff,
    write_task_accounts,
)
from verband.sources.sample.model import PROVINCE_NAME, Province
from verband.sources.sample.writing import Files

README = f"""Fictief: alles in deze map is verzonnen.

De provincie {PROVINCE_NAME}, haar gemeenten (codes vanaf GM9001), haar gemeenschappelijke regelingen en alle bedragen
bestaan niet; haar nummer is geleend van een echte provincie. De bestanden hebben de vorm van de gepubliceerde open
data, zodat zij op dezelfde manier worden gelezen.
Wat erin verstopt is, staat in verband.sources.sample.Parameters.
"""
_WRITERS: tuple[Callable[[Province], Files], ...] = (
    write_accounts.files,
    write_task_accounts.files,
    write_definitions.files,
    write_boundaries.files,
    write_grants.files,
    write_arrangements.files,
    write_register.files,
    write_regions.files,
    write_staff.files,
    write_geography.files,
    write_reference.files,
    write_own.files,
)


def contents(province: Province) -> dict[str, bytes]:
    """All files of the sample: path inside the folder and content, the statement that it is fiction first."""
    result = {"README.txt": README.encode()}
    for writer in _WRITERS:
        result.update(writer(province))
    return result


def write_province(province: Province, folder: Path) -> tuple[Path, ...]:
    """Write the province as files.

    Parameters
    ----------
    province
        From :func:`verband.sources.sample.province`.
    folder
        Where to; made if it is not there, files of the same name are replaced.

    Returns
    -------
    tuple of pathlib.Path
        What was written, ``README.txt`` first; the same province gives the same bytes.

    Raises
    ------
    BadInputError
        If the folder cannot be written.
    """
    written = []
    for name, content in contents(province).items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise BadInputError(
                f"the file cannot be written ({error.strerror})",
                where=str(path),
                todo="Choose a folder that you may write to, with room on the disk",
            ) from error
        written.append(path)
    return tuple(written)
