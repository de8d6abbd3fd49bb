"""Invented panels with staggered starts."""

from __future__ import annotations

import numpy as np

from verband.numerics.group_time import Panel


def panel(seed=0, *, units=120, periods=6, covariates=0, effect=1.0, gone=False, lost=0.0):
    """Cohorts 0 (never), 4 and 5 over periods 1 to 6; ``gone``: treated units vanish after their first treated one."""
    rng = np.random.default_rng(seed)
    time = np.arange(1, periods + 1)
    x = rng.normal(size=(units, covariates))
    cohort = np.where(rng.uniform(size=units) < 0.5, 0, rng.choice([4, 5], size=units))
    outcome = rng.normal(size=(units, 1)) + np.cumsum(rng.normal(size=(units, periods)), axis=1)
    outcome += (x.sum(axis=1) * 0.5)[:, None] * time
    after = (cohort[:, None] > 0) & (time >= cohort[:, None])
    outcome += effect * after * (1 + time - cohort[:, None])
    if gone:
        outcome[(cohort[:, None] > 0) & (time > cohort[:, None])] = np.nan
    outcome[rng.uniform(size=outcome.shape) < lost] = np.nan
    return Panel(outcome, time, cohort, np.repeat(x[:, None, :], periods, axis=1))
