"""Systems of n equal components that work while k or more are up, with repair.

Source: Rausand and Høyland (2004), System Reliability Theory, chapter 8 (Markov processes). All components are active,
also while the system is down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verband.numerics.markov_chains.birth_death import ChainError, mean_time_up_to, stationary
from verband.numerics.markov_chains.queues import require_machines


@dataclass(frozen=True, slots=True)
class KOutOfN:
    """How often a k-out-of-n system works.

    Attributes
    ----------
    availability, unavailability
        Share of time that enough, and that too few components are up.
    none_up
        Share of time that no component is up.
    failures
        Failures of the system per unit of time.
    mean_up, mean_down
        Mean length of the periods during which it works and does not.
    mean_time_to_first_failure
        From the state in which all are up.
    """

    availability: float
    unavailability: float
    none_up: float
    failures: float
    mean_up: float
    mean_down: float
    mean_time_to_first_failure: float


def k_out_of_n(
    components: int, required: int, failure_rate: float, repair_rate: float, repairers: int | None = None
) -> KOutOfN:
    """Solve a k-out-of-n system with repair.

    Parameters
    ----------
    components, required
        n and k, 1 <= k <= n.
    failure_rate, repair_rate
        Of a component and of a repairer, per unit of time; above 0.
    repairers
        How many can be repaired at once; ``None`` for all.

    Raises
    ------
    ChainError
        If a number is out of range.
    """
    crew = components if repairers is None else repairers
    require_machines(components, failure_rate, repair_rate, crew)
    if not 1 <= required <= components:
        raise ChainError("the number required must lie between 1 and the number of components")
    count = np.arange(components)
    births = (components - count) * failure_rate
    deaths = np.minimum(count + 1, crew) * repair_rate
    down = stationary(births, deaths)
    last = components - required
    works, fails = float(down[: last + 1].sum()), float(down[last + 1 :].sum())
    failures = float(down[last] * births[last])
    return KOutOfN(
        availability=works,
        unavailability=fails,
        none_up=float(down[-1]),
        failures=failures,
        mean_up=works / failures,
        mean_down=fails / failures,
        mean_time_to_first_failure=mean_time_up_to(births[: last + 1], deaths[:last]),
    )
