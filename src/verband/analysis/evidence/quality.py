"""M3: whether cooperation raises quality where it saves nothing; accounts hold no quality, users' own lists do.

The claim is conditional: only tasks of which M1 finds that there is no saving decide; those that save, and those of
which a saving cannot be told, stand beside them. An indicator is turned so that more is better and measured in its own
spread: the standard deviation within either form, pooled over both (Cohen, 1988), with the correction for few figures
(Hedges, 1981), so that the gain itself is no part of the spread that it is measured in. A figure of an arrangement that
stands with every participant is one figure there. Errors are clustered both by who did the task and by municipality,
for one municipality takes part in several arrangements (Cameron, Gelbach and Miller, 2011). Then together and alone are
compared within indicator and year, at the same number of inhabitants. Those that cooperate chose to: a difference is
not by itself an effect of cooperating.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import polars as pl

from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.evidence_rules import evidence_rule
from verband.analysis.evidence.own_comparison import (
    CELL,
    CODES,
    DOER,
    TOGETHER,
    compared,
    demand_both_forms,
    doer,
    last_year,
    number_of_doers,
    plain,
    with_both_forms,
)
from verband.analysis.evidence.result import Finding, Findings, SetAside

Saving = Literal["none", "some", "undecided"]
"""Whether doing a task on a larger scale saves, by M1."""
MUNICIPALITY = "code"
_ROUNDING = 1e-9
"""A spread below this part of the figures themselves is what computing leaves of none."""
WITHOUT_SAVING, WHERE_IT_SAVES, UNDECIDED = "quality_together", "quality_where_it_saves", "quality_where_undecided"
_COMPONENTS: tuple[tuple[str, Saving, str], ...] = (
    (WITHOUT_SAVING, "none", "tasks without a saving"),
    (UNDECIDED, "undecided", "tasks of which a saving cannot be told"),
    (WHERE_IT_SAVES, "some", "tasks with a saving"),
)
_METHOD = (
    "least squares of quality, in standard deviations within the forms of the indicator and year, on done through an "
    "arrangement or alone and ln inhabitants, with an effect per indicator and year; CR2 errors by arrangement (or "
    "municipality where it does it alone) and by municipality, Satterthwaite's t"
)
_NOTE = (
    "the loaded files hold indicators of {held} municipalities; this is about those, which are no random sample; those "
    "that cooperate chose to, so the difference need not be an effect of it; a figure of an arrangement that stands "
    "with every participant is one figure for the errors"
)


def quality(
    indicators: pl.DataFrame | None,
    saving: Mapping[str, Saving],
    largest: Sequence[str] = (),
    *,
    of_arrangements: int = 0,
    set_aside: Sequence[SetAside] = (),
    sources: tuple[str, ...] = (),
) -> Findings:
    """Compare quality of tasks done together and alone.

    Parameters
    ----------
    indicators
        ``code, task, indicator, unit, direction`` (higher or lower is better) ``, year, value, arrangement`` (null
        where the task is done alone) ``, inhabitants`` (may be null): a row per municipality, indicator and year.
        ``None`` where none are loaded.
    saving
        By Iv3 task with an estimate of scale what M1 finds.
    largest
        Codes left out in a variant.
    of_arrangements
        Of how many arrangements indicators are loaded that are not compared with doing the task alone.
    set_aside
        Rows left out before.
    sources
        Tables.
    """
    if indicators is None or indicators.is_empty():
        told = [
            f"indicators of {of_arrangements} arrangements are loaded, but not what the same tasks reach when done "
            "alone"
        ]
        undecided = sum(saves == "undecided" for saves in saving.values())
        lacking = "no quality per task in each form is loaded (fill in: verband template quality)"
        reason = "; ".join(
            [
                *(told if of_arrangements else []),
                lacking,
                _which(saving),
                f"of {undecided} tasks a saving cannot be told",
            ]
        )
        return Findings((), set_aside=tuple(set_aside), sources=sources, not_found={WITHOUT_SAVING: reason})
    rows, apart = standardised(indicators, saving)
    note = _NOTE.format(held=indicators["code"].n_unique())
    found = Collection()
    for component, saves, which in _COMPONENTS:
        of_kind = rows.filter(pl.col("saves") == saves)
        for name, part, outcome, beside in (
            (None, of_kind, "quality", ("size",)),
            ("size not held constant", of_kind, "quality", ()),
            ("ranks", of_kind, "rank", ("size",)),
            ("last year only", last_year(of_kind), "quality", ("size",)),
            ("without the four largest municipalities", of_kind.filter(~_any_of(largest)), "quality", ("size",)),
            ("an arrangement counts once per indicator and year", once_each(of_kind), "quality", ("size",)),
        ):
            found.add(name, component, _difference, part, outcome, beside, component, which=which, note=note)
    if WITHOUT_SAVING in found.not_found:
        found.not_found[WITHOUT_SAVING] += f"; {_which(saving)}; {_loaded(rows)}"
    return Findings(tuple(found.findings), tuple(found.variants), (*set_aside, *apart), sources, found.not_found)


def _which(saving: Mapping[str, Saving]) -> str:
    named = ", ".join(task for task, saves in saving.items() if saves == "none")
    return f"tasks without a saving: {named or 'none'}"


def _loaded(rows: pl.DataFrame) -> str:
    named = ", ".join(rows["cell"].str.split("|").list.first().unique().sort().to_list())
    return f"tasks with figures in both forms: {named or 'none'}"


def standardised(indicators: pl.DataFrame, saving: Mapping[str, Saving]) -> tuple[pl.DataFrame, tuple[SetAside, ...]]:
    """Figures in the spread of their indicator and year, more is better, of indicators reached in both forms.

    Returns
    -------
    tuple
        ``cell, doer, together, code, codes, year, saves, size`` (logarithm of inhabitants), ``quality`` (mean 0 within
        the cell, in standard deviations within its forms) and ``rank`` (normal scores of van der Waerden); and what
        was set aside.
    """
    rows = indicators.with_columns(pl.col("task").alias("_task"), pl.col("indicator").alias("shown"))
    rows = rows.with_columns(plain(name) for name in ("indicator", "unit", "arrangement"))
    known = {task: _kind(task, saving) for task in rows["task"].unique().sort().to_list()}
    aside = [
        SetAside(task, "no estimate of its scale says whether doing it together saves anything")
        for task, saves in known.items()
        if saves is None
    ]
    told = {task: saves for task, saves in known.items() if saves is not None}
    rows = rows.filter(pl.col("task").is_in(list(told))).with_columns(
        pl.col("task").replace_strict(told, default=None, return_dtype=pl.String).alias("saves"),
        doer().alias(DOER),
        pl.concat_str("task", "indicator", pl.col("unit").fill_null(""), "year", separator="|").alias(CELL),
        pl.col("arrangement").is_not_null().cast(pl.Float64).alias(TOGETHER),
        pl.concat_list("code").alias(CODES),
        pl.when(pl.col("inhabitants") > 0).then(pl.col("inhabitants").log()).alias("size"),
        pl.when(pl.col("direction") == "lower").then(-pl.col("value")).otherwise("value").alias("turned"),
    )
    kind = ("task", "indicator", "unit")
    fewest = evidence_rule("fewest_figures")
    # Participants that show the one figure of their arrangement are one figure of the spread.
    rows = rows.with_columns(pl.struct(DOER, "turned").is_first_distinct().over(CELL).alias("figure"))
    checks = (
        (pl.col("direction").n_unique().over(*kind) > 1, "is called better both when higher and when lower"),
        (pl.col(TOGETHER).n_unique().over(CELL) < 2, "is not known of both forms"),
        (_figures() < fewest, f"holds fewer than {fewest:g} figures, too few for its spread"),
        (
            _spread_within() <= _ROUNDING * pl.col("turned").abs().max().over(CELL),
            "is the same everywhere within either form",
        ),
    )
    for fault, reason in checks:
        left = rows.filter(fault).group_by("_task", "shown").agg(pl.col("year").unique().sort()).sort("_task", "shown")
        aside += [
            SetAside(task, f"{indicator} in {', '.join(map(str, years))}: it {reason}")
            for task, indicator, years in left.iter_rows()
        ]
        rows = rows.filter(~fault)
    rows = rows.sort(CELL, DOER, "code", "turned")
    turned = pl.col("turned")
    return (
        rows.with_columns(
            ((turned - turned.mean().over(CELL)) / _spread_within() * _few()).alias("quality"),
            (turned.rank("average").over(CELL) / (pl.len().over(CELL) + 1))
            .map_batches(_normal_score, return_dtype=pl.Float64)
            .alias("rank"),
        ).select(CELL, DOER, TOGETHER, MUNICIPALITY, CODES, "year", "saves", "size", "quality", "rank"),
        tuple(aside),
    )


def _spread_within() -> pl.Expr:
    """Standard deviation of a figure within the forms of its cell, pooled over both."""
    own = pl.when("figure").then("turned")
    squares = (own - own.mean().over(CELL, TOGETHER)).pow(2).sum().over(CELL)
    return (squares / (_figures() - 2)).sqrt()


def _figures() -> pl.Expr:
    return pl.col("figure").sum().over(CELL).cast(pl.Float64)


def _few() -> pl.Expr:
    """What a difference in a spread of few figures is too large by, as a factor (Hedges, 1981, equation 6e)."""
    return 1 - 3 / (4 * (_figures() - 2) - 1)


def _normal_score(share: pl.Series) -> pl.Series:
    from scipy.special import ndtri  # noqa: PLC0415  slow to start

    return pl.Series(np.asarray(ndtri(share.to_numpy()), dtype=np.float64))


def _kind(task: str, saving: Mapping[str, Saving]) -> Saving | None:
    """Whether a task saves; of a task that was estimated as one with others what those do together."""
    parts = set(task.split("+"))
    sums = sorted(saving, key=lambda name: (len(name.split("+")), name))
    return next((saving[name] for name in sums if parts <= set(name.split("+"))), None)


def _any_of(codes: Sequence[str]) -> pl.Expr:
    return pl.col("code").is_in(list(codes))


def once_each(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per doer and cell: the mean over the participants of an arrangement."""
    return rows.group_by(CELL, DOER, TOGETHER, "year", maintain_order=True).agg(
        # The mean over participants is no municipality's own: it is the arrangement's.
        pl.col("size", "quality", "rank").mean(),
        pl.col(CODES).explode(),
        pl.col(DOER).first().alias(MUNICIPALITY),
    )


def _difference(
    rows: pl.DataFrame, outcome: str, beside: tuple[str, ...], component: str, *, which: str, note: str
) -> Finding:
    known = with_both_forms(rows.drop_nulls([outcome, *beside]))
    demand_both_forms(*number_of_doers(known), f"what {which} reach in both forms")
    return compared(known, outcome, (TOGETHER, *beside), also_by=MUNICIPALITY).finding(component, _METHOD, note)
