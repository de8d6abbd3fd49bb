"""A formula with nothing but arithmetic on named values: numbers, ``+ - * / **``, brackets and signs.

Its text is taken apart by Python's own grammar (``ast``) and walked through; nothing of it is ever executed, so that a
formula from anybody's file can do no harm. Beside its values it gives ranges of its slope in one variable that hold for
certain: derivatives in interval arithmetic (Moore, Kearfott and Cloud, 2009, chapters 5 and 6; rounding of single
operations is covered by a margin, see ``_MARGIN``).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LONGEST = 1000
"""Characters; far more than a rule of cost has."""
_DEEPEST = 100
_MARGIN = 1e-12
_OPERATORS: dict[type[ast.operator], Callable[[Array, Array], Array]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}


class FormulaError(ValueError):
    """A formula that is refused.

    Attributes
    ----------
    column
        Place of the fault in the text, counted from 1.
    """

    def __init__(self, message: str, column: int = 1) -> None:
        self.column = column
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A formula that was found to be arithmetic.

    Attributes
    ----------
    text
        As it was given.
    names
        The names in it, in alphabetical order.
    """

    text: str
    names: tuple[str, ...]
    _tree: ast.expr

    def values(self, named: Mapping[str, npt.ArrayLike]) -> Array:
        """Evaluate.

        Parameters
        ----------
        named
            A number or an array for each name; their shapes must go together.

        Returns
        -------
        numpy.ndarray
            Not a number, or infinite, where arithmetic gives no number.
        """
        given = {name: np.asarray(named[name], dtype=np.float64) for name in self.names}
        with np.errstate(all="ignore"):
            return np.asarray(_value(self._tree, given), dtype=np.float64)

    def slopes(self, named: Mapping[str, npt.ArrayLike], variable: str, low: Array, high: Array) -> tuple[Array, Array]:
        """Range of the derivative to one variable, while that variable is anywhere between two ends.

        Parameters
        ----------
        named
            The other names.
        variable
            The name that varies.
        low, high
            Ends of its range, of one shape.

        Returns
        -------
        tuple of numpy.ndarray
            Lower and upper ends; infinite where nothing can be said.
        """
        given = {name: np.asarray(value, dtype=np.float64) for name, value in named.items()}
        ranges = {name: _Range(value, value, np.zeros(()), np.zeros(())) for name, value in given.items()}
        ranges[variable] = _Range(low, high, np.ones(()), np.ones(()))
        with np.errstate(all="ignore"):
            found = _range(self._tree, ranges)
        shape = np.broadcast_shapes(low.shape, found.down.shape, found.up.shape)
        down, up = (np.broadcast_to(side, shape) for side in (found.down, found.up))
        known = np.isfinite(down) & np.isfinite(up)
        down, up = np.where(known, down, 0.0), np.where(known, up, 0.0)
        width = _MARGIN * (1 + np.maximum(np.abs(down), np.abs(up)))
        return np.where(known, down - width, -np.inf), np.where(known, up + width, np.inf)


def arithmetic(text: str, known: frozenset[str] | set[str]) -> Arithmetic:
    """Read a formula.

    Parameters
    ----------
    text
        Such as ``fixed + slope * weight ** 0.9``.
    known
        Names that have a value.

    Raises
    ------
    FormulaError
        If it holds anything but arithmetic on these names, with the place.
    """
    if len(text) > LONGEST:
        raise FormulaError(f"the formula has {len(text)} characters, more than {LONGEST}", LONGEST + 1)
    if not text.strip():
        raise FormulaError("the formula is empty")
    lead = len(text) - len(text.lstrip())
    line = " ".join(text.splitlines()).strip()
    try:
        tree = ast.parse(line, mode="eval").body
    except SyntaxError as error:
        raise FormulaError("the formula cannot be read from here on", lead + (error.offset or len(line) + 1)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise FormulaError("the formula cannot be read") from error
    names: set[str] = set()
    _demand(tree, known, names, line, lead, 1)
    return Arithmetic(text, tuple(sorted(names)), tree)


def _demand(
    node: ast.expr, known: frozenset[str] | set[str], names: set[str], text: str, lead: int, depth: int
) -> None:
    column = lead + len(text.encode()[: node.col_offset].decode(errors="ignore")) + 1
    if depth > _DEEPEST:
        raise FormulaError(f"the formula is nested more than {_DEEPEST} levels deep", column)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        _demand(node.left, known, names, text, lead, depth + 1)
        _demand(node.right, known, names, text, lead, depth + 1)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
        _demand(node.operand, known, names, text, lead, depth + 1)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        if not np.isfinite(_number(node.value)):
            raise FormulaError("the number is too large", column)
    elif isinstance(node, ast.Name):
        if node.id not in known:
            raise FormulaError(f"{node.id!r} has no value; known are {', '.join(sorted(known))}", column)
        names.add(node.id)
    else:
        shown = ast.get_source_segment(text, node) or ""
        raise FormulaError(
            f"{shown[:40]!r} is not arithmetic: only numbers, names, + - * / ** and brackets are", column
        )


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return float("inf")


def _value(node: ast.expr, given: Mapping[str, Array]) -> Array:
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, given), _value(node.right, given))
    if isinstance(node, ast.UnaryOp):
        inner = _value(node.operand, given)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.Name):
        return given[node.id]
    assert isinstance(node, ast.Constant)  # noqa: S101  nothing else passes _demand
    return np.asarray(_number(node.value))


@dataclass(frozen=True, slots=True)
class _Range:
    """Ranges of a value (``low`` to ``high``) and of its derivative (``down`` to ``up``)."""

    low: Array
    high: Array
    down: Array
    up: Array

    @property
    def fixed(self) -> bool:
        """Whether the variable is not in it."""
        return not (self.down.any() or self.up.any())


def _ends(*corners: Array) -> tuple[Array, Array]:
    """Smallest and largest of corners; all of the line where one of them is no number."""
    low, high = corners[0], corners[0]
    for corner in corners[1:]:
        low, high = np.minimum(low, corner), np.maximum(high, corner)
    return np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)


def _times(a: tuple[Array, Array], b: tuple[Array, Array]) -> tuple[Array, Array]:
    def product(one: Array, two: Array) -> Array:
        # 0 times infinity is 0 here: the factor is exactly 0 over the whole range.
        return np.where((one == 0) | (two == 0), 0.0, one * two)

    return _ends(product(a[0], b[0]), product(a[0], b[1]), product(a[1], b[0]), product(a[1], b[1]))


def _range(node: ast.expr, given: Mapping[str, _Range]) -> _Range:
    if isinstance(node, ast.Name):
        return given[node.id]
    if isinstance(node, ast.Constant):
        value, none = np.asarray(_number(node.value)), np.zeros(())
        return _Range(value, value, none, none)
    if isinstance(node, ast.UnaryOp):
        one = _range(node.operand, given)
        return _Range(-one.high, -one.low, -one.up, -one.down) if isinstance(node.op, ast.USub) else one
    assert isinstance(node, ast.BinOp)  # noqa: S101  nothing else passes _demand
    return _RANGES[type(node.op)](_range(node.left, given), _range(node.right, given))


def _sum(one: _Range, two: _Range) -> _Range:
    return _Range(one.low + two.low, one.high + two.high, one.down + two.down, one.up + two.up)


def _difference(one: _Range, two: _Range) -> _Range:
    return _Range(one.low - two.high, one.high - two.low, one.down - two.up, one.up - two.down)


def _product(one: _Range, two: _Range) -> _Range:
    values = _times((one.low, one.high), (two.low, two.high))
    first = _times((one.down, one.up), (two.low, two.high))
    second = _times((one.low, one.high), (two.down, two.up))
    return _Range(*values, first[0] + second[0], first[1] + second[1])


def _quotient(one: _Range, two: _Range) -> _Range:
    return _product(one, _reciprocal(two))


def _reciprocal(one: _Range) -> _Range:
    away = (one.low > 0) | (one.high < 0)
    low, high = (np.where(away, side, sign * np.inf) for side, sign in ((1 / one.high, -1), (1 / one.low, 1)))
    square = _times((low, high), (low, high))
    squared = (np.where(away, np.maximum(square[0], 0), 0.0), np.where(away, square[1], np.inf))
    slope = _times((-one.up, -one.down), squared)
    return _Range(low, high, *slope)


def _power(base: _Range, exponent: _Range) -> _Range:
    """``u ** v``; where the base may be below 0, nothing is said unless the exponent is 0, 1 or 2."""
    if exponent.fixed and exponent.low.size == 1:
        number = float(exponent.low)
        if number == 0:
            one, none = np.ones(()), np.zeros(())
            return _Range(one, one, none, none)
        if number == 1:
            return base
        if number == 2:
            return _product(base, base)
    good = base.low >= 0
    corners = [one**two for one in (base.low, base.high) for two in (exponent.low, exponent.high)]
    low, high = _ends(*corners)
    low, high = np.where(good, low, -np.inf), np.where(good, high, np.inf)
    # d(u^v) = v u^(v-1) u' + u^v ln(u) v'
    less = [one ** (two - 1) for one in (base.low, base.high) for two in (exponent.low, exponent.high)]
    first = _times(_times((exponent.low, exponent.high), _ends(*less)), (base.down, base.up))
    second = (np.zeros(()), np.zeros(()))
    if not exponent.fixed:
        logarithm = (np.log(base.low), np.log(base.high))
        second = _times(_times((low, high), logarithm), (exponent.down, exponent.up))
    down, up = first[0] + second[0], first[1] + second[1]
    return _Range(low, high, np.where(good, down, -np.inf), np.where(good, up, np.inf))


_RANGES: dict[type[ast.operator], Callable[[_Range, _Range], _Range]] = {
    ast.Add: _sum,
    ast.Sub: _difference,
    ast.Mult: _product,
    ast.Div: _quotient,
    ast.Pow: _power,
}
