"""Efficiency of order m: against the best of ``m`` units drawn at random, instead of the best of all.

Cazals, Florens and Simar (2002); Daraio and Simar (2005). Input orientation: of the units that produce at
least as much as a point, ``m`` are drawn with replacement; the measure is the expected smallest of ``max_i x_i / x0_i``
over the draws. Output orientation: of the units that use no more, the expected largest of ``min_r y_r / y0_r``. One
extreme unit hardly moves it, no convexity is assumed, and it tends to the measure of the free disposal hull as ``m``
grows. A point better than ``m`` such units are expected to be has an efficiency above 1.

What is drawn depends on the ratios alone, so the expectation over the observed units is a finite sum for any number of
inputs and outputs, and no simulation is needed: with ratios ``r_1 <= ... <= r_N``,

    E min = sum_k r_k ((N - k + 1)^m - (N - k)^m) / N^m,

which is the integral of the m-th power of the conditional survival function (Daraio and Simar, 2005)
without discretisation. The standard error is that of the infinitesimal jackknife (Efron, 1982, chapter 6), from the
influence of each unit on that integral. :func:`simulated_order_m` is the Monte Carlo algorithm of the same authors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.envelopment.bases import Array, Flags, Numbers
from verband.numerics.envelopment.efficiency import as_efficiency
from verband.numerics.envelopment.free_disposal import ratios
from verband.numerics.envelopment.technology import EnvelopmentError, Orientation, Units, check_choice


class DrawsError(EnvelopmentError):
    """A number of units or of draws below 1."""


@dataclass(frozen=True, slots=True)
class OrderM:
    """Efficiency of order m of each unit.

    Attributes
    ----------
    orientation, m
        What was measured.
    farrell
        On Farrell's scale, shape (n,).
    efficiency
        The same where more is better: ``1 / farrell`` in the output orientation; may exceed 1.
    standard_error
        Of ``efficiency``: because the units are a sample (exact form), or because of the number of draws alone
        (simulated form).
    comparable
        How many units the draws are from, shape (n,): with few of them the standard error says little.
    """

    orientation: Orientation
    m: int
    farrell: Array
    efficiency: Array
    standard_error: Array
    comparable: Numbers


def order_m(inputs: npt.ArrayLike, outputs: npt.ArrayLike, m: int, *, orientation: Orientation = "input") -> OrderM:
    """Measure every unit at order ``m``, exactly.

    Parameters
    ----------
    inputs, outputs, orientation
        As in :func:`verband.numerics.envelopment.efficiency.efficiencies`.
    m
        Number of units drawn, at least 1.

    Raises
    ------
    EnvelopmentError
        If the data or ``m`` cannot be used.
    """
    units = _checked(inputs, outputs, orientation, m=m)
    sign = 1.0 if orientation == "input" else -1.0
    n = len(units)
    farrell, error, comparable = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64)
    for block, ratio, allowed in ratios(units, units, orientation):
        count = allowed.sum(axis=1)
        ordered, left = _ordered(sign * ratio, allowed)
        above = left**m
        farrell[block] = sign * (ordered * (above[:, :-1] - above[:, 1:])).sum(axis=1)
        # What a unit of rank k adds: the integral up to its ratio of m times the survival function to the m - 1.
        steps = m * left[:, 1:-1] ** (m - 1) * np.diff(ordered, axis=1)
        adds = np.hstack([np.zeros((len(steps), 1)), np.cumsum(steps, axis=1)])
        present = np.arange(n)[None, :] < count[:, None]
        mean = (adds * present).sum(axis=1) / count
        error[block] = np.sqrt((((adds - mean[:, None]) * present) ** 2).sum(axis=1)) / count
        comparable[block] = count
    return _result(orientation, m, farrell, error, comparable)


def _ordered(loss: Array, allowed: Flags) -> tuple[Array, Array]:
    """Losses in ascending order, the last of those allowed repeated, and the share of units above each rank from 0."""
    ordered = np.sort(np.where(allowed, loss, np.inf), axis=1)
    count = allowed.sum(axis=1)[:, None]
    worst = np.take_along_axis(ordered, count - 1, axis=1)
    left = np.maximum(count - np.arange(ordered.shape[1] + 1)[None, :], 0) / count
    return np.minimum(ordered, worst), left


def simulated_order_m(
    inputs: npt.ArrayLike,
    outputs: npt.ArrayLike,
    m: int,
    *,
    draws: int = 200,
    seed: int,
    orientation: Orientation = "input",
) -> OrderM:
    """Measure every unit at order ``m`` by simulation: the mean over ``draws`` draws of ``m`` units each.

    Parameters
    ----------
    inputs, outputs, m, orientation
        As in :func:`order_m`.
    draws
        Number of draws, at least 2.
    seed
        The same seed gives the same result; every unit has a stream of its own.

    Raises
    ------
    EnvelopmentError
        If the data, ``m`` or ``draws`` cannot be used.
    """
    units = _checked(inputs, outputs, orientation, m=m)
    if draws < 2:
        raise DrawsError(f"{draws} draws: at least 2 are needed")
    n = len(units)
    choose = np.min if orientation == "input" else np.max
    farrell, error, comparable = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64)
    for block, ratio, allowed in ratios(units, units, orientation):
        for row in range(len(ratio)):
            number = block.start + row
            values = ratio[row, allowed[row]]
            rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
            best = choose(values[rng.integers(len(values), size=(draws, m))], axis=1)
            farrell[number], comparable[number] = best.mean(), len(values)
            error[number] = best.std(ddof=1) / np.sqrt(draws)
    return _result(orientation, m, farrell, error, comparable)


def _checked(inputs: npt.ArrayLike, outputs: npt.ArrayLike, orientation: Orientation, *, m: int) -> Units:
    check_choice(orientation, "fdh")
    if m < 1:
        raise DrawsError(f"order {m}: at least 1 unit must be drawn")
    return Units.checked(inputs, outputs)


def _result(orientation: Orientation, m: int, farrell: Array, error: Array, comparable: Numbers) -> OrderM:
    efficiency = as_efficiency(farrell, orientation)
    # First-order error of a reciprocal.
    error = error if orientation == "input" else error * efficiency**2
    return OrderM(orientation, m, farrell, efficiency, error, comparable)
