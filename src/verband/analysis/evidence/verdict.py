"""From an interval to a verdict, by rules that were stated before the estimate.

A directional claim is tested against the smallest effect that matters, not against nothing (minimum-effect test:
Murphy and Myors, 1999, "Testing the hypothesis that treatments have negligible effects", Journal of Applied Psychology
84); a claim of equality by two one-sided tests (Schuirmann, 1987). With a two-sided 95% interval both are tests at
2.5%. Holm's adjustment (1979) over all claims of the ledger stands beside the verdicts and changes none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from verband.analysis.evidence.statements import Rule

Verdict = Literal["supported", "not_supported", "inconclusive", "mixed", "not_testable"]
LEVEL = 0.95
AGREEMENT = 2 / 3
"""The part of the checks that has to agree."""
FEWEST_CHECKS = 2
"""Checks that a verdict needs at least: what was computed in one way only is not known to hold."""


def read(rule: Rule, low: float, high: float) -> Verdict:
    """Read an interval by a rule.

    Parameters
    ----------
    rule
        With a smallest effect or a margin.
    low, high
        Ends of the 95% interval, in the unit of the rule.

    Raises
    ------
    ValueError
        If the rule has neither, or the interval is none.
    """
    if not low <= high:
        raise ValueError(f"{low} to {high} is no interval")
    if rule.margin is not None:
        if -rule.margin < low and high < rule.margin:
            return "supported"
        return "not_supported" if high < -rule.margin or low > rule.margin else "inconclusive"
    if rule.smallest_effect is None:
        raise ValueError(f"{rule.component} has no rule")
    if rule.direction == "lower":
        low, high = -high, -low
    if low > rule.smallest_effect:
        return "supported"
    return "not_supported" if high < rule.smallest_effect else "inconclusive"


def with_checks(verdict: Verdict, checks: Sequence[bool]) -> Verdict:
    """Hold a verdict against its robustness checks.

    ``supported`` and ``not_supported`` stand only where at least two checks could be made (else ``inconclusive``) and
    at least two thirds of them agree (else ``mixed``).

    Parameters
    ----------
    verdict
        Of the component's own interval.
    checks
        Whether each check that could be made gives the same verdict.
    """
    if verdict not in ("supported", "not_supported"):
        return verdict
    if len(checks) < FEWEST_CHECKS:
        return "inconclusive"
    return verdict if sum(checks) >= AGREEMENT * len(checks) else "mixed"


def joined(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict of a claim from those of the components that decide.

    All the same: that one. One supported and another not: ``mixed``. Otherwise, where one cannot be told and none
    contradicts the rest, ``inconclusive``.
    """
    found = set(verdicts)
    if not found:
        return "not_testable"
    if len(found) == 1:
        return verdicts[0]
    if "mixed" in found or {"supported", "not_supported"} <= found:
        return "mixed"
    return "inconclusive"


def p_value(
    rule: Rule,
    estimate: float,
    standard_error: float,
    degrees_of_freedom: float,
    *,
    scale: Callable[[float], float] = float,
) -> float:
    """One-sided p-value of the claim's own test: that the effect is not beyond the smallest one that matters.

    For ``equal`` the larger of the two one-sided tests against the margins. A verdict ``supported`` goes with a value
    below 0.025.

    Parameters
    ----------
    rule
        With a smallest effect or a margin.
    estimate, standard_error
        In the unit of the rule, or on the scale on which the interval was made; the standard error positive.
    degrees_of_freedom
        Of Student's t; infinity for the normal distribution.
    scale
        From the unit of the rule to that scale, rising: the test must be that of the interval, which is not symmetric
        about the estimate in the unit of the rule where it was made of logarithms.
    """
    if rule.margin is not None:
        below = _upper_tail((estimate - scale(-rule.margin)) / standard_error, degrees_of_freedom)
        above = _upper_tail((scale(rule.margin) - estimate) / standard_error, degrees_of_freedom)
        return max(below, above)
    if rule.smallest_effect is None:
        raise ValueError(f"{rule.component} has no rule")
    beyond = estimate - scale(rule.smallest_effect)
    if rule.direction == "lower":
        beyond = scale(-rule.smallest_effect) - estimate
    return _upper_tail(beyond / standard_error, degrees_of_freedom)


def _upper_tail(statistic: float, degrees_of_freedom: float) -> float:
    from scipy.special import ndtr, stdtr  # noqa: PLC0415  slow to start, and most commands test nothing

    tail = ndtr(-statistic) if math.isinf(degrees_of_freedom) else stdtr(degrees_of_freedom, -statistic)
    return float(tail)


def holm(values: Mapping[str, float]) -> dict[str, float]:
    """Holm's step-down adjustment of p-values.

    Parameters
    ----------
    values
        p-value per claim.

    Returns
    -------
    dict
        Adjusted values per claim, at most 1, in the order given (Holm, 1979, "A simple sequentially rejective multiple
        test procedure", Scandinavian Journal of Statistics 6).
    """
    ranked = sorted(values, key=lambda name: values[name])
    adjusted: dict[str, float] = {}
    running = 0.0
    for place, name in enumerate(ranked):
        running = max(running, min(1.0, (len(ranked) - place) * values[name]))
        adjusted[name] = running
    return {name: adjusted[name] for name in values}
