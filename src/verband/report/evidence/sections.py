"""One section per claim: the claim, plain words, charts, what a researcher needs, what would change it, literature."""

from __future__ import annotations

from collections.abc import Iterator

from verband.analysis.evidence.result import Finding
from verband.analysis.evidence.statements import Rule
from verband.analysis.evidence.verdict import Verdict
from verband.report.evidence.figures import figures
from verband.report.evidence.members import member
from verband.report.evidence.sentences import MARKS, Told
from verband.report.page import Block, Heading, Items, Paragraph, Section, Table
from verband.workspace.evidence.background import Background

_ON_PAPER = 30
"""Rows up to which a table is printed; longer ones are on the screen and in the files beside the page."""


def claim_section(told: Told, background: Background) -> Section:
    """Make the section of one claim; it is whole also where nothing was found."""
    words, claim = told.words, told.evidence.statement
    charts = figures(told)
    plain = " ".join(told.plain())
    blocks: list[Block] = [
        Paragraph(words("evidence.claim", statement=claim.statement.of(told.language)), "finding"),
        Heading(words("evidence.plain_heading")),
        Paragraph(plain, kind=told.kind),
        Heading(words("evidence.limits_heading")),
        Paragraph(told.limits),
        *(charts or (Paragraph(words("evidence.no_chart"), "missing"),)),
        Heading(words("evidence.exact_heading")),
        *_exact(told),
        _numbers(told),
        _aside(told),
        Heading(words("evidence.change_heading")),
        Paragraph(claim.would_change.of(told.language)),
        *_literature(told),
        Paragraph(_sources(told, background), "note"),
    ]
    topic = f"{claim.mechanism} · {claim.title.of(told.language)}"
    return Section(told.anchor, topic, told.heading, tuple(blocks))


def verdict_text(told: Told, verdict: Verdict) -> str:
    """A verdict with its sign, for a cell."""
    return f"{MARKS[verdict]} {told.words(f'evidence.verdicts.{verdict}')}"


def _exact(told: Told) -> list[Block]:
    words, item = told.words, told.evidence
    number = len(item.set_aside)
    where = words("evidence.aside_where")
    aside = words("evidence.exact.aside", number=number, where=where) if number else words("evidence.exact.aside_none")
    missing = [words("evidence.exact.not_found", why=told.said(item.missing))] if item.missing else []
    if not told.deciding:
        # Of a component that is several figures the first tells the method and the note of all.
        beside = told.beside[:2] or tuple(parts[0] for parts in told.families[:1])
        shown = [" ".join(told.exact(part)) for part in beside]
        nothing = words("evidence.exact.nothing", why=" ".join(missing)).strip()
        return [Paragraph(" ".join([*([] if shown else [nothing]), *shown, *(missing if shown else []), aside]))]
    parts = [" ".join(told.exact(part)) for part in told.deciding]
    parts[-1] = " ".join([parts[-1], *missing, aside])
    return [Paragraph(part) for part in parts]


def _numbers(told: Told) -> Table:
    """All components, each followed by its variants, in the unit of their rule."""
    words, claim = told.words, told.evidence.statement
    rows: list[tuple[str, ...]] = []
    done: set[str] = set()
    for part in told.evidence.components:
        name = part.rule.title.of(told.language)
        by = ", ".join(member(told.words, key, value) for key, value in part.finding.by.items())
        role = words(f"evidence.roles.{part.rule.role}")
        rows.append(_row(told, part.rule, f"{name}: {by}" if by else f"{name} ({role})", part.finding, part.verdict))
        if part.rule.component not in done:
            done.add(part.rule.component)
            rows += _checks(told, part.rule.component)
    for rule in claim.rules:
        if rule.component in told.evidence.not_estimated:
            name = f"{rule.title.of(told.language)} ({words(f'evidence.roles.{rule.role}')})"
            why = told.said(told.evidence.not_estimated[rule.component])
            rows.append((name, words("evidence.tables.no_estimate", why=why), "", "", ""))
        if rule.component not in done:
            rows += _checks(told, rule.component)
    columns = ("name", "estimate", "counts", "years", "verdict")
    there = [part.rule for part in told.evidence.components] or claim.rules
    units = {rule.title.of(told.language): told.shown(rule).unit for rule in there}
    unit = next(iter(units.values()), "")
    if len(set(units.values())) > 1:
        unit = "; ".join(f"{name}: {value}" for name, value in units.items())
    return Table(
        words("evidence.tables.figures", mechanism=told.mechanism),
        tuple(words(f"evidence.tables.column_{name}") for name in columns),
        tuple(rows),
        (1, 2),
        summary=words("evidence.tables.figures_summary", number=len(rows)),
        note=words("evidence.tables.units", units=unit),
        on_paper=len(rows) <= _ON_PAPER,
    )


def _checks(told: Told, component: str) -> Iterator[tuple[str, ...]]:
    words, rule = told.words, told.evidence.statement.rule(component)
    for item in told.evidence.variants:
        if item.component != component:
            continue
        name = words("evidence.tables.check", name=told.said(item.name))
        if item.finding is None:
            yield (name, words("evidence.tables.no_estimate", why=told.said(item.missing)), "", "", "")
        else:
            yield _row(told, rule, name, item.finding, item.verdict)


def _row(told: Told, rule: Rule, name: str, found: Finding, verdict: Verdict) -> tuple[str, ...]:
    values = (found.estimate, found.low, found.high)
    digits = told.raw_digits(rule, *values)
    estimate, low, high = (told.numbers.exact(value, digits) for value in values)
    counts = (found.n_observations, found.n_municipalities, found.n_clusters)
    nothing = "\N{EN DASH}"
    return (
        name,
        f"{estimate} ({low}; {high})",
        " / ".join(told.numbers.count(value) for value in counts) if any(counts) else nothing,
        told.years(found.years) if found.years else nothing,
        # A claim that cannot be tested gets no verdict, and so do the figures beside it that decide nothing.
        verdict_text(told, verdict) if rule.judges and told.verdict != "not_testable" else nothing,
    )


def _aside(told: Told) -> Table:
    words = told.words
    rows = tuple((aside_name(told, item.code), told.said(item.reason)) for item in told.evidence.set_aside)
    return Table(
        words("evidence.tables.aside", mechanism=told.mechanism),
        (words("evidence.tables.column_aside"), words("evidence.tables.column_reason")),
        rows,
        summary=words("evidence.tables.aside_summary", number=len(rows)),
        on_paper=False,
    )


def aside_name(told: Told, code: str) -> str:
    """Whom or what a code of what was set aside means: municipalities by name, tasks by title."""
    if code in told.names:
        return f"{told.names[code]} ({code})"
    return member(told.words, "task", code) if code[:1].isdigit() and "." in code else code


def _literature(told: Told) -> list[Block]:
    words = told.words
    items = tuple(
        (
            f"{_authors(told, study.authors)} ({study.year})",
            (
                study.finding.of(told.language),
                words(
                    "evidence.literature_line",
                    stance=words(f"evidence.stances.{study.stance}"),
                    title=study.title,
                    outlet=study.outlet,
                    certainty=words(f"evidence.certainty.{study.certainty}"),
                ),
            ),
        )
        for study in told.evidence.literature
    )
    return [Items(words("evidence.literature_heading"), items)] if items else []


def _authors(told: Told, names: str) -> str:
    return names.replace(" and ", f" {told.words('common.and')} ")


def _sources(told: Told, background: Background) -> str:
    """The files that a claim rests on, with the day on which they were loaded."""
    words = told.words
    loaded = {file.name: file.loaded for file in background.files}
    named = []
    for source in told.evidence.sources:
        first = source.split(", ")[0].split(" and ")[0]
        text = _files(told, source)
        if first in loaded:
            text = words("evidence.source_dated", name=text, date=told.numbers.date(loaded[first]))
        named.append(text)
    if not named:
        return words("evidence.sources_none")
    return words("evidence.sources_line", sources="; ".join(named))


def _files(told: Told, source: str) -> str:
    """Names of files; what says how many more there are in the language of the page."""
    first, sign, rest = source.partition(" and ")
    number = rest.split(" ", maxsplit=1)[0]
    return told.words("evidence.more_files", name=first, number=number) if sign and number.isdigit() else source
