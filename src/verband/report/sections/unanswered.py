"""What was agreed and reached, and the questions that the loaded data do not answer: why, and what would."""

from __future__ import annotations

from verband.analysis.portrait import Indicator
from verband.report.context import Context
from verband.report.page import Block, Items, Paragraph, Section, Table


def unanswered(context: Context) -> Section:
    """List what is not known; indicators from an own file stand here in full."""
    words, portrait = context.words, context.portrait
    found = portrait.arrangements.items if portrait.arrangements else ()
    open_items = []
    if not portrait.indicators:
        open_items.append("performance")
    if not any(step.deadline for item in found for step in item.deadlines):
        open_items.append("say")
    if not any(item.votes is not None for item in found):
        open_items.append("influence")
    if not any(item.exit_clause for item in found):
        open_items.append("exit")
    open_items += ["risk", "alternatives"]
    if not portrait.functions:
        open_items.insert(-1, "people")
    items = tuple(
        (words(f"unanswered.{name}"), (words(f"unanswered.{name}_why"), words(f"unanswered.{name}_how")))
        for name in open_items
    )
    blocks: list[Block] = [Paragraph(words("unanswered.intro"), "text")]
    if portrait.indicators:
        blocks.append(_indicators(context, portrait.indicators))
    blocks.append(Items(words("unanswered.list"), items))
    heading = words.count("unanswered.heading", len(items), count=words.cardinal(len(items)))
    return Section("unanswered", words("unanswered.topic"), heading, tuple(blocks))


def _indicators(context: Context, indicators: tuple[Indicator, ...]) -> Table:
    words, numbers = context.words, context.numbers

    def number(value: float | None, unit: str | None) -> str:
        return context.known(None if value is None else f"{numbers.short(value)} {unit or ''}".strip())

    met = {True: words("unanswered.met"), False: words("unanswered.not_met"), None: words("common.unknown")}
    rows = tuple(
        (
            item.arrangement,
            item.indicator,
            str(item.year),
            number(item.target, item.unit),
            number(item.realised, item.unit),
            met[item.met],
        )
        for item in indicators
    )
    names = ("arrangement", "indicator", "year", "target", "realised", "met")
    columns = tuple(words(f"unanswered.column_{name}") for name in names)
    return Table(words("unanswered.indicators"), columns, rows, (3, 4), note=words("unanswered.indicators_note"))
