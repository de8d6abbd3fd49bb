"""What the user's own file adds (M6): compulsory and voluntary money apart, and how concentrated it is.

Published accounts (Iv3) do not say to which arrangement a transfer goes; the paragraph on affiliated parties (Besluit
begroting en verantwoording, BBV art. 15) and the own file (``verband template arrangements``) do. Contributions of
different years are never added up. Concentration is the sum of the squared shares (Herfindahl, O. C. (1950),
Concentration in the steel industry; Hirschman, A. O. (1945), National power and the structure of foreign trade, who
took its root): 1 where all goes to one arrangement, 1/n where n arrangements get the same. It is over the contributions
that are known; a year in which some are not known says so, for the index over all may then be higher or lower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verband.domain.arrangement import Arrangement, ArrangementList
from verband.domain.classification import Status
from verband.domain.figure import Kind


@dataclass(frozen=True, slots=True)
class ContributionsOfStatus:
    """Contributions of one year to the arrangements of one status.

    Attributes
    ----------
    status
        ``compulsory``, ``cooperate``, ``voluntary`` or ``unknown``.
    arrangements, known
        How many arrangements of this status there are, and of how many the contribution of the year is known.
    eur
        Sum of the known, a lower bound unless all are known; 0 where there is no such arrangement, ``None`` where
        none is known.
    share
        Fraction of all known contributions of the year; ``None`` where ``eur`` is, or where a share means nothing.
    """

    status: str
    arrangements: int
    known: int
    eur: float | None
    share: float | None


@dataclass(frozen=True, slots=True)
class ContributionsOfYear:
    """What one municipality contributes in one year.

    Attributes
    ----------
    year
        Year of the contributions; ``None`` where the file states none.
    arrangements, known
        All arrangements in force on the day asked, and those with a known contribution of this year.
    eur
        Sum of the known contributions.
    by_status
        The same by status, in the order of :class:`~verband.domain.classification.Status`.
    concentration
        Herfindahl-Hirschman index over the known contributions, 1/n to 1; ``None`` where shares mean nothing.
    no_shares
        Why there are no shares and no index; ``None`` where there are.
    kind
        ``derived``.
    """

    year: int | None
    arrangements: int
    known: int
    eur: float
    by_status: tuple[ContributionsOfStatus, ...]
    concentration: float | None
    no_shares: str | None
    kind: Kind = Kind.DERIVED

    @property
    def complete(self) -> bool:
        """Whether the contribution to every arrangement is known, so that the figures are those of the whole."""
        return self.known == self.arrangements

    @property
    def as_many_as(self) -> float | None:
        """Number of equal contributions that would be as concentrated (Adelman, M. A. (1969)): 1 / index."""
        return None if self.concentration is None else 1 / self.concentration


@dataclass(frozen=True, slots=True)
class Contributions:
    """What is known of the contributions of one municipality.

    Attributes
    ----------
    arrangements
        How many arrangements are in force.
    years
        One item per year of the contributions, newest first, the unknown year last.
    without
        Names of the arrangements without any known contribution.
    sources
        Files that the contributions come from.
    """

    arrangements: int
    years: tuple[ContributionsOfYear, ...]
    without: tuple[str, ...]
    sources: tuple[str, ...]


def contributions(found: ArrangementList) -> Contributions:
    """Put together what a municipality contributes to the arrangements in force, year by year.

    Parameters
    ----------
    found
        Its arrangements; those that ended are not in it.
    """
    paid = [item for item in found.items if item.contribution_eur is not None]
    years = sorted({item.contribution_year for item in paid}, key=lambda year: -(year or 0))
    return Contributions(
        arrangements=len(found.items),
        years=tuple(_of_year(year, found.items) for year in years),
        without=tuple(item.name for item in found.items if item.contribution_eur is None),
        sources=tuple(sorted({item.source for item in paid})),
    )


def _of_year(year: int | None, items: Sequence[Arrangement]) -> ContributionsOfYear:
    known = [
        (item.status, item.contribution_eur)
        for item in items
        if item.contribution_eur is not None and item.contribution_year == year
    ]
    amounts = [amount for _, amount in known]
    total = sum(amounts)
    no_shares = _no_shares(amounts)
    by_status = []
    for status in Status:
        of_status = [amount for name, amount in known if name == status]
        arrangements = sum(item.status == status for item in items)
        eur = sum(of_status) if of_status or not arrangements else None
        share = None if eur is None or no_shares else eur / total
        by_status.append(
            ContributionsOfStatus(
                status.value, arrangements, len(of_status), None if eur is None else float(eur), share
            )
        )
    return ContributionsOfYear(
        year=year,
        arrangements=len(items),
        known=len(known),
        eur=total,
        by_status=tuple(by_status),
        concentration=None if no_shares else concentration(amounts),
        no_shares=no_shares,
    )


def _no_shares(amounts: Sequence[float]) -> str | None:
    if min(amounts) < 0:
        return "a contribution is negative (money back), so the shares do not make up a whole"
    return None if sum(amounts) > 0 else "the known contributions are all 0"


def concentration(amounts: Sequence[float]) -> float:
    """Herfindahl-Hirschman index of some amounts: the sum of the squares of their shares.

    Parameters
    ----------
    amounts
        In one unit; none negative, not all 0.

    Returns
    -------
    float
        From 1/n (n equal amounts) to 1 (all in one).

    Raises
    ------
    ValueError
        If an amount is negative or nothing is above 0.
    """
    total = sum(amounts)
    if not amounts or min(amounts) < 0 or total <= 0:
        raise ValueError("concentration needs amounts of 0 or more that are not all 0")
    return float(sum((amount / total) ** 2 for amount in amounts))
