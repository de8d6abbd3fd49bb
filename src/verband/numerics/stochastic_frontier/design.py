"""What the arrays of a frontier must be, and their scaling: refusals carry the position of what is wrong.

Inside, the outcome is centred and divided by the standard deviation of the least-squares residuals, and the columns are
orthogonal with mean square 1; so neither units nor correlation of the columns weigh on the maximisation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.least_squares import CollinearError
from verband.numerics.stochastic_frontier.normal_tail import Array

_RANK_TOLERANCE = 1e-10
_FAR_FROM_SINGULAR = 1e-3
_CONSTANT_TOLERANCE = 1e-12
_PERFECT_TOLERANCE = 1e-10


class NotFiniteError(ValueError):
    """A value is missing or infinite; ``array`` is its name, ``row`` and ``column`` its first position."""

    def __init__(self, array: str, row: int, column: int | None) -> None:
        self.array, self.row, self.column = array, row, column
        place = f"row {row}" if column is None else f"row {row}, column {column}"
        super().__init__(f"{array} holds a value that is no finite number at {place}")


class ConstantColumnError(ValueError):
    """A column is constant, so it cannot be told from the intercept; ``array`` and ``column`` say which."""

    def __init__(self, array: str, column: int) -> None:
        self.array, self.column = array, column
        super().__init__(f"column {column} of {array} is constant, as the intercept is")


class CollinearColumnsError(CollinearError):
    """Columns are linearly dependent; ``column`` of ``array`` is the first that adds nothing to those before it."""

    def __init__(self, array: str, column: int) -> None:
        super().__init__(column)
        self.array = array
        self.args = (f"column {column} of {array} is a combination of those before it",)


class TooFewRowsError(ValueError):
    """There are fewer rows than parameters."""

    def __init__(self, rows: int, parameters: int) -> None:
        self.rows, self.parameters = rows, parameters
        super().__init__(f"{rows} rows are too few for {parameters} parameters")


class OneFirmError(ValueError):
    """A panel of one firm: inefficiency cannot be told from the intercept."""

    def __init__(self) -> None:
        super().__init__("a panel needs at least two firms")


class OnePeriodError(ValueError):
    """All rows are of one period: nothing can be said about decay."""

    def __init__(self) -> None:
        super().__init__("inefficiency that varies with time needs at least two periods")


class DuplicateObservationError(ValueError):
    """A firm occurs twice in one period; ``first`` and ``second`` are the rows."""

    def __init__(self, first: int, second: int) -> None:
        self.first, self.second = first, second
        super().__init__(f"rows {first} and {second} are of the same firm and period")


class PerfectFitError(ValueError):
    """The regressors give the outcome without any error: there is nothing to split."""

    def __init__(self) -> None:
        super().__init__("the regressors give y without any error: there is no deviation to split")


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns made orthogonal.

    Attributes
    ----------
    orthogonal
        Shape (n, k), every column with mean square 1; the first is all ones where there is an intercept.
    back
        Shape (k, k): coefficients of the columns as given (intercept first) are ``back @`` those of ``orthogonal``.
    """

    orthogonal: Array
    back: Array


@dataclass(frozen=True, slots=True)
class Scaled:
    """Outcome and columns as the maximisation sees them.

    Attributes
    ----------
    y
        Shape (n,), centred, in standard deviations of the least-squares residuals.
    columns
        Regressors with the intercept.
    centre, scale
        ``y`` as given is ``centre + scale`` times that here.
    least_squares
        Coefficients of ``columns.orthogonal`` by least squares, shape (k,).
    residuals
        Of least squares, shape (n,), mean square 1.
    log_likelihood
        Of least squares with a normal error, for ``y`` as given.
    """

    y: Array
    columns: Columns
    centre: float
    scale: float
    least_squares: Array
    residuals: Array
    log_likelihood: float


def require_finite(name: str, values: Array, *, dimensions: int) -> Array:
    """Return the values as an array of numbers.

    Raises
    ------
    NotFiniteError
        With the first position of what is not finite.
    ValueError
        If the array has another number of dimensions.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != dimensions:
        raise ValueError(f"{name} needs {dimensions} dimensions, not {array.ndim}")
    wrong = ~np.isfinite(array)
    if wrong.any():
        place = np.argwhere(wrong)[0]
        raise NotFiniteError(name, int(place[0]), int(place[1]) if dimensions > 1 else None)
    return array


def require_rows(rows: int, **arrays: npt.NDArray[np.generic]) -> None:
    """Refuse arrays with another number of rows.

    Raises
    ------
    ValueError
        With the names of the arrays.
    """
    for name, values in arrays.items():
        if len(values) != rows:
            raise ValueError(f"y and {name} need the same number of rows: {rows} and {len(values)}")


def require_enough(rows: int, parameters: int) -> None:
    """Refuse fewer rows than parameters.

    Raises
    ------
    TooFewRowsError
        If so.
    """
    if rows < parameters:
        raise TooFewRowsError(rows, parameters)


def require_panel(firm: npt.NDArray[np.generic], time: Array) -> None:
    """Refuse a firm that occurs twice in one period.

    Raises
    ------
    NotFiniteError
        If a number that stands for a firm is missing.
    DuplicateObservationError
        With the first such pair of rows.
    """
    if np.issubdtype(firm.dtype, np.floating):
        require_finite("firm", np.asarray(firm, dtype=np.float64), dimensions=1)
    _, index = np.unique(firm, return_inverse=True)
    order = np.lexsort((np.arange(len(time)), time, index))
    same = (np.diff(index[order]) == 0) & (np.diff(time[order]) == 0)
    if same.any():
        seconds = order[1:][same]
        at = int(np.argmin(seconds))
        raise DuplicateObservationError(int(order[:-1][same][at]), int(seconds[at]))


def orthogonal_columns(name: str, values: Array, *, intercept: bool) -> Columns:
    """Centre (with an intercept), scale and make orthogonal.

    Parameters
    ----------
    name
        Name of the array, for refusals.
    values
        Shape (n, k), without a column of ones.
    intercept
        Whether to put a column of ones before it.

    Raises
    ------
    ConstantColumnError
        If a column is constant beside an intercept, or zero.
    CollinearColumnsError
        If the columns are linearly dependent.
    """
    n, k = values.shape
    if k + intercept > n:
        raise TooFewRowsError(n, k + intercept)
    across = np.ascontiguousarray(values.T)
    centre = across.mean(axis=1) if intercept else np.zeros(k)
    standard = across - centre[:, None]
    scale = np.sqrt(np.einsum("ij,ij->i", standard, standard) / n)
    constant = scale <= _CONSTANT_TOLERANCE * np.abs(across).max(axis=1, initial=0.0)
    if constant.any():
        raise ConstantColumnError(name, int(np.argmax(constant)))
    standard /= scale[:, None]
    if intercept:
        standard = np.vstack([np.ones(n), standard])
    triangle = _triangle(standard.T)
    small = np.abs(np.diag(triangle)) < _RANK_TOLERANCE
    if small.any():
        raise CollinearColumnsError(name, int(np.argmax(small)) - intercept)
    back = np.linalg.inv(triangle)
    basis = standard.T @ back
    if intercept:
        back[1:] /= scale[:, None]
        back[0] -= centre @ back[1:]
    else:
        back /= scale[:, None]
    return Columns(np.asarray(basis, dtype=np.float64), np.asarray(back, dtype=np.float64))


def _triangle(standard: Array) -> Array:
    """Upper triangle ``R`` with ``R'R`` the mean products of the columns, and a positive diagonal.

    From the products where they are far from singular, which is quicker, else from the columns themselves.
    """
    n = len(standard)
    try:
        triangle = np.linalg.cholesky(standard.T @ standard / n).T
        if float(np.diag(triangle).min(initial=1.0)) > _FAR_FROM_SINGULAR:
            return np.asarray(triangle, dtype=np.float64)
    except np.linalg.LinAlgError:
        pass
    _, upper = np.linalg.qr(standard)
    sign = np.where(np.diag(upper) < 0, -1.0, 1.0)
    return np.asarray(upper * (sign / np.sqrt(n))[:, None], dtype=np.float64)


def scaled(y: Array, columns: Columns) -> Scaled:
    """Centre and scale the outcome by its least-squares fit.

    Raises
    ------
    PerfectFitError
        If the fit leaves no residuals.
    """
    n = len(y)
    centre = float(y.mean())
    centred = y - centre
    basis = columns.orthogonal
    coefficients: Array = np.asarray(np.linalg.solve(basis.T @ basis, basis.T @ centred), dtype=np.float64)
    residuals = centred - basis @ coefficients
    scale = float(np.sqrt(np.mean(np.square(residuals))))
    if scale <= _PERFECT_TOLERANCE * float(np.abs(centred).max()) or scale <= _CONSTANT_TOLERANCE * abs(centre):
        raise PerfectFitError
    return Scaled(
        y=centred / scale,
        columns=columns,
        centre=centre,
        scale=scale,
        least_squares=coefficients / scale,
        residuals=residuals / scale,
        log_likelihood=-0.5 * n * (float(np.log(2 * np.pi)) + 1 + 2 * float(np.log(scale))),
    )
