"""The smallest change in the votes of one member that changes somebody's power, and what it does.

The size follows exactly (:mod:`verband.numerics.voting_power.nearest`); several members often can bring it about. Of
those changes the one is told that gives a member without power its own power, or takes all power of a member; else the
one after which most others gain or lose all power; else the one that shifts most power; more votes before fewer; in the
order of the table. Where weighing all of them would take too long only as many as fit are weighed, members without
power first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from verband.analysis.influence_answer import SmallestChange
from verband.numerics.voting_power import counting, halves, quadrature
from verband.numerics.voting_power.game import MajorityGame, exact_game, weighty
from verband.numerics.voting_power.indices import from_swings
from verband.numerics.voting_power.nearest import Nearest, nearest_change
from verband.numerics.voting_power.power import count_swings

_WORK = 3 * 10**9
"""Entries that may be added up to weigh changes."""
_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Strength:
    """Power of all members by an index that is quick to find."""

    index: str
    value: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Change:
    member: int
    votes: Fraction
    after: _Strength | None


def smallest_change(game: MajorityGame, names: Sequence[str]) -> tuple[SmallestChange | None, str | None]:
    """Find the smallest change and say what it does.

    Parameters
    ----------
    game
        Votes and quotas.
    names
        Of the members, as many as players.

    Returns
    -------
    tuple
        The change, or ``None`` and the reason in a sentence.
    """
    near = nearest_change(game)
    if near is None:
        more = (
            "over 30 members with more than 50 million sums of votes"
            if game.majorities == 1
            else "two majorities and over 30 members"
        )
        return None, f"The smallest change was not looked for: {more}."
    wanted = min((size for size in (near.more, near.fewer) if size is not None), default=None)
    if wanted is None:
        return None, "No change in the votes of one member, to 0 or more, was found that changes anybody's power."
    before = _strength(game)
    best = _best(game, _candidates(game, near, wanted, before), before)
    now = _votes(game, best.member)
    effect = _effect(names, best, now, before)
    member = names[best.member]
    return SmallestChange(member, float(best.votes), float(now), float(now + best.votes), effect), None


def _candidates(
    game: MajorityGame, near: Nearest, wanted: Fraction, before: _Strength | None
) -> list[tuple[int, Fraction]]:
    """Changes of that size: of members alike only the first, members without power in front."""
    found: dict[tuple[tuple[int, ...], int], tuple[int, Fraction]] = {}
    for size, members, sign in ((near.more, near.by_more, 1), (near.fewer, near.by_fewer, -1)):
        if size == wanted:
            for member in members:
                found.setdefault((game.given_weights[member], sign), (member, sign * wanted))
    idle = set() if before is None else set(np.flatnonzero(before.value == 0).tolist())
    return sorted(found.values(), key=lambda item: (item[0] not in idle, item[1] < 0, item[0]))


def _best(game: MajorityGame, candidates: Sequence[tuple[int, Fraction]], before: _Strength | None) -> _Change:
    most = max(1, int(_WORK // max(1, _work(game))))
    changes = [
        _Change(member, votes, None if before is None else _strength(_changed(game, member, votes)))
        for member, votes in candidates[:most]
    ]

    def rank(change: _Change) -> tuple[bool, int, float, bool, int]:
        if before is None or change.after is None:
            return True, 0, 0.0, change.votes < 0, change.member
        flipped = (before.value == 0) != (change.after.value == 0)
        shift = float(np.abs(before.value - change.after.value).sum())
        return not flipped[change.member], -int(flipped.sum()), -round(shift, 12), change.votes < 0, change.member

    return min(changes, key=rank)


def _strength(game: MajorityGame) -> _Strength | None:
    if game.decided:
        return _Strength("Shapley-Shubik", np.zeros(game.players))
    places = weighty(game)
    rows = [game.weights[place] for place in places]
    value = np.zeros(game.players)
    if len(rows) <= counting.MOST_PLAYERS and _work(game) <= _WORK:
        swings = count_swings(rows, game.room())
        if swings is not None:
            value[places] = from_swings(swings)[0]
            return _Strength("Shapley-Shubik", value)
    if _work(game) > _WORK:
        return None
    value[places] = quadrature.banzhaf(rows, game.room()).value
    return _Strength("chance to be decisive", value)


def _work(game: MajorityGame) -> int:
    """Entries that are added up for one game, by the quicker way."""
    if game.decided:
        return game.players
    n, room = game.players, game.room()
    sums = 1
    for limit in room:
        sums *= limit + 1
    # Many members, or a table over sizes that does not fit: the index that takes one table over the sums.
    table = n * sums * (n if n <= counting.MOST_PLAYERS else 1)
    if n <= halves.MOST_PLAYERS:
        looks = int(2 ** (n - n // 2)) * (n + 40) * (10 if len(room) == 1 else 10 * n)
        return min(table, looks)
    return table


def _changed(game: MajorityGame, member: int, votes: Fraction) -> MajorityGame:
    rows = [[grain * weight for grain, weight in zip(game.grains, row, strict=True)] for row in game.given_weights]
    rows[member][0] += votes
    return exact_game(rows, [grain * quota for grain, quota in zip(game.grains, game.given_quotas, strict=True)])


def _votes(game: MajorityGame, member: int) -> Fraction:
    return game.grains[0] * game.given_weights[member][0]


def _effect(names: Sequence[str], change: _Change, now: Fraction, before: _Strength | None) -> str:
    name, then = names[change.member], now + change.votes
    begin = f"With {_number(then)} instead of {_number(now)} votes"
    after = change.after
    if before is None or after is None or before.index != after.index:
        return f"{begin} for {name} other coalitions win, so its power changes."
    old, new = before.value[change.member], after.value[change.member]
    told = f"{_from_to(old, new)} ({before.index})"
    if not before.value.any():
        return f"{begin} for {name} proposals can pass, and its power goes from {told}."
    if not after.value.any():
        return f"{begin} for {name} no proposal can pass any more, and nobody has power."
    if old == 0:
        first = f"{begin} {name} gets power, from {told}"
    elif new == 0:
        first = f"{begin} {name} loses all power, from {told}"
    else:
        first = f"{begin} the power of {name} goes from {told}"
    return first + _others(names, change, before, after) + "."


def _others(names: Sequence[str], change: _Change, before: _Strength, after: _Strength) -> str:
    """Say who else gains or loses all power."""
    parts = []
    for what, which in (
        ("gets", (before.value == 0) & (after.value > 0)),
        ("loses all", (before.value > 0) & (after.value == 0)),
    ):
        found = [names[at] for at in np.flatnonzero(which).tolist() if at != change.member]
        if found:
            listed = ", ".join(found[:_NAMED]) + (f" and {len(found) - _NAMED} more" if len(found) > _NAMED else "")
            verb = what if len(found) == 1 else what.replace("gets", "get").replace("loses", "lose")
            parts.append(f"; {listed} {verb} power")
    return "".join(parts)


def _number(value: Fraction) -> str:
    return f"{float(value):.15g}"


def percent(value: float, digits: int = 0) -> str:
    """Write a share in per cent: one decimal, two below one per cent, or more where asked."""
    if value in (0, 1):
        return f"{100 * value:.0f}%"
    return f"{100 * value:.{digits or (1 if value >= 0.01 else 2)}f}%"


def _from_to(old: float, new: float) -> str:
    """Write two shares with so many decimals that they differ."""
    for digits in (0, 2, 4, 6, 9):
        if percent(old, digits) != percent(new, digits) or old == new:
            return f"{percent(old, digits)} to {percent(new, digits)}"
    return f"{100 * old:.15g}% to {100 * new:.15g}%"
