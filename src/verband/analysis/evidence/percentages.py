"""A difference of logarithms as a percentage: interval and test stay those of the logarithm they were made on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verband.analysis.evidence.statements import Rule
from verband.analysis.evidence.verdict import p_value


@dataclass(frozen=True, slots=True)
class Percentage:
    """Figures in per cent, and the p-value of the claim's own test."""

    estimate: float
    low: float
    high: float
    standard_error: float
    p_value: float


def as_percentage(
    rule: Rule, estimate: float, low: float, high: float, standard_error: float, degrees_of_freedom: float
) -> Percentage:
    """Give a difference of logarithms in per cent.

    Parameters
    ----------
    rule
        Of the component, in per cent.
    estimate, low, high, standard_error, degrees_of_freedom
        Of the difference of logarithms; the error in per cent is by the delta method.
    """
    shown, below, above = (100 * float(np.expm1(value)) for value in (estimate, low, high))
    test = p_value(
        rule,
        estimate,
        standard_error,
        degrees_of_freedom,
        scale=lambda percent: float(np.log1p(percent / 100)),
    )
    return Percentage(shown, below, above, 100 * float(np.exp(estimate)) * standard_error, test)
