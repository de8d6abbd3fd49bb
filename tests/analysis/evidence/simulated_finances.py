"""A panel of invented municipalities with planted trends and effects, for the tests of M15 and M16."""

from __future__ import annotations

import numpy as np
import polars as pl

YEARS = tuple(range(2017, 2025))


def panel(
    *,
    seed: int,
    burden_trend: tuple[float, float, float] = (0.0, 0.0, 0.0),
    room_trend: tuple[float, float, float] = (0.0, 0.0, 0.0),
    need_loads_on_room: float = 0.0,
    pay_per_solvency: float = 0.0,
    hired_per_solvency: float = 0.0,
    number: int = 240,
    feedback: float = 0.0,
) -> pl.DataFrame:
    """Rows as the gathering gives them.

    Trends are points a year of the small, medium and large group as fractions; effects are euro per inhabitant for one
    whole of solvency a year earlier; ``feedback`` is the solvency that a euro of own pay costs at the end of its year.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for place in range(number):
        group = (0, 1, 1, 2)[place % 4]
        size = float(np.exp(rng.uniform(*((8.5, 9.85), (9.95, 11.45), (11.55, 13.0))[group])))
        need, room_level, burden_level = rng.normal(0.2, 0.05), rng.normal(0.01, 0.01), rng.uniform(0.1, 0.3)
        room_level += need_loads_on_room * (need - 0.2)
        pay_level, hired_level, solvency_level = rng.normal(600, 80), rng.normal(130, 30), rng.uniform(0.2, 0.6)
        solvency = solvency_level
        # A municipality that grows over a bound must stay in its group.
        growth = rng.uniform(0.0, 0.04)
        for step, year in enumerate(YEARS):
            pay_shock, hired_shock = rng.normal(0, 12), rng.normal(0, 8)
            pay = pay_level + 20 * step + pay_per_solvency * (solvency - solvency_level) + pay_shock
            hired = hired_level + 6 * step + hired_per_solvency * (solvency - solvency_level) + hired_shock
            people = size * (1 + growth) ** step
            grant, levies = people * (1.5 + 0.1 * step), people * 0.35
            burden = burden_level + burden_trend[group] * step + 0.004 * (year % 3) + rng.normal(0, 0.01)
            room = room_level + room_trend[group] * step + 0.003 * (year % 2) + rng.normal(0, 0.01)
            lagged = solvency
            solvency = solvency_level + 0.5 * (solvency - solvency_level) + rng.normal(0, 0.04) - feedback * pay_shock
            rows.append(
                {
                    "code": f"GM{place:04}",
                    "year": year,
                    "inhabitants": people,
                    "paid_keur": burden * (grant + levies),
                    "general_grant_keur": grant,
                    "levies_keur": levies,
                    "specific_grants_keur": people * 0.8,
                    "income_keur": people * 4.0,
                    "cost_keur": people * 4.0,
                    "structural_room": room,
                    "solvency": solvency,
                    "net_result": lagged - solvency_level + rng.normal(0, 0.01),
                    "net_debt_ratio": 1 - solvency,
                    "hired_share": need + rng.normal(0, 0.01),
                    "arrangement_share": burden / 2,
                    "grant_need_eur": 1500 + 1000 * need,
                    "wages_keur": pay * people / 1000,
                    "hired_staff_keur": hired * people / 1000,
                    "outsourced": place % 40 == 7,
                    "partly_joint": False,
                    "doubtful_hiring": False,
                    "safety_region": f"region {(place // 4) % 25}",
                }
            )
    return pl.DataFrame(rows)


def outlook(rows: pl.DataFrame) -> pl.DataFrame:
    """What municipalities foresee: the accounts as budget, and four years on from the last."""
    budgets = rows.select(
        "code", pl.col("year").alias("budget_year"), "year", pl.lit("budget").alias("report_type"), "structural_room"
    )
    last = rows.filter(pl.col("year") == YEARS[-1])
    ahead = [
        last.select(
            "code",
            pl.col("year").alias("budget_year"),
            (pl.col("year") + step).alias("year"),
            pl.lit("estimate").alias("report_type"),
            pl.col("structural_room") - 0.001 * step,
        )
        for step in (1, 2, 3)
    ]
    return pl.concat([budgets, *ahead])
