"""The highest maximum of a likelihood over all starts, and the edges on which it may lie.

Where models are nested the smaller one is a start too, so that a larger model never fits worse.

The mean of a truncated normal distribution is hardly known from data, and its likelihood often has no maximum: as
``mu`` falls the distribution turns exponential, as it grows the truncation comes to rest on a single row or
inefficiency turns into a shift. Where there is no maximum with a finite mean, ``mu`` is held between -2 and 2 times
``sigma_u``, the bounds of FRONTIER 4.1, and that is said.

Where rows are few the likelihood is often highest on the edge without noise by chance, while there is a maximum with
noise too. In simulations the latter lies nearer the truth (slopes, mean efficiency and the order of the rows), and it
has standard errors; so it is the one reported, and that the edge is higher is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from verband.numerics.stochastic_frontier.covariance import report
from verband.numerics.stochastic_frontier.envelope import envelope_starts, most_without_noise
from verband.numerics.stochastic_frontier.likelihood import Likelihood
from verband.numerics.stochastic_frontier.maximisation import Maximum, maximise
from verband.numerics.stochastic_frontier.model import LOWEST_MEAN, NARROW_MEAN, Model
from verband.numerics.stochastic_frontier.normal_tail import Array
from verband.numerics.stochastic_frontier.results import Boundary
from verband.numerics.stochastic_frontier.starting_values import HIGHEST_START, starting_values

_NO_GAIN = 1e-8
_SAME = 1e-12
_FADED = -9.0
_LEAST_SQUARES = -0.5 * (float(np.log(2 * np.pi)) + 1)
"""Log-likelihood of least squares per row of the scaled data."""
_EMPTY: tuple[Boundary, ...] = ("no noise", "shift", "decay", "determinants")


@dataclass(frozen=True, slots=True)
class Found:
    """The maximum that is reported.

    Attributes
    ----------
    model
        The model with the bounds within which it lies.
    maximum
        Where it is.
    boundary
        The edge on which it lies, if any.
    higher, higher_on
        By how much the log-likelihood is higher outside the bounds or on an edge, and on which; 0 if it is not.
    """

    model: Model
    maximum: Maximum
    boundary: Boundary | None
    higher: float = 0.0
    higher_on: Boundary | None = None


def search(model: Model, likelihood: Likelihood) -> Found:
    """Find the maximum that is reported."""
    wide = _best(model, likelihood)
    if not model.has_mean or _is_regular(wide):
        return wide
    narrow = _best(replace(model, largest_mean=NARROW_MEAN), likelihood)
    outside = wide.maximum.evaluation.value + wide.higher / len(model.data.y)
    higher = max(0.0, len(model.data.y) * (outside - narrow.maximum.evaluation.value))
    return replace(narrow, higher=higher, higher_on=wide.higher_on or wide.boundary)


def _is_regular(found: Found) -> bool:
    if found.boundary == "no inefficiency":
        return True
    return found.boundary is None and found.maximum.converged and not report(found.model, found.maximum).singular


def _best(model: Model, likelihood: Likelihood) -> Found:
    """The highest maximum over all starts within the bounds of the model.

    On some edges nothing is left of inefficiency as this model means it, or nothing of noise; there a maximum inside
    goes before them, if it is at least as high as those of the smaller models.
    """
    low, high = model.bounds()
    starts = list(starting_values(model, likelihood))
    floor = -np.inf
    for smaller, at in model.smaller():
        inner = _best(smaller, smaller.likelihood())
        missing = model.likelihood_size - smaller.likelihood_size
        starts.append(np.insert(inner.maximum.parameters, [at] * missing, 0.0))
        if inner.boundary != "no noise":
            floor = max(floor, inner.maximum.evaluation.value)
    leads_to_least_squares = model.determinants is None and not model.decay

    def fades(point: Array, value: float) -> bool:
        """Inefficiency vanishes, and least squares is where that leads."""
        return leads_to_least_squares and bool(point[-1] < _FADED) and value <= _LEAST_SQUARES

    every = [maximise(likelihood.evaluate, start, lower=low, upper=high, is_hopeless=fades) for start in starts]
    every += _without_noise(model, likelihood, _highest(every).evaluation.value)
    highest = _highest(every)
    boundary = _boundary(model, highest)
    if boundary in _EMPTY:
        inside = [found for found in every if _is_inside(model, found) or _is_least_squares(found, boundary)]
        inside = [found for found in inside if found.evaluation.value > floor - _SAME]
        if inside:
            best = _highest(inside)
            difference = highest.evaluation.value - best.evaluation.value
            return Found(model, best, _boundary(model, best), len(model.data.y) * difference, boundary)
    return Found(model, highest, boundary)


def _is_inside(model: Model, found: Maximum) -> bool:
    return found.converged and _boundary(model, found) is None


def _is_least_squares(found: Maximum, instead_of: Boundary | None) -> bool:
    """With residuals skewed the wrong way least squares is a maximum too (Waldman, 1982), and goes before no noise."""
    return instead_of == "no noise" and bool(found.parameters[-1] < _FADED)


def _without_noise(model: Model, likelihood: Likelihood, value: float) -> list[Maximum]:
    """Maxima to which the envelope of all rows leads, where they are higher than this value."""
    if most_without_noise(model) <= value:
        return []
    low, high = model.bounds()

    def leaves(point: Array, reached: float) -> bool:
        """Noise comes back, to where the other starts began."""
        return bool(point[-1] < HIGHEST_START) and reached <= value

    every = [
        maximise(likelihood.evaluate, start, lower=low, upper=high, is_hopeless=leaves)
        for start in envelope_starts(model, likelihood)
    ]
    return [found for found in every if found.evaluation.value > value]


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
    elif found.held[at].any() and model.determinants is None:
        edge = "exponential" if found.parameters[k] < 0 else "shift"
    elif found.held[at].any() and model.determinants is not None:
        mean = float((model.determinants.orthogonal @ found.parameters[at]).mean())
        edge = "exponential" if mean < 0.5 * LOWEST_MEAN else "determinants"
    elif found.held[-1]:
        edge = "determinants"
    return edge
