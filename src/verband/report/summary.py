"""The short form of a dossier: the ten answers for a terminal, and the record for those who go on with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verband.analysis.portrait import Portrait
from verband.report.context import Context
from verband.report.dossier import led_from
from verband.report.figures import figures
from verband.report.questions import answers


@dataclass(frozen=True, slots=True)
class Summary:
    """The ten answers as rows, headings of the columns, sentences under them, and the sentence on a dissolved one."""

    rows: tuple[dict[str, Any], ...]
    columns: dict[str, str]
    notes: tuple[str, ...]
    led_from: str | None


def summary(portrait: Portrait, *, language: str, page: str) -> Summary:
    """Write the summary of a dossier in the language of its page."""
    context = Context(portrait, language)
    words, numbers = context.words, context.numbers
    rows = tuple(
        {
            "number": str(answer.number),
            "question": answer.question,
            "answer": answer.text.replace("`", "'"),
            "kind": words(f"kinds.{answer.kind}"),
        }
        for answer in answers(context)
    )
    columns = {
        "number": "",
        "question": words("terminal.question"),
        "answer": words("terminal.answer"),
        "kind": words("terminal.kind"),
    }
    title = words("terminal.title", name=context.name, code=portrait.identity.code)
    if portrait.fictional:
        title += f". {words('page.fictional_long')}"
    snapshot = words(
        "terminal.snapshot",
        snapshot=portrait.snapshot,
        loaded=numbers.date(portrait.loaded.date()),
        on=numbers.date(portrait.on),
    )
    notes = (
        f"{title}.".replace("..", "."),
        words("dependence.lower_bound"),
        snapshot,
        words("terminal.page", path=page),
    )
    return Summary(rows, columns, notes, led_from(context))


def record(portrait: Portrait, *, language: str, page: str) -> dict[str, Any]:
    """Give the documented record of ``verband dossier --format json``."""
    context = Context(portrait, language)
    identity = portrait.identity
    names = {item.table: ", ".join(item.files) for item in portrait.provenance}
    return {
        "municipality": {
            "code": identity.code,
            "name": identity.name,
            "province": identity.province,
            "fictional": portrait.fictional,
            "led_from": led_from(context),
        },
        "answers": [
            {
                "question": answer.question,
                "answer": answer.text,
                "kind": answer.kind,
                "source": ", ".join(dict.fromkeys(names[table] for table in answer.source if table in names)) or None,
            }
            for answer in answers(context)
        ],
        "figures": [
            {
                "name": item.name,
                "value": item.value,
                "unit": item.unit,
                "kind": item.kind.value,
                "source": item.source,
                "as_of": item.as_of,
                "definition": item.definition,
                "missing": item.missing,
            }
            for item in figures(portrait)
        ],
        "snapshot": portrait.snapshot,
        "page": page,
    }
