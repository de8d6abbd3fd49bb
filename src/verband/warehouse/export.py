"""Writing tables out as Parquet, CSV or XLSX, each with a ``datapackage.json`` that says what the columns mean.

The description follows the Tabular Data Package of the Frictionless specifications (specs.frictionlessdata.io).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from verband.domain.schema import Schema, schema
from verband.errors import BadInputError, UnknownNameError, WorkspaceError
from verband.version import __version__
from verband.warehouse.store import Warehouse

_TYPE_NAMES = {"text": "string", "integer": "integer", "number": "number", "date": "date", "boolean": "boolean"}
XLSX_ROW_LIMIT = 1_048_575
"""Rows of a worksheet below its header row (Excel's own limit)."""


_FICTIONAL = "From a workspace with the sample province: its municipalities and all their figures are fictional."
_PACKAGE = "verband-export"
_TEXT_STAYS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class ExportFormat(StrEnum):
    """File types to export to."""

    parquet = "parquet"
    csv = "csv"
    xlsx = "xlsx"


def export_table(warehouse: Warehouse, name: str, output: ExportFormat, folder: Path) -> tuple[Path, Path]:
    """Write one table and its description; nothing is left half written.

    Parameters
    ----------
    warehouse
        Where the table is.
    name
        Name of the table.
    output
        File type.
    folder
        Where to write; made if it does not exist.

    Returns
    -------
    tuple of Path
        The table and ``datapackage.json`` beside it.

    Raises
    ------
    UnknownNameError
        If the workspace holds no such table.
    BadInputError
        If the table has more rows than the file type can hold.
    WorkspaceError
        If the folder cannot be written.
    """
    present = warehouse.tables()
    if name not in present:
        raise UnknownNameError(
            f"the workspace holds no table {name!r}", todo="`verband tables` lists those that it holds"
        )
    frame = warehouse.table(name)
    if output is ExportFormat.xlsx and frame.height > XLSX_ROW_LIMIT:
        raise BadInputError(
            f"the table has {frame.height} rows, and a worksheet holds {XLSX_ROW_LIMIT}",
            where=name,
            todo="Use --to parquet or --to csv",
        )
    path, package = folder / f"{name}.{output}", folder / "datapackage.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        earlier = _earlier(package)
        partial = folder / f".{name}.{output}.part"
        try:
            _write(frame, output, partial)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        description = _package(earlier, _resource(warehouse, name, path, frame))
        partial = folder / ".datapackage.json.part"
        partial.write_text(json.dumps(description, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        partial.replace(package)
    except (OSError, pl.exceptions.ComputeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise WorkspaceError(
            f"the export cannot be written ({reason})",
            where=str(folder),
            todo="Check that there is room and that you may write there, or name another folder with --out",
        ) from error
    return path, package


def _write(frame: pl.DataFrame, output: ExportFormat, path: Path) -> None:
    match output:
        case ExportFormat.parquet:
            frame.write_parquet(path)
        case ExportFormat.csv:
            frame.write_csv(path)
        case ExportFormat.xlsx:
            _write_workbook(frame, path)


def _write_workbook(frame: pl.DataFrame, path: Path) -> None:
    import xlsxwriter  # noqa: PLC0415  only for this file type

    try:
        with xlsxwriter.Workbook(path, _TEXT_STAYS_TEXT) as workbook:
            workbook.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001  the same call gives the same bytes
            frame.write_excel(workbook, worksheet="data", autofit=frame.height < 10_000)
    except xlsxwriter.exceptions.XlsxFileError as error:
        raise OSError(str(error)) from error


def _resource(warehouse: Warehouse, name: str, path: Path, frame: pl.DataFrame) -> dict[str, Any]:
    contract = _contract(name)
    fields = [
        {
            "name": column.name,
            "type": _TYPE_NAMES[column.type],
            "unit": column.unit,
            "description": column.meaning,
            "kind": column.kind,
            "constraints": {"required": column.required},
        }
        for column in contract.columns
    ]
    return {
        "name": name,
        "path": path.name,
        "title": f"{contract.title} (fictional)" if warehouse.fictional else contract.title,
        "description": f"{_FICTIONAL} {contract.description}" if warehouse.fictional else contract.description,
        "rows": frame.height,
        "sources": [
            {"title": contract.publisher, "path": item}
            for item in warehouse.query("files_of_table", table=name, scope=None)["name"]
        ],
        "licenses": [{"title": contract.licence}],
        "schema": {"fields": fields, "primaryKey": list(contract.key)},
    }


def _contract(name: str) -> Schema:
    return schema(name)


def _earlier(path: Path) -> list[dict[str, Any]]:
    """What earlier exports to the folder described; a package of anyone else is left alone."""
    if not path.exists():
        return []
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        ours = package["name"] == _PACKAGE and all(isinstance(item["path"], str) for item in package["resources"])
    except (ValueError, TypeError, LookupError, RecursionError):
        ours = False
    if not ours:
        raise BadInputError(
            "there is a datapackage.json that is not Verband's",
            where=str(path),
            todo="Name another folder with --out",
        )
    return list(package["resources"])


def _package(earlier: Sequence[dict[str, Any]], resource: dict[str, Any]) -> dict[str, Any]:
    """Describe this resource together with what earlier exports to the folder described."""
    kept = [item for item in earlier if item["path"] != resource["path"]]
    if any(item.get("name") == resource["name"] for item in kept):  # the same table as another file type
        resource = {**resource, "name": resource["path"]}
    return {
        "profile": "tabular-data-package",
        "name": _PACKAGE,
        "title": "Tables of Verband",
        "contributors": [{"title": f"Verband {__version__}", "role": "wrangler"}],
        "resources": sorted([*kept, resource], key=lambda item: str(item["path"])),
    }
