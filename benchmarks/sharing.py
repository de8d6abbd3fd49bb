"""Fair shares: Shapley value and nucleolus of tables beside peers, and the Shapley value of all municipalities.

Run with ``python -m benchmarks.sharing``. Games are invented at run time. Peers: shapiq's exact computer for the
Shapley value, which gets the whole table as an array it looks coalitions up in; and for the nucleolus successive
linear programs with all coalitions as rows by scipy's HiGHS, where coalitions that earlier ones settle are dropped.
Of what was tried (dual simplex, interior point and HiGHS' own choice, with and without presolving) the dual simplex
without presolving was the quickest. Both sides have one thread for linear algebra, run in turns in processes of their
own, and time themselves without their start; shares that differ end the run with an error.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import machine, measure

SAME = 1e-6


def costs(players: int, seed: int = 1) -> Any:
    """Invent the cost of every coalition: cheaper in larger groups, with some of it by chance."""
    import numpy as np  # noqa: PLC0415  the measuring process stays small

    rng = np.random.default_rng(seed)
    masks = np.arange(1 << players)
    weight = np.zeros(1 << players)
    for player, own in enumerate(np.exp(rng.normal(0, 0.7, players))):
        weight += np.where(masks >> player & 1, own, 0.0)
    found = (1 + weight) ** 0.8 * rng.uniform(0.9, 1.1, 1 << players)
    found[0] = 0.0
    return found


def by_shapiq(cost: Any, players: int) -> Callable[[], Any]:
    """The Shapley value by shapiq; its import is not counted."""
    import numpy as np  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shapiq  # noqa: PLC0415
    bits = 1 << np.arange(players)

    def worth(rows: Any) -> Any:
        return cost[np.asarray(rows, dtype=np.int64) @ bits]

    def run() -> Any:
        return shapiq.ExactComputer(worth, players)(index="SV", order=1).get_n_order_values(1)

    return run


def by_programs(cost: Any, players: int) -> Any:
    """The prenucleolus by successive programs over all coalitions."""
    import numpy as np  # noqa: PLC0415
    from scipy.optimize import linprog  # noqa: PLC0415

    masks = np.arange(1, (1 << players) - 1)
    rows = ((masks[:, None] >> np.arange(players)) & 1).astype(float)
    fixed, sums = np.ones((1, players)), np.array([cost[-1]])
    solver: Any = linprog
    while np.linalg.matrix_rank(fixed) < players:
        basis, _ = np.linalg.qr(fixed.T)
        loose = np.linalg.norm(rows - rows @ basis @ basis.T, axis=1) > 1e-7
        masks, rows = masks[loose], rows[loose]
        found = solver(
            np.append(np.zeros(players), 1.0),
            np.hstack([rows, -np.ones((len(rows), 1))]),
            cost[masks],
            np.hstack([fixed, np.zeros((len(fixed), 1))]),
            sums,
            bounds=(None, None),
            method="highs-ds",
            options={"presolve": False},
        )
        for row in np.flatnonzero(found.ineqlin.marginals < -1e-9):
            more = np.vstack([fixed, rows[row]])
            if np.linalg.matrix_rank(more) == len(more):
                fixed, sums = more, np.append(sums, cost[masks[row]] + found.x[-1])
    return np.linalg.solve(fixed, sums)


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
    import numpy as np  # noqa: PLC0415

    from verband.analysis.sharing import formula_game  # noqa: PLC0415
    from verband.numerics.cooperative_games.games import TableGame  # noqa: PLC0415
    from verband.numerics.cooperative_games.nucleolus import prenucleolus  # noqa: PLC0415
    from verband.numerics.cooperative_games.shapley import shapley  # noqa: PLC0415
    from verband.numerics.cooperative_games.shapley_sampling import sampled_shapley  # noqa: PLC0415
    from verband.numerics.cooperative_games.shapley_weights import shapley_of_weights  # noqa: PLC0415

    if options.side.startswith("many"):
        weights = np.exp(np.random.default_rng(1).normal(10.4, 0.85, options.players)).round()
        unit = {"many exact": 1000.0, "many rounded": 1.0, "many sampled": 1.0}[options.side]
        given = {f"M{number}": float(round(weight / unit) * unit) for number, weight in enumerate(weights)}
        game: Any = formula_game(given, "250000 + 9.5 * weight ** 0.9 + 5000 * members").game
        if options.side == "many sampled":
            seconds, found = timed(lambda: sampled_shapley(game, seed=1), 1)
            return {"seconds": seconds, "answer": [], "off": float((found.high - found.low).max() / 2)}
        asked = None if options.side == "many exact" else 1000.0
        seconds, found = timed(lambda: shapley_of_weights(game, unit=asked), 1)
        return {"seconds": seconds, "answer": [], "off": float(found.bound.max())}
    cost = costs(options.players)
    by_programs(costs(3), 3)  # what is loaded at the first call is no part of the time
    prenucleolus(TableGame(costs(3)))
    sides: dict[str, tuple[Callable[[], Any], int]] = {
        "shapley": (lambda: shapley(TableGame(cost)), 5),
        "nucleolus": (lambda: prenucleolus(TableGame(cost)).shares, 5),
        "programs": (lambda: by_programs(cost, options.players), 1),
    }
    what, repeats = (by_shapiq(cost, options.players), 1) if options.side == "shapiq" else sides[options.side]
    seconds, answer = timed(what, repeats)
    return {"seconds": seconds, "answer": [float(value) for value in answer], "off": 0.0}


def _run(side: str, players: int) -> tuple[dict[str, Any], measure.Run]:
    with tempfile.TemporaryDirectory(prefix="verband-bench-") as name:
        told = Path(name) / "told.json"
        words = [sys.executable, "-m", "benchmarks.sharing", "--side", side, "--players", str(players)]
        run = measure.run_once([*words, "--told", str(told)])
        found: dict[str, Any] = json.loads(told.read_text())
    return found, run


def differs(one: list[float], two: list[float]) -> None:
    """End the run if two lists of shares differ."""
    worst = max((abs(a - b) for a, b in zip(one, two, strict=True)), default=0.0)
    if worst > SAME:
        raise SystemExit(f"shares differ by up to {worst:.1e}: nothing can be said about their speed")


def _compare(title: str, players: int, sides: dict[str, str], repeats: int) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    peaks = dict.fromkeys(sides, 0.0)
    answers: dict[str, list[float]] = {}
    for _ in range(repeats):
        for name, side in sides.items():
            found, run = _run(side, players)
            seconds[name] += found["seconds"]
            answers[name] = found["answer"]
            peaks[name] = max(peaks[name], run.peak_mb)
    first, *rest = answers.values()
    for other in rest:
        differs(first, other)
    peer = min(next(iter(seconds.values())))
    rows = [
        (name, str(len(values)), f"{min(values):.4f}", f"{statistics.median(values):.4f}", f"{peaks[name]:.0f}",
         f"{peer / min(values):.0f}")
        for name, values in seconds.items()
    ]  # fmt: skip
    print(f"\n{title}\n")
    print(measure.table(rows, ("", "runs", "min s", "median s", "peak MB", "times quicker (min)")))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="shares of cooperative games, beside shapiq and plain programs")
    parser.add_argument("--players", type=int, default=20)
    parser.add_argument("--nucleolus-players", type=int, nargs="+", default=[12, 16])
    parser.add_argument("--members", type=int, default=342)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--told", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        options.told.write_text(json.dumps(work(options)))
        return
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    print(machine.describe())
    print(f"Peers      shapiq {version('shapiq')}, scipy {version('scipy')} with its own HiGHS")
    _compare(
        f"Shapley value of a table of {options.players} players",
        options.players,
        {"shapiq, exact computer": "shapiq", "Verband": "shapley"},
        1 if options.players > 16 else options.repeats,
    )
    for players in options.nucleolus_players:
        _compare(
            f"Prenucleolus of a table of {players} players, verified by Kohlberg's criterion on our side",
            players,
            {"programs over all coalitions": "programs", "Verband": "nucleolus"},
            1 if players > 12 else options.repeats,
        )
    rows = []
    for name, side in (("whole thousands, exact", "many exact"), ("rounded to 1,000", "many rounded"),
                       ("200 random orders", "many sampled")):  # fmt: skip
        found, run = _run(side, options.members)
        rows.append((name, f"{found['seconds'][0]:.2f}", f"{run.peak_mb:.0f}", f"{found['off']:.3g}"))
    print(f"\nShapley value of {options.members} members by a formula of weight and number\n")
    print(measure.table(rows, ("", "s", "peak MB", "off by at most, euro")))


if __name__ == "__main__":
    main()
