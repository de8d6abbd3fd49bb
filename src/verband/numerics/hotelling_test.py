"""Several linear combinations of coefficients at once, honest with few or unequal groups.

The approximate Hotelling test of Pustejovsky and Tipton (2018, Journal of Business and Economic Statistics 36(4),
section 3.2, "HTZ"): the Wald statistic on the CR2 covariance is referred to Hotelling's T squared, with the degrees of
freedom that give the covariance of the combinations its total variance under the working model of independent errors.
For one combination it is the test of Satterthwaite's degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.least_squares import LeastSquares

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JointTest:
    """Test that several combinations are all nought.

    Attributes
    ----------
    statistic
        Referred to F.
    numerator_freedom, denominator_freedom
        Degrees of freedom of F; the second may be broken.
    p_value
        Chance of a statistic at least this large if all are nought.
    """

    statistic: float
    numerator_freedom: int
    denominator_freedom: float
    p_value: float


def hotelling_test(fit: LeastSquares, weights: Array) -> JointTest | None:
    """Test ``weights @ coefficients = 0``.

    Parameters
    ----------
    fit
        A fit of :func:`verband.numerics.least_squares.least_squares`.
    weights
        Shape (q, k), linearly independent rows.

    Returns
    -------
    JointTest or None
        ``None`` where the groups tell too little for a test (no degrees of freedom left, or a covariance without rank).
    """
    from scipy.special import fdtrc  # noqa: PLC0415  slow to start

    number = len(weights)
    estimates = weights @ fit.coefficients
    try:
        statistic = float(estimates @ np.linalg.solve(weights @ fit.covariance @ weights.T, estimates))
        root = np.linalg.inv(np.linalg.cholesky(weights @ fit.working_covariance @ weights.T))
    except np.linalg.LinAlgError:
        return None
    # Rotating the combinations changes neither the statistic nor the sum of variances below.
    freedom = number * (number + 1) / _total_variance(fit, root @ weights)
    left = freedom - number + 1
    if not np.isfinite(left) or left <= 0 or not np.isfinite(statistic):
        return None
    scaled = left / (freedom * number) * statistic
    return JointTest(scaled, number, float(left), float(fdtrc(number, left, scaled)))


def _total_variance(fit: LeastSquares, weights: Array) -> float:
    """Sum of the variances of all elements of the covariance of standardised combinations."""
    number = len(weights)
    products = {
        (one, other): fit.group_products(weights[one], weights[other])
        for one in range(number)
        for other in range(number)
    }
    return float(
        sum(
            (products[one, one] * products[other, other]).sum() + (products[one, other] * products[other, one]).sum()
            for one in range(number)
            for other in range(number)
        )
    )
