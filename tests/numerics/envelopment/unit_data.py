"""Invented units for the tests of envelopment, and a second, independent way to solve their programs."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

KINDS = ("smooth", "few integers", "heavy tails", "zero outputs", "all sizes", "duplicates", "proportional", "one")
PRECISE = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def random_units(rng, kind):
    """Inputs and outputs of up to 16 units, of one of the kinds."""
    n, p, q = int(rng.integers(2, 17)), int(rng.integers(1, 4)), int(rng.integers(1, 5))
    if kind == "one":
        n = 1
    x, y = rng.uniform(1, 10, (n, p)), rng.uniform(1, 10, (n, q))
    if kind == "few integers":
        x, y = rng.integers(1, 4, (n, p)).astype(float), rng.integers(1, 4, (n, q)).astype(float)
    elif kind == "heavy tails":
        x, y = np.exp(rng.normal(0, 2, (n, p))), np.exp(rng.normal(0, 2, (n, q)))
    elif kind == "zero outputs":
        x, y = rng.integers(1, 9, (n, p)).astype(float), rng.integers(0, 3, (n, q)).astype(float)
    elif kind == "all sizes":
        size = np.exp(rng.normal(0, 2, (n, 1)))
        x, y = size * np.exp(rng.normal(0, 0.2, (n, p))) * 1e6, size * np.exp(rng.normal(0, 0.2, (n, q)))
    elif kind in {"duplicates", "proportional"}:
        again = rng.integers(0, n, n)
        factor = rng.integers(1, 4, (n, 1)) if kind == "proportional" else 1
        x, y = np.round(x[again]) * factor, np.round(y[again]) * factor
    y[(y == 0).all(axis=1), 0] = 1
    return x, y[:, (y > 0).any(axis=0)]


def large_units(n, p, q, seed=1):
    """Units of many sizes around a smooth frontier."""
    rng = np.random.default_rng(seed)
    y = np.exp(rng.normal(0, 0.85, n)[:, None] + rng.normal(0, 0.3, (n, q)))
    cost = np.exp(np.log(y).mean(axis=1) * 1.03 + np.abs(rng.normal(0, 0.3, n)))
    return cost[:, None] * np.exp(rng.normal(0, 0.2, (n, p))) * 1000, y


def _solved(sign, left, right, sums, objective):
    """The best value of a program over weights (and one free variable in front), or None."""
    kind, row = sums
    equations = (row[None, :], [1.0]) if kind == "vrs" else (None, None)
    if kind in {"nirs", "ndrs"}:
        turn = 1.0 if kind == "nirs" else -1.0
        left, right = np.vstack([left, turn * row]), np.append(right, turn)
    bounds = [(None, None)] + [(0, None)] * (left.shape[1] - 1)
    found = linprog(sign * objective, left, right, *equations, bounds=bounds, method="highs", options=PRECISE)
    return found.x if found.status == 0 else None


def by_linprog(x, y, x0, y0, orientation, returns):
    """Farrell's measure of a point, or None, by a general solver on the textbook program (every column by its mean)."""
    useful = y.max(axis=0) > 0
    if (y0[~useful] > 0).any() and orientation == "input":
        return None
    left_x, left_y = x / x.mean(axis=0), y[:, useful] / y[:, useful].mean(axis=0) if useful.any() else y[:, useful]
    own_x, own_y = x0 / x.mean(axis=0), y0[useful] / y[:, useful].mean(axis=0) if useful.any() else y0[useful]
    n, p = x.shape
    left, right = np.zeros((p + left_y.shape[1], n + 1)), np.zeros(p + left_y.shape[1])
    left[:p, 1:], left[p:, 1:] = left_x.T, -left_y.T
    if orientation == "input":
        left[:p, 0], right[p:] = -own_x, -own_y
    else:
        left[p:, 0], right[:p] = own_y, own_x
    objective = np.zeros(n + 1)
    objective[0] = 1
    if orientation == "output" and (y0[~useful] > 0).any():
        # Nothing of one output: the measure is 0 if any mixture may use that little.
        left, right = np.vstack([left, objective]), np.append(right, 0.0)
    sign = 1.0 if orientation == "input" else -1.0
    found = _solved(sign, left, right, (returns, np.append(0.0, np.ones(n))), objective)
    return None if found is None else float(found[0])


def slack_sum(x, y, x0, y0, farrell, orientation, returns):
    """The largest sum of slacks at the radial target, or None, by a general solver."""
    n = len(x)
    target_x, target_y = (farrell * x0, y0) if orientation == "input" else (x0, farrell * y0)
    scale = np.concatenate([x.mean(axis=0), y.mean(axis=0)])
    left = np.hstack([np.zeros((len(scale), 1)), np.vstack([x.T, -y.T]) / scale[:, None]])
    right = np.concatenate([target_x, -target_y]) / scale * (1 + np.sign(np.r_[target_x, -target_y]) * 1e-10)
    gain = np.append(0.0, y.sum(axis=1) - x.sum(axis=1)) / scale.max()
    found = _solved(-1.0, left, right, (returns, np.append(0.0, np.ones(n))), gain)
    return None if found is None else float(gain @ found * scale.max() + target_x.sum() - target_y.sum())
