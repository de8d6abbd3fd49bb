"""The arrangements of the municipality: how old the list is, compulsory and voluntary apart, and those that ended."""

from __future__ import annotations

from datetime import date, timedelta

from verband.analysis.contributions import contributions
from verband.domain.arrangement import Arrangement, ArrangementList
from verband.domain.classification import has_board, legal_forms
from verband.report.context import Context
from verband.report.page import Block, Items, Paragraph, Section, Table
from verband.report.said import how_carried, why_ended

STATUSES = ("compulsory", "cooperate", "voluntary", "unknown")
_TABLE_OF = {
    "own": "own_arrangements",
    "register": "register_participants",
    "list": "arrangement_participants",
    "region": "region_membership",
}


def years_between(start: date, end: date) -> int:
    """Whole years from one day to another."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def sources_of(found: ArrangementList) -> tuple[str, ...]:
    """Tables that the list rests on, the deciding one first."""
    origins = {item.origin for item in found.items}
    return tuple(table for origin, table in _TABLE_OF.items() if origin in origins)


def arrangements(context: Context) -> Section:
    """List the arrangements with what each source tells."""
    words, found = context.words, context.portrait.arrangements
    topic = words("arrangements.topic")
    if found is None:
        blocks: tuple[Block, ...] = (context.missing("arrangements.missing"),)
        return Section("arrangements", topic, words("arrangements.heading_missing"), blocks)
    if not found.items:
        none = context.missing("arrangements.none", name=context.name)
        return Section("arrangements", topic, words("arrangements.heading_none"), (none, *_ended(context, found)))
    blocks_list: list[Block] = [
        _age(context, found),
        Paragraph(words("arrangements.explained"), "text"),
        Paragraph(words("arrangements.status_own" if _all_own(found) else "arrangements.status_explained"), "reading"),
    ]
    for status in STATUSES:
        items = [item for item in found.items if item.status == status]
        if items:
            blocks_list.append(
                Items(
                    words(f"arrangements.group_{status}", number=len(items)),
                    tuple((item.name, _lines(context, item)) for item in items),
                    _note(context, found, status),
                )
            )
    blocks_list += [*_contributions(context, found), *_not_known(context, found)]
    blocks_list.append(_participants(context, found))
    blocks_list += _ended(context, found)
    limits = "arrangements.limits_own" if all(item.origin == "own" for item in found.items) else "arrangements.limits"
    blocks_list += [Paragraph(words(limits), "limits"), Paragraph(words("arrangements.bbv"), "limits")]
    return Section("arrangements", topic, _heading(context, found), tuple(blocks_list))


def _all_own(found: ArrangementList) -> bool:
    """Whether the user's own file states of every arrangement whether it is compulsory."""
    return all(item.origin == "own" and item.status_kind == "measured" for item in found.items)


def in_doubt(found: ArrangementList) -> bool:
    """Whether the lists name more compulsory arrangements than there are duties."""
    return found.duties < found.compulsory


def _heading(context: Context, found: ArrangementList) -> str:
    words = context.words
    if not in_doubt(found):
        compelled = words.cardinal(found.compulsory)
        return words.count("arrangements.heading", len(found.items), name=context.name, compulsory=compelled)
    form = "one" if found.duties == 1 else "many"
    return words(
        f"arrangements.heading_duties.{form}",
        number=len(found.items),
        name=context.name,
        duties=words.cardinal(found.duties),
        listed=words.cardinal(found.compulsory),
    )


def _note(context: Context, found: ArrangementList, status: str) -> str:
    if status == "compulsory" and in_doubt(found):
        return context.words.count("arrangements.note_duties", found.duties, listed=found.compulsory)
    return context.words(f"arrangements.note_{status}")


def _age(context: Context, found: ArrangementList) -> Paragraph:
    """How old the list is, plainly."""
    words, numbers = context.words, context.numbers
    told = []
    for origin, table in _TABLE_OF.items():
        items = [item for item in found.items if item.origin == origin]
        if not items:
            continue
        oldest = min((item.as_of for item in items if item.as_of), default=None)
        if oldest is None:
            told.append(words(f"arrangements.age_{origin}_undated", count=len(items)))
            continue
        years = years_between(oldest, found.on)
        age = words("arrangements.age_fresh") if years < 1 else words.count("arrangements.age", years)
        told.append(words(f"arrangements.age_{origin}", count=len(items), date=numbers.date(oldest), age=age))
        _ = table
    carried = sum(item.kind == "derived" and item.origin == "list" for item in found.items)
    if carried:
        told.append(words.count("arrangements.carried", carried))
    kind = "derived" if any(item.kind == "derived" for item in found.items) else "measured"
    return Paragraph(" ".join(told), "warning", kind, sources_of(found))


def _lines(context: Context, item: Arrangement) -> tuple[str, ...]:
    words, numbers = context.words, context.numbers
    facts = []
    if item.tasks:
        tasks = "; ".join(f"{code} {context.task_title(code)}" for code in item.tasks)
        facts.append(words("arrangements.tasks", tasks=tasks, kind=words(f"kinds.{item.tasks_kind or 'derived'}")))
    else:
        facts.append(words("arrangements.tasks_unknown"))
    if item.form in legal_forms():
        form = legal_forms()[item.form]
        facts.append(form.name_nl if context.language == "nl" else form.name_en)
    elif item.form:
        facts.append(item.form)
    facts.append(words.count("arrangements.participants", len(item.participants)))
    lines = [" · ".join(facts)]
    if item.basis:
        lines.append(words("arrangements.basis", basis=item.basis))
    lines += _own_lines(context, item, context.portrait.on)
    lines += how_carried(context, item.note)
    when = numbers.date(item.as_of) if item.as_of else words("common.undated")
    lines.append(
        words(
            "arrangements.source",
            source=words(f"tables.{_TABLE_OF[item.origin]}"),
            date=when,
            kind=words(f"kinds.{item.kind}"),
        )
    )
    return tuple(lines)


def _terms(context: Context, item: Arrangement) -> list[str]:
    """Contribution, share, key and votes, as far as they are known."""
    words, numbers = context.words, context.numbers
    facts = []
    if item.contribution_eur is not None:
        amount = numbers.euro(item.contribution_eur)
        key = "arrangements.contribution" if item.contribution_year else "arrangements.contribution_undated"
        facts.append(words(key, amount=amount, year=item.contribution_year))
    if item.share is not None:
        facts.append(words("arrangements.share", share=numbers.percent(item.share)))
    if item.key:
        facts.append(words("arrangements.key", key=item.key))
    if item.votes is not None and item.total_votes:
        part = numbers.percent(item.votes / item.total_votes)
        votes, total = numbers.short(item.votes), numbers.short(item.total_votes)
        facts.append(words("arrangements.votes_of", votes=votes, total=total, share=part))
    elif item.votes is not None:
        facts.append(words("arrangements.votes", votes=numbers.short(item.votes)))
    return facts


def _own_lines(context: Context, item: Arrangement, on: date) -> list[str]:
    """What only an own file or the register tells."""
    words, numbers = context.words, context.numbers
    terms = _terms(context, item)
    lines = [" · ".join(terms)] if terms else []
    for document, day in _next_views(item, on):
        key = "arrangements.deadline" if day >= on else "arrangements.deadline_past"
        lines.append(words(key, document=document, date=numbers.date(day)))
    if item.exit is not None:
        lines.append(words("arrangements.exit", date=numbers.date(item.exit)))
    if item.exit_clause:
        lines.append(words("arrangements.exit_clause", clause=item.exit_clause))
    return lines


def _next_views(item: Arrangement, on: date) -> list[tuple[str, date]]:
    """What the council may speak on within a year, else the first after it, else the last that has passed."""
    dated = sorted((step.deadline, step.document) for step in item.deadlines if step.deadline is not None)
    ahead = [step for step in dated if step[0] >= on]
    soon = [step for step in ahead if step[0] - on <= timedelta(days=366)]
    return [(document, day) for day, document in soon or ahead[:1] or dated[-1:]]


def _contributions(context: Context, found: ArrangementList) -> list[Block]:
    """Known contributions of the newest year, compulsory and voluntary apart."""
    words, numbers = context.words, context.numbers
    dated = [item for item in contributions(found).years if item.year is not None]
    if not dated:
        return []
    newest = dated[0]
    parts = [
        words(f"arrangements.money_{item.status}", eur=numbers.short_euro(item.eur))
        for item in newest.by_status
        if item.known and item.eur is not None
    ]
    told = words(
        "arrangements.money",
        year=newest.year,
        known=newest.known,
        total=newest.arrangements,
        eur=numbers.short_euro(newest.eur),
        told=words.join(parts),
    )
    if newest.as_many_as is not None and newest.known > 1:
        told += " " + words(
            "arrangements.money_spread", number=words.cardinal(round(newest.as_many_as)), known=newest.known
        )
    sources = tuple(table for table in sources_of(found) if table in ("own_arrangements", "register_participants"))
    return [Paragraph(told, "text", str(newest.kind.value), context.loaded(*sources))]


def _not_known(context: Context, found: ArrangementList) -> list[Block]:
    """Say plainly of how many arrangements money, votes and dates are not known."""
    total = len(found.items)
    silent = [item for item in found.items if item.votes is None]
    without = {
        "contribution": sum(item.contribution_eur is None for item in found.items),
        "votes": sum(has_board(item.form) for item in silent),
        "deadlines": sum(not any(step.deadline for step in item.deadlines) for item in found.items),
    }
    unknown = [context.words(f"arrangements.no_{name}", number=number) for name, number in without.items() if number]
    blocks: list[Block] = []
    if unknown:
        blocks.append(context.missing("arrangements.not_known", total=total, told=context.words.join(unknown)))
    if boardless := sum(not has_board(item.form) for item in silent):
        blocks.append(Paragraph(context.words("arrangements.no_board", number=boardless), "limits"))
    return blocks


def _participants(context: Context, found: ArrangementList) -> Table:
    words = context.words
    rows = tuple(
        (
            item.name,
            context.numbers.count(len(item.participants)),
            ", ".join(member.name for member in item.participants),
            context.numbers.date(item.participants_as_of) if item.participants_as_of else words("common.undated"),
        )
        for item in found.items
    )
    columns = tuple(words(f"arrangements.column_{name}") for name in ("name", "count", "participants", "as_of"))
    return Table(
        words("arrangements.participants_table"),
        columns,
        rows,
        (1,),
        summary=words("arrangements.participants_summary"),
    )


def _ended(context: Context, found: ArrangementList) -> list[Block]:
    words, numbers = context.words, context.numbers
    if not found.ended:
        return []
    items = []
    for item, reason in found.ended:
        when = numbers.date(item.as_of) if item.as_of else words("common.undated")
        source = words(f"tables.{_TABLE_OF[item.origin]}")
        line = words("arrangements.source", source=source, date=when, kind=words(f"kinds.{item.kind}"))
        items.append((item.name, (why_ended(context, reason), line)))
    return [Items(words.count("arrangements.ended", len(items)), tuple(items))]
