"""Financial position: key ratios beside the signal values, equity and solvency over the years."""

from __future__ import annotations

from verband.analysis.finances import BalanceSheet, Ratio
from verband.analysis.portrait import FinanceFacts
from verband.domain.reference import reference
from verband.report import charts
from verband.report.charts import Line
from verband.report.context import Context
from verband.report.page import Block, Figures, Paragraph, Section, Table


def latest_balance(facts: FinanceFacts | None) -> BalanceSheet | None:
    """The newest balance sheet with a figure."""
    if facts is None:
        return None
    return next((item for item in reversed(facts.balance) if item.solvency is not None), None)


def finances(context: Context) -> Section:
    """Show ratios, equity and solvency."""
    words, facts = context.words, context.portrait.finances
    topic = words("finances.topic")
    latest = latest_balance(facts)
    if facts is None or (latest is None and not facts.accounts and not facts.budget):
        return Section("finances", topic, words("finances.heading_missing"), (context.missing("finances.missing"),))
    blocks: list[Block] = []
    if latest is None or latest.solvency is None or latest.equity_eur is None:
        heading = words("finances.heading_missing")
        blocks.append(context.missing("finances.balance_missing"))
    else:
        heading = words("finances.heading", year=latest.year, solvency=context.numbers.short_percent(latest.solvency))
        blocks += _balance(context, facts, latest)
    blocks += _ratios(context, facts)
    blocks += [Paragraph(words("finances.risk"), "missing", "unknown"), Paragraph(words("common.bbv5"), "limits")]
    return Section("finances", topic, heading, tuple(blocks))


def _balance(context: Context, facts: FinanceFacts, latest: BalanceSheet) -> list[Block]:
    words, numbers = context.words, context.numbers
    blocks: list[Block] = [
        Paragraph(
            words(
                "finances.equity",
                name=context.name,
                year=latest.year,
                equity=numbers.short_euro(latest.equity_eur or 0.0),
                total=numbers.short_euro(latest.balance_total_eur or 0.0),
                solvency=numbers.short_percent(latest.solvency or 0.0),
            ),
            "finding",
            "derived",
            context.loaded("key_totals"),
        )
    ]
    years = list(range(facts.balance[0].year, facts.balance[-1].year + 1))
    by_year = {item.year: item.solvency for item in facts.balance}
    if sum(value is not None for value in by_year.values()) > 1:
        blocks.append(_chart(context, years, by_year))
    rows = tuple(
        (
            str(item.year),
            context.known(None if item.equity_eur is None else numbers.euro(item.equity_eur)),
            context.known(None if item.balance_total_eur is None else numbers.euro(item.balance_total_eur)),
            context.known(None if item.solvency is None else numbers.percent(item.solvency)),
        )
        for item in facts.balance
    )
    columns = tuple(words(f"finances.column_{name}") for name in ("year", "equity", "total", "solvency"))
    blocks.append(
        Table(
            words("finances.balance_table", name=context.name),
            columns,
            rows,
            (1, 2, 3),
            summary=words("finances.balance_summary"),
            note=words("finances.balance_note"),
        )
    )
    return blocks


def _chart(context: Context, years: list[int], by_year: dict[int, float | None]) -> Figures:
    words, numbers = context.words, context.numbers
    row = next(item for item in reference("signal_values") if item["ratio"] == "solvency_ratio")
    low, high = float(row["low"]), float(row["high"])
    values = [by_year.get(year) for year in years]
    known = [(year, value) for year, value in zip(years, values, strict=True) if value is not None]
    last = known[-1][1]
    told = "; ".join(
        f"{year} {words('common.unknown') if value is None else numbers.percent(value)}"
        for year, value in zip(years, values, strict=True)
    )
    chart = charts.lines(
        context.numbers,
        "finances-chart",
        words(
            "finances.chart_title",
            name=context.name,
            first=known[0][0],
            before=numbers.short_percent(known[0][1]),
            last=known[-1][0],
            after=numbers.short_percent(known[-1][1]),
        ),
        words("finances.chart_description", values=told),
        years=years,
        lines=[Line(f"{context.name} {numbers.short_percent(last)}", tuple(values), own=True)],
        bounds=[
            (low, words("finances.bound", value=numbers.percent(low, 0))),
            (high, words("finances.bound", value=numbers.percent(high, 0))),
        ],
    )
    return Figures(chart, words("finances.chart_unit"), words("finances.chart_reading"))


def _ratios(context: Context, facts: FinanceFacts) -> list[Block]:
    words = context.words
    if not facts.accounts and not facts.budget:
        return [context.missing("finances.ratios_missing")]
    budget = {item.ratio: item for item in facts.budget}
    names = list(dict.fromkeys([*(item.ratio for item in facts.accounts), *budget]))
    accounts = {item.ratio: item for item in facts.accounts}
    rows = tuple(
        (
            words(f"ratios.{name}") if words.has(f"ratios.{name}") else name,
            _value(context, accounts.get(name), facts.accounts),
            _value(context, budget.get(name), facts.budget),
            _bounds(context, name),
            _signal(context, accounts.get(name)),
        )
        for name in names
    )
    columns = (
        words("finances.column_ratio"),
        _column(context, "accounts", facts.accounts),
        _column(context, "budget", facts.budget),
        words("finances.column_bounds"),
        words("finances.column_signal"),
    )
    kinds = {item.kind for item in (*facts.accounts, *facts.budget)}
    kind = "derived" if "derived" in kinds else "measured"
    return [
        Paragraph(words("finances.ratios"), "text", kind, context.loaded("financial_ratios")),
        Table(
            words("finances.ratios_table", name=context.name), columns, rows, (1, 2), note=words("finances.ratios_note")
        ),
        Paragraph(words("finances.signal_explained"), "reading"),
    ]


def _same(ratios: tuple[Ratio, ...]) -> bool:
    """Whether all are of one year and one budget, so that the heading can say it."""
    return len({(item.year, item.budget_year) for item in ratios}) == 1


def _column(context: Context, name: str, ratios: tuple[Ratio, ...]) -> str:
    if not _same(ratios):
        return context.words(f"finances.column_{name}")
    return context.words(f"finances.column_{name}_of", year=ratios[0].year, vintage=ratios[0].budget_year)


def _value(context: Context, ratio: Ratio | None, ratios: tuple[Ratio, ...]) -> str:
    if ratio is None or ratio.value is None:
        return context.words("common.unknown")
    value = context.numbers.percent(ratio.value)
    if _same(ratios):
        return value
    return context.words("finances.value", value=value, year=ratio.year, vintage=ratio.budget_year)


def _bounds(context: Context, name: str) -> str:
    row = next((item for item in reference("signal_values") if item["ratio"] == name), None)
    if row is None:
        return context.words("finances.no_signal")
    low, high = (context.numbers.percent(float(row[key]), 0) for key in ("low", "high"))
    if low == high:
        return context.words(f"finances.bound_single_{row['good']}", low=low)
    return context.words(f"finances.bounds_{row['good']}", low=low, high=high)


def _signal(context: Context, ratio: Ratio | None) -> str:
    if ratio is None or ratio.value is None:
        return context.words("common.unknown")
    return context.words(f"finances.signal_{ratio.signal or 'none'}")
