"""Comparing what users' own lists hold between those that do something together and those that do it alone.

Only what is alike is compared: an effect for every cell (one purchase, or one indicator, in one year) is taken out.
One arrangement stands in many rows and many cells, and so does a municipality: errors are clustered by who did it, with
the leverage of the cells in them (numerics.absorbed_effects).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.analysis.evidence.evidence_rules import evidence_rule
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.percentages import as_percentage
from verband.analysis.evidence.result import Finding
from verband.analysis.evidence.statements import Rule
from verband.analysis.evidence.verdict import LEVEL
from verband.numerics.absorbed_effects import absorbed_least_squares
from verband.numerics.least_squares import CollinearError, Contrast

Array = npt.NDArray[np.float64]
_ROUNDING = 1e-9
"""An error below this part of the differences within cells is what computing leaves of none."""
DOER, CELL, TOGETHER, CODES = "doer", "cell", "together", "codes"
"""Columns: who did it (the cluster), what it is compared within, whether it was together, and whose it is."""


def plain(column: str) -> pl.Expr:
    """A name as it is compared: without capitals and spare blanks, null where nothing is left."""
    text = pl.col(column).str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(text != "").then(text)


def doer() -> pl.Expr:
    """The arrangement where there is one, else the municipality; of columns ``arrangement`` and ``code``."""
    return pl.when(pl.col("arrangement").is_not_null()).then("arrangement: " + pl.col("arrangement")).otherwise("code")


def with_both_forms(rows: pl.DataFrame) -> pl.DataFrame:
    """The cells in which something was done together and alone."""
    return rows.filter(pl.col(TOGETHER).n_unique().over(CELL) > 1)


def number_of_doers(rows: pl.DataFrame) -> tuple[int, int]:
    """How many did it alone, and through how many arrangements others did."""
    alone, joint = (rows.filter(pl.col(TOGETHER) == form)[DOER].n_unique() for form in (0.0, 1.0))
    return alone, joint


def demand_both_forms(alone: int, joint: int, what: str) -> None:
    """Refuse a comparison of forms with too few of one of them.

    Raises
    ------
    CannotEstimateError
        With the numbers.
    """
    fewest = round(evidence_rule("fewest_of_each_form"))
    if min(alone, joint) < fewest:
        raise CannotEstimateError(
            f"{what} is known of {alone} that did it alone and {joint} arrangements; at least {fewest} of each are "
            "needed"
        )


def last_year(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of the newest year."""
    return rows.filter(pl.col("year") == pl.col("year").max())


@dataclass(frozen=True, slots=True)
class Compared:
    """One coefficient within cells, with what it rests on."""

    contrast: Contrast
    observations: int
    municipalities: int
    doers: int
    years: tuple[int, ...]

    def finding(self, component: str, method: str, note: str) -> Finding:
        """As it is, in the unit of the outcome."""
        found = self.contrast
        return self._finding(component, method, note, found.estimate, found.low, found.high, found.standard_error, None)

    def in_percent(self, rule: Rule, method: str, note: str) -> Finding:
        """Of a logarithm as a percentage; the interval and the test are those of the logarithm."""
        found = self.contrast
        told = as_percentage(
            rule, found.estimate, found.low, found.high, found.standard_error, found.degrees_of_freedom
        )
        figures = (told.estimate, told.low, told.high, told.standard_error, told.p_value)
        return self._finding(rule.component, method, note, *figures)

    def _finding(
        self,
        component: str,
        method: str,
        note: str,
        estimate: float,
        low: float,
        high: float,
        error: float,
        test: float | None,
    ) -> Finding:
        return Finding(
            component=component,
            estimate=estimate,
            low=low,
            high=high,
            standard_error=error,
            n_observations=self.observations,
            n_municipalities=self.municipalities,
            n_clusters=self.doers,
            years=self.years,
            method=method,
            degrees_of_freedom=self.contrast.degrees_of_freedom,
            p_value=test,
            note=note,
        )


def compared(rows: pl.DataFrame, outcome: str, regressors: Sequence[str], *, also_by: str | None = None) -> Compared:
    """Regress an outcome on regressors within cells and give the coefficient of the first.

    Parameters
    ----------
    rows
        ``cell``, ``doer``, ``year``, ``codes`` (list of municipalities) and the columns named; rows with a null in one
        of these are left out, and cells of which then one row is left.
    outcome, regressors
        Names of columns; the first regressor is what is asked.
    also_by
        A second column that rows have in common across doers: the variance is that of both, less that of their
        crossing (Cameron, Gelbach and Miller, 2011, equation 2.11), and never less than of either.

    Raises
    ------
    CannotEstimateError
        If there is nothing to compare, or the columns cannot be told apart.
    """
    used = rows.drop_nulls([outcome, *regressors]).filter(pl.len().over(CELL) > 1)
    if used.is_empty():
        raise CannotEstimateError("no rows with all that is needed")
    # Sums of floating-point numbers depend on their order: the order in which files were loaded may not show.
    used = used.sort(CELL, DOER, outcome, *regressors)
    y = used[outcome].to_numpy().astype(np.float64)
    found = _contrast(used, y, regressors, [DOER])
    if also_by is not None:
        found = _by_both(found, *(_contrast(used, y, regressors, names) for names in ([also_by], [DOER, also_by])))
    within = used.select((pl.col(outcome) - pl.col(outcome).mean().over(CELL)).abs().max()).item()
    least = _ROUNDING * float(within)
    if not (np.isfinite(found.low) and np.isfinite(found.high) and found.standard_error > least):
        raise CannotEstimateError("without any spread there is no interval")
    return Compared(
        contrast=found,
        observations=used.height,
        municipalities=used[CODES].explode().n_unique(),
        doers=used[DOER].n_unique(),
        years=tuple(used["year"].unique().sort().to_list()),
    )


def _contrast(used: pl.DataFrame, y: Array, regressors: Sequence[str], cluster: Sequence[str]) -> Contrast:
    """The first coefficient, with errors clustered by columns taken together."""
    label = used.select(pl.struct(*cluster).rank("dense").cast(pl.Int64)).to_series()
    try:
        fit = absorbed_least_squares(
            y,
            np.column_stack([used[name].to_numpy().astype(np.float64) for name in regressors]),
            used[CELL].rank("dense").cast(pl.Int64).to_numpy(),
            label.to_numpy(),
        )
    except CollinearError as error:
        raise CannotEstimateError("columns that cannot be told apart") from error
    except ValueError as error:
        raise CannotEstimateError(str(error)) from error
    return fit.contrast(np.eye(len(regressors))[0], level=LEVEL)


def _by_both(first: Contrast, second: Contrast, crossing: Contrast) -> Contrast:
    """Two-way clustering; the fewest degrees of freedom of either way, for what they are of both is not known."""
    from scipy.special import stdtrit  # noqa: PLC0415  slow to start

    one, other, both = (item.standard_error**2 for item in (first, second, crossing))
    error = float(np.sqrt(max(one, other, one + other - both)))
    freedom = min(first.degrees_of_freedom, second.degrees_of_freedom)
    reach = float(stdtrit(freedom, 0.5 + LEVEL / 2)) * error
    return Contrast(first.estimate, error, first.estimate - reach, first.estimate + reach, LEVEL, freedom)
