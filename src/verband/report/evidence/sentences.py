"""The sentences about one claim, made from the fields of its result: for a council member and for a researcher.

An interval that covers both what the rule asks and what it does not is told as "cannot be told", never as "no"; a
motive gets no verdict of an effect.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from verband.analysis.evidence.result import Evidence, Judged
from verband.analysis.evidence.statements import Language, Rule
from verband.analysis.evidence.verdict import FEWEST_CHECKS, Verdict
from verband.report.evidence.members import member
from verband.report.evidence.said import said
from verband.report.evidence.shown import Shown
from verband.report.numbers import MINUS, Numbers
from verband.report.words import Words

MARKS: dict[Verdict, str] = {
    "supported": "\N{CHECK MARK}",
    "not_supported": "\N{MULTIPLICATION SIGN}",
    "inconclusive": "?",
    "mixed": "\N{PLUS-MINUS SIGN}",
    "not_testable": "\N{EN DASH}",
}
"""A sign per verdict, so that none is told by colour only."""
_CODE = re.compile(r"\bGM\d{4}\b")
_LEVEL = {"small": "level_short", "opposite": "level_short", "side": "level_around", "around": "level_around"}
"""Ways to read an interval for a level, of which nothing is no landmark."""
_SHOWN_BESIDE = 2
"""Figures that decide nothing and are told in words; the others are in the chart and the table."""


def case(part: Judged) -> str:
    """Which of the ways to read an interval holds: the verdict, and where it lies.

    Returns
    -------
    str
        ``supported``; ``small`` (in or around nothing, short of what matters), ``opposite`` (wholly on the other side),
        ``far`` (equality: wholly beyond the margin); ``around`` (covers nothing and what matters), ``side`` (on the
        claimed side, perhaps too small), ``margin`` (equality: may be within or beyond); ``none`` without a rule.
    """
    found, rule = part.finding, part.rule
    if not rule.judges:
        return "none"
    if part.verdict == "supported":
        return "supported" if rule.margin is None else "same"
    if rule.margin is not None:
        return "far" if part.verdict == "not_supported" else "margin"
    low, high = (found.low, found.high) if rule.direction == "higher" else (-found.high, -found.low)
    if part.verdict == "not_supported":
        return "opposite" if high < 0 else "small"
    return "side" if low > 0 else "around"


@dataclass(frozen=True)
class Told:
    """One claim with the language in which it is told, and names of municipalities by code."""

    evidence: Evidence
    language: Language
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def words(self) -> Words:
        """Texts."""
        return Words(self.language)

    @cached_property
    def numbers(self) -> Numbers:
        """Formats."""
        return Numbers(self.language)

    @property
    def mechanism(self) -> str:
        """``M1`` to ``M16``."""
        return self.evidence.statement.mechanism

    @property
    def anchor(self) -> str:
        """Of its section, and the start of the names in its drawings."""
        return self.mechanism.casefold()

    @property
    def title(self) -> str:
        """What it is about, in a word or two."""
        return self.evidence.statement.title.of(self.language)

    def name(self, code: str) -> str:
        """A municipality by its name; what is none by its code."""
        return self.names.get(code, code)

    def said(self, english: str) -> str:
        """What an analysis says in English, in the language of the page, municipalities by name."""

        def named(found: re.Match[str]) -> str:
            name = self.name(found[0])
            return found[0] if found.string[: found.start()].endswith(f"{name} (") else name

        return _CODE.sub(named, said(english, self.language))

    @property
    def verdict(self) -> Verdict:
        """The verdict; a motive has none but that it cannot be tested."""
        return "not_testable" if self.evidence.statement.type == "motive" else self.evidence.verdict

    @property
    def verdict_word(self) -> str:
        """The verdict in words."""
        return self.words(f"evidence.verdicts.{self.verdict}")

    @property
    def heading(self) -> str:
        """Title and what came out, as heading of the section."""
        claim = self.evidence.statement
        outcome = self.words(f"evidence.headings.{claim.type}.{self.verdict}")
        return f"{self.title}: {outcome}"

    def shown(self, rule: Rule) -> Shown:
        """How a component is shown."""
        return Shown(self.mechanism, rule, self.words, self.numbers)

    @property
    def deciding(self) -> tuple[Judged, ...]:
        """Components that decide."""
        return tuple(item for item in self.evidence.components if item.rule.role != "shown")

    @property
    def parts(self) -> str:
        """How many of several parts that decide have which verdict; empty where there is one, or all say the same."""
        told = [part.told for part in self.deciding]
        if self.verdict == "not_testable" or len(set(told)) < 2:
            return ""
        each = [
            f"{self.words.cardinal(told.count(verdict))} {self.words(f'evidence.verdicts.{verdict}')}"
            for verdict in MARKS
            if verdict in told
        ]
        return self.words("evidence.parts", number=self.words.cardinal(len(told)), each=", ".join(each))

    @property
    def on_own_files(self) -> bool:
        """Whether the verdict rests on files that users loaded: public data alone cannot test the claim."""
        return self.verdict != "not_testable" and self.evidence.statement.data_needed is not None

    @property
    def below_verdict(self) -> str:
        """What stands below the verdict in the table: its parts, and that it is about own files."""
        own = self.words("evidence.own_files") if self.on_own_files else ""
        return "; ".join(item for item in (self.parts, own) if item)

    @property
    def beside(self) -> tuple[Judged, ...]:
        """Components that decide nothing and are one figure."""
        return tuple(item for item in self.evidence.components if item.rule.role == "shown" and not item.finding.by)

    @property
    def key(self) -> Judged | None:
        """The figure of the table of verdicts: the primary one, else the first that is one figure."""
        return self.evidence.primary or next(iter(self.beside), None)

    @property
    def families(self) -> tuple[tuple[Judged, ...], ...]:
        """Components that are several figures, each from its least to its greatest; none over years."""
        found: dict[str, list[Judged]] = {}
        for part in self.evidence.components:
            if part.finding.by and "year" not in part.finding.by:
                found.setdefault(part.rule.component, []).append(part)
        return tuple(tuple(sorted(parts, key=lambda item: item.finding.estimate)) for parts in found.values())

    def key_figure(self) -> str:
        """Estimate with its interval, signed, in the shown unit; of a family from its least to its greatest."""
        if self.key is not None:
            return self.figure(self.key)
        if not self.families:
            return ""
        first, last = self.families[0][0], self.families[0][-1]
        low, high = self._ends(first, last)
        return self.words("evidence.figure_range", low=low, high=high)

    @property
    def measure(self) -> str:
        """What the key figure is of; empty where there is none."""
        part = self.key or next((family[0] for family in self.families), None)
        if part is None:
            return ""
        shown = self.shown(part.rule)
        return f"{shown.own('subject').rstrip(',')} {shown.own('against').rstrip(',')}"

    def _ends(self, first: Judged, last: Judged) -> tuple[str, str]:
        """Estimates of two members of a family with the same decimals, the unit behind the last."""
        shown = self.shown(first.rule)
        values = [shown.in_words(part.finding.estimate) for part in (first, last)]
        digits = shown.digits(first.finding.estimate, last.finding.estimate)
        return shown.amount(values[0], digits, signed=True, bare=True), shown.amount(values[1], digits, signed=True)

    def _range(self, family: tuple[Judged, ...]) -> str:
        """A family in a sentence: from its least to its greatest."""
        first, last = family[0], family[-1]
        shown = self.shown(first.rule)
        low, high = self._ends(first, last)
        subject = shown.own("subject")
        names = [
            ", ".join(small(member(self.words, key, value)) for key, value in part.finding.by.items())
            for part in (first, last)
        ]
        return self.words(
            "evidence.plain.family",
            subject=subject[0].upper() + subject[1:],
            against=shown.own("against").rstrip(","),
            low=low,
            low_name=names[0],
            high=high,
            high_name=names[1],
        )

    def figure(self, part: Judged) -> str:
        """A figure with its interval: ``+0,8% (−0,8% tot +2,4%)``."""
        shown, found = self.shown(part.rule), part.finding
        digits = shown.digits(found.estimate, found.low, found.high)
        estimate, low, high = (
            shown.amount(shown.in_words(value), digits, signed=True, bare=place > 0)
            for place, value in enumerate((found.estimate, found.low, found.high))
        )
        return self.words("evidence.figure", estimate=estimate, low=low, high=high)

    @property
    def kind(self) -> str | None:
        """Kind of the key figure; ``None`` where there is none."""
        part = self.key or next((family[0] for family in self.families), None)
        return None if part is None else part.finding.kind

    # For a council member.

    def plain(self) -> list[str]:
        """What was asked, what came out, how sure: one paragraph, as sentences."""
        claim = self.evidence.statement
        told = [self.words("evidence.plain.asked", question=claim.question.of(self.language))]
        if self.on_own_files and self.key is not None:
            number = self.key.finding.n_municipalities
            told.append(self.words.count("evidence.plain.own_files", number))
        if self.verdict == "not_testable":
            told += self._untestable()
        else:
            for part in self.deciding:
                told += self._deciding(part)
            told += self._together()
        return told

    def _untestable(self) -> list[str]:
        claim, words = self.evidence.statement, self.words
        told = [words(f"evidence.plain.untestable.{'motive' if claim.type == 'motive' else 'other'}")]
        if claim.data_needed is not None:
            told.append(words("evidence.plain.needed", data=_lowered(claim.data_needed.of(self.language))))
        if self.evidence.missing and claim.type != "motive":
            told.append(words("evidence.plain.missing", why=self.said(self.evidence.missing)))
        beside = [self.estimate(part) for part in (*self.deciding, *self.beside)]
        beside = (beside or [self._range(family) for family in self.families])[:_SHOWN_BESIDE]
        if beside:
            told.append(words("evidence.plain.beside"))
            told += beside
            told.append(words("evidence.plain.beside_end"))
        return told

    def _deciding(self, part: Judged) -> list[str]:
        words, shown = self.words, self.shown(part.rule)
        told = [self.estimate(part)]
        if part is not self.deciding[0]:
            told.insert(0, words("evidence.plain.also"))
        if part.rule.margin is not None:
            told.append(words("evidence.plain.agreed_equal", amount=shown.limit(part.rule.margin)))
        elif shown.limits:
            (limit,) = shown.limits
            # A level lies above or below what was agreed; a difference is so much more or less than nothing.
            key = f"agreed_level.{part.rule.direction}" if shown.is_level else "agreed"
            told.append(words(f"evidence.plain.{key}", amount=shown.limit(limit), word=shown.word(limit)))
        reading = case(part)
        told.append(words(f"evidence.conclusions.{_LEVEL.get(reading, reading) if shown.is_level else reading}"))
        if part.tried:
            tried = {"agreeing": words.cardinal(part.agreeing), "tried": words.cardinal(part.tried)}
            if part.agreeing == part.tried == 1:
                told.append(words("evidence.plain.variants.same"))
            else:
                told.append(words.count("evidence.plain.variants", part.tried, **tried))
            if part.agreeing < part.tried and part.verdict in ("supported", "not_supported"):
                told.append(self._contradicting(part))
        if part.told != part.verdict:
            why = "too_few" if part.tried < FEWEST_CHECKS else "unsteady"
            told.append(words(f"evidence.plain.{why}"))
        return told

    def _contradicting(self, part: Judged) -> str:
        if not part.against:
            return self.words.count("evidence.plain.against.none", part.tried - part.agreeing)
        return self.words.count("evidence.plain.against", part.against, against=self.words.cardinal(part.against))

    def _together(self) -> list[str]:
        words = self.words
        lacking = self.evidence.missing
        told = [words("evidence.plain.missing", why=self.said(lacking))] if lacking else []
        if len(self.deciding) > 1 or lacking or any(part.told != part.verdict for part in self.deciding):
            if self.verdict == "inconclusive" and self.parts:
                parts = self.parts[0].upper() + self.parts[1:]
                refuted = any(part.told == "not_supported" for part in self.deciding)
                key = "inconclusive_refuted" if refuted else "inconclusive_split"
                told.append(words(f"evidence.together.{key}", parts=parts))
            else:
                told.append(words(f"evidence.together.{self.verdict}"))
        return told

    @property
    def limits(self) -> str:
        """What a reader should not conclude, whatever the verdict."""
        return self.words(f"evidence.limits.{self.mechanism}")

    def estimate(self, part: Judged) -> str:
        """A figure in a sentence, with its uncertainty."""
        found, shown = part.finding, self.shown(part.rule)
        digits = shown.digits(found.estimate, found.low, found.high)
        estimate, low, high = (shown.in_words(value) for value in (found.estimate, found.low, found.high))
        subject = shown.own("subject")
        subject = subject[0].upper() + subject[1:]
        against = shown.own("against")
        # Before the figure, as in Dutch, the comma closes an aside; behind it there is nothing to close.
        values = {"subject": subject, "against": against if self.language == "nl" else against.rstrip(",")}
        if shown.is_level:
            key = "level"
            values |= {
                "amount": shown.amount(estimate, digits),
                "low": shown.amount(low, digits, bare=True),
                "high": shown.amount(high, digits),
            }
        elif low == high == 0:
            key = "same"
        else:
            one_side = low * high > 0
            key = "one_side" if one_side else "both_sides"
            near, far = (high, low) if one_side and high < 0 else (low, high)
            values |= {
                "amount": shown.amount(estimate, digits),
                "word": shown.word(estimate),
                "low": shown.amount(near, digits, bare=True),
                "high": shown.amount(far, digits),
                "low_word": shown.word(near if near else -1.0),
                "high_word": shown.word(far if far else 1.0),
            }
        if found.kind == "assumed":
            key += "_assumed"
        return self.words(f"evidence.estimates.{key}", **values)

    # For a researcher.

    def exact(self, part: Judged) -> list[str]:
        """Estimand, rule, method and numbers of a component, as sentences."""
        found, rule, words, shown = part.finding, part.rule, self.words, self.shown(part.rule)
        estimate, low, high, error = self.raw(part)
        by = ", ".join(member(words, key, value) for key, value in found.by.items())
        title = rule.title.of(self.language)
        told = [
            words(
                f"evidence.exact.{'range' if found.kind == 'assumed' else 'estimate' if error else 'estimate_plain'}",
                component=f"{title}: {by}" if by else title,
                estimate=shown.with_unit(estimate),
                low=low,
                high=high,
                error=error,
            ),
            words("evidence.exact.rule", rule=self.rule(rule), reason=shown.reason),
            words("evidence.exact.method", method=self.said(found.method)),
        ]
        if found.n_observations:
            told.append(
                words(
                    "evidence.exact.numbers",
                    n=self.numbers.count(found.n_observations),
                    municipalities=self.numbers.count(found.n_municipalities),
                    clusters=self.numbers.count(found.n_clusters),
                    years=self.years(found.years),
                )
            )
        if found.note:
            told.append(words("evidence.exact.note", note=self.said(found.note)))
        if part.rule.role == "primary":
            told += self._p_values()
        if part.tried and self.verdict != "not_testable":
            told.append(words("evidence.exact.variants", agreeing=part.agreeing, tried=part.tried))
            if any(item.check and item.component == part.rule.component for item in self.evidence.variants):
                told.append(words("evidence.exact.one_check"))
        return told

    def raw(self, part: Judged) -> tuple[str, str, str, str]:
        """Estimate, ends of the interval and standard error in the unit of the rule, without it."""
        found = part.finding
        digits = self.raw_digits(part.rule, found.estimate, found.low, found.high)
        estimate, low, high = (self.numbers.exact(item, digits) for item in (found.estimate, found.low, found.high))
        error = "" if found.standard_error is None else self.numbers.exact(found.standard_error, digits)
        return estimate, low, high, error

    def raw_digits(self, rule: Rule, *values: float) -> int:
        """Decimals of figures in the unit of a rule: three significant ones of the largest, at most three."""
        most = max((abs(value) for value in values), default=0.0)
        digits = 1 if most >= 10 else 2 if most >= 1 else 3
        limit = rule.margin or rule.smallest_effect
        return max(digits, 3 if limit is not None and limit < 0.1 else 0)

    def rule(self, rule: Rule) -> str:
        """The rule of a component in a sentence."""
        shown = self.shown(rule)
        if not rule.judges:
            return self.words("evidence.rules.none")
        limit = rule.margin if rule.margin is not None else rule.smallest_effect
        assert limit is not None  # noqa: S101  a rule that judges has one of the two
        text = f"{limit:g}".replace(".", self.numbers.symbols[0])
        sign = MINUS if rule.direction == "lower" else ""
        return self.words(f"evidence.rules.{rule.direction}", limit=shown.with_unit(sign + text), margin=text)

    def years(self, years: tuple[int, ...]) -> str:
        """Years as a span where none is missing, else by name."""
        if not years:
            return self.words("evidence.exact.all_years")
        first, last = min(years), max(years)
        if first == last:
            return str(first)
        if len(set(years)) == last - first + 1:
            return f"{first}\N{EN DASH}{last}"
        return self.words.join([str(year) for year in sorted(set(years))])

    def _p_values(self) -> list[str]:
        item = self.evidence
        if item.p_value is None or self.verdict == "not_testable":
            return []
        if item.p_value_holm is None:
            return [self.words("evidence.exact.p_alone", p=self.p(item.p_value))]
        return [self.words("evidence.exact.p", p=self.p(item.p_value), holm=self.p(item.p_value_holm))]

    def p(self, value: float) -> str:
        """A p-value with its sign: ``= 0,045`` or ``< 0,001``."""
        if value < 0.001:
            return f"< {self.numbers.exact(0.001, 3)}"
        if value > 0.999:
            return f"> {self.numbers.exact(0.999, 3)}"
        return f"= {self.numbers.exact(value, 3)}"


def _lowered(text: str) -> str:
    """Without the point at the end, to go on from a colon."""
    return small(text).rstrip(".")


def small(text: str) -> str:
    """The text with a small first letter, to stand within a sentence."""
    return text[:1].lower() + text[1:]
