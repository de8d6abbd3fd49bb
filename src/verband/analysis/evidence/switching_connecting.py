"""M11: whether position in the network of arrangements predicts outcomes beyond size.

Two outcomes, named beforehand: the logarithm of net cost per inhabitant (cost minus income other than the general grant
and levies) given grant need, and the structural balance (structurele exploitatieruimte, BBV art. 11) given size. Least
squares with size and its square (for net cost also grant need and drivers) against the same with position: boards,
betweenness, constraint and congruence, each standardised within its province because each province has its own list.
What position adds is how much smaller the error of prediction is, out of sample (numerics.cross_validation). Position
is a proxy of being able to switch and to connect, and called so.

A structural balance far out of the others (beyond three middle halves outside the middle half: Tukey, 1977, the outer
fence) is set aside by name: a few such values, most of them written in per cent instead of fractions, would decide the
error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from verband.analysis.evidence.collecting import attempted
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.result import Finding, Findings, SetAside, VariantFinding
from verband.analysis.evidence.verdict import LEVEL
from verband.numerics.cross_validation import cross_validated_gain

NET_COST, BALANCE, SIZE_ALONE = "net_cost", "structural_balance", "size_alone"
POSITION = ("boards", "betweenness", "constraint", "congruence")
SIZE, NEED = ("ln_size", "ln_size_squared"), "ln_need"
SEED = 1
REPEATS = 40
"""Times that municipalities are divided anew; with ten the ends of intervals still moved by tenths of a per cent."""
_FENCE = 3.0
_METHOD = (
    f"reduction of the root mean squared error of least squares predictions, ten-fold cross-validation by municipality "
    f"repeated {REPEATS} times; variance over folds corrected for common rows (Nadeau and Bengio, 2003), t with 9 "
    "degrees of freedom"
)


def within_province(positions: pl.DataFrame, *, ranks: bool = False) -> pl.DataFrame:
    """Positions beside those of the same province.

    Parameters
    ----------
    positions
        ``code, province`` and the columns of :data:`POSITION`, without nulls.
    ranks
        Whether to give mean ranks as fractions, instead of standard deviations from the mean.

    Returns
    -------
    pl.DataFrame
        The same columns; 0 where a province does not vary.
    """
    made = []
    for name in POSITION:
        column = pl.col(name).cast(pl.Float64)
        if ranks:
            relative = (column.rank("average").over("province") - 0.5) / pl.len().over("province") - 0.5
        else:
            deviation = column.std().over("province")
            relative = pl.when(deviation > 0).then((column - column.mean().over("province")) / deviation).otherwise(0.0)
        made.append(relative.fill_null(0.0).alias(name))
    return positions.with_columns(made)


def gain(
    rows: pl.DataFrame,
    outcome: str,
    base: Sequence[str],
    added: Sequence[str],
    *,
    component: str,
    seed: int = SEED,
    note: str = "",
) -> Finding:
    """Per cent smaller error of prediction out of sample by some columns.

    Parameters
    ----------
    rows
        One row per municipality: ``code, year``, the outcome and the columns; rows with a null are left out.
    outcome, base, added
        Names of columns.
    component, note
        Of the finding.
    seed
        Of the folds.

    Raises
    ------
    CannotEstimateError
        If there are too few rows, or nothing varies.
    """
    used = rows.select(*dict.fromkeys(["code", "year", outcome, *base, *added])).drop_nulls().sort("code")
    if used.is_empty():
        raise CannotEstimateError("no municipalities with all that is needed")
    y = used[outcome].to_numpy().astype(np.float64)
    if np.ptp(y) == 0:
        raise CannotEstimateError(f"{outcome} does not vary")
    without = np.column_stack([np.ones(used.height), *(used[name].to_numpy().astype(np.float64) for name in base)])
    more = np.column_stack([used[name].to_numpy().astype(np.float64) for name in added])
    try:
        found = cross_validated_gain(y, without, more, rng=np.random.default_rng(seed), repeats=REPEATS, level=LEVEL)
    except ValueError as error:
        raise CannotEstimateError(str(error)) from error
    return Finding(
        component=component,
        estimate=100 * found.estimate,
        low=100 * found.low,
        high=100 * found.high,
        standard_error=100 * found.standard_error,
        n_observations=found.n,
        n_municipalities=found.n,
        n_clusters=found.n,
        years=tuple(used["year"].unique().sort().to_list()),
        method=_METHOD,
        degrees_of_freedom=found.degrees_of_freedom,
        note=note,
    )


def far_out(values: pl.Series) -> pl.Series:
    """Whether values lie beyond Tukey's outer fences; null stays null."""
    low, high = values.quantile(0.25, "linear"), values.quantile(0.75, "linear")
    if low is None or high is None:
        return pl.Series(values.name, [None] * len(values), dtype=pl.Boolean)
    reach = _FENCE * (high - low)
    return (values < low - reach) | (values > high + reach)


def switching_connecting(
    outcomes: pl.DataFrame,
    positions: pl.DataFrame,
    drivers: Sequence[str],
    largest: Sequence[str],
    *,
    sources: tuple[str, ...],
    seed: int = SEED,
) -> Findings:
    """Estimate M11.

    Parameters
    ----------
    outcomes
        One row per municipality and year in the boundaries of the last year, without years before a merger: ``code,
        year, inhabitants, net_cost_eur_per_inhabitant, structural_balance`` (fraction of income; null where missing or
        in doubt), ``need_eur_per_inhabitant`` (of one year) and the drivers.
    positions
        ``code, province, listed`` and the columns of :data:`POSITION`.
    drivers
        Names of columns.
    largest
        Codes of the four largest.
    sources
        Tables.
    seed
        Of the folds.
    """
    set_aside = _without_position(positions)
    known = positions.filter(pl.col("listed") & pl.col("province").is_not_null()).drop_nulls(list(POSITION))
    rows = _prepared(outcomes)
    standard, ranked = (
        rows.join(within_province(known, ranks=ranks).select("code", *POSITION), on="code") for ranks in (False, True)
    )
    given = {NET_COST: [*SIZE, NEED, *drivers], BALANCE: [*SIZE]}
    columns = {NET_COST: "ln_net_cost", BALANCE: "balance"}
    findings: list[Finding] = []
    variants: list[VariantFinding] = []
    not_found: dict[str, str] = {}
    for component, outcome in columns.items():
        years = standard.drop_nulls(outcome)["year"].unique().sort(descending=True).to_list()
        if not years:
            not_found[component] = f"no {component.replace('_', ' ')} is loaded"
            continue
        base, now = given[component], standard.filter(pl.col("year") == years[0])
        set_aside += _without_outcome(now, known, outcome, base, component)
        if component == BALANCE:
            set_aside += [
                SetAside(code, f"structural balance of {years[0]} far out of the others: {value:.2f} of income")
                for code, value in now.filter("far_out").select("code", "structural_balance").iter_rows()
            ]
        try:
            findings.append(gain(now, outcome, base, POSITION, component=component, seed=seed))
        except CannotEstimateError as error:
            not_found[component] = str(error)
            continue
        tried: list[tuple[str, pl.DataFrame, str, Sequence[str], Sequence[str]]] = [
            ("ranks within the province", ranked.filter(pl.col("year") == years[0]), outcome, base, POSITION),
            ("without the four largest", now.filter(~pl.col("code").is_in(list(largest))), outcome, base, POSITION),
            ("betweenness only", now, outcome, base, ("betweenness",)),
        ]
        tried += [
            (f"year {year}", standard.filter(pl.col("year") == year), outcome, base, POSITION) for year in years[1:3]
        ]
        if component == BALANCE:
            tried += [
                ("grant need and drivers held constant", now, outcome, given[NET_COST], POSITION),
                ("values far out included", now, "structural_balance", base, POSITION),
            ]
        variants += [_tried(name, component, *rest, seed=seed) for name, *rest in tried]  # type: ignore[arg-type]
    if NET_COST not in not_found:
        now = standard.filter(pl.col("year") == findings[0].years[0])
        try:
            findings.append(gain(now, "ln_net_cost", [NEED, *drivers], SIZE, component=SIZE_ALONE, seed=seed))
        except CannotEstimateError as error:
            not_found[SIZE_ALONE] = str(error)
    return Findings(tuple(findings), tuple(variants), tuple(set_aside), sources, not_found)


def _prepared(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Outcomes with the columns of the models."""
    size = pl.col("inhabitants").log()
    rows = (
        outcomes.filter(pl.col("inhabitants") > 0)
        .with_columns(
            size.alias("ln_size"),
            _logarithm("net_cost_eur_per_inhabitant").alias("ln_net_cost"),
            _logarithm("need_eur_per_inhabitant").alias(NEED),
        )
        .with_columns((pl.col("ln_size") - pl.col("ln_size").mean()).pow(2).alias("ln_size_squared"))
    )
    marked = [
        part.with_columns(far_out(part["structural_balance"]).alias("far_out"))
        for part in rows.partition_by("year", maintain_order=True)
    ]
    found = pl.concat(marked) if marked else rows.with_columns(pl.lit(value=False).alias("far_out"))
    usable = pl.when(~pl.col("far_out")).then(pl.col("structural_balance"))
    return found.with_columns(usable.alias("balance"))


def _logarithm(column: str) -> pl.Expr:
    return pl.when(pl.col(column) > 0).then(pl.col(column).log())


def _without_position(positions: pl.DataFrame) -> list[SetAside]:
    found = []
    for row in positions.sort("code").iter_rows(named=True):
        reason = _why_none(row)
        if reason:
            found.append(SetAside(row["code"], reason))
    return found


def _without_outcome(
    rows: pl.DataFrame, known: pl.DataFrame, outcome: str, base: Sequence[str], component: str
) -> list[SetAside]:
    """Municipalities with a position that lack the outcome or what is held constant; those far out are told apart."""
    year = rows["year"].to_list()[0] if rows.height else "any year"
    usable = set(rows.drop_nulls([outcome, *base])["code"])
    if component == BALANCE:
        usable |= set(rows.filter("far_out")["code"])
    lacking = sorted(set(known["code"]) - usable)
    words = component.replace("_", " ")
    return [SetAside(code, f"no {words} of {year}, or not all that is held constant beside it") for code in lacking]


def _why_none(row: Mapping[str, object]) -> str:
    if not row["listed"]:
        return "no list names it"
    if row["province"] is None:
        return "its province is not known"
    lacking = [name for name in POSITION if row[name] is None]
    return f"no {' or '.join(lacking)}: the lists name no partners, or no region is known" if lacking else ""


def _tried(
    name: str,
    component: str,
    rows: pl.DataFrame,
    outcome: str,
    base: Sequence[str],
    added: Sequence[str],
    *,
    seed: int,
) -> VariantFinding:
    return attempted(name, component, gain, rows, outcome, base, added, component=component, seed=seed)
