"""The export of the national register of organisations (Register van Overheidsorganisaties): XML.

It holds organisations and inter-municipal arrangements with their participants, entry and leaving, and the share of
each participant. The version of its namespace goes up without notice, and child elements come with and without a
prefix, so elements are told by local name. About 290 arrangements share their title with another: the key is the
system identifier, or the TOOI address where there is none, with the dates of validity. ``startDatum`` is none.
Source: KOOP, export files ``exportOO`` (Wet gemeenschappelijke regelingen, art. 136: the public register).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
from lxml import etree

from verband.domain.schema import Schema, schema
from verband.errors import BadInputError
from verband.sources.files import Head, SourceFile
from verband.sources.formats import Format
from verband.sources.reading import Reading, ReadingReport, SetAside
from verband.sources.tabular import LINE, apply_schema, empty
from verband.sources.xml_stream import (
    attribute,
    child,
    child_text,
    children,
    elements,
    line_of,
    local,
    may_be_xml,
    prolog,
    records,
    text_of,
)

SOURCE = "arrangement_register"
ORGANISATIONS, ARRANGEMENTS, PARTICIPANTS = "register_organisations", "register_arrangements", "register_participants"
TABLES = (ORGANISATIONS, ARRANGEMENTS, PARTICIPANTS)
NO_IDENTIFIER = "neither a system identifier nor a TOOI address"
NOBODY = "participant without identifier and name"
REPEATED = "repeats an earlier entry"
CONTRADICTED = "second, different entry with the same identifier and dates; the first is kept"
_SYSTEM_ID = ("systeemid", "systemeid", "systemid")
_TOOI = "resourceidentifiertooi"
_ROOT = re.compile(r"<(?:[\w.\-]+:)?overheidsorganisaties[\s/>]", re.IGNORECASE)
_MUNICIPALITY = re.compile(r"/gemeente/gm(\d{4})/?$", re.IGNORECASE)
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[TZ+\-].*)?$")
_SHARE_TOLERANCE = 0.005

Row = dict[str, str | int | bool | None]


def municipality_code(tooi: str | None) -> str | None:
    """Return the CBS code of a municipality from its TOOI address; ``None`` for any other organisation.

    ``https://identifier.overheid.nl/tooi/id/gemeente/gm0363`` gives ``GM0363``.
    """
    found = _MUNICIPALITY.search(tooi or "")
    return f"GM{found.group(1)}" if found else None


def _is_record(name: str, parent: str, within: tuple[str, ...]) -> bool:
    """Organisations stand in ``organisaties``, also inside another organisation; arrangements on their own."""
    if name == "organisatie":
        return not within or (parent == "organisaties" and set(within) == {"organisatie"})
    return name.endswith("regeling") and not within


def _joined(texts: Iterable[str | None]) -> str | None:
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None


def _name(element: etree._Element | None) -> str | None:
    """The name of a referred organisation: a child of its own, or the text itself."""
    return child_text(element, "naam") or child_text(element, "titel") or text_of(element)


def _legal_basis(element: etree._Element) -> str | None:
    heading, reference = child_text(element, "opschrift"), child_text(element, "referentie")
    if heading and reference:
        return f"{heading} ({reference})"
    return heading or reference or text_of(element)


@dataclass
class _Tables:
    """Rows per table as they come by, and what could not become one."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES})
    aside: list[SetAside] = field(default_factory=list)

    def organisation(self, element: etree._Element, line: int) -> None:
        system_id, tooi = attribute(element, *_SYSTEM_ID), attribute(element, _TOOI)
        name = child_text(element, "naam")
        if not (system_id or tooi):
            self.aside.append(SetAside(line, f"organisation with {NO_IDENTIFIER}", (name or "")[:200]))
            return
        self.rows[ORGANISATIONS].append(
            {
                "organisation_id": system_id or tooi,
                "start_date": _day(child_text(element, "startdatum")),
                "end_date": _day(child_text(element, "einddatum")),
                "system_id": system_id,
                "tooi": tooi,
                "code": municipality_code(tooi),
                "name": name,
                "abbreviation": child_text(element, "afkorting"),
                "type": _joined(map(text_of, children(child(element, "types"), "type"))),
                LINE: line,
            }
        )

    def arrangement(self, element: etree._Element, line: int, *, cross_border: bool) -> None:
        system_id, tooi = attribute(element, *_SYSTEM_ID), attribute(element, _TOOI)
        title = child_text(element, "titel") or child_text(element, "naam")
        participants = elements(child(element, "deelnemendeorganisaties"))
        if not (system_id or tooi):
            self.aside.append(SetAside(line, f"arrangement with {NO_IDENTIFIER}", (title or "")[:200]))
            self.aside.extend(
                SetAside(
                    line_of(item), f"participant of an arrangement with {NO_IDENTIFIER}", (_name(item) or "")[:200]
                )
                for item in participants
            )
            return
        form = child(element, "samenwerkingsvorm")
        version: Row = {
            "arrangement_id": system_id or tooi,
            "in_force": _day(child_text(element, "datuminwerkingtreding")),
            "out_of_force": _day(child_text(element, "datumuitwerkingtreding")),
        }
        self.rows[ARRANGEMENTS].append(
            {
                **version,
                "system_id": system_id,
                "tooi": tooi,
                "title": title,
                "citation_title": child_text(element, "citeertitel"),
                "purpose": child_text(element, "doel"),
                "form": text_of(form),
                "form_abbreviation": attribute(form, "afkorting"),
                "acquired_powers": _joined(map(text_of, elements(child(element, "bevoegdheidsverkrijgingen")))),
                "legal_basis": _joined(map(_legal_basis, elements(child(element, "wettelijkegrondslagen")))),
                "founding_decisions": _joined(map(text_of, elements(child(element, "instellingsbesluiten")))),
                "source_holder": _name(child(element, "bronhouder")),
                "budget_date": child_text(element, "begrotingsdatum"),
                "start_date": _day(child_text(element, "startdatum")),
                "modified": _day(child_text(element, "datummutatie")),
                "next_version": _version(child(element, "nextversion")),
                "previous_version": _version(child(element, "previousversion")),
                "cross_border": cross_border,
                LINE: line,
            }
        )
        for item in participants:
            self._participant(item, version)

    def _participant(self, element: etree._Element, version: Row) -> None:
        line = line_of(element)
        system_id, tooi, name = attribute(element, *_SYSTEM_ID), attribute(element, _TOOI), _participant_name(element)
        if not (system_id or tooi or name):
            self.aside.append(SetAside(line, NOBODY, str(version["arrangement_id"])))
            return
        self.rows[PARTICIPANTS].append(
            {
                **version,
                "participant_id": system_id or tooi or name,
                "entry": _day(child_text(element, "toetredingsdatum")),
                "exit": _day(child_text(element, "uittredingsdatum")),
                "system_id": system_id,
                "tooi": tooi,
                "code": municipality_code(tooi),
                "name": name,
                "share": child_text(element, "verdeelsleutel"),
                "bodies": _joined(map(text_of, elements(child(element, "bestuursorganen")))),
                LINE: line,
            }
        )


def _frame(rows: Sequence[Row], contract: Schema) -> pl.DataFrame:
    """Rows as text under their published names, as :func:`apply_schema` takes them."""
    columns = {
        column.published or column.name: pl.Series(
            [row[column.name] for row in rows], dtype=pl.Boolean() if column.type == "boolean" else pl.String()
        )
        for column in contract.columns
    }
    return pl.DataFrame({**columns, LINE: pl.Series([row[LINE] for row in rows], dtype=pl.Int64())})


def _version(element: etree._Element | None) -> str | None:
    return attribute(element, *_SYSTEM_ID) or text_of(element)


def _participant_name(element: etree._Element) -> str | None:
    """The name in a child, or the text of a participant without children."""
    return child_text(element, "naam") or child_text(element, "titel") or (None if len(element) else text_of(element))


def _day(text: str | None) -> str | None:
    """The day of a date that may come with a time or a time zone, as written; other text is left for the check."""
    found = _DATE.match(text or "")
    return found.group(1) if found else text


def _single(rows: Sequence[Row], key: Sequence[str], where: str, *, strict: bool) -> tuple[list[Row], list[SetAside]]:
    """Keep the first row per key; lines are no help here, as a whole export can stand on one."""
    first: dict[tuple[object, ...], Row] = {}
    aside = []
    for row in rows:
        known = first.setdefault(tuple(row[name] for name in key), row)
        if known is row:
            continue
        same = all(row[name] == known[name] for name in row if name != LINE)
        shown = ", ".join(f"{name} {row[name]}" for name in key if row[name])
        if strict and not same:
            raise BadInputError(
                f"a second, different entry for {shown} (the first is on line {known[LINE]})",
                where=f"{where}, line {row[LINE]}",
                todo="Keep the right one, or use --keep-going to keep the first",
            )
        aside.append(SetAside(int(row[LINE] or 1), REPEATED if same else CONTRADICTED, shown[:200]))
    return list(first.values()), aside


def _remarks(frames: Mapping[str, pl.DataFrame]) -> tuple[str, ...]:
    arrangements, participants = frames[ARRANGEMENTS], frames[PARTICIPANTS]
    remarks = []
    latest = arrangements["modified"].max()
    if isinstance(latest, datetime.date):
        remarks.append(f"the latest change of an arrangement in the file is of {latest}")
    if count := arrangements.filter(pl.col("title").is_duplicated()).height:
        remarks.append(f"{count} arrangements share their title with another; they are told apart by identifier")
    current = participants.filter(pl.col("exit").is_null())
    totals = current.group_by("arrangement_id", "in_force", "out_of_force").agg(
        pl.col("share").sum(), pl.col("share").null_count().alias("unknown")
    )
    off = (pl.col("share") > 1 + _SHARE_TOLERANCE) | (
        (pl.col("unknown") == 0) & (pl.col("share") < 1 - _SHARE_TOLERANCE)
    )
    if count := totals.filter(off).height:
        remarks.append(f"{count} arrangements have shares of present participants that do not add up to 1")
    if count := participants["share"].null_count():
        remarks.append(f"{count} of {participants.height} participants have no share filled in")
    return tuple(remarks)


def _read(file: SourceFile, strict: bool) -> Reading:
    tables = _Tables()
    for element, parent, line in records(file, _is_record):
        name = local(str(element.tag))
        if name == "organisatie":
            tables.organisation(element, line)
        else:
            tables.arrangement(element, line, cross_border="grens" in parent + name)
    rows_read = sum(map(len, tables.rows.values())) + len(tables.aside)
    if not rows_read:
        raise BadInputError(
            "the file holds no organisation and no arrangement",
            where=file.name,
            todo="Fetch the export again; its shape may have changed",
        )
    aside, frames = tables.aside, {}
    for table in TABLES:
        contract = schema(table)
        if not tables.rows[table]:
            frames[table] = empty(contract)
            continue
        rows, repeated = _single(tables.rows[table], contract.key, file.name, strict=strict)
        typed = apply_schema(_frame(rows, contract), contract, where=file.name, strict=strict)
        aside.extend((*repeated, *typed.set_aside))
        frames[table] = typed.frame.drop(LINE)
    kept = sum(frame.height for frame in frames.values())
    report = ReadingReport(rows_read, kept, tuple(aside), _remarks(frames))
    return Reading({table: frame for table, frame in frames.items() if tables.rows[table]}, report)


def _recognise(head: Head) -> bool:
    return may_be_xml(head) and _ROOT.search(prolog(head)) is not None


FORMATS: tuple[Format, ...] = (Format("National register export", SOURCE, TABLES, _recognise, _read),)
