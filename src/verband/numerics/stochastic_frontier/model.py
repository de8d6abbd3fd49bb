"""A model and its data, before anything is estimated."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from verband.numerics.stochastic_frontier.design import Columns, Scaled
from verband.numerics.stochastic_frontier.likelihood import Likelihood
from verband.numerics.stochastic_frontier.normal_tail import Array
from verband.numerics.stochastic_frontier.panel import Groups
from verband.numerics.stochastic_frontier.results import Distribution

LOWEST_MEAN = -20.0
"""Of ``mu / sigma_u``: there the distribution is exponential to within a few parts in a thousand."""
NARROW_MEAN = 2.0
"""Of ``mu / sigma_u`` without determinants, where the likelihood has no maximum with a finite one."""
_WIDE_MEAN = 20.0
_LARGEST_MEAN = 200.0
_LARGEST_DECAY = 20.0
_LARGEST_LOG_VARIANCE = 30.0
_LARGEST_LOGIT = 16.0


@dataclass(frozen=True, slots=True)
class Model:
    """What is estimated.

    Attributes
    ----------
    data
        Outcome and regressors.
    distribution
        Of the inefficiency; truncated normal where there are determinants.
    cost
        Cost instead of production.
    groups
        Rows that share one inefficiency, or ``None``.
    decay
        Whether inefficiency varies with time.
    determinants, determinants_intercept
        Columns that shift the mean before truncation, and whether an intercept is the first of them; ``None`` and false
        in other models.
    largest_mean
        Bound on ``mu / sigma_u`` without determinants, on either side.
    """

    data: Scaled
    distribution: Distribution
    cost: bool
    groups: Groups | None = None
    decay: bool = False
    determinants: Columns | None = None
    determinants_intercept: bool = False
    largest_mean: float = _WIDE_MEAN

    @property
    def sign(self) -> float:
        """1 for production, -1 for cost."""
        return -1.0 if self.cost else 1.0

    @property
    def has_mean(self) -> bool:
        """Whether the distribution has one mean before truncation, without determinants."""
        return self.distribution == "truncated-normal" and self.determinants is None

    def likelihood(self) -> Likelihood:
        """The log-likelihood of the scaled data."""
        y, design = self.sign * self.data.y, self.sign * self.data.columns.orthogonal
        if self.groups is not None:
            y, design = y[self.groups.order], design[self.groups.order]
        columns = None if self.determinants is None else self.determinants.orthogonal
        return Likelihood(
            y=y,
            design=design,
            gram=design.T @ design,
            determinants=np.ones((1, 1)) if self.has_mean else columns,
            groups=self.groups,
            decay=self.decay,
            is_exponential=self.distribution == "exponential",
        )

    def bounds(self) -> tuple[Array, Array]:
        """Lowest and highest value of each parameter; the maximum lies inside unless it is on an edge."""
        k, q = len(self.data.least_squares), self.likelihood_size
        high = np.full(q, np.inf)
        high[k:] = self.largest_mean if self.has_mean else _LARGEST_MEAN
        if self.decay:
            high[-3] = _LARGEST_DECAY
        high[-2:] = _LARGEST_LOG_VARIANCE, _LARGEST_LOGIT
        low = -high
        if self.determinants_intercept:
            low[k] = LOWEST_MEAN
        return low, high

    @property
    def likelihood_size(self) -> int:
        """Number of parameters."""
        return len(self.data.least_squares) + self.determinant_count + int(self.decay) + 2

    @property
    def determinant_count(self) -> int:
        """Number of parameters of the mean before truncation."""
        return int(self.has_mean) if self.determinants is None else len(self.determinants.back)

    def smaller(self) -> tuple[tuple[Model, int], ...]:
        """Nested models, each with where a zero (or zeros) in its parameters leads to this one."""
        k = len(self.data.least_squares)
        if self.determinants is not None:
            half = replace(self, determinants=None, determinants_intercept=False, distribution="half-normal")
            if not self.determinants_intercept:
                return ((half, k),)
            return (half, k), (replace(half, distribution="truncated-normal"), k + 1)
        found: tuple[tuple[Model, int], ...] = ()
        if self.has_mean:
            found += ((replace(self, distribution="half-normal"), k),)
        if self.decay:
            found += ((replace(self, decay=False), k + self.has_mean),)
        return found
