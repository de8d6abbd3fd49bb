"""M15: whether small municipalities find it ever harder to contribute what a partnership asks.

What arrangements ask is measured by what is paid to them (Iv3 L4.3.3, a lower bound) as share of the general grant and
the levies, out of which a council can pay freely; what is left by structural room (BBV art. 11) in the accounts. The
estimand is a difference in trend: ``y_it = a_i + d_t + b_s small_i t + b_m medium_i t + e_it``, so that ``b`` is how
many points a year the group rises more than the large ones, whatever all have in common in a year. Size is that of
the first year of a municipality. Errors are clustered by municipality (numerics.least_squares).

Another denominator makes another ratio: it is brought to the national level of the first, so that a point stays one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

from verband.analysis.evidence.collecting import attempted
from verband.analysis.evidence.evidence_rules import evidence_rule
from verband.analysis.evidence.need_and_capacity import COMPONENT as NEED
from verband.analysis.evidence.need_and_capacity import need_and_capacity
from verband.analysis.evidence.panel import CannotEstimateError, panel_finding
from verband.analysis.evidence.result import Finding, Findings, SetAside, VariantFinding
from verband.analysis.evidence.size_groups import GROUPS, SizeGroup, with_size_group
from verband.analysis.evidence.verdict import LEVEL

FREE_MEANS = ("general_grant_keur", "levies_keur")
_OTHER_MEANS = {
    "against the general grant alone": ("general_grant_keur",),
    "against grant, levies and specific grants": (*FREE_MEANS, "specific_grants_keur"),
    "against all income": ("income_keur",),
    "against levies alone": ("levies_keur",),
}
_METHOD = (
    "least squares of {what} on the year by size group, against the large group, with an effect per municipality and "
    "per year; CR2 errors by {cluster}, Satterthwaite's t"
)
_WHAT = {
    "burden": "transfers to arrangements as share of {means}",
    "structural_room": "structural room in the {report}",
}
_SINCE = 2019


def contributing(
    rows: pl.DataFrame,
    outlook: pl.DataFrame,
    largest: Sequence[str],
    *,
    set_aside: Sequence[SetAside] = (),
    sources: tuple[str, ...],
) -> Findings:
    """Estimate M15.

    Parameters
    ----------
    rows
        One row per municipality and year of accounts in one year's boundaries, years before a merger left out:
        ``code, year, inhabitants``; in thousand euro ``paid_keur`` (to arrangements; null where missing or in doubt),
        ``general_grant_keur, levies_keur, specific_grants_keur, income_keur``; fractions ``structural_room``,
        ``solvency``, ``hired_share``, ``arrangement_share``; ``grant_need_eur`` per inhabitant; ``outsourced``;
        ``safety_region``.
    outlook
        Structural room as municipalities foresee it: ``code, budget_year, year, report_type, structural_room``, the
        report type ``budget`` or ``estimate``; may be empty.
    largest
        Codes of the four largest.
    set_aside
        What was left out before.
    sources
        Tables.
    """
    grouped = with_size_group(rows)
    burden = with_burden(grouped, FREE_MEANS)
    room, odd = _within_bounds(grouped)
    filed = grouped.drop_nulls("structural_room")
    findings: list[Finding] = []
    variants: list[VariantFinding] = []
    not_found: dict[str, str] = {}
    deciding: tuple[tuple[str, SizeGroup, pl.DataFrame, str], ...] = (
        ("burden_small", "small", burden, "burden"),
        ("balance_small", "small", room, "structural_room"),
        ("burden_medium", "medium", burden, "burden"),
        ("balance_medium", "medium", room, "structural_room"),
    )
    for component, group, table, outcome in deciding:
        try:
            findings.append(trend_difference(table, outcome, component=component, group=group))
        except CannotEstimateError as error:
            not_found[component] = str(error)
            continue
        samples = _samples(table, largest)
        if outcome == "burden":
            samples |= {
                f"{name}, at the national ratio": with_burden(grouped, means) for name, means in _OTHER_MEANS.items()
            }
        else:
            samples["values beyond the bound kept"] = filed
        for name, sample in samples.items():
            variants.append(_tried(name, sample, outcome, component=component, group=group))
        variants += [
            _tried(
                "clusters: safety regions", table, outcome, component=component, group=group, cluster="safety_region"
            ),
            _tried("size as a number", table, outcome, component=component, group=group, by_number=True),
        ]
        if outcome == "structural_room":
            variants += _foreseen(outlook, grouped, component, group)
    findings += _by_year(burden, "burden", "burden_by_year")
    findings += _falling_short(room, _latest_outlook(outlook, grouped))
    found, other, drawing = need_and_capacity(room)
    if isinstance(found, Finding):
        findings.append(found)
        variants += other
    else:
        not_found[NEED] = found
    return Findings(tuple(findings), tuple(variants), (*set_aside, *odd), sources, not_found, drawing)


def with_burden(rows: pl.DataFrame, means: Sequence[str]) -> pl.DataFrame:
    """Rows with ``burden``: transfers as fraction of some means, at the national level that free means have.

    Parameters
    ----------
    rows
        As of :func:`contributing`.
    means
        Columns added up to the denominator; rows where it is not above 0 have no burden.
    """
    sound = rows.filter(
        pl.col("paid_keur").is_not_null() & (_sum(means) > 0).fill_null(value=False) & (_sum(FREE_MEANS) > 0)
    )
    level = float(sound.select(_sum(means).sum() / _sum(FREE_MEANS).sum()).item()) if sound.height else 1.0
    return sound.with_columns((pl.col("paid_keur") / _sum(means) * level).alias("burden"))


def _sum(columns: Sequence[str]) -> pl.Expr:
    total = pl.col(columns[0])
    for name in columns[1:]:
        total = total + pl.col(name)
    return total


def trend_difference(
    rows: pl.DataFrame,
    outcome: str,
    *,
    component: str,
    group: SizeGroup,
    cluster: str = "code",
    by_number: bool = False,
    report: str = "accounts",
) -> Finding:
    """Percentage points a year by which an outcome of a group rises more than that of the large group.

    Parameters
    ----------
    rows
        With :func:`verband.analysis.evidence.size_groups.with_size_group`, the outcome as a fraction and the cluster.
    outcome
        Name of its column.
    component
        Of the finding.
    group
        ``small`` or ``medium``.
    cluster
        Column of the clusters.
    by_number
        Whether the trend goes with the logarithm of size, taken at the distance between the means of both groups.
    report
        Named in the method.

    Raises
    ------
    CannotEstimateError
        If it cannot be estimated, also where one of the two groups is empty.
    """
    used = rows.drop_nulls(outcome)
    for name in (group, "large"):
        if used.filter(pl.col("size_group") == name).is_empty():
            raise CannotEstimateError(f"there are no {name} municipalities in the rows")
    year = pl.col("year").cast(pl.Float64) - used["year"].mean()
    halvings = -pl.col("first_inhabitants").log(2.0)
    used = used.with_columns(
        ((pl.col("size_group") == "small").cast(pl.Float64) * year).alias("small"),
        ((pl.col("size_group") == "medium").cast(pl.Float64) * year).alias("medium"),
        (halvings * year).alias("halvings"),
    )
    each = used.unique("code", keep="first", maintain_order=True)
    mean = {
        name: float(each.filter(pl.col("size_group") == name).select(halvings.mean()).item())
        for name in (group, "large")
    }
    # A group that nobody is in would leave a column of zeros, which is no regressor.
    present = [name for name in ("small", "medium") if (used["size_group"] == name).any()]
    return panel_finding(
        used,
        outcome,
        ["halvings"] if by_number else present,
        component=component,
        of={"halvings": mean[group] - mean["large"]} if by_number else group,
        times=100.0,
        within=True,
        cluster=cluster,
        method=_METHOD.format(
            what=_WHAT[outcome].format(means="general grant and levies", report=report),
            cluster="municipality" if cluster == "code" else cluster.replace("_", " "),
        ),
    )


def _tried(name: str, rows: pl.DataFrame, outcome: str, *, component: str, **options: object) -> VariantFinding:
    return attempted(name, component, trend_difference, rows, outcome, component=component, **options)  # type: ignore[arg-type]


def _samples(rows: pl.DataFrame, largest: Sequence[str]) -> dict[str, pl.DataFrame]:
    return {
        "without outsourced organisations": rows.filter(~pl.col("outsourced")),
        "without the four largest": rows.filter(~pl.col("code").is_in(list(largest))),
        f"since {_SINCE}": rows.filter(pl.col("year") >= _SINCE),
    }


def _bounded() -> pl.Expr:
    return pl.col("structural_room").abs() <= evidence_rule("largest_structural_room")


def _within_bounds(rows: pl.DataFrame) -> tuple[pl.DataFrame, tuple[SetAside, ...]]:
    known = rows.drop_nulls("structural_room")
    odd = known.filter(~_bounded()).sort("code", "year").group_by("code", maintain_order=True).agg("year")
    bound = evidence_rule("largest_structural_room")
    return known.filter(_bounded()), tuple(
        SetAside(
            code,
            f"structural room in {', '.join(map(str, years))} is more than {bound:.0%} of income either way, which a "
            "year cannot hold: not in balance_small, balance_medium, falling_short and need_and_capacity",
        )
        for code, years in odd.iter_rows()
    )


def _grouped_outlook(outlook: pl.DataFrame, grouped: pl.DataFrame) -> pl.DataFrame:
    sizes = grouped.select("code", "first_inhabitants", "size_group", "safety_region").unique("code")
    return outlook.join(sizes, on="code", how="inner").drop_nulls("structural_room").filter(_bounded())


def _latest_outlook(outlook: pl.DataFrame, grouped: pl.DataFrame) -> pl.DataFrame:
    """The newest budget with its multi-year estimate: years after its own first one."""
    known = _grouped_outlook(outlook, grouped)
    newest = known.filter(pl.col("budget_year") == pl.col("budget_year").max())
    return newest.filter(pl.col("year") >= pl.col("budget_year"))


def _foreseen(outlook: pl.DataFrame, grouped: pl.DataFrame, component: str, group: SizeGroup) -> list[VariantFinding]:
    """The same trend in what municipalities foresee: the budgets of all years, and the newest estimates ahead."""
    known = _grouped_outlook(outlook, grouped)
    budgets = known.filter((pl.col("report_type") == "budget") & (pl.col("year") == pl.col("budget_year")))
    return [
        _tried(
            "budgets instead of accounts",
            budgets,
            "structural_room",
            component=component,
            group=group,
            report="budgets",
        ),
        _tried(
            "newest multi-year estimate",
            _latest_outlook(outlook, grouped),
            "structural_room",
            component=component,
            group=group,
            report="newest budget and its multi-year estimate",
        ),
    ]


def _by_year(rows: pl.DataFrame, outcome: str, component: str) -> list[Finding]:
    """Mean of a fraction over the municipalities of a group in a year, in percent; interval as of a sample."""
    from scipy.special import stdtrit  # noqa: PLC0415  slow to start

    found = []
    for group in GROUPS:
        of_group = rows.filter(pl.col("size_group") == group)
        for year in of_group["year"].unique().sort():
            values = 100 * of_group.filter(pl.col("year") == year)[outcome].drop_nulls()
            if len(values) < 2:
                continue
            mean, error = float(values.mean()), float(values.std()) / math.sqrt(len(values))  # type: ignore[arg-type]
            reach = float(stdtrit(len(values) - 1, (1 + LEVEL) / 2)) * error
            found.append(
                Finding(
                    component,
                    mean,
                    mean - reach,
                    mean + reach,
                    error,
                    len(values),
                    len(values),
                    len(values),
                    (int(year),),
                    "mean over the municipalities of the group; the interval takes them as a sample of what could have"
                    " been (Student's t)",
                    degrees_of_freedom=len(values) - 1,
                    by={"size": group, "year": str(year)},
                    kind="derived",
                )
            )
    return found


def _falling_short(accounts: pl.DataFrame, outlook: pl.DataFrame) -> list[Finding]:
    """Share of municipalities whose structural room is below nothing, in percent."""
    from scipy.stats import binomtest  # noqa: PLC0415  slow to start

    columns = ["size_group", "year", "structural_room", "report"]
    said = [accounts.with_columns(pl.lit("accounts").alias("report")).select(columns)]
    if not outlook.is_empty():
        said.append(outlook.with_columns(pl.col("report_type").alias("report")).select(columns))
    rows = pl.concat(said)
    found = []
    for group in GROUPS:
        parts = rows.filter(pl.col("size_group") == group).partition_by("report", "year", as_dict=True)
        for (report, year), part in sorted(parts.items(), key=lambda item: (item[0][1], item[0][0])):
            short, number = int((part["structural_room"] < 0).sum()), part.height
            low, high = binomtest(short, number).proportion_ci(LEVEL, method="wilson")
            found.append(
                Finding(
                    "falling_short",
                    100 * short / number,
                    100 * float(low),
                    100 * float(high),
                    None,
                    number,
                    number,
                    number,
                    (int(year),),
                    "share of the municipalities of the group with structural room below 0; Wilson's interval (1927)",
                    by={"size": group, "year": str(year), "report": str(report)},
                    kind="derived",
                )
            )
    return found
