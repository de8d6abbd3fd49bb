"""Stochastic frontier with determinants of inefficiency: Battese and Coelli (1995).

``u_it`` is normal with mean ``z_it'delta`` and variance ``sigma_u^2``, truncated at zero from below, independent over
rows; frontier and determinants are estimated together. Without determinants but with an intercept it is the truncated
normal distribution of a cross-section.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from verband.numerics.stochastic_frontier.design import (
    orthogonal_columns,
    require_enough,
    require_finite,
    require_panel,
    require_rows,
    scaled,
)
from verband.numerics.stochastic_frontier.estimation import estimate
from verband.numerics.stochastic_frontier.model import Model
from verband.numerics.stochastic_frontier.normal_tail import Array
from verband.numerics.stochastic_frontier.results import StochasticFrontier
from verband.numerics.threads import one_thread


def inefficiency_effects_frontier(
    y: Array,
    x: Array,
    z: Array,
    *,
    intercept: bool = True,
    cost: bool = False,
    firm: npt.NDArray[np.generic] | None = None,
    time: Array | None = None,
) -> StochasticFrontier:
    """Fit a frontier with determinants of inefficiency.

    Parameters
    ----------
    y
        Logarithm of output, or of cost, shape (n,).
    x
        Regressors without a column of ones, shape (n, k); the intercept is put before them.
    z
        Determinants without a column of ones, shape (n, j); a positive coefficient means more inefficiency.
    intercept
        Whether the mean of the inefficiency has an intercept of its own.
    cost
        A cost frontier, on which inefficiency raises ``y``.
    firm, time
        Shape (n,), only to see that no firm occurs twice in one period: rows are independent in this model.

    Raises
    ------
    NotFiniteError, ConstantColumnError, CollinearColumnsError, TooFewRowsError, PerfectFitError,
    DuplicateObservationError
        With the position of what is wrong; see :mod:`~verband.numerics.stochastic_frontier.design`.
    ValueError
        If shapes disagree, or there is neither a determinant nor an intercept.
    """
    y, x, z = (
        require_finite("y", y, dimensions=1),
        require_finite("x", x, dimensions=2),
        require_finite("z", z, dimensions=2),
    )
    require_rows(len(y), x=x, z=z)
    if z.shape[1] + intercept == 0:
        raise ValueError("the mean of the inefficiency needs a determinant or an intercept")
    if firm is not None and time is not None:
        firm, time = np.asarray(firm), require_finite("time", time, dimensions=1)
        require_rows(len(y), firm=firm, time=time)
        require_panel(firm, time)
    require_enough(len(y), x.shape[1] + z.shape[1] + intercept + 3)
    with one_thread():
        data = scaled(y, orthogonal_columns("x", x, intercept=True))
        determinants = orthogonal_columns("z", z, intercept=intercept)
        return estimate(
            Model(data, "truncated-normal", cost, determinants=determinants, determinants_intercept=intercept)
        )
