"""What a stochastic frontier says in the reader's own names: estimates with their errors, tests, efficiencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verband.numerics.stochastic_frontier import Estimate

LEVEL = 0.05
"""Level at which the test of no inefficiency is read: that of Kodde and Palm (1986) and of FRONTIER 4.1."""


@dataclass(frozen=True, slots=True)
class RowEfficiency:
    """Efficiency of one row.

    Attributes
    ----------
    id, time
        Name of the firm, or the number of the row from 1; and its period, ``None`` in a cross-section.
    efficiency
        ``E[exp(-u) | e]``, in (0, 1] (Battese and Coelli, 1988).
    low, high
        Interval of ``exp(-u)`` given the residual and the estimates (Horrace and Schmidt, 1996).
    cost_ratio
        ``E[exp(u) | e]``, at least 1: cost as a multiple of the lowest; ``None`` for a production frontier.
    """

    id: str
    time: float | None
    efficiency: float
    low: float
    high: float
    cost_ratio: float | None


@dataclass(frozen=True, slots=True)
class EfficiencySpread:
    """Efficiencies from the least to the most: over firms where a firm keeps one, else over rows.

    Attributes
    ----------
    n
        How many there are.
    least, low, median, high, most
        Minimum, quartiles (linear interpolation) and maximum; the quartiles are ``None`` where there are too few.
    """

    n: int
    least: float
    low: float | None
    median: float | None
    high: float | None
    most: float


@dataclass(frozen=True, slots=True)
class SfaAnswer:
    """A fitted stochastic frontier in the reader's own names.

    Attributes
    ----------
    model
        ``cross-section``, ``time-invariant``, ``time-varying`` or ``determinants``.
    distribution, cost, log
        What was asked, or followed from it.
    n, firms
        Rows, and groups of rows that share one inefficiency.
    coefficients
        Of the frontier, ``intercept`` first.
    determinants
        Of the mean of the inefficiency before truncation, ``intercept`` first if there is one; ``None`` in other
        models.
    sigma_sq, gamma, mu, eta
        ``sigma_u^2 + sigma_v^2``, ``sigma_u^2 / sigma_sq``, mean before truncation, decay; the last two ``None`` where
        the model has none.
    log_likelihood, log_likelihood_ols
        Of the frontier, and of least squares.
    lr_statistic, lr_df, lr_p_value
        One-sided likelihood ratio test of no inefficiency (Kodde and Palm, 1986).
    mean_efficiency, spread
        Over firms where a firm keeps its inefficiency, else over rows.
    efficiencies, level
        Per row, in the order given; and the level of their intervals.
    converged
        Whether a maximum of the likelihood was found.
    boundary
        The edge on which the likelihood is highest, or ``None``.
    warnings
        What a reader should know, in plain sentences.
    kind
        ``estimated``.
    """

    model: str
    distribution: str
    cost: bool
    log: bool
    n: int
    firms: int
    coefficients: Mapping[str, Estimate]
    determinants: Mapping[str, Estimate] | None
    sigma_sq: Estimate
    gamma: Estimate
    mu: Estimate | None
    eta: Estimate | None
    log_likelihood: float
    log_likelihood_ols: float
    lr_statistic: float
    lr_df: int
    lr_p_value: float
    mean_efficiency: float
    spread: EfficiencySpread
    efficiencies: tuple[RowEfficiency, ...]
    level: float
    converged: bool
    boundary: str | None
    warnings: tuple[str, ...]
    kind: str = "estimated"

    @property
    def found(self) -> bool | None:
        """Whether inefficiency was found at :data:`LEVEL`; ``None`` where the estimates cannot say."""
        if self.boundary == "no inefficiency":
            return False
        return self.lr_p_value < LEVEL if self.converged else None

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {
            "n": self.n,
            "coefficients": _pairs(self.coefficients),
            "determinants": None if self.determinants is None else _pairs(self.determinants),
            "sigma_sq": self.sigma_sq.value,
            "sigma_sq_se": self.sigma_sq.standard_error,
            "gamma": self.gamma.value,
            "gamma_se": self.gamma.standard_error,
            "mu": None if self.mu is None else self.mu.value,
            "mu_se": None if self.mu is None else self.mu.standard_error,
            "eta": None if self.eta is None else self.eta.value,
            "eta_se": None if self.eta is None else self.eta.standard_error,
            "log_likelihood": self.log_likelihood,
            "log_likelihood_ols": self.log_likelihood_ols,
            "lr_statistic": self.lr_statistic,
            "lr_df": self.lr_df,
            "lr_p_value": self.lr_p_value,
            "mean_efficiency": self.mean_efficiency,
            "efficiencies": [
                {"id": row.id, "time": row.time, "efficiency": row.efficiency, "cost_ratio": row.cost_ratio}
                for row in self.efficiencies
            ],
            "efficiency_interval": {
                "level": self.level,
                "low": [row.low for row in self.efficiencies],
                "high": [row.high for row in self.efficiencies],
            },
            "converged": self.converged,
            "warnings": list(self.warnings),
            "model": self.model,
            "distribution": self.distribution,
            "cost": self.cost,
            "log": self.log,
            "firms": self.firms,
            "boundary": self.boundary,
            "kind": self.kind,
        }


def _pairs(estimates: Mapping[str, Estimate]) -> dict[str, dict[str, float | None]]:
    return {name: {"estimate": item.value, "se": item.standard_error} for name, item in estimates.items()}
