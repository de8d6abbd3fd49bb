"""Frontiers: efficiency of many units, and the bootstrap, beside scipy's HiGHS unit by unit.

Run with ``python -m benchmarks.frontier``. The units are invented at run time (a smooth frontier, sizes over three
orders of magnitude). The peer solves the textbook program of each unit with ``scipy.optimize.linprog``; of what was
tried (simplex and interior point, with and without presolving, dense and sparse, envelopment and multiplier form) the
dual simplex without presolving on dense arrays was the quickest by far, on columns that are scaled beforehand. Each
side runs in a process of its own, in turns, and times itself without its start; scores that differ end the run with an
error. The bootstrap of the peer would take an hour: it solves the first few of the same replications.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import machine, measure

SAME = 1e-6


def units(count: int, seed: int = 1) -> tuple[Any, Any]:
    """Invent one input, shape (n, 1), and five outputs, shape (n, 5)."""
    import numpy as np  # noqa: PLC0415  the measuring process stays small

    rng = np.random.default_rng(seed)
    outputs = np.exp(rng.normal(0, 0.85, count)[:, None] + rng.normal(0, 0.3, (count, 5)))
    cost = np.exp(np.log(outputs).mean(axis=1) * 1.03 + np.abs(rng.normal(0, 0.3, count)))
    return 1000 * cost[:, None], outputs * [1, 10, 100, 1000, 5]


def by_scipy(reference: tuple[Any, Any], points: tuple[Any, Any]) -> list[float]:
    """Input efficiency of points under variable returns, one program at a time."""
    import numpy as np  # noqa: PLC0415
    from scipy.optimize import linprog  # noqa: PLC0415

    scales = [side.mean(axis=0) for side in reference]
    (x, y), (own_x, own_y) = ([side / scale for side, scale in zip(item, scales, strict=True)]
                              for item in (reference, points))  # fmt: skip
    n, p = x.shape
    left, right, cost = np.zeros((p + y.shape[1], n + 1)), np.zeros(p + y.shape[1]), np.zeros(n + 1)
    left[:p, 1:], left[p:, 1:], cost[0] = x.T, -y.T, 1.0
    sums = np.append(0.0, np.ones(n))[None, :]
    found = []
    for row in range(len(own_x)):
        left[:p, 0], right[p:] = -own_x[row], -own_y[row]
        answer: Any = linprog(cost, left, right, sums, [1.0], method="highs-ds", options={"presolve": False})
        found.append(float(answer.x[0]))
    return found


def timed(what: Callable[[], Any], repeats: int) -> tuple[list[float], Any]:
    """Seconds of each of some calls, and what the last returned."""
    seconds, answer = [], None
    for _ in range(repeats):
        began = time.perf_counter()
        answer = what()
        seconds.append(time.perf_counter() - began)
    return seconds, answer


def work(options: argparse.Namespace) -> dict[str, Any]:
    """What one side does in a process of its own."""
    from verband.numerics.envelopment.bootstrap import Replications, bootstrap, silverman_bandwidth  # noqa: PLC0415
    from verband.numerics.envelopment.efficiency import efficiencies, farrell_measures  # noqa: PLC0415
    from verband.numerics.envelopment.technology import Units  # noqa: PLC0415

    x, y = units(options.units)
    checked = Units.checked(x, y)
    if options.side == "scipy scores":
        seconds, answer = timed(lambda: by_scipy((x, y), (x, y)), 1)
        return {"seconds": seconds, "answer": answer}
    if options.side == "scores":
        seconds, answer = timed(lambda: farrell_measures(checked, "input", "vrs"), 5)
        return {"seconds": seconds, "answer": answer.tolist()}
    if options.side == "slacks":
        seconds, answer = timed(lambda: efficiencies(x, y), 5)
        return {"seconds": seconds, "answer": answer.farrell.tolist()}
    if options.side == "bootstrap":
        seconds, _ = timed(
            lambda: bootstrap(x, y, seed=1, replications=options.replications, workers=options.workers), 1
        )
        return {"seconds": seconds, "answer": []}
    distance = 1 / farrell_measures(checked, "input", "vrs")
    source = Replications(checked, distance, silverman_bandwidth(distance), "input", "vrs", 1)
    moved = [source.moved(number) for number in range(options.peer_replications)]
    seconds, answer = timed(lambda: [by_scipy((item.inputs, item.outputs), (x, y)) for item in moved], 1)
    own = 1 / source.draw(range(options.peer_replications))
    differs(own.ravel().tolist(), [value for item in answer for value in item])
    return {"seconds": [seconds[0] * options.replications / options.peer_replications], "answer": []}


def differs(one: list[float], two: list[float]) -> None:
    """End the run if two lists of scores differ."""
    worst = max((abs(a - b) for a, b in zip(one, two, strict=True)), default=0.0)
    if worst > SAME:
        raise SystemExit(f"scores differ by up to {worst:.1e}: nothing can be said about their speed")


def _run(side: str, count: int, options: argparse.Namespace) -> tuple[list[float], measure.Run, list[float]]:
    with tempfile.TemporaryDirectory(prefix="verband-bench-") as name:
        told = Path(name) / "told.json"
        words = [
            sys.executable,
            "-m",
            "benchmarks.frontier",
            "--side",
            side,
            "--units",
            str(count),
            "--told",
            str(told),
        ]
        for key in ("replications", "peer_replications", "workers"):
            words += [f"--{key.replace('_', '-')}", str(getattr(options, key))]
        run = measure.run_once(words)
        found = json.loads(told.read_text())
    return found["seconds"], run, found["answer"]


def _compare(title: str, count: int, sides: dict[str, str], options: argparse.Namespace) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    peaks = dict.fromkeys(sides, 0.0)
    answers: dict[str, list[float]] = {}
    for _ in range(options.repeats):
        for name, side in sides.items():
            found, run, answers[name] = _run(side, count, options)
            seconds[name] += found
            peaks[name] = max(peaks[name], run.peak_mb)
    first, *rest = answers.values()
    for other in rest:
        differs(first, other)
    peer = min(next(iter(seconds.values())))
    rows = [
        (name, str(len(values)), f"{min(values):.3f}", f"{statistics.median(values):.3f}", f"{peaks[name]:.0f}",
         f"{peer / min(values):.0f}")
        for name, values in seconds.items()
    ]  # fmt: skip
    print(f"\n{title}\n")
    print(measure.table(rows, ("", "runs", "min s", "median s", "peak MB", "times quicker (min)")))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="efficiency against a frontier, beside scipy unit by unit")
    parser.add_argument("--units", type=int, default=2736)
    parser.add_argument("--bootstrap-units", type=int, default=342)
    parser.add_argument("--replications", type=int, default=2000)
    parser.add_argument("--peer-replications", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--told", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        options.told.write_text(json.dumps(work(options)))
        return
    print(machine.describe())
    print(f"Peer       scipy {version('scipy')} with its own HiGHS")
    _compare(
        f"Variable returns, input orientation: {options.units} units, 1 input, 5 outputs",
        options.units,
        {"scipy, unit by unit": "scipy scores", "Verband, scores": "scores", "Verband, slacks and peers too": "slacks"},
        options,
    )
    _compare(
        f"Bootstrap: {options.replications} replications of {options.bootstrap_units} units, {options.workers} workers "
        f"(scipy: {options.peer_replications} replications, scaled up)",
        options.bootstrap_units,
        {"scipy, unit by unit": "scipy bootstrap", "Verband": "bootstrap"},
        options,
    )


if __name__ == "__main__":
    main()
