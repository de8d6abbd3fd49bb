"""Exact intervals for proportions and rates whose observations come in a few groups.

Observations of one group say less than as many independent ones. The design effect, never below 1, says how much less;
the exact interval is then taken at the *effective* number (proportions: Korn and Graubard, 1998, "Confidence intervals
for proportions with small expected number of positive counts estimated from survey data", Survey Methodology 24, with
the effective number at most the real one, Dean and Pagano, 2015; exact intervals of Clopper and Pearson, 1934; rates
in the same way, with that of Garwood, 1936). Variances are bias-reduced with Satterthwaite's degrees of freedom
(:mod:`verband.numerics.least_squares`), and few degrees of freedom lower the effective number. Such intervals stay
within 0 and 1, or above 0, and never have no width.

A few groups hardly tell how much their rows are alike, and not at all where nearly all rows are the same. The caller
states the least *likeness* (intraclass correlation) that is taken; the design effect is never below that of Kish (1965,
"Survey sampling"), 1 + (rows of a group - 1) times likeness. Without such a floor one miss more made an interval
narrower. Simulated at a least likeness of 0.2, with 3 to 10 groups of 30 rows and a proportion of 0.5 to 0.95, an
interval of 95% holds the truth in 98% of the cases or more up to a true likeness of 0.3, and in 94.5% or more at 0.6
(groups: 10, proportion 0.8; there the low end lies above the truth in 5%, where 2.5% is meant). Where rows are
independent it holds nearly always: the price of the floor is width.

Rates: where events are seen in one group or none, nothing tells whether they come together; then all members of a group
are taken to be able to go at once. Simulated with 3 to 40 groups of 8 members over 6 years at 0.3% to 3% a year, events
that come alone, by three, or all of a group together, the interval holds the truth in 96% to 100% of the cases.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.least_squares import Contrast, least_squares

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Proportion:
    """A proportion with its exact interval.

    Attributes
    ----------
    estimate, low, high
        Fractions.
    effective
        Number of independent observations that would tell as much.
    groups
        Independent groups behind it.
    """

    estimate: float
    low: float
    high: float
    effective: float
    groups: int

    def chance_below(self, limit: float) -> float:
        """One-sided p-value of a proportion above a limit, by the same effective number: below 0.025 with ``low``."""
        return _below(self.estimate * self.effective, self.effective, limit)


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per unit of exposure with the exact interval; ``groups`` are the independent groups behind it."""

    estimate: float
    low: float
    high: float
    events: float
    exposure: float
    groups: int


def exact_proportion(hits: float, number: float, *, level: float = 0.95) -> tuple[float, float]:
    """Interval of Clopper and Pearson for ``hits`` out of ``number``, which need not be whole."""
    from scipy.special import betaincinv  # noqa: PLC0415  slow to start

    tail = (1 - level) / 2
    low = 0.0 if hits <= 0 else float(betaincinv(hits, number - hits + 1, tail))
    high = 1.0 if hits >= number else float(betaincinv(hits + 1, number - hits, 1 - tail))
    return low, high


def chance_below(hits: float, number: float, limit: float) -> float:
    """One-sided p-value of a proportion above a limit that goes with :func:`exact_proportion`."""
    return _below(hits, number, limit)


def _below(hits: float, number: float, limit: float) -> float:
    from scipy.special import betainc  # noqa: PLC0415

    return 1.0 if hits <= 0 else float(betainc(hits, number - hits + 1, limit))


def proportion_over_draws(hits: Array, number: Array, *, level: float = 0.95) -> tuple[float, float]:
    """Interval for a proportion whose hits are uncertain themselves: counted anew in every draw of what they rest on.

    In each draw the confidence distribution of Clopper and Pearson says how sure the proportion is given its hits; the
    interval lies between the quantiles of their mean over the draws (Xie and Singh, 2013, "Confidence distribution, the
    frequentist distribution estimator of a parameter: a review", International Statistical Review 81). So it holds both
    kinds of uncertainty, which add up as independent errors do: with the same hits in every draw it is
    :func:`exact_proportion`, with very many observations that of the draws.

    Parameters
    ----------
    hits, number
        Per draw, shape (draws,); ``number`` above 0.
    level
        Of the interval.
    """
    from scipy.optimize import brentq  # noqa: PLC0415  slow to start

    tail = (1 - level) / 2
    low = (
        0.0
        if _below_over_draws(hits, number, 0.0) > tail
        else brentq(lambda at: _below_over_draws(hits, number, at) - tail, 0.0, 1.0)
    )
    # A proportion that is high is one of misses that is low.
    misses = number - hits
    high = (
        1.0
        if _below_over_draws(misses, number, 0.0) > tail
        else 1 - brentq(lambda at: _below_over_draws(misses, number, at) - tail, 0.0, 1.0)
    )
    return float(low), float(high)


def chance_below_over_draws(hits: Array, number: Array, limit: float) -> float:
    """One-sided p-value of a proportion above a limit that goes with :func:`proportion_over_draws`."""
    return _below_over_draws(hits, number, limit)


def _below_over_draws(hits: Array, number: Array, limit: float) -> float:
    from scipy.special import betainc  # noqa: PLC0415

    some = hits > 0
    return float((np.where(some, betainc(np.where(some, hits, 1.0), number - hits + 1, limit), 1.0)).mean())


def clustered_proportion(
    hits: Array,
    group: npt.NDArray[np.int64],
    weights: Array | None = None,
    *,
    least_likeness: float,
    level: float = 0.95,
) -> Proportion:
    """Tell a proportion of rows that come in groups.

    Parameters
    ----------
    hits
        0 or 1 per row, shape (n,).
    group
        Number of its group, shape (n,).
    weights
        Positive, shape (n,); all the same by default.
    least_likeness
        Intraclass correlation that the rows of a group are taken to have at least, from 0 (independent) to 1 (each
        group counts as one row).
    level
        Of the interval.

    Raises
    ------
    ValueError
        If there are fewer than two groups.
    """
    from scipy.special import stdtrit  # noqa: PLC0415

    weight = np.ones(len(hits)) if weights is None else weights
    root = np.sqrt(weight)
    fit = least_squares(hits * root, root[:, None], group)
    found = fit.contrast(np.ones(1), level=level)
    whole = weight.sum()
    number = float(whole**2 / (weight**2).sum())
    counted = float(whole**2 / (np.bincount(group, weight) ** 2).sum())
    effective = 1 / (least_likeness / counted + (1 - least_likeness) / number)
    if np.all(hits == hits[0]):
        share = float(hits[0])
    else:
        share = min(max(found.estimate, 0.0), 1.0)
        effective = min(
            effective, share * (1 - share) / found.standard_error**2 if found.standard_error > 0 else number
        )
    tails = [float(stdtrit(freedom, 0.5 + level / 2)) for freedom in (number - 1, found.degrees_of_freedom)]
    effective = min(number, effective * (tails[0] / tails[1]) ** 2)
    low, high = exact_proportion(share * effective, effective, level=level)
    return Proportion(share, low, high, effective, fit.groups)


def clustered_rate(events: Array, exposure: Array, members: Array, *, level: float = 0.95) -> Rate:
    """Tell the rate of events over groups, in which events may come together.

    Where fewer than two groups have events, as many are taken to come together as a group has members.

    Parameters
    ----------
    events, exposure
        Number of events and exposure per group, shape (groups,); exposure above 0.
    members
        How many events of a group can come together, shape (groups,); 1 or more.
    level
        Of the interval.

    Raises
    ------
    ValueError
        If there are fewer than two groups.
    """
    from scipy.special import stdtrit  # noqa: PLC0415

    number, whole = float(events.sum()), float(exposure.sum())
    # Variance goes with exposure, as of independent events: least squares with these weights gives the ratio of sums.
    root = np.sqrt(exposure)
    found: Contrast = least_squares(events / root, root[:, None], np.arange(len(events))).contrast(np.ones(1))
    effect = max(1.0, found.standard_error**2 * whole**2 / number) if number else 1.0
    tails = [float(stdtrit(freedom, 0.5 + level / 2)) for freedom in (1e9, found.degrees_of_freedom)]
    effect *= max(1.0, (tails[1] / tails[0]) ** 2)
    if np.count_nonzero(events) <= 1:
        # Were all members to go at once, the groups would be what is counted, over the time that each was observed.
        effect = max(effect, whole / float((exposure / members).sum()))
    low, high = exact_rate(number / effect, whole / effect, level=level)
    return Rate(number / whole, low, high, number, whole, len(events))


def exact_rate(events: float, exposure: float, *, level: float = 0.95) -> tuple[float, float]:
    """Interval of Garwood (1936) for a Poisson rate of ``events``, which need not be whole, over ``exposure``."""
    from scipy.special import gammaincinv  # noqa: PLC0415

    tail = (1 - level) / 2
    low = 0.0 if events <= 0 else float(gammaincinv(events, tail)) / exposure
    return low, float(gammaincinv(events + 1, 1 - tail)) / exposure


def interval_of_difference(
    first: tuple[float, float, float], second: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Difference of two independent estimates, each with an interval that need not be symmetric.

    Each end uses the ends of both on the side that makes the difference as small, or as large, as it can be (Zou and
    Donner, 2008, "Construction of confidence limits about effect measures: a general approach", Statistics in Medicine
    27).

    Parameters
    ----------
    first, second
        Estimate, low and high.

    Returns
    -------
    tuple
        Estimate, low and high of the first less the second.
    """
    one, low_one, high_one = first
    other, low_other, high_other = second
    estimate = one - other
    low = estimate - math.hypot(one - low_one, high_other - other)
    return estimate, low, estimate + math.hypot(high_one - one, other - low_other)
