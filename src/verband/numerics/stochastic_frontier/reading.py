"""What a reader should know about a fit, in plain sentences."""

from __future__ import annotations

from verband.numerics.stochastic_frontier.model import LOWEST_MEAN, NARROW_MEAN
from verband.numerics.stochastic_frontier.results import Boundary

LEVEL = 0.05
"""Of the test of no inefficiency."""
_LARGE = 10.0
_HARDLY_KNOWN = 2.0
"""Standard error of ``mu`` over ``sigma_u``: its interval then holds shapes from exponential to half-normal."""
_NOT_SHOWN = 0.005
"""A difference in log-likelihood that two decimals do not show."""


def wrong_skewness(skewness: float, *, cost: bool) -> tuple[str, ...]:
    """Whether least-squares residuals of a cross-section are skewed against inefficiency (Waldman, 1982)."""
    if (skewness < 0) is not cost and skewness != 0:
        return ()
    side, kind = ("left", "cost") if cost else ("right", "production")
    return (
        f"The residuals of least squares are skewed to the {side} (skewness {skewness:.3f}), the wrong way for a "
        f"{kind} frontier: they show no sign of inefficiency (Waldman, 1982).",
    )


def on_boundary(boundary: Boundary | None, *, has_determinants: bool) -> tuple[str, ...]:
    """What an edge means for the estimates."""
    held = (
        f"That mean was held at {LOWEST_MEAN:.0f} times sigma_u; it, sigma_sq and gamma mean nothing by themselves. "
        "Use fewer determinants."
        if has_determinants
        else f"mu was held at -{NARROW_MEAN:.0f} times sigma_u, the bound of FRONTIER 4.1; sigma_sq, gamma and mu "
        "follow from that bound. Use the exponential or the half-normal distribution."
    )
    texts: dict[Boundary | None, tuple[str, ...]] = {
        None: (),
        "no inefficiency": (
            "The likelihood is highest without inefficiency (gamma is 0): the coefficients are those of least "
            "squares, every efficiency is 1, and only the slopes have a standard error.",
        ),
        "no noise": (
            "The likelihood is highest without noise (gamma is 1): all deviation counts as inefficiency, and standard "
            "errors are not defined.",
        ),
        "exponential": (
            "The likelihood has no maximum: it keeps rising as the mean before truncation falls, and the distribution "
            f"turns into the exponential one. {held}",
        ),
        "shift": (
            "The likelihood has no maximum: it keeps rising as mu grows, and inefficiency turns into a shift that all "
            f"have in common. mu was held at {NARROW_MEAN:.0f} times sigma_u, the bound of FRONTIER 4.1, and the level "
            "of the efficiencies follows from that bound. Use the half-normal distribution; in a panel, put the period "
            "among the regressors.",
        ),
        "decay": (
            "The likelihood has no maximum: it keeps rising as inefficiency changes faster with time, until only the "
            "first or the last period shows any. Use the model without decay.",
        ),
        "determinants": (
            "The likelihood has no maximum within what was searched: the determinants run to its edge. What they "
            "leave of inefficiency, or some of their coefficients, cannot be told.",
        ),
    }
    return texts[boundary]


def not_converged(gradient_norm: float) -> str:
    """No maximum was found."""
    return f"No maximum of the likelihood was found (gradient {gradient_norm:.1e} per row): do not use these estimates."


def higher_on_edge(difference: float, edge: Boundary | None) -> tuple[str, ...]:
    """Whether the likelihood is higher where the model loses its meaning, or on the edge without noise."""
    if difference <= (_NOT_SHOWN if edge == "no noise" else 0):
        return ()
    if edge == "no noise":
        return (
            f"The log-likelihood is {difference:.2f} higher where there is no noise (gamma is 1) and the frontier "
            "envelops all rows. With few rows that is often so by chance; these estimates are of the highest maximum "
            "with noise, which is nearer the truth as a rule. Use more rows, or do not rank by these efficiencies.",
        )
    return (
        f"The log-likelihood is {difference:.2f} higher where mu, eta or the determinants run out of bounds and "
        "inefficiency loses its meaning; these estimates are of the highest maximum within bounds.",
    )


def singular() -> str:
    """The information does not tell some parameters."""
    return (
        "The likelihood is flat in some direction: parameters that depend on it cannot be told, and have no standard "
        "error."
    )


def unknown_mean(error: float, spread: float) -> tuple[str, ...]:
    """Whether the mean before truncation can hardly be told."""
    if not error > _HARDLY_KNOWN * spread:
        return ()
    return (
        f"mu is hardly known (standard error {error:.2f} against a sigma_u of {spread:.2f}): the likelihood is almost "
        "flat in it, and sigma_sq and gamma are as uncertain. Prefer the half-normal distribution.",
    )


def large(inefficiency: float) -> tuple[str, ...]:
    """Whether the outcome looks as if its logarithm was not taken."""
    if inefficiency <= _LARGE:
        return ()
    return (
        f"Inefficiency is up to {inefficiency:.0f}: efficiency is exp(-u), which means something only if y is a "
        "logarithm.",
    )
