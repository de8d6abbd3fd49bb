"""Cost per inhabitant per task beside the comparison group, largest tasks first; says nothing about efficiency."""

from __future__ import annotations

from verband.analysis.portrait import CostFacts
from verband.analysis.spread import Spread
from verband.analysis.task_costs import TaskCost, largest
from verband.report import charts
from verband.report.charts import Range
from verband.report.context import Context
from verband.report.page import Block, Figures, Paragraph, Section, Table

SOURCE = ("cost_per_task", "key_totals", "inhabitants")
NUMBER_SHOWN = 10


def costs(context: Context) -> Section:
    """Show cost per inhabitant per task."""
    words, facts = context.words, context.portrait.costs
    topic = words("costs.topic")
    if facts is None:
        return Section("costs", topic, words("costs.heading_missing"), (context.missing("costs.missing"),))
    total = facts.total.alike
    if total.value is None:
        gone = context.missing("costs.not_filed", name=context.name, year=facts.year)
        return Section("costs", topic, words("costs.heading_missing"), (gone,))
    blocks: list[Block] = [_finding(context, facts), *context.older(facts.year)]
    blocks += context.told_far() if not total.few else ()
    blocks += _negative(context, facts)
    outside = [item for item in largest(facts.tasks, NUMBER_SHOWN) if item.alike.position in ("below", "above")]
    if outside:
        told = [
            words(f"costs.task_{item.alike.position}", task=context.task_title(item.task, facts.year))
            for item in outside
        ]
        key = (
            "costs.outside_all"
            if len(outside) == NUMBER_SHOWN
            else "costs.outside"
            if len(outside) > 1
            else "costs.outside_one"
        )
        blocks.append(
            Paragraph(
                words(
                    key, number=words.cardinal(len(outside)), shown=words.cardinal(NUMBER_SHOWN), told=words.join(told)
                ),
                "text",
                "derived",
                context.loaded(*SOURCE),
            )
        )
    blocks.append(_chart(context, facts))
    if total.missing:
        blocks.append(Paragraph(words("costs.without", number=words.cardinal(len(total.missing))), "limits"))
    blocks += [
        _table(context, facts),
        Paragraph(words("costs.limits"), "limits"),
        Paragraph(words("common.bbv5"), "limits"),
    ]
    return Section("costs", topic, _heading(context, facts), tuple(blocks))


def _heading(context: Context, facts: CostFacts) -> str:
    words, numbers, total = context.words, context.numbers, facts.total.alike
    own = numbers.short_euro(total.value or 0.0)
    if total.median is None:
        return words("costs.heading_alone", name=context.name, year=facts.year, own=own)
    far = "_far" if context.far else ""
    return words(
        f"costs.heading{far}", name=context.name, year=facts.year, own=own, median=numbers.short_euro(total.median)
    )


def _finding(context: Context, facts: CostFacts) -> Paragraph:
    words, numbers, total = context.words, context.numbers, facts.total.alike
    amount = context.known(None if facts.total.cost_eur is None else numbers.short_euro(facts.total.cost_eur))
    told = words("costs.total", name=context.name, year=facts.year, amount=amount)
    if total.median is not None:
        told += " " + words(
            f"costs.total_{total.position}", count=words.cardinal(total.n), half=context.middle_half(total, "euro")
        )
    elif total.few:
        told += " " + context.few(total, "alike")
    return Paragraph(told, "finding", "derived", context.loaded(*SOURCE))


def _negative(context: Context, facts: CostFacts) -> list[Block]:
    """Name the tasks that were booked below zero although those alike spend on them."""
    words, numbers, found = context.words, context.numbers, facts.negative[:NUMBER_SHOWN]
    if not found:
        return []
    tasks = [
        words(
            "costs.negative_task",
            task=context.task_title(item.task, facts.year),
            own=numbers.short_euro(item.alike.value or 0.0),
            median=numbers.short_euro(item.alike.median or 0.0),
        )
        for item in found
    ]
    told = words.count("costs.negative", len(found), name=context.name, tasks=words.join(tasks))
    return [Paragraph(told, "warning", "derived", context.loaded(*SOURCE))]


def _chart(context: Context, facts: CostFacts) -> Figures:
    words, numbers = context.words, context.numbers
    shown = largest(facts.tasks, NUMBER_SHOWN)
    rows = [
        Range(
            label=context.task_title(item.task, facts.year),
            value=item.alike.value,
            value_text="" if item.alike.value is None else numbers.euro(item.alike.value),
            low=item.alike.low,
            median=item.alike.median,
            high=item.alike.high,
        )
        for item in shown
    ]
    told = "; ".join(f"{row.label}: {row.value_text}" for row in rows)
    alone = "_alone" if all(row.median is None for row in rows) else ""
    chart = charts.ranges(
        context.numbers,
        "costs-chart",
        words(
            "costs.chart_title",
            number=words.cardinal(len(rows)),
            name=context.name,
            task=rows[0].label,
            own=rows[0].value_text,
        ),
        words(f"costs.chart_description{alone}", count=words.cardinal(context.alike_count())),
        rows=rows,
        own=told,
    )
    reading = words(f"costs.chart_reading{alone}", name=context.name)
    return Figures(chart, words("costs.chart_unit", year=facts.year), reading)


def _table(context: Context, facts: CostFacts) -> Table:
    words = context.words
    ordered = [*largest(facts.tasks, len(facts.tasks)), *(item for item in facts.tasks if item.cost_eur is None)]
    told = {words("costs.whole"): facts.total}
    told |= {f"{item.task} {context.task_title(item.task, facts.year)}": item for item in ordered}
    cells = [_cells(context, item) for item in told.values()]
    names = ["eur", "own"]
    names += ["median", "half"] if any(not item.alike.few for item in told.values()) else []
    names += ["class_median"] if any(not item.in_class.few for item in told.values()) else []
    rows = tuple((label, *(row[name] for name in names)) for label, row in zip(told, cells, strict=True))
    few = [context.few(spread, group) for spread, group in _groups(facts.total) if spread.few]
    return Table(
        words("costs.table" if "median" in names else "costs.table_alone", year=facts.year, name=context.name),
        tuple(words(f"costs.column_{name}") for name in ("task", *names)),
        rows,
        tuple(range(1, len(names) + 1)),
        summary=words("costs.table_summary", number=len(facts.tasks)),
        note=" ".join([words("costs.table_note"), *few]),
    )


def _groups(item: TaskCost) -> tuple[tuple[Spread, str], ...]:
    return (item.alike, "alike"), (item.in_class, "class")


def _cells(context: Context, item: TaskCost) -> dict[str, str]:
    numbers = context.numbers

    def euro(value: float | None) -> str:
        return context.known(None if value is None else numbers.euro(value))

    def median(spread: Spread) -> str:
        return context.words("few.cell") if spread.median is None else numbers.euro(spread.median)

    def half(spread: Spread) -> str:
        if spread.low is None or spread.high is None:
            return context.words("few.cell")
        return context.words("common.range", low=numbers.euro(spread.low), high=numbers.euro(spread.high))

    return {
        "eur": euro(item.cost_eur),
        "own": euro(item.alike.value),
        "median": median(item.alike),
        "half": half(item.alike),
        "class_median": median(item.in_class),
    }
