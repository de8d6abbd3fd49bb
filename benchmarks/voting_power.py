"""Power in votes: how long the indices of small and of large votes take, beside a plain enumerator and a package.

Run with ``python -m benchmarks.voting_power``. The votes are invented at run time (log-normal weights). Each side
runs in a process of its own, in turns, and times itself without its start; indices that differ end the run with an
error. The enumerator looks at every coalition with numpy; the package is powerindex, generating functions in Python
lists. Both are left out where they would take hours: there are rows of Verband alone.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks import machine, measure

SAME = 1e-9
CASES: dict[str, tuple[int, int]] = {
    "16 members": (16, 100),
    "20 members": (20, 1000),
    "40 members, 200 votes": (40, 200),
    "342 members, 100,000 votes": (342, 100_000),
    "342 members, 1,000,000 votes": (342, 1_000_000),
}
SIDES: dict[str, list[tuple[str, str]]] = {
    "16 members": [("every coalition", "enumerator"), ("powerindex", "package"), ("Verband", "all")],
    "20 members": [("every coalition", "enumerator"), ("Verband", "all")],
    "40 members, 200 votes": [("powerindex", "package"), ("Verband", "all")],
    "342 members, 100,000 votes": [("Verband, Shapley-Shubik", "shapley"), ("Verband, Banzhaf", "banzhaf")],
    "342 members, 1,000,000 votes": [("Verband, Shapley-Shubik", "shapley"), ("Verband, Banzhaf", "banzhaf")],
    "30 members, any weights": [("Verband", "halves")],
    "30 members, any weights, two majorities": [("Verband", "two")],
}
LONG = ("342 members, 1,000,000 votes",)


def votes(members: int, total: int, seed: int = 1) -> tuple[list[int], int]:
    """Invent votes, and a quota of just over half."""
    import numpy as np  # noqa: PLC0415  the measuring process stays small

    weights = np.exp(np.random.default_rng(seed).normal(0, 0.85, members))
    whole = np.maximum(1, np.round(weights / weights.sum() * total)).astype(int).tolist()
    return whole, sum(whole) // 2 + 1


def by_enumeration(weights: list[int], quota: int) -> list[float]:
    """Shapley-Shubik by looking at every coalition."""
    from math import factorial  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415

    n = len(weights)
    sums, sizes = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    for weight in weights:
        sums, sizes = np.concatenate([sums, sums + weight]), np.concatenate([sizes, sizes + 1])
    order = np.array([factorial(size) * factorial(n - 1 - size) / factorial(n) for size in range(n)] + [0.0])
    found = []
    numbers = np.arange(2**n)
    for player, weight in enumerate(weights):
        decides = (sums < quota) & (sums >= quota - weight) & ((numbers >> player) % 2 == 0)
        found.append(float(order[sizes[decides]].sum()))
    return found


def timed(what: Callable[[], Any], repeats: int) -> tuple[list[float], Any]:
    """Seconds of each of some calls, and what the last returned."""
    seconds, answer = [], None
    for _ in range(repeats):
        began = time.perf_counter()
        answer = what()
        seconds.append(time.perf_counter() - began)
    return seconds, answer


def work(case: str, side: str) -> dict[str, Any]:
    """What one side does in a process of its own."""
    if side in ("halves", "two"):
        return _any_weights(2 if side == "two" else 1)
    weights, quota = votes(*CASES[case])
    if side == "enumerator":
        seconds, answer = timed(lambda: by_enumeration(weights, quota), 1)
        return {"seconds": seconds, "answer": answer}
    if side == "package":
        import powerindex  # noqa: PLC0415

        def ask() -> list[float]:
            game = powerindex.Game(quota, list(weights))
            game.calc_banzhaf()
            game.calc_shapley_shubik()
            return list(game.shapley_shubik)

        seconds, answer = timed(ask, 1)
        return {"seconds": seconds, "answer": answer}
    from verband.numerics.voting_power import quadrature  # noqa: PLC0415
    from verband.numerics.voting_power.game import exact_game  # noqa: PLC0415
    from verband.numerics.voting_power.power import power_indices  # noqa: PLC0415

    rows = [(weight,) for weight in weights]
    if side == "all":
        seconds, found = timed(lambda: power_indices(rows, [quota]), 5)
        return {"seconds": seconds, "answer": found.shapley_shubik.value.tolist()}
    game = exact_game(rows, [quota])
    index = quadrature.shapley_shubik if side == "shapley" else quadrature.banzhaf
    seconds, _ = timed(lambda: index(game.weights, game.room()), 1 if case in LONG and side == "shapley" else 3)
    return {"seconds": seconds, "answer": []}


def _any_weights(majorities: int) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415

    from verband.numerics.voting_power.power import power_indices  # noqa: PLC0415

    rng = np.random.default_rng(1)
    rows = rng.lognormal(3, 1, (30, majorities)).round(9).tolist()
    quotas = [sum(row[axis] for row in rows) * 0.55 for axis in range(majorities)]
    seconds, _ = timed(lambda: power_indices(rows, quotas), 3)
    return {"seconds": seconds, "answer": []}


def _run(case: str, side: str) -> tuple[list[float], measure.Run, list[float]]:
    with tempfile.TemporaryDirectory(prefix="verband-bench-") as name:
        told = Path(name) / "told.json"
        words = [sys.executable, "-m", "benchmarks.voting_power", "--case", case, "--side", side, "--told", str(told)]
        run = measure.run_once(words)
        found = json.loads(told.read_text())
    return found["seconds"], run, found["answer"]


def _compare(case: str, sides: list[tuple[str, str]], repeats: int) -> None:
    seconds: dict[str, list[float]] = {name: [] for name, _ in sides}
    peaks = {name: 0.0 for name, _ in sides}
    answers: dict[str, list[float]] = {}
    for _ in range(repeats):
        for name, side in sides:
            found, run, answers[name] = _run(case, side)
            seconds[name] += found
            peaks[name] = max(peaks[name], run.peak_mb)
    told = [answer for answer in answers.values() if answer]
    for other in told[1:]:
        worst = max(abs(a - b) for a, b in zip(told[0], other, strict=True))
        if worst > SAME:
            raise SystemExit(f"indices differ by up to {worst:.1e}: nothing can be said about their speed")
    peer = min(next(iter(seconds.values()))) if len(told) > 1 else None
    rows = [
        (name, str(len(values)), f"{min(values):.4f}", f"{statistics.median(values):.4f}", f"{peaks[name]:.0f}",
         "" if peer is None else f"{peer / min(values):.0f}")
        for name, values in seconds.items()
    ]  # fmt: skip
    print(f"\n{case}\n")
    print(measure.table(rows, ("", "runs", "min s", "median s", "peak MB", "times quicker (min)")))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="power in votes, beside a plain enumerator and a package")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--told", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        options.told.write_text(json.dumps(work(options.case, options.side)))
        return
    print(machine.describe())
    try:
        print(f"Peer       powerindex {version('powerindex')}")
        without: tuple[str, ...] = ()
    except PackageNotFoundError:
        print("Peer       powerindex is not installed: left out")
        without = ("package",)
    for case, sides in SIDES.items():
        _compare(case, [item for item in sides if item[1] not in without], options.repeats)


if __name__ == "__main__":
    main()
