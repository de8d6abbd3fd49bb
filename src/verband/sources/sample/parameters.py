"""The truth that is planted in the sample, so that an analysis can be held against it.

Cost of task ``k`` in municipality ``i`` and year ``t``, thousand euro:
``base_k (N_ref / 1000) exp(elasticity_k m + curvature_k m^2) price_t exp(need_effect need_i [main task 6])
exp(driver_effect x_i) exp(u_i + u_ik + e_ikt)`` with ``m = ln(N_it / N_ref)``, for what the municipality does itself;
what it does through an arrangement is the same without ``u`` and ``e``, shared by the arrangement's key. A merged
municipality follows the same function at its own size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, log

from verband.sources.sample.data_files import table


def _elasticities() -> Mapping[str, float]:
    return {row["task"]: float(row["elasticity"]) for row in table("tasks")}


@dataclass(frozen=True, slots=True)
class DriverEffect:
    """A cost driver that makes a main task dearer.

    It goes with size (addresses stand closer where more people live), so an estimate that leaves it out is shifted.

    Attributes
    ----------
    main_task, driver
        As in ``domain/reference/cost_drivers.csv``.
    coefficient
        Effect of one unit of the driver, a logarithm, on the log cost of every task of the main task. Through an
        arrangement that is shared by inhabitants (7.1) it reaches all members alike.
    """

    main_task: str
    driver: str
    coefficient: float


@dataclass(frozen=True, slots=True)
class CostDrift:
    """An arrangement whose contributions grow faster than its index.

    Attributes
    ----------
    arrangement
        Number of the arrangement.
    rate
        Extra growth per year, as a fraction.
    base_year
        Last year without it.
    """

    arrangement: int
    rate: float
    base_year: int


@dataclass(frozen=True, slots=True)
class BestAlternative:
    """The alternative that is cheapest by construction for one municipality and task.

    Work that several do together costs what the cost function says for the inhabitants of all of them, and is shared by
    use or by inhabitants; what an arrangement leaves to its members (one minus ``through``) costs what it costs alone.
    By either key this alternative beats doing it alone, the other arrangements for the task, any municipality that does
    it for this one, and a new arrangement of those outside. A merger is about all tasks and is no alternative for one.
    The contributions do not show the saving: members pay what they would cost alone, so that a task has one elasticity
    inside and outside arrangements.

    Attributes
    ----------
    municipality, task
        Code and Iv3 task.
    kind
        Kind of alternative ("join").
    arrangement
        Number of the arrangement to join.
    """

    municipality: str
    task: str
    kind: str
    arrangement: int


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything that was planted.

    Attributes
    ----------
    elasticity
        Per task (codes of 2017-2022), elasticity of cost with respect to inhabitants, where it has a curvature that at
        the reference size. Tasks of the drifting and the unfair arrangement (6.4 and 5.5) follow it only for
        municipalities outside those two.
    curvature
        Per task, coefficient of the squared logarithm of size; 0 for all others. Such a task has a cheapest scale.
    reference_inhabitants
        Size at which a task costs its base amount per inhabitant.
    need_effect
        Effect of one unit of need (standard normal over municipalities) on the log cost of main task 6; need shows
        in the grant volume of benefit recipients, per inhabitant and whatever the size.
    driver_effects
        The drivers that cost depends on, besides need.
    municipality_sd, task_sd, noise_sd
        Standard deviations of ``u_i`` (dear or cheap in all tasks), ``u_ik`` (in one task) and ``e_ikt``: variances of
        0.0009, 0.0016 and 0.0009, so that over the years two tasks of a municipality have about a third of their
        variance in common.
    price_growth
        Growth of all cost per year, as a fraction.
    shocks
        Factor on one task from the first year up to and including the second: (task, first, last, factor).
    claim
        Extra log cost of the claim tasks in the last accounts before a merger, times one minus the share in the
        inhabitants of the merged municipality (also where that keeps the code); it is paid from reserves in full. What
        runs through an arrangement has no claim.
    claim_tasks
        The tasks on which it shows.
    hiring_share, hiring_per_solvency
        Hired staff as a share of (hired + own pay) at a solvency of 0.35 the year before, and its change per unit
        of solvency.
    budgeted_hiring
        Share of the hired staff that a budget shows.
    drift
        The arrangement with a cost drift.
    unfair_key
        Number of the arrangement whose small members would gain by leaving.
    outsourced
        Municipalities whose staff works for an operating organisation.
    best_alternative
        The alternative that is best by construction.
    price_elasticity
        Elasticity of the price of a unit with respect to the volume bought, alone or together; buying together has no
        discount beside that of its volume.
    buyer_sd, price_sd
        Standard deviations of the log price: of a buyer in all it buys, and of one purchase.
    quality_gain
        Per task, how much better it is done through an arrangement, in the spread of its indicator; 0 for all others.
        These are tasks without a saving, and one of which a saving cannot be told.
    quality_sd
        Standard deviation, in the same spread, of what a municipality reaches in all years, and as much again of what
        it reaches in one.
    """

    elasticity: Mapping[str, float] = field(default_factory=_elasticities)
    reference_inhabitants: int = 30_000
    curvature: Mapping[str, float] = field(default_factory=lambda: {"0.2": 0.08, "8.3": 0.06})
    need_effect: float = 0.10
    driver_effects: tuple[DriverEffect, ...] = (
        DriverEffect("2", "address_density", 0.15),
        DriverEffect("7", "address_density", 0.15),
    )
    municipality_sd: float = 0.03
    task_sd: float = 0.04
    noise_sd: float = 0.03
    price_growth: Mapping[int, float] = field(
        default_factory=lambda: {
            2018: 0.025,
            2019: 0.030,
            2020: 0.020,
            2021: 0.020,
            2022: 0.045,
            2023: 0.060,
            2024: 0.045,
            2025: 0.035,
            2026: 0.030,
        }
    )
    shocks: tuple[tuple[str, int, int, float], ...] = (("6.3", 2020, 2020, 1.25), ("6.1", 2022, 2026, 1.40))
    claim: float = 0.40
    claim_tasks: tuple[str, ...] = tuple(row["task"] for row in table("tasks") if row["claim"] == "yes")
    hiring_share: float = 0.16
    hiring_per_solvency: float = -0.25
    budgeted_hiring: float = 0.30
    drift: CostDrift = CostDrift(arrangement=9, rate=0.03, base_year=2017)
    unfair_key: int = 14
    outsourced: tuple[str, ...] = ("GM9018", "GM9020")
    best_alternative: BestAlternative = BestAlternative("GM9017", "0.61", "join", 11)
    price_elasticity: float = -0.12
    buyer_sd: float = 0.02
    price_sd: float = 0.03
    quality_gain: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(("5.7", "6.3", "7.3"), 1.5))
    quality_sd: float = 0.6

    def log_size_effect(self, task: str, inhabitants: float) -> float:
        """Log cost of a task at a size, against that at the reference size."""
        away = log(inhabitants / self.reference_inhabitants)
        return self.elasticity[task] * away + self.curvature.get(task, 0.0) * away**2

    def elasticity_at(self, task: str, inhabitants: float) -> float:
        """Elasticity of a task at a size."""
        return self.elasticity[task] + 2 * self.curvature.get(task, 0.0) * log(inhabitants / self.reference_inhabitants)

    def cheapest_scale(self, task: str) -> float | None:
        """Inhabitants at which a task costs least per inhabitant; ``None`` where no size is the cheapest."""
        curvature = self.curvature.get(task, 0.0)
        if curvature <= 0:
            return None
        return self.reference_inhabitants * exp((1 - self.elasticity[task]) / (2 * curvature))
