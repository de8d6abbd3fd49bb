"""M5: how many functions on the staff lists that users loaded rest on one or two people, and who fills the gap.

A function rests on as many people as hold it. One without holders rests on nobody: it is neither on one or two people
nor on more, and is set aside, with a variant that counts it. When one of the holders drops out, colleagues of the same
function and arranged deputies are left; nobody fills the gap where they are fewer than have to be present. Functions of
one municipality are alike, and few municipalities load a list: intervals are those of clustered proportions
(:mod:`verband.numerics.grouped_counts`), with a least likeness that was stated beforehand. Of a function without a
number of deputies nobody knows who fills the gap, and it is left out; who leaves the number empty may mean that there
are none, so one check counts it as none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.evidence_rules import evidence_rule, fewest_groups
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.result import Finding, SetAside
from verband.analysis.evidence.statements import statement
from verband.analysis.evidence.verdict import LEVEL
from verband.numerics.grouped_counts import clustered_proportion

FEW, NOBODY = "on_one_or_two_people", "nobody_to_fill_in"
_TWO = 2
_METHOD = (
    "proportion of functions, clustered by municipality: exact interval at the effective number of functions (Korn and "
    "Graubard, 1998), bias-reduced variance, Satterthwaite's degrees of freedom"
)
_NOTE = (
    "about the lists that were loaded, which are no random sample of municipalities; which functions are on a list is "
    "the choice of whoever made it"
)
_NO_LISTS = (
    "no staff lists are loaded: make them with `verband template staff` and load those of three municipalities or more"
)


@dataclass(frozen=True, slots=True)
class StaffLists:
    """Own staff lists.

    Attributes
    ----------
    rows
        One row per municipality and function: ``code, function, holders``; ``required`` and ``deputies``, null where
        not filled in; ``as_of``, a day; ``inhabitants``, null where not known.
    source
        The files.
    left_out
        How many lists are older than the one of the same municipality that counts, or of a predecessor of it.
    set_aside
        Lists of municipalities that are not on the latest list and went to several.
    """

    rows: pl.DataFrame
    source: str
    left_out: int = 0
    set_aside: tuple[SetAside, ...] = ()


def add_staff_lists(found: Collection, lists: StaffLists | None) -> tuple[SetAside, ...]:
    """Add both components of the staff lists, with their variants.

    Parameters
    ----------
    found
        What is added to.
    lists
        ``None`` where none are loaded.

    Returns
    -------
    tuple of SetAside
        Functions that are held by nobody, and lists of which the municipality is not known.
    """
    if lists is None:
        found.not_found |= dict.fromkeys((FEW, NOBODY), _NO_LISTS)
        return ()
    rows = lists.rows.sort("code", "function")
    held = rows.filter(pl.col("holders") > 0)
    large = evidence_rule("large_from")
    small = pl.col("inhabitants") < large
    largest = rows.group_by("code").len().sort(["len", "code"], descending=[True, False])["code"].head(1)
    note = f"{_NOTE}; without {lists.left_out} older lists, or lists of predecessors" if lists.left_out else _NOTE
    for component, told in ((FEW, _few), (NOBODY, _nobody)):
        found.add(None, component, told, held, note)
        found.add("every municipality counts the same", component, told, held, note, equally=True)
        found.add(f"municipalities below {large:,.0f} inhabitants", component, told, held.filter(small), note)
        rest = held.filter(~pl.col("code").is_in(largest.implode()))
        found.add("without the longest list", component, told, rest, note)
    found.add("vacant functions counted as on one or two people", FEW, _few, rows, note)
    known = held.filter(pl.col("required").is_not_null())
    found.add("only where it is known how many have to be present", NOBODY, _nobody, known, note)
    none = held.with_columns(pl.col("deputies").fill_null(0))
    found.add("deputies left empty count as none", NOBODY, _nobody, none, note)
    vacant = rows.filter(pl.col("holders") == 0)
    return (
        *lists.set_aside,
        *(
            SetAside(code, f"{function}: held by nobody now, so it rests on nobody")
            for code, function in vacant.select("code", "function").iter_rows()
        ),
    )


def _few(rows: pl.DataFrame, note: str, *, equally: bool = False) -> Finding:
    marked = rows.with_columns((pl.col("holders") <= _TWO).alias("hit"))
    return _finding(FEW, marked, note, equally=equally)


def _nobody(rows: pl.DataFrame, note: str, *, equally: bool = False) -> Finding:
    few = rows.filter(pl.col("holders") <= _TWO)
    known = few.drop_nulls("deputies")
    left = pl.col("holders") - 1 + pl.col("deputies")
    marked = known.with_columns((left < pl.col("required").fill_null(1)).alias("hit"))
    unknown, assumed = few.height - known.height, known["required"].null_count()
    notes = [note]
    if unknown:
        notes.append(f"without {unknown} functions whose number of deputies is not filled in")
    if assumed:
        notes.append(f"of {assumed} it is not filled in how many have to be present, and one is taken")
    return _finding(NOBODY, marked, "; ".join(notes), equally=equally)


def _finding(component: str, rows: pl.DataFrame, note: str, *, equally: bool) -> Finding:
    number = rows["code"].n_unique()
    if number < fewest_groups():
        raise CannotEstimateError(_too_few(component, number))
    group = np.unique(rows["code"].to_numpy(), return_inverse=True)[1].astype(np.int64)
    weights = 1 / np.bincount(group)[group] if equally else None
    told = clustered_proportion(
        rows["hit"].to_numpy().astype(np.float64),
        group,
        weights,
        least_likeness=evidence_rule("least_likeness_of_functions"),
        level=LEVEL,
    )
    limit = statement("M5").rule(component).smallest_effect
    return Finding(
        component,
        100 * told.estimate,
        100 * told.low,
        100 * told.high,
        None,
        rows.height,
        number,
        number,
        tuple(sorted({day.year for day in rows["as_of"]})),
        _METHOD,
        degrees_of_freedom=math.inf,
        p_value=None if limit is None else told.chance_below(limit / 100),
        note=note,
    )


def _too_few(component: str, number: int) -> str:
    if component == FEW:
        return f"usable staff lists of {number} municipalities are loaded, and {fewest_groups()} are needed"
    return (
        f"functions on one or two people with a known number of deputies are loaded of {number} municipalities, and "
        f"{fewest_groups()} are needed"
    )
