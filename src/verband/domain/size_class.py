"""Size classes of municipalities by inhabitants; the bounds and names are data (``reference/size_classes.csv``)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from verband.domain.reference import reference
from verband.errors import BadInputError


@dataclass(frozen=True, slots=True)
class SizeClass:
    """A class of municipalities with ``low <= inhabitants < below``.

    Attributes
    ----------
    code
        ``<10000``, ``10000-20000`` and so on.
    low
        Fewest inhabitants.
    below
        The first number of inhabitants that is too large; ``None`` for no bound.
    name_nl, name_en
        Names for the screen.
    """

    code: str
    low: int
    below: int | None
    name_nl: str
    name_en: str

    def __str__(self) -> str:
        return self.code


@cache
def size_classes() -> tuple[SizeClass, ...]:
    """All classes, small to large; they follow each other without gap or overlap."""
    return tuple(
        SizeClass(
            code=row["code"],
            low=int(row["low"]),
            below=int(row["below"]) if row["below"] else None,
            name_nl=row["name_nl"],
            name_en=row["name_en"],
        )
        for row in reference("size_classes")
    )


def size_class(inhabitants: float) -> SizeClass:
    """Return the class of a municipality with so many inhabitants (1 January).

    Raises
    ------
    BadInputError
        If the number is negative or not a number.
    """
    for size in size_classes():
        if inhabitants >= size.low and (size.below is None or inhabitants < size.below):
            return size
    raise BadInputError(f"{inhabitants} is no number of inhabitants", todo="Give 0 or more")
