"""M12: how often participants leave an arrangement, and how often a merger is undone.

Leaving: participants that left per hundred participant-years, from the dates that users loaded
(:mod:`verband.analysis.participation_spells`); arrangements that the law compels are no test of the freedom to leave.
Years count from the day of the first list of an arrangement, or from the oldest leaving that is filled in, which with
those that went with it only starts the clock: files that name who stayed and the last that left say nothing about years
before. One check starts all own files at the oldest of these days, as if each went back equally far.
Participants of one arrangement often leave together, so the interval is the exact one of Garwood (1936) at the
effective number of leavings (:mod:`verband.numerics.grouped_counts`), which is never narrower than the one of
independent leavings; where fewer than two arrangements were left, all members of one are taken to be able to go at
once. Simulated with files of one list (participants that joined decades ago, who stayed and who left in the last two or
ten years, 6 to 80 arrangements of 9, 3% a year), all files together give 2.8% to 3.1% and intervals hold the truth in
97% or more; counted from the day of joining it was half or less. Where arrangements differ much in how often they are
left (a coefficient of variation of 1) it is too high, 3.8% with ten years and 5.0% with two, held in 87% and 94%: those
that are left often start their clock sooner. The check with one clock is not (2.6% and 2.8%).

Undone: a municipality that was formed by a merger splits, and a part of it goes on as a municipality that receives
nothing from others; one that is divided among others is merged further. Exact Poisson interval. Their difference by
Zou and Donner (2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.evidence_rules import fewest_groups
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.result import Finding
from verband.analysis.evidence.verdict import LEVEL
from verband.analysis.participation_spells import Spell, one_clock
from verband.numerics.grouped_counts import clustered_rate, exact_rate, interval_of_difference

DIFFERENCE, LEAVING, UNDOING = "leaving_minus_undoing", "leaving", "undoing"
_YEAR = 365.25
_NO_DATES = (
    "no days of joining and leaving are loaded: load the export of the register of arrangements, or fill them in with "
    "`verband template arrangements`; the national lists hold none"
)
_START = (
    "years count from the day of the first list, or from the oldest leaving that is filled in, which only starts the "
    "clock"
)
_WEIGH = (
    "of arrangements with one list those that are left often weigh more, so that fewer may leave than this; who is "
    "missing without a day may have left, so that more may"
)
_NO_CHANGES = "no list of boundary changes is loaded"
_LEAVING_METHOD = (
    "participants that left per hundred participant-years; exact Poisson interval (Garwood, 1936) at the effective "
    "number of leavings, clustered by arrangement"
)
_UNDOING_METHOD = "mergers undone per hundred merger-years since the first year of the list; exact Poisson interval"
_DIFFERENCE_METHOD = "difference of the two rates, interval from those of both (Zou and Donner, 2008)"


@dataclass(frozen=True, slots=True)
class Mergers:
    """Mergers of a list of boundary changes.

    Attributes
    ----------
    number
        Mergers: a municipality and the day on which others went into it.
    undone
        Those that were undone.
    years
        Merger-years until undone, or the day asked.
    first, last
        First and last year.
    municipalities
        Municipalities that were formed by them.
    """

    number: int
    undone: int
    years: float
    first: int
    last: int
    municipalities: int


def mergers_undone(changes: pl.DataFrame, until: date) -> Mergers:
    """Count mergers, their years, and those that were undone.

    Parameters
    ----------
    changes
        ``effective_date, new_code, old_code, type`` as in table ``boundary_changes``.
    until
        Day of the latest list.

    Raises
    ------
    CannotEstimateError
        If there are no mergers before that day.
    """
    rows = changes.filter(pl.col("effective_date") <= until)
    merged = set(rows.filter(pl.col("type") == "merger").select("new_code", "effective_date").iter_rows())
    merged = {(code, day) for code, day in merged if day < until}
    if not merged:
        raise CannotEstimateError(_NO_CHANGES)
    givers: dict[tuple[str, date], set[str]] = {}
    for day, new, old in rows.select("effective_date", "new_code", "old_code").iter_rows():
        givers.setdefault((new, day), set()).add(old)
    alone = rows.filter((pl.col("type") == "split") & (pl.col("new_code") != pl.col("old_code")))
    ends: dict[tuple[str, date], date] = {}
    for day, new, old in alone.select("effective_date", "new_code", "old_code").sort("effective_date").iter_rows():
        before = [at for code, at in merged if code == old and at < day]
        # What is undone is the last merger: earlier ones went on in it.
        if before and givers[new, day] == {old}:
            ends.setdefault((old, max(before)), day)
    days = sum((ends.get(item, until) - item[1]).days for item in merged)
    return Mergers(
        number=len(merged),
        undone=len(ends),
        years=days / _YEAR,
        first=min(day.year for _, day in merged),
        last=until.year,
        municipalities=len({code for code, _ in merged}),
    )


def add_leaving(found: Collection, stays: Sequence[Spell], *, dated: bool, changes: pl.DataFrame, until: date) -> None:
    """Add leaving, undoing and their difference.

    Parameters
    ----------
    found
        What is added to.
    stays
        Spells of participants.
    dated
        Whether any day of joining or leaving is loaded.
    changes, until
        As of :func:`mergers_undone`.
    """
    own = Collection()
    own.add(None, LEAVING, _leaving, stays, dated=dated)
    own.add(None, UNDOING, _undoing, changes, until)
    if not own.not_found:
        found.findings.append(_difference(*own.findings))
    else:
        found.not_found[DIFFERENCE] = next(iter(own.not_found.values()))
    found.findings += own.findings
    found.not_found |= own.not_found
    if LEAVING not in own.not_found:
        found.add("compulsory arrangements included", LEAVING, _leaving, stays, dated=dated, compelled=True)
        found.add(
            "all own files from the oldest leaving in any of them", LEAVING, _leaving, one_clock(stays), dated=dated
        )


def _leaving(stays: Sequence[Spell], *, dated: bool, compelled: bool = False) -> Finding:
    if not dated:
        raise CannotEstimateError(_NO_DATES)
    chosen = [item for item in stays if compelled or not item.compulsory]
    seen = [item for item in chosen if item.years > 0]
    arrangements = sorted({item.arrangement for item in seen})
    if len(arrangements) < fewest_groups():
        raise CannotEstimateError(
            f"days of joining and leaving of {len(arrangements)} arrangements can be used, and {fewest_groups()} are "
            "needed"
        )
    place = {name: number for number, name in enumerate(arrangements)}
    events, years = np.zeros(len(arrangements)), np.zeros(len(arrangements))
    for item in seen:
        events[place[item.arrangement]] += item.end == "left"
        years[place[item.arrangement]] += item.years
    members: list[set[str]] = [set() for _ in arrangements]
    for item in seen:
        members[place[item.arrangement]].add(item.participant)
    told = clustered_rate(events, years, np.array([float(len(who)) for who in members]), level=LEVEL)
    without = "" if compelled else f"; without {_compelled(stays)} arrangements that the law compels"
    return Finding(
        LEAVING,
        100 * told.estimate,
        100 * told.low,
        100 * told.high,
        None,
        len(seen),
        len({item.code for item in seen if item.code}),
        len(arrangements),
        tuple(range(min(item.since.year for item in seen), max(item.stop.year for item in seen) + 1)),
        _LEAVING_METHOD,
        note=f"{told.events:.0f} left in {told.exposure:,.0f} participant-years; {_START}; "
        f"{_not_counted(chosen)}{without}; {_WEIGH}",
    )


def _not_counted(chosen: Sequence[Spell]) -> str:
    """What is no leaving, or nothing is seen of, as parts of a note."""
    seen = [item for item in chosen if item.years > 0]
    dissolved, ended, announced = (sum(item.end == end for item in seen) for end in ("dissolved", "ended", "announced"))
    unseen = [item for item in chosen if item.years == 0 and not item.only_starts]
    undated = sum(item.end == "left" and not item.entry_known for item in unseen)
    told = (
        (sum(item.only_starts for item in chosen), "leavings only start the clock"),
        (undated, "leavings without a known start do not count"),
        (sum(item.end == "gone" for item in chosen), "are missing from a newer list without a day of leaving"),
        (len(unseen) - undated, "participants without any day that counts"),
    )
    return (
        f"not counted as leaving: {dissolved} whose municipality ceased to exist, {ended} whose whole arrangement "
        f"ended and {announced} that only announced it"
    ) + "".join(f"; {number} {what}" for number, what in told if number)


def _compelled(stays: Sequence[Spell]) -> int:
    return len({item.arrangement for item in stays if item.compulsory})


def _undoing(changes: pl.DataFrame, until: date) -> Finding:
    told = mergers_undone(changes, until)
    low, high = exact_rate(told.undone, told.years, level=LEVEL)
    return Finding(
        UNDOING,
        100 * told.undone / told.years,
        100 * low,
        100 * high,
        None,
        told.number,
        told.municipalities,
        told.number,
        tuple(range(told.first, told.last + 1)),
        _UNDOING_METHOD,
        note=f"{told.undone} of {told.number} mergers undone in {told.years:,.0f} merger-years; a municipality that "
        "was divided among others merged further",
    )


def _difference(first: Finding, second: Finding) -> Finding:
    estimate, low, high = interval_of_difference(
        (first.estimate, first.low, first.high), (second.estimate, second.low, second.high)
    )
    return Finding(
        DIFFERENCE,
        estimate,
        low,
        high,
        None,
        first.n_observations + second.n_observations,
        first.n_municipalities,
        first.n_clusters + second.n_clusters,
        tuple(sorted({*first.years, *second.years})),
        _DIFFERENCE_METHOD,
        note="it compares how often, not how hard it is, or what it costs",
    )
