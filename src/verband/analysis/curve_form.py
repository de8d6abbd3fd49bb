"""Does a curve with one bend fit? A test of the quadratic in the logarithm of size against a freer curve.

Two restricted cubic spline terms (Harrell, 2015, section 2.4.5; four knots at the 5th, 35th, 65th and 95th percentile)
are added to the cost function; their joint test uses the clustered covariance, with degrees of freedom that own up to
how few municipalities carry the bends (numerics.hotelling_test).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from verband.numerics.hotelling_test import hotelling_test
from verband.numerics.least_squares import CollinearError, least_squares

Array = npt.NDArray[np.float64]
_KNOTS = (0.05, 0.35, 0.65, 0.95)


def form_p_value(cost: Array, design: Array, group: npt.NDArray[np.int64]) -> float | None:
    """Give the p-value of the test that one bend is enough.

    Parameters
    ----------
    cost
        Logarithm of cost, shape (n,).
    design
        Shape (n, k): size, its square, and all else.
    group
        Shape (n,).

    Returns
    -------
    float or None
        ``None`` where the freer curve cannot be estimated.
    """
    terms = _spline(design[:, 0])
    try:
        freer = least_squares(cost, np.column_stack([terms, design]), group)
    except (CollinearError, ValueError):
        return None
    found = hotelling_test(freer, np.eye(2, freer.k))
    return None if found is None else found.p_value


def _spline(size: Array) -> Array:
    """The terms that are not straight, scaled to the span of the knots."""
    first, *inner, before, last = np.quantile(size, _KNOTS)

    def cube(at: float) -> Array:
        return np.asarray(np.maximum(size - at, 0.0) ** 3, dtype=np.float64)

    columns = [
        cube(knot) - cube(before) * (last - knot) / (last - before) + cube(last) * (before - knot) / (last - before)
        for knot in (first, *inner)
    ]
    return np.asarray(np.column_stack(columns) / (last - first) ** 2, dtype=np.float64)
