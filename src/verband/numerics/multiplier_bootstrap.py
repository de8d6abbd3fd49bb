"""Critical value of a simultaneous band, by a multiplier bootstrap of what clusters add to the errors.

Callaway and Sant'Anna (2021, algorithm 1): every cluster's scores are multiplied by one random sign, and the band is as
wide as the largest t statistic over all estimates is in that share of the draws.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_AT_ONCE = 256


def simultaneous_critical_value(scores: Array, *, level: float = 0.95, draws: int = 1999, seed: int = 0) -> float:
    """Find the multiple of the standard errors within which all estimates lie at once.

    Parameters
    ----------
    scores
        Shape (clusters, estimates): what each cluster adds to the error of each; no estimate without error.
    level
        Of the band.
    draws, seed
        How many draws, from which seed.
    """
    scaled = scores / np.sqrt(np.square(scores).sum(axis=0))
    rng = np.random.default_rng(seed)
    largest = []
    for start in range(0, draws, _AT_ONCE):
        signs = rng.integers(0, 2, (min(_AT_ONCE, draws - start), len(scores))) * 2.0 - 1.0
        largest.append(np.abs(signs @ scaled).max(axis=1))
    return float(np.quantile(np.concatenate(largest), level))
