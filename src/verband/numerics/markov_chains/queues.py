"""Queues with known answers: Erlang's loss and delay formulas, and machine repair (finite source).

Sources: Erlang (1917), Solution of some problems in the theory of probabilities of significance in automatic telephone
exchanges; the stable recursion for the loss formula: Jagerman (1974), Some properties of the Erlang loss function;
machine repair M/M/c//N: Gross, Shortle, Thompson and Harris (2008), Fundamentals of Queueing Theory, section 2.8.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from verband.numerics.markov_chains.birth_death import Array, ChainError, stationary

_MOST = 10_000_000
"""Above this many servers the recursion would take minutes."""


def erlang_b(load: float, servers: int) -> float:
    """Chance that a call finds all servers busy and is lost.

    Parameters
    ----------
    load
        Offered load in erlang: arrival rate times mean service time; 0 or more.
    servers
        Number of servers, 0 or more.

    Returns
    -------
    float
        B(c, a) = (a^c / c!) / sum_k (a^k / k!); the same for any distribution of service times.

    Raises
    ------
    ChainError
        If the load is negative or no number, or there are too many servers.
    """
    _require_load(load)
    if not 0 <= servers <= _MOST:
        raise ChainError(f"{servers} servers can not be computed")
    if load == 0:
        return 1.0 if servers == 0 else 0.0
    inverse = 1.0
    for server in range(1, servers + 1):
        inverse = 1 + server / load * inverse
        if math.isinf(inverse):
            return 0.0
    return 1 / inverse


def erlang_c(load: float, servers: int) -> float:
    """Chance that a call finds all servers busy and waits.

    Parameters
    ----------
    load
        Offered load in erlang, 0 or more.
    servers
        Number of servers, more than the load.

    Returns
    -------
    float
        C(c, a) = B / (1 - (a / c) (1 - B)) with B of :func:`erlang_b`.

    Raises
    ------
    ChainError
        If the load is not below the number of servers: the queue would grow without end.
    """
    _require_load(load)
    if load >= servers:
        raise ChainError("the load must be below the number of servers, or the queue grows without end")
    lost = erlang_b(load, servers)
    return lost / (1 - load / servers * (1 - lost))


def _require_load(load: float) -> None:
    if not math.isfinite(load) or load < 0:
        raise ChainError("the load must be 0 or more")


@dataclass(frozen=True, slots=True)
class MachineRepair:
    """Machines that fail and wait for a repairer.

    Attributes
    ----------
    down
        Shape (machines + 1,): share of time that so many machines are down.
    mean_down, mean_waiting
        Mean number down, and of those not yet under repair.
    throughput
        Failures, and so repairs, per unit of time.
    down_time, waiting_time
        Mean time that a machine is down per failure, and that it waits for a repairer.
    availability
        Share of time that a machine is up.
    """

    down: Array
    mean_down: float
    mean_waiting: float
    throughput: float
    down_time: float
    waiting_time: float
    availability: float


def machine_repair(machines: int, failure_rate: float, repair_rate: float, repairers: int) -> MachineRepair:
    """Solve M/M/c//N: each machine fails at a rate while up, each repairer mends one at a time.

    Parameters
    ----------
    machines, repairers
        Whole numbers, 1 or more.
    failure_rate, repair_rate
        Per unit of time, above 0.

    Raises
    ------
    ChainError
        If a number is out of range.
    """
    require_machines(machines, failure_rate, repair_rate, repairers)
    count = np.arange(machines)
    births = (machines - count) * failure_rate
    deaths = np.minimum(count + 1, repairers) * repair_rate
    down = stationary(births, deaths)
    every = np.arange(machines + 1)
    mean_down = float(every @ down)
    waiting = float(np.maximum(every - repairers, 0) @ down)
    throughput = failure_rate * float((machines - every) @ down)
    return MachineRepair(
        down, mean_down, waiting, throughput, mean_down / throughput, waiting / throughput, 1 - mean_down / machines
    )


def require_machines(machines: int, failure_rate: float, repair_rate: float, repairers: int) -> None:
    """Refuse what no set of machines can have.

    Raises
    ------
    ChainError
        If a number is out of range.
    """
    if not 1 <= machines <= _MOST or repairers < 1:
        raise ChainError("there must be 1 or more machines and 1 or more repairers")
    if not all(math.isfinite(rate) and rate > 0 for rate in (failure_rate, repair_rate)):
        raise ChainError("failure and repair rate must be above 0")
