"""Randomisation inference: what a statistic does when treatments are dealt out anew among the clusters.

Fisher's test (1935) for any statistic of the labels of the clusters; with a t statistic it is also valid, with many
clusters, when variances differ (Wu and Ding, 2021, Journal of the American Statistical Association 116; MacKinnon and
Webb, 2020, Journal of Econometrics 218(2), "RI-t"). The interval holds every effect that is not rejected when it is
taken off the outcomes of the treated first, the same effect for all of them. Effects and scores are linear in that
effect, so that one pass over the draws serves every value.

Condition: before treatment the clusters are exchangeable. Clusters of unequal size or variance are not quite; the t
statistic makes up for most of that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
_SAME = 1e-9
_DOUBLINGS = 12
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class LinearStatistic:
    """A statistic as a function of the effect ``d`` that is taken off the outcomes of the treated first.

    Attributes
    ----------
    effect, slope
        The estimate is ``effect - d * slope``.
    variance
        Its variance is ``variance[0] - 2 d variance[1] + d^2 variance[2]``; all nought where it is not to be divided by
        its error.
    """

    effect: float
    slope: float
    variance: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Randomisation:
    """Test and interval.

    Attributes
    ----------
    p_value
        Two-sided, of no effect; the sample itself counts as one draw (Phipson and Smyth, 2010).
    low, high
        Every effect in between is not rejected; ``None`` where no bound was found within some thousands of errors.
    draws
        How many gave a statistic.
    studentised
        Whether estimates were divided by their errors.
    """

    p_value: float
    low: float | None
    high: float | None
    level: float
    draws: int
    studentised: bool


def shuffled(labels: Whole, draws: int, seed: int) -> Whole:
    """Deal the labels out anew, draws times; shape (draws, clusters)."""
    rng = np.random.default_rng(seed)
    return rng.permuted(np.tile(labels, (draws, 1)), axis=1)


def randomisation_p_value(observed: float, drawn: Array) -> float:
    """Share of statistics at least as large in size as the observed one, which counts as a draw itself.

    Parameters
    ----------
    observed
        Statistic of the sample.
    drawn
        Those of the draws, shape (draws,); not-a-numbers are left out.
    """
    known = drawn[np.isfinite(drawn)]
    return float((1 + (np.abs(known) >= abs(observed) * (1 - _SAME)).sum()) / (1 + len(known)))


def randomisation_inference(
    statistic: Callable[[Whole], LinearStatistic | None], labels: Whole, *, level: float = 0.95, draws: int = 999,
    seed: int = 0,
) -> Randomisation:  # fmt: skip
    """Test no effect, and find the effects that are not rejected.

    Parameters
    ----------
    statistic
        Of the labels of the clusters, shape (clusters,); ``None`` where these labels give none.
    labels
        Those of the sample.
    level
        Of the interval.
    draws, seed
        How often labels are dealt out, and from which seed.

    Raises
    ------
    ValueError
        If the labels of the sample give no statistic.
    """
    own = statistic(labels)
    if own is None:
        raise ValueError("the labels of the sample give no statistic")
    found = [item for item in map(statistic, shuffled(labels, draws, seed)) if item is not None]
    effect = np.array([item.effect for item in found])
    slope = np.array([item.slope for item in found])
    variance = np.array([item.variance for item in found]).reshape(len(found), 3)
    studentised = own.variance[0] > 0

    def p_at(value: float) -> float:
        observed = abs(own.effect - value * own.slope)
        drawn = np.abs(effect - value * slope)
        if studentised:
            observed /= _error(np.array([own.variance]), value)[0]
            with np.errstate(divide="ignore", invalid="ignore"):
                drawn = drawn / _error(variance, value)
        return randomisation_p_value(float(observed), drawn)

    centre = own.effect / own.slope
    step = np.sqrt(own.variance[0]) / abs(own.slope) if studentised else float(np.std(effect)) or abs(centre) or 1.0
    low, high = (_bound(p_at, centre, way * step, 1 - level) for way in (-1, 1))
    return Randomisation(p_at(0.0), low, high, level, len(found), studentised)


def _error(variance: Array, value: float) -> Array:
    total = variance[:, 0] - 2 * value * variance[:, 1] + value**2 * variance[:, 2]
    return np.sqrt(np.maximum(total, 0.0))


def _bound(p_at: Callable[[float], float], centre: float, step: float, size: float) -> float | None:
    """Where the p-value falls to the size of the test, seen from the centre; the outer side of the last step."""
    inside, outside = centre, centre + step
    for _ in range(_DOUBLINGS):
        if p_at(outside) <= size:
            break
        inside, outside = outside, centre + 2 * (outside - centre)
    else:
        return None
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if middle in (inside, outside):
            break
        if p_at(middle) <= size:
            outside = middle
        else:
            inside = middle
    return outside
