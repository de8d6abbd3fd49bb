"""The evidence page: a table of verdicts in plain words, then one section per claim; with its data beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from verband.analysis.evidence.result import Evidence
from verband.analysis.evidence.statements import Language, statements
from verband.analysis.evidence.verdict import Verdict
from verband.report.evidence.data import as_csv, as_json
from verband.report.evidence.sections import claim_section
from verband.report.evidence.sentences import MARKS, Told
from verband.report.numbers import Numbers
from verband.report.page import Block, Paragraph, Section, Table, Terms
from verband.report.rendering import environment, style
from verband.report.said import origin_phrases
from verband.report.words import Words
from verband.report.writing import demand_output_folder, write_together
from verband.version import __version__
from verband.workspace.evidence.background import Background

JSON_FILE, CSV_FILE = "evidence.json", "evidence.csv"
_TERMS = (
    "claim",
    "arrangement",
    "interval",
    "variant",
    "cluster",
    "point",
    "elasticity",
    "holm",
    "merging",
    "voluntary",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table of verdicts."""

    mechanism: str
    anchor: str
    title: str
    statement: str
    verdict: Verdict
    mark: str
    word: str
    parts: str
    figure: str
    measure: str
    kind: str


def file_name(language: str) -> str:
    """Name of the file of the page: ``evidence-nl.html``."""
    return f"evidence-{language}.html"


def write_evidence(
    ledger: Sequence[Evidence], background: Background, folder: Path, *, on: date, language: Language = "nl"
) -> tuple[Path, Path, Path]:
    """Write the page and its data (JSON and CSV) to a folder, all of them or none, and return their paths.

    Raises
    ------
    WorkspaceError
        If the folder cannot be made or written; what was there stays.
    """
    demand_output_folder(folder)
    page, as_records, as_table = folder / file_name(language), folder / JSON_FILE, folder / CSV_FILE
    write_together(
        {
            page: evidence_page(ledger, background, on=on, language=language),
            as_records: as_json(ledger),
            as_table: as_csv(ledger),
        },
        what="the evidence",
    )
    return page, as_records, as_table


def evidence_page(ledger: Sequence[Evidence], background: Background, *, on: date, language: Language = "nl") -> str:
    """Make the page.

    Parameters
    ----------
    ledger
        What the data say about one or more claims, as :meth:`verband.workspace.Workspace.evidence` gives it.
    background
        Names and files, as :meth:`verband.workspace.Workspace.evidence_background` gives them.
    on
        Day of the page.
    language
        ``nl`` or ``en``.

    Returns
    -------
    str
        A whole HTML page; the same figures give the same bytes.
    """
    words, numbers = Words(language), Numbers(language)
    told = [Told(item, language, background.names) for item in ledger]
    sections = [*(claim_section(item, background) for item in told), _sources(background, ledger, words, numbers)]
    sections.append(_glossary(words))
    whole = "whole" if len(ledger) == len(statements()) else "part"
    lead = words(f"evidence.lead.{whole}", number=words.cardinal(len(ledger)), all=words.cardinal(len(statements())))
    return (
        environment()
        .get_template("evidence.html.j2")
        .render(
            words=words,
            language=language,
            version=__version__,
            snapshot=background.snapshot,
            style=style(),
            fictional=background.fictional,
            lead=lead[0].upper() + lead[1:],
            dates=_dates(ledger, background, words, numbers, on),
            running_head=words("evidence.runs", date=numbers.date(on)),
            lines=[_line(item) for item in told],
            meanings=[
                (MARKS[verdict], verdict, words(f"evidence.verdicts.{verdict}"), words(f"evidence.meanings.{verdict}"))
                for verdict in MARKS
            ],
            sections=sections,
            claims={item.anchor for item in told},
        )
    )


def _line(told: Told) -> Line:
    claim, measure = told.evidence.statement, told.measure
    if told.verdict == "not_testable":
        measure = told.words("evidence.no_weight", measure=measure)
    return Line(
        mechanism=claim.mechanism,
        anchor=told.anchor,
        title=told.title,
        statement=claim.statement.of(told.language),
        verdict=told.verdict,
        mark=MARKS[told.verdict],
        word=told.verdict_word,
        parts=told.below_verdict,
        figure=told.key_figure(),
        measure=measure,
        kind=told.kind or "unknown",
    )


def _dates(ledger: Sequence[Evidence], background: Background, words: Words, numbers: Numbers, on: date) -> str:
    found = [part.finding for item in ledger for part in item.components]
    planned = {year for part in found if part.by.get("report") in ("budget", "estimate") for year in part.years}
    years = {year for part in found if part.by.get("report") not in ("budget", "estimate") for year in part.years}
    values = {"date": numbers.date(on), "loaded": numbers.date(background.loaded)}
    if not years:
        return words("evidence.dates_bare", **values)
    span = f"{min(years)}\N{EN DASH}{max(years)}" if len(years) > 1 else str(min(years))
    if planned and max(planned) > max(years):
        return words("evidence.dates_planned", years=span, last=max(planned), **values)
    return words("evidence.dates", years=span, **values)


def _sources(background: Background, ledger: Sequence[Evidence], words: Words, numbers: Numbers) -> Section:
    used = {source.split(", ")[0].split(" and ")[0] for item in ledger for source in item.sources}
    rows = tuple(
        (
            file.name,
            words("evidence.sources.fictional") if background.fictional else origin_phrases(words, file.publisher),
            words("evidence.sources.fictional") if background.fictional else origin_phrases(words, file.licence),
            numbers.date(file.loaded),
        )
        for file in background.files
        if file.name in used
    )
    columns = tuple(words(f"evidence.sources.column_{name}") for name in ("file", "publisher", "licence", "loaded"))
    blocks: list[Block] = [
        Paragraph(
            words("evidence.sources.intro", snapshot=background.snapshot, loaded=numbers.date(background.loaded))
        ),
        Paragraph(words("evidence.sources.data", json=JSON_FILE, csv=CSV_FILE)),
        Table(words("evidence.sources.table"), columns, rows),
        Paragraph(words("sources.kinds"), "reading"),
    ]
    return Section("sources", words("evidence.sources.topic"), words("evidence.sources.heading"), tuple(blocks))


def _glossary(words: Words) -> Section:
    terms = [(words(f"evidence.glossary.{name}_term"), words(f"evidence.glossary.{name}"), None) for name in _TERMS]
    ordered = tuple(sorted(terms, key=lambda item: item[0].casefold()))
    return Section("glossary", words("glossary.topic"), words("glossary.heading"), (Terms(ordered),))
