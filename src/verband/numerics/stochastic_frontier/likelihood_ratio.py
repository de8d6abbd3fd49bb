"""One-sided likelihood ratio test of "no inefficiency".

Under the hypothesis gamma lies on the edge of what it may be, so the statistic is not chi-square but a mixture. With
one inequality (gamma) and ``q - 1`` equalities (mu, eta, determinants) it is half chi-square with ``q - 1`` and half
with ``q`` degrees of freedom (Gourieroux, Holly and Monfort, 1982; Kodde and Palm, 1986, whose table 1 these are the
values of; Coelli, 1995, for ``q = 1``). Parameters that mean nothing under the hypothesis are counted among the ``q``,
as FRONTIER 4.1 does (Coelli, 1996); for those the distribution is an approximation that practice has settled on.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LikelihoodRatio:
    """Test of "no inefficiency".

    Attributes
    ----------
    statistic
        Twice the difference in log-likelihood with least squares; never below 0.
    df
        Number of restrictions ``q``: gamma, and mu, eta and the determinants as far as the model has them.
    p_value
        By the mixture; 1 where the statistic is 0.
    """

    statistic: float
    df: int
    p_value: float


def likelihood_ratio(log_likelihood: float, log_likelihood_ols: float, df: int) -> LikelihoodRatio:
    """Test a frontier against least squares on the same data."""
    statistic = max(0.0, 2 * (log_likelihood - log_likelihood_ols))
    return LikelihoodRatio(statistic, df, mixed_chi_square_p_value(statistic, df))


def mixed_chi_square_p_value(statistic: float, df: int) -> float:
    """Chance of at least this statistic under the mixture ``chi2(df - 1) / 2 + chi2(df) / 2``.

    Raises
    ------
    ValueError
        If ``df`` is below 1.
    """
    from scipy.special import chdtrc  # noqa: PLC0415  slow to start, and most commands estimate nothing

    if df < 1:
        raise ValueError("a test of inefficiency has at least one restriction")
    if statistic <= 0:
        return 1.0
    lower = float(chdtrc(df - 1, statistic)) if df > 1 else 0.0
    return 0.5 * lower + 0.5 * float(chdtrc(df, statistic))


def kodde_palm_critical_value(df: int, level: float = 0.05) -> float:
    """Value that the statistic exceeds with chance ``level`` under "no inefficiency" (Kodde and Palm, 1986, table 1).

    Raises
    ------
    ValueError
        If ``df`` is below 1, or the level not between 0 and 1/2.
    """
    from scipy.special import chdtri  # noqa: PLC0415  slow to start, and most commands estimate nothing

    if not 0 < level < 0.5:
        raise ValueError("the level lies between 0 and 1/2")
    low, high = 0.0, float(chdtri(df, level / 2)) + 1.0
    while (middle := 0.5 * (low + high)) not in (low, high):
        low, high = (middle, high) if mixed_chi_square_p_value(middle, df) > level else (low, middle)
    return middle
