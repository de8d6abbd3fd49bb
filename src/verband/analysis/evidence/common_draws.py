"""Draws of the cost functions of several tasks, common to all who use them (M13).

Partnerships that do the same task share its cost function: an error in it makes all of them come out wrong alike. So a
draw is made once for all. Municipalities are drawn with replacement once per draw, and every cost function is fitted
anew with each municipality counted as often as it was drawn (pairs cluster bootstrap: Cameron, Gelbach and Miller,
2008); the own effect of a municipality in a task is drawn once per draw, so that it has the same level in every
partnership. The draws depend on the seed and on who the municipalities are, not on which partnerships are asked.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.analysis.cost_function import CostFunction
from verband.analysis.task_game import own_effects, typical_to_mean

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TaskDraws:
    """Draws of one cost function; rows of nan where a draw cannot be fitted.

    Attributes
    ----------
    coefficients
        Shape (draws, k).
    effects
        Own effects in the order of the codes of the cost function, in logarithms, shape (draws, groups).
    smearing, typical_to_mean
        Factors to the mean with own effects, and of size alone, shape (draws,).
    """

    coefficients: Array
    effects: Array
    smearing: Array
    typical_to_mean: Array


def common_draws(
    models: Mapping[str, CostFunction], codes: Iterable[str] = (), *, seed: int, draws: int
) -> dict[str, TaskDraws]:
    """Draw municipalities and own effects for all tasks at once.

    Parameters
    ----------
    models
        Cost function by task.
    codes
        All municipalities that are drawn from; those of the cost functions are added. A cost function that lacks some
        of them is fitted on as many as happen to be drawn.
    seed
        The same seed gives the same draws.
    draws
        How many.
    """
    everyone = sorted({*codes, *(code for model in models.values() for code in model.codes)})
    place = {code: number for number, code in enumerate(everyone)}
    rng = np.random.default_rng([seed, zlib.crc32(b"municipalities")])
    drawn = rng.integers(len(everyone), size=(draws, len(everyone))) if everyone else np.empty((draws, 0), np.int64)
    counts = np.zeros((draws, len(everyone)))
    np.add.at(counts, (np.arange(draws)[:, None], drawn), 1.0)
    found = {}
    for task, model in models.items():
        places = [place[code] for code in model.codes]
        noise = np.random.default_rng([seed, zlib.crc32(task.encode())]).normal(size=(draws, len(everyone)))
        found[task] = _of_task(model, counts[:, places], noise[:, places])
    return found


def _of_task(model: CostFunction, counts: Array, noise: Array) -> TaskDraws:
    coefficients = model.refits(counts)
    effects, factors = np.full(noise.shape, np.nan), np.full((len(noise), 2), np.nan)
    for number in np.flatnonzero(np.isfinite(coefficients).all(axis=1)):
        own = own_effects(model, coefficients[number])
        effects[number] = own.effect + own.spread * noise[number]
        factors[number] = own.smearing, typical_to_mean(model, coefficients[number])
    return TaskDraws(coefficients, effects, factors[:, 0], factors[:, 1])
