"""What an envelopment frontier says in the reader's own names: efficiency, peers, slacks, scale, mergers, intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verband.analysis.frontier_question import SetAside


@dataclass(frozen=True, slots=True)
class PartialFrontier:
    """Efficiency of order m of a unit.

    Attributes
    ----------
    efficiency
        Above 1 for a unit that is better than the best of m others is expected to be.
    standard_error
        Because the units are a sample (infinitesimal jackknife); ``None`` where it can be compared with itself alone.
    comparable
        How many units there are to draw from.
    """

    efficiency: float
    standard_error: float | None
    comparable: int


@dataclass(frozen=True, slots=True)
class BiasAndInterval:
    """Bias of the efficiency of a unit, and where the true one lies.

    Attributes
    ----------
    bias
        How much too good the efficiency is.
    corrected
        Efficiency less bias.
    low, high
        Interval of the true efficiency; both lie below the efficiency that was measured.
    """

    bias: float
    corrected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class UnitOnFrontier:
    """A unit against the frontier of all.

    Attributes
    ----------
    name
        Of the unit.
    efficiency
        In (0, 1]; 1 is on the frontier.
    farrell
        What all inputs could be multiplied by (at most 1), or all outputs (at least 1).
    scale_efficiency, returns_to_scale
        Efficiency lost by being too large or too small, and which; ``None`` for the free disposal hull.
    peers
        Weights of the units it is compared with.
    slacks
        Per column what could still be saved or added after that, in units of the column.
    super_efficiency
        Against the frontier of all others: at least 1 for efficient units; ``None`` where there is none.
    super_efficiency_reason
        Why there is none.
    order_m, bootstrap
        ``None`` where not asked.
    """

    name: str
    efficiency: float
    farrell: float
    scale_efficiency: float | None
    returns_to_scale: str | None
    peers: Mapping[str, float]
    slacks: Mapping[str, float]
    super_efficiency: float | None
    super_efficiency_reason: str | None
    order_m: PartialFrontier | None
    bootstrap: BiasAndInterval | None

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON; what was not asked is absent."""
        record: dict[str, Any] = {
            "name": self.name,
            "efficiency": self.efficiency,
            "farrell": self.farrell,
            "scale_efficiency": self.scale_efficiency,
            "returns_to_scale": self.returns_to_scale,
            "peers": dict(self.peers),
            "slacks": dict(self.slacks),
            "super_efficiency": self.super_efficiency,
        }
        if self.super_efficiency_reason is not None:
            record["super_efficiency_reason"] = self.super_efficiency_reason
        if self.order_m is not None:
            record["order_m"] = self.order_m.efficiency
            record["order_m_se"] = self.order_m.standard_error
            record["order_m_comparable"] = self.order_m.comparable
        if self.bootstrap is not None:
            record["bias"] = self.bootstrap.bias
            record["bias_corrected"] = self.bootstrap.corrected
            record["low"] = self.bootstrap.low
            record["high"] = self.bootstrap.high
        return record


@dataclass(frozen=True, slots=True)
class MergedUnits:
    """What merging units could gain at most, on Farrell's scale.

    Attributes
    ----------
    units
        Names.
    potential, pure, learning, harmony, size
        As in :mod:`verband.numerics.envelopment.merging`; ``None`` where it cannot be known.
    reason
        Why not; ``None`` if all are known.
    """

    units: tuple[str, ...]
    potential: float | None
    pure: float | None
    learning: float | None
    harmony: float | None
    size: float | None
    reason: str | None

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {
            "units": list(self.units),
            "potential": self.potential,
            "pure": self.pure,
            "learning": self.learning,
            "harmony": self.harmony,
            "size": self.size,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class BootstrapSettings:
    """How the intervals were found.

    Attributes
    ----------
    replications, seed, level
        As asked; the level is that of the intervals.
    bandwidth
        Of the smoothing, on the scale of distances.
    """

    replications: int
    seed: int
    level: float
    bandwidth: float


@dataclass(frozen=True, slots=True)
class FrontierAnswer:
    """Units against the frontier that they span.

    Attributes
    ----------
    orientation, returns, inputs, outputs
        What was asked.
    units
        In the order given.
    merged
        Per merger that was asked; ``None`` where none was.
    order_m, bootstrap
        What was asked; ``None`` where it was not.
    set_aside
        Rows that were left out.
    remarks
        What a reader should know, in plain sentences.
    kind
        ``estimated``.
    """

    orientation: str
    returns: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    units: tuple[UnitOnFrontier, ...]
    merged: tuple[MergedUnits, ...] | None
    order_m: int | None
    bootstrap: BootstrapSettings | None
    set_aside: tuple[SetAside, ...]
    remarks: tuple[str, ...]
    kind: str = "estimated"

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON; what was not asked is absent."""
        record: dict[str, Any] = {
            "orientation": self.orientation,
            "returns": self.returns,
            "units": [unit.as_record() for unit in self.units],
        }
        if self.merged is not None:
            record["merged"] = [merger.as_record() for merger in self.merged]
        record |= {"inputs": list(self.inputs), "outputs": list(self.outputs)}
        if self.order_m is not None:
            record["m"] = self.order_m
        if self.bootstrap is not None:
            settings = self.bootstrap
            record["bootstrap"] = {
                "replications": settings.replications,
                "seed": settings.seed,
                "level": settings.level,
                "bandwidth": settings.bandwidth,
            }
        return {**record, "kind": self.kind, "remarks": list(self.remarks)}
