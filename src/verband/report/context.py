"""What every section needs: the portrait, the words and the number formats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from verband.analysis.dependence import least_eur_per_inhabitant
from verband.analysis.portrait import Portrait
from verband.analysis.spread import Spread
from verband.domain.reference import reference
from verband.domain.task_codes import task_at
from verband.report.numbers import Numbers
from verband.report.page import Paragraph
from verband.report.words import Words


@dataclass(frozen=True)
class Context:
    """A portrait with the language in which it is told."""

    portrait: Portrait
    language: str

    @cached_property
    def words(self) -> Words:
        """Texts."""
        return Words(self.language)

    @cached_property
    def numbers(self) -> Numbers:
        """Formats."""
        return Numbers(self.language)

    @property
    def name(self) -> str:
        """Name of the municipality."""
        return self.portrait.identity.name

    @property
    def own_doubt(self) -> bool:
        """Whether what makes the newest dependence doubtful is the municipality's own accounts, not a part of it."""
        facts = self.portrait.dependence
        return facts is None or facts.latest_doubts in ((), (self.name,))

    def doubt_limit(self, year: int) -> str:
        """Below which amount per inhabitant transfers of a year are in doubt."""
        return self.numbers.short_euro(least_eur_per_inhabitant(year) or 0.0)

    def size_class(self) -> str:
        """Name of the size class; only where there is a comparison group."""
        group = self.portrait.group
        assert group is not None  # noqa: S101  callers have a group
        return group.size_class.name_nl if self.language == "nl" else group.size_class.name_en

    def task_title(self, code: str, year: int | None = None) -> str:
        """Title of a task, or of a sum: its own where it has one, else those of its parts."""
        own = next((row[f"title_{self.language}"] for row in reference("scale_sums") if row["codes"] == code), None)
        if own is not None:
            return own
        titles = []
        for part in code.split("+"):
            found = task_at(part, year or self._task_year)
            if found is not None:
                titles.append(found.title_nl if self.language == "nl" else found.title_en)
        return " + ".join(titles) or code

    @property
    def _task_year(self) -> int:
        return self.portrait.costs.year if self.portrait.costs else self.portrait.identity.year

    def known(self, text: str | None) -> str:
        """The text, or the word for what is not known."""
        return text if text is not None else self.words("common.unknown")

    def middle_half(self, spread: Spread, unit: str) -> str:
        """The middle half of a group in words; ``unit`` is ``euro`` or ``percent``."""
        if spread.low is None or spread.high is None:
            return self.words("common.unknown")
        return self.between(spread.low, spread.high, unit)

    def between(self, low: float, high: float, unit: str, digits: int | None = None) -> str:
        """Two ends in words, with the same decimals; ``unit`` is ``euro`` or ``percent``.

        An end above zero that would be written as zero is told in words: it is what makes a difference demonstrable.
        """
        ends = self.numbers.short_euros((low, high)) if unit == "euro" else self.numbers.percents((low, high), digits)
        told = [
            self.words("common.hardly") if value > 0 and not re.search("[1-9]", text) else text
            for value, text in zip((low, high), ends, strict=True)
        ]
        return self.words("common.between", low=told[0], high=told[1])

    def few(self, spread: Spread, group: str) -> str:
        """Why a group gives no comparison; ``group`` is ``class`` or ``alike``. Only where the spread has too few."""
        return self.few_members(spread.n, group, "known" if spread.missing else None)

    def few_members(self, number: int, group: str, which: str | None = None) -> str:
        """Why so few members give no comparison; ``which`` says what sets these apart from the others of the group."""
        told = f" {self.words(f'few.{which}')}" if which else ""
        if not number:
            return self.words(f"few.{group}.none", known=told)
        return self.words.count(f"few.{group}", number, count=self.words.cardinal(number), known=told)

    def alike_count(self) -> int:
        """How many municipalities are in the comparison group."""
        return len(self.portrait.group.alike) if self.portrait.group else 0

    def loaded(self, *tables: str) -> tuple[str, ...]:
        """Those of the tables that the portrait rests on, as sources under a figure."""
        present = {item.table for item in self.portrait.provenance}
        return tuple(name for name in tables if name in present)

    def lacks(self, *tables: str) -> bool:
        """Whether the workspace lacks any of these tables."""
        return any(name in self.portrait.lacking for name in tables)

    @property
    def far(self) -> bool:
        """Whether few municipalities are like this one, so that those most alike are not quite comparable."""
        return self.portrait.group is not None and self.portrait.group.far

    def told_far(self) -> tuple[Paragraph, ...]:
        """That few municipalities are like this one; empty where enough are."""
        return (Paragraph(self.words("common.far", name=self.name), "limits"),) if self.far else ()

    def older(self, year: int) -> tuple[Paragraph, ...]:
        """That these are not the newest accounts, for the municipality has none of that year; empty where they are."""
        facts = self.portrait.dependence
        if facts is None or facts.year == year:
            return ()
        return (self.missing("dependence.newest_missing", year=facts.year, latest=year, name=self.name),)

    def missing(self, key: str, **values: object) -> Paragraph:
        """A paragraph that says what is not known, why, and what would make it known."""
        return Paragraph(self.words(key, **values), "missing", "unknown")
