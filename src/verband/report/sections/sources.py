"""Sources, definitions and reading report: every table the page rests on, with files, licence and remarks."""

from __future__ import annotations

from verband.report.context import Context
from verband.report.page import Block, Paragraph, Section, Table, Terms
from verband.report.said import origin_of

_GLOSSARY = (
    "arrangement",
    "body",
    "view",
    "task",
    "iv3",
    "transfers",
    "middle_half",
    "median",
    "alike",
    "equity",
    "solvency",
    "signal",
    "affiliated",
    "interval",
    "model",
    "net_debt",
    "net_debt_loans",
    "land",
    "margin",
    "tax",
    "size_class",
    "hiring",
    "cost",
    "need",
    "log",
    "lta",
    "wsw",
    "kinds",
)


def sources(context: Context) -> Section:
    """List the sources with what was set aside and remarked while reading."""
    words, numbers, portrait = context.words, context.numbers, context.portrait
    entries = []
    for item in portrait.provenance:
        told = words(
            "sources.entry",
            files=words.count("sources.files", len(item.files)),
            rows=words.count("sources.set_aside", item.rows_set_aside)
            if item.rows_set_aside
            else words("sources.none_aside"),
        )
        origin = (
            words("sources.invented")
            if portrait.fictional
            else origin_of(context, words("sources.foreign", publisher=item.publisher, licence=item.licence))
        )
        entries.append((words(f"tables.{item.table}"), f"{origin} {told}", f"source-{item.table}"))
    blocks: list[Block] = [
        Paragraph(
            words(
                "sources.snapshot",
                snapshot=portrait.snapshot,
                loaded=numbers.date(portrait.loaded.date()),
                on=numbers.date(portrait.on),
            )
        ),
        Terms(tuple(entries)),
    ]
    if portrait.lacking:
        names = words.join([words(f"tables.{name}") for name in portrait.lacking])
        blocks.append(Paragraph(words("sources.lacking", names=names), "warning"))
    files = tuple((words(f"tables.{item.table}"), ", ".join(item.files)) for item in portrait.provenance)
    columns = (words("sources.column_table"), words("sources.column_file"))
    blocks.append(
        Table(words("sources.files_table"), columns, files, (), summary=words("sources.files_summary"), on_paper=False)
    )
    remarks = tuple(
        (words(f"tables.{item.table}"), remark)
        for item in portrait.provenance
        for remark in dict.fromkeys(item.remarks)
    )
    if remarks:
        columns = (words("sources.column_table"), words("sources.column_remark"))
        summary = words("sources.remarks_summary", number=len(remarks))
        blocks.append(
            Table(words("sources.remarks_table"), columns, remarks, (), summary=summary, language="en", on_paper=False)
        )
    blocks += [Paragraph(words("sources.prices"), "reading"), Paragraph(words("sources.kinds"), "reading")]
    return Section("sources", words("sources.topic"), words("sources.heading"), tuple(blocks))


def glossary(context: Context) -> Section:
    """Explain the terms."""
    words = context.words
    terms = [(words(f"glossary.{name}_term"), words(f"glossary.{name}"), None) for name in _GLOSSARY]
    ordered = tuple(sorted(terms, key=lambda item: item[0].casefold()))
    return Section("glossary", words("glossary.topic"), words("glossary.heading"), (Terms(ordered),))
