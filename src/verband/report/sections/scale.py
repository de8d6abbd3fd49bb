"""Cost per task against scale (M1): what the model expects, what being larger does, and how sure that is."""

from __future__ import annotations

from verband.analysis.scale_models import OwnScale, ScaleFacts, Sum
from verband.report import charts
from verband.report.charts.curve import highest_shown
from verband.report.context import Context
from verband.report.page import Block, Figures, Paragraph, Section, Table

SOURCE = ("cost_per_task", "inhabitants", "grant_volumes")
NUMBER_SHOWN = 3


def scale(context: Context) -> Section:
    """Show what size does to the cost of the tasks."""
    words, facts = context.words, context.portrait.scale
    topic = words("scale.topic")
    if facts is None or not facts.tasks:
        missing = context.missing("scale.missing" if facts is None else "scale.no_estimate", name=context.name)
        return Section("scale", topic, words("scale.heading_missing"), (missing,))
    found = facts.sum()
    if not found.judged:
        missing = context.missing("scale.unlike", name=context.name)
        limits = Paragraph(words("scale.limits"), "limits")
        table = _table(context, facts, found)
        return Section("scale", topic, words("scale.heading_unlike", name=context.name), (missing, table, limits))
    shown = (*found.less, *found.more)
    key = "scale.charts_shown" if shown else "scale.charts_largest"
    chosen = sorted(shown or found.none, key=lambda item: -(item.cost_eur or 0.0))[:NUMBER_SHOWN]
    number = words.cardinal(len(chosen))
    blocks: list[Block] = [
        _finding(context, found),
        *_notes(context, found),
        Paragraph(words(key if len(chosen) > 1 else f"{key}_one", number=number, name=context.name), "text"),
        *(_chart(context, facts, item) for item in chosen),
        _table(context, facts, found),
        Paragraph(words("scale.limits"), "limits"),
    ]
    return Section("scale", topic, _heading(context, found), tuple(blocks))


def _heading(context: Context, found: Sum) -> str:
    words = context.words
    if not found.less and not found.more:
        return words("scale.heading_none", judged=found.judged)
    return words(
        "scale.heading", less=words.cardinal(len(found.less)), more=words.cardinal(len(found.more)), judged=found.judged
    )


def _finding(context: Context, found: Sum) -> Paragraph:
    words, numbers = context.words, context.numbers
    told = words(
        "scale.finding",
        name=context.name,
        less=words.cardinal(len(found.less)),
        more=words.cardinal(len(found.more)),
        none=words.cardinal(len(found.none)),
    )
    if found.less or found.more:
        told += " " + words(
            "scale.shares",
            less=numbers.short_percent(found.share["less"]),
            more=numbers.short_percent(found.share["more"]),
        )
    return Paragraph(told, "finding", "estimated", context.loaded(*SOURCE))


def _notes(context: Context, found: Sum) -> list[Block]:
    words, numbers = context.words, context.numbers
    by_chance = numbers.exact(found.by_chance, 0 if found.by_chance >= 1 else 1)
    told = [words("scale.chance", judged=found.judged, by_chance=by_chance)]
    if found.cost_key:
        told.append(
            words.count("scale.cost_key", len(found.cost_key), names=words.join(_titles(context, found.cost_key)))
        )
    if found.unknown:
        told.append(words.count("scale.unknown", len(found.unknown), name=context.name))
    return [Paragraph(" ".join(told), "limits")]


def _titles(context: Context, items: tuple[OwnScale, ...]) -> list[str]:
    year = context.portrait.scale.year if context.portrait.scale else None
    return [context.task_title(item.scale.task, year) for item in items]


def _chart(context: Context, facts: ScaleFacts, item: OwnScale) -> Figures:
    words, numbers = context.words, context.numbers
    title = context.task_title(item.scale.task, facts.year)
    everyone, points = facts.everyone(item.scale.task), facts.curve(item.scale.task)
    own = context.known(None if item.cost_eur is None else numbers.euro(item.cost_eur))
    between = words(
        "common.between",
        low=numbers.short_euro(item.low_eur or 0.0),
        high=numbers.short_euro(item.high_eur or 0.0),
    )
    expected = f"{numbers.short_euro(item.expected_eur or 0.0)} ({between})"
    reading = words("scale.chart_reading", name=context.name, own=own, expected=expected)
    top = highest_shown(everyone, item.cost_eur, [high for *_, high in points])
    if above := sum(value > top for _, value in everyone):
        reading += " " + words.count("scale.chart_above", above)
    chart = charts.curve(
        context.numbers,
        f"scale-chart-{item.scale.task.replace('.', '-')}",
        f"{title}: {_change(context, item)}",
        words("scale.chart_description", name=context.name, own=own, expected=expected),
        everyone=everyone,
        points=points,
        own=(item.inhabitants, item.cost_eur, f"{context.name} {own}"),
    )
    return Figures(chart, words("scale.chart_unit", year=facts.year), reading)


def _change(context: Context, item: OwnScale) -> str:
    """What being larger (or, for the largest, half as large) does, in words."""
    words, numbers = context.words, context.numbers
    if item.change is None or item.change_low is None or item.change_high is None:
        return words("common.unknown")
    if item.reading == "none":
        return words("scale.no_difference")
    ends = sorted((abs(item.change_low), abs(item.change_high)))
    between = words("common.between", low=numbers.short_percent(ends[0]), high=numbers.short_percent(ends[1]))
    size = "twice" if (item.factor or 0.0) > 1 else "half"
    way = "less" if item.change < 0 else "more"
    return words(f"scale.{size}_{way}", change=numbers.short_percent(abs(item.change)), between=between)


def _table(context: Context, facts: ScaleFacts, found: Sum) -> Table:
    words, numbers = context.words, context.numbers
    first = facts.tasks[0].scale
    rows = [
        _row(context, facts, item)
        for item in sorted(facts.tasks, key=lambda one: -(one.cost_eur or 0.0))
        if item not in found.unspent
    ]
    rows += [_row(context, facts, item) for item in found.unspent]
    columns = tuple(
        words(f"scale.column_{name}") for name in ("task", "own", "expected", "change", "elasticity", "note")
    )
    titles = [context.task_title(item.task, facts.year) for item in facts.left_out]
    note = words(
        "scale.table_note",
        first=first.years[0],
        last=first.years[-1],
        level=numbers.short_percent(first.level),
    )
    if titles:
        note += " " + words("scale.left_out", number=words.cardinal(len(titles)), names=words.join(titles))
    return Table(
        words("scale.table", name=context.name, year=facts.year),
        columns,
        tuple(rows),
        (1, 2, 3, 4),
        summary=words("scale.table_summary", number=len(rows)),
        note=note,
    )


def _row(context: Context, facts: ScaleFacts, item: OwnScale) -> tuple[str, ...]:
    words, numbers = context.words, context.numbers
    estimate = item.scale
    own = context.known(None if item.cost_eur is None else numbers.euro(item.cost_eur))
    expected = change = words("scale.too_unlike")
    if item.expected_eur is not None and item.low_eur is not None and item.high_eur is not None:
        expected = f"{numbers.euro(item.expected_eur)} ({numbers.euro(item.low_eur)} – {numbers.euro(item.high_eur)})"
    if item.change is not None and item.change_low is not None and item.change_high is not None:
        size = "2×" if (item.factor or 0.0) > 1 else "½×"
        low, high = numbers.signed_percent(item.change_low), numbers.signed_percent(item.change_high)
        change = f"{size}: {numbers.signed_percent(item.change)} ({low} – {high})"
    between = f"{numbers.exact(estimate.low, 2)} – {numbers.exact(estimate.high, 2)}"
    elasticity = f"{numbers.exact(estimate.elasticity, 2)} ({between})"
    notes = []
    if estimate.cost_key:
        notes.append(words("scale.note_cost_key"))
    if estimate.often_zero:
        notes.append(words("scale.note_zeros"))
    if item.cost_eur is not None and item.cost_eur <= 0:
        notes.append(words("scale.note_unspent"))
    label = f"{estimate.task} {context.task_title(estimate.task, facts.year)}"
    return label, own, expected, change, elasticity, "; ".join(notes) or "–"
