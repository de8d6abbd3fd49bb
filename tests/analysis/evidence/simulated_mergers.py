"""Made-up accounts of municipalities until their merger, at the real number of merger processes."""

from __future__ import annotations

import numpy as np
import polars as pl

from verband.analysis.evidence.common_pot import OUTCOMES

YEARS = range(2017, 2025)
PROCESSES = {2019: (3, 2, 1, 3, 5, 7, 2, 3, 2, 2), 2021: (3, 1), 2022: (1, 2, 5, 2, 1), 2023: (3,)}
"""Vanishing municipalities per merger process and year, as in the national data."""


def before_mergers(seed, *, claim=0.0, by_share=0.0, controls=310, noise=120.0, shared=40.0, tilt=None, smaller=0.0):
    """Accounts until the merger: cost and equity with effects of size per year, and what a process has in common."""
    rng = np.random.default_rng(seed)
    slope = rng.normal(0, 30, len(YEARS)).cumsum() if tilt is None else tilt * np.arange(len(YEARS))
    rows = []

    def add(code, merger, process, share, common):
        size = rng.normal(10.2, 0.8) - (0.0 if merger is None else smaller)
        cost, equity = rng.normal(3_000, 400), rng.normal(1_500, 500)
        for place, year in enumerate(YEARS):
            if merger is not None and year >= merger:
                break
            last = merger is not None and year == merger - 1
            own = (claim + by_share * (1 - share) if last else 0.0) + common[place]
            level = cost + 100 * place + slope[place] * (size - 10.2)
            rows.append(
                (
                    *(code, year, float(np.exp(size)), merger, process, False, share),
                    level + own + rng.normal(0, noise),
                    equity + 40 * place - own + rng.normal(0, noise),
                )
            )

    for number in range(controls):
        add(f"C{number:03}", None, None, None, rng.normal(0, shared, len(YEARS)))
    for year, sizes in PROCESSES.items():
        for number, members in enumerate(sizes):
            common = rng.normal(0, shared, len(YEARS))
            for member in range(members):
                add(f"M{year}-{number}-{member}", year, f"{year} {number}", rng.uniform(0.1, 0.7), common)
    names = ["code", "year", "inhabitants", "merger", "process", "absorbing", "share", "cost_eur", "equity_eur"]
    types = [pl.String, pl.Int64, pl.Float64, pl.Int64, pl.String, pl.Boolean, *3 * [pl.Float64]]
    found = pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")
    others = [name for name in OUTCOMES.values() if name not in found.columns]
    return found.with_columns(
        *(pl.lit(None, dtype=pl.Float64).alias(name) for name in others), pl.lit(None, dtype=pl.Int64).alias("decided")
    )
