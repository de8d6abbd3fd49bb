"""Cells of a user's own table as numbers, the way people and spreadsheet programs write them.

A point can be a decimal sign or a sign for thousands, and a comma too. One cell that can be read in one way settles
its column; where nothing does, the number is asked and never guessed: 310.000 read as 310 is a thousand times too low.
Numbers of a workbook are typed, and mean what they are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from verband.errors import BadInputError

Written = str | float
"""A cell: text, or a number of a workbook."""
Mark = Literal["comma", "point", ""]

_DUTCH = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?(?:[eE][+-]?\d+)?")
# A group of thousands never begins with 0, so 0,543 is decimal, and with it its whole column.
_COMMA_TWO_WAYS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_POINT_TWO_WAYS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+")
_SURELY_DUTCH = re.compile(r"[+-]?(?:\d+,\d{1,2}|\d{1,3}(?:\.\d{3})+,\d+|[1-9]\d{0,2}(?:\.\d{3}){2,})")
_SURELY_ENGLISH = re.compile(r"[+-]?(?:\d*\.(?:\d{1,2}|\d{4,})|0\d*\.\d{3}|\d{4,}\.\d{3}|\d{1,3}(?:,\d{3})+\.\d+)")
_CURRENCY = re.compile(r"^([+-]?)\s*(?:€|eur\b)\s*|\s*(?:€|\beur)$", re.IGNORECASE)
_WHOLE_EUROS = re.compile(r"(?<=\d),(?:-{1,2}|=)$")
_SPACED = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?:[.,]\d+)?")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Notation:
    """What the whole table tells about the way its numbers are written.

    Attributes
    ----------
    between_commas
        Whether commas stand between cells, as English-language programs and statistical packages write.
    mark
        The decimal mark that other cells show, without one that shows the other; empty where that is not so.
    """

    between_commas: bool
    mark: Mark = ""


def notation_of(cells: Iterable[object], *, between_commas: bool) -> Notation:
    """Look at every cell of a table for numbers that can be written in one notation only.

    Parameters
    ----------
    cells
        Of all columns, as text or anything else; only text tells.
    between_commas
        Whether commas stand between cells.
    """
    dutch = english = False
    for cell in cells:
        if isinstance(cell, str) and len(cell) <= _SHOWN:
            bare = _bare(cell)
            dutch = dutch or _SURELY_DUTCH.fullmatch(bare) is not None
            english = english or _SURELY_ENGLISH.fullmatch(bare) is not None
    mark: Mark = "" if dutch == english else "comma" if dutch else "point"
    return Notation(between_commas, mark)


def numbers_in(
    cells: Sequence[Written],
    lines: Sequence[int],
    column: str,
    where: str,
    remarks: list[str],
    notation: Notation | None = None,
) -> list[float]:
    """Read the cells of one column as numbers.

    Parameters
    ----------
    cells, lines
        The cells and the line of each.
    column, where
        Names of column and file, for messages.
    remarks
        What was read in another way than plain is added here.
    notation
        What the rest of the table tells; nothing by default, in a file with commas between cells.

    Raises
    ------
    BadInputError
        If a cell is no number, or can be two; with line and column.
    """
    found = [cell if isinstance(cell, float) else math.nan for cell in cells]
    typed = [index for index, cell in enumerate(cells) if isinstance(cell, str)]
    texts = [str(cells[index]) for index in typed]
    reader = _Column(texts, [lines[index] for index in typed], column, where, remarks, notation or Notation(True))
    for index, value in zip(typed, reader.values(), strict=True):
        found[index] = value
    return found


class _Column:
    """The texts of one column."""

    def __init__(
        self,
        texts: Sequence[str],
        lines: Sequence[int],
        column: str,
        where: str,
        remarks: list[str],
        notation: Notation,
    ) -> None:
        self.texts, self.lines, self.column, self.where = texts, lines, column, where
        self.remarks, self.notation = remarks, notation
        self.bare = [_bare(text) for text in texts]

    def _place(self, index: int) -> str:
        return f"{self.where}, line {self.lines[index]}, column {self.column}"

    def values(self) -> list[float]:
        for index, cell in enumerate(self.bare):
            if _overflows(cell):
                raise BadInputError(
                    f"{self.texts[index][:_SHOWN]} is too large to compute with",
                    where=self._place(index),
                    todo="Choose a larger unit",
                )
        plain = [_plain(cell) for cell in self.bare]
        if all(value is not None for value in plain):
            values = [value for value in plain if value is not None]
            values = self._by_points(values)
        else:
            values = self._by_commas(plain)
        changed = [text for text, bare in zip(self.texts, self.bare, strict=True) if text.replace("−", "-") != bare]
        if changed:
            self.remarks.append(
                f"column {self.column}: spaces and signs for money were left out, as in {changed[0][:_SHOWN]}"
            )
        return values

    def _by_points(self, values: list[float]) -> list[float]:
        """Every cell can be read with a decimal point: say whether that is what it is."""
        doubtful = [index for index, cell in enumerate(self.bare) if _POINT_TWO_WAYS.fullmatch(cell)]
        if not doubtful or any("." in cell and not _POINT_TWO_WAYS.fullmatch(cell) for cell in self.bare):
            return values
        first = self.texts[doubtful[0]][:_SHOWN]
        dutch = self.notation.mark == "comma" and not self.notation.between_commas
        if dutch or any(_is_money(self.texts[index]) for index in doubtful):
            self.remarks.append(f"column {self.column}: the point was read as a sign for thousands, as in {first}")
            return [float(cell.replace(".", "")) for cell in self.bare]
        zeros = all(self.bare[index].endswith("000") for index in doubtful)
        if self.notation.between_commas and self.notation.mark != "comma" and not zeros:
            self.remarks.append(f"column {self.column}: the point was read as a decimal sign, as in {first}")
            return values
        bare = self.bare[doubtful[0]]
        whole = bare.replace(".", "")
        raise BadInputError(
            f"{first!r} can be {whole} or {values[doubtful[0]]:g}",
            where=self._place(doubtful[0]),
            todo=f"Write {whole} if that is meant, else {values[doubtful[0]]:g}{'' if zeros else '0'}; or give the "
            "workbook (.xlsx) itself",
        )

    def _by_commas(self, plain: Sequence[float | None]) -> list[float]:
        """Some cell cannot be read with a decimal point."""
        wrong = next(index for index, value in enumerate(plain) if value is None)
        dutch = [_dutch(cell) for cell in self.bare]
        if any(value is None for value in dutch):
            fault = next(index for index, value in enumerate(dutch) if value is None)
            shown, other = self.texts[wrong][:_SHOWN], self.texts[fault][:_SHOWN]
            if _dutch(self.bare[wrong]) is not None and plain[fault] is not None:
                sign = "decimal commas" if "," in self.bare[wrong] else "points for thousands"
                raise BadInputError(
                    f"the column has {sign} ({shown}) and decimal points ({other})",
                    where=self._place(wrong),
                    todo="Write all its numbers the same way",
                )
            at = fault if plain[fault] is None else wrong
            raise BadInputError(
                f"{self.texts[at][:_SHOWN]!r} is not a number",
                where=self._place(at),
                todo="Give a number, or name another column",
            )
        told = [index for index, cell in enumerate(self.bare) if "," in cell]
        settled = any(_SURELY_DUTCH.fullmatch(cell) for cell in self.bare)
        if told and not settled and all(_COMMA_TWO_WAYS.fullmatch(self.bare[index]) for index in told):
            raise BadInputError(
                f"{self.texts[told[0]][:_SHOWN]!r} can be a decimal comma or a sign for thousands",
                where=self._place(wrong),
                todo="Write thousands without a sign, or decimals with a point",
            )
        grouped = [index for index, cell in enumerate(self.bare) if _GROUPED.fullmatch(cell)]
        if told:
            more = f"; in {len(grouped)} cells the point was read as a sign for thousands" if grouped else ""
            self.remarks.append(
                f"column {self.column}: decimal commas were read, such as {self.texts[told[0]][:_SHOWN]}{more}"
            )
        else:
            self.remarks.append(
                f"column {self.column}: the point was read as a sign for thousands, as in "
                f"{self.texts[grouped[0]][:_SHOWN]}"
            )
        return [value for value in dutch if value is not None]


def _bare(text: str) -> str:
    """The number without signs for money, ``,-`` for whole euros, and spaces between thousands."""
    bare = _CURRENCY.sub(r"\1", text.replace("\u2212", "-").strip())
    bare = _WHOLE_EUROS.sub("", bare)
    return re.sub(r"\s", "", bare) if _SPACED.fullmatch(bare) else bare


def _is_money(text: str) -> bool:
    """Whether it says that it is an amount of money, which has no three decimals."""
    return bool(_CURRENCY.search(text) or _WHOLE_EUROS.search(text))


def _overflows(cell: str) -> bool:
    """Whether it is written as a number that no computer can hold, such as 1e400."""
    text = cell
    if _DUTCH.fullmatch(text):
        text = text.replace(".", "").replace(",", ".") if "," in text else text
    try:
        return math.isinf(float(text)) and any(character.isdigit() for character in text)
    except ValueError:
        return False


def _plain(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in cell else None


def _dutch(cell: str) -> float | None:
    return float(cell.replace(".", "").replace(",", ".")) if _DUTCH.fullmatch(cell) else None
