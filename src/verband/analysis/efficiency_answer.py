"""What a comparison of the cost of a task says: efficiency per municipality, who is left out, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass

from verband.numerics.stochastic_frontier import StochasticFrontier


@dataclass(frozen=True, slots=True)
class NotCompared:
    """A municipality that is not compared.

    Attributes
    ----------
    code, reason
        Which, and why.
    year
        Of the accounts, where there are several years.
    detail
        What the reason rests on, such as the years and the amount.
    """

    code: str
    reason: str
    year: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FallingOutput:
    """An output with which cost falls at a stochastic frontier, so that it is no frontier of the cost of volumes.

    Attributes
    ----------
    measure
        Its name.
    elasticity, low, high
        Estimate and 95% interval, wholly below 0.
    """

    measure: str
    elasticity: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LowFrontier:
    """A frontier that rests on a few very low accounts.

    Attributes
    ----------
    codes
        Municipalities on which most of it rests.
    far_above, of
        How many municipalities cost over ``times`` the least, of how many.
    """

    codes: tuple[str, ...]
    far_above: int
    of: int
    times: float


@dataclass(frozen=True, slots=True)
class MunicipalEfficiency:
    """Efficiency of one municipality; estimated.

    Attributes
    ----------
    cost_keur
        Of the task, in the year asked; ``None`` where the stochastic frontier rests on other years.
    efficiency
        Least cost of the same volumes as a share of the cost, in (0, 1]; ``None`` where nobody is ranked.
    low, high
        95% interval: of the bootstrap, corrected for bias; or of ``exp(-u)`` given the estimates.
    bias_corrected, scale_efficiency, returns_to_scale, super_efficiency
        Envelopment only; super-efficiency is ``None`` where no mixture of others has the volumes.
    peers
        Codes and weights of the mixture it is held against, the largest weight first (envelopment only).
    cost_ratio
        ``E[exp(u)]``, cost as a multiple of the least (stochastic frontier only).
    flags
        What the reader should know of this figure.
    years
        Years of the accounts that it rests on.
    """

    code: str
    cost_keur: float | None
    efficiency: float | None
    low: float | None
    high: float | None
    bias_corrected: float | None = None
    scale_efficiency: float | None = None
    returns_to_scale: str | None = None
    peers: tuple[tuple[str, float], ...] = ()
    super_efficiency: float | None = None
    cost_ratio: float | None = None
    flags: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    kind: str = "estimated"


@dataclass(frozen=True, slots=True)
class TaskEfficiency:
    """Efficiency of all municipalities at one task.

    Attributes
    ----------
    outputs
        Measures that were used.
    years
        Years of the accounts.
    municipalities
        By code.
    left_out
        Those that are not compared, by code.
    notes
        What goes for all.
    frontier
        The stochastic frontier; ``None`` for envelopment.
    falling
        Outputs with which cost falls; where there are any, no efficiency is given.
    low_frontier
        Where too many are far above the frontier; else ``None``.
    """

    outputs: tuple[str, ...]
    years: tuple[int, ...]
    municipalities: tuple[MunicipalEfficiency, ...]
    left_out: tuple[NotCompared, ...]
    notes: tuple[str, ...]
    frontier: StochasticFrontier | None = None
    falling: tuple[FallingOutput, ...] = ()
    low_frontier: LowFrontier | None = None
