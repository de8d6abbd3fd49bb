"""Group-time effects of Callaway and Sant'Anna (2021), beside moderndid and diff-diff on the same panel in one run.

All three estimate every cohort at every time, with analytic errors, and the simple average; nobody draws a bootstrap. A
difference in any effect or error ends the run. After that the randomisation of a design with eight treated clusters,
which neither of them has.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import machine
from verband.analysis.event_study_errors import Clustering
from verband.analysis.event_study_few import Comparison, few_clusters
from verband.numerics.group_time import Panel, average, cell_plan, estimate_cells

Array = npt.NDArray[np.float64]
SAME = 1e-10
Found = tuple[dict[tuple[int, int], tuple[float, float]], tuple[float, float]]


def invented(units: int, periods: int, seed: int = 1) -> Panel:
    """A balanced panel: half never treated, the others from a period in the second half on."""
    rng = np.random.default_rng(seed)
    times = np.arange(1, periods + 1)
    cohort = np.where(rng.uniform(size=units) < 0.5, 0, rng.integers(periods // 2, periods + 1, units))
    outcome = rng.normal(size=(units, 1)) + np.cumsum(rng.normal(size=(units, periods)), axis=1)
    outcome += (cohort[:, None] > 0) & (times >= cohort[:, None])
    return Panel(outcome, times, cohort, np.zeros((units, periods, 0)))


def frame(panel: Panel) -> Any:
    """What both peers take."""
    import pandas as pd  # type: ignore[import-untyped]  # noqa: PLC0415

    units, periods = panel.outcome.shape
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), periods),
            "time": np.tile(panel.periods, units),
            "start": np.repeat(panel.cohort, periods),
            "y": panel.outcome.ravel(),
        }
    )


def ours(panel: Panel) -> Found:
    """Verband's own estimator."""
    groups = sorted({int(value) for value in panel.cohort} - {0})
    plan = cell_plan(panel.periods, groups, anticipation=0, base="varying")
    cells = estimate_cells(panel, plan, control="never", anticipation=0, method="regression")
    errors = np.sqrt(np.square(cells.influence).sum(axis=1))
    simple = average(cells, cells.time >= cells.group, panel.cohort)
    keys = zip(cells.group.tolist(), cells.time.tolist(), strict=True)
    effects = dict(zip(keys, zip(cells.effect.tolist(), errors.tolist(), strict=True), strict=True))
    return effects, (simple.estimate, float(np.linalg.norm(simple.influence)))


def by_moderndid(data: Any) -> Found:
    """The second library of the tests."""
    import moderndid  # noqa: PLC0415

    found = moderndid.att_gt(data=data, yname="y", tname="time", idname="unit", gname="start", boot=False)
    simple = moderndid.aggte(found, type="simple", boot=False, cband=False)
    cells = zip(found.groups, found.times, found.att_gt, found.se_gt, strict=True)
    return {(int(g), int(t)): (float(e), float(s)) for g, t, e, s in cells}, (
        float(simple.overall_att),
        float(simple.overall_se),
    )


def by_diff_diff(data: Any) -> Found:
    """The library that the command uses."""
    from diff_diff import CallawaySantAnna  # noqa: PLC0415

    found = CallawaySantAnna(estimation_method="reg").fit(data, "y", "unit", "time", "start")
    cells = found.group_time_effects.items()
    return {(int(g), int(t)): (float(item["effect"]), float(item["se"])) for (g, t), item in cells}, (
        float(found.overall_att),
        float(found.overall_se),
    )


def eight_clusters(seed: int = 2) -> tuple[Panel, Clustering]:
    """24 units in 8 clusters among 330 others, over 7 periods."""
    rng = np.random.default_rng(seed)
    sizes, starts = (2, 2, 3, 5, 4, 3, 3, 2), (5, 5, 5, 6, 6, 6, 7, 7)
    cluster = np.concatenate([np.repeat(np.arange(8), sizes), 8 + np.arange(330)])
    cohort = np.concatenate([np.repeat(starts, sizes), np.zeros(330, dtype=np.int64)])
    outcome = np.cumsum(rng.normal(size=(354, 7)), axis=1)
    outcome[(cohort[:, None] > 0) & (np.arange(1, 8) > cohort[:, None])] = np.nan
    return Panel(outcome, np.arange(1, 8), cohort, np.zeros((354, 7, 0))), Clustering(
        cluster, 338, named=True, few=True
    )


def require_same(own: Found, other: Found, name: str) -> None:
    """End the run where a peer finds something else."""
    if own[0].keys() != other[0].keys():
        raise SystemExit(f"{name} has other cells")
    pairs = [(own[0][key], other[0][key]) for key in own[0]] + [(own[1], other[1])]
    if (apart := max(abs(a - b) for left, right in pairs for a, b in zip(left, right, strict=True))) > SAME:
        raise SystemExit(f"{name} differs by {apart:.1e}: the two sides do not do the same")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="group-time effects, beside moderndid and diff-diff")
    parser.add_argument("--units", type=int, default=2000)
    parser.add_argument("--periods", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print(machine.describe())
    print(f"           moderndid {version('moderndid')}, diff-diff {version('diff-diff')}")
    panel = invented(options.units, options.periods)
    data = frame(panel)
    sides: dict[str, Callable[[], Found]] = {
        "Verband": lambda: ours(panel),
        "diff-diff": lambda: by_diff_diff(data),
        "moderndid": lambda: by_moderndid(data),
    }
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    found = {name: side() for name, side in sides.items()}  # the first turn loads the libraries and does not count
    for _ in range(options.repeats):
        for name, side in sides.items():
            began = time.perf_counter()
            found[name] = side()
            seconds[name].append(time.perf_counter() - began)
    for name in ("diff-diff", "moderndid"):
        require_same(found["Verband"], found[name], name)
    print(
        f"\n{len(found['Verband'][0])} group-time effects of {options.units} units over {options.periods} periods, "
        f"errors and the simple average; the quickest of {options.repeats} runs in turns; all the same within "
        f"{SAME:.0e}\n"
    )
    own = min(seconds["Verband"])
    for name, taken in seconds.items():
        more = "" if name == "Verband" else f"   {min(taken) / own:.1f} times as long"
        print(f"{name:12}{min(taken):9.4f} s{more}")
    panel, clustering = eight_clusters()
    plan = cell_plan(panel.periods, (5, 6, 7), anticipation=0, base="varying")
    counted = tuple(item for item in plan if panel.periods[item.time] == item.group)
    comparison = Comparison(panel, counted, (), "never", 0)
    began = time.perf_counter()
    few = few_clusters(comparison, clustering, level=0.95, draws=999, seed=1)
    print(
        f"\nEight treated clusters of 24 units among 330 others, randomisation and wild bootstrap of 999 draws: "
        f"{time.perf_counter() - began:.2f} s (p {few.randomisation_p_value:.3f} and {few.wild_p_value:.3f})"
    )


if __name__ == "__main__":
    main()
