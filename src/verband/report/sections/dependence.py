"""What runs through arrangements: share of cost over the years against the size class, and money per inhabitant."""

from __future__ import annotations

from verband.analysis.dependence import Dependence
from verband.analysis.portrait import DependenceFacts
from verband.analysis.spread import Spread
from verband.domain.size_class import size_classes
from verband.report import charts
from verband.report.charts import Line
from verband.report.context import Context
from verband.report.page import Block, Figures, Paragraph, Section, Table

SOURCE = ("key_totals", "inhabitants")
_CLASS_COLUMNS = ("class", "reporting", "class_median", "share_sum", "eur_sum")


def dependence(context: Context) -> Section:
    """Tell how much of the cost runs through arrangements; the sentence on the lower bound always stands beside it."""
    words, facts = context.words, context.portrait.dependence
    topic, bound = words("dependence.topic"), Paragraph(words("dependence.lower_bound"), "warning")
    latest = facts.latest if facts else None
    if facts is None or latest is None or latest.share_of_cost is None:
        missing = context.missing("dependence.missing")
        return Section("dependence", topic, words("dependence.heading_missing"), (missing, bound))
    blocks: list[Block] = [*_findings(context, facts, latest), bound]
    blocks.append(_chart(context, facts))
    blocks += _warnings(context, facts, latest)
    blocks += [_years(context, facts), _classes(context, facts)]
    blocks += [Paragraph(words("dependence.limits"), "limits"), Paragraph(words("common.bbv5"), "limits")]
    return Section("dependence", topic, _heading(context, facts, latest), tuple(blocks))


def _heading(context: Context, facts: DependenceFacts, latest: Dependence) -> str:
    words, numbers = context.words, context.numbers
    share = numbers.short_percent(latest.share_of_cost or 0.0)
    if latest.doubtful:
        key = "dependence.heading_doubt" if context.own_doubt else "dependence.heading_doubt_part"
        return words(key, year=latest.year, share=share, limit=context.doubt_limit(latest.year))
    spread = dict(facts.class_spread).get(latest.year)
    if spread is not None and spread.median is not None:
        return words("dependence.heading", year=latest.year, share=share, median=numbers.short_percent(spread.median))
    if facts.alike.median is not None and latest.year == facts.compared_in:
        median = numbers.short_percent(facts.alike.median)
        far = "_far" if context.far else ""
        return words(f"dependence.heading_alike{far}", year=latest.year, share=share, median=median)
    return words("dependence.heading_alone", year=latest.year, share=share)


def _findings(context: Context, facts: DependenceFacts, latest: Dependence) -> list[Block]:
    words, numbers = context.words, context.numbers
    source = context.loaded(*SOURCE)
    paid = dict(facts.paid_eur).get(latest.year)
    change = facts.change_eur_per_inhabitant
    told = words(
        "dependence.amount",
        year=latest.year,
        eur=numbers.short_euro(latest.eur_per_inhabitant or 0.0),
        total=context.known(None if paid is None else numbers.short_euro(paid)),
    )
    if latest.doubtful:
        key = "answers.compared_doubt" if context.own_doubt else "answers.compared_doubt_part"
        told += " " + words(key, year=latest.year, limit=context.doubt_limit(latest.year))
    elif change is None:
        key = "dependence.change_doubt" if facts.doubtful_before else "dependence.change_unknown"
        told += " " + words(key, year=latest.year - 1)
    elif abs(change) < 0.5:
        told += " " + words("dependence.change_none", year=latest.year - 1)
    else:
        key = "dependence.change_more" if change > 0 else "dependence.change_less"
        told += " " + words(key, year=latest.year - 1, eur=numbers.short_euro(abs(change)))
        if facts.large_change:
            told += " " + words("dependence.change_large")
    blocks: list[Block] = [Paragraph(told, "finding", "derived", source)]
    blocks += context.older(latest.year)
    alike = facts.alike_eur_per_inhabitant
    if alike.few and alike.value is not None and not latest.doubtful:
        blocks.append(Paragraph(context.few(alike, "alike"), "text"))
    if alike.median is not None and alike.value is not None and not latest.doubtful:
        blocks.append(
            Paragraph(
                words(
                    f"dependence.alike_{alike.position}",
                    year=facts.compared_in,
                    count=words.cardinal(alike.n),
                    own=numbers.short_euro(alike.value),
                    median=numbers.short_euro(alike.median),
                    half=context.middle_half(alike, "euro"),
                ),
                "text",
                "derived",
                source,
            )
        )
        blocks += context.told_far()
        blocks += _staff_elsewhere(context)
        if alike.missing:
            blocks.append(
                Paragraph(
                    words(
                        "dependence.without",
                        names=words.join(alike.missing),
                        year=facts.compared_in,
                        limit=context.doubt_limit(facts.compared_in),
                    ),
                    "limits",
                )
            )
    return blocks


def _staff_elsewhere(context: Context) -> list[Block]:
    """That the amount holds pay where the own staff works for another organisation."""
    staff = context.portrait.staff
    if staff is None or not (staff.own.outsourced or staff.own.partly_joint):
        return []
    key = "dependence.staff_elsewhere" if staff.own.outsourced else "dependence.staff_partly"
    return [Paragraph(context.words(key, name=context.name), "warning")]


def _warnings(context: Context, facts: DependenceFacts, latest: Dependence) -> list[Block]:
    words = context.words
    blocks: list[Block] = []
    blocks += [Paragraph(text, "warning") for text in _doubts(context, facts)]
    spread = dict(facts.class_spread).get(latest.year)
    if spread and spread.rank is not None and spread.n > 1 and spread.rank == spread.n:
        blocks.append(Paragraph(words("dependence.highest", year=latest.year), "warning"))
    for year, names in facts.gaps:
        blocks.append(Paragraph(words("dependence.gap", year=year, names=words.join(names)), "missing", "unknown"))
    return blocks


def _doubts(context: Context, facts: DependenceFacts) -> list[str]:
    """Whose accounts book too little, one sentence for all years with the same names and the same limit."""
    words = context.words
    years: dict[tuple[tuple[str, ...], str], list[int]] = {}
    for year, names in facts.doubts:
        years.setdefault((names, context.doubt_limit(year)), []).append(year)
    return [
        words("dependence.doubt", year=when[0], names=words.join(names), limit=limit)
        if len(when) == 1
        else words(
            "dependence.doubt_years",
            years=words.join([str(year) for year in when]),
            names=words.join(names),
            limit=limit,
        )
        for (names, limit), when in years.items()
    ]


def _chart(context: Context, facts: DependenceFacts) -> Figures:
    words, numbers = context.words, context.numbers
    own = {item.year: item.share_of_cost for item in facts.own}
    spreads = dict(facts.class_spread)
    years = list(range(min([*own, *spreads]), max([*own, *spreads]) + 1))
    empty = Spread(None, None, None, None, 0, (), None)
    medians = [spreads.get(year, empty).median for year in years]
    few = _few(context, facts)
    alone = "_alone" if few else ""
    latest = facts.latest
    last = "" if latest is None or latest.share_of_cost is None else f" {numbers.short_percent(latest.share_of_cost)}"
    median = next((value for value in reversed(medians) if value is not None), None)
    label = words("dependence.chart_class", share="" if median is None else numbers.short_percent(median))
    values = "; ".join(
        f"{year} {words('common.unknown') if own.get(year) is None else numbers.percent(own[year] or 0.0)}"
        for year in years
    )
    chart = charts.lines(
        context.numbers,
        "dependence-chart",
        _chart_title(context, facts),
        words(f"dependence.chart_description{alone}", name=context.name, values=values),
        years=years,
        lines=[
            *([] if few else [Line(label, tuple(medians))]),
            Line(
                f"{context.name}{last}",
                tuple(own.get(year) for year in years),
                own=True,
                doubtful=tuple(year for year, _ in facts.doubts),
            ),
        ],
        low=[spreads.get(year, empty).low for year in years],
        high=[spreads.get(year, empty).high for year in years],
    )
    reading = words(f"dependence.chart_reading{alone}", name=context.name, size_class=context.size_class())
    if facts.doubts:
        reading += " " + words("dependence.chart_doubtful")
    reading = f"{reading} {few}".strip()
    return Figures(chart, words("dependence.chart_unit", boundaries=facts.boundaries), reading)


def _chart_title(context: Context, facts: DependenceFacts) -> str:
    """The finding of the chart: the first and the last year that are not in doubt; without two, what it shows."""
    words, numbers, doubtful = context.words, context.numbers, dict(facts.doubts)
    known = [
        (item.year, item.share_of_cost)
        for item in facts.own
        if item.share_of_cost is not None and item.year not in doubtful
    ]
    if len(known) < 2:
        return words("dependence.chart_title", name=context.name)
    (first, before), (last, after) = known[0], known[-1]
    told = {"before": numbers.short_percent(before), "after": numbers.short_percent(after)}
    return words("dependence.chart_finding", name=context.name, first=first, last=last, **told)


def _few(context: Context, facts: DependenceFacts) -> str:
    """Why the size class gives no comparison in any year; empty where it does."""
    spreads = [spread for _, spread in facts.class_spread]
    if not spreads or any(not spread.few for spread in spreads):
        return ""
    return context.few(max(spreads, key=lambda spread: spread.n), "class")


def _years(context: Context, facts: DependenceFacts) -> Table:
    words, numbers = context.words, context.numbers
    few = _few(context, facts)
    spreads, paid, gaps = dict(facts.class_spread), dict(facts.paid_eur), dict(facts.gaps)
    rows = []
    for item in facts.own:
        spread = spreads.get(item.year)
        total = paid.get(item.year)
        why = (
            words("dependence.no_report", names=words.join(gaps[item.year]))
            if item.year in gaps
            else words("common.unknown")
        )
        row = [
            str(item.year),
            why if item.share_of_cost is None else _share(context, item),
            context.known(None if item.eur_per_inhabitant is None else numbers.euro(item.eur_per_inhabitant)),
            context.known(None if total is None else numbers.euro(total)),
        ]
        if not few:
            row += _beside(context, spread)
        rows.append(tuple(row))
    names = ("year", "share", "eur", "total", *(() if few else ("median", "half")))
    alone = "_alone" if few else ""
    return Table(
        words(f"dependence.table{alone}", name=context.name, size_class=context.size_class()),
        tuple(words(f"dependence.column_{name}") for name in names),
        tuple(rows),
        tuple(range(1, len(names))),
        summary=words("dependence.table_summary"),
        note=f"{words(f'dependence.table_note{alone}')} {few}".strip(),
    )


def _share(context: Context, item: Dependence) -> str:
    share = context.numbers.percent(item.share_of_cost or 0.0)
    return context.words("dependence.doubtful", figure=share) if item.doubtful else share


def _beside(context: Context, spread: Spread | None) -> list[str]:
    """Median and middle half of the size class as cells, or why there are none."""
    if spread is None or spread.median is None or spread.low is None or spread.high is None:
        return [context.known(None) if spread is None else context.words("few.cell")] * 2
    percent = context.numbers.percent
    return [percent(spread.median), context.words("common.range", low=percent(spread.low), high=percent(spread.high))]


def _classes(context: Context, facts: DependenceFacts) -> Table:
    words, numbers = context.words, context.numbers
    names = {item.code: item.name_nl if context.language == "nl" else item.name_en for item in size_classes()}
    medians = {
        name: words("few.cell") if spread.median is None else numbers.percent(spread.median)
        for name, spread in facts.size_spread
    }
    rows = tuple(
        (
            names.get(item.name, item.name),
            words("dependence.reporting", reporting=item.reporting, all=item.municipalities),
            medians.get(item.name, words("common.unknown")),
            context.known(None if item.share_of_cost is None else numbers.percent(item.share_of_cost)),
            context.known(None if item.eur_per_inhabitant is None else numbers.euro(item.eur_per_inhabitant)),
        )
        for item in facts.by_size
    )
    columns = tuple(words(f"dependence.column_{name}") for name in _CLASS_COLUMNS)
    return Table(
        words("dependence.classes", year=facts.year),
        columns,
        rows,
        (2, 3, 4),
        summary=words("dependence.classes_summary"),
        note=(
            f"{words('dependence.classes_note', limit=context.doubt_limit(facts.year))} "
            f"{words('dependence.classes_sum', name=context.name)}"
        ),
    )
