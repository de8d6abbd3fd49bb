"""Continuity of 100 functions pooled over 25 partners: ``python -m benchmarks.continuity``.

Three questions: partners that all keep to the defaults, partners with rates of their own in every function, and all
tables alone. The peer solves single functions from the chain in which every holder is told apart, with scipy's dense
matrix exponential; the figures of both must agree, or the run ends with an error. The peer can do no more than a few
holders: its chain has 5 to the power of their number states, 10^17 for 25.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402  after the number of threads

from benchmarks import machine, measure  # noqa: E402
from verband.analysis.continuity import Continuity, ContinuityQuestion, answer_continuity, answer_pools  # noqa: E402
from verband.analysis.continuity_periods import Gaps  # noqa: E402
from verband.analysis.continuity_pooling import Pool, pooled  # noqa: E402
from verband.analysis.continuity_question import StaffedFunction, functions_from  # noqa: E402
from verband.numerics.threads import one_thread  # noqa: E402

SAME = 1e-7


def table(functions: int, seed: int, *, own_rates: bool) -> tuple[StaffedFunction, ...]:
    """Invented functions with one to three holders."""
    rng = np.random.default_rng(seed)
    holders = rng.integers(1, 4, functions)
    columns: dict[str, Any] = {
        "function": [f"function {number}" for number in range(functions)],
        "holders": holders,
        "required": np.minimum(holders, rng.choice([1, 1, 1, 2], functions)),
    }
    if own_rates:
        columns["short_absences_per_year"] = rng.uniform(0.8, 1.6, functions)
        columns["long_absences_per_year"] = rng.uniform(0.05, 0.2, functions)
    return functions_from(columns)


def by_scipy(function: StaffedFunction) -> tuple[float, float]:
    """Gap share and the length that one gap in ten exceeds, holder by holder."""
    from scipy.linalg import expm  # noqa: PLC0415  the peer
    from scipy.optimize import brentq  # noqa: PLC0415

    component = function.component()
    stages = [(kind, at) for kind, means in enumerate(component.stages) for at in range(len(means))]
    q = np.zeros((1 + len(stages), 1 + len(stages)))
    for number, (kind, at) in enumerate(stages, start=1):
        if at == 0:
            q[0, number] = component.rates[kind]
        q[number, 0 if at == len(component.stages[kind]) - 1 else number + 1] = 1 / component.stages[kind][at]
    q -= np.diag(q.sum(axis=1))
    whole, up = np.zeros((1, 1)), np.zeros(1)
    for _ in range(function.persons):
        whole = np.kron(whole, np.eye(len(q))) + np.kron(np.eye(len(whole)), q)
        up = np.add.outer(up, np.eye(len(q))[0]).ravel()
    share = np.linalg.lstsq(np.vstack([whole.T, np.ones(len(whole))]), np.eye(len(whole) + 1)[-1], rcond=None)[0]
    few = up < function.required
    begin = share[~few] @ whole[np.ix_(~few, few)]
    within, ones = whole[np.ix_(few, few)], np.ones(few.sum())
    longest = brentq(lambda t: begin / begin.sum() @ expm(within * t) @ ones - 0.1, 0.01, 5000)
    return float(share[few].sum()), float(longest)


def by_verband(function: StaffedFunction) -> tuple[float, float]:
    """The same by Verband."""
    pool = Pool((function,))
    gaps = Gaps(pool.system(), pool.bridging("fixed"))
    return gaps.share, gaps.ninetieth().value or 0.0


def timed(what: Callable[[], Any], repeats: int) -> tuple[list[float], Any]:
    """Seconds of each call, and what the last returned."""
    seconds, answer = [], None
    for _ in range(repeats):
        began = time.perf_counter()
        answer = what()
        seconds.append(time.perf_counter() - began)
    return seconds, answer


def row(name: str, seconds: list[float]) -> tuple[str, ...]:
    """A row of the printed table."""
    return name, str(len(seconds)), f"{min(seconds):.3f}", f"{statistics.median(seconds):.3f}"


def _together(question: ContinuityQuestion, tables: list[tuple[StaffedFunction, ...]]) -> Continuity:
    return answer_pools(question, pooled(tables))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="continuity of pooled functions")
    parser.add_argument("--functions", type=int, default=100)
    parser.add_argument("--partners", type=int, default=25)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    question, rows = ContinuityQuestion(), []
    for own_rates, words in ((False, "default rates"), (True, "rates of their own")):
        tables = [table(options.functions, seed, own_rates=own_rates) for seed in range(options.partners)]
        title = f"{options.functions} functions, {options.partners} partners, {words}"
        together = timed(partial(_together, question, tables), options.repeats)[0]
        every = timed(partial(answer_continuity, question, tables[0], tables[1:]), 1)[0]
        rows += [row(f"{title}: pooled", together), row(f"{title}: own, others and pooled", every)]
    few = [function for function in table(60, 99, own_rates=True) if function.holders <= 2][:10]
    with one_thread():
        ours, mine = timed(lambda: [by_verband(function) for function in few], options.repeats)
        theirs, peer = timed(lambda: [by_scipy(function) for function in few], 2)
    apart = max(abs(a / b - 1) for one, two in zip(mine, peer, strict=True) for a, b in zip(one, two, strict=True))
    if apart > SAME:
        raise SystemExit(f"figures differ by up to {apart:.1e}: nothing can be said about their speed")
    rows += [row(f"{len(few)} functions of 1 or 2 holders: Verband", ours), row("the same: scipy", theirs)]
    print(machine.describe())
    print(f"\nBeside scipy, holder by holder: {min(theirs) / min(ours):.0f} times quicker\n")
    print(measure.table(rows, ("", "runs", "min s", "median s")))


if __name__ == "__main__":
    main()
