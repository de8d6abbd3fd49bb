"""What a fitted stochastic frontier says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from verband.numerics.stochastic_frontier.efficiencies import Efficiencies
from verband.numerics.stochastic_frontier.likelihood_ratio import LikelihoodRatio
from verband.numerics.stochastic_frontier.normal_tail import Array

Distribution = Literal["half-normal", "truncated-normal", "exponential"]
Boundary = Literal["no inefficiency", "no noise", "exponential", "shift", "decay", "determinants"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A parameter.

    Attributes
    ----------
    value
        The estimate; ``None`` where the data cannot tell it.
    standard_error
        From the observed information; ``None`` where it is not defined, as at a boundary.
    """

    value: float | None
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class StochasticFrontier:
    """A fit of ``y = b0 + x'b + v - u`` (production) or ``y = b0 + x'b + v + u`` (cost).

    Attributes
    ----------
    n, firms
        Rows, and groups of rows that share an inefficiency (as many as rows in a cross-section).
    cost, distribution
        What was asked.
    intercept, coefficients
        Of the frontier, in the order of the columns.
    determinants_intercept, determinants
        Of the mean before truncation (Battese and Coelli, 1995); ``None`` and empty in other models.
    sigma_sq, gamma
        ``sigma_u^2 + sigma_v^2`` and ``sigma_u^2 / sigma_sq``; ``sigma_u^2`` is the variance before truncation, and for
        the exponential distribution the variance.
    mu, eta
        Mean before truncation, and decay per unit of time; ``None`` where the model has none.
    covariance
        Of all parameters in the order of ``parameters``; nan where not defined, shape (q, q).
    parameters
        Names: ``intercept``, ``x0``, ``x1``, ..., ``z_intercept``, ``z0``, ..., ``sigma_sq``, ``gamma``, ``mu``,
        ``eta``.
    log_likelihood, log_likelihood_ols
        Of the frontier and of least squares with a normal error.
    test
        Likelihood ratio test of no inefficiency.
    efficiencies
        Per row, in the order of the input.
    mean_efficiency
        Mean over firms where inefficiency does not vary with time, else over rows, as in FRONTIER 4.1.
    ols_skewness
        Skewness of the least-squares residuals; inefficiency makes it negative in production and positive in cost.
    boundary
        ``None``, or the edge on which the likelihood is highest: no inefficiency (gamma 0), no noise (gamma 1), mu
        towards minus infinity (the distribution turns exponential), mu towards plus infinity (inefficiency turns into
        a shift of the frontier), or decay or determinants that run out of what was searched.
    converged
        Whether a maximum was found.
    gradient_norm, steps
        Largest element of the gradient per row in scaled parameters, and number of Newton steps.
    warnings
        What a reader should know, in plain sentences.
    """

    n: int
    firms: int
    cost: bool
    distribution: Distribution
    intercept: Estimate
    coefficients: tuple[Estimate, ...]
    determinants_intercept: Estimate | None
    determinants: tuple[Estimate, ...]
    sigma_sq: Estimate
    gamma: Estimate
    mu: Estimate | None
    eta: Estimate | None
    covariance: Array
    parameters: tuple[str, ...]
    log_likelihood: float
    log_likelihood_ols: float
    test: LikelihoodRatio
    efficiencies: Efficiencies
    mean_efficiency: float
    ols_skewness: float
    boundary: Boundary | None
    converged: bool
    gradient_norm: float
    steps: int
    warnings: tuple[str, ...]
