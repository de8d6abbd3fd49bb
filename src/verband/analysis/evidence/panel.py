"""Least squares on a panel of municipalities and years: what the modules of several mechanisms have in common.

Year effects always; with ``within`` an effect per municipality, taken out by its own mean, so that what does not change
drops out. Errors are clustered by municipality, or by what is asked, with CR2 and Satterthwaite's degrees of freedom
(numerics.least_squares).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.analysis.evidence.result import Finding, Kind
from verband.analysis.evidence.verdict import LEVEL
from verband.numerics.least_squares import LeastSquares, from_group_mean, least_squares

Array = npt.NDArray[np.float64]
_ROUNDING = 1e-9


class CannotEstimateError(ValueError):
    """Why something cannot be estimated from the rows given, in words for a reader."""


def panel_fit(
    rows: pl.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    *,
    within: bool = False,
    cluster: str = "code",
    unit: str = "code",
    period: str | None = "year",
) -> tuple[LeastSquares, pl.DataFrame, tuple[str, ...]]:
    """Regress an outcome on regressors with year effects.

    Parameters
    ----------
    rows
        One row per unit and period with the columns named; rows with a null in one of them are left out.
    outcome, regressors
        Names of columns.
    within
        Whether to add an effect per unit; regressors that do not change within units are then dropped.
    cluster
        Column whose equal values are not independent.
    unit, period
        Columns; ``None`` for rows without periods.

    Returns
    -------
    tuple
        The fit, whose first coefficients are those of the regressors kept; the rows used; and the regressors kept.

    Raises
    ------
    CannotEstimateError
        If there are too few rows or groups, the outcome does not vary, or the columns cannot be told apart.
    """
    keys = list(dict.fromkeys(name for name in (unit, cluster, *([period] if period else [])) if name))
    used = rows.select(*dict.fromkeys([*keys, outcome, *regressors])).drop_nulls()
    if within:
        # A unit seen once says nothing about change.
        used = used.filter(pl.len().over(unit) > 1)
    used = used.sort(keys)
    if used.is_empty():
        raise CannotEstimateError("no rows with all that is needed")
    y = used[outcome].to_numpy().astype(np.float64)
    if np.ptp(y) == 0:
        raise CannotEstimateError(f"{outcome} does not vary")
    columns = [used[name].to_numpy().astype(np.float64) for name in regressors]
    periods = used[period].unique().sort().to_list() if period else [None]
    effects = [np.ones(used.height)] if period is None else [_is(used, period, value) for value in periods]
    design = np.column_stack([*columns, *(effects[1:] if within else effects)])
    kept = np.ones(design.shape[1], dtype=bool)
    if within:
        group = _numbers(used, unit)
        before = np.linalg.norm(design, axis=0)
        y, design = from_group_mean(y[:, None], group)[:, 0], from_group_mean(design, group)
        # What does not change within units leaves only rounding behind.
        kept = np.linalg.norm(design, axis=0) > _ROUNDING * before
        design = design[:, kept]
    names = tuple(name for name, keep in zip(regressors, kept, strict=False) if keep)
    try:
        fit = least_squares(y, design, _numbers(used, cluster))
    except ValueError as error:
        raise CannotEstimateError(str(error)) from error
    return fit, used, names


def panel_finding(
    rows: pl.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    *,
    component: str,
    of: str | Mapping[str, float],
    method: str,
    times: float = 1.0,
    within: bool = False,
    cluster: str = "code",
    period: str | None = "year",
    by: Mapping[str, str] | None = None,
    note: str = "",
    kind: Kind = "estimated",
) -> Finding:
    """Regress as :func:`panel_fit` and give one coefficient, or a combination, as a finding.

    Parameters
    ----------
    rows, outcome, regressors, within, cluster, period
        As of :func:`panel_fit`; ``rows`` has a column ``code``, and ``year`` where there are periods.
    component, method, by, note, kind
        Of the :class:`Finding`.
    of
        Name of a regressor, or weights of several.
    times
        From the unit of the coefficient to that of the rule.

    Raises
    ------
    CannotEstimateError
        As :func:`panel_fit`, or if the regressor does not vary within units.
    """
    fit, used, names = panel_fit(rows, outcome, regressors, within=within, cluster=cluster, period=period)
    wanted = {of: 1.0} if isinstance(of, str) else of
    weights = np.zeros(fit.k)
    for name, weight in wanted.items():
        if name not in names:
            raise CannotEstimateError(f"{name} does not change within municipalities")
        weights[names.index(name)] = weight * times
    found = fit.contrast(weights, level=LEVEL)
    years = tuple(used["year"].unique().sort().to_list()) if "year" in used.columns else ()
    return Finding(
        component=component,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        standard_error=found.standard_error,
        n_observations=fit.n,
        n_municipalities=used["code"].n_unique(),
        n_clusters=fit.groups,
        years=years,
        method=method,
        degrees_of_freedom=found.degrees_of_freedom,
        by=by or {},
        note=note,
        kind=kind,
    )


def _is(rows: pl.DataFrame, column: str, value: object) -> Array:
    return (rows[column] == value).to_numpy().astype(np.float64)


def _numbers(rows: pl.DataFrame, column: str) -> npt.NDArray[np.int64]:
    return rows[column].rank("dense").cast(pl.Int64).to_numpy()
