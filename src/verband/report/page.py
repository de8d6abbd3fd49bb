"""The parts that a page is made of, free of any markup: sections of paragraphs, tables, charts and lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from verband.report.charts import Chart


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph.

    Attributes
    ----------
    style
        ``text``, ``finding`` (the main sentence), ``reading`` (how to read), ``limits`` (what it does not show),
        ``note`` (small print), ``warning`` or ``missing`` (what is not known, and what would make it known).
    kind
        Kind of the figures in it; ``None`` where it holds none.
    source
        Keys of the sources under the page: table names.
    language
        Language where it is not that of the page.
    """

    text: str
    style: Literal["text", "finding", "reading", "limits", "note", "warning", "missing"] = "text"
    kind: str | None = None
    source: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one heading per column and the first column as heading of the row.

    Attributes
    ----------
    numeric
        Which columns hold numbers, by position.
    summary
        Words on the fold that hides it; shown open where ``None``.
    language
        Language of the cells where it is not that of the page.
    on_paper
        Whether it is printed; long lists of files are for the screen.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    summary: str | None = None
    note: str | None = None
    language: str | None = None
    on_paper: bool = True


@dataclass(frozen=True, slots=True)
class Figures:
    """A chart with the sentence that says how to read it."""

    chart: Chart
    unit: str
    reading: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list; each item has a heading and lines under it."""

    heading: str
    items: tuple[tuple[str, tuple[str, ...]], ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms with their meaning; each may carry an anchor."""

    entries: tuple[tuple[str, str, str | None], ...]


Block: TypeAlias = Paragraph | Table | Figures | Items | Terms | Heading


@dataclass(frozen=True, slots=True)
class Section:
    """A section: what it is about, the finding as heading, and its blocks."""

    anchor: str
    topic: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one of the ten questions.

    Attributes
    ----------
    kind
        ``measured``, ``derived``, ``estimated``, ``assumed`` or ``unknown``.
    source
        Table names.
    anchor
        Section that says more.
    """

    number: int
    question: str
    text: str
    kind: str
    source: tuple[str, ...]
    anchor: str
