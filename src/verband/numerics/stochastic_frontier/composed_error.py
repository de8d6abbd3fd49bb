"""The density of a normal error with a one-sided part: logarithm, gradient and second derivatives.

Production frontier ``y = x'b + v - u``; a cost frontier is its mirror image, ``-y = -x'b + v - u``. With
``r = y - x'b`` (times -1 for cost) in standard terms:

- normal/half-normal: Aigner, Lovell and Schmidt (1977, equation 8);
- normal/truncated normal: Stevenson (1980), here in the form for a group of rows that share one inefficiency with known
  weights, Battese and Coelli (1992, appendix), of which one row with weight 1 is the cross-section and, with a mean per
  row, Battese and Coelli (1995; the likelihood is in the appendix of their working paper of 1993);
- normal/exponential: Meeusen and van den Broeck (1977); Kumbhakar and Lovell (2000, section 3.2.1).

Parameters are those of Battese and Corra (1977), ``sigma_sq = sigma_u^2 + sigma_v^2`` and
``gamma = sigma_u^2 / sigma_sq``, on scales without bounds: ``p = ln sigma_sq``, ``g = ln(gamma / (1 - gamma))``, and
``z = mu / sigma_u``, in which the likelihood is much closer to a quadratic than in ``mu``. For the exponential
distribution ``sigma_u`` is its standard deviation, which is its mean.

``A`` is the weighted sum of the residuals of a group, ``B`` the sum of its squared weights, ``Q`` the sum of its
squared residuals. What all models share is left to the likelihood: with ``n`` rows in ``m`` groups, ``-n/2 (ln(2 pi) +
p) + (n - m)/2 ln(1 + e^g)``, and the derivatives of ``-Q (1 + e^g) e^-p / 2``, whose value is here: without noise it
and ``ln Phi`` are both large and nearly cancel, so each takes the form that keeps its digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verband.numerics.stochastic_frontier.normal_tail import Array, ScaledLogCdf, scaled_log_cdf

Value = Array | float
_LOG_TWO = float(np.log(2.0))
_HALF_LOG_TWO_PI = 0.5 * float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True)
class Density:
    """What the one-sided part adds to the log density of each group.

    Attributes
    ----------
    value
        Shape (m,).
    first, second
        Derivatives by name of the argument, ``A``, ``B``, ``z``, ``p``, ``g``, or of a pair in that order such as
        ``Ap``; shape (m,), or a number where it is the same for all groups. What is absent is zero.
    """

    value: Array
    first: dict[str, Value]
    second: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Posterior:
    """Inefficiency given the residuals: normal, truncated at zero from below, times the weight of a row.

    Attributes
    ----------
    index
        Mean before truncation over standard deviation, shape (m,).
    spread
        Standard deviation before truncation, shape (m,).
    """

    index: Array
    spread: Array


def _logistic(g: float) -> tuple[float, float]:
    """Gamma and 1 - gamma; both keep their digits."""
    return float(1 / (1 + np.exp(-g))), float(1 / (1 + np.exp(g)))


def truncated_normal(
    a: Array, b: Value, squares: Array, z: Value | None, p: float, g: float, *, derivatives: bool = True
) -> Density:
    """Half-normal (``z`` is ``None``) or truncated normal inefficiency.

    Parameters
    ----------
    a, b, squares
        ``A``, ``B`` and ``Q``, shape (m,); ``B`` is the number 1 for a cross-section.
    z
        ``mu / sigma_u``, shape (m,) or one number.
    p, g
        ``ln sigma_sq`` and ``ln(gamma / (1 - gamma))``.
    derivatives
        Whether to give derivatives beside the value.
    """
    gamma, rest = _logistic(g)
    root, ratio = float(np.sqrt(rest)), float(np.exp(0.5 * (g - p)))
    d = 1 + (b - 1) * gamma
    pull = np.sqrt(d)
    x = ratio * a
    mean: Value = 0.0 if z is None else root * z
    w = (mean - x) / pull
    tail = scaled_log_cdf(w)
    own = None if z is None else scaled_log_cdf(np.asarray(z, dtype=np.float64))
    value = _value(tail, own, a, b, squares, z, p, g) - 0.5 * np.log(d)
    if not derivatives:
        return Density(value, {}, {})
    d_g = (b - 1) * gamma * rest
    half_g = 0.5 * d_g / d
    n_g = -0.5 * gamma * mean - 0.5 * x
    n_gg = mean * (0.25 * gamma * gamma - 0.5 * gamma * rest) - 0.25 * x
    w_a, w_p, w_g = -ratio / pull, 0.5 * x / pull, n_g / pull - w * half_g
    w_gg = n_gg / pull - 2 * n_g / pull * half_g - 0.5 * w * d_g * (rest - gamma) / d + 3 * w * half_g * half_g
    bend_p, bend_g = tail.curvature * w_p, tail.curvature * w_g
    slope_p = tail.slope * w_p
    first: dict[str, Value] = {"A": tail.slope * w_a, "p": slope_p, "g": tail.slope * w_g - half_g}
    second: dict[str, Value] = {
        "AA": tail.curvature * (w_a * w_a),
        "Ap": (bend_p - 0.5 * tail.slope) * w_a,
        "Ag": (bend_g + tail.slope * (0.5 - half_g)) * w_a,
        "pp": bend_p * w_p - 0.5 * slope_p,
        "pg": bend_p * w_g + slope_p * (0.5 - half_g),
        "gg": bend_g * w_g + tail.slope * w_gg - 0.5 * d_g * (rest - gamma) / d + 2 * half_g * half_g,
    }
    if own is not None:
        w_z = root / pull
        first["z"] = tail.slope * w_z - own.slope
        second["Az"] = tail.curvature * (w_a * w_z)
        second["zz"] = tail.curvature * (w_z * w_z) - own.curvature
        second["zp"] = bend_p * w_z
        second["zg"] = (bend_g - tail.slope * (0.5 * gamma + half_g)) * w_z
    if isinstance(b, np.ndarray):
        half_b = 0.5 * gamma / d
        w_b = -w * half_b
        d_bg = gamma * rest / d
        w_bg = -n_g / pull * half_b - 0.5 * w * d_bg + 3 * w * half_b * half_g
        bend_b = tail.curvature * w_b
        first["B"] = tail.slope * w_b - half_b
        second["AB"] = (bend_b - tail.slope * half_b) * w_a
        second["BB"] = bend_b * w_b + (3 * tail.slope * w + 2) * half_b * half_b
        second["Bp"] = bend_b * w_p - slope_p * half_b
        second["Bg"] = bend_b * w_g + tail.slope * w_bg - 0.5 * d_bg + 2 * half_b * half_g
        if own is not None:
            second["Bz"] = (bend_b - tail.slope * half_b) * w_z
    return Density(value, first, second)


def _value(
    tail: ScaledLogCdf,
    own: ScaledLogCdf | None,
    a: Array,
    b: Value,
    squares: Array,
    z: Value | None,
    p: float,
    g: float,
) -> Array:
    """``E(w) - E(z) - Q (1 + e^g) e^-p / 2``; for a cross-section without squares that cancel."""
    gamma, _ = _logistic(g)
    spread = float(np.exp(-p) + np.exp(g - p))
    direct = tail.value - 0.5 * spread * squares + (_LOG_TWO if own is None else -own.value)
    if isinstance(b, np.ndarray):
        return np.asarray(direct, dtype=np.float64)
    deviation = float(np.exp(-0.5 * p)) * a + (0.0 if z is None else np.sqrt(gamma) * z)
    gathered = tail.log_cdf - 0.5 * np.square(deviation) + (_LOG_TWO if own is None else -own.log_cdf)
    return np.where(tail.log_cdf > -_LOG_TWO, gathered, direct)


def exponential(a: Array, p: float, g: float, *, derivatives: bool = True) -> Density:
    """Exponential inefficiency, one row per group; parameters as in :func:`truncated_normal`."""
    gamma, rest = _logistic(g)
    scaled = a * float(np.exp(-0.5 * p) / np.sqrt(rest))
    inverse = float(np.exp(-0.5 * g))
    w = -scaled - inverse
    tail = scaled_log_cdf(w)
    constant = _HALF_LOG_TWO_PI - 0.5 * float(np.log(gamma))
    gathered = tail.log_cdf + inverse * (scaled + 0.5 * inverse)
    value = np.where(w < 0, tail.value - 0.5 * np.square(scaled), gathered) + constant
    if not derivatives:
        return Density(value, {}, {})
    w_a = float(-np.exp(-0.5 * p) / np.sqrt(rest))
    w_p, w_g = 0.5 * scaled, -0.5 * gamma * scaled + 0.5 * inverse
    w_gg = -0.5 * gamma * (rest + 0.5 * gamma) * scaled - 0.25 * inverse
    first: dict[str, Value] = {"A": tail.slope * w_a, "p": tail.slope * w_p, "g": tail.slope * w_g - 0.5 * rest}
    second: dict[str, Value] = {
        "AA": tail.curvature * w_a * w_a,
        "Ap": tail.curvature * w_a * w_p - tail.slope * 0.5 * w_a,
        "Ag": tail.curvature * w_a * w_g + tail.slope * 0.5 * gamma * w_a,
        "pp": tail.curvature * w_p * w_p - tail.slope * 0.5 * w_p,
        "pg": tail.curvature * w_p * w_g + tail.slope * 0.5 * gamma * w_p,
        "gg": tail.curvature * w_g * w_g + tail.slope * w_gg + 0.5 * gamma * rest,
    }
    return Density(value, first, second)


def truncated_normal_posterior(a: Array, b: Value, z: Value | None, p: float, g: float) -> Posterior:
    """Inefficiency given the residuals (Battese and Coelli, 1992, equations 4 and 5); arguments as in the density."""
    gamma, rest = _logistic(g)
    d = 1 + (b - 1) * gamma
    mean: Value = 0.0 if z is None else np.sqrt(rest) * z
    index = (mean - float(np.exp(0.5 * (g - p))) * a) / np.sqrt(d)
    spread = np.exp(0.5 * p) * np.sqrt(gamma * rest / d)
    return Posterior(index, np.broadcast_to(np.asarray(spread, dtype=np.float64), index.shape))


def exponential_posterior(a: Array, p: float, g: float) -> Posterior:
    """Inefficiency given the residuals (Kumbhakar and Lovell, 2000, section 3.2.1)."""
    _, rest = _logistic(g)
    index = -a * float(np.exp(-0.5 * p) / np.sqrt(rest)) - float(np.exp(-0.5 * g))
    return Posterior(index, np.full(index.shape, float(np.exp(0.5 * p)) * np.sqrt(rest)))
