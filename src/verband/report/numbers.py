"""Writing numbers and dates for readers, in Dutch or English (formats from the Unicode CLDR, through Babel).

Text gets two or three significant digits, tables are exact. What is missing is never written as a number: callers say
why it is missing, and tables show the word for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import floor, log10

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

NO_BREAK = "\u00a0"
MINUS = "\N{MINUS SIGN}"
WORD_JOINER = "\N{WORD JOINER}"
"""Keeps a sign and what follows on one line."""
_SCALES = {"nl": ((1e9, "mld"), (1e6, "mln")), "en": ((1e9, "billion"), (1e6, "million"))}
_LOCALES = {"nl": "nl_NL", "en": "en_GB"}


def significant(value: float, digits: int = 3) -> float:
    """Round to so many significant digits; whole numbers keep at least their thousands."""
    if value == 0:
        return 0.0
    return round(value, digits - 1 - floor(log10(abs(value))))


def _decimals_of_percent(fraction: float) -> int:
    share = abs(fraction * 100)
    return 0 if share >= 100 or share == 0 else 1 if share >= 1 else 2


@dataclass(frozen=True, slots=True)
class Numbers:
    """Formats of one language.

    Attributes
    ----------
    language
        ``nl`` or ``en``.
    """

    language: str

    @property
    def locale(self) -> Locale:
        """The locale of the language."""
        return Locale.parse(_LOCALES[self.language])

    def exact(self, value: float, digits: int = 0) -> str:
        """Write a number with a fixed number of decimals and a true minus: ``12.345`` and ``6,50``."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        written = str(format_decimal(round(value, digits) + 0.0, format=pattern, locale=self.locale))
        return written.replace("-", MINUS)

    def short(self, value: float) -> str:
        """Write a number in three significant digits; small ones keep what is needed to tell them from nothing."""
        rounded = significant(value)
        digits = 0 if abs(rounded) >= 100 or float(rounded).is_integer() else 1 if abs(rounded) >= 10 else 2
        return self.exact(rounded, digits)

    def percent(self, fraction: float, digits: int = 1) -> str:
        """Write a fraction as a percentage with fixed decimals."""
        return f"{self.exact(fraction * 100, digits)}%"

    def short_percent(self, fraction: float) -> str:
        """Write a fraction as a percentage in two or three significant digits."""
        return self.percent(fraction, _decimals_of_percent(fraction))

    def percents(self, fractions: Sequence[float], digits: int | None = None) -> tuple[str, ...]:
        """Write fractions that are read together as percentages with the same decimals, those of the largest."""
        if digits is None:
            digits = _decimals_of_percent(max(fractions, key=abs))
        return tuple(self.percent(fraction, digits) for fraction in fractions)

    def signed_percent(self, fraction: float, digits: int = 1) -> str:
        """Write a difference as a percentage with its sign: ``+6,5%`` and ``−3,0%``."""
        written = self.percent(fraction, digits)
        return written if written.startswith(MINUS) else f"+{written}"

    def euro(self, value: float, digits: int = 0) -> str:
        """Write an exact amount: ``€ 88.689.000``."""
        return self._euro(self.exact(value, digits))

    def short_euro(self, value: float) -> str:
        """Write an amount in three significant digits: ``€ 762``, ``€ 3.250``, ``€ 20,8 mln``."""
        rounded = significant(value)
        for unit, word in _SCALES[self.language]:
            if abs(rounded) >= unit:
                return self._euro(f"{self.short(rounded / unit)}{NO_BREAK}{word}")
        return self._euro(self.exact(rounded) if abs(rounded) >= 10 or rounded == 0 else self.short(rounded))

    def short_euros(self, values: Sequence[float]) -> tuple[str, ...]:
        """Write amounts that are read together with the same decimals, those of the largest."""
        most = significant(max(map(abs, values)))
        if most >= _SCALES[self.language][-1][0]:
            return tuple(self.short_euro(value) for value in values)
        digits = 0 if most >= 10 or most.is_integer() else 2
        return tuple(self._euro(self.exact(significant(value), digits)) for value in values)

    def about(self, number: float) -> str:
        """Write a rough number: whole from one, with one decimal below."""
        return self.exact(number, 0 if number >= 0.95 else 1)

    def _euro(self, number: str) -> str:
        if self.language == "nl":
            return f"€{NO_BREAK}{number}"
        return f"{MINUS}€{number[1:]}" if number.startswith(MINUS) else f"€{number}"

    def date(self, day: date) -> str:
        """Write a day in words: ``1 januari 2016``."""
        return format_date(day, "d MMMM y", locale=self.locale).replace(" ", NO_BREAK)

    def count(self, number: int) -> str:
        """Write a small count."""
        return self.exact(number)

    @property
    def symbols(self) -> tuple[str, str]:
        """Decimal and group symbol, for charts."""
        return get_decimal_symbol(self.locale), get_group_symbol(self.locale)
