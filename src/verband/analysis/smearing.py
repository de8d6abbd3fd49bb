"""From the mean of a logarithm back to the mean in euros (Duan, 1983), where errors may be larger for small units.

One factor, the mean of ``exp(e)``, is right only if errors are alike everywhere; where they shrink with size it makes
large units too dear and small ones too cheap. So the factor may go with size: ``E[exp(e)] = exp(g0 + g1 m)``, by gamma
quasi-likelihood with a logarithmic link on ``exp(e)`` (Manning and Mullahy, 2001, section 4). With ``g1 = 0`` it is
Duan's. Errors are per group; those of the coefficients behind the residuals are taken along (delta method).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.least_squares import LeastSquares

Array = npt.NDArray[np.float64]
_STEPS = 50
_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True)
class Smearing:
    """The factor from ``exp`` of the mean logarithm to the mean.

    Attributes
    ----------
    coefficients
        ``g0`` and ``g1``, shape (2,).
    scores
        What each group adds to their error, shape (groups, 2).
    """

    coefficients: Array
    scores: Array


def smearing(fit: LeastSquares, design: Array, size: Array) -> Smearing:
    """Estimate the factor from the residuals of a fit in logarithms.

    Parameters
    ----------
    fit
        The fit.
    design
        Its design, shape (n, k).
    size
        Logarithm of size from its mean, shape (n,).
    """
    columns = np.column_stack([np.ones(fit.n), size])
    found = np.array([np.log(np.exp(fit.residuals).mean()), 0.0])
    for _ in range(_STEPS):
        ratio = np.exp(fit.residuals - columns @ found)
        step = np.linalg.solve(columns.T @ (columns * ratio[:, None]), columns.T @ (ratio - 1))
        found = found + step
        if np.abs(step).max() < _TOLERANCE:
            break
    ratio = np.exp(fit.residuals - columns @ found)
    curvature = columns.T @ (columns * ratio[:, None])
    own = np.zeros((fit.groups, 2))
    np.add.at(own, fit.index, columns * (ratio - 1)[:, None])
    moved = fit.scores @ ((columns * ratio[:, None]).T @ design).T
    return Smearing(found, np.linalg.solve(curvature, (own - moved).T).T)
