"""Maximum likelihood for every model of this package: the highest of several maxima, its edges, what is reported.

Where models are nested the smaller one is a start too, so that a larger model never fits worse. Standard errors are
from the observed information (the Hessian at the maximum); FRONTIER 4.1 prints an approximation to it instead, the
matrix that its Davidon-Fletcher-Powell search ends with (Coelli, 1996, section 3).
"""

from __future__ import annotations

import numpy as np

from verband.numerics.stochastic_frontier import reading
from verband.numerics.stochastic_frontier.composed_error import Posterior
from verband.numerics.stochastic_frontier.covariance import Reported, least_squares_values, report, without
from verband.numerics.stochastic_frontier.efficiencies import Efficiencies, all_efficient, efficiencies
from verband.numerics.stochastic_frontier.likelihood import Likelihood
from verband.numerics.stochastic_frontier.likelihood_ratio import likelihood_ratio
from verband.numerics.stochastic_frontier.maximisation import Maximum, maximise
from verband.numerics.stochastic_frontier.model import LOWEST_MEAN, Model
from verband.numerics.stochastic_frontier.normal_tail import Array
from verband.numerics.stochastic_frontier.results import Boundary, Estimate, StochasticFrontier
from verband.numerics.stochastic_frontier.starting_values import starting_values

_NO_GAIN = 1e-8
_SAME = 1e-12
_FADED = -9.0
_LEAST_SQUARES = -0.5 * (float(np.log(2 * np.pi)) + 1)
"""Log-likelihood of least squares per row of the scaled data."""
_EMPTY: tuple[Boundary, ...] = ("shift", "decay", "determinants")


def estimate(model: Model) -> StochasticFrontier:
    """Fit a model."""
    likelihood = model.likelihood()
    found, higher = _best(model, likelihood)
    return _result(model, likelihood, found, higher)


def _best(model: Model, likelihood: Likelihood) -> tuple[Maximum, float | None]:
    """The highest maximum over all starts, and if an edge is higher still, the log-likelihood per row there.

    On some edges nothing is left of inefficiency as this model means it; there a maximum inside goes before them, if it
    is at least as high as those of the smaller models.
    """
    low, high = model.bounds()
    starts = list(starting_values(model, likelihood))
    floor = -np.inf
    for smaller, at in model.smaller():
        inner, _ = _best(smaller, smaller.likelihood())
        missing = model.likelihood_size - smaller.likelihood_size
        starts.append(np.insert(inner.parameters, [at] * missing, 0.0))
        floor = max(floor, inner.evaluation.value)
    leads_to_least_squares = model.determinants is None and not model.decay

    def fades(point: Array, value: float) -> bool:
        """Inefficiency vanishes, and least squares is where that leads."""
        return leads_to_least_squares and bool(point[-1] < _FADED) and value <= _LEAST_SQUARES

    every = [maximise(likelihood.evaluate, start, lower=low, upper=high, is_hopeless=fades) for start in starts]
    highest = _highest(every)
    if _boundary(model, highest) not in _EMPTY:
        return highest, None
    inside = [
        found
        for found in every
        if found.converged and _boundary(model, found) is None and found.evaluation.value > floor - _SAME
    ]
    return (_highest(inside), highest.evaluation.value) if inside else (highest, None)


def _highest(every: list[Maximum]) -> Maximum:
    """The first of those that are highest to within rounding."""
    top = max(found.evaluation.value for found in every)
    return next(found for found in every if found.evaluation.value > top - _SAME)


def _boundary(model: Model, found: Maximum) -> Boundary | None:
    n, k = len(model.data.y), len(model.data.least_squares)
    at = slice(k, k + model.determinant_count)
    edge: Boundary | None = None
    if n * (found.evaluation.value - _LEAST_SQUARES) < _NO_GAIN:
        edge = "no inefficiency"
    elif found.held[-1] and found.parameters[-1] > 0:
        edge = "no noise"
    elif model.decay and (found.held[-3] or found.held[-1]):
        edge = "decay"
    elif found.held[at].any():
        columns = np.ones((1, 1)) if model.determinants is None else model.determinants.orthogonal
        mean = float((columns @ found.parameters[at]).mean())
        edge = "exponential" if mean < 0.5 * LOWEST_MEAN else "shift" if model.has_mean else "determinants"
    elif found.held[-1]:
        edge = "determinants"
    return edge


def _result(model: Model, likelihood: Likelihood, found: Maximum, higher: float | None) -> StochasticFrontier:
    data, n = model.data, len(model.data.y)
    boundary = _boundary(model, found)
    is_none = boundary == "no inefficiency"
    reported = least_squares_values(model) if is_none else report(model, found)
    if boundary == "no noise":
        reported = _without_errors(reported, np.ones(model.likelihood_size, dtype=np.bool_))
    elif boundary in ("exponential", "shift"):
        place = np.arange(model.likelihood_size)
        slopes = (place < len(data.least_squares)) & (place > 0 if boundary == "shift" else place >= 0)
        reported = _without_errors(reported, ~slopes)
    converged = is_none or (found.converged and reported.is_maximum and boundary in (None, "no noise"))

    log_likelihood = n * (found.evaluation.value - float(np.log(data.scale)))
    if is_none:
        log_likelihood = data.log_likelihood
    own = all_efficient(n, cost=model.cost) if is_none else _efficiencies(model, likelihood, found.parameters)
    skewness = float(np.mean(data.residuals * data.residuals * data.residuals))
    warnings = [
        *reading.wrong_skewness(skewness, cost=model.cost),
        *reading.on_boundary(boundary, has_determinants=model.determinants is not None),
    ]
    if not found.converged and not is_none:
        warnings.append(reading.not_converged(found.gradient_norm))
    elif not reported.is_maximum or (reported.singular and boundary is None):
        warnings.append(reading.singular())
    if higher is not None:
        warnings.append(reading.higher_on_edge(n * (higher - found.evaluation.value)))
    warnings += reading.large(float(own.inefficiency.max()))
    return _named(
        model,
        reported,
        log_likelihood=log_likelihood,
        own=own,
        skewness=skewness,
        boundary=boundary,
        converged=converged,
        found=found,
        warnings=tuple(warnings),
    )


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
        test=likelihood_ratio(log_likelihood, model.data.log_likelihood, model.likelihood_size - k - 1),
        efficiencies=own,
        mean_efficiency=_mean_efficiency(model, own),
        ols_skewness=skewness,
        boundary=boundary,
        converged=converged,
        gradient_norm=0.0 if boundary == "no inefficiency" else found.gradient_norm,
        steps=found.steps,
        warnings=warnings,
    )
