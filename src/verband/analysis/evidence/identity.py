"""M7: whether municipalities with unlike preferences share fewer voluntary arrangements.

Pairs of municipalities within a province, in the boundaries of the last year; effects per province that supplied the
list; errors that allow any dependence between pairs with a municipality in common (numerics.dyadic). Distance of
preferences in 2017: half the Jensen-Shannon distance of the mix of own-choice spending (Lin, 1991; the square root of
the divergence, a metric: Endres and Schindelin, 2003), half the absolute difference in the logarithm of levies per
inhabitant, each in its standard deviations over pairs. Which tasks are own choice is dated data
(``domain/reference/preference_tasks.csv``). Held constant: contact, the logarithm of the distance between centroids,
sum and absolute difference of the logarithms of inhabitants, and how many of the two are mergers and whether both are.

No public source says of any arrangement that it is voluntary. Where none is loaded that does, those of unknown status
stand in: what the law compels is known by name and left out. So the outcome is an upper bound of what is shared
voluntarily, and the percentage is too small in size as far as part of it is not a choice.

That unlike partners save less cannot be tested: a saving would have to be told per arrangement, and neither the
accounts of arrangements nor what each member pays to which are public.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import polars as pl

from verband.analysis.evidence.collecting import attempted
from verband.analysis.evidence.evidence_rules import evidence_rule
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.result import Finding, Findings, SetAside, VariantFinding
from verband.analysis.evidence.verdict import LEVEL
from verband.numerics.dyadic import DyadicFit, dyadic_least_squares, dyadic_poisson

Array = npt.NDArray[np.float64]
PREFERENCE_YEAR = 2017
SHARED, CONTACT = "shared_voluntary", "contact"
CONTROLS = ("contact", "ln_distance", "sum_ln_size", "difference_ln_size", "mergers", "both_mergers")
_NEIGHBOURS = "neighbours share a border or a point, or lie within 500 metres of each other"
_UNLIKE = (
    "whether unlike partners save less is not testable: a saving per arrangement needs the accounts of arrangements "
    "and what each member pays to which, and neither is public"
)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of municipalities within a province.

    Attributes
    ----------
    rows
        ``a, b, province``; ``known_voluntary``, ``unknown`` and ``all`` (arrangements in common, by status); the
        distances ``mix`` and ``levies``, and ``capacity`` where known; and :data:`CONTROLS`.
    set_aside
        Municipalities in no pair, with the reason.
    """

    rows: pl.DataFrame
    set_aside: tuple[SetAside, ...]


def jensen_shannon(shares: Array) -> Array:
    """Jensen-Shannon distances between all rows of shares.

    Parameters
    ----------
    shares
        Shape (n, k), not negative, rows adding up to 1.

    Returns
    -------
    Array
        Shape (n, n), 0 to 1: square root of the divergence with logarithms of base 2 (Lin, 1991, eq. 4.1).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(shares > 0, shares * np.log2(shares), 0.0).sum(axis=1)
    found = np.zeros((len(shares), len(shares)))
    for row, share in enumerate(shares):
        middle = (share + shares) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            between = np.where(middle > 0, middle * np.log2(middle), 0.0).sum(axis=1)
        found[row] = np.sqrt(np.maximum((own[row] + own) / 2 - between, 0.0))
    np.fill_diagonal(found, 0.0)
    return found


def pairs_of(
    municipalities: pl.DataFrame,
    spending: pl.DataFrame,
    tasks: Sequence[str],
    seats: pl.DataFrame,
    neighbours: pl.DataFrame,
) -> Pairs:
    """Put together the pairs within provinces.

    Parameters
    ----------
    municipalities
        One row per municipality of the last year: ``code, province, listed, inhabitants, levies_keur`` (of 2017, in its
        boundaries), ``tax_capacity`` (fraction), ``merged``, ``x_m, y_m`` (of the centroid).
    spending
        ``code, task, cost_keur`` of 2017 in these boundaries; null where a part has no account.
    tasks
        Those of own choice.
    seats
        ``code, arrangement_id, status``.
    neighbours
        ``code_a, code_b``.
    """
    shares, reasons = _mix(municipalities, spending, tasks)
    usable = []
    for row in municipalities.sort("code").iter_rows(named=True):
        code = row["code"]
        if not row["listed"]:
            reasons[code] = "no list names it"
        elif code in shares and not (row["inhabitants"] and row["levies_keur"] and row["levies_keur"] > 0):
            reasons[code] = f"no levies or inhabitants of {PREFERENCE_YEAR}"
        elif code in shares and (row["x_m"] is None or row["province"] is None):
            reasons[code] = "no place or province is known"
        elif code in shares:
            usable.append(row)
    set_aside = tuple(SetAside(code, reason) for code, reason in sorted(reasons.items()))
    if not usable:
        return Pairs(pl.DataFrame(), set_aside)
    distance = jensen_shannon(np.array([shares[row["code"]] for row in usable]))
    contact = {frozenset(pair) for pair in neighbours.select("code_a", "code_b").iter_rows()}
    held: dict[str, dict[str, set[str]]] = {}
    for code, arrangement, status in seats.select("code", "arrangement_id", "status").iter_rows():
        held.setdefault(code, {}).setdefault(status, set()).add(arrangement)
    by_province: dict[str, list[int]] = {}
    for number, row in enumerate(usable):
        by_province.setdefault(row["province"], []).append(number)
    rows = [
        _pair(usable[one], usable[other], float(distance[one, other]), contact, held)
        for members in by_province.values()
        for one, other in combinations(members, 2)
    ]
    return Pairs(pl.DataFrame(rows), set_aside)


def _mix(
    municipalities: pl.DataFrame, spending: pl.DataFrame, tasks: Sequence[str]
) -> tuple[dict[str, Array], dict[str, str]]:
    """Shares of own-choice spending by code, and why a municipality has none."""
    order = list(tasks)
    chosen = spending.filter(pl.col("task").is_in(order))
    found: dict[str, Array] = {}
    reasons: dict[str, str] = {}
    parts = {code: part for (code,), part in chosen.partition_by("code", as_dict=True).items()}
    for code in municipalities["code"].sort():
        part = parts.get(code)
        amounts = {} if part is None else dict(part.select("task", "cost_keur").iter_rows())
        values = [amounts.get(task, 0.0) for task in order]
        if part is None or any(value is None for value in values):
            reasons[code] = f"no accounts of {PREFERENCE_YEAR} of all its parts"
        elif min(values) < 0:
            lowest = order[int(np.argmin(values))]
            reasons[code] = f"cost below zero on task {lowest} in {PREFERENCE_YEAR}: no shares"
        elif sum(values) <= 0:
            reasons[code] = f"no own-choice spending in {PREFERENCE_YEAR}"
        else:
            found[code] = np.array(values) / sum(values)
    return found, reasons


def _pair(
    one: Mapping[str, object],
    other: Mapping[str, object],
    mix: float,
    contact: set[frozenset[str]],
    held: Mapping[str, Mapping[str, set[str]]],
) -> dict[str, object]:
    a, b = str(one["code"]), str(other["code"])

    def shared(*statuses: str) -> int:
        none: set[str] = set()
        return sum(len(held.get(a, {}).get(name, none) & held.get(b, {}).get(name, none)) for name in statuses)

    def number(row: Mapping[str, object], name: str) -> float:
        return float(row[name])  # type: ignore[arg-type]

    def levies(row: Mapping[str, object]) -> float:
        return float(np.log(number(row, "levies_keur") / number(row, "inhabitants")))

    sizes = [float(np.log(number(row, "inhabitants"))) for row in (one, other)]
    mergers = int(bool(one["merged"])) + int(bool(other["merged"]))
    capacity = None
    if one["tax_capacity"] is not None and other["tax_capacity"] is not None:
        capacity = abs(number(one, "tax_capacity") - number(other, "tax_capacity"))
    apart = np.hypot(number(one, "x_m") - number(other, "x_m"), number(one, "y_m") - number(other, "y_m"))
    return {
        "a": a,
        "b": b,
        "province": one["province"],
        "known_voluntary": shared("voluntary"),
        "unknown": shared("unknown"),
        "all": shared("voluntary", "unknown", "cooperate", "compulsory"),
        "mix": mix,
        "levies": abs(levies(one) - levies(other)),
        "capacity": capacity,
        "contact": float(frozenset((a, b)) in contact),
        "ln_distance": float(np.log(max(apart, 1.0))),
        "sum_ln_size": sum(sizes),
        "difference_ln_size": abs(sizes[0] - sizes[1]),
        "mergers": float(mergers),
        "both_mergers": float(mergers == 2),
    }


def effect_on_sharing(
    pairs: pl.DataFrame,
    outcome: str,
    distances: Sequence[str] = ("mix", "levies"),
    *,
    component: str = SHARED,
    presence: bool = False,
    poisson: bool = False,
    note: str = "",
) -> Finding:
    """Per cent fewer or more arrangements in common per standard deviation of distance, or for neighbours.

    Parameters
    ----------
    pairs
        As :attr:`Pairs.rows`.
    outcome
        Column with the number in common.
    distances
        Columns that make up the distance: their mean, each in its standard deviations over the pairs.
    component
        ``shared_voluntary`` or ``contact``.
    presence
        Whether the outcome is that any is shared.
    poisson
        Whether the expected number is an exponential of the columns, instead of a sum.
    note
        Of the finding.

    Raises
    ------
    CannotEstimateError
        If it cannot be estimated.
    """
    used = pairs.drop_nulls([*distances, outcome])
    y = (used[outcome].to_numpy() > 0).astype(np.float64) if presence else used[outcome].to_numpy().astype(np.float64)
    if not len(y) or np.ptp(y) == 0:
        raise CannotEstimateError("the number of arrangements in common does not vary over the pairs")
    parts = [_in_deviations(used[name].to_numpy().astype(np.float64), name) for name in distances]
    distance = _in_deviations(np.mean(parts, axis=0), "distance")
    controls = {name: used[name].to_numpy().astype(np.float64) for name in CONTROLS}
    controls = {name: values for name, values in controls.items() if np.ptp(values) > 0}
    provinces = used["province"].unique().sort().to_list()
    effects = [(used["province"] == name).to_numpy().astype(np.float64) for name in provinces]
    columns = {"distance": distance, **controls}
    wanted = "distance" if component == SHARED else CONTACT
    if wanted not in columns:
        raise CannotEstimateError("no two of the municipalities in one province are neighbours, or all are")
    design = np.column_stack([*columns.values(), *effects])
    numbers = {code: place for place, code in enumerate(sorted({*used["a"], *used["b"]}))}
    first, second = (np.array([numbers[code] for code in used[name]], dtype=np.int64) for name in ("a", "b"))
    fit = _fit(y, design, first, second, poisson=poisson)
    weights = np.zeros(fit.k)
    weights[list(columns).index(wanted)] = 1.0
    found = fit.contrast(weights, level=LEVEL)
    estimate, low, high, error = found.estimate, found.low, found.high, found.standard_error
    if poisson:
        error *= float(np.exp(estimate))
        estimate, low, high = (float(np.expm1(value)) for value in (estimate, low, high))
    else:
        mean = float(y.mean())
        estimate, low, high, error = (value / mean for value in (estimate, low, high, error))
    form = "Poisson pseudo maximum likelihood" if poisson else "least squares"
    return Finding(
        component=component,
        estimate=100 * estimate,
        low=100 * low,
        high=100 * high,
        standard_error=100 * error,
        n_observations=fit.n,
        n_municipalities=fit.units,
        n_clusters=fit.units,
        years=(PREFERENCE_YEAR,),
        method=f"{form} on pairs within provinces with province effects, in per cent of the mean; two-way errors by "
        "municipality (Aronow, Samii and Assenova, 2015, as jackknife), t by effective number of municipalities",
        degrees_of_freedom=found.degrees_of_freedom,
        note=note + (" Variance by municipality alone, because the two-way one was not positive." * found.adjusted),
    )


def _fit(
    y: Array, design: Array, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], *, poisson: bool
) -> DyadicFit:
    try:
        return (dyadic_poisson if poisson else dyadic_least_squares)(y, design, first, second)
    except ValueError as error:
        raise CannotEstimateError(str(error)) from error


def _in_deviations(values: Array, name: str) -> Array:
    deviation = float(values.std())
    if deviation == 0:
        raise CannotEstimateError(f"{name} does not vary over the pairs")
    return np.asarray((values - values.mean()) / deviation, dtype=np.float64)


def identity(
    municipalities: pl.DataFrame,
    spending: pl.DataFrame,
    tasks: Sequence[str],
    seats: pl.DataFrame,
    neighbours: pl.DataFrame,
    *,
    sources: tuple[str, ...],
    lists_of: int | None = None,
) -> Findings:
    """Estimate M7.

    Parameters
    ----------
    municipalities, spending, tasks, seats, neighbours
        As of :func:`pairs_of`.
    sources
        Tables.
    lists_of
        Year of the oldest list of arrangements; ``None`` where it is not known.
    """
    found = pairs_of(municipalities, spending, tasks, seats, neighbours)
    rows = found.rows
    if rows.is_empty():
        return Findings((), (), found.set_aside, sources, {SHARED: "no two municipalities in one province have all"})
    # What one user says of a few arrangements does not say which are voluntary in the country.
    free = seats.filter(pl.col("status").is_in(["voluntary", "unknown"]))["status"] == "voluntary"
    called = int(free.sum())
    stated = called > 0 and called >= evidence_rule("status_stated") * len(free)
    rows = rows.with_columns((pl.col("known_voluntary") + pl.col("unknown")).alias("not_compelled"))
    outcome = "known_voluntary" if stated else "not_compelled"
    told = (
        "arrangements that a source calls voluntary"
        if stated
        else "no source calls any arrangement voluntary: counted are those that the law is not known to compel"
        if not called
        else f"sources call {called} of {len(free)} seats voluntary: counted are those that the law is not "
        "known to compel"
    )
    if lists_of is not None:
        told = f"{told}; arrangements by lists from {lists_of} on, preferences of {PREFERENCE_YEAR}"
    findings: list[Finding] = []
    not_found: dict[str, str] = {}
    for component, note in ((SHARED, f"{told}; {_UNLIKE}"), (CONTACT, f"{told}; {_NEIGHBOURS}")):
        try:
            findings.append(effect_on_sharing(rows, outcome, component=component, note=note))
        except CannotEstimateError as error:
            not_found[component] = str(error)
    if SHARED in not_found:
        return Findings((), (), found.set_aside, sources, not_found)
    neighbours_only = rows.filter(pl.col("contact") == 1)
    by_status = (
        _tried("status unknown counted as voluntary", rows, "not_compelled")
        if stated
        else VariantFinding(
            "only those known to be voluntary",
            SHARED,
            None,
            f"a source calls {called} of {len(free)} seats voluntary, too few to count those alone",
        )
    )
    variants = (
        by_status,
        _tried("whether any is shared", rows, outcome, presence=True),
        _tried("Poisson", rows, outcome, poisson=True),
        _tried("without mergers", rows.filter(pl.col("mergers") == 0), outcome),
        _tried("neighbours only", neighbours_only, outcome),
        _tried("distance of levies only", rows, outcome, distances=("levies",)),
        _tried("distance of the mix only", rows, outcome, distances=("mix",)),
        _tried("tax capacity instead of levies", rows, outcome, distances=("mix", "capacity")),
    )
    return Findings(tuple(findings), variants, found.set_aside, sources, not_found)


def _tried(
    name: str,
    rows: pl.DataFrame,
    outcome: str,
    distances: Sequence[str] = ("mix", "levies"),
    *,
    presence: bool = False,
    poisson: bool = False,
) -> VariantFinding:
    return attempted(name, SHARED, effect_on_sharing, rows, outcome, distances, presence=presence, poisson=poisson)
