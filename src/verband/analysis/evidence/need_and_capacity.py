"""M15, the trap: whether the municipalities that need partners most can give least.

Need is what a municipality cannot do with people of its own: hired staff as share of own and hired pay. Capacity is
what its budget leaves: structural room as share of income. Both are means over the newest accounts, so that one odd
year weighs less; those whose organisation is elsewhere are left out, for their pay shows nothing. Pearson's correlation
with Fisher's (1921) interval.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from verband.analysis.evidence.evidence_rules import evidence_rule
from verband.analysis.evidence.result import Drawing, Finding, Point, Series, VariantFinding
from verband.analysis.evidence.size_groups import GROUPS, NAMES
from verband.analysis.evidence.statements import Text
from verband.analysis.evidence.verdict import LEVEL

COMPONENT = "need_and_capacity"
_LEAST = 10
_METHOD = (
    "Pearson's correlation over municipalities of {need} with {capacity}, both means over the accounts of {years}, "
    "without outsourced organisations; interval by Fisher's transformation (1921)"
)
_NAMES = {
    "hired_share": "hired staff as share of own and hired pay",
    "structural_room": "structural room as share of income",
    "grant_need_eur": "grant need per inhabitant (logarithm)",
    "arrangement_share": "the share of cost through arrangements",
    "solvency": "solvency",
}
_VARIANTS = (
    ("need: grant need per inhabitant", "grant_need_eur", "structural_room"),
    ("need: share of cost through arrangements", "arrangement_share", "structural_room"),
    ("capacity: solvency", "hired_share", "solvency"),
)


def need_and_capacity(
    rows: pl.DataFrame,
) -> tuple[Finding | str, list[VariantFinding], Drawing | None]:
    """Correlate need and capacity, and draw one against the other.

    Parameters
    ----------
    rows
        As of :func:`verband.analysis.evidence.contributing.contributing`, with ``size_group``, and structural room
        within bounds.

    Returns
    -------
    tuple
        The finding, or why there is none; its variants; a point per municipality by size group.
    """
    own = rows.filter(~pl.col("outsourced"))
    if own.is_empty():
        return "no municipality has both", [], None
    last = int(own["year"].max())  # type: ignore[arg-type]
    newest = own.filter(pl.col("year") > last - evidence_rule("need_years"))
    each = newest.group_by("code", "size_group").agg(pl.col(name).mean() for name in _NAMES).sort("code")
    each = each.with_columns(pl.when(pl.col("grant_need_eur") > 0).then(pl.col("grant_need_eur").log()))
    years = tuple(newest["year"].unique().sort().to_list())
    found = _correlation(each, "hired_share", "structural_room", years)
    variants = [_variant(name, each, need, capacity, years) for name, need, capacity in _VARIANTS]
    ranks = each.drop_nulls(["hired_share", "structural_room"]).with_columns(
        pl.col("hired_share", "structural_room").rank()
    )
    variants.append(_variant("ranks (Spearman)", ranks, "hired_share", "structural_room", years))
    return found, variants, None if isinstance(found, str) else _drawing(each, years)


def _correlation(each: pl.DataFrame, need: str, capacity: str, years: tuple[int, ...]) -> Finding | str:
    known = each.drop_nulls([need, capacity])
    number = known.height
    if number < _LEAST:
        return f"{number} municipalities have both {_NAMES[need]} and {_NAMES[capacity]}: too few"
    x, y = known[need].to_numpy(), known[capacity].to_numpy()
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return f"{_NAMES[need] if np.ptp(x) == 0 else _NAMES[capacity]} does not vary"
    from scipy.special import ndtri  # noqa: PLC0415  slow to start

    correlation = float(np.corrcoef(x, y)[0, 1])
    reach = float(ndtri((1 + LEVEL) / 2)) / math.sqrt(number - 3)
    middle = math.atanh(max(min(correlation, 1 - 1e-12), 1e-12 - 1))
    return Finding(
        COMPONENT,
        correlation,
        math.tanh(middle - reach),
        math.tanh(middle + reach),
        None,
        number,
        number,
        number,
        years,
        _METHOD.format(need=_NAMES[need], capacity=_NAMES[capacity], years=", ".join(map(str, years))),
    )


def _variant(name: str, each: pl.DataFrame, need: str, capacity: str, years: tuple[int, ...]) -> VariantFinding:
    found = _correlation(each, need, capacity, years)
    return (
        VariantFinding(name, COMPONENT, None, found)
        if isinstance(found, str)
        else VariantFinding(name, COMPONENT, found)
    )


def _drawing(each: pl.DataFrame, years: tuple[int, ...]) -> Drawing:
    known = each.drop_nulls(["hired_share", "structural_room"])
    span = str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
    return Drawing(
        title=Text(f"Behoefte en draagkracht per gemeente, {span}", f"Need and capacity per municipality, {span}"),
        x_title=Text(
            "Behoefte: inhuur als deel van eigen en ingehuurd personeel (%)",
            "Need: hired staff as share of own and hired staff (%)",
        ),
        y_title=Text(
            "Draagkracht: structurele ruimte als deel van de baten (%)",
            "Capacity: structural room as share of income (%)",
        ),
        series=tuple(
            Series(
                NAMES[group],
                tuple(
                    Point(100 * need, 100 * capacity, label=code)
                    for code, need, capacity in known.filter(pl.col("size_group") == group)
                    .select("code", "hired_share", "structural_room")
                    .iter_rows()
                ),
                joined=False,
            )
            for group in GROUPS
        ),
    )
