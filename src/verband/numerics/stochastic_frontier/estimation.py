"""Maximum likelihood for every model of this package: from the maximum to what is reported.

Standard errors are from the observed information (the Hessian at the maximum); FRONTIER 4.1 prints an approximation to
it instead, the matrix that its Davidon-Fletcher-Powell search ends with (Coelli, 1996, section 3).
"""

from __future__ import annotations

import numpy as np

from verband.numerics.stochastic_frontier import reading
from verband.numerics.stochastic_frontier.composed_error import Posterior
from verband.numerics.stochastic_frontier.covariance import Reported, least_squares_values, report, without
from verband.numerics.stochastic_frontier.efficiencies import Efficiencies, all_efficient, efficiencies
from verband.numerics.stochastic_frontier.likelihood import Likelihood
from verband.numerics.stochastic_frontier.likelihood_ratio import LikelihoodRatio, likelihood_ratio
from verband.numerics.stochastic_frontier.maximisation import Maximum
from verband.numerics.stochastic_frontier.model import Model
from verband.numerics.stochastic_frontier.normal_tail import Array
from verband.numerics.stochastic_frontier.results import Boundary, Estimate, StochasticFrontier
from verband.numerics.stochastic_frontier.search import search


def estimate(model: Model) -> StochasticFrontier:
    """Fit a model."""
    likelihood = model.likelihood()
    result = search(model, likelihood)
    data, n = model.data, len(model.data.y)
    found, boundary = result.maximum, result.boundary
    is_none = boundary == "no inefficiency"
    reported = least_squares_values(model) if is_none else report(model, found)
    if boundary == "no noise":
        reported = _without_errors(reported, np.ones(model.likelihood_size, dtype=np.bool_))
    elif boundary in ("exponential", "shift"):
        unknown = np.ones(model.likelihood_size, dtype=np.bool_)
        unknown[int(boundary == "shift") : len(data.least_squares)] = False
        if boundary == "exponential" and model.decay:
            unknown[-1] = False
        reported = _without_errors(reported, unknown)
    converged = is_none or (found.converged and reported.is_maximum and boundary in (None, "no noise"))

    log_likelihood = n * (found.evaluation.value - float(np.log(data.scale)))
    if is_none:
        log_likelihood = data.log_likelihood
    own = all_efficient(n, cost=model.cost) if is_none else _efficiencies(model, likelihood, found.parameters)
    skewness = float(np.mean(data.residuals * data.residuals * data.residuals))
    test = likelihood_ratio(log_likelihood, data.log_likelihood, model.likelihood_size - len(data.least_squares) - 1)
    warnings = [
        *_on_skewness(model, skewness, test),
        *reading.on_boundary(boundary, has_determinants=model.determinants is not None),
    ]
    if not found.converged and not is_none:
        warnings.append(reading.not_converged(found.gradient_norm))
    elif not reported.is_maximum or (reported.singular and boundary is None):
        warnings.append(reading.singular())
    if boundary in (None, "no inefficiency", "no noise"):
        warnings += reading.higher_on_edge(result.higher, result.higher_on)
    if boundary is None and found.converged and model.has_mean:
        warnings += reading.unknown_mean(*_mean_and_spread(model, reported))
    warnings += reading.large(float(own.inefficiency.max()))
    return _named(
        model,
        reported,
        log_likelihood=log_likelihood,
        own=own,
        test=test,
        skewness=skewness,
        boundary=boundary,
        converged=converged,
        found=found,
        warnings=tuple(warnings),
    )


def _on_skewness(model: Model, skewness: float, test: LikelihoodRatio) -> tuple[str, ...]:
    """Skewness of single rows tells only in a cross-section; a panel tells inefficiency from rows that belong together.

    With determinants the residuals hold what these explain. Where the test finds inefficiency, skewness is no sign that
    there is none.
    """
    if model.groups is not None or model.determinants is not None or test.p_value < reading.LEVEL:
        return ()
    return reading.wrong_skewness(skewness, cost=model.cost)


def _mean_and_spread(model: Model, reported: Reported) -> tuple[float, float]:
    """Standard error of ``mu``, nan where not known, and ``sigma_u``."""
    at = len(reported.values) - 1 - model.decay
    sigma_sq, gamma = reported.values[at - 2], reported.values[at - 1]
    with np.errstate(invalid="ignore"):
        return float(np.sqrt(reported.covariance[at, at])), float(np.sqrt(gamma * sigma_sq))


def _without_errors(reported: Reported, unknown: np.typing.NDArray[np.bool_]) -> Reported:
    return Reported(
        reported.values,
        without(reported.covariance, unknown),
        singular=reported.singular,
        is_maximum=reported.is_maximum,
    )


def _efficiencies(model: Model, likelihood: Likelihood, parameters: Array) -> Efficiencies:
    posterior, weights = likelihood.posterior(parameters)
    scale: Array | float = model.data.scale
    if model.groups is not None and weights is not None:
        posterior = Posterior(posterior.index[model.groups.index], posterior.spread[model.groups.index])
        scale = np.empty(len(weights))
        scale[model.groups.order] = model.data.scale * weights
    return efficiencies(posterior, scale, cost=model.cost)


def _mean_efficiency(model: Model, own: Efficiencies) -> float:
    if model.groups is None or model.decay:
        return float(own.efficiency.mean())
    return float(own.efficiency[model.groups.order[model.groups.starts]].mean())


def _named(
    model: Model,
    reported: Reported,
    *,
    log_likelihood: float,
    own: Efficiencies,
    test: LikelihoodRatio,
    skewness: float,
    boundary: Boundary | None,
    converged: bool,
    found: Maximum,
    warnings: tuple[str, ...],
) -> StochasticFrontier:
    k = len(model.data.least_squares)
    j = 0 if model.determinants is None else model.determinant_count
    names = ["intercept", *(f"x{number}" for number in range(k - 1))]
    names += ["z_intercept"] if model.determinants_intercept else []
    names += [f"z{number}" for number in range(j - model.determinants_intercept)]
    names += ["sigma_sq", "gamma", *(["mu"] if model.has_mean else []), *(["eta"] if model.decay else [])]
    with np.errstate(invalid="ignore"):
        errors = np.sqrt(np.diag(reported.covariance))
    every = [
        Estimate(
            None if np.isnan(value) else float(value),
            None if np.isnan(error) else float(error),
        )
        for value, error in zip(reported.values, errors, strict=True)
    ]
    by_name = dict(zip(names, every, strict=True))
    return StochasticFrontier(
        n=len(model.data.y),
        firms=len(model.data.y) if model.groups is None else model.groups.count,
        cost=model.cost,
        distribution=model.distribution,
        intercept=every[0],
        coefficients=tuple(every[1:k]),
        determinants_intercept=by_name.get("z_intercept"),
        determinants=tuple(every[k + model.determinants_intercept : k + j]),
        sigma_sq=by_name["sigma_sq"],
        gamma=by_name["gamma"],
        mu=by_name.get("mu"),
        eta=by_name.get("eta"),
        covariance=reported.covariance,
        parameters=tuple(names),
        log_likelihood=log_likelihood,
        log_likelihood_ols=model.data.log_likelihood,
        test=test,
        efficiencies=own,
        mean_efficiency=_mean_efficiency(model, own),
        ols_skewness=skewness,
        boundary=boundary,
        converged=converged,
        gradient_norm=0.0 if boundary == "no inefficiency" else found.gradient_norm,
        steps=found.steps,
        warnings=warnings,
    )
