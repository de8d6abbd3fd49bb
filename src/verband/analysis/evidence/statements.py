"""What is claimed, and the rule that decides it: dated data, stated before any estimate was made.

``domain/reference/evidence_statements.csv`` holds the sixteen statements, ``evidence_components.csv`` what is estimated
for each with the smallest effect that matters and why, ``evidence_literature.csv`` what others found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from verband.domain.reference import in_force, reference
from verband.errors import UnknownNameError

ClaimType = Literal["motive", "effect", "forecast", "structure"]
Direction = Literal["higher", "lower", "equal"]
Role = Literal["primary", "counts", "shown"]
Language = Literal["nl", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in two languages."""

    nl: str
    en: str

    def of(self, language: Language) -> str:
        """The sentence in one of them."""
        return self.nl if language == "nl" else self.en


@dataclass(frozen=True, slots=True)
class Rule:
    """What decides about one component of a claim.

    Attributes
    ----------
    component
        Name, unique within the mechanism.
    role
        ``primary`` (the figures at the top), ``counts`` (takes part in the verdict) or ``shown`` (decides nothing).
    direction
        What is claimed of the estimate: ``higher`` or ``lower`` than nothing, or ``equal`` within a margin.
    smallest_effect
        The smallest effect that matters, positive, in ``unit``; ``None`` for ``equal`` or without a rule.
    margin
        For ``equal``: estimates between minus and plus the margin are the same for practice; else ``None``.
    unit, title, reason
        Of the estimate; name for a reader; why this smallest effect or margin.
    """

    component: str
    role: Role
    direction: Direction
    smallest_effect: float | None
    margin: float | None
    unit: str
    title: Text
    reason: str

    @property
    def judges(self) -> bool:
        """Whether an estimate gets a verdict by it."""
        return self.smallest_effect is not None or self.margin is not None

    @property
    def stated(self) -> str:
        """The rule in a sentence."""
        if self.margin is not None:
            return f"equal: the 95% interval wholly within plus or minus {self.margin:g} {self.unit}"
        if self.smallest_effect is None:
            return "no rule: a model result"
        sign = "" if self.direction == "higher" else "-"
        where = "above" if self.direction == "higher" else "below"
        return f"{self.direction}: the 95% interval wholly {where} {sign}{self.smallest_effect:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Literature:
    """What a study found, in our words; ``stance`` towards the statement: supports, contradicts or mixed."""

    authors: str
    year: int
    title: str
    outlet: str
    finding: Text
    stance: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One mechanism of the system as a claim.

    Attributes
    ----------
    mechanism
        ``M1`` to ``M16``.
    type
        A motive never gets an effect's verdict.
    title, statement, question
        Words for a reader.
    data_needed
        Which data would make it testable; ``None`` where public data can test it.
    would_change
        Which data would change the verdict.
    rules
        Per component; the primary one first. Empty where nothing is estimated.
    literature
        What others found.
    """

    mechanism: str
    type: ClaimType
    title: Text
    statement: Text
    question: Text
    data_needed: Text | None
    would_change: Text
    rules: tuple[Rule, ...]
    literature: tuple[Literature, ...]

    def rule(self, component: str) -> Rule:
        """The rule of a component.

        Raises
        ------
        KeyError
            If none is stated: an estimate without a rule stated beforehand is refused.
        """
        for item in self.rules:
            if item.component == component:
                return item
        raise KeyError(f"{self.mechanism} has no rule for {component!r}")


def _text(row: dict[str, str], name: str) -> Text:
    return Text(row[f"{name}_nl"], row[f"{name}_en"])


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


_ORDER = {"primary": 0, "counts": 1, "shown": 2}


@cache
def statements() -> tuple[Statement, ...]:
    """All statements in force, M1 to M16."""
    rules: dict[str, list[Rule]] = {}
    for row in reference("evidence_components"):
        if in_force(row):
            rules.setdefault(row["mechanism"], []).append(
                Rule(
                    component=row["component"],
                    role=cast("Role", row["role"]),
                    direction=cast("Direction", row["direction"]),
                    smallest_effect=_number(row["smallest_effect"]),
                    margin=_number(row["margin"]),
                    unit=row["unit"],
                    title=_text(row, "name"),
                    reason=row["reason"],
                )
            )
    studies: dict[str, list[Literature]] = {}
    for row in reference("evidence_literature"):
        study = Literature(
            row["authors"],
            int(row["year"]),
            row["title"],
            row["outlet"],
            _text(row, "finding"),
            row["stance"],
            row["certainty"],
        )
        for mechanism in row["mechanisms"].split():
            studies.setdefault(mechanism, []).append(study)
    return tuple(
        Statement(
            mechanism=row["mechanism"],
            type=cast("ClaimType", row["type"]),
            title=_text(row, "title"),
            statement=_text(row, "statement"),
            question=_text(row, "question"),
            data_needed=_text(row, "data_needed") if row["data_needed_en"] else None,
            would_change=_text(row, "would_change"),
            rules=tuple(sorted(rules.get(row["mechanism"], []), key=lambda item: _ORDER[item.role])),
            literature=tuple(studies.get(row["mechanism"], [])),
        )
        for row in reference("evidence_statements")
        if in_force(row)
    )


def statement(mechanism: str) -> Statement:
    """The statement of one mechanism.

    Parameters
    ----------
    mechanism
        ``M1`` to ``M16``, in any case, with or without a leading zero.

    Raises
    ------
    UnknownNameError
        If there is no such mechanism.
    """
    number = mechanism.strip().upper().removeprefix("M").lstrip("0")
    for item in statements():
        if item.mechanism == f"M{number}":
            return item
    raise UnknownNameError(f"there is no mechanism {mechanism!r}", todo="Name one or more of M1 to M16")
