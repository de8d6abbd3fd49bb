"""Difference-in-differences of two periods, with what every unit adds to its error.

Outcome regression (Heckman, Ichimura and Todd, 1997) and the doubly robust estimator with weights that add up to one
(Sant'Anna and Zhao, 2020, Journal of Econometrics 219(1), section 3.1, their "traditional" version: logit by maximum
likelihood, least squares; Callaway and Sant'Anna, 2021, equation 2.4). Without covariates both are the difference of
two mean changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from verband.numerics.logit import SeparationError, logit

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Method = Literal["doubly-robust", "regression"]
TRIM = 0.995
"""Controls with a higher chance of treatment get no weight (as Crump and others, 2009, advise; 0.995 is usual)."""
_CONDITION = 1e-10
"""Least eigenvalue over the largest, of scaled cross-products of the controls, below which columns are collinear."""


class SeparatedError(ValueError):
    """The covariates tell treated from control: no chance of treatment can be estimated."""


class CollinearCovariatesError(ValueError):
    """Among the controls the covariates are linearly dependent, or there are more of them than controls."""


@dataclass(frozen=True, slots=True)
class TwoPeriodEffect:
    """Effect on the treated between two periods.

    Attributes
    ----------
    effect
        In the unit of the outcome.
    influence
        Shape (n,): to first order the error of the effect is the sum of these, so its variance is that of a sum of
        independent terms (over units, or over clusters of them).
    """

    effect: float
    influence: Array


def two_period_effect(change: Array, treated: Flags, covariates: Array, *, method: Method) -> TwoPeriodEffect:
    """Compare the change of treated units with that of controls.

    Parameters
    ----------
    change
        Outcome after minus outcome before, shape (n,).
    treated
        Shape (n,); the others are controls. There is at least one of each.
    covariates
        Shape (n, k), without a column of ones; k may be 0.
    method
        Outcome regression on the controls, or doubly robust.

    Raises
    ------
    SeparatedError, CollinearCovariatesError
        If the covariates allow no estimate.
    """
    design = np.column_stack([np.ones(len(change)), covariates])
    controls = design[~treated]
    bread = _inverse(controls)
    coefficients = bread @ (controls.T @ change[~treated])
    residual = change - design @ coefficients
    influence = np.zeros(len(change))
    n = int(treated.sum())
    mean = design[treated].mean(axis=0)
    on_treated = float(residual[treated].mean())
    influence[treated] = (residual[treated] - on_treated) / n
    if method == "regression" or not covariates.shape[1]:
        influence[~treated] = -residual[~treated] * (controls @ (bread @ mean))
        return TwoPeriodEffect(on_treated, influence)
    chance = _chance(design, treated)
    weight = np.where(treated | (chance >= TRIM), 0.0, chance / (1 - chance))
    total = float(weight.sum())
    if not total > 0:
        raise SeparatedError("no control has a chance of treatment below the limit")
    weight /= total
    on_controls = float(weight @ residual)
    deviation = weight * (residual - on_controls)
    influence -= deviation
    weighted = weight @ design
    influence[~treated] += residual[~treated] * (controls @ (bread @ (weighted - mean)))
    information = design.T @ (design * (chance * (1 - chance))[:, None])
    influence -= (treated - chance) * (design @ np.linalg.solve(information, deviation @ design))
    return TwoPeriodEffect(on_treated - on_controls, influence)


def _inverse(controls: Array) -> Array:
    """Inverse of the cross-products of the controls."""
    products = controls.T @ controls
    scale = np.sqrt(np.diag(products))
    if len(controls) < controls.shape[1] or not np.all(scale > 0):
        raise CollinearCovariatesError("too few controls, or a covariate that is nought")
    values = np.linalg.eigvalsh(products / np.outer(scale, scale))
    if values[0] <= _CONDITION * values[-1]:
        raise CollinearCovariatesError("the covariates of the controls are collinear")
    return np.asarray(np.linalg.inv(products / np.outer(scale, scale)) / np.outer(scale, scale), dtype=np.float64)


def _chance(design: Array, treated: Flags) -> Array:
    """Chance of treatment by logit; columns are scaled first, which changes no chance."""
    spread = design.std(axis=0)
    centred = (design - design.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    centred[:, 0] = 1.0
    try:
        return logit(treated, centred, np.arange(len(treated))).probabilities
    except SeparationError as error:
        raise SeparatedError(str(error)) from error
