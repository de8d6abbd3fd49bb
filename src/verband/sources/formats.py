"""A format: how a kind of file is recognised by its content, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from verband.domain.schema import Schema, schema
from verband.sources.files import Head, SourceFile
from verband.sources.reading import Reading, ReadingReport, SetAside
from verband.sources.tabular import DELIMITERS, LINE, apply_schema, read_raw, split_header


@dataclass(frozen=True, slots=True)
class Format:
    """A published file format.

    Attributes
    ----------
    name
        Short name in messages and in the status ("iv3 cost per task").
    source
        The publisher's collection it belongs to; the source module's name.
    tables
        Names of the tables that reading gives.
    recognise
        Whether the head of a file is of this format.
    read
        Read a file of this format; the second argument is ``strict``.
    header
        Published columns by which near misses are told ("column X is missing"); empty for other formats.
    """

    name: str
    source: str
    tables: tuple[str, ...]
    recognise: Callable[[Head], bool]
    read: Callable[[SourceFile, bool], Reading]
    header: tuple[str, ...] = ()


def delimiter_of(head: Head, columns: Sequence[str]) -> str | None:
    """Which delimiter makes the first line hold all ``columns``; ``None`` if none does."""
    if head.kind != "table":
        return None
    wanted = set(columns)
    return next((mark for mark in DELIMITERS if wanted <= set(split_header(head.first_line, mark))), None)


Prepare = Callable[[pl.DataFrame], pl.DataFrame]
Finish = Callable[[pl.DataFrame], tuple[pl.DataFrame, Sequence[SetAside], Sequence[str]]]


def table_format(
    table: str,
    *,
    source: str,
    name: str = "",
    translate: Mapping[str, Mapping[str, str]] | None = None,
    converters: Mapping[str, pl.Expr] | None = None,
    prepare: Prepare | None = None,
    finish: Finish | None = None,
    scope: Callable[[SourceFile, pl.DataFrame], str] | None = None,
) -> Format:
    """Make a format whose header row names the published columns of one schema.

    Parameters
    ----------
    table
        The schema; a file whose header holds all its published columns is recognised.
    source
        Name of the source module.
    name
        Short name; the table's title by default.
    translate, converters
        As in :func:`verband.sources.tabular.apply_schema`.
    prepare
        Adds derived text columns to the raw table before it is typed.
    finish
        Takes the typed table (with ``_line``) and returns it with records set aside and remarks.
    scope
        Which part of the table this file holds, from the file and the typed frame.
    """
    contract = schema(table)

    reshaped = prepare is not None or bool(converters)
    numbers = () if reshaped else [item.published for item in contract.columns if item.type == "number"]

    def recognise(head: Head) -> bool:
        return delimiter_of(head, contract.published) is not None

    def read(file: SourceFile, strict: bool) -> Reading:
        raw = read_raw(
            file,
            delimiter=delimiter_of(file.head, contract.published) or ",",
            strict=strict,
            numbers=numbers if strict else (),  # set aside, a cell is shown as it was written
        )
        remarks = _unused(raw.frame, contract)
        frame = prepare(raw.frame) if prepare else raw.frame
        typed = apply_schema(
            frame, contract, where=file.name, strict=strict, translate=translate, converters=converters
        )
        aside = [*raw.set_aside, *typed.set_aside]
        tidy = typed.frame
        if finish:
            tidy, more, words = finish(tidy)
            aside.extend(more)
            remarks = (*remarks, *words)
        report = ReadingReport(raw.rows_read, tidy.height, tuple(aside), remarks)
        return Reading({table: tidy.drop(LINE)}, report, scope(file, tidy) if scope else "")

    return Format(
        name=name or contract.title,
        source=source,
        tables=(table,),
        recognise=recognise,
        read=read,
        header=contract.published,
    )


def _unused(frame: pl.DataFrame, contract: Schema) -> tuple[str, ...]:
    known = {*contract.published, LINE}
    extra = [name for name in frame.columns if name not in known]
    return (f"columns not used: {', '.join(extra)}",) if extra else ()
