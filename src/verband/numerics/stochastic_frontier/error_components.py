"""Stochastic frontier of a panel: the error components model of Battese and Coelli (1992).

``u_it = exp(-eta (t - T)) u_i``, ``u_i`` half-normal or truncated normal; without decay ``u_it = u_i`` (Battese and
Coelli, 1988, and for unbalanced panels Battese, Coelli and Colby, 1989).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from verband.numerics.stochastic_frontier.design import (
    OneFirmError,
    OnePeriodError,
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
from verband.numerics.stochastic_frontier.panel import groups
from verband.numerics.stochastic_frontier.results import StochasticFrontier
from verband.numerics.threads import one_thread


def panel_frontier(
    y: Array,
    x: Array,
    firm: npt.NDArray[np.generic],
    time: Array,
    *,
    decay: bool = False,
    distribution: Literal["half-normal", "truncated-normal"] = "half-normal",
    cost: bool = False,
) -> StochasticFrontier:
    """Fit a frontier in which the rows of a firm share one inefficiency.

    Parameters
    ----------
    y
        Logarithm of output, or of cost, shape (n,).
    x
        Regressors without a column of ones, shape (n, k); the intercept is put before them.
    firm
        Shape (n,), numbers or texts; rows may stand in any order and firms may miss periods.
    time
        Shape (n,), on a scale on which differences mean something, such as the year.
    decay
        Whether inefficiency varies with time; if so ``eta`` is positive where it falls.
    distribution
        Of the inefficiency in the last period.
    cost
        A cost frontier, on which inefficiency raises ``y``.

    Raises
    ------
    NotFiniteError, ConstantColumnError, CollinearColumnsError, TooFewRowsError, PerfectFitError
        With the position of what is wrong; see :mod:`~verband.numerics.stochastic_frontier.design`.
    DuplicateObservationError, OneFirmError, OnePeriodError
        If the panel cannot be one.
    ValueError
        If shapes disagree or the distribution is not known for panels.
    """
    if distribution not in ("half-normal", "truncated-normal"):
        raise ValueError(f"the error components model knows no {distribution} distribution")
    y, x = require_finite("y", y, dimensions=1), require_finite("x", x, dimensions=2)
    firm, time = np.asarray(firm), require_finite("time", time, dimensions=1)
    require_rows(len(y), x=x, firm=firm, time=time)
    require_panel(firm, time)
    if len(np.unique(firm)) < 2:
        raise OneFirmError
    if decay and len(np.unique(time)) < 2:
        raise OnePeriodError
    require_enough(len(y), x.shape[1] + 3 + (distribution == "truncated-normal") + decay)
    with one_thread():
        data = scaled(y, orthogonal_columns("x", x, intercept=True))
        return estimate(Model(data, distribution, cost, groups=groups(firm, time), decay=decay))
