"""Participation (M9): in how many arrangements municipalities take part, by what the law compels.

An arrangement is one of the Wet gemeenschappelijke regelingen (Wgr, art. 1 and 8). Other laws compel some of them
(``domain/reference/compulsory_arrangements.csv``); voluntary is only what a source says is voluntary. So where the
status is unknown the number of voluntary ones is known between two bounds, and these are bounds on what is *listed*:
the lists are not complete. Groups are described by mean, median and middle half over the municipalities that some
list names; the share of the differences that lies between groups is epsilon squared (Kelley, 1935), the correlation
ratio corrected for the number of groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from verband.analysis.spread import spread
from verband.domain.arrangement import ArrangementList
from verband.domain.classification import Status

COUNTED = ("total", *(status.value for status in Status), "voluntary_at_most", "duties")
"""What is counted per municipality: attributes of :class:`Participation`."""


@dataclass(frozen=True, slots=True)
class Participation:
    """In how many arrangements one municipality takes part on a day, as far as the sources tell.

    Attributes
    ----------
    code, on
        The municipality and the day.
    compulsory, cooperate, voluntary, unknown
        Number of arrangements by status; ``voluntary`` counts those that a source calls so.
    own, register, list, region
        The same arrangements by the source that decides: own file, register, lists of 2015/16, law with region.
    carried
        How many of the listed seats are those of predecessors that have merged.
    oldest
        Day of the oldest source; ``None`` where no source has one.
    duties
        How many of the compulsory ones can hold: of those that the lists name for one duty only one does.
    kind
        ``derived``.
    """

    code: str
    on: date
    compulsory: int
    cooperate: int
    voluntary: int
    unknown: int
    own: int
    register: int
    list: int
    region: int
    carried: int
    oldest: date | None
    duties: int
    kind: str = "derived"

    @property
    def total(self) -> int:
        """All arrangements together."""
        return self.compulsory + self.cooperate + self.voluntary + self.unknown

    @property
    def voluntary_at_most(self) -> int:
        """What ``voluntary`` would be if all unknown ones were voluntary."""
        return self.voluntary + self.unknown

    @property
    def listed(self) -> bool:
        """Whether any file, register or list names it; else only bodies that follow from the law are known."""
        return self.own + self.register + self.list > 0


@dataclass(frozen=True, slots=True)
class CountSpread:
    """A number of arrangements over the municipalities of a group.

    Attributes
    ----------
    mean, least, most
        Over the listed municipalities; ``None`` where there are none.
    low, median, high
        Quartiles; ``None`` where too few municipalities are listed (see :mod:`verband.analysis.spread`).
    """

    mean: float | None
    least: int | None
    low: float | None
    median: float | None
    high: float | None
    most: int | None


@dataclass(frozen=True, slots=True)
class ParticipationOfGroup:
    """Participation of a size class, a province or all municipalities.

    Attributes
    ----------
    name
        Code of the size class, or name of the group.
    municipalities, listed
        How many there are, and how many some file, register or list names: the figures are over these.
    missing
        Codes of the others.
    few
        Whether too few are listed for quartiles.
    counts
        Spread of each of :data:`COUNTED`.
    carried_mean
        Mean number of seats of predecessors.
    share_any_voluntary, share_any_voluntary_at_most
        Fraction of the listed that takes part in any voluntary arrangement: those of which a source says so, and
        those of which it may be so; ``None`` where nobody is listed.
    kind
        ``derived``.
    """

    name: str
    municipalities: int
    listed: int
    missing: tuple[str, ...]
    few: bool
    counts: Mapping[str, CountSpread]
    carried_mean: float | None
    share_any_voluntary: float | None
    share_any_voluntary_at_most: float | None
    kind: str = "derived"


def participation(found: ArrangementList) -> Participation:
    """Count the arrangements in force of one municipality."""
    status = Counter(item.status for item in found.items)
    origin = Counter(item.origin for item in found.items)
    return Participation(
        code=found.code,
        on=found.on,
        compulsory=status[Status.COMPULSORY],
        cooperate=status[Status.COOPERATE],
        voluntary=status[Status.VOLUNTARY],
        unknown=status[Status.UNKNOWN],
        own=origin["own"],
        register=origin["register"],
        list=origin["list"],
        region=origin["region"],
        carried=sum(item.kind != "measured" and item.origin != "region" for item in found.items),
        oldest=found.oldest,
        duties=found.duties,
    )


def participation_of_group(name: str, members: Sequence[Participation]) -> ParticipationOfGroup:
    """Describe a group of municipalities; those that no list names are left out of the figures and named.

    Parameters
    ----------
    name
        Of the group.
    members
        All its municipalities.
    """
    listed = [item for item in members if item.listed]
    quartiles = spread(None, {item.code: float(item.total) for item in listed})
    return ParticipationOfGroup(
        name=name,
        municipalities=len(members),
        listed=len(listed),
        missing=tuple(sorted(item.code for item in members if not item.listed)),
        few=quartiles.few,
        counts={what: _spread(what, listed) for what in COUNTED},
        carried_mean=fmean(item.carried for item in listed) if listed else None,
        share_any_voluntary=fmean(item.voluntary > 0 for item in listed) if listed else None,
        share_any_voluntary_at_most=fmean(item.voluntary_at_most > 0 for item in listed) if listed else None,
    )


def _spread(what: str, listed: Sequence[Participation]) -> CountSpread:
    counts = {item.code: int(getattr(item, what)) for item in listed}
    group = spread(None, {code: float(count) for code, count in counts.items()})
    return CountSpread(
        mean=fmean(counts.values()) if counts else None,
        least=min(counts.values(), default=None),
        low=group.low,
        median=group.median,
        high=group.high,
        most=max(counts.values(), default=None),
    )


def participation_by(
    members: Sequence[Participation], group_of: Callable[[str], str | None], order: Sequence[str]
) -> tuple[ParticipationOfGroup, ...]:
    """Describe every group that has municipalities, in a given order.

    Parameters
    ----------
    members
        All municipalities.
    group_of
        Name of the group of a code; ``None`` where it is not known (in no group).
    order
        Names of the groups.
    """
    groups: dict[str, list[Participation]] = {name: [] for name in order}
    for item in members:
        if (name := group_of(item.code)) is not None:
            groups[name].append(item)
    return tuple(participation_of_group(name, part) for name, part in groups.items() if part)


def share_between(members: Sequence[Participation], group_of: Callable[[str], str | None]) -> float | None:
    """Share of the differences in the number of arrangements that lies between groups, not within them.

    Epsilon squared, ``(SSB - (k - 1) MSW) / SST`` over the listed municipalities whose group is known (Kelley, T. L.
    (1935), An unbiased correlation ratio measure, PNAS 21, 554-559); below 0 is shown as 0.

    Parameters
    ----------
    members, group_of
        As for :func:`participation_by`.

    Returns
    -------
    float or None
        Fraction; ``None`` where all counts are equal, or no group has two members.
    """
    groups: dict[str, list[int]] = {}
    for item in members:
        if item.listed and (name := group_of(item.code)) is not None:
            groups.setdefault(name, []).append(item.total)
    counts = [count for part in groups.values() for count in part]
    free = len(counts) - len(groups)
    if not counts or free == 0:
        return None
    mean = fmean(counts)
    total = sum((count - mean) ** 2 for count in counts)
    within = sum((count - fmean(part)) ** 2 for part in groups.values() for count in part)
    if total == 0:
        return None
    return max(0.0, (total - within - (len(groups) - 1) * within / free) / total)
