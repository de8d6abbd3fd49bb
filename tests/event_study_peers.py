"""Two independent libraries as yardsticks for event studies: moderndid and diff-diff."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd


def frame(panel):
    """A long frame of a panel; gaps are rows that are not there."""
    unit, period = np.nonzero(np.isfinite(panel.outcome))
    columns = {
        "unit": unit,
        "time": panel.periods[period],
        "start": panel.cohort[unit],
        "y": panel.outcome[unit, period],
    }
    columns |= {f"x{number}": panel.covariates[unit, period, number] for number in range(panel.covariates.shape[2])}
    return pd.DataFrame(columns)


def by_moderndid(data, *, method="dr", control="nevertreated", covariates=(), anticipation=0, base="varying"):
    """Group-time effects by moderndid, without its bootstrap."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import moderndid  # noqa: PLC0415  its import warns

        return moderndid.att_gt(
            data=data,
            yname="y",
            tname="time",
            idname="unit",
            gname="start",
            xformla=f"~{' + '.join(covariates)}" if covariates else None,
            est_method=method,
            boot=False,
            control_group=control,
            anticipation=anticipation,
            base_period=base,
        )


def averages_by_moderndid(found, kind):
    """One of moderndid's averages, without its bootstrap."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import moderndid  # noqa: PLC0415  its import warns

        return moderndid.aggte(found, type=kind, boot=False, cband=False)


def by_diff_diff(data, *, method="dr", control="never_treated", covariates=(), cluster=None, anticipation=0):
    """The fit of diff-diff."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from diff_diff import CallawaySantAnna  # noqa: PLC0415

        model = CallawaySantAnna(
            estimation_method=method, control_group=control, cluster=cluster, anticipation=anticipation
        )
        return model.fit(data, "y", "unit", "time", "start", covariates=list(covariates) or None)
