"""The ten questions a council member asks first, each answered in at most 25 words, with its kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from verband.domain.figure import combine
from verband.report.context import Context
from verband.report.page import Answer
from verband.report.sections.arrangements import sources_of, years_between
from verband.report.sections.finances import latest_balance
from verband.report.sections.scale import SOURCE as SCALE_SOURCE
from verband.report.sections.scale import counts_of, size_of

MOST_WORDS = 25
UNKNOWN = "unknown"
_MONEY = ("key_totals", "inhabitants")
Told = tuple[str, str, tuple[str, ...], str]
"""Text, kind, sources, anchor."""


def answers(context: Context) -> tuple[Answer, ...]:
    """Answer the ten questions from a portrait; *not known* says what would make it known."""
    order: tuple[Callable[[Context], Told], ...] = (
        _which,
        _cost,
        _compared,
        _performance,
        _deadline,
        _influence,
        _risk,
        _exit,
        _people,
        _alternatives,
    )
    return tuple(
        Answer(number, context.words(f"questions.{number}"), *function(context))
        for number, function in enumerate(order, start=1)
    )


def _unknown(context: Context, key: str, anchor: str, **values: object) -> Told:
    return context.words(f"answers.{key}", **values), UNKNOWN, (), anchor


def _which(context: Context) -> Told:
    words, found = context.words, context.portrait.arrangements
    if found is None:
        return _unknown(context, "which_missing", "arrangements")
    if not found.items:
        return _unknown(context, "which_none", "arrangements")
    counts = {
        status: sum(item.status == status for item in found.items)
        for status in ("compulsory", "cooperate", "voluntary", "unknown")
    }
    told = [words(f"answers.which_{status}", number=number) for status, number in counts.items() if number]
    text = words.count("answers.which", len(found.items), told=words.join(told))
    if found.oldest is not None and years_between(found.oldest, found.on) > 0:
        listed = sum(item.origin in ("list", "region") for item in found.items)
        key = "old" if not listed else "incomplete" if listed == len(found.items) else "partly"
        text += " " + words(
            f"answers.which_oldest.{key}",
            year=found.oldest.year,
            age=years_between(found.oldest, found.on),
            listed=words.cardinal(listed),
        )
    kinds = [item.kind for item in found.items] + [str(item.status_kind) for item in found.items if item.status_kind]
    return text, str(combine(*kinds).value), sources_of(found), "arrangements"


def _cost(context: Context) -> Told:
    words, numbers, facts = context.words, context.numbers, context.portrait.dependence
    latest = facts.latest if facts else None
    if facts is None or latest is None or latest.eur_per_inhabitant is None:
        return _unknown(context, "cost_missing", "dependence")
    source = context.loaded(*_MONEY)
    if latest.eur_per_inhabitant == 0:
        return words("answers.cost_zero", year=latest.year), "derived", source, "dependence"
    paid = dict(facts.paid_eur).get(latest.year)
    total = "" if paid is None else f" ({numbers.short_euro(paid)})"
    text = words("answers.cost", year=latest.year, eur=numbers.short_euro(latest.eur_per_inhabitant), total=total)
    change, before = facts.change_eur_per_inhabitant, latest.year - 1
    if change is None:
        text += " " + words("answers.cost_before_unknown", year=before)
    elif abs(change) < 0.5:
        text += " " + words("answers.cost_same", year=before)
    else:
        key = "answers.cost_more" if change > 0 else "answers.cost_less"
        text += " " + words(key, eur=numbers.short_euro(abs(change)), year=before)
    return text, "derived", source, "dependence"


def _compared(context: Context) -> Told:
    words, numbers, facts = context.words, context.numbers, context.portrait.dependence
    spread = facts.alike_eur_per_inhabitant if facts else None
    own = facts.latest if facts else None
    if facts is not None and own is not None and own.year == facts.year and own.eur_per_inhabitant == 0:
        return words("answers.compared_zero", year=facts.year), "derived", context.loaded(*_MONEY), "dependence"
    if facts is None or spread is None or spread.value is None:
        return _unknown(context, "compared_missing", "dependence")
    if spread.few:
        return _unknown(context, "compared_few", "dependence", few=context.few(spread, "alike"))
    text = words(
        f"answers.compared_{spread.position}",
        year=facts.year,
        own=numbers.short_euro(spread.value),
        median=numbers.short_euro(spread.median or 0.0),
        low=numbers.short_euro(spread.low or 0.0),
        high=numbers.short_euro(spread.high or 0.0),
        count=words.cardinal(spread.n),
    )
    return text, "derived", context.loaded(*_MONEY), "dependence"


def _performance(context: Context) -> Told:
    indicators = context.portrait.indicators
    judged = [item for item in indicators if item.met is not None]
    if not judged:
        key = "performance_open" if indicators else "performance_missing"
        return _unknown(context, key, "unanswered", number=len(indicators))
    met = sum(item.met is True for item in judged)
    text = context.words("answers.performance", met=met, number=len(judged))
    if len(indicators) > len(judged):
        text += " " + context.words("answers.performance_rest", open=len(indicators) - len(judged))
    return text, "derived", context.loaded("own_indicators"), "unanswered"


def _deadline(context: Context) -> Told:
    found = context.portrait.arrangements
    steps = [
        (step.deadline, step.document, item.name)
        for item in (found.items if found else ())
        for step in item.deadlines
        if step.deadline is not None and found is not None and step.deadline >= found.on
    ]
    if not steps:
        past = any(step.deadline for item in (found.items if found else ()) for step in item.deadlines)
        return _unknown(
            context, "deadline_past" if past else "deadline_missing", "arrangements" if past else "unanswered"
        )
    first: tuple[date, str, str] = min(steps)
    words = context.words
    text = words(
        "answers.deadline", date=context.numbers.date(first[0]), document=_cut(first[1]), arrangement=_cut(first[2])
    )
    if len(steps) > 1:
        text += " " + words.count("answers.deadline_more", len(steps) - 1)
    return text, "measured", context.loaded("own_arrangements"), "arrangements"


def _cut(name: str, most: int = 5) -> str:
    """The first words of a name, so that an answer stays short; the section has it in full."""
    parts = name.split()
    return name if len(parts) <= most else " ".join(parts[:most]) + "…"


def _influence(context: Context) -> Told:
    found, numbers = context.portrait.arrangements, context.numbers
    known = [item for item in (found.items if found else ()) if item.votes is not None and item.total_votes]
    if not known:
        return _unknown(context, "influence_missing", "unanswered")
    with_share = [item for item in known if item.share is not None]
    item = max(with_share or known, key=lambda one: one.contribution_eur or 0.0)
    part = numbers.short_percent((item.votes or 0.0) / (item.total_votes or 1.0))
    key = "influence_share" if item.share is not None else "influence"
    share = "" if item.share is None else numbers.short_percent(item.share)
    text = context.words(
        f"answers.{key}",
        name=_cut(item.name),
        votes=part,
        share=share,
        number=len(with_share or known),
        total=len(found.items if found else ()),
    )
    return text, "derived", context.loaded("own_arrangements"), "arrangements"


def _risk(context: Context) -> Told:
    words, numbers = context.words, context.numbers
    latest = latest_balance(context.portrait.finances)
    if latest is None or latest.solvency is None or latest.equity_eur is None:
        return _unknown(context, "risk_missing", "finances")
    text = words(
        "answers.risk",
        year=latest.year,
        equity=numbers.short_euro(latest.equity_eur),
        solvency=numbers.short_percent(latest.solvency),
    )
    return text, "derived", context.loaded("key_totals"), "finances"


def _exit(context: Context) -> Told:
    found = context.portrait.arrangements
    items = found.items if found else ()
    clauses = sum(bool(item.exit_clause) for item in items)
    compelled = sum(item.status == "compulsory" for item in items)
    if clauses:
        text = context.words("answers.exit", number=clauses, total=len(items), compulsory=compelled)
        return text, "measured", context.loaded("own_arrangements"), "arrangements"
    if compelled:
        return _unknown(context, "exit_compulsory", "unanswered", number=compelled)
    return _unknown(context, "exit_missing", "unanswered")


def _people(context: Context) -> Told:
    functions = context.portrait.functions
    if not functions:
        return _unknown(context, "people_missing", "unanswered")
    one, two = (sum(item.holders == number for item in functions) for number in (1, 2))
    text = context.words("answers.people", number=len(functions), one=one, two=two)
    return text, "measured", context.loaded("own_staff"), "staff"


def _alternatives(context: Context) -> Told:
    """What size does to cost is a part of the answer; the comparison itself is not known."""
    facts = context.portrait.scale
    found = facts.sum() if facts else None
    if found is None or not found.judged:
        return _unknown(context, "alternatives", "unanswered")
    counts = counts_of(context, found)
    text = context.words(f"answers.alternatives_scale.{size_of(found)}", **counts, judged=found.judged)
    return text, "estimated", context.loaded(*SCALE_SOURCE), "scale"
