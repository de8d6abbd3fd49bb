"""What stands beside the ledger on a page: names of municipalities, and which files it rests on and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from verband.domain.schema import schema
from verband.warehouse.status import read_status
from verband.warehouse.store import Warehouse
from verband.workspace.naming import Names


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A loaded file: who publishes its tables, under which licence, and when it was loaded."""

    name: str
    publisher: str
    licence: str
    loaded: date


@dataclass(frozen=True, slots=True)
class Background:
    """What a reader of the ledger needs beside its figures.

    Attributes
    ----------
    snapshot, loaded
        The data, and when they were last changed.
    fictional
        Whether they are those of the invented province.
    names
        Newest name of every municipality that was ever listed, by code.
    files
        All loaded files, by name.
    """

    snapshot: str
    loaded: date
    fictional: bool
    names: Mapping[str, str]
    files: tuple[SourceFile, ...]


def gather_background(warehouse: Warehouse) -> Background:
    """Read it from a workspace.

    Raises
    ------
    MissingDataError
        If the workspace lacks the lists of municipalities.
    """
    names, status = Names(warehouse), read_status(warehouse)
    files = []
    for source in status.sources:
        for file in source.files:
            contracts = [schema(name) for name in file.tables]
            files.append(
                SourceFile(
                    file.name,
                    "; ".join(dict.fromkeys(item.publisher for item in contracts)),
                    "; ".join(dict.fromkeys(item.licence for item in contracts)),
                    file.loaded.date(),
                )
            )
    return Background(
        snapshot=status.snapshot,
        loaded=status.loaded.date(),
        fictional=warehouse.fictional,
        names={code: names.name(code) for code in names.lists["code"].unique().sort()},
        files=tuple(sorted(files, key=lambda item: item.name)),
    )
