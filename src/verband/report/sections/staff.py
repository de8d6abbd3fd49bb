"""Hired staff as a share of hired and own pay; outsourced organisations are compared with nobody."""

from __future__ import annotations

from verband.analysis.portrait import StaffFacts
from verband.analysis.spread import Spread
from verband.report import charts
from verband.report.context import Context
from verband.report.page import Block, Figures, Paragraph, Section, Table

SOURCE = ("key_totals", "inhabitants")


def staff(context: Context) -> Section:
    """Show hired staff, and the functions that rest on one or two people where an own file tells."""
    words, facts = context.words, context.portrait.staff
    topic = words("staff.topic")
    functions = _functions(context)
    if facts is None or facts.own.own_pay_eur_per_inhabitant is None:
        year = facts.year if facts else ""
        gone = (
            context.missing("staff.not_filed", name=context.name, year=year)
            if facts
            else context.missing("staff.missing")
        )
        return Section("staff", topic, words("staff.heading_missing"), (gone, *functions))
    if facts.own.outsourced:
        heading = words("staff.heading_outsourced", name=context.name)
        older = context.older(facts.year)
        blocks: tuple[Block, ...] = (_outsourced(context, facts), *older, _pay(context, facts), *functions)
        return Section("staff", topic, heading, blocks)
    share = facts.own.hired_share
    if share is None:
        return Section(
            "staff", topic, words("staff.heading_missing"), (context.missing("staff.nobody_paid"), *functions)
        )
    blocks_list: list[Block] = [_finding(context, facts, share), *context.older(facts.year)]
    blocks_list += context.told_far() if not facts.alike.few else ()
    if facts.own.partly_joint:
        blocks_list.append(Paragraph(words("staff.partly_joint", name=context.name), "warning"))
    blocks_list.append(_chart(context, facts, share))
    if facts.outsourced:
        blocks_list.append(
            Paragraph(
                words.count(
                    "staff.left_out",
                    len(facts.outsourced),
                    count=words.cardinal(len(facts.outsourced)),
                    names=words.join(facts.outsourced),
                ),
                "limits",
            )
        )
    blocks_list += [_pay(context, facts), Paragraph(words("staff.limits"), "limits"), *functions]
    return Section("staff", topic, _heading(context, facts, share), tuple(blocks_list))


def _heading(context: Context, facts: StaffFacts, share: float) -> str:
    words, numbers = context.words, context.numbers
    if facts.own.doubtful:
        return words("staff.heading_doubtful", share=numbers.short_percent(share), year=facts.year)
    if facts.alike.median is None:
        return words("staff.heading_alone", share=numbers.short_percent(share), year=facts.year)
    return words(
        "staff.heading_far" if context.far else "staff.heading",
        share=numbers.short_percent(share),
        year=facts.year,
        median=numbers.short_percent(facts.alike.median),
    )


def _finding(context: Context, facts: StaffFacts, share: float) -> Paragraph:
    words, numbers = context.words, context.numbers
    told = words(
        "staff.finding",
        name=context.name,
        year=facts.year,
        hired=numbers.short_euro(facts.own.hired_pay_eur_per_inhabitant or 0.0),
        own=numbers.short_euro(facts.own.own_pay_eur_per_inhabitant or 0.0),
        share=numbers.short_percent(share),
    )
    if facts.own.doubtful:
        told += " " + words("staff.doubtful")
    elif facts.alike.median is not None:
        told += " " + words(
            f"staff.alike_{facts.alike.position}",
            count=words.cardinal(facts.alike.n),
            half=context.middle_half(facts.alike, "percent"),
        )
    else:
        told += " " + _few(context, facts, facts.alike, "alike")
    return Paragraph(told, "finding", "derived", context.loaded(*SOURCE))


def _few(context: Context, facts: StaffFacts, spread: Spread, group: str) -> str:
    """Why a group gives no comparison, where outsourced organisations may have been left out of it."""
    if facts.outsourced:
        return context.few_members(spread.n, group, "own_organisation")
    return context.few(spread, group)


def _outsourced(context: Context, facts: StaffFacts) -> Paragraph:
    words, numbers = context.words, context.numbers
    own = facts.own.own_pay_eur_per_inhabitant or 0.0
    return Paragraph(
        words("staff.outsourced", name=context.name, year=facts.year, own=numbers.short_euro(own)),
        "warning",
        "derived",
        context.loaded(*SOURCE),
    )


def _chart(context: Context, facts: StaffFacts, share: float) -> Figures:
    words, numbers = context.words, context.numbers
    group = {item.code for item in context.portrait.group.alike} if context.portrait.group else set()
    alike = sorted(value for code, value in facts.everyone if code in group)
    chart = charts.strip(
        context.numbers,
        "staff-chart",
        words(
            "staff.chart_title",
            name=context.name,
            more=numbers.count(sum(value > share for _, value in facts.everyone)),
            count=numbers.count(sum(code != context.portrait.identity.code for code, _ in facts.everyone)),
        ),
        words("staff.chart_description", name=context.name, share=numbers.percent(share)),
        everyone=sorted(value for _, value in facts.everyone),
        group=alike,
        own=share,
        labels=(
            f"{context.name}: {numbers.percent(share)}",
            words("staff.chart_alike", count=words.cardinal(len(alike))),
            words("staff.chart_all", count=numbers.count(len(facts.everyone))),
        ),
    )
    return Figures(chart, words("staff.chart_unit", year=facts.year), words("staff.chart_reading"))


def _pay(context: Context, facts: StaffFacts) -> Table:
    words, numbers = context.words, context.numbers

    def euro(value: float | None) -> str:
        return context.known(None if value is None else numbers.euro(value))

    def percent(value: float | None) -> str:
        return context.known(None if value is None else numbers.percent(value))

    rows = [
        (words("staff.row_own"), euro(facts.own.own_pay_eur_per_inhabitant)),
        (words("staff.row_hired"), euro(facts.own.hired_pay_eur_per_inhabitant)),
        (words("staff.row_share"), percent(facts.own.hired_share)),
    ]
    note = [words("staff.table_note")]
    for name, spread in (("alike", facts.alike), ("class", facts.in_class)) if not facts.own.outsourced else ():
        if spread.low is None or spread.high is None:
            note.append(_few(context, facts, spread, name))
            continue
        half = words("common.range", low=numbers.percent(spread.low), high=numbers.percent(spread.high))
        rows.append((words(f"staff.row_{name}", number=spread.n), percent(spread.median)))
        rows.append((words(f"staff.row_{name}_half", number=spread.n), half))
    columns = (words("staff.column_what"), words("staff.column_value"))
    return Table(
        words("staff.table", name=context.name, year=facts.year),
        columns,
        tuple(rows),
        (1,),
        summary=words("staff.table_summary"),
        note=" ".join(note),
    )


def _functions(context: Context) -> list[Block]:
    """Functions by number of holders, from the own file."""
    words, numbers = context.words, context.numbers
    functions = context.portrait.functions
    if not functions:
        return [context.missing("staff.functions_missing")]
    rows = tuple(
        (
            item.function,
            numbers.count(item.holders),
            context.known(None if item.deputies is None else numbers.count(item.deputies)),
            numbers.date(item.as_of),
        )
        for item in functions
    )
    columns = tuple(words(f"staff.column_{name}") for name in ("function", "holders", "deputies", "as_of"))
    few = sum(item.holders in (1, 2) for item in functions)
    told = words("staff.functions", few=few, number=len(functions))
    return [
        Paragraph(told, "text", "measured", context.loaded("own_staff")),
        Table(words("staff.functions_table"), columns, rows, (1, 2), summary=words("staff.functions_summary")),
    ]
