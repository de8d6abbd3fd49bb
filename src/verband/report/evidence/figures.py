"""The charts of one claim: its estimates with their checks, families of estimates, and what the analysis draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verband.analysis.evidence.result import Drawing, Judged, JudgedVariant
from verband.analysis.evidence.statements import Rule
from verband.report.charts import Interval, Panel, Path, intervals, paths
from verband.report.charts.intervals import scale_of
from verband.report.evidence.members import member
from verband.report.evidence.said import unmarked
from verband.report.evidence.sentences import Told, small
from verband.report.page import Block, Figures, Table

_FEW = 16
"""Rows up to which families stand in the chart of their claim; where there are more they have one of their own."""
_READ = 12
"""Rows of a chart that are read aloud; the others are in the table."""


def figures(told: Told) -> tuple[Block, ...]:
    """All charts of a claim, each with its points as a table where they are in no other."""
    blocks: list[Block] = []
    main = _panels(told)
    if main:
        model = all(part.finding.kind == "assumed" for part in told.evidence.components)
        name = told.words(f"evidence.chart.{'title_model' if model else 'title'}", title=told.title)
        blocks.append(_chart(told, "estimates", name, main))
    for rule, members in _families(told).items():
        title = rule.title.of(told.language)
        if "year" in members[0].finding.by:
            blocks += _over_years(told, rule, members)
        elif _apart(told):
            key = f"evidence.by.each_{next(iter(members[0].finding.by))}"
            each = told.words(key) if told.words.has(key) else f"{title[0].lower()}{title[1:]}"
            name = f"{told.title}: {each}"
            blocks.append(_chart(told, rule.component, name, [_panel(told, [rule], _family_rows(told, members))]))
    if told.evidence.drawing is not None:
        blocks += _drawing(told, told.evidence.drawing)
    return tuple(blocks)


def _families(told: Told) -> Mapping[Rule, Sequence[Judged]]:
    found: dict[Rule, list[Judged]] = {}
    for part in told.evidence.components:
        if part.finding.by:
            found.setdefault(part.rule, []).append(part)
    return found


def _apart(told: Told) -> bool:
    """Whether families have charts of their own, so that none is higher than a sheet."""
    parts = [part for part in told.evidence.components if "year" not in part.finding.by]
    deciding = {part.rule.component for part in parts if part.rule.role != "shown"}
    checks = [item for item in told.evidence.variants if item.finding is not None and item.component in deciding]
    return len(parts) + len(checks) > _FEW


def _panels(told: Told) -> list[Panel]:
    """One panel per unit; those with a component that decides first."""
    by_unit: dict[tuple[str, str], list[tuple[Rule, list[tuple[str, list[Interval]]]]]] = {}
    for part in told.evidence.components:
        if not part.finding.by:
            rows = [_row(told, part)]
            if part.rule.role != "shown":
                variants = [item for item in told.evidence.variants if item.component == part.rule.component]
                rows += [_variant(told, part.rule, item) for item in variants if item.finding is not None]
            by_unit.setdefault((told.shown(part.rule).how, part.rule.unit), []).append((part.rule, [("", rows)]))
    for rule, members in _families(told).items():
        if not _apart(told) and "year" not in members[0].finding.by:
            groups = _family_rows(told, members)
            title = rule.title.of(told.language)
            groups[0] = (f"{title}: {small(groups[0][0])}" if groups[0][0] else title, groups[0][1])
            by_unit.setdefault((told.shown(rule).how, rule.unit), []).append((rule, groups))
    return [
        _panel(told, [rule for rule, _ in parts], [group for _, groups in parts for group in groups])
        for parts in by_unit.values()
    ]


def _panel(told: Told, rules: Sequence[Rule], groups: Sequence[tuple[str, list[Interval]]]) -> Panel:
    measures = {told.shown(rule).own("measure") for rule in rules}
    measure = next(iter(measures))
    if len(measures) > 1:
        measure = told.words(f"evidence.units.{told.shown(rules[0]).how}")
    rows = [row for _, items in groups for row in items]
    deciding = [(row.low, row.high) for row in rows if row.strong]
    others = [(row.low, row.high) for row in rows if not row.strong]
    limits = [end for row in rows if row.zone for end in row.zone if end is not None]
    measure = measure[0].upper() + measure[1:]
    return Panel(measure, tuple((name, tuple(items)) for name, items in groups), scale_of(deciding, others, limits))


def _zone(told: Told, rule: Rule) -> tuple[float | None, float | None] | None:
    """From where to where the rule asks the whole interval to lie, in the shown unit; none where nothing is judged."""
    if told.verdict == "not_testable":
        return None
    shown = told.shown(rule)
    limits = [shown.in_words(limit) for limit in shown.limits]
    if not limits:
        return None
    if rule.margin is not None:
        return limits[0], limits[1]
    return (limits[0], None) if rule.direction == "higher" else (None, limits[0])


def _row(told: Told, part: Judged, label: str | None = None) -> Interval:
    shown, found = told.shown(part.rule), part.finding
    return Interval(
        label=label or part.rule.title.of(told.language),
        text=_short(told, part.rule, found.estimate, found.low, found.high),
        estimate=shown.in_words(found.estimate),
        low=shown.in_words(found.low),
        high=shown.in_words(found.high),
        strong=part.rule.role != "shown",
        zone=_zone(told, part.rule),
    )


def _variant(told: Told, rule: Rule, item: JudgedVariant) -> Interval:
    shown, found = told.shown(rule), item.finding
    assert found is not None  # noqa: S101  callers leave out those that could not be estimated
    return Interval(
        label=unmarked(told.said(item.name)),
        text=_short(told, rule, found.estimate, found.low, found.high),
        estimate=shown.in_words(found.estimate),
        low=shown.in_words(found.low),
        high=shown.in_words(found.high),
        zone=_zone(told, rule),
        indent=True,
    )


def _short(told: Told, rule: Rule, *values: float) -> str:
    """A figure without its unit, which stands over the scale: ``0,8 (−0,8; 2,4)``."""
    shown = told.shown(rule)
    digits = shown.digits(*values)
    estimate, low, high = (shown.bare(shown.in_words(value), digits) for value in values)
    return f"{estimate} ({low}; {high})"


def _family_rows(told: Told, members: Sequence[Judged]) -> list[tuple[str, list[Interval]]]:
    """Members in their groups, the largest first: by size in order, else sorted by estimate."""
    item_key, *group_keys = members[0].finding.by
    groups: dict[str, list[Judged]] = {}
    for part in members:
        group = " · ".join(member(told.words, key, part.finding.by[key]) for key in group_keys)
        groups.setdefault(group, []).append(part)
    ordered = item_key in ("size", "year")
    return [
        (
            name,
            [
                _row(told, part, member(told.words, item_key, part.finding.by[item_key]))
                for part in (parts if ordered else sorted(parts, key=lambda part: part.finding.estimate))
            ],
        )
        for name, parts in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]


def _chart(told: Told, part: str, title: str, panels: Sequence[Panel]) -> Figures:
    words = told.words
    rows = [row for panel in panels for row in panel.rows]
    read = "; ".join(f"{row.label}: {row.text}" for row in rows[:_READ])
    if len(rows) > _READ:
        read += f". {words('evidence.chart.more_rows', number=len(rows) - _READ)}"
    name = f"{told.anchor}-{part.replace('_', '-')}"
    chart = intervals(told.numbers, name, title, read, panels=panels)
    ruled = any(row.zone is not None for row in rows)
    estimated = any(part.finding.kind != "assumed" for part in told.evidence.components)
    beside = told.verdict == "not_testable" and estimated
    sort = "reading" if ruled else "reading_beside" if beside else "reading_bare"
    reading = [words(f"evidence.chart.{sort}")]
    if any(panel.clipped() for panel in panels):
        reading.append(words("evidence.chart.clipped"))
    return Figures(chart, words(f"evidence.chart.{'unit' if ruled or beside else 'unit_bare'}"), " ".join(reading))


def _over_years(told: Told, rule: Rule, members: Sequence[Judged]) -> list[Block]:
    """A family over years, drawn as paths; what is by report too starts a new line where the report changes."""
    shown, words = told.shown(rule), told.words
    lines: dict[str, dict[float, tuple[float, float, float, float]]] = {}
    reports: dict[str, set[float]] = {}
    for part in members:
        by = dict(part.finding.by)
        year, report = float(by.pop("year")), by.pop("report", "")
        label = " · ".join(member(words, key, value) for key, value in by.items()) or rule.title.of(told.language)
        found = part.finding
        estimate, low, high = (shown.in_words(value) for value in (found.estimate, found.low, found.high))
        # Accounts come first in order of what is reported on a year: a later report does not displace them.
        lines.setdefault(label, {}).setdefault(year, (year, estimate, low, high))
        reports.setdefault(report, set()).add(year)
    changes = {min(years) for years in reports.values()}
    series = []
    for label, points in lines.items():
        # A missing year is a gap in the line.
        starts = tuple(year for year in points if year in changes or year - 1 not in points)
        series.append(Path(label, tuple(points[year] for year in sorted(points)), starts=starts))
    x_title = words("evidence.tables.column_years")
    if set(reports) != {""}:
        spans = [
            f"{member(words, 'report', name)} {told.years(tuple(int(year) for year in sorted(years)))}"
            for name, years in sorted(reports.items(), key=lambda item: min(item[1]))
        ]
        x_title = f"{x_title}: {'; '.join(spans)}"
    return _paths(told, rule.component, rule.title.of(told.language), x_title, shown.own("measure"), series)


def _drawing(told: Told, drawing: Drawing) -> list[Block]:
    language = told.language
    series = [
        Path(
            item.name.of(language),
            tuple((point.x, point.y, point.low, point.high) for point in item.points),
            item.joined,
        )
        for item in drawing.series
        if item.points
    ]
    labels = {
        (item.name.of(language), point.x, point.y): point.label for item in drawing.series for point in item.points
    }
    return _paths(
        told,
        "drawing",
        drawing.title.of(language),
        drawing.x_title.of(language),
        drawing.y_title.of(language),
        series,
        labels,
    )


def _paths(
    told: Told,
    part: str,
    title: str,
    x_title: str,
    y_title: str,
    series: Sequence[Path],
    labels: Mapping[tuple[str, float, float], str] | None = None,
) -> list[Block]:
    words, numbers = told.words, told.numbers
    if not series:
        return []
    x_title, y_title = x_title[0].upper() + x_title[1:], y_title[0].upper() + y_title[1:]
    labels = labels or {}
    y_values = [value for line in series for point in line.points for value in point[1:] if value is not None]
    y_digits = 0 if max(map(abs, y_values)) >= 100 else 1 if max(map(abs, y_values)) >= 1 else 2
    x_values = [point[0] for line in series for point in line.points]
    whole = all(float(value).is_integer() for value in x_values)
    years = whole and all(1900 < value < 2100 for value in x_values)

    def across(value: float) -> str:
        return str(int(value)) if years else numbers.exact(value, 0 if whole or abs(value) >= 1000 else 1)

    def up(value: float | None) -> str:
        return "" if value is None else numbers.exact(value, y_digits)

    scatter = any(not line.joined for line in series)
    heard = "; ".join(
        words("evidence.chart.drawing_scatter", name=line.label, number=len(line.points))
        if not line.joined
        else f"{line.label}: {', '.join(f'{across(point[0])}: {up(point[1])}' for point in line.points)}"
        for line in series
    )
    description = words("evidence.chart.drawing_description", title=title, x=x_title, y=y_title, series=heard)
    name = f"{told.anchor}-{part.replace('_', '-')}"
    chart = paths(numbers, name, title, description, x_title=x_title, y_title=y_title, series=series)
    ended = any(point[2] is not None for line in series for point in line.points)
    # What is drawn stands beside what decides: counts of own lists do not make a model's curve an estimate.
    drawn = [part for part in told.evidence.components if part.rule.role == "shown"] or told.evidence.components
    assumed = all(part.finding.kind == "assumed" for part in drawn)
    sort = "scatter" if scatter else "model" if assumed else "drawing" if ended else "plain"
    reading = words(f"evidence.chart.{sort}_reading", y=small(y_title))
    # Names of sizes are read off the axis; those of municipalities are not.
    code_names = any(label in told.names for label in labels.values())
    rows = []
    for line in series:
        for point in line.points:
            label = labels.get((line.label, point[0], point[1]), "")
            named = (told.name(label),) if code_names else ()
            span = f"{up(point[2])} \N{EN DASH} {up(point[3])}" if point[2] is not None else ""
            rows.append((*named, line.label, across(point[0]), up(point[1]), span))
    columns = (
        *((words("evidence.tables.column_name"),) if code_names else ()),
        words("evidence.tables.column_series"),
        x_title,
        y_title,
        words(f"evidence.tables.{'column_range' if assumed else 'column_interval'}"),
    )
    table = Table(
        words("evidence.tables.points", title=title),
        columns,
        tuple(rows),
        (2, 3, 4) if code_names else (1, 2, 3),
        summary=words("evidence.tables.points_summary", number=len(rows)),
        on_paper=not scatter,
    )
    unit = words(f"evidence.chart.{sort}_unit")
    return [Figures(chart, unit, reading), table]
