"""What the name of a joint arrangement (gemeenschappelijke regeling) tells: compelled or not, tasks, legal form.

Legal forms are those of art. 8 Wet gemeenschappelijke regelingen (Wgr); which arrangements the law compels is data
(``reference/compulsory_arrangements.csv``), as are the names that tell a task (``reference/arrangement_tasks.csv``).
A name that matches no rule is unknown: nothing is called voluntary because its name is silent.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from verband.domain.figure import Kind
from verband.domain.reference import in_force, reference
from verband.domain.task_codes import code_order

if TYPE_CHECKING:
    from datetime import date


class Status(StrEnum):
    """Whether the law compels an arrangement."""

    COMPULSORY = "compulsory"
    """This arrangement must exist."""
    COOPERATE = "cooperate"
    """Municipalities must work together on it; the form is free."""
    VOLUNTARY = "voluntary"
    """Nothing compels it; only a source or the user says so, never a rule on names."""
    UNKNOWN = "unknown"
    """Not known."""


@dataclass(frozen=True, slots=True)
class LegalForm:
    """A form of art. 8 Wgr.

    Attributes
    ----------
    code, name_nl, name_en
        Code and names.
    legal_personality
        Whether it can own, employ and contract: a public body and an operating organisation only.
    own_board
        Whether it has a board of its own.
    basis
        The article.
    """

    code: str
    name_nl: str
    name_en: str
    legal_personality: bool
    own_board: bool
    basis: str


@dataclass(frozen=True, slots=True)
class Classification:
    """What the name of an arrangement tells.

    Attributes
    ----------
    status, status_kind
        Compelled or not; the kind is derived, or ``None`` while the status is unknown.
    basis
        Articles of law on which the status rests, in order of the rules.
    tasks, tasks_kind
        Iv3 tasks, as codes or sums of codes for :func:`verband.domain.task.series_plan`; empty while unknown.
    form, form_kind
        Code of the legal form; ``None`` while unknown.
    reasons
        Why, one line per rule that fits.
    """

    status: Status
    status_kind: Kind | None
    basis: tuple[str, ...]
    tasks: tuple[str, ...]
    tasks_kind: Kind | None
    form: str | None
    form_kind: Kind | None
    reasons: tuple[str, ...]


@cache
def legal_forms() -> dict[str, LegalForm]:
    """All legal forms by code."""
    return {
        row["code"]: LegalForm(
            code=row["code"],
            name_nl=row["name_nl"],
            name_en=row["name_en"],
            legal_personality=row["legal_personality"] == "yes",
            own_board=row["own_board"] == "yes",
            basis=row["basis"],
        )
        for row in reference("legal_forms")
    }


def has_board(form: str | None) -> bool:
    """Whether a form, by code or in words, may have a board that votes: all but those without one (Wgr art. 8)."""
    text = _plain(form or "")
    return not any(
        row["own_board"] != "yes" and (text == row["code"] or _pattern(row["pattern"]).search(text))
        for row in reference("legal_forms")
    )


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _plain(name: str) -> str:
    """Lower-case letters without accents; a name that was encoded twice is repaired first.

    A remark that another body took the work over is left out: it is about that other body.
    """
    with contextlib.suppress(UnicodeError):
        name = name.encode("cp1252").decode("utf-8")
    name = re.sub(r"\([^()]*opgegaan in [^()]*\)", " ", name, flags=re.IGNORECASE)
    text = unicodedata.normalize("NFKD", name)
    text = "".join(letter for letter in text if not unicodedata.combining(letter)).casefold()
    return re.sub(r"\s+", " ", text).strip()


def classify(name: str, on: date | None = None) -> Classification:
    """Say what the name of an arrangement tells about status, tasks and form.

    Parameters
    ----------
    name
        As published.
    on
        The day whose law counts; ``None`` for the law without an end date.

    Returns
    -------
    Classification
        Everything that no rule tells is unknown. All rules that fit count: a safety and health region is both.
    """
    text = _plain(name)
    compelled = [
        row
        for row in reference("compulsory_arrangements")
        if in_force(row, on) and _pattern(row["pattern"]).search(text)
    ]
    told = [
        row for row in reference("arrangement_tasks") if in_force(row, on) and _pattern(row["pattern"]).search(text)
    ]
    forms = [
        row["code"] for row in reference("legal_forms") if in_force(row, on) and _pattern(row["pattern"]).search(text)
    ]
    forms += [row["form"] for row in compelled if row["form"]]
    found = {row["status"] for row in compelled}
    status = next((status for status in Status if status in found), Status.UNKNOWN)
    basis = tuple(dict.fromkeys(row["basis"] for row in compelled))
    tasks = sorted({task for row in compelled + told for task in _split(row["tasks"])}, key=_task_order)
    form = forms[0] if len(set(forms)) == 1 else None
    return Classification(
        status=status,
        status_kind=Kind.DERIVED if compelled else None,
        basis=basis,
        tasks=tuple(tasks),
        tasks_kind=Kind.DERIVED if tasks else None,
        form=form,
        form_kind=Kind.DERIVED if form else None,
        reasons=tuple(dict.fromkeys(row["reason"] for row in compelled + told)),
    )


def _task_order(task: str) -> tuple[int, str]:
    return code_order(task.split("+", maxsplit=1)[0])


def _split(tasks: str) -> list[str]:
    # 6.72+6.82 is one comparable level over the years; every other sum is separate tasks.
    if "6.72+6.82" in tasks:
        return ["6.72+6.82", *[code for code in tasks.replace("6.72+6.82", "").split("+") if code]]
    return [code for code in tasks.split("+") if code]
