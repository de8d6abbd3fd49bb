"""Stochastic frontier of a cross-section.

Half-normal (Aigner, Lovell and Schmidt, 1977), truncated normal (Stevenson, 1980) or exponential inefficiency (Meeusen
and van den Broeck, 1977).
"""

from __future__ import annotations

from verband.numerics.stochastic_frontier.design import (
    orthogonal_columns,
    require_enough,
    require_finite,
    require_rows,
    scaled,
)
from verband.numerics.stochastic_frontier.estimation import estimate
from verband.numerics.stochastic_frontier.model import Model
from verband.numerics.stochastic_frontier.normal_tail import Array
from verband.numerics.stochastic_frontier.results import Distribution, StochasticFrontier
from verband.numerics.threads import one_thread


def cross_section_frontier(
    y: Array, x: Array, *, distribution: Distribution = "half-normal", cost: bool = False
) -> StochasticFrontier:
    """Fit a frontier in which every row has an inefficiency of its own.

    Parameters
    ----------
    y
        Logarithm of output, or of cost, shape (n,).
    x
        Regressors without a column of ones, shape (n, k); the intercept is put before them.
    distribution
        Of the inefficiency.
    cost
        A cost frontier, on which inefficiency raises ``y``.

    Raises
    ------
    NotFiniteError, ConstantColumnError, CollinearColumnsError, TooFewRowsError, PerfectFitError
        With the position of what is wrong; see :mod:`~verband.numerics.stochastic_frontier.design`.
    ValueError
        If shapes disagree or the distribution is not known.
    """
    if distribution not in ("half-normal", "truncated-normal", "exponential"):
        raise ValueError(f"no distribution is called {distribution}")
    y, x = require_finite("y", y, dimensions=1), require_finite("x", x, dimensions=2)
    require_rows(len(y), x=x)
    require_enough(len(y), x.shape[1] + 3 + (distribution == "truncated-normal"))
    with one_thread():
        data = scaled(y, orthogonal_columns("x", x, intercept=True))
        return estimate(Model(data, distribution, cost))
