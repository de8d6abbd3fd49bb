"""Position in the network of arrangements (M11): boards, partners, fit with the official regions, brokerage.

Municipalities meet in arrangements: a two-mode network, whose measures are in :mod:`verband.numerics.network`. Seats
are those of the lists, which are incomplete in a way of their own per province: a position says as much about the list
as about the municipality, and is compared within the province.

Congruence with a kind of official region is the share of a municipality's partners that lie in its own region.
Partners are the other municipalities in its arrangements; those that the law compels are left out here, for they are
the regions themselves and would agree with themselves. Which kinds count is dated data
(``domain/reference/congruence_regions.csv``); ``congruence`` is the mean over the kinds that are known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from verband.analysis.participation import participation
from verband.analysis.spread import Spread, spread
from verband.domain.arrangement import Arrangement, ArrangementList
from verband.domain.classification import Status
from verband.numerics.network import positions

MEASURES = (
    "boards",
    "compulsory",
    "cooperate",
    "voluntary",
    "unknown",
    "partners",
    "partner_sets",
    "congruence",
    "betweenness",
    "constraint",
    "effective_size",
)
"""What is held against other municipalities: attributes of :class:`NetworkPosition`."""


@dataclass(frozen=True, slots=True)
class Congruence:
    """How far partners lie in a municipality's own region of one kind.

    Attributes
    ----------
    region_type, region
        Kind and name.
    partners, inside
        Number of partners in arrangements that the law does not compel, with a known region; and those in this one.
    """

    region_type: str
    region: str
    partners: int
    inside: int

    @property
    def share(self) -> float | None:
        """Fraction of the partners; ``None`` without any."""
        return self.inside / self.partners if self.partners else None


@dataclass(frozen=True, slots=True)
class NetworkPosition:
    """Where one municipality stands in the network of arrangements on a day.

    Attributes
    ----------
    code, name
        The municipality.
    listed
        Whether any file, register or list names it; else only bodies that follow from the law are known.
    boards, compulsory, cooperate, voluntary, unknown
        Arrangements, and by status; ``voluntary`` are those that a source calls so.
    carried
        How many of the seats are those of predecessors that have merged.
    partners
        Other municipalities with which it shares any arrangement.
    partner_sets
        Different sets of partners over its arrangements with any: 1 where it meets the same ones everywhere.
    regions
        Congruence per kind of region.
    betweenness, constraint, effective_size
        Brokerage, of :class:`verband.numerics.network.Position`; unit 1, 1 and partners.
    kind
        ``derived``.
    """

    code: str
    name: str
    listed: bool
    boards: int
    compulsory: int
    cooperate: int
    voluntary: int
    unknown: int
    carried: int
    partners: int
    partner_sets: int
    regions: tuple[Congruence, ...]
    betweenness: float
    constraint: float | None
    effective_size: float | None
    kind: str = "derived"

    @property
    def congruence(self) -> float | None:
        """Mean over the kinds of region; ``None`` where none is known or there are no partners."""
        shares = [item.share for item in self.regions if item.share is not None]
        return fmean(shares) if shares else None

    def value(self, measure: str) -> float | None:
        """One of :data:`MEASURES` as a number."""
        found = getattr(self, measure)
        return None if found is None else float(found)


def network_positions(
    lists: Sequence[ArrangementList], regions: Mapping[str, Mapping[str, str]]
) -> tuple[NetworkPosition, ...]:
    """Say where every municipality stands.

    Parameters
    ----------
    lists
        The arrangements of all municipalities on a day.
    regions
        By kind of region: the region of each municipality, by code.

    Returns
    -------
    tuple
        In the order of the lists. One without arrangements has a position of zeros.
    """
    places = positions((found.code, item.arrangement_id) for found in lists for item in found.items)
    members: dict[str, set[str]] = {}
    for found in lists:
        for item in found.items:
            members.setdefault(item.arrangement_id, set()).add(found.code)
    made = []
    for found in lists:
        counts = participation(found)
        place = places.get(found.code)
        sets = {frozenset(members[item.arrangement_id] - {found.code}) for item in found.items} - {frozenset()}
        free = _partners(found.code, [item for item in found.items if item.status != Status.COMPULSORY], members)
        made.append(
            NetworkPosition(
                code=found.code,
                name=found.name,
                listed=counts.listed,
                boards=counts.total,
                compulsory=counts.compulsory,
                cooperate=counts.cooperate,
                voluntary=counts.voluntary,
                unknown=counts.unknown,
                carried=counts.carried,
                partners=len(_partners(found.code, found.items, members)),
                partner_sets=len(sets),
                regions=tuple(
                    _congruence(kind, of_kind, found.code, free)
                    for kind, of_kind in regions.items()
                    if found.code in of_kind
                ),
                betweenness=place.betweenness if place else 0.0,
                constraint=place.constraint if place else None,
                effective_size=place.effective_size if place else None,
            )
        )
    return tuple(made)


def _partners(code: str, items: Sequence[Arrangement], members: Mapping[str, set[str]]) -> set[str]:
    return {other for item in items for other in members[item.arrangement_id]} - {code}


def _congruence(kind: str, of_kind: Mapping[str, str], code: str, partners: set[str]) -> Congruence:
    known = [of_kind[other] for other in partners if other in of_kind]
    own = of_kind[code]
    return Congruence(kind, own, len(known), sum(region == own for region in known))


def beside(place: NetworkPosition, group: Sequence[NetworkPosition]) -> dict[str, Spread]:
    """Hold every measure of a municipality against the others of a group that some source names.

    Parameters
    ----------
    place
        The municipality.
    group
        Of all municipalities, its size class or its province; the municipality itself is left out.
    """
    others = [item for item in group if item.code != place.code and item.listed]
    return {name: spread(place.value(name), {item.code: item.value(name) for item in others}) for name in MEASURES}
