"""The ten questions a council member asks first, each answered in at most 25 words, with its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from verband.domain.arrangement import ArrangementList
from verband.domain.classification import has_board
from verband.domain.figure import combine
from verband.report.context import Context
from verband.report.page import Answer
from verband.report.said import carried_from
from verband.report.sections.arrangements import in_doubt, sources_of, years_between
from verband.report.sections.finances import latest_balance
from verband.report.sections.scale import SOURCE as SCALE_SOURCE
from verband.report.sections.scale import counts_of, size_of

MOST_WORDS = 25
UNKNOWN = "unknown"
_A_YEAR = timedelta(days=366)
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
    ways = [told]
    if in_doubt(found):
        ways = [
            [words.count(f"answers.{key}", found.duties, listed=found.compulsory), *told[1:]]
            for key in ("which_duties", "which_duties_short")
        ]
    text = _within(
        f"{sentence.format(told=words.join(way))} {age}".strip()
        for sentence in _how_many(context, found)
        for way in ways
        for age in _how_old(context, found)
    )
    kinds = [item.kind for item in found.items] + [str(item.status_kind) for item in found.items if item.status_kind]
    return text, str(combine(*kinds).value), sources_of(found), "arrangements"


def _within(ways: Iterable[str]) -> str:
    """The first way to say something that is short enough, else the last."""
    text = ""
    for text in ways:
        if len(text.split()) <= MOST_WORDS:
            break
    return text


def _how_many(context: Context, found: ArrangementList) -> tuple[str, ...]:
    """In how many arrangements, and how many of the seats come from which predecessors, at length and in short."""
    words, number, told = context.words, len(found.items), "{told}"
    carried = [came for item in found.items if (came := carried_from(item))]
    if number == 1 or not carried:
        return (words.count("answers.which", number, told=told),)
    key = f"answers.which_via.{'all' if len(carried) == number else 'part'}"
    names = sorted({name for part in carried for name in part})
    short = words("answers.predecessors")
    ways = (words.join(names).replace("{", "").replace("}", ""), short) if len(names) < 3 else (short,)
    return tuple(words(key, number=number, carried=len(carried), names=way, told=told) for way in ways)


def _how_old(context: Context, found: ArrangementList) -> tuple[str, ...]:
    """How old the list of arrangements is, at length and in short; empty where it is not a year old."""
    if found.oldest is None or years_between(found.oldest, found.on) < 1:
        return ("",)
    listed = sum(item.origin in ("list", "region") for item in found.items)
    key = "old" if not listed else "incomplete" if listed == len(found.items) else "partly"
    values = {
        "year": found.oldest.year,
        "age": years_between(found.oldest, found.on),
        "listed": context.words.cardinal(listed),
    }
    return tuple(context.words(f"answers.{way}.{key}", **values) for way in ("which_oldest", "which_oldest_short"))


def _cost(context: Context) -> Told:
    words, numbers, facts = context.words, context.numbers, context.portrait.dependence
    latest = facts.latest if facts else None
    if facts is None or latest is None or latest.eur_per_inhabitant is None:
        return _unknown(context, "cost_missing", "dependence")
    source = context.loaded(*_MONEY)
    if latest.doubtful:
        key = "answers.cost_doubt" if context.own_doubt else "answers.cost_doubt_part"
        return words(key, year=latest.year, limit=context.doubt_limit(latest.year)), "derived", source, "dependence"
    paid = dict(facts.paid_eur).get(latest.year)
    total = "" if paid is None else f" ({numbers.short_euro(paid)})"
    text = words("answers.cost", year=latest.year, eur=numbers.short_euro(latest.eur_per_inhabitant), total=total)
    change, before = facts.change_eur_per_inhabitant, latest.year - 1
    if change is None:
        key = "answers.cost_before_doubt" if facts.doubtful_before else "answers.cost_before_unknown"
        text += " " + words(key, year=before)
    elif abs(change) < 0.5:
        text += " " + words("answers.cost_same", year=before)
    else:
        key = "answers.cost_more" if change > 0 else "answers.cost_less"
        key += "_large" if facts.large_change else ""
        text += " " + words(key, eur=numbers.short_euro(abs(change)), year=before)
    return text, "derived", source, "dependence"


def _compared(context: Context) -> Told:
    words, numbers, facts = context.words, context.numbers, context.portrait.dependence
    spread = facts.alike_eur_per_inhabitant if facts else None
    own = facts.latest if facts else None
    if context.portrait.group is None and not context.lacks("key_totals"):
        return _unknown(context, "compared_no_group", "standing")
    if own is not None and own.doubtful:
        key = "answers.compared_doubt" if context.own_doubt else "answers.compared_doubt_part"
        text = words(key, year=own.year, limit=context.doubt_limit(own.year))
        return text, "derived", context.loaded(*_MONEY), "dependence"
    if facts is None or spread is None or spread.value is None:
        return _unknown(context, "compared_not_filed", "dependence")
    if spread.few:
        return _unknown(context, "compared_few", "dependence", few=context.few(spread, "alike"))
    far = "_far" if context.far else ""
    count = words.cardinal(spread.n)
    values = {
        "year": facts.compared_in,
        "own": numbers.short_euro(spread.value),
        "median": numbers.short_euro(spread.median or 0.0),
        "low": numbers.short_euro(spread.low or 0.0),
        "high": numbers.short_euro(spread.high or 0.0),
        "count": count,
        "alike": words(f"answers.alike{far}", count=count),
    }
    elsewhere = _staff_elsewhere(context)
    if spread.position == "above" and elsewhere:
        text = _within(words(f"answers.compared_{elsewhere}.{way}", **values) for way in ("dated", "undated"))
    else:
        text = words(f"answers.compared{far}_{spread.position}", **values)
    return text, "derived", context.loaded(*_MONEY), "dependence"


def _staff_elsewhere(context: Context) -> str | None:
    """``staff`` or ``staff_partly`` where the own staff, or a part of it, is paid through another organisation."""
    facts = context.portrait.staff
    if facts is None or not (facts.own.outsourced or facts.own.partly_joint):
        return None
    return "staff" if facts.own.outsourced else "staff_partly"


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
    soon = sum(step[0] - context.portrait.on <= _A_YEAR for step in steps)
    if soon > 1:
        text += " " + words.count("answers.deadline_more", soon - 1)
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
        total=sum(item.votes is not None or has_board(item.form) for item in (found.items if found else ())),
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
    compelled = found.compulsory if found else 0
    doubt = found is not None and in_doubt(found)
    duties = found.duties if found else 0
    if clauses:
        key = "answers.exit_duties" if doubt else "answers.exit"
        text = context.words(key, number=clauses, total=len(items), compulsory=compelled, duties=duties)
        return text, "measured", context.loaded("own_arrangements"), "arrangements"
    if doubt:
        text = context.words.count("answers.exit_compulsory_duties", duties, listed=compelled)
        return text, UNKNOWN, (), "unanswered"
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
