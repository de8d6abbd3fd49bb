"""The logarithm of the normal distribution function, scaled so that it stays exact far in the tails.

``E(x) = x^2 / 2 + ln Phi(x)`` is all that a normal error with a one-sided part needs. It is computed from the scaled
complementary error function, ``Phi(-x) = exp(-x^2 / 2) erfcx(x / sqrt(2)) / 2`` (Cody, 1969), and for its slope far to
the left from the asymptotic series of Mills' ratio (Abramowitz and Stegun, 1964, 26.2.12).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_ROOT_TWO = float(np.sqrt(2.0))
_MILLS = float(np.sqrt(2.0 / np.pi))
_FAR = -50.0


class ScaledLogCdf(NamedTuple):
    """``E(x)``, ``ln Phi(x)`` and the first two derivatives of ``E``; each has the shape of ``x``."""

    value: Array
    log_cdf: Array
    slope: Array
    curvature: Array


def scaled_log_cdf(x: Array) -> ScaledLogCdf:
    """``E(x) = x^2 / 2 + ln Phi(x)`` with its first two derivatives; ``ln Phi(x)`` has all its digits beside it.

    The slope ``x + phi(x) / Phi(x)`` is positive: it is the mean of a normal variable with mean ``x`` and variance 1
    that is truncated at zero from below.
    """
    from scipy.special import erfcx  # noqa: PLC0415  slow to start, and most commands estimate nothing

    scaled = np.asarray(erfcx(np.abs(x) / _ROOT_TWO), dtype=np.float64)
    left = x < 0
    half_square = 0.5 * np.square(x)
    decay = np.exp(-half_square)
    tail = 0.5 * scaled * decay
    part = np.where(left, np.log(0.5 * scaled), np.log1p(-tail))
    value, log_cdf = np.where(left, part, part + half_square), np.where(left, part - half_square, part)
    mills = np.where(left, _MILLS / scaled, 0.5 * _MILLS * decay / (1 - tail))
    slope = x + mills
    curvature = 1 - mills * slope
    if left.any():
        far = x < _FAR
        if far.any():
            square = 1 / np.square(np.where(far, x, _FAR))
            series = 1 - square * (2 - square * (10 - square * (74 - square * 706)))
            slope = np.where(far, np.sqrt(square) * series, slope)
            series = 1 - square * (6 - square * (50 - square * (518 - square * 6354)))
            curvature = np.where(far, square * series, curvature)
    return ScaledLogCdf(value, log_cdf, slope, curvature)


def log_mean_exponential(x: Array, shift: Array, at: ScaledLogCdf) -> Array:
    """``E(x + shift) - E(x)``: the logarithm of the mean of ``exp(shift U)``, ``U`` normal(x, 1) truncated at zero.

    ``at`` is :func:`scaled_log_cdf` of ``x``. Both terms are large far to the right; there the squares are taken away
    by hand.
    """
    moved = x + shift
    there = scaled_log_cdf(moved)
    split = shift * (x + 0.5 * shift) + there.log_cdf - at.log_cdf
    return np.where((x > 0) & (moved > 0), split, there.value - at.value)


def truncated_normal_quantile(x: Array, probability: float, at: ScaledLogCdf) -> Array:
    """Quantile of a normal variable with mean ``x`` and variance 1 that is truncated at zero from below.

    ``at`` is :func:`scaled_log_cdf` of ``x``.
    """
    from scipy.special import ndtri_exp  # noqa: PLC0415  slow to start, and most commands estimate nothing

    quantile = x - np.asarray(ndtri_exp(np.log1p(-probability) + at.log_cdf), dtype=np.float64)
    return np.maximum(quantile, 0.0)
