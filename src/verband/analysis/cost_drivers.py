"""Cost drivers: what besides size makes a task dearer, as ratios of measures of the municipal fund.

Which ratio drives the cost of which main task is fixed beforehand, as dated data with its reason
(``domain/reference/cost_drivers.csv``). Arithmetic on published measures: derived.
"""

from __future__ import annotations

import polars as pl

from verband.domain.reference import reference


def cost_drivers(measures: pl.DataFrame, main_task: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Compute the drivers of a main task for every municipality.

    Parameters
    ----------
    measures
        Volumes of grant measures of one circular: ``code`` and one column per measure.
    main_task
        ``0`` to ``8``.

    Returns
    -------
    tuple
        ``code`` with one column per driver, in logarithms where the rule says so, null where the ratio is not a
        positive number; and the names of the drivers. A driver whose measures are not there is left out.
    """
    rows = [row for row in reference("cost_drivers") if row["main_task"] == main_task]
    known = [row for row in rows if {row["measure"], row["per"]} <= set(measures.columns)]
    if not known:
        return pl.DataFrame(schema={"code": pl.String}), ()
    columns = []
    for row in known:
        ratio = pl.col(row["measure"]) / pl.col(row["per"])
        usable = pl.when(ratio.is_finite() & (ratio > 0)).then(ratio)
        columns.append((usable.log() if row["logarithm"] == "yes" else usable).alias(row["driver"]))
    return measures.select("code", *columns), tuple(row["driver"] for row in known)
