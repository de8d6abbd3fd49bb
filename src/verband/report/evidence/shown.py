"""How the figures of a component are shown to a reader: in which unit, with how many decimals, in which words.

The words are data (``domain/reference/evidence_words.csv``), one row per component. What researchers estimate as an
elasticity is shown as what a doubling of the size does to cost per inhabitant, in percent; everything else in the unit
of its rule. Tables and files keep the unit of the rule.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from verband.analysis.evidence.statements import Rule
from verband.domain.reference import in_force, reference
from verband.report.numbers import MINUS, NO_BREAK, WORD_JOINER, Numbers
from verband.report.words import Words

LEVELS = frozenset({"level_number", "level_percent", "correlation"})
"""Figures that are read as they are, and not as more or less than something."""
_PERCENTS = frozenset({"doubling", "percent", "level_percent"})
_MOST_DIGITS = 4
_MORE_DIGITS = 3
"""Decimals that one figure may have more than those beside it."""
_HYPHEN = re.compile(r"(?<!\w)-(?=\d)")
"""Written for a minus in the tables of rules."""


@cache
def _rows() -> Mapping[tuple[str, str], dict[str, str]]:
    return {(row["mechanism"], row["component"]): row for row in reference("evidence_words") if in_force(row)}


def phrase(mechanism: str, component: str, name: str, language: str) -> str | None:
    """Words of a component; ``None`` where it has none of its own."""
    row = _rows().get((mechanism, component))
    return None if row is None else row[f"{name}_{language}"]


def converted(how: str, value: float) -> float:
    """A figure in the unit in which it is shown: an elasticity less one as what a doubling does, in percent."""
    return 100.0 * (2.0**value - 1.0) if how == "doubling" else value


def digits_for(values: Iterable[float], limits: Iterable[float] = ()) -> int:
    """Decimals with which figures that are read together are written.

    As many as the largest needs for two or three digits; one more where a figure would else be written as nothing, or
    as if it had reached a limit that it has not. Where one more does not help it is that figure alone that gets more.

    Parameters
    ----------
    values
        Estimate and ends of the interval.
    limits
        What the ends are held against, such as plus and minus a margin.
    """
    values, limits = list(values), list(limits)
    most = max((abs(value) for value in values), default=0.0)
    digits = 0 if most >= 10 else 1 if most >= 1 else 2
    hidden = [value for value in values if _hidden(value, digits, limits)]
    helped = [value for value in hidden if not _hidden(value, digits + 1, limits)]
    return digits + 1 if helped else digits


def _hidden(value: float, digits: int, limits: Iterable[float]) -> bool:
    """Whether a figure would be written as nothing, or on the wrong side of a limit."""
    written = round(value, digits)
    if written == 0 != value:
        return True
    return any((value < limit) != (written < limit) or (value > limit) != (written > limit) for limit in limits)


def fewest_digits(value: float) -> int:
    """Decimals that write a limit as it was stated; at most one where it was converted to another unit."""
    exact = next((digits for digits in range(_MOST_DIGITS) if abs(round(value, digits) - value) < 1e-9), None)
    return 1 if exact is None else exact


@dataclass(frozen=True)
class Shown:
    """A component as a reader sees it.

    Attributes
    ----------
    mechanism, rule
        Which component.
    words, numbers
        Of the language.
    """

    mechanism: str
    rule: Rule
    words: Words
    numbers: Numbers

    def own(self, name: str) -> str:
        """Words of the component: its own, or those that fit any."""
        found = phrase(self.mechanism, self.rule.component, name, self.words.language)
        if found is not None:
            return _HYPHEN.sub(MINUS, found)
        if name in ("subject", "measure"):
            title = self.rule.title.of("nl" if self.words.language == "nl" else "en")
            return title if name == "subject" else f"{title} ({self.unit})"
        return self.words(f"evidence.own.{name}")

    @property
    def how(self) -> str:
        """How it is shown (``shown_as`` of the table of words)."""
        row = _rows().get((self.mechanism, self.rule.component))
        return "plain" if row is None else row["shown_as"]

    @property
    def is_level(self) -> bool:
        """Whether it is read as it is, and not as more or less than something."""
        return self.how in LEVELS

    @property
    def unit(self) -> str:
        """Unit of the rule in the language of the page."""
        if self.words.language == "nl":
            row = _rows().get((self.mechanism, self.rule.component))
            if row is not None:
                return row["unit_nl"]
        return self.rule.unit

    def with_unit(self, number: str) -> str:
        """A number in the unit of the rule behind it; a percent sign stands against it."""
        return f"{number}{self.unit}" if self.unit.startswith("%") else f"{number} {self.unit}"

    @property
    def reason(self) -> str:
        """Why this smallest effect or margin, in the language of the page."""
        if self.words.language == "nl":
            row = _rows().get((self.mechanism, self.rule.component))
            if row is not None:
                return _HYPHEN.sub(MINUS, row["reason_nl"])
        return _HYPHEN.sub(MINUS, self.rule.reason)

    @property
    def limits(self) -> tuple[float, ...]:
        """Ends of what the rule asks, in its own unit: one for a direction, two for equality, none without a rule."""
        if self.rule.margin is not None:
            return (-self.rule.margin, self.rule.margin)
        if self.rule.smallest_effect is None:
            return ()
        return (self.rule.smallest_effect if self.rule.direction == "higher" else -self.rule.smallest_effect,)

    def in_words(self, value: float) -> float:
        """A figure in the unit that is shown."""
        return converted(self.how, value)

    def digits(self, *values: float) -> int:
        """Decimals for figures in the unit of the rule, as they are shown."""
        limits = [self.in_words(limit) for limit in self.limits]
        return digits_for([self.in_words(value) for value in values], limits)

    def limit(self, value: float) -> str:
        """Write a limit of the rule, given in its own unit, as it is shown."""
        least = self.in_words(value)
        return self.amount(least, fewest_digits(least))

    def _own_digits(self, value: float, digits: int) -> int:
        """Decimals of one figure: more than the others where it would else be hidden."""
        limits = [self.in_words(limit) for limit in self.limits]
        first = digits
        if round(value, digits) == 0 != value:
            # Not the first decimal that rounding up fills, but that of the figure itself.
            first = math.ceil(-math.log10(abs(value)))
        enough = (own for own in range(first, digits + _MORE_DIGITS + 1) if not _hidden(value, own, limits))
        return next(enough, digits)

    def bare(self, value: float, digits: int) -> str:
        """Write a shown figure without its unit; what would be written as nothing but is not as less than that."""
        digits = self._own_digits(value, digits)
        if value != 0 and round(value, digits) == 0:
            least = self.numbers.exact(10.0**-digits, digits)
            return f"< {least}" if value > 0 else f"> {MINUS}{least}"
        return self.numbers.exact(value, digits)

    def amount(self, value: float, digits: int, *, signed: bool = False, bare: bool = False) -> str:
        """Write a shown figure with its unit: ``0,8%``, ``0,5 procentpunt``, ``€ 191``.

        Parameters
        ----------
        value
            In the shown unit.
        digits
            Decimals.
        signed
            With its sign; else as how much more or less.
        bare
            Without a unit that is a word, for the first of two ends.
        """
        digits = self._own_digits(value, digits)
        number = self.numbers.exact(abs(value), digits)
        if value != 0 and round(value, digits) == 0:
            number = self.words("evidence.less_than", number=self.numbers.exact(10.0**-digits, digits))
            value = 0.0
        sign = "" if not signed or round(value, digits) == 0 else MINUS if value < 0 else "+"
        if self.is_level and value < 0:
            sign = MINUS
        elif self.is_level:
            sign = ""
        if self.how == "euro":
            gap = NO_BREAK if self.words.language == "nl" else ""
            return f"{sign}{WORD_JOINER if sign else ''}€{gap}{number}"
        if self.how in _PERCENTS:
            return f"{sign}{number}%"
        key = f"evidence.amounts.{self.how}.{'one' if number == '1' else 'many'}"
        if self.words.has(key) and not bare:
            number = self.words(key, number=number).replace(" ", NO_BREAK, 1)
        return f"{sign}{number}"

    def word(self, value: float) -> str:
        """``more`` or ``less`` in the words of the component."""
        return self.own("less" if value < 0 else "more")
