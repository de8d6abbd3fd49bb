"""M12: whether merging and cooperating more do the same to cost, and what being free to leave is worth.

Both effects are estimated the same way, against the same controls (analysis.evidence.before_and_after): merging, in the
boundaries of the merged municipality; and *cooperating more*: a lasting rise of transfers to arrangements by a stated
part of the cost that the municipality would have had if its cost had grown as the nation's since the first year. Its
own later cost is no part of that measure, for a fall of cost would look like a rise of the share. The claim is that the
two effects on cost per inhabitant are equal within a margin. The value of being free to leave follows from assumed
parameters (numerics.leaving_option) and is shown as such; so is how often participants leave beside how often mergers
are undone (:mod:`verband.analysis.evidence.leaving`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np
import polars as pl

from verband.analysis.evidence.after_merger import SKIPPED, SMALL_PART, in_percent
from verband.analysis.evidence.before_and_after import Change, effects
from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.evidence_rules import evidence_rule
from verband.analysis.evidence.leaving import add_leaving
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.result import Finding, Findings, SetAside
from verband.analysis.evidence.verdict import LEVEL
from verband.analysis.participation_spells import Spell
from verband.numerics.leaving_option import value_of_leaving

_DIFFERENCE = "merging_minus_cooperating"
_LAST = 20
_MERGING = (
    "ln cost per inhabitant since the merger against the second year before it, parts summed, less the same change of "
    "controls, with effects of size per year; errors clustered by merger process"
)
_COOPERATING = (
    "ln cost per inhabitant since transfers to arrangements rose lastingly by {:.0%} of cost, against the second year "
    "before, less the same change of controls, with effects of size per year; errors clustered by municipality"
)


def rises(rows: pl.DataFrame, *, least: float | None = None) -> pl.DataFrame:
    """First year of a lasting rise of transfers to arrangements, per municipality.

    Parameters
    ----------
    rows
        ``code, year, cost_keur, paid_keur`` of municipalities whose boundaries did not change; null where missing.
    least
        Rise of the mean from before to since, and of that year itself, as a fraction of cost; as stated by default.

    Returns
    -------
    polars.DataFrame
        ``code, start``: the year with the largest rise among those with two years on both sides, where it is lasting.
    """
    least = evidence_rule("lasting_rise") if least is None else least
    national = rows.group_by("year").agg(pl.col("cost_keur").sum().alias("national"))
    known = rows.drop_nulls(["cost_keur", "paid_keur"]).join(national, on="year").sort("code", "year")
    found = []
    for (code,), part in known.partition_by("code", as_dict=True, maintain_order=True).items():
        years = part["year"].to_numpy()
        base = float(part["cost_keur"][0]) / float(part["national"][0])
        share = part["paid_keur"].to_numpy() / (base * part["national"].to_numpy())
        jumps = [
            (float(share[place:].mean() - share[:place].mean()), int(years[place]))
            for place in range(2, len(years) - 1)
            if share[place] - share[place - 1] >= least and share[place:].mean() - share[:place].mean() >= least
        ]
        if jumps:
            found.append((code, max(jumps)[1]))
    return pl.DataFrame(found, schema={"code": pl.String, "start": pl.Int64}, orient="row")


def _merging(rows: pl.DataFrame, outcome: str, **options: object) -> Change:
    merged = rows.filter(pl.col("rise").is_null()).with_columns(pl.col("merger").alias("start"))
    return effects(merged, outcome, anticipation=SKIPPED, **options).mean(0, _LAST)  # type: ignore[arg-type]


def _cooperating(rows: pl.DataFrame, outcome: str, **options: object) -> Change:
    rising = rows.filter(pl.col("merger").is_null()).with_columns(
        pl.col("rise").alias("start"), pl.lit(None, dtype=pl.String).alias("process")
    )
    return effects(rising, outcome, anticipation=SKIPPED, **options).mean(0, _LAST)  # type: ignore[arg-type]


def _difference(first: Change, second: Change) -> Finding:
    """The first effect less the second; what a control adds to both cancels as far as it is the same."""
    from scipy.special import stdtrit  # noqa: PLC0415  slow to start

    labels = sorted(set(first.scores) | set(second.scores))
    scores = np.array([first.scores.get(label, 0.0) - second.scores.get(label, 0.0) for label in labels])
    error = float(np.sqrt(scores @ scores))
    parts = ((item.standard_error**2, item.degrees_of_freedom) for item in (first, second))
    freedom = (first.standard_error**2 + second.standard_error**2) ** 2 / sum(var**2 / df for var, df in parts)
    reach = float(stdtrit(freedom, 0.5 + LEVEL / 2)) * error
    estimate = first.estimate - second.estimate
    return Finding(
        component=_DIFFERENCE,
        estimate=100 * estimate,
        low=100 * (estimate - reach),
        high=100 * (estimate + reach),
        standard_error=100 * error,
        n_observations=first.observations + second.observations,
        n_municipalities=len(first.treated) + len(second.treated) + max(first.controls, second.controls),
        n_clusters=first.processes + second.processes,
        years=tuple(sorted({*first.years, *second.years})),
        method="difference of the two effects on ln cost per inhabitant; errors by cluster over both, Welch's degrees "
        "of freedom",
        degrees_of_freedom=freedom,
        note=f"{first.processes} merger processes, {second.processes} municipalities that came to cooperate more",
    )


@dataclass(frozen=True, slots=True)
class Leaving:
    """What tells how often participants leave and mergers are undone.

    Attributes
    ----------
    stays
        Spells of participants in arrangements.
    dated
        Whether any day of joining or leaving is loaded.
    changes
        ``effective_date, new_code, old_code, type`` as in table ``boundary_changes``.
    until
        Day of the latest list.
    """

    stays: tuple[Spell, ...]
    dated: bool
    changes: pl.DataFrame
    until: date


def flexibility(
    rows: pl.DataFrame,
    option: Mapping[str, tuple[float, float, float]],
    small_parts: Sequence[str] = (),
    *,
    sources: tuple[str, ...],
    leaving: Leaving | None = None,
) -> Findings:
    """Estimate M12.

    Parameters
    ----------
    rows
        One row per municipality of the latest list and year: ``code, year, inhabitants``; ``merger``, ``process``;
        ``cost_keur``, ``paid_keur`` (null where in doubt); ``cost`` (logarithm per inhabitant); ``outsourced``.
    option
        Low, value and high of each row of ``leaving_option_defaults.csv``.
    small_parts
        As of :func:`verband.analysis.evidence.after_merger.after_merger`.
    sources
        Tables.
    leaving
        Spells and boundary changes; ``None`` to leave out how often participants leave.
    """
    found = Collection()

    def both(part: pl.DataFrame, least: float | None = None, **options: object) -> tuple[Change, Change]:
        unchanged = part.filter(pl.col("merger").is_null())
        marked = part.join(rises(unchanged, least=least).rename({"start": "rise"}), on="code", how="left")
        return _merging(marked, "cost", **options), _cooperating(marked, "cost", **options)

    def difference(part: pl.DataFrame, least: float | None = None, **options: object) -> Finding:
        return _difference(*both(part, least, **options))

    try:
        merging, cooperating = both(rows)
    except CannotEstimateError as error:
        found.not_found[_DIFFERENCE] = str(error)
    else:
        found.findings.append(_difference(merging, cooperating))
        found.findings.append(in_percent(merging, "merging", _MERGING, mechanism="M12"))
        method = _COOPERATING.format(evidence_rule("lasting_rise"))
        found.findings.append(in_percent(cooperating, "cooperating_more", method, mechanism="M12"))
    merger = pl.col("merger")
    found.add("a rise of 3% of cost", _DIFFERENCE, difference, rows, 0.03)
    found.add("a rise of 10% of cost", _DIFFERENCE, difference, rows, 0.10)
    own = rows.filter(~pl.col("outsourced").any().over("code"))
    found.add("without outsourced organisations", _DIFFERENCE, difference, own)
    of_2019 = rows.filter(merger.is_null() | (merger == 2019))
    found.add("mergers of 2019 only", _DIFFERENCE, difference, of_2019)
    found.add("size not held constant", _DIFFERENCE, difference, rows, size=False)
    if leaving is not None:
        add_leaving(found, leaving.stays, dated=leaving.dated, changes=leaving.changes, until=leaving.until)
    found.findings.append(_option(option))
    recent = rows.drop_nulls("merger").group_by("code", "merger").agg(pl.col("year").min()).sort("code")
    aside = tuple(SetAside(code, SMALL_PART) for code in small_parts) + tuple(
        SetAside(code, f"merged in {year}: no accounts of the second year before it")
        for code, year, first in recent.iter_rows()
        if first > year - 2
    )
    return Findings(tuple(found.findings), tuple(found.variants), aside, sources, found.not_found)


def _option(option: Mapping[str, tuple[float, float, float]]) -> Finding:
    """Value of being free to leave at the assumed values, and the range over all corners of their ranges."""

    def value(chosen: Mapping[str, float], steps: int) -> float:
        return value_of_leaving(
            chosen["benefit"],
            mean=chosen["mean"],
            reversion=chosen["reversion"],
            volatility=chosen["volatility"],
            exit_cost=chosen["exit_cost"],
            discount=chosen["discount"] / 100,
            years=chosen["years"],
            steps_per_year=steps,
        )

    names = list(option)
    corners = [
        value(dict(zip(names, corner, strict=True)), 4)
        for corner in product(*((option[name][0], option[name][2]) for name in names))
    ]
    return Finding(
        component="value_of_leaving",
        estimate=value({name: option[name][1] for name in names}, 24),
        low=min(corners),
        high=max(corners),
        standard_error=None,
        n_observations=0,
        n_municipalities=0,
        n_clusters=0,
        years=(),
        method="American option on a mean-reverting net benefit, trinomial lattice; low and high: over all corners of "
        "the assumed ranges, no interval of 95%",
        note="a merger has no such option: its value is what a merger gives up, at these assumptions",
        kind="assumed",
    )
