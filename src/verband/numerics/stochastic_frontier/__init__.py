"""Stochastic frontiers: production and cost, cross-section and panel, with efficiencies and tests.

Literature: Aigner, Lovell and Schmidt (1977); Meeusen and van den Broeck (1977); Stevenson (1980); Jondrow, Lovell,
Materov and Schmidt (1982); Waldman (1982); Kodde and Palm (1986); Battese and Coelli (1988, 1992, 1995); Coelli (1996);
Kumbhakar and Lovell (2000).
"""

from __future__ import annotations

from verband.numerics.stochastic_frontier.cross_section import cross_section_frontier
from verband.numerics.stochastic_frontier.design import (
    CollinearColumnsError,
    ConstantColumnError,
    DuplicateObservationError,
    NotFiniteError,
    OneFirmError,
    OnePeriodError,
    PerfectFitError,
    TooFewRowsError,
)
from verband.numerics.stochastic_frontier.efficiencies import Efficiencies
from verband.numerics.stochastic_frontier.error_components import panel_frontier
from verband.numerics.stochastic_frontier.inefficiency_effects import inefficiency_effects_frontier
from verband.numerics.stochastic_frontier.likelihood_ratio import (
    LikelihoodRatio,
    kodde_palm_critical_value,
    mixed_chi_square_p_value,
)
from verband.numerics.stochastic_frontier.results import Boundary, Distribution, Estimate, StochasticFrontier

__all__ = [
    "Boundary",
    "CollinearColumnsError",
    "ConstantColumnError",
    "Distribution",
    "DuplicateObservationError",
    "Efficiencies",
    "Estimate",
    "LikelihoodRatio",
    "NotFiniteError",
    "OneFirmError",
    "OnePeriodError",
    "PerfectFitError",
    "StochasticFrontier",
    "TooFewRowsError",
    "cross_section_frontier",
    "inefficiency_effects_frontier",
    "kodde_palm_critical_value",
    "mixed_chi_square_p_value",
    "panel_frontier",
]
