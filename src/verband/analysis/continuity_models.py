"""Special cases with known answers: Erlang's formulas, machine repair and k-out-of-n with repair, by name.

A function whose holders fall out in one way only, with everybody mended at once, is a k-out-of-n system; one whose
absent holders queue for one remedy is machine repair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verband.errors import BadInputError
from verband.numerics.markov_chains.birth_death import ChainError
from verband.numerics.markov_chains.queues import erlang_b, erlang_c, machine_repair
from verband.numerics.markov_chains.redundancy import k_out_of_n

NEEDS: dict[str, tuple[str, ...]] = {
    "erlang-b": ("load", "servers"),
    "erlang-c": ("load", "servers"),
    "machine-repair": ("machines", "failure-rate", "repair-rate"),
    "k-out-of-n": ("machines", "required", "failure-rate", "repair-rate"),
}
ALLOWS: dict[str, tuple[str, ...]] = {
    "erlang-b": (),
    "erlang-c": ("service-rate",),
    "machine-repair": ("repairers",),
    "k-out-of-n": ("repairers",),
}
_MOST = 100_000


def special_model(model: str, numbers: Mapping[str, float | int]) -> dict[str, Any]:
    """Answer a special case.

    Parameters
    ----------
    model
        A key of :data:`NEEDS`.
    numbers
        By name: those the model needs, and any it allows. Rates are per unit of time, the same for all.

    Returns
    -------
    dict
        ``model``, the numbers given, and the results under the usual names: ``L`` mean number down, ``Lq`` of those
        waiting, ``W`` and ``Wq`` the mean times, ``p`` the share of time with 0, 1, ... down.

    Raises
    ------
    BadInputError
        If a number is missing, not used by the model, or out of range.
    """
    if model not in NEEDS:
        raise BadInputError(f"no model {model!r} exists", todo=f"Choose from {', '.join(NEEDS)}")
    missing = [name for name in NEEDS[model] if name not in numbers]
    if missing:
        raise BadInputError(f"{model} needs {', '.join(f'--{name}' for name in missing)}", todo="Give what is missing")
    strange = [name for name in numbers if name not in (*NEEDS[model], *ALLOWS[model])]
    if strange:
        raise BadInputError(f"{model} has no use for {', '.join(f'--{name}' for name in strange)}", todo="Leave it out")
    for name in ("servers", "machines", "repairers", "required"):
        least = 0 if name == "servers" else 1
        if name in numbers and not (least <= numbers[name] <= _MOST and float(numbers[name]).is_integer()):
            raise BadInputError(
                f"--{name} {numbers[name]:g} can not be", todo=f"Give a whole number from {least} to {_MOST}"
            )
    solve: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
        "erlang-b": _loss,
        "erlang-c": _delay,
        "machine-repair": _repair,
        "k-out-of-n": _redundancy,
    }
    try:
        given = {name.replace("-", "_"): value for name, value in numbers.items()}
        return {"model": model, **given, **solve[model](numbers)}
    except ChainError as error:
        raise BadInputError(f"{model}: {error}", todo="Check the numbers") from error


def _loss(given: Mapping[str, Any]) -> dict[str, Any]:
    lost = erlang_b(given["load"], int(given["servers"]))
    carried = given["load"] * (1 - lost)
    return {"blocking": lost, "carried_load": carried, "lost_load": given["load"] * lost}


def _delay(given: Mapping[str, Any]) -> dict[str, Any]:
    load, servers, rate = given["load"], int(given["servers"]), given.get("service-rate", 1.0)
    if not 0 < rate < float("inf"):
        raise ChainError("the service rate must be above 0")
    waits = erlang_c(load, servers)
    queue = waits * load / (servers - load)
    return {
        "waiting": waits,
        "utilisation": load / servers,
        "L": queue + load,
        "Lq": queue,
        "W": waits / ((servers - load) * rate) + 1 / rate,
        "Wq": waits / ((servers - load) * rate),
        "blocking": erlang_b(load, servers),
    }


def _repair(given: Mapping[str, Any]) -> dict[str, Any]:
    found = machine_repair(
        int(given["machines"]), given["failure-rate"], given["repair-rate"], int(given.get("repairers", 1))
    )
    return {
        "repairers": int(given.get("repairers", 1)),
        "p": [float(share) for share in found.down],
        "L": found.mean_down,
        "Lq": found.mean_waiting,
        "W": found.down_time,
        "Wq": found.waiting_time,
        "throughput": found.throughput,
        "availability_per_unit": found.availability,
        "prob_none_up": float(found.down[-1]),
    }


def _redundancy(given: Mapping[str, Any]) -> dict[str, Any]:
    machines = int(given["machines"])
    crew = int(given.get("repairers", machines))
    found = k_out_of_n(machines, int(given["required"]), given["failure-rate"], given["repair-rate"], crew)
    return {
        "repairers": crew,
        "availability": found.availability,
        "unavailability": found.unavailability,
        "prob_none_up": found.none_up,
        "failures_per_time": found.failures,
        "mean_up_time": found.mean_up,
        "mean_down_time": found.mean_down,
        "mean_time_to_first_failure": found.mean_time_to_first_failure,
    }
