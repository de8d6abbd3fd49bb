"""Cost per task against scale (M1): what the model expects, what being larger does, and how sure that is."""

from __future__ import annotations

from verband.analysis.scale_models import OwnScale, ScaleFacts, Sum
from verband.report import charts
from verband.report.charts.curve import highest_shown
from verband.report.context import Context
from verband.report.page import Block, Figures, Paragraph, Section, Table

SOURCE = ("cost_per_task", "inhabitants", "grant_volumes")
NUMBER_SHOWN = 3
_MARKS = ("a)", "b)", "c)", "d)", "e)", "f)")


def scale(context: Context) -> Section:
    """Show what size does to the cost of the tasks."""
    words, facts = context.words, context.portrait.scale
    topic = words("scale.topic")
    if facts is None or not facts.tasks:
        missing = context.missing("scale.missing" if facts is None else "scale.no_estimate", name=context.name)
        return Section("scale", topic, words("scale.heading_missing"), (missing,))
    found = facts.sum()
    if not found.judged:
        if all(item.cost_eur is None for item in facts.tasks):
            gone = context.missing("scale.not_filed", name=context.name, year=facts.year)
            return Section("scale", topic, words("scale.heading_missing"), (gone,))
        missing = context.missing("scale.unlike", name=context.name)
        return Section("scale", topic, words("scale.heading_unlike", name=context.name), (missing,))
    shown = (*found.less, *found.more)
    key = "scale.charts_shown" if shown else "scale.charts_largest"
    drawn = [item for item in (shown or found.none) if item.expected_eur is not None]
    chosen = sorted(drawn, key=lambda item: -(item.cost_eur or 0.0))[:NUMBER_SHOWN]
    number = words.cardinal(len(chosen))
    blocks: list[Block] = [
        _finding(context, found),
        *_notes(context, found),
        *(
            [Paragraph(words(key if len(chosen) > 1 else f"{key}_one", number=number, name=context.name))]
            if chosen
            else []
        ),
        *(_chart(context, facts, item) for item in chosen),
        _table(context, facts, found),
        Paragraph(words("scale.limits"), "limits"),
    ]
    return Section("scale", topic, _heading(context, found), tuple(blocks))


def _heading(context: Context, found: Sum) -> str:
    words = context.words
    if not found.less and not found.more:
        return words("scale.heading_none", judged=found.judged)
    return words(f"scale.heading_{size_of(found)}", **counts_of(context, found), judged=found.judged)


def size_of(found: Sum) -> str:
    """With which other size the tasks are compared: ``twice`` or ``half`` as large."""
    return "half" if found.factor is not None and found.factor < 1 else "twice"


def _readings(found: Sum) -> tuple[tuple[str, str, tuple[OwnScale, ...]], ...]:
    """What one of the other size spends, less, more or the same, with the reading that this is, and the tasks."""
    cheaper, dearer = ("less", found.less), ("more", found.more)
    if size_of(found) == "half":
        cheaper, dearer = dearer, cheaper
    return ("less", *cheaper), ("more", *dearer), ("none", "none", found.none)


def counts_of(context: Context, found: Sum) -> dict[str, str]:
    """On how many tasks one of the other size spends less and more, in words."""
    return {name: context.words.cardinal(len(items)) for name, _, items in _readings(found)}


def _finding(context: Context, found: Sum) -> Paragraph:
    words, numbers = context.words, context.numbers
    told = words("scale.finding", name=context.name, size=words(f"scale.size_{size_of(found)}"))
    parts = [
        words.count(
            f"scale.finding_{name}",
            len(items),
            name=context.name,
            share=numbers.short_percent(found.share.get(reading, 0.0)),
        )
        for name, reading, items in _readings(found)
        if items
    ]
    told += " " + words("scale.finding_told", told=words.join(parts))
    return Paragraph(told, "finding", "estimated", context.loaded(*SOURCE))


def _notes(context: Context, found: Sum) -> list[Block]:
    words, numbers = context.words, context.numbers
    by_chance = numbers.about(found.by_chance)
    told = [words("scale.chance", judged=found.judged, by_chance=by_chance)]
    staff = context.portrait.staff
    if staff is not None and staff.own.outsourced:
        told.insert(0, words("scale.outsourced", name=context.name))
    for name, items in (
        ("arrangements", found.arrangements),
        ("hosted", found.hosted),
        ("bookkeeping", found.bookkeeping),
    ):
        if items:
            told.append(words.count(f"scale.apart_{name}", len(items), names=words.join(_titles(context, items))))
    if found.unknown:
        told.append(words.count("scale.unknown", len(found.unknown), name=context.name))
    if found.unspent:
        told.append(words.count("scale.unspent", len(found.unspent), name=context.name))
    return [Paragraph(" ".join(told), "limits")]


def _titles(context: Context, items: tuple[OwnScale, ...]) -> list[str]:
    year = context.portrait.scale.year if context.portrait.scale else None
    return [context.task_title(item.scale.task, year) for item in items]


def _chart(context: Context, facts: ScaleFacts, item: OwnScale) -> Figures:
    words, numbers = context.words, context.numbers
    title = context.task_title(item.scale.task, facts.year)
    everyone, points = facts.everyone(item.scale.task), facts.curve(item.scale.task)
    own = context.known(None if item.cost_eur is None else numbers.euro(item.cost_eur))
    expected = numbers.short_euro(item.expected_eur or 0.0)
    reading = words(
        "scale.chart_reading",
        name=context.name,
        own=own,
        expected=expected,
        between=_between_euro(context, item.low_eur, item.high_eur),
        usual=_between_euro(context, item.usual_low_eur, item.usual_high_eur),
    )
    top = highest_shown(everyone, item.cost_eur, [high for *_, high in points])
    if above := sum(value > top for _, value in everyone):
        reading += " " + words.count("scale.chart_above", above)
    chart = charts.curve(
        context.numbers,
        f"scale-chart-{item.scale.task.replace('.', '-').replace('+', '-')}",
        f"{title}: {_change(context, item)}",
        words("scale.chart_description", name=context.name, own=own, expected=expected),
        everyone=everyone,
        points=points,
        own=(item.inhabitants, item.cost_eur, f"{context.name} {own}"),
    )
    return Figures(chart, words("scale.chart_unit", year=facts.year), reading)


def _between_euro(context: Context, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return context.words("common.unknown")
    return context.between(low, high, "euro")


def _change(context: Context, item: OwnScale) -> str:
    """What being larger (or, for the largest, half as large) does, in words."""
    words, numbers = context.words, context.numbers
    if item.change is None or item.change_low is None or item.change_high is None:
        return words("common.unknown")
    if item.reading == "none":
        return words("scale.no_difference")
    ends = sorted((abs(item.change_low), abs(item.change_high)))
    digits = 0 if abs(item.change) >= 0.01 else 1
    between = context.between(ends[0], ends[1], "percent", digits)
    size = "twice" if (item.factor or 0.0) > 1 else "half"
    way = "less" if item.change < 0 else "more"
    return words(f"scale.{size}_{way}", change=numbers.percent(abs(item.change), digits), between=between)


def _table(context: Context, facts: ScaleFacts, found: Sum) -> Table:
    words, numbers = context.words, context.numbers
    first = facts.tasks[0].scale
    ordered = sorted(facts.tasks, key=lambda one: (one in found.unspent, -(one.cost_eur or 0.0)))
    told = list(dict.fromkeys(note for item in ordered for note in _remarks(context, item)))
    rows = [_row(context, facts, item, told) for item in ordered]
    names = ("task", "own", "expected", "between", "usual", f"change_{size_of(found)}", "change_between", "note")
    columns = tuple(words(f"scale.column_{name}") for name in names)
    titles = [context.task_title(item.task, facts.year) for item in facts.left_out]
    note = words(
        "scale.table_note",
        first=first.years[0],
        last=first.years[-1],
        level=numbers.percent(first.level, 0),
    )
    note += "".join(f" {_MARKS[index]} {remark}." for index, remark in enumerate(told))
    if titles:
        note += " " + words("scale.left_out", number=words.cardinal(len(titles)), names=words.join(titles))
    return Table(
        words("scale.table", name=context.name, year=facts.year),
        columns,
        tuple(rows),
        (1, 2, 3, 4, 5, 6),
        summary=words("scale.table_summary", number=len(rows)),
        note=note,
    )


def _row(context: Context, facts: ScaleFacts, item: OwnScale, told: list[str]) -> tuple[str, ...]:
    """Cells of a task: amounts in euro per inhabitant without their sign, remarks as marks of those under the table."""
    words, numbers = context.words, context.numbers
    own = context.known(None if item.cost_eur is None else numbers.exact(item.cost_eur))
    expected, between, usual = words("scale.too_unlike"), "–", "–"
    if item.expected_eur is not None and item.low_eur is not None and item.high_eur is not None:
        expected = numbers.exact(item.expected_eur)
        between = _range(context, numbers.exact(item.low_eur), numbers.exact(item.high_eur))
    if item.usual_low_eur is not None and item.usual_high_eur is not None:
        usual = _range(context, numbers.exact(item.usual_low_eur), numbers.exact(item.usual_high_eur))
    change, ends = words("scale.too_unlike"), "–"
    if item.change is not None and item.change_low is not None and item.change_high is not None:
        change = numbers.signed_percent(item.change)
        ends = _range(context, numbers.signed_percent(item.change_low), numbers.signed_percent(item.change_high))
    label = f"{item.scale.task} {context.task_title(item.scale.task, facts.year)}"
    marks = " ".join(_MARKS[told.index(remark)] for remark in _remarks(context, item))
    return label, own, expected, between, usual, change, ends, marks or "–"


def _remarks(context: Context, item: OwnScale) -> list[str]:
    words, remarks = context.words, []
    if item.scale.apart is not None:
        remarks.append(words(f"scale.note_{item.scale.apart}"))
    if item.scale.often_zero:
        remarks.append(words("scale.note_zeros"))
    if item.cost_eur is not None and item.cost_eur <= 0:
        remarks.append(words("scale.note_unspent" if item.cost_eur == 0 else "scale.note_negative"))
    return remarks


def _range(context: Context, low: str, high: str) -> str:
    return context.words("common.range", low=low, high=high)
