"""Where the municipality stands: inhabitants, size class, the municipalities most like it, neighbours, predecessors."""

from __future__ import annotations

from itertools import groupby

from verband.analysis.comparison_group import ComparisonGroup, Features
from verband.analysis.spread import too_few
from verband.report import charts
from verband.report.context import Context
from verband.report.page import Block, Figures, Paragraph, Section, Table


def standing(context: Context) -> Section:
    """Describe the municipality and its comparison group."""
    words, numbers = context.words, context.numbers
    identity, group = context.portrait.identity, context.portrait.group
    people = None if identity.inhabitants is None else numbers.count(identity.inhabitants)
    if people is None:
        heading = words("standing.heading_unknown", name=context.name)
    elif group is None or _compared(group) == "group_none":
        heading = words("standing.heading_alone", name=context.name, inhabitants=people)
    elif _compared(group) == "group_few":
        count = words.cardinal(len(group.alike))
        heading = words("standing.heading_few", name=context.name, inhabitants=people, count=count)
    else:
        heading = words(
            "standing.heading",
            name=context.name,
            inhabitants=people,
            own_year=identity.year,
            year=_year(context),
            count=numbers.count(len(group.in_class)),
            size_class=context.size_class(),
        )
    blocks: list[Block] = []
    if people is not None:
        blocks.append(
            Paragraph(
                words(
                    "standing.inhabitants",
                    place=f"{context.name} ({identity.province})" if identity.province else context.name,
                    inhabitants=people,
                    year=identity.year,
                ),
                "finding",
                "measured",
                context.loaded("inhabitants", "municipality_list"),
            )
        )
    if group is None:
        blocks.append(context.missing("standing.no_group"))
    else:
        blocks += _group(context, group)
    blocks += [_neighbours(context), _predecessors(context)]
    return Section("standing", words("standing.topic"), heading, tuple(blocks))


def _group(context: Context, group: ComparisonGroup) -> list[Block]:
    words, numbers = context.words, context.numbers
    features = {item.code: item for item in context.portrait.features}
    own = features.get(context.portrait.identity.code)
    respects = [words(f"respects.{name}") for name in group.respects]
    blocks: list[Block] = [
        Paragraph(
            words(
                f"standing.{_compared(group)}",
                year=_year(context),
                count=words.cardinal(len(group.alike)),
                respects=words.join(respects),
                few=context.few_members(len(group.in_class), "class"),
            ),
            "text",
            "derived",
            context.loaded("inhabitants", "grant_volumes", "grant_results", "centroids"),
        )
    ]
    if own is not None and len(features) > 1 and group.alike:
        numbers_alike = [features[item.code].inhabitants for item in group.alike if item.code in features]
        blocks.append(
            Figures(
                charts.strip(
                    context.numbers,
                    "standing-chart",
                    words(
                        "standing.chart_title",
                        name=context.name,
                        smaller=numbers.count(sum(item.inhabitants < own.inhabitants for item in features.values())),
                        count=numbers.count(len(features) - 1),
                    ),
                    words("standing.chart_description", name=context.name, inhabitants=numbers.count(own.inhabitants)),
                    everyone=sorted(item.inhabitants for item in features.values()),
                    group=sorted(numbers_alike),
                    own=own.inhabitants,
                    labels=(
                        f"{context.name}: {numbers.count(own.inhabitants)} ({_year(context)})",
                        words("standing.chart_alike", count=words.cardinal(len(group.alike))),
                        words("standing.chart_all", count=numbers.count(len(features))),
                    ),
                    scale="log",
                ),
                words("standing.chart_unit", year=_year(context)),
                words("standing.chart_reading"),
            )
        )
    blocks.append(_table(context, group, own, features))
    blocks.append(Paragraph(words("standing.distance"), "reading"))
    if group.far:
        blocks.append(Paragraph(words("standing.far"), "warning"))
    if group.left_out:
        left = words.join([words(f"respects.{name}") for name in group.left_out])
        blocks.append(Paragraph(words("standing.left_out", respects=left), "warning"))
    if group.incomparable:
        blocks.append(Paragraph(words.count("standing.incomparable", len(group.incomparable)), "limits"))
    blocks.append(Paragraph(words("standing.limits"), "limits"))
    return blocks


def _compared(group: ComparisonGroup) -> str:
    """With which of the groups there is a comparison: the name of the text that says so."""
    if not too_few(len(group.in_class)):
        return "group"
    return "group_none" if too_few(len(group.alike)) else "group_few"


def _year(context: Context) -> int:
    """Year of the inhabitants by which municipalities are compared."""
    facts = context.portrait.dependence
    return facts.year if facts else context.portrait.identity.year


def _table(context: Context, group: ComparisonGroup, own: Features | None, features: dict[str, Features]) -> Table:
    words, numbers = context.words, context.numbers

    def row(name: str, item: Features | None, inhabitants: int, distance: str) -> tuple[str, ...]:
        density = item.density_per_km2 if item else None
        need = item.grant_need_eur_per_inhabitant if item else None
        return (
            name,
            numbers.count(inhabitants),
            context.known(numbers.exact(density) if density else None),
            context.known(numbers.euro(need) if need else None),
            distance,
        )

    rows = [row(context.name, own, own.inhabitants, words("standing.self"))] if own else []
    rows += [
        row(item.name, features.get(item.code), item.inhabitants, numbers.exact(item.distance, 2))
        for item in group.alike
    ]
    names = ("name", "inhabitants", "density", "need", "distance")
    columns = tuple(words(f"standing.column_{name}", year=_year(context)) for name in names)
    return Table(
        words("standing.table"),
        columns,
        tuple(rows),
        (1, 2, 3, 4),
        summary=words("standing.table_summary", count=len(group.alike)),
    )


def _neighbours(context: Context) -> Paragraph:
    words, around = context.words, context.portrait.identity.neighbours
    if context.lacks("neighbours"):
        return context.missing("standing.neighbours_unknown")
    key = "standing.neighbours" if around else "standing.neighbours_none"
    return Paragraph(
        words(key, name=context.name, neighbours=words.join(around)), "text", "derived", context.loaded("neighbours")
    )


def _predecessors(context: Context) -> Paragraph:
    words, found = context.words, context.portrait.identity.predecessors
    if context.lacks("boundary_changes"):
        return context.missing("standing.predecessors_unknown")
    source = context.loaded("boundary_changes")
    if not found:
        return Paragraph(words("standing.predecessors_none", name=context.name), "text", "derived", source)
    merged = sorted((item for item in found if not item.renamed), key=lambda item: item.effective_date)
    told = []
    for day, group in groupby(merged, key=lambda item: item.effective_date):
        names = []
        for item in group:
            if item.share is None:
                names.append(words("standing.part_unknown", name=item.name))
            elif item.share >= 1:
                names.append(item.name)
            else:
                names.append(words("standing.part", name=item.name, share=context.numbers.percent(item.share)))
        told.append(words("standing.predecessor", date=context.numbers.date(day), names=words.join(names)))
    sentences = []
    if told:
        sentences.append(words.count("standing.predecessors", len(merged), name=context.name, told="; ".join(told)))
    sentences += [
        words("standing.renamed", name=context.name, old=item.name, date=context.numbers.date(item.effective_date))
        for item in sorted(found, key=lambda item: item.effective_date)
        if item.renamed
    ]
    return Paragraph(" ".join(sentences), "text", "measured", source)
