"""How long a stochastic frontier takes, beside statsmodels on the same data.

Run with ``python -m benchmarks.stochastic_frontier``. The peer is a normal/half-normal frontier written as a
``GenericLikelihoodModel`` of statsmodels, which takes its gradient and Hessian by differences. It has the best
settings that were found: the density is vectorised over rows with ``log_ndtr``, the scale parameters are free of
bounds, it starts from corrected least squares as Verband does, and of the optimisers the quickest that reaches the
maximum counts. Its standard errors are part of the work on both sides. Where statsmodels is not installed a line says
so and Verband runs alone; a difference in the estimates is an error.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import machine
from verband.numerics.stochastic_frontier import cross_section_frontier

Array = npt.NDArray[np.float64]
Fit = tuple[float, Array, Array]
"""Log-likelihood, coefficients and their standard errors."""
OPTIMISERS = ("bfgs", "lbfgs", "newton")
SAME = 1e-4


def invented(rows: int, columns: int) -> tuple[Array, Array]:
    """A half-normal production frontier with known parameters."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(rows, columns))
    y = 1 + x @ np.linspace(0.1, 0.8, columns) + 0.2 * rng.normal(size=rows) - 0.3 * np.abs(rng.normal(size=rows))
    return y, x


def _verband(y: Array, x: Array) -> Fit:
    fit = cross_section_frontier(y, x)
    every = [fit.intercept, *fit.coefficients]
    values = np.array([item.value for item in every], dtype=np.float64)
    errors = np.array([item.standard_error for item in every], dtype=np.float64)
    return fit.log_likelihood, values, errors


def _peer(optimiser: str) -> Callable[[Array, Array], Fit]:
    from scipy.special import log_ndtr  # noqa: PLC0415

    model_class: Any = importlib.import_module("statsmodels.base.model").GenericLikelihoodModel

    class Frontier(model_class):  # type: ignore[misc]
        def loglikeobs(self, params: Array) -> Array:
            residuals = self.endog - self.exog @ params[:-2]
            sigma_sq, ratio = np.exp(params[-2]), np.exp(0.5 * params[-1])
            scaled = residuals / np.sqrt(sigma_sq)
            found: Array = -0.5 * np.log(0.5 * np.pi * sigma_sq) - 0.5 * scaled**2 + log_ndtr(-ratio * scaled)
            return found

    def fit(y: Array, x: Array) -> Fit:
        design = np.column_stack([np.ones(len(y)), x])
        least_squares = np.linalg.lstsq(design, y, rcond=None)[0]
        variance = float(np.mean((y - design @ least_squares) ** 2))
        best: tuple[float, Array] | None = None
        model = Frontier(y, design, extra_params_names=["log_sigma_sq", "logit_gamma"])
        for gamma in np.arange(0.1, 0.95, 0.1):
            sigma_sq = variance / (1 - 2 * gamma / np.pi)
            moved = least_squares.copy()
            moved[0] += np.sqrt(2 * gamma * sigma_sq / np.pi)
            start = np.concatenate([moved, [np.log(sigma_sq), np.log(gamma / (1 - gamma))]])
            value = float(model.loglikeobs(start).sum())
            if best is None or value > best[0]:
                best = (value, start)
        assert best is not None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result: Any = model.fit(start_params=best[1], method=optimiser, maxiter=500, disp=False)
        return float(result.llf), np.asarray(result.params[:-2]), np.asarray(result.bse[:-2])

    return fit


def _in_turns(
    sides: dict[str, Callable[[Array, Array], Fit]], y: Array, x: Array, repeats: int
) -> dict[str, tuple[float, Fit]]:
    """The quickest of several runs of each side, in turns, so that a busy moment falls on all."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    found = {}
    for _ in range(repeats):
        for name, fit in sides.items():
            began = time.perf_counter()
            found[name] = fit(y, x)
            seconds[name].append(time.perf_counter() - began)
    return {name: (min(taken), found[name]) for name, taken in seconds.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="a stochastic frontier, beside statsmodels")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=10)
    options = parser.parse_args()
    print(machine.describe())
    has_peer = importlib.util.find_spec("statsmodels") is not None
    print(f"           scipy {version('scipy')}, statsmodels {version('statsmodels') if has_peer else 'not installed'}")
    y, x = invented(options.rows, options.columns)
    print(
        f"\nHalf-normal production frontier, {options.rows} rows, {options.columns} regressors, with standard errors; "
        f"the quickest of {options.repeats} runs in turns\n"
    )
    sides = {"Verband": _verband} | ({name: _peer(name) for name in OPTIMISERS} if has_peer else {})
    _in_turns(sides, y[:200], x[:200], 1)
    results = _in_turns(sides, y, x, options.repeats)
    ours, (value, coefficients, errors) = results.pop("Verband")
    print(f"{'Verband':22}{ours:9.4f} s   log-likelihood {value:.6f}")
    if not has_peer:
        print("statsmodels is NOT INSTALLED: nothing to compare with (pip install statsmodels)")
        return
    reached = []
    for name, (seconds, (other, theirs, their_errors)) in results.items():
        if other > value + SAME:
            raise SystemExit(f"statsmodels found a higher maximum ({other:.6f}): the two sides do not do the same")
        agrees = abs(other - value) < SAME and float(np.abs(theirs - coefficients).max()) < SAME
        words = "did not reach the maximum"
        if agrees:
            reached.append(seconds)
            apart = float(np.abs(their_errors / errors - 1).max())
            words = f"{seconds / ours:.0f} times as long; standard errors within {apart:.0e}"
        print(f"{f'statsmodels, {name}':22}{seconds:9.4f} s   log-likelihood {other:.6f}   {words}")
    if not reached:
        raise SystemExit("statsmodels did not reach the maximum with any optimiser")
    print(f"\nThe quickest peer takes {min(reached) / ours:.1f} times as long")


if __name__ == "__main__":
    main()
